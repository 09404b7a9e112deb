/** JPEG 2000 rasters (.jp2 and bare codestreams), tile by tile. GDAL's build for Node has no decoder for them; OpenJPEG's has. */
import { createRequire } from 'node:module'
import openjpeg, { type Decoder } from '@cornerstonejs/codec-openjpeg/decodewasmjs'
import { boxesIn, type Codestream, codestreamIn, Jp2Trouble, type Tile } from './codestream.ts'

export { Jp2Trouble, type Tile } from './codestream.ts'

export type Jp2 = {
  readonly width: number
  readonly height: number
  readonly bands: number
  readonly bits: number
  readonly signed: boolean
  readonly tiles: readonly Tile[]
  /** A small GeoTIFF that says where the image lies (GeoJP2), or the GML that does (GMLJP2, OGC 08-085); null where there is neither. */
  readonly geotiff: Uint8Array | null
  readonly gml: string | null
  /** The samples of a tile, band-interleaved by pixel. The array is the caller's. */
  readTile(tile: Tile): Promise<Uint8Array | Uint16Array | Int16Array>
}

const SIGNATURE = [0, 0, 0, 12, 0x6a, 0x50, 0x20, 0x20, 0x0d, 0x0a, 0x87, 0x0a]
const GEOJP2 = 'b14bf8bd083d4b43a5ae8cd7d5a6ce03'
/** A tile is decoded in one piece: eight bytes a pixel, and as much again on the way out. */
const MOST_TILE_PIXELS = 36e6
const MOST_GML = 1 << 20

/** Whether bytes begin as one: the signature box, or a codestream by itself. */
export const isJp2 = (head: Uint8Array): boolean =>
  SIGNATURE.every((byte, i) => head[i] === byte) || (head[0] === 0xff && head[1] === 0x4f && head[2] === 0xff && head[3] === 0x51)

/** Opens a file of bytes. Throws Jp2Trouble with the reason where it is none, is cut short, or is of a kind that is not read. */
export function openJp2(bytes: Uint8Array): Jp2 {
  if (!isJp2(bytes)) throw new Jp2Trouble('it does not begin as a JPEG 2000 file')
  const boxes = bytes[0] === 0xff ? [] : boxesIn(bytes)
  const place = boxes.length === 0 ? { from: 0, to: bytes.length } : boxes.find(({ type }) => type === 'jp2c')
  if (!place) throw new Jp2Trouble('there is no codestream in it')
  const stream = codestreamIn(bytes, place.from, place.to)
  const [{ bits, signed }] = stream.components
  if (stream.components.some((each) => each.bits !== bits || each.signed !== signed))
    throw new Jp2Trouble('its bands have different depths')
  if (bits > 16) throw new Jp2Trouble(`${bits} bits a sample`)
  const largest = Math.max(...stream.tiles.map(({ width, height }) => width * height))
  if (largest * stream.components.length > MOST_TILE_PIXELS)
    throw new Jp2Trouble(
      `a tile of ${Math.round(largest / 1e6)} million pixels; at most ${MOST_TILE_PIXELS / 1e6} million are read at once`,
    )
  const uuid = boxes.find(({ type, from }) => type === 'uuid' && hexOf(bytes.subarray(from, from + 16)) === GEOJP2)
  return {
    width: stream.width,
    height: stream.height,
    bands: stream.components.length,
    bits,
    signed,
    tiles: stream.tiles,
    geotiff: uuid ? bytes.subarray(uuid.from + 16, uuid.to) : null,
    gml: gmlIn(bytes, boxes),
    readTile: (tile) => decode(stream, bytes, tile),
  }
}

function gmlIn(bytes: Uint8Array, boxes: ReturnType<typeof boxesIn>): string | null {
  for (const outer of boxes.filter(({ type }) => type === 'asoc'))
    for (const inner of boxesIn(bytes, outer.from, outer.to).filter(({ type }) => type === 'asoc'))
      for (const { type, from, to } of boxesIn(bytes, inner.from, inner.to))
        if (type === 'xml ' && to - from < MOST_GML) return new TextDecoder().decode(bytes.subarray(from, to))
  return null
}

let loading: ReturnType<typeof openjpeg> | null = null
const DECODER = '@cornerstonejs/codec-openjpeg/decodewasm'

async function decode(stream: Codestream, bytes: Uint8Array, tile: Tile): Promise<Uint8Array | Uint16Array | Int16Array> {
  loading ??= openjpeg({ locateFile: () => createRequire(import.meta.url).resolve(DECODER), print: () => {}, printErr: () => {} })
  const { J2KDecoder } = await loading
  const decoder: Decoder = new J2KDecoder()
  try {
    const alone = stream.alone(bytes, tile)
    decoder.getEncodedBuffer(alone.length).set(alone)
    decoder.decode()
    const { width, height, componentCount } = decoder.getFrameInfo()
    const { bits, signed } = stream.components[0]
    const size = bits > 8 ? 2 : 1
    const out = decoder.getDecodedBuffer()
    if (width !== tile.width || height !== tile.height || componentCount !== stream.components.length)
      throw new Jp2Trouble(`a tile came out as ${width} × ${height}, not ${tile.width} × ${tile.height}`)
    if (out.length !== width * height * componentCount * size) throw new Jp2Trouble('a tile could not be decoded whole')
    const own = out.slice()
    if (size === 1) return own
    return signed ? new Int16Array(own.buffer) : new Uint16Array(own.buffer)
  } catch (problem) {
    if (problem instanceof Jp2Trouble) throw problem
    // the decoder throws numbers and strings; after a trap it is of no use
    loading = null
    throw new Jp2Trouble(`a tile could not be decoded (${problem instanceof Error ? problem.message : String(problem)})`)
  } finally {
    try {
      decoder.delete()
    } catch {
      // it was lost with its module
    }
  }
}

const hexOf = (bytes: Uint8Array) => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
