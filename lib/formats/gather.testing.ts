/** For tests: a whole layer in memory, the area its WKB encloses, and where the shared data lies. */
import { existsSync } from 'node:fs'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { RowProblem, Source, Value } from './layers.ts'

export type Gathered = {
  readonly rows: number[]
  readonly columns: Value[][]
  readonly wkb: Buffer[]
  readonly problems: RowProblem[]
  readonly notes: RowProblem[]
}

export async function gather(source: Source, layer = 0): Promise<Gathered> {
  const all: Gathered = { rows: [], columns: source.layers[layer].fields.map(() => []), wkb: [], problems: [], notes: [] }
  for await (const batch of source.read(layer)) {
    all.rows.push(...batch.rows)
    all.problems.push(...batch.problems)
    all.notes.push(...(batch.notes ?? []))
    for (const [f, column] of batch.columns.entries()) all.columns[f].push(...column)
    for (let i = 0; i < batch.rows.length; i++) all.wkb.push(Buffer.from(batch.wkb.subarray(batch.offsets[i], batch.offsets[i + 1])))
  }
  return all
}

/** Planar area of a WKB geometry, holes taken off whichever way they run; throws where the bytes do not end with it. */
export function areaOf(wkb: Buffer): number {
  if (wkb.length === 0) return 0
  const { area, end } = measured(wkb, 0)
  if (end !== wkb.length) throw new Error(`expected a geometry of ${wkb.length} bytes, got ${end}`)
  return area
}

function measured(wkb: Buffer, at: number): { area: number; end: number } {
  if (wkb[at] !== 1) throw new Error('expected little-endian WKB')
  const type = wkb.readUInt32LE(at + 1)
  if (type === 1) return { area: 0, end: at + 21 }
  const n = wkb.readUInt32LE(at + 5)
  let p = at + 9
  if (type === 2) return { area: 0, end: p + n * 16 }
  let area = 0
  for (let i = 0; i < n; i++) {
    if (type !== 3) {
      const part = measured(wkb, p)
      area += part.area
      p = part.end
      continue
    }
    const points = wkb.readUInt32LE(p)
    p += 4
    const x0 = wkb.readDoubleLE(p)
    const y0 = wkb.readDoubleLE(p + 8)
    let twice = 0
    for (let k = 0, q = p; k + 1 < points; k++, q += 16) {
      twice +=
        (wkb.readDoubleLE(q) - x0) * (wkb.readDoubleLE(q + 24) - y0) - (wkb.readDoubleLE(q + 16) - x0) * (wkb.readDoubleLE(q + 8) - y0)
    }
    area += (i === 0 ? 1 : -1) * Math.abs(twice / 2)
    p += points * 16
  }
  return { area, end: p }
}

/** WKB as text one can read: `3((0 0,4 0,…))` by type number. */
export function shapeOf(wkb: Buffer): string {
  const read = (at: number): [string, number] => {
    const type = wkb.readUInt32LE(at + 1)
    const point = (p: number) => `${wkb.readDoubleLE(p)} ${wkb.readDoubleLE(p + 8)}`
    if (type === 1) return [`1(${point(at + 5)})`, at + 21]
    const n = wkb.readUInt32LE(at + 5)
    let p = at + 9
    const parts: string[] = []
    for (let i = 0; i < n; i++) {
      if (type === 2) {
        parts.push(point(p))
        p += 16
      } else if (type === 3) {
        const points = wkb.readUInt32LE(p)
        parts.push(`(${Array.from({ length: points }, (_, k) => point(p + 4 + k * 16)).join(',')})`)
        p += 4 + points * 16
      } else {
        const [text, end] = read(p)
        parts.push(text)
        p = end
      }
    }
    return [`${type}(${parts.join(',')})`, p]
  }
  return wkb.length === 0 ? '' : read(0)[0]
}

/** A file of the shared data, null when it is not there. */
export function sharedFile(path: string): string | null {
  const here = dirname(fileURLToPath(import.meta.url))
  const root = process.env.DISHU_SHARED ?? resolve(here, '../../../shared')
  const file = resolve(root, path)
  return existsSync(file) ? file : null
}
