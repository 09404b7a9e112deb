import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import type { StagedProblem } from '@dishu/numeric/allocation/relaxed'
import { planStaged } from '@dishu/numeric/allocation/staged'
import { optionsOfStaged, smallestConflictStaged, worthOfLimitStaged } from '@dishu/numeric/allocation/staged-explain'
import { sumUpStaged } from '@dishu/numeric/allocation/staged-sums'
import { front, lexicographic, measureOf, solveAny, withForced, withLimits, worstCase } from '@dishu/numeric/allocation/variants'
import { writtenOut } from '@dishu/numeric/allocation/whole'
import { openSolver } from '@dishu/server-kit/solver'
import fc from 'fast-check'
import { inventedNetwork, NETWORK } from './invented-network.testing.ts'
import { readProgram } from './program.jobs.ts'
import type { StatedProgram } from './program.ts'
import { lpOf, mpsOf } from './program-files.ts'
import { statedProgramFrom } from './program-read.ts'
import { programText } from './scenario-build.jobs.ts'

const solver = await openSolver()
const read = (stated: StatedProgram) => {
  const result = statedProgramFrom(stated, 'p.json')
  assert.ok(result.ok, JSON.stringify(result))
  return result.value
}
const close = (a: number, b: number, share = 1e-6) => Math.abs(a - b) <= share * Math.max(1, Math.abs(a), Math.abs(b))

/**
 *   river 100 ──main 0.8──► gate ──east 0.5──► east
 *                             └──west 1.0──► west
 */
const network: StatedProgram = {
  years: ['2027', '2028'],
  objectives: [{ id: 'grain', sense: 'most' }],
  limits: [{ id: 'money', kind: 'money', atMost: 100 }],
  networks: [
    {
      id: 'canal',
      periods: ['june'],
      reaches: [
        { id: 'main', from: 'river', to: 'gate', efficiency: 0.8, capacity: 90 },
        { id: 'east', from: 'gate', to: 'east', efficiency: 0.5, capacity: { june: 40 } },
        { id: 'west', from: 'gate', to: 'west', efficiency: 1 },
      ],
      sources: [{ id: 'weir', node: 'river', volume: { june: 100 } }],
    },
  ],
  accounts: [{ id: 'paddy/east', draws: { 'canal/east/june': 2 } }],
  works: [
    {
      id: 'main-works',
      openings: [
        { year: '2027', benefit: -5, uses: { money: 20 } },
        { year: '2028', benefit: -4, uses: { money: 15 } },
      ],
    },
    {
      id: 'drain',
      after: ['main-works'],
      openings: [
        { year: '2027', benefit: -3 },
        { year: '2028', benefit: -2 },
      ],
    },
  ],
  clusters: [{ id: 'block', parcels: ['a', 'b'], atLeast: 3 }],
  parcels: [
    {
      id: 'a',
      options: [
        {
          id: 'paddy',
          benefit: 20,
          uses: { 'paddy/east': 5, money: 10 },
          needs: { drain: '2027' },
          year: '2027',
          size: 2,
          scores: { grain: 9 },
        },
      ],
    },
    {
      id: 'b',
      options: [
        { id: 'dry', benefit: 6, uses: { money: 5 }, size: 1, scores: { grain: 1 } },
        { id: 'alone', benefit: 4, uses: {}, free: true },
      ],
    },
    {
      id: 'c',
      options: [{ id: 'paddy', benefit: 30, uses: { 'canal/west/june': 60 }, needs: { 'main-works': '2028' }, scores: { grain: 3 } }],
    },
  ],
}

test('a use in a district draws on every canal upstream, divided by the efficiencies it passes', () => {
  const program = read(network)
  const plan = planStaged(program.problem, solver.open, { whole: solver.whole })
  // a: 10 at the east node = 20 into the east canal = 25 into main and from the weir; c: 60 at the west node = 75; together 100 > 90 of main.
  // c alone: 30 − 4 (works in 2028) + 4 (b alone) = 30; a and b: 20 + 6 − 5 − 3 = 18
  assert.deepEqual([plan.status, plan.benefit], ['optimal', 30])
  const used = Object.fromEntries(Array.from(plan.used, (amount, r) => [program.rowName(r), amount]))
  assert.ok(close(used['canal/main/june'], 75) && close(used['canal/weir/june'], 75) && used['canal/east/june'] === 0)
  // with room in main both fit: a 20 + b 6 + c 30 − 5 − 3 = 48
  const wide = planStaged(
    withLimits(program.problem, [[...plan.used.keys()].findIndex((r) => program.rowName(r) === 'canal/main/june')], 2),
    solver.open,
    {
      whole: solver.whole,
    },
  )
  assert.deepEqual([wide.status, wide.benefit, wide.violation], ['optimal', 48, 0])
  assert.deepEqual([...wide.state].slice(0, 2), [0, 0]) // the drain waits for the main works, both in 2027
})

