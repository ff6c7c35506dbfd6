import { oneLine } from './finding.ts'
import type { Written } from './rows.ts'
import type { WayOutcome } from './ways-back.ts'

/** What the sentence is told of the upgrade itself. */
export interface Upgraded {
  readonly failed: boolean
  /** Absent where nobody counted. */
  readonly written?: Written | undefined
}

const longestWhy = 200

/**
 * What it comes to, for people: how far the old image gets on the migrated data, and what going back needs and costs;
 * then what else was tried. Empty where nothing was.
 */
export function sentenceOf(outcomes: readonly WayOutcome[], upgraded: Upgraded): string {
  const tried = outcomes.filter(({ outcome }) => outcome !== 'not-run')
  const cost = costs(upgraded)
  const image = tried.find(({ way }) => way.kind === 'image')
  const others = tried.filter((one) => one !== image)
  const needed =
    image && image.outcome !== 'works'
      ? others.find(({ way, outcome }) => ['restore', 'backup'].includes(way.kind) && outcome === 'works')
      : undefined
  const back = needed
    ? `; going back needs ${needed.way.kind === 'backup' ? 'the backup' : 'the data from before it'}${cost(needed)}`
    : ''
  const parts = [
    ...(image ? [`${oldImage(image, upgraded)}${image.outcome === 'works' ? cost(image) : back}.`] : []),
    ...others.filter((one) => one !== needed).map((one) => `${saidOf(one)}${cost(one)}.`),
    // Whoever reads "works" takes it for more.
    ...(tried.some(({ outcome, wrote }) => outcome === 'works' && !wrote)
      ? ['No check of the suite writes, so writing was not tried.']
      : []),
  ]
  return parts.join(' ')
}

function oldImage({ outcome }: WayOutcome, { failed }: Upgraded): string {
  const [when, data] = failed
    ? ['After the failed upgrade', 'what it left']
    : ['After this upgrade', 'the migrated data']
  if (outcome === 'works') return `${when} the old image works on ${data}`
  if (outcome === 'fails') return `${when} the old image does not work on ${data}`
  return `${when} the old image starts and reads ${data}, but can't write`
}

function saidOf(one: WayOutcome): string {
  const title = titleOf(one)
  const why = short(one.why)
  switch (one.outcome) {
    case 'works':
      return `${title} works${one.tried > 1 ? ` in all ${one.tried} tries` : ''}`
    case 'read-only':
      return `${title} starts and reads, but can't write${triesOf(one)}: ${why}`
    default:
      return `${title} fails${triesOf(one)}: ${why}`
  }
}

/** What is told of a way at the beginning of a sentence; where it has a name of its own, with that. */
export function titleOf({ way }: Pick<WayOutcome, 'way'>): string {
  const [name] = way.id.split('.')
  const title = `${way.title.charAt(0).toUpperCase()}${way.title.slice(1)}`
  return name === way.kind ? title : `${title} ("${name}")`
}

/** ` in 2 of 30 tries`; nothing where it was tried once. */
export function triesOf({ tried, alike }: WayOutcome): string {
  return tried > 1 ? ` in ${alike} of ${tried} tries` : ''
}

/** The end of a sentence about a way that goes back; what costs as much as one before says so. */
function costs({ failed, written }: Upgraded): (one: WayOutcome) => string {
  let told = ''
  return ({ way, outcome, lost }) => {
    if (outcome !== 'works' || way.writes === 'none') return ''
    if (written === undefined)
      return way.writes === 'lost' && !failed ? ', and loses what was written since the upgrade' : ''
    if (lost === undefined || (way.writes === 'kept' && written.total === 0)) return ''
    const all = `the ${amount(written.total, written.unit)} written since the upgrade`
    if (written.total === 0) return ', and loses what was written since the upgrade (nothing, here)'
    if (lost === 0) return `, and keeps ${all}`
    const loses = lost === written.total ? `, and loses ${all}` : `, and loses ${lost} of ${all}`
    if (told === loses) return ', and loses the same'
    told = loses
    return loses
  }
}

/** `1 row`, `3 rows`. */
function amount(count: number, unit: string): string {
  return `${count} ${count === 1 ? unit.replace(/s$/, '') : unit}`
}

/** A reason as the end of a sentence that goes on or gets its own full stop. */
function short(why: string): string {
  const line = oneLine(why).replace(/[.\s]+$/, '')
  return line.length > longestWhy ? `${line.slice(0, longestWhy)} …` : line
}
