import { forbiddance, isMeant } from './policy.ts'
import type { Node, Question } from './shortest-path.ts'
import { majorOf, minorOf, type Version } from './version.ts'

const told = 5

/** Why a stop that must be visited can't be. */
export function explainStop({ releases, policy, scheme, from, to }: Question, stop: string): string {
  const way = `${from.text} → ${to.text} has to stop at ${stop}`
  const meant = releases.filter((one) => isMeant(one, stop, scheme))
  if (meant.length === 0) return `${way}, and there is no such release`
  return `${way}, and ${forbidden(meant, { policy, scheme })}`
}

/** Which jump is too long: from the last release that can be left behind to the first that can be reached again. */
export function explainGap(
  question: Question,
  line: readonly Node[],
  nodes: readonly Node[],
  hops: readonly number[],
): string {
  const { policy } = question
  // The nearest release that reaches the target, and what would have to reach it.
  const after = nodes[hops.findIndex((count) => Number.isFinite(count))] as Node
  const before = nodes[nodes.indexOf(after) - 1] as Node
  const name = ({ version }: Node) => (policy.step === 'major' ? majorOf(version) : minorOf(version))
  const between = line.slice(line.indexOf(before) + 1, line.indexOf(after)).filter(({ rank }) => {
    return rank !== before.rank && rank !== after.rank
  })
  const what = policy.step === 'patch' ? 'release' : policy.step
  const names = policy.step === 'patch' ? between.map(({ version }) => version.text) : [...new Set(between.map(name))]
  const jump = `${before.version.text} → ${after.version.text} jumps over ${what} ${names.join(', ')}`
  return `${jump}; a hop may go to the next ${what} only, and ${forbidden(
    between.map(({ version }) => version),
    question,
  )}`
}

/** `1.6.0 is forbidden (loses uploads)`. */
function forbidden(versions: readonly Version[], { policy, scheme }: Pick<Question, 'policy' | 'scheme'>): string {
  const shown = versions.slice(0, told).map((version) => {
    const because = forbiddance(version, policy, scheme)
    return because === undefined ? `${version.text} can't be reached` : `${version.text} is forbidden (${because})`
  })
  const more = versions.length - shown.length
  return [...shown, ...(more > 0 ? [`${more} more`] : [])].join(', ')
}
