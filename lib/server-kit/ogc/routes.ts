/** OGC API Features over HTTP: one service for each county, its collections as the slices declare them. */

import { promisify } from 'node:util'
import { constants, gzip } from 'node:zlib'
import { type Day, dayOf } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { FileAnswer, type Route, type RouteRequest } from '../http.ts'
import { Type } from '../shape.ts'
import type { Db } from '../sql.ts'
import type { Collection, OgcPart, OgcPlace } from './collection.ts'
import { collectionDocument, conformance, GEOJSON, landing, openapi30, SCHEMA, type Served, schemaDocument } from './documents.ts'
import { htmlPage } from './html.ts'
import { readPage, readVersions, type State, standsIn, type Ways } from './items.ts'
import { type Days, type OgcRefusal, type Question, questionFrom } from './question.ts'
import { GeoJsonWriter } from './text.ts'

export type OgcTools = {
  readonly collections: readonly Collection[]
  readonly parts: readonly OgcPart[]
  readonly version: string
  /** The scheme and host under which the asker reached this server. */
  origin(request: RouteRequest): string
  /** Null where there is no such county, or none of it is the asker's to see. */
  served(db: Db, county: string): Promise<Served | null>
  /** The newest revision known at the end of a day. */
  revisionAt(db: Db, county: string, day: Day): Promise<number>
  ways(db: Db): Promise<Ways>
}

const County = Type.String({ pattern: '^\\d{6}$' })
const CollectionParams = Type.Object({ county: County, collection: Type.String({ pattern: '^[a-z][a-z0-9-]{0,40}$' }) })
export const ItemParams = Type.Object({
  county: County,
  collection: Type.String({ pattern: '^[a-z][a-z0-9-]{0,40}$' }),
  item: Type.String({ pattern: '^\\d{1,16}$' }),
})

const refuse = (refusal: OgcRefusal): never => {
  throw new Refused(refusal)
}

export const placeOf = (tools: Pick<OgcTools, 'origin'>, request: RouteRequest): OgcPlace => ({
  root: `${tools.origin(request)}/ogc/${request.params.county}`,
  county: request.params.county,
  language: request.language,
})

export const collectionOf = ({ collections }: Pick<OgcTools, 'collections'>, id: string): Collection =>
  collections.find((each) => each.id === id) ??
  refuse({ code: 'ogc/no-such-collection', details: { collection: id, known: collections.map((each) => each.id) } })

export async function servedTo(tools: OgcTools, db: Db, county: string): Promise<Served> {
  const served = await tools.served(db, county)
  if (served === null) throw new Refused({ code: 'people/not-found', details: {} })
  return served
}

/** A document, as JSON or as a page that shows it. */
function document(request: RouteRequest, title: string, value: unknown, type = 'application/json'): unknown {
  const { f } = request.query
  if (f !== undefined && f !== 'json' && f !== 'html')
    refuse({ code: 'ogc/parameter-not-read', details: { name: 'f', value: f, wanted: 'json, html' } })
  const wantsPage = f === 'html' || (f === undefined && /^text\/html\b/.test(String(request.headers.accept ?? '')))
  if (wantsPage) return new FileAnswer('text/html; charset=utf-8', htmlPage(title, value, request.language))
  return new FileAnswer(type, JSON.stringify(value))
}

