/** The frame of a design from the register, and what is known of the value it is for. */

import { createHash } from 'node:crypto'
import { Refused } from '@dishu/base/refusal'
import { readWkb } from '@dishu/base/wkb'
import { usedAs } from '@dishu/kernel/areas/areas'
import { fromZone, toZone, type Zone } from '@dishu/numeric/geodesy/zone'
import { Kriging } from '@dishu/numeric/kriging/kriging'
import { Covariance, nuggetOf, stretchOf, withoutDirection } from '@dishu/numeric/kriging/model'
import { nearestDistances } from '@dishu/numeric/sampling/access'
import { type Lattice, nodesInside } from '@dishu/numeric/sampling/lattice'
import { seededRandom } from '@dishu/numeric/shared/random'
import { type Db, transaction } from '@dishu/server-kit/sql'
import { toDegrees } from './degrees.jobs.ts'
import { eachGroundPatch, readExcluded, readGroundByClass, readPatchGrades, readPatchMaps } from './design.store.ts'
import {
  type Chosen,
  candidatesFor,
  type Design,
  type DesignRefusal,
  type DesignRequest,
  drawDesign,
  type Frame,
  type FramePatch,
  type KnownValue,
  type PlannedPoint,
} from './design.ts'
import { schemeIn, spanOfIndicator } from './grading.ts'
import { zoneFor } from './map-ground.ts'
import { modelFor, scoreOf } from './map-model.ts'
import { samplesFor } from './map-samples.ts'
import type { MapTools, Report } from './maps.jobs.ts'
import { readSamples } from './maps.store.ts'
import { readGrading } from './soil.store.ts'

/** Roads people drive on, and where they live: of these the nearest edge is the way to a place (GB/T 21010-2017 and 2007, and the survey's own). */
const ACCESS = /^(100[346]|070[12]|10[24]|20[123])/
/** A long straight edge is no nearer at its ends than in its middle: a vertex at least so often, metres. */
const EDGE_M = 150
/** The greedy method leans on so many samples at most. */
const MOST_CONDITIONING = 800

const no = (refusal: DesignRefusal): never => {
  throw new Refused(refusal)
}

export type DrawnDesign = Pick<Design, 'request' | 'frame' | 'strata' | 'points' | 'figures'>

/** Draws a design on the register as it stands. Nothing is written. `report` is told what is at hand, and has a moment for whoever would stop it. */
export async function drawOnRegister(
  db: Db,
  county: string,
  asked: DesignRequest,
  key: string,
  report: (phase: 'ground' | 'drawing') => Promise<void> = async () => {},
): Promise<DrawnDesign> {
  await report('ground')
  const { frame, zone, epsg, digest } = await frameOf(db, county, asked)
  const request = asked.start === null ? asked : { ...asked, start: asked.start }
  const start = asked.start === null ? null : placeIn(zone, asked.start)
  const needsValue = request.method === 'greedy' || (request.method === 'stratified' && request.allocation === 'neyman')
  const samples = needsValue ? await placedSamples(db, county, zone) : []
  const value = request.method === 'greedy' ? await knownValue(db, county, frame, request, samples) : null
  const deviations =
    request.method === 'stratified' && request.allocation === 'neyman' ? await deviationsOf(db, county, frame, request, samples) : null
  const covariates = request.method === 'latin' ? await covariatesOf(db, county, frame, request) : []
  await report('drawing')
  const drawn = drawDesign(frame, request, { covariates, deviations, value, start })
  if (!drawn.ok) return no(drawn.refusal)
  const { strata, figures } = drawn.value
  return {
    request,
    strata,
    figures,
    points: pointsOf(frame, zone, drawn.value, key),
    frame: { epsg, spacingM: Math.round(100 * frame.spacing) / 100, candidates: frame.x.length, patches: frame.patches.length, digest },
  }
}

/** Draws a design for a task: between two phases it can be stopped. */
export async function drawByTask(
  { pool }: Pick<MapTools, 'pool'>,
  county: string,
  request: DesignRequest,
  { signal, report }: { readonly signal: AbortSignal; readonly report: Report },
): Promise<DrawnDesign> {
  const at = async (phase: 'ground' | 'drawing') => {
    report({ phase, done: phase === 'ground' ? 1 : 2, total: 3 })
    await new Promise<void>((resolve) => setTimeout(resolve, 20)) // lets progress out, and signals in
    signal.throwIfAborted()
  }
  return transaction(pool, (db) => drawOnRegister(db, county, request, 'P0', at), { readOnly: true })
}

