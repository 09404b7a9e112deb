/** One raster of a scene, GeoTIFF or JPEG 2000, by what it says of itself and by rows. Runs in the reading process only. */
import { readFileSync, statSync } from 'node:fs'
import { crsFromEpsg } from '../crs/crs.ts'
import { type Geotransform, openTiff, type Samples, type SampleType } from '../geotiff/geotiff.ts'
import { fileSource, memorySource } from '../geotiff/source.ts'
import type { WritableType } from '../geotiff/write.ts'
import { isJp2, type Jp2, Jp2Trouble, openJp2 } from '../jp2/jp2.ts'
import { baseOf, type StatedPlace } from './product.ts'
import { stopScene } from './scene.refusals.ts'

/** What a raster says of itself. `type`: how its numbers are kept from here on. */
export type Raster = {
  readonly file: string
  readonly width: number
  readonly height: number
  readonly type: WritableType
  readonly bands: number
  readonly names: readonly (string | null)[]
  readonly nodata: number | null
  readonly scale: readonly number[]
  readonly offset: readonly number[]
  readonly geotransform: Geotransform | null
  readonly epsg: number | null
  readonly wkt: string | null
  readonly crsName: string | null
  readonly geographic: boolean
}

export type OpenRaster = Raster & {
  /** Rows `y … y + n − 1` of bands, one array for each. */
  rows(bands: readonly number[], y: number, n: number): Promise<readonly Samples[]>
  close(): void
}

const MOST_PIXELS = 2 ** 31
const MOST_BANDS = 256
/** A codestream lies in memory as a whole. */
const MOST_JP2_BYTES = 1 << 30

/** Opens the raster at `path`; `stated` says where it lies, where a product's metadata does. */
export async function openRaster(path: string, file: string, stated: StatedPlace | null): Promise<OpenRaster> {
  const head = new Uint8Array(12)
  const source = fileSource(path)
  head.set((await source.read(0, Math.min(12, source.size))).subarray(0, 12))
  if (source.size === 0) {
    source.close()
    return stopScene({ code: 'formats/scene-empty', details: { file: baseOf(file) } })
  }
  const opened = isJp2(head) ? await jp2Raster(path, file, source) : await tiffRaster(file, source)
  const { width, height, bands } = opened
  if (width * height > MOST_PIXELS || bands > MOST_BANDS)
    return stopScene({
      code: 'formats/scene-too-large',
      details: { file: baseOf(file), megapixels: Math.round((width * height) / 1e6), limit: Math.round(MOST_PIXELS / 1e6) },
    })
  if (stated === null) return opened
  const { epsg, originX, originY, stepX, stepY } = stated
  const { name, geographic } = crsFromEpsg(epsg)
  return { ...opened, geotransform: [originX, stepX, 0, originY, 0, stepY], epsg, wkt: null, crsName: name, geographic }
}

const KEPT: Readonly<Partial<Record<SampleType, WritableType>>> = { uint64: 'float64', int64: 'float64', float16: 'float32' }

async function tiffRaster(file: string, source: ReturnType<typeof fileSource>): Promise<OpenRaster> {
  try {
    const tiff = await openTiff(source)
    const bands = tiff.bands.filter(({ isAlpha }) => !isAlpha)
    return {
      file,
      width: tiff.width,
      height: tiff.height,
      type: KEPT[tiff.type] ?? (tiff.type as WritableType),
      bands: bands.length,
      names: bands.map(({ name }) => name || null),
      nodata: tiff.nodata,
      scale: bands.map(({ scale }) => scale),
      offset: bands.map(({ offset }) => offset),
      geotransform: tiff.geotransform,
      epsg: tiff.crs?.epsg ?? null,
      wkt: tiff.crs?.wkt ?? null,
      crsName: tiff.crs?.name ?? null,
      geographic: tiff.crs?.geographic ?? false,
      rows: (wanted, y, n) => tiff.readWindow(wanted, { x: 0, y, width: tiff.width, height: n }),
      close: () => source.close(),
    }
  } catch (problem) {
    source.close()
    throw problem
  }
}

async function jp2Raster(path: string, file: string, source: ReturnType<typeof fileSource>): Promise<OpenRaster> {
  source.close()
  const refused = (problem: unknown): never => {
    if (problem instanceof Jp2Trouble)
      return stopScene({ code: 'formats/jp2-not-read', details: { file: baseOf(file), reason: problem.message } })
    throw problem
  }
  if (statSync(path).size > MOST_JP2_BYTES) return refused(new Jp2Trouble('it is larger than 1 GB'))
  let jp2: Jp2
  try {
    jp2 = openJp2(readFileSync(path))
  } catch (problem) {
    return refused(problem)
  }
  const place = await placeOfJp2(jp2)
  const strips = tileRows(jp2)
  return {
    file,
    width: jp2.width,
    height: jp2.height,
    type: jp2.bits <= 8 ? (jp2.signed ? 'int8' : 'uint8') : jp2.signed ? 'int16' : 'uint16',
    bands: jp2.bands,
    names: Array.from({ length: jp2.bands }, () => null),
    nodata: null,
    scale: Array.from({ length: jp2.bands }, () => 1),
    offset: Array.from({ length: jp2.bands }, () => 0),
    ...place,
    rows: (wanted, y, n) => strips(wanted, y, n).catch(refused),
    close: () => {},
  }
}

