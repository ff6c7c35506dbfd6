import { type Kept, tell, tellElement } from './kept.ts'
import type { Rule } from './rule.ts'

/** What a rule says of two values. */
export interface ComparedValues {
  readonly outcome: 'kept' | 'broken' | 'unknown'
  /** What was found, as the end of a sentence. */
  readonly found: string
}

const told = 5

/** Compares a value with that of the baseline. Where one of them is unknown nothing is said to be broken. */
export function compareValues(rule: Rule, before: Kept, after: Kept): ComparedValues {
  if (before.is === 'unknown' || before.is === 'none') return { outcome: 'unknown', found: tell(before) }
  if (after.is === 'unknown') return { outcome: 'unknown', found: tell(after) }
  const [had, has] = [tell(before), tell(after)]
  if (after.is === 'none') return { outcome: 'broken', found: `${had} before, ${has} after` }
  if (rule === 'superset') return compareElements(before, after)
  if (rule === 'unchanged') return compareWhole(before, after)
  if (before.is !== 'number' || after.is !== 'number')
    return { outcome: 'unknown', found: `${had} before, ${has} after` }
  const holds = rule === 'grows' ? after.number > before.number : after.number >= before.number
  return { outcome: holds ? 'kept' : 'broken', found: `${had} before, ${has} after` }
}

function compareWhole(before: Kept, after: Kept): ComparedValues {
  if (before.is === 'number' && after.is === 'number') {
    const outcome = before.number === after.number ? 'kept' : 'broken'
    return { outcome, found: `${before.number} before, ${after.number} after` }
  }
  const isSame = before.is === 'text' && after.is === 'text' && before.hash === after.hash
  if (isSame) return { outcome: 'kept', found: `${tell(before)}, the same after` }
  const other = before.is === 'text' && after.is === 'text' ? `another of ${after.characters} characters` : tell(after)
  return { outcome: 'broken', found: `${tell(before)} before, ${other} after` }
}

function compareElements(before: Kept, after: Kept): ComparedValues {
  if (before.is !== 'elements' || after.is !== 'elements') return { outcome: 'unknown', found: tell(after) }
  // Nothing is in everything: that would prove nothing.
  if (before.elements.length === 0) return { outcome: 'unknown', found: 'it has no element on the baseline' }
  const left = new Map<string, number>()
  for (const one of after.elements) left.set(one, (left.get(one) ?? 0) + 1)
  const missing = before.elements.filter((one) => {
    const count = left.get(one) ?? 0
    left.set(one, count - 1)
    return count <= 0
  })
  const all = `${before.elements.length} before, ${after.elements.length} after`
  if (missing.length === 0) return { outcome: 'kept', found: all }
  const which = missing.slice(0, told).map(tellElement).join('; ') + (missing.length > told ? ' …' : '')
  return { outcome: 'broken', found: `${missing.length} of ${before.elements.length} are missing (${which}); ${all}` }
}
