/** How a county grades: schemes, the change from one to another, and who moves by it. */
import { Refused } from '@dishu/base/refusal'
import { readRevision, readRevisions } from '@dishu/kernel/records/records.store'
import type { Route } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import { type Db, transaction } from '@dishu/server-kit/sql'
import { GRADES, type IndicatorName, placeIn, type Scheme, schemeIn } from './grading.ts'
import { beginTask, currentTask } from './maps.jobs.ts'
import { COUNTY, CountyParams, type SoilRoutesTools, taskView } from './maps.routes.ts'
import { type MapMove, readMapMoves } from './maps.store.ts'
import type { GradingReply, GradingView, Moved, MovesReply, SchemeView } from './maps.wire.ts'
import { decideRegrading, type Moves, type Regrading } from './regrade.jobs.ts'
import { SCHEMES } from './schemes.data.ts'
import type { CountyGrading } from './schemes.ts'
import { type OwnScheme, readGrading, readOwnSchemes } from './soil.store.ts'

export type GradingRoutesTools = SoilRoutesTools & {
  /** Patches that a revision gave another grade by sample, from what to what. */
  readSampleMoves(db: Db, county: string, rev: number): Promise<readonly Moved[]>
}

const word = Type.Optional(Type.String({ maxLength: 40 }))
const RegradeBody = Type.Object({
  grading: Type.Object({
    ...{ scheme: word, season: word, rule: word, mapRule: word },
    ...{ mapShare: Type.Optional(Type.Number()), depthFromCm: Type.Optional(Type.Number()), depthToCm: Type.Optional(Type.Number()) },
  }),
  scheme: Type.Union([
    Type.Null(),
    Type.Object({
      ...{
        id: Type.String({ maxLength: 60 }),
        nameZh: Type.String({ maxLength: 120 }),
        nameEn: Type.String({ maxLength: 120 }),
        region: Type.String({ maxLength: 120 }),
      },
      ...{ source: Type.String({ maxLength: 400 }), readOn: Type.String({ maxLength: 20 }), note: Type.String({ maxLength: 800 }) },
      copiedFrom: Type.Union([Type.String({ maxLength: 60 }), Type.Null()]),
      indicators: Type.Array(
        Type.Object({ name: Type.String({ maxLength: 10 }), bounds: Type.Array(Type.Number(), { maxItems: 8 }), above: Type.Boolean() }),
        { maxItems: 8 },
      ),
    }),
  ]),
  reason: Type.String({ minLength: 1, maxLength: 500 }),
  look: Type.Optional(Type.Boolean()),
})

/** Patches that are listed one by one. */
const LISTED = 500

