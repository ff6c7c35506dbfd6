import type { Verdict } from '../verdict/verdict.ts'

const noTime = '1970-01-01T00:00:00.000Z'

/** What a text says otherwise each time; the longer forms first. */
const fleeting: readonly (readonly [RegExp, string])[] = [
  [/\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?/g, noTime],
  [/\b(?:\d+ h )?(?:\d+ m )?\d+(?:\.\d+)? ?m?s\b/g, '0 s'],
  [/\b\d{1,3}(?:\.\d{1,3}){3}\b/g, '0.0.0.0'],
  // Ids of containers; a digest has more and names the same image each time.
  [/(?<![0-9a-f:])[0-9a-f]{12}(?![0-9a-f])/g, '0'.repeat(12)],
]

const times = new Set(['startedAt', 'finishedAt', 'createdAt'])

/**
 * The same verdict without what differs between two runs of one rehearsal: the run's id, times, durations, and the addresses
 * and container ids that the engine gives out. Two runs that saw the same are equal to the byte.
 */
export function reproducible(verdict: Verdict): Verdict {
  const settled = (value: unknown, key: string): unknown => {
    if (times.has(key)) return value === '' ? '' : noTime
    if (key === 'ms') return 0
    if (typeof value === 'string') return settledText(value.replaceAll(verdict.runId, 'run'))
    if (Array.isArray(value)) return value.map((item) => settled(item, ''))
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, settled(item, name)]))
  }
  return settled(verdict, '') as Verdict
}

function settledText(text: string): string {
  return fleeting.reduce((settled, [pattern, by]) => settled.replace(pattern, by), text)
}
