/** Compressed blocks to bytes. Every decoder is told how many bytes may come out and gives no more: a bomb ends there. */
import { inflateSync, zstdDecompressSync } from 'node:zlib'
import { stopTiff } from './geotiff.refusals.ts'

/** Compression tag (259) to decoder; the numbers are libtiff's. */
const DECODERS: Readonly<Record<number, (packed: Uint8Array, most: number) => Uint8Array>> = {
  1: (packed, most) => new Uint8Array(packed.subarray(0, most)),
  5: lzw,
  8: inflate,
  32946: inflate,
  32773: packBits,
  50000: (packed, most) => zstdDecompressSync(packed, { maxOutputLength: most, chunkSize: most + 64 }),
}

const NAMES: Readonly<Record<number, string>> = {
  2: 'CCITT', 3: 'CCITT', 4: 'CCITT', 6: 'JPEG', 7: 'JPEG', 34712: 'JPEG 2000', 34887: 'LERC', 34925: 'LZMA', 50001: 'WebP', 50002: 'JPEG XL', 52546: 'JPEG XL',
} // biome-ignore format: a table

/** Null where the compression is read, else what to call it. */
export const foreignCompression = (compression: number): string | null =>
  compression in DECODERS ? null : (NAMES[compression] ?? `compression ${compression}`)

/** At most `most` bytes; fewer where the block holds fewer. Refused with `formats/tiff-damaged` where it does not decode. */
export function decompress(compression: number, packed: Uint8Array, most: number, file: string, block: number): Uint8Array {
  try {
    return DECODERS[compression](packed, most)
  } catch (cause) {
    if (cause instanceof RangeError && !('code' in cause)) throw cause
    return stopTiff({ code: 'formats/tiff-damaged', details: { file, what: `block ${block} does not decompress` } })
  }
}

// one piece a little longer than the answer: zlib asks for another when the first is exactly full
function inflate(packed: Uint8Array, most: number): Uint8Array {
  return inflateSync(packed, { maxOutputLength: most, chunkSize: most + 64 })
}

/** TIFF 6.0 §9: n in 0…127 copies n + 1 bytes, −1…−127 repeats the next one 1 − n times, −128 says nothing. */
function packBits(packed: Uint8Array, most: number): Uint8Array {
  const out = new Uint8Array(most)
  let n = 0
  for (let i = 0; i < packed.length && n < most; ) {
    const head = packed[i++]
    if (head < 128) {
      const take = Math.min(head + 1, most - n, packed.length - i)
      out.set(packed.subarray(i, i + take), n)
      n += take
      i += head + 1
    } else if (head > 128) {
      const end = Math.min(n + 257 - head, most)
      out.fill(packed[i++], n, end)
      n = end
    }
  }
  return out.subarray(0, n)
}

const CLEAR = 256
const END = 257

/**
 * TIFF 6.0 §13, codes of 9 to 12 bits, most significant bit first, each length left one code early.
 * The string of a new code is what was written for the code before it and one byte more: it lies in the output already, so a table
 * of places and lengths is enough.
 */
function lzw(packed: Uint8Array, most: number): Uint8Array {
  if (packed[0] === 0 && packed[1] & 1) throw new Error('LZW of before TIFF 5, least significant bit first')
  const out = new Uint8Array(most)
  const places = new Uint32Array(4097)
  const lengths = new Uint32Array(4097)
  let n = 0
  let next = 258
  let width = 9
  let bits = 0
  let held = 0
  let lastPlace = -1
  let lastLength = 0
  for (let i = 0; n < most; ) {
    while (held < width) {
      if (i >= packed.length) return out.subarray(0, n)
      bits = ((bits << 8) | packed[i++]) & 0xffffff
      held += 8
    }
    held -= width
    const code = (bits >>> held) & ((1 << width) - 1)
    if (code === END) break
    if (code === CLEAR) {
      next = 258
      width = 9
      lastPlace = -1
      continue
    }
    const start = n
    let length = 1
    if (code < 256) out[n++] = code
    else {
      if (lastPlace < 0 || code > next || (code < next && code < 258)) throw new Error(`LZW code ${code} before it was made`)
      const known = code < next
      const from = known ? places[code] : lastPlace
      length = known ? lengths[code] : lastLength + 1
      const end = Math.min(most, n + length)
      // byte by byte: a string not yet complete reads what it has just written
      for (let k = from; n < end; ) out[n++] = out[k++]
    }
    if (lastPlace >= 0 && next < 4096) {
      places[next] = lastPlace
      lengths[next++] = lastLength + 1
      if (next >= (1 << width) - 1 && width < 12) width++
    }
    lastPlace = start
    lastLength = length
  }
  return out.subarray(0, n)
}
