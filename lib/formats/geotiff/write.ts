/**
 * A tiled GeoTIFF laid out as cloud-optimised (COG): directories first, then the tiles of the smallest overview, and the full image last,
 * so that a reader of ranges finds everything from the first bytes. Deflate with a predictor; bands apart, each in tiles of its own.
 */
import { open, rename, rm } from 'node:fs/promises'
import { deflateSync } from 'node:zlib'
import { type Samples, samplesFor } from './samples.ts'
import { directoriesOf, type TileTable } from './write-directories.ts'
import { halved } from './write-overviews.ts'
import type { RasterToWrite, WritableType } from './write-raster.ts'

export type { RasterToWrite, WritableType } from './write-raster.ts'

export type GeotiffOptions = {
  /** Cells along a tile's side, a multiple of 16. */
  readonly tile?: number
  /** zlib's level, 1 to 9. */
  readonly level?: number
  /** How four cells become one: their mean without nodata (measured values), or the first that is no nodata (classes). */
  readonly overviews?: 'mean' | 'first' | 'none'
}

type Level = {
  readonly width: number
  readonly height: number
  readonly tiles: TileTable
  /** The rows of the tile row being filled, per band. */
  readonly filling: Samples[]
  filled: number
  tileRow: number
}

/** Writes the file; it is there whole or not at all. Returns its bytes. Faults: rows of the wrong size. */
export async function writeGeotiff(path: string, raster: RasterToWrite, options: GeotiffOptions = {}): Promise<number> {
  const { tile = 512, level = 6, overviews = 'mean' } = options
  const { width, height, bandCount, type } = raster
  if (tile % 16 !== 0 || tile < 16) throw new Error(`expected tiles of a multiple of 16 cells, got ${tile}`)
  const levels = levelsOf(raster, tile, overviews !== 'none')
  // the full image comes last in the file and is made first: its tiles wait beside it
  const waitingPath = `${path}.${process.pid}.tiles`
  const waiting = await open(waitingPath, 'w+')
  const draftPath = `${path}.${process.pid}.part`
  try {
    const smaller: Uint8Array[][] = levels.map(() => [])
    let waitingBytes = 0
    const put = async (depth: number, index: number, bytes: Uint8Array) => {
      levels[depth].tiles.sizes[index] = bytes.length
      if (depth > 0) {
        smaller[depth][index] = bytes
        return
      }
      levels[0].tiles.places[index] = waitingBytes
      await waiting.write(bytes, 0, bytes.length, waitingBytes)
      waitingBytes += bytes.length
    }
    const add = async (depth: number, rows: readonly Samples[], n: number): Promise<void> => {
      const { width: across, height: down, filling } = levels[depth]
      for (let from = 0; from < n; ) {
        const take = Math.min(n - from, tile - levels[depth].filled)
        for (let b = 0; b < bandCount; b++)
          filling[b].set(rows[b].subarray(from * across, (from + take) * across), levels[depth].filled * across)
        levels[depth].filled += take
        from += take
        const ended = levels[depth].tileRow * tile + levels[depth].filled === down
        if (levels[depth].filled < tile && !ended) continue
        await flush(depth)
      }
    }
    const flush = async (depth: number): Promise<void> => {
      const here = levels[depth]
      const tilesAcross = Math.ceil(here.width / tile)
      const tilesDown = Math.ceil(here.height / tile)
      const held = here.filled
      for (let b = 0; b < bandCount; b++) {
        for (let t = 0; t < tilesAcross; t++) {
          const bytes = packTile(here.filling[b], here.width, t * tile, held, tile, type, level)
          await put(depth, (b * tilesDown + here.tileRow) * tilesAcross + t, bytes)
        }
      }
      here.filled = 0
      here.tileRow++
      if (depth + 1 === levels.length) return
      // a tile's side is even: halves of one tile row never wait for the next
      const half = here.filling.map((rows) => halved(rows, here.width, held, raster.nodata ?? null, overviews === 'mean'))
      await add(depth + 1, half, Math.ceil(held / 2))
    }
    for (let y = 0; y < height; y += tile) {
      const n = Math.min(tile, height - y)
      const rows = await raster.rows(y, n)
      if (rows.length !== bandCount || rows.some((band) => band.length < n * width))
        throw new Error(`expected ${bandCount} bands of ${n * width} samples, got ${rows.map((band) => band.length).join(', ')}`)
      await add(0, rows, n)
    }

    // places are known once all sizes are: directories, then levels from the smallest
    let at = directoriesOf(raster, levels, tile).length
    for (let depth = levels.length - 1; depth >= 0; depth--) {
      const { places, sizes } = levels[depth].tiles
      const base = at
      for (let i = 0; i < places.length; i++) {
        places[i] = depth === 0 ? base + places[i] : at
        at += sizes[i]
      }
    }
    const out = await open(draftPath, 'w')
    try {
      const head = directoriesOf(raster, levels, tile)
      await out.write(head, 0, head.length, 0)
      for (let depth = levels.length - 1; depth > 0; depth--)
        for (const [i, bytes] of smaller[depth].entries()) await out.write(bytes, 0, bytes.length, levels[depth].tiles.places[i])
      const piece = Buffer.allocUnsafe(4 << 20)
      for (let done = 0; done < waitingBytes; ) {
        const { bytesRead } = await waiting.read(piece, 0, piece.length, done)
        await out.write(piece, 0, bytesRead, at - waitingBytes + done)
        done += bytesRead
      }
    } finally {
      await out.close()
    }
    await rename(draftPath, path)
    return at
  } catch (fault) {
    await rm(draftPath, { force: true })
    throw fault
  } finally {
    await waiting.close()
    await rm(waitingPath, { force: true })
  }
}

