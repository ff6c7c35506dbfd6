import { encodingsOf } from './encodings.ts'
import { KnownValues } from './known-values.ts'
import { maskPatterns } from './patterns.ts'

const mask = '***'
const shortest = 6
/** From here on the lines of a value are looked for as they are only, not in every encoding: they cost memory. */
const manyLines = 64
const secretKey = /(?:passw(?:or)?d|passphrase|secret|token|authorization|cookie|(?:api|access|private)[_-]?key)$/i

/** Knows what must not be shown, and takes it out of text. */
export class Redactor {
  readonly #values = new KnownValues()
  readonly #ignored = new Set<string>()

  /** A secret and its label, for the warning where it is too short to be looked for. */
  learn(value: string, label = 'a value'): void {
    const whole = value.trim()
    if (whole === '') return
    const lines = whole.split(/\r?\n/).map((line) => line.trim())
    if (whole.length < shortest) this.#ignored.add(label)
    else for (const form of new Set([...encodingsOf(value), ...encodingsOf(whole)])) this.#values.add(form)
    if (lines.length === 1) return
    for (const line of lines) {
      // The frame of a PEM block is no secret, and the pattern for such blocks needs to see it.
      if (line.startsWith('-----')) continue
      for (const form of lines.length > manyLines ? [line] : encodingsOf(line)) this.#values.add(form)
    }
  }

  /** Labels of the values that are too short to be looked for. */
  get ignored(): readonly string[] {
    return [...this.#ignored]
  }

  /** Length of the longest text looked for, in characters. */
  get longest(): number {
    return this.#values.longest
  }

  /** Masks known values, then all that has the shape of a secret. */
  redact(text: string): string {
    return maskPatterns(this.#values.mask(text, mask))
  }

  /** Masks known values only: for text whose structure the patterns could break. */
  redactValues(text: string): string {
    return this.#values.mask(text, mask)
  }

  /** The same JSON value with every string in it redacted, and whatever stands under a secret's name. */
  redactDeep<Value>(value: Value): Value {
    return this.#deep(value) as Value
  }

  #deep(value: unknown): unknown {
    if (typeof value === 'string') return this.redact(value)
    if (Array.isArray(value)) return value.map((one) => this.#deep(one))
    if (typeof value !== 'object' || value === null) return value
    const entries = Object.entries(value).map(([key, one]) => {
      const secret = secretKey.test(key) && ((typeof one === 'string' && one !== '') || typeof one === 'number')
      return [this.redact(key), secret ? mask : this.#deep(one)]
    })
    return Object.fromEntries(entries)
  }
}
