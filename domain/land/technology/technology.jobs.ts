/** The library read, imported and written out; and what is known of patches where it is asked what may be done with them. */

import type { Writable } from 'node:stream'
import type { Day } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { wkbHolds } from '@dishu/base/wkb-inside'
import { openInSandbox } from '@dishu/formats/sandbox/sandbox'
import { type Sheet, writeXlsx } from '@dishu/formats/write/xlsx'
import type { AsOf, Content, Kind, Revision, SourceFile } from '@dishu/kernel/records/records'
import { dayNumber, INFINITE_DAY, openRevision, rowToWrite, type Span } from '@dishu/kernel/records/records.store'
import { toZone, zoneOfEpsg } from '@dishu/numeric/geodesy/zone'
import type { Db } from '@dishu/server-kit/sql'
import { readOwnCrops, readOwnVarieties, readTrialResults, readTrials } from '../crops/crops.store.ts'
import { CROP_KINDS, cropKind, type Trial, type TrialResult, varietyKind } from '../crops/crops.ts'
import { readGroundsIn, readOutlinesOf, readOwnLimits } from '../ecology/ecology.store.ts'
import { boxOf, LIMITS, type LimitRule, limitKind, limitsOn, partsOf } from '../ecology/ecology.ts'
import { readGrading } from '../soil/soil.store.ts'
import type { Censored } from '../soil/soil.ts'
import { readWater } from '../water/water.store.ts'
import { isYearType, type Water, type YearType } from '../water/water.ts'
import { cropContent, limitContent, practiceContent, technologyContent, varietyContent } from './contents.ts'
import { type LibraryContent, libraryContents } from './library.exchange.ts'
import { libraryRows } from './library-out.exchange.ts'
import { EXPLANATIONS, type RawSheet, statedLibrary } from './library-rows.ts'
import { LIBRARY_SHEETS, type SheetName } from './library-sheets.ts'
import type { LibraryProblem } from './refusals.ts'
import { siteWater, waterNeedsOf } from './site-water.ts'
import { type SoilSample, soilFactsOf } from './soil-facts.ts'
import {
  type EconomicsRow,
  type PatchRow,
  type PresentRow,
  readCosts,
  readEconomics,
  readOwnPractices,
  readOwnTechnologies,
  readPatches,
  readPresentRows,
  readSamplesOf,
  type SampleRow,
} from './technology.store.ts'
import {
  type CostLine,
  type Library,
  type LibraryInForce,
  libraryInForce,
  type PatchFacts,
  practiceKind,
  TECHNOLOGY_KINDS,
  technologyKind,
} from './technology.ts'

export const LIBRARY_KINDS: readonly Kind[] = [...TECHNOLOGY_KINDS, ...CROP_KINDS, limitKind]

/** All that stands in a county's library at a time, the program's part included. */
export type CountyLibrary = {
  readonly library: LibraryInForce
  readonly trials: readonly Trial[]
  readonly results: readonly TrialResult[]
  readonly limits: readonly LimitRule[]
  readonly ownLimits: ReadonlySet<string>
  readonly economicsRows: readonly EconomicsRow[]
  readonly allCosts: readonly CostLine[]
}

export async function readLibrary(db: Db, county: string, asOf: AsOf): Promise<CountyLibrary> {
  const economics = await readEconomics(db, county, asOf)
  const costs = await readCosts(db, county, asOf)
  const own = await readOwnLimits(db, county, asOf)
  return {
    library: libraryInForce({
      technologies: await readOwnTechnologies(db, county, asOf),
      costs,
      practices: await readOwnPractices(db, county, asOf),
      crops: await readOwnCrops(db, county, asOf),
      varieties: await readOwnVarieties(db, county, asOf),
      economics,
    }),
    trials: await readTrials(db, county, asOf),
    results: await readTrialResults(db, county, asOf),
    limits: limitsOn(LIMITS, own, asOf.day),
    ownLimits: new Set(own.map(({ code }) => code)),
    economicsRows: economics,
    allCosts: costs,
  }
}

