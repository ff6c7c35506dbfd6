import { isGrave, levelOf } from './levels.ts'

/** Lines are looked at this far; the rest of a longer one is its own data. */
const longest = 4_096

const levelFields = ['level', 'severity', 'levelname', 'lvl', 'log.level', 'loglevel', '@l', 's', 'error_severity']
const messageFields = ['msg', 'message', '@m', '@mt', 'event', 'log', 'error', 'err', 'exception', 'exc_info']

/** A date and a time before what is said; dots, brackets and a zone may stand around them. */
const stamped = /^[[(]?\d{2,4}[-/.:]\d\d[-/.:\d]*(?:[T ,]\s?[\d:.,]+)?(?:Z|\s?[+-]\d\d:?\d\d|\s?UTC|\s?GMT)?[\])]?\s*/
/** What says by its first words that something failed, without a level. */
const failing =
  /^(?:panic: |[Ff]atal(?: error)?: |thread '[^']*' panicked at |PHP (?:Fatal|Parse) error: |(?:Caused by: |Exception in thread "[^"]*" |Unhandled exception\.? |Uncaught )?[\w$.]*(?:Exception|Error)\b(?::| \(|$)|[EF]\d{4} \d\d:\d\d:\d\d\.|[EF], \[)/

/** What an error line says, without what only its logger adds; undefined where a line is no error. */
export function errorIn(line: string): string | undefined {
  const text = line.slice(0, longest).trim()
  if (text.startsWith('{')) {
    const fields = fieldsOf(line)
    if (fields) return isGrave(levelFields.map((name) => fields[name]).find(isLevel)) ? said(fields, text) : undefined
  }
  const own = text.replace(stamped, '')
  if (failing.test(own)) return own
  return levelOf(own) === 'grave' ? own : undefined
}

function fieldsOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return JSON.parse(line) as Record<string, unknown>
  } catch {
    // Cut off, or no JSON at all: read as the text that it is.
    return undefined
  }
}

function isLevel(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number'
}

/** Fields beside the message hold the ids and times of one request. */
function said(fields: Readonly<Record<string, unknown>>, text: string): string {
  const parts = messageFields.flatMap((name) => textOf(fields[name]))
  return parts.length === 0 ? text : [...new Set(parts)].join(' · ').slice(0, longest)
}

function textOf(value: unknown): string[] {
  if (typeof value === 'string') return value === '' ? [] : [value.split('\n', 1)[0] as string]
  if (typeof value !== 'object' || value === null) return []
  const { type, name, message } = value as Record<string, unknown>
  return [type ?? name, message].flatMap((part) => (typeof part === 'string' ? [part.split('\n', 1)[0] as string] : []))
}
