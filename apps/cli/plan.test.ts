import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { inventedProgram } from '@dishu/land/plan/invented.testing'
import { sumUp } from '@dishu/numeric/allocation/problem'
import { planWork } from './plan-work.ts'

const DISHU = fileURLToPath(new URL('main.ts', import.meta.url))
const folder = mkdtempSync(join(tmpdir(), 'dishu-plan-'))
test.after(() => rmSync(folder, { recursive: true }))
const dishu = (...words: string[]) => spawnSync(process.execPath, [DISHU, 'plan', ...words, '--language', 'en'], { encoding: 'utf8' })

const parcels = 120
const problem = inventedProgram(parcels, 6)
const file = join(folder, 'invented.json')
const raw = (array: Float64Array | Uint16Array | Uint32Array) => Buffer.from(array.buffer, array.byteOffset, array.byteLength)
writeFileSync(file, JSON.stringify({ N: parcels, O: 8, M: problem.limit.length, Z: problem.width }))
writeFileSync(join(folder, 'invented.b'), raw(problem.benefit))
writeFileSync(join(folder, 'invented.idx'), raw(problem.row))
writeFileSync(join(folder, 'invented.co'), raw(problem.use))
writeFileSync(join(folder, 'invented.rhs'), raw(problem.limit))

test('a program in five files is solved; what is printed adds up to what is said', () => {
  const run = dishu('solve', file, '--json')
  assert.equal(run.status, 0, run.stderr)
  const answer = JSON.parse(run.stdout)
  assert.deepEqual(Object.keys(answer), ['status', 'objective', 'bound', 'gap', 'maxViolation', 'cpuSeconds', 'chosen'])
  assert.equal(answer.chosen.length, parcels)
  const sums = sumUp(problem, Int16Array.from(answer.chosen))
  assert.equal(sums.benefit, answer.objective)
  assert.ok(sums.violation <= 1e-9 && answer.maxViolation <= 1e-9)
  assert.ok(Math.abs(answer.gap - (answer.bound - answer.objective) / answer.bound) < 1e-12 && answer.gap < 0.05)
})

test('a companion that is cut off is refused, with the sizes', () => {
  writeFileSync(join(folder, 'short.json'), JSON.stringify({ N: 2, O: 1, M: 1, Z: 1 }))
  writeFileSync(join(folder, 'short.b'), Buffer.alloc(8))
  const run = dishu('solve', join(folder, 'short.json'))
  assert.equal(run.status, 3)
  assert.match(run.stderr, /short\.b should have 16 bytes.* has 8/)
  assert.match(dishu('solve', join(folder, 'none.json')).stderr, /cannot be read/)
})

test('limits that cannot hold together are explained', () => {
  const conflict = join(folder, 'conflict.json')
  const parcel = (id: string) => ({ id, options: [{ id: 'paddy', benefit: 5, uses: { water: 10, area: 1 } }] })
  writeFileSync(
    conflict,
    JSON.stringify({
      limits: [
        { id: 'water', atMost: 15 },
        { id: 'area', atLeast: 2 },
      ],
      parcels: ['a', 'b', 'c'].map(parcel),
    }),
  )
  assert.equal(dishu('solve', conflict, '--json').status, 6)
  const run = dishu('explain', conflict, '--json')
  const { conflict: rows } = JSON.parse(run.stdout)
  // two parcels need 20 of water where there are 15; 15 of water give 1.5 of area where 2 are asked
  assert.deepEqual(
    rows.map(({ limit, atLeast }: { limit: string; atLeast: number }) => [limit, Math.round(atLeast * 1e6) / 1e6]),
    [
      ['water', 5],
      ['area', 0.5],
    ],
  )
})

test('words that are not understood end with 2', () => {
  for (const words of [
    [],
    ['solve'],
    ['guess', file],
    ['solve', file, file],
    ['solve', file, '--time', ''],
    ['export', file, '--to', 'xlsx'],
    ['front', file],
    ['front', file, '--of', 'benefit,benefit'],
    ['front', file, '--of', 'benefit,water', '--points', '1'],
  ]) {
    const run = dishu(...words)
    assert.deepEqual([run.status, run.stdout], [2, ''], words.join(' '))
    assert.match(run.stderr, /^Usage: dishu plan/)
  }
})

test('an export goes into place whole, and never onto the program itself', () => {
  const own = join(folder, 'own.json')
  writeFileSync(own, JSON.stringify({ limits: [], parcels: [{ id: 'a', options: [{ id: 'x', benefit: 1, uses: {} }] }] }))
  const before = readFileSync(own)
  const onto = dishu('export', own, '--to', 'lp', '--out', own)
  assert.equal(onto.status, 3)
  assert.match(onto.stderr, /the very file that is read/)
  assert.deepEqual(readFileSync(own), before)
  assert.match(dishu('export', own, '--out', join(folder, 'none', 'a.mps')).stderr, /there is no such folder/)
  const out = join(folder, 'own.mps')
  assert.equal(dishu('export', own, '--to', 'mps', '--out', out).status, 0)
  assert.match(readFileSync(out, 'utf8'), /^\* maximise[\s\S]*ENDATA\n$/)
  assert.ok(!readdirSync(folder).some((name) => name.endsWith('.part')))
})

