import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import proj4 from 'proj4'
import { DEGREE, ECCENTRICITY2, SEMI_MINOR_M } from './ellipsoid.ts'
import { fromZone, onEllipsoid, toZone, zoneOfEpsg } from './zone.ts'

const zone41 = { centralMeridian: 123, falseEasting: 41_500_000 }

test('the ellipsoid has the published short axis and eccentricity', () => {
  assert.equal(SEMI_MINOR_M.toFixed(5), '6356752.31414')
  assert.equal(ECCENTRICITY2.toFixed(13), '0.0066943800229')
})

test('the published points of EPSG 4529, 4550 and 4499 come out to the last printed digit', () => {
  // computed with PROJ 9; metres, x = easting
  const published: [number, number[], string[]][] = [
    [4529, [122.84, 45.62], ['41487521.3020', '5053862.2889']],
    [4550, [122.84, 45.62], ['487521.3020', '5053862.2889']],
    [4499, [122.84, 45.62], ['21487521.3020', '5053862.2889']],
    [4529, [124.2, 45.4], ['41593955.4738', '5030099.2654']],
  ]
  for (const [epsg, lonLat, xy] of published) {
    const got = toZone(Float64Array.from(lonLat), zoneOfEpsg(epsg)!)
    assert.deepEqual(
      [...got].map((v) => v.toFixed(4)),
      xy,
    )
  }
})

test('the codes of CGCS2000 name their zones and no others', () => {
  assert.deepEqual(zoneOfEpsg(4491), { centralMeridian: 75, falseEasting: 13_500_000 })
  assert.deepEqual(zoneOfEpsg(4501), { centralMeridian: 135, falseEasting: 23_500_000 })
  assert.deepEqual(zoneOfEpsg(4502), { centralMeridian: 75, falseEasting: 500_000 })
  assert.deepEqual(zoneOfEpsg(4512), { centralMeridian: 135, falseEasting: 500_000 })
  assert.deepEqual(zoneOfEpsg(4513), { centralMeridian: 75, falseEasting: 25_500_000 })
  assert.deepEqual(zoneOfEpsg(4533), { centralMeridian: 135, falseEasting: 45_500_000 })
  assert.deepEqual(zoneOfEpsg(4534), { centralMeridian: 75, falseEasting: 500_000 })
  assert.deepEqual(zoneOfEpsg(4554), { centralMeridian: 135, falseEasting: 500_000 })
  for (const epsg of [4490, 4555, 4529.5, NaN]) assert.equal(zoneOfEpsg(epsg), null)
})

const near = fc.record({ lon: fc.double({ min: 119, max: 127, noNaN: true }), lat: fc.double({ min: -75, max: 75, noNaN: true }) })

test('there and back again is the same place, to 1e-12 degrees', () =>
  fc.assert(
    fc.property(near, ({ lon, lat }) => {
      const back = fromZone(toZone(Float64Array.of(lon, lat), zone41), zone41)
      assert.ok(Math.abs(back[0] - lon) < 1e-12 && Math.abs(back[1] - lat) < 1e-12, `${lon} ${lat} -> ${back}`)
    }),
  ))

test('proj4 lays the same point within 0.1 µm, and takes it back within 1e-12 degrees', () => {
  const reference = proj4('+proj=tmerc +lon_0=123 +x_0=41500000 +ellps=GRS80 +units=m') // GRS80 differs from CGCS2000 by 0.1 mm in b
  fc.assert(
    fc.property(near, ({ lon, lat }) => {
      const [x, y] = reference.forward([lon, lat])
      const got = toZone(Float64Array.of(lon, lat), zone41)
      assert.ok(Math.hypot(got[0] - x, got[1] - y) < 1e-7, `${lon} ${lat}: ${got} not ${x},${y}`)
      const [l, b] = reference.inverse([x, y])
      const back = fromZone(Float64Array.of(x, y), zone41)
      assert.ok(Math.abs(back[0] - l) < 1e-12 && Math.abs(back[1] - b) < 1e-12)
    }),
    { numRuns: 500 },
  )
})

test('on the central meridian the northing is the length of the meridian, and the scale is 1', () => {
  // second route: the meridian integral a(1 − e²)∫(1 − e² sin²φ)^−3/2 dφ by Simpson's rule
  const a = 6_378_137
  const steps = 2000
  const until = 45.62 * DEGREE
  const f = (phi: number) => (1 - ECCENTRICITY2 * Math.sin(phi) ** 2) ** -1.5
  let sum = f(0) + f(until)
  for (let i = 1; i < steps; i++) sum += (i % 2 ? 4 : 2) * f((i * until) / steps)
  const length = (a * (1 - ECCENTRICITY2) * sum * until) / steps / 3
  const [x, y] = toZone(Float64Array.of(123, 45.62), zone41)
  assert.equal(x, 41_500_000)
  assert.ok(Math.abs(y - length) < 1e-7, `${y} ${length}`)
})

test('an angle on the ground is the same angle on the map', () => {
  const d = 1e-5
  const at = (lon: number, lat: number) => toZone(Float64Array.of(lon, lat), zone41)
  const n = at(124.5, 45.5 + d)
  const s = at(124.5, 45.5 - d)
  const e = at(124.5 + d, 45.5)
  const w = at(124.5 - d, 45.5)
  const dot = (n[0] - s[0]) * (e[0] - w[0]) + (n[1] - s[1]) * (e[1] - w[1])
  assert.ok(Math.abs(dot) / (Math.hypot(n[0] - s[0], n[1] - s[1]) * Math.hypot(e[0] - w[0], e[1] - w[1])) < 1e-7)
})

test('the sines of one vertex are those of its latitude', () => {
  const angles = new Float64Array(3)
  onEllipsoid(93955.4738, 5030099.2654, angles)
  assert.ok(Math.abs(angles[0] - 1.2 * DEGREE) < 1e-10)
  assert.ok(Math.abs(angles[1] - Math.sin(45.4 * DEGREE)) < 1e-10)
  assert.ok(Math.abs(angles[2] - Math.cos(45.4 * DEGREE)) < 1e-10)
})

test('what is not a number stays so, alone', () => {
  const xy = toZone(Float64Array.of(NaN, 45, 123, 45), zone41)
  assert.ok(Number.isNaN(xy[0]) && Number.isNaN(xy[1]))
  assert.equal(xy[2], 41_500_000)
  assert.equal(fromZone(new Float64Array(0), zone41).length, 0)
})
