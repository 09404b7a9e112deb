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
import { MOST_OPTIONS, type Program, programFrom } from './plan.ts'
import type { StatedLimit } from './program.ts'
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
})

test('units of measure change nothing: 万m³, 亿m³ or 亿元 give the same plan', () => {
  const invented = inventedProgram(60, 8)
  const tight = read3([{ id: 'w', atMost: 1.5 }], [3, 5, 4], [1, 1, 0.6])
  for (const problem of [invented, tight]) {
    const first = plan(problem, solve, { whole })
    // powers of two, so that no figure is rounded: about 10⁻⁹ for money, 10⁻¹² for the even rows, 10⁶ for the odd ones
    const [money, even, odd] = [2 ** -30, 2 ** -40, 2 ** 20]
    const factor = (r: number) => (r % 2 === 0 ? even : odd)
    const scaled = plan(
      {
        ...problem,
        use: problem.use.map((amount, q) => amount * factor(problem.row[q])),
        limit: problem.limit.map((amount, r) => amount * factor(r)),
        benefit: problem.benefit.map((each) => each * money),
      },
      solve,
      { whole },
    )
    assert.deepEqual([...scaled.choice], [...first.choice])
    assert.deepEqual(
      [scaled.status, scaled.benefit / money, scaled.bound / money, scaled.violation],
      [first.status, first.benefit, first.bound, first.violation],
    )
    assert.deepEqual(
      [...scaled.prices].map((price, r) => (price * factor(r)) / money),
      [...first.prices],
    )
  }
})

/** Three parcels of one option each under one limit. */
function read3(limits: readonly StatedLimit[], benefits: readonly number[], uses: readonly number[]): AllocationProblem {
  const parcels = benefits.map((benefit, i) => ({ id: `p${i}`, options: [{ id: 'x', benefit, uses: { w: uses[i] } }] }))
  const read = programFrom({ limits, parcels }, 'p.json')
  assert.ok(read.ok)
  return read.value.problem
}

test('limits below one that cannot hold together are proven so', () => {
  // two of three are asked for, in a unit in which a parcel needs 10⁻⁹ and there is 1.5 of that
  const problem: AllocationProblem = {
    firstOption: Uint32Array.of(0, 1, 2, 3),
    benefit: Float64Array.of(1, 1, 1),
    width: 2,
    row: Uint16Array.of(0, 1, 0, 1, 0, 1),
    use: Float64Array.of(1e-9, -1, 1e-9, -1, 1e-9, -1),
    limit: Float64Array.of(1.5e-9, -2),
  }
  assert.equal(plan(problem, solve, { whole }).status, 'infeasible')
  const conflict = smallestConflict(problem, solve)
  assert.deepEqual(conflict?.rows, [0, 1])
  assert.ok(Math.abs(conflict.atLeast[0] / 1e-9 - 0.5) < 1e-6 && Math.abs(conflict.atLeast[1] - 0.5) < 1e-6, String(conflict.atLeast))
})

test('an excess is a share of its limit, however small the limit', () => {
  const problem = read3([{ id: 'w', atMost: 1e-4 }], [1, 1, 1], [1e-4, 1e-5, 1e-5])
  assert.ok(Math.abs(sumUp(problem, Int16Array.of(0, 0, -1)).violation - 0.1) < 1e-12)
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
  ['plan/no-parcels', (program) => ({ ...program, parcels: [] })],
  ['plan/beyond-measure', (program) => ({ ...program, limits: [{ id: 'water', atMost: 1e300 }] })],
  ['plan/beyond-measure', (program) => ({ ...program, parcels: [{ id: 'a', options: [{ id: 'x', benefit: -1e31, uses: {} }] }] })],
  [
    'plan/beyond-measure',
    (program) => ({ ...program, parcels: [{ id: 'a', options: [{ id: 'x', benefit: 1, uses: { water: 1e-310 } }] }] }),
  ],
  ['plan/out-of-reach', (program) => ({ ...program, limits: [program.limits[0], { id: 'area', atLeast: 5 }] })],
]
for (const [code, breakIt] of broken) {
  test(`refused before solving: ${code} in ${JSON.stringify(breakIt(stated)).slice(0, 80)}`, () => {
    const read = programFrom(breakIt(stated), 'p.json')
    assert.equal(read.ok ? 'accepted' : read.refusal.code, code)
  })
}

test('a parcel of more options than are counted is refused', () => {
  const options = Array.from({ length: MOST_OPTIONS + 1 }, (_, j) => ({ id: String(j), benefit: j, uses: {} }))
  const read = programFrom({ limits: [], parcels: [{ id: 'a', options }] }, 'p.json')
  assert.deepEqual(read.ok || [read.refusal.code, read.refusal.details], [
    'plan/too-many-options',
    { parcel: 'a', options: MOST_OPTIONS + 1, most: MOST_OPTIONS },
  ])
})

test('a county of 200,000 parcels is read', () => {
  const parcels = Array.from({ length: 200_000 }, (_, i) => ({ id: `p${i}`, options: [{ id: 'x', benefit: 1 + (i % 7), uses: { w: 1 } }] }))
  const read = programFrom({ limits: [{ id: 'w', atMost: 5 }], parcels }, 'p.json')
  assert.ok(read.ok)
  assert.equal(read.value.problem.benefit.length, 200_000)
})

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
