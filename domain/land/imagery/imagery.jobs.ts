/** A scene from its files' coming to the register: look, questions, preview, yes, COGs into the content store, revision. For server and command line alike. */
import { createHash, randomBytes } from 'node:crypto'
import { createReadStream, existsSync, statSync } from 'node:fs'
import { mkdir, readdir, rm, statfs } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Day, dayOf } from '@dishu/base/date'
import { accept, type Refusal, Refused, type Result, refuse } from '@dishu/base/refusal'
import { type Look, lookAtScene, packScene } from '@dishu/formats/scene/scene'
import type { Kind, Revision } from '@dishu/kernel/records/records'
import { openRevision, rowToWrite } from '@dishu/kernel/records/records.store'
import { readDocument, writeDocument } from '@dishu/kernel/sealed/sealed.store'
import { type Db, onConnection, type Pool, transaction } from '@dishu/server-kit/sql'
import type { StoredDocument, Vault } from '@dishu/server-kit/vault'
import { factsFromLook, footprintOf, groupsOf } from './imagery.exchange.ts'
import {
  createTask,
  moveTask,
  readPatchesBox,
  readSceneId,
  readSceneKeys,
  readTask,
  type TaskRow,
  type TaskState,
  writeTask,
  writeTaskProgress,
} from './imagery.store.ts'
import { type Grid, type ImageryRefusal, type SceneBand, sceneKind } from './imagery.ts'
import { decidePlace, decideScene, type SceneAnswers, type SceneDecision, type SceneDraft, type SceneFacts } from './scenes.ts'

type Box = readonly [number, number, number, number]

export type ImageryTools = {
  readonly pool: Pool
  readonly vault: Vault
  readonly dataDir: string
  readonly kinds: readonly Kind[]
  /** The box of the county's boundary in degrees; null where the register has none. */
  knownBox(db: Db, county: string): Promise<Box | null>
}

export type TaskOptions = {
  readonly now: Date
  readonly signal: AbortSignal
  readonly report: (progress: { readonly phase: string; readonly done: number; readonly total: number | null }) => void
}

/** What a task keeps of the first look; the files themselves are read again by the packing. */
export type TaskFacts = {
  readonly facts: SceneFacts
  readonly look: Look
  readonly paths: readonly string[]
  readonly footprint: readonly number[] | null
}

export const taskFolder = (dataDir: string, id: string) => join(dataDir, 'scenes', id)
export const taskFiles = (dataDir: string, id: string) => join(taskFolder(dataDir, id), 'files')

export const newTaskId = (now: Date) => `${now.toISOString().slice(0, 19).replaceAll(/[-:T]/g, '')}-${randomBytes(3).toString('hex')}`

/** A new task with an empty folder for its files. */
export async function beginScene(tools: ImageryTools, county: string, actor: string, answers: SceneAnswers, now: Date): Promise<string> {
  const id = newTaskId(now)
  await mkdir(taskFiles(tools.dataDir, id), { recursive: true, mode: 0o700 })
  await transaction(tools.pool, (db) => createTask(db, county, id, 'add', 'uploaded', actor, answers, now), { actor })
  return id
}

const SPARE_MB = 500

async function enoughDisk(dataDir: string, paths: readonly string[]): Promise<ImageryRefusal | null> {
  const bytes = (await Promise.all(paths.map(sizeOf))).reduce((sum, each) => sum + each, 0)
  const { bavail, bsize } = await statfs(dataDir)
  const freeMb = Math.floor((bavail * bsize) / 1_048_576)
  // unpacked, packed, and the content store's copy
  const neededMb = Math.ceil((bytes * 4) / 1_048_576) + SPARE_MB
  return freeMb < neededMb ? { code: 'imagery/disk-nearly-full', details: { freeMb, neededMb } } : null
}

async function sizeOf(path: string): Promise<number> {
  const stat = statSync(path, { throwIfNoEntry: false })
  if (!stat) return 0
  if (!stat.isDirectory()) return stat.size
  const inside = await readdir(path, { recursive: true, withFileTypes: true })
  return inside.reduce(
    (sum, each) => sum + (each.isFile() ? (statSync(join(each.parentPath, each.name), { throwIfNoEntry: false })?.size ?? 0) : 0),
    0,
  )
}

