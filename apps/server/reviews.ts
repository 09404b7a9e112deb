/** Four eyes over the routes: in an office, some acts are proposed by one person and written when another approves them. */
import { dayOf } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { readIntake, readSetting, writeSetting } from '@dishu/kernel/intake/intake.store'
import { areasOf, identityOf, keepAs, ofThisMachine, type Power, reach } from '@dishu/kernel/people/people'
import { canonicalJson, holdHead, readHead, tableOf } from '@dishu/kernel/records/records.store'
import { readStanding } from '@dishu/kernel/records/rows.store'
import { areaWithin, type Review, type ReviewAct } from '@dishu/kernel/review/review'
import { propose, seenOf } from '@dishu/kernel/review/review.jobs'
import { type ReviewTools, reviewRoutes } from '@dishu/kernel/review/review.routes'
import { findHolding } from '@dishu/kernel/review/review.store'
import type { Proposed, TriedReply } from '@dishu/kernel/review/review.wire'
import { CLEARANCE, decideClearance, largestPiece, MAP_APPROVAL, sensitivityOf } from '@dishu/land/exports/clearance'
import { readExtents, readExtraNames } from '@dishu/land/exports/clearance.store'
import { receiverOf } from '@dishu/land/exports/receivers'
import { readFinding } from '@dishu/land/quality/quality.store'
import { Answer, type Route, type RouteRequest } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import { openSigner, type Signer } from '@dishu/server-kit/signing'
import { type Db, savepoint } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import type { Manner } from './office.ts'
import { kindOfCollection, OPEN_CHANGES } from './ogc.ts'
import { KINDS } from './parts.ts'

type Reviewed = {
  readonly act: ReviewAct
  readonly power: Power
  /** Where it belongs, if not to the whole county, and what it is called in a list. Null: this one is written at once. */
  about(db: Db, request: RouteRequest): Promise<About | null>
}
type About = {
  readonly county?: string // where the address does not name it
  readonly area: string | null
  readonly title: string
  /** What stands behind the request and must be the same when it is approved. */
  readonly facts?: Readonly<Record<string, unknown>>
}

const ofFinding = async (db: Db, { params }: RouteRequest) => {
  const finding = await readFinding(db, params.county, Number(params.id))
  return { area: finding?.village ?? null, title: finding ? `${finding.rule} ${finding.subjectKey}` : '' }
}

const TENURE = new Set(['party', 'member', 'contract', 'contract_parcel', 'transfer'])

/** An import that touches contracts or who holds them; one of patches, samples or areas alone is none. */
async function ofImport(db: Db, { params }: RouteRequest): Promise<About | null> {
  const intake = await readIntake(db, params.id)
  // what cannot be written at all is refused by its own route
  if (intake?.state !== 'ready' || !intake.answers.unclassified) return null
  const { preview } = intake
  const staged = preview?.staged.filter(({ added, changed, ended }) => added + changed + ended > 0) ?? []
  if (!preview || !staged.some(({ kind }) => TENURE.has(kind))) return null
  const counties = [...new Set(staged.map(({ county }) => county))]
  if (counties.length > 1) throw new Refused({ code: 'review/one-county', details: { counties } })
  const files = Object.values(preview.sources).flat()
  return {
    county: counties[0],
    area: counties[0],
    title: [...new Set(files.map(({ file }) => file))].join(' '),
    facts: {
      rows: staged.map(({ kind, added, changed, ended }) => `${kind} +${added} ~${changed} -${ended}`),
      files: files.map(({ file, layer, sha256 }) => `${file} ${layer} ${sha256}`),
      base: preview.base,
      'valid-from': preview.validFrom,
    },
  }
}

