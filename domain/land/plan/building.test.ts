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
  const months = Array.from({ length: 12 }, (_, m) => (m === 4 || m === 5 ? (200 * m3PerMu) / 2 : 0))
  return {
    id,
    method: m3PerMu > 0 ? 'paddy' : 'rainfed',
    areaM2: 200 * MU,
    netFen: { P75: 200 * yuanPerMu * 100, P50: 200 * yuanPerMu * 100 },
    revenueFen: 200 * yuanPerMu * 150,
    costs: [{ scope: 'material', year: 0, fen: 200 * 100 * 100 }],
    waterM3: m3PerMu > 0 ? { P75: [months, months], P50: [months, months] } : {},
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
  const read = statedProgramFrom(built.program, 'test')
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
    for (const { planM3, limitM3, id } of waterTable(terms, built.program, water, built.kept, labels, mesh))
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