/** A workbook with every sheet, its columns explained on the first; `filled` with the library in force, else empty. */
export async function writeLibraryWorkbook(target: string | Writable, language: 'zh' | 'en', filled: CountyLibrary | null): Promise<void> {
  const rows = filled && libraryRows({ ...filled.library, ...filled })
  const words = {
    zh: ['表', '列', '必填', '单位与写法', '可填'],
    en: ['sheet', 'column', 'needed', 'unit and how to write it', 'allowed'],
  }[language]
  const explanations: Sheet = {
    name: EXPLANATIONS[language],
    fields: words.map((name, i) => ({ name, type: 'text', width: [14, 24, 6, 60, 40][i] })),
    rows: LIBRARY_SHEETS.flatMap(({ title, explains, columns }) => [
      { values: [title[language], '', '', explains[language], ''] },
      ...columns.map((each) => ({
        values: [
          title[language],
          each.title[language],
          each.needed ? { zh: '是', en: 'yes' }[language] : '',
          each.explains[language],
          each.choices?.join(' / ') ?? (each.from === null ? '' : `${each.from} – ${each.to}`),
        ],
      })),
    ]),
  }
  const sheets = LIBRARY_SHEETS.map(
    ({ name, title, columns }): Sheet => ({
      name: title[language],
      fields: columns.map((each) => ({
        name: each.title[language],
        type: each.is === 'number' || each.is === 'whole' ? 'number' : 'text',
        width: 14,
      })),
      rows: (rows?.[name] ?? []).map((values) => ({ values })),
    }),
  )
  await writeXlsx(target, [explanations, ...sheets])
}

const MOST_ROWS = 200_000

/** The sheets of a workbook, read in a process of their own. */
export async function readLibraryFile(path: string, file: string, signal?: AbortSignal): Promise<RawSheet[]> {
  const source = await openInSandbox([path], signal ? { signal } : {})
  try {
    const sheets: RawSheet[] = []
    if (source.layers.some(({ format }) => format !== 'xlsx')) throw new Refused({ code: 'library/not-a-workbook', details: { file } })
    for (const [i, layer] of source.layers.entries()) {
      const rows: { row: number; values: RawSheet['rows'][number]['values'] }[] = []
      for await (const batch of source.read(i)) {
        if (rows.length + batch.rows.length > MOST_ROWS) throw new Refused({ code: 'library/too-large', details: { file, limitMb: 50 } })
        batch.rows.forEach((row, r) => void rows.push({ row, values: batch.columns.map((column) => column[r]) }))
      }
      sheets.push({ name: layer.name, fields: layer.fields.map(({ name }) => name), rows })
    }
    return sheets
  } finally {
    await source.close()
  }
}

type Decided = LibraryContent & { readonly present: readonly PresentRow[]; readonly change: 'added' | 'changed' | 'same' }
export type LibraryChanges = { readonly decided: readonly Decided[]; readonly problems: readonly LibraryProblem[] }

/** What the sheets would change from a day on. Nothing is written. */
export async function decideLibrary(db: Db, county: string, sheets: readonly RawSheet[], day: Day): Promise<LibraryChanges> {
  const { library, trials, limits } = await readLibrary(db, county, { day, rev: null })
  const inForce = digestsOf(library, limits, day)
  const { stated, problems: unread } = statedLibrary(sheets)
  const { contents, problems } = libraryContents(stated, { ...library, trials })
  const presentOf = new Map<Kind, Map<string, PresentRow[]>>()
  const decided: Decided[] = []
  for (const each of contents) {
    const known = presentOf.get(each.kind) ?? byKey(await readPresentRows(db, county, each.kind, day))
    presentOf.set(each.kind, known)
    const key = keyOf(each.kind, each.content)
    const present = known.get(key) ?? []
    const { digest } = rowToWrite(each.kind, { validFrom: day, content: each.content })
    // what the program says itself need not be said again by the office
    const there = present.length === 0 ? inForce.get(`${each.kind.name} ${key}`) : present.length === 1 ? present[0].digest : undefined
    const same = there !== undefined && Buffer.compare(there, digest) === 0
    decided.push({ ...each, present, change: same ? 'same' : there === undefined && present.length === 0 ? 'added' : 'changed' })
  }
  return { decided, problems: [...unread, ...problems] }
}

