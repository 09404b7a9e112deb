import assert from 'node:assert/strict'
import test from 'node:test'
import { readWkb, wkbArea, wkbBounds, writePolygonWkb } from '@dishu/base/wkb'
import fc from 'fast-check'
import { type Overlay, overlay, type Shape } from './overlay.ts'

type Point = readonly [number, number]
const EAST = 41_587_000 // where the county lies: sums must not depend on small coordinates
const NORTH = 5_030_000

const ringOf = (points: readonly Point[]) => Float64Array.from([...points, points[0]].flatMap(([x, y]) => [EAST + x, NORTH + y]))
const shape = (id: string, ...rings: (readonly Point[])[]): Shape => ({ id, wkb: writePolygonWkb([{ rings: rings.map(ringOf) }]) })
const rectangle = (x1: number, y1: number, x2: number, y2: number): Point[] => [
  [x1, y1],
  [x2, y1],
  [x2, y2],
  [x1, y2],
]
const box = (id: string, x1: number, y1: number, x2: number, y2: number) => shape(id, rectangle(x1, y1, x2, y2))

/** What counts for whom: patch, parcel, area to the hundredth, whole or not, and who else lies there. */
const told = ({ pieces }: Overlay) =>
  pieces.map(
    (p) =>
      `${p.patch} ${p.parcel ?? '-'} ${p.areaM2.toFixed(2)}${p.outline === null ? ' whole' : ''}${p.overlapping.map((o) => ` +${o}`).join('')}`,
  )
const doublyTold = ({ doubly }: Overlay) =>
  doubly.map((d) => `${d.patch} ${d.parcels.join('+')} ${d.areaM2.toFixed(2)} ${wkbArea(d.outline).toFixed(2)}`)

test('a patch that no parcel meets is whole and counts for none', () => {
  assert.deepEqual(told(overlay([box('T1', 0, 0, 100, 100)], [])), ['T1 - 10000.00 whole'])
  assert.deepEqual(told(overlay([box('T1', 0, 0, 100, 100)], [box('D1', 100, 0, 200, 100), box('D2', 300, 300, 310, 310)])), [
    'T1 - 10000.00 whole',
  ])
})

test('a parcel with the same outline takes the patch whole, wherever its ring starts and whichever way it runs', () => {
  const patch = rectangle(0, 0, 100, 100)
  for (const same of [patch, patch.toReversed(), [...patch.slice(2), ...patch.slice(0, 2)]]) {
    assert.deepEqual(told(overlay([shape('T1', patch)], [shape('D1', same)])), ['T1 D1 10000.00 whole'])
  }
})

test('a parcel around the patch takes it whole', () => {
  assert.deepEqual(told(overlay([box('T1', 10, 10, 20, 20)], [box('D1', 0, 0, 100, 100)])), ['T1 D1 100.00 whole'])
})

test('a parcel within the patch leaves a hole in what is left', () => {
  //  ┌─────────────┐
  //  │   ┌────┐    │
  //  │   │ D1 │    │
  //  │   └────┘ T1 │
  //  └─────────────┘
  const result = overlay([box('T1', 0, 0, 100, 100)], [box('D1', 20, 20, 60, 50)])
  assert.deepEqual(told(result), ['T1 D1 1200.00', 'T1 - 8800.00'])
  const rest = readWkb(result.pieces[1].outline!)
  assert.equal(rest.type === 'polygon' && rest.polygons[0].rings.length, 2)
  assert.equal(wkbArea(result.pieces[1].outline!), 8800)
})

test('a parcel over two patches is divided between them', () => {
  const patches = [box('T1', 0, 0, 100, 100), box('T2', 100, 0, 200, 100)]
  assert.deepEqual(told(overlay(patches, [box('D1', 50, 0, 120, 100)])), ['T1 D1 5000.00', 'T1 - 5000.00', 'T2 D1 2000.00', 'T2 - 8000.00'])
})

test('a patch with an island of water does not give the island away', () => {
  const patch = shape('T1', rectangle(0, 0, 100, 100), rectangle(40, 40, 60, 60))
  const parcels = [box('D1', 0, 0, 50, 100)]
  assert.deepEqual(told(overlay([patch], parcels)), ['T1 D1 4800.00', 'T1 - 4800.00'])
  assert.deepEqual(told(overlay([patch], [box('D1', 40, 40, 60, 60)])), ['T1 - 9600.00 whole']) // a parcel that fills the island
  assert.deepEqual(told(overlay([patch], [box('D1', 0, 0, 100, 100)])), ['T1 D1 9600.00 whole'])
})

