import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { optionsOf, smallestConflict, worthOfLimit } from '@dishu/numeric/allocation/explain'
import { plan } from '@dishu/numeric/allocation/plan'
import { type AllocationProblem, sumUp } from '@dishu/numeric/allocation/problem'
import { type Program as LinearProgram, openSolver } from '@dishu/server-kit/solver'
import fc from 'fast-check'
import { inventedProgram } from './invented.testing.ts'
import { type Program, programFrom } from './plan.ts'
import { lpOf, mpsOf } from './program-files.ts'

const solver = await openSolver()
const solve = solver.linear
const whole = solver.whole

/** Small programs of whole figures: 1–5 units of 0–3 options, 1–3 rows, some of them targets. */
const small = fc
  .record({
    limits: fc.array(fc.record({ target: fc.boolean(), limit: fc.nat(30) }), { minLength: 1, maxLength: 3 }),
    units: fc.array(
      fc.array(fc.record({ benefit: fc.integer({ min: -5, max: 30 }), uses: fc.array(fc.nat(12), { minLength: 3, maxLength: 3 }) }), {
        maxLength: 3,
      }),
      {
        minLength: 1,
        maxLength: 5,
      },
    ),
  })
  .map(({ limits, units }): AllocationProblem => {
    const width = limits.length
    const options = units.flat()
    const firstOption = new Uint32Array(units.length + 1)
    units.forEach((each, i) => {
      firstOption[i + 1] = firstOption[i] + each.length
    })
    return {
      firstOption,
      benefit: Float64Array.from(options, ({ benefit }) => benefit),
      width,
      row: Uint16Array.from({ length: options.length * width }, (_, q) => q % width),
      use: Float64Array.from(options.flatMap(({ uses }) => limits.map(({ target }, r) => (target ? -uses[r] : uses[r])))),
      limit: Float64Array.from(limits, ({ target, limit }) => (target ? -limit : limit)),
    }
  })

/** The best plan by trying every one: the second route. */
function byTrying(problem: AllocationProblem): number | null {
  const units = problem.firstOption.length - 1
  const choice = new Int16Array(units).fill(-1)
  let best: number | null = null
  const decide = (i: number): void => {
    if (i === units) {
      const sums = sumUp(problem, choice)
      if (sums.violation <= 0 && (best === null || sums.benefit > best)) best = sums.benefit
      return
    }
    for (let j = -1; j < problem.firstOption[i + 1] - problem.firstOption[i]; j++) {
      choice[i] = j
      decide(i + 1)
    }
    choice[i] = -1
  }
  decide(0)
  return best
}

test('small plans are the best there are, and where there is none none is claimed', () =>
  fc.assert(
    fc.property(small, (problem) => {
      const best = byTrying(problem)
      const found = plan(problem, solve, { whole })
      if (best === null) return assert.ok(found.status === 'infeasible' || found.status === 'unknown', found.status)
      assert.ok(Math.abs(found.benefit - best) < 1e-6, `found ${found.benefit}, best ${best}`)
      assert.ok(found.bound >= best - 1e-6)
      assert.equal(sumUp(problem, found.choice).violation <= 1e-9, true)
    }),
    { numRuns: 80 },
  ))

test('without the whole-number solver the plan keeps its limits and the bound is above the best', () =>
  fc.assert(
    fc.property(small, (problem) => {
      const best = byTrying(problem)
      const found = plan(problem, solve)
      if (best === null) return assert.ok(!(found.benefit <= Number.MAX_VALUE) || found.violation <= 1e-9)
      assert.notEqual(found.status, 'infeasible')
      assert.ok(found.relaxedBound >= best - 1e-6 * Math.max(1, Math.abs(best)))
      if (found.status !== 'unknown') assert.ok(found.benefit <= best + 1e-9 && found.violation <= 1e-9)
    }),
    { numRuns: 80 },
  ))

