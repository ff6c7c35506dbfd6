import { resolve } from 'node:path'
import type { Config } from '../config/index.ts'
import { RehearsalError } from '../errors.ts'
import { type BaseFiles, baseTitles } from '../releases/base-files.ts'
import { versionFrom } from '../releases/path.ts'
import type { Pin } from '../releases/pinned-files.ts'
import type { BumpEvidence } from '../verdict/verdict.ts'
import { filesAtBase } from './base-files.ts'
import { kindOf, type PinChange, sentenceOf } from './bump.ts'
import type { CiEvent } from './event.ts'
import { pinsAtBase, pinsOf, valuesAt } from './pins-at.ts'
import { type GitTools, Repository } from './repository.ts'
import { short } from './short.ts'

/** Which two commits to compare, where the event does not tell. */
export interface Commits {
  readonly base?: string | undefined
}

/** A version bump with what the pins hold on both sides, in the order of the configuration. */
export interface Bump {
  readonly evidence: BumpEvidence
  readonly pins: readonly PinChange[]
  /** Where the source's files are others than the checkout's. */
  readonly base?: BaseFiles
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
  const path = resolve(tools.cwd, config.file)
  const pins = pinsOf(config, path)
  const earlier = await pinsAtBase(repository, config, pins, { path, env: tools.env, base })
  const [before, after] = [await valuesAt(repository, earlier, base), await valuesAt(repository, pins, head)]
  const changes = pairs(pins, before, after)
  const version = (value: string) => versionFrom(value, config.path.tags)
  const kind = kindOf(changes, version, config.path.scheme)
  if (kind === 'downgrade' && (await isBehind(repository, pins, base, head))) {
    return made('none', base, head, pairs(pins, before, before))
  }
  const bump = made(kind, base, head, changes)
  if (kind !== 'upgrade' && kind !== 'downgrade') return bump
  const ends = { base, head, parted: () => partedAt(repository, base, head) }
  const pinned = pins.map((pin, index) => ({ pin, after: after[index] }))
  const { files, notes } = await filesAtBase(repository, config, ends, pinned)
  const isHeads = files.size === 0 && earlier.every((pin, index) => pin === pins[index])
  if (isHeads && notes.length === 0) return bump
  const source: BaseFiles = { commit: base, files, pins: earlier, notes }
  return { ...bump, evidence: { ...bump.evidence, files: baseTitles(config, source) }, base: source }
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

function pairs(
  pins: readonly Pin[],
  before: readonly (string | undefined)[],
  after: readonly (string | undefined)[],
): PinChange[] {
  return pins.map(({ title }, index) => ({ pin: title, before: before[index], after: after[index] }))
}

/** Where a checkout that is not yet merged left its base; undefined where it has all of it. */
async function partedAt(repository: Repository, base: string, head: string): Promise<string | undefined> {
  const [first] = await repository.parents(head)
  const parted = first === base ? undefined : await repository.mergeBase(base, head)
  return parted === base ? undefined : parted
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
