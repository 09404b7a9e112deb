/**
 * PMTiles 3 (protomaps/PMTiles, spec v3): all tiles of a map in one file, found by a directory, so that a plain file server that answers ranges
 * serves it. Tiles are numbered along Hilbert's curve, zoom after zoom; equal ones are stored once, and a run of them is one entry.
 */

/** The number of a tile: all of smaller zooms come first, then the place on the Hilbert curve (Hilbert 1891; the walk from Wikipedia's xy2d is the spec's too). */
export function tileId(z: number, x: number, y: number): number {
  let id = (4 ** z - 1) / 3
  let [a, b] = [x, y]
  for (let s = 2 ** (z - 1); s >= 1; s /= 2) {
    const rx = (Math.floor(a / s) & 1) as 0 | 1
    const ry = (Math.floor(b / s) & 1) as 0 | 1
    id += s * s * ((3 * rx) ^ ry)
    if (ry === 0) {
      if (rx === 1) {
        a = s - 1 - (a % s)
        b = s - 1 - (b % s)
      } else {
        a %= s
        b %= s
      }
      ;[a, b] = [b, a]
    } else {
      a %= s
      b %= s
    }
  }
  return id
}

export type Entry = { readonly id: number; readonly offset: number; readonly length: number; readonly run: number }

/** Entries by growing id; a run of 0 points to a leaf. Not packed. */
export function writeDirectory(entries: readonly Entry[]): Uint8Array {
  const out: number[] = []
  const put = (value: number) => {
    let left = value
    while (left > 0x7f) {
      out.push((left % 0x80) | 0x80)
      left = Math.floor(left / 0x80)
    }
    out.push(left)
  }
  put(entries.length)
  let last = 0
  for (const { id } of entries) {
    put(id - last)
    last = id
  }
  for (const { run } of entries) put(run)
  for (const { length } of entries) put(length)
  for (const [i, { offset }] of entries.entries()) {
    const before = entries[i - 1]
    put(i > 0 && offset === before.offset + before.length ? 0 : offset + 1)
  }
  return Uint8Array.from(out)
}

export const HEADER_BYTES = 127
/** Header and root directory lie in the first 16 KiB: a reader gets both at once. */
export const ROOT_BYTES = 16_384 - HEADER_BYTES

export type Header = {
  readonly rootLength: number
  readonly metadata: { readonly offset: number; readonly length: number }
  readonly leaves: { readonly offset: number; readonly length: number }
  readonly tiles: { readonly offset: number; readonly length: number }
  readonly addressed: number
  readonly entries: number
  readonly contents: number
  readonly clustered: boolean
  readonly zooms: readonly [least: number, most: number]
  readonly bounds: readonly [west: number, south: number, east: number, north: number]
}

/** Directories, metadata and tiles packed with gzip; tiles are MVT. */
export function writeHeader(header: Header): Uint8Array {
  const bytes = Buffer.alloc(HEADER_BYTES)
  bytes.write('PMTiles', 0, 'latin1')
  bytes[7] = 3
  const uint = (value: number, at: number) => bytes.writeBigUInt64LE(BigInt(value), at)
  uint(HEADER_BYTES, 8)
  uint(header.rootLength, 16)
  for (const [i, part] of [header.metadata, header.leaves, header.tiles].entries()) {
    uint(part.offset, 24 + 16 * i)
    uint(part.length, 32 + 16 * i)
  }
  uint(header.addressed, 72)
  uint(header.entries, 80)
  uint(header.contents, 88)
  bytes[96] = header.clustered ? 1 : 0
  bytes[97] = 2 // gzip
  bytes[98] = 2
  bytes[99] = 1 // MVT
  bytes[100] = header.zooms[0]
  bytes[101] = header.zooms[1]
  const [west, south, east, north] = header.bounds
  for (const [i, degrees] of [west, south, east, north].entries()) bytes.writeInt32LE(Math.round(degrees * 1e7), 102 + 4 * i)
  bytes[118] = header.zooms[0] + Math.floor((header.zooms[1] - header.zooms[0]) / 2)
  bytes.writeInt32LE(Math.round(((west + east) / 2) * 1e7), 119)
  bytes.writeInt32LE(Math.round(((south + north) / 2) * 1e7), 123)
  return bytes
}
