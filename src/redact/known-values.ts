const keyLength = 6

/** Finds any of many literal texts in one pass, overlapping ones too. */
export class KnownValues {
  /** Which beginnings are worth a closer look; most positions of a text end here. */
  readonly #hints = new Uint8Array(1 << 16)
  readonly #byKey = new Map<string, string[]>()
  readonly #all = new Set<string>()
  #longest = 0

  /** Texts shorter than six characters are not taken: they would hide half of every log. */
  add(text: string): boolean {
    if (text.length < keyLength) return false
    if (this.#all.has(text)) return true
    this.#all.add(text)
    this.#hints[hint(text, 0)] = 1
    const key = text.slice(0, keyLength)
    const same = this.#byKey.get(key)
    if (same) same.push(text)
    else this.#byKey.set(key, [text])
    this.#longest = Math.max(this.#longest, text.length)
    return true
  }

  get longest(): number {
    return this.#longest
  }

  /** Overlapping finds are masked as one: replaced one by one, the end of the second would be left. */
  mask(text: string, by: string): string {
    if (this.#all.size === 0) return text
    let masked = ''
    let done = 0
    let start = -1
    let end = 0
    for (let at = 0; at + keyLength <= text.length; at += 1) {
      if (this.#hints[hint(text, at)] === 0) continue
      const length = this.#lengthAt(text, at)
      if (length === 0) continue
      if (start >= 0 && at > end) {
        masked += text.slice(done, start) + by
        done = end
        start = -1
      }
      if (start < 0) start = at
      end = Math.max(end, at + length)
    }
    return start < 0 ? text : masked + text.slice(done, start) + by + text.slice(end)
  }

  #lengthAt(text: string, at: number): number {
    let longest = 0
    for (const known of this.#byKey.get(text.slice(at, at + keyLength)) ?? []) {
      if (known.length > longest && text.startsWith(known, at)) longest = known.length
    }
    return longest
  }
}

function hint(text: string, at: number): number {
  const pair = (text.charCodeAt(at) * 31 + text.charCodeAt(at + 1)) * 31 + text.charCodeAt(at + 2)
  return (pair * 31 + text.charCodeAt(at + 3)) & 0xffff
}
