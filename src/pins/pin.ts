import type { z } from 'zod'

/** One kind of place where production's version is written. Reading and writing are pure: text in, text out. */
export interface PinKind<Options> {
  readonly name: string
  /** One sentence for the reference. */
  readonly summary: string
  /** YAML of one entry; a test validates it. */
  readonly example: string
  readonly schema: z.ZodType<Options>
  title(options: Options): string
  /** The file that holds the pin, relative to the folder of the configuration. */
  file(options: Options): string
  /** Environment variables that the pin decides. */
  keys?(options: Options): readonly string[]
  /** Variable that Compose is handed the value in, for a file that Compose does not read. */
  sets?(options: Options): string | undefined
  /** The pin's value. Throws a RehearsalError that says what to write where there is none. */
  read(text: string, options: Options): string
  /** The file's text with another value, all else untouched. */
  write(text: string, options: Options, value: string): string
}

/** Keeps the option type of a kind while the family holds kinds of every type. */
export function definePin<Options>(kind: PinKind<Options>): PinKind<Options> {
  return kind
}
