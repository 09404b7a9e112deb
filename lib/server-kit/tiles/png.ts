/** PNG (ISO/IEC 15948) of plain RGBA pixels. */
import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const RGBA = 6
const UP = 2

/** `rgba`: four bytes a pixel, row by row. Each row is written as its difference from the one above, which suits pictures of land. */
export function pngOf(rgba: Uint8Array | Uint8ClampedArray, width: number, height: number, level = 4): Uint8Array {
  if (rgba.length !== 4 * width * height) throw new Error(`expected ${4 * width * height} bytes, got ${rgba.length}`)
  const across = 4 * width
  const rows = new Uint8Array((across + 1) * height)
  for (let y = 0; y < height; y++) {
    const to = y * (across + 1)
    rows[to] = UP
    for (let i = 0, from = y * across; i < across; i++) rows[to + 1 + i] = rgba[from + i] - (y > 0 ? rgba[from - across + i] : 0)
  }
  const head = new Uint8Array(13)
  const view = new DataView(head.buffer)
  view.setUint32(0, width)
  view.setUint32(4, height)
  head.set([8, RGBA, 0, 0, 0], 8)
  return Buffer.concat([SIGNATURE, chunk('IHDR', head), chunk('IDAT', deflateSync(rows, { level })), chunk('IEND', new Uint8Array(0))])
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = Buffer.alloc(12 + data.length)
  out.writeUInt32BE(data.length, 0)
  out.write(type, 4, 'latin1')
  out.set(data, 8)
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.length)), 8 + data.length)
  return out
}
