/**
 * The outside of a JPEG 2000 file: its boxes (ISO/IEC 15444-1 Annex I) and the tiles of its codestream (Annex A). A scene of a satellite is too large to
 * be decoded in one piece; each tile is handed on as a codestream of its own, in which only the image's extent is another. Places of the
 * reference grid stay, so the wavelets of the tile are cut exactly as before and the pixels are the same.
 */

/** Why a file is not read; the caller knows its name. */
export class Jp2Trouble extends Error {}

export type Box = { readonly type: string; readonly from: number; readonly to: number }

const MOST_BOXES = 1000

/** The boxes that lie between two places of a file, one after another. */
export function boxesIn(bytes: Uint8Array, from = 0, to = bytes.length): Box[] {
  const view = viewOf(bytes)
  const boxes: Box[] = []
  for (let at = from; at + 8 <= to; ) {
    if (boxes.length === MOST_BOXES) throw new Jp2Trouble(`more than ${MOST_BOXES} boxes`)
    let length = view.getUint32(at)
    let head = 8
    if (length === 1) {
      if (at + 16 > to) break
      const long = view.getBigUint64(at + 8)
      if (long > BigInt(bytes.length)) throw new Jp2Trouble('a box is longer than the file')
      length = Number(long)
      head = 16
    } else if (length === 0) length = to - at
    if (length < head || at + length > to) throw new Jp2Trouble('a box is longer than what holds it')
    boxes.push({ type: String.fromCharCode(...bytes.subarray(at + 4, at + 8)), from: at + head, to: at + length })
    at += length
  }
  return boxes
}

export type Component = { readonly bits: number; readonly signed: boolean }
export type Tile = {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  readonly parts: readonly Part[]
}
type Part = { readonly from: number; readonly to: number }

export type Codestream = {
  readonly width: number
  readonly height: number
  readonly components: readonly Component[]
  readonly tiles: readonly Tile[]
  /** The codestream of one tile alone. */
  alone(bytes: Uint8Array, tile: Tile): Uint8Array
}

const SOC = 0xff4f
const SIZ = 0xff51
const SOT = 0xff90
const EOC = 0xffd9
const LEFT_OUT = new Set([0xff55, 0xff57, 0xff64]) // TLM, PLM: lengths of tile-parts that go; COM: remarks
const PACKED_HEADERS = 0xff60 // PPM
const MOST_TILES = 65_535
const MOST_SIDE = 200_000
const SIZ_FIXED = 38 // up to and with the number of components

/** `from` and `to`: where the codestream lies in `bytes`. */
export function codestreamIn(bytes: Uint8Array, from: number, to: number): Codestream {
  const view = viewOf(bytes)
  const u16 = (at: number) => {
    if (at + 2 > to) throw new Jp2Trouble('it ends in the middle of a marker')
    return view.getUint16(at)
  }
  if (u16(from) !== SOC || u16(from + 2) !== SIZ) throw new Jp2Trouble('it does not begin as a JPEG 2000 codestream')
  const sizLength = u16(from + 4)
  if (sizLength < SIZ_FIXED || from + 4 + sizLength > to) throw new Jp2Trouble('its head is cut short')
  const field = (i: number) => view.getUint32(from + 8 + 4 * i)
  const [xEnd, yEnd, xFrom, yFrom, tileWidth, tileHeight, xTiles, yTiles] = Array.from({ length: 8 }, (_, i) => field(i))
  const count = view.getUint16(from + 40)
  if (count === 0 || sizLength !== SIZ_FIXED + 3 * count) throw new Jp2Trouble('its components are not listed whole')
  const components: Component[] = []
  for (let i = 0; i < count; i++) {
    const depth = bytes[from + 42 + 3 * i]
    if (bytes[from + 43 + 3 * i] !== 1 || bytes[from + 44 + 3 * i] !== 1) throw new Jp2Trouble('its bands have different sizes')
    components.push({ bits: (depth & 0x7f) + 1, signed: depth > 0x7f })
  }
  const [width, height] = [xEnd - xFrom, yEnd - yFrom]
  if (!(width > 0 && height > 0 && width <= MOST_SIDE && height <= MOST_SIDE)) throw new Jp2Trouble(`its size is ${width} × ${height}`)
  if (
    tileWidth === 0 ||
    tileHeight === 0 ||
    xTiles > xFrom ||
    yTiles > yFrom ||
    xTiles + tileWidth <= xFrom ||
    yTiles + tileHeight <= yFrom
  )
    throw new Jp2Trouble('its tiles do not lie on it')
  const columns = Math.ceil((xEnd - xTiles) / tileWidth)
  const rows = Math.ceil((yEnd - yTiles) / tileHeight)
  if (columns * rows > MOST_TILES) throw new Jp2Trouble(`${columns * rows} tiles`)

  const head: Part[] = []
  let at = from + 4 + sizLength
  for (let marker = u16(at); marker !== SOT; marker = u16(at)) {
    if (marker === PACKED_HEADERS) throw new Jp2Trouble('the heads of its packets are packed together, which is not read')
    const end = at + 2 + u16(at + 2)
    if (marker >> 8 !== 0xff || end <= at + 3) throw new Jp2Trouble('its head is broken')
    if (!LEFT_OUT.has(marker)) head.push({ from: at, to: end })
    at = end
  }

  const parts: Part[][] = Array.from({ length: columns * rows }, () => [])
  while (at + 12 <= to && u16(at) === SOT) {
    const index = u16(at + 4)
    const stated = view.getUint32(at + 6)
    const length = stated === 0 ? to - at - (to >= 2 && view.getUint16(to - 2) === EOC ? 2 : 0) : stated
    if (index >= parts.length || length < 14 || at + length > to) throw new Jp2Trouble('a tile is cut short, or is none of the image')
    parts[index].push({ from: at, to: at + length })
    at += length
  }
  const tiles = parts.map((own, index): Tile => {
    if (own.length === 0) throw new Jp2Trouble('a tile is missing')
    const [x0, y0] = [xTiles + (index % columns) * tileWidth, yTiles + Math.floor(index / columns) * tileHeight]
    const [x, y] = [Math.max(x0, xFrom), Math.max(y0, yFrom)]
    return {
      x: x - xFrom,
      y: y - yFrom,
      width: Math.min(x0 + tileWidth, xEnd) - x,
      height: Math.min(y0 + tileHeight, yEnd) - y,
      parts: own,
    }
  })

  const alone = (whole: Uint8Array, tile: Tile): Uint8Array => {
    const pieces = [...head, ...tile.parts]
    const length = 4 + sizLength + pieces.reduce((sum, each) => sum + each.to - each.from, 0) + 2
    const made = new Uint8Array(length)
    const out = viewOf(made)
    made.set(whole.subarray(from, from + 4 + sizLength))
    const [x, y] = [xFrom + tile.x, yFrom + tile.y]
    // the one tile's corner is the image's; its full size stays, since it may be cut off by the image's edge
    for (const [i, value] of [x + tile.width, y + tile.height, x, y, tileWidth, tileHeight, x, y].entries()) out.setUint32(8 + 4 * i, value)
    let to = 4 + sizLength
    for (const piece of pieces) {
      made.set(whole.subarray(piece.from, piece.to), to)
      if (tile.parts.includes(piece)) {
        out.setUint16(to + 4, 0)
        out.setUint32(to + 6, piece.to - piece.from)
      }
      to += piece.to - piece.from
    }
    out.setUint16(to, EOC)
    return made
  }
  return { width, height, components, tiles, alone }
}

export const viewOf = (bytes: Uint8Array) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