const keyOf = ({ key }: Kind, content: Content) => JSON.stringify(key.map((column) => content[column] ?? null))

/** Digests of what is in force, by kind and key, so that a row that says nothing new is seen. */
function digestsOf(
  { technologies, practices, crops, varieties }: LibraryInForce,
  limits: readonly LimitRule[],
  day: Day,
): Map<string, Uint8Array> {
  const digests = new Map<string, Uint8Array>()
  const put = (kind: Kind, contents: readonly Content[]) => {
    for (const content of contents)
      digests.set(`${kind.name} ${keyOf(kind, content)}`, rowToWrite(kind, { validFrom: day, content }).digest)
  }
  // fields that are no column (whether it is the office's own) are left out by the kind
  put(technologyKind, technologies.map(technologyContent))
  put(practiceKind, practices.map(practiceContent))
  put(cropKind, crops.map(cropContent))
  put(varietyKind, varieties.map(varietyContent))
  put(limitKind, limits.map(limitContent))
  return digests
}

function byKey(rows: readonly PresentRow[]): Map<string, PresentRow[]> {
  const found = new Map<string, PresentRow[]>()
  for (const row of rows) {
    const key = JSON.stringify(row.key)
    found.set(key, [...(found.get(key) ?? []), row])
  }
  return found
}

export type WriteLibrary = {
  readonly day: Day
  readonly actor: string
  readonly reason: string
  readonly now: Date
  readonly file: string
  readonly sources?: readonly SourceFile[]
  readonly expected?: number
  readonly kinds: readonly Kind[]
}

/** Writes what `decideLibrary` decided, as one revision, all or nothing. Refused where something does not fit, or nothing changes. */
export async function writeLibrary(db: Db, county: string, sheets: readonly RawSheet[], options: WriteLibrary): Promise<Revision> {
  const { day, actor, reason, now, file, sources = [], expected, kinds } = options
  const revision = await openRevision(db, county, kinds, expected)
  const { decided, problems } = await decideLibrary(db, county, sheets, day)
  if (problems.length > 0)
    throw new Refused({ code: 'library/refused', details: { file, problems: problems.length, where: placeOf(problems[0]) } })
  if (decided.length === 0) throw new Refused({ code: 'library/nothing', details: { file } })
  const news = decided.filter(({ change }) => change !== 'same')
  if (news.length === 0) throw new Refused({ code: 'library/changes-nothing', details: { file } })
  for (const kind of LIBRARY_KINDS) {
    const own = news.filter((each) => each.kind === kind)
    if (own.length === 0) continue
    const spans = own.flatMap(({ present }) =>
      present.map((row): Span => ({ id: row.id, validFrom: dayNumber(day), validTo: INFINITE_DAY })),
    )
    if (spans.length > 0) await revision.take(kind, spans)
    await revision.add(
      kind,
      own.map(({ content, present }) => rowToWrite(kind, { id: present[0]?.id ?? null, validFrom: day, content })),
    )
  }
  return revision.seal({ what: sources.length > 0 ? 'import' : 'write', cause: 'method', actor, reason, sources, now })
}

function placeOf({ details }: LibraryProblem): string {
  const { sheet, row, column } = details as { readonly sheet: string; readonly row?: number; readonly column?: string }
  return [sheet, row, column].filter((part) => part !== undefined).join(' · ')
}

/** Sheets of rows that the program itself states (the sample county): titles and columns by their names. */
export const sheetsFrom = (
  stated: Readonly<Partial<Record<SheetName, readonly Readonly<Record<string, string | number | boolean | null>>[]>>>,
): RawSheet[] =>
  LIBRARY_SHEETS.flatMap(({ name, columns }) => {
    const rows = stated[name]
    if (!rows) return []
    const fields = columns.map((each) => each.name)
    return [{ name, fields, rows: rows.map((of, i) => ({ row: i + 2, values: fields.map((field) => of[field] ?? null) })) }]
  })

