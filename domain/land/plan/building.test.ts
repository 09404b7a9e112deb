/** Programs built from invented patches and canals: laws of water and money, and what stands against solving, each with its place. */
import assert from 'node:assert/strict'
import test, { before } from 'node:test'
import { solveAny } from '@dishu/numeric/allocation/variants'
import { openSolver, type Solver } from '@dishu/server-kit/solver'
import { reach, WATER } from '../water/invented.testing.ts'
import { openMeshSolver } from '../water/water.jobs.ts'
import type { MeshSolver, Water } from '../water/water.ts'
import { buildProgram } from './building.ts'
import type { Candidate, Way } from './candidates.ts'
import { blocking } from './findings.ts'
import { posed } from './posing.ts'
import { statedProgramFrom } from './program-read.ts'
import { sumsOf } from './results.ts'
import { decideTerms, type PlanTerms } from './scenarios.ts'
import { waterTable } from './water-tables.ts'

const MU = 2000 / 3
let solver: Solver
let mesh: MeshSolver
before(async () => {
  solver = await openSolver()
  mesh = await openMeshSolver(solver)
})

/** Rice takes 300 m³ net a 亩 in May and June; oats take none. 200 亩 each patch, the first the best. */
const way = (id: string, m3PerMu: number, yuanPerMu: number): Way => {
  const months = Array.from({ length: 12 }, (_, m) => (m === 4 || m === 5 ? m3PerMu / 2 / MU : 0))
  return {
    id,
    method: m3PerMu > 0 ? 'paddy' : 'rainfed',
    areaM2: 200 * MU,
    netFen: { P75: 200 * yuanPerMu * 100, P50: 200 * yuanPerMu * 100 },
    revenueFen: 200 * yuanPerMu * 150,
    costs: [{ scope: 'material', year: 0, fen: 200 * 100 * 100 }],
    water: m3PerMu > 0 ? { P75: [months, months], P50: [months, months] } : {},
    grainKg: 200 * 400,
  }
}
const candidates: Candidate[] = Array.from({ length: 10 }, (_, i) => ({
  ...{ patch: i + 1, key: `K${i}`, landClass: '1204', village: `220899${100 + (i % 2)}200`, areaM2: 210 * MU, bbox: null },
  ...{ district: i % 2 === 0 ? 'DA' : 'DB', ways: [way('gypsum/rice', 300, 900 - 40 * i), way('oats/oats', 0, 120 - 5 * i)], out: '' },
}))
const termsOf = (more: object = {}): PlanTerms => {
  const terms = decideTerms(
    { years: [2027, 2028], yearTypes: [{ id: 'P75', probability: 1 }], presentFields: 'released', gap: 0, ...more },
    '220899',
  )
  assert.ok(terms.ok, JSON.stringify(terms))
  return terms.value
}
function plan(terms: PlanTerms, water: Water = WATER) {
  const built = buildProgram(terms, { candidates, water, discountPercent: 6, mesh })
  assert.deepEqual(blocking(built.findings), [])
  const read = statedProgramFrom({ ...built.program, parcels: [...built.program.parcels] }, 'test')
  assert.ok(read.ok, JSON.stringify(read))
  const program = posed(read.value, terms)
  const solved = solveAny(program.problem, solver, { gap: 0 })
  const labels = new Map(
    Array.from(solved.choice, (option, unit) => [program.unitName(unit), option < 0 ? '' : program.optionName(unit, option)] as const),
  )
  return { built, solved, labels }
}
const rivers = (water: Water, times: number): Water => ({
  ...water,
  volumes: water.volumes.map((each) =>
    each.purpose === 'supply' ? { ...each, volume: each.volume.map((m3) => (m3 === null ? null : m3 * times)) } : each,
  ),
})

test('more water never lowers what can be had, and what flows is never more than there is', () => {
  let last = Number.NEGATIVE_INFINITY
  for (const times of [0.4, 0.6, 0.8, 1.2]) {
    const terms = termsOf()
    const water = rivers(WATER, times)
    const { built, solved, labels } = plan(terms, water)
    assert.ok(solved.benefit >= last - 1e-6, `${times}: ${solved.benefit} after ${last}`)
    last = solved.benefit
    // the second route: flows worked out from the chosen options, which throws where the plan asks for more than can come
    for (const { planM3, limitM3, id } of waterTable(terms, built.program, water, built.kept, labels, mesh, solver.linear))
      assert.ok(planM3 <= limitM3 * (1 + 1e-9), id)
    const { totals } = sumsOf(terms, candidates, new Map(candidates.map(({ patch, key }) => [patch, labels.get(key) ?? ''])), 6, [])
    assert.equal(totals.npvFen, solved.benefit)
  }
})