test('the same canals as a mesh, where flows are decided, give the same plan', () => {
  const mesh = structuredClone(network) as unknown as { networks: { reaches: object[] }[] }
  mesh.networks[0].reaches.push({ id: 'useless', from: 'river', to: 'east', efficiency: 0.1, capacity: 0 })
  const program = read(mesh as unknown as StatedProgram)
  assert.ok(program.problem.flows)
  const plan = planStaged(program.problem, solver.open, { whole: solver.whole })
  assert.ok(close(plan.benefit, 30) && plan.violation <= 1e-9, JSON.stringify([plan.benefit, plan.violation]))
})

test('as MPS and LP the whole of it has the same optimum in another solver', async () => {
  const program = read(network)
  assert.ok(close((await solver.optimumOf('mps', [...mpsOf(program)].join(''))) ?? 0, -30))
  assert.ok(close((await solver.optimumOf('lp', [...lpOf(program)].join(''))) ?? 0, 30))
  const invented = inventedNetwork({ ...NETWORK, parcels: 8, canals: 3, cluster: 4, years: 2, yearTypes: 1 }, 5)
  const whole = planStaged(invented, solver.open, { whole: solver.whole })
  const file = await solver.optimumOf(
    'lp',
    [
      ...lpOf({
        ...program,
        problem: invented,
        rowName: String,
        unitName: String,
        optionName: String,
        sign: new Int8Array(invented.limit.length).fill(1),
      }),
    ].join(''),
  )
  assert.ok(file !== null && close(file, whole.benefit), `${file} and ${whole.benefit} (${whole.gap})`)
})

/** Small programs with works in trees, least sizes and rows that works share: 4 works, 5 units. */
const small = fc
  .record({
    figures: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 60, maxLength: 60 }),
    limits: fc.array(fc.nat(30), { minLength: 2, maxLength: 2 }),
    least: fc.nat(8),
    needs: fc.array(fc.constantFrom(0, 1, 255), { minLength: 30, maxLength: 30 }),
  })
  .map(({ figures, limits, least, needs }): StagedProblem => {
    const options = 10 // two of each unit
    return {
      firstOption: Uint32Array.of(0, 2, 4, 6, 8, 10),
      benefit: Float64Array.from({ length: options }, (_, k) => (figures[k] * 3 - 4) * (figures[57] > 8 ? -1 : 1)),
      width: 2,
      row: Uint32Array.from({ length: options * 2 }, (_, q) => q % 2),
      use: Float64Array.from({ length: options * 2 }, (_, q) => figures[10 + q]),
      limit: Float64Array.of(limits[0], limits[1] * 2, 0, 0),
      accounts: { start: Uint32Array.of(0, 1, 3, 4, 5), row: Uint32Array.of(0, 0, 1, 2, 3), coefficient: Float64Array.of(1, 0.5, 1, 1, 1) },
      works: {
        stages: 2,
        parent: Int32Array.of(-1, 0, 0, -1),
        benefit: Float64Array.from({ length: 8 }, (_, n) => (figures[30 + n] === 12 ? Number.NaN : -figures[30 + n])),
        // work 3 opens no later than work 0: rows 2 and 3; opening work 1 takes of row 0
        start: Uint32Array.of(0, 2, 3, 4, 4, 4, 4, 6, 7),
        row: Uint32Array.of(2, 3, 3, 0, 2, 3, 3),
        use: Float64Array.of(1, 1, 1, 2, -1, -1, -1),
        least: Float64Array.of(0, least, 0, 0),
        required: Uint8Array.of(0, figures[58] > 9 ? 1 : 0, figures[59] > 10 ? 1 : 0, 0),
        of: Int32Array.of(1, 1, 2, 0, -1),
        depth: 2,
        need: Uint8Array.from({ length: options * 2 }, (_, n) => needs[n]),
        size: Float64Array.from({ length: options }, (_, k) => figures[40 + k]),
      },
    }
  })

