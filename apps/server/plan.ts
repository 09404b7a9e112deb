/** Plans put together with what they rest on: options of patches, water, limits; and the processes that solve them. */
import { dayOf } from '@dishu/base/date'
import { cropKind } from '@dishu/land/crops/crops'
import { limitKind } from '@dishu/land/ecology/ecology'
import { measureLimits } from '@dishu/land/ecology/ecology.jobs'
import { groundKind, patchKind } from '@dishu/land/parcels/parcels'
import { requireTask } from '@dishu/land/plan/plan-tasks.jobs'
import type { PlanTools } from '@dishu/land/plan/scenarios.jobs'
import { type PlanRunner, planRoutes } from '@dishu/land/plan/scenarios.routes'
import { endTask } from '@dishu/land/plan/scenarios.store'
import { gradingKind, gradingSchemeKind } from '@dishu/land/soil/schemes'
import { sampleKind } from '@dishu/land/soil/soil'
import { optionsOf, TECHNOLOGY_KINDS } from '@dishu/land/technology/technology'
import { readCountyWater, readLibrary, readPatchFacts } from '@dishu/land/technology/technology.jobs'
import { networkOf, waterKinds } from '@dishu/land/water/water'
import { openMeshSolver } from '@dishu/land/water/water.jobs'
import { fencedSolver } from '@dishu/server-kit/fenced-solver'
import type { Route } from '@dishu/server-kit/http'
import { onConnection, transaction } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import { isSynthetic } from './county.ts'
import { KINDS } from './parts.ts'
import { workProcesses } from './processes.ts'
import { say } from './sentences.ts'

export type PlanWorkOrder = { readonly dataDir: string; readonly url: string; readonly county: string; readonly id: string }

export const planTools = (app: Pick<App, 'pool' | 'vault' | 'dataDir'>): PlanTools => ({
  pool: app.pool,
  vault: app.vault,
  dataDir: app.dataDir,
  kinds: KINDS,
  inputKinds: [patchKind, sampleKind, gradingKind, gradingSchemeKind, groundKind, limitKind, cropKind, ...TECHNOLOGY_KINDS, ...waterKinds],
  thread: new URL('./plan-thread.ts', import.meta.url),
  measure: (county, now, report) =>
    transaction(app.pool, (db) => measureLimits(db, county, dayOf(now), now, ({ done, under }) => report(done, under))),
  optionNames: async (db, county, language) => {
    const { library } = await readLibrary(db, county, { day: dayOf(new Date()), rev: null })
    const named = new Map([...library.practices, ...library.crops].map((each) => [each.code, each[language]]))
    return (option) => {
      const [practice, crop] = option.split('/')
      return [named.get(practice) ?? practice, named.get(crop) ?? crop].filter(Boolean).join(' · ')
    }
  },
  facts: async (db, county, day) => {
    const { library, limits } = await readLibrary(db, county, { day, rev: null })
    const water = await readCountyWater(db, county, day)
    return {
      water,
      discountPercent: library.economics.discountPercent?.value ?? null,
      mesh: networkOf(water).isForest ? null : await openMeshSolver(),
      linear: fencedSolver().linear,
      seen: async (ids, yearType) => {
        const tools = { library: { ...library, site: { ...library.site, yearType } }, limits, water, day }
        return (await readPatchFacts(db, county, ids, tools)).map((each) => ({
          ...each,
          options: optionsOf(each.facts, each.library, limits),
        }))
      },
    }
  },
})

export const plansRoutes = (app: App, runner: PlanRunner): Route[] => planRoutes({ ...planTools(app), runner, isSynthetic, say })

/** A plan slows no page. It is asked to stop through its row, so that it can leave the best so far. */
export function planRunner(app: App, onFault: (fault: string) => void): PlanRunner & { stopAll(): Promise<void> } {
  const { start, stopAll } = workProcesses<PlanWorkOrder>(new URL('./plan-worker.ts', import.meta.url), [], onFault)
  return {
    start(county, id) {
      start(id, { dataDir: app.dataDir, url: app.database.url, county, id }, async () => {
        const { state } = await onConnection(app.pool, (db) => requireTask(db, county, id))
        if (state === 'working' || state === 'stopping')
          await transaction(app.pool, (db) => endTask(db, county, id, 'failed', null, new Date()))
      })
    },
    stopAll,
  }
}
