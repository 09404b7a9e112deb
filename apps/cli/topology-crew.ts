/** The threads of `dishu topology`: they read and survey shares of a layer, survey what was read for them, and look at heaps of parcels. */
import { type CommonGround, commonGroundOf } from '@dishu/numeric/topology/common'
import type { Heaps } from '@dishu/numeric/topology/heaps'
import type { LayerPart, Survey } from '@dishu/numeric/topology/survey'
import { Crew } from './crew.ts'
import type { Part } from './topology-parts.ts'
import { type Share, type ShareAnswer, shareOf } from './topology-shares.ts'
import { optionsOf, type SurveySetup, surveyOf } from './topology-survey.ts'

/** Parts lie in memory that all threads see. */
type HeapsAsked = { readonly parts: readonly LayerPart[]; readonly heaps: Heaps; readonly outlines: boolean }

export type Task = { readonly setup: SurveySetup } & ({ readonly part: Part } | { readonly share: Share } | { readonly lot: HeapsAsked })
export type Answer = { readonly survey: Survey } | { readonly share: ShareAnswer } | { readonly common: CommonGround }

export function workOn(task: Task): Answer {
  const { setup } = task
  if ('part' in task) return { survey: surveyOf(setup, task.part) }
  if ('share' in task) return { share: shareOf(setup, task.share) }
  const { parts, heaps, outlines } = task.lot
  return { common: commonGroundOf(parts, heaps, setup.grid, optionsOf(setup.limits, setup.stretch, outlines)) }
}

const THREAD = new URL('./topology-thread.child.ts', import.meta.url)
/** Whoever interrupts ends the whole process. */
const NEVER = new AbortController().signal
/** Lots of heaps for each thread. */
const LOTS = 4

export class TopologyCrew {
  readonly workers: number
  readonly #crew: Crew<null, Task, Answer>

  constructor(workers: number) {
    this.workers = workers
    this.#crew = new Crew<null, Task, Answer>(THREAD, null, workers, () => workOn, NEVER, 2)
  }

  async survey(setup: SurveySetup, part: Part): Promise<Survey> {
    const answer = await this.#crew.run({ setup, part })
    if ('survey' in answer) return answer.survey
    throw new Error('expected a survey')
  }

  async share(setup: SurveySetup, share: Share): Promise<ShareAnswer> {
    const answer = await this.#crew.run({ setup, share })
    if ('share' in answer) return answer.share
    throw new Error('expected a share')
  }

  /** What is found in heaps, lot by lot. */
  common(setup: SurveySetup, { parts, heaps, outlines }: HeapsAsked): Promise<readonly CommonGround[]> {
    const asked = lotsOf(heaps, this.workers === 1 ? 1 : LOTS * this.workers).map(async (lot) => {
      const answer = await this.#crew.run({ setup, lot: { parts, heaps: lot, outlines } })
      if ('common' in answer) return answer.common
      throw new Error('expected heaps')
    })
    return Promise.all(asked)
  }

  close(): Promise<void> {
    return this.#crew.close()
  }
}

/** Heaps in lots of about as many parcels. */
function lotsOf({ members, start }: Heaps, count: number): Heaps[] {
  const lots: Heaps[] = []
  const heaps = start.length - 1
  for (let from = 0, k = 1; from < heaps; k++) {
    let to = from + 1
    while (to < heaps && start[to] < (k * members.length) / count) to++
    const own = start.slice(from, to + 1).map((at) => at - start[from])
    lots.push({ members: members.slice(start[from], start[to]), start: own })
    from = to
  }
  return lots
}
