/** GET /tiles/:county/soil/:map/:value/:show/:z/:x/:y.png: a soil map as tiles, out of the smaller copies of its COG. */
import { accept, type Result, refuse } from '@dishu/base/refusal'
import { type Geotiff, openTiff } from '@dishu/formats/geotiff/geotiff'
import { readDocument } from '@dishu/kernel/sealed/sealed.store'
import { toZone, zoneOfEpsg } from '@dishu/numeric/geodesy/zone'
import { type Db, onConnection, type Pool } from '@dishu/server-kit/sql'
import { TileCache } from '@dishu/server-kit/tiles/cache'
import { isTile, type TileAddress } from '@dishu/server-kit/tiles/mercator'
import { pngOf } from '@dishu/server-kit/tiles/png'
import { cellsIn, cellsPerPixel, pixelPlaces, windowOf } from '@dishu/server-kit/tiles/raster'
import type { Vault } from '@dishu/server-kit/vault'
import { type DocumentWindow, openDocumentWindow } from '@dishu/server-kit/vault-window'
import { isOfValue, mapPicture, type Shown } from './map-picture.ts'
import { readMap } from './maps.store.ts'
import type { MapGrid, MapModel, MapRefusal } from './maps.ts'

const TILE_PIXELS = 512
const CACHE_BYTES = 48 * 1024 * 1024
const MOST_OPEN = 16

const cache = new TileCache(CACHE_BYTES)
const shelf = new Map<string, Promise<{ readonly tiff: Geotiff; readonly window: DocumentWindow }>>()

type TileTools = { readonly pool: Pool; readonly vault: Vault }
export type SoilTile = { readonly bytes: Uint8Array; readonly etag: string }

/** The tile's PNG; transparent where the map has nothing. A map never changes, so neither does its tile. */
export async function handleSoilTile(
  db: Db,
  tools: TileTools,
  county: string,
  asked: { readonly map: string; readonly value: string; readonly show: string },
  tile: TileAddress,
): Promise<Result<SoilTile, MapRefusal>> {
  if (!isTile(tile)) return refuse('soil-map/no-such-tile', tile)
  const map = await readMap(db, county, asked.map)
  const grid = map?.grids.find(({ value }) => value === asked.value)
  const model = map?.models.find(({ value }) => value === asked.value)
  if (!map || !grid || !model) return refuse('soil-map/no-such-map', { map: `${asked.map} ${asked.value}` })
  const bands = ['value', 'faded', 'deviation', ...grid.bands.slice(2)]
  if (!bands.includes(asked.show)) return refuse('soil-map/unknown-word', { name: 'show', value: asked.show, allowed: bands })
  const key = `${county} ${grid.sha256} ${asked.show} ${tile.z}/${tile.x}/${tile.y}`
  const bytes = await cache.get(key, () => makeTile(tools, county, grid, model, asked.show, tile))
  return accept({ bytes, etag: `"${grid.sha256.slice(0, 12)}-${asked.show}-${tile.z}-${tile.x}-${tile.y}"` })
}

async function makeTile(
  tools: TileTools,
  county: string,
  grid: MapGrid,
  model: MapModel,
  show: string,
  tile: TileAddress,
): Promise<Uint8Array> {
  const zone = zoneOfEpsg(grid.epsg)
  if (!zone) throw new Error(`expected a zone of CGCS2000, got ${grid.epsg}`)
  const tiff = await open(tools, county, grid.sha256)
  const [x0, dx, , y0, , dy] = grid.geotransform
  const places = pixelPlaces(tile, TILE_PIXELS, (lonLat) => {
    toZone(lonLat, zone)
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
  if (!window) return pngOf(new Uint8ClampedArray(4 * TILE_PIXELS ** 2), TILE_PIXELS, TILE_PIXELS)
  const cells = cellsIn(places, window, factorX, factorY)
  const band = show === 'value' || show === 'faded' ? 0 : show === 'deviation' ? 1 : grid.bands.indexOf(show)
  const read = await tiff.readWindow(show === 'faded' ? [band, 1] : [band], window, overview === undefined ? {} : { overview })
  const [values, deviations] = read.map((samples) => Float64Array.from(cells, (cell) => (cell < 0 ? Number.NaN : samples[cell])))
  return pngOf(mapPicture(values, deviations ?? null, shownBy(show, model)), TILE_PIXELS, TILE_PIXELS)
}

/** Over which span the colours run: of values that of the samples, of deviations a third of it, of probabilities the whole. */
export function shownBy(show: string, { value, low, high }: Pick<MapModel, 'value' | 'low' | 'high'>): Shown {
  if (show === 'deviation') return { show, low: 0, high: (high - low) / 3, value }
  return isOfValue(show)
    ? { show: show === 'faded' ? 'faded' : 'value', low, high, value }
    : { show: 'probability', low: 0, high: 1, value }
}

async function open(tools: TileTools, county: string, sha256: string): Promise<Geotiff> {
  const key = `${county} ${sha256}`
  const opening = shelf.get(key) ?? openGrid(tools, county, sha256)
  shelf.delete(key)
  shelf.set(key, opening)
  opening.catch(() => shelf.delete(key))
  for (const [oldest, each] of shelf) {
    if (shelf.size <= MOST_OPEN) break
    shelf.delete(oldest)
    // a tile may still be reading from it
    setTimeout(() => void each.then(({ window }) => window.close()).catch(() => {}), 10_000).unref()
  }
  return (await opening).tiff
}

async function openGrid({ pool, vault }: TileTools, county: string, sha256: string) {
  const document = await onConnection(pool, (db) => readDocument(db, county, Buffer.from(sha256, 'hex')))
  if (!document) throw new Error(`expected the raster ${sha256} in the content store`)
  const window = await openDocumentWindow(vault, document)
  try {
    return { tiff: await openTiff({ name: `${sha256.slice(0, 12)}.tif`, size: window.size, read: window.read }), window }
  } catch (fault) {
    await window.close()
    throw fault
  }
}
