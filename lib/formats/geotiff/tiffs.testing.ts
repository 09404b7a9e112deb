/** TIFF files laid out by hand, right and wrong, for tests. */

type Layout = {
  readonly width: number
  readonly height: number
  readonly bits: number
  readonly strips: readonly Uint8Array[]
  readonly little?: boolean
  readonly perCell?: number
  readonly compression?: number
  readonly predictor?: number
  readonly rowsPerStrip?: number
  /** Tiles of this side instead of strips. */
  readonly tile?: number
  /** Where the strips are said to be, instead of where they are. */
  readonly offset?: number
  /** How many offsets there are said to be. */
  readonly tagCount?: number
  /** The directory names itself as the next. */
  readonly loop?: boolean
}

/** A classic TIFF with one directory: header, strips, directory, and what does not fit in it. */
export function tiffOf(layout: Layout): Uint8Array {
  const { width, height, bits, strips, little = true, perCell = 1, compression = 1, predictor = 1, tile } = layout
  const offsets: number[] = []
  let at = 8
  for (const strip of strips) {
    offsets.push(at)
    at += strip.length + (strip.length % 2)
  }
  const directory = at
  const places = layout.offset === undefined ? offsets : offsets.map(() => layout.offset as number)
  const sizes = strips.map((strip) => strip.length)
  const tags: [id: number, type: 3 | 4, values: readonly number[]][] = [
    [256, 4, [width]],
    [257, 4, [height]],
    [258, 3, new Array(perCell).fill(bits)],
    [259, 3, [compression]],
    [277, 3, [perCell]],
    [317, 3, [predictor]],
    ...(tile
      ? ([
          [322, 4, [tile]],
          [323, 4, [tile]],
          [324, 4, places],
          [325, 4, sizes],
        ] as [number, 3 | 4, number[]][])
      : ([
          [273, 4, places],
          [278, 4, [layout.rowsPerStrip ?? height]],
          [279, 4, sizes],
        ] as [number, 3 | 4, number[]][])),
  ]
  tags.sort((a, b) => a[0] - b[0])
  const beyond = directory + 2 + 12 * tags.length + 4
  const extra = tags.reduce((sum, [, type, values]) => sum + (values.length * (type === 3 ? 2 : 4) > 4 ? 4 * values.length : 0), 0)
  const bytes = new Uint8Array(beyond + extra)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, little ? 0x4949 : 0x4d4d)
  view.setUint16(2, 42, little)
  view.setUint32(4, directory, little)
  for (const [i, strip] of strips.entries()) bytes.set(strip, offsets[i])
  view.setUint16(directory, tags.length, little)
  let free = beyond
  for (const [i, [id, type, values]] of tags.entries()) {
    const entry = directory + 2 + 12 * i
    view.setUint16(entry, id, little)
    view.setUint16(entry + 2, type, little)
    const isOffsets = id === 273 || id === 324
    view.setUint32(entry + 4, isOffsets && layout.tagCount !== undefined ? layout.tagCount : values.length, little)
    const each = type === 3 ? 2 : 4
    let to = entry + 8
    if (values.length * each > 4) {
      view.setUint32(entry + 8, free, little)
      to = free
      free += 4 * values.length
    }
    for (const [k, value] of values.entries()) {
      if (type === 3) view.setUint16(to + 2 * k, value, little)
      else view.setUint32(to + 4 * k, value, little)
    }
  }
  view.setUint32(directory + 2 + 12 * tags.length, layout.loop ? directory : 0, little)
  return bytes
}
