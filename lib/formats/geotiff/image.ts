/** One image of a TIFF file: how its cells are cut into blocks, and windows of them. */
import { decompress, foreignCompression } from './codecs.ts'
import type { Directory } from './directories.ts'
import { type BlockDecoder, foreignDecoder } from './foreign.ts'
import { stopTiff } from './geotiff.refusals.ts'
import {
  type BlockLayout,
  differencesInto,
  type Samples,
  type SampleType,
  type SumRows,
  samplesFor,
  sampleTypeOf,
  sumsInPlace,
  unpackBlock,
} from './samples.ts'
import type { ByteSource } from './source.ts'

/** A part of an image in cells; (0, 0) is the upper left. */
export type Window = { readonly x: number; readonly y: number; readonly width: number; readonly height: number }

const TAG = {
  width: 256, height: 257, bits: 258, compression: 259, stripOffsets: 273, perCell: 277, rowsPerStrip: 278, stripBytes: 279, planar: 284,
  photometric: 262, predictor: 317, tileWidth: 322, tileHeight: 323, tileOffsets: 324, tileBytes: 325, sampleFormat: 339,
} // biome-ignore format: a table

const CELLS_ACROSS = 1 << 27
/** Decoded bytes of one block. */
const BLOCK_BYTES = 256 << 20
/** Uncompressed strips taller than this are read in parts. */
const PART_BYTES = 1 << 20

export type Image = {
  readonly width: number
  readonly height: number
  readonly bandCount: number
  readonly type: SampleType
  readonly bits: number
  readonly tiled: boolean
  readonly blockWidth: number
  readonly blockHeight: number
  /** All bands of a cell side by side, rather than each band in blocks of its own. */
  readonly chunky: boolean
  readonly file: string
  readonly layout: BlockLayout
  readonly compression: number
  /** Of blocks that are pictures of another kind. */
  readonly decode: BlockDecoder | null
  readonly offsets: Float64Array
  readonly sizes: Float64Array
}

/** The image a directory describes. Refused where what it says does not fit together, is too large, or is of a kind we do not read. */
export async function readImage(directory: Directory, little: boolean, file: string): Promise<Image> {
  const damaged = (what: string) => stopTiff({ code: 'formats/tiff-damaged', details: { file, what } })
  const tooLarge = (what: string, found: number, limit: number) =>
    stopTiff({ code: 'formats/tiff-too-large', details: { file, what, found, limit } })
  const width = await directory.number(TAG.width, 0)
  const height = await directory.number(TAG.height, 0)
  if (!(width >= 1 && height >= 1)) damaged(`it is ${width} × ${height} cells`)
  if (width > CELLS_ACROSS || height > CELLS_ACROSS) tooLarge('width or height', Math.max(width, height), CELLS_ACROSS)
  const bandCount = await directory.number(TAG.perCell, 1)
  if (!(bandCount >= 1)) damaged('it has no bands')
  if (bandCount > 65_535) tooLarge('the number of bands', bandCount, 65_535)
  const { type, bits } = await samplesIn(directory, file)
  const compression = await directory.number(TAG.compression, 1)
  const notRead = (what: 'compression' | 'layout', found: string) =>
    stopTiff({ code: 'formats/tiff-not-read', details: { file, what, found } })
  const predictor = await directory.number(TAG.predictor, 1)
  const floats = type.startsWith('float')
  if (![1, 2, 3].includes(predictor) || (predictor === 3 && !floats) || (predictor === 2 && bits % 8 !== 0))
    stopTiff({ code: 'formats/tiff-not-read', details: { file, what: 'predictor', found: `${predictor} with ${type}` } })

  const tiled = directory.has(TAG.tileOffsets) || directory.has(TAG.tileWidth)
  const chunky = (await directory.number(TAG.planar, 1)) !== 2 && bandCount > 1
  const blockWidth = tiled ? await directory.number(TAG.tileWidth, 0) : width
  let blockHeight = tiled ? await directory.number(TAG.tileHeight, 0) : Math.min(height, await directory.number(TAG.rowsPerStrip, height))
  if (!(blockWidth >= 1 && blockHeight >= 1)) damaged(`its blocks are ${blockWidth} × ${blockHeight} cells`)
  const perCell = chunky ? bandCount : 1
  const bytesPerRow = Math.ceil((blockWidth * perCell * bits) / 8)
  const planes = chunky ? 1 : bandCount
  const blocks = Math.ceil(width / blockWidth) * Math.ceil(height / blockHeight) * planes
  const offsetTag = tiled ? TAG.tileOffsets : TAG.stripOffsets
  if (directory.count(offsetTag) < blocks) damaged(`${blocks} blocks are needed and ${directory.count(offsetTag)} are listed`)
  let offsets = await directory.numbers(offsetTag)
  let sizes = await directory.numbers(tiled ? TAG.tileBytes : TAG.stripBytes)
  if (sizes.length < blocks) {
    if (compression !== 1) damaged(`${blocks} blocks are needed and the sizes of ${sizes.length} are listed`)
    sizes = new Float64Array(blocks).fill(bytesPerRow * blockHeight)
  }
  if (compression === 1 && !tiled && bytesPerRow * blockHeight > PART_BYTES) {
    const cut = cutStrips({ height, blockHeight, bytesPerRow, planes, offsets, sizes })
    blockHeight = cut.blockHeight
    offsets = cut.offsets
    sizes = cut.sizes
  }
  if (bytesPerRow * blockHeight > BLOCK_BYTES) tooLarge('bytes of a block', bytesPerRow * blockHeight, BLOCK_BYTES)
  const named = foreignCompression(compression)
  const foreign =
    named === null
      ? null
      : await foreignDecoder(compression, directory, { width: blockWidth, height: blockHeight, perCell, type, bits, little })
  if (named !== null && typeof foreign !== 'function') return notRead('compression', foreign ?? named)
  // colours at half the width: their bytes are no cells
  if (compression !== 7 && (await directory.number(TAG.photometric, 1)) === 6) return notRead('layout', 'YCbCr')
  const decode = typeof foreign === 'function' ? foreign : null
  const layout = {
    type,
    bits,
    little,
    predictor,
    columns: blockWidth,
    perCell,
    bytesPerRow,
  }
  return { width, height, bandCount, type, bits, tiled, blockWidth, blockHeight, chunky, file, layout, compression, decode, offsets, sizes }
}

