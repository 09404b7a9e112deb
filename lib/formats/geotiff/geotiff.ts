/**
 * GeoTIFF and COG, read by windows: classic and BigTIFF, either byte order, strips or tiles, bands side by side or apart, integers
 * and floats of 1 to 64 bits; uncompressed, deflate, LZW, ZSTD, PackBits, predictors 1 to 3; overviews and masks inside the file.
 */
import type { Crs } from '../layers.ts'
import { type Directory, readDirectories } from './directories.ts'
import { type Geotransform, readPlace } from './geokeys.ts'
import { stopTiff } from './geotiff.refusals.ts'
import { type Image, readBlocks, readImage, type Window } from './image.ts'
import { readMetadata } from './metadata.ts'
import { type Samples, type SampleType, type SumRows, samplesFor } from './samples.ts'
import type { ByteSource } from './source.ts'

export type { Geotransform } from './geokeys.ts'
export type { Window } from './image.ts'
export type { Samples, SampleType, SumRows } from './samples.ts'

export type Band = {
  /** As the file describes it, '' where it does not. */
  readonly name: string
  /** A measured value is sample · scale + offset; 1 and 0 where the file says nothing. */
  readonly scale: number
  readonly offset: number
  /** An alpha band says how opaque a cell is: 0 is no data. */
  readonly isAlpha: boolean
}

type Size = { readonly width: number; readonly height: number }

export type Geotiff = Size & {
  readonly type: SampleType
  /** Bits of a sample in the file. */
  readonly bits: number
  readonly bands: readonly Band[]
  /** The sample that stands for no data, as it comes out of `readWindow`; null where there is none or no sample can be it. */
  readonly nodata: number | null
  /** Null where the file has none (points of control alone are none). */
  readonly geotransform: Geotransform | null
  readonly crs: Crs | null
  /** What a window is read in at the least cost: multiples of this. */
  readonly block: Size & { readonly tiled: boolean }
  /** Smaller copies, largest first. */
  readonly overviews: readonly Size[]
  readonly hasMask: boolean
  /** Items of GDAL's metadata that belong to the whole image. */
  readonly metadata: Readonly<Record<string, string>>
  /**
   * Cells of a window, an array per band (numbered from 0), row by row, as they lie in the file: scale, offset, nodata and masks are
   * the caller's to apply. `overview` counts from 0; `into` are arrays to fill, in which `sums` undoes predictor 2 where it is given. A window or band outside the image is a fault;
   * bytes that do not decode are refused.
   */
  readWindow(
    bands: readonly number[],
    window: Window,
    options?: { readonly overview?: number; readonly into?: readonly Samples[]; readonly sums?: SumRows },
  ): Promise<readonly Samples[]>
  /** 0 where the file's own mask or its alpha band says that there is no data; null where it has neither. */
  readMask(window: Window, overview?: number): Promise<Uint8Array | null>
}

const TAG = { newSubfileType: 254, subfileType: 255, extraSamples: 338, nodata: 42113, metadata: 42112 }

/** Opens a GeoTIFF of a source. Reads its directories, no cells. Refused with the codes of `GeotiffRefusal`. */
export async function openTiff(source: ByteSource): Promise<Geotiff> {
  const file = source.name
  const { little, directories } = await readDirectories(source)
  const [first, ...others] = directories
  const main = await readImage(first, little, file)
  const overviews: Image[] = []
  const masks: Image[] = []
  for (const directory of others) {
    const role = await roleOf(directory)
    if (role === 'page') continue
    const image = await readImage(directory, little, file)
    const fits = image.width <= main.width && image.height <= main.height
    if (role === 'mask') masks.push(image)
    else if (fits && image.bandCount === main.bandCount && image.type === main.type) overviews.push(image)
  }
  overviews.sort((a, b) => b.width - a.width)
  const { geotransform, crs } = await readPlace(first)
  const { items, bands: described } = readMetadata(await first.text(TAG.metadata))
  const alpha = await alphaBands(first, main.bandCount)
  const bands = Array.from({ length: main.bandCount }, (_, i) => ({
    ...{ name: '', scale: 1, offset: 0 },
    ...described.get(i),
    isAlpha: alpha.has(i),
  }))
  const nodata = nodataOf(await first.text(TAG.nodata), main.type)
  const imageAt = (overview: number | undefined) => (overview === undefined ? main : overviews[overview])
  const alphaBand = bands.findIndex((band) => band.isAlpha)
  const maskOf = (image: Image) => masks.find((mask) => mask.width === image.width && mask.height === image.height)

  return {
    width: main.width,
    height: main.height,
    type: main.type,
    bits: main.bits,
    bands,
    nodata,
    geotransform,
    crs,
    block: { width: main.blockWidth, height: main.blockHeight, tiled: main.tiled },
    overviews: overviews.map(({ width, height }) => ({ width, height })),
    hasMask: maskOf(main) !== undefined || alphaBand >= 0,
    metadata: items,
    readWindow: (wanted, window, { overview, into, sums } = {}) =>
      readBlocks(source, imageAt(overview), wanted, window, nodata ?? 0, into, sums),
    readMask: async (window, overview) => {
      const image = imageAt(overview)
      const mask = maskOf(image)
      const read = mask
        ? await readBlocks(source, mask, [0], window, 0)
        : alphaBand >= 0
          ? await readBlocks(source, image, [alphaBand], window, 0)
          : null
      return read && Uint8Array.from(read[0], (sample) => (sample === 0 ? 0 : 1))
    },
  }
}

async function roleOf(directory: Directory): Promise<'overview' | 'mask' | 'page'> {
  const role = await directory.number(TAG.newSubfileType, 0)
  if (role & 4) return 'mask'
  if (role & 1) return 'overview'
  return (await directory.number(TAG.subfileType, 0)) === 2 ? 'overview' : 'page'
}

async function alphaBands(directory: Directory, bandCount: number): Promise<Set<number>> {
  const extra = await directory.numbers(TAG.extraSamples, 65_535)
  const alpha = new Set<number>()
  for (const [i, kind] of extra.entries()) if (kind === 1 || kind === 2) alpha.add(bandCount - extra.length + i)
  return alpha
}

/** GDAL writes nodata as text. A number that no sample can hold (−9999 in bytes) never occurs. */
function nodataOf(text: string, type: SampleType): number | null {
  const said = text.trim().toLowerCase()
  if (said === '') return null
  const value = /^[+-]?nan/.test(said) ? Number.NaN : Number(said.replace(/^([+-]?)inf$/, '$1Infinity'))
  const sample = samplesFor(type, 1)
  sample[0] = value
  if (Number.isNaN(value)) return type.startsWith('float') && /nan/.test(said) ? value : null
  return type.startsWith('float') || sample[0] === value ? sample[0] : null
}

/** Corners, centre and cell area are asked of a raster that knows where it lies. */
export function placeOfTiff(tiff: Geotiff, file: string): Geotransform {
  return tiff.geotransform ?? stopTiff({ code: 'formats/tiff-without-place', details: { file } })
}