type Point = readonly [lon: number, lat: number]

/** A patch's outline in its own coordinates, and a place in degrees brought into them; null where its system is not known. */
function placeIn({ srid, outline }: PatchRow, [lon, lat]: Point): boolean {
  if (outline === null) return false
  const zone = srid === null ? null : zoneOfEpsg(srid)
  if (!zone) return srid === null || srid === 4490 || srid === 4326 || srid === 4258 ? wkbHolds(outline, lon, lat) : false
  const [x, y] = toZone(Float64Array.of(lon, lat), zone)
  return wkbHolds(outline, x, y)
}

const sampleFrom = ({ extra, ...row }: SampleRow): SoilSample => ({
  ...row,
  extra,
  censored: (extra.censored ?? null) as Readonly<Record<string, Censored>> | null,
})

export type FactsTools = {
  readonly library: LibraryInForce
  readonly limits: readonly LimitRule[]
  readonly water: Water
  readonly day: Day
}

/**
 * What is known of patches (by id) on a day, with the library each may draw on: the quotas of its district are its own. Limits are laid over their outlines here, so
 * that no answer rests on an older layer. Hand in some hundreds at a time.
 */
export async function readPatchFacts(
  db: Db,
  county: string,
  ids: readonly number[],
  { library, limits, water, day }: FactsTools,
): Promise<{ readonly facts: PatchFacts; readonly library: Library; readonly id: number; readonly key: string }[]> {
  const patches = await readPatches(db, county, ids, day)
  if (patches.length === 0) return []
  const placed = patches.flatMap(({ bbox }) => (bbox ? [{ bbox }] : []))
  const box = boxOf(placed)
  const keys = patches.map(({ key }) => key)
  const samples = await readSamplesOf(db, county, placed.length > 0 ? box : [0, 0, 0, 0], keys, day)
  const outlines = await readOutlinesOf(db, county, ids, day)
  const layers = limits.flatMap(({ layer }) => (layer === null ? [] : [layer]))
  const grounds = outlines.length > 0 ? await readGroundsIn(db, county, layers, boxOf(outlines), day) : []
  const { parts } = partsOf(outlines, grounds, limits)
  const grading = await readGrading(db, county)
  const { eceConversion, drainReachM, yearType } = library.site
  const siteOf = siteWater(water, drainReachM)
  const year: YearType | null = yearType !== null && isYearType(yearType) ? yearType : null
  const needs = new Map<string | null, Library>()
  const libraryOf = (district: string | null) => {
    const known = needs.get(district) ?? { ...library, waterNeeds: waterNeedsOf(water, district, library.crops, year) }
    needs.set(district, known)
    return known
  }
  return patches.map((patch) => {
    const { id, key, landClass, area, bbox, village } = patch
    const own = samples.filter(
      ({ longitude, latitude, plotCode }) =>
        plotCode === key ||
        (longitude !== null &&
          latitude !== null &&
          bbox !== null &&
          isIn(bbox, longitude, latitude) &&
          placeIn(patch, [longitude, latitude])),
    )
    const areaM2 = area / 100
    const place = bbox
      ? { lon: (bbox[0] + bbox[2]) / 2, lat: (bbox[1] + bbox[3]) / 2, village }
      : { lon: Number.NaN, lat: Number.NaN, village }
    const facts: PatchFacts = {
      id: key,
      landClass,
      areaM2,
      slopeDegrees: null,
      soil: soilFactsOf(own.map(sampleFrom), grading, day, eceConversion),
      water: siteOf(place),
      limits: parts.get(id) ?? [],
    }
    return { facts, library: libraryOf(facts.water.district), id, key }
  })
}
const isIn = ([x0, y0, x1, y1]: readonly [number, number, number, number], x: number, y: number) => x >= x0 && x <= x1 && y >= y0 && y <= y1

/** The county's water on a day, for `readPatchFacts`. */
export const readCountyWater = (db: Db, county: string, day: Day): Promise<Water> => readWater(db, county, { day, rev: null })
