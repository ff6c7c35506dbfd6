import { z } from 'zod'
import { checks } from '../checks/index.ts'
import { signInSchema } from '../checks/sign-in.ts'
import {
  didYouMean,
  duration,
  listOf,
  object,
  oneKindOf,
  origin,
  type PerRelease,
  path,
  pattern,
  perRelease,
  size,
  text,
} from '../fields/index.ts'
import { fixtures } from '../fixtures/index.ts'
import { pins } from '../pins/index.ts'
import { rollbacks } from '../rollbacks/index.ts'
import { strategies } from '../strategies/index.ts'
import { dataSchema } from './data-schema.ts'
import { pathSchema } from './path-schema.ts'

const address = origin('address')
const minutes = (count: number) => count * 60_000

/** How the operator's settings change with the upgrade. */
const settings = object({
  rename: z.record(z.string(), z.string()).default({}),
  set: z.record(z.string(), z.string()).default({}),
  remove: z.array(z.string()).default([]),
})

/** Where services are built from source: a git repository whose refs are the releases, or a checkout of each. */
const source = object({
  git: path.optional(),
  checkout: perRelease.optional(),
  pull: z.boolean().default(true),
}).refine(({ git, checkout }) => git === undefined || checkout === undefined, {
  error: 'write either "git" or "checkout"',
})

const composeStack = object({
  compose: perRelease,
  source: source.optional(),
  'env-file': perRelease.optional(),
  settings: settings.optional(),
  profiles: listOf(text).optional(),
  address: address.optional(),
}).transform(({ compose, ...rest }) => ({ kind: 'compose' as const, files: compose, ...rest }))

const singleStack = object({
  image: text,
  ports: z.array(z.number().int().min(1).max(65_535)).default([]),
  volumes: z.array(z.string().regex(/^[^:]+:\/[^:]*(:ro)?$/, 'write a volume as name:/path/inside')).default([]),
  env: z.record(z.string(), z.string()).default({}),
  'env-file': path.optional(),
  command: z.union([z.array(z.string()), text.transform((line) => line.split(/\s+/))]).optional(),
  address: address.optional(),
}).transform((stack) => ({ kind: 'single' as const, ...stack }))

const oneFile = path.transform((file) => {
  // One list: two of them would be files of their own for each release.
  const files = [file]
  return { kind: 'compose' as const, files: { from: files, to: files, at: {} } satisfies PerRelease }
})

const stack = z.union([oneFile, composeStack, singleStack], {
  error: ({ input }) =>
    typeof input === 'object' && input !== null && ('compose' in input || 'image' in input)
      ? undefined
      : 'write the path of a Compose file, { compose: … } or { image: … }',
})

const pin = oneKindOf('pin', pins)
const check = oneKindOf('check', checks)

const [first, ...others] = strategies.map((strategy) => {
  const name = z.literal(strategy.name)
  return object({
    strategy: strategy.name === 'restart' ? name.default('restart') : name,
    grace: duration.prefault('30s'),
    ...strategy.schema.shape,
  })
})
const upgrade = z.discriminatedUnion('strategy', [first as NonNullable<typeof first>, ...others], {
  error: ({ code, input }) => {
    if (code !== 'invalid_union') return undefined
    const { strategy } = input as { readonly strategy?: unknown }
    const names = strategies.map(({ name }) => name)
    return `unknown strategy ${JSON.stringify(strategy)}${didYouMean(String(strategy), names)}`
  },
})

const wayBack = oneKindOf('rollback', rollbacks)
/** Names on the axis of the verdict have to tell one way from another. */
const waysBack = z.array(wayBack).superRefine((ways, context) => {
  const seen = new Set<string>()
  for (const [index, { kind, options }] of ways.entries()) {
    const name = (options as { readonly name?: string }).name ?? kind
    if (seen.has(name)) {
      const message = `two ways back are called "${name}"; give this one a "name"`
      context.addIssue({ code: 'custom', message, path: [index, kind] })
    }
    seen.add(name)
  }
})
/** Whoever writes nothing still learns which way back there is. */
const rollback = z
  .union([z.literal('none').transform(() => []), waysBack], {
    error: ({ input }) => (Array.isArray(input) ? undefined : 'write a list of ways back, or "none"'),
  })
  .prefault([{ image: {} }, { restore: {} }])

/** Everything that a configuration may hold, with its defaults. */
export const configSchema = object({
  name: text.optional(),
  stack,
  pin: listOf(pin).optional(),
  path: pathSchema,
  fixtures: z.array(oneKindOf('fixture', fixtures)).default([]),
  upgrade: upgrade.prefault({ strategy: 'restart' }),
  ready: object({
    within: duration.prefault('2m'),
    steady: duration.optional(),
    twice: z.boolean().default(true),
    checks: z.array(check).default([]),
  }).prefault({}),
  'sign-in': signInSchema.optional(),
  smoke: z.array(check).default([]),
  data: dataSchema.optional(),
  'fresh-install': z.boolean({ error: 'write true or false' }).default(false),
  rollback,
  logs: object({ expect: z.array(pattern).default([]) }).prefault({}),
  checkpoint: object({
    forks: z.enum(['auto', 'copy'], { error: 'write "auto" or "copy"' }).default('auto'),
    cache: path.optional(),
  }).prefault({}),
  network: z.enum(['sealed', 'open'], { error: 'write "sealed" or "open"' }).default('sealed'),
  limits: object({
    total: duration.default(minutes(60)),
    pull: duration.default(minutes(10)),
    restore: duration.default(minutes(20)),
    step: duration.default(minutes(20)),
    check: duration.default(minutes(10)),
    fixture: size.default(10 * 2 ** 30),
  }).prefault({}),
})

export type ParsedConfig = z.output<typeof configSchema>
export type StackConfig = ParsedConfig['stack']
/** A check, fixture or pin as configured: its kind's name and its options. */
export interface Configured {
  readonly kind: string
  readonly options: unknown
  /** Of a fixture that is another for each release: its path before the release was filled in, '' where it has none. */
  readonly template?: string
}

/** What a relative URL means: the stack's address, or a single image's first port. */
export function stackHome(stack: StackConfig): string | undefined {
  if ('address' in stack && stack.address !== undefined) return stack.address
  return stack.kind === 'single' && stack.ports[0] !== undefined ? `http://app:${stack.ports[0]}` : undefined
}