/** A drawn design under another key: its points bear the key they are kept by. */
export const underKey = (drawn: DrawnDesign, key: string): DrawnDesign => ({
  ...drawn,
  points: drawn.points.map((point) => ({ ...point, code: `${key}${point.code.slice(point.code.indexOf('-'))}` })),
})

const placeIn = (zone: Zone, [longitude, latitude]: readonly [number, number]): readonly [number, number] => {
  const [x, y] = toZone(Float64Array.of(longitude, latitude), zone)
  return [x, y]
}

function pointsOf(frame: Frame, zone: Zone, { candidates, costs }: Chosen, key: string): PlannedPoint[] {
  const digits = Math.max(3, String(candidates.length).length)
  return Array.from(candidates, (i, k) => {
    const [longitude, latitude] = fromZone(Float64Array.of(frame.x[i], frame.y[i]), zone)
    const { id, number, village, villageName, landClass } = frame.patches[frame.patch[i]]
    return {
      code: `${key}-${String(k + 1).padStart(digits, '0')}`,
      longitude: Number(longitude.toFixed(7)),
      latitude: Number(latitude.toFixed(7)),
      ...{ patchId: id, patchNumber: number, village, villageName, landClass },
      stratum: frame.strata[frame.stratum[i]],
      distanceM: Number.isFinite(frame.distance[i]) ? Math.round(frame.distance[i]) : null,
      cost: Math.round(100 * costs[k]) / 100,
    }
  })
}

/** Land on which samples are taken where nobody chose: not what is built on, not roads, not water. */
export const isSampled = (landClass: string) => usedAs(landClass) !== 'construction' && !/^(10|11|104|11[0-9])/.test(landClass)

async function frameOf(db: Db, county: string, request: DesignRequest) {
  const ground = await readGroundByClass(db, county, request.within)
  const wanted = ground.filter(({ landClass }) =>
    request.classes.length > 0 ? request.classes.some((each) => landClass.startsWith(each)) : isSampled(landClass),
  )
  const drawn = wanted.reduce((sum, each) => sum + each.drawn, 0)
  if (drawn === 0)
    return no({ code: 'design/no-ground', details: { patches: wanted.reduce((sum, each) => sum + each.patches, 0), withOutline: 0 } })
  const plane = zoneFor(boxRound(ground.flatMap(({ bbox }) => (bbox ? [bbox] : []))))
  if (plane === null) return no({ code: 'design/outside-zones', details: { county } })
  const { zone, epsg } = plane
  const spacing = Math.sqrt(
    Math.max(
      1,
      wanted.reduce((sum, each) => sum + each.areaM2, 0),
    ) / candidatesFor(request),
  )
  const random = seededRandom(request.seed ^ 0x5f3759df)
  const lattice: Lattice = { x0: 500_000 + random() * spacing, y0: random() * spacing, spacing }
  const excluded = new Set<string>()
  if (request.exclude.length > 0)
    for (const { outline, srid } of await readExcluded(db, county, request.exclude))
      for (const rings of polygonsIn(outline, srid, zone))
        for (const [column, row] of pairs(nodesInside(rings, lattice))) excluded.add(`${column} ${row}`)

  const grades = new Map(
    request.strataBy === 'grade'
      ? (await readPatchGrades(db, county)).map(({ patchId, grade }) => [patchId, grade])
      : request.strataBy === 'mapgrade'
        ? (await readPatchMaps(db, county)).map(({ patchId, grade }) => [patchId, grade])
        : [],
  )
  const strataOf: Readonly<Record<DesignRequest['strataBy'], (patch: FramePatch) => string>> = {
    none: () => 'all',
    grade: ({ id }) => grades.get(id) ?? 'not-graded',
    mapgrade: ({ id }) => grades.get(id) ?? 'not-mapped',
    class: ({ landClass }) => landClass,
    town: ({ village }) => village.slice(0, 9),
    village: ({ village }) => village,
  }
  const strata = new Map<string, number>()
  const patches: FramePatch[] = []
  const nodes: { column: number; row: number; patch: number; stratum: number }[] = []
  const [accessX, accessY]: [number[], number[]] = [[], []]
  const roads = ground.map(({ landClass }) => landClass).filter((each) => ACCESS.test(each))
  const chosen = new Set(wanted.map(({ landClass }) => landClass))
  for await (const batch of eachGroundPatch(db, county, request.within, [...new Set([...chosen, ...roads])])) {
    for (const { outline, srid, ...patch } of batch) {
      const polygons = polygonsIn(outline, srid, zone)
      if (ACCESS.test(patch.landClass)) for (const rings of polygons) addVertices(rings, accessX, accessY)
      if (!chosen.has(patch.landClass)) continue
      let at = -1
      for (const rings of polygons) {
        for (const [column, row] of pairs(nodesInside(rings, lattice))) {
          const node = `${column} ${row}`
          if (excluded.has(node)) continue
          excluded.add(node) // where patches overlap, the first has the place
          if (at < 0) at = patches.push(patch) - 1
          const name = strataOf[request.strataBy](patch)
          if (!strata.has(name)) strata.set(name, strata.size)
          nodes.push({ column, row, patch: at, stratum: strata.get(name) ?? 0 })
        }
      }
    }
  }
  if (nodes.length === 0) return no({ code: 'design/no-ground', details: { patches: drawn, withOutline: drawn } })
  const [x, y] = [
    Float64Array.from(nodes, ({ column }) => lattice.x0 + column * spacing),
    Float64Array.from(nodes, ({ row }) => lattice.y0 + row * spacing),
  ]
  const frame: Frame = {
    ...{ x, y, patches, spacing, strata: [...strata.keys()] },
    column: Int32Array.from(nodes, ({ column }) => column),
    row: Int32Array.from(nodes, ({ row }) => row),
    patch: Int32Array.from(nodes, ({ patch }) => patch),
    stratum: Int32Array.from(nodes, ({ stratum }) => stratum),
    distance: nearestDistances(x, y, Float64Array.from(accessX), Float64Array.from(accessY)),
  }
  return { frame, zone, epsg, digest: digestOf(frame) }
}

