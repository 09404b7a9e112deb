/** GET /tiles/:county/scenes/:scene/:z/:x/:y.png: a scene as a map, out of the smaller copies of its COGs. */
import { createHash } from 'node:crypto'
import { accept, type Result, refuse } from '@dishu/base/refusal'
import { fromLonLat } from '@dishu/formats/crs/from-lonlat'
import type { Geotiff } from '@dishu/formats/geotiff/geotiff'
import type { Db } from '@dishu/server-kit/sql'
import { TileCache } from '@dishu/server-kit/tiles/cache'
import { isTile, type TileAddress } from '@dishu/server-kit/tiles/mercator'
import { pngOf } from '@dishu/server-kit/tiles/png'
import { cellsIn, cellsPerPixel, type PixelPlaces, pixelPlaces, windowOf } from '@dishu/server-kit/tiles/raster'
import type { Vault } from '@dishu/server-kit/vault'
import { crsOf } from './imagery.exchange.ts'
import { readOwnIndices, readScene } from './imagery.store.ts'
import { allIndices, type ImageryRefusal, type Scene, type SceneBand, type SpectralIndex } from './imagery.ts'
import { HIDDEN, NOTHING, statesOf } from './mask.ts'
import { compositePicture, indexPicture, type Stretch, type Summary, summaryOf } from './picture.ts'
import { GridShelf, type PixelWindow, readValues } from './pixels.jobs.ts'

export type TileTools = { readonly vault: Vault }
type Address = Readonly<Record<string, string | undefined>>

export const TILE_PIXELS = 512
const CACHE_BYTES = 96 * 1024 * 1024
/** A summary is taken of a smaller copy: a quarter of a million cells tell percentiles to three digits. */
const SUMMARY_CELLS = 500_000
const MOST_SUMMARIES = 400

const shelf = new GridShelf()
const cache = new TileCache(CACHE_BYTES)
const summaries = new Map<string, Promise<Summary | null>>()

/** What a scene's pixels and their meaning are, in twelve letters: two scenes that agree in it look the same. */
export const versionOf = ({ grids, bands, mask }: Pick<Scene, 'grids' | 'bands' | 'mask'>): string =>
  createHash('sha256')
    .update(JSON.stringify([grids.map(({ sha256 }) => sha256), bands, mask]))
    .digest('hex')
    .slice(0, 12)

/** Three bands as a picture, or one value along a ramp. */
type Asked =
  | { readonly show: 'bands'; readonly bands: readonly SceneBand[]; readonly stretches: readonly Stretch[] | null }
  | { readonly show: 'value'; readonly measure: ValueAsked; readonly stretch: Stretch | null }
type ValueAsked = { readonly key: string; readonly bands: readonly SceneBand[]; readonly index: SpectralIndex | null }

/** A measure by its id: a band's letter, `band:NAME`, or an index. */
export function measureOf(scene: Pick<Scene, 'bands'>, indices: readonly SpectralIndex[], id: string): Result<ValueAsked, ImageryRefusal> {
  const band = scene.bands.find(({ role, name }) => role === id || `band:${name}` === id)
  if (band) return accept({ key: id, bands: [band], index: null })
  const index = indices.find((each) => each.id === id)
  if (!index) return refuse('imagery/no-such-index', { id })
  const bands = index.bands.map((role) => scene.bands.find((each) => each.role === role))
  const missing = index.bands.filter((_, i) => bands[i] === undefined)
  if (missing.length > 0) return refuse('imagery/index-lacks-bands', { index: id, missing })
  return accept({ key: `${id} ${index.formula}`, bands: bands.filter((each) => each !== undefined), index })
}

const numbersIn = (text: string | undefined): number[] => (text ?? '').split(',').filter(Boolean).map(Number)