export function ogcRoutes(tools: OgcTools): Route[] {
  const { parts } = tools
  const get = (url: string, schema: Route['schema'], handle: (request: RouteRequest) => Promise<unknown>): Route => ({
    method: 'GET',
    url: `/ogc/:county${url}`,
    schema: schema ?? { params: Type.Object({ county: County }) },
    handle,
  })
  return [
    get('', undefined, async (request) => {
      const served = await servedTo(tools, request.db, request.params.county)
      const value = landing(placeOf(tools, request), served, parts, `${tools.origin(request)}/api/openapi.json`)
      return document(request, value.title, value)
    }),
    get('/conformance', undefined, async (request) => document(request, 'Conformance', conformance(parts))),
    get('/api', undefined, async (request) => {
      const served = await servedTo(tools, request.db, request.params.county)
      // under its own name the type would get its version in quotes, which GDAL does not read
      return new FileAnswer(
        'application/json',
        JSON.stringify(openapi30(placeOf(tools, request), served, tools.collections, tools.version)),
      )
    }),
    get('/collections', undefined, async (request) => {
      const served = await servedTo(tools, request.db, request.params.county)
      const place = placeOf(tools, request)
      const value = {
        links: [{ href: `${place.root}/collections`, rel: 'self', type: 'application/json' }],
        collections: tools.collections.map((each) => collectionDocument(place, each, served, parts)),
      }
      return document(request, served.name, value)
    }),
    get('/collections/:collection', { params: CollectionParams }, async (request) => {
      const served = await servedTo(tools, request.db, request.params.county)
      const value = collectionDocument(placeOf(tools, request), collectionOf(tools, request.params.collection), served, parts)
      return document(request, value.title, value)
    }),
    ...(['queryables', 'schema'] as const).map((what) =>
      get(`/collections/:collection/${what}`, { params: CollectionParams }, async (request) => {
        const value = schemaDocument(placeOf(tools, request), collectionOf(tools, request.params.collection), what)
        return document(request, value.title, value, SCHEMA)
      }),
    ),
    { ...get('/collections/:collection/items', { params: CollectionParams }, (request) => items(tools, request)), packs: true },
    { ...get('/collections/:collection/items/:item', { params: ItemParams }, (request) => item(tools, request)), packs: true },
    get('/collections/:collection/items/:item/timemap', { params: ItemParams }, (request) => timemap(tools, request)),
  ]
}

type Asked = {
  readonly served: Served
  readonly collection: Collection
  readonly question: Question
  readonly state: State
  readonly rev: number
  readonly ways: Ways
  readonly stated: boolean
}

/** Reads the question and finds the state of the register it means. */
async function asked(tools: OgcTools, request: RouteRequest): Promise<Asked> {
  const { db, params, query, now, headers } = request
  const collection = collectionOf(tools, params.collection)
  const served = await servedTo(tools, db, params.county)
  const ways = await tools.ways(db)
  const question = questionFrom(query, collection, served.offered, (epsg, xy) => ways.toLonLat(epsg, xy))
  // a TimeGate: the header asks what the parameter would (RFC 7089)
  const header = query.datetime === undefined ? acceptDatetime(headers['accept-datetime']) : null
  const stated = question.days ?? (header ? { from: header, to: header } : null)
  if (!collection.versioned && (question.known !== null || stated !== null)) {
    const isNow =
      (question.known === null || question.known === served.head) && (stated === null || stated.to === null || stated.to >= dayOf(now))
    if (!isNow) refuse({ code: 'ogc/no-history', details: { collection: collection.id } })
  }
  const rev =
    question.known === null
      ? served.head
      : typeof question.known === 'number'
        ? question.known
        : await tools.revisionAt(db, params.county, question.known)
  if (rev > served.head) refuse({ code: 'ogc/no-such-revision', details: { rev, newest: served.head } })
  const today = dayOf(now)
  const last = stated?.to ?? today
  // rows that are sums are of one day: those of an interval would count ground twice
  const days: Days = collection.sums || stated === null ? { from: last, to: last } : stated
  // the newest revision is the present, which is read by a shorter way
  return {
    served,
    collection,
    question,
    rev,
    ways,
    stated: stated !== null,
    state: { county: params.county, days, rev: rev === served.head ? null : rev },
  }
}

