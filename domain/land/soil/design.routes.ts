import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Day, dayOf } from '@dishu/base/date'
import { type Language, type Refusal, Refused, type Sentence } from '@dishu/base/refusal'
import { writeCsv } from '@dishu/formats/write/csv'
import { writeGeoJson } from '@dishu/formats/write/geojson'
import { writeXlsx } from '@dishu/formats/write/xlsx'
import type { AsOf, Kind } from '@dishu/kernel/records/records'
import { type OpenRevision, openRevision, rowToWrite } from '@dishu/kernel/records/records.store'
import { FileAnswer, orRefused, type Route } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import type { Db, Pool } from '@dishu/server-kit/sql'
import { DESIGN_FORMATS, type DesignFormat, designFields, designGpx, designKml, designRow, pointWkb } from './design.exchange.ts'
import { type DrawnDesign, drawOnRegister, underKey } from './design.jobs.ts'
import { nextDesignKey, readDesign, readDesigns, readGroundLayers, readPatchMaps, readTakenSamples } from './design.store.ts'
import { type Design, type DesignRequest, decideRequest, designKind, statesOf, type TakenSample } from './design.ts'
import type { DesignsReply, DesignView, RedrawReply } from './design.wire.ts'
import { beginTask, currentTask } from './maps.jobs.ts'
import { type SoilRunner, taskView } from './maps.routes.ts'
import type { SoilTaskView } from './maps.wire.ts'

export type DesignTools = {
  readonly kinds: readonly Kind[]
  readonly pool: Pool
  readonly runner: SoilRunner
  say(refusal: Refusal, language: Language): Sentence
  asOfFrom(db: Db, county: string, address: Readonly<Record<string, string | undefined>>, today: Day): Promise<AsOf>
  isSynthetic(db: Db, county: string): Promise<boolean>
  /** What a stratum is called: a grade, a land class, a village. */
  stratumNames(
    db: Db,
    county: string,
    by: DesignRequest['strataBy'],
    ids: readonly string[],
    language: Language,
  ): Promise<ReadonlyMap<string, string>>
}

const COUNTY = Type.String({ pattern: '^\\d{6}$' })
const CountyParams = Type.Object({ county: COUNTY })
const DesignParams = Type.Object({ county: COUNTY, key: Type.String({ maxLength: 20 }) })
const Body = Type.Object({}, { additionalProperties: true })

/** Draws and keeps a design, as one revision. */
export async function keepDesign(
  db: Db,
  tools: Pick<DesignTools, 'kinds'>,
  county: string,
  request: DesignRequest,
  who: { readonly actor: string; readonly now: Date },
): Promise<{ key: string; rev: number }> {
  const revision = await openRevision(db, county, tools.kinds) // its lock keeps the key ours
  const key = await nextDesignKey(db, county)
  return seal(revision, key, request, await drawOnRegister(db, county, request, key), who)
}

/** Keeps a design that was drawn by a task, as it was looked at. */
async function keepDrawn(
  db: Db,
  tools: Pick<DesignTools, 'kinds'>,
  county: string,
  drawn: DrawnDesign,
  who: { readonly actor: string; readonly now: Date },
): Promise<{ key: string; rev: number }> {
  const revision = await openRevision(db, county, tools.kinds)
  const key = await nextDesignKey(db, county)
  return seal(revision, key, drawn.request, underKey(drawn, key), who)
}

async function seal(
  revision: OpenRevision,
  key: string,
  request: DesignRequest,
  { frame, strata, points, figures }: DrawnDesign,
  who: { readonly actor: string; readonly now: Date },
): Promise<{ key: string; rev: number }> {
  const title = request.title.trim() === '' ? key : request.title.trim()
  const content = { design_key: key, title, method: request.method, request: { ...request, title }, frame, strata, points, figures }
  await revision.add(designKind, [rowToWrite(designKind, { validFrom: dayOf(who.now), content })])
  const { rev } = await revision.seal({
    what: 'write',
    cause: 'method',
    actor: who.actor,
    reason: `${key} ${title}: ${points.length}`,
    now: who.now,
  })
  return { key, rev }
}

