/**
 * Blocks that hold a picture or a raster of another kind: JPEG (libjpeg-turbo), WebP (libwebp), LERC (Esri's decoder), loaded only where a file asks for
 * them. What a block claims to be is held against the block's size before it is decoded.
 */
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { inflateSync, zstdDecompressSync } from 'node:zlib'
import type { Decoder } from '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs'
import type { Directory } from './directories.ts'
import { type SampleType, samplesFor } from './samples.ts'

/** What a block has to come out as. */
export type BlockShape = {
  readonly width: number
  readonly height: number
  readonly perCell: number
  readonly type: SampleType
  readonly bits: number
  readonly little: boolean
}

/** A block's bytes as samples row by row, in the order of bytes that the file says (libtiff turns them before it packs them); throws what it pleases where they are none. */
export type BlockDecoder = (packed: Uint8Array) => Uint8Array | Promise<Uint8Array>

const TAG = { photometric: 262, jpegTables: 347, lerc: 50674 }
const YCBCR = 6
const TABLES_BYTES = 65_536

/** The decoder for a compression (tag 259); a text where this one's blocks are not read, null where there is no such. */
export async function foreignDecoder(compression: number, directory: Directory, shape: BlockShape): Promise<BlockDecoder | string | null> {
  const isPicture = shape.type === 'uint8' && shape.bits === 8
  switch (compression) {
    case 7: {
      if (!isPicture || (shape.perCell !== 1 && shape.perCell !== 3)) return `JPEG of ${shape.perCell} × ${shape.bits} bits`
      const tables = Uint8Array.from(await directory.numbers(TAG.jpegTables, TABLES_BYTES))
      return jpegDecoder(shape, tables, (await directory.number(TAG.photometric, 1)) === YCBCR)
    }
    case 50001:
      return isPicture && (shape.perCell === 3 || shape.perCell === 4)
        ? webpDecoder(shape)
        : `WebP of ${shape.perCell} × ${shape.bits} bits`
    case 34887: {
      const [, packing = 0] = await directory.numbers(TAG.lerc, 16)
      return packing <= 2 ? lercDecoder(shape, packing) : `LERC with packing ${packing}`
    }
    default:
      return null
  }
}

const resolve = (name: string) => createRequire(import.meta.url).resolve(name)

let jpeg: Promise<{ readonly JPEGDecoder: new () => Decoder }> | null = null

/** Colours that are said to be YCbCr become RGB, as in GDAL; others are taken as they are. */
async function jpegDecoder({ width, height, perCell }: BlockShape, tables: Uint8Array, isYcbcr: boolean): Promise<BlockDecoder> {
  const library = '@cornerstonejs/codec-libjpeg-turbo-8bit'
  const load = async () => {
    const { default: jpegTurbo } = await import('@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs')
    return jpegTurbo({ locateFile: () => resolve(`${library}/decodewasm`), print: () => {}, printErr: () => {} })
  }
  jpeg ??= load()
  await jpeg
  return async (packed) => {
    const stream = wholeJpeg(packed, tables, perCell === 3 ? isYcbcr : null)
    const said = jpegFrame(stream)
    if (said.bits !== 8 || said.width !== width || said.height > height || said.components !== perCell)
      throw new Error(`a JPEG of ${said.width} × ${said.height} × ${said.components} in a block of ${width} × ${height} × ${perCell}`)
    jpeg ??= load()
    const decoder = new (await jpeg).JPEGDecoder()
    try {
      decoder.getEncodedBuffer(stream.length).set(stream)
      decoder.decode()
      const { width: columns, height: rows, componentCount } = decoder.getFrameInfo()
      const cells = decoder.getDecodedBuffer().slice()
      if (columns !== width || rows !== said.height || cells.length !== columns * rows * componentCount)
        throw new Error('a JPEG came out short')
      return cells
    } catch (cause) {
      jpeg = null // after a trap it is of no use
      throw cause
    } finally {
      free(decoder)
    }
  }
}

