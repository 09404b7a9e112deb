import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { dayOf } from '@dishu/base/date'
import { type Language, type Refusal, Refused, type Sentence } from '@dishu/base/refusal'
import { readHead } from '@dishu/kernel/records/records.store'
import { FileAnswer, orRefused, type Route } from '@dishu/server-kit/http'
import { Type } from '@dishu/server-kit/shape'
import { type Db, onConnection, transaction } from '@dishu/server-kit/sql'
import { readWater } from '../water/water.store.ts'
import { screeningBound, type Water } from '../water/water.ts'
import type { PlanFinding } from './findings.ts'
import { lookAt } from './looking.ts'
import { beginTask, requireTask } from './plan-tasks.jobs.ts'
import { explainPatch, resultReply, textsOf, writeAnnex } from './results.routes.ts'
import { differencesOf, type FrontOfPlan, unpackChoices } from './results.ts'
import { isStale, moveScenario, type PlanTools, requireResult, requireScenario, writeScenario } from './scenarios.jobs.ts'
import {
  askToStop,
  type PlanTask,
  type ResultHead,
  readLand,
  readNewestOf,
  readPatchNames,
  readResults,
  readScenarios,
  readTasks,
} from './scenarios.store.ts'
import { decideFront, decideTerms, type Scenario } from './scenarios.ts'
import type { CompareReply, LookReply, PlanTasksReply, PlanTaskView, ResultSummary, ScenariosReply, WhyReply } from './scenarios.wire.ts'

/** Processes that solve. A task is asked to stop through its row. */
export type PlanRunner = { start(county: string, id: string): void }
export type PlanRoutesTools = PlanTools & {
  readonly runner: PlanRunner
  isSynthetic(db: Db, county: string): Promise<boolean>
  say(refusal: Refusal, language: Language): Sentence
}

const COUNTY = Type.String({ pattern: '^\\d{6}$' })
const CountyParams = Type.Object({ county: COUNTY })
const ScenarioParams = Type.Object({ county: COUNTY, scenario: Type.String({ pattern: '^S\\d{1,6}$' }) })
const ResultParams = Type.Object({ county: COUNTY, result: Type.String({ pattern: '^R\\d{1,6}$' }) })
const TaskParams = Type.Object({ county: COUNTY, task: Type.String({ pattern: '^[0-9a-f-]{8,40}$' }) })
type ScenarioBody = {
  readonly key?: string | null
  readonly from?: string
  readonly title?: string
  readonly notes?: string
  readonly terms?: unknown
}
const ScenarioShape = Type.Object({
  key: Type.Optional(Type.Union([Type.String({ maxLength: 10 }), Type.Null()])),
  from: Type.Optional(Type.String({ maxLength: 10 })),
  title: Type.Optional(Type.String({ maxLength: 200 })),
  notes: Type.Optional(Type.String({ maxLength: 5000 })),
  terms: Type.Optional(Type.Object({}, { additionalProperties: true })),
})
/** Laying the limits over a county is long work like solving, and a plan rests on it. */
const LIMITS = '/api/counties/:county/limits/measure'
const MOST_DIFFERENCES = 500
/** Approving is another person's, with a power of its own. */
const MOVES = ['draft', 'submitted'] as const