test('ground under two parcels counts for the first id, and is reported', () => {
  //  D2 ┌───────┐
  //  ┌──┼───┐   │
  //  │  │200│   │     D1 60 × 20, D2 50 × 50, both on T1
  //  └──┼───┘   │ D1
  //     └───────┘
  const parcels = [box('D2', 50, 20, 100, 70), box('D1', 10, 10, 70, 30)]
  const result = overlay([box('T1', 0, 0, 100, 100)], parcels)
  assert.deepEqual(told(result), ['T1 D1 1200.00 +D2', 'T1 D2 2300.00', 'T1 - 6500.00'])
  assert.deepEqual(doublyTold(result), ['T1 D1+D2 200.00 200.00'])
})

test('one parcel drawn twice is doubly covered, whole', () => {
  const result = overlay([box('T1', 0, 0, 10, 10)], [box('D2', 0, 0, 10, 10), box('D1', 0, 0, 10, 10)])
  assert.deepEqual(told(result), ['T1 D1 100.00 whole +D2'])
  assert.deepEqual(doublyTold(result), ['T1 D1+D2 100.00 100.00'])
})

test('under three parcels every combination is told apart', () => {
  // strips 0–60, 40–100 and 50–55 of a square 100 wide
  const result = overlay([box('T1', 0, 0, 100, 100)], [box('A', 0, 0, 60, 100), box('B', 40, 0, 100, 100), box('C', 50, 0, 55, 100)])
  assert.deepEqual(told(result), ['T1 A 6000.00 +B +C', 'T1 B 4000.00'])
  assert.deepEqual(doublyTold(result).sort(), ['T1 A+B 1500.00 1500.00', 'T1 A+B+C 500.00 500.00'])
})

test('slivers are nobody’s: what is thinner than a millimetre or under a hundredth of a square metre goes to the largest piece', () => {
  const patch = box('T1', 0, 0, 100, 100)
  assert.deepEqual(told(overlay([patch], [box('D1', 0.0005, 0, 100, 100)])), ['T1 D1 10000.00 whole']) // 0.5 mm left out
  assert.deepEqual(told(overlay([patch], [box('D1', 99.9995, 0, 200, 100)])), ['T1 - 10000.00 whole']) // 0.5 mm covered
  assert.deepEqual(told(overlay([patch], [box('D1', 99.95, 99.9, 200, 200)])), ['T1 - 10000.00 whole']) // 5 × 10 cm
  assert.deepEqual(told(overlay([patch], [box('D1', 99.8, 99.9, 200, 200)])), ['T1 D1 0.02', 'T1 - 9999.98'])
  assert.deepEqual(told(overlay([patch], [box('D1', 0.0004, 0.0004, 99.9996, 99.9996)])), ['T1 D1 10000.00 whole']) // a frame of 0.4 mm all round
  const touching = overlay([patch], [box('D1', 0, 0, 50.0004, 100), box('D2', 50, 0, 100, 100)]) // 0.4 mm under both: the first has it, nobody is told
  assert.deepEqual(told(touching), ['T1 D1 5000.04', 'T1 D2 4999.96'])
  assert.deepEqual(doublyTold(touching), [])
})

test('a corner that one layer has and the other has not makes no piece', () => {
  // the neighbour's outline has one more vertex on the common line, a quarter of a millimetre off it
  const patch = shape('T1', rectangle(0, 0, 100, 100))
  const parcel = shape('D1', [
    [0, 0],
    [100, 0],
    [100.0002, 40],
    [100, 100],
    [0, 100],
  ])
  const neighbour = shape('D2', [
    [100, 0],
    [200, 0],
    [200, 100],
    [100, 100],
    [99.9998, 60],
  ])
  assert.deepEqual(told(overlay([patch], [parcel, neighbour])), ['T1 D1 10000.00 whole'])
})

// ---- laws on random ground -------------------------------------------------------------------------------------------------

const mm = (v: number) => Math.round(v * 1000) / 1000
const star = (id: fc.Arbitrary<string>, minR: number) =>
  fc
    .record({
      id,
      x: fc.double({ min: 0, max: 300, noNaN: true }),
      y: fc.double({ min: 0, max: 300, noNaN: true }),
      radii: fc.array(fc.double({ min: minR, max: 120, noNaN: true }), { minLength: 3, maxLength: 14 }),
    })
    .map(({ id, x, y, radii }) => ({
      id,
      points: radii.map(
        (r, i): Point => [mm(x + r * Math.cos((2 * Math.PI * i) / radii.length)), mm(y + r * Math.sin((2 * Math.PI * i) / radii.length))],
      ),
    }))