async function samplesIn(directory: Directory, file: string): Promise<{ type: SampleType; bits: number }> {
  const notRead = (found: string) => stopTiff({ code: 'formats/tiff-not-read', details: { file, what: 'samples', found } })
  const widths = await directory.numbers(TAG.bits, 65_535)
  const formats = await directory.numbers(TAG.sampleFormat, 65_535)
  const bits = widths[0] ?? 1
  const format = formats[0] ?? 1
  if (widths.some((each) => each !== bits) || formats.some((each) => each !== format)) notRead('bands of different types')
  const kind = ({ 1: 'uint', 2: 'int', 3: 'float', 4: 'uint' } as const)[format]
  if (!kind) return notRead(format === 5 || format === 6 ? 'complex numbers' : `sample format ${format}`)
  const type = sampleTypeOf(kind, bits)
  return type ? { type, bits } : notRead(`${kind} of ${bits} bits`)
}

/** Rows of an uncompressed strip can be read by themselves: strips of a whole image become many of about a megabyte. */
function cutStrips(strips: {
  height: number
  blockHeight: number
  bytesPerRow: number
  planes: number
  offsets: Float64Array
  sizes: Float64Array
}) {
  const { height, bytesPerRow, planes } = strips
  const before = strips.blockHeight
  // a divisor-free cut: the last part of a strip may be short, so parts must not cross strips
  let rows = Math.max(1, Math.floor(PART_BYTES / bytesPerRow))
  if (before < height) while (before % rows !== 0) rows--
  const down = Math.ceil(height / rows)
  const stripsDown = Math.ceil(height / before)
  const offsets = new Float64Array(down * planes)
  const sizes = new Float64Array(down * planes)
  for (let plane = 0; plane < planes; plane++) {
    for (let part = 0; part < down; part++) {
      const strip = plane * stripsDown + Math.floor((part * rows) / before)
      const inside = ((part * rows) % before) * bytesPerRow
      const wanted = Math.min(rows, height - part * rows) * bytesPerRow
      offsets[plane * down + part] = strips.offsets[strip] === 0 ? 0 : strips.offsets[strip] + inside
      sizes[plane * down + part] = Math.max(0, Math.min(wanted, strips.sizes[strip] - inside))
    }
  }
  return { blockHeight: rows, offsets, sizes }
}

/**
 * Cells of a window, one array per band asked for (numbered from 0), row by row. `into` are arrays to fill instead of new ones; `sums`
 * undoes predictor 2 in them.
 * Blocks that a sparse file leaves out are `empty`. A window must lie inside the image.
 */
