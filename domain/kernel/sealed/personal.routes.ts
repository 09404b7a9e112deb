import { dayOf } from '@dishu/base/date'
import { type Language, Refused } from '@dishu/base/refusal'
import { Answer, orRefused, type Route, type RouteRequest } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import type { Db } from '@dishu/server-kit/sql'
import { readEventsAbout } from '../people/people.store.ts'
import { areasOf, identityOf, keepAs, reach } from '../people/people.ts'
import type { County, Kind } from '../records/records.ts'
import { findHolding } from '../review/review.store.ts'
import { areaWithin, type Review } from '../review/review.ts'
import { GROUNDS } from './catalogue.data.ts'
import { decidePurpose, fieldNamed, keepYears, NO_SETTINGS, noteWithoutPerson, SEARCHED_FIELDS, shownUntil, writingsOf } from './opening.ts'
import { findRowsByRef, type PersonalRow, readErased, readPersonalRow, readSealedValue } from './personal.store.ts'
import type { FoundReply, LookedReply, OpenedReply, PersonalReply } from './personal.wire.ts'
import {
  CATALOGUE,
  isSealedField,
  OPENING,
  PURPOSES,
  referenceOf,
  type SealedField,
  type SealedValues,
  type SealingKeys,
  unseal,
} from './sealed.ts'

export type PersonalTools = {
  readonly kinds: readonly Kind[]
  keysOf(county: County): Promise<SealingKeys>
  /** Puts the breaking of the glass before another person. */
  putForward(
    request: RouteRequest,
    asked: { readonly area: string; readonly payload: unknown; readonly note: string; readonly until: Date },
  ): Promise<Review>
}

const CountyParams = Type.Object({ county: Type.String({ pattern: '^\\d{6}$' }) })
const KIND = Type.String({ pattern: '^[a-z_]{1,40}$' })
const FIELD = Type.String({ pattern: '^[A-Za-z]{1,40}$' })
const ID = Type.Integer({ minimum: 1 })
const NOTE = Type.String({ maxLength: 300 })
const noStore = { 'cache-control': 'no-store' }

export const sealingKinds = (kinds: readonly Kind[]): readonly Kind[] =>
  kinds.filter(({ columns }) => columns.some(([column]) => column === 'sealed'))

