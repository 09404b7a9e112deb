import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { ellipsoidalArea, ellipsoidalAreaInZone } from './area.ts'
import { DEGREE, ECCENTRICITY2 as e2, SEMI_MAJOR_M, SEMI_MINOR_M } from './ellipsoid.ts'
import { toZone } from './zone.ts'

const zone41 = { centralMeridian: 123, falseEasting: 41_500_000 }
const ring = (...xy: number[]) => Float64Array.from(xy)
const box = (x: number, y: number, dx: number, dy = dx) => ring(x, y, x + dx, y, x + dx, y + dy, x, y + dy, x, y)
const areaOfRing = (...rings: Float64Array[]) => ellipsoidalArea([{ rings }])
const inZone = (...rings: Float64Array[]) => ellipsoidalAreaInZone([{ rings: rings.map((r) => toZone(r.slice(), zone41)) }], zone41)
const parcel = ring(122.84, 45.62, 122.8465, 45.621, 122.848, 45.617, 122.842, 45.615, 122.84, 45.62) // clockwise

test("the survey's worked areas come out to the printed digit", () => {
  assert.equal(areaOfRing(box(122.8, 45.6, 1 / 60)).toFixed(3), '2408360.914')
  assert.equal(areaOfRing(box(123, 45, 1)).toFixed(2), '8686494956.65')
  assert.equal(areaOfRing(parcel).toFixed(4), '266559.6936')
  assert.equal(((areaOfRing(parcel) * 3) / 2000).toFixed(4), '399.8395')
})

test('from the zone the same areas come out', () => {
  assert.ok(Math.abs(inZone(parcel) - areaOfRing(parcel)) < 1e-5)
  assert.ok(Math.abs(inZone(box(122.8, 45.6, 1 / 60)) - 2408360.914) < 1e-3)
})

test('it is the rule as written, edge by edge against any meridian', () => {
  // second route: the printed formula with the constants as printed, nothing rearranged
  const [A, B, C, D, E] = [1.0033640898342, 0.0011241893819, 1.69945947e-6, 2.717858e-9, 4.35842e-12]
  const asWritten = (xy: Float64Array, l0: number) => {
    let sum = 0
    for (let i = 0; i + 3 < xy.length; i += 2) {
      const [l1, b1, l2, b2] = [xy[i], xy[i + 1], xy[i + 2], xy[i + 3]].map((v) => v * DEGREE)
      const d = b2 - b1
      const m = (b1 + b2) / 2
      const term = (k: number) => Math.sin((k / 2) * d) * Math.cos(k * m)
      const bracket = A * term(1) - B * term(3) + C * term(5) - D * term(7) + E * term(9)
      sum += 2 * SEMI_MINOR_M ** 2 * ((l1 + l2) / 2 - l0 * DEGREE) * bracket
    }
    return Math.abs(sum)
  }
  for (const l0 of [0, 60, 122.84, 123]) assert.ok(Math.abs(asWritten(parcel, l0) - areaOfRing(parcel)) < 1e-3, `${l0}`)
})

/** Parcels somewhere in the zone: star-shaped rings, closed, with so many vertices at so many degrees from the middle. */
const starShaped = (radius: { min: number; max: number }, vertices: { minLength: number; maxLength: number }) =>
  fc
    .record({
      lon: fc.double({ min: 121.5, max: 124.5, noNaN: true }),
      lat: fc.double({ min: 20, max: 53, noNaN: true }),
      radii: fc.array(fc.double({ ...radius, noNaN: true }), vertices),
    })
    .map(({ lon, lat, radii }) => {
      const points = radii.flatMap((r, i) => [
        lon + r * Math.cos((2 * Math.PI * i) / radii.length),
        lat + r * Math.sin((2 * Math.PI * i) / radii.length),
      ])
      return Float64Array.from([...points, points[0], points[1]])
    })
const parcels = starShaped({ min: 0.0005, max: 0.004 }, { minLength: 3, maxLength: 24 })
const compactParcels = starShaped({ min: 0.004, max: 0.006 }, { minLength: 6, maxLength: 24 })

const startingAt = (xy: Float64Array, vertex: number) => {
  const open = [...xy.subarray(0, -2)]
  const k = (vertex * 2) % open.length
  const turned = [...open.slice(k), ...open.slice(0, k)]
  return Float64Array.from([...turned, turned[0], turned[1]])
}
const reversed = (xy: Float64Array) => {
  const back = new Float64Array(xy.length)
  for (let i = 0; i < xy.length; i += 2) back.set(xy.subarray(xy.length - 2 - i, xy.length - i), i)
  return back
}

test('where a ring starts, which way it runs and whether it is closed change nothing', () =>
  fc.assert(
    fc.property(parcels, fc.nat(50), (xy, vertex) => {
      const area = areaOfRing(xy)
      assert.ok(Math.abs(areaOfRing(startingAt(xy, vertex)) - area) < 1e-5)
      assert.ok(Math.abs(areaOfRing(reversed(xy)) - area) < 1e-5)
      assert.ok(Math.abs(areaOfRing(xy.subarray(0, -2)) - area) < 1e-5)
      assert.ok(Math.abs(inZone(startingAt(xy, vertex)) - inZone(xy)) < 1e-5)
      assert.ok(Math.abs(inZone(xy) - area) < 1e-5)
    }),
  ))

