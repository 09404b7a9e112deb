import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Day } from '@dishu/base/date'
import fc from 'fast-check'
import { designFields, designGpx, designKml, designRow } from './design.exchange.ts'
import { type DesignRequest, decideRequest, drawDesign, type Frame, type PlannedPoint, statesOf, USUAL_DESIGN } from './design.ts'
import type { DesignView } from './design.wire.ts'

/** Two patches side by side, 20 × 20 candidates at 100 m each; the road runs along the west. */
function frameOf(): Frame {
  const nodes = Array.from({ length: 800 }, (_, i) => ({ column: i % 40, row: Math.floor(i / 40) }))
  const patch = (id: number) => ({
    id,
    number: String(id),
    village: '220899100200',
    villageName: '平桥村',
    landClass: id === 1 ? '0103' : '1204',
  })
  const side = Int32Array.from(nodes, ({ column }) => (column < 10 ? 0 : 1))
  return {
    x: Float64Array.from(nodes, ({ column }) => 500_000 + 100 * column),
    y: Float64Array.from(nodes, ({ row }) => 5_000_000 + 100 * row),
    column: Int32Array.from(nodes, ({ column }) => column),
    row: Int32Array.from(nodes, ({ row }) => row),
    patch: side,
    patches: [patch(1), patch(2)],
    stratum: side,
    strata: ['0103', '1204'],
    distance: Float64Array.from(nodes, ({ column }) => 100 * column),
    spacing: 100,
  }
}
const NOTHING = { covariates: [], deviations: null, value: null, start: null }
const asked = (changes: Partial<DesignRequest>): DesignRequest => ({ ...USUAL_DESIGN, within: '220899', ...changes })
function drawn(changes: Partial<DesignRequest>, known: Parameters<typeof drawDesign>[2] = NOTHING) {
  const result = drawDesign(frameOf(), asked(changes), known)
  assert.ok(result.ok, JSON.stringify(result))
  return result.value
}

test('strata get their share of the points, and the chance of each candidate is points over candidates', () => {
  const { strata, candidates, figures } = drawn({ strataBy: 'class', points: 40 })
  assert.deepEqual(
    strata.map(({ id, planned, candidates: all, areaM2 }) => [id, planned, all, areaM2]),
    [
      ['0103', 10, 200, 2_000_000],
      ['1204', 30, 600, 6_000_000],
    ],
  )
  assert.equal(new Set(candidates).size, 40)
  assert.deepEqual(figures.inclusion, { '0103': 10 / 200, '1204': 30 / 600 })
})

test('the same seed draws the same design, another seed another, whatever the method', () => {
  const value = {
    mean: new Float64Array(800),
    bounds: [0.3],
    covariance: (d2: Float64Array, count: number) => {
      for (let i = 0; i < count; i++) d2[i] = Math.exp(-Math.sqrt(d2[i]) / 500)
    },
    nugget: 0.1,
    sampleX: Float64Array.of(500_000),
    sampleY: Float64Array.of(5_000_000),
  }
  for (const method of ['stratified', 'grid', 'latin'] as const) {
    const draw = (seed: number) => [...drawn({ method, seed, points: 30, strataBy: 'class' }).candidates]
    assert.deepEqual(draw(4), draw(4), method)
    assert.notDeepEqual([...draw(4)].sort(), [...draw(5)].sort(), method)
  }
  const greedy = drawn({ method: 'greedy', points: 5 }, { ...NOTHING, value })
  assert.equal(greedy.candidates.length, 5)
  assert.ok((greedy.figures.errorAfter ?? 1) < (greedy.figures.errorBefore ?? 0))
})

test('money pays for no more than it is, and places too far from a road are left out', () => {
  const { candidates, costs, figures } = drawn({ money: 5000, points: null, perPoint: 100, perKm: 50 })
  // the mean candidate is 1.95 km from the road: 5000 / (100 + 97.5) = 25.3
  assert.equal(candidates.length, 25)
  assert.ok(Math.abs(costs.reduce((sum, each) => sum + each, 0) - figures.cost) < 0.01)
  const frame = frameOf()
  for (const i of drawn({ points: 60, maxDistanceM: 500 }).candidates) assert.ok(frame.distance[i] <= 500)
  const none = drawDesign({ ...frame, distance: frame.distance.map(() => 9000) }, asked({ maxDistanceM: 500 }), NOTHING)
  assert.deepEqual(!none.ok && [none.refusal.code, none.refusal.details], [
    'design/nothing-within-reach',
    { candidates: 800, maxDistanceM: 500, nearestM: 9000 },
  ])
  const poor = drawDesign(frame, asked({ money: 50, points: null, perPoint: 100 }), NOTHING)
  assert.equal(!poor.ok && poor.refusal.code, 'design/budget-too-small')
  const greedy = drawDesign(frame, asked({ method: 'greedy' }), NOTHING)
  assert.equal(!greedy.ok && greedy.refusal.code, 'design/not-decided-by-samples')
})