const current = async (tools: ImageryTools, county: string, id: string): Promise<TaskRow> => {
  const task = await onConnection(tools.pool, (db) => readTask(db, county, id))
  if (!task) throw new Refused({ code: 'imagery/no-such-task', details: { id } })
  return task
}

/** Looks at the files and leaves what was found, what must be asked, or why it cannot be. `paths`: other files than those in its folder. */
export async function readScene(
  tools: ImageryTools,
  county: string,
  id: string,
  options: TaskOptions & { readonly paths?: readonly string[] },
): Promise<TaskRow> {
  const { pool, dataDir } = tools
  const moved = await transaction(pool, (db) => moveTask(db, county, id, ['uploaded', 'failed', 'refused'], 'reading', options.now))
  if (!moved) throw new Refused({ code: 'imagery/wrong-state', details: { id, state: (await current(tools, county, id)).state } })
  const files = taskFiles(dataDir, id)
  const uploaded = existsSync(files) ? (await readdir(files)).sort().map((name) => join(files, name)) : []
  const paths = options.paths ?? uploaded
  return settling(tools, county, id, ['reading'], options, async () => {
    if (paths.length === 0) throw new Refused({ code: 'imagery/no-files', details: {} })
    const full = await enoughDisk(dataDir, paths)
    if (full) throw new Refused(full)
    options.report({ phase: 'reading', done: 0, total: null })
    const look = await lookAtScene(paths, { scratch: taskFolder(dataDir, id), signal: options.signal })
    const facts = factsFromLook(look)
    const task = await current(tools, county, id)
    const { decision, footprint } = await decide(tools, county, facts, task.answers as SceneAnswers, options.now)
    const kept: TaskFacts = { facts, look, paths, footprint: footprint && [...footprint] }
    await transaction(pool, (db) =>
      writeTask(db, county, id, { state: decision.questions.length > 0 ? 'needs-answers' : 'ready', facts: kept }, new Date()),
    )
  })
}

/** Takes answers and decides again; the files are not read a second time. */
export async function answerScene(tools: ImageryTools, county: string, id: string, answers: SceneAnswers, now: Date): Promise<TaskRow> {
  const task = await current(tools, county, id)
  if (!['needs-answers', 'ready'].includes(task.state))
    throw new Refused({ code: 'imagery/wrong-state', details: { id, state: task.state } })
  const kept = task.facts as TaskFacts
  const merged = { ...(task.answers as SceneAnswers), ...answers }
  const { decision, footprint } = await decide(tools, county, kept.facts, merged, now)
  await transaction(tools.pool, (db) =>
    writeTask(
      db,
      county,
      id,
      {
        state: decision.questions.length > 0 ? 'needs-answers' : 'ready',
        answers: merged,
        facts: { ...kept, footprint: footprint && [...footprint] },
      },
      now,
    ),
  )
  return current(tools, county, id)
}

async function decide(
  tools: ImageryTools,
  county: string,
  facts: SceneFacts,
  answers: SceneAnswers,
  now: Date,
): Promise<{ decision: SceneDecision; footprint: Box | null }> {
  const decided = decideScene(facts, answers, dayOf(now))
  if (!decided.ok) throw new Refused(decided.refusal)
  const decision = decided.value
  if (decision.draft === null) return { decision, footprint: null }
  const footprint = footprintOf(decision.draft.grids[0])
  if (!footprint.ok) throw new Refused(footprint.refusal)
  const box = await onConnection(tools.pool, async (db) => (await tools.knownBox(db, county)) ?? (await readPatchesBox(db, county)))
  const placed = decidePlace(footprint.value.bbox, box)
  if (!placed.ok) throw new Refused(placed.refusal)
  if (decision.draft.id !== null) {
    const there = await onConnection(tools.pool, (db) => readSceneKeys(db, county))
    const same = there.find(({ sceneKey }) => sceneKey === decision.draft?.id)
    if (same) throw new Refused({ code: 'imagery/already-there', details: { scene: same.sceneKey, takenOn: same.takenOn } })
  }
  return { decision, footprint: footprint.value.bbox }
}