export async function viewOfDesign(
  db: Db,
  tools: Pick<DesignTools, 'stratumNames'>,
  county: string,
  design: Design,
  language: Language,
): Promise<DesignView> {
  const { points, strata, request, validFrom, since, key, title, method, frame } = design
  const states = statesOf(points, await readTakenSamples(db, county), request.reachM, validFrom)
  const names = await tools.stratumNames(
    db,
    county,
    request.strataBy,
    strata.map(({ id }) => id),
    language,
  )
  const { inclusion, ...figures } = design.figures
  const views = points.map((point, i) => ({ ...point, ...states[i] }))
  return {
    ...{ key, title, method, request, validFrom, since, frame, figures, points: views },
    strata: strata.map((each) => ({
      ...each,
      name: names.get(each.id) ?? each.id,
      taken: views.filter(({ stratum, state }) => stratum === each.id && state === 'taken').length,
      inclusion: inclusion?.[each.id] ?? null,
    })),
    taken: states.filter(({ state }) => state === 'taken').length,
  }
}

/** Draws a kept design again on the register of today, from its own seed. */
export async function redrawDesign(db: Db, county: string, design: Design): Promise<RedrawReply> {
  const again: DrawnDesign = await drawOnRegister(db, county, design.request, design.key)
  const at = ({ code, longitude, latitude }: Design['points'][number]) => `${code} ${longitude} ${latitude}`
  const drawn = new Set(again.points.map(at))
  const differing = design.points.filter((point) => !drawn.has(at(point))).length
  return {
    same: differing === 0 && again.points.length === design.points.length,
    sameGround: again.frame.digest === design.frame.digest,
    points: design.points.length,
    differing,
  }
}

/** What a task has drawn; refused where it has not. */
async function drawnBy(
  tools: Pick<DesignTools, 'pool'>,
  county: string,
  id: string,
): Promise<{ readonly drawn: DrawnDesign; readonly day: Day }> {
  const task = await currentTask(tools, county, id)
  if (task.what !== 'design' || task.state !== 'done') throw new Refused({ code: 'soil-map/no-such-task', details: { task: id } })
  return { drawn: task.outcome as DrawnDesign, day: dayOf(task.createdAt) }
}

export async function requireDesign(db: Db, county: string, key: string): Promise<Design> {
  const design = await readDesign(db, county, key)
  if (!design) throw new Refused({ code: 'design/no-such-design', details: { design: key } })
  return design
}

const TYPES: Readonly<Record<DesignFormat, string>> = {
  xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  csv: 'text/csv; charset=utf-8',
  gpx: 'application/gpx+xml',
  kml: 'application/vnd.google-earth.kml+xml',
  geojson: 'application/geo+json',
}

