import semver from 'semver'
import { forbiddance, isMeant, type Policy, placeOfStop } from './policy.ts'
import { compareVersions, isSameRelease, majorOf, minorOf, type Scheme, type Version } from './version.ts'
import { explainGap, explainStop } from './why-no-path.ts'

export interface Question {
  readonly from: Version
  readonly to: Version
  /** All known releases, forbidden ones too, oldest first. */
  readonly releases: readonly Version[]
  readonly policy: Policy
  readonly scheme: Scheme
}

/** The releases to visit, source first; or why the policy permits no way. */
export type Answer =
  | { readonly kind: 'path'; readonly versions: readonly Version[] }
  | { readonly kind: 'none'; readonly why: string }

/** One release as the search sees it. */
export interface Node {
  readonly version: Version
  /** Its place among the releases, minors or majors that a hop may not jump over. */
  readonly rank: number
}

/** A stop that lies on the way, and the releases that would do. */
export interface Required {
  readonly stop: string
  readonly nodes: ReadonlySet<Node>
}

/** The path with the fewest hops that the policy permits; of several, the one with the latest releases. Pure. */
export function shortestPath(question: Question): Answer {
  const { from, to, policy, scheme } = question
  const down = semver.lt(to.order, from.order)
  if (down && !policy.downgrade) return none(`${from.text} → ${to.text} is a downgrade`)
  const forbidden = forbiddance(to, policy, scheme)
  if (forbidden !== undefined) return none(`${to.text} is forbidden: ${forbidden}`)
  if (isSameRelease(from, to)) return { kind: 'path', versions: [from, to] }
  const line = lineOf(question, down)
  const isEnd = ({ version }: Node) => version === from || version === to
  const nodes = line.filter((node) => isEnd(node) || forbiddance(node.version, policy, scheme) === undefined)
  // The way down has no stops: they say what an upgrade has to pass.
  const required = down ? [] : requiredOf(question, nodes)
  const missing = required.find(({ nodes: those }) => those.size === 0)
  if (missing) return none(explainStop(question, missing.stop))
  const hops = hopsToTarget(nodes, required)
  if (!Number.isFinite(hops[0])) return none(explainGap(question, line, nodes, hops))
  return { kind: 'path', versions: walk(nodes, hops, required).map(({ version }) => version) }
}

/** All releases from source to target, both included, in the order of travel. */
function lineOf({ from, to, releases, policy }: Question, down: boolean): Node[] {
  const others = releases.filter((one) => {
    // Nobody has to pass through a release candidate, unless a stop names it.
    if (one.prerelease && !policy.stops.includes(one.text)) return false
    return !isSameRelease(one, from) && !isSameRelease(one, to)
  })
  const [low, high] = down ? [to, from] : [from, to]
  const between = others.filter((one) => semver.gt(one.order, low.order) && semver.lt(one.order, high.order))
  const ascending = [low, ...between.sort(compareVersions), high]
  const names = (down ? ascending.reverse() : ascending).map((version) => ({
    version,
    name: policy.step === 'minor' ? minorOf(version) : policy.step === 'major' ? majorOf(version) : version.text,
  }))
  let rank = 0
  return names.map(({ version, name }, index) => {
    if (index > 0 && names[index - 1]?.name !== name) rank += 1
    return { version, rank: policy.step === 'any' ? 0 : rank }
  })
}

function requiredOf({ from, to, policy, scheme }: Question, nodes: readonly Node[]): Required[] {
  return policy.stops.flatMap((stop): Required[] => {
    const those = new Set(nodes.filter(({ version }) => isMeant(version, stop, scheme)))
    const place = placeOfStop(stop, scheme)
    const isBetween = place && semver.gt(place, from.order) && semver.lt(place, to.order)
    return those.size > 0 || isBetween ? [{ stop, nodes: those }] : []
  })
}

/** For each release, the fewest hops to the last one; breadth first, from there. */
function hopsToTarget(nodes: readonly Node[], required: readonly Required[]): number[] {
  const hops = nodes.map(() => Number.POSITIVE_INFINITY)
  let reached = [nodes.length - 1]
  for (let count = 0; reached.length > 0; count += 1) {
    for (const index of reached) hops[index] = count
    const next = new Set<number>()
    for (const to of reached) {
      for (let from = to - 1; from >= 0; from -= 1) {
        if (!Number.isFinite(hops[from]) && mayHop(nodes, from, to, required)) next.add(from)
      }
    }
    reached = [...next]
  }
  return hops
}

function mayHop(nodes: readonly Node[], from: number, to: number, required: readonly Required[]): boolean {
  const [here, there] = [nodes[from] as Node, nodes[to] as Node]
  if (there.rank - here.rank > 1) return false
  // Releases of one stop stand beside each other: whoever lands on none of them has jumped over all.
  return required.every(({ nodes: those }) => {
    const over = nodes.slice(from + 1, to).filter((node) => those.has(node)).length
    return over < those.size
  })
}

function walk(nodes: readonly Node[], hops: readonly number[], required: readonly Required[]): Node[] {
  const path = [0]
  for (let here = 0; (hops[here] as number) > 0; here = path.at(-1) as number) {
    const left = (hops[here] as number) - 1
    const next = nodes.findLastIndex((_, to) => to > here && hops[to] === left && mayHop(nodes, here, to, required))
    path.push(next)
  }
  return path.map((index) => nodes[index] as Node)
}

function none(why: string): Answer {
  return { kind: 'none', why }
}