export const personalRoutes = (tools: PersonalTools): Route[] => {
  const kinds = sealingKinds(tools.kinds)

  /** All versions of a row, as far as the caller's areas show it. The caller names a row, never a reference. */
  const rowsOf = async (db: Db, county: County, kindName: string, id: number, field = ''): Promise<readonly PersonalRow[]> => {
    const kind = kinds.find(({ name }) => name === kindName)
    const rows = kind ? await readPersonalRow(db, county, kind, id) : []
    if (rows.length === 0) throw new Refused({ code: 'sealed/no-such-value', details: { kind: kindName, id, field } })
    return rows
  }
  const open = async (
    request: RouteRequest,
    asked: { readonly kind: string; readonly id: number; readonly field: string },
    told: Readonly<Record<string, unknown>>,
  ): Promise<Answer> => {
    const { db, now } = request
    const { county } = request.params
    const field = orRefused(fieldNamed(asked.field))
    const [row] = await rowsOf(db, county, asked.kind, asked.id, field)
    const value = row.sealed[field]
    if (!value) throw new Refused({ code: 'sealed/no-such-value', details: { kind: asked.kind, id: asked.id, field } })
    keepAs(request.caller, {
      what: 'opened-personal',
      subject: value.ref,
      details: { kind: asked.kind, id: asked.id, key: row.key, field, ...told },
    })
    const kept = await readSealedValue(db, county, value.ref)
    if (!kept) throw new Refused(await whyGone(db, county, value.ref, asked, field))
    const clear = unseal(await tools.keysOf(county), kept)
    return new Answer({ value: clear, until: shownUntil(now).toISOString() } satisfies OpenedReply, noStore)
  }

  return [
    {
      method: 'GET',
      url: '/api/counties/:county/personal',
      schema: { params: CountyParams, querystring: Type.Object({ kind: KIND, id: ID, language: Type.Optional(Type.String()) }) },
      handle: async ({ db, params: { county }, query, caller, language, now }) => {
        const by = identityOf(caller)
        const [row] = await rowsOf(db, county, query.kind ?? '', Number(query.id))
        const fields: PersonalReply['fields'][number][] = []
        for (const [field, value] of Object.entries(row.sealed) as [SealedField, SealedValues[SealedField]][]) {
          if (!value) continue
          const gone = (await readSealedValue(db, county, value.ref)) ? null : await readErased(db, county, value.ref)
          fields.push({ ...aboutField(field, language), field, mask: value.mask, erased: gone ? dayOf(gone.erasedAt) : null })
        }
        const glass = await findHolding(db, county, {
          act: 'break-glass',
          author: by.actor,
          seen: null,
          states: ['submitted', 'approved'],
          now,
        })
        const reply: PersonalReply = {
          kind: row.kind,
          id: row.id,
          key: row.key,
          fields,
          purposes: (Object.keys(PURPOSES) as (keyof typeof PURPOSES)[]).map((id) => ({ id, name: PURPOSES[id][language] })),
          mayOpen: reach(by, 'open-personal', county) !== 'none',
          mayAudit: reach(by, 'audit', county) !== 'none',
          brokenUntil: glass?.until?.toISOString() ?? null,
        }
        return new Answer(reply, noStore)
      },
    },
    {
      method: 'POST',
      url: '/api/counties/:county/personal/open',
      schema: {
        params: CountyParams,
        body: Type.Object({ kind: KIND, id: ID, field: FIELD, purpose: Type.String({ maxLength: 40 }), note: NOTE }),
      },
      handle: async (request) => {
        const { kind, id, field, purpose, note } = request.body as {
          kind: string
          id: number
          field: string
          purpose: string
          note: string
        }
        return open(request, { kind, id, field }, orRefused(decidePurpose(purpose, note)))
      },
    },
    {
      method: 'POST',
      url: '/api/counties/:county/personal/break-glass',
      schema: {
        params: CountyParams,
        body: Type.Object({
          reason: Type.String({ minLength: 5, maxLength: 300 }),
          minutes: Type.Integer({ minimum: 1, maximum: OPENING.breakMinutesMost }),
        }),
      },
      handle: async (request) => {
        const { reason, minutes } = request.body as { reason: string; minutes: number }
        const { county } = request.params
        const said = orRefused(noteWithoutPerson(reason))
        const by = identityOf(request.caller)
        const until = new Date(request.now.getTime() + minutes * 60_000)
        const review = await tools.putForward(request, {
          area: areaWithin(by, 'read', county, areasOf(by, 'read')),
          payload: { minutes, reason: said, at: request.now.toISOString() },
          note: said,
          until,
        })
        keepAs(request.caller, { what: 'broke-glass', subject: review.id, details: { minutes, reason: said } })
        return { review: review.id, until: until.toISOString() }
      },
    },
    {
      method: 'POST',
      url: '/api/counties/:county/personal/open-broken',
      schema: { params: CountyParams, body: Type.Object({ kind: KIND, id: ID, field: FIELD, note: NOTE }) },
      handle: async (request) => {
        const { kind, id, field, note } = request.body as { kind: string; id: number; field: string; note: string }
        const { db, now, params } = request
        const author = identityOf(request.caller).actor
        const glass = await findHolding(db, params.county, {
          act: 'break-glass',
          author,
          seen: null,
          states: ['submitted', 'approved'],
          now,
        })
        if (!glass) throw new Refused({ code: 'sealed/glass-not-broken', details: {} })
        return open(request, { kind, id, field }, { purpose: 'broke-glass', review: glass.id, note: orRefused(noteWithoutPerson(note)) })
      },
    },
    {
      method: 'POST',
      url: '/api/counties/:county/personal/find',
      schema: {
        params: CountyParams,
        body: Type.Object({
          field: FIELD,
          value: Type.String({ minLength: 4, maxLength: 40 }),
          purpose: Type.String({ maxLength: 40 }),
          note: NOTE,
        }),
      },
      handle: async (request) => {
        const { field, value, purpose, note } = request.body as { field: string; value: string; purpose: string; note: string }
        const { county } = request.params
        const told = orRefused(decidePurpose(purpose, note))
        const known = orRefused(fieldNamed(field))
        if (!SEARCHED_FIELDS.includes(known))
          throw new Refused({ code: 'sealed/not-searched', details: { field, allowed: SEARCHED_FIELDS } })
        const keys = await tools.keysOf(county)
        const refs = writingsOf(value).map((each) => Buffer.from(referenceOf(keys, known, each)).toString('hex'))
        const rows = await findRowsByRef(request.db, county, kinds, refs)
        const found = rows.flatMap(({ sealed }) => Object.values(sealed).map(({ ref }) => ref)).find((ref) => refs.includes(ref))
        keepAs(request.caller, {
          what: 'searched-personal',
          subject: found ?? refs[0],
          details: { field: known, found: rows.length, ...told },
        })
        const reply: FoundReply = {
          hits: rows.slice(0, 50).map(({ kind, id, key, validTo, sealed }) => ({
            kind,
            id,
            key,
            validTo,
            masks: Object.fromEntries(Object.entries(sealed).map(([name, each]) => [name, each.mask])),
          })),
        }
        return new Answer(reply, noStore)
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/personal/log',
      schema: {
        params: CountyParams,
        querystring: Type.Object({ kind: KIND, id: ID, field: Type.Optional(FIELD), language: Type.Optional(Type.String()) }),
      },
      handle: async ({ db, params: { county }, query, language }): Promise<LookedReply> => {
        const rows = await rowsOf(db, county, query.kind ?? '', Number(query.id))
        const field = query.field ? orRefused(fieldNamed(query.field)) : null
        const refs = new Set(
          rows.flatMap(({ sealed }) =>
            Object.entries(sealed).flatMap(([name, { ref }]) => (field === null || name === field ? [ref] : [])),
          ),
        )
        const looks = await readEventsAbout(db, county, [...refs], 500)
        return {
          looks: looks.map(({ at, actor, what, outcome, details }) => {
            const told = JSON.parse(details) as Readonly<Record<string, string | undefined>>
            return {
              at: at.toISOString(),
              actor,
              what,
              outcome,
              field: told.field && isSealedField(told.field) ? CATALOGUE[told.field][language] : null,
              purpose: told.purpose ?? null,
              note: told.note || null,
              review: told.review ?? null,
            }
          }),
        }
      },
    },
  ]
}

const aboutField = (field: SealedField, language: Language) => {
  const { purpose, basis, sensitivity, ...named } = CATALOGUE[field]
  return {
    name: named[language],
    purpose: purpose[language],
    basis: GROUNDS[basis][language],
    keepYears: keepYears(field, NO_SETTINGS),
    sensitive: sensitivity === 'sensitive',
  }
}

async function whyGone(
  db: Db,
  county: County,
  ref: string,
  { kind, id }: { readonly kind: string; readonly id: number },
  field: SealedField,
) {
  const gone = await readErased(db, county, ref)
  return gone
    ? { code: 'sealed/erased' as const, details: { field, on: dayOf(gone.erasedAt), why: gone.why } }
    : { code: 'sealed/no-such-value' as const, details: { kind, id, field } }
}
