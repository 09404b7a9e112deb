/** A built program solved and explained, in the thread that does nothing else: a solver is in one piece from beginning to end and hears only the stop it looks at. */
import { Refused } from '@dishu/base/refusal'
import type { StagedProblem } from '@dishu/numeric/allocation/relaxed'
import type { StagedPlan } from '@dishu/numeric/allocation/staged'
import { optionsOfStaged, smallestConflictStaged, worthOfLimitStaged } from '@dishu/numeric/allocation/staged-explain'
import { front, lexicographic, measureOf, type SolveOptions, solveAny, type Tools, worstCase } from '@dishu/numeric/allocation/variants'
import { fencedSolver } from '@dishu/server-kit/fenced-solver'
import type { Program } from './plan.ts'
import { type Asked, figuresOf, posed } from './posing.ts'
import { readProgram } from './program.jobs.ts'
import { type Sensitivity, sensitivityOf } from './program-questions.ts'
import type { FrontOfPlan, MeasureReached, PatchWhy, PlanFigures, Worth } from './results.ts'
import { type FrontAsked, MEASURES, type Measure } from './scenarios.ts'

export type SolveTask = {
  readonly file: string
  readonly asked: Asked
  /** Prices of limits to begin from: those of the plan before. */
  readonly prices?: PlanFigures['prices']
  /** Its first number becomes 1 when the work shall end with the best so far. */
  readonly stop: Int32Array
  /** The front of the objective and another measure, instead of one plan. */
  readonly front?: FrontAsked
  /** Why one patch of a plan that was kept is in or out, instead of a plan. */
  readonly why?: WhyAsked
}
export type WhyAsked = {
  readonly kept: Pick<PlanFigures, 'prices' | 'objective' | 'bound'>
  readonly parcel: string
  readonly label: string
}
export type SolveAnswer = Pick<
  PlanFigures,
  | 'status'
  | 'stopped'
  | 'objective'
  | 'bound'
  | 'gap'
  | 'violation'
  | 'order'
  | 'gates'
  | 'worth'
  | 'sensitivity'
  | 'conflict'
  | 'prices'
  | 'opened'
> & {
  readonly chosen: readonly (readonly [parcel: string, option: string])[]
}
/** Of a front: so many points of so many. */
export type SolveStep = { readonly phase: 'solving' | 'explaining' | 'front'; readonly bound: number; readonly best: number | null }

/** Limits whose price is bracketed, each by solving the relaxation twice more: fewer of a larger program. */
const [LEAST_BRACKETED, MOST_BRACKETED, BRACKET_WORK] = [4, 24, 400_000]