/** By which anyone sees whether a design was drawn from the same ground. */
function digestOf({ column, row, patch, stratum, patches, strata, distance }: Frame): string {
  const hash = createHash('sha256')
  for (const each of [column, row, patch, stratum]) hash.update(new Uint8Array(each.buffer, each.byteOffset, each.byteLength))
  hash.update(JSON.stringify([patches.map(({ id }) => id), strata, Array.from(distance, (metres) => Math.round(metres))]))
  return hash.digest('hex').slice(0, 32)
}

function boxRound(boxes: readonly (readonly [number, number, number, number])[]): readonly [number, number, number, number] {
  const of = (at: number, sign: 1 | -1) => boxes.reduce((least, box) => Math.min(least, sign * box[at]), Number.POSITIVE_INFINITY) * sign
  return [of(0, 1), of(1, 1), of(2, -1), of(3, -1)]
}

function* pairs(nodes: readonly number[]): Generator<readonly [number, number]> {
  for (let i = 0; i + 1 < nodes.length; i += 2) yield [nodes[i], nodes[i + 1]]
}

const ways = new Map<number | null, ((xy: Float64Array) => void) | null>()

/** Rings of each polygon in the plane; nothing for what is no polygon, or of a system that nobody knows. */
function polygonsIn(outline: Uint8Array, srid: number | null, zone: Zone): Float64Array[][] {
  if (!ways.has(srid)) ways.set(srid, toDegrees(srid))
  const way = ways.get(srid)
  if (!way) return []
  try {
    const shape = readWkb(outline)
    if (shape.type !== 'polygon') return []
    return shape.polygons.map(({ rings }) =>
      rings.map((ring) => {
        way(ring)
        return toZone(ring, zone)
      }),
    )
  } catch (fault) {
    if (fault instanceof RangeError) return []
    throw fault
  }
}

function addVertices(rings: readonly Float64Array[], toX: number[], toY: number[]): void {
  for (const ring of rings) {
    for (let i = 0, j = ring.length - 2; i + 1 < ring.length; j = i, i += 2) {
      const steps = Math.max(1, Math.ceil(Math.hypot(ring[i] - ring[j], ring[i + 1] - ring[j + 1]) / EDGE_M))
      for (let k = 1; k <= steps; k++) {
        toX.push(ring[j] + (k / steps) * (ring[i] - ring[j]))
        toY.push(ring[j + 1] + (k / steps) * (ring[i + 1] - ring[j + 1]))
      }
    }
  }
}

type Placed = Awaited<ReturnType<typeof placedSamples>>
async function placedSamples(db: Db, county: string, zone: Zone) {
  return (await readSamples(db, county)).map((sample) => {
    if (sample.x === null || sample.y === null) return sample
    const [x, y] = placeIn(zone, [sample.x, sample.y])
    return { ...sample, x, y }
  })
}

const isPlain = (values: Float64Array) => values.every((each) => Number.isFinite(each))