test('stopped at its first bound, the best so far is told with its gap', async () => {
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const words = { seed: undefined, gap: undefined, seconds: undefined }
  let bounds = 0
  const { solved, chosen, explained } = await planWork(
    { file, words, objective: undefined, front: null, explain: { parcel: undefined, sensitivity: false }, stop },
    () => {
      bounds++
      Atomics.store(stop, 0, 1)
    },
  )
  assert.equal(bounds, 1)
  const sums = sumUp(problem, Int16Array.from(chosen))
  assert.deepEqual([solved.status, solved.benefit, explained], ['feasible', sums.benefit, null])
  assert.ok(sums.violation <= 1e-9 && solved.bound >= solved.benefit && solved.gap > 0)
})

test('a file that begins with a byte order mark is read', () => {
  const marked = join(folder, 'marked.json')
  writeFileSync(marked, `\uFEFF${JSON.stringify({ limits: [], parcels: [{ id: 'a', options: [{ id: 'x', benefit: 4, uses: {} }] }] })}`)
  assert.equal(JSON.parse(dishu('solve', marked, '--json').stdout).objective, 4)
})

test('a program with canals, works and clusters is solved, explained and written out', () => {
  const staged = join(folder, 'staged.json')
  writeFileSync(
    staged,
    JSON.stringify({
      years: ['2027', '2028'],
      limits: [{ id: 'money', atMost: 30 }],
      networks: [
        {
          id: 'canal',
          periods: ['june'],
          reaches: [{ id: 'main', from: 'weir', to: 'east', efficiency: 0.5, capacity: 20 }],
          sources: [{ id: 'river', node: 'weir', volume: { june: 100 } }],
        },
      ],
      works: [{ id: 'ditch', openings: [{ year: '2028', benefit: -2, uses: { money: 10 } }] }],
      parcels: ['a', 'b'].map((id, n) => ({
        id,
        options: [{ id: 'paddy', benefit: 7 + n, uses: { 'canal/east/june': 10, money: 5 }, needs: { ditch: '2028' } }],
      })),
    }),
  )
  // 20 of the main canal are 10 in the east: one parcel, the better one: 8 − 2
  const answer = JSON.parse(dishu('solve', staged, '--json').stdout)
  assert.deepEqual([answer.status, answer.objective, answer.chosen, answer.opened], ['optimal', 6, [-1, 0], { ditch: '2028' }])
  const { limits, parcel } = JSON.parse(dishu('explain', staged, '--parcel', 'a', '--json').stdout)
  assert.ok(limits.every(({ more, less }: { more: number; less: number }) => more <= less + 1e-6))
  assert.deepEqual(
    parcel.options.map(({ option }: { option: string | null }) => option),
    [null, 'paddy'],
  )
  const { sensitivity } = JSON.parse(dishu('explain', staged, '--sensitivity', '--json').stdout)
  // 10 % more or less water changes nothing for one parcel: 20 of 22, 10 of 11; at 18 none is left
  assert.deepEqual(
    sensitivity.map(({ what, change, benefit }: { what: string; change: number; benefit: number }) => [what, change, benefit]),
    [
      ['water', -0.1, 0],
      ['water', 0.1, 6],
    ],
  )
  assert.match(dishu('export', staged, '--to', 'lp').stdout, /limit "canal\/main\/june"[\s\S]*work "ditch"[\s\S]*Maximize/)
})

test('another objective, and the front of two: each point with its gap', () => {
  const two = join(folder, 'two.json')
  const option = (benefit: number, water: number) => [{ id: 'x', benefit, uses: { area: 1 }, scores: { water } }]
  writeFileSync(
    two,
    JSON.stringify({
      objectives: [{ id: 'water', sense: 'least' }],
      limits: [{ id: 'area', atLeast: 1 }],
      parcels: [
        { id: 'a', options: option(9, 6) },
        { id: 'b', options: option(5, 2) },
        { id: 'c', options: option(2, 1) },
      ],
    }),
  )
  const least = JSON.parse(dishu('solve', two, '--objective', 'water', '--json').stdout)
  assert.deepEqual([least.status, least.objective, least.chosen], ['optimal', -1, [-1, -1, 0]])
  // from 9 of water to 1 in steps of 4: all three, then b and c within 5, then c
  const points = JSON.parse(dishu('front', two, '--of', 'benefit,water', '--points', '3', '--json').stdout)
  assert.deepEqual(
    points.map(({ values, status }: { values: object; status: string }) => [values, status]),
    [
      [{ benefit: 16, water: 9 }, 'optimal'],
      [{ benefit: 7, water: 3 }, 'optimal'],
      [{ benefit: 2, water: 1 }, 'optimal'],
    ],
  )
  for (const { gap, maxViolation } of points) assert.ok(gap < 1e-6 && maxViolation <= 1e-9)
  assert.match(dishu('front', two, '--of', 'benefit,water').stdout, /benefit +water +gap/)
  const unknown = dishu('solve', two, '--objective', 'grain')
  assert.equal(unknown.status, 3)
  assert.match(unknown.stderr, /water/)
})
