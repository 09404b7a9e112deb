/** Turning rows of values into batches, and raw column names into names that can be used. */
import type { Batch, RowProblem, Value } from '../layers.ts'
import { BATCH_ROWS } from '../layers.ts'

/** What every reader here may be told. `scratch` is a folder in which temporary folders may be made. */
export type OpenOptions = { readonly encoding?: string; readonly scratch?: string }

const BATCH_CHARACTERS = 4 << 20 // a batch is handed on early past this, so that long texts stay in bounds
const NO_BYTES = new Uint8Array(0)

/** Gathers rows without geometry; `add` says whether a batch is full and should be taken. */
export class TableBatch {
  readonly #fieldCount: number
  #rows: number[] = []
  #columns: Value[][] = []
  #problems: RowProblem[] = []
  #characters = 0

  constructor(fieldCount: number) {
    this.#fieldCount = fieldCount
    this.#clear()
  }

  #clear() {
    this.#characters = 0
    this.#rows = []
    this.#problems = []
    this.#columns = Array.from({ length: this.#fieldCount }, () => [])
  }

  /** Adds one row; `values` has one value for each field. */
  add(row: number, values: readonly Value[]): boolean {
    this.#rows.push(row)
    for (let f = 0; f < this.#fieldCount; f++) {
      const value = values[f] ?? null
      if (typeof value === 'string') this.#characters += value.length
      this.#columns[f].push(value)
    }
    return this.full
  }

  fail(problem: RowProblem): boolean {
    this.#problems.push(problem)
    return this.full
  }

  get full(): boolean {
    return this.#rows.length >= BATCH_ROWS || this.#problems.length >= BATCH_ROWS || this.#characters >= BATCH_CHARACTERS
  }

  get empty(): boolean {
    return this.#rows.length === 0 && this.#problems.length === 0
  }

  /** The rows gathered so far; starts anew. */
  take(): Batch {
    const batch: Batch = {
      rows: Uint32Array.from(this.#rows),
      columns: this.#columns,
      wkb: NO_BYTES,
      offsets: new Uint32Array(this.#rows.length + 1),
      problems: this.#problems,
      notes: [],
    }
    this.#clear()
    return batch
  }
}

/**
 * Names for columns as found in a file: trimmed, line breaks to blanks, blank ones named by `nameless`, repeated ones numbered.
 * Two names that differ only in case count as the same, since GIS tools and databases treat them so.
 */
export function mendNames(found: readonly string[], nameless: (column: number) => string) {
  const taken = new Set<string>()
  const mended: { was: string; now: string }[] = []
  const names = found.map((raw, column) => {
    const plain = raw.replaceAll(/[\s\0]+/g, ' ').trim() || nameless(column)
    let name = plain
    for (let n = 2; taken.has(name.toLowerCase()); n++) name = `${plain}_${n}`
    taken.add(name.toLowerCase())
    if (name !== raw.trim()) mended.push({ was: raw, now: name })
    return name
  })
  return { names, mended }
}

/** The letters a spreadsheet gives a column, 0 → A, 26 → AA. */
export function columnLetters(column: number): string {
  let letters = ''
  for (let c = column + 1; c > 0; c = Math.floor((c - 1) / 26)) letters = String.fromCharCode(65 + ((c - 1) % 26)) + letters
  return letters
}