/** The acts under four eyes. Everything else is written at once, and can be undone, which is itself one of these. */
const REVIEWED: Record<string, Reviewed> = {
  'POST /api/counties/:county/findings/:id/accept': { act: 'exception', power: 'settle', about: ofFinding },
  'POST /api/counties/:county/findings/:id/fix': {
    act: 'repair',
    power: 'edit',
    about: async (db, request) => ({ ...(await ofFinding(db, request)), area: null }),
  },
  'POST /api/counties/:county/lineage/operations': {
    act: 'repair',
    power: 'edit',
    about: async (_, { body }) => {
      const { operation, seen } = body as { operation?: { kind?: string }; seen?: readonly { id: number; since: number }[] }
      return { area: null, title: `${operation?.kind ?? ''} ${(seen ?? []).map(({ id }) => id).join(' ')}` }
    },
  },
  'POST /api/counties/:county/revisions/:rev/undo': {
    act: 'undo',
    power: 'edit',
    about: async (_, { params }) => ({ area: null, title: `r${params.rev}` }),
  },
  'POST /api/counties/:county/baselines': {
    act: 'baseline',
    power: 'edit',
    about: async (_, { body }) => {
      const { title = '', day = '' } = body as { title?: string; day?: string }
      return { area: null, title: `${title} ${day}`.trim() }
    },
  },
  'POST /api/intakes/:id/confirm': { act: 'tenure', power: 'import', about: ofImport },
  'POST /api/counties/:county/soil/regrades': {
    act: 'scheme',
    power: 'edit',
    about: async (_, { body }) => ({ area: null, title: String((body as { reason?: string }).reason ?? '') }),
  },
}

/** What a change over the open interface is of: the row as its author saw it. */
const ofRow = async (db: Db, { params, now }: RouteRequest): Promise<About> => {
  const kind = kindOfCollection(params.collection)
  const row = kind && params.item ? await readStanding(db, kind, params.county, Number(params.item), dayOf(now)) : null
  const village = row?.content.village ?? row?.content.parcel_code
  return {
    area: typeof village === 'string' ? village.slice(0, 12) : null,
    title: `${params.collection} ${params.item ?? '+'}`,
    facts: { since: row?.since ?? null },
  }
}
for (const route of OPEN_CHANGES) REVIEWED[route] = { act: 'open-change', power: 'edit', about: ofRow }

/** What was asked of a route, as it waits for the second person. */
type Waiting = {
  readonly route: string
  readonly params: Readonly<Record<string, string>>
  readonly query: Readonly<Record<string, string>>
  readonly body: unknown
  readonly facts: Readonly<Record<string, unknown>> | null
}

const NOT_YET = Symbol('tried only')

/** Does what a route does and takes it back: what would be refused is refused to its author, not to the reviewer. */
async function tryOut<T>(db: Db, body: () => Promise<T>): Promise<T> {
  let found: { readonly value: T } | null = null
  await savepoint(db, async () => {
    found = { value: await body() }
    throw NOT_YET
  }).catch((cause: unknown) => {
    if (cause !== NOT_YET) throw cause
  })
  if (found === null) throw new Error('what was tried came to no end')
  return (found as { readonly value: T }).value
}

/** Rows that a revision began and ended, by kind; kinds that it did not touch are left out. */
async function rowsOf(db: Db, county: string, rev: number): Promise<TriedReply['rows']> {
  const rows: { kind: string; made: number; closed: number }[] = []
  for (const kind of KINDS) {
    const table = tableOf(kind)
    const { made, closed } = await db.one<{ made: number; closed: number }>`
      select (select count(*) from ${table} where county = ${county} and since = ${rev}) as made,
        (select count(*) from ${table} where county = ${county} and until = ${rev}) as closed`
    if (made + closed > 0) rows.push({ kind: kind.name, made, closed })
  }
  return rows
}

