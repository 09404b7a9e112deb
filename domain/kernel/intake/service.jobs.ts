/** One import from the files' coming to its end, for the server's worker and for the command line alike. */
import { randomBytes } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rm, stat, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { accept, type Refusal, Refused, type Result, refuse } from '@dishu/base/refusal'
import { onConnection, type Pool, transaction } from '@dishu/server-kit/sql'
import type { Cause } from '../records/records.ts'
import {
  createIntake,
  type IntakeRow,
  moveIntake,
  readIntake,
  settleInterrupted,
  writeAnswers,
  writeMapping,
  writePreview,
  writeProgress,
  writeRefusal,
} from './intake.store.ts'
import type { ReadingTools } from './layers.jobs.ts'
import type { Answers, IntakeRefusal, Preview, RefusedRowData } from './preview.ts'
import { type Inspected, inspectedFile, readFiles } from './reading.jobs.ts'
import { type WritingTools, type Written, writeStaged } from './writing.jobs.ts'

export type IntakeTools = ReadingTools &
  WritingTools & {
    readonly dataDir: string
    /** What follows a written import: the findings of its counties are made anew. `inspected` holds for the rows that the revision made. */
    afterwards(county: string, inspected: (Inspected & { readonly rev: number }) | null): Promise<void>
  }

/** How a run is told and watched. `claimed`: the import's state was moved already, by whoever starts the run. */
export type RunOptions = {
  readonly now: Date
  readonly signal: AbortSignal
  readonly report: Report
  readonly paths?: readonly string[]
  readonly claimed?: boolean
}

/** Moves an import to the state of being read, or written; false where it is in no state for that. */
export const claimReading = (pool: Pool, id: string, now: Date): Promise<boolean> =>
  transaction(pool, (db) => moveIntake(db, id, ['uploaded', 'needs-answers', 'ready', 'refused', 'failed'], 'reading', now))
export const claimWriting = (pool: Pool, id: string, now: Date): Promise<boolean> =>
  transaction(pool, (db) => moveIntake(db, id, ['ready'], 'writing', now))

export type Report = (progress: { readonly phase: string; readonly done: number; readonly total: number | null }) => void

export const folderOf = (dataDir: string, id: string) => join(dataDir, 'intake', id)
export const filesFolder = (dataDir: string, id: string) => join(folderOf(dataDir, id), 'files')

export const newIntakeId = (now: Date) => `${now.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}-${randomBytes(3).toString('hex')}`

/** A new import with an empty folder for its files. */
export async function beginIntake(pool: Pool, dataDir: string, actor: string, answers: Answers, now: Date): Promise<string> {
  const id = newIntakeId(now)
  await mkdir(filesFolder(dataDir, id), { recursive: true, mode: 0o700 })
  await transaction(pool, (db) => createIntake(db, id, actor, answers, now), { actor })
  return id
}

export async function intakeFiles(dataDir: string, id: string): Promise<{ name: string; path: string; size: number }[]> {
  const folder = filesFolder(dataDir, id)
  if (!existsSync(folder)) return []
  // an import that ends while someone looks takes its files away
  const names = (await readdir(folder).catch(() => [])).sort()
  const found = await Promise.all(
    names.map(async (name) => ({ name, path: join(folder, name), size: (await stat(join(folder, name)).catch(() => null))?.size })),
  )
  return found.flatMap(({ size, ...each }) => (size === undefined ? [] : [{ ...each, size }]))
}

/** Disk that an import needs beside its files: the staged rows, the stored copy, the database's rows and its log. */
const NEEDED_PER_BYTE = 4
const SPARE_MB = 500

async function enoughDisk(dataDir: string, bytes: number): Promise<Refusal | null> {
  const { bavail, bsize } = await statfs(dataDir)
  const freeMb = Math.floor((bavail * bsize) / 1_048_576)
  const neededMb = Math.ceil((bytes * NEEDED_PER_BYTE) / 1_048_576) + SPARE_MB
  return freeMb < neededMb ? { code: 'intake/disk-nearly-full', details: { freeMb, neededMb } } : null
}

