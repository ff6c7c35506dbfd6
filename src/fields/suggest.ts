import { distance } from 'fastest-levenshtein'

/** `; did you mean "x"?` where a known word is near, else the list of what is known. */
export function didYouMean(word: string, known: readonly string[]): string {
  if (known.length === 0) return ''
  // A word that was not finished is nearer than one with another letter in it.
  const unlike = (one: string) => Number(!one.startsWith(word))
  const [nearest = ''] = known.toSorted((a, b) => farness(word, a) - farness(word, b) || unlike(a) - unlike(b))
  // In a short word two other letters are another word.
  const near = farness(word, nearest) <= (word.length < 5 ? 1 : Math.max(2, Math.floor(word.length / 3)))
  return near ? `; did you mean "${nearest}"?` : `; known here: ${known.join(', ')}`
}

/** How many letters differ; letters that only changed places count as one. */
function farness(word: string, known: string): number {
  return sorted(word) === sorted(known) && word !== known ? 1 : distance(word, known)
}

function sorted(word: string): string {
  return [...word].sort().join('')
}
