import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { inventedProgram } from '@dishu/land/plan/invented.testing'
import { sumUp } from '@dishu/numeric/allocation/problem'

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
