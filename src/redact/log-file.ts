import type { FileHandle } from 'node:fs/promises'
import { mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { Writable } from 'node:stream'
import { LineRedactor } from './line-redactor.ts'
import type { Redactor } from './redactor.ts'

export interface LogOptions {
  readonly maxBytes: number
  /** Told each line, redacted, those too that are left out of the file. */
  readonly onLine?: (line: string) => void
}

/** Raw output in, redacted lines on disk; over the cap its beginning and its end. Memory stays flat. */
export class LogFile extends Writable {
  readonly path: string
  readonly #onLine: ((line: string) => void) | undefined
  readonly #lines: LineRedactor
  #headBytes: number
  readonly #tailBytes: number
  #file: FileHandle | undefined
  #error: Error | undefined
  /** Bytes written to the head, and to the ring behind it that the end of the log goes round in. */
  #head = 0
  #tail = 0

  constructor(path: string, redactor: Redactor, options: LogOptions) {
    super({ highWaterMark: 64 * 1024 })
    this.path = path
    this.#onLine = options.onLine
    this.#lines = new LineRedactor(redactor)
    this.#headBytes = Math.floor(options.maxBytes / 2)
    // A little room for the line that tells what is missing.
    this.#tailBytes = Math.max(1, options.maxBytes - this.#headBytes - 128)
  }

  /** True once something is missing: the middle of the log, the end of a line, or a line that could not be redacted. */
  get truncated(): boolean {
    return this.#tail > this.#tailBytes || this.#lines.cut > 0 || this.#lines.dropped > 0 || this.#error !== undefined
  }

  /** Why nothing more is written, where it is so. The log is still taken in: its source must not stall. */
  get error(): Error | undefined {
    return this.#error
  }

  override _construct(done: (error?: Error | null) => void): void {
    const opening = async () => {
      await mkdir(dirname(this.path), { recursive: true })
      this.#file = await open(this.path, 'w+')
    }
    void this.#attempt(opening()).then(() => done())
  }

  override _write(chunk: Buffer, _encoding: string, done: (error?: Error | null) => void): void {
    void this.#attempt(this.#store(this.#lines.push(chunk))).then(() => done())
  }

  override _final(done: (error?: Error | null) => void): void {
    void this.#attempt(this.#store(this.#lines.end()).then(() => this.#unwind())).then(() => done())
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    const file = this.#file
    this.#file = undefined
    void this.#attempt(file?.close() ?? Promise.resolve()).then(() => done(error))
  }

  async #store(lines: readonly string[]): Promise<void> {
    if (this.#onLine) for (const line of lines) this.#onLine(line)
    if (lines.length === 0 || this.#error) return
    let bytes = Buffer.from(`${lines.join('\n')}\n`, 'utf8')
    const room = this.#headBytes - this.#head
    if (room > 0) {
      const fit = bytes.length <= room ? bytes.length : bytes.lastIndexOf(10, room - 1) + 1
      await this.#put(bytes.subarray(0, fit), this.#head)
      this.#head += fit
      bytes = bytes.subarray(fit)
      // The head ends with the last line that fits in whole; the ring begins right there.
      if (bytes.length > 0) this.#headBytes = this.#head
    }
    while (bytes.length > 0) {
      const at = this.#tail % this.#tailBytes
      const part = bytes.subarray(0, this.#tailBytes - at)
      await this.#put(part, this.#headBytes + at)
      this.#tail += part.length
      bytes = bytes.subarray(part.length)
    }
  }

  /** Puts the ring in order behind a line that says what is missing. */
  async #unwind(): Promise<void> {
    if (this.#tail <= this.#tailBytes || !this.#file || this.#error) return
    const ring = Buffer.alloc(this.#tailBytes)
    await this.#file.read(ring, 0, ring.length, this.#headBytes)
    const start = this.#tail % this.#tailBytes
    const ordered = Buffer.concat([ring.subarray(start), ring.subarray(0, start)])
    const whole = ordered.subarray(ordered.indexOf(10) + 1)
    const missing = this.#tail - whole.length
    const gap = Buffer.from(`[… ${missing} bytes left out: the log is longer than what is kept …]\n`, 'utf8')
    await this.#put(Buffer.concat([gap, whole]), this.#headBytes)
    await this.#file.truncate(this.#headBytes + gap.length + whole.length)
  }

  async #put(bytes: Buffer, position: number): Promise<void> {
    for (let done = 0; done < bytes.length && this.#file; ) {
      done += (await this.#file.write(bytes, done, bytes.length - done, position + done)).bytesWritten
    }
  }

  async #attempt(work: Promise<void>): Promise<void> {
    await work.catch((error: Error) => {
      this.#error ??= error
    })
  }
}