test('without water there is no rice, and with water for all every patch has it', () => {
  const none = plan(termsOf(), rivers(WATER, 0.25)) // reserve and other users take it all
  assert.ok([...none.labels.values()].every((label) => !label.includes('rice') || label === ''))
  const plenty = plan(termsOf(), rivers(WATER, 50))
  assert.ok([...plenty.labels.values()].every((label) => label.startsWith('gypsum/rice@2027')))
})

test('money of a year is not passed: 200 亩 at 100 元 are 20 000 元, so that 50 000 元 pay two patches', () => {
  const { labels } = plan(
    termsOf({
      budgets: [
        { source: 'a', year: 2027, fen: 5_000_000, scopes: [] },
        { source: 'b', year: 2028, fen: 9_900_000, scopes: ['labour'] },
      ],
    }),
    rivers(WATER, 50),
  )
  const chosen = [...labels.values()].filter((label) => label !== '')
  assert.deepEqual(chosen, ['gypsum/rice@2027', 'gypsum/rice@2027'])
})

test('the best area and the best benefit are each best by their own measure', () => {
  const area = plan(termsOf({ objective: 'area' }))
  const npv = plan(termsOf())
  const of = (labels: ReadonlyMap<string, string>) => [...labels.values()].filter((label) => label !== '').length
  assert.ok(of(area.labels) >= of(npv.labels))
  const held = plan(termsOf({ objective: 'water', floors: [{ measure: 'area', value: 10 * 200 * MU }] }))
  assert.equal(of(held.labels), 10)
  assert.ok([...held.labels.values()].every((label) => label.startsWith('oats')))
})

test('locks, works and blocks hold', () => {
  const { labels } = plan(
    termsOf({
      locks: [
        { patch: 'K9', to: 'in' },
        { patch: 'K0', to: 'out' },
        { patch: 'K1', to: 'oats/oats@2028' },
      ],
      works: [{ id: 'drain', costFen: 1, serves: 'paddy' }],
    }),
  )
  assert.equal(labels.get('K0'), '')
  assert.equal(labels.get('K1'), 'oats/oats@2028')
  assert.notEqual(labels.get('K9'), '')
  // no two of these patches touch, and none has 300 亩
  assert.ok([...plan(termsOf({ blockM2: 300 * MU })).labels.values()].every((label) => label === ''))
})

test('what is wrong or not configured stands against solving, with its place', () => {
  const found = (more: object, water: Water = WATER, discountPercent: number | null = 6) =>
    blocking(buildProgram(termsOf(more), { candidates, water, discountPercent, mesh }).findings).map(
      ({ code, place }) => `${code} ${place}`,
    )
  assert.deepEqual(found({}, WATER, null), ['economics discount'])
  assert.deepEqual(found({ targets: [{ area: '220899100', measure: 'area', atLeast: 1001 * MU }] }), ['target-above-land 220899100'])
  assert.deepEqual(found({ locks: [{ patch: 'nowhere', to: 'in' }] }), ['lock-unknown nowhere'])
  const dry = { ...WATER, volumes: WATER.volumes.filter(({ yearType, sourceId }) => !(yearType === 'P75' && sourceId === 'river')) }
  assert.deepEqual(found({}, dry), ['volume-not-configured river'])
  const leaky = { ...WATER, reaches: WATER.reaches.map((each) => (each.reachId === 'JA' ? { ...each, efficiency: null } : each)) }
  assert.deepEqual(found({}, leaky), ['canal-not-configured JA'])
  const ring = { ...WATER, reaches: [...WATER.reaches, reach('AJ', 'A', 'J')] }
  assert.ok(found({}, ring).some((each) => each.startsWith('water-fault')))
  const nowhere = { ...WATER, districts: WATER.districts.filter(({ districtId }) => districtId !== 'DB') }
  assert.deepEqual(found({}, nowhere), ['no-water DB'])
})