/** Reads the files and leaves a preview, or what must be answered first, or why it cannot be. `paths`: other files than those in its folder. */
export async function readIntakeFiles(tools: IntakeTools, id: string, options: RunOptions): Promise<Result<IntakeRow, IntakeRefusal>> {
  const { now, signal, report } = options
  const intake = await onConnection(tools.pool, (db) => readIntake(db, id))
  if (!intake) return refuse('intake/no-such-import', { id })
  const files = await intakeFiles(tools.dataDir, id)
  const paths = options.paths ?? files.map(({ path }) => path)
  if (!options.claimed && !(await claimReading(tools.pool, id, now))) return refuse('intake/wrong-state', { id, state: intake.state })

  const throttled = throttle(tools.pool, id, now, report)
  let preview: Preview
  try {
    const bytes = (await Promise.all(paths.map((path) => stat(path).catch(() => null)))).reduce((sum, each) => sum + (each?.size ?? 0), 0)
    const full = await enoughDisk(tools.dataDir, bytes)
    if (full) throw new Refused(full)
    preview = await readFiles(tools, {
      folder: folderOf(tools.dataDir, id),
      files: paths,
      answers: intake.answers,
      now,
      signal,
      onProgress: (phase, done, total) => throttled({ phase, done, total }),
    })
  } catch (cause) {
    if (!(cause instanceof Refused)) {
      const state = signal.aborted ? 'cancelled' : 'failed'
      await transaction(tools.pool, (db) => moveIntake(db, id, ['reading'], state, new Date()))
      if (signal.aborted) await discard(tools.dataDir, id)
      throw cause
    }
    preview = { ...EMPTY, refusal: cause.refusal }
  }
  const state = preview.refusal ? 'refused' : preview.questions.some((each) => each.id !== 'unclassified') ? 'needs-answers' : 'ready'
  await transaction(tools.pool, (db) => writePreview(db, id, state, preview, new Date()))
  return accept((await onConnection(tools.pool, (db) => readIntake(db, id))) as IntakeRow)
}

const EMPTY: Preview = {
  layers: [],
  questions: [],
  refusedRows: [],
  refusedCount: 0,
  changedRows: [],
  changedFields: [],
  findings: [],
  staged: [],
  sources: {},
  base: {},
  validFrom: '',
  crs: [],
  refusal: null,
}

/** Takes answers; whether the files must be read again. A mapping is kept for the next file with the same fields. */
export async function answerIntake(
  pool: Pool,
  id: string,
  answers: Answers,
  signatures: Readonly<Record<string, string>>,
  actor: string,
  now: Date,
): Promise<Result<Answers, IntakeRefusal>> {
  return transaction(
    pool,
    async (db) => {
      const intake = await readIntake(db, id)
      if (!intake) return refuse('intake/no-such-import', { id })
      if (!['uploaded', 'needs-answers', 'ready', 'refused', 'failed'].includes(intake.state))
        return refuse('intake/wrong-state', { id, state: intake.state })
      const merged: Answers = {
        ...intake.answers,
        ...answers,
        crs: { ...intake.answers.crs, ...answers.crs },
        mapping: { ...intake.answers.mapping, ...answers.mapping },
        shifted: { ...intake.answers.shifted, ...answers.shifted },
      }
      await writeAnswers(db, id, merged, now)
      for (const [key, mapping] of Object.entries(answers.mapping ?? {}))
        if (signatures[key]) await writeMapping(db, signatures[key], mapping, actor, now)
      return accept(merged)
    },
    { actor },
  )
}

/** Writes what the preview showed. Whatever happens before its end leaves the register as it was. */
export async function confirmIntake(
  tools: IntakeTools,
  id: string,
  options: RunOptions & { readonly actor: string; readonly reason: string; readonly cause: Cause },
): Promise<Result<readonly Written[]>> {
  const intake = await onConnection(tools.pool, (db) => readIntake(db, id))
  if (!intake) return refuse('intake/no-such-import', { id })
  if (!intake.answers.unclassified) return refuse('intake/not-confirmed-unclassified', {})
  if (!intake.preview || !(options.claimed ? intake.state === 'writing' : await claimWriting(tools.pool, id, options.now)))
    return refuse('intake/wrong-state', { id, state: intake.state })
  const report = throttle(tools.pool, id, options.now, options.report)
  let revisions: readonly Written[]
  try {
    revisions = await writeStaged(tools, {
      id,
      folder: folderOf(tools.dataDir, id),
      files: options.paths ?? (await intakeFiles(tools.dataDir, id)).map(({ path }) => path),
      preview: intake.preview,
      actor: options.actor,
      reason: options.reason,
      cause: options.cause,
      now: options.now,
      signal: options.signal,
      onProgress: (phase, done, total) => report({ phase, done, total }),
    })
  } catch (cause) {
    if (cause instanceof Refused) {
      await transaction(tools.pool, (db) => writeRefusal(db, id, cause.refusal, new Date()))
      return { ok: false, refusal: cause.refusal }
    }
    const state = options.signal.aborted ? 'cancelled' : 'ready'
    await transaction(tools.pool, (db) => moveIntake(db, id, ['writing'], state, new Date()))
    if (options.signal.aborted) await discard(tools.dataDir, id)
    throw cause
  }
  const inspected = new Map<string, Inspected>()
  for (const { county } of revisions) {
    const path = inspectedFile(folderOf(tools.dataDir, id), county)
    if (existsSync(path)) inspected.set(county, JSON.parse(await readFile(path, 'utf8')) as Inspected)
  }
  await clearIntake(tools.dataDir, id)
  if (revisions.reduce((sum, { made }) => sum + made, 0) > MANY_ROWS) collectGarbage()
  for (const { county, rev } of revisions) {
    options.report({ phase: 'checking', done: 0, total: null })
    const said = inspected.get(county)
    await tools.afterwards(county, said ? { ...said, rev } : null)
  }
  return accept(revisions)
}

