import { StringDecoder } from 'node:string_decoder'

const halfBytes = 512 * 1024

/** Keeps the head and the tail of what a program prints, and hands on each line; memory stays flat. */
export class KeptOutput {
  readonly #decoder = new StringDecoder('utf8')
  readonly #onLine: ((line: string) => void) | undefined
  #head = ''
  #tail = ''
  #dropped = 0
  #line = ''

  constructor(onLine?: (line: string) => void) {
    this.#onLine = onLine
  }

  push(chunk: Buffer): void {
    this.#take(this.#decoder.write(chunk))
  }

  /** The text kept; says how much is missing in between. */
  end(): string {
    this.#take(this.#decoder.end())
    if (this.#line !== '') this.#onLine?.(this.#line)
    const gap = this.#dropped > 0 ? `\n[… ${this.#dropped} characters left out …]\n` : ''
    return this.#head + gap + this.#tail
  }

  #take(text: string): void {
    const room = Math.max(0, halfBytes - this.#head.length)
    this.#head += text.slice(0, room)
    this.#tail += text.slice(room)
    // Trimmed only when it has doubled: trimming at every chunk would copy the tail each time.
    if (this.#tail.length > 2 * halfBytes) {
      this.#dropped += this.#tail.length - halfBytes
      this.#tail = this.#tail.slice(-halfBytes)
    }
    if (this.#onLine) this.#splitLines(text, this.#onLine)
  }

  #splitLines(text: string, onLine: (line: string) => void): void {
    const lines = (this.#line + text).split('\n')
    this.#line = lines.pop() ?? ''
    for (const line of lines) onLine(line.replace(/\r$/, ''))
    // A line without an end must not grow for ever: it is handed on in pieces.
    if (this.#line.length > 64 * 1024) {
      onLine(this.#line)
      this.#line = ''
    }
  }
}
