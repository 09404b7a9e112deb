/** A soil map from the register's samples to the register: rasters and simulations into the content store, a grade for every patch, all in one revision. */

import { randomBytes } from 'node:crypto'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Day, dayOf } from '@dishu/base/date'
import { type Language, type Refusal, Refused } from '@dishu/base/refusal'
import type { Kind, Revision } from '@dishu/kernel/records/records'
import { openRevision, rowToWrite } from '@dishu/kernel/records/records.store'
import { writeDocument } from '@dishu/kernel/sealed/sealed.store'
import { prepareAreas, simulateAreas } from '@dishu/numeric/kriging/areas'
import { Buckets } from '@dishu/numeric/kriging/buckets'
import { Kriging } from '@dishu/numeric/kriging/kriging'
import { nuggetOf, rangeOf, sillOf } from '@dishu/numeric/kriging/model'
import { type Support, withinVariance } from '@dishu/numeric/kriging/support'
import { type Db, onConnection, type Pool, transaction } from '@dishu/server-kit/sql'
import type { StoredDocument, Vault } from '@dishu/server-kit/vault'
import { type CovariateChoice, covariatesOfCells, type OpenCovariates, type Stack, stackAt } from './covariates.ts'
import { toDegrees } from './degrees.jobs.ts'
import { ensembleBytes } from './ensemble.ts'
import { jointSamples } from './map-drift.ts'
import { figuresOf, gradeDraws, indicatorsIn, neededSamples, type PatchGrade } from './map-grades.ts'
import { supportOf } from './map-ground.ts'
import { LEAST_COVERED, type PreparedMap, prepareMap, scalesOf } from './map-prepare.jobs.ts'
import { writeRaster } from './map-raster.jobs.ts'
import {
  createTask,
  endTask,
  readGradeFrames,
  readPatchShapes,
  readTask,
  readWorking,
  type SoilTask,
  type TaskState,
  writeProgress,
} from './maps.store.ts'
import { type Ensemble, type MapGrid, type MapNote, type MapRequest, mapGradeKind, soilMapKind } from './maps.ts'

/** Rasters of the register as covariates: which there are, and those of a map opened. */
export type CovariateTools = {
  list(db: Db, county: string, language: Language): Promise<CovariateChoice[]>
  open(db: Db, county: string, ids: readonly string[]): Promise<OpenCovariates>
}
export type MapTools = {
  readonly pool: Pool
  readonly vault: Vault
  readonly dataDir: string
  readonly kinds: readonly Kind[]
  readonly covariates: CovariateTools
}
export type MapPhase = 'reading' | 'covariates' | 'ground' | 'simulating' | 'drawing' | 'raster' | 'grading' | 'writing'
export type Report = (progress: { readonly phase: MapPhase; readonly done: number; readonly total: number | null }) => void

export const taskFolder = (dataDir: string, id: string) => join(dataDir, 'soil', id)
const newTaskId = (now: Date) => `${now.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}-${randomBytes(3).toString('hex')}`

/** A task at work; refused while another one of the county is. */
export async function beginTask(
  tools: Pick<MapTools, 'pool'>,
  county: string,
  task: { readonly what: SoilTask['what']; readonly request: unknown; readonly reason: string },
  actor: string,
  now: Date,
): Promise<SoilTask> {
  const id = newTaskId(now)
  return transaction(
    tools.pool,
    async (db) => {
      const working = await readWorking(db, county)
      if (working) throw new Refused({ code: 'soil-map/already-at-work', details: { task: working.id } })
      await createTask(db, county, { id, ...task }, actor, now)
      return taskIn(await readTask(db, county, id), id)
    },
    { actor },
  )
}

const taskIn = (task: SoilTask | null, id: string): SoilTask => {
  if (!task) throw new Refused({ code: 'soil-map/no-such-task', details: { task: id } })
  return task
}
export const currentTask = async (tools: Pick<MapTools, 'pool'>, county: string, id: string): Promise<SoilTask> =>
  taskIn(await onConnection(tools.pool, (db) => readTask(db, county, id)), id)

/** Runs the work of a task and leaves the task as it ended: done, refused with its refusal, cancelled or failed. */
export async function settling<Outcome>(
  tools: MapTools,
  county: string,
  id: string,
  signal: AbortSignal,
  work: (task: SoilTask) => Promise<Outcome>,
): Promise<SoilTask> {
  const end = (state: TaskState, outcome: unknown) => transaction(tools.pool, (db) => endTask(db, county, id, state, outcome, new Date()))
  try {
    await end('done', await work(await currentTask(tools, county, id)))
  } catch (cause) {
    if (cause instanceof Refused) await end('refused', cause.refusal)
    else {
      await end(signal.aborted ? 'cancelled' : 'failed', null)
      if (!signal.aborted) throw cause
    }
  } finally {
    await rm(taskFolder(tools.dataDir, id), { recursive: true, force: true })
  }
  return currentTask(tools, county, id)
}

