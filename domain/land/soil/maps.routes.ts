import { rm } from 'node:fs/promises'
import { type Day, dayOf } from '@dishu/base/date'
import { type Language, type Refusal, Refused, type Sentence } from '@dishu/base/refusal'
import type { AsOf } from '@dishu/kernel/records/records'
import { readDocument } from '@dishu/kernel/sealed/sealed.store'
import { FileAnswer, orRefused, type Route, type RouteRequest } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import { type Db, onConnection, transaction } from '@dishu/server-kit/sql'
import { schemeIn } from './grading.ts'
import { AreaSums } from './map-grades.ts'
import { prepareMap } from './map-prepare.jobs.ts'
import { handleSoilTile } from './map-tiles.routes.ts'
import { beginTask, currentTask, type MadeMap, type MapTools, openFor, refusalOf, taskFolder } from './maps.jobs.ts'
import { endTask, everyGradedPatch, readMap, readMapGrade, readMaps, readTasks, type SoilTask } from './maps.store.ts'
import { MAP_VALUES, type MapRequest, type MapStated, requestFrom, type SoilMap, UNITS } from './maps.ts'
import type {
  AreaGrades,
  AreasReply,
  CovariatesReply,
  MapDetail,
  MapPreview,
  MapsReply,
  MapView,
  PatchMapReply,
  Said,
  SoilTaskView,
} from './maps.wire.ts'
import { readGrading } from './soil.store.ts'

/** Processes that do the long work, and can be stopped. */
export type SoilRunner = { start(county: string, id: string): void; stop(id: string): Promise<void> }

export type SoilRoutesTools = MapTools & {
  readonly runner: SoilRunner
  /** The state of the register that an address asks for. */
  asOfFrom(db: Db, county: string, address: Readonly<Record<string, string | undefined>>, today: Day): Promise<AsOf>
  isSynthetic(db: Db, county: string): Promise<boolean>
  say(refusal: Refusal, language: Language): Sentence
}

export const COUNTY = Type.String({ pattern: '^\\d{6}$' })
export const CountyParams = Type.Object({ county: COUNTY })
const KEY = Type.String({ pattern: '^[0-9a-f-]{8,40}$' })
const TaskParams = Type.Object({ county: COUNTY, task: KEY })
const MapParams = Type.Object({ county: COUNTY, map: KEY })
const TileParams = Type.Object({
  ...{ county: COUNTY, map: KEY, value: Type.String({ maxLength: 10 }), show: Type.String({ maxLength: 40 }) },
  ...{ z: Type.Integer({ minimum: 0, maximum: 24 }), x: Type.Integer({ minimum: 0 }), y: Type.String({ pattern: '^\\d+(\\.png)?$' }) },
})
const text = (maxLength: number) => Type.Optional(Type.Union([Type.String({ maxLength }), Type.Null()]))
const RequestBody = Type.Object({
  ...{ title: text(200), values: Type.Optional(Type.Array(Type.String({ maxLength: 10 }), { maxItems: 8 })) },
  ...{
    depthFromCm: Type.Optional(Type.Number()),
    depthToCm: Type.Optional(Type.Number()),
    season: text(20),
    from: text(20),
    to: text(20),
    method: text(20),
  },
  covariates: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 40 })),
  ...{ transform: text(20), models: Type.Optional(Type.Record(Type.String({ maxLength: 10 }), Type.String({ maxLength: 200 }))) },
  ...{ nmax: Type.Optional(Type.Number()), seed: Type.Optional(Type.Number()), draws: Type.Optional(Type.Number()) },
  ...{ cellM: Type.Optional(Type.Number()), believed: Type.Optional(Type.Boolean()) },
})

const LEVELS = { county: 6, town: 9, village: 12 } as const
const AreasQuery = Type.Object({
  ...{ within: text(12), level: text(10), indicator: text(10), asOf: text(20), known: text(20) },
})

