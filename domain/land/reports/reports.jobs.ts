/** Reports being made, and kept: the file in the content store, its record and the codes of its figures in one revision. */
import { randomBytes } from 'node:crypto'
import { dayOf } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import type { Kind } from '@dishu/kernel/records/records'
import { openRevision, rowToWrite } from '@dishu/kernel/records/records.store'
import { writeDocument } from '@dishu/kernel/sealed/sealed.store'
import { type Db, onConnection, type Pool, transaction } from '@dishu/server-kit/sql'
import type { Vault } from '@dishu/server-kit/vault'
import type { QualityFacts } from './facts.ts'
import type { Figure } from './figures.ts'
import {
  createTask,
  endTask,
  nextReportKey,
  type ReportProgress,
  type ReportTask,
  readTask,
  readWorking,
  type TaskState,
  writeProgress,
} from './reports.store.ts'
import { FORMS, type ReportRequest, reportKind } from './reports.ts'

export type Report = (progress: ReportProgress) => void
export type KeepTools = { readonly pool: Pool; readonly vault: Vault; readonly kinds: readonly Kind[] }
export type ReportToKeep = {
  readonly request: ReportRequest // settled
  readonly title: string
  readonly figures: readonly Figure[]
  readonly quality: QualityFacts
  readonly file: string // where its bytes lie
  readonly fileName: string
  readonly pages: number
}
export type Kept = { readonly key: string; readonly rev: number; readonly sha256: string; readonly bytes: number }

export async function keepReport(
  tools: KeepTools,
  county: string,
  made: ReportToKeep,
  { actor, now }: { readonly actor: string; readonly now: Date },
): Promise<Kept> {
  const { request, title, figures, quality, pages, fileName } = made
  const document = await tools.vault.storeDocument(county, made.file, fileName, now)
  const sha256 = document.sha256.toString('hex')
  return transaction(
    tools.pool,
    async (db) => {
      const revision = await openRevision(db, county, tools.kinds)
      const key = await nextReportKey(db, county)
      await writeDocument(db, document)
      const content = {
        ...{
          report_key: key,
          template: request.template,
          form: FORMS[request.template],
          title,
          within: request.within,
          day: request.day,
          known: request.known,
        },
        ...{ request, figures, quality, file_sha256: sha256, file_name: fileName, bytes: document.size, pages },
      }
      await revision.add(reportKind, [rowToWrite(reportKind, { validFrom: dayOf(now), content })])
      const { rev } = await revision.seal({ what: 'write', cause: 'method', actor, reason: `${key} ${title}`, now })
      return { key, rev, sha256, bytes: document.size }
    },
    { actor },
  )
}

const newTaskId = (now: Date) => `${now.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}-${randomBytes(3).toString('hex')}`

/** A task at work; refused while another one of the county is. */
export const beginTask = (
  tools: Pick<KeepTools, 'pool'>,
  county: string,
  request: ReportRequest,
  actor: string,
  now: Date,
): Promise<ReportTask> =>
  transaction(
    tools.pool,
    async (db) => {
      const working = await readWorking(db, county)
      if (working) throw new Refused({ code: 'reports/already-at-work', details: { task: working.id } })
      const id = newTaskId(now)
      await createTask(db, county, id, request, actor, now)
      return requireTask(db, county, id)
    },
    { actor },
  )

export async function requireTask(db: Db, county: string, id: string): Promise<ReportTask> {
  const task = await readTask(db, county, id)
  if (!task) throw new Refused({ code: 'reports/no-such-task', details: { task: id } })
  return task
}

const EVERY_MS = 400

/** Does a task's work and leaves the task as it ended. */
export async function workOnTask(
  { pool }: Pick<KeepTools, 'pool'>,
  county: string,
  id: string,
  signal: AbortSignal,
  work: (task: ReportTask, report: Report) => Promise<Kept>,
): Promise<void> {
  const end = (state: TaskState, outcome: unknown) => transaction(pool, (db) => endTask(db, county, id, state, outcome, new Date()))
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
  try {
    const { key } = await work(await onConnection(pool, (db) => requireTask(db, county, id)), report)
    await end('done', { report: key })
  } catch (cause) {
    if (cause instanceof Refused) await end('refused', cause.refusal)
    else {
      await end(signal.aborted ? 'cancelled' : 'failed', null)
      if (!signal.aborted) throw cause
    }
  }
}
