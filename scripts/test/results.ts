import { readFile } from 'node:fs/promises'

export interface Results {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
  readonly slowest: readonly { readonly name: string; readonly ms: number }[]
}

/** What Vitest's JSON reporter writes, as far as it is read here. */
interface Report {
  readonly testResults: readonly {
    readonly status: string
    readonly assertionResults: readonly {
      readonly status: string
      readonly fullName: string
      readonly duration?: number | null
    }[]
  }[]
}

const none: Results = { passed: 0, failed: 0, skipped: 0, slowest: [] }

/** Counts the tests of a report; a file that could not even be loaded counts as one failure. No report: nothing ran. */
export async function readResults(file: string): Promise<Results> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  if (text === undefined) return none
  const { testResults } = JSON.parse(text) as Report
  const tests = testResults.flatMap(({ assertionResults }) => assertionResults)
  const count = (...states: string[]) => tests.filter(({ status }) => states.includes(status)).length
  const broken = testResults.filter(
    ({ status, assertionResults }) => status === 'failed' && !assertionResults.some((one) => one.status === 'failed'),
  )
  const byTime = tests
    .map(({ fullName, duration }) => ({ name: fullName, ms: duration ?? 0 }))
    .sort((a, b) => b.ms - a.ms)
  return {
    passed: count('passed'),
    failed: count('failed') + broken.length,
    skipped: tests.length - count('passed', 'failed'),
    slowest: byTime.slice(0, 10),
  }
}
