/** Pixels of scenes, out of the content store: windows of bands as values, and of the mask as states. */
import { type Geotiff, openTiff } from '@dishu/formats/geotiff/geotiff'
import { readDocument } from '@dishu/kernel/sealed/sealed.store'
import type { Db } from '@dishu/server-kit/sql'
import type { Vault } from '@dishu/server-kit/vault'
import { openDocumentWindow } from '@dishu/server-kit/vault-window'
import type { Grid, Scene, SceneBand } from './imagery.ts'
import { NOTHING, statesOf } from './mask.ts'

export type PixelWindow = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }
export type OpenGrid = { readonly tiff: Geotiff; close(): Promise<void> }

/** Opens one COG of a scene. A fault where it is not in the content store. */
export async function openGrid(db: Db, vault: Vault, county: string, grid: Pick<Grid, 'sha256'>): Promise<OpenGrid> {
  const document = await readDocument(db, county, Buffer.from(grid.sha256, 'hex'))
  if (!document) throw new Error(`expected the pixels ${grid.sha256} in the content store`)
  const window = await openDocumentWindow(vault, document)
  try {
    const tiff = await openTiff({ name: `${grid.sha256.slice(0, 12)}.tif`, size: window.size, read: window.read })
    return { tiff, close: window.close }
  } catch (fault) {
    await window.close()
    throw fault
  }
}

/** Open COGs, by their content: the same pixels are opened once, and the ones not asked for longest are closed. */
export class GridShelf {
  readonly #most: number
  readonly #grids = new Map<string, Promise<OpenGrid>>()

  constructor(most = 48) {
    this.#most = most
  }

