/** The whole of Dishu put together over one database and one data folder: what the server and every command work with. */
import { fileURLToPath } from 'node:url'
import { dayOf } from '@dishu/base/date'
import { accept, type Language, type Result } from '@dishu/base/refusal'
import { crsFromEpsg } from '@dishu/formats/crs/crs'
import { openInSandbox } from '@dishu/formats/sandbox/sandbox'
import { readCountyBox } from '@dishu/kernel/areas/areas.store'
import { discardLeftBehind, type IntakeTools } from '@dishu/kernel/intake/service.jobs'
import type { ViewTools } from '@dishu/kernel/intake/view'
import type { OpenRevision } from '@dishu/kernel/records/records.store'
import { refreshCells } from '@dishu/land/count/count.jobs'
import { type DoubleCover, replaceDoubleCover } from '@dishu/land/count/doubly.store'
import { cellRules } from '@dishu/land/count/rules'
import { readSurveyDay } from '@dishu/land/parcels/parcels.store'
import type { CheckProgress } from '@dishu/land/quality/geometry.jobs'
import { inspectRow, ruleName } from '@dishu/land/quality/inspect'
import { checkCounty, type InspectedRows } from '@dishu/land/quality/quality.jobs'
import { gradingChanged, readGrading } from '@dishu/land/soil/soil.store'
import { closeOnSignals, type Database, openDatabase } from '@dishu/server-kit/embedded'
import { migrate } from '@dishu/server-kit/migrate'
import { type Db, openPool, type Pool, transaction } from '@dishu/server-kit/sql'
import { openVault, type Vault } from '@dishu/server-kit/vault'
import { labelOf } from './labels.ts'
import { KINDS, STANDARDS } from './parts.ts'
import { say } from './sentences.ts'

export type App = {
  readonly dataDir: string
  readonly database: Database
  /** The owner's connections: for workers and commands, which answer to the keeper of the data folder. Requests have their own: see serve.ts. */
  readonly pool: Pool
  readonly vault: Vault
  readonly tools: IntakeTools
  readonly actor: string
  derive(db: Db, revision: OpenRevision): Promise<void>
  /** `inspected`: what an import has asked of its rows already. */
  check(county: string, options?: { readonly inspected?: InspectedRows | null; readonly report?: CheckProgress }): Promise<void>
  viewTools(language: Language): ViewTools
  /** Ends what others opened over the app, before the database goes. */
  onClose(body: () => Promise<void>): void
  close(): Promise<void>
}

export const MIGRATIONS = fileURLToPath(new URL('./migrations/', import.meta.url))
export const WEB_FOLDER = fileURLToPath(new URL('../web/dist/', import.meta.url))

export type AppOptions = {
  readonly dataDir: string
  readonly role: 'server' | 'cli'
  onStep?(step: 'initialise' | 'recover' | 'restart' | 'away' | 'migrate'): void
}

/** Opens the database (starting the embedded one where none runs), brings its schema up to date, and puts the parts together. */
export async function openApp(options: AppOptions): Promise<Result<App>> {
  const { dataDir } = options
  const began = new Date()
  const opened = await openDatabase({ dataDir, role: options.role, ...(options.onStep ? { onProgress: options.onStep } : {}) })
  if (!opened.ok) return opened
  const database = opened.value
  const pool = openPool(database.url, { max: options.role === 'server' ? 10 : 3 })
  const closing: (() => Promise<void>)[] = []
  const closeOnce = async () => {
    for (const body of closing.splice(0)) await body()
    if (!pool.ended) await pool.end()
    await database.close()
  }
  // a signal closes while a command is about to
  let closed: Promise<void> | undefined
  const close = () => {
    closed ??= closeOnce()
    return closed
  }
  closeOnSignals(close)
  try {
    const migrated = await migrate(pool, MIGRATIONS)
    if (!migrated.ok) {
      await close()
      return migrated
    }
    if (migrated.value.length > 0) options.onStep?.('migrate')
    // whoever starts the engine tidies up behind a command that was killed
    if (database.owner) await discardLeftBehind(pool, dataDir, began)
    return accept(await put(dataDir, database, pool, close, closing))
  } catch (cause) {
    await close()
    throw cause
  }
}

/** The parts over a database that is open already: for the worker of an import, which does not own it. */
export async function joinApp(dataDir: string, url: string): Promise<App> {
  const pool = openPool(url, { max: 3, idle: 'exit' })
  const database: Database = { url, kind: 'own', owner: false, close: async () => {} }
  return put(
    dataDir,
    database,
    pool,
    async () => {
      if (!pool.ended) await pool.end()
    },
    [],
  )
}

async function put(
  dataDir: string,
  database: Database,
  pool: Pool,
  close: () => Promise<void>,
  closing: (() => Promise<void>)[],
): Promise<App> {
  const vault = await openVault(dataDir)
  const actor = actorOfThisMachine()
  const deriveAndTell = async (db: Db, revision: OpenRevision) => {
    const grading = await readGrading(db, revision.county)
    const doubly: DoubleCover[] = []
    const { unlaid } = await refreshCells(db, revision, {
      rules: cellRules(grading),
      // another way of grading is another grade everywhere
      affected: (await gradingChanged(db, revision.county, revision.rev)) ? 'all' : 'revision',
      onDoublyCovered: (found) => {
        for (const { patchId, parcels, area } of found)
          doubly.push({ patchId, parcels: parcels.map(({ parcelCode }) => parcelCode), area: Math.round(area * 100) })
      },
    })
    await replaceDoubleCover(db, revision.county, doubly)
    return { unlaid }
  }
  const derive: App['derive'] = async (db, revision) => void (await deriveAndTell(db, revision))
  const check: App['check'] = async (county, { inspected = null, report } = {}) => {
    await transaction(pool, (db) => checkCounty(db, county, new Date(), inspected, report), { actor, retries: 3 })
  }
  const tools: IntakeTools = {
    pool,
    vault,
    dataDir,
    standards: STANDARDS,
    kinds: KINDS,
    open: async (paths, { encoding, signal }) => openInSandbox(paths, { signal, ...(encoding ? { encoding } : {}) }),
    inspect: inspectRow(dayOf(new Date())),
    surveyDay: readSurveyDay,
    knownBox: readCountyBox,
    derive: deriveAndTell,
    afterwards: (county, inspected) => check(county, { inspected }),
  }
  const viewTools = (language: Language): ViewTools => ({
    language,
    standards: STANDARDS,
    say: (refusal) => say(refusal, language),
    ruleName: (rule) => ruleName(rule, language),
    labelOf: (name) => labelOf(name, language),
    crsName: (text) => crsFromEpsg(Number(text.replace(/\D/g, ''))).name,
  })
  return { dataDir, database, pool, vault, tools, actor, derive, check, viewTools, onClose: (body) => void closing.push(body), close }
}

/** In the single-user mode of one machine, whoever is signed in to it. */
const actorOfThisMachine = () => process.env.DISHU_ACTOR ?? process.env.USER ?? process.env.USERNAME ?? 'office'

export { say }
