/** As many kills under load as `DISHU_KILLS` says (60 here and 200 before a merge where there is time; `npm run test:kill -- 1000` at night). */
import assert from 'node:assert/strict'
import test from 'node:test'
import { temporaryFolder } from './acceptance.testing.ts'
import { killRounds } from './kill-rounds.testing.ts'

const ROUNDS = Number(process.env.DISHU_KILLS ?? 20)
const SEED = Number(process.env.DISHU_SEED ?? 5)
const skip = process.platform === 'linux' ? false : 'the sessions of a database are found in /proc, which only Linux has'

test(`${ROUNDS} kills of server and database under load: every acknowledged write is there once, nothing by half, open again within 30 s`, {
  skip,
  timeout: 60_000 + ROUNDS * 20_000,
}, async (t) => {
  const figures = await killRounds({ folder: temporaryFolder(), rounds: ROUNDS, seed: SEED })
  t.diagnostic(JSON.stringify(figures))
  assert.ok(figures.longestMs <= 30_000, `${figures.longestMs} ms`)
  assert.ok(figures.longestStopMs <= 10_000, `${figures.longestStopMs} ms`)
  const { accept, undo, assign } = figures.acknowledged
  assert.ok(accept >= ROUNDS / 2 && undo >= ROUNDS / 4 && assign >= ROUNDS / 2, 'there was load')
})