/** Options all alike but for two that bring 20, of which one counts towards the least size: where both are worth the same, either may be taken first. */
const twoAlike: StagedProblem = {
  firstOption: Uint32Array.of(0, 2, 4, 6, 8, 10),
  benefit: Float64Array.of(-4, -4, 20, 20, -4, -4, -4, -4, -4, -4),
  width: 2,
  row: Uint32Array.from({ length: 20 }, (_, q) => q % 2),
  use: new Float64Array(20),
  limit: new Float64Array(4),
  accounts: { start: Uint32Array.of(0, 1, 3, 4, 5), row: Uint32Array.of(0, 0, 1, 2, 3), coefficient: Float64Array.of(1, 0.5, 1, 1, 1) },
  works: {
    stages: 2,
    parent: Int32Array.of(-1, 0, 0, -1),
    benefit: new Float64Array(8).fill(-0),
    start: Uint32Array.of(0, 2, 3, 4, 4, 4, 4, 6, 7),
    row: Uint32Array.of(2, 3, 3, 0, 2, 3, 3),
    use: Float64Array.of(1, 1, 1, 2, -1, -1, -1),
    least: Float64Array.of(0, 1, 0, 0),
    required: new Uint8Array(4),
    of: Int32Array.of(1, 1, 2, 0, -1),
    depth: 2,
    need: Uint8Array.from({ length: 20 }, (_, n) => (n === 1 || n === 7 ? 255 : 0)),
    size: Float64Array.from({ length: 10 }, (_, k) => (k === 2 ? 5 : 0)),
  },
}

test('of options that are worth the same, one that counts towards a least size and one that does not prove nothing impossible', () => {
  const plan = planStaged(twoAlike, solver.open)
  assert.deepEqual([byTrying(twoAlike), plan.status, plan.benefit], [20, 'optimal', 20])
})

test('a cluster that must be opened at a loss is opened; works may cost where options bring nothing', () => {
  const parcel = (id: string, benefit: number) => ({ id, options: [{ id: 'x', benefit, uses: { area: 1 }, size: 2 }] })
  const locked = read({
    limits: [{ id: 'area', atMost: 9 }],
    clusters: [{ id: 'block', parcels: ['a', 'b', 'c'], atLeast: 3, locked: 'in' }],
    parcels: [parcel('a', -5), parcel('b', -3), parcel('c', -1)],
  })
  // two parcels of size 2 reach 3, the cheapest two cost 1 + 3; of the size bought, half of b is enough for the bound: 1 + 1.5
  const plan = planStaged(locked.problem, solver.open)
  assert.equal(plan.benefit, -4)
  assert.ok(close(plan.relaxedBound, -2.5), String(plan.relaxedBound))
  assert.equal(planStaged(locked.problem, solver.open, { whole: solver.whole }).status, 'optimal')
  // all three together have 6
  assert.ok(locked.problem.works)
  const large = { ...locked.problem, works: { ...locked.problem.works, least: Float64Array.of(6.1) } }
  assert.equal(planStaged(large, solver.open).status, 'infeasible')
  const dear = read({
    limits: [{ id: 'area', atLeast: 1 }],
    works: [{ id: 'canal', openings: [{ benefit: -4e6 }] }],
    parcels: ['a', 'b'].map((id) => ({ id, options: [{ id: 'x', benefit: 0, uses: { area: 0.9 }, needs: { canal: 'now' } }] })),
  })
  assert.equal(planStaged(dear.problem, solver.open).benefit, -4e6)
})

/** The best plan by trying every one. */
function byTrying(problem: StagedProblem): number | null {
  let best: number | null = null
  const choice = new Int16Array(5)
  const state = new Uint8Array(4)
  for (let states = 0; states < 81; states++) {
    for (let w = 0, rest = states; w < 4; w++, rest = Math.floor(rest / 3)) state[w] = rest % 3
    for (let choices = 0; choices < 243; choices++) {
      for (let i = 0, rest = choices; i < 5; i++, rest = Math.floor(rest / 3)) choice[i] = (rest % 3) - 1
      const { benefit, violation } = sumUpStaged(problem, choice, state, new Float64Array(0))
      if (violation <= 1e-9 && (best === null || benefit > best)) best = benefit
    }
  }
  return best
}

