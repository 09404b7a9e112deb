/** The tasks that solve: begun, told of, stopped and ended. */
import { randomBytes } from 'node:crypto'
import { Refused } from '@dishu/base/refusal'
import { type Db, onConnection, transaction } from '@dishu/server-kit/sql'
import { frontOfScenario, type Report, recompute, solveScenario } from './scenario-solve.jobs.ts'
import { type PlanTools, requireScenario, type Who } from './scenarios.jobs.ts'
import { createTask, endTask, type PlanTask, readTask, readWorking, writeProgress } from './scenarios.store.ts'

const EVERY_MS = 400

const newTaskId = (now: Date) => `${now.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}-${randomBytes(3).toString('hex')}`

/** A task at work; refused while another one of the county is. */
export async function beginTask(
  tools: Pick<PlanTools, 'pool'>,
  county: string,
  task: Pick<PlanTask, 'scenario' | 'what' | 'request'>,
  { actor, now }: Who,
): Promise<PlanTask> {
  const id = newTaskId(now)
  return transaction(
    tools.pool,
    async (db) => {
      if (task.what !== 'limits') await requireScenario(db, county, task.scenario)
      const working = await readWorking(db, county)
      if (working) throw new Refused({ code: 'plan/already-at-work', details: { task: working.id } })
      await createTask(db, county, { id, ...task }, actor, now)
      return requireTask(db, county, id)
    },
    { actor },
  )
}
export async function requireTask(db: Db, county: string, id: string): Promise<PlanTask> {
  const task = await readTask(db, county, id)
  if (!task) throw new Refused({ code: 'plan/no-such-task', details: { task: id } })
  return task
}

const STOPPED = new Error('stopped by a person')
/** Limits over the whole county, in one transaction: stopped, nothing of it is kept. */
async function measured(
  tools: Pick<PlanTools, 'measure'>,
  county: string,
  { signal, report, isStopping }: { readonly signal: AbortSignal; readonly report: Report; isStopping(): Promise<boolean> },
): Promise<unknown> {
  let stop = false
  const asking = setInterval(
    () =>
      void isStopping().then(
        (yes) => {
          stop ||= yes
        },
        () => {},
      ),
    EVERY_MS,
  )
  try {
    return await tools.measure(county, new Date(), (done) => {
      signal.throwIfAborted()
      if (stop) throw STOPPED
      report({ phase: 'reading', done, total: null, curve: [] })
    })
  } finally {
    clearInterval(asking)
  }
}

/** Does the work of a task and leaves it as it ended. */
export async function workOnTask(tools: PlanTools, county: string, id: string, signal: AbortSignal): Promise<void> {
  const { pool } = tools
  const end = (state: 'done' | 'refused' | 'cancelled' | 'failed', outcome: unknown) =>
    transaction(pool, (db) => endTask(db, county, id, state, outcome, new Date()))
  let [last, busy] = [0, false]
  const report: Report = (progress) => {
    if (busy || Date.now() - last < EVERY_MS) return
    last = Date.now()
    busy = true
    void transaction(pool, (db) => writeProgress(db, county, id, progress))
      .catch(() => {}) // progress that cannot be told is no reason to stop
      .finally(() => {
        busy = false
      })
  }
  const isStopping = async () => (await onConnection(pool, (db) => readTask(db, county, id)))?.state === 'stopping'
  try {
    const task = await onConnection(pool, (db) => requireTask(db, county, id))
    const options = { actor: task.createdBy, now: new Date(), signal, report, isStopping }
    if (task.what === 'limits') {
      await end('done', await measured(tools, county, { signal, report, isStopping }))
      return
    }
    const outcome =
      task.what === 'recompute'
        ? await recompute(tools, county, task.request.result ?? '', options)
        : task.request.front
          ? await frontOfScenario(tools, county, task.scenario, id, task.request.front, options)
          : await solveScenario(tools, county, task.scenario, id, options)
    await end(outcome === null ? 'cancelled' : 'done', outcome)
  } catch (cause) {
    if (cause === STOPPED) await end('cancelled', null)
    else if (cause instanceof Refused) await end('refused', cause.refusal)
    else if (!signal.aborted) {
      await end('failed', null)
      throw cause
    } // the server goes: the task stays as it is and begins anew when the server starts
  }
}