export function planRoutes(tools: PlanRoutesTools): Route[] {
  const { pool, runner } = tools
  const at = '/api/counties/:county/plan'
  return [
    {
      method: 'GET',
      url: `${at}/scenarios`,
      schema: { params: CountyParams },
      handle: async ({ db, params: { county }, actor }): Promise<ScenariosReply> => {
        const results = await readResults(db, county)
        const scenarios = await readScenarios(db, county)
        const views = []
        for (const scenario of scenarios) {
          const newest = results.find((each) => each.scenario === scenario.key)
          views.push({ ...viewOf(scenario), result: newest ? await summaryOf(db, tools, county, scenario, newest) : null })
        }
        const towns = new Map<string, number>()
        for (const { village, areaM2 } of await readLand(db, county, county))
          towns.set(village.slice(0, 9), (towns.get(village.slice(0, 9)) ?? 0) + areaM2)
        return {
          ...{ county, rev: (await readHead(db, county)).rev, synthetic: await tools.isSynthetic(db, county), me: actor, scenarios: views },
          towns: [...towns].map(([code, areaM2]) => ({ code, areaM2 })),
        }
      },
    },
    {
      method: 'POST',
      url: `${at}/scenarios`,
      schema: { params: CountyParams, body: ScenarioShape },
      handle: async ({ db, params: { county }, body: asked, actor, now }) => {
        const body = asked as ScenarioBody
        const source = body.from ? await requireScenario(db, county, body.from) : null
        const terms = orRefused(decideTerms(body.terms ?? source?.terms, county))
        const stated = {
          key: body.key ?? null,
          title: body.title ?? source?.title ?? '',
          notes: body.notes ?? source?.notes ?? '',
          terms,
          copiedFrom: source?.key ?? null,
        }
        return writeScenario(db, county, tools.kinds, stated, { actor, now })
      },
    },
    {
      method: 'POST',
      url: `${at}/scenarios/:scenario/state`,
      schema: { params: ScenarioParams, body: Type.Object({ to: Type.String({ maxLength: 12 }) }) },
      handle: async ({ db, params, body, actor, now }) => {
        const to = MOVES.find((each) => each === (body as { readonly to: string }).to)
        if (!to)
          throw new Refused({
            code: 'plan/terms-not-understood',
            details: { field: 'to', stated: JSON.stringify(body), wanted: MOVES.join(' | ') },
          })
        const { rev } = await moveScenario(db, tools, params.county, params.scenario, to, { actor, now })
        return { rev }
      },
    },
    {
      method: 'POST',
      url: `${at}/scenarios/:scenario/approve`,
      schema: { params: ScenarioParams },
      handle: async ({ db, params, actor, now }) => {
        const { rev } = await moveScenario(db, tools, params.county, params.scenario, 'approved', { actor, now })
        return { rev }
      },
    },
    {
      method: 'POST',
      url: `${at}/scenarios/:scenario/solve`,
      free: true,
      schema: { params: ScenarioParams },
      handle: async ({ params: { county, scenario }, actor, now, language }) => {
        const task = await beginTask(tools, county, { scenario, what: 'solve', request: {} }, { actor, now })
        runner.start(county, task.id)
        return taskView(task, tools, language)
      },
    },
    {
      method: 'POST',
      url: `${at}/scenarios/:scenario/front`,
      free: true,
      schema: {
        params: ScenarioParams,
        body: Type.Object({ second: Type.String({ maxLength: 10 }), points: Type.Integer() }),
      },
      handle: async ({ params: { county, scenario }, body, actor, now, language }) => {
        const { terms } = await onConnection(pool, (db) => requireScenario(db, county, scenario))
        const front = orRefused(decideFront(terms, body))
        const task = await beginTask(tools, county, { scenario, what: 'front', request: { front } }, { actor, now })
        runner.start(county, task.id)
        return taskView(task, tools, language)
      },
    },
    {
      method: 'POST',
      url: `${at}/look`,
      schema: { params: CountyParams, body: Type.Object({ terms: Type.Object({}, { additionalProperties: true }) }) },
      handle: async ({ db, params: { county }, body, language, now }): Promise<LookReply> => {
        const terms = orRefused(decideTerms((body as { readonly terms: unknown }).terms, county))
        const water = await readWater(db, county, { day: dayOf(now), rev: null })
        const { findings, ...rest } = lookAt(terms, await readLand(db, county, terms.within), water)
        return {
          ...rest,
          findings: textsOf(findings, language),
          screening: screeningsOf(
            water,
            terms.yearTypes.map(({ id }) => id),
          ),
        }
      },
    },
    {
      method: 'GET',
      url: `${at}/tasks`,
      free: true,
      schema: { params: CountyParams },
      handle: async ({ params: { county }, language }): Promise<PlanTasksReply> => ({
        tasks: (await onConnection(pool, (db) => readTasks(db, county))).map((task) => taskView(task, tools, language)),
      }),
    },
    {
      method: 'POST',
      url: `${at}/tasks/:task/stop`,
      free: true,
      schema: { params: TaskParams },
      handle: async ({ params: { county, task }, language, now }) => {
        await transaction(pool, (db) => askToStop(db, county, task, now))
        return taskView(await onConnection(pool, (db) => requireTask(db, county, task)), tools, language)
      },
    },
    {
      method: 'POST',
      url: LIMITS,
      free: true,
      schema: { params: CountyParams },
      handle: async ({ params: { county }, actor, now, language }) => {
        const task = await beginTask(tools, county, { scenario: '', what: 'limits', request: {} }, { actor, now })
        runner.start(county, task.id)
        return taskView(task, tools, language)
      },
    },
    {
      method: 'GET',
      url: LIMITS,
      free: true,
      schema: { params: CountyParams },
      handle: async ({ params: { county }, language }) => {
        const task = await onConnection(pool, (db) => readNewestOf(db, county, 'limits'))
        return { task: task && taskView(task, tools, language) }
      },
    },
    {
      method: 'GET',
      url: `${at}/results/:result`,
      schema: { params: ResultParams },
      handle: async ({ db, params, language }) =>
        resultReply(db, tools, params.county, await requireResult(db, params.county, params.result), language),
    },
    {
      method: 'GET',
      url: `${at}/results/:result/why`,
      schema: { params: ResultParams, querystring: Type.Object({ patch: Type.String({ maxLength: 60 }) }) },
      handle: async ({ db, params: { county, result: key }, query, language }): Promise<WhyReply> => {
        const result = await requireResult(db, county, key)
        return explainPatch(db, tools, county, result, query.patch ?? '', language)
      },
    },
    {
      method: 'POST',
      url: `${at}/results/:result/recompute`,
      free: true,
      schema: { params: ResultParams },
      handle: async ({ params: { county, result: key }, actor, now, language }) => {
        const result = await onConnection(pool, (db) => requireResult(db, county, key))
        const task = await beginTask(
          tools,
          county,
          { scenario: result.scenario, what: 'recompute', request: { result: key } },
          { actor, now },
        )
        runner.start(county, task.id)
        return taskView(task, tools, language)
      },
    },
    {
      method: 'GET',
      url: `${at}/results/:result/annex.xlsx`,
      schema: { params: ResultParams },
      handle: async ({ db, params: { county, result: key }, language }) => {
        const result = await requireResult(db, county, key)
        const folder = await mkdtemp(join(tmpdir(), 'dishu-plan-'))
        try {
          const file = join(folder, 'annex.xlsx')
          await writeAnnex(db, tools, county, result, language, file)
          const name = encodeURIComponent(`${result.basis.title} ${key}.xlsx`)
          return new FileAnswer('application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', await readFile(file), {
            'content-disposition': `attachment; filename*=UTF-8''${name}`,
            'cache-control': 'private, no-store',
          })
        } finally {
          await rm(folder, { recursive: true, force: true })
        }
      },
    },
    {
      method: 'GET',
      url: `${at}/compare`,
      schema: { params: CountyParams, querystring: Type.Object({ a: Type.String({ maxLength: 10 }), b: Type.String({ maxLength: 10 }) }) },
      handle: async ({ db, params: { county }, query, language }): Promise<CompareReply> => {
        const [a, b] = [await requireResult(db, county, query.a ?? ''), await requireResult(db, county, query.b ?? '')]
        const differing = differencesOf(unpackChoices(a), unpackChoices(b))
        const shown = differing.slice(0, MOST_DIFFERENCES)
        const names = new Map(
          (
            await readPatchNames(
              db,
              county,
              shown.map(({ patch }) => patch),
            )
          ).map((each) => [each.id, each]),
        )
        return {
          a: await resultReply(db, tools, county, a, language),
          b: await resultReply(db, tools, county, b, language),
          differing: differing.length,
          differences: shown.map((each) => ({
            ...each,
            key: names.get(each.patch)?.key ?? '',
            village: names.get(each.patch)?.villageName ?? names.get(each.patch)?.village ?? '',
          })),
        }
      },
    },
  ]
}