test('an empty choice within its limits is a plan', () => {
  const problem = {
    firstOption: Uint32Array.of(0, 1),
    benefit: Float64Array.of(-3),
    width: 1,
    row: Uint16Array.of(0),
    use: Float64Array.of(1),
    limit: Float64Array.of(5),
  }
  const found = plan(problem, solve)
  assert.deepEqual([found.status, found.benefit, [...found.choice]], ['optimal', 0, [-1]])
})

test('of 300 parcels the bound is the optimum of the linear relaxation, as HiGHS finds it', () => {
  const problem = inventedProgram(300, 5)
  const found = plan(problem, solve)
  const linear = solve(relaxationOf(problem))
  assert.ok(linear)
  assert.ok(Math.abs(found.relaxedBound + linear.objective) < 1e-6 * found.relaxedBound, `${found.relaxedBound} and ${-linear.objective}`)
  assert.ok(found.gap < 0.03 && found.gap > 0, String(found.gap))
  assert.equal(found.violation, 0)
})

/** The program with shares of options, as HiGHS takes it: minimise −benefit. */
function relaxationOf({ firstOption, benefit, width, row, use, limit }: AllocationProblem): LinearProgram {
  const entries: [number, number][][] = [...limit].map(() => [])
  for (let q = 0; q < row.length; q++) entries[row[q]].push([Math.floor(q / width), -use[q]])
  for (let i = 0; i + 1 < firstOption.length; i++) {
    entries.push(Array.from({ length: firstOption[i + 1] - firstOption[i] }, (_, j) => [firstOption[i] + j, -1]))
  }
  const rowStart = new Uint32Array(entries.length + 1)
  entries.forEach((each, n) => {
    rowStart[n + 1] = rowStart[n] + each.length
  })
  return {
    cost: benefit.map((each) => -each),
    from: new Float64Array(benefit.length),
    to: new Float64Array(benefit.length).fill(1),
    rowStart,
    column: Uint32Array.from(entries.flat(), ([column]) => column),
    coefficient: Float64Array.from(entries.flat(), ([, value]) => value),
    atLeast: Float64Array.from(entries, (_, n) => (n < limit.length ? -limit[n] : -1)),
  }
}

test('the same program and seed give the same plan; units of measure change nothing', () => {
  const problem = inventedProgram(3000, 8)
  const first = plan(problem, solve)
  assert.deepEqual(plan(problem, solve), first)
  // money in 1/8 of its unit, the water of row 3 in 1/1024 (powers of two: no figure is rounded)
  const use = problem.use.map((amount, q) => (problem.row[q] === 3 ? amount * 1024 : amount))
  const limit = problem.limit.map((amount, r) => (r === 3 ? amount * 1024 : amount))
  const scaled = plan({ ...problem, use, limit, benefit: problem.benefit.map((each) => each * 8) }, solve)
  assert.ok(Math.abs(scaled.relaxedBound / 8 - first.relaxedBound) < 1e-6 * first.relaxedBound)
  assert.ok(scaled.gap < 1.5 * first.gap + 1e-6)
})

test('more water never lowers the bound, and its price lies between a little more and a little less', () => {
  const problem = inventedProgram(400, 2)
  const found = plan(problem, solve)
  const row = [...found.prices.keys()].find((r) => r < 24 && found.prices[r] > 0) ?? 0
  for (const factor of [1.01, 1.2, 3]) {
    const limit = problem.limit.map((amount, r) => (r === row ? amount * factor : amount))
    assert.ok(plan({ ...problem, limit }, solve).relaxedBound >= found.relaxedBound * (1 - 1e-7))
  }
  const worth = worthOfLimit(problem, found.prices, found.relaxedBound, row, solve)
  const slack = 1e-4 * worth.price
  assert.ok(worth.more <= worth.price + slack && worth.price <= worth.less + slack, JSON.stringify(worth))
})

