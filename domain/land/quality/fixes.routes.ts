import { Refused } from '@dishu/base/refusal'
import { readWkb } from '@dishu/base/wkb'
import { CAUSES, type Cause } from '@dishu/kernel/records/records'
import { readHead } from '@dishu/kernel/records/records.store'
import type { Route } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import type { Db } from '@dishu/server-kit/sql'
import type { Finding } from './findings.ts'
import { applyFix, type FixAsked, type FixTools, optionsFor, prepareFix, readSurroundings, type Surroundings } from './fixes.jobs.ts'
import { AREA_RULES, type AreaRule, FIX_WAYS, type FixWay } from './fixes.ts'
import { lonLatWkb } from './ground-plane.ts'
import { ruleName } from './inspect.ts'
import { isRule, sentenceOf } from './quality.messages.ts'
import { readFinding, type StoredFinding } from './quality.store.ts'
import type { FixesReply, FixPreview, FixShapes } from './quality.wire.ts'

const FindingParams = Type.Object({ county: Type.String({ pattern: '^\\d{6}$' }), id: Type.Integer({ minimum: 1 }) })
const oneOf = (names: readonly string[]) => Type.Union(names.map((name) => Type.Literal(name)))
const Key = Type.String({ minLength: 1, maxLength: 200 })
/** A tolerance beyond a few metres would move corners that have nothing to do with each other. */
const Within = Type.Number({ exclusiveMinimum: 0, maximum: 5 })
const FixQuery = Type.Object({
  way: oneOf(FIX_WAYS),
  target: Key,
  against: Type.Optional(Key),
  within: Type.Optional(Within),
  areas: Type.Optional(oneOf(AREA_RULES)),
})
const FixBody = Type.Object({
  way: oneOf(FIX_WAYS),
  target: Key,
  against: Type.Union([Key, Type.Null()]),
  withinM: Type.Union([Within, Type.Null()]),
  areas: oneOf(AREA_RULES),
  head: Type.Integer({ minimum: 0 }),
  cause: oneOf(CAUSES.filter((cause) => cause !== 'undo')),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
})

/** Repairs of findings of geometry: which there are, what one would do, and doing it. */
export const fixesRoutes = (tools: FixTools & { readonly checks: { follow(county: string): Promise<void> } }): Route[] => [
  {
    method: 'GET',
    url: '/api/counties/:county/findings/:id/fixes',
    schema: { params: FindingParams },
    handle: async ({ db, params: { county, id }, now }): Promise<FixesReply> => {
      const finding = await knownFinding(db, county, Number(id))
      const place = await readSurroundings(db, county, finding, now)
      return { head: (await readHead(db, county)).rev, options: optionsFor(place), shapes: shapesOf(place, finding) }
    },
  },
  {
    method: 'GET',
    url: '/api/counties/:county/findings/:id/fix',
    schema: { params: FindingParams, querystring: FixQuery },
    handle: async ({ db, params: { county, id }, query, now, language }): Promise<FixPreview> => {
      const finding = await knownFinding(db, county, Number(id))
      const place = await readSurroundings(db, county, finding, now)
      const asked: FixAsked = {
        way: query.way as FixWay,
        target: query.target ?? '',
        against: query.against ?? null,
        withinM: query.within === undefined ? null : Number(query.within),
        areas: (query.areas as AreaRule | undefined) ?? 'by-rule',
      }
      const fix = await prepareFix(db, county, place, asked)
      const fresh = fix.fresh.map((each) => ({
        rule: each.rule,
        ruleName: ruleName(each.rule, language),
        message: isRule(each.rule) ? sentenceOf(each as Finding, language).message : each.rule,
        geometry: each.rule.startsWith('geometry/'),
      }))
      const sum = (of: 'beforeM2' | 'afterM2') => fix.changed.reduce((total, row) => total + Math.round(row[of] * 100), 0)
      return {
        head: (await readHead(db, county)).rev,
        regionM2: fix.regionM2,
        rows: fix.changed.map(({ key, row, before, after, beforeM2, afterM2 }) => ({
          key,
          id: row.id,
          before,
          after,
          // of the figures that are shown, so that the line adds up
          changeM2: (Math.round(afterM2 * 100) - Math.round(beforeM2 * 100)) / 100,
        })),
        sumBefore: sum('beforeM2'),
        sumAfter: sum('afterM2'),
        villages: fix.villages,
        gone: fix.gone,
        fresh,
        holds: fix.gone && !fresh.some(({ geometry }) => geometry),
        shapes: {
          type: 'FeatureCollection',
          features: [...shapesOf(place, finding).features, ...fix.changed.map(({ key, afterWkb }) => feature('after', key, afterWkb))],
        },
      }
    },
  },
  {
    method: 'POST',
    url: '/api/counties/:county/findings/:id/fix',
    schema: { params: FindingParams, body: FixBody },
    handle: async ({ db, params: { county, id }, body, actor, now, language, afterCommit }) => {
      const asked = body as Omit<FixAsked, 'areas'> & { areas: AreaRule; head: number; cause: Cause; reason: string }
      const finding = await knownFinding(db, county, Number(id))
      const { rev } = await applyFix(db, county, finding, { ...asked, base: asked.head, actor, now }, tools, (each) =>
        isRule(each.rule) ? sentenceOf(each as Finding, language).message : each.rule,
      )
      afterCommit(() => tools.checks.follow(county))
      return { rev }
    },
  },
]

export async function knownFinding(db: Db, county: string, id: number): Promise<StoredFinding> {
  const finding = await readFinding(db, county, id)
  if (!finding) throw new Refused({ code: 'quality/no-such-finding', details: { county, id } })
  return finding
}

/** The rows that the finding speaks of and those that a repair changes, their neighbours, and the ground in question. */
function shapesOf({ shapes, spoken, plane }: Surroundings, finding: StoredFinding, changed: ReadonlySet<string> | null = null): FixShapes {
  const own = new Set(spoken.map(({ key }) => key))
  const roleOf = (key: string) => (changed?.has(key) ? 'before' : own.has(key) ? (changed ? 'stays' : 'before') : 'near')
  return {
    type: 'FeatureCollection',
    features: [
      ...shapes.map(({ key, polygons }) => feature(roleOf(key), key, lonLatWkb(polygons, plane))),
      ...(finding.outline ? [feature('defect', '', finding.outline)] : []),
    ],
  }
}

type Feature = FixShapes['features'][number]
function feature(role: Feature['properties']['role'], key: string, wkb: Uint8Array): Feature {
  const shape = readWkb(wkb)
  const coordinates =
    shape.type === 'polygon'
      ? shape.polygons.map(({ rings }) =>
          rings.map((ring) => Array.from({ length: ring.length / 2 }, (_, i) => [ring[2 * i], ring[2 * i + 1]] as const)),
        )
      : []
  return { type: 'Feature', properties: { role, key }, geometry: { type: 'MultiPolygon', coordinates } }
}