/** What a task would write, for whoever shows it. */
export const draftOf = (task: TaskRow, now: Date): Result<SceneDecision, ImageryRefusal> | null =>
  task.facts === null ? null : decideScene((task.facts as TaskFacts).facts, task.answers as SceneAnswers, dayOf(now))

/** Moves a task to the state of being written; false where it is in no state for that. */
export const claimWriting = (pool: Pool, county: string, id: string, now: Date): Promise<boolean> =>
  transaction(pool, (db) => moveTask(db, county, id, ['ready'], 'writing', now))

export type Written = { readonly scene: number; readonly revision: Revision }

/** `claimed`: the state was moved already, by whoever starts the work. Makes the COGs, puts them into the content store, and writes the revision. Before its end nothing is in the register. */
export async function writeScene(
  tools: ImageryTools,
  county: string,
  id: string,
  options: TaskOptions & { readonly actor: string; readonly reason: string; readonly claimed?: boolean },
): Promise<Result<Written>> {
  const { pool, dataDir } = tools
  const task = await current(tools, county, id)
  const mine = options.claimed ? task.state === 'writing' : await claimWriting(pool, county, id, options.now)
  if (!mine) return refuse('imagery/wrong-state', { id, state: task.state })
  let written: Written | null = null
  const after = await settling(tools, county, id, ['writing'], options, async () => {
    const kept = task.facts as TaskFacts
    const { decision } = await decide(tools, county, kept.facts, task.answers as SceneAnswers, options.now)
    if (decision.draft === null) throw new Refused({ code: 'imagery/wrong-state', details: { id, state: 'needs-answers' } })
    const report = throttled(pool, county, id, options.report)
    const scratch = taskFolder(dataDir, id)
    const packed = await packScene(kept.paths, kept.look, groupsOf(kept.facts, kept.look, decision.draft.grids), {
      scratch,
      signal: options.signal,
      onProgress: (done, total) => report({ phase: 'packing', done, total }),
    })
    report({ phase: 'storing', done: 0, total: null })
    const grids: Grid[] = []
    for (const [i, { out, bytes }] of packed.entries()) {
      const { from: _, ...grid } = decision.draft.grids[i]
      grids.push({ ...grid, bytes, sha256: (await digestOf(join(scratch, out))).toString('hex') })
    }
    const bands = decision.draft.bands.map((band): SceneBand => {
      const { valid, min, max } = packed[band.grid].bands[band.band]
      if (valid === 0 || min === null || max === null) throw new Refused({ code: 'imagery/no-pixels', details: { band: band.name } })
      const ends = [min * band.scale + band.offset, max * band.scale + band.offset].sort((a, b) => a - b)
      return { ...band, min: ends[0], max: ends[1] }
    })
    const came = await Promise.all(
      kept.paths
        .filter((path) => statSync(path).isFile())
        .map(async (path) => ({ file: basename(path), size: statSync(path).size, sha256: (await digestOf(path)).toString('hex') })),
    )
    options.signal.throwIfAborted()
    written = await register(tools, county, scratch, { draft: decision.draft, grids, bands, came }, options)
    const outcome = { scene: written.scene, rev: written.revision.rev }
    await transaction(pool, (db) => writeTask(db, county, id, { state: 'done', outcome }, new Date()))
    await rm(scratch, { recursive: true, force: true })
  })
  if (written !== null) return accept(written)
  return { ok: false, refusal: after.outcome as Refusal }
}

type Ready = {
  readonly draft: SceneDraft
  readonly grids: readonly Grid[]
  readonly bands: readonly SceneBand[]
  readonly came: readonly { readonly file: string; readonly size: number; readonly sha256: string }[]
}