test('with works, least sizes and what must come before, small plans are the best there are; the bound is never below', () =>
  fc.assert(
    fc.property(small, (problem) => {
      const best = byTrying(problem)
      const plain = planStaged(problem, solver.open)
      if (best !== null) assert.ok(plain.bound >= best - 1e-6, `bound ${plain.bound}, best ${best}`)
      if (Number.isFinite(plain.benefit)) assert.ok(plain.violation <= 1e-9 && best !== null && plain.benefit <= best + 1e-9)
      const found = planStaged(problem, solver.open, { whole: solver.whole })
      if (best === null) return assert.ok(found.status === 'infeasible' || found.status === 'unknown', found.status)
      assert.ok(close(found.benefit, best) && found.violation <= 1e-9, `${found.status} ${found.benefit}, best ${best}`)
    }),
    { numRuns: 40 },
  ))

const invented = inventedNetwork({ parcels: 160, canals: 5, years: 2, yearTypes: 2, cluster: 12 }, 3)

test('the bound is no higher than the linear relaxation that HiGHS solves as a whole, and no lower than the plan', () => {
  const plan = planStaged(invented, solver.open)
  const linear = solver.linear(writtenOut(invented).program)
  assert.ok(linear)
  assert.ok(plan.relaxedBound <= -linear.objective * (1 + 1e-5), `${plan.relaxedBound} and ${-linear.objective}`)
  assert.ok(plan.benefit <= plan.bound && plan.gap < 0.03 && plan.violation <= 1e-9, String(plan.gap))
})

test('the same program gives the same plan; the order of parcels changes no bound; more water never lowers it', () => {
  const first = planStaged(invented, solver.open)
  assert.deepEqual(planStaged(invented, solver.open), first)
  const turned = planStaged(reversed(invented), solver.open)
  assert.ok(close(turned.relaxedBound, first.relaxedBound, 2e-4), `${turned.relaxedBound} and ${first.relaxedBound}`)
  const rows = [...invented.limit.keys()].filter((r) => r < 5 * 24)
  const watered = planStaged(withLimits(invented, rows, 1.1), solver.open)
  assert.ok(watered.relaxedBound >= first.relaxedBound * (1 - 1e-4))
  const warm = planStaged(invented, solver.open, { prices: first.prices })
  assert.ok(close(warm.relaxedBound, first.relaxedBound, 1e-4) && warm.looked <= first.looked)
})

/** The same program with its units in the opposite order. */
function reversed(problem: StagedProblem): StagedProblem {
  const { works } = problem
  assert.ok(works)
  const units = problem.firstOption.length - 1
  const each = problem.firstOption[1]
  const turn = <T extends Float64Array | Uint32Array | Uint8Array | Uint16Array | Int32Array>(list: T, size: number): T => {
    const turned = list.slice() as T
    for (let i = 0; i < units; i++) for (let z = 0; z < size; z++) turned[i * size + z] = list[(units - 1 - i) * size + z]
    return turned
  }
  return {
    ...problem,
    benefit: turn(problem.benefit, each),
    row: turn(problem.row, each * problem.width),
    use: turn(problem.use, each * problem.width),
    works: { ...works, of: turn(works.of, 1), need: turn(works.need, each * works.depth), size: turn(works.size, each) },
  }
}

test('units of measure change nothing', () => {
  const scale = Float64Array.from(invented.limit, (_, r) => 2 ** ((r % 5) - 2))
  const accounts = invented.accounts
  assert.ok(accounts)
  const first = planStaged(invented, solver.open)
  const scaled = planStaged(
    {
      ...invented,
      limit: invented.limit.map((amount, r) => amount * scale[r]),
      accounts: { ...accounts, coefficient: accounts.coefficient.map((each, e) => each * scale[accounts.row[e]]) },
    },
    solver.open,
  )
  assert.ok(close(scaled.relaxedBound, first.relaxedBound, 2e-4), `${scaled.relaxedBound} and ${first.relaxedBound}`)
  assert.ok(scaled.violation <= 1e-9)
})

test('a price lies between a little more and a little less; a forced parcel costs at least its loss', () => {
  const plan = planStaged(invented, solver.open)
  const row = plan.prices.indexOf(Math.max(...plan.prices.subarray(0, 5 * 24)))
  const worth = worthOfLimitStaged(invented, plan.prices, row, solver.open)
  assert.ok(worth.more <= worth.less * (1 + 1e-6) + 1e-9, JSON.stringify(worth))
  for (const { option, loss } of optionsOfStaged(invented, plan.prices, 7).slice(0, 3)) {
    const forced = planStaged(withForced(invented, 7, option), solver.open)
    if (Number.isFinite(forced.benefit)) assert.ok(forced.benefit <= plan.relaxedBound * (1 + 1e-4) - Math.min(loss, 0), String(loss))
    assert.ok(option < 0 || forced.choice[7] === 0)
  }
})

