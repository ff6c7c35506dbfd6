import { rm } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { type Answer, type Break, firstBreak } from './bisect/search.ts'
import { bisectSummary } from './bisect/summary.ts'
import { type Config, loadConfig } from './config/index.ts'
import { RehearsalError } from './errors.ts'
import { readPlan } from './read-plan.ts'
import { rehearse } from './rehearse.ts'
import { knownReleases } from './releases/known-releases.ts'
import { isForbidden, ordered } from './releases/ordered.ts'
import type { Edge, Request } from './request.ts'
import { Trunk } from './run/trunk.ts'
import { execaCommand } from './shell/execa-command.ts'
import { makeScratch, newRunId } from './stack/scratch.ts'
import type { Outcome, Reason } from './verdict/verdict.ts'
import { isOlder } from './versions/index.ts'

/** One rehearsal of the search. */
interface Tried {
  readonly version: string
  readonly verdict: Outcome
  readonly reasons: readonly Reason[]
}

/** The content of `bisect.json`. Fields are only ever added. */
export interface Bisected {
  readonly schemaVersion: 1
  readonly verdict: Outcome
  readonly from: string
  readonly to: string
  /** The first release that breaks; absent where none does, or where that could not be told. */
  readonly first?: string
  /** The last one before it that works; the source, where none in between does. */
  readonly lastGood: string
  /** Releases between the two whose rehearsal could not tell. */
  readonly unclear: readonly string[]
  /** In the order of the search. */
  readonly tried: readonly Tried[]
  /** The same for people. */
  readonly sentence: string
}

/**
 * Finds the first release to which the source can't be upgraded: a rehearsal each of half of what is left, all from one
 * restored baseline. Each has its report in a folder of its own. Throws CONFIG, USAGE and PULL_….
 */
export async function bisect(request: Request, edge: Edge): Promise<Bisected> {
  const config = await loadConfig(request.config, edge.cwd, edge.env)
  const { from, to, between } = await candidates(config, request, edge)
  const { signal } = edge
  edge.print(`${between.length} releases from ${from} on, up to ${to}: ${between.join(', ')}`)
  // What is killed in the middle must not leave the pass of an earlier day.
  const cut = { verdict: 'inconclusive', sentence: 'The search was cut off.', lastGood: from, unclear: [] } as const
  await write({ schemaVersion: 1, ...cut, from, to, tried: [] }, request, edge)
  const scratch = await makeScratch(newRunId())
  const trunk = new Trunk(scratch)
  const tried: Tried[] = []
  try {
    const found = await firstBreak(between.length, async (place) => {
      const version = between[place] as string
      const reportDir = join(request.reportDir, version)
      edge.print(`\n${from} → ${version}, rehearsal ${tried.length + 1}`)
      const { verdict, reasons } = await rehearse(
        { ...request, from, to: version, reportDir, trunk, upgradeOnly: true },
        edge,
      )
      signal.throwIfAborted()
      tried.push({ version, verdict, reasons })
      return answerOf(verdict)
    })
    const bisected = told({ from, to, between, tried, found })
    await write(bisected, request, edge)
    edge.print('')
    for (const { version, verdict, reasons } of tried)
      edge.print(`${version}  ${[verdict, reasons[0]?.code].filter(Boolean).join(' ')}`)
    edge.print(bisected.sentence)
    return bisected
  } finally {
    await rm(scratch, { recursive: true, force: true })
  }
}

/** The summary, and the same for machines last: that is what the answer is taken from. */
async function write(raw: Bisected, { reportDir }: Request, { cwd, sink }: Edge): Promise<void> {
  const bisected = sink.redactor.redactDeep(raw)
  const folder = resolve(cwd, reportDir)
  await sink.writeFile(join(folder, 'summary.md'), bisectSummary(bisected))
  await sink.writeFile(join(folder, 'bisect.json'), `${JSON.stringify(bisected, null, 2)}\n`)
}

function answerOf(verdict: Outcome): Answer {
  if (verdict === 'incompatible') return 'breaks'
  return verdict === 'inconclusive' ? 'unclear' : 'works'
}

/** Every release after the source, the target as the last one. */
async function candidates(
  config: Config,
  request: Request,
  edge: Edge,
): Promise<{ readonly from: string; readonly to: string; readonly between: readonly string[] }> {
  if (!config.path.releases) {
    const hint = 'for example  path: { releases: { list: [1.0.0, 1.1.0, 2.0.0] } }'
    throw new RehearsalError('CONFIG', `${config.at(['path'])}: bisect has to know the releases between`, { hint })
  }
  const { releases } = await readPlan(request, edge.cwd, edge.env, edge.sink)
  const source = releases.find(({ carried }) => !carried)
  const [from, to] = [source?.version ?? '', releases.at(-1)?.version ?? '']
  const [start, end] = [ordered(config, from, 'source'), ordered(config, to, 'target')]
  const known = await knownReleases(config, {
    env: edge.env,
    shell: execaCommand,
    signal: edge.signal,
    onSecret: (value, label) => edge.sink.redactor.learn(value, label),
  })
  const between = known.releases
    .filter((one) => isOlder(start, one) && isOlder(one, end) && !isForbidden(config, one))
    .map(({ text }) => text)
  return { from, to, between: [...between, to] }
}

function told(search: {
  readonly from: string
  readonly to: string
  readonly between: readonly string[]
  readonly tried: readonly Tried[]
  readonly found: Break
}): Bisected {
  const { from, to, between, tried, found } = search
  const lastGood = found.lastGood < 0 ? from : (between[found.lastGood] as string)
  const unclear = found.unclear.map((place) => between[place] as string)
  const base = { schemaVersion: 1, from, to, lastGood, unclear, tried } as const
  const doubt = unclear.length > 0 ? ` Between the two, ${unclear.join(', ')} could not be told.` : ''
  if (found.first !== undefined) {
    const first = between[found.first] as string
    const why = tried.find(({ version }) => version === first)?.reasons[0]
    const good = found.lastGood < 0 ? `${from} itself is the last good one` : `${lastGood} is the last good one`
    const sentence = `${first} is the first release that ${from} can't be upgraded to${why ? ` (${why.code})` : ''}; ${good}.${doubt}`
    return { ...base, verdict: 'incompatible', first, sentence }
  }
  if (lastGood === to)
    return { ...base, verdict: 'compatible', sentence: `Nothing breaks: ${from} can be upgraded to ${to}.` }
  return { ...base, verdict: 'inconclusive', sentence: `No release was seen to break after ${lastGood}.${doubt}` }
}
