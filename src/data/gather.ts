import { createHash } from 'node:crypto'
import { Buckets } from './buckets.ts'
import { bucketCount, type Content, fewRows, longestCell, type Row } from './print.ts'

/** Rows of a table that stays small are kept whole only up to this many characters. */
const fewCharacters = 4 * 1024 * 1024

/** Takes the rows of one table one by one, in any order, and never holds more than a few of them. */
export class Gathering {
  #rows: Row[] | undefined = []
  #characters = 0
  #count = 0
  #buckets: Buckets | undefined

  add({ key, cells }: Row): void {
    this.#count += 1
    this.#buckets ??= new Buckets(1 + cells.length)
    const sums = cells.map((cell) => (cell === null ? 0n : hashOf(`${key}\0${cell}`)))
    this.#buckets.add(bucketOf(key), 1, [hashOf(key), ...sums])
    this.#keep({ key, cells: cells.map((cell) => (cell === null ? null : shortCell(cell))) })
  }

  get count(): number {
    return this.#count
  }

  /** `like`: how the table was kept before, so that the two can be compared. */
  content(like?: Content): Content {
    if (this.#rows && like?.kind !== 'buckets') return { kind: 'rows', rows: this.#rows }
    return { kind: 'buckets', buckets: this.#buckets ?? new Buckets(1) }
  }

  #keep(row: Row): void {
    if (!this.#rows) return
    this.#characters += row.key.length + row.cells.reduce((sum, cell) => sum + (cell?.length ?? 0), 0)
    this.#rows.push(row)
    if (this.#rows.length > fewRows || this.#characters > fewCharacters) this.#rows = undefined
  }
}

/** The part of its table that a row belongs to. */
export function bucketOf(key: string): number {
  return createHash('md5').update(key).digest().readUInt16BE() % bucketCount
}

/** A value that may be long, as it is kept: its beginning, and a hash of the whole. */
export function shortCell(cell: string): string {
  if (cell.length <= longestCell) return cell
  return `${cell.slice(0, longestCell)}…${createHash('md5').update(cell).digest('hex')}`
}

function hashOf(text: string): bigint {
  return createHash('md5').update(text).digest().readBigInt64BE()
}
