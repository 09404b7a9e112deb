/** A built program solved and explained, in the thread that does nothing else: a solver is in one piece from beginning to end and hears only the stop it looks at. */
import { Refused } from '@dishu/base/refusal'
import type { StagedPlan } from '@dishu/numeric/allocation/staged'
import { optionsOfStaged, smallestConflictStaged, worthOfLimitStaged } from '@dishu/numeric/allocation/staged-explain'
import { solveAny, worstCase } from '@dishu/numeric/allocation/variants'
import { openSolver } from '@dishu/server-kit/solver'
import type { Program } from './plan.ts'
import { type Asked, posed } from './posing.ts'
import { readProgram } from './program.jobs.ts'
import { type Sensitivity, sensitivityOf } from './program-questions.ts'
import type { PatchWhy, PlanFigures, Worth } from './results.ts'

export type SolveTask = {
  readonly file: string
  readonly asked: Asked
  /** Its first number becomes 1 when the work shall end with the best so far. */
  readonly stop: Int32Array
}
export type SolveAnswer = Pick<
  PlanFigures,
  'status' | 'stopped' | 'objective' | 'bound' | 'gap' | 'violation' | 'worth' | 'sensitivity' | 'conflict' | 'prices' | 'opened'
> & {
  readonly chosen: readonly (readonly [parcel: string, option: string])[]
}
export type SolveStep = { readonly phase: 'solving' | 'explaining'; readonly bound: number; readonly best: number | null }

/** Limits whose price is bracketed, each by solving the relaxation twice more: fewer of a larger program. */
const [LEAST_BRACKETED, MOST_BRACKETED, BRACKET_WORK] = [4, 24, 400_000]

export async function solveTask({ file, asked, stop }: SolveTask, onStep: (step: SolveStep) => void): Promise<SolveAnswer> {
  const read = await readProgram(file)
  if (!read.ok) throw new Refused(read.refusal)
  const program = posed(read.value, asked)
  const tools = await openSolver()
  const isStopped = () => Atomics.load(stop, 0) !== 0
  let last: SolveStep = { phase: 'solving', bound: Number.POSITIVE_INFINITY, best: null }
  const options = {
    seed: asked.seed,
    gap: asked.gap,
    goesOn: () => !isStopped(),
    onProgress: ({ bound, benefit }: { readonly bound: number; readonly benefit: number | null }) => {
      last = { phase: 'solving', bound, best: benefit }
      onStep(last)
    },
  }
  const types = program.staged?.yearTypes ?? []
  const robust = asked.choice === 'worst' && types.length > 1 && asked.objective === 'npv'
  const worst = robust
    ? worstCase(
        program.problem,
        types.map(({ benefit }) => benefit),
        tools,
        options,
      )
    : null
  const solved = worst ? worst.plan : solveAny(program.problem, tools, options)
  const figures = worst
    ? { objective: worst.worst, bound: worst.bound, gap: worst.gap }
    : { objective: solved.benefit, bound: solved.bound, gap: solved.gap }
  const isPlan = Number.isFinite(figures.objective)
  onStep({ phase: 'explaining', bound: figures.bound, best: isPlan ? figures.objective : null })
  const conflict = solved.status === 'infeasible' || (!isPlan && !isStopped()) ? smallestConflictStaged(program.problem, tools.open) : null
  const goesOn = isPlan && !isStopped()
  const sensitivity: readonly Sensitivity[] = goesOn ? sensitivityOf(program, solved.prices, tools) : []
  return {
    status: solved.status,
    stopped: isStopped(),
    ...{
      objective: isPlan ? figures.objective : null,
      bound: figures.bound,
      gap: isPlan && Number.isFinite(figures.gap) ? figures.gap : null,
    },
    violation: solved.violation,
    worth: isPlan ? worthOf(program, solved, goesOn ? tools.open : null) : [],
    sensitivity,
    conflict: conflict?.rows.map((r, n) => ({ limit: program.rowName(r), atLeast: conflict.atLeast[n] })) ?? null,
    prices: Array.from(solved.prices, (price, r) => [r, price] as const).filter(([, price]) => price !== 0),
    opened: openedOf(program, solved),
    chosen: isPlan
      ? Array.from(solved.choice, (option, unit) => [program.unitName(unit), option < 0 ? '' : program.optionName(unit, option)] as const)
      : [],
  }
}