async function solveTask({ file, asked, stop, prices: from = [] }: SolveTask, onStep: (step: SolveStep) => void): Promise<SolveAnswer> {
  const read = await readProgram(file)
  if (!read.ok) throw new Refused(read.refusal)
  const program = posed(read.value, asked)
  const isStopped = () => Atomics.load(stop, 0) !== 0
  const tools = fencedSolver({ goesOn: () => !isStopped() })
  let last: SolveStep = { phase: 'solving', bound: Number.POSITIVE_INFINITY, best: null }
  const start = new Float64Array(program.problem.limit.length)
  for (const [r, price] of from) if (r < start.length) start[r] = price
  const options = {
    ...(from.length > 0 ? { prices: start } : {}),
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
  const ordered =
    asked.afterwards && asked.afterwards.length > 0
      ? oneAfterTheOther(read.value, program, [asked.objective, ...asked.afterwards], asked.giveUp ?? 0, tools, options)
      : null
  const worst = robust
    ? worstCase(
        program.problem,
        types.map(({ benefit }) => benefit),
        tools,
        options,
      )
    : null
  const solved = ordered?.plan ?? worst?.plan ?? solveAny(program.problem, tools, options)
  const figures = worst
    ? { objective: worst.worst, bound: worst.bound, gap: worst.gap }
    : { objective: solved.benefit, bound: solved.bound, gap: solved.gap }
  const isPlan = Number.isFinite(figures.objective)
  onStep({ phase: 'explaining', bound: figures.bound, best: isPlan ? figures.objective : null })
  try {
    const conflict =
      solved.status === 'infeasible' || (!isPlan && !isStopped()) ? smallestConflictStaged(program.problem, tools.open) : null
    const goesOn = isPlan && !isStopped()
    const sensitivity: readonly Sensitivity[] = goesOn ? sensitivityOf(program, solved.prices, tools, () => !isStopped()) : []
    return {
      status: solved.status,
      stopped: isStopped(),
      ...{
        objective: isPlan ? figures.objective : null,
        bound: figures.bound,
        gap: isPlan && Number.isFinite(figures.gap) ? figures.gap : null,
      },
      violation: solved.violation,
      ...(ordered && isPlan ? { order: ordered.order } : {}),
      gates: isPlan ? gatesOf(program, solved.prices) : [],
      worth: isPlan ? worthOf(program, solved, goesOn ? tools.open : null) : [],
      sensitivity,
      conflict: conflict?.rows.map((r, n) => ({ limit: program.rowName(r), atLeast: conflict.atLeast[n] })) ?? null,
      prices: Array.from(solved.prices, (price, r) => [r, price] as const).filter(([, price]) => price !== 0),
      opened: openedOf(program, solved),
      chosen: isPlan
        ? Array.from(solved.choice, (option, unit) => [program.unitName(unit), option < 0 ? '' : program.optionName(unit, option)] as const)
        : [],
    }
  } finally {
    tools.close()
  }
}

/** Measures one after the other: the last plan, with the bound of the first; of each what it brings and what it could. */
function oneAfterTheOther(
  program: Program,
  { problem }: Program,
  measures: readonly Measure[],
  share: number,
  tools: Tools,
  options: SolveOptions,
): { readonly plan: StagedPlan; readonly order: readonly MeasureReached[] } {
  const of = measures.map((measure) => figuresOf(program, measure))
  const plans = lexicographic(problem, of, share, tools, options)
  const [first] = plans
  const last = plans.findLast(({ benefit }) => Number.isFinite(benefit)) ?? first
  const brought = of.map((figures) => measureOf(problem, figures, last))
  const gapOf = (bound: number, value: number) => Math.max(0, bound - value) / Math.max(Math.abs(bound), Number.MIN_VALUE)
  const rows = problem.limit.length
  return {
    plan: {
      ...{ ...first, choice: last.choice, state: last.state, flow: last.flow, violation: last.violation, used: last.used.slice(0, rows) },
      ...{ prices: first.prices.slice(0, rows), benefit: Number.isFinite(last.benefit) ? brought[0] : Number.NaN },
      ...{
        gap: gapOf(first.bound, brought[0]),
        status: first.status === 'optimal' && gapOf(first.bound, brought[0]) > 1e-9 ? 'feasible' : first.status,
      },
    },
    order: plans.flatMap((plan, n) => {
      if (!Number.isFinite(plan.benefit)) return []
      const sign = measures[n] === 'water' ? -1 : 1
      return [{ measure: measures[n], value: sign * brought[n] + 0, bound: sign * plan.bound, gap: gapOf(plan.bound, brought[n]) }]
    }),
  }
}

/** The front of a scenario's objective against another measure, each point a plan with its own gap. */
async function frontTask(
  { file, asked, stop, front: wanted }: SolveTask & { readonly front: FrontAsked },
  onStep: (step: SolveStep) => void,
): Promise<FrontOfPlan> {
  const read = await readProgram(file)
  if (!read.ok) throw new Refused(read.refusal)
  const program = posed(read.value, { ...asked, floors: asked.floors.filter(({ measure }) => measure !== wanted.second) })
  const isStopped = () => Atomics.load(stop, 0) !== 0
  const tools = fencedSolver({ goesOn: () => !isStopped() })
  try {
    const found = front(
      program.problem,
      figuresOf(read.value, asked.objective),
      figuresOf(read.value, wanted.second),
      wanted.points,
      tools,
      {
        ...{ seed: asked.seed, gap: asked.gap, effort: POINT_EFFORT, goesOn: () => !isStopped() },
        onPoint: (done) => onStep({ phase: 'front', bound: wanted.points, best: done }),
      },
    )
    const figures = MEASURES.map((measure) => [measure, figuresOf(read.value, measure)] as const)
    return {
      ...{ first: asked.objective, second: wanted.second, stopped: isStopped() },
      points: found
        .filter(({ first, second }, n) => n === 0 || first !== found[n - 1].first || second !== found[n - 1].second)
        .map(({ plan }) => ({
          values: Object.fromEntries(
            figures.map(([measure, of]) => [measure, (measure === 'water' ? -1 : 1) * measureOf(program.problem, of, plan) + 0]),
          ) as Record<Measure, number>,
          ...{
            status: plan.status,
            gap: Number.isFinite(plan.gap) ? plan.gap : null,
            chosen: plan.choice.reduce((n, each) => n + (each >= 0 ? 1 : 0), 0),
          },
        })),
    }
  } finally {
    tools.close()
  }
}
/** Of a plan's counted work in whole numbers, what each point of a front may take. */
const POINT_EFFORT = 0.3

/** Whatever the thread is asked. */
export const threadTask = (task: SolveTask, onStep: (step: SolveStep) => void): Promise<SolveAnswer | FrontOfPlan | PatchWhy[] | null> =>
  task.why
    ? whyOf(task.file, task.asked, task.why)
    : task.front
      ? frontTask({ ...task, front: task.front }, onStep)
      : solveTask(task, onStep)

/** What one more m³ would bring at each node of the canals in each period; where it would bring nothing, nothing is told. */
function gatesOf({ problem, staged }: Program, prices: Float64Array): NonNullable<PlanFigures['gates']> {
  const list: (readonly [node: string, period: string, price: number])[] = []
  const most = bestUses(problem)
  for (const [name, entries] of staged?.draws ?? []) {
    const price = entries.reduce((sum, [r, amount]) => sum + amount * Math.min(prices[r], most[r]), 0)
    const [network, node, ...period] = name.split('/')
    if (network === 'canal' && price > 0 && list.length < MOST_GATES) list.push([node, period.join('/'), Number(price.toPrecision(6))])
  }
  return list
}
/**
 * Of every row what its best user would bring for each unit of it: where there is none of a thing at all, any price above keeps everybody out, and the solver's is no more
 * than one of those. Flows hand the worth of what they lead to upwards.
 */
function bestUses({ benefit, width, row, use, limit, accounts, flows }: StagedProblem): Float64Array {
  const most = new Float64Array(limit.length)
  for (let q = 0; q < use.length; q++) {
    const worth = benefit[Math.floor(q / width)] / use[q]
    if (!(use[q] > 0 && worth > 0)) continue
    if (!accounts) most[row[q]] = Math.max(most[row[q]], worth)
    else
      for (let e = accounts.start[row[q]]; e < accounts.start[row[q] + 1]; e++)
        if (accounts.coefficient[e] > 0) most[accounts.row[e]] = Math.max(most[accounts.row[e]], worth / accounts.coefficient[e])
  }
  for (let again = flows !== undefined; flows && again; ) {
    again = false
    for (let c = 0; c < flows.to.length; c++)
      for (let up = flows.start[c]; up < flows.start[c + 1]; up++)
        for (let down = flows.start[c]; down < flows.start[c + 1]; down++) {
          if (!(flows.coefficient[up] > 0 && flows.coefficient[down] < 0)) continue
          const worth = (most[flows.row[down]] * -flows.coefficient[down]) / flows.coefficient[up]
          if (worth <= most[flows.row[up]] * (1 + 1e-12)) continue
          most[flows.row[up]] = worth
          again = true
        }
  }
  return most
}
/** More are not drawn on any map. */
const MOST_GATES = 50_000

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
async function whyOf(file: string, asked: Asked, { kept, parcel, label }: WhyAsked): Promise<PatchWhy[] | null> {
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
