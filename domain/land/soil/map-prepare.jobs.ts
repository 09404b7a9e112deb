/** What a map is made from, read and looked at: the same for the preview, for the beginning of the work, and for the work itself. */
import { Refused } from '@dishu/base/refusal'
import { readHead } from '@dishu/kernel/records/records.store'
import { toZone, type Zone } from '@dishu/numeric/geodesy/zone'
import type { JointSamples } from '@dishu/numeric/kriging/areas'
import type { Scale } from '@dishu/numeric/kriging/tables'
import type { Db } from '@dishu/server-kit/sql'
import { type IndicatorName, POSSIBLE, schemeIn } from './grading.ts'
import { LEAST_SAMPLES } from './interpolation.ts'
import { indicatorsIn } from './map-grades.ts'
import { gridOver, zoneFor } from './map-ground.ts'
import { correlationOf, modelFor, type ValueModel } from './map-model.ts'
import { samplesFor, type ValueSamples } from './map-samples.ts'
import { countPatches, readGroundBox, readSamples } from './maps.store.ts'
import type { MapNote, MapRefusal, MapRequest } from './maps.ts'
import type { Scheme } from './schemes.data.ts'
import type { CountyGrading } from './schemes.ts'
import { readGrading } from './soil.store.ts'

type Box = readonly [number, number, number, number]

export type PreparedMap = {
  readonly request: MapRequest
  readonly rev: number
  readonly grading: CountyGrading
  readonly scheme: Scheme
  readonly zone: Zone
  readonly epsg: number
  readonly box: Box
  readonly patches: number
  /** In the order of simulation: the one measured at most places first. */
  readonly values: readonly ValueModel[]
  readonly samples: readonly ValueSamples[]
  readonly correlations: readonly (readonly number[])[]
  readonly notes: readonly MapNote[]
}

/** Simulations that are held at a time, with the patches' own. */
const MOST_MB = 900

const no = (refusal: MapRefusal): never => {
  throw new Refused(refusal)
}

/** Reads and fits; refuses whatever would make no map, before any long work begins. */
export async function prepareMap(db: Db, county: string, request: MapRequest): Promise<PreparedMap> {
  const grading = await readGrading(db, county)
  const scheme = schemeIn(grading)
  if (scheme === null) throw new Error(`expected a scheme ${grading.scheme}`)
  if (indicatorsIn(scheme, request.values).length === 0)
    no({ code: 'soil-map/not-in-scheme', details: { scheme: scheme.id, needs: scheme.indicators.map(({ name }) => name) } })
  const [patches, box] = [await countPatches(db, county), await readGroundBox(db, county)]
  const plane = box && zoneFor(box)
  if (!box || !plane || patches === 0) return no({ code: 'soil-map/no-patches', details: { county } })
  const mb = Math.ceil((patches * request.values.length * request.draws * 4) / 1e6)
  if (mb > MOST_MB) no({ code: 'soil-map/too-many-patches', details: { patches, draws: request.draws, mb, most: MOST_MB } })
  gridOver(box, plane.zone, request.cellM)
  const { rev } = await readHead(db, county)
  const degrees = await readSamples(db, county)
  const placed = degrees.map((sample) => {
    if (sample.x === null || sample.y === null) return sample
    const [x, y] = toZone(Float64Array.of(sample.x, sample.y), plane.zone)
    return { ...sample, x, y }
  })
  const samples = request.values.map((name) => {
    const found = samplesFor(placed, name, request, grading.conversion ?? null)
    return found.ok ? found.value : no(found.refusal)
  })
  const ordered = [...samples].sort((a, b) => b.x.length - a.x.length)
  const values = ordered.map((each) => {
    const made = modelFor(each, request)
    return made.ok ? made.value : no(made.refusal)
  })
  const correlations = ordered.map((one, i) => ordered.map((other, k) => (i === k ? 1 : (correlationOf(one, other).r ?? 0))))
  const together = togetherIn(jointSamples(ordered, request))
  if (together < LEAST_SAMPLES)
    no({ code: 'soil-map/few-together', details: { values: ordered.map(({ name }) => name), places: together, least: LEAST_SAMPLES } })
  return {
    ...{ request, rev, grading, scheme, zone: plane.zone, epsg: plane.epsg, box, patches, values, samples: ordered, correlations },
    notes: [...ordered.flatMap(({ notes }) => notes), ...values.flatMap(({ notes }) => notes)],
  }
}

/** Places of all values together; a trend in x and y, where one is asked for, in tens of kilometres from the middle. */
export function jointSamples(
  samples: readonly ValueSamples[],
  { method }: Pick<MapRequest, 'method'>,
): JointSamples & { readonly drift: Drift } {
  const places = new Map<string, { x: number; y: number; z: number[] }>()
  for (const [v, { x, y, z }] of samples.entries()) {
    for (let i = 0; i < x.length; i++) {
      const key = `${x[i]} ${y[i]}`
      const place = places.get(key) ?? { x: x[i], y: y[i], z: new Array<number>(samples.length).fill(Number.NaN) }
      place.z[v] = z[i]
      places.set(key, place)
    }
  }
  const all = [...places.values()]
  const [x, y] = [Float64Array.from(all, (each) => each.x), Float64Array.from(all, (each) => each.y)]
  const z = samples.map((_, v) => Float64Array.from(all, (each) => each.z[v]))
  const drift = driftFrom(x, y, method === 'universal')
  return { x, y, z, drift, ...(drift ? { covariates: drift(x, y), covariateCount: 2 } : {}) }
}
type Drift = ((x: Float64Array, y: Float64Array) => Float64Array) | null
const TREND_UNIT = 10_000

function driftFrom(x: Float64Array, y: Float64Array, wanted: boolean): Drift {
  if (!wanted) return null
  const middle = (all: Float64Array) => all.reduce((sum, each) => sum + each, 0) / all.length
  const [mx, my] = [middle(x), middle(y)]
  return (px, py) => Float64Array.from({ length: 2 * px.length }, (_, i) => (i % 2 === 0 ? px[i >> 1] - mx : py[i >> 1] - my) / TREND_UNIT)
}

const togetherIn = ({ x, z }: JointSamples) =>
  Array.from(x, (_, i) => z.every((values) => Number.isFinite(values[i]))).filter(Boolean).length

/** How each value is simulated: its scale, kept within what a soil can have. */
export const scalesOf = (names: readonly IndicatorName[], { transform }: Pick<MapRequest, 'transform'>): Scale[] =>
  names.map((name) => (transform === 'none' ? { kind: 'none' } : { kind: 'scores', lowest: POSSIBLE[name][0], highest: POSSIBLE[name][1] }))
