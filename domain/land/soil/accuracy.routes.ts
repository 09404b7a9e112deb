/** A map against the samples of a design that chance drew: planned and taken, areas with their intervals, and whether land has changed. */
import { type Day, dayFrom } from '@dishu/base/date'
import { type Refusal, Refused } from '@dishu/base/refusal'
import { orRefused, type Route } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import type { Db } from '@dishu/server-kit/sql'
import {
  type AccuracyNote,
  type NamedAreas,
  type ProbabilitySample,
  probabilitySample,
  type RandomDesign,
  type TruthPlace,
} from './accuracy.ts'
import type { AccuracyReply, AccuracyView } from './accuracy.wire.ts'
import { answerOf } from './accuracy-answer.ts'
import { requireDesign } from './design.routes.ts'
import { type Design, statesOf } from './design.ts'
import { coversDepth, GRADES, gradeSample, type IndicatorName, type Scheme, schemeIn } from './grading.ts'
import type { KeptSample } from './map-samples.ts'
import { CountyParams, type SoilRoutesTools } from './maps.routes.ts'
import { readGradesOfMap, readMaps, readSamples } from './maps.store.ts'
import type { SoilMap } from './maps.ts'
import type { CountyGrading } from './schemes.ts'
import { readGrading } from './soil.store.ts'

/** Days of sampling: `from` and `to` of the visit, `earlier…` of the one before; open where they are missing. `earlierDesign`: the same one, for the same places visited twice. */
export type AccuracyAsked = {
  readonly design: string
  readonly map?: string | undefined
  readonly indicator?: string | undefined
  readonly from?: string | undefined
  readonly to?: string | undefined
  readonly earlierDesign?: string | undefined
  readonly earlierFrom?: string | undefined
  readonly earlierTo?: string | undefined
}

const word = (maxLength: number) => Type.Optional(Type.String({ maxLength }))
const Query = Type.Object({
  ...{ design: Type.String({ minLength: 1, maxLength: 20 }), map: word(40), indicator: word(10), from: word(20), to: word(20) },
  ...{ earlierDesign: word(20), earlierFrom: word(20), earlierTo: word(20) },
})

/** What a design's way of drawing is to an estimate; the hypercube and the greedy choice have no chances that are known. */
const DRAWN: Readonly<Record<Design['method'], RandomDesign | null>> = { stratified: 'stratified', grid: 'grid', latin: null, greedy: null }

type Ground = {
  readonly grading: CountyGrading
  readonly scheme: Scheme
  readonly indicator: string
  readonly samples: readonly KeptSample[]
  readonly mapped: ReadonlyMap<number, string>
}
type Visit = { readonly design: Design; readonly from: Day | null; readonly to: Day | null }

/** The grade that a sample shows, by the scheme or by one of its indicators; null where it does not tell. */
function truthOf(sample: KeptSample, { grading, scheme, indicator }: Ground): string | null {
  const graded = gradeSample(scheme, sample, grading.conversion ?? null)
  const found = indicator === 'combined' ? graded.grade : (graded.indicators.find(({ name }) => name === indicator)?.grade ?? null)
  return found === 'not-graded' ? null : found
}

/** Points of a visit that were taken, by their numbers, each with what its sample shows. */
function truthsOf({ design, from, to }: Visit, ground: Ground) {
  const { depthFromCm, depthToCm } = ground.grading
  const inTime = ground.samples.filter(
    ({ sampledOn, role }) =>
      role === null && (from === null || (sampledOn ?? '') >= from) && (to === null || (sampledOn !== null && sampledOn <= to)),
  )
  const told = inTime.filter((sample) => coversDepth(sample, depthFromCm, depthToCm) && truthOf(sample, ground) !== null)
  const taken = (samples: readonly KeptSample[]) =>
    statesOf(
      design.points,
      samples.map(({ x: longitude, y: latitude, ...sample }) => ({
        ...sample,
        longitude,
        latitude,
        plotCode: sample.recordCode ?? sample.plotCode,
      })),
      design.request.reachM,
      from ?? design.validFrom,
    )
  const byCode = new Map(told.map((sample) => [sample.code, sample]))
  return {
    taken: taken(inTime).filter(({ state }) => state === 'taken').length,
    truths: taken(told).map(({ sample }) => (sample === null ? null : (byCode.get(sample) ?? null))),
  }
}

type Joined = { readonly sample: ProbabilitySample; readonly notes: readonly (AccuracyNote | Refusal)[]; readonly view: AccuracyView }

