import type { Rule } from './rule.ts'
import { isNumber, type Value } from './value.ts'

/**
 * A value as the journal keeps it: as much as its rule needs. Numbers are plain; of texts there are a hash, by a key that
 * ends with the run, and the length.
 */
export type Kept =
  | { readonly is: 'number'; readonly number: number }
  | { readonly is: 'text'; readonly hash: string; readonly characters: number }
  | { readonly is: 'elements'; readonly elements: readonly string[] }
  /** There is none: the check itself failed. */
  | { readonly is: 'none'; readonly expected: string; readonly actual: string }
  /** It could not be learnt, or not be kept. */
  | { readonly is: 'unknown'; readonly why: string }

/** More elements are not compared one by one. */
export const mostElements = 10_000

export function keep({ whole, elements, number }: Value, rule: Rule, hash: (text: string) => string): Kept {
  if (rule === 'superset') {
    if (elements.length > mostElements) {
      const why = `it has ${elements.length} elements, and at most ${mostElements} are compared one by one; narrow it down, or compare their number with "at-least"`
      return { is: 'unknown', why }
    }
    return { is: 'elements', elements: elements.map((cells) => cells.map((cell) => keepCell(cell, hash)).join(' | ')) }
  }
  if (rule !== 'unchanged') {
    return number === undefined
      ? { is: 'unknown', why: `its value is no number, but a text of ${whole.length} characters` }
      : { is: 'number', number }
  }
  // One that is written in another way is another text: `1.0` for `1`.
  if (number !== undefined && String(number) === whole) return { is: 'number', number }
  return { is: 'text', hash: hash(whole), characters: whole.length }
}

function keepCell(cell: string, hash: (text: string) => string): string {
  return isNumber(cell) ? cell : `#${hash(cell)}·${cell.length}`
}

/** What one element looks like, without what it says. */
export function tellElement(kept: string): string {
  return kept.replace(/#[0-9a-f]+·(\d+)/g, (_, length: string) => tellLength(Number(length)))
}

export function tell(kept: Kept): string {
  switch (kept.is) {
    case 'number':
      return String(kept.number)
    case 'text':
      return tellLength(kept.characters)
    case 'elements':
      return kept.elements.length === 1 ? '1 element' : `${kept.elements.length} elements`
    case 'none':
      return `no value: expected ${kept.expected}, got ${kept.actual}`
    case 'unknown':
      return `an unknown value: ${kept.why}`
  }
}

function tellLength(characters: number): string {
  if (characters === 0) return 'an empty text'
  return `a text of ${characters} character${characters === 1 ? '' : 's'}`
}
