import assert from 'node:assert/strict'
import test from 'node:test'
import { crc32, inflateSync } from 'node:zlib'
import { toTileUnits } from './mercator.ts'
import { pngOf } from './png.ts'
import { cellsIn, cellsPerPixel, pixelPlaces, windowOf } from './raster.ts'

test('a PNG unpacks to the pixels it was made of, and its checksums fit', () => {
  const [width, height] = [7, 5]
  const rgba = Uint8Array.from({ length: 4 * width * height }, (_, i) => (i * 53) % 256)
  const png = Buffer.from(pngOf(rgba, width, height))
  assert.deepEqual([...png.subarray(0, 8)], [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a])
  const found = new Map<string, Buffer>()
  for (let at = 8; at < png.length; ) {
    const length = png.readUInt32BE(at)
    assert.equal(png.readUInt32BE(at + 8 + length), crc32(png.subarray(at + 4, at + 8 + length)))
    found.set(png.toString('latin1', at + 4, at + 8), png.subarray(at + 8, at + 8 + length))
    at += 12 + length
  }
  assert.deepEqual([...found.keys()], ['IHDR', 'IDAT', 'IEND'])
  const rows = inflateSync(found.get('IDAT') ?? Buffer.alloc(0))
  const back = new Uint8Array(rgba.length)
  for (let y = 0; y < height; y++) {
    assert.equal(rows[y * (4 * width + 1)], 2)
    for (let i = 0; i < 4 * width; i++)
      back[y * 4 * width + i] = rows[y * (4 * width + 1) + 1 + i] + (y > 0 ? back[(y - 1) * 4 * width + i] : 0)
  }
  assert.deepEqual(back, rgba)
  assert.throws(() => pngOf(rgba, 7, 6), /expected 168 bytes/)
})

test('places of pixels agree with the projection asked for each of them', () => {
  const tile = { z: 9, x: 430, y: 181 }
  // a plane that bends, as projections do: x with the cosine of latitude
  const toRaster = (lonLat: Float64Array) => {
    for (let i = 0; i < lonLat.length; i += 2) {
      const [lon, lat] = [lonLat[i], lonLat[i + 1]]
      lonLat[i] = (lon - 122) * 3000 * Math.cos((lat * Math.PI) / 180)
      lonLat[i + 1] = (46.5 - lat) * 3000
    }
  }
  const size = 64
  const { columns, rows } = pixelPlaces(tile, size, toRaster)
  // the middle of a pixel in longitude and latitude by bisection over the tile's own units
  const latitudeOf = (v: number) => {
    let [low, high] = [-85, 85]
    for (let i = 0; i < 80; i++) {
      const middle = (low + high) / 2
      if (toTileUnits(Float64Array.of(122, middle), tile)[1] > v) low = middle
      else high = middle
    }
    return low
  }
  for (const [x, y] of [
    [0, 0],
    [63, 0],
    [31, 17],
    [63, 63],
  ]) {
    const place = Float64Array.of(((tile.x + (x + 0.5) / size) / 2 ** tile.z) * 360 - 180, latitudeOf(((y + 0.5) / size) * 4096))
    toRaster(place)
    assert.ok(Math.abs(columns[y * size + x] - place[0]) < 0.02, `${columns[y * size + x]} ${place[0]}`)
    assert.ok(Math.abs(rows[y * size + x] - place[1]) < 0.02)
  }
})

test('a tile looks at the cells under it, and at nothing beyond the raster', () => {
  const places = { size: 2, columns: Float64Array.of(-1, 3.5, 7.9, 12), rows: Float64Array.of(1, 1.2, 6, 6) }
  const window = windowOf(places, 10, 10, 1, 1)
  assert.deepEqual(window, { x: 3, y: 1, width: 5, height: 6 })
  assert.ok(window)
  assert.deepEqual([...cellsIn(places, window, 1, 1)], [-1, 0, 5 * 5 + 4, -1])
  // in a copy of half the size each cell stands for two
  assert.deepEqual(windowOf(places, 5, 5, 2, 2), { x: 1, y: 0, width: 3, height: 4 })
  assert.equal(windowOf({ size: 1, columns: Float64Array.of(Number.NaN), rows: Float64Array.of(3) }, 10, 10, 1, 1), null)
  assert.equal(cellsPerPixel({ size: 2, columns: Float64Array.of(0, 4, 0, 4), rows: Float64Array.of(0, 0, 4, 4) }), 1) // the middle's neighbour lies beyond: no measure
})
