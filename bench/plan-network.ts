/**
 * Plans of several years on a canal network, with works, clusters and least areas: the goal size, and sizes that HiGHS solves, where it gets the same program
 * written out and as many CPU seconds. HiGHS is the one of the project (WebAssembly); where CBC is installed (or DISHU_CBC says where it lies), it gets the program as a file.
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type InventedShape, inventedNetwork, NETWORK } from '@dishu/land/plan/invented-network.testing'
import { mpsOf } from '@dishu/land/plan/program-files'
import type { StagedProblem } from '@dishu/numeric/allocation/relaxed'
import { planStaged } from '@dishu/numeric/allocation/staged'
import { sumUpStaged } from '@dishu/numeric/allocation/staged-sums'
import { readWritten, writtenOut } from '@dishu/numeric/allocation/whole'
import { openSolver, type Solver } from '@dishu/server-kit/solver'

const SHAPES: readonly InventedShape[] = [
  { parcels: 30, canals: 4, years: 3, yearTypes: 3, cluster: 6 },
  { parcels: 60, canals: 5, years: 3, yearTypes: 3, cluster: 10 },
  { parcels: 150, canals: 6, years: 3, yearTypes: 3, cluster: 15 },
  { parcels: 300, canals: 6, years: 3, yearTypes: 3, cluster: 20 },
  { parcels: 1000, canals: 8, years: 3, yearTypes: 3, cluster: 25 },
]
const SEEDS = [3, 4]
const CBC = process.env.DISHU_CBC ?? (spawnSync('cbc', ['-quit']).error ? undefined : 'cbc') // coinor-cbc, where it is installed
const percent = (share: number) => `${(share * 100).toFixed(4)} %`

export async function benchNetwork(parcels: number | undefined, seconds: () => number): Promise<void> {
  if (!CBC) console.log('no cbc here: no comparison with it')
  const solver = await openSolver()
  if (parcels === undefined)
    for (const [shape, seed] of SHAPES.flatMap((each) => SEEDS.map((of) => [each, of] as const))) {
      const problem = inventedNetwork(shape, seed)
      const before = seconds()
      const found = planStaged(problem, solver.open, { whole: solver.whole })
      const spent = seconds() - before
      const peer = highsFor(problem, solver, spent, seconds)
      console.log(
        `${shape.parcels} parcels, seed ${seed}: ${found.benefit} in ${spent.toFixed(1)} CPU s, gap ${percent(found.gap)}; HiGHS in ${peer.spent.toFixed(1)} CPU s: ` +
          `${peer.benefit ?? 'no plan'}${peer.benefit ? `, ours ÷ its ${(found.benefit / peer.benefit).toFixed(5)}` : ''}` +
          (CBC ? `; CBC: ${against(found.benefit, cbcFor(CBC, problem, spent))}` : ''),
      )
    }
  const problem = inventedNetwork({ ...NETWORK, parcels: parcels ?? NETWORK.parcels }, 7)
  const before = seconds()
  const found = planStaged(problem, solver.open, { whole: solver.whole })
  const again = sumUpStaged(problem, found.choice, found.state, found.flow)
  console.log(
    `${parcels ?? NETWORK.parcels} parcels under ${problem.limit.length} limits (50 canals, 6 months, 3 year types, 3 years), ${found.state.length} works and clusters: ` +
      `${(seconds() - before).toFixed(1)} CPU s, gap ${percent(found.gap)}, violation ${again.violation}, ` +
      `${Math.round(process.resourceUsage().maxRSS / 1024)} MB (goal: 0.1 % in 120 s)`,
  )
}

const against = (ours: number, peer: number | null) => (peer === null ? 'no plan' : `${peer}, ours ÷ its ${(ours / peer).toFixed(5)}`)

/** What HiGHS finds in so many CPU seconds from nothing; it is asked now and then, so that it ends a little later. */
function highsFor(problem: StagedProblem, solver: Solver, most: number, seconds: () => number) {
  const before = seconds()
  const solved = solver.whole(writtenOut(problem).program, {
    iterations: Number.POSITIVE_INFINITY,
    gap: 1e-9,
    goesOn: () => seconds() - before < most,
  })
  const spent = seconds() - before
  if (!solved) return { spent, benefit: null }
  const { choice, state, flow } = readWritten(problem, solved.x)
  const sums = sumUpStaged(problem, choice, state, flow)
  return { spent, benefit: sums.violation < 1e-6 ? sums.benefit : null }
}

function cbcFor(cbc: string, problem: StagedProblem, most: number): number | null {
  const folder = mkdtempSync(join(tmpdir(), 'dishu-cbc-'))
  try {
    const names = { unitName: String, optionName: String, rowName: String, statedOption: (_: number, option: number) => option }
    const staged = {
      workName: String,
      isCopy: new Uint8Array(0),
      stageName: String,
      flowName: String,
      kinds: [],
      draws: new Map<string, never>(),
      objectives: [],
      revenue: null,
      yearTypes: [],
    }
    const file = join(folder, 'plan.mps')
    writeFileSync(file, [...mpsOf({ problem, ...names, sign: new Int8Array(problem.limit.length).fill(1), staged })].join(''))
    const { stdout } = spawnSync(cbc, [file, '-sec', String(most), '-solve'], { encoding: 'utf8' })
    const value = /Objective value:\s+(\S+)/.exec(stdout)?.[1]
    return value === undefined ? null : -Number(value)
  } finally {
    rmSync(folder, { recursive: true })
  }
}
