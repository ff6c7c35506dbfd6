import { relative, resolve } from 'node:path'
import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { yaml } from '../pins/tree.ts'
import { versionFrom } from '../releases/path.ts'
import { bindPin, type Pin } from '../releases/pinned-files.ts'
import type { BumpEvidence } from '../verdict/verdict.ts'
import { kindOf, type PinChange, sentenceOf } from './bump.ts'
import type { CiEvent } from './event.ts'
import { type GitTools, Repository } from './repository.ts'

/** Which two commits to compare, where the event does not tell. */
export interface Commits {
  readonly base?: string | undefined
}

/** A version bump with what the pins hold on both sides, in the order of the configuration. */
export interface Bump {
  readonly evidence: BumpEvidence
  readonly pins: readonly PinChange[]
}

/** Compares the pins of two commits: what production has, and what is checked out. Throws USAGE and CONFIG. */
export async function findBump(
  config: Config,
  commits: Commits,
  event: CiEvent | undefined,
  tools: GitTools & { readonly cwd: string },
): Promise<Bump> {
  const repository = await Repository.open(config.folder, tools)
  const head = (await repository.commit('HEAD')) ?? noCommit()
  const base = await baseOf(repository, head, commits, event)
  const pins = pinsOf(config, resolve(tools.cwd, config.file))
  const before = await valuesAt(repository, pins, base)
  const changes = pairs(pins, before, await valuesAt(repository, pins, head))
  const version = (value: string) => versionFrom(value, config.path.tags)
  const kind = kindOf(changes, version, config.path.scheme)
  if (kind === 'downgrade' && (await isBehind(repository, pins, base, head))) {
    return made('none', base, head, pairs(pins, before, before))
  }
  return made(kind, base, head, changes)
}

function made(kind: BumpEvidence['kind'], base: string, head: string, changes: readonly PinChange[]): Bump {
  const pins = changes.map(({ pin, before, after }) => ({ pin, before: before ?? '', after: after ?? '' }))
  return { evidence: { kind, sentence: sentenceOf(kind, changes), base, head, pins }, pins: changes }
}

/** What would be merged into. Of the merge commit that GitHub makes of a pull request, that is its first parent. */
async function baseOf(
  repository: Repository,
  head: string,
  { base }: Commits,
  event: CiEvent | undefined,
): Promise<string> {
  if (base !== undefined) return await repository.fetched(base)
  if (event?.kind === 'branch') return await repository.fetched(event.into)
  if (event?.kind !== 'pull-request') {
    throw new RehearsalError('USAGE', 'which commit does production run? This is no pull request', {
      hint: 'add --base COMMIT, or run it for pull_request events',
    })
  }
  if (head === event.head) return await repository.fetched(event.base)
  const [into, merged] = await repository.parents(head)
  if (into !== undefined && merged === event.head) return await repository.fetched(into)
  throw new RehearsalError(
    'USAGE',
    `the checkout is at ${short(head)}, which is neither the head of the pull request, ${short(event.head)}, nor its merge`,
    { hint: 'check out the pull request itself, as actions/checkout does without a ref' },
  )
}

/** A single image has its pin in the configuration itself. */
function pinsOf(config: Config, path: string): Pin[] {
  if (config.pin) return config.pin.map((pin, index) => bindPin(pin, index, config))
  if (config.stack.kind !== 'single') {
    throw new RehearsalError(
      'CONFIG',
      `${config.at(['stack'])}: a Compose stack needs a pin: where is production's version written?`,
    )
  }
  const file = relative(config.folder, path)
  return [bindPin({ kind: yaml.name, options: { file, path: 'stack.image' } }, 0, config)]
}

async function valuesAt(repository: Repository, pins: readonly Pin[], commit: string): Promise<(string | undefined)[]> {
  const read = pins.map(async (pin) => {
    const text = await repository.textAt(commit, pin.path)
    if (text === undefined) return undefined
    try {
      return pin.read(text)
    } catch (thrown) {
      if (thrown instanceof RehearsalError && thrown.details.absent) return undefined
      const says = `${pin.title} can't be read at ${short(commit)}: ${(thrown as Error).message}`
      throw new RehearsalError('CONFIG', says, {}, thrown)
    }
  })
  return await Promise.all(read)
}

function pairs(
  pins: readonly Pin[],
  before: readonly (string | undefined)[],
  after: readonly (string | undefined)[],
): PinChange[] {
  return pins.map(({ title }, index) => ({ pin: title, before: before[index], after: after[index] }))
}

/** A branch that never touched the pin looks like a downgrade once the base has moved on. */
async function isBehind(repository: Repository, pins: readonly Pin[], base: string, head: string): Promise<boolean> {
  const parted = await repository.mergeBase(base, head)
  if (parted === undefined) return false
  const [then, now] = [await valuesAt(repository, pins, parted), await valuesAt(repository, pins, head)]
  return then.every((value, index) => value === now[index])
}

function noCommit(): never {
  throw new RehearsalError('USAGE', 'the repository has no commit yet')
}

function short(commit: string): string {
  return commit.slice(0, 12)
}
