import { z } from 'zod'

const unitMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
const unitBytes: Readonly<Record<string, number>> = { B: 1, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30, TiB: 2 ** 40 }

/** `250ms`, `90s`, `3m`, `1h`; parsed to milliseconds. */
export const duration = z
  .string({ error: 'write a duration with its unit, such as "90s" or "3m"' })
  .regex(/^\d+(ms|s|m|h)$/, 'write a duration with its unit, such as "90s" or "3m"')
  .transform((text) => Number.parseInt(text, 10) * (unitMs[text.replace(/^\d+/, '')] ?? 1))

/** `512MiB`, `10GiB`; parsed to bytes. */
export const size = z
  .string({ error: 'write a size with its unit, such as "10GiB"' })
  .regex(/^\d+(B|KiB|MiB|GiB|TiB)$/, 'write a size with its unit, such as "512MiB" or "10GiB"')
  .transform((text) => Number.parseInt(text, 10) * (unitBytes[text.replace(/^\d+/, '')] ?? 1))

export const text = z.string().min(1, 'must not be empty')

/** A path on the stack's own address, or a whole URL that names service and port. */
export const url = text.refine((value) => URL.canParse(value, 'http://service'), {
  error: 'not a URL; write it as /path or http://service:port/path',
})

/** A service and one of its ports; `what` is how the message calls it. */
export function origin(what: string) {
  return z.string().regex(/^https?:\/\/[\w.-]+(:\d+)?\/?$/, `write the ${what} as http://service:port`)
}

/** A path, relative to the folder of the configuration. */
export const path = text

/** A regular expression in JavaScript's syntax, multi-line; kept as its source. */
export const pattern = text.superRefine((source, context) => {
  try {
    new RegExp(source, 'm')
  } catch (cause) {
    context.addIssue({ code: 'custom', message: `not a regular expression: ${(cause as Error).message}` })
  }
})

/** The name of a service in the stack. */
export const service = z.string().regex(/^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/, 'not a service name')

/** A command as its arguments, or one line that a shell splits inside the container. */
export const command = z
  .union([z.array(z.string()).min(1, 'name at least the program'), text], {
    error: 'write a command as a list, [program, argument], or as one line',
  })
  .transform((value): readonly string[] => (typeof value === 'string' ? ['sh', '-c', value] : value))

/** A list, or a single value that stands for a list of one. */
export function listOf<Item extends z.ZodType>(item: Item) {
  return z
    .union([z.array(item).min(1, 'name at least one'), item])
    .transform((value): z.output<Item>[] =>
      Array.isArray(value) ? (value as z.output<Item>[]) : [value as z.output<Item>],
    )
}

/** A sha256 checksum in hex, in either case. */
export const sha256 = z
  .string()
  .regex(/^[0-9a-fA-F]{64}$/, 'a sha256 has 64 hexadecimal digits')
  .transform((hex) => hex.toLowerCase())

/** What a captured value is called in `{baseline.NAME}`. */
export const captureName = z.string().regex(/^[a-z][a-z0-9-]*$/i, 'a name has letters, digits and -')