const EVERY_MS = 400
/** Tells the task's row now and then. */
export function reporting(pool: Pool, county: string, id: string): Report {
  let [last, busy] = [0, false]
  return (progress) => {
    const now = Date.now()
    if (busy || now - last < EVERY_MS) return
    last = now
    busy = true
    void transaction(pool, (db) => writeProgress(db, county, id, progress))
      .catch(() => {}) // progress that cannot be told is no reason to stop
      .finally(() => {
        busy = false
      })
  }
}

export type MadeMap = { readonly map: string; readonly rev: number; readonly patches: number; readonly ungraded: number }

/** Makes the map of a request and writes it. Before its end nothing is in the register. `key`: the map's name there. */
export async function makeMap(
  tools: MapTools,
  county: string,
  key: string,
  request: MapRequest,
  options: { readonly actor: string; readonly reason: string; readonly signal: AbortSignal; readonly report: Report },
): Promise<MadeMap> {
  options.report({ phase: 'reading', done: 0, total: null })
  const open = await openFor(tools, county, request)
  try {
    return await makeFrom(tools, county, key, request, open, options)
  } finally {
    await open?.close()
  }
}

/** The covariates of a request; null where it has none. */
export const openFor = (tools: Pick<MapTools, 'pool' | 'covariates'>, county: string, { covariates = [] }: MapRequest) =>
  covariates.length > 0 ? onConnection(tools.pool, (db) => tools.covariates.open(db, county, covariates)) : Promise.resolve(null)

async function makeFrom(
  tools: MapTools,
  county: string,
  key: string,
  request: MapRequest,
  open: OpenCovariates | null,
  options: { readonly actor: string; readonly reason: string; readonly signal: AbortSignal; readonly report: Report },
): Promise<MadeMap> {
  const { signal, report } = options
  const prepared = await transaction(tools.pool, (db) => prepareMap(db, county, request, open), { readOnly: true })
  signal.throwIfAborted()
  const stack = open && (await readStack(open, prepared, signal, report))
  const folder = taskFolder(tools.dataDir, key)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  const ground = await readGround(tools.pool, county, prepared, signal, report)
  await turn()
  const means = await simulatePatches(prepared, ground, stack, signal, report)
  const ratios = ratiosOf(prepared, ground.supports)
  const made = new Date()
  const { grid } = prepared
  const grids: (Omit<MapGrid, 'sha256'> & { readonly path: string })[] = []
  const unlike: MapNote[] = []
  for (const [v, value] of prepared.values.entries()) {
    const path = join(folder, `${value.name}.tif`)
    const facts = { COUNTY: county, MAP: key, MADE_ON: dayOf(made), SAMPLES_REVISION: String(prepared.rev) }
    const { unlikeShare, ...drawn } = await writeRaster(path, value, prepared, stack, facts, signal, (done) =>
      report({ phase: 'raster', done: v * grid.rows + done, total: grid.rows * prepared.values.length }),
    )
    grids.push({ path, ...drawn })
    if (unlikeShare > 0) unlike.push({ code: 'soil-map/unlike-samples', details: { value: value.name, percent: 100 * unlikeShare } })
  }
  const ensemblePath = join(folder, 'ensemble.bin')
  await writeFile(ensemblePath, ensembleBytes({ ids: Float64Array.from(ground.ids), ratios, means }), { mode: 0o600 })
  report({ phase: 'grading', done: 0, total: ground.ids.length })
  await turn()
  const graded = gradePatches(prepared, ground, means, ratios)
  signal.throwIfAborted()
  const ready = { grids, ensemblePath, graded, ground, made, notes: [...unlike, ...uncoveredNote(ground, graded)] }
  return register(tools, county, key, prepared, ready, options)
}

/** Lets signals in, and progress out: a moment beside seconds of work. */
const turn = () => new Promise<void>((resolve) => setTimeout(resolve, 20))

type Ground = { readonly ids: readonly number[]; readonly supports: readonly Support[]; readonly undrawn: number }
const BATCH = 5000

