/** Scenarios solved from the register, and solved again from what was kept. */
import { randomBytes } from 'node:crypto'
import { createWriteStream } from 'node:fs'
import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { getHeapStatistics } from 'node:v8'
import { Worker } from 'node:worker_threads'
import { dayOf } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import type { Kind } from '@dishu/kernel/records/records'
import { openRevision, rowToWrite } from '@dishu/kernel/records/records.store'
import { readDocument, writeDocument } from '@dishu/kernel/sealed/sealed.store'
import { type Db, onConnection, transaction } from '@dishu/server-kit/sql'
import type { StoredDocument } from '@dishu/server-kit/vault'
import { blocking } from './findings.ts'
import { type ChosenPatch, type FrontOfPlan, type PatchWhy, type PlanFigures, type PlanResult, packChoices, sumsOf } from './results.ts'
import { type BuiltScenario, buildScenario, programText } from './scenario-build.jobs.ts'
import { type PlanTools, requireResult, requireScenario, sortedJson, type Who } from './scenarios.jobs.ts'
import { nextResultKey, type PlanProgress, readResults } from './scenarios.store.ts'
import { type FrontAsked, type PlanTerms, planResultKind, type Scenario } from './scenarios.ts'
import type { SolveAnswer, SolveStep, SolveTask, threadTask, WhyAsked } from './solving.jobs.ts'
import { waterTable } from './water-tables.ts'

const ASK_MS = 400
const SOLVER = 'dishu-allocation-1'
export type Report = (progress: PlanProgress) => void
const taskFolder = (dataDir: string, id: string) => join(dataDir, 'plan', id)

export type SolvingOptions = Who & { readonly signal: AbortSignal; readonly report: Report; isStopping?(): Promise<boolean> }

/** Builds a scenario's program, solves it, and writes the result: one revision. Nothing is written before the end. Gives the result's key; null where it was stopped before there was a plan. */
export async function solveScenario(
  tools: PlanTools,
  county: string,
  key: string,
  task: string,
  options: SolvingOptions,
): Promise<{ result: string } | null> {
  const { now, actor, report } = options
  const scenario = await onConnection(tools.pool, (db) => requireScenario(db, county, key))
  const { terms } = scenario
  // the plan before, where it was asked the same: its prices are near
  const from = await onConnection(tools.pool, async (db) => {
    const newest = (await readResults(db, county)).find((each) => each.scenario === key)
    return newest && sortedJson(newest.basis.terms) === sortedJson(terms) ? newest : null
  })
  const built = await buildReady(tools, county, terms, options)
  return withProgramFile(tools, task, built, options, async (file) => {
    const { answer, curve } = await runThread<SolveAnswer>(
      tools.thread,
      { file, asked: terms, ...(from ? { prices: from.figures.prices } : {}) },
      options,
    )
    options.signal.throwIfAborted() // the server goes: what nobody asked to stop begins anew with it
    if (answer.stopped && answer.objective === null) return null
    report({ phase: 'writing', done: 0, total: null, curve })
    const document = await tools.vault.storeDocument(county, file, `${key}.json`, now)
    return await transaction(
      tools.pool,
      (db) => writeResult(db, tools.kinds, county, scenario, built, answer, curve, document, from?.key ?? null, { actor, now }),
      { actor, retries: 3 },
    )
  })
}

/** The front of a scenario's objective and another measure. Nothing is written. */
export async function frontOfScenario(
  tools: PlanTools,
  county: string,
  key: string,
  task: string,
  asked: FrontAsked,
  options: SolvingOptions,
): Promise<FrontOfPlan> {
  const { terms } = await onConnection(tools.pool, (db) => requireScenario(db, county, key))
  const built = await buildReady(tools, county, terms, options)
  return withProgramFile(tools, task, built, options, async (file) => {
    const { answer } = await runThread<FrontOfPlan>(tools.thread, { file, asked: terms, front: asked }, options)
    options.signal.throwIfAborted()
    return answer
  })
}

/** A scenario's program, where nothing stands against solving it. */
async function buildReady(tools: PlanTools, county: string, terms: PlanTerms, { now, report }: SolvingOptions): Promise<BuiltScenario> {
  report({ phase: 'reading', done: 0, total: null, curve: [] })
  const built = await buildScenario(tools, county, terms, now, (done) => report({ phase: 'reading', done, total: null, curve: [] }))
  const blocked = blocking(built.findings)
  if (blocked.length > 0)
    throw new Refused({
      code: 'plan/not-ready',
      details: { findings: blocked.length, first: `${blocked[0].code} ${blocked[0].place}`, list: built.findings },
    })
  return built
}