test('what cannot hold together is named, with what each would have to give', () => {
  const program = read({
    limits: [
      { id: 'money', atMost: 20 },
      { id: 'area', atLeast: 3 },
      { id: 'other', atMost: 9 },
    ],
    works: [{ id: 'canal', openings: [{ benefit: -1, uses: { money: 20 } }] }],
    parcels: ['a', 'b'].map((id) => ({
      id,
      options: [{ id: 'x', benefit: 5, uses: { money: 5, area: 2, other: 1 }, needs: { canal: 'now' } }],
    })),
  })
  assert.equal(planStaged(program.problem, solver.open).status, 'infeasible')
  const conflict = smallestConflictStaged(program.problem, solver.open)
  assert.deepEqual(conflict?.rows.map(program.rowName), ['money', 'area'])
  // canal and both parcels take 30 of money and bring 4 of area: three quarters of that are 22.5 and 3; for 20 of money there are 8/3 of area
  assert.ok(close(conflict.atLeast[0], 2.5, 1e-4) && close(conflict.atLeast[1], 1 / 3, 1e-4), String(conflict.atLeast))
})

test('a front of two objectives: each point is certified, and no point is better in both', () => {
  const program = read(network)
  const benefit = { options: program.problem.benefit, openings: program.problem.works?.benefit ?? null }
  const grain = { options: program.staged?.objectives[0].options ?? new Float64Array(0), openings: null }
  const tools = { linear: solver.linear, open: solver.open, whole: solver.whole }
  const points = front(program.problem, benefit, grain, 3, tools)
  assert.deepEqual([points[0].first, points[0].second], [30, 3])
  // most grain: a and b 10
  const last = points[points.length - 1]
  assert.deepEqual([last.first, last.second], [18, 10])
  for (const { plan } of points) assert.ok(plan.gap < 1e-6 && plan.violation <= 1e-9)
  const plans = lexicographic(program.problem, [grain, benefit], 0, tools)
  assert.equal(measureOf(program.problem, benefit, plans[1]), 18)
})

test('a robust plan: of two year types the worse one is as good as it can be', () => {
  const program = read({
    yearTypes: [
      { id: 'wet', probability: 0.5 },
      { id: 'dry', probability: 0.5 },
    ],
    limits: [{ id: 'money', atMost: 2 }],
    parcels: Array.from({ length: 4 }, (_, i) => ({
      id: String(i),
      options: [{ id: 'x', benefit: 5, uses: { money: 1 }, byYearType: i < 2 ? { wet: 10, dry: 0 } : { wet: 0, dry: 8 } }],
    })),
  })
  const cases = program.staged?.yearTypes.map(({ benefit }) => benefit) ?? []
  const { worst, bound } = worstCase(program.problem, cases, { linear: solver.linear, open: solver.open, whole: solver.whole })
  // one of each: 10 in wet years, 8 in dry ones
  assert.ok(worst === 8 && bound >= 8, `${worst} ${bound}`)
})

test('works that cross (a drain basin that is no canal district) are opened once', () => {
  const needs = [
    ['canal-1', 'drain-1'],
    ['canal-1', 'drain-2'],
    ['canal-2', 'drain-1'],
    ['canal-2', 'drain-2'],
  ]
  const program = read({
    limits: [],
    works: ['canal-1', 'canal-2', 'drain-1', 'drain-2'].map((id, n) => ({ id, openings: [{ benefit: -10 - n }] })),
    parcels: needs.map((each, i) => ({
      id: String(i),
      options: [{ id: 'x', benefit: 14, uses: {}, needs: Object.fromEntries(each.map((work) => [work, 'now'])) }],
    })),
  })
  // all four: 56 − (10 + 11 + 12 + 13) = 10
  const plan = solveAny(program.problem, { linear: solver.linear, open: solver.open, whole: solver.whole })
  assert.deepEqual([plan.status, plan.benefit], ['optimal', 10])
})

