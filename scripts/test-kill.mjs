// `npm run test:kill -- ROUNDS [SEED]`: kills server and database under load, ROUNDS times (200 without a number; 1,000 at night), and says after
// each what was proved. Ends with 1 at the first acknowledged write that is missing or doubled.
import { chmodSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setup, underNode } from './setup.mjs'

await underNode(setup(), fileURLToPath(import.meta.url))

const [rounds = '200', seed = String(Date.now() % 100_000)] = process.argv.slice(2)
const { killRounds } = await import('../apps/cli/kill-rounds.testing.ts')
const folder = mkdtempSync(join(tmpdir(), 'dishu-kills-'))
chmodSync(folder, 0o711)
const began = process.hrtime.bigint()
try {
  console.log(`${rounds} kills, seed ${seed}`)
  const figures = await killRounds({ folder, rounds: Number(rounds), seed: Number(seed), report: console.log })
  console.log(JSON.stringify({ ...figures, seconds: Number((process.hrtime.bigint() - began) / 1_000_000_000n) }))
  rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
} catch (fault) {
  console.error(fault)
  console.error(`seed ${seed}; the data folder is left in ${folder}`)
  process.exitCode = 1
}