/** The design as a file's bytes. Tables go by the writers that let no formula run. */
export async function designFile(
  design: DesignView,
  format: DesignFormat,
  language: Language,
  now: Date,
  synthetic: boolean,
): Promise<Uint8Array> {
  if (format === 'gpx') return Buffer.from(designGpx(design, now))
  if (format === 'kml') return Buffer.from(designKml(design))
  const fields = designFields(language)
  const rows = design.points.map((point, i) => ({ values: designRow(point, i + 1, language), wkb: pointWkb(point) }))
  const note = [
    design.title,
    design.key ?? '',
    `seed ${design.request.seed}`,
    ...(synthetic ? [language === 'zh' ? '合成示例数据' : 'Synthetic sample data'] : []),
  ].join(' · ')
  const folder = await mkdtemp(join(tmpdir(), 'dishu-design-'))
  const file = join(folder, `design.${format}`)
  try {
    if (format === 'csv') await writeCsv(file, fields, rows)
    else if (format === 'geojson') await writeGeoJson(file, fields, rows, { name: design.title, note, epsg4490: true })
    else await writeXlsx(file, [{ name: design.key ?? 'design', titles: [note], fields, rows }])
    return await readFile(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export function designRoutes(tools: DesignTools): Route[] {
  return [
    {
      method: 'GET',
      url: '/api/counties/:county/soil/designs',
      schema: { params: CountyParams },
      handle: async ({ db, params: { county }, query, now }): Promise<DesignsReply> => {
        const designs = await readDesigns(db, county, await tools.asOfFrom(db, county, query, dayOf(now)))
        const samples: readonly TakenSample[] = designs.length > 0 ? await readTakenSamples(db, county) : []
        const mapped = await readPatchMaps(db, county)
        return {
          county,
          designs: designs.map(({ key, title, method, validFrom, points, request }) => ({
            ...{ key, title, method, validFrom, points: points.length },
            taken: statesOf(points, samples, request.reachM, validFrom).filter(({ state }) => state === 'taken').length,
          })),
          layers: await readGroundLayers(db, county),
          values: Object.keys(mapped[0]?.figures ?? {}),
        }
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/soil/designs/:key',
      schema: { params: DesignParams },
      handle: async ({ db, params, language }) =>
        viewOfDesign(db, tools, params.county, await requireDesign(db, params.county, params.key), language),
    },
    {
      method: 'POST',
      url: '/api/counties/:county/soil/designs/draw',
      schema: { params: CountyParams, body: Body },
      free: true,
      handle: async ({ params: { county }, body, actor, now, language }): Promise<SoilTaskView> => {
        const request = orRefused(decideRequest(body as Record<string, unknown>, county))
        const task = await beginTask(tools, county, { what: 'design', request, reason: request.title }, actor, now)
        tools.runner.start(county, task.id)
        return taskView(task, (refusal) => ({ code: refusal.code, ...tools.say(refusal, language) }))
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/soil/tasks/:task/design',
      schema: { params: Type.Object({ county: COUNTY, task: Type.String({ maxLength: 40 }) }) },
      handle: async ({ db, params: { county, task: id }, language }): Promise<DesignView> => {
        const { drawn, day } = await drawnBy(tools, county, id)
        const key = await nextDesignKey(db, county)
        const { request } = drawn
        const design: Design = {
          ...underKey(drawn, key),
          id: 0,
          key,
          title: request.title,
          method: request.method,
          validFrom: day,
          since: 0,
        }
        return { ...(await viewOfDesign(db, tools, county, design, language)), key: null, since: null }
      },
    },
    {
      method: 'POST',
      url: '/api/counties/:county/soil/designs',
      schema: { params: CountyParams, body: Body },
      handle: async ({ db, params: { county }, body, actor, now, language }) => {
        const { task } = body as { task?: unknown }
        const who = { actor, now }
        const { key } =
          typeof task === 'string'
            ? await keepDrawn(db, tools, county, (await drawnBy(tools, county, task)).drawn, who)
            : await keepDesign(db, tools, county, orRefused(decideRequest(body as Record<string, unknown>, county)), who)
        return viewOfDesign(db, tools, county, await requireDesign(db, county, key), language)
      },
    },
    {
      method: 'GET',
      url: '/api/counties/:county/soil/designs/:key/redraw',
      schema: { params: DesignParams },
      handle: async ({ db, params }) => redrawDesign(db, params.county, await requireDesign(db, params.county, params.key)),
    },
    {
      method: 'GET',
      url: '/api/counties/:county/soil/designs/:key/export',
      schema: { params: DesignParams, querystring: Type.Object({ format: Type.String({ maxLength: 10 }) }) },
      handle: async ({ db, params: { county, key }, query, language, now }) => {
        const format = DESIGN_FORMATS.find((each) => each === query.format)
        if (!format)
          throw new Refused({
            code: 'design/not-understood',
            details: { field: 'format', stated: query.format ?? '', wanted: DESIGN_FORMATS.join(', ') },
          })
        const design = await viewOfDesign(db, tools, county, await requireDesign(db, county, key), language)
        const synthetic = await tools.isSynthetic(db, county)
        const name = `${county}-${key}.${format}`
        return new FileAnswer(TYPES[format], await designFile(design, format, language, now, synthetic), {
          'content-disposition': `attachment; filename="${name}"`,
          'cache-control': 'private, no-store',
          ...(synthetic ? { 'x-dishu-synthetic': '1' } : {}),
        })
      },
    },
  ]
}