test('a parcel that is forced otherwise costs at least its loss', () => {
  const problem = inventedProgram(200, 4)
  const found = plan(problem, solve)
  const options = optionsOf(problem, found.prices, 7)
  for (const { option, loss } of options) {
    const required = new Uint8Array(200)
    const first = problem.firstOption[7]
    const benefit = problem.benefit.slice()
    // forced by ruling out the others
    for (let j = 0; j < 8; j++) if (j !== option) benefit[first + j] = -1e12
    if (option >= 0) required[7] = 1
    const forced = plan({ ...problem, benefit, required }, solve)
    assert.ok(forced.benefit <= found.relaxedBound - loss + 1e-6 * found.relaxedBound)
  }
})

test('limits in conflict are named, each of them needed, with what each would have to give', () => {
  // 4 parcels of 10 each: the target asks for 30, but the water is enough for 2 of them and the money for 3
  const uses = [[5, 1, -10]]
  const problem: AllocationProblem = {
    firstOption: Uint32Array.of(0, 1, 2, 3, 4),
    benefit: new Float64Array(4).fill(1),
    width: 3,
    row: Uint16Array.from([0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2]),
    use: Float64Array.from([uses, uses, uses, uses].flat(2)),
    limit: Float64Array.of(10, 3, -30),
  }
  assert.equal(plan(problem, solve).status, 'infeasible')
  const conflict = smallestConflict(problem, solve)
  assert.deepEqual(conflict?.rows, [0, 2])
  // 30 need 15 of water where there are 10; 10 of water give 20 where 30 are asked
  assert.ok(Math.abs(conflict.atLeast[0] - 5) < 1e-6 && Math.abs(conflict.atLeast[1] - 10) < 1e-6, String(conflict.atLeast))
})

const stated = {
  limits: [
    { id: 'water', atMost: 100 },
    { id: 'area', atLeast: 3 },
  ],
  parcels: [
    {
      id: 'a',
      options: [
        { id: 'paddy', benefit: 90, uses: { water: 80, area: 2 } },
        { id: 'dry', benefit: 30, uses: { water: 10, area: 2 } },
      ],
    },
    { id: 'b', options: [{ id: 'paddy', benefit: 60, uses: { water: 50, area: 1.5 } }] },
    { id: 'c', options: [{ id: 'dry', benefit: 10, uses: { area: 1 } }], locked: 'in' },
  ],
}

test('a stated program is solved: dry land and one paddy bring more than the one big paddy', () => {
  const read = programFrom(stated, 'p.json')
  assert.ok(read.ok)
  // a dry 30 + b paddy 60 + c dry 10 = 100 = a paddy 90 + c dry 10: equal; with 5 more water nothing changes, area 4.5 or 3
  const found = plan(read.value.problem, solve, { whole })
  assert.deepEqual([found.status, found.benefit], ['optimal', 100])
  const locked = programFrom(
    { ...stated, parcels: stated.parcels.map((each) => (each.id === 'b' ? { ...each, locked: 'out' } : each)) },
    'p.json',
  )
  assert.ok(locked.ok)
  const without = plan(locked.value.problem, solve, { whole })
  assert.deepEqual(
    [...without.choice].map((option, unit) => (option < 0 ? null : locked.value.optionName(unit, option))),
    ['paddy', null, 'dry'],
  )
})

