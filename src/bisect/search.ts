/** What became of the upgrade to one release; `unclear` where its rehearsal could not tell. */
export type Answer = 'works' | 'breaks' | 'unclear'

/** Where an upgrade breaks first. */
export interface Break {
  /** Place of the first release that breaks; undefined where none does. */
  readonly first: number | undefined
  /** Place of the last one that works; -1 for the source itself. */
  readonly lastGood: number
  /** Places between the two that could not be told. */
  readonly unclear: readonly number[]
}

/**
 * Halves the releases until the first that breaks stands beside the last that works; each is asked at most once. The last
 * one is taken to break, and is asked only where nothing before it does.
 */
export async function firstBreak(count: number, ask: (place: number) => Promise<Answer>): Promise<Break> {
  let [good, bad] = [-1, count - 1]
  let isProven = false
  const unclear = new Set<number>()
  for (let next = middle(good, bad, unclear); next !== undefined; next = middle(good, bad, unclear)) {
    const answer = await ask(next)
    if (answer === 'works') good = next
    else if (answer === 'breaks') [bad, isProven] = [next, true]
    else unclear.add(next)
  }
  const between = () => [...unclear].filter((place) => place > good && place < bad).sort((a, b) => a - b)
  if (isProven) return { first: bad, lastGood: good, unclear: between() }
  const answer = await ask(bad)
  if (answer === 'breaks') return { first: bad, lastGood: good, unclear: between() }
  if (answer === 'works') return { first: undefined, lastGood: bad, unclear: [] }
  return { first: undefined, lastGood: good, unclear: [...between(), bad] }
}

/** The one nearest to the middle that nobody has asked for yet. */
function middle(good: number, bad: number, unclear: ReadonlySet<number>): number | undefined {
  const centre = (good + bad) / 2
  const open = Array.from({ length: Math.max(0, bad - good - 1) }, (_, index) => good + 1 + index)
  return open
    .filter((place) => !unclear.has(place))
    .toSorted((a, b) => Math.abs(a - centre) - Math.abs(b - centre) || a - b)
    .at(0)
}