function free(decoder: Decoder): void {
  try {
    decoder.delete()
  } catch {
    // it was lost with its module
  }
}

const SOI = 2 // bytes of the start, and of the end

/** Tables that all blocks have in common go before the block's own; Adobe's marker says what the three colours are (null: there is one only). */
function wholeJpeg(packed: Uint8Array, tables: Uint8Array, isYcbcr: boolean | null): Uint8Array {
  if (packed[0] !== 0xff || packed[1] !== 0xd8) throw new Error('no JPEG')
  const common = tables.length > 2 * SOI ? tables.subarray(SOI, tables.length - SOI) : new Uint8Array(0)
  // "Adobe", version 100, flags 0, 0, transform 1 for YCbCr and 0 for none
  const adobe = isYcbcr === null ? [] : [0xff, 0xee, 0, 14, 0x41, 0x64, 0x6f, 0x62, 0x65, 0, 100, 0, 0, 0, 0, isYcbcr ? 1 : 0]
  const whole = new Uint8Array(SOI + adobe.length + common.length + packed.length - SOI)
  whole.set([0xff, 0xd8, ...adobe])
  whole.set(common, SOI + adobe.length)
  whole.set(packed.subarray(SOI), SOI + adobe.length + common.length)
  return whole
}

/** The frame header (ITU-T T.81 B.2.2). */
function jpegFrame(stream: Uint8Array): { bits: number; width: number; height: number; components: number } {
  const at16 = (at: number) => (stream[at] << 8) | stream[at + 1]
  for (let at = SOI; at + 9 < stream.length; ) {
    if (stream[at] !== 0xff) throw new Error('a JPEG marker is missing')
    const marker = stream[at + 1]
    if (marker === 0xff) {
      at++
      continue
    }
    const isFrame = marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc
    if (isFrame) return { bits: stream[at + 4], height: at16(at + 5), width: at16(at + 7), components: stream[at + 9] }
    if (marker === 0xda) break
    at += 2 + at16(at + 2)
  }
  throw new Error('a JPEG without a frame')
}

type WebP = (bytes: ArrayBuffer) => Promise<{ readonly data: Uint8ClampedArray; readonly width: number; readonly height: number }>
let webp: Promise<WebP> | null = null

async function webpDecoder({ width, height, perCell }: BlockShape): Promise<BlockDecoder> {
  webp ??= loadWebp()
  const decode = await webp
  return async (packed) => {
    const said = webpFrame(packed)
    if (said.width !== width || said.height > height)
      throw new Error(`a WebP of ${said.width} × ${said.height} in a block of ${width} × ${height}`)
    const { data } = await decode(Uint8Array.from(packed).buffer)
    if (data.length !== 4 * width * said.height) throw new Error('a WebP came out short')
    if (perCell === 4) return new Uint8Array(data.buffer, data.byteOffset, data.length)
    const cells = new Uint8Array(3 * width * said.height)
    for (let i = 0, from = 0; i < cells.length; i += 3, from += 4) {
      cells[i] = data[from]
      cells[i + 1] = data[from + 1]
      cells[i + 2] = data[from + 2]
    }
    return cells
  }
}

/** What the decoder makes its answer of: it was made for browsers, and asks the global object for their class of pictures. */
class Picture {
  readonly data: Uint8ClampedArray
  readonly width: number
  readonly height: number
  constructor(data: Uint8ClampedArray, width: number, height: number) {
    this.data = data
    this.width = width
    this.height = height
  }
}

async function loadWebp(): Promise<WebP> {
  if (!('ImageData' in globalThis)) Object.defineProperty(globalThis, 'ImageData', { value: Picture, configurable: true, writable: true })
  const { init, default: decode } = await import('@jsquash/webp/decode.js')
  await init(await WebAssembly.compile(await readFile(resolve('@jsquash/webp/codec/dec/webp_dec.wasm'))))
  return decode
}

