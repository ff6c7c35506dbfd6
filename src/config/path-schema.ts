import { z } from 'zod'
import { listOf, object, oneKindOf, path as pathField, text } from '../fields/index.ts'
import { tagSources } from '../tags/index.ts'
import { isLine, isRange, parseSelection, type Selection, selectionForms, steps } from '../versions/index.ts'

/** YAML reads a bare 1.10 as the number 1.1. */
const version = z
  .string({ error: 'put the version in quotes: without them YAML reads 1.10 as 1.1' })
  .min(1, 'must not be empty')

const forms = selectionForms.map((form) => `"${form}"`).join(', ')
const selection = z.string({ error: `write a selection as text: ${forms}` }).transform((line, context): Selection => {
  const parsed = parseSelection(line)
  if (parsed) return parsed
  context.addIssue({ code: 'custom', message: `"${line}" is no selection; write one like ${forms}` })
  return z.NEVER
})

const choice = <Word extends string>(words: readonly [Word, ...Word[]]) =>
  z.enum(words, { error: `write ${words.map((word) => `"${word}"`).join(' or ')}` })

const fields = object({
  tags: z
    .string()
    .regex(/\{version\}/, 'write where the version goes, as in "v{version}"')
    .default('{version}'),
  from: version.optional(),
  to: version.optional(),
  'carry-from': version.optional(),
  releases: oneKindOf('source of releases', tagSources).optional(),
  scheme: choice(['semver', 'calendar']).default('semver'),
  prereleases: z.boolean().default(false),
  select: listOf(selection).optional(),
  step: choice(steps).default('any'),
  stops: z.array(version).default([]),
  forbidden: z
    .array(
      object({
        version: version.refine((written) => isRange(written) || /^v?\d/.test(written), {
          error: 'write a version or a range of versions, such as ">=1.8.2 <1.8.5"',
        }),
        because: text,
      }),
    )
    .default([]),
  policy: choice(['enforce', 'advise']).default('enforce'),
  downgrade: z.boolean().default(false),
  proven: pathField.optional(),
})

/** What only means something where it is known which releases there are. */
const needsReleases = {
  step: (path: z.output<typeof fields>) => path.step !== 'any',
  select: (path: z.output<typeof fields>) => path.select !== undefined,
  policy: (path: z.output<typeof fields>) => path.policy !== 'enforce',
}

/** The releases that there are, and the way from one to another that is permitted. */
export const pathSchema = fields
  .superRefine((path, context) => {
    if (path.releases) {
      if (path.releases.kind !== 'file' && path.select?.some(({ kind }) => kind === 'supported')) {
        const message = 'the ends of support are known from releases: { file } only'
        context.addIssue({ code: 'custom', path: ['select'], message })
      }
      return
    }
    for (const [key, isGiven] of Object.entries(needsReleases)) {
      if (!isGiven(path)) continue
      const message = `"${key}" needs path.releases: which releases are there?`
      context.addIssue({ code: 'custom', path: [key], message })
    }
    path.stops.forEach((stop, index) => {
      if (!isLine(stop)) return
      const message = `"${stop}" means any release of a line, and needs path.releases: which are there?`
      context.addIssue({ code: 'custom', path: ['stops', index], message })
    })
  })
  .prefault({})