const viewOf = ({ id: _id, since: _since, ...scenario }: Scenario) => scenario
const summaryOf = async (
  db: Db,
  tools: Pick<PlanTools, 'inputKinds'>,
  county: string,
  scenario: Scenario,
  result: ResultHead,
): Promise<ResultSummary> => {
  const { status, stopped, objective, bound, gap, totals } = result.figures
  return {
    ...{ key: result.key, status, stopped, objective, bound, gap, totals },
    measure: result.basis.terms.objective,
    at: result.basis.at ?? null,
    stale: await isStale(db, tools, county, scenario, result),
  }
}

export function taskView(task: PlanTask, { say }: Pick<PlanRoutesTools, 'say'>, language: Language): PlanTaskView {
  const { progress, outcome } = task
  const told = (outcome ?? {}) as { readonly result?: string; readonly same?: boolean }
  const refusal = task.state === 'refused' ? (outcome as Refusal & { readonly details: { readonly list?: readonly PlanFinding[] } }) : null
  return {
    ...{ id: task.id, scenario: task.scenario, what: task.what, state: task.state },
    ...{ phase: progress.phase ?? null, done: progress.done ?? 0, curve: progress.curve ?? [] },
    ...{ result: task.state === 'done' ? (told.result ?? null) : null, same: told.same ?? null },
    ...{ total: progress.total ?? null, at: task.changedAt.toISOString() },
    front: task.what === 'front' && task.state === 'done' ? (outcome as FrontOfPlan) : null,
    refusal: refusal && { code: refusal.code, ...say(refusal, language) },
    findings: textsOf(refusal?.details?.list ?? [], language),
  }
}

/** A_max of each crop with one net quota, as people reckon it. */
function screeningsOf(water: Water, yearTypes: readonly string[]): LookReply['screening'] {
  return water.quotas.flatMap(({ crop, yearType, basis, m3PerMu, soil }) => {
    if (!yearTypes.includes(yearType) || basis !== 'net' || soil !== '' || !m3PerMu) return []
    const bound = screeningBound(water, yearType, m3PerMu)
    return 'mostM2' in bound ? [{ yearType, crop, m3PerMu, mostM2: bound.mostM2 }] : []
  })
}