/** The full image and its halves, until one fits a tile. */
function levelsOf({ width, height, bandCount, type }: RasterToWrite, tile: number, withOverviews: boolean): Level[] {
  const levels: Level[] = []
  for (let w = width, h = height; ; w = Math.ceil(w / 2), h = Math.ceil(h / 2)) {
    const tiles = Math.ceil(w / tile) * Math.ceil(h / tile) * bandCount
    levels.push({
      width: w,
      height: h,
      tiles: { places: new Float64Array(tiles), sizes: new Float64Array(tiles) },
      filling: Array.from({ length: bandCount }, () => samplesFor(type, tile * w)),
      filled: 0,
      tileRow: 0,
    })
    if (!withOverviews || (w <= tile && h <= tile)) return levels
  }
}

/** One tile from the rows of its tile row, differences taken, deflated. Beyond the image its cells repeat the last: they cost nothing. */
function packTile(rows: Samples, width: number, left: number, n: number, tile: number, type: WritableType, level: number): Uint8Array {
  const cells = samplesFor(type, tile * tile)
  const take = Math.min(tile, width - left)
  for (let r = 0; r < tile; r++) {
    const from = Math.min(r, n - 1) * width + left
    cells.set(rows.subarray(from, from + take), r * tile)
    if (take < tile) cells.fill(rows[from + take - 1], r * tile + take, (r + 1) * tile)
  }
  if (type.startsWith('float')) return deflateSync(bytePlanes(cells, tile), { level })
  for (let r = 0; r < tile; r++) for (let i = (r + 1) * tile - 1; i > r * tile; i--) cells[i] -= cells[i - 1]
  return deflateSync(bytesOf(cells), { level })
}

const bytesOf = (cells: Samples) => new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength)

/** Predictor 3: each row's bytes by significance, most significant first, and the differences along them. */
function bytePlanes(cells: Samples, tile: number): Uint8Array {
  const width = cells.BYTES_PER_ELEMENT
  const bytes = bytesOf(cells)
  const out = new Uint8Array(bytes.length)
  const perRow = tile * width
  for (let r = 0; r < tile; r++) {
    const at = r * perRow
    for (let i = 0; i < tile; i++)
      for (let plane = 0; plane < width; plane++) out[at + plane * tile + i] = bytes[at + i * width + width - 1 - plane]
    for (let i = perRow - 1; i > 0; i--) out[at + i] -= out[at + i - 1]
  }
  return out
}