  async get(db: Db, vault: Vault, county: string, grid: Pick<Grid, 'sha256'>): Promise<Geotiff> {
    const key = `${county} ${grid.sha256}`
    const opening = this.#grids.get(key) ?? openGrid(db, vault, county, grid)
    this.#grids.delete(key)
    this.#grids.set(key, opening)
    opening.catch(() => this.#grids.delete(key))
    for (const [oldest, open] of this.#grids) {
      if (this.#grids.size <= this.#most) break
      this.#grids.delete(oldest)
      // a tile may still be reading from it
      setTimeout(() => void open.then(({ close }) => close()).catch(() => {}), 10_000).unref()
    }
    return (await opening).tiff
  }
}

/** A window of bands as values: scale and offset applied, NaN where there is no data. */
export async function readValues(
  tiff: Geotiff,
  grid: Pick<Grid, 'nodata'>,
  bands: readonly Pick<SceneBand, 'band' | 'scale' | 'offset'>[],
  window: PixelWindow,
  overview?: number,
): Promise<Float64Array[]> {
  const samples = await tiff.readWindow(
    bands.map(({ band }) => band),
    window,
    overview === undefined ? {} : { overview },
  )
  return samples.map((stored, i) => {
    const { scale, offset } = bands[i]
    const values = new Float64Array(stored.length)
    for (let k = 0; k < stored.length; k++) values[k] = stored[k] === grid.nodata ? Number.NaN : stored[k] * scale + offset
    return values
  })
}

/** Which cell of another grid of the same system holds the middle of each column (or row) of a window; −1 outside. */
function follow(
  from: number,
  count: number,
  origin: number,
  step: number,
  otherOrigin: number,
  otherStep: number,
  otherCount: number,
): Int32Array {
  return Int32Array.from({ length: count }, (_, i) => {
    const at = Math.floor((origin + (from + i + 0.5) * step - otherOrigin) / otherStep)
    return at >= 0 && at < otherCount ? at : -1
  })
}

/**
 * A window of one grid filled from another of the same system: every cell takes the value of the coarser cell that holds its middle. Nothing is
 * interpolated: means over a polygon come out as on the coarser grid itself where its cells hold whole finer ones.
 */
export async function readOver<T extends Float64Array | Uint8Array>(
  base: Pick<Grid, 'geotransform'>,
  window: PixelWindow,
  other: Pick<Grid, 'geotransform' | 'width' | 'height'>,
  read: (window: PixelWindow) => Promise<T[]>,
  make: (length: number) => T,
): Promise<T[]> {
  const [x0, dx, , y0, , dy] = base.geotransform
  const [ox, odx, , oy, , ody] = other.geotransform
  const columns = follow(window.x, window.width, x0, dx, ox, odx, other.width)
  const rows = follow(window.y, window.height, y0, dy, oy, ody, other.height)
  const [c0, c1] = span(columns)
  const [r0, r1] = span(rows)
  if (c0 > c1 || r0 > r1) return (await read({ x: 0, y: 0, width: 1, height: 1 })).map(() => make(window.width * window.height))
  const inner = { x: c0, y: r0, width: c1 - c0 + 1, height: r1 - r0 + 1 }
  return (await read(inner)).map((part) => {
    const out = make(window.width * window.height)
    for (let r = 0, i = 0; r < window.height; r++)
      for (let c = 0; c < window.width; c++, i++)
        if (rows[r] >= 0 && columns[c] >= 0) out[i] = part[(rows[r] - r0) * inner.width + columns[c] - c0]
    return out
  })
}

const span = (places: Int32Array): readonly [number, number] => {
  let [least, most] = [Number.MAX_SAFE_INTEGER, -1]
  for (const place of places) {
    if (place < 0) continue
    least = Math.min(least, place)
    most = Math.max(most, place)
  }
  return [least, most]
}

/** A scene whose grids are open, read on its finest grid of measured values. */
export class ScenePixels {
  readonly scene: Scene
  readonly base: number // of the scene's grids
  readonly #grids: readonly OpenGrid[]

  private constructor(scene: Scene, grids: readonly OpenGrid[]) {
    this.scene = scene
    this.#grids = grids
    const sizes = scene.grids.map(({ geotransform, classes }) => (classes ? Number.POSITIVE_INFINITY : geotransform[1] * -geotransform[5]))
    this.base = sizes.indexOf(Math.min(...sizes))
  }

  static async open(db: Db, vault: Vault, county: string, scene: Scene): Promise<ScenePixels> {
    const grids: OpenGrid[] = []
    try {
      for (const grid of scene.grids) grids.push(await openGrid(db, vault, county, grid))
    } catch (fault) {
      for (const { close } of grids) await close()
      throw fault
    }
    return new ScenePixels(scene, grids)
  }

  async close(): Promise<void> {
    for (const { close } of this.#grids) await close()
  }

  /** Values of bands in a window of the base grid, in the order asked for. */
  async values(bands: readonly SceneBand[], window: PixelWindow): Promise<Float64Array[]> {
    const out: Float64Array[] = []
    for (const [g, grid] of this.scene.grids.entries()) {
      const own = bands.flatMap((band, i) => (band.grid === g ? [i] : []))
      if (own.length === 0) continue
      const read = (inner: PixelWindow) =>
        readValues(
          this.#grids[g].tiff,
          grid,
          own.map((i) => bands[i]),
          inner,
        )
      const empty = (length: number) => new Float64Array(length).fill(Number.NaN)
      const values = g === this.base ? await read(window) : await readOver(this.scene.grids[this.base], window, grid, read, empty)
      for (const [k, i] of own.entries()) out[i] = values[k]
    }
    return out
  }

  /** The states of a window by the scene's mask; null where it has none. */
  async states(window: PixelWindow): Promise<Uint8Array | null> {
    const { mask, grids } = this.scene
    if (mask === null) return null
    const { tiff } = this.#grids[mask.grid]
    const read = async (inner: PixelWindow) => [statesOf(mask, (await tiff.readWindow([mask.band], inner))[0])]
    const [states] = await readOver(grids[this.base], window, grids[mask.grid], read, (length) => new Uint8Array(length).fill(NOTHING))
    return states
  }
}
