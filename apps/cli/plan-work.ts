/** Reading, solving and explaining a program, as the thread of `dishu plan` does it: a solver is in one piece from beginning to end and hears no signal. */
import { Refused } from '@dishu/base/refusal'
import type { Program } from '@dishu/land/plan/plan'
import {
  explainProgram,
  frontOf,
  type PointOfFront,
  programFor,
  readProgram,
  type SolveWords,
  solveProgram,
} from '@dishu/land/plan/program.jobs'
import type { Plan } from '@dishu/numeric/allocation/plan'
import type { StagedPlan } from '@dishu/numeric/allocation/staged'

export type PlanTask = {
  readonly file: string
  readonly words: SolveWords
  /** The measure to be best by; the benefit where none is named. */
  readonly objective: string | undefined
  /** The front of two measures instead of one plan. */
  readonly front: { readonly of: readonly [string, string]; readonly points: number } | null
  /** Whether to explain too, and which parcel. */
  readonly explain: { readonly parcel: string | undefined; readonly sensitivity: boolean } | null
  /** Its first number becomes 1 when the work shall end with the best so far. */
  readonly stop: Int32Array
}

export type Explanation = Extract<Awaited<ReturnType<typeof explainProgram>>, { ok: true }>['value']
export type PlanAnswer = {
  readonly solved: Pick<Plan, 'status' | 'benefit' | 'bound' | 'gap' | 'violation'>
  /** Of each parcel the option's place among those stated, −1 for none. */
  readonly chosen: readonly number[]
  /** Of each work and cluster the year in which it is opened, null for never; null where the program has none. */
  readonly opened: Readonly<Record<string, string | null>> | null
  readonly explained: Explanation | null
  /** Points of the front, where that was asked; nothing else is told then. */
  readonly front: readonly PointOfFront[] | null
}

const NOT_ASKED: PlanAnswer['solved'] = { status: 'unknown', benefit: Number.NaN, bound: Number.NaN, gap: Number.NaN, violation: 0 }

export async function planWork(
  { file, words, objective, front, explain, stop }: PlanTask,
  onBound: (bound: number) => void,
): Promise<PlanAnswer> {
  const read = await readProgram(file)
  if (!read.ok) throw new Refused(read.refusal)
  const isStopped = () => Atomics.load(stop, 0) !== 0
  if (front) {
    const points = await frontOf(read.value, front.of, front.points, words, isStopped)
    if (!points.ok) throw new Refused(points.refusal)
    return { solved: NOT_ASKED, chosen: [], opened: null, explained: null, front: points.value }
  }
  const asked = programFor(read.value, objective)
  if (!asked.ok) throw new Refused(asked.refusal)
  const program = asked.value
  const solved = await solveProgram(program, words, onBound, isStopped)
  const explained = explain && !isStopped() ? await explainProgram(program, solved, explain.parcel, explain.sensitivity) : null
  if (explained && !explained.ok) throw new Refused(explained.refusal)
  const { status, benefit, bound, gap, violation } = solved
  return {
    solved: { status, benefit, bound, gap, violation },
    chosen: Array.from(solved.choice, (option, unit) => (option < 0 ? -1 : program.statedOption(unit, option))),
    opened: openedOf(program, solved),
    explained: explained?.value ?? null,
    front: null,
  }
}

function openedOf({ problem, staged }: Program, { state }: StagedPlan): PlanAnswer['opened'] {
  const { works } = problem
  if (!staged || !works) return null
  return Object.fromEntries(
    Array.from(state, (stage, w) => [w, stage] as const)
      .filter(([w]) => staged.isCopy[w] === 0)
      .map(([w, stage]) => [staged.workName(w), stage < works.stages ? staged.stageName(stage) : null]),
  )
}