async function readGround(
  pool: Pool,
  county: string,
  { zone, values, patches }: PreparedMap,
  signal: AbortSignal,
  report: Report,
): Promise<Ground> {
  const range = Math.min(...values.map(({ model }) => rangeOf(model) || Number.POSITIVE_INFINITY))
  const placers = new Map<number | null, ((xy: Float64Array) => void) | null>()
  const ids: number[] = []
  const supports: Support[] = []
  let undrawn = 0
  for (let after = 0; ; ) {
    signal.throwIfAborted()
    const batch = await onConnection(pool, (db) => readPatchShapes(db, county, after, BATCH))
    if (batch.length === 0) return { ids, supports, undrawn }
    after = batch[batch.length - 1].id
    for (const { id, srid, outline } of batch) {
      if (!placers.has(srid)) placers.set(srid, toDegrees(srid))
      const support = supportOf(outline, placers.get(srid) ?? null, zone, range)
      if (support === null) undrawn++
      else {
        ids.push(id)
        supports.push(support)
      }
    }
    report({ phase: 'ground', done: ids.length, total: patches })
  }
}

/** Realisations of one step: between two steps progress is told and a map can be stopped. Fewer would find each variogram's weights anew more often. */
const STEP = 100

/** Simulated means: patch by patch, within it value by value, within it draw by draw. */
async function simulatePatches(
  prepared: PreparedMap,
  { supports }: Ground,
  stack: Stack | null,
  signal: AbortSignal,
  report: Report,
): Promise<Float32Array> {
  const { request, values, samples } = prepared
  report({ phase: 'simulating', done: 0, total: request.draws })
  await turn()
  const { drift, ...joint } = jointSamples(samples, values)
  const plan = prepareAreas(
    joint,
    scalesOf(
      values.map(({ name }) => name),
      request,
    ),
    {
      realisations: request.draws,
      seed: request.seed,
      nmax: request.nmax,
      models: values.map(({ name, model }) => (request.models[name] === undefined ? null : model)),
    },
  )
  const points = supports.reduce((sum, { x }) => sum + x.length, 0)
  const [x, y, weights] = [new Float64Array(points), new Float64Array(points), new Float64Array(points)]
  const starts = new Int32Array(supports.length + 1)
  for (const [p, support] of supports.entries()) {
    x.set(support.x, starts[p])
    y.set(support.y, starts[p])
    weights.set(support.weights, starts[p])
    starts[p + 1] = starts[p] + support.x.length
  }
  const patches = {
    ...{ x, y, weights, starts, areas: new Float64Array(supports.length).fill(1) },
    ...{ groups: new Int32Array(supports.length), parents: Int32Array.of(-1) },
    ...(drift ? { covariates: drift(x, y, stack ? pointRows(stack, prepared.grid, x, y, starts) : NO_ROWS) } : {}),
  }
  const rows = supports.length * values.length
  const means = new Float32Array(rows * request.draws)
  for (let first = 0; first < request.draws; first += STEP) {
    const count = Math.min(STEP, request.draws - first)
    const part = new Float32Array(rows * count)
    simulateAreas(plan, patches, [], first, count, part)
    for (let row = 0; row < rows; row++) means.set(part.subarray(row * count, (row + 1) * count), row * request.draws + first)
    report({ phase: 'simulating', done: first + count, total: request.draws })
    await turn()
    signal.throwIfAborted()
  }
  return means
}

const NO_ROWS = new Float64Array(0)

/** Covariates at the points of patches. A patch of which some points have none is told by its others; refused where most of the land has none. */
function pointRows(stack: Stack, grid: PreparedMap['grid'], x: Float64Array, y: Float64Array, starts: Int32Array): Float64Array {
  const { q } = stack
  const rows = stackAt(stack, grid, x, y)
  let covered = 0
  for (let p = 0; p + 1 < starts.length; p++) {
    let isCovered = true
    for (let a = 0; a < q; a++) {
      let [sum, count] = [0, 0]
      for (let i = starts[p]; i < starts[p + 1]; i++) {
        if (Number.isNaN(rows[i * q + a])) continue
        sum += rows[i * q + a]
        count++
      }
      if (count === 0) isCovered = false
      else for (let i = starts[p]; i < starts[p + 1]; i++) if (Number.isNaN(rows[i * q + a])) rows[i * q + a] = sum / count
    }
    covered += Number(isCovered)
  }
  const share = covered / Math.max(1, starts.length - 1)
  if (share < LEAST_COVERED)
    throw new Refused({
      code: 'soil-map/covariates-elsewhere',
      details: { what: 'land', percent: 100 * share, least: 100 * LEAST_COVERED },
    })
  return rows
}

/** Rows of the grid whose covariates are read at a time. */
const STACK_ROWS = 32

