import { type Day, dayOf } from '@dishu/base/date'
import { type Language, type Refusal, Refused, type Sentence } from '@dishu/base/refusal'
import type { AsOf } from '@dishu/kernel/records/records'
import { toZone } from '@dishu/numeric/geodesy/zone'
import { orRefused, type Route, type RouteRequest } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import type { Db } from '@dishu/server-kit/sql'
import { type IndicatorName, SEASONS, schemeIn } from './grading.ts'
import { duplicatePairs, labPairs, pairedInterval, sayDifference } from './lab-pairs.ts'
import { zoneFor } from './map-ground.ts'
import { type PlacedSample, samplesFor } from './map-samples.ts'
import { MAP_VALUES } from './maps.ts'
import { countSampleRows, readLabRows, readSampleFindings, readSampleRows, type SampleFinding } from './samples.store.ts'
import { profileOf, type SampleRow, sampleView } from './samples.ts'
import type { LaboratoryReply, ProfileReply, SamplesReply } from './samples.wire.ts'
import { readGrading } from './soil.store.ts'
import type { VariogramCheckReply, VariogramReply } from './variogram.wire.ts'
import { checkVariogram, TRANSFORMS, type VariogramTransform, variogramOf } from './variograms.ts'

export type SamplesTools = {
  asOfFrom(db: Db, county: string, address: Readonly<Record<string, string | undefined>>, today: Day): Promise<AsOf>
  say(refusal: Refusal, language: Language): Sentence
  sayFinding(finding: SampleFinding, language: Language): string
}

const COUNTY = Type.String({ pattern: '^\\d{6}$' })
const CountyParams = Type.Object({ county: COUNTY })
const SampleParams = Type.Object({ county: COUNTY, id: Type.Integer({ minimum: 1 }) })
/** Rows that a page holds at a time. */
const MOST_ROWS = 20_000
/** Two laboratories are compared on samples taken so many days apart at most. */
const DAYS_APART = 31