async function register(
  tools: ImageryTools,
  county: string,
  folder: string,
  { draft, grids, bands, came }: Ready,
  { actor, reason, now }: { readonly actor: string; readonly reason: string; readonly now: Date },
): Promise<Written> {
  const footprint = footprintOf(draft.grids[0])
  if (!footprint.ok) throw new Refused(footprint.refusal)
  const sceneKey = draft.id ?? `${draft.takenOn} ${grids[0].sha256.slice(0, 16)}`
  const names = grids.map((_, i) => `${sceneKey.replaceAll(/[^\w-]/g, '_')}-${i}.tif`)
  // files first: a document without its row is only a file too many, a row without its file would be a loss
  const documents: StoredDocument[] = []
  for (const [i, { sha256 }] of grids.entries()) {
    const known = await transaction(tools.pool, (db) => readDocument(db, county, Buffer.from(sha256, 'hex')), { readOnly: true })
    if (!known?.wrappedKey) documents.push(await tools.vault.storeDocument(county, join(folder, `${i}.tif`), names[i], now))
  }
  const content = {
    scene_key: sceneKey,
    title: draft.title,
    taken_on: draft.takenOn,
    taken_at: draft.takenAt,
    platform: draft.platform,
    instrument: draft.instrument,
    product: draft.product,
    level: draft.level,
    provider: draft.provider,
    cloud_percent: draft.cloudPercent,
    footprint: footprint.value.wkb,
    bbox: footprint.value.bbox,
    grids,
    bands,
    mask: draft.mask,
    extra: { files: came },
  }
  return transaction(
    tools.pool,
    async (db) => {
      const revision = await openRevision(db, county, tools.kinds)
      const there = await readSceneKeys(db, county)
      if (there.some((each) => each.sceneKey === sceneKey))
        throw new Refused({ code: 'imagery/already-there', details: { scene: sceneKey, takenOn: draft.takenOn } })
      for (const document of documents) await writeDocument(db, document)
      await revision.add(sceneKind, [rowToWrite(sceneKind, { validFrom: draft.takenOn as Day, sourceFile: 0, content })])
      const sealed = await revision.seal({
        what: 'import',
        cause: 're-survey',
        actor,
        reason,
        sources: grids.map(({ sha256, bytes }, i) => ({ file: names[i], layer: sceneKey, size: bytes, sha256 })),
        now,
      })
      return { scene: await readSceneId(db, county, sceneKey), revision: sealed }
    },
    { actor, retries: 0 },
  )
}

/** Ends a task that has written nothing; its files go. */
export async function cancelScene(tools: ImageryTools, county: string, id: string, now: Date): Promise<TaskRow> {
  const from: TaskState[] = ['uploaded', 'reading', 'needs-answers', 'ready', 'refused', 'failed', 'writing', 'measuring']
  const moved = await transaction(tools.pool, (db) => moveTask(db, county, id, from, 'cancelled', now))
  const task = await current(tools, county, id)
  if (!moved && task.state !== 'cancelled') throw new Refused({ code: 'imagery/wrong-state', details: { id, state: task.state } })
  await rm(taskFolder(tools.dataDir, id), { recursive: true, force: true })
  return task
}

/** Runs a step of a task and leaves the task where it stands afterwards: with its refusal, as failed, or as cancelled. */
async function settling(
  tools: ImageryTools,
  county: string,
  id: string,
  states: readonly TaskState[],
  { signal }: TaskOptions,
  step: () => Promise<void>,
): Promise<TaskRow> {
  const { pool } = tools
  try {
    await step()
  } catch (cause) {
    if (cause instanceof Refused) {
      // where the refusal is of an answer, another answer may be given; where it is of the files, other files
      await transaction(pool, (db) => writeTask(db, county, id, { state: 'refused', outcome: cause.refusal }, new Date()))
    } else {
      await transaction(pool, (db) => moveTask(db, county, id, states, signal.aborted ? 'cancelled' : 'failed', new Date()))
      if (signal.aborted) await rm(taskFolder(tools.dataDir, id), { recursive: true, force: true })
      throw cause
    }
  }
  return current(tools, county, id)
}

async function digestOf(path: string): Promise<Buffer> {
  const hash = createHash('sha256')
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 }) as AsyncIterable<Buffer>) hash.update(chunk)
  return hash.digest()
}

const EVERY_MS = 400
/** Tells who listens at once, and the task's row now and then. */
export function throttled(pool: Pool, county: string, id: string, report: TaskOptions['report']): TaskOptions['report'] {
  let [last, busy] = [0, false]
  return (progress) => {
    report(progress)
    const now = Date.now()
    if (busy || now - last < EVERY_MS) return
    last = now
    busy = true
    void transaction(pool, (db) => writeTaskProgress(db, county, id, progress))
      .catch(() => {}) // progress that cannot be told is no reason to stop
      .finally(() => {
        busy = false
      })
  }
}
