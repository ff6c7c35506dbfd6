import type { Configured } from '../../src/config/index.ts'
import { type Part, rollbacks, type WayInput } from '../../src/rollbacks/index.ts'
import type { RollbackKind } from '../../src/rollbacks/rollback.ts'
import { strategies } from '../../src/strategies/index.ts'
import type { Strategy, StrategyStep } from '../../src/strategies/strategy.ts'
import { load } from '../config/folder.ts'
import { hop, upgrade } from '../strategies/hop.ts'

/** One entry of `rollback`, parsed. */
export async function way(text: string): Promise<Configured> {
  const { rollback } = await load(`stack: a.yml\nrollback:\n  - ${text.replaceAll('\n', '\n    ')}\n`)
  return rollback[0] as Configured
}

export function kindOf({ kind }: Pick<Configured, 'kind'>): RollbackKind<unknown> {
  return rollbacks.find(({ name }) => name === kind) as RollbackKind<unknown>
}

/** The steps that a strategy makes of a hop from 1.0 to 2.0. */
export async function procedure(text: string): Promise<readonly StrategyStep[]> {
  const options = await upgrade(text)
  const { strategy } = options as { readonly strategy: string }
  return (strategies.find(({ name }) => name === strategy) as Strategy<unknown>).steps(hop, options)
}

/** What the planner knows of a path of one hop, by a restart unless another procedure is given. */
export async function inputFor(changes: Partial<WayInput> = {}): Promise<WayInput> {
  return {
    source: { release: 0, version: '1.0' },
    target: { release: 1, version: '2.0' },
    before: { release: 0, version: '1.0' },
    hop,
    procedure: await procedure('strategy: restart'),
    arrival: (release) => [
      { do: 'ready', title: 'ready' },
      { do: 'prove', release, title: 'prove' },
    ],
    smoke: [{ do: 'check', check: 0, set: 'smoke', title: 'smoke' }],
    count: (moment) => [{ do: 'count', moment, title: 'count' }],
    filled: (fixtures, first) => [
      { do: 'create', release: 0, title: 'create' },
      ...fixtures.map((_, index): StrategyStep => ({ do: 'restore', fixture: first + index, title: 'restore' })),
      { do: 'start', title: 'start' },
    ],
    loads: () => true,
    graceMs: 10_000,
    firstFixture: 3,
    ...changes,
  }
}

export async function partsOf(text: string, changes: Partial<WayInput> = {}): Promise<readonly Part[]> {
  const configured = await way(text)
  return kindOf(configured).parts(await inputFor(changes), configured.options)
}

/** Only what is done, with what it is done to. */
export function short(steps: readonly StrategyStep[]): string {
  return steps.map(word).join(', ')
}

function word(step: StrategyStep): string {
  switch (step.do) {
    case 'create':
      return `create ${step.release}${step.altered ? ` with other ${Object.keys(step.altered)}` : ''}`
    case 'fork':
    case 'checkpoint':
      return `${step.do} ${step.name}`
    case 'restore':
      return `restore ${step.fixture}`
    case 'count':
      return `count ${step.moment}`
    case 'prove':
      return `prove ${step.release}`
    case 'export':
      return `export ${step.save ?? ''}`.trim()
    case 'stop':
    case 'up':
      return [step.do, ...(step.services ?? [])].join(' ')
    case 'replace':
      return `replace ${step.service} ${step.turn}`
    case 'command':
      return `${step.where}${step.dependencies ? ' with dependencies' : ''}`
    case 'interrupt':
      return `interrupt ${step.service} in ${word({ ...step.step, title: '' })}`
    default:
      return step.do
  }
}

/** Key, what it comes after, whose outcome it decides, and what it does; a line each. */
export function told(parts: readonly Part[]): string[] {
  return parts.map(({ key, after, way, failing, steps }) => {
    return `${key} after ${after}${way === undefined ? '' : ` for ${way}`}${failing ? ', failing' : ''}: ${short(steps)}`
  })
}
