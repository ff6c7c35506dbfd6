import type { BumpEvidence } from '../verdict/verdict.ts'
import { isOlder, parseVersion, type Scheme } from '../versions/index.ts'

/** One pin at the two commits; undefined where it is not there. */
export interface PinChange {
  readonly pin: string
  readonly before: string | undefined
  readonly after: string | undefined
}

export type BumpKind = BumpEvidence['kind']

/** The pin that a change is called after: the first that moves, or else the first that comes or goes. */
export function leading(pins: readonly PinChange[]): PinChange | undefined {
  const changed = pins.filter(({ before, after }) => before !== after)
  return changed.find(({ before, after }) => before !== undefined && after !== undefined) ?? changed[0]
}

/** What a change of pins is. Mixed changes are what the leading pin's is. Pure. */
export function kindOf(pins: readonly PinChange[], version: (value: string) => string, scheme: Scheme): BumpKind {
  const changed = leading(pins)
  if (!changed) return 'none'
  if (changed.before === undefined) return 'added'
  if (changed.after === undefined) return 'removed'
  const [before, after] = [changed.before, changed.after].map((value) => parseVersion(version(value), scheme))
  return before && after && isOlder(after, before) ? 'downgrade' : 'upgrade'
}

/** The same as a sentence for people. */
export function sentenceOf(kind: BumpKind, pins: readonly PinChange[]): string {
  const changed = pins.filter(({ before, after }) => before !== after)
  const told = changed
    .map(({ pin, before, after }) => `${pin}: ${before ?? 'absent'} → ${after ?? 'absent'}`)
    .join('; ')
  switch (kind) {
    case 'none':
      return `No upgrade of this stack: ${pins.map(({ pin, after }) => `${pin} stays ${after ?? 'absent'}`).join('; ')}.`
    case 'added':
      return `No upgrade of this stack: the pin is new, so nothing runs yet that could be upgraded (${told}).`
    case 'removed':
      return `No upgrade of this stack: the pin is gone, so there is nothing to upgrade to (${told}).`
    case 'downgrade':
      return `This is a downgrade (${told}).`
    case 'upgrade':
      return `This is an upgrade (${told}).`
  }
}
