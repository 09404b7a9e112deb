/**
 * Counting a baseline anew from plain rows: patches, the parcels, contracts and samples on them, and nothing that was added up before. The rows come
 * from the register as it was known, or from the lines of a kept folder; neither is told apart here.
 */
import type { Day } from '@dishu/base/date'
import { accept, type Result, refuse } from '@dishu/base/refusal'
import type { GradingConfig } from '../soil/soil.ts'
import { type BaselineRefusal, inOrder, type TableRow } from './baseline.ts'
import { cellsOfPatch } from './cells.ts'
import { groundOver, type Laying, layOver, type OverRows, type PatchRow } from './ground.ts'
import { cellRules } from './rules.ts'

/** Some patches of one state, and everything that lies on them. */
export type StateBatch = {
  readonly patches: readonly (Omit<PatchRow, 'validFrom' | 'validTo'> & { readonly mapgrade: string })[]
  readonly pairs: readonly { readonly patchId: number; readonly parcelIds: readonly number[] }[]
} & Omit<OverRows, 'pairs'>

const DAY_MS = 86_400_000
const dayAfter = (day: Day): Day => new Date(Date.parse(`${day}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10) as Day

/** Adds up the cells of batches on one day, under one grading. Whole hundredths: the order of batches does not matter. */
export class Recount {
  readonly #sums = new Map<string, { readonly words: readonly string[]; area: number; patches: number; cells: number }>()
  readonly #day: Day
  readonly #until: Day
  readonly #rules: ReturnType<typeof cellRules>
  readonly laying: Laying = { unlaid: 0 }
  patches = 0

  constructor(day: Day, grading: GradingConfig) {
    this.#day = day
    this.#until = dayAfter(day)
    this.#rules = cellRules(grading)
  }

  add({ patches, pairs, ...rows }: StateBatch): void {
    const over = groundOver({ ...rows, pairs: new Map(pairs.map(({ patchId, parcelIds }) => [patchId, parcelIds])) })
    for (const { mapgrade, ...state } of patches) {
      // the day alone: nothing on it changes, so that every piece has one cell
      const versions = [{ ...state, validFrom: this.#day, validTo: this.#until }]
      const { cells } = cellsOfPatch(
        { versions, ...over.of(versions), lay: (patch, parcels) => layOver(patch, parcels, over.outlineOf(patch), this.laying) },
        this.#rules,
      )
      for (const { village, class: landClass, grade, owner, contract, saline, area, lead } of cells) {
        const words = [village.slice(0, 12), landClass, grade, mapgrade, owner, contract, saline]
        const key = words.join('\u001f')
        const sum = this.#sums.get(key)
        if (sum) {
          sum.area += area
          sum.patches += lead
          sum.cells++
        } else this.#sums.set(key, { words, area, patches: lead, cells: 1 })
      }
      this.patches++
    }
  }

  table(): TableRow[] {
    return inOrder(
      [...this.#sums.values()].map(({ words, area, patches, cells }) => [...words, area, patches, cells] as unknown as TableRow),
    )
  }
}

const BYTES = 'base64:'
const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

/** A batch as one line of text; outlines in base64. */
export const batchLine = ({ parcels, outlines, ...batch }: StateBatch): string =>
  JSON.stringify({ ...batch, parcels: parcels.map(asText), outlines: outlines.map(asText) })
const asText = <Row extends { readonly outline: Uint8Array }>(row: Row) => ({ ...row, outline: `${BYTES}${toBase64(row.outline)}` })

/** Reads such a line. */
export function batchFrom(line: string, file: string): Result<StateBatch, BaselineRefusal> {
  try {
    const value: unknown = JSON.parse(line, (key, each: unknown) =>
      key === 'outline' && typeof each === 'string' && each.startsWith(BYTES) ? fromBase64(each.slice(BYTES.length)) : each,
    )
    const lists = ['patches', 'pairs', 'parcels', 'contracts', 'placed', 'named', 'outlines']
    if (isRecord(value) && lists.every((name) => Array.isArray(value[name]))) return accept(value as unknown as StateBatch)
  } catch {}
  return refuse('baseline/not-a-baseline', { file })
}

const toBase64 = (bytes: Uint8Array): string => btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
const fromBase64 = (text: string): Uint8Array => Uint8Array.from(atob(text), (sign) => sign.charCodeAt(0))