/** Width and height by the first chunk (WebP container specification, Google 2011): VP8, VP8L or VP8X. */
function webpFrame(bytes: Uint8Array): { width: number; height: number } {
  const text = (at: number) => String.fromCharCode(...bytes.subarray(at, at + 4))
  if (bytes.length < 30 || text(0) !== 'RIFF' || text(8) !== 'WEBP') throw new Error('no WebP')
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  switch (text(12)) {
    case 'VP8 ':
      return { width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff }
    case 'VP8L': {
      const bits = view.getUint32(21, true)
      return { width: (bits & 0x3fff) + 1, height: ((bits >>> 14) & 0x3fff) + 1 }
    }
    case 'VP8X':
      return { width: (view.getUint32(24, true) & 0xffffff) + 1, height: (view.getUint32(26, true) >>> 8) + 1 }
    default:
      throw new Error('a WebP without a picture')
  }
}

const LERC_HEAD = 38

async function lercDecoder({ width, height, perCell, type, bits, little }: BlockShape, packing: number): Promise<BlockDecoder> {
  const { default: lerc } = await import('lerc')
  const most = width * height * perCell * (bits / 8)
  // a blob is hardly longer than what it holds
  const limit = { maxOutputLength: 2 * most + 65_536 }
  return (packed) => {
    const blob = packing === 1 ? inflateSync(packed, limit) : packing === 2 ? zstdDecompressSync(packed, limit) : packed
    const view = new DataView(blob.buffer, blob.byteOffset, blob.byteLength)
    const isLerc2 = blob.length > LERC_HEAD && String.fromCharCode(...blob.subarray(0, 6)) === 'Lerc2 ' && view.getInt32(6, true) >= 3
    if (!isLerc2) throw new Error('no LERC of version 2')
    const [rows, columns] = [view.getInt32(14, true), view.getInt32(18, true)]
    const hasDepth = view.getInt32(6, true) >= 4
    const depth = hasDepth ? view.getInt32(22, true) : 1
    if (columns !== width || !(rows >= 1 && rows <= height) || depth !== perCell)
      throw new Error(`a LERC of ${columns} × ${rows} × ${depth} in a block of ${width} × ${height} × ${perCell}`)
    // the decoder believes a length of nothing, and goes round in circles
    const length = view.getInt32(hasDepth ? 34 : 30, true)
    if (length !== blob.length || fletcher(blob.subarray(14)) !== view.getUint32(10, true))
      throw new Error('a LERC whose sum does not tally')
    const { pixels, mask } = lerc.decode(Uint8Array.from(blob).buffer, { inputOffset: 0, returnPixelInterleavedDims: true })
    const cells = pixels[0]
    const samples = samplesFor(type, 0)
    if (cells.length !== rows * columns * perCell || cells.BYTES_PER_ELEMENT !== bits / 8 || cells.constructor !== samples.constructor)
      throw new Error('a LERC of other samples')
    // what the blob leaves out was no number, where there is such a thing; turned round it would be one
    if (mask && bits > 8 && !little && mask.includes(0)) throw new Error('a LERC with gaps, the more significant byte first')
    if (mask && type.startsWith('float'))
      for (let i = 0; i < mask.length; i++) if (mask[i] === 0) cells.fill(Number.NaN, i * perCell, (i + 1) * perCell)
    return new Uint8Array(cells.buffer, cells.byteOffset, cells.byteLength)
  }
}

/** The sum of a LERC blob: of 16-bit words, the more significant byte first, modulo 65535 without a zero (Fletcher 1982). */
function fletcher(bytes: Uint8Array): number {
  let [low, high] = [0xffff, 0xffff]
  for (let i = 0; i < bytes.length; i += 2) {
    low = (low + (bytes[i] << 8) + (i + 1 < bytes.length ? bytes[i + 1] : 0)) % 0xffff || 0xffff
    high = (high + low) % 0xffff || 0xffff
  }
  return high * 0x1_0000 + low
}
