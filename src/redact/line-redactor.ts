import { stripControls } from './control-characters.ts'
import type { Redactor } from './redactor.ts'

const lineBytes = 64 * 1024
/** Read of one line before its rest is skipped: room for lines that are short once they are redacted. */
const heldBytes = 4 * lineBytes
/** A shape cut off at the end of what is held may not be known for one; this much is left out with it. */
const slack = 4 * 1024
const blockLines = 400
const cutMark = ' [… the line is longer and was cut]'

/** Turns chunks of any size into redacted lines. Memory stays flat whatever is pushed. */
export class LineRedactor {
  readonly #redactor: Redactor
  #held: Buffer[] = []
  #heldBytes = 0
  #skipping = false
  /** Lines left of a PEM block whose end has not come yet. */
  #block = 0
  #dropped = 0
  #cut = 0

  constructor(redactor: Redactor) {
    this.#redactor = redactor
  }

  /** Lines that were cut at 64 KiB, and lines left out because redacting them failed. */
  get cut(): number {
    return this.#cut
  }

  get dropped(): number {
    return this.#dropped
  }

  /** The lines that are complete with this chunk, without their newlines. */
  push(chunk: Buffer | string): string[] {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk, 'utf8') : chunk
    const lines: string[] = []
    let start = 0
    // No byte of a longer UTF-8 character is a newline, so lines are found before anything is decoded.
    for (let end = bytes.indexOf(10); end >= 0; end = bytes.indexOf(10, start)) {
      this.#hold(bytes.subarray(start, end))
      lines.push(...this.#finish())
      start = end + 1
    }
    this.#hold(bytes.subarray(start))
    return lines
  }

  /** The last line, where it has no newline. */
  end(): string[] {
    return this.#heldBytes > 0 ? this.#finish() : []
  }

  #hold(bytes: Buffer): void {
    const room = heldBytes + this.#carry() - this.#heldBytes
    if (bytes.length > room) this.#skipping = true
    const kept = bytes.subarray(0, Math.max(0, room))
    if (kept.length === 0) return
    // Copied: a slice would keep the whole chunk in memory, and callers may reuse theirs.
    this.#held.push(Buffer.from(kept))
    this.#heldBytes += kept.length
  }

  #finish(): string[] {
    const raw = Buffer.concat(this.#held).toString('utf8')
    const skipped = this.#skipping
    this.#held = []
    this.#heldBytes = 0
    this.#skipping = false
    try {
      const line = this.#unblock(stripControls(raw))
      return line === undefined ? [] : [this.#cap(this.#redactor.redact(line), skipped)]
    } catch {
      // What can't be redacted can't be shown.
      this.#dropped += 1
      return []
    }
  }

  /** Without the lines of a PEM block, whose beginning and end are on different lines. */
  #unblock(line: string): string | undefined {
    let rest = line
    if (this.#block > 0) {
      const end = /-----END [A-Z0-9 ]{1,60}-----/.exec(line)
      this.#block = end ? 0 : this.#block - 1
      if (!end) return undefined
      rest = line.slice(end.index + end[0].length)
      if (rest.trim() === '') return undefined
    }
    const begin = rest.lastIndexOf('-----BEGIN ')
    if (begin >= 0 && /^-----BEGIN [A-Z0-9 ]{1,60}-----/.test(rest.slice(begin)) && !rest.includes('-----END ', begin))
      this.#block = blockLines
    return rest
  }

  /** Redacted first, cut after: a secret cut in half is no longer known for one. */
  #cap(line: string, skipped: boolean): string {
    // What may be the beginning of a secret whose end was skipped.
    const whole = skipped ? line.slice(0, Math.max(0, line.length - this.#carry())) : line
    const bytes = Buffer.from(whole, 'utf8')
    if (!skipped && bytes.length <= lineBytes) return whole
    this.#cut += 1
    const kept = bytes.subarray(0, lineBytes - Buffer.byteLength(cutMark)).toString('utf8')
    return kept.replace(/\uFFFD$/, '') + cutMark
  }

  #carry(): number {
    // A character takes up to three bytes of UTF-8 for each unit of its length.
    return 3 * this.#redactor.longest + slack
  }
}