/** Predictions at the candidates and the bounds of the grades, on the scale of normal scores. Refused where samples do not say enough of the value. */
async function knownValue(db: Db, county: string, frame: Frame, { value }: DesignRequest, samples: Placed): Promise<KnownValue> {
  const grading = await readGrading(db, county)
  const { depthFromCm, depthToCm } = grading
  const undecided = (why: string) => no({ code: 'design/not-decided-by-samples', details: { value, why } })
  const found = samplesFor(
    samples,
    value,
    { depthFromCm, depthToCm, season: 'latest', from: null, to: null, believed: true },
    grading.conversion ?? null,
  )
  if (!found.ok) throw new Refused(found.refusal)
  const made = modelFor(found.value, { models: {}, method: 'ordinary', transform: 'scores', nmax: 32 })
  if (!made.ok) throw new Refused(made.refusal)
  const { model, table, samples: known } = made.value
  const covariance = new Covariance(withoutDirection(model))
  if (nuggetOf(model) >= 0.999 * covariance.sill || stretchOf(model)) return undecided('no-structure')
  const answers = { prediction: new Float64Array(frame.x.length), variance: new Float64Array(frame.x.length) }
  new Kriging(known, model, { nmax: 32 }).predictPoints(frame.x, frame.y, answers)
  if (!isPlain(answers.prediction)) return undecided('no-structure')
  const limits = schemeIn(grading)?.indicators.find(({ name }) => name === value)?.limits
  const bounds = limits ? [limits.light, limits.moderate, limits.heavy, limits.extreme] : []
  const step = Math.max(1, known.x.length / MOST_CONDITIONING)
  const kept = Int32Array.from({ length: Math.min(known.x.length, MOST_CONDITIONING) }, (_, k) => Math.floor(k * step))
  return {
    mean: answers.prediction,
    bounds: bounds.map((bound) => (table ? scoreOf(table, bound) : bound)).filter(Number.isFinite),
    covariance: (d2, count) => covariance.fillContinuous(d2, count),
    nugget: nuggetOf(model),
    sampleX: Float64Array.from(kept, (i) => known.x[i]),
    sampleY: Float64Array.from(kept, (i) => known.y[i]),
  }
}

/** The deviation of the value within each stratum, by the samples in it; strata with fewer than three have that of all. */
async function deviationsOf(db: Db, county: string, frame: Frame, { value }: DesignRequest, samples: Placed): Promise<Float64Array> {
  const { depthFromCm, depthToCm, conversion } = await readGrading(db, county)
  const within: number[][] = frame.strata.map(() => [])
  const all: number[] = []
  for (const sample of samples) {
    const span = spanOfIndicator(value, sample, conversion ?? null)
    if (span === null || sample.x === null || sample.y === null || sample.depthFromCm !== depthFromCm || sample.depthToCm !== depthToCm)
      continue
    const at = nearestCandidate(frame, sample.x, sample.y)
    const middle = Number.isFinite(span[1]) ? (span[0] + span[1]) / 2 : span[0]
    all.push(middle)
    if (at >= 0) within[frame.stratum[at]].push(middle)
  }
  if (all.length < 3) return no({ code: 'design/not-decided-by-samples', details: { value, why: 'no-samples' } })
  return Float64Array.from(within, (own) => deviation(own.length < 3 ? all : own))
}

function deviation(values: readonly number[]): number {
  const mean = values.reduce((sum, each) => sum + each, 0) / values.length
  return Math.sqrt(values.reduce((sum, each) => sum + (each - mean) ** 2, 0) / Math.max(1, values.length - 1))
}

function nearestCandidate({ x, y, spacing }: Frame, px: number, py: number): number {
  let [at, least] = [-1, 2 * spacing * spacing]
  for (let i = 0; i < x.length; i++) {
    const d2 = (x[i] - px) ** 2 + (y[i] - py) ** 2
    if (d2 < least) [at, least] = [i, d2]
  }
  return at
}

/** So much of the land must have a figure before a covariate tells it apart. */
const LEAST_KNOWN = 0.8

async function covariatesOf(db: Db, county: string, frame: Frame, { covariates }: DesignRequest): Promise<Float64Array[]> {
  const wanted = covariates.filter((name) => name !== 'place')
  if (wanted.length === 0) return []
  const maps = new Map((await readPatchMaps(db, county)).map(({ patchId, figures }) => [patchId, figures]))
  return wanted.map((name) => {
    const column = Float64Array.from(frame.patch, (at) => maps.get(frame.patches[at].id)?.[name]?.[0] ?? Number.NaN)
    const known = column.filter((each) => !Number.isNaN(each))
    if (known.length < LEAST_KNOWN * column.length)
      return no({ code: 'design/no-covariate', details: { covariate: name, known: known.length, candidates: column.length } })
    const mean = known.reduce((sum, each) => sum + each, 0) / known.length
    return column.map((each) => (Number.isNaN(each) ? mean : each))
  })
}