function openedOf({ problem, staged }: Program, { state }: StagedPlan): Record<string, string | null> {
  const { works } = problem
  if (!staged || !works) return {}
  return Object.fromEntries(
    Array.from(state, (stage, w) => [w, stage] as const)
      .filter(([w]) => staged.isCopy[w] === 0)
      .map(([w, stage]) => [staged.workName(w), stage < works.stages ? staged.stageName(stage) : null]),
  )
}

/** The price of every limit that binds; the dearest between what a little more brings and a little less costs. Of flows in a mesh, what a wider canal would bring. */
function worthOf(program: Program, solved: StagedPlan, open: Parameters<typeof worthOfLimitStaged>[3] | null): Worth[] {
  const { problem, rowName, sign, staged } = program
  const weight = (r: number) => solved.prices[r] * Math.abs(problem.limit[r])
  const binding = [...solved.prices.keys()]
    .filter((r) => solved.prices[r] > 0 && problem.limit[r] !== 0)
    .sort((a, b) => weight(b) - weight(a) || a - b)
  const most = Math.max(LEAST_BRACKETED, Math.min(MOST_BRACKETED, Math.floor(BRACKET_WORK / Math.max(1, problem.benefit.length))))
  const list = binding.map((r, n): Worth => {
    const worth = open && n < most ? worthOfLimitStaged(problem, solved.prices, r, open) : null
    const target = sign[r] < 0 // of a target, what one more unit demanded costs
    return {
      ...{
        limit: rowName(r),
        kind: staged?.kinds[r] ?? '',
        target,
        stated: sign[r] * problem.limit[r],
        used: sign[r] * solved.used[r],
        price: solved.prices[r],
      },
      more: worth ? (target ? worth.less : worth.more) : null,
      less: worth ? (target ? worth.more : worth.less) : null,
    }
  })
  const { flows } = problem
  if (!flows || !staged) return list
  for (let c = 0; c < flows.to.length; c++) {
    if (!(flows.to[c] > 0 && solved.flow[c] >= flows.to[c] * (1 - 1e-9))) continue
    let price = flows.benefit[c]
    for (let e = flows.start[c]; e < flows.start[c + 1]; e++) price -= flows.coefficient[e] * solved.prices[flows.row[e]]
    if (price > 0)
      list.push({
        limit: staged.flowName(c),
        kind: 'water',
        target: false,
        stated: flows.to[c],
        used: solved.flow[c],
        price,
        more: null,
        less: null,
      })
  }
  return list
}

/** The options of one patch, each with what forcing it would cost. The program, the prices and the plan's figures are those that were kept. */
export async function whyOf(
  file: string,
  asked: Asked,
  kept: Pick<PlanFigures, 'prices' | 'objective' | 'bound'>,
  parcel: string,
  label: string,
): Promise<PatchWhy[] | null> {
  const read = await readProgram(file)
  if (!read.ok) throw new Refused(read.refusal)
  const program = posed(read.value, asked)
  const { problem, unitName, optionName } = program
  const unit = Array.from({ length: problem.firstOption.length - 1 }, (_, i) => i).find((i) => unitName(i) === parcel)
  if (unit === undefined) return null
  const prices = new Float64Array(problem.limit.length)
  for (const [r, price] of kept.prices) prices[r] = price
  return optionsOfStaged(problem, prices, unit).map(({ option, benefit, loss }) => {
    const name = option < 0 ? null : optionName(unit, option)
    const chosen = (name ?? '') === label
    return {
      option: name,
      benefit,
      loss,
      cost: chosen ? 0 : Math.max(0, (kept.objective ?? kept.bound) - (kept.bound - Math.max(0, loss))),
      chosen,
    }
  })
}