type Place = Pick<Raster, 'geotransform' | 'epsg' | 'wkt' | 'crsName' | 'geographic'>
const NOWHERE: Place = { geotransform: null, epsg: null, wkt: null, crsName: null, geographic: false }

async function placeOfJp2(jp2: Jp2): Promise<Place> {
  if (jp2.geotiff !== null) {
    const { geotransform, crs } = await openTiff(memorySource('GeoJP2', jp2.geotiff))
    if (geotransform)
      return {
        geotransform,
        epsg: crs?.epsg ?? null,
        wkt: crs?.wkt ?? null,
        crsName: crs?.name ?? null,
        geographic: crs?.geographic ?? false,
      }
  }
  return (jp2.gml && placeInGml(jp2.gml)) || NOWHERE
}

/** A rectified grid: the middle of its first cell, and the steps along columns and rows. In degrees the system's axis order is not told reliably, so those are not taken. */
function placeInGml(gml: string): Place | null {
  const epsg = Number(/srsName="[^"]*EPSG[:/][^"]*?(\d{4,6})"/i.exec(gml)?.[1])
  const numbers = (text: string | undefined) => (text ?? '').trim().split(/\s+/).map(Number)
  const origin = numbers(/<gml:pos>([^<]*)<\/gml:pos>/.exec(gml)?.[1])
  const [columns, rows] = [...gml.matchAll(/<gml:offsetVector[^>]*>([^<]*)<\/gml:offsetVector>/g)].map(([, text]) => numbers(text))
  if (!epsg || !columns || !rows || [...origin, ...columns, ...rows].some((value) => !Number.isFinite(value))) return null
  const { name, geographic } = crsFromEpsg(epsg)
  if (geographic || origin.length !== 2 || columns.length !== 2 || rows.length !== 2) return null
  const [dx, ry] = columns
  const [rx, dy] = rows
  return {
    geotransform: [origin[0] - (dx + rx) / 2, dx, rx, origin[1] - (ry + dy) / 2, ry, dy],
    epsg,
    wkt: null,
    crsName: name,
    geographic,
  }
}

/** Rows out of tiles; the decoded tiles of one row of tiles are kept, since rows are asked for from the top. */
function tileRows(jp2: Jp2) {
  const tops = [...new Set(jp2.tiles.map(({ y }) => y))].sort((a, b) => a - b)
  let held: { readonly top: number; readonly pixels: Samples } | null = null
  const strip = async (top: number): Promise<Samples> => {
    if (held?.top === top) return held.pixels
    held = null
    const row = jp2.tiles.filter(({ y }) => y === top)
    const height = row[0].height
    const make = { 8: jp2.signed ? Int8Array : Uint8Array, 16: jp2.signed ? Int16Array : Uint16Array }[jp2.bits <= 8 ? 8 : 16]
    const pixels = new make(jp2.width * height * jp2.bands)
    for (const tile of row) {
      const part = await jp2.readTile(tile)
      const across = tile.width * jp2.bands
      for (let r = 0; r < tile.height; r++) pixels.set(part.subarray(r * across, (r + 1) * across), (r * jp2.width + tile.x) * jp2.bands)
    }
    held = { top, pixels }
    return pixels
  }
  return async (wanted: readonly number[], y: number, n: number): Promise<readonly Samples[]> => {
    let out: Samples[] | null = null
    for (let done = 0; done < n; ) {
      const top = tops.findLast((each) => each <= y + done) ?? 0
      const pixels = await strip(top)
      const height = pixels.length / jp2.width / jp2.bands
      const take = Math.min(n - done, top + height - y - done)
      out ??= wanted.map(() => sameKind(pixels, n * jp2.width))
      for (const [i, band] of wanted.entries()) {
        const to = out[i]
        let from = (y + done - top) * jp2.width * jp2.bands + band
        for (let p = done * jp2.width; p < (done + take) * jp2.width; p++, from += jp2.bands) to[p] = pixels[from]
      }
      done += take
    }
    return out ?? []
  }
}

function sameKind(as: Samples, length: number): Samples {
  if (as instanceof Uint8Array) return new Uint8Array(length)
  if (as instanceof Int8Array) return new Int8Array(length)
  return as instanceof Int16Array ? new Int16Array(length) : new Uint16Array(length)
}
