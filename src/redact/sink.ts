import { mkdir, open, rename, rm, writeFile } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { RehearsalError } from '../errors.ts'
import { AppendFile } from './append-file.ts'
import { LogFile, type LogOptions } from './log-file.ts'
import { Redactor } from './redactor.ts'

export interface Output {
  write(text: string): unknown
}

const logBytes = 10 * 1024 * 1024
/** Enough for a verdict with all that goes with it; the reports for people may need more. */
const reservedBytes = 64 * 1024

/** The one way out: everything that is written or printed goes through here, redacted. */
export class Sink {
  readonly redactor: Redactor
  readonly #out: Output
  readonly #err: Output
  #files = 0
  #dropped = 0

  constructor(options: { readonly redactor?: Redactor; readonly out?: Output; readonly err?: Output } = {}) {
    this.redactor = options.redactor ?? new Redactor()
    this.#out = options.out ?? process.stdout
    this.#err = options.err ?? process.stderr
  }

  /** Texts that could not be redacted and so were not printed. */
  get dropped(): number {
    return this.#dropped
  }

  /** Prints a line; colour in it stays. */
  print(line: string, to: 'out' | 'err' = 'out'): void {
    let safe: string
    try {
      safe = this.redactor.redact(line)
    } catch {
      this.#dropped += 1
      return
    }
    const output = to === 'out' ? this.#out : this.#err
    output.write(`${safe}\n`)
  }

  /** Prints a value as JSON, redacted value by value so that it stays well-formed. */
  printJson(value: unknown): void {
    this.#out.write(`${JSON.stringify(this.redactor.redactDeep(value), null, 2)}\n`)
  }

  /**
   * Writes a whole file, or leaves the one that is there. `.json` is redacted value by value and `.xml` by known values
   * only, so that both stay well-formed. Throws NO_SPACE or EVIDENCE_LOST.
   */
  async writeFile(path: string, content: string): Promise<void> {
    const safe = this.#redactFile(path, content)
    const folder = dirname(path)
    // In the same folder, since a rename is atomic within one file system only.
    const draft = join(folder, `.${basename(path)}.${process.pid}.${++this.#files}.tmp`)
    try {
      await mkdir(folder, { recursive: true })
      const file = await open(draft, 'wx')
      try {
        await file.writeFile(safe, 'utf8')
        // Some file systems notice a full disk only here; a rename before would put an empty file in place.
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(draft, path)
    } catch (cause) {
      await rm(draft, { force: true }).catch(() => undefined)
      throw unwritable(path, cause as NodeJS.ErrnoException)
    }
  }

  /** Takes up disk space that `giveBack` frees again: what is written last is not to suffer from all before it. */
  async reserve(path: string): Promise<void> {
    await mkdir(dirname(path), { recursive: true })
    // Where there is no room even for this, the first thing that is really written says so.
    await writeFile(path, Buffer.alloc(reservedBytes)).catch(() => this.giveBack(path))
  }

  async giveBack(path: string): Promise<void> {
    await rm(path, { force: true })
  }

  /** Opens a file for JSON lines; each is written before `append` returns. */
  appendFile(path: string): AppendFile {
    return new AppendFile(path, this.redactor)
  }

  /** Opens a file for raw output of any length; 10 MiB of it are kept unless told otherwise. */
  logFile(path: string, options: Partial<LogOptions> = {}): LogFile {
    return new LogFile(path, this.redactor, { maxBytes: logBytes, ...options })
  }

  #redactFile(path: string, content: string): string {
    if (path.endsWith('.xml')) return this.redactor.redactValues(content)
    if (!path.endsWith('.json')) return this.redactor.redact(content)
    try {
      return `${JSON.stringify(this.redactor.redactDeep(JSON.parse(content)), null, 2)}\n`
    } catch {
      return this.redactor.redact(content)
    }
  }
}

function unwritable(path: string, cause: NodeJS.ErrnoException): RehearsalError {
  const full = cause.code === 'ENOSPC' || cause.code === 'EDQUOT'
  const hint = full ? 'free some disk space and run it again' : 'is the report folder writable?'
  return new RehearsalError(
    full ? 'NO_SPACE' : 'EVIDENCE_LOST',
    `can't write ${path}: ${cause.message}`,
    { where: path, hint },
    cause,
  )
}
