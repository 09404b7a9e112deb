/** Where the pixels of a tile lie in a raster, and which of its cells they show. */
import { type InPlace, type TileAddress, tileBounds } from './mercator.ts'

/** Column and row (with fractions; cell c reaches from c to c + 1) of the middle of every pixel of a tile, row by row. */
export type PixelPlaces = { readonly size: number; readonly columns: Float64Array; readonly rows: Float64Array }

const NODES = 16

/**
 * `toRaster` takes longitude and latitude to column and row, in place. It is asked at a lattice of nodes only; between them a plane fits, since a
 * projection hardly bends over a sixteenth of a tile. Where it has no answer, places are NaN.
 */
export function pixelPlaces(tile: TileAddress, size: number, toRaster: InPlace): PixelPlaces {
  const nodes = new Float64Array(2 * (NODES + 1) ** 2)
  const [west, , east] = tileBounds(tile)
  for (let j = 0; j <= NODES; j++) {
    // rows of pixels are even in Mercator, not in latitude
    const latitude = tileBounds({ ...tile, y: tile.y + j / NODES })[3]
    for (let i = 0; i <= NODES; i++) nodes.set([west + ((east - west) * i) / NODES, latitude], 2 * (j * (NODES + 1) + i))
  }
  toRaster(nodes)
  const columns = new Float64Array(size * size)
  const rows = new Float64Array(size * size)
  const step = size / NODES
  for (let y = 0; y < size; y++) {
    const v = (y + 0.5) / step
    const j = Math.min(NODES - 1, Math.floor(v))
    for (let x = 0; x < size; x++) {
      const u = (x + 0.5) / step
      const i = Math.min(NODES - 1, Math.floor(u))
      const [s, t] = [u - i, v - j]
      const at = 2 * (j * (NODES + 1) + i)
      const under = at + 2 * (NODES + 1)
      const k = y * size + x
      columns[k] = (nodes[at] * (1 - s) + nodes[at + 2] * s) * (1 - t) + (nodes[under] * (1 - s) + nodes[under + 2] * s) * t
      rows[k] = (nodes[at + 1] * (1 - s) + nodes[at + 3] * s) * (1 - t) + (nodes[under + 1] * (1 - s) + nodes[under + 3] * s) * t
    }
  }
  return { size, columns, rows }
}

export type CellWindow = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

/** The cells of a raster of this size, at a scale of `factor` cells of the full one, that the places look at; null for none. */
export function windowOf(
  { columns, rows }: PixelPlaces,
  width: number,
  height: number,
  factorX: number,
  factorY: number,
): CellWindow | null {
  let [left, top, right, bottom] = [width, height, -1, -1]
  for (let k = 0; k < columns.length; k++) {
    const c = Math.floor(columns[k] / factorX)
    const r = Math.floor(rows[k] / factorY)
    if (!(c >= 0 && r >= 0 && c < width && r < height)) continue
    if (c < left) left = c
    if (c > right) right = c
    if (r < top) top = r
    if (r > bottom) bottom = r
  }
  return right < left ? null : { x: left, y: top, width: right - left + 1, height: bottom - top + 1 }
}

/** How many cells of the raster one pixel is wide, about: decides which of the smaller copies is read. */
export function cellsPerPixel({ size, columns, rows }: PixelPlaces): number {
  const middle = (size / 2) * size + size / 2
  const found = Math.hypot(columns[middle + 1] - columns[middle], rows[middle + 1] - rows[middle])
  return Number.isFinite(found) && found > 0 ? found : 1
}

/** For each pixel the number of its cell in the window, or −1. */
export function cellsIn({ columns, rows }: PixelPlaces, window: CellWindow, factorX: number, factorY: number): Int32Array {
  const cells = new Int32Array(columns.length)
  for (let k = 0; k < cells.length; k++) {
    const c = Math.floor(columns[k] / factorX) - window.x
    const r = Math.floor(rows[k] / factorY) - window.y
    cells[k] = c >= 0 && r >= 0 && c < window.width && r < window.height ? r * window.width + c : -1
  }
  return cells
}