test('what a reservoir keeps serves later months: never more than it holds, less what is lost, and no water is made', () => {
  // 200 亩 of rice take 300 m³ a 亩 in May and June at the field; all the water of the reservoir comes in March
  const march = (m3: number) => Array.from({ length: 12 }, (_, m) => (m === 2 ? m3 : 0))
  const years = ['P25', 'P50', 'P75', 'P90'] as const
  const water = (storage: number, lossShare = 0): Water => ({
    ...WATER,
    plantings: [],
    limits: [],
    sources: [{ ...WATER.sources[0], sourceKind: 'reservoir' }],
    volumes: years.map((yearType) => ({ ...WATER.volumes[0], yearType, volume: march(10_000_000) })),
    storages: storage === 0 ? [] : [{ sourceId: 'river', storage, lossShare, mark: 'invented', origin: 'test' }],
  })
  const riceOf = (labels: ReadonlyMap<string, string>) => [...labels.values()].filter((label) => label.includes('rice')).length
  const terms = termsOf({ years: [2027] })
  assert.equal(riceOf(plan(terms, water(0)).labels), 0) // it has run off by May
  const full = plan(terms, water(50_000_000))
  assert.equal(riceOf(full.labels), 10)
  // at A a patch takes 200 · 150 ÷ 0.9 (field) ÷ 0.8 ÷ 0.9 = 46,296 m³ a month at the head, at B 74,074: two months of two patches at A are 185,185 m³
  const some = plan(terms, water(186_000))
  const table = waterTable(terms, some.built.program, water(186_000), some.built.kept, some.labels, mesh, solver.linear)
  assert.ok(table.every(({ planM3, limitM3 }) => planM3 <= limitM3 * (1 + 1e-6)))
  assert.ok(riceOf(some.labels) >= 2 && riceOf(some.labels) < 10)
  const drawn = table.filter(({ id, month }) => id === 'river' && month > 3).reduce((sum, { planM3 }) => sum + planM3, 0)
  assert.ok(drawn <= 186_000 * (1 + 1e-6), `${drawn}`)
  // with half of it lost each month, May has a quarter of what March kept and June an eighth
  assert.ok(riceOf(plan(terms, water(186_000, 0.5)).labels) < riceOf(some.labels))
})

test('wells of a zone together give no more than its year, whatever the months; salt of an outlet is kept by district', () => {
  const well = { ...WATER.sources[1] }
  const years = ['P25', 'P50', 'P75', 'P90'] as const
  const at = (limit: number): Water => ({
    ...WATER,
    plantings: [],
    sources: [well],
    volumes: years.map((yearType) => ({ ...WATER.volumes[0], sourceId: 'well', yearType, volume: Array(12).fill(100_000) })),
    districts: WATER.districts.map((each) => ({ ...each, nodeId: 'B' })),
    limits: [{ ...WATER.limits[0], volume: limit }],
  })
  const terms = termsOf({ years: [2027] })
  const riceOf = (labels: ReadonlyMap<string, string>) => [...labels.values()].filter((label) => label.includes('rice')).length
  // a patch takes 200 · 300 ÷ 0.9 = 66,667 m³ a year at the gate, half of it in each of two months: 100,000 a month are enough for three, 140,000 a year for two
  assert.equal(riceOf(plan(terms, at(1e9)).labels), 3)
  assert.equal(riceOf(plan(terms, at(140_000)).labels), 2)
  // 60,000 m³ at the field of a patch, half of it drains with 2 kg of salt a m³: 60 t. Of five patches at A, 130 t are enough for two
  const salty: Water = {
    ...rivers(WATER, 50),
    plantings: [],
    limits: [{ ...WATER.limits[0], limitId: 'S', limitKind: 'salt-load', nodeId: 'O', zone: null, volume: null, saltT: 130 }],
    drainages: [{ districtId: 'DA', nodeId: 'O', drainedShare: 0.5, saltKgPerM3: 2, mark: 'invented', origin: 'test' }],
  }
  const { labels } = plan(terms, salty)
  const rice = (district: number) =>
    [...labels].filter(([key, label]) => Number(key.slice(1)) % 2 === district && label.includes('rice')).length
  assert.deepEqual([rice(0), rice(1)], [2, 5])
})
