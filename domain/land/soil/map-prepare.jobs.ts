/** What a map is made from, read and looked at: the same for the preview, for the beginning of the work, and for the work itself. */
import { Refused } from '@dishu/base/refusal'
import { readHead } from '@dishu/kernel/records/records.store'
import { toZone, type Zone } from '@dishu/numeric/geodesy/zone'
import type { JointSamples } from '@dishu/numeric/kriging/areas'
import type { Grid } from '@dishu/numeric/kriging/kriging'
import type { Scale } from '@dishu/numeric/kriging/tables'
import type { Db } from '@dishu/server-kit/sql'
import { cellsAt, covariatesOfCells, MOST_STACKED, type OpenCovariates } from './covariates.ts'
import { type IndicatorName, POSSIBLE, schemeIn } from './grading.ts'
import { LEAST_SAMPLES } from './interpolation.ts'
import { jointSamples } from './map-drift.ts'
import { indicatorsIn } from './map-grades.ts'
import { gridOver, zoneFor } from './map-ground.ts'
import { correlationOf, modelFor, type ValueModel } from './map-model.ts'
import { samplesFor, type ValueSamples } from './map-samples.ts'
import { countPatches, readGroundBox, readSamples } from './maps.store.ts'
import { type MapNote, type MapRefusal, type MapRequest, needsCovariates } from './maps.ts'
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
  readonly grid: Grid
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

/** Places up to which every way of mapping is compared while somebody waits: forests are grown anew for every square of land. */
const MOST_WAITED_FOR = 400
/** Of the samples, and of the land, so much must have covariates. */
export const LEAST_COVERED = 0.5

/**
 * Reads and fits; refuses whatever would make no map, before any long work begins. `covariates`: opened, where the request has any. `waiting`: somebody does, and of many samples
 * only the kriging without covariates is looked at.
 */
export async function prepareMap(
  db: Db,
  county: string,
  request: MapRequest,
  covariates: OpenCovariates | null,
  waiting = false,
): Promise<PreparedMap> {
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
  const grid = gridOver(box, plane.zone, request.cellM)
  const stacked = grid.columns * grid.rows * (request.covariates?.length ?? 0)
  if (stacked > MOST_STACKED)
    no({
      code: 'soil-map/grid-too-large',
      details: {
        ...{ cells: grid.columns * grid.rows, most: Math.floor(MOST_STACKED / (request.covariates?.length ?? 1)), cellM: grid.dx },
      },
    })
  const { rev } = await readHead(db, county)
  const degrees = await readSamples(db, county)
  const placed = degrees.map((sample) => {
    if (sample.x === null || sample.y === null) return sample
    const [x, y] = toZone(Float64Array.of(sample.x, sample.y), plane.zone)
    return { ...sample, x, y }
  })
  const samples: ValueSamples[] = []
  for (const name of request.values) {
    const found = samplesFor(placed, name, request, grading.conversion ?? null)
    if (!found.ok) return no(found.refusal)
    samples.push(covariates ? await withCovariates(found.value, covariates, grid, plane.zone) : found.value)
  }
  const ordered = [...samples].sort((a, b) => b.x.length - a.x.length)
  const values = ordered.map((each) => {
    const asked = waiting && each.columns && each.x.length > MOST_WAITED_FOR
    const made = asked
      ? modelFor(each, needsCovariates(request.method) ? { ...request, method: 'ordinary', models: {} } : request)
      : modelFor(each, request, each.columns)
    return made.ok ? made.value : no(made.refusal)
  })
  const correlations = ordered.map((one, i) => ordered.map((other, k) => (i === k ? 1 : (correlationOf(one, other).r ?? 0))))
  const together = togetherIn(jointSamples(ordered, values))
  if (together < LEAST_SAMPLES)
    no({ code: 'soil-map/few-together', details: { values: ordered.map(({ name }) => name), places: together, least: LEAST_SAMPLES } })
  return {
    ...{ request, rev, grading, scheme, zone: plane.zone, epsg: plane.epsg, box, grid, patches, values, samples: ordered, correlations },
    notes: [...ordered.flatMap(({ notes }) => notes), ...values.flatMap(({ notes }) => notes)],
  }
}

/** Samples with the covariates of the cells in which they lie; those that have not all of them are left out, and counted. */
async function withCovariates(samples: ValueSamples, covariates: OpenCovariates, grid: Grid, zone: Zone): Promise<ValueSamples> {
  const { name, x, y, z, codes, notes } = samples
  const q = covariates.names.length
  const found = await covariatesOfCells(covariates, grid, zone, cellsAt(grid, x, y))
  const kept = Int32Array.from(x.keys()).filter((i) => found.subarray(i * q, (i + 1) * q).every((each) => !Number.isNaN(each)))
  if (kept.length < LEAST_COVERED * x.length || kept.length < LEAST_SAMPLES)
    no({
      code: 'soil-map/covariates-elsewhere',
      details: { what: 'samples', percent: (100 * kept.length) / x.length, least: 100 * LEAST_COVERED },
    })
  const pick = (all: Float64Array) => Float64Array.from(kept, (i) => all[i])
  const lost = x.length - kept.length
  return {
    ...samples,
    ...{ x: pick(x), y: pick(y), z: pick(z), codes: Array.from(kept, (i) => codes[i]) },
    columns: covariates.names.map((_, a) => Float64Array.from(kept, (i) => found[i * q + a])),
    notes: lost > 0 ? [...notes, { code: 'soil-map/samples-uncovered', details: { value: name, samples: lost } }] : notes,
  }
}

const togetherIn = ({ x, z }: JointSamples) =>
  Array.from(x, (_, i) => z.every((values) => Number.isFinite(values[i]))).filter(Boolean).length

/** How each value is simulated: its scale, kept within what a soil can have. */
export const scalesOf = (names: readonly IndicatorName[], { transform }: Pick<MapRequest, 'transform'>): Scale[] =>
  names.map((name) =>
    transform !== 'scores' ? { kind: transform } : { kind: 'scores', lowest: POSSIBLE[name][0], highest: POSSIBLE[name][1] },
  )
