/** From the register's samples to one value a place: of the depth, the season and the days asked for. */
import type { Day } from '@dishu/base/date'
import { accept, type Result, refuse } from '@dishu/base/refusal'
import {
  type Campaign,
  campaignOf,
  coversDepth,
  type IndicatorName,
  orderOfCampaigns,
  POSSIBLE,
  type Sample,
  spanOfIndicator,
} from './grading.ts'
import { LEAST_SAMPLES, prepareSamples } from './interpolation.ts'
import type { MapNote, MapRefusal, MapRequest } from './maps.ts'

/** A sample with its place in metres; null where the register has none. */
export type PlacedSample = Sample & { readonly x: number | null; readonly y: number | null }
/** Such a sample as the register has it. */
export type KeptSample = PlacedSample & {
  readonly bag: string | null
  readonly plotCode: string | null
  readonly since: number
  readonly recordCode: string | null // of a laboratory's row: the record of sampling that has its bag
  readonly role: string | null // of a duplicate or a blank
}

/** One value at each place. `codes[i]`: the samples whose mean value i is. `newest`: the last day on which any was taken. */
export type ValueSamples = {
  readonly name: IndicatorName
  readonly x: Float64Array
  readonly y: Float64Array
  readonly z: Float64Array
  readonly codes: readonly (readonly string[])[]
  readonly newest: Day | null
  readonly campaign: string
  readonly notes: readonly MapNote[]
  /** Covariates of the places, where the map is asked to lean on any. */
  readonly columns?: readonly Float64Array[]
}

/** More than this share of limits in place of values, and a map would be one of what the laboratory cannot see. */
const MOST_LIMITS = 0.25

type Found = { readonly sample: PlacedSample; readonly value: number; readonly atLimit: boolean }

/**
 * The values of one indicator. A value below or above what the laboratory could see stands at its limit, which is counted: never lower than it is where it is
 * below, never higher where it is above. Refused: too few places, all the same, one far out, mostly limits, a place far from all others.
 */
export function samplesFor(
  samples: readonly PlacedSample[],
  name: IndicatorName,
  request: Pick<MapRequest, 'depthFromCm' | 'depthToCm' | 'season' | 'from' | 'to' | 'believed'>,
  conversion: string | null,
): Result<ValueSamples, MapRefusal> {
  const deep = samples.filter((sample) => coversDepth(sample, request.depthFromCm, request.depthToCm))
  const inTime = deep.filter((sample) => isInTime(sample, request))
  const placed = inTime.filter(({ x, y }) => x !== null && y !== null)
  const measured = placed.flatMap((sample): Found[] => {
    const found = valueIn(sample, name, conversion)
    return found === null ? [] : [{ sample, ...found }]
  })
  const { strays, distance } = straysAmong(measured)
  const { used, campaign } = ofCampaign(
    measured.filter((each) => !strays.has(each)),
    request.season,
  )
  const counted = {
    samples: used.length,
    depth: samples.length - deep.length,
    season: deep.length - inTime.length + measured.length - strays.size - used.length,
    unplaced: inTime.length - placed.length,
  }
  const lost = [...strays].map(({ sample }) => sample.code)
  const km = Math.round(distance / 1000)
  if (lost.length > MOST_STRAYS * measured.length)
    return refuse('soil-map/apart', { value: name, km, sample: lost[0], samples: lost.length })
  const tooFew = (places: number) =>
    refuse('soil-map/too-few', { value: name, ...counted, places, least: LEAST_SAMPLES, unmeasured: placed.length - measured.length })
  const limits = used.filter(({ atLimit }) => atLimit).length
  if (limits > MOST_LIMITS * used.length) return refuse('soil-map/mostly-limits', { value: name, limits, samples: used.length })
  if (used.length === 0) return tooFew(0)
  const input = {
    rows: Uint32Array.from(used, (_, i) => i),
    x: Float64Array.from(used, ({ sample }) => sample.x ?? Number.NaN),
    y: Float64Array.from(used, ({ sample }) => sample.y ?? Number.NaN),
    value: Float64Array.from(used, ({ value }) => value),
  }
  const prepared = prepareSamples(input, { believed: request.believed, forLogarithms: false })
  if (!prepared.ok) {
    const { refusal } = prepared
    if (refusal.code === 'kriging/too-few') return tooFew(refusal.details.places)
    if (refusal.code === 'kriging/constant')
      return refuse('soil-map/constant', { value: name, found: refusal.details.value, samples: used.length })
    if (refusal.code === 'kriging/outlier') {
      const { row, value, median, spread } = refusal.details
      return refuse('soil-map/outlier', { value: name, sample: used[row].sample.code, found: value, median, spread })
    }
    throw new Error(`expected no ${refusal.code} of samples of the register`)
  }
  const { x, y, value: z, entries } = prepared.value
  const notes: MapNote[] = []
  const shared = entries.filter((there) => there.length > 1)
  if (shared.length > 0)
    notes.push({
      code: 'soil-map/same-place',
      details: { value: name, places: shared.length, samples: shared.reduce((sum, there) => sum + there.length, 0) },
    })
  const impossible = placed.filter((sample) => sample[name] !== null && valueIn(sample, name, conversion) === null).map(({ code }) => code)
  if (impossible.length > 0)
    notes.push({ code: 'soil-map/impossible', details: { value: name, samples: impossible.length, first: impossible.slice(0, 5) } })
  if (lost.length > 0) notes.push({ code: 'soil-map/strays', details: { value: name, km, samples: lost } })
  if (limits > 0) notes.push({ code: 'soil-map/at-limit', details: { value: name, samples: limits } })
  if (counted.depth + counted.season + counted.unplaced > 0) notes.push({ code: 'soil-map/left-out', details: { value: name, ...counted } })
  const newest = used.reduce<Day | null>((last, { sample }) => ((sample.sampledOn ?? '') > (last ?? '') ? sample.sampledOn : last), null)
  return accept({ name, x, y, z, codes: entries.map((there) => there.map((i) => used[i].sample.code)), newest, campaign, notes })
}