async function readStack(open: OpenCovariates, { grid, zone }: PreparedMap, signal: AbortSignal, report: Report): Promise<Stack> {
  const { columns, rows } = grid
  const q = open.names.length
  const values = new Float32Array(columns * rows * q)
  for (let from = 0; from < rows; from += STACK_ROWS) {
    signal.throwIfAborted()
    const cells = new Int32Array(2 * columns * (Math.min(rows, from + STACK_ROWS) - from))
    for (let k = 0; k < cells.length / 2; k++) {
      cells[2 * k] = k % columns
      cells[2 * k + 1] = from + Math.floor(k / columns)
    }
    values.set(await covariatesOfCells(open, grid, zone, cells), from * columns * q)
    report({ phase: 'covariates', done: Math.min(rows, from + STACK_ROWS), total: rows })
    await turn()
  }
  return { q, values }
}

/** Patches that have an outline and no grade lie where a covariate has no value. */
const uncoveredNote = ({ ids }: Ground, graded: readonly unknown[]): MapNote[] =>
  ids.length > graded.length ? [{ code: 'soil-map/patches-uncovered', details: { patches: ids.length - graded.length } }] : []

/** What one more sample in each patch tells of its mean, value by value: the variance about the mean of one sample over that of the mean itself. */
function ratiosOf({ values, request }: PreparedMap, supports: readonly Support[]): Float32Array {
  const ratios = new Float32Array(supports.length * values.length)
  const answers = { prediction: new Float64Array(1), variance: new Float64Array(1) }
  for (const [v, { samples, model }] of values.entries()) {
    const kriging = new Kriging(samples, model, { nmax: request.nmax })
    for (const [p, support] of supports.entries()) {
      const within = withinVariance(support, kriging.covariance)
      const covariates = samples.covariates ? Float64Array.of(support.middleX, support.middleY) : undefined
      kriging.predictBlock(support, within, answers, 0, covariates)
      const apart = nuggetOf(model) + Math.max(0, sillOf(model) - nuggetOf(model) - within)
      ratios[p * values.length + v] = answers.variance[0] > 0 ? apart / answers.variance[0] : Number.MAX_VALUE
    }
  }
  return ratios
}

/** Samples that are named with a patch. */
const NAMED = 8

function nearestSamples({ samples }: PreparedMap): (support: Support) => { code: string; metres: number }[] {
  const places = new Map<string, { x: number; y: number; code: string }>()
  for (const { x, y, codes } of samples)
    for (let i = 0; i < x.length; i++)
      if (!places.has(`${x[i]} ${y[i]}`)) places.set(`${x[i]} ${y[i]}`, { x: x[i], y: y[i], code: codes[i][0] })
  const all = [...places.values()]
  const buckets = new Buckets(
    Float64Array.from(all, ({ x }) => x),
    Float64Array.from(all, ({ y }) => y),
  )
  const most = Math.min(NAMED, all.length)
  return ({ middleX, middleY }) => {
    const found: { code: string; metres: number }[] = []
    buckets.forEachWithin(middleX, middleY, Math.sqrt(buckets.reach2(middleX, middleY, most)) * (1 + 1e-12), (id, d2) =>
      found.push({ code: all[id].code, metres: Math.round(Math.sqrt(d2)) }),
    )
    return found.sort((a, b) => a.metres - b.metres || (a.code < b.code ? -1 : 1)).slice(0, most)
  }
}

type GradedPatch = { readonly id: number; readonly grade: PatchGrade; readonly content: Record<string, unknown> }

function gradePatches(prepared: PreparedMap, { ids, supports }: Ground, means: Float32Array, ratios: Float32Array): GradedPatch[] {
  const { values, request, scheme, grading } = prepared
  const names = values.map(({ name }) => name)
  const nearest = nearestSamples(prepared)
  const [wide, indicators] = [names.length * request.draws, indicatorsIn(scheme, names).join(',')]
  return ids.flatMap((id, p): GradedPatch[] => {
    const own = means.subarray(p * wide, (p + 1) * wide)
    const grade = gradeDraws(scheme, names, own, request.draws, grading.map)
    if (grade === null) return []
    const rest = ratios.subarray(p * names.length, (p + 1) * names.length)
    const needed = neededSamples(scheme, names, own, request.draws, [...rest], Math.max(...grade.chances.combined))
    const figures = Object.fromEntries(
      names.map((name, v) => [name, figuresOf(own.subarray(v * request.draws, (v + 1) * request.draws)).map(fourDigits)]),
    )
    const content = {
      ...{ patch_id: id, scheme: scheme.id, grade: grade.grade, share: grade.share, chances: roundedChances(grade.chances), figures },
      ...{ samples: nearest(supports[p]), needed, indicators, draws: grade.draws },
    }
    return [{ id, grade, content }]
  })
}
const fourDigits = (value: number) => Number(value.toPrecision(4))
export const roundedChances = (chances: PatchGrade['chances']) =>
  Object.fromEntries(Object.entries(chances).map(([name, all]) => [name, all.map((each) => Number(each.toFixed(6)))]))