const broken: readonly (readonly [string, (program: typeof stated) => unknown])[] = [
  ['plan/not-a-program', () => []],
  ['plan/not-a-program', ({ limits }) => ({ limits })],
  ['plan/not-a-program', (program) => ({ ...program, limits: [{ id: 'water', atMost: 1, atLeast: 1 }] })],
  ['plan/not-a-number', (program) => ({ ...program, limits: [{ id: 'water' }] })],
  ['plan/negative', (program) => ({ ...program, limits: [{ id: 'water', atMost: -1 }] })],
  ['plan/named-twice', (program) => ({ ...program, limits: [...program.limits, { id: 'water', atMost: 1 }] })],
  ['plan/named-twice', (program) => ({ ...program, parcels: [...program.parcels, program.parcels[0]] })],
  ['plan/unknown-limit', (program) => ({ ...program, parcels: [{ id: 'a', options: [{ id: 'x', benefit: 1, uses: { money: 1 } }] }] })],
  ['plan/not-a-number', (program) => ({ ...program, parcels: [{ id: 'a', options: [{ id: 'x', benefit: 1, uses: { water: null } }] }] })],
  ['plan/not-a-number', (program) => ({ ...program, parcels: [{ id: 'a', options: [{ id: 'x', uses: { water: 1 } }] }] })],
  ['plan/negative', (program) => ({ ...program, parcels: [{ id: 'a', options: [{ id: 'x', benefit: 1, uses: { water: -1 } }] }] })],
  ['plan/unknown-option', (program) => ({ ...program, parcels: [{ id: 'a', options: [], locked: 'rice' }] })],
  ['plan/no-option', (program) => ({ ...program, limits: [], parcels: [{ id: 'a', options: [], locked: 'in' }] })],
  ['plan/out-of-reach', (program) => ({ ...program, limits: [program.limits[0], { id: 'area', atLeast: 5 }] })],
]
for (const [code, breakIt] of broken) {
  test(`refused before solving: ${code} in ${JSON.stringify(breakIt(stated)).slice(0, 80)}`, () => {
    const read = programFrom(breakIt(stated), 'p.json')
    assert.equal(read.ok ? 'accepted' : read.refusal.code, code)
  })
}

test('the program as MPS and LP has the same optimum in another solver', async () => {
  const read = programFrom(stated, 'p.json')
  assert.ok(read.ok)
  assert.equal(await solver.optimumOf('lp', [...lpOf(read.value)].join('')), 100)
  assert.equal(await solver.optimumOf('mps', [...mpsOf(read.value)].join('')), -100)
  const many: Program = { ...read.value, problem: inventedProgram(40, 3), rowName: String, sign: new Int8Array(65).fill(1) }
  const lp = await solver.optimumOf('lp', [...lpOf(many)].join(''))
  assert.ok(lp !== null && Math.abs(lp - plan(many.problem, solve, { whole }).benefit) < 1e-4 * lp)
})

const shared = process.env.DISHU_SHARED ?? fileURLToPath(new URL('../../../../shared', import.meta.url))
const marxan = join(shared, 'data/06_golden/planning/marxan_example')
test('the reserve of the Marxan example costs 95,722,060.31, proven', {
  skip: existsSync(marxan) ? false : 'shared data not present',
}, () => {
  const table = (file: string) =>
    readFileSync(join(marxan, file), 'utf8')
      .trim()
      .split(/\r?\n/)
      .slice(1)
      .map((line) => line.split(/[,\t]/))
  const features = new Map(table('spec.dat').map(([id, share], r) => [id, { row: r, share: Number(share), total: 0 }]))
  const held = new Map<string, [number, number][]>()
  for (const [feature, unit, amount] of table('puvspr.dat')) {
    const known = features.get(feature)
    assert.ok(known)
    known.total += Number(amount)
    held.set(unit, [...(held.get(unit) ?? []), [known.row, -Number(amount)]])
  }
  const units = table('pu.dat') // id, cost, status: 2 locked in, 3 locked out
  const allowed = units.filter(([, , status]) => status !== '3')
  const width = Math.max(...[...held.values()].map((each) => each.length))
  const row = new Uint16Array(allowed.length * width)
  const use = new Float64Array(allowed.length * width)
  allowed.forEach(([id], i) => {
    for (const [z, [r, amount]] of (held.get(id) ?? []).entries()) {
      row[i * width + z] = r
      use[i * width + z] = amount
    }
  })
  const found = plan(
    {
      firstOption: Uint32Array.from({ length: allowed.length + 1 }, (_, i) => i),
      benefit: Float64Array.from(allowed, ([, cost]) => -Number(cost)),
      width,
      row,
      use,
      limit: Float64Array.from(features.values(), ({ share, total }) => -share * total),
      required: Uint8Array.from(allowed, ([, , status]) => (status === '2' ? 1 : 0)),
    },
    solve,
    { whole },
  )
  assert.equal(found.status, 'optimal')
  assert.ok(Math.abs(found.benefit + 95_722_060.31) < 0.01, String(found.benefit))
})
