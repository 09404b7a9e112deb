import assert from 'node:assert/strict'
import test from 'node:test'
import { fuzz } from './fuzz.testing.ts'
import { dice, mutated } from './mutate.testing.ts'

const SECONDS = Number(process.env.DISHU_FUZZ_SECONDS ?? 60)
const SEED = Number(process.env.DISHU_FUZZ_SEED ?? 20_261_124)

test('damage follows from its seed', () => {
  const bytes = Buffer.from('0123456789abcdef'.repeat(20))
  const once = Array.from({ length: 50 }, (_, n) => Buffer.from(mutated(bytes, dice(n))).toString('hex'))
  assert.deepEqual(
    once,
    Array.from({ length: 50 }, (_, n) => Buffer.from(mutated(bytes, dice(n))).toString('hex')),
  )
  assert.ok(new Set(once).size >= 48)
})

test(`${SECONDS} s of damaged files: each is read or refused with a reason; no fault, no silence of 15 s, never 1 GB`, async (t) => {
  const { cases, byTarget, findings, peakMb } = await fuzz({ seconds: SECONDS, seed: SEED })
  t.diagnostic(`${cases} files, at most ${peakMb} MB; ${JSON.stringify(byTarget)}`)
  assert.deepEqual(
    findings.map(({ target, seed, n, what }) => `npm run fuzz -- 1 --target=${target} --seed=${seed} --case=${n}: ${what}`),
    [],
  )
  assert.ok(Object.keys(byTarget).length >= 13)
  for (const [name, { read, refused }] of Object.entries(byTarget)) assert.ok(read + refused >= 40, name)
})