async function withProgramFile<T>(
  tools: Pick<PlanTools, 'dataDir'>,
  task: string,
  built: BuiltScenario,
  { signal, report }: SolvingOptions,
  body: (file: string) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted()
  report({ phase: 'building', done: 0, total: null, curve: [] })
  const folder = taskFolder(tools.dataDir, task)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  try {
    const file = join(folder, 'program.json')
    await pipeline(Readable.from(programText(built.program)), createWriteStream(file, { mode: 0o600 }))
    return await body(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function writeResult(
  db: Db,
  kinds: readonly Kind[],
  county: string,
  { key: scenario, title, terms }: Scenario,
  built: BuiltScenario,
  answer: SolveAnswer,
  curve: PlanProgress['curve'],
  document: StoredDocument,
  begunFrom: string | null,
  { actor, now }: Who,
): Promise<{ result: string }> {
  await writeDocument(db, document)
  const labels = new Map(answer.chosen)
  const chosen = built.candidates.map(
    ({ patch, key, ways, out }): ChosenPatch => ({ patch, label: ways.length > 0 ? (labels.get(key) ?? '') : `!${out}` }),
  )
  const figures = figuresFrom(terms, built, answer, curve, new Map(chosen.map(({ patch, label }) => [patch, label])))
  const revision = await openRevision(db, county, kinds)
  const key = await nextResultKey(db, county)
  const basis: PlanResult['basis'] = {
    terms,
    title,
    rev: built.rev,
    day: built.day,
    sha256: document.sha256.toString('hex'),
    bytes: document.size,
    solver: SOLVER,
    at: now.toISOString(),
    ...(begunFrom ? { begunFrom } : {}),
  }
  const content = { result_key: key, scenario_key: scenario, basis, figures, ...packChoices(chosen) }
  await revision.add(planResultKind, [rowToWrite(planResultKind, { validFrom: dayOf(now), content })])
  await revision.seal({ what: 'write', cause: 'method', actor, reason: `${scenario} → ${key}: ${figures.status}`, now })
  return { result: key }
}

function figuresFrom(
  terms: PlanTerms,
  built: BuiltScenario,
  answer: SolveAnswer,
  curve: PlanProgress['curve'],
  labelOf: ReadonlyMap<number, string>,
): PlanFigures {
  const { chosen: _, ...told } = answer
  const worksFen = terms.works.flatMap(({ id, costFen }) => {
    const year = answer.opened[`work/${id}`]
    return year ? [{ year: Number(year), fen: costFen }] : []
  })
  const finite = (value: number) => (Number.isFinite(value) ? value : Math.sign(value) * Number.MAX_VALUE) // JSON has no infinity
  return {
    ...told,
    bound: finite(told.bound),
    opened: Object.fromEntries(Object.entries(answer.opened).filter(([id]) => id.startsWith('work/'))),
    sensitivity: answer.sensitivity.map((each) => ({ ...each, bound: finite(each.bound) })),
    water: waterTable(terms, built.program, built.facts.water, built.kept, new Map(answer.chosen), built.facts.mesh, built.facts.linear),
    ...sumsOf(terms, built.candidates, labelOf, built.facts.discountPercent ?? 0, worksFen),
    findings: built.findings,
    screening: built.screening,
    curve,
  }
}

type FromThread =
  | ({ readonly told: 'step' } & SolveStep)
  | { readonly told: 'done'; readonly answer: Awaited<ReturnType<typeof threadTask>> }
  | { readonly told: 'refused'; readonly refusal: Refused['refusal'] }
export type ToldByThread = FromThread

/** Runs the solver in a thread; a stop that is asked for ends it with the best plan so far. */
async function runThread<A>(
  thread: URL,
  task: Omit<SolveTask, 'stop'>,
  { signal, report, isStopping }: Pick<SolvingOptions, 'signal' | 'report' | 'isStopping'>,
): Promise<{ readonly answer: A; readonly curve: PlanProgress['curve'] }> {
  const stop = new Int32Array(new SharedArrayBuffer(4))
  const curve: (readonly [number, number, number | null])[] = []
  let [bound, best] = [Number.POSITIVE_INFINITY, null as number | null]
  const worker = new Worker(thread, {
    workerData: { ...task, stop },
    resourceLimits: { maxOldGenerationSizeMb: Math.floor(getHeapStatistics().heap_size_limit / 2 ** 20) },
  })
  const halt = () => Atomics.store(stop, 0, 1)
  const asking = setInterval(
    () =>
      void isStopping?.().then(
        (yes) => yes && halt(),
        () => {},
      ),
    ASK_MS,
  )
  signal.addEventListener('abort', halt)
  try {
    const answer = await new Promise<A>((done, failed) => {
      worker.on('message', (told: FromThread) => {
        if (told.told === 'done')
          done(told.answer as A) // what the task asks for is what the thread answers
        else if (told.told === 'refused') failed(new Refused(told.refusal))
        else if (told.phase === 'front') report({ phase: 'front', done: told.best ?? 0, total: told.bound, curve: [] })
        else {
          const lower = told.bound < bound
          if (lower) bound = told.bound
          const higher = told.best !== null && (best === null || told.best > best)
          if (higher) best = told.best
          if ((lower || higher) && Number.isFinite(bound)) curve.push([curve.length, bound, best])
          if (curve.length > 400) curve.splice(1, 1) // the way there, not each step of it
          report({ phase: told.phase, done: curve.length, total: null, curve: [...curve] })
        }
      })
      worker.on('error', failed)
      worker.on('exit', () => failed(new Error('the solving thread ended without an answer')))
    })
    return { answer, curve }
  } finally {
    clearInterval(asking)
    signal.removeEventListener('abort', halt)
    await worker.terminate()
  }
}

/** The program of a result as it was kept, in a file of its own while `body` runs. */
export async function withKeptProgram<T>(
  tools: Pick<PlanTools, 'vault' | 'dataDir' | 'pool'>,
  county: string,
  result: Pick<PlanResult, 'basis'>,
  body: (file: string) => Promise<T>,
): Promise<T> {
  const document = await onConnection(tools.pool, (db) => readDocument(db, county, Buffer.from(result.basis.sha256, 'hex')))
  if (!document) throw new Refused({ code: 'plan/no-such-result', details: { result: result.basis.sha256 } })
  const folder = taskFolder(tools.dataDir, `kept-${randomBytes(6).toString('hex')}`)
  await mkdir(folder, { recursive: true, mode: 0o700 })
  try {
    const file = join(folder, 'program.json')
    await pipeline(await tools.vault.readDocument(document), createWriteStream(file, { mode: 0o600 }))
    return await body(file)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** The options of one patch of a result, each with what forcing it would cost; in a thread, since a county's program takes a while to read. */
export async function whyOfPatch(
  tools: Pick<PlanTools, 'vault' | 'dataDir' | 'pool' | 'thread'>,
  county: string,
  result: PlanResult,
  why: Omit<WhyAsked, 'kept'>,
): Promise<PatchWhy[] | null> {
  const { prices, objective, bound } = result.figures
  const nobody = { signal: new AbortController().signal, report: () => {} }
  const { answer } = await withKeptProgram(tools, county, result, (file) =>
    runThread<PatchWhy[] | null>(
      tools.thread,
      { file, asked: result.basis.terms, why: { ...why, kept: { prices, objective, bound } } },
      nobody,
    ),
  )
  return answer
}

export type Recomputed = {
  readonly result: string
  readonly same: boolean
  readonly objective: number | null
  readonly before: number | null
  readonly differing: number
}
/** Solves a result's program again, from what was kept and nothing else. Nothing is written. */
export async function recompute(
  tools: PlanTools,
  county: string,
  key: string,
  options: Pick<SolvingOptions, 'signal' | 'report' | 'isStopping'>,
): Promise<Recomputed> {
  const result = await onConnection(tools.pool, (db) => requireResult(db, county, key))
  const { begunFrom, terms } = result.basis
  const from = begunFrom ? await onConnection(tools.pool, (db) => requireResult(db, county, begunFrom)) : null
  const { answer } = await withKeptProgram(tools, county, result, (file) =>
    runThread<SolveAnswer>(tools.thread, { file, asked: terms, ...(from ? { prices: from.figures.prices } : {}) }, options),
  )
  const labels = answer.chosen.filter(([, label]) => label !== '').map(([, label]) => label)
  const counts = (list: readonly string[]) =>
    sortedJson(Object.fromEntries([...Map.groupBy(list, (each) => each)].map(([each, of]) => [each, of.length])))
  const kept = result.figures.land.flatMap(({ option, year, patches }) => Array.from({ length: patches }, () => `${option}@${year}`))
  const planned = labels.filter((label) => label !== 'as-today')
  const same = answer.objective === result.figures.objective && counts(planned) === counts(kept)
  return {
    result: key,
    same,
    objective: answer.objective,
    before: result.figures.objective,
    differing: Math.abs(planned.length - kept.length),
  }
}
