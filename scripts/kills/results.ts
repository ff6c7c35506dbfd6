import type { RollbackOutcome } from '../../src/verdict/verdict.ts'
import type { Report } from './rehearse.ts'

/** One kill, and what became of it. */
interface Kill {
  readonly turn: number
  /** Milliseconds from the start of the target until the kill; undefined where it never came to that. */
  readonly ms: number | undefined
  readonly hit: boolean
  /** How far the migration had come, in its own words. */
  readonly done: string
  readonly again: Try
  readonly image: Try
}

interface Try {
  readonly outcome: RollbackOutcome
  readonly why: string
}

const untold: Try = { outcome: 'not-run', why: '' }

export function killsOf({ verdict, entries, logs }: Report): Kill[] {
  const tries = (id: string): readonly Try[] => {
    const way = verdict.wayBack.ways.find((one) => one.way === id)
    return way?.tries ?? (way ? [way] : [])
  }
  const [again, image] = [tries('interrupted.again'), tries('interrupted.image')]
  return again.map((one, index) => {
    const turn = index + 1
    const stage = again.length === 1 ? 'interrupted.kill' : `interrupted.${turn}.kill`
    const killed = entries.find((entry) => entry.type === 'killed' && entry.step.startsWith(`rollback.${stage}.`))
    const { ms, containers } = killed?.type === 'killed' ? killed : { ms: undefined, containers: 0 }
    return {
      turn,
      ms,
      hit: containers > 0,
      done: doneIn(logs.get(turn) ?? ''),
      again: one,
      image: image[index] ?? untold,
    }
  })
}

function doneIn(log: string): string {
  const said = log
    .trim()
    .split('\n')
    .map((line) => line.replace(/^\S+ /, ''))
    .filter((line) => /^(migrated|filled|started)/.test(line))
  return said.at(-1)?.replace(/^migrated: /, '') ?? 'nothing'
}

/** ` 7  after  4.2 s, filled up to 300000 of 1000001: again works, old image works`. */
export function describeKill({ turn, ms, hit, done, again, image }: Kill): string {
  const when = ms === undefined ? 'never' : `after ${(ms / 1000).toFixed(1).padStart(4)} s`
  const what = (one: Try) => (one.why === '' ? one.outcome : `${one.outcome} (${one.why.slice(0, 70)})`)
  const missed = hit ? '' : ', too late'
  return `${String(turn).padStart(3)}  ${when}${missed}, ${done.padEnd(32)} again ${what(again)}, old image ${what(image)}`
}

/** The counts, and whether every kill hit and was judged, with nothing left behind. */
export function summarise(
  kills: readonly Kill[],
  wanted: number,
  { left, verdict, output }: Report,
): { readonly lines: readonly string[]; readonly good: boolean } {
  const counted = (tries: readonly Try[]) => {
    const counts = Object.entries(Object.groupBy(tries, ({ outcome }) => outcome))
    return counts.map(([outcome, all = []]) => `${outcome} ${all.length}`).join(', ')
  }
  const judged = kills.filter(
    ({ hit, again, image }) => hit && [again, image].every((one) => one.outcome !== 'not-run'),
  )
  const good = judged.length === wanted && left.length === 0
  return {
    good,
    lines: [
      '',
      `${judged.length} of ${wanted} kills hit and were judged`,
      `started again: ${counted(kills.map(({ again }) => again))}`,
      `old image:     ${counted(kills.map(({ image }) => image))}`,
      left.length === 0 ? 'nothing of the run is left' : `left behind: ${left.join(', ')}`,
      verdict.wayBack.sentence,
      ...(good ? [] : [output.split('\n').slice(-40).join('\n')]),
    ],
  }
}