/** A visit as a probability sample: strata, their areas and chances are the design's own. `earlier`: what was found at the same points before. */
function joinDesign(visit: Visit, map: SoilMap, ground: Ground, earlier: readonly (KeptSample | null)[] | null): Joined {
  const { design } = visit
  const drawn = DRAWN[design.method]
  const { taken, truths } = truthsOf(visit, ground)
  const notes: (AccuracyNote | Refusal)[] = []
  const places: TruthPlace[] = []
  let [unmapped, knew] = [0, 0]
  for (const [i, truth] of truths.entries()) {
    if (truth === null) continue
    const point = design.points[i]
    const before = earlier === null ? null : earlier[i]
    if (earlier !== null && before === null) continue
    const mapped = ground.mapped.get(point.patchId)
    if (mapped === undefined) {
      unmapped++
      continue
    }
    if (truth.since <= map.samplesRev) knew++
    const chance = design.figures.inclusion?.[point.stratum]
    places.push({
      ...{ row: i + 1, stratum: point.stratum, map: mapped, truth: truthOf(truth, ground) ?? '' },
      ...(before ? { earlier: truthOf(before, ground) ?? '' } : {}),
      ...(chance !== undefined && chance !== null ? { probability: chance } : {}),
    })
  }
  const graded = truths.filter((each) => each !== null).length
  if (graded < design.points.length)
    notes.push({ code: 'accuracy/not-all-taken', details: { planned: design.points.length, taken, graded } })
  if (unmapped > 0) notes.push({ code: 'accuracy/not-on-map', details: { places: unmapped } })
  if (knew > 0) notes.push({ code: 'accuracy/map-knew-places', details: { places: knew, map: map.title } })
  const hundredths = (areaM2: number) => Math.round(100 * areaM2)
  const whole = design.strata.reduce((sum, { areaM2 }) => sum + hundredths(areaM2), 0)
  const areas: NamedAreas =
    drawn === 'stratified' ? new Map(design.strata.map(({ id, areaM2 }) => [id, hundredths(areaM2)])) : new Map([['all', whole]])
  const sample = orRefused(probabilitySample(places, drawn ?? design.method, areas))
  const inStratum = (id: string) => places.filter(({ stratum }) => stratum === id).length
  return {
    sample,
    notes: [...notes, ...sample.notes],
    view: {
      ...{ design: design.key, title: design.title, planned: design.points.length, taken, used: places.length },
      strata: design.strata.map(({ id, areaM2, planned }) => ({
        ...{ id, area: hundredths(areaM2), planned, used: inStratum(id), inclusion: design.figures.inclusion?.[id] ?? null },
      })),
    },
  }
}

const dayIn = (name: string, stated: string | undefined): Day | null => {
  if (!stated) return null
  const day = dayFrom(stated)
  if (day === null) throw new Refused({ code: 'soil-map/not-a-day', details: { name, value: stated } })
  return day
}

/** The whole answer: of the map, of the land, and of the change since an earlier visit where one is asked about. */
export async function accuracyOfDesign(db: Db, county: string, asked: AccuracyAsked) {
  const grading = await readGrading(db, county)
  const scheme = schemeIn(grading)
  if (scheme === null) throw new Error(`expected a scheme ${grading.scheme}`)
  const indicator = asked.indicator || 'combined'
  const known = ['combined', ...scheme.indicators.map(({ name }) => name)]
  if (!known.includes(indicator as IndicatorName))
    throw new Refused({ code: 'soil-map/unknown-word', details: { name: 'indicator', value: indicator, allowed: known } })
  const visit: Visit = { design: await requireDesign(db, county, asked.design), from: dayIn('from', asked.from), to: dayIn('to', asked.to) }
  const samples = await readSamples(db, county)
  const bare = { grading, scheme, indicator, samples, mapped: new Map<number, string>() }
  const maps = await readMaps(db, county, { day: '9999-12-30' as Day, rev: null })
  const first = Math.min(...truthsOf(visit, bare).truths.flatMap((each) => (each === null ? [] : [each.since])))
  // by itself the newest map that was made before the first of these samples was there
  const map = asked.map ? maps.find(({ mapKey }) => mapKey === asked.map) : (maps.find(({ samplesRev }) => samplesRev < first) ?? maps[0])
  if (!map) throw new Refused({ code: 'accuracy/no-map', details: { map: asked.map ?? '' } })
  const ground: Ground = { ...bare, mapped: mappedBy(await readGradesOfMap(db, county, map.mapKey), indicator) }
  const before: Visit | null = asked.earlierDesign
    ? {
        design: await requireDesign(db, county, asked.earlierDesign),
        ...{ from: dayIn('earlierFrom', asked.earlierFrom), to: dayIn('earlierTo', asked.earlierTo) },
      }
    : null
  const isPaired = before !== null && before.design.key === visit.design.key
  const earlier = before === null ? null : isPaired ? null : joinDesign(before, map, ground, null)
  const joined = joinDesign(visit, map, ground, isPaired ? truthsOf(before, ground).truths : null)
  return {
    ...{ county, indicator, indicators: known, map: map.mapKey, mapTitle: map.title, scheme: scheme.id },
    ...{ visit: joined.view, earlier: earlier?.view ?? null },
    ...answerOf(joined.sample, earlier?.sample ?? null),
    notes: joined.notes,
  }
}

/** The grade each patch has on the map: the one it was given, or the most probable by one indicator. */
function mappedBy(rows: Awaited<ReturnType<typeof readGradesOfMap>>, indicator: string): Map<number, string> {
  return new Map(
    rows.flatMap(({ patchId, grade, chances }) => {
      if (indicator === 'combined') return [[patchId, grade] as const]
      const own = chances[indicator]
      return own ? [[patchId, GRADES[own.indexOf(Math.max(...own))]] as const] : []
    }),
  )
}

export const accuracyRoutes = (tools: Pick<SoilRoutesTools, 'say' | 'isSynthetic'>): Route[] => [
  {
    method: 'GET',
    url: '/api/counties/:county/soil/accuracy',
    schema: { params: CountyParams, querystring: Query },
    handle: async ({ db, params: { county }, query, language }): Promise<AccuracyReply> => {
      const told = await accuracyOfDesign(db, county, query as unknown as AccuracyAsked)
      return {
        ...told,
        notes: told.notes.map((each) => ({ code: each.code, ...tools.say(each, language) })),
        synthetic: await tools.isSynthetic(db, county),
      }
    },
  },
]
