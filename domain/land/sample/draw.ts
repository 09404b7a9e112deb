/** Picks rows for planted defects, so that no row gets two. */
import type { Holdings } from './holdings.ts'
import type { Parcel } from './parcels.ts'
import type { Patch } from './patches.ts'
import type { SoilRow, Truth, XzqRow } from './rows.ts'

export type Planted = {
  readonly areas: XzqRow[]
  readonly patches: readonly Patch[]
  readonly parcels: readonly Parcel[]
  readonly holdings: Holdings
  readonly soil: readonly SoilRow[]
}

export type Note = (
  rule: string,
  layer: string,
  key: string,
  field: string,
  found: Truth['found'],
  expected: Truth['expected'],
  magnitude?: number | null,
  unit?: Truth['unit'],
  follows?: string | null,
) => void

export class Draw {
  readonly #used = new Set<object>()
  readonly count: number
  readonly random: () => number

  constructor(count: number, random: () => number) {
    this.count = count
    this.random = random
  }

  /** Marks a row as taken; false where it was already. */
  claim(row: object): boolean {
    if (this.#used.has(row)) return false
    this.#used.add(row)
    return true
  }

  isFree(row: object): boolean {
    return !this.#used.has(row)
  }

  /** Some rows that fit and have no defect yet, numbered from 0; fewer than wanted where there are not enough. */
  *some<T extends object>(rows: readonly T[], fits: (row: T) => boolean = () => true): Generator<[number, T]> {
    for (let n = 0, tries = 0; n < this.count && tries < 20_000 && rows.length > 0; tries++) {
      const row = rows[Math.floor(this.random() * rows.length)]
      if (!this.#used.has(row) && fits(row) && this.claim(row)) yield [n++, row]
    }
  }

  /** Some pairs of rows that stand next to each other. */
  *pairs<T extends object>(rows: readonly T[], fits: (a: T, b: T) => boolean): Generator<[T, T]> {
    for (let n = 0, tries = 0; n < this.count && tries < 20_000 && rows.length > 1; tries++) {
      const i = Math.floor(this.random() * (rows.length - 1))
      const [a, b] = [rows[i], rows[i + 1]]
      if (this.#used.has(a) || this.#used.has(b) || !fits(a, b)) continue
      this.claim(a)
      this.claim(b)
      n++
      yield [a, b]
    }
  }
}
