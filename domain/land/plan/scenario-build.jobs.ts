/** A scenario's program from the register as it stands. */
import { type Day, dayOf } from '@dishu/base/date'
import { readHead } from '@dishu/kernel/records/records.store'
import { type Db, transaction } from '@dishu/server-kit/sql'
import { type Built, type BuiltProgram, buildProgram } from './building.ts'
import { type Candidate, type Courses, candidateOf } from './candidates.ts'
import { PARCELS } from './program.jobs.ts'
import type { CountyFacts, PlanTools } from './scenarios.jobs.ts'
import { readPatchesAfter } from './scenarios.store.ts'
import type { PlanTerms } from './scenarios.ts'

const BATCH = 400

/** Every patch of the scenario's area with its options, in parts. */
export async function readCandidates(
  db: Db,
  county: string,
  terms: PlanTerms,
  facts: CountyFacts,
  day: Day,
  report: (done: number) => void = () => {},
): Promise<Candidate[]> {
  const list: Candidate[] = []
  const courses: Courses = new Map()
  for (let after = 0; ; ) {
    const places = await readPatchesAfter(db, county, terms.within, after, BATCH, day)
    if (places.length === 0) return list
    after = places[places.length - 1].id
    const ids = places.map(({ id }) => id)
    const byType = await inTurn(terms.yearTypes, async ({ id: yearType }) => ({
      yearType,
      seen: new Map((await facts.seen(ids, yearType)).map((each) => [each.id, each])),
    }))
    for (const place of places) {
      const seen = byType.flatMap(({ yearType, seen: of }) => {
        const patch = of.get(place.id)
        return patch ? [{ yearType, patch }] : []
      })
      if (seen.length === byType.length) list.push(candidateOf(place, seen, courses))
    }
    report(list.length)
    await new Promise(setImmediate)
  }
}
async function inTurn<T, R>(list: readonly T[], each: (value: T) => Promise<R>): Promise<R[]> {
  const done: R[] = []
  for (const value of list) done.push(await each(value))
  return done
}

export type BuiltScenario = Built & { readonly rev: number; readonly day: Day; readonly facts: CountyFacts }
export async function buildScenario(
  tools: PlanTools,
  county: string,
  terms: PlanTerms,
  now: Date,
  report: (done: number) => void = () => {},
): Promise<BuiltScenario> {
  const day = dayOf(now)
  return transaction(
    tools.pool,
    async (db) => {
      const { rev } = await readHead(db, county)
      const facts = await tools.facts(db, county, day)
      const candidates = await readCandidates(db, county, terms, facts, day, report)
      return { ...buildProgram(terms, { ...facts, candidates }), rev, day, facts }
    },
    { readOnly: true },
  )
}

/** The program line by line: a county's is longer than a text may be. */
export function* programText({ parcels, ...rest }: BuiltProgram): Generator<string> {
  yield `${JSON.stringify(rest).slice(0, -1)}${PARCELS}\n`
  let i = 0
  for (const parcel of parcels) yield `${i++ === 0 ? '' : ',\n'}${JSON.stringify(parcel)}`
  yield '\n]}\n'
}
