/**
 * Cells as bytes, as the ledger wants them (kernel/records, canonical.ts): a length and PostgreSQL's binary form for every column.
 * A county has a million cells and few hundred different sets of words on them, so the words are encoded once and copied; the test
 * holds every byte against the ledger's own encoder.
 */
import type { Content, Kind } from '@dishu/kernel/records/records'
import { type Cell, cellKind } from './count.ts'

export const contentOf = (cell: Cell): Content => ({
  patch_id: cell.patchId,
  parcel_id: cell.parcelId,
  part: cell.part,
  lead: cell.lead,
  area: cell.area,
  village: cell.village,
  class: cell.class,
  grade: cell.grade,
  owner: cell.owner,
  contract: cell.contract,
  saline: cell.saline,
  contract_code: cell.contractCode,
  outline: cell.outline,
})

const NUMBERS_WITH_PARCEL = 12 + 12 + 6 + 6 + 12
const SLAB_BYTES = 1 << 18
const KNOWN_WORDS = 20_000

/** Gives the bytes of one cell after another, each behind `prefix`: what a digest is taken over, and from `prefix.length` on what is written. */
export class CellBytes {
  readonly #prefix: Uint8Array
  readonly #encode: (kind: Kind, content: Content) => Uint8Array
  #words: Words = { next: new Map(), bytes: null }
  #known = 0
  #slab = new Uint8Array(0)
  #view = new DataView(this.#slab.buffer)
  #at = 0

  /** `encode` is the ledger's own encoder. */
  constructor(prefix: Uint8Array, encode: (kind: Kind, content: Content) => Uint8Array) {
    this.#prefix = prefix
    this.#encode = encode
  }

  of(cell: Cell): Uint8Array {
    const words = this.#wordsOf(cell)
    const outline = cell.outline
    const most = this.#prefix.length + NUMBERS_WITH_PARCEL + words.length + 4 + (outline?.length ?? 0)
    if (this.#at + most > this.#slab.length) {
      this.#slab = new Uint8Array(Math.max(SLAB_BYTES, most))
      this.#view = new DataView(this.#slab.buffer)
      this.#at = 0
    }
    const start = this.#at
    this.#slab.set(this.#prefix, start)
    this.#at += this.#prefix.length
    this.#int8(cell.patchId)
    if (cell.parcelId === null) this.#int4(-1)
    else this.#int8(cell.parcelId)
    this.#int2(cell.part)
    this.#int2(cell.lead)
    this.#int8(cell.area)
    this.#slab.set(words, this.#at)
    this.#at += words.length
    this.#int4(outline?.length ?? -1)
    if (outline) {
      this.#slab.set(outline, this.#at)
      this.#at += outline.length
    }
    return this.#slab.subarray(start, this.#at)
  }

  /** Seven lookups by strings that are the same objects again and again cost less than one by a text made of them. */
  #wordsOf(cell: Cell): Uint8Array {
    let at = this.#words
    for (const word of WORD_NAMES) {
      const value = cell[word]
      let next = at.next.get(value)
      if (next === undefined) {
        next = { next: new Map(), bytes: null }
        at.next.set(value, next)
      }
      at = next
    }
    if (at.bytes) return at.bytes
    const bytes = this.#encode(WORDS, contentOf(cell))
    at.bytes = bytes
    this.#known++
    if (this.#known < KNOWN_WORDS) return bytes
    this.#words = { next: new Map(), bytes: null }
    this.#known = 0
    return bytes
  }

  #int2(value: number) {
    this.#int4(2)
    this.#view.setInt16(this.#at, value)
    this.#at += 2
  }
  #int4(value: number) {
    this.#view.setInt32(this.#at, value)
    this.#at += 4
  }
  #int8(value: number) {
    if (!Number.isSafeInteger(value)) throw new RangeError(`expected a whole number, got ${value}`)
    this.#int4(8)
    this.#view.setInt32(this.#at, Math.floor(value / 4_294_967_296))
    this.#view.setUint32(this.#at + 4, value >>> 0)
    this.#at += 8
  }
}

type Words = { readonly next: Map<string | null, Words>; bytes: Uint8Array | null }
const WORD_NAMES = ['village', 'class', 'grade', 'owner', 'contract', 'saline', 'contractCode'] as const
const WORDS = { ...cellKind, columns: cellKind.columns.filter(([, type]) => type === 'text') }
