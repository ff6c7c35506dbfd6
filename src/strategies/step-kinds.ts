import { z } from 'zod'
import { listOf, object, oneKindOf, service, text } from '../fields/index.ts'
import { fixtures } from '../fixtures/index.ts'
import { exec, here, inside, once, oneShot, onThisMachine, switchTo } from './command.ts'
import { namedIn } from './named.ts'
import type { Entry, HopInput, StrategyStep } from './strategy.ts'

/** One kind of step that users may write themselves. */
interface StepKind<Options> {
  readonly name: string
  /** One sentence for the reference. */
  readonly summary: string
  readonly schema: z.ZodType<Options>
  /** Services that it acts on. */
  services?(options: Options): readonly string[]
  volumes?(options: Options): readonly string[]
  fixture?(options: Options): Entry
  step(options: Options, hop: HopInput, fixture: number): StrategyStep
}

function defineStep<Options>(kind: StepKind<Options>): StepKind<Options> {
  return kind
}

const only = z.literal(true, { error: 'write true' })
const services = z.union([z.literal('all'), listOf(service)])
const chosen = (given: z.output<typeof services>) => (given === 'all' ? {} : { services: given })
const namesOf = (given: z.output<typeof services>) => (given === 'all' ? 'all services' : given.join(', '))
const fixture = oneKindOf('fixture', fixtures)
/** What a container of its own has outside of the volume goes with it, and whatever was moved there. */
const insideVolume = text.refine((path) => !path.startsWith('/') && !path.split('/').includes('..'), {
  error: 'write a path inside of the volume, without a leading "/" and without ".."',
})

/** Something inside a volume that gets another name. */
export const moved = object({ volume: text, from: insideVolume, to: insideVolume })

export function moveStep({ volume, from, to }: z.output<typeof moved>): StrategyStep {
  return { do: 'move', volume, from, to, title: `move ${from} to ${to} in ${volume}` }
}

/** Every kind of step, in the order in which they are documented. */
export const stepKinds = [
  defineStep({
    name: 'stop',
    summary: 'Stops services cleanly: `all`, or those named.',
    schema: services,
    services: (given) => (given === 'all' ? [] : given),
    step: (given, hop) => ({
      do: 'stop',
      graceMs: hop.graceMs,
      ...chosen(given),
      title: `stop ${namesOf(given)} cleanly`,
    }),
  }),
  defineStep({
    name: 'down',
    summary: 'Stops and removes all containers; volumes are kept.',
    schema: only,
    step: (_, hop) => ({ do: 'down', graceMs: hop.graceMs, title: 'stop and remove all containers, keep the volumes' }),
  }),
  defineStep({
    name: 'pull',
    summary:
      'Changes the pin: what comes after it acts on the target. Without it, that happens before the first `up` or `run`.',
    schema: only,
    step: (_, hop) => switchTo(hop),
  }),
  defineStep({
    name: 'up',
    summary: 'Starts services: `all` in the order of their dependencies, or only those named.',
    schema: services,
    services: (given) => (given === 'all' ? [] : given),
    step: (given, hop) =>
      given === 'all'
        ? { do: 'start', title: `start ${hop.version}` }
        : { do: 'up', services: given, title: `start ${namesOf(given)}` },
  }),
  defineStep({
    name: 'run',
    summary:
      'Runs a command in a new container of a service, exactly once; starts its dependencies only where `dependencies` is true.',
    schema: oneShot,
    services: (options) => [options.service],
    step: (options) => once(options),
  }),
  defineStep({
    name: 'exec',
    summary: 'Runs a command inside a running service.',
    schema: inside,
    services: (options) => [options.service],
    step: (options) => exec(options),
  }),
  defineStep({
    name: 'command',
    summary: 'Runs a command on this machine, with the addresses of the services in its environment.',
    schema: here,
    step: (options) => onThisMachine(options),
  }),
  defineStep({
    name: 'restore',
    summary: 'Restores a fixture of any kind; `{export}` names what an export of this rehearsal wrote.',
    schema: fixture,
    services: fixtureServices,
    fixture: (entry) => entry,
    step: (entry, _, index) => ({ do: 'restore', fixture: index, title: `restore ${titleOf(entry)}` }),
  }),
  defineStep({
    name: 'move',
    summary: 'Renames a file or folder inside a volume.',
    schema: moved,
    volumes: ({ volume }) => [volume],
    step: moveStep,
  }),
  defineStep({
    name: 'empty',
    summary: 'Empties volumes.',
    schema: listOf(text),
    volumes: (volumes) => volumes,
    step: (volumes) => ({ do: 'empty', volumes, title: `empty ${volumes.join(', ')}` }),
  }),
  defineStep({
    name: 'ready',
    summary: 'Waits until what runs is ready.',
    schema: only,
    step: () => ({ do: 'ready', title: 'what runs is ready' }),
  }),
] as const

/** A list of steps as users write it; a migration that stands there twice is refused. */
export const stepList = z.array(oneKindOf('step', stepKinds)).superRefine((steps, context) => {
  const seen = new Set<string>()
  for (const [index, { kind, options }] of steps.entries()) {
    if (kind !== 'run') continue
    const key = JSON.stringify(options)
    if (seen.has(key)) {
      const message = 'this very command stands here a second time; a one-shot command runs exactly once'
      context.addIssue({ code: 'custom', message, path: [index, kind] })
    }
    seen.add(key)
  }
})

/**
 * What a list of steps under a key names. It acts on the source up to `pull` or, without one, up to the first `up` or
 * `run`.
 */
export function namedByList(key: string, steps: readonly Entry[]) {
  const pull = steps.findIndex(({ kind }) => kind === 'pull')
  const needed = steps.findIndex(({ kind }) => kind === 'up' || kind === 'run')
  const change = pull >= 0 ? pull : needed >= 0 ? needed : steps.length
  const services = steps.map(({ kind, options }, index) =>
    namedIn(options, kindOf(kind).services?.(options as never) ?? [], [key, index, kind]),
  )
  return {
    all: services.flat(),
    sourceServices: services.slice(0, change).flat(),
    services: services.slice(change).flat(),
    volumes: steps.flatMap(({ kind, options }) => kindOf(kind).volumes?.(options as never) ?? []),
    fixtures: steps.flatMap(({ kind, options }) => kindOf(kind).fixture?.(options as never) ?? []),
  }
}

/** How many fixtures these restore: those of a later list come behind them. */
export function countRestores(steps: readonly StrategyStep[]): number {
  return steps.filter((step) => step.do === 'restore').length
}

/** A list of steps as the plan holds it. */
export function written(steps: readonly Entry[], hop: HopInput): StrategyStep[] {
  let restored = 0
  return steps.map(({ kind, options }) => {
    const step = kindOf(kind).step(options as never, hop, hop.firstFixture + restored)
    if (step.do === 'restore') restored += 1
    return step
  })
}

function kindOf(name: string): StepKind<never> {
  return stepKinds.find((kind) => kind.name === name) as unknown as StepKind<never>
}

/** What a fixture is loaded with, and what it wants to run meanwhile. */
export function fixtureServices({ kind, options }: Entry): readonly string[] {
  const own = fixtures.find(({ name }) => name === kind)?.service?.(options as never)
  const { running } = options as { readonly running?: unknown }
  return [...(own === undefined ? [] : [own]), ...(Array.isArray(running) ? (running as string[]) : [])]
}

function titleOf({ kind, options }: Entry): string {
  const found = fixtures.find(({ name }) => name === kind)
  return found?.title(options as never) ?? kind
}
