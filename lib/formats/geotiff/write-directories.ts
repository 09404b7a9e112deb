/** The bytes of a GeoTIFF's directories: classic where everything lies below 4 GB, BigTIFF beyond. */
import type { RasterToWrite } from './write-raster.ts'

/** Of every tile its place in the file and its bytes. */
export type TileTable = { readonly places: Float64Array; readonly sizes: Float64Array }
type Level = { readonly width: number; readonly height: number; readonly tiles: TileTable }

type Tag = { readonly id: number; readonly type: number; readonly values: readonly number[] | Float64Array | string }
const ASCII = 2
const SHORT = 3
const LONG = 4
const DOUBLE = 12
const LONG8 = 16
const BYTES: Readonly<Record<number, number>> = { [ASCII]: 1, [SHORT]: 2, [LONG]: 4, [DOUBLE]: 8, [LONG8]: 8 }

const FORMAT = { uint: 1, int: 2, float: 3 }

/** Header and all directories with their values; of the same length whatever the places in the tile tables. */
export function directoriesOf(raster: RasterToWrite, levels: readonly Level[], tile: number): Uint8Array {
  let total = 0
  for (const { tiles } of levels) for (const size of tiles.sizes) total += size
  // room for the directories themselves, which are a few bytes a tile
  const tileCount = levels.reduce((sum, { tiles }) => sum + tiles.sizes.length, 0)
  const big = total + 16 * tileCount + (1 << 20) > 0xffffffff
  const each = big ? 20 : 12
  const inline = big ? 8 : 4
  const directories = levels.map((level, depth) => tagsOf(raster, level, depth, tile, big ? LONG8 : LONG).sort((a, b) => a.id - b.id))
  const lengths = directories.map((tags) => (big ? 8 : 2) + tags.length * each + inline)
  const outside = (tag: Tag) => (lengthOf(tag) > inline ? Math.ceil(lengthOf(tag) / 8) * 8 : 0)
  let size = 16
  const starts = directories.map((tags, i) => {
    const start = size
    size += Math.ceil(lengths[i] / 8) * 8 + tags.reduce((sum, tag) => sum + outside(tag), 0)
    return start
  })
  const bytes = new Uint8Array(size)
  const view = new DataView(bytes.buffer)
  const offset = (at: number, value: number) => (big ? view.setBigUint64(at, BigInt(value), true) : view.setUint32(at, value, true))
  view.setUint16(0, 0x4949)
  view.setUint16(2, big ? 43 : 42, true)
  if (big) view.setUint16(4, 8, true)
  offset(big ? 8 : 4, starts[0])
  for (const [d, tags] of directories.entries()) {
    let at = starts[d]
    let beyond = at + Math.ceil(lengths[d] / 8) * 8
    if (big) view.setBigUint64(at, BigInt(tags.length), true)
    else view.setUint16(at, tags.length, true)
    at += big ? 8 : 2
    for (const tag of tags) {
      view.setUint16(at, tag.id, true)
      view.setUint16(at + 2, tag.type, true)
      offset(at + 4, lengthOf(tag) / BYTES[tag.type])
      const field = at + 4 + inline
      if (outside(tag) === 0) writeValues(view, field, tag)
      else {
        offset(field, beyond)
        writeValues(view, beyond, tag)
        beyond += outside(tag)
      }
      at += each
    }
    offset(at, starts[d + 1] ?? 0)
  }
  return bytes
}

const encode = (text: string) => new TextEncoder().encode(`${text}\0`)
const lengthOf = ({ values, type }: Tag): number => (typeof values === 'string' ? encode(values).length : values.length * BYTES[type])

function writeValues(view: DataView, at: number, { type, values }: Tag): void {
  if (typeof values === 'string') {
    for (const [i, byte] of encode(values).entries()) view.setUint8(at + i, byte)
    return
  }
  for (let i = 0; i < values.length; i++) {
    if (type === SHORT) view.setUint16(at + 2 * i, values[i], true)
    else if (type === LONG) view.setUint32(at + 4 * i, values[i], true)
    else if (type === DOUBLE) view.setFloat64(at + 8 * i, values[i], true)
    else view.setBigUint64(at + 8 * i, BigInt(values[i]), true)
  }
}