function askedFrom(scene: Scene, indices: readonly SpectralIndex[], query: Address): Result<Asked, ImageryRefusal> {
  const numbers = numbersIn(query.stretch)
  const pairs = Array.from({ length: numbers.length / 2 }, (_, i): Stretch => [numbers[2 * i], numbers[2 * i + 1]])
  const usable = pairs.every(([low, high]) => Number.isFinite(low) && Number.isFinite(high) && low < high)
  if (query.show !== undefined && query.show !== '') {
    const measure = measureOf(scene, indices, query.show)
    return measure.ok ? accept({ show: 'value', measure: measure.value, stretch: usable ? (pairs[0] ?? null) : null }) : measure
  }
  const wanted = (query.bands ?? 'R,G,B').split(',').slice(0, 3)
  const bands: SceneBand[] = []
  for (const id of wanted) {
    const band = scene.bands.find(({ role, name }) => role === id || `band:${name}` === id)
    if (!band) return refuse('imagery/no-such-band', { band: id, there: scene.bands.map(({ role, name }) => role ?? `band:${name}`) })
    bands.push(band)
  }
  while (bands.length < 3) bands.push(bands[bands.length - 1])
  return accept({ show: 'bands', bands, stretches: usable && pairs.length === 3 ? pairs : null })
}

export type SceneTile = { readonly bytes: Uint8Array; readonly etag: string; readonly lasting: boolean }

/** The tile's PNG; transparent where the scene has nothing. `lasting`: the address names the content, so that the tile never changes. */
export async function handleSceneTile(
  db: Db,
  tools: TileTools,
  county: string,
  id: number,
  tile: TileAddress,
  query: Address,
): Promise<Result<SceneTile, ImageryRefusal>> {
  if (!isTile(tile)) return refuse('imagery/no-such-tile', tile)
  const scene = await readScene(db, county, id)
  if (!scene) return refuse('imagery/no-such-scene', { id })
  const indices = query.show ? allIndices(await readOwnIndices(db, county)) : []
  const asked = askedFrom(scene, indices, query)
  if (!asked.ok) return asked
  const version = versionOf(scene)
  const what =
    asked.value.show === 'bands'
      ? `${asked.value.bands.map(({ name }) => name).join(' ')} ${asked.value.stretches ?? ''}`
      : `${asked.value.measure.key} ${asked.value.stretch ?? ''} ${asked.value.measure.index?.ramp ?? ''}`
  const key = `${county} ${version} ${what} ${tile.z}/${tile.x}/${tile.y}`
  const bytes = await cache.get(key, () => makeSceneTile(db, tools, county, scene, tile, asked.value))
  const etag = `"${createHash('sha256').update(key).digest('base64url').slice(0, 22)}"`
  return accept({ bytes, etag, lasting: query.v === version })
}

async function makeSceneTile(db: Db, tools: TileTools, county: string, scene: Scene, tile: TileAddress, asked: Asked): Promise<Uint8Array> {
  const gridOf = async (g: number) => {
    const tiff = await shelf.get(db, tools.vault, county, scene.grids[g])
    return { tiff, look: await lookFor(scene, g, tiff, tile) }
  }
  const opened = new Map<number, Awaited<ReturnType<typeof gridOf>>>()
  const of = async (g: number) => {
    const known = opened.get(g) ?? (await gridOf(g))
    opened.set(g, known)
    return known
  }
  const read = async (band: SceneBand) => {
    const { tiff, look } = await of(band.grid)
    if (look === null) return null
    const [values] = await readValues(tiff, scene.grids[band.grid], [band], look.window, look.overview)
    return { values, cells: look.cells }
  }
  const empty = () => pngOf(new Uint8ClampedArray(4 * TILE_PIXELS ** 2), TILE_PIXELS, TILE_PIXELS)
  if (asked.show === 'bands') {
    const bands = await Promise.all(asked.bands.map(read))
    if (bands.some((band) => band === null)) return empty()
    const there = bands.filter((band) => band !== null)
    const stretches = asked.stretches ?? (await Promise.all(asked.bands.map((band) => usualStretch(db, tools, county, scene, band))))
    return pngOf(
      compositePicture(
        there.map(({ values }) => values),
        stretches,
        there.map(({ cells }) => cells),
      ),
      TILE_PIXELS,
      TILE_PIXELS,
    )
  }
  const { measure } = asked
  const bands = await Promise.all(measure.bands.map(read))
  if (bands.some((band) => band === null)) return empty()
  // bands of unlike grids meet at the pixel
  const there = bands
    .filter((band) => band !== null)
    .map(({ values, cells }) => Float64Array.from(cells, (cell) => (cell < 0 ? Number.NaN : values[cell])))
  const values = valuesOf(measure, there)
  const stretch = asked.stretch ?? measure.index?.range ?? (await usualStretch(db, tools, county, scene, measure.bands[0]))
  return pngOf(indexPicture(values, stretch, measure.index?.ramp ?? 'salt', await hiddenIn(scene, of)), TILE_PIXELS, TILE_PIXELS)
}