test('what cannot be a design is refused by field, and nothing that is stated is lost', () => {
  const refused = (stated: Record<string, unknown>) => {
    const result = decideRequest(stated, '220899')
    return result.ok ? null : (result.refusal.details as { field?: string }).field
  }
  assert.equal(refused({ method: 'dowsing' }), 'method')
  assert.equal(refused({ within: '110101' }), 'within')
  assert.equal(refused({ points: 0 }), 'points')
  assert.equal(refused({ points: null, money: 1000, perPoint: 0 }), 'perPoint')
  assert.equal(refused({ seed: 1.5 }), 'seed')
  assert.equal(refused({ start: [500, 1] }), 'start')
  assert.equal(refused({ covariates: ['moon'] }), 'covariates')
  const many = decideRequest({ points: 1e6 }, '220899')
  assert.equal(!many.ok && many.refusal.code, 'design/too-many-points')
  const fine = decideRequest({ points: 5, seed: 9, extra: 'gone' }, '220899')
  assert.deepEqual(fine, { ok: true, value: { ...USUAL_DESIGN, within: '220899', points: 5, seed: 9 } })
})

const point = (code: string, longitude: number, latitude = 45): PlannedPoint => ({
  ...{ code, longitude, latitude, patchId: 1, patchNumber: '0001', village: '220899100200', villageName: '平桥村', landClass: '0103' },
  ...{ stratum: 'all', distanceM: 5, cost: 0 },
})
const sample = (code: string, longitude: number | null, changes: Partial<Parameters<typeof statesOf>[1][number]> = {}) => ({
  ...{ code, bag: null, plotCode: null, longitude, latitude: 45, sampledOn: '2025-05-02' as Day },
  ...changes,
})

test('a point is taken by a sample that bears its code, by bag or plot too, or that lies within reach and is not of an earlier day', () => {
  const points = [point('P1-001', 124), point('P1-002', 124.01), point('P1-003', 124.02), point('P1-004', 124.03), point('P1-005', 124.04)]
  const states = statesOf(
    points,
    [
      sample('P1-001-20', 124.5), // its first layer, far away: the code goes before the place
      sample('X', null, { bag: 'P1-002' }),
      sample('Y', 124.02 + 20 / 78_715), // 20 m east
      sample('old', 124.03, { sampledOn: '2024-05-02' as Day }),
      sample('far', 124.04 + 60 / 78_715),
    ],
    30,
    '2025-04-01' as Day,
  )
  assert.deepEqual(
    states.map(({ state, sample: by }) => [state, by]),
    [
      ['taken', 'P1-001-20'],
      ['taken', 'X'],
      ['taken', 'Y'],
      ['planned', null],
      ['planned', null],
    ],
  )
  assert.ok(Math.abs((states[2].metres ?? 0) - 20) < 0.2)
})

test('a sample counts for one point, and never are more taken than samples came', () =>
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 20 }),
      fc.array(fc.integer({ min: 0, max: 40 }), { maxLength: 20 }),
      (at, near) => {
        const points = at.map((place, i) => point(`P1-${String(i).padStart(3, '0')}`, 124 + place / 10_000))
        const samples = near.map((place, i) => sample(`S${i}`, 124 + place / 10_000))
        const taken = statesOf(points, samples, 30, '2025-01-01' as Day).flatMap(({ sample: by }) => (by === null ? [] : [by]))
        assert.equal(new Set(taken).size, taken.length)
        assert.ok(taken.length <= samples.length)
      },
    ),
  ))

test('files say the points in the order of the way, and no name breaks the XML', () => {
  const views = [point('P1-001', 124.1), point('P1-002', 124.2)].map((each) => ({
    ...each,
    state: 'planned' as const,
    sample: null,
    metres: null,
    sampledOn: null,
  }))
  const design = { title: '一号 <&"\u0001', points: [{ ...views[0], villageName: "O'Brien & <Sons>" }, views[1]] } as unknown as DesignView
  const gpx = designGpx(design, new Date('2025-04-01T00:00:00Z'))
  assert.match(gpx, /<gpx version="1.1"[^>]*xmlns="http:\/\/www.topografix.com\/GPX\/1\/1">/)
  assert.match(gpx, /<name>一号 &lt;&amp;&quot;<\/name>/)
  assert.deepEqual(
    [...gpx.matchAll(/<rtept lat="45" lon="([\d.]+)">/g)].map(([, lon]) => lon),
    ['124.1', '124.2'],
  )
  assert.match(gpx, /O&apos;Brien &amp; &lt;Sons&gt;/)
  assert.match(designKml(design), /<LineString><coordinates>124.1,45 124.2,45<\/coordinates>/)
  assert.equal(designFields('zh').length, designRow(views[0], 1, 'zh').length)
  assert.deepEqual([designRow(views[0], 1, 'zh')[11], designRow(views[0], 1, 'en')[11]], ['待采', 'planned'])
})
