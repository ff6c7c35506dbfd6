import { StringDecoder } from 'node:string_decoder'

const halfBytes = 512 * 1024
/** Decoded at a time: a string of more than this is garbage that the engine of JavaScript collects late. */
const pieceBytes = 16 * 1024
/** Characters of a line after which it is handed on unfinished: one without an end must not grow for ever. */
const longestLine = 32 * 1024

/** Keeps the head and the tail of what a program prints, and hands on each line; memory stays flat. */
export class KeptOutput {
  readonly #decoder = new StringDecoder('utf8')
  readonly #onLine: ((line: string) => void) | undefined
  readonly #head: Buffer[] = []
  #headBytes = 0
  /** A ring; made once there is more than the head. */
  #tail: Buffer | undefined
  #tailBytes = 0
  #line = ''

  constructor(onLine?: (line: string) => void) {
    this.#onLine = onLine
  }

  push(chunk: Buffer): void {
    this.#keep(chunk)
    if (!this.#onLine) return
    for (let at = 0; at < chunk.length; at += pieceBytes)
      this.#splitLines(this.#decoder.write(chunk.subarray(at, at + pieceBytes)), this.#onLine)
  }

  /** The text kept; says how much is missing in between. */
  end(): string {
    if (this.#onLine) {
      this.#splitLines(this.#decoder.end(), this.#onLine)
      if (this.#line !== '') this.#onLine(this.#line)
    }
    const head = Buffer.concat(this.#head)
    const dropped = this.#tailBytes - halfBytes
    if (dropped <= 0) return Buffer.concat([head, this.#orderedTail()]).toString('utf8')
    const tail = this.#orderedTail()
    // Neither half begins or ends within a character.
    const begins = tail.findIndex((byte) => (byte & 0xc0) !== 0x80)
    const text = [new StringDecoder('utf8').write(head), tail.toString('utf8', Math.max(0, begins))]
    return text.join(`\n[… ${dropped} bytes left out …]\n`)
  }

  #keep(chunk: Buffer): void {
    const fit = chunk.subarray(0, halfBytes - this.#headBytes)
    if (fit.length > 0) this.#head.push(fit)
    this.#headBytes += fit.length
    for (let rest = chunk.subarray(fit.length); rest.length > 0; ) {
      this.#tail ??= Buffer.alloc(halfBytes)
      const at = this.#tailBytes % halfBytes
      const copied = rest.copy(this.#tail, at)
      this.#tailBytes += copied
      rest = rest.subarray(copied)
    }
  }

  #orderedTail(): Buffer {
    if (!this.#tail || this.#tailBytes <= halfBytes) return (this.#tail ?? Buffer.alloc(0)).subarray(0, this.#tailBytes)
    const start = this.#tailBytes % halfBytes
    return Buffer.concat([this.#tail.subarray(start), this.#tail.subarray(0, start)])
  }

  #splitLines(text: string, onLine: (line: string) => void): void {
    let at = 0
    for (let end = text.indexOf('\n'); end >= 0; end = text.indexOf('\n', at)) {
      onLine((this.#line + text.slice(at, end)).replace(/\r$/, ''))
      this.#line = ''
      at = end + 1
    }
    this.#line += text.slice(at)
    if (this.#line.length <= longestLine) return
    onLine(this.#line)
    this.#line = ''
  }
}
