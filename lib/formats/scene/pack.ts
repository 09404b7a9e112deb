/** Bands of one grid become one COG of ours. Runs in the reading process only. */
import { join } from 'node:path'
import type { Geotransform, Samples } from '../geotiff/geotiff.ts'
import { type WritableType, writeGeotiff } from '../geotiff/write.ts'
import type { StatedPlace } from './product.ts'
import { type OpenRaster, openRaster } from './raster.ts'

/** One COG to be made. All its bands have one grid, type and nodata. `classes`: numbers that are names, of which no mean may be taken. */
export type PackGroup = {
  readonly out: string // name of the file in the scratch folder
  readonly classes: boolean
  readonly width: number
  readonly height: number
  readonly type: WritableType
  readonly geotransform: Geotransform
  readonly epsg: number | null
  readonly wkt: string | null
  readonly geographic: boolean
  readonly nodata: number | null
  readonly bands: readonly {
    readonly name: string
    readonly file: string
    readonly band: number
    readonly scale: number
    readonly offset: number
  }[]
}

export type PackOrder = {
  readonly root: string
  readonly scratch: string
  readonly groups: readonly PackGroup[]
  readonly places: Readonly<Record<string, StatedPlace>>
}

/** What was found in a band on the way: cells that hold data, and the smallest and largest stored number. */
export type PackedBand = { readonly valid: number; readonly min: number | null; readonly max: number | null }
export type Packed = { readonly out: string; readonly bytes: number; readonly bands: readonly PackedBand[] }

const TILE = 512
const LEVEL = 5

export async function pack(order: PackOrder, onProgress: (rows: number, of: number) => void): Promise<Packed[]> {
  const total = order.groups.reduce((sum, { height, bands }) => sum + height * bands.length, 0)
  let done = 0
  const packed: Packed[] = []
  for (const group of order.groups) {
    const sources = new Map<string, OpenRaster>()
    try {
      for (const { file } of group.bands)
        if (!sources.has(file)) sources.set(file, await openRaster(join(order.root, file), file, order.places[file] ?? null))
      const found = group.bands.map(() => ({ valid: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY }))
      const rows = async (y: number, n: number): Promise<readonly Samples[]> => {
        const out: Samples[] = []
        for (const [file, source] of sources) {
          const places = group.bands.flatMap((band, i) => (band.file === file ? [i] : []))
          const read = await source.rows(
            places.map((i) => group.bands[i].band),
            y,
            n,
          )
          for (const [k, i] of places.entries()) out[i] = read[k]
        }
        for (const [i, samples] of out.entries()) survey(samples, group.nodata, found[i])
        done += n * group.bands.length
        onProgress(done, total)
        return out
      }
      const { out, classes, width, height, type, geotransform, epsg, wkt, geographic, nodata, bands } = group
      const bytes = await writeGeotiff(
        join(order.scratch, out),
        {
          ...{ width, height, type, geotransform, epsg, wkt, geographic, nodata, rows },
          bandCount: bands.length,
          bands: bands.map(({ name, scale, offset }) => ({ name, scale, offset })),
        },
        { tile: TILE, level: LEVEL, overviews: classes ? 'first' : 'mean' },
      )
      packed.push({
        out,
        bytes,
        bands: found.map(({ valid, min, max }) => ({ valid, min: valid > 0 ? min : null, max: valid > 0 ? max : null })),
      })
    } finally {
      for (const source of sources.values()) source.close()
    }
  }
  return packed
}

function survey(samples: Samples, nodata: number | null, found: { valid: number; min: number; max: number }): void {
  let { valid, min, max } = found
  for (let i = 0; i < samples.length; i++) {
    const value = samples[i]
    if (value === nodata || !Number.isFinite(value)) continue
    valid++
    if (value < min) min = value
    if (value > max) max = value
  }
  Object.assign(found, { valid, min, max })
}