test('cutting a parcel in two loses nothing', () =>
  fc.assert(
    fc.property(parcels, fc.nat(50), (xy, cut) => {
      const vertices = xy.length / 2 - 1
      const k = 1 + (cut % (vertices - 1)) // from vertex 0 to vertex k
      const one = Float64Array.from([...xy.subarray(0, 2 * k + 2), xy[0], xy[1]])
      const other = Float64Array.from([xy[0], xy[1], ...xy.subarray(2 * k)])
      // star-shaped about a point the cut may miss: add with sign, as the rule does
      const sign = (r: Float64Array) => {
        let s = 0
        for (let i = 0; i + 3 < r.length; i += 2) s += (r[i] - r[0]) * (r[i + 3] - r[1]) - (r[i + 2] - r[0]) * (r[i + 1] - r[1])
        return Math.sign(s)
      }
      const parts = sign(one) * areaOfRing(one) + sign(other) * areaOfRing(other)
      assert.ok(Math.abs(parts - areaOfRing(xy)) < 1e-5, `${parts} ${areaOfRing(xy)}`)
    }),
  ))

test('a hole is taken away whichever way it runs, and a second polygon is added', () => {
  const [shell, hole, island] = [box(123, 45, 0.01), box(123.002, 45.002, 0.003), box(123.003, 45.003, 0.001)]
  const expected = areaOfRing(shell) - areaOfRing(hole)
  assert.equal(areaOfRing(shell, hole), expected)
  assert.ok(Math.abs(areaOfRing(reversed(shell), hole) - expected) < 1e-6)
  assert.ok(Math.abs(areaOfRing(shell, reversed(hole)) - expected) < 1e-6)
  assert.equal(ellipsoidalArea([{ rings: [shell, hole] }, { rings: [island] }]), expected + areaOfRing(island))
})

test('edges of the rule and geodesics enclose the same area within 2e-5 while edges are under a kilometre', () => {
  // Second route, sharing no formula with the kernel: the area under a geodesic. Each edge is followed as the plane section's great-ellipse
  // stand-in, a straight chord through space cut in many and dropped onto the ellipsoid along its normal (under 1 km it leaves the geodesic by
  // nanometres), and the exact closed form of the area below a parallel is summed over the small steps.
  const e = Math.sqrt(e2)
  const below = (phi: number) => {
    const s = Math.sin(phi)
    return (SEMI_MINOR_M ** 2 / 2) * (s / (1 - e2 * s * s) + Math.atanh(e * s) / e)
  }
  const toSpace = (lon: number, lat: number) => {
    const normal = SEMI_MAJOR_M / Math.sqrt(1 - e2 * Math.sin(lat) ** 2)
    return [normal * Math.cos(lat) * Math.cos(lon), normal * Math.cos(lat) * Math.sin(lon), normal * (1 - e2) * Math.sin(lat)]
  }
  const onGround = ([x, y, z]: number[]) => {
    let lat = Math.atan2(z, Math.hypot(x, y) * (1 - e2))
    for (let k = 0; k < 6; k++) {
      const normal = SEMI_MAJOR_M / Math.sqrt(1 - e2 * Math.sin(lat) ** 2)
      lat = Math.atan2(z + e2 * normal * Math.sin(lat), Math.hypot(x, y))
    }
    return [Math.atan2(y, x), lat]
  }
  const geodesicArea = (xy: Float64Array) => {
    const reference = below(xy[1] * DEGREE)
    let area = 0
    for (let i = 0; i + 3 < xy.length; i += 2) {
      const from = toSpace(xy[i] * DEGREE, xy[i + 1] * DEGREE)
      const to = toSpace(xy[i + 2] * DEGREE, xy[i + 3] * DEGREE)
      const steps = 64
      let [lon, lat] = [xy[i] * DEGREE, xy[i + 1] * DEGREE]
      for (let s = 1; s <= steps; s++) {
        const [lon2, lat2] = onGround(from.map((v, k) => v + ((to[k] - v) * s) / steps))
        area += (lon - lon2) * (below((lat + lat2) / 2) - reference)
        lon = lon2
        lat = lat2
      }
    }
    return Math.abs(area)
  }

  assert.equal(Math.round(geodesicArea(parcel)), 266558) // GeographicLib's figure for this parcel
  fc.assert(
    fc.property(compactParcels, (xy) => {
      const area = areaOfRing(xy)
      assert.ok(Math.abs(geodesicArea(xy) / area - 1) < 2e-5, `${geodesicArea(xy)} ${area}`)
    }),
    { numRuns: 60 },
  )
  // of any shape, slivers included: an edge of length l leaves the geodesic by a lens of at most l³ tan φ / 12R
  fc.assert(
    fc.property(parcels, (xy) => {
      let lenses = 0
      for (let i = 0; i + 3 < xy.length; i += 2) {
        const east = (xy[i + 2] - xy[i]) * DEGREE * Math.cos(xy[i + 1] * DEGREE)
        const north = (xy[i + 3] - xy[i + 1]) * DEGREE
        lenses += (Math.hypot(east, north) ** 3 * Math.tan(xy[i + 1] * DEGREE) * SEMI_MAJOR_M ** 2) / 12
      }
      assert.ok(Math.abs(geodesicArea(xy) - areaOfRing(xy)) < 1.05 * lenses, `${geodesicArea(xy)} ${areaOfRing(xy)} ${lenses}`)
    }),
    { numRuns: 60 },
  )
})

test('nothing has no area, and what is not a number does not pass for one', () => {
  assert.equal(ellipsoidalArea([]), 0)
  assert.equal(areaOfRing(ring()), 0)
  assert.equal(areaOfRing(ring(123, 45, 124, 45)), 0)
  assert.equal(ellipsoidalAreaInZone([{ rings: [ring(41_500_000, 5e6)] }], zone41), 0)
  assert.ok(Number.isNaN(areaOfRing(ring(123, 45, 124, NaN, 124, 46))))
})