/** Regular polygons, stretched: convex, so that the second route can cut by their sides. */
const convex = fc
  .record({
    x: fc.double({ min: 0, max: 300, noNaN: true }),
    y: fc.double({ min: 0, max: 300, noNaN: true }),
    a: fc.double({ min: 5, max: 150, noNaN: true }),
    b: fc.double({ min: 5, max: 150, noNaN: true }),
    turn: fc.double({ min: 0, max: 6.28, noNaN: true }),
    corners: fc.integer({ min: 3, max: 9 }),
  })
  .map(({ x, y, a, b, turn, corners }) =>
    Array.from({ length: corners }, (_, i): Point => {
      const t = (2 * Math.PI * i) / corners
      const [u, v] = [a * Math.cos(t), b * Math.sin(t)]
      return [mm(x + u * Math.cos(turn) - v * Math.sin(turn)), mm(y + u * Math.sin(turn) + v * Math.cos(turn))]
    }),
  )

/** Sutherland and Hodgman (1974): what of `subject` lies left of every side of a convex outline. Its bridges have no area. */
function clip(subject: readonly Point[], by: readonly Point[]): Point[] {
  let out = [...subject]
  by.forEach((a, i) => {
    const b = by[(i + 1) % by.length]
    const side = ([x, y]: Point) => (b[0] - a[0]) * (y - a[1]) - (x - a[0]) * (b[1] - a[1])
    const kept: Point[] = []
    out.forEach((p, k) => {
      const q = out[(k + 1) % out.length]
      const [sp, sq] = [side(p), side(q)]
      if (sp >= 0) kept.push(p)
      if (sp * sq < 0) kept.push([p[0] + ((q[0] - p[0]) * sp) / (sp - sq), p[1] + ((q[1] - p[1]) * sp) / (sp - sq)])
    })
    out = kept
  })
  return out
}
const areaOf = (points: readonly Point[]) => {
  let twice = 0
  points.forEach(([x, y], i) => {
    const [x2, y2] = points[(i + 1) % points.length]
    twice += x * y2 - x2 * y
  })
  return Math.abs(twice) / 2
}

test('pieces have the areas that cutting by half-planes and counting by inclusion and exclusion gives', () =>
  fc.assert(
    fc.property(star(fc.constant('T1'), 10), fc.tuple(convex, convex, convex), (patch, [p1, p2, p3]) => {
      const result = overlay([shape('T1', patch.points)], [shape('1', p1), shape('2', p2), shape('3', p3)], { areaM2: 0, widthM: 0 })
      const on = (...by: Point[][]) => areaOf(by.reduce((ground: readonly Point[], one) => clip(ground, one), patch.points))
      const first = on(p1)
      const second = on(p2) - on(p1, p2)
      const third = on(p3) - on(p1, p3) - on(p2, p3) + on(p1, p2, p3)
      const expected = { '1': first, '2': second, '3': third, '-': areaOf(patch.points) - first - second - third }
      const got: Record<string, number> = { '1': 0, '2': 0, '3': 0, '-': 0 }
      for (const piece of result.pieces) got[piece.parcel ?? '-'] += piece.areaM2
      // corners are whole millimetres and stay; what is cut is off by micrometres along at most 2 km of line
      for (const [id, area] of Object.entries(expected)) assert.ok(Math.abs(got[id] - area) < 0.005, `${id}: ${got[id]} not ${area}`)
      const doubled: Record<string, number> = {}
      for (const d of result.doubly) doubled[d.parcels.join('')] = (doubled[d.parcels.join('')] ?? 0) + d.areaM2
      assert.ok(Math.abs((doubled['123'] ?? 0) - on(p1, p2, p3)) < 0.005)
      assert.ok(Math.abs((doubled['12'] ?? 0) - (on(p1, p2) - on(p1, p2, p3))) < 0.005)
    }),
    { numRuns: 300 },
  ))

/** Jittered squares with common corners: a planar layer of 6 × 6 patches. */
const layer = fc.array(fc.double({ min: -0.3, max: 0.3, noNaN: true }), { minLength: 98, maxLength: 98 }).map((jitter) => {
  const corner = (i: number, j: number): Point => {
    const k = 2 * (j * 7 + i)
    return [mm(50 * (i + jitter[k])), mm(50 * (j + jitter[k + 1]))]
  }
  return Array.from({ length: 36 }, (_, k) => {
    const [i, j] = [k % 6, Math.floor(k / 6)]
    return { id: `T${String(k).padStart(2, '0')}`, points: [corner(i, j), corner(i + 1, j), corner(i + 1, j + 1), corner(i, j + 1)] }
  })
})
const stars = fc.uniqueArray(
  star(
    fc.nat(99).map((n) => `D${n}`),
    5,
  ),
  { maxLength: 8, selector: (s) => s.id },
)
const sumBy = (result: Overlay, key: 'patch' | 'parcel') => {
  const sums = new Map<string | null, number>()
  for (const piece of result.pieces) sums.set(piece[key], (sums.get(piece[key]) ?? 0) + piece.areaM2)
  return sums
}