export const gradingRoutes = (tools: GradingRoutesTools): Route[] => [
  {
    method: 'GET',
    url: '/api/counties/:county/soil/grading',
    schema: { params: CountyParams },
    handle: async ({ db, params: { county }, language }): Promise<GradingReply> => {
      const [present, own] = [await readGrading(db, county), await readOwnSchemes(db, county)]
      const revisions = await readRevisions(db, county, { limit: 500 })
      const undone = new Map(revisions.flatMap(({ rev, undoes }) => (undoes === null ? [] : [[undoes, rev]])))
      return {
        county,
        present: gradingView(present),
        schemes: [
          ...own.map((each) => schemeView(each.scheme, language, each)),
          ...SCHEMES.map((each) => schemeView(each, language, null)),
        ],
        regrades: revisions
          .filter(({ cause, undoes }) => cause === 're-grade' && undoes === null)
          .map(({ rev, recordedAt, actor, reason }) => ({
            rev,
            recordedAt: recordedAt.toISOString(),
            actor,
            reason,
            undoneBy: undone.get(rev) ?? null,
          })),
      }
    },
  },
  {
    method: 'POST',
    url: '/api/counties/:county/soil/regrades',
    free: true,
    schema: { params: CountyParams, body: RegradeBody },
    handle: async ({ params: { county }, body, actor, now, language }) => {
      const { reason, look = false, ...request } = body as Regrading & { reason: string; look?: boolean }
      await transaction(tools.pool, (db) => decideRegrading(db, county, request), { readOnly: true })
      const task = await beginTask(tools, county, { what: look ? 'look' : 'regrade', request, reason }, actor, now)
      tools.runner.start(county, task.id)
      return taskView(task, (refusal) => ({ code: refusal.code, ...tools.say(refusal, language) }))
    },
  },
  {
    method: 'GET',
    url: '/api/counties/:county/soil/regrades/:rev',
    schema: { params: Type.Object({ county: COUNTY, rev: Type.Integer({ minimum: 1 }) }) },
    handle: async ({ db, params, language }): Promise<MovesReply> => {
      const { county } = params
      const rev = Number(params.rev)
      if (!(await readRevision(db, county, rev))) throw new Refused({ code: 'records/no-such-revision', details: { county, rev } })
      const side = async (at: number) => {
        const [grading, own] = [await readGrading(db, county, at), await readOwnSchemes(db, county, at)]
        return sideOf(grading, own.find(({ id }) => id === grading.scheme) ?? null, language)
      }
      const [before, after] = [await side(rev - 1), await side(rev)]
      return movesView(rev, before, after, await tools.readSampleMoves(db, county, rev), await readMapMoves(db, county, rev))
    },
  },
  {
    method: 'GET',
    url: '/api/counties/:county/soil/tasks/:task/moves',
    free: true,
    schema: { params: Type.Object({ county: COUNTY, task: Type.String({ maxLength: 40 }) }) },
    handle: async ({ params: { county, task: id }, language }): Promise<MovesReply> => {
      const task = await currentTask(tools, county, id)
      if (task.what !== 'look' || task.state !== 'done') throw new Refused({ code: 'soil-map/no-such-task', details: { task: id } })
      const { before, after, bySample, moves } = task.outcome as Moves
      return movesView(null, sideOf(before, null, language), sideOf(after, null, language), bySample, moves)
    },
  },
]

type Side = { readonly scheme: Scheme | null; readonly view: MovesReply['before'] }
function sideOf(grading: CountyGrading, row: OwnScheme | null, language: 'zh' | 'en'): Side {
  const scheme = schemeIn(grading)
  return { scheme, view: { ...gradingView(grading), schemeView: scheme && schemeView(scheme, language, row) } }
}

function movesView(rev: number | null, before: Side, after: Side, bySample: readonly Moved[], moves: readonly MapMove[]): MovesReply {
  const byMap = new Map<string, Moved>()
  for (const { before: from, after: to, area } of moves) {
    const key = `${from} ${to}`
    const there = byMap.get(key)
    byMap.set(key, { before: from, after: to, patches: (there?.patches ?? 0) + 1, area: (there?.area ?? 0) + area })
  }
  return {
    ...{ rev, before: before.view, after: after.view, bySample },
    byMap: [...byMap.values()].sort((a, b) => b.patches - a.patches),
    patches: moves.slice(0, LISTED).map(({ patchId: id, before: from, after: to, figures, area }) => ({
      ...{ id, before: from, after: to, area },
      figures: Object.entries(figures).map(([value, [mean]]) => ({
        ...{ value, mean, before: gradeIn(before.scheme, value, mean), after: gradeIn(after.scheme, value, mean) },
      })),
    })),
  }
}

/** What a scheme says of a mean; null where it does not ask about the value. */
function gradeIn(scheme: Scheme | null, value: string, mean: number): string | null {
  const limits = scheme?.indicators.find(({ name }) => name === (value as IndicatorName))?.limits
  return limits ? GRADES[placeIn(limits, mean)] : null
}

const gradingView = ({ scheme, depthFromCm, depthToCm, season, rule, conversion, map }: CountyGrading): GradingView => ({
  ...{ scheme, depthFromCm, depthToCm, season, rule, conversion: conversion ?? null, mapRule: map.rule, mapShare: map.share },
})

const schemeView = (scheme: Scheme, language: 'zh' | 'en', own: OwnScheme | null): SchemeView => ({
  ...{ id: scheme.id, name: scheme[language], nameZh: scheme.zh, nameEn: scheme.en, region: scheme.region, source: scheme.source },
  ...{ mark: scheme.mark, readOn: scheme.readOn, note: scheme.note, own: own !== null, copiedFrom: own?.copiedFrom ?? null },
  indicators: scheme.indicators.map(({ name, unit, limits: { light, moderate, heavy, extreme, above } }) => ({
    ...{ name, unit, bounds: [light, moderate, heavy, extreme], above: above ?? false },
  })),
})
