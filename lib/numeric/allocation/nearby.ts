/**
 * Betters a plan by programs in whole numbers over small parts of it, the rest held as it is: some clusters with the works above them, neighbours at one time, from
 * all over at another (large neighbourhood search: Shaw 1998). Each part is settled by the solver from the plan at hand; parts grow where that was quick and shrink
 * where it was not. The work is counted in simplex iterations.
 */
import { seededRandom } from '../shared/random.ts'
import type { SolveWhole } from './core.ts'
import type { LinearProgram } from './prices.ts'
import type { Forest } from './works.ts'

/** Columns of a part: to begin with, and at least. */
const [FIRST_SIZE, LEAST_SIZE] = [400, 120]
/** Iterations spent on one part, and what setting one up is counted as. */
const [MOST_OF_ONE, SET_UP] = [1500, 40]
const MOST_PARTS = 400

type Group = { readonly works: readonly number[]; readonly units: Uint32Array }

/** Looks for better solutions of the written program near `start`; `keep` is asked of each whether it is a better plan. */
export function betterNearby(
  forest: Forest,
  program: LinearProgram & { readonly whole?: Uint8Array },
  start: Float64Array,
  whole: SolveWhole,
  limits: { readonly iterations: number; readonly goesOn: () => boolean; readonly keep: (x: Float64Array) => boolean },
): void {
  const { firstOption, benefit, works } = forest.problem
  const groups = groupsOf(forest)
  const settled = benefit.length + works.benefit.length // beyond these all columns stay free
  const random = seededRandom(groups.length)
  let x = start
  let size = FIRST_SIZE
  let spent = 0
  let vain = 0 // parts in a row that gave nothing
  let at = 0
  for (let n = 0; n < MOST_PARTS && spent < limits.iterations && limits.goesOn(); n++) {
    const free = new Uint8Array(settled)
    let count = 0
    const release = (column: number) => {
      count += 1 - free[column]
      free[column] = 1
    }
    for (let taken = 0; taken < groups.length && count < size; taken++) {
      const group = groups[n % 2 === 0 ? at++ % groups.length : Math.floor(random() * groups.length)]
      for (const w of group.works) for (let s = 0; s < works.stages; s++) release(benefit.length + w * works.stages + s)
      for (const i of group.units) for (let k = firstOption[i]; k < firstOption[i + 1]; k++) release(k)
    }
    const from = program.from.slice()
    const to = program.to.slice()
    for (let c = 0; c < settled; c++) if (free[c] === 0) from[c] = to[c] = x[c]
    const found = whole({ ...program, from, to }, { iterations: MOST_OF_ONE, gap: 1e-7, start: x, goesOn: limits.goesOn })
    const used = found?.iterations ?? MOST_OF_ONE
    spent += SET_UP + used
    const isBetter = found !== null && limits.keep(found.x)
    if (isBetter) x = found.x
    vain = isBetter ? 0 : vain + 1
    if (count >= settled || (vain > 2 * groups.length && size >= settled)) break
    size = used < MOST_OF_ONE / 2 ? size * 1.15 : Math.max(LEAST_SIZE, size * 0.85)
  }
}

/** The units of each work with those above it; units without works in lots of about as many. */
function groupsOf(forest: Forest): Group[] {
  const { works } = forest.problem
  const groups: Group[] = []
  forest.children.forEach((_, w) => {
    const chain: number[] = []
    for (let above = w; above >= 0; above = works.parent[above]) chain.push(above)
    const units = forest.units.subarray(forest.unitStart[w], forest.unitStart[w + 1])
    if (units.length > 0 || forest.children[w].length === 0) groups.push({ works: chain, units })
  })
  const alone = Uint32Array.from(forest.problem.firstOption.keys())
    .subarray(0, -1)
    .filter((i) => (works.of[i] ?? -1) < 0)
  for (let n = 0; n < alone.length; n += LOT) groups.push({ works: [], units: alone.subarray(n, n + LOT) })
  return groups
}
const LOT = 20
