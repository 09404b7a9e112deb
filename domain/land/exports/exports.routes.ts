/** Files of the register, and the search over it. */
import { createReadStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { PassThrough, type Readable } from 'node:stream'
import { type Day, dayOf } from '@dishu/base/date'
import { type Language, type Result, refuse } from '@dishu/base/refusal'
import type { AsOf, County } from '@dishu/kernel/records/records'
import type { AreaView } from '@dishu/kernel/records/records.wire'
import { FileAnswer, orRefused, type Route, type RouteRequest } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import type { Db } from '@dishu/server-kit/sql'
import { PATCH_SORTS } from '../count/count.store.ts'
import { type CountFilters, FILTERS } from '../count/count.ts'
import type { CountReply } from '../count/count.wire.ts'
import { type PreparedExport, prepareExport } from './exports.jobs.ts'
import { findAreas, findContracts, findParcels, findParcelsByName, findPatches, findPatchesByNumber } from './exports.store.ts'
import { contentDisposition, EXPORT_FORMATS, FILE_TYPES, needsFile, WHATS, wordFrom } from './exports.ts'
import type { SearchHit, SearchReply } from './exports.wire.ts'

type Address = Readonly<Record<string, string | undefined>>
type Context = { readonly today: Day; readonly synthetic: boolean; readonly scheme: CountReply['scheme'] }

/** How the count reads an address, so that a file answers the same question as the page it was asked on. */
export type CountReading = {
  asOfFrom(db: Db, county: County, address: Address, today: Day): Promise<Result<{ readonly asOf: AsOf; readonly known: number }>>
  withinFrom(value: string | undefined, county: County): Result<string>
  filtersFrom(address: Address): CountFilters
  handleAreas(db: Db, county: County, address: Address, context: Context): Promise<Result<{ readonly areas: readonly AreaView[] }>>
}
export type ExportTools = CountReading & {
  contextOf(db: Db, county: County, now: Date, language: Language): Promise<Context>
  /** The land-use classes in the colours of the page, for files that have styles. */
  readonly classes?: readonly { readonly value: string; readonly label: string; readonly colour: string }[]
  /** Refuses what may not leave without a second approval; gives the number of a public map's review. */
  clear?(db: Db, request: Pick<RouteRequest, 'params' | 'query' | 'now' | 'caller'>, day: Day): Promise<string | null>
}

/** An export as an address asks for it: `what`, `to`, `asOf`, `known`, `within`, `columns`, and for patches their filters, `q`, `sort` and `descending`. */
export async function handleExport(
  db: Db,
  county: County,
  address: Address,
  tools: ExportTools,
  told: { readonly actor: string; readonly now: Date; readonly language: Language; readonly mapApproval?: string | null },
): Promise<Result<PreparedExport>> {
  const what = wordFrom('what', address.what, WHATS)
  if (!what.ok) return what
  const format = wordFrom('to', address.to, EXPORT_FORMATS)
  if (!format.ok) return format
  if (what.value !== 'patches') {
    const name = [...FILTERS, 'q', 'sort'].find((each) => address[each])
    if (name !== undefined) return refuse('exports/not-for-this-table', { name, what: what.value })
  }
  const context = await tools.contextOf(db, county, told.now, told.language)
  const when = await tools.asOfFrom(db, county, address, context.today)
  if (!when.ok) return when
  const within = tools.withinFrom(address.within, county)
  if (!within.ok) return within
  const sort = wordFrom('sort', address.sort || 'patchKey', PATCH_SORTS)
  if (!sort.ok) return sort
  const columns = (address.columns ?? '')
    .split(',')
    .map((each) => each.trim())
    .filter(Boolean)
  const { id, name, depth, season, rule } = context.scheme
  return prepareExport(
    db,
    {
      county,
      what: what.value,
      asOf: when.value.asOf,
      within: within.value,
      filters: tools.filtersFrom(address),
      q: address.q?.trim() || null,
      sort: sort.value,
      descending: address.descending === 'true' || address.descending === '1',
      columns: columns.length > 0 ? columns : null,
      accepted: address.accept === 'true',
    },
    format.value,
    {
      known: when.value.known,
      actor: told.actor,
      now: told.now,
      grading: `${name} (${id})；${depth}；${season}；${rule}`,
      synthetic: context.synthetic,
      mapApproval: told.mapApproval ?? null,
      classes: tools.classes ?? [],
      areas: async () => orRefused(await tools.handleAreas(db, county, address, context)).areas,
    },
  )
}

export const exportsRoutes = (tools: ExportTools): Route[] => [
  {
    method: 'GET',
    url: '/api/counties/:county/export',
    // the answer flows while the transaction that reads it is open: it is one of its own
    free: true,
    long: true,
    schema: { params: Type.Object({ county: Type.String({ pattern: '^\\d{6}$' }) }) },
    handle: async (request) => {
      const { county } = request.params
      const { prepared, body } = await begin(request, async (db) => {
        const mapApproval = (await tools.clear?.(db, request, dayOf(request.now))) ?? null
        return handleExport(db, county, request.query, tools, { ...request, mapApproval })
      })
      return new FileAnswer(FILE_TYPES[prepared.format], body, {
        'content-disposition': contentDisposition(prepared.names),
        'cache-control': 'private, no-store',
        'x-dishu-revision': `${prepared.provenance.known}:${prepared.provenance.hash}`,
        ...(prepared.provenance.synthetic ? { 'x-dishu-synthetic': '1' } : {}),
      })
    },
  },
  {
    method: 'GET',
    url: '/api/search',
    schema: {
      querystring: Type.Object({
        county: Type.String({ pattern: '^\\d{6}$' }),
        q: Type.String({ maxLength: 100 }),
        language: Type.Optional(Type.String()),
      }),
    },
    handle: ({ db, query, now }) => search(db, query.county ?? '', query.q ?? '', dayOf(now)),
  },
]

/**
 * Prepares in a transaction that stays open while the file is written. Text flows to the reader as it is made; a GeoPackage and a workbook go through a
 * temporary file, which is removed when it was sent or nobody wants it any more.
 */
async function begin(
  request: Pick<RouteRequest, 'begin'>,
  prepare: (db: Db) => Promise<Result<PreparedExport>>,
): Promise<{ prepared: PreparedExport; body: Readable }> {
  const ready = Promise.withResolvers<{ prepared: PreparedExport; body: Readable }>()
  const through = new PassThrough()
  through.on('error', () => {}) // whoever reads it hears of it; before that, the promise tells
  const running = request.begin(
    async (db) => {
      const prepared = orRefused(await prepare(db))
      if (needsFile(prepared.format)) {
        const body = await throughFile(prepared)
        ready.resolve({ prepared, body })
        return
      }
      ready.resolve({ prepared, body: through })
      await prepared.write(through)
    },
    { readOnly: true, isolation: 'repeatable read', retries: 0 },
  )
  running.catch((fault: unknown) => {
    ready.reject(fault)
    // too late for a sentence: the reader sees an answer that breaks off, and not a file that looks whole
    through.destroy(fault instanceof Error ? fault : new Error(String(fault)))
  })
  return ready.promise
}

async function throughFile(prepared: PreparedExport): Promise<Readable> {
  const folder = await mkdtemp(join(tmpdir(), 'dishu-export-'))
  const remove = () => rm(folder, { recursive: true, force: true })
  try {
    const file = join(folder, prepared.names.plain)
    await prepared.write(file)
    const body = createReadStream(file)
    body.once('close', () => void remove())
    return body
  } catch (fault) {
    await remove()
    throw fault
  }
}

const MOST_HITS = 20

/** Things whose key or code begins so, patches of that number, parcels of that name, areas with it in their name: what is nearest to what was typed first. */
export async function search(db: Db, county: County, typed: string, today: Day): Promise<SearchReply> {
  // what no key can have in it, and a database does not take in a text
  const q = typed.replaceAll(/\p{Cc}/gu, ' ').trim()
  if (q === '') return { hits: [] }
  const hits = new Map<string, SearchHit>()
  const left = () => MOST_HITS - hits.size
  const put = (kind: SearchHit['kind'], id: string, rest: Omit<SearchHit, 'kind' | 'id'>) => {
    if (left() > 0) hits.set(`${kind} ${id}`, { kind, id, ...rest })
  }
  const each = (kind: SearchHit['kind'], rows: Awaited<ReturnType<typeof findPatches>>) => {
    for (const { id, ...rest } of rows) put(kind, String(id), rest)
  }
  for (const { code, name, bbox } of await findAreas(db, county, today, q, 8)) put('area', code, { label: name, detail: code, bbox })
  // no code or number is without a digit, and no name is a number: so each index is asked for what it can have
  if (/\d/.test(q)) {
    if (/^\d{1,12}$/.test(q)) each('patch', await findPatchesByNumber(db, county, today, q, left()))
    each('patch', await findPatches(db, county, today, q, Math.min(left(), 10)))
    each('parcel', await findParcels(db, county, today, q, Math.min(left(), 10)))
    each('contract', await findContracts(db, county, today, q, left()))
  } else {
    each('patch', await findPatches(db, county, today, q, Math.min(left(), 10)))
    each('contract', await findContracts(db, county, today, q, Math.min(left(), 10)))
  }
  if (left() > 0 && !/^\d+$/.test(q)) each('parcel', await findParcelsByName(db, county, today, q, left()))
  return { hits: [...hits.values()] }
}