function acceptDatetime(header: string | string[] | undefined): Day | null {
  if (typeof header !== 'string' || !/^[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT$/.test(header)) return null
  const at = new Date(header)
  return Number.isFinite(at.getTime()) ? dayOf(at) : null
}

/** The address of this question with some parameters other than they were; undefined takes one out. */
function addressOf(self: string, query: RouteRequest['query'], change: Readonly<Record<string, string | undefined>>): string {
  const all = Object.entries({ ...query, ...change }).filter((pair): pair is [string, string] => pair[1] !== undefined)
  const text = new URLSearchParams(all).toString()
  return text === '' ? self : `${self}?${text}`
}

const daysText = ({ from, to }: Days) => (from !== null && from === to ? from : `${from ?? '..'}/${to ?? '..'}`)

/** Midnight in China at the beginning of a day, as HTTP writes an instant. */
const httpDay = (day: string) => new Date(Date.parse(`${day}T00:00:00+08:00`)).toUTCString()

/** About what a patch takes, so that a page seldom outgrows its buffer. */
const BYTES_OF_A_ROW = 1100

async function items(tools: OgcTools, request: RouteRequest): Promise<unknown> {
  const about = await asked(tools, request)
  const { collection, question, state, rev, ways, served } = about
  const { db, query } = request
  const place = placeOf(tools, request)
  const self = `${place.root}/collections/${collection.id}/items`
  const etag = etagOf(request, about)
  const head = headersOf(about, self, etag)
  // rows that are no versions are made anew without a revision: an answer kept of them says nothing
  if (collection.versioned && request.headers['if-none-match'] === etag) return new FileAnswer(GEOJSON, '', head, 304)
  const writer = new GeoJsonWriter(Math.min(question.limit, 10_000) * BYTES_OF_A_ROW)
  writer.text('{"type":"FeatureCollection","features":[\n')
  const page = await readPage(db, collection, state, question, ways, writer)
  const matched =
    collection.matched &&
    question.after === null &&
    question.filter === null &&
    question.box === null &&
    state.days.from !== null &&
    state.days.from === state.days.to
      ? (await db.one<{ matched: number }>(collection.matched(state.county, standsIn(collection, state)))).matched
      : null
  const links = [
    { href: addressOf(self, query, {}), rel: 'self', type: GEOJSON },
    { href: `${place.root}/collections/${collection.id}`, rel: 'collection', type: 'application/json' },
    ...(page.next === null
      ? []
      : [
          {
            // the next page is of the state that this one was of
            href: addressOf(self, query, {
              after: String(page.next),
              ...(collection.versioned ? { known: String(rev), datetime: daysText(state.days) } : {}),
            }),
            rel: 'next',
            type: GEOJSON,
          },
        ]),
  ]
  const tail = {
    numberReturned: page.returned,
    ...(matched === null ? {} : { numberMatched: matched }),
    timeStamp: request.now.toISOString(),
    links,
    'dishu:state': { datetime: daysText(state.days), known: rev, synthetic: served.synthetic },
  }
  writer.text(`\n],${JSON.stringify(tail).slice(1)}`)
  const body = writer.take()
  if (query.f === 'html' || (query.f === undefined && /^text\/html\b/.test(String(request.headers.accept ?? ''))))
    return new FileAnswer(
      'text/html; charset=utf-8',
      htmlPage(collection.title[place.language], JSON.parse(body.toString()), place.language),
    )
  return packed(request, body, head)
}

async function item(tools: OgcTools, request: RouteRequest): Promise<unknown> {
  const about = await asked(tools, request)
  const { collection, question, state, ways } = about
  const id = Number(request.params.item)
  const place = placeOf(tools, request)
  const base = `${place.root}/collections/${collection.id}`
  const self = `${base}/items/${id}`
  const writer = new GeoJsonWriter()
  const page = await readPage(request.db, collection, state, { ...question, after: null, limit: 1 }, ways, writer, id)
  if (page.returned === 0)
    return refuse({ code: 'ogc/no-such-item-not-found', details: { collection: collection.id, item: request.params.item } })
  const feature = writer.take().toString()
  const links = [
    { href: addressOf(self, request.query, {}), rel: 'self', type: GEOJSON },
    { href: base, rel: 'collection', type: 'application/json' },
    ...(collection.versioned ? [{ href: `${self}/timemap`, rel: 'timemap', type: 'application/link-format' }] : []),
  ]
  const body = Buffer.from(`${feature.slice(0, -1)},"links":${JSON.stringify(links)}}`)
  if (request.query.f === 'html') return document(request, `${collection.title[place.language]} ${id}`, JSON.parse(body.toString()))
  // which version it is: what is changed must have been read
  const since = /"since":(\d+)/.exec(feature)?.[1] ?? String(about.rev)
  return packed(request, body, {
    ...headersOf(about, self, `"${collection.id}-${id}-${since}"`),
    ...(collection.versioned ? { link: mementoLinks(self) } : {}),
  })
}

const mementoLinks = (self: string) =>
  [`<${self}>; rel="original timegate"`, `<${self}/timemap>; rel="timemap"; type="application/link-format"`].join(', ')

/** RFC 7089 §5: the versions of a row, each with the instant from which it held. */
async function timemap(tools: OgcTools, request: RouteRequest): Promise<unknown> {
  const { collection, state, rev } = await asked(tools, request)
  const id = Number(request.params.item)
  const self = `${placeOf(tools, request).root}/collections/${collection.id}/items/${id}`
  const versions = await readVersions(request.db, collection, state.county, state.rev, id)
  if (versions.length === 0)
    return refuse({ code: 'ogc/no-such-item-not-found', details: { collection: collection.id, item: request.params.item } })
  const known = state.rev === null ? '' : `&known=${rev}`
  const lines = [
    `<${self}>; rel="original timegate"`,
    `<${self}/timemap>; rel="self"; type="application/link-format"`,
    ...versions.map(({ validFrom }, i) => {
      const place = [...(i === 0 ? ['first'] : []), ...(i === versions.length - 1 ? ['last'] : []), 'memento'].join(' ')
      return `<${self}?datetime=${validFrom}${known}>; rel="${place}"; datetime="${httpDay(validFrom)}"`
    }),
  ]
  return new FileAnswer('application/link-format', lines.join(',\n'))
}

/** The same question of the same state by someone who sees the same rows has the same answer. */
function etagOf(request: RouteRequest, { served, state }: Asked): string {
  const asked = JSON.stringify([
    served.head,
    daysText(state.days),
    request.scope,
    request.query,
    request.params,
    request.headers.accept ?? '',
  ])
  let hash = 0xcbf29ce484222325n
  for (let i = 0; i < asked.length; i++) hash = BigInt.asUintN(64, (hash ^ BigInt(asked.charCodeAt(i))) * 0x100000001b3n)
  return `"${hash.toString(36)}"`
}

function headersOf({ collection, question, state, stated }: Asked, self: string, etag: string): Record<string, string> {
  const { days } = state
  const day = days.to ?? days.from
  return {
    etag,
    'content-crs': `<${question.crs.uri}>`,
    'cache-control': 'private, no-cache',
    vary: 'accept-datetime, accept, authorization, cookie',
    ...(collection.versioned && stated && day !== null
      ? { 'memento-datetime': httpDay(day), link: `<${self}>; rel="original timegate"` }
      : {}),
  }
}

const zip = promisify(gzip)
const WORTH_PACKING = 4096

/** Packed quickly for who asks from elsewhere; on the machine itself packing costs more than it saves. */
async function packed(request: RouteRequest, body: Buffer, headers: Record<string, string>): Promise<unknown> {
  const near = /^(::1|(::ffff:)?127\.)/.test(request.caller.address)
  const takes = /\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))
  if (near || !takes || body.length < WORTH_PACKING) return new FileAnswer(GEOJSON, body, headers)
  return new FileAnswer(GEOJSON, await zip(body, { level: constants.Z_BEST_SPEED }), { ...headers, 'content-encoding': 'gzip' })
}