const isInTime = ({ sampledOn }: Sample, { from, to }: Pick<MapRequest, 'from' | 'to'>) =>
  (from === null && to === null) || (sampledOn !== null && (from === null || sampledOn >= from) && (to === null || sampledOn <= to))

/** A value, or the limit of one of which only a side is known; null where nothing is known, not even a side. */
function valueIn(sample: Sample, name: IndicatorName, conversion: string | null): { value: number; atLimit: boolean } | null {
  const span = spanOfIndicator(name, sample, conversion)
  if (span === null) return null
  if (span[0] === span[1]) return { value: span[0], atLimit: false }
  const [least, most] = POSSIBLE[name]
  if (span[0] <= least && span[1] >= most) return null
  return { value: span[0] <= least ? span[1] : span[0], atLimit: true }
}

/** A season that is named has all its years; 'latest' the newest campaign that has places enough, else the newest of all; 'any' everything. Seasons never mix unless asked to. */
function ofCampaign(found: readonly Found[], season: MapRequest['season']): { used: readonly Found[]; campaign: string } {
  if (season === 'any') return { used: found, campaign: 'any' }
  const named = found.flatMap((each) => {
    const campaign = campaignOf(each.sample)
    return campaign === null ? [] : [{ each, campaign }]
  })
  if (season !== 'latest')
    return { used: named.filter(({ campaign }) => campaign.season === season).map(({ each }) => each), campaign: season }
  const campaigns = new Map<string, { campaign: Campaign; all: Found[] }>()
  for (const { each, campaign } of named) {
    const there = campaigns.get(campaign.name) ?? { campaign, all: [] }
    there.all.push(each)
    campaigns.set(campaign.name, there)
  }
  const newest = [...campaigns.values()].sort((a, b) => orderOfCampaigns(b.campaign) - orderOfCampaigns(a.campaign))
  const chosen = newest.find(({ all }) => all.length >= LEAST_SAMPLES) ?? newest[0]
  return chosen ? { used: chosen.all, campaign: chosen.campaign.name } : { used: [], campaign: 'latest' }
}

/** Metres that no county is wide. */
const COUNTY_WIDTH = 400_000
/** Up to this share of places may lie elsewhere and be left out; of more the coordinate system is wrong, and not single places. */
const MOST_STRAYS = 0.05

/** Places so far from the middle of the others that they can only be of another coordinate system, or a slip of the pen; `distance`: of the farthest, metres. */
function straysAmong(found: readonly Found[]): { readonly strays: ReadonlySet<Found>; readonly distance: number } {
  const middle = (of: (found: Found) => number) => Float64Array.from(found, of).sort()[found.length >> 1]
  const [mx, my] = [middle(({ sample }) => sample.x ?? 0), middle(({ sample }) => sample.y ?? 0)]
  const away = ({ sample }: Found) => Math.hypot((sample.x ?? 0) - mx, (sample.y ?? 0) - my)
  const strays = new Set(found.filter((each) => away(each) > COUNTY_WIDTH))
  return { strays, distance: [...strays].reduce((most, each) => Math.max(most, away(each)), 0) }
}
