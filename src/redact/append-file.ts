import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Redactor } from './redactor.ts'

/** JSON values, a line each, in the file before `append` returns: what was written outlives a killed process. */
export class AppendFile {
  readonly #redactor: Redactor
  #file: number | undefined
  #error: Error | undefined
  #dropped = 0

  constructor(path: string, redactor: Redactor) {
    this.#redactor = redactor
    this.#attempt(() => {
      mkdirSync(dirname(path), { recursive: true })
      this.#file = openSync(path, 'a')
    })
  }

  /** Never throws: a full disk must not end a rehearsal that can still be judged. */
  append(value: unknown): void {
    const file = this.#file
    if (file === undefined || this.#error) return
    let line: Buffer
    try {
      line = Buffer.from(`${JSON.stringify(this.#redactor.redactDeep(value))}\n`, 'utf8')
    } catch {
      this.#dropped += 1
      return
    }
    this.#attempt(() => {
      for (let done = 0; done < line.length; ) done += writeSync(file, line, done)
    })
  }

  /** Why nothing more is written, where it is so. */
  get error(): Error | undefined {
    return this.#error
  }

  /** Values that could not be redacted and so were not written. */
  get dropped(): number {
    return this.#dropped
  }

  close(): void {
    const file = this.#file
    this.#file = undefined
    if (file !== undefined) this.#attempt(() => closeSync(file))
  }

  #attempt(write: () => void): void {
    try {
      write()
    } catch (error) {
      this.#error ??= error as Error
    }
  }
}
