import { readFile } from 'node:fs/promises'
import { setTimeout } from 'node:timers/promises'

/** Looks at a report's verdict all the while that a rehearsal runs: it may never be half a file, nor a pass too early. */
export interface VerdictWatch {
  /** What was seen that should not have been; call it once the run has ended. */
  end(final: string | undefined): Promise<string[]>
}

const everyMs = 25

export function watchVerdict(file: string): VerdictWatch {
  const seen: string[] = []
  const stop = new AbortController()
  const watching = watch(file, seen, stop.signal)
  return {
    async end(final) {
      stop.abort()
      await watching
      const [first] = seen
      const broken = seen.filter((one) => one === 'no JSON')
      // Judged, written, and only then ended: what comes before the last is that nothing is known.
      const early = seen.slice(0, -1).filter((one) => one.startsWith('compatible'))
      return [
        ...(first !== undefined && !/^(inconclusive|no JSON)/.test(first) ? [`verdict.json began as ${first}`] : []),
        ...(broken.length > 0 ? ['verdict.json was half a file'] : []),
        ...(early.length > 0 ? [`verdict.json said ${early[0]} before it said ${seen.at(-1)}`] : []),
        ...(final === undefined && first === undefined ? ['there was no verdict.json'] : []),
      ]
    },
  }
}

async function watch(file: string, seen: string[], signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const text = await readFile(file, 'utf8').catch(() => undefined)
    const now = text === undefined ? undefined : (verdictIn(text) ?? 'no JSON')
    if (now !== undefined && now !== seen.at(-1)) seen.push(now)
    await setTimeout(everyMs, undefined, { signal }).catch(() => undefined)
  }
}

/** The verdict in a report's text; undefined where it is no whole JSON. */
export function verdictIn(text: string): string | undefined {
  try {
    return (JSON.parse(text) as { verdict?: string }).verdict
  } catch {
    return undefined
  }
}
