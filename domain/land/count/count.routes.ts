/** Answers of the count: figures, lists of patches, areas. Each handler takes a connection, the texts of the address, and what the server knows around them. */
import type { Day } from '@dishu/base/date'
import { accept, type Result, refuse } from '@dishu/base/refusal'
import type { AsOf } from '@dishu/kernel/records/records'
import { readHead, readRevision, revisionAt } from '@dishu/kernel/records/records.store'
import type { AreaView } from '@dishu/kernel/records/records.wire'
import type { Db } from '@dishu/server-kit/sql'
import { AreaSums, NOT_MAPPED } from '../soil/soil.ts'
import {
  countFindings,
  PATCH_SORTS,
  readAreas,
  readCount,
  readCountedVillages,
  readDrawnCells,
  readMatched,
  readPatches,
  readPlaceInList,
} from './count.store.ts'
import type { CountQuestion } from './count.ts'
import type { CountReply, CountRow, PatchPage } from './count.wire.ts'
import {
  type Address,
  byFrom,
  type CountRefusal,
  filtersFrom,
  idsFrom,
  levelFrom,
  oneOf,
  whenFrom,
  wholeFrom,
  withinFrom,
} from './questions.ts'
import { unplacedWithin } from './unplaced.jobs.ts'

/** What the server knows of a county besides its register. */
export type CountyContext = {
  readonly today: Day
  readonly scheme: CountReply['scheme']
  readonly synthetic: boolean
  /** The areas of the request, where what is found may be kept for the next one. */
  readonly scope?: readonly string[]
}

/** The state of the register an address asks for, and the revision that was the newest then. */
export async function asOfFrom(
  db: Db,
  county: string,
  address: Address,
  today: Day,
): Promise<Result<{ asOf: AsOf; known: number; knownAt: string | null }, CountRefusal>> {
  const when = whenFrom(address, today)
  if (!when.ok) return when
  const head = await readHead(db, county)
  const { day, known } = when.value
  if (known === null)
    return accept({ asOf: { day, rev: null }, known: head.rev, knownAt: head.rev === 0 ? null : head.recordedAt.toISOString() })
  const rev = typeof known === 'number' ? known : await revisionAt(db, county, known)
  if (rev > head.rev) return refuse('count/no-such-revision', { county, rev, newest: head.rev })
  const revision = rev === 0 ? null : await readRevision(db, county, rev)
  // the newest revision is the present, which is read faster
  return accept({ asOf: { day, rev: rev === head.rev ? null : rev }, known: rev, knownAt: revision?.recordedAt.toISOString() ?? null })
}

/** GET /api/counties/:county/count */
export async function handleCount(
  db: Db,
  county: string,
  address: Address,
  context: CountyContext,
): Promise<Result<CountReply, CountRefusal>> {
  const when = await asOfFrom(db, county, address, context.today)
  if (!when.ok) return when
  const within = withinFrom(address.within, county)
  if (!within.ok) return within
  const level = levelFrom(address.level, within.value)
  if (!level.ok) return level
  const by = byFrom(address.by)
  if (!by.ok) return by
  const { asOf, known, knownAt } = when.value
  const question = { county, asOf, within: within.value, level: level.value, by: by.value, filters: filtersFrom(address) }
  const rows = await withIntervals(db, question, await readCount(db, question))
  const unplaced = await unplacedWithin(db, county, asOf, within.value, context.scope)
  // rows are disjoint and whole, so that their sum is the total, with no second reading
  const total = rows.reduce(
    (sum, row) => ({ area: sum.area + row.area, patches: sum.patches + row.patches, cells: sum.cells + row.cells }),
    { area: 0, patches: 0, cells: 0 },
  )
  return accept({
    county,
    within: within.value,
    asOf: asOf.day,
    known,
    knownAt,
    scheme: context.scheme,
    rows,
    total,
    unplaced,
    synthetic: context.synthetic,
  })
}

/**
 * Rows by mapgrade with their intervals beside them: each from the simulations of its own land, so that a whole's is not the sum of its parts'. A grade
 * that no patch was given but some simulations have stands there with nothing counted.
 */