/** The routes of an office: those under four eyes answer 202 with what waits, and are carried out by the approval. */
export function underReview(app: App, routes: readonly Route[], { mode }: Manner): Route[] {
  const byName = new Map(routes.map((route) => [`${route.method} ${route.url}`, route]))
  let opened: Promise<Signer> | undefined
  const signer = () => {
    opened ??= openSigner(app.dataDir)
    return opened
  }
  const apply: ReviewTools['apply'] = async (request, review: Review) => {
    const waiting = JSON.parse(review.payload) as Partial<Waiting>
    const route = waiting.route === undefined ? undefined : byName.get(waiting.route)
    const reviewed = REVIEWED[waiting.route ?? '']
    if (!route || !reviewed) return null // an export, or a broken glass: the approval is all there is
    const { params = {}, query = {}, body, facts = null } = waiting
    // it was allowed to its author when it was proposed, and is done for them: what the reviewer holds is the approval
    const caller = { ...request.caller, actor: review.author, identity: { identity: ofThisMachine(review.author), sessionId: null } }
    const asProposed: RouteRequest = { ...request, actor: review.author, caller, params, query, body }
    // first the lock: what is looked at now is what is written over
    await holdHead(request.db, review.county)
    const about = await reviewed.about(request.db, asProposed)
    if (canonicalJson(about?.facts ?? null) !== canonicalJson(facts))
      throw new Refused({ code: 'review/not-what-was-seen', details: { seen: review.seen } })
    const before = (await readHead(request.db, review.county)).rev
    const done = await route.handle(asProposed)
    const after = (await readHead(request.db, review.county)).rev
    if (after > before) return after
    return typeof done === 'object' && done !== null && 'rev' in done && typeof done.rev === 'number' ? done.rev : null
  }
  const proposing = (name: string, route: Route, { act, power, about }: Reviewed): Route => ({
    ...route,
    free: false,
    handle: async (request) => {
      const found = await about(request.db, request)
      if (found === null) return route.handle(request)
      if (!route.free) await tryOut(request.db, () => route.handle({ ...request, afterCommit: () => {} }))
      const by = identityOf(request.caller)
      const { area, title, county = request.params.county, facts = null } = found
      const place = area ?? areaWithin(by, power, county, areasOf(by, power))
      if (reach(by, power, place) !== 'whole') throw new Refused({ code: 'people/not-allowed', details: { power } })
      const { draft, ...asked } = request.query
      const query = Object.fromEntries(Object.entries(asked).filter((each): each is [string, string] => each[1] !== undefined))
      const state = draft === 'true' ? 'draft' : 'submitted'
      const payload: Waiting = { route: name, params: request.params, query, body: request.body, facts }
      const note = String((request.body as { reason?: string } | null)?.reason ?? request.query.reason ?? '')
      const review = await propose(request.db, by, { county, act, area: place, title, payload, note }, await signer(), request.now, state)
      keepAs(request.caller, { what: 'reviewed', subject: review.id, details: { step: state === 'draft' ? 'drafted' : state, act } })
      return new Answer({ review: review.id, state } satisfies Proposed, {}, 202)
    },
  })
  const office = mode === 'office'
  return [
    ...routes.map((route) => {
      const name = `${route.method} ${route.url}`
      const reviewed = REVIEWED[name]
      return office && reviewed ? proposing(name, route, reviewed) : route
    }),
    ...reviewRoutes({
      signer,
      apply,
      tryOut: async (request, review) => {
        const waiting = JSON.parse(review.payload) as Partial<Waiting>
        // an import is written by a process of its own, and says itself what it would change
        if (byName.get(waiting.route ?? '')?.free) return []
        return tryOut(request.db, async () => {
          const rev = await apply({ ...request, afterCommit: () => {} }, review)
          return rev === null ? [] : rowsOf(request.db, review.county, rev)
        })
      },
    }),
  ]
}

type ExportAsked = { readonly what: string; readonly to: string; readonly within: string; readonly columns: string }
const exportAsked = (county: string, query: Readonly<Record<string, string | undefined>>): ExportAsked => ({
  what: query.what ?? '',
  to: query.to ?? '',
  within: query.within || county,
  columns: query.columns ?? '',
})
const MOST_BOXES = 300_000
const TOUCHING = 2e-5 // degrees: about two metres

/**
 * Refuses an export that needs a second approval and has none. On a machine of one user there is no second person: there the question of secrecy is asked
 * at the import, and the export is kept in the record like every other.
 */
