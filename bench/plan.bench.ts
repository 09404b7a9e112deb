/**
 * Plans with a certified gap: 5,000, 100,000 and a million invented parcels of eight options under 65 limits, in CPU seconds; and the same
 * program given to HiGHS as it is, for as long.
 *
 *   npm run bench -- plan                     all three sizes
 *   npm run bench -- plan --parcels=5000
 *   npm run bench -- plan --network           several years on a canal network, beside HiGHS (and CBC, where it is installed) at small sizes
 *   npm run bench -- plan --network --parcels=100000
 */
import { cpus, loadavg } from 'node:os'
import { inventedProgram } from '@dishu/land/plan/invented.testing'
import { plan } from '@dishu/numeric/allocation/plan'
import { sumUp } from '@dishu/numeric/allocation/problem'
import { openSolver } from '@dishu/server-kit/solver'
import { benchNetwork } from './plan-network.ts'

const asked = process.argv.find((word) => word.startsWith('--parcels='))?.split('=')[1]
const sizes = asked ? [Number(asked)] : [5000, 100_000, 1_000_000]
/** What the plan must reach: the gap as a share of the bound, within these CPU seconds. */
const GOALS = new Map([
  [5000, { gap: 3e-4, seconds: 5 }],
  [100_000, { gap: 1e-5, seconds: 10 }],
  [1_000_000, { gap: 1e-5, seconds: 45 }],
])

console.log(`${cpus().length} cores, load ${loadavg()[0].toFixed(1)}, Node ${process.versions.node}`)
const seconds = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}
const isNetwork = process.argv.includes('--network')
if (isNetwork) await benchNetwork(asked === undefined ? undefined : Number(asked), seconds)
for (const parcels of isNetwork ? [] : sizes) {
  const problem = inventedProgram(parcels, 99)
  const before = seconds()
  const solver = await openSolver()
  const found = plan(problem, solver.linear, { whole: solver.whole })
  const spent = seconds() - before
  const again = sumUp(problem, found.choice)
  const goal = GOALS.get(parcels)
  console.log(
    `${parcels} parcels: ${spent.toFixed(2)} CPU s, gap ${(found.gap * 100).toFixed(5)} %, violation ${again.violation}, ` +
      `the whole looked at ${(found.looked / parcels).toFixed(1)} times, ${Math.round(process.resourceUsage().maxRSS / 1024)} MB` +
      (goal ? ` (goal: ${(goal.gap * 100).toFixed(3)} % in ${goal.seconds} s)` : ''),
  )
}
