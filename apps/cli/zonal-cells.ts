/** The table of every covered cell: zone, column and row from 0, the cell's centre, the fraction covered, the sample of each band. */
import { closeSync, openSync, writeSync } from 'node:fs'
import type { Value } from '@dishu/formats/layers'
import { neutralise } from '@dishu/formats/write/neutral'
import type { Affine } from '@dishu/numeric/zonal/zones'
import { Digits } from './digits.ts'
import type { CellVisitor } from './zonal-measure.ts'

const COMMA = 44
const NEWLINE = 10

type Band = { readonly nodata: number | null; readonly scale: number; readonly offset: number }

/** Cells of `append` are added to a table begun before. A cell without data has an empty place. */
export function cellsTable(
  path: string,
  keyName: string,
  keys: readonly Value[],
  names: readonly string[],
  bands: readonly Band[],
  g: Affine,
) {
  const file = openSync(path, 'w')
  const out = new Digits((bytes) => void writeSync(file, bytes))
  const key = (value: Value) => {
    const text = value === null ? '' : typeof value === 'string' ? neutralise(value) : String(value)
    return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  }
  out.text(`${[key(keyName), 'column', 'row', 'x', 'y', 'coverage', ...names].join(',')}\n`)
  const visit: CellVisitor = (zone, window, coverage, cells) => {
    const head = key(keys[zone])
    const line = (cell: number, fraction: number) => {
      const column = window.x + (cell % window.width)
      const row = window.y + Math.floor(cell / window.width)
      out.text(head)
      for (const figure of [
        column,
        row,
        g[0] + (column + 0.5) * g[1] + (row + 0.5) * g[2],
        g[3] + (column + 0.5) * g[4] + (row + 0.5) * g[5],
        fraction,
      ]) {
        out.byte(COMMA)
        out.number(figure)
      }
      for (const [b, samples] of cells.bands.entries()) {
        out.byte(COMMA)
        const sample = samples[cell]
        const isData = sample !== bands[b].nodata && Number.isFinite(sample) && (cells.mask === null || cells.mask[cell] !== 0)
        if (isData) out.number(sample * bands[b].scale + bands[b].offset)
      }
      out.byte(NEWLINE)
    }
    for (let k = 0; k < coverage.runCount; k++) for (let cell = coverage.runs[2 * k]; cell < coverage.runs[2 * k + 1]; cell++) line(cell, 1)
    for (let k = 0; k < coverage.cellCount; k++) line(coverage.cells[k], coverage.fractions[k])
  }
  return {
    visit,
    close: () => {
      out.flush()
      closeSync(file)
    },
  }
}
