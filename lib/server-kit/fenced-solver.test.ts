/** HiGHS behind a fence answers as without one; asked to stop, it stops, or is ended with the best it had; what it may not have is refused. */
import assert from 'node:assert/strict'
import test, { after } from 'node:test'
import { type Fence, type FencedSolver, fencedSolver } from './fenced-solver.ts'
import { openSolver, type Program } from './solver.ts'

const opened: FencedSolver[] = []
const fenced = (fence: Fence = {}) => {
  const solver = fencedSolver(fence)
  opened.push(solver)
  return solver
}
after(() => {
  for (const solver of opened) solver.close()
})

/** A knapsack of several rows, which keeps a solver at work for minutes (Chu and Beasley 1998 make theirs like this); all figures are made up. */
function hard(columns: number, rows: number): Program {
  let state = 12_345
  const next = () => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0
    return state / 2 ** 32
  }
  const use = Array.from({ length: rows }, () => Float64Array.from({ length: columns }, () => Math.ceil(1000 * next())))
  const sums = use.map((row) => row.reduce((a, b) => a + b))
  return {
    cost: Float64Array.from({ length: columns }, (_, j) => -Math.round(use.reduce((sum, row) => sum + row[j], 0) / rows + 500 * next())),
    from: new Float64Array(columns),
    to: new Float64Array(columns).fill(1),
    rowStart: Uint32Array.from({ length: rows + 1 }, (_, r) => r * columns),
    column: Uint32Array.from({ length: rows * columns }, (_, n) => n % columns),
    coefficient: Float64Array.from({ length: rows * columns }, (_, n) => -use[Math.floor(n / columns)][n % columns]),
    atLeast: Float64Array.from(sums, (sum) => -Math.floor(sum / 2)),
  }
}
const keeps = (program: Program, x: Float64Array) =>
  program.atLeast.every((least, r) => {
    let sum = 0
    for (let e = program.rowStart[r]; e < program.rowStart[r + 1]; e++) sum += program.coefficient[e] * Math.round(x[program.column[e]])
    return sum >= least - 1e-6
  })

test('linear programs and programs in whole numbers have the answers they have without a fence', async () => {
  const bare = await openSolver()
  const solver = fenced()
  const program = hard(20, 2)
  assert.deepEqual(solver.linear(program), bare.linear(program))
  const limits = { iterations: 1e6, gap: 1e-9 }
  assert.deepEqual(solver.whole(program, limits), bare.whole(program, limits))
  const [one, other] = [solver.open(program), bare.open(program)]
  for (const rows of [program, { ...program, atLeast: program.atLeast.map((each) => each * 0.9) }]) {
    one.add(rows)
    other.add(rows)
    assert.deepEqual(one.solve(), other.solve())
  }
  one.close()
  other.close()
  assert.equal(solver.ended(), 0)
})

test('asked to stop, a call ends within two seconds with the best so far', () => {
  const program = hard(250, 30)
  const begun = performance.now()
  const solver = fenced({ goesOn: () => performance.now() - begun < 3000 })
  const found = solver.whole(program, { iterations: Number.POSITIVE_INFINITY, gap: 0 })
  assert.ok(performance.now() - begun < 5000, `${performance.now() - begun} ms`)
  assert.ok(found && keeps(program, found.x) && found.objective < 0)
})

test('a call that does not hear is ended, keeps what it had found, and the next call has a new thread', () => {
  const program = hard(250, 30)
  // beyond its time of a thousandth of a second it is asked to stop at its first look
  const short = fenced({ seconds: 0.001 })
  const begun = performance.now()
  assert.equal(short.linear(hard(6000, 800)), null) // some ten seconds, in which it hears nothing
  assert.equal(short.ended(), 1)
  assert.ok(performance.now() - begun < 6000, `${performance.now() - begun} ms`)
  const again = short.whole(program, { iterations: Number.POSITIVE_INFINITY, gap: 0 })
  assert.ok(again === null || keeps(program, again.x))
  const stopped = fenced({ goesOn: () => false })
  assert.equal(stopped.linear(hard(20, 2)), null) // nothing is begun any more
})

test('more memory than is allowed is refused, and the solver goes on with smaller programs', () => {
  const solver = fenced({ memoryBytes: 40 * 2 ** 20 })
  assert.equal(solver.linear(hard(4000, 600)), null)
  assert.equal(solver.ended(), 1)
  assert.ok(solver.linear(hard(20, 2)))
})
