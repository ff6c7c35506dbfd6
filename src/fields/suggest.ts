import { closest, distance } from 'fastest-levenshtein'

/** `; did you mean "x"?` where a known word is near, else the list of what is known. */
export function didYouMean(word: string, known: readonly string[]): string {
  if (known.length === 0) return ''
  const nearest = closest(word, known as string[])
  const near = distance(word, nearest) <= Math.max(2, Math.floor(word.length / 3))
  return near ? `; did you mean "${nearest}"?` : `; known here: ${known.join(', ')}`
}