async function withIntervals(db: Db, question: CountQuestion, rows: readonly CountRow[]): Promise<readonly CountRow[]> {
  const { by, filters } = question
  if (!by.includes('mapgrade') || rows.every((row) => row.by.mapgrade === NOT_MAPPED)) return rows
  const sums = new Map<string, { readonly by: CountRow['by']; readonly sums: AreaSums }>()
  for await (const batch of readDrawnCells(db, question)) {
    for (const { by: of, area, mapgrade, indicators, draws } of batch) {
      const key = JSON.stringify(of)
      const there = sums.get(key) ?? { by: of, sums: new AreaSums() }
      sums.set(key, there)
      there.sums.add({ area, grade: mapgrade, draws, indicators: indicators ?? '' })
    }
  }
  const wanted = filters.mapgrade ?? []
  const counted = new Map(rows.map((row) => [JSON.stringify(by.map((dimension) => row.by[dimension])), row]))
  const out = [...sums.values()].flatMap(({ by: of, sums: own }) =>
    own.all().flatMap(({ grade, estimate, low, high }): CountRow[] => {
      if (wanted.length > 0 && !wanted.includes(grade)) return []
      const whole = { ...of, mapgrade: grade }
      const row = counted.get(JSON.stringify(by.map((dimension) => whole[dimension])))
      if (!row && estimate === 0) return []
      const found = row ?? { by: whole, area: 0, patches: 0, cells: 0 }
      return [grade === NOT_MAPPED ? found : { ...found, interval: { estimate, low, high } }]
    }),
  )
  return out.sort((a, b) => by.reduce((found, name) => found || compare(a.by[name] ?? '', b.by[name] ?? ''), 0))
}
const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** GET /api/counties/:county/patches */
export async function handlePatches(
  db: Db,
  county: string,
  address: Address,
  context: CountyContext,
): Promise<Result<PatchPage, CountRefusal>> {
  const when = await asOfFrom(db, county, address, context.today)
  if (!when.ok) return when
  const within = withinFrom(address.within, county)
  if (!within.ok) return within
  const sort = oneOf('sort', address.sort || 'patchKey', PATCH_SORTS)
  if (!sort.ok) return sort
  const offset = wholeFrom('offset', address.offset, 0, 1e9, 0)
  if (!offset.ok) return offset
  const limit = wholeFrom('limit', address.limit, 1, 1000, 100)
  if (!limit.ok) return limit
  const ids = idsFrom(address.ids)
  if (!ids.ok) return ids
  const at = wholeFrom('at', address.at, 1, Number.MAX_SAFE_INTEGER, 0)
  if (!at.ok) return at
  const question = {
    county,
    asOf: when.value.asOf,
    within: within.value,
    filters: filtersFrom(address),
    q: address.q || null,
    ...(ids.value === null ? {} : { ids: ids.value }),
    sort: sort.value,
    descending: address.descending === 'true' || address.descending === '1',
    offset: offset.value,
    limit: limit.value,
  }
  const rows = await readPatches(db, question)
  const findings = new Map(
    (
      await countFindings(
        db,
        county,
        rows.map((row) => row.id),
      )
    ).map((row) => [row.id, row.findings]),
  )
  const { matched, area } = await readMatched(db, question)
  const end = offset.value + rows.length
  return accept({
    rows: rows.map((row) => ({ ...row, findings: findings.get(row.id) ?? 0 })),
    matched,
    area,
    next: rows.length > 0 && end < matched ? end : null,
    ...(at.value > 0 ? { place: await readPlaceInList(db, question, at.value) } : {}),
  })
}

/** GET /api/counties/:county/areas. A county without boundaries gets its areas from the villages in which its patches lie. */
export async function handleAreas(
  db: Db,
  county: string,
  address: Address,
  context: CountyContext,
): Promise<Result<{ areas: readonly AreaView[] }, CountRefusal>> {
  const when = await asOfFrom(db, county, address, context.today)
  if (!when.ok) return when
  const stated = await readAreas(db, county, when.value.asOf)
  const known = new Set(stated.map((area) => area.code))
  const areas = [...stated]
  const add = (code: string, level: AreaView['level'], name: string | null) => {
    if (known.has(code)) return
    known.add(code)
    areas.push({
      code,
      parent: level === 'county' ? null : code.slice(0, level === 'town' ? 6 : 9),
      level,
      name: name ?? code,
      bbox: null,
      controlArea: null,
    })
  }
  add(county, 'county', null)
  for (const { village, name } of await readCountedVillages(db, county, when.value.asOf)) {
    if (!/^\d{12}$/.test(village)) continue
    add(village.slice(0, 9), 'town', null)
    add(village, 'village', name)
  }
  return accept({ areas: areas.sort((a, b) => (a.code < b.code ? -1 : a.code > b.code ? 1 : 0)) })
}