export async function clearExport(
  db: Db,
  request: Pick<RouteRequest, 'params' | 'query' | 'now' | 'caller'>,
  mode: Manner['mode'],
  day: string,
): Promise<void> {
  const { county } = request.params
  if (request.query.public === 'true' && !(await readSetting<string>(db, county, 'map-approval')))
    throw new Refused({ code: 'exports/needs-map-approval', details: {} })
  const asked = exportAsked(county, request.query)
  if (mode !== 'office' || (asked.what !== 'patches' && asked.what !== 'parcels')) return
  const why = sensitivityOf({
    withOutlines: asked.to !== 'csv' && asked.to !== 'xlsx',
    filtered: ['class', 'grade', 'owner', 'contract', 'saline', 'q'].some((name) => request.query[name]),
    // a receiver's field list is written whole, whatever columns are named
    columns: asked.columns && receiverOf(asked.what, asked.to) === null ? asked.columns.split(',') : null,
    known: await readExtraNames(db, asked.what, county),
  })
  if (why === null) return
  const by = identityOf(request.caller)
  const approved = await findHolding(db, county, {
    act: 'export',
    author: by.actor,
    seen: null,
    states: ['approved'],
    now: request.now,
  })
  // what another person has approved need not be measured again, range by range
  if (approved !== null && approved.seen === seenOf('export', approved.area, asked)) return
  const extents = await readExtents(db, asked.what, county, asked.within, day, MOST_BOXES)
  const sum = extents.reduce((total, { areaM2 }) => total + areaM2, 0)
  // beyond the most boxes, or below the limit as a sum, the pieces need not be told apart
  const areaM2 = sum <= CLEARANCE.contiguousKm2 * 1e6 || extents.length === MOST_BOXES ? sum : largestPiece(extents, TOUCHING)
  const decided = decideClearance(why, areaM2, false)
  if (!decided.ok) throw new Refused(decided.refusal)
}

/** The number under which a county's public maps were reviewed; null where none is set. */
export const mapApprovalOf = async (db: Db, county: string): Promise<string | null> =>
  (await readSetting<string>(db, county, 'map-approval'))?.value ?? null

/** Asking for the approval of an export, and the number of the map review. */
export const clearanceRoutes = (app: App): Route[] => [
  {
    method: 'POST',
    url: '/api/counties/:county/export/approval',
    schema: {
      params: Type.Object({ county: Type.String({ pattern: '^\\d{6}$' }) }),
      body: Type.Object({
        what: Type.Union([Type.Literal('patches'), Type.Literal('parcels')]),
        to: Type.String({ pattern: '^[a-z][a-z0-9]{2,7}$' }),
        within: Type.Optional(Type.String({ pattern: '^\\d{6,12}$' })),
        columns: Type.Optional(Type.String({ maxLength: 1000 })),
        reason: Type.String({ minLength: 1, maxLength: 500 }),
      }),
    },
    handle: async (request) => {
      const { reason, ...query } = request.body as Record<string, string>
      const { county } = request.params
      const by = identityOf(request.caller)
      const asked = exportAsked(county, query)
      const until = new Date(request.now.getTime() + CLEARANCE.approvalDays * 86_400_000)
      const area = areaWithin(by, 'export', county, areasOf(by, 'export'))
      const review = await propose(
        request.db,
        by,
        { county, act: 'export', area, title: `${asked.what} ${asked.within} ${asked.to}`, payload: asked, note: reason, until },
        await openSigner(app.dataDir),
        request.now,
      )
      keepAs(request.caller, { what: 'reviewed', subject: review.id, details: { step: 'submitted', act: 'export' } })
      return new Answer({ review: review.id, state: 'submitted' } satisfies Proposed, {}, 202)
    },
  },
  {
    method: 'POST',
    url: '/api/counties/:county/map-approval',
    schema: {
      params: Type.Object({ county: Type.String({ pattern: '^\\d{6}$' }) }),
      body: Type.Object({ number: Type.String({ minLength: 1, maxLength: 40 }) }),
    },
    handle: async ({ db, params: { county }, body }) => {
      const number = (body as { number: string }).number.trim()
      if (!MAP_APPROVAL.test(number)) throw new Refused({ code: 'exports/not-a-map-approval', details: { stated: number } })
      await writeSetting(db, county, 'map-approval', number)
      return { number }
    },
  },
]
