/** Rows under a county that nobody expected: another county's, or slips of the pen, which is plain only when all rows are read. */
import type { Batch } from '@dishu/formats/layers'
import type { OpenLayer } from './layers.jobs.ts'

const STRAY_ROWS = 20
const STRAY_SHARE = 0.02
const KEPT_ROWS = 5000

/** A row that waits for it to be known whether its county is a slip of the pen. */
export type KeptRow = { readonly open: OpenLayer; readonly batch: Batch; readonly county: string }

/** Whether `rows` of an unexpected county, with `kept` rows waiting in all, may still turn out to be slips. */
export const mayStillBeStray = (rows: number, kept: number): boolean => rows < STRAY_ROWS && kept < KEPT_ROWS

/**
 * Counties that only a few rows of a layer name, that the register does not have, and that no layer is mainly of: slips of the pen, each with the
 * county it is taken for. `rowsOf`: rows by stated county, of every layer.
 */
export function findStrays(
  rowsOf: ReadonlyMap<OpenLayer, ReadonlyMap<string, number>>,
  registered: readonly string[],
): Map<string, string> {
  const mainOf = (rows: ReadonlyMap<string, number>) => [...rows].sort((a, b) => b[1] - a[1])[0]
  const mains = new Set([...registered, ...[...rowsOf.values()].map((rows) => mainOf(rows)[0])])
  const strays = new Map<string, string>()
  for (const rows of rowsOf.values()) {
    const [main, most] = mainOf(rows)
    for (const [county, few] of rows) if (!mains.has(county) && few < STRAY_ROWS && few < most * STRAY_SHARE) strays.set(county, main)
  }
  return strays
}

/** One row of a batch as a batch of its own, so that the rest can go. */
export const rowAlone = ({ rows, columns, wkb, offsets }: Batch, i: number): Batch => ({
  rows: rows.slice(i, i + 1),
  columns: columns.map((column) => [column[i]]),
  wkb: wkb.slice(offsets[i], offsets[i + 1]),
  offsets: Uint32Array.of(0, offsets[i + 1] - offsets[i]),
  problems: [],
})