/** A county of so many rows is checked in several hundred megabytes, while what its reading held still lies about in as many. */
const MANY_ROWS = 300_000

/** Gives memory back now: the collector by itself waits until more is asked for, and the most that both need together is what counts. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
}

/** Ends an import that has written nothing; its files go. */
export async function cancelIntake(pool: Pool, dataDir: string, id: string, now: Date): Promise<Result<null, IntakeRefusal>> {
  const moved = await transaction(pool, (db) =>
    moveIntake(db, id, ['uploaded', 'reading', 'needs-answers', 'ready', 'refused', 'failed', 'writing'], 'cancelled', now),
  )
  if (!moved) {
    const intake = await onConnection(pool, (db) => readIntake(db, id))
    return intake ? refuse('intake/wrong-state', { id, state: intake.state }) : refuse('intake/no-such-import', { id })
  }
  await discard(dataDir, id)
  return accept(null)
}

/** At the start of a server: what a crash interrupted stands where it can be taken up again; folders of no import go. */
export async function settleAfterCrash(pool: Pool, dataDir: string, now: Date): Promise<void> {
  await transaction(pool, (db) => settleInterrupted(db, now))
  const root = join(dataDir, 'intake')
  if (!existsSync(root)) return
  for (const id of await readdir(root)) {
    const intake = await onConnection(pool, (db) => readIntake(db, id))
    if (!intake || intake.state === 'cancelled') await rm(join(root, id), { recursive: true, force: true })
  }
}

/**
 * What commands left that were killed before `before`: their imports have no files in the folder, so nobody can take them up again. They end,
 * and their staged rows go. An import through the browser has its files here and stays.
 */
export async function discardLeftBehind(pool: Pool, dataDir: string, before: Date): Promise<void> {
  const root = join(dataDir, 'intake')
  if (!existsSync(root)) return
  for (const id of await readdir(root)) {
    if ((await intakeFiles(dataDir, id)).length > 0) continue
    const intake = await onConnection(pool, (db) => readIntake(db, id))
    if (intake && intake.changedAt >= before) continue
    if (intake?.state === 'done') await clearIntake(dataDir, id)
    else if (intake && intake.state !== 'cancelled') await cancelIntake(pool, dataDir, id, before)
    else await discard(dataDir, id)
  }
}

/** Every refused row of an import, as the file keeps them. */
export async function* refusedRows(dataDir: string, id: string): AsyncGenerator<RefusedRowData> {
  const path = join(folderOf(dataDir, id), 'refused.jsonl')
  if (!existsSync(path)) return
  for await (const line of createInterface({ input: createReadStream(path) })) if (line) yield JSON.parse(line) as RefusedRowData
}

/** All that an import has on disk. */
const discard = (dataDir: string, id: string) => rm(folderOf(dataDir, id), { recursive: true, force: true })

/** The files stay in the content store only; the list of refused rows stays for the person. */
export async function clearIntake(dataDir: string, id: string): Promise<void> {
  await rm(filesFolder(dataDir, id), { recursive: true, force: true })
  await rm(join(folderOf(dataDir, id), 'staged'), { recursive: true, force: true })
}

const EVERY_MS = 400
/** Tells the terminal at once and the import's row now and then. */
function throttle(pool: Pool, id: string, startedAt: Date, report: Report): Report {
  let last = 0
  let writing: Promise<unknown> = Promise.resolve()
  let busy = false
  return (progress) => {
    report(progress)
    const now = Date.now()
    if (busy || now - last < EVERY_MS) return
    last = now
    busy = true
    writing = writing
      .then(() => transaction(pool, (db) => writeProgress(db, id, { ...progress, startedAt: startedAt.toISOString() })))
      .catch(() => {}) // progress that cannot be told is no reason to stop
      .finally(() => {
        busy = false
      })
  }
}
