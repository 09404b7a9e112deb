/** Which tiles a revision touches: what it began or ended, and a rim of what is drawn around a tile. Everything else looks as it did. */
import type { Db } from '@dishu/server-kit/sql'
import { EXTENT, toTileUnits } from '@dishu/server-kit/tiles/mercator'
import { readTouched } from './blocks.store.ts'
import { OUTLINE_ZOOM, placeKey } from './blocks.ts'

/** A revision with more rows than this is taken to touch everything: to look each up would cost more than to draw anew. */
const MOST_ROWS = 20_000
/** So many revisions are looked through; what is older is drawn anew. */
const MOST_REVISIONS = 400
const MOST_SCOPES = 200
/** Boxes over more outline tiles than this are held against a tile one by one. */
const WIDE = 64
/** The rim around a tile of zoom 11, from which samples are drawn, in outline tiles. */
const RIM = 0.125

type Box = readonly [minX: number, minY: number, maxX: number, maxY: number]
type Touched = { readonly keys: ReadonlySet<number>; readonly wide: readonly Box[] } | 'everything'

const scopes = new Map<string, Map<number, Touched>>()

/** Whether a tile (of zoom 14, or a smaller one) looks the same at two revisions, as far as those of the request's areas see. */
export async function looksTheSame(
  db: Db,
  county: string,
  scope: string,
  tile: { readonly z: number; readonly x: number; readonly y: number },
  between: readonly [from: number, to: number],
): Promise<boolean> {
  const [from, to] = between
  if (to - from > MOST_REVISIONS) return false
  const known = revisionsOf(`${county} ${scope}`)
  for (let rev = to; rev > from; rev--) {
    const touched = known.get(rev) ?? (await read(db, county, rev, known))
    if (touches(touched, tile)) return false
  }
  return true
}

function revisionsOf(key: string): Map<number, Touched> {
  const known = scopes.get(key) ?? new Map<number, Touched>()
  scopes.delete(key)
  scopes.set(key, known)
  for (const oldest of scopes.keys()) {
    if (scopes.size <= MOST_SCOPES) break
    scopes.delete(oldest)
  }
  return known
}

async function read(db: Db, county: string, rev: number, known: Map<number, Touched>): Promise<Touched> {
  const rows = await readTouched(db, county, rev, MOST_ROWS + 1)
  const touched = rows.length > MOST_ROWS ? 'everything' : touchedBy(rows.map(({ box }) => box))
  known.set(rev, touched)
  for (const each of known.keys()) if (each <= rev - MOST_REVISIONS) known.delete(each)
  return touched
}

function touchedBy(boxes: readonly Box[]): Touched {
  const keys = new Set<number>()
  const wide: Box[] = []
  for (const box of boxes) {
    const xy = toTileUnits(Float64Array.of(box[0], box[3], box[2], box[1]), { z: OUTLINE_ZOOM, x: 0, y: 0 })
    const [x0, y0] = [Math.floor(xy[0] / EXTENT - RIM), Math.floor(xy[1] / EXTENT - RIM)]
    const [x1, y1] = [Math.floor(xy[2] / EXTENT + RIM), Math.floor(xy[3] / EXTENT + RIM)]
    if ((x1 - x0 + 1) * (y1 - y0 + 1) > WIDE) {
      wide.push([x0, y0, x1, y1])
      continue
    }
    for (let x = x0; x <= x1; x++)
      for (let y = y0; y <= y1; y++)
        for (let z = OUTLINE_ZOOM; z >= 0; z--) {
          const key = placeKey(z, x >> (OUTLINE_ZOOM - z), y >> (OUTLINE_ZOOM - z))
          if (keys.has(key)) break // so are all above it
          keys.add(key)
        }
  }
  return { keys, wide }
}

function touches(touched: Touched, { z, x, y }: { readonly z: number; readonly x: number; readonly y: number }): boolean {
  if (touched === 'everything') return true
  if (touched.keys.has(placeKey(z, x, y))) return true
  const n = 2 ** (OUTLINE_ZOOM - z)
  return touched.wide.some(([x0, y0, x1, y1]) => x0 < (x + 1) * n && x1 >= x * n && y0 < (y + 1) * n && y1 >= y * n)
}