export function samplesRoutes(tools: SamplesTools): Route[] {
  const asked = async ({ db, params: { county }, query, now }: RouteRequest) => {
    const value = oneOf('value', query.value ?? 'salt', MAP_VALUES)
    const transform: VariogramTransform = oneOf('transform', query.transform ?? 'scores', TRANSFORMS)
    const season = oneOf('season', query.season ?? 'latest', [...SEASONS, 'latest', 'any'] as const)
    const grading = await readGrading(db, county)
    const depth = /^(\d+)-(\d+)$/.exec(query.depth ?? `${grading.depthFromCm}-${grading.depthToCm}`)
    if (!depth) throw notUnderstood('depth', query.depth ?? '', '0-20')
    const rows = await readSampleRows(db, county, await tools.asOfFrom(db, county, query, dayOf(now)), 100_000)
    const found = samplesFor(
      placed(rows.filter(({ role }) => role === null)),
      value as IndicatorName,
      { depthFromCm: Number(depth[1]), depthToCm: Number(depth[2]), season, from: null, to: null, believed: query.believed === 'yes' },
      grading.conversion ?? null,
    )
    return { samples: orRefused(found), transform }
  }
  return [
    {
      method: 'GET',
      url: '/api/counties/:county/soil/samples',
      schema: { params: CountyParams },
      handle: async ({ db, params: { county }, query, language, now }): Promise<SamplesReply> => {
        const asOf = await tools.asOfFrom(db, county, query, dayOf(now))
        const grading = await readGrading(db, county)
        const scheme = schemeIn(grading)
        const findings = new Map<string, { id: number; severity: string; message: string }[]>()
        for (const finding of await readSampleFindings(db, county)) {
          const own = findings.get(finding.code) ?? []
          own.push({ id: finding.id, severity: finding.severity, message: tools.sayFinding(finding, language) })
          findings.set(finding.code, own)
        }
        const rows = await readSampleRows(db, county, asOf, MOST_ROWS)
        return {
          county,
          total: rows.length < MOST_ROWS ? rows.length : await countSampleRows(db, county, asOf),
          samples: rows.map((row) => sampleView(row, grading, findings.get(row.code) ?? [])),
          scheme: { id: grading.scheme, name: scheme?.[language] ?? grading.scheme, depth: `${grading.depthFromCm}–${grading.depthToCm}` },
          bounds: Object.fromEntries(
            (scheme?.indicators ?? []).map(({ name, limits }) => [name, [limits.light, limits.moderate, limits.heavy, limits.extreme]]),
          ),
        }
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/soil/samples/:id/profile',
      schema: { params: SampleParams },
      handle: async ({ db, params: { county, id }, query, language, now }): Promise<ProfileReply> => {
        const rows = await readSampleRows(db, county, await tools.asOfFrom(db, county, query, dayOf(now)), 100_000)
        const own = rows.find((row) => row.id === Number(id))
        if (!own) throw new Refused({ code: 'soil/no-such-sample', details: { id: Number(id) } })
        const hole = rows.filter((row) => row.id === own.id || isSameHole(row, own))
        return { code: own.code, sampledOn: own.sampledOn, profiles: profileOf(hole, (refusal) => tools.say(refusal, language).message) }
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/soil/laboratory',
      schema: { params: CountyParams },
      handle: async ({ db, params: { county }, query, now }): Promise<LaboratoryReply> => {
        const rows = await readLabRows(db, county, await tools.asOfFrom(db, county, query, dayOf(now)))
        return {
          duplicates: duplicatePairs(rows)
            .map(({ duplicate, of, value, off, relative }) => ({ duplicate, of, value, relative, off: Number(off.toPrecision(4)) }))
            .sort((a, b) => b.off - a.off)
            .slice(0, 500),
          labs: labPairs(rows, DAYS_APART).map(({ labs, column, value, differences }) => {
            const interval = pairedInterval(differences)
            const say = (each: number | undefined) => (each === undefined ? null : sayDifference(column, each))
            return {
              ...{ labs, value, pairs: differences.length, relative: column !== 'ph' },
              ...{ low: say(interval?.[0]), mean: sayDifference(column, interval?.[1] ?? differences[0]), high: say(interval?.[2]) },
            }
          }),
        }
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/soil/variogram',
      schema: { params: CountyParams },
      handle: async (request): Promise<VariogramReply> => {
        const { samples, transform } = await asked(request)
        const { query, language } = request
        const cutoff = query.cutoff === undefined || query.cutoff === '' ? null : Number(query.cutoff)
        if (cutoff !== null && !(cutoff > 0 && cutoff < 1e6)) throw notUnderstood('cutoff', query.cutoff ?? '', '0 … 1000000')
        const found = orRefused(variogramOf(samples, { transform, robust: query.robust === 'yes', cutoff }))
        return { ...found, notes: samples.notes.map((note) => tools.say(note, language).message) }
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/soil/variogram/check',
      schema: { params: CountyParams },
      handle: async (request): Promise<VariogramCheckReply> => {
        const { samples, transform } = await asked(request)
        const { query, language } = request
        const checked = orRefused(checkVariogram(samples, transform, query.model ?? ''))
        const { isShown, gain, krigingRmse, meanRmse } = checked
        const told = { code: 'kriging/no-structure', details: { gainPercent: 100 * gain, krigingRmse, meanRmse } }
        return { ...checked, message: isShown ? null : tools.say(told, language).message }
      },
    },
  ]
}

const notUnderstood = (field: string, stated: string, wanted: string) =>
  new Refused({ code: 'variogram/not-understood', details: { field, stated, wanted } })

function oneOf<const Word extends string>(field: string, stated: string, words: readonly Word[]): Word {
  const found = words.find((word) => word === stated)
  if (found === undefined) throw notUnderstood(field, stated, words.join(', '))
  return found
}

const isSameHole = (a: SampleRow, b: SampleRow) =>
  a.longitude !== null &&
  a.longitude === b.longitude &&
  a.latitude === b.latitude &&
  a.sampledOn !== null &&
  a.sampledOn === b.sampledOn &&
  a.role === b.role

/** Samples with their places in metres of the zone around them all. */
function placed(rows: readonly SampleRow[]): readonly PlacedSample[] {
  const there = rows.flatMap(({ longitude, latitude }) => (longitude !== null && latitude !== null ? [[longitude, latitude] as const] : []))
  const middle = (values: readonly number[]) => [...values].sort((a, b) => a - b)[values.length >> 1]
  const plane = there.length > 0 ? zoneFor([middle(there.map(([lon]) => lon)), 0, middle(there.map(([lon]) => lon)), 0]) : null
  return rows.map(({ longitude, latitude, ...row }) => {
    if (longitude === null || latitude === null || plane === null) return { ...row, x: null, y: null }
    const [x, y] = toZone(Float64Array.of(longitude, latitude), plane.zone)
    return { ...row, x, y }
  })
}
