import assert from 'node:assert/strict'
import test from 'node:test'
import { VectorTile } from '@mapbox/vector-tile'
import fc from 'fast-check'
import { PbfReader } from 'pbf'
import { TileCache } from './cache.ts'
import { BUFFER, EXTENT, isTile, localProjection, tileBounds, toTileUnits } from './mercator.ts'
import { TileLayer, tileOf } from './mvt.ts'
import { clipped, drawnRings, simplified, twiceArea } from './outline.ts'

const read = (bytes: Uint8Array) => new VectorTile(new PbfReader(bytes))
const tile = { z: 12, x: 3457, y: 1470 } // near 45.3 N, 123.9 E

test('the whole world is one tile, and its middle is the middle', () => {
  assert.deepEqual(
    [...toTileUnits(Float64Array.of(0, 0, -180, 85.05112877980659), { z: 0, x: 0, y: 0 })].map((unit) => Math.round(unit) + 0),
    [2048, 2048, 0, 0],
  )
  const [west, south, east, north] = tileBounds({ z: 0, x: 0, y: 0 })
  assert.deepEqual([west, east], [-180, 180])
  assert.ok(Math.abs(north - 85.0511287798) < 1e-9 && Math.abs(south + north) < 1e-12)
})

test('the corners of a tile are where its units begin and end', () => {
  const [west, south, east, north] = tileBounds(tile)
  const units = toTileUnits(Float64Array.of(west, north, east, south), tile)
  for (const [i, at] of [0, 0, EXTENT, EXTENT].entries()) assert.ok(Math.abs(units[i] - at) < 1e-6)
  assert.ok(isTile(tile) && !isTile({ z: 3, x: 8, y: 0 }) && !isTile({ z: 1.5, x: 0, y: 0 }))
})

test('nine points stand for the projection of a whole tile to a hundredth of a unit from zoom 9 on', () => {
  for (const z of [9, 12, 16]) {
    const [x, y] = toTileUnits(Float64Array.of(123.9, 45.3), { z: 0, x: 0, y: 0 }).map((unit) => Math.floor((unit / EXTENT) * 2 ** z))
    const at = { z, x, y }
    const bounds = tileBounds(at, BUFFER)
    const exact = (xy: Float64Array) => void toTileUnits(xy, at)
    const local = localProjection(exact, bounds)
    for (let i = 0; i < 200; i++) {
      const point = [bounds[0] + (bounds[2] - bounds[0]) * ((i * 0.618) % 1), bounds[1] + (bounds[3] - bounds[1]) * ((i * 0.414) % 1)]
      const [a, b] = [Float64Array.from(point), Float64Array.from(point)]
      exact(a)
      local(b)
      assert.ok(Math.hypot(a[0] - b[0], a[1] - b[1]) < 0.02, `zoom ${z}: ${a} ${b}`)
    }
  }
})

/** Star-shaped rings around a point that may lie in the tile, at its edge or outside. */
const stars = fc
  .record({
    x: fc.double({ min: -600, max: EXTENT + 600, noNaN: true }),
    y: fc.double({ min: -600, max: EXTENT + 600, noNaN: true }),
    radii: fc.array(fc.double({ min: 60, max: 900, noNaN: true }), { minLength: 3, maxLength: 40 }),
  })
  .map(({ x, y, radii }) => {
    const ring = radii.flatMap((r, i) => [
      x + r * Math.cos((2 * Math.PI * i) / radii.length),
      y + r * Math.sin((2 * Math.PI * i) / radii.length),
    ])
    return Float64Array.from([...ring, ring[0], ring[1]])
  })

/** Area of a star inside the window by a second route: its triangles about the centre, each sampled on a fine grid of scan lines. */
function areaInside(ring: Float64Array): number {
  let area = 0
  const step = 4
  for (let y = -BUFFER + step / 2; y < EXTENT + BUFFER; y += step) {
    const crossings: number[] = []
    for (let i = 0; i + 3 < ring.length; i += 2) {
      const [y1, y2] = [ring[i + 1], ring[i + 3]]
      if (y1 > y !== y2 > y) crossings.push(ring[i] + ((y - y1) / (y2 - y1)) * (ring[i + 2] - ring[i]))
    }
    crossings.sort((a, b) => a - b)
    const within = (x: number) => Math.max(-BUFFER, Math.min(EXTENT + BUFFER, x))
    for (let i = 0; i + 1 < crossings.length; i += 2) area += (within(crossings[i + 1]) - within(crossings[i])) * step
  }
  return area
}

