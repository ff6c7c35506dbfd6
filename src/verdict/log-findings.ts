import type { ErrorKind } from '../logs/error-kinds.ts'
import { type Facts, of } from './facts.ts'
import { type Finding, finding, oneLine, place } from './finding.ts'

/** Folders of logs that the source has filled, and those that the target has. */
const ofSource = ['baseline', 'checkpoint', 'control']
const ofTarget = ['target', 'second-start']

/** Kinds told of one service, and how long an example may be: a reason is one sentence. */
const mostTold = 3
const longestExample = 140

/** Kinds of error lines that a service logs on the target, and neither on the baseline nor where nothing is upgraded. */
export function newErrors(facts: Facts): Finding[] {
  const known = new Map<string, Set<string>>()
  for (const { service, kinds } of loggedIn(facts, ofSource)) {
    const own = known.get(service) ?? new Set()
    for (const { kind } of kinds) own.add(kind)
    known.set(service, own)
  }
  const full = unreadableLogs(facts)
  const seen = new Map<string, Map<string, ErrorKind>>()
  for (const { service, kinds } of loggedIn(facts, ofTarget)) {
    if (full.includes(service)) continue
    const own = seen.get(service) ?? new Map<string, ErrorKind>()
    for (const one of kinds.filter(({ kind }) => !known.get(service)?.has(kind))) {
      own.set(one.kind, { ...one, ...own.get(one.kind), count: one.count + (own.get(one.kind)?.count ?? 0) })
    }
    seen.set(service, own)
  }
  return [...seen].flatMap(([service, kinds]) => (kinds.size === 0 ? [] : [told(service, [...kinds.values()])]))
}

/** Services that log so many kinds of errors on the source that a new one could not be told from those. */
export function unreadableLogs(facts: Facts): string[] {
  const full = loggedIn(facts, ofSource).flatMap(({ service, more }) => (more ? [service] : []))
  return [...new Set(full)]
}

function loggedIn(facts: Facts, folders: readonly string[]) {
  return of(facts.all, 'errors-logged').flatMap(({ logs, services }) => (folders.includes(logs) ? services : []))
}

function told(service: string, kinds: readonly ErrorKind[]): Finding {
  const lines = kinds.slice(0, mostTold).map(({ example, count }) => {
    return `"${short(example)}"${count > 1 ? ` (${count} times)` : ''}`
  })
  const more = kinds.length - mostTold
  const rest = more > 0 ? `; and ${more} more` : ''
  const message = `${service} logs errors that it did not log before the upgrade: ${lines.join('; ')}${rest}.`
  return finding('warning', 'NEW_ERROR_LOGS', message, place('target', undefined, service))
}

function short(example: string): string {
  const line = oneLine(example)
  return line.length > longestExample ? `${line.slice(0, longestExample)} …` : line
}