const broken: readonly (readonly [string, (stated: StatedProgram) => unknown])[] = [
  [
    'plan/circle',
    (p) => ({
      ...p,
      networks: [
        { ...p.networks?.[0], reaches: [...(p.networks?.[0].reaches ?? []), { id: 'back', from: 'west', to: 'river', efficiency: 1 }] },
      ],
    }),
  ],
  [
    'plan/circle',
    (p) => ({
      ...p,
      accounts: [
        { id: 'a1', draws: { a2: 1 } },
        { id: 'a2', draws: { a1: 1 } },
        { id: 'paddy/east', draws: { a1: 1 } },
      ],
    }),
  ],
  ['plan/circle', (p) => ({ ...p, works: p.works?.map((each) => (each.id === 'main-works' ? { ...each, after: ['drain'] } : each)) })],
  [
    'plan/not-a-share',
    (p) => ({ ...p, networks: [{ ...p.networks?.[0], reaches: [{ id: 'main', from: 'river', to: 'gate', efficiency: 80 }] }] }),
  ],
  ['plan/not-a-number', (p) => ({ ...p, networks: [{ ...p.networks?.[0], sources: [{ id: 'weir', node: 'river', volume: {} }] }] })],
  ['plan/unknown-name', (p) => ({ ...p, clusters: [{ id: 'block', parcels: ['a', 'zz'], atLeast: 1 }] })],
  ['plan/unknown-name', (p) => ({ ...p, years: ['2030'] })],
  ['plan/in-two-clusters', (p) => ({ ...p, clusters: [...(p.clusters ?? []), { id: 'other', parcels: ['b'], atLeast: 1 }] })],
  ['plan/unknown-limit', (p) => ({ ...p, accounts: [{ id: 'paddy/east', draws: { 'canal/nowhere/june': 1 } }] })],
  ['plan/negative', (p) => ({ ...p, clusters: [{ id: 'block', parcels: ['a'], atLeast: -1 }] })],
  ['plan/named-twice', (p) => ({ ...p, works: [...(p.works ?? []), { id: 'block', openings: [] }] })],
]
for (const [code, breakIt] of broken)
  test(`refused before solving: ${code} in ${JSON.stringify(breakIt(network)).slice(0, 60)}…`, () => {
    const result = statedProgramFrom(breakIt(network), 'p.json')
    assert.equal(result.ok ? 'accepted' : result.refusal.code, code)
  })

test('CBC reads the exported program without an error and finds the same optimum', { skip: noCbc() }, () => {
  const small = inventedNetwork({ parcels: 12, canals: 3, years: 2, yearTypes: 1, cluster: 4 }, 5)
  const named = { unitName: String, optionName: String, rowName: String, statedOption: (_: number, option: number) => option }
  const staged = {
    ...{ workName: String, isCopy: new Uint8Array(0), stageName: String, flowName: String, kinds: [], draws: new Map<string, never>() },
    ...{ objectives: [], revenue: null, yearTypes: [] },
  }
  const folder = mkdtempSync(join(tmpdir(), 'dishu-cbc-'))
  try {
    const file = join(folder, 'plan.mps')
    writeFileSync(file, [...mpsOf({ problem: small, ...named, sign: new Int8Array(small.limit.length).fill(1), staged })].join(''))
    const { stdout } = spawnSync('cbc', [file, '-sec', '60', '-solve'], { encoding: 'utf8' })
    assert.match(stdout, /read with 0 errors/)
    const value = -Number(/Objective value:\s+(\S+)/.exec(stdout)?.[1])
    const ours = planStaged(small, solver.open, { whole: solver.whole })
    assert.ok(Math.abs(ours.benefit - value) <= 1e-6 * Math.abs(value) && ours.gap < 1e-6, `${ours.benefit} ${value}`)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
function noCbc(): string | false {
  return spawnSync('cbc', ['-quit']).error ? 'CBC is not installed (coinor-cbc)' : false
}

test('a program laid out parcel by parcel is read line by line into the same arrays; a line that is none is told with its place', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dishu-lines-'))
  try {
    const file = join(folder, 'program.json')
    writeFileSync(file, [...programText(network)].join(''))
    const lined = await readProgram(file)
    assert.ok(lined.ok, JSON.stringify(lined))
    assert.deepEqual(lined.value.problem, read(network).problem)
    assert.deepEqual(lined.value.staged?.objectives, read(network).staged?.objectives)
    const wrong = { ...network, parcels: [...network.parcels, { id: 'z', options: [{ id: 'x', benefit: 1, uses: { nothing: 1 } }] }] }
    writeFileSync(file, [...programText(wrong)].join(''))
    const refused = await readProgram(file)
    assert.deepEqual(refused.ok ? null : refused.refusal, { code: 'plan/unknown-limit', details: { where: 'z x', limit: 'nothing' } })
    writeFileSync(file, [...programText(network)].join('').replace('"options"', '"options'))
    const broken = await readProgram(file)
    assert.equal(broken.ok ? null : broken.refusal.code, 'plan/not-readable')
  } finally {
    rmSync(folder, { recursive: true })
  }
})