function valuesOf({ index }: ValueAsked, bands: readonly Float64Array[]): Float64Array {
  if (index === null) return bands[0]
  const out = new Float64Array(bands[0].length)
  index.evaluate(Object.fromEntries(index.bands.map((role, i) => [role, bands[i]])), out)
  return out
}

type Look = { readonly window: PixelWindow; readonly overview: number | undefined; readonly cells: Int32Array }

/** Which cells, of which of the smaller copies, a tile looks at; null where the grid lies elsewhere. */
async function lookFor(scene: Scene, g: number, tiff: Geotiff, tile: TileAddress): Promise<Look | null> {
  const grid = scene.grids[g]
  const [x0, dx, , y0, , dy] = grid.geotransform
  const toGrid = fromLonLat(crsOf(grid))
  const places: PixelPlaces = pixelPlaces(tile, TILE_PIXELS, (lonLat) => {
    toGrid(lonLat)
    for (let i = 0; i + 1 < lonLat.length; i += 2) {
      lonLat[i] = (lonLat[i] - x0) / dx
      lonLat[i + 1] = (lonLat[i + 1] - y0) / dy
    }
  })
  const wanted = cellsPerPixel(places)
  let overview: number | undefined
  for (const [i, { width }] of tiff.overviews.entries()) if (tiff.width / width <= wanted * 1.2) overview = i
  const size = overview === undefined ? tiff : tiff.overviews[overview]
  const [factorX, factorY] = [tiff.width / size.width, tiff.height / size.height]
  const window = windowOf(places, size.width, size.height, factorX, factorY)
  return window && { window, overview, cells: cellsIn(places, window, factorX, factorY) }
}

async function hiddenIn(
  scene: Scene,
  of: (g: number) => Promise<{ readonly tiff: Geotiff; readonly look: Look | null }>,
): Promise<Uint8Array | null> {
  const { mask } = scene
  if (mask === null) return null
  const { tiff, look } = await of(mask.grid)
  if (look === null) return null
  const [samples] = await tiff.readWindow([mask.band], look.window, look.overview === undefined ? {} : { overview: look.overview })
  const states = statesOf(mask, samples)
  return Uint8Array.from(look.cells, (cell) => (cell >= 0 && states[cell] === HIDDEN ? 1 : 0))
}

async function usualStretch(db: Db, tools: TileTools, county: string, scene: Scene, band: SceneBand): Promise<Stretch> {
  const summary = await summarise(db, tools, county, scene, { key: `band ${band.name}`, bands: [band], index: null })
  if (!summary) return [0, 1]
  const { 2: low, 98: high } = summary.percentiles
  return low < high ? [low, high] : [low, low + 1]
}

/** Spread of a measure over a whole scene, clouds left out where the scene tells them; null where nothing has a value. */
export function summarise(db: Db, tools: TileTools, county: string, scene: Scene, measure: ValueAsked): Promise<Summary | null> {
  const key = `${county} ${versionOf(scene)} ${measure.key}`
  const known = summaries.get(key)
  if (known) return known
  const making = makeSummary(db, tools, county, scene, measure)
  summaries.set(key, making)
  making.catch(() => summaries.delete(key))
  if (summaries.size > MOST_SUMMARIES) summaries.delete([...summaries.keys()][0])
  return making
}

