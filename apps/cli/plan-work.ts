/** Reading, solving and explaining a program, as the thread of `dishu plan` does it: a solver is in one piece from beginning to end and hears no signal. */
import { Refused } from '@dishu/base/refusal'
import { explainProgram, readProgram, type SolveWords, solveProgram } from '@dishu/land/plan/program.jobs'
import type { Plan } from '@dishu/numeric/allocation/plan'

export type PlanTask = {
  readonly file: string
  readonly words: SolveWords
  /** Whether to explain too, and which parcel. */
  readonly explain: { readonly parcel: string | undefined } | null
  /** Its first number becomes 1 when the work shall end with the best so far. */
  readonly stop: Int32Array
}

export type Explanation = Extract<Awaited<ReturnType<typeof explainProgram>>, { ok: true }>['value']
export type PlanAnswer = {
  readonly solved: Pick<Plan, 'status' | 'benefit' | 'bound' | 'gap' | 'violation'>
  /** Of each parcel the option's place among those stated, −1 for none. */
  readonly chosen: readonly number[]
  readonly explained: Explanation | null
}

export async function planWork({ file, words, explain, stop }: PlanTask, onBound: (bound: number) => void): Promise<PlanAnswer> {
  const read = await readProgram(file)
  if (!read.ok) throw new Refused(read.refusal)
  const program = read.value
  const isStopped = () => Atomics.load(stop, 0) !== 0
  const solved = await solveProgram(program, words, onBound, isStopped)
  const explained = explain && !isStopped() ? await explainProgram(program, solved, explain.parcel) : null
  if (explained && !explained.ok) throw new Refused(explained.refusal)
  const { status, benefit, bound, gap, violation } = solved
  return {
    solved: { status, benefit, bound, gap, violation },
    chosen: Array.from(solved.choice, (option, unit) => (option < 0 ? -1 : program.statedOption(unit, option))),
    explained: explained?.value ?? null,
  }
}
