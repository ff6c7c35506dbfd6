import { longestCell } from './print.ts'

/** Whether two texts say the same in another form: `1.0` and `1.00`, `t` and `true`, JSON with its keys in another order. */
export function meansTheSame(before: string, after: string): boolean {
  if (before === after) return true
  return (
    isSameNumber(before, after) ||
    isSameTruth(before, after) ||
    isSameMoment(before, after) ||
    isSameJson(before, after) ||
    before.trimEnd() === after.trimEnd()
  )
}

const number = /^[+-]?\d+(\.\d+)?$/

function isSameNumber(before: string, after: string): boolean {
  return number.test(before) && number.test(after) && plainNumber(before) === plainNumber(after)
}

/** Without the zeros that say nothing; exact, however long it is. */
function plainNumber(text: string): string {
  const [, sign = '', whole = '', part = ''] = /^([+-]?)0*(\d+)(?:\.(\d*?)0*)?$/.exec(text) ?? []
  const digits = part === '' ? whole : `${whole}.${part}`
  return sign === '-' && /[1-9]/.test(digits) ? `-${digits}` : digits
}

const truths: Readonly<Record<string, boolean>> = { t: true, true: true, '1': true, f: false, false: false, '0': false }

function isSameTruth(before: string, after: string): boolean {
  return before in truths && truths[before] === truths[after]
}

const moment = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d)(\.\d+?)?0*(Z|[+-]00(:?00)?)?$/

/** Only where both are of the same zone: with another one, the time may have been moved. */
function isSameMoment(before: string, after: string): boolean {
  const [one, other] = [moment.exec(before), moment.exec(after)]
  if (!one || !other) return false
  const clock = (match: RegExpExecArray) => `${match[1]} ${match[2]}${(match[3] ?? '').replace(/\.?0*$/, '')}`
  return clock(one) === clock(other)
}

function isSameJson(before: string, after: string): boolean {
  if (!/^[[{]/.test(before) || !/^[[{]/.test(after)) return false
  try {
    return canonical(JSON.parse(before)) === canonical(JSON.parse(after))
  } catch {
    return false
  }
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) => {
    if (typeof inner !== 'object' || inner === null || Array.isArray(inner)) return inner
    return Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
  })
}

/** Whether a text was cut: what is there now is how it began. */
export function isTruncated(before: string, after: string): boolean {
  if (after.length >= before.length) return false
  const kept = after.trimEnd()
  return kept.length <= longestCell && before.startsWith(kept) && before.trimEnd() !== kept
}

export type Encoding = 'lost' | 'other'

/** Whether the same text was read in another encoding: characters that are lost, or others in their place. */
export function reEncoded(before: string, after: string): Encoding | undefined {
  if (!/[^\x20-\x7e\s]/.test(before) && !/[^\x20-\x7e\s]/.test(after)) return undefined
  if (hasLost(before, after)) return 'lost'
  const read = (text: string) => Buffer.from(text, 'utf8').toString('latin1')
  const isRead = (from: string, to: string) => read(from) === to || windows(from) === to
  if (isRead(before, after) || isRead(after, before)) return 'other'
  return before.normalize('NFC') === after.normalize('NFC') ? 'other' : undefined
}

/** UTF-8 read as Windows-1252: what browsers and spreadsheets make of it. */
function windows(text: string): string {
  return new TextDecoder('windows-1252').decode(Buffer.from(text, 'utf8'))
}

function hasLost(before: string, after: string): boolean {
  if (!/[?\uFFFD]/.test(after)) return false
  // One sign may stand for a character or for each of its bytes.
  const parts = before.split(/[^\x20-\x7e\s]+/).map((part) => part.replace(/[\\^$.*+?()[\]{}|]/g, '\\$&'))
  return parts.length > 1 && new RegExp(`^${parts.join('[?\\uFFFD]+')}$`).test(after)
}

/** What a value looks like, and nothing of what it says: `Xxxxx 99 (8 characters)`. */
export function shapeOf(value: string | null | undefined): string {
  if (value === null) return 'nothing'
  if (value === undefined) return 'not there'
  if (value === '') return 'an empty text'
  const shape = value
    .slice(0, 24)
    .replace(/\p{Lu}/gu, 'X')
    .replace(/[\p{L}\p{M}]/gu, (letter) => (letter === 'X' ? 'X' : 'x'))
    .replace(/\p{N}/gu, '9')
    .replace(/[^\x20-\x7e]/gu, '¤')
  return `${shape}${value.length > 24 ? '…' : ''} (${value.length} characters)`
}

/** A key as it may be told: numbers and names as they are, an address without who it belongs to. */
export function tellKey(key: string): string {
  const plain = key.replaceAll('\u0001', ', ').replace(/[^\s,@]+@/g, '…@')
  return plain.length > 64 ? `${plain.slice(0, 64)}…` : plain
}