export function mapRoutes(tools: SoilRoutesTools): Route[] {
  const { pool, vault, runner } = tools
  const saying =
    (language: Language) =>
    (refusal: Refusal): Said => ({ code: refusal.code, ...tools.say(refusal, language) })
  return [
    {
      method: 'GET',
      url: '/api/counties/:county/soil/maps',
      schema: { params: CountyParams },
      handle: async ({ db, params: { county }, query, language, now }): Promise<MapsReply> => {
        const asOf = await tools.asOfFrom(db, county, query, dayOf(now))
        return { county, maps: (await readMaps(db, county, asOf)).map((map) => mapView(map, saying(language))) }
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/soil/maps/:map',
      schema: { params: MapParams },
      handle: async ({ db, params, language }): Promise<MapDetail> => {
        const map = await readMap(db, params.county, params.map)
        if (!map) throw new Refused({ code: 'soil-map/no-such-map', details: { map: params.map } })
        return { ...mapView(map, saying(language)), models: map.models, correlations: map.correlations }
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/soil/maps/:map/files/:sha256',
      schema: { params: Type.Object({ county: COUNTY, map: KEY, sha256: Type.String({ pattern: '^[0-9a-f]{64}$' }) }) },
      handle: async ({ db, params: { county, map: key, sha256 } }) => {
        const map = await readMap(db, county, key)
        const known = map && [map.ensemble.sha256, ...map.grids.map((grid) => grid.sha256)].includes(sha256)
        // the store of files is closed to requests: what may be read of it is decided by the map
        const document = known ? await onConnection(pool, (own) => readDocument(own, county, Buffer.from(sha256, 'hex'))) : null
        if (!document) throw new Refused({ code: 'soil-map/no-such-map', details: { map: key } })
        return new FileAnswer(
          document.name.endsWith('.tif') ? 'image/tiff; application=geotiff' : 'application/octet-stream',
          await vault.readDocument(document),
          {
            'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(document.name)}`,
          },
        )
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/soil/covariates',
      schema: { params: CountyParams },
      handle: async ({ db, params: { county }, language }): Promise<CovariatesReply> => ({
        covariates: await tools.covariates.list(db, county, language),
      }),
    },
    {
      method: 'POST',
      url: '/api/counties/:county/soil/map-preview',
      schema: { params: CountyParams, body: Type.Object({ request: RequestBody }) },
      handle: async ({ db, params: { county }, body, language }): Promise<MapPreview> => {
        const { request } = body as { request: MapStated }
        return preview(tools, db, county, orRefused(requestFrom({ title: '-', ...request })), saying(language))
      },
    },
    {
      method: 'POST',
      url: '/api/counties/:county/soil/maps',
      free: true,
      schema: { params: CountyParams, body: Type.Object({ request: RequestBody, reason: Type.String({ minLength: 1, maxLength: 500 }) }) },
      handle: async ({ params: { county }, body, actor, now, language }) => {
        const { request: stated, reason } = body as { request: MapStated; reason: string }
        const request = orRefused(requestFrom(stated))
        // whatever would stop the work is said before it begins
        await lookAhead(tools, county, request)
        const task = await beginTask(tools, county, { what: 'map', request, reason }, actor, now)
        runner.start(county, task.id)
        return taskView(task, saying(language))
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/soil/tasks',
      free: true,
      schema: { params: CountyParams },
      handle: async ({ params: { county }, language }) => ({
        tasks: (await onConnection(pool, (db) => readTasks(db, county))).map((task) => taskView(task, saying(language))),
      }),
    },
    {
      method: 'GET',
      url: '/api/counties/:county/soil/tasks/:task',
      free: true,
      schema: { params: TaskParams },
      handle: async ({ params, language }) => taskView(await currentTask(tools, params.county, params.task), saying(language)),
    },
    {
      method: 'POST',
      url: '/api/counties/:county/soil/tasks/:task/cancel',
      free: true,
      schema: { params: TaskParams },
      handle: async ({ params: { county, task: id }, now, language }) => {
        await runner.stop(id)
        await transaction(pool, (db) => endTask(db, county, id, 'cancelled', null, now))
        await rm(taskFolder(tools.dataDir, id), { recursive: true, force: true })
        return taskView(await currentTask(tools, county, id), saying(language))
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/soil/areas',
      schema: { params: CountyParams, querystring: AreasQuery },
      handle: (request) => handleSoilAreas(tools, request),
    },
    {
      method: 'GET',
      url: '/api/counties/:county/soil/patches/:patch',
      schema: { params: Type.Object({ county: COUNTY, patch: Type.Integer({ minimum: 1 }) }) },
      handle: (request) => patchMap(tools, request),
    },
    {
      method: 'GET',
      url: '/tiles/:county/soil/:map/:value/:show/:z/:x/:y',
      schema: { params: TileParams },
      handle: async ({ db, params, headers }) => {
        const tile = { z: Number(params.z), x: Number(params.x), y: Number(params.y.replace('.png', '')) }
        const { bytes, etag } = orRefused(
          await handleSoilTile(db, { pool, vault }, params.county, params as { map: string; value: string; show: string }, tile),
        )
        const cache = { etag, 'cache-control': 'private, max-age=604800, immutable' }
        return headers['if-none-match'] === etag ? new FileAnswer('image/png', '', cache, 304) : new FileAnswer('image/png', bytes, cache)
      },
    },
  ]
}

/** Refuses what would make no map, as the work itself would. */
async function lookAhead(tools: SoilRoutesTools, county: string, request: MapRequest): Promise<void> {
  const open = await openFor(tools, county, request)
  try {
    await transaction(tools.pool, (db) => prepareMap(db, county, request, open, true), { readOnly: true })
  } finally {
    await open?.close()
  }
}

async function preview(
  tools: SoilRoutesTools,
  db: Db,
  county: string,
  request: MapRequest,
  say: (refusal: Refusal) => Said,
): Promise<MapPreview> {
  const open = await openFor(tools, county, request)
  const prepared = await prepareMap(db, county, request, open, true).finally(() => open?.close())
  const { epsg, patches, values, correlations, notes, scheme, grid } = prepared
  const { columns, rows, dx } = grid
  return {
    ...{ epsg, cellM: dx, cells: columns * rows, patches, scheme: scheme.id, correlations },
    models: values.map(({ told }) => told),
    notes: notes.map(say),
  }
}

export function mapView(map: SoilMap, say: (refusal: Refusal) => Said): MapView {
  const { mapKey: key, title, validFrom, since: rev, campaign, samplesRev, scheme, request, bbox, models, grids, ensemble, notes } = map
  return {
    ...{ key, title, validFrom, rev, campaign, samplesRev, scheme, request, bbox },
    values: models.map(({ value, unit, samples, structure, low, high }) => ({
      value,
      unit,
      samples,
      isShown: structure.isShown,
      low,
      high,
    })),
    grids: grids.map(({ value, sha256, bytes, width, height, epsg, bands, geotransform }) => ({
      ...{ value, sha256, bytes, width, height, epsg, bands, cellM: geotransform[1] },
    })),
    simulations: { sha256: ensemble.sha256, bytes: ensemble.bytes, draws: ensemble.draws, patches: ensemble.patches },
    notes: notes.map(say),
  }
}

export function taskView(task: SoilTask, say: (refusal: Refusal) => Said): SoilTaskView {
  const { id, what, state, createdBy, reason, progress } = task
  const refusal = refusalOf(task)
  const made = state === 'done' && (what === 'map' || what === 'regrade') ? (task.outcome as Partial<MadeMap>) : null
  return {
    ...{ id, what, state, createdBy, reason, createdAt: task.createdAt.toISOString() },
    title: what === 'map' || what === 'design' ? (task.request as { readonly title: string }).title : reason,
    progress: progress.phase === undefined ? null : { phase: progress.phase, done: progress.done ?? 0, total: progress.total ?? null },
    refusal: refusal && say(refusal),
    ...{ map: made?.map ?? null, rev: made?.rev ?? null, patches: made?.patches ?? null },
  }
}

/** GET /api/counties/:county/soil/areas: parts and whole out of the same simulations. */
export async function handleSoilAreas(
  tools: Pick<SoilRoutesTools, 'asOfFrom' | 'isSynthetic'>,
  { db, params: { county }, query, language, now }: Pick<RouteRequest, 'db' | 'params' | 'query' | 'language' | 'now'>,
): Promise<AreasReply> {
  const asOf = await tools.asOfFrom(db, county, query, dayOf(now))
  const within = query.within || county
  if (!/^(\d{6}|\d{9}|\d{12})$/.test(within))
    throw new Refused({ code: 'soil-map/unknown-word', details: { name: 'within', value: within, allowed: [county] } })
  const level = (query.level || (within.length === 6 ? 'town' : 'village')) as keyof typeof LEVELS
  if (!(level in LEVELS))
    throw new Refused({ code: 'soil-map/unknown-word', details: { name: 'level', value: level, allowed: Object.keys(LEVELS) } })
  const indicator = query.indicator || 'combined'
  if (indicator !== 'combined' && !MAP_VALUES.some((each) => each === indicator))
    throw new Refused({
      code: 'soil-map/unknown-word',
      details: { name: 'indicator', value: indicator, allowed: ['combined', ...MAP_VALUES] },
    })
  const grading = await readGrading(db, county, asOf.rev)
  const scheme = schemeIn(grading)
  const maps = await readMaps(db, county, asOf)
  const whole = new AreaSums(indicator)
  const parts = new Map<string, AreaSums>()
  const totals = new Map<string, number>()
  let total = 0
  const indicators = new Set<string>()
  for await (const batch of everyGradedPatch(db, county, asOf, within)) {
    for (const { village, area, grade, indicators: names, draws } of batch) {
      const code = village.slice(0, LEVELS[level])
      let part = parts.get(code)
      if (!part) {
        part = new AreaSums(indicator)
        parts.set(code, part)
      }
      const land = { area, grade: grade ?? '', draws, indicators: names ?? '' }
      part.add(land)
      whole.add(land)
      totals.set(code, (totals.get(code) ?? 0) + area)
      total += area
      for (const name of (names ?? '').split(',')) if (name !== '') indicators.add(name)
    }
  }
  const row = (code: string, sums: AreaSums, all: number): AreaGrades => ({ code, total: all, grades: sums.all() })
  return {
    ...{ county, within, level, asOf: asOf.day, scheme: grading.scheme, schemeName: scheme?.[language] ?? grading.scheme },
    ...{ rule: grading.map.rule, share: grading.map.share, indicator, indicators: [...indicators] },
    map: maps.length > 0 ? { key: maps[0].mapKey, title: maps[0].title } : null,
    areas: [...parts].sort(([a], [b]) => (a < b ? -1 : 1)).map(([code, sums]) => row(code, sums, totals.get(code) ?? 0)),
    whole: row(within, whole, total),
    synthetic: await tools.isSynthetic(db, county),
  }
}

async function patchMap(tools: SoilRoutesTools, { db, params, query, language, now }: RouteRequest): Promise<PatchMapReply> {
  const { county } = params
  const patch = Number(params.patch)
  const asOf = await tools.asOfFrom(db, county, query, dayOf(now))
  const graded = await readMapGrade(db, county, patch, asOf)
  if (!graded) return { patch, graded: null }
  const [map, grading] = [await readMap(db, county, graded.mapKey), await readGrading(db, county, asOf.rev)]
  const { mapKey, validFrom, scheme, grade, share, chances, figures, samples, needed } = graded
  return {
    patch,
    graded: {
      ...{ map: mapKey, title: map?.title ?? mapKey, validFrom, scheme, schemeName: schemeIn(grading)?.[language] ?? scheme },
      ...{ rule: grading.map.rule, ruleShare: grading.map.share, grade, share, samples, needed },
      chances: Object.fromEntries(['combined', ...MAP_VALUES].flatMap((name) => (chances[name] ? [[name, chances[name]]] : []))),
      figures: MAP_VALUES.flatMap((value) => {
        const found = figures[value]
        return found ? [{ value, unit: UNITS[value], mean: found[0], deviation: found[1], low: found[2], high: found[3] }] : []
      }),
      isShown: map?.models.every(({ structure }) => structure.isShown) ?? true,
    },
  }
}