test('what a tile shows has the area it should have', () =>
  fc.assert(
    fc.property(stars, (ring) => {
      const expected = areaInside(ring)
      const layer = new TileLayer('cells')
      const rings = drawnRings([ring.slice()])
      if (rings.length > 0) layer.polygon(rings, { id: 7 }, 7)
      const bytes = tileOf([layer])
      const drawn = bytes.length === 0 ? 0 : decodedArea(bytes)
      const perimeter = ring.reduce(
        (sum, _, i) => (i % 2 || i + 3 >= ring.length ? sum : sum + Math.hypot(ring[i + 2] - ring[i], ring[i + 3] - ring[i + 1])),
        0,
      )
      // what simplification and rounding may move a boundary by, along all of it; and the scan lines of the second route
      assert.ok(Math.abs(drawn - expected) <= perimeter * 3 + 200, `${drawn} ${expected}`)
    }),
    { numRuns: 150 },
  ))

function decodedArea(bytes: Uint8Array): number {
  const layer = read(bytes).layers.cells
  let twice = 0
  for (let i = 0; i < layer.length; i++)
    for (const ring of layer.feature(i).loadGeometry()) twice += twiceArea(ring.slice(0, -1).flatMap(({ x, y }) => [x, y]))
  return twice / 2
}

test('a hole is cut out, and both run the way the format wants', () => {
  //  a square of 1000 with a hole of 200, the hole running like the shell
  const square = (x: number, y: number, side: number) => Float64Array.of(x, y, x + side, y, x + side, y + side, x, y + side, x, y)
  const layer = new TileLayer('cells')
  layer.polygon(drawnRings([square(100, 100, 1000), square(300, 300, 200)]), {})
  const [shell, hole] = read(tileOf([layer]))
    .layers.cells.feature(0)
    .loadGeometry()
  const signed = (ring: { x: number; y: number }[]) => twiceArea(ring.slice(0, -1).flatMap(({ x, y }) => [x, y])) / 2
  assert.deepEqual([signed(shell), signed(hole)], [1_000_000, -40_000])
})

test('what lies outside or is smaller than a unit is left out', () => {
  assert.deepEqual(drawnRings([Float64Array.of(5000, 0, 5100, 0, 5100, 100, 5000, 0)]), [])
  assert.deepEqual(drawnRings([Float64Array.of(10, 10, 10.2, 10, 10.2, 10.2, 10, 10)]), [])
  assert.equal(clipped(Float64Array.of(-1000, -1000, 9000, -1000, 9000, 9000, -1000, 9000)).length, 8)
})

test('simplification moves no boundary by more than it may', () =>
  fc.assert(
    fc.property(stars, fc.double({ min: 0.5, max: 20, noNaN: true }), (ring, tolerance) => {
      const open = ring.subarray(0, -2)
      const kept = simplified(open, tolerance).slice()
      for (let i = 0; i < open.length; i += 2) {
        let nearest = Infinity
        for (let a = kept.length - 2, b = 0; b < kept.length; a = b, b += 2) {
          const [dx, dy, px, py] = [kept[b] - kept[a], kept[b + 1] - kept[a + 1], open[i] - kept[a], open[i + 1] - kept[a + 1]]
          const t = Math.max(0, Math.min(1, (px * dx + py * dy) / (dx * dx + dy * dy || 1)))
          nearest = Math.min(nearest, Math.hypot(px - t * dx, py - t * dy))
        }
        assert.ok(nearest <= tolerance + 1e-9)
      }
    }),
  ))

test('properties come back as they went in, and a word is stored once', () => {
  const layer = new TileLayer('samples')
  layer.point(10, -20, { code: '碱1', ph: 9.25, ec: -0.5, n: 2 ** 40, none: null }, 2 ** 33 + 5)
  layer.point(11, 21, { code: '碱1', ph: 9.25 })
  const found = read(tileOf([layer, new TileLayer('empty')]))
  assert.deepEqual(Object.keys(found.layers), ['samples'])
  const first = found.layers.samples.feature(0)
  assert.deepEqual({ ...first.properties }, { code: '碱1', ph: 9.25, ec: -0.5, n: 2 ** 40 })
  assert.deepEqual([first.id, first.loadGeometry()[0][0].x, first.loadGeometry()[0][0].y], [2 ** 33 + 5, 10, -20])
  assert.equal(found.layers.samples.length, 2)
})

test('a tile is made once for all who ask at one time, and the oldest goes when there is no room', async () => {
  const cache = new TileCache(300)
  let made = 0
  const make = async () => {
    made++
    return new Uint8Array(100)
  }
  await Promise.all([cache.get('a', make), cache.get('a', make)])
  await cache.get('b', make)
  await cache.get('a', make)
  assert.equal(made, 2)
  await cache.get('c', make) // b was not asked for longest
  await cache.get('a', make)
  assert.equal(made, 3)
  await cache.get('b', make)
  assert.equal(made, 4)
  await assert.rejects(cache.get('d', () => Promise.reject(new Error('lost'))))
  assert.equal((await cache.get('d', make)).length, 100)
  assert.ok(cache.bytes <= 300)
})
