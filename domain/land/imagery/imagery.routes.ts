import { createWriteStream } from 'node:fs'
import { readdir, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { type Day, dayFrom, dayOf } from '@dishu/base/date'
import { type Refusal, Refused, type Sentence } from '@dishu/base/refusal'
import type { AsOf } from '@dishu/kernel/records/records'
import { openRevision, rowToWrite } from '@dishu/kernel/records/records.store'
import { FileAnswer, orRefused, type Route, type RouteRequest } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import { type Db, onConnection, transaction } from '@dishu/server-kit/sql'
import {
  answerScene,
  beginScene,
  cancelScene,
  claimWriting,
  draftOf,
  type ImageryTools,
  newTaskId,
  type TaskFacts,
  taskFiles,
  type Written,
} from './imagery.jobs.ts'
import { createTask, readOwnIndices, readOwnLimits, readScene, readScenes, readTask, readTasks, type TaskRow } from './imagery.store.ts'
import { allIndices, decideIndex, type IndexStated, indexKind, LIMITS, limitsOn, ROLES, type Scene, type SpectralIndex } from './imagery.ts'
import type { IndexView, ScenesReply, SceneTaskView, SceneView, SeriesReply, SummaryReply } from './imagery.wire.ts'
import type { Measured } from './measure.jobs.ts'
import { RAMP_COLOURS } from './picture.ts'
import type { SceneAnswers } from './scenes.ts'
import { geoJsonOf } from './stac.ts'
import { countMeasured, readSeries, type SeriesRow } from './stats.store.ts'
import { handleSceneTile, measureOf, summarise, versionOf } from './tiles.routes.ts'

/** A process that does the long work of scenes, and can be stopped. */
export type SceneRunner = {
  start(
    county: string,
    id: string,
    work: { readonly do: 'read' } | { readonly do: 'write'; readonly actor: string; readonly reason: string } | { readonly do: 'measure' },
  ): void
  stop(id: string): Promise<void>
}
export type ImageryRoutesTools = ImageryTools & {
  readonly runner: SceneRunner
  /** The state of the register that an address asks for. */
  asOfFrom(db: Db, county: string, address: Readonly<Record<string, string | undefined>>, today: Day): Promise<AsOf>
  say(refusal: Refusal, language: RouteRequest['language']): Sentence
}

const COUNTY = Type.String({ pattern: '^\\d{6}$' })
const CountyParams = Type.Object({ county: COUNTY })
const TaskParams = Type.Object({ county: COUNTY, task: Type.String({ pattern: '^[0-9a-f-]{8,40}$' }) })
const SceneParams = Type.Object({ county: COUNTY, scene: Type.Integer({ minimum: 1 }) })
const TileParams = Type.Object({
  county: COUNTY,
  scene: Type.Integer({ minimum: 1 }),
  z: Type.Integer({ minimum: 0, maximum: 24 }),
  x: Type.Integer({ minimum: 0 }),
  y: Type.String({ pattern: '^\\d+(\\.png)?$' }),
})
const TileQuery = Type.Object({
  bands: Type.Optional(Type.String({ maxLength: 200 })),
  show: Type.Optional(Type.String({ maxLength: 80 })),
  stretch: Type.Optional(Type.String({ maxLength: 200 })),
  v: Type.Optional(Type.String({ maxLength: 20 })),
})
const SeriesQuery = Type.Object({
  kind: Type.Union([Type.Literal('patch'), Type.Literal('parcel')]),
  id: Type.Integer({ minimum: 1 }),
  asOf: Type.Optional(Type.String({ maxLength: 20 })),
  known: Type.Optional(Type.String({ maxLength: 20 })),
})
const AnswersBody = Type.Object({
  takenOn: Type.Optional(Type.String({ maxLength: 40 })),
  platform: Type.Optional(Type.String({ maxLength: 60 })),
  title: Type.Optional(Type.String({ maxLength: 120 })),
  provider: Type.Optional(Type.String({ maxLength: 120 })),
  crs: Type.Optional(Type.Integer()),
  roles: Type.Optional(Type.Record(Type.String({ maxLength: 80 }), Type.String({ maxLength: 4 }))),
  scale: Type.Optional(Type.Number()),
  offset: Type.Optional(Type.Number()),
  nodata: Type.Optional(Type.Number()),
})
const IndexBody = Type.Object({
  id: Type.String({ maxLength: 40 }),
  formula: Type.String({ maxLength: 400 }),
  nameZh: Type.String({ maxLength: 200 }),
  nameEn: Type.String({ maxLength: 200 }),
  low: Type.Number(),
  high: Type.Number(),
  ramp: Type.String({ maxLength: 20 }),
  source: Type.String({ maxLength: 200 }),
})

export function imageryRoutes(tools: ImageryRoutesTools): Route[] {
  const { pool, dataDir, runner } = tools
  const view = async (task: TaskRow, { language, now }: RouteRequest): Promise<SceneTaskView> => {
    const folder = taskFiles(dataDir, task.id)
    const names = await readdir(folder).catch(() => [])
    const files = await Promise.all(
      names.sort().map(async (name) => ({ name, size: (await stat(join(folder, name)).catch(() => null))?.size ?? 0 })),
    )
    return taskView(task, files, now, (refusal) => ({ code: refusal.code, ...tools.say(refusal, language) }))
  }
  const current = async (county: string, id: string): Promise<TaskRow> => {
    const task = await onConnection(pool, (db) => readTask(db, county, id))
    if (!task) throw new Refused({ code: 'imagery/no-such-task', details: { id } })
    return task
  }
  return [
    {
      method: 'GET',
      url: '/api/counties/:county/scenes',
      schema: { params: CountyParams },
      handle: async ({ db, params: { county }, query, language, now }): Promise<ScenesReply> => {
        const asOf = await tools.asOfFrom(db, county, query, dayOf(now))
        const indices = allIndices(await readOwnIndices(db, county))
        const measured = new Map((await countMeasured(db, county)).map((each) => [each.sceneId, each.subjects]))
        return {
          county,
          scenes: (await readScenes(db, county, asOf)).map((scene) => sceneView(scene, indices, measured.get(scene.id) ?? 0, language)),
          indices: indices.map((index) => indexView(index, language)),
          roles: Object.entries(ROLES).map(([id, role]) => ({ id, name: role[language] })),
          limits: { ...limitsOn(asOf.day, await readOwnLimits(db, county)), source: LIMITS[LIMITS.length - 1].source },
        }
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/scenes/:scene/summary',
      schema: { params: SceneParams, querystring: Type.Object({ of: Type.String({ maxLength: 80 }) }) },
      handle: async ({ db, params, query }): Promise<SummaryReply> => {
        const scene = await readScene(db, params.county, Number(params.scene))
        if (!scene) throw new Refused({ code: 'imagery/no-such-scene', details: { id: Number(params.scene) } })
        const of = query.of ?? ''
        const measure = orRefused(measureOf(scene, allIndices(await readOwnIndices(db, params.county)), of))
        return { of, summary: await summarise(db, tools, params.county, scene, measure) }
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/series',
      schema: { params: CountyParams, querystring: SeriesQuery },
      handle: async ({ db, params: { county }, query, language, now }): Promise<SeriesReply> => {
        const { day } = await tools.asOfFrom(db, county, query, dayOf(now))
        const kind = query.kind === 'parcel' ? 'parcel' : 'patch'
        const rows = await readSeries(db, county, kind, Number(query.id), day)
        const own = await readOwnLimits(db, county)
        return seriesView(county, kind, Number(query.id), rows, allIndices(await readOwnIndices(db, county)), own, day, language)
      },
    },
    {
      method: 'GET',
      url: '/tiles/:county/scenes/:scene/:z/:x/:y',
      schema: { params: TileParams, querystring: TileQuery },
      handle: async ({ db, params, query, headers }) => {
        const tile = { z: Number(params.z), x: Number(params.x), y: Number(params.y.replace('.png', '')) }
        const { bytes, etag, lasting } = orRefused(await handleSceneTile(db, tools, params.county, Number(params.scene), tile, query))
        const cache = { etag, 'cache-control': lasting ? 'private, max-age=604800, immutable' : 'private, no-cache' }
        return headers['if-none-match'] === etag ? new FileAnswer('image/png', '', cache, 304) : new FileAnswer('image/png', bytes, cache)
      },
    },
    {
      method: 'POST',
      url: '/api/counties/:county/indices',
      schema: { params: CountyParams, body: IndexBody },
      handle: async ({ db, params: { county }, body, actor, now }) => {
        const { id, formula, zh, en, range, ramp, source } = orRefused(
          decideIndex(body as IndexStated, allIndices(await readOwnIndices(db, county))),
        )
        const revision = await openRevision(db, county, tools.kinds)
        const content = { index_id: id, formula, name_zh: zh, name_en: en, range_low: range[0], range_high: range[1], ramp, source }
        await revision.add(indexKind, [rowToWrite(indexKind, { validFrom: dayOf(now), content })])
        const { rev } = await revision.seal({ what: 'write', cause: 'method', actor, reason: `${id} = ${formula}`, now })
        return { rev }
      },
    },
    {
      method: 'POST',
      url: '/api/counties/:county/scene-tasks',
      free: true,
      schema: { params: CountyParams },
      handle: async (request) => {
        const { county } = request.params
        const id = await beginScene(tools, county, request.actor, {}, request.now)
        try {
          await takeUploads(request, taskFiles(dataDir, id))
        } catch (cause) {
          await cancelScene(tools, county, id, request.now)
          throw cause
        }
        runner.start(county, id, { do: 'read' })
        return view(await current(county, id), request)
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/scene-tasks',
      free: true,
      schema: { params: CountyParams },
      handle: async (request) => ({
        tasks: await Promise.all(
          (await onConnection(pool, (db) => readTasks(db, request.params.county))).map((task) => view(task, request)),
        ),
      }),
    },
    {
      method: 'GET',
      url: '/api/counties/:county/scene-tasks/:task',
      free: true,
      schema: { params: TaskParams },
      handle: async (request) => view(await current(request.params.county, request.params.task), request),
    },
    {
      method: 'POST',
      url: '/api/counties/:county/scene-tasks/:task/answers',
      free: true,
      schema: { params: TaskParams, body: AnswersBody },
      handle: async (request) => {
        const { county, task } = request.params
        return view(await answerScene(tools, county, task, request.body as SceneAnswers, request.now), request)
      },
    },
    {
      method: 'POST',
      url: '/api/counties/:county/scene-tasks/:task/confirm',
      free: true,
      schema: {
        params: TaskParams,
        body: Type.Object({ reason: Type.String({ minLength: 1, maxLength: 500 }), unclassified: Type.Literal(true) }),
      },
      handle: async (request) => {
        const { county, task } = request.params
        // the state is moved before the worker starts, so that whoever asks next is told what goes on
        if (!(await claimWriting(pool, county, task, request.now)))
          throw new Refused({ code: 'imagery/wrong-state', details: { id: task, state: (await current(county, task)).state } })
        runner.start(county, task, { do: 'write', actor: request.actor, reason: (request.body as { reason: string }).reason })
        return view(await current(county, task), request)
      },
    },
    {
      method: 'POST',
      url: '/api/counties/:county/scene-tasks/:task/cancel',
      free: true,
      schema: { params: TaskParams },
      handle: async (request) => {
        const { county, task } = request.params
        await runner.stop(task)
        return view(await cancelScene(tools, county, task, request.now), request)
      },
    },
    {
      method: 'POST',
      url: '/api/counties/:county/scenes/measure',
      free: true,
      schema: { params: CountyParams },
      handle: async (request) => {
        const { county } = request.params
        const id = newTaskId(request.now)
        await transaction(pool, (db) => createTask(db, county, id, 'measure', 'measuring', request.actor, {}, request.now), {
          actor: request.actor,
        })
        runner.start(county, id, { do: 'measure' })
        return view(await current(county, id), request)
      },
    },
  ]
}

const MOST_MB = 4096

async function takeUploads(request: RouteRequest, folder: string): Promise<void> {
  let files = 0
  for await (const { name, stream } of request.uploads()) {
    // the name is kept for what it tells and for the person; a path in it means nothing here
    const plain = basename(name.replaceAll('\\', '/')).replaceAll(/[\0/]/g, '').slice(-180)
    if (plain === '' || plain === '.' || plain === '..') throw new Refused({ code: 'imagery/no-files', details: {} })
    await pipeline(stream, createWriteStream(join(folder, plain), { flags: 'wx', mode: 0o600 }))
    if ((stream as Readable & { truncated?: boolean }).truncated) {
      await rm(join(folder, plain), { force: true })
      throw new Refused({ code: 'intake/file-too-large', details: { file: plain, limitMb: MOST_MB } })
    }
    files++
  }
  if (files === 0) throw new Refused({ code: 'imagery/no-files', details: {} })
}

function sceneView(scene: Scene, indices: readonly SpectralIndex[], measured: number, language: RouteRequest['language']): SceneView {
  const { grids, bands, mask, footprint, sceneKey, ...rest } = scene
  const roles = new Set(bands.map(({ role }) => role as string))
  return {
    ...rest,
    key: sceneKey,
    masked: mask !== null,
    crs: grids[0].crs,
    metresPerCell: grids[0].geographic ? null : Math.min(...grids.map(({ geotransform }) => geotransform[1])),
    footprint: geoJsonOf(footprint),
    bytes: grids.reduce((sum, { bytes }) => sum + bytes, 0),
    version: versionOf(scene),
    bands: bands.map(({ name, role, unit, min, max }) => ({
      id: role ?? `band:${name}`,
      name,
      role,
      roleName: role && ROLES[role][language],
      unit,
      min,
      max,
    })),
    indices: indices.filter((index) => index.bands.every((role) => roles.has(role))).map(({ id }) => id),
    measured,
  }
}

export const indexView = (
  { id, zh, en, formula, bands, range, ramp, source, elsewhere, own }: SpectralIndex,
  language: RouteRequest['language'],
): IndexView => ({
  id,
  name: language === 'zh' ? zh : en,
  formula,
  bands,
  range,
  ramp,
  colours: RAMP_COLOURS[ramp],
  source,
  elsewhere,
  own,
})

function seriesView(
  county: string,
  kind: 'patch' | 'parcel',
  id: number,
  rows: readonly SeriesRow[],
  indices: readonly SpectralIndex[],
  own: Parameters<typeof limitsOn>[1],
  day: string,
  language: RouteRequest['language'],
): SeriesReply {
  const ids = [...new Set(rows.flatMap(({ measures }) => measures.map((each) => each.id)))]
  const nameOf = (measure: string) => {
    const index = indices.find((each) => each.id === measure)
    if (index) return language === 'zh' ? index.zh : index.en
    return Object.hasOwn(ROLES, measure) ? ROLES[measure as keyof typeof ROLES][language] : measure.replace(/^band:/, '')
  }
  return {
    county,
    kind,
    id,
    measures: ids.map((measure) => ({ id: measure, name: nameOf(measure), unit: measure === 'T' ? 'K' : null })),
    limits: limitsOn(day, own),
    dates: rows.map(({ measures, mean, stdev, low, median, high, stale, ...row }) => {
      const { mostHidden, leastSeen, leastCells } = limitsOn(row.takenOn, own)
      const clear = row.cells * row.seenShare * (1 - row.hiddenShare)
      const withheld = stale
        ? 'stale'
        : row.seenShare < leastSeen
          ? 'unseen'
          : row.hiddenShare > mostHidden
            ? 'hidden'
            : clear < leastCells
              ? 'small'
              : null
      // what is withheld does not leave the server
      const figures = withheld
        ? {}
        : Object.fromEntries(
            measures.flatMap((measure, i) =>
              Number.isNaN(mean[i])
                ? []
                : [[measure.id, { mean: mean[i], stdev: stdev[i], low: low[i], median: median[i], high: high[i] }]],
            ),
          )
      return { ...row, withheld, figures }
    }),
  }
}

function taskView(
  task: TaskRow,
  files: SceneTaskView['files'],
  now: Date,
  message: (refusal: Refusal) => NonNullable<SceneTaskView['refusal']>,
): SceneTaskView {
  const kept = task.facts as TaskFacts | null
  const decided = ['needs-answers', 'ready'].includes(task.state) ? draftOf(task, now) : null
  const outcome = task.outcome as (Refusal & Partial<Written> & Partial<Measured> & { rev?: number }) | null
  const told = decided && !decided.ok ? decided.refusal : task.state === 'refused' ? outcome : null
  const answers = task.answers as SceneAnswers
  return {
    id: task.id,
    what: task.what,
    state: task.state,
    createdAt: task.createdAt.toISOString(),
    createdBy: task.createdBy,
    files,
    progress:
      task.progress.phase === undefined
        ? null
        : { phase: task.progress.phase, done: task.progress.done ?? 0, total: task.progress.total ?? null },
    questions: decided?.ok ? decided.value.questions : [],
    found: kept && {
      product: kept.facts.product,
      id: kept.facts.id,
      takenOn: dayFrom(answers.takenOn ?? kept.facts.takenOn ?? '') ?? null,
      platform: answers.platform ?? kept.facts.platform,
      crs: kept.facts.rasters[0]?.crs ?? null,
      cloudPercent: kept.facts.cloudPercent,
      masked: kept.facts.mask !== null,
      bbox: kept.footprint,
      rasters: kept.facts.rasters.map(({ file, width, height, type, crs }) => ({ file: basename(file), width, height, type, crs })),
      bands: kept.facts.bands.map(({ name, role, raster, scale, offset, unit }) => ({
        name,
        role: answers.roles?.[name] ?? role,
        file: basename(kept.facts.rasters[raster].file),
        scale,
        offset,
        unit,
      })),
    },
    refusal: told ? message(told) : null,
    scene: task.state === 'done' && typeof outcome?.scene === 'number' ? outcome.scene : null,
    rev: task.state === 'done' ? (outcome?.rev ?? null) : null,
    measured:
      task.what === 'measure' && task.state === 'done' && outcome
        ? { scenes: outcome.scenes ?? 0, subjects: outcome.subjects ?? 0, crossing: outcome.crossing ?? 0, unplaced: outcome.unplaced ?? 0 }
        : null,
  }
}