export async function readBlocks(
  source: ByteSource,
  image: Image,
  bands: readonly number[],
  window: Window,
  empty: number,
  into?: readonly Samples[],
  sums?: SumRows,
): Promise<readonly Samples[]> {
  const { blockWidth, blockHeight, chunky } = image
  const { x, y, width, height } = window
  if (!(x >= 0 && y >= 0 && width >= 1 && height >= 1 && x + width <= image.width && y + height <= image.height))
    throw new Error(`expected a window inside ${image.width} × ${image.height} cells, got ${width} × ${height} at ${x}, ${y}`)
  for (const band of bands)
    if (!(band >= 0 && band < image.bandCount)) throw new Error(`expected bands 0 to ${image.bandCount - 1}, got ${band}`)
  const across = Math.ceil(image.width / blockWidth)
  const down = Math.ceil(image.height / blockHeight)
  if (!into && !chunky && width === blockWidth && height <= blockHeight && x % blockWidth === 0 && y % blockHeight === 0) {
    // one whole block: its samples need no copying
    const found: Samples[] = []
    for (const band of bands) {
      const samples = await readBlock(source, image, (band * down + y / blockHeight) * across + x / blockWidth, height)
      found.push(samples ?? samplesFor(image.type, width * height).fill(empty))
    }
    return found
  }
  const out = into ?? bands.map(() => samplesFor(image.type, width * height))
  for (let by = Math.floor(y / blockHeight); by * blockHeight < y + height; by++) {
    for (let bx = Math.floor(x / blockWidth); bx * blockWidth < x + width; bx++) {
      const place = placeOf(window, bx * blockWidth, by * blockHeight, blockWidth, blockHeight)
      if (chunky) {
        const samples = await readBlock(source, image, by * across + bx, place.endRow)
        for (let i = 0; i < bands.length; i++) copyPart(samples, image.layout.perCell, bands[i], place, blockWidth, out[i], width, empty)
      } else {
        for (let i = 0; i < bands.length; i++) {
          const block = (bands[i] * down + by) * across + bx
          const bytes = await bytesOfBlock(source, image, block, place.endRow)
          if (bytes !== null && sums && into && differencesInto(bytes, image.layout, place, into[i], width, sums)) continue
          if (bytes !== null && sumsInPlace(bytes, image.layout, place, out[i], width)) continue
          copyPart(bytes && unpackBlock(bytes, place.endRow, image.layout), 1, 0, place, blockWidth, out[i], width, empty)
        }
      }
    }
  }
  return out
}

/** Where a block and a window meet: rows and columns of the block, and the place in the window of the first. */
type Place = {
  readonly firstRow: number
  readonly endRow: number
  readonly firstColumn: number
  readonly endColumn: number
  readonly to: number
}

function placeOf(window: Window, left: number, top: number, blockWidth: number, blockHeight: number): Place {
  const firstRow = Math.max(0, window.y - top)
  const firstColumn = Math.max(0, window.x - left)
  return {
    firstRow,
    endRow: Math.min(blockHeight, window.y + window.height - top),
    firstColumn,
    endColumn: Math.min(blockWidth, window.x + window.width - left),
    to: (top + firstRow - window.y) * window.width + left + firstColumn - window.x,
  }
}

/** The first `rows` rows of a block; null where a sparse file has none. */
async function readBlock(source: ByteSource, image: Image, block: number, rows: number): Promise<Samples | null> {
  const bytes = await bytesOfBlock(source, image, block, rows)
  return bytes && unpackBlock(bytes, rows, image.layout)
}

/** The same before predictors are undone; enough bytes for the rows. */
async function bytesOfBlock(source: ByteSource, image: Image, block: number, rows: number): Promise<Uint8Array | null> {
  const { file, layout, compression } = image
  const at = image.offsets[block]
  const size = image.sizes[block]
  if (size === 0) return null
  if (!(at > 0) || !(at + size <= source.size))
    stopTiff({ code: 'formats/tiff-cut-short', details: { file, what: `block ${block}`, needs: at + size, size: source.size } })
  const whole = layout.bytesPerRow * image.blockHeight
  // packed bytes may be more than the cells they hold, but not many times more
  if (size > 2 * whole + 65_536)
    stopTiff({ code: 'formats/tiff-too-large', details: { file, what: `block ${block}`, found: size, limit: 2 * whole + 65_536 } })
  const read = source.read(at, size)
  const packed = read instanceof Promise ? await read : read
  const bytes = image.decode ? await foreignBytes(image.decode, packed, file, block) : decompress(compression, packed, whole, file, block)
  if (bytes.length < rows * layout.bytesPerRow)
    stopTiff({
      code: 'formats/tiff-damaged',
      details: { file, what: `block ${block} holds ${bytes.length} bytes, ${rows} rows need ${rows * layout.bytesPerRow}` },
    })
  return bytes
}

async function foreignBytes(decode: BlockDecoder, packed: Uint8Array, file: string, block: number): Promise<Uint8Array> {
  try {
    return await decode(packed)
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause)
    return stopTiff({ code: 'formats/tiff-damaged', details: { file, what: `block ${block} does not decompress (${why.slice(0, 120)})` } })
  }
}

function copyPart(
  samples: Samples | null,
  perCell: number,
  sample: number,
  place: Place,
  blockWidth: number,
  into: Samples,
  stride: number,
  empty: number,
): void {
  const { firstRow, endRow, firstColumn, endColumn } = place
  const n = endColumn - firstColumn
  for (let r = firstRow, to = place.to; r < endRow; r++, to += stride) {
    if (samples === null) into.fill(empty, to, to + n)
    else if (perCell === 1) into.set(samples.subarray(r * blockWidth + firstColumn, r * blockWidth + endColumn), to)
    else {
      let from = (r * blockWidth + firstColumn) * perCell + sample
      for (let i = to; i < to + n; i++, from += perCell) into[i] = samples[from]
    }
  }
}
