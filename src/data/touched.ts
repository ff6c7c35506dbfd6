/** Names of columns in which applications note when something was last done, as opposed to when it came to be. */
const noted = /updat|modif|chang|last|seen|used|access|touch|refresh|check|sync|poll|heartbeat|activ/i
const moment = /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d(?:\.\d+)?)(Z|[+-]\d\d(?::?\d\d)?)?$/
/** Clocks of this machine and of the engine may differ by so much, milliseconds. */
const clockMs = 60_000

/** When two fingerprints were taken, milliseconds since 1970. */
export interface Within {
  readonly since: number
  readonly until: number
}

/**
 * Whether a value is a time that the application itself set between two fingerprints, as a job in the background does at any
 * time: that is no doing of an upgrade's, and no control meets it reliably.
 */
export function isTouched(column: string, before: string, after: string, within: Within | undefined): boolean {
  if (within === undefined || !noted.test(column)) return false
  const [old, now] = [timeOf(before), timeOf(after)]
  if (old === undefined || now === undefined) return false
  return old < within.since && now >= within.since - clockMs && now <= within.until + clockMs
}

/** A time in milliseconds: as text, by UTC where it names no zone, or as a count of seconds or milliseconds. */
function timeOf(text: string): number | undefined {
  if (/^\d{10}(\.\d+)?$/.test(text)) return Number(text) * 1000
  if (/^\d{13}$/.test(text)) return Number(text)
  const [, day, time, zone = 'Z'] = moment.exec(text) ?? []
  if (!day || !time) return undefined
  const whole = /^[+-]\d\d$/.test(zone) ? `${zone}:00` : zone
  const ms = Date.parse(`${day}T${time}${whole}`)
  return Number.isNaN(ms) ? undefined : ms
}
