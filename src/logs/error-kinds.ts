import { kindOf } from './error-kind.ts'

/** Lines of one kind that a service has logged. */
export interface ErrorKind {
  /** What they have in common; tells one kind from another. */
  readonly kind: string
  /** The first of them, as it was logged; cut. */
  readonly example: string
  readonly count: number
}

/** Kinds kept of one service; whoever logs more is told to have more. */
const mostKinds = 1_000
const longestExample = 300

/** The kinds of error lines of one service. Memory stays flat whatever is logged. */
export class ErrorKinds {
  readonly #kinds = new Map<string, { readonly example: string; count: number }>()
  #more: true | undefined

  /** A line, and what it says. */
  add(line: string, text: string): void {
    const kind = kindOf(text)
    const known = this.#kinds.get(kind)
    if (known) known.count += 1
    else if (this.#kinds.size < mostKinds) this.#kinds.set(kind, { example: cut(line.trim()), count: 1 })
    else this.#more = true
  }

  get all(): ErrorKind[] {
    return [...this.#kinds].map(([kind, { example, count }]) => ({ kind, example, count }))
  }

  /** True where there were more than could be kept. */
  get more(): true | undefined {
    return this.#more
  }
}

function cut(line: string): string {
  return line.length > longestExample ? `${line.slice(0, longestExample)} …` : line
}