test('pieces cover each patch exactly, with outlines to match, and no parcel counts for more than it is', () =>
  fc.assert(
    fc.property(layer, stars, (patches, parcels) => {
      const result = overlay(
        patches.map((p) => shape(p.id, p.points)),
        parcels.map((p) => shape(p.id, p.points)),
      )
      const byPatch = sumBy(result, 'patch')
      for (const patch of patches) assert.ok(Math.abs(byPatch.get(patch.id)! / areaOf(patch.points) - 1) < 1e-6)
      const byParcel = sumBy(result, 'parcel')
      for (const parcel of parcels) assert.ok((byParcel.get(parcel.id) ?? 0) < areaOf(parcel.points) + 0.1)
      for (const piece of result.pieces) {
        if (piece.outline !== null)
          assert.ok(Math.abs(wkbArea(piece.outline) - piece.areaM2) < 0.06, `${wkbArea(piece.outline)} ${piece.areaM2}`)
      }
      for (const d of result.doubly) assert.ok(d.parcels.length > 1 && Math.abs(wkbArea(d.outline) - d.areaM2) < 0.01)
    }),
    { numRuns: 60 },
  ))

test('neither the order of patches nor that of parcels nor what else is in the layer changes a piece', () =>
  fc.assert(
    fc.property(layer, stars, (patches, parcels) => {
      const ground = patches.map((p) => shape(p.id, p.points))
      const over = parcels.map((p) => shape(p.id, p.points))
      const straight = overlay(ground, over)
      const back = overlay(ground.toReversed(), over.toReversed())
      const byPatch = (result: Overlay, id: string) => [
        result.pieces.filter((p) => p.patch === id),
        result.doubly.filter((d) => d.patch === id),
      ]
      for (const { id } of ground) assert.deepEqual(byPatch(back, id), byPatch(straight, id))
      const one = ground[17]
      const [x1, y1, x2, y2] = wkbBounds(one.wkb)
      const nearOne = over.filter(({ wkb }) => {
        const [a, b, c, d] = wkbBounds(wkb)
        return a < x2 && c > x1 && b < y2 && d > y1
      })
      assert.deepEqual(byPatch(overlay([one], nearOne), one.id), byPatch(straight, one.id))
    }),
    { numRuns: 40 },
  ))

test('parcels that halve each patch along its diagonal take half each, and nothing is left or doubled', () =>
  fc.assert(
    fc.property(layer, (patches) => {
      const halves = patches.flatMap(({ id, points: [a, b, c, d] }) => [shape(`${id}a`, [a, b, c]), shape(`${id}b`, [c, d, a])])
      const result = overlay(
        patches.map((p) => shape(p.id, p.points)),
        halves,
      )
      assert.equal(result.pieces.length, 72)
      assert.equal(result.doubly.length, 0)
      for (const piece of result.pieces) assert.ok(piece.parcel?.startsWith(piece.patch))
    }),
    { numRuns: 40 },
  ))

test('a shape that is no polygon, or lies nowhere, is refused', () => {
  const nowhere = {
    id: 'D1',
    wkb: writePolygonWkb([{ rings: [Float64Array.of(EAST, NORTH, Infinity, NORTH, EAST, NORTH + 9, EAST, NORTH)] }]),
  }
  assert.throws(() => overlay([box('T1', 0, 0, 10, 10)], [nowhere, box('D2', 0, 0, 10, 10)]), RangeError)
  assert.throws(() => overlay([nowhere], []), RangeError)
  assert.throws(() => overlay([box('T1', 0, 0, 10, 10)], [{ id: 'D1', wkb: Uint8Array.of(1, 2) }]), RangeError)
  assert.deepEqual(told(overlay([], [])), [])
  const empty = { id: 'D0', wkb: writePolygonWkb([]) }
  assert.deepEqual(told(overlay([box('T1', 0, 0, 10, 10), empty], [empty])), ['T1 - 100.00 whole', 'D0 - 0.00 whole'])
})
