/** What checks have captured, apart for each side; that of the baseline is known to all. */
export class Captures {
  readonly baseline = new Map<string, string>()
  readonly #later = new Map<string, Map<string, string>>()

  /** By the name of the side: `baseline`, `hop1`, `target`, `rollback-image`. */
  at(side: string): Map<string, string> {
    if (side === 'baseline') return this.baseline
    const own = this.#later.get(side) ?? new Map<string, string>()
    this.#later.set(side, own)
    return own
  }

  /** By side. */
  remember(): ReadonlyMap<string, ReadonlyMap<string, string>> {
    const sides = new Map([['baseline', this.baseline], ...this.#later])
    return new Map([...sides].map(([side, own]) => [side, new Map(own)]))
  }

  recall(sides: ReadonlyMap<string, ReadonlyMap<string, string>>): void {
    for (const [side, own] of sides) for (const [name, value] of own) this.at(side).set(name, value)
  }
}