type Ready = {
  readonly grids: readonly (Omit<MapGrid, 'sha256'> & { readonly path: string })[]
  readonly ensemblePath: string
  readonly graded: readonly GradedPatch[]
  readonly ground: Ground
  readonly made: Date
  readonly notes: readonly MapNote[]
}

async function register(
  tools: MapTools,
  county: string,
  key: string,
  prepared: PreparedMap,
  { grids: drawn, ensemblePath, graded, ground, made, notes: more }: Ready,
  { actor, reason, report }: { readonly actor: string; readonly reason: string; readonly report: Report },
): Promise<MadeMap> {
  report({ phase: 'writing', done: 0, total: null })
  const { request, values, samples, epsg, box, scheme, correlations } = prepared
  const documents: StoredDocument[] = []
  const keep = async (path: string, name: string) => {
    const document = await tools.vault.storeDocument(county, path, name, made)
    documents.push(document)
    return document
  }
  const grids: MapGrid[] = []
  for (const { path, ...grid } of drawn) {
    const document = await keep(path, `soil-${key}-${grid.value}.tif`)
    grids.push({ ...grid, sha256: document.sha256.toString('hex'), bytes: document.size })
  }
  const simulations = await keep(ensemblePath, `soil-${key}-simulations.bin`)
  const ensemble: Ensemble = {
    ...{ sha256: simulations.sha256.toString('hex'), bytes: simulations.size, patches: ground.ids.length },
    ...{ draws: request.draws, values: values.map(({ name }) => name) },
  }
  const notes: MapNote[] = [...prepared.notes, ...more]
  if (ground.undrawn > 0) notes.push({ code: 'soil-map/undrawn-patches', details: { patches: ground.undrawn } })
  const newest = samples.reduce<Day | null>((last, each) => ((each.newest ?? '') > (last ?? '') ? each.newest : last), null)
  const day = newest ?? dayOf(made)
  const content = {
    ...{
      map_key: key,
      title: request.title,
      request,
      campaign: samples[0].campaign,
      samples_rev: prepared.rev,
      scheme: scheme.id,
      epsg,
      bbox: box,
    },
    ...{ models: values.map(({ told }) => told), correlations, grids, ensemble, notes },
  }
  const revision = await transaction(
    tools.pool,
    async (db): Promise<Revision> => {
      const open = await openRevision(db, county, tools.kinds)
      for (const document of documents) await writeDocument(db, document)
      await open.add(soilMapKind, [rowToWrite(soilMapKind, { validFrom: day, content })])
      const frames = await readGradeFrames(db, county)
      // a map of earlier samples ends where a later one begins
      const next = frames.reduce<Day | null>(
        (first, { validFrom }) => (validFrom > day && (first === null || validFrom < first) ? validFrom : first),
        null,
      )
      const known = new Map(frames.map(({ patchId, id }) => [patchId, id]))
      const rows = graded.map((each) => ({
        id: known.get(each.id) ?? null,
        row: rowToWrite(mapGradeKind, {
          id: known.get(each.id) ?? null,
          validFrom: day,
          ...(next ? { validTo: next } : {}),
          content: { ...each.content, map_key: key },
        }),
      }))
      const spans = rows.flatMap(({ id, row }) => (id === null ? [] : [{ id, validFrom: row.validFrom, validTo: row.validTo }]))
      if (spans.length > 0) await open.take(mapGradeKind, spans)
      await open.add(
        mapGradeKind,
        rows.map(({ row }) => row),
      )
      const sources = documents.map(({ name, size, sha256 }) => ({ file: name, layer: key, size, sha256: sha256.toString('hex') }))
      return open.seal({ what: 'write', cause: 'method', actor, reason, sources, now: new Date() })
    },
    { actor, retries: 0 },
  )
  return { map: key, rev: revision.rev, patches: graded.length, ungraded: ground.ids.length - graded.length + ground.undrawn }
}

export const refusalOf = (task: SoilTask): Refusal | null => (task.state === 'refused' ? (task.outcome as Refusal) : null)