/** Bands of unlike grids are brought to the cells of the first one's smaller copy, each by the middle of the cell. */
async function makeSummary(db: Db, tools: TileTools, county: string, scene: Scene, measure: ValueAsked): Promise<Summary | null> {
  const first = measure.bands[0].grid
  const lead = await smallCopy(db, tools, county, scene, first)
  const columnAt = (g: number, width: number, i: number) => placeIn(scene, first, lead.width, g, width, i, 0)
  const rowAt = (g: number, height: number, i: number) => placeIn(scene, first, lead.height, g, height, i, 1)
  const brought = async <T extends ArrayLike<number>>(
    g: number,
    read: (copy: SmallCopy) => Promise<T>,
    none: number,
  ): Promise<Float64Array> => {
    const copy = g === first ? lead : await smallCopy(db, tools, county, scene, g)
    const values = await read(copy)
    const out = new Float64Array(lead.width * lead.height)
    const columns = Int32Array.from({ length: lead.width }, (_, i) => columnAt(g, copy.width, i))
    for (let r = 0, k = 0; r < lead.height; r++) {
      const row = rowAt(g, copy.height, r)
      for (let c = 0; c < lead.width; c++, k++)
        out[k] = row >= 0 && row < copy.height && columns[c] >= 0 && columns[c] < copy.width ? values[row * copy.width + columns[c]] : none
    }
    return out
  }
  const bands: Float64Array[] = []
  for (const band of measure.bands)
    bands.push(
      await brought(
        band.grid,
        async ({ tiff, window, overview }) => (await readValues(tiff, scene.grids[band.grid], [band], window, overview))[0],
        Number.NaN,
      ),
    )
  const values = measure.index ? valuesOf(measure, bands) : bands[0].slice()
  const { mask } = scene
  if (mask !== null) {
    const states = await brought(
      mask.grid,
      async ({ tiff, window, overview }) =>
        statesOf(mask, (await tiff.readWindow([mask.band], window, overview === undefined ? {} : { overview }))[0]),
      NOTHING,
    )
    for (let k = 0; k < values.length; k++) if (states[k] !== 0) values[k] = Number.NaN
  }
  return summaryOf(values)
}

type SmallCopy = {
  readonly tiff: Geotiff
  readonly overview: number | undefined
  readonly width: number
  readonly height: number
  readonly window: PixelWindow
}

async function smallCopy(db: Db, tools: TileTools, county: string, scene: Scene, g: number): Promise<SmallCopy> {
  const tiff = await shelf.get(db, tools.vault, county, scene.grids[g])
  const fits = tiff.overviews.findIndex(({ width, height }) => width * height <= SUMMARY_CELLS)
  const overview =
    tiff.width * tiff.height <= SUMMARY_CELLS || tiff.overviews.length === 0 ? undefined : fits < 0 ? tiff.overviews.length - 1 : fits
  const { width, height } = overview === undefined ? tiff : tiff.overviews[overview]
  return { tiff, overview, width, height, window: { x: 0, y: 0, width, height } }
}

/** The column (axis 0) or row (axis 1) of a copy of grid `g` that holds the middle of place `i` of the lead's. */
function placeIn(scene: Scene, lead: number, leadCount: number, g: number, count: number, i: number, axis: 0 | 1): number {
  const [from, to] = [scene.grids[lead], scene.grids[g]]
  const [origin, step, size] =
    axis === 0 ? [from.geotransform[0], from.geotransform[1], from.width] : [from.geotransform[3], from.geotransform[5], from.height]
  const [otherOrigin, otherStep, otherSize] =
    axis === 0 ? [to.geotransform[0], to.geotransform[1], to.width] : [to.geotransform[3], to.geotransform[5], to.height]
  const place = origin + (((i + 0.5) * size) / leadCount) * step
  return Math.floor(((place - otherOrigin) / otherStep / otherSize) * count)
}
