import { bucketCount } from './print.ts'

/**
 * A large table as sums over its parts: a row belongs to the part that its key hashes to. Kept as plain numbers, 8 bytes each, and
 * only for parts that have rows, so that many tables of millions of rows take a few megabytes.
 */
export class Buckets {
  /** By part: its place among those kept, counted from 1; 0 where it has no rows. */
  readonly #places = new Uint16Array(bucketCount)
  #numbers = new BigInt64Array(0)
  #kept = 0
  readonly #width: number

  /** `sums`: how many a part has, one for the key and one for each column outside of it. */
  constructor(sums: number) {
    this.#width = 1 + sums
  }

  /** Adds rows to a part. Sums are kept modulo 2^64: of hashes, that tells them apart just as well. */
  add(index: number, rows: number, sums: readonly bigint[]): void {
    const start = this.#startOf(index)
    const numbers = this.#numbers
    numbers[start] = (numbers[start] ?? 0n) + BigInt(rows)
    for (const [place, sum] of sums.entries()) {
      numbers[start + 1 + place] = (numbers[start + 1 + place] ?? 0n) + sum
    }
  }

  /** The parts that have rows, in ascending order. */
  *indexes(): Generator<number> {
    for (const [index, place] of this.#places.entries()) if (place > 0) yield index
  }

  /** How many rows a part has. */
  rows(index: number): number {
    return Number(this.#at(index, 0))
  }

  /** A part's sum; the first one is the keys'. */
  sum(index: number, place: number): bigint {
    return this.#at(index, 1 + place)
  }

  get total(): number {
    return this.indexes().reduce((all, index) => all + this.rows(index), 0)
  }

  #at(index: number, offset: number): bigint {
    const place = this.#places[index] ?? 0
    return place === 0 ? 0n : (this.#numbers[(place - 1) * this.#width + offset] ?? 0n)
  }

  #startOf(index: number): number {
    if (this.#places[index] === 0) {
      this.#kept += 1
      this.#places[index] = this.#kept
      const needed = this.#kept * this.#width
      if (needed > this.#numbers.length) {
        const more = new BigInt64Array(Math.min(bucketCount * this.#width, 2 * needed))
        more.set(this.#numbers)
        this.#numbers = more
      }
    }
    return ((this.#places[index] ?? 0) - 1) * this.#width
  }
}
