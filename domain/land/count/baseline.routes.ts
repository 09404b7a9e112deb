/** Baselines, and the changes between two states. */
import { type Day, dayFrom, dayOf } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { readHead } from '@dishu/kernel/records/records.store'
import { FileAnswer, orRefused, type Route } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import type { Db } from '@dishu/server-kit/sql'
import { type FreezeTools, freezeBaseline, recountBaseline, requireBaseline } from './baseline.jobs.ts'
import { readBaselines } from './baseline.store.ts'
import type { SignedBaseline } from './baseline.ts'
import type { BaselineView, ChangedPatches, ChangesReply } from './baseline.wire.ts'
import { changedPatches, compareStates } from './changes.jobs.ts'
import type { ChangeQuestion, Known } from './changes.store.ts'
import { stateFrom } from './changes.ts'
import { type Address, byFrom, filtersFrom, levelFrom, wholeFrom, withinFrom } from './questions.ts'

type Named = Known & { readonly baseline: string | null }

/** The state that an address names; a baseline's is the one it was counted from. */
async function namedState(db: Db, county: string, name: string, value: string | undefined, today: Day): Promise<Named> {
  const state = orRefused(stateFrom(name, value))
  if ('baseline' in state) {
    const { day, known, key } = await requireBaseline(db, county, state.baseline)
    return { day, rev: known, baseline: key }
  }
  const { rev: newest } = await readHead(db, county)
  const rev = state.known ?? newest
  if (rev > newest) throw new Refused({ code: 'count/no-such-revision', details: { county, rev, newest } })
  return { day: state.day ?? today, rev, baseline: null }
}

export async function questionFrom(db: Db, county: string, address: Address, today: Day) {
  const within = orRefused(withinFrom(address.within, county))
  const from = await namedState(db, county, 'from', address.from, today)
  const to = await namedState(db, county, 'to', address.to, today)
  const question: ChangeQuestion = {
    ...{ county, from, to, within },
    level: orRefused(levelFrom(address.level, within)),
    by: orRefused(byFrom(address.by)),
    filters: filtersFrom(address),
  }
  return { question, from, to }
}
const viewOf = ({ day, rev, baseline }: Named) => ({ day, known: rev, baseline })

/** GET /api/counties/:county/changes, and `dishu baseline compare`. */
export async function handleChanges(
  db: Db,
  county: string,
  address: Address,
  context: { readonly today: Day; readonly synthetic: boolean },
): Promise<ChangesReply> {
  const { question, from, to } = await questionFrom(db, county, address, context.today)
  const { before, after, causes, rows, adds } = await compareStates(db, question)
  const { within } = question
  return { county, within, from: viewOf(from), to: viewOf(to), before, after, causes, rows, adds, synthetic: context.synthetic }
}

/** GET /api/counties/:county/changes/patches */
export async function handleChangedPatches(db: Db, county: string, address: Address, today: Day): Promise<ChangedPatches> {
  const { question } = await questionFrom(db, county, address, today)
  const rev = orRefused(wholeFrom('rev', address.rev, 1, 2_147_483_647, 0))
  return changedPatches(db, question, {
    cause: address.cause || null,
    rev: rev === 0 ? null : rev,
    offset: orRefused(wholeFrom('offset', address.offset, 0, 1e9, 0)),
    limit: orRefused(wholeFrom('limit', address.limit, 1, 1000, 100)),
  })
}

/** A day as it is stated, else today. */
export function statedDay(value: string | undefined, today: Day): Day {
  const day = value ? dayFrom(value) : today
  if (day === null) throw new Refused({ code: 'count/not-a-day', details: { name: 'day', value: value ?? '' } })
  return day
}

/** A signed baseline as the file that is handed on. */
export const signedFile = ({ document, publicKey, signature }: SignedBaseline): string =>
  `${JSON.stringify({ document, publicKey, signature })}\n`

const COUNTY = Type.String({ pattern: '^\\d{6}$' })
const CountyParams = Type.Object({ county: COUNTY })
const KeyParams = Type.Object({ county: COUNTY, key: Type.String({ pattern: '^[Bb]\\d{1,6}$' }) })

export const baselineRoutes = (tools: FreezeTools): Route[] => [
  {
    method: 'GET',
    url: '/api/counties/:county/baselines',
    schema: { params: CountyParams },
    handle: async ({ db, params }): Promise<{ baselines: readonly BaselineView[] }> => ({
      baselines: await readBaselines(db, params.county),
    }),
  },
  {
    method: 'POST',
    url: '/api/counties/:county/baselines',
    schema: {
      params: CountyParams,
      body: Type.Object({ title: Type.Optional(Type.String({ maxLength: 100 })), day: Type.Optional(Type.String({ maxLength: 10 })) }),
    },
    handle: ({ db, params, body, actor, now }) => {
      const { title, day } = body as { title?: string; day?: string }
      return freezeBaseline(db, tools, params.county, { title: title ?? '', day: statedDay(day, dayOf(now)) }, { actor, now })
    },
  },
  {
    method: 'GET',
    url: '/api/counties/:county/baselines/:key',
    schema: { params: KeyParams },
    handle: async ({ db, params }) => {
      const signed = await requireBaseline(db, params.county, params.key.toUpperCase())
      return new FileAnswer('application/json', signedFile(signed), {
        'content-disposition': `attachment; filename="baseline-${params.county}-${signed.key}.json"`,
      })
    },
  },
  {
    method: 'POST',
    url: '/api/counties/:county/baselines/:key/recount',
    schema: { params: KeyParams },
    handle: ({ db, params }) => recountBaseline(db, params.county, params.key.toUpperCase()),
  },
  {
    method: 'GET',
    url: '/api/counties/:county/changes',
    schema: { params: CountyParams },
    handle: async ({ db, params, query, now }) =>
      handleChanges(db, params.county, query, { today: dayOf(now), synthetic: await tools.isSynthetic(db, params.county) }),
  },
  {
    method: 'GET',
    url: '/api/counties/:county/changes/patches',
    schema: { params: CountyParams },
    handle: ({ db, params, query, now }) => handleChangedPatches(db, params.county, query, dayOf(now)),
  },
]