function tagsOf(raster: RasterToWrite, level: Level, depth: number, tile: number, offsets: number): Tag[] {
  const { bandCount, type } = raster
  const [, kind, bits] = /^(uint|int|float)(\d+)$/.exec(type) ?? []
  const perBand = (value: number) => new Array<number>(bandCount).fill(value)
  const short = (id: number, ...values: number[]): Tag => ({ id, type: SHORT, values })
  const tags: Tag[] = [
    { id: 254, type: LONG, values: [depth === 0 ? 0 : 1] },
    { id: 256, type: LONG, values: [level.width] },
    { id: 257, type: LONG, values: [level.height] },
    short(258, ...perBand(Number(bits))),
    short(259, 8),
    short(262, 1), // black is zero: the bands beyond the first are extra samples, and no colours are claimed
    short(277, bandCount),
    short(284, bandCount > 1 ? 2 : 1),
    short(317, kind === 'float' ? 3 : 2),
    short(322, tile),
    short(323, tile),
    { id: 324, type: offsets, values: level.tiles.places },
    { id: 325, type: offsets, values: level.tiles.sizes },
    short(339, ...perBand(FORMAT[kind as keyof typeof FORMAT])),
  ]
  if (bandCount > 1) tags.push(short(338, ...perBand(0).slice(1)))
  const { nodata } = raster
  if (nodata !== null && nodata !== undefined) tags.push({ id: 42113, type: ASCII, values: Number.isNaN(nodata) ? 'nan' : String(nodata) })
  if (depth > 0) return tags
  tags.push(...placeTags(raster))
  const xml = metadataXml(raster)
  if (xml) tags.push({ id: 42112, type: ASCII, values: xml })
  return tags
}

function placeTags({ geotransform: g, epsg, wkt, geographic }: RasterToWrite): Tag[] {
  if (!g) return []
  const northUp = g[2] === 0 && g[4] === 0 && g[1] > 0 && g[5] < 0
  const tags: Tag[] = northUp
    ? [{ id: 33550, type: DOUBLE, values: [g[1], -g[5], 0] }, { id: 33922, type: DOUBLE, values: [0, 0, 0, g[0], g[3], 0] }] // biome-ignore format: a pair
    : [{ id: 34264, type: DOUBLE, values: [g[1], g[2], 0, g[0], g[4], g[5], 0, g[3], 0, 0, 0, 0, 0, 0, 0, 1] }]
  // keys: id, where its value lies (0: here), how many, value; 1025 = 1 says that cells are areas
  const keys: number[][] = [[1025, 0, 1, 1]]
  const citation = epsg === null && wkt ? `ESRI PE String = ${wkt}|` : ''
  if (epsg !== null || wkt) {
    keys.unshift([1024, 0, 1, geographic ? 2 : 1])
    keys.push([geographic ? 2048 : 3072, 0, 1, epsg ?? 32767])
    if (citation) keys.push([geographic ? 2049 : 3073, 34737, new TextEncoder().encode(citation).length, 0])
  }
  tags.push({ id: 34735, type: SHORT, values: [1, 1, 1, keys.length, ...keys.flat()] })
  if (citation) tags.push({ id: 34737, type: ASCII, values: citation })
  return tags
}

const once = (text: string) => text.replace(/[&<>"]/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[c] ?? c)
/** GDAL takes the escapes of these texts away twice. */
const escaped = (text: string) => once(once(text))

function metadataXml({ bands = [], metadata = {} }: RasterToWrite): string {
  const items = Object.entries(metadata).map(([name, value]) => `<Item name="${escaped(name)}">${escaped(value)}</Item>`)
  for (const [i, { name, scale, offset }] of bands.entries()) {
    if (name) items.push(`<Item name="DESCRIPTION" sample="${i}" role="description">${escaped(name)}</Item>`)
    if (scale !== undefined && scale !== 1) items.push(`<Item name="SCALE" sample="${i}" role="scale">${scale}</Item>`)
    if (offset !== undefined && offset !== 0) items.push(`<Item name="OFFSET" sample="${i}" role="offset">${offset}</Item>`)
  }
  return items.length ? `<GDALMetadata>\n  ${items.join('\n  ')}\n</GDALMetadata>\n` : ''
}
