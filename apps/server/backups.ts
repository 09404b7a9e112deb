/** Backups of one office: what goes into them, how a restored one is proved, and those that the running server makes by itself. */
import { existsSync } from 'node:fs'
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { basename, join, resolve } from 'node:path'
import { Refused, type Result } from '@dishu/base/refusal'
import { OFFICE } from '@dishu/kernel/people/people'
import { appendEvent } from '@dishu/kernel/people/people.store'
import { canonicalJson, readChains, readHead } from '@dishu/kernel/records/records.store'
import { type Backup, type BackupProgress, backUp, emptyPlace, restoreInto } from '@dishu/server-kit/backup'
import { type BackupRule, backupIsDue, backupName, backupTime, expiredBackups } from '@dishu/server-kit/backup-keep'
import type { Manifest } from '@dishu/server-kit/backup-parts'
import type { Lock, Opener } from '@dishu/server-kit/backup-seal'
import { openDatabase } from '@dishu/server-kit/embedded'
import { type Db, onConnection, openPool, transaction } from '@dishu/server-kit/sql'
import { type App, joinApp, MIGRATIONS } from './app.ts'
import { workProcesses } from './processes.ts'
import { verifyAll } from './verify.ts'

/** What the process of a scheduled backup is told. */
export type BackupOrder = { readonly dataDir: string; readonly url: string; readonly kind: 'embedded' | 'own' }

const { version } = createRequire(import.meta.url)('../../package.json') as { version: string }

type ChainEnd = { readonly county: string; readonly rev: number; readonly hash: string }
type Facts = { readonly program: string; readonly chains: readonly ChainEnd[] }

async function readEnds(db: Db): Promise<ChainEnd[]> {
  const ends: ChainEnd[] = []
  for (const { county } of await readChains(db)) {
    const { rev, hash } = await readHead(db, county)
    ends.push({ county, rev, hash: hash.toString('hex') })
  }
  return ends
}

/** Makes a backup, and leaves in the office's record who made it, what came of it and its digest. */
export async function backUpOffice(
  app: Pick<App, 'pool' | 'dataDir' | 'database' | 'actor'>,
  file: string,
  lock: Lock,
  now: Date,
  report?: BackupProgress,
): Promise<Backup> {
  const keep = (outcome: 'done' | 'failed', details: Readonly<Record<string, unknown>>) =>
    transaction(
      app.pool,
      (db) =>
        appendEvent(db, {
          county: OFFICE,
          at: now,
          actor: app.actor,
          what: 'backed-up',
          outcome,
          subject: basename(file),
          details: canonicalJson(details),
          address: '',
        }),
      { actor: app.actor },
    )
  try {
    const made = await backUp(
      {
        pool: app.pool,
        dataDir: app.dataDir,
        database: app.database.kind,
        migrations: MIGRATIONS,
        facts: async (db): Promise<Facts> => ({ program: version, chains: await readEnds(db) }),
      },
      file,
      lock,
      now,
      report,
    )
    await keep('done', { bytes: made.bytes, parts: made.manifest.parts.length })
    return made
  } catch (fault) {
    await keep('failed', { code: fault instanceof Refused ? fault.refusal.code : 'fault' }).catch(() => {}) // a database that is away keeps nothing
    throw fault
  }
}

export type Restored = {
  readonly manifest: Manifest
  readonly seconds: number
  readonly counties: readonly { readonly county: string; readonly revisions: number; readonly rows: number; readonly documents: number }[]
  /** What proves that it is not what was backed up; empty in a restore that stands. */
  readonly problems: readonly string[]
}

/**
 * Restores into a folder that is not there yet (or is empty): everything happens in a folder beside it, which takes its name when the chains, the
 * files, the sealed values and the counts are proved. `own`: an empty PostgreSQL instead of the embedded one.
 */
export async function restoreOffice(
  file: string,
  opener: Opener,
  dataDir: string,
  options: { readonly own?: string | undefined; readonly report?: BackupProgress } = {},
): Promise<Restored> {
  const began = performance.now()
  const target = resolve(dataDir)
  orThrow(await emptyPlace(target))
  const draft = `${target}.restoring`
  orThrow(await emptyPlace(draft))
  try {
    const database = orThrow(await openDatabase({ dataDir: draft, role: 'server', ownUrl: options.own ?? '' }))
    await mkdir(draft, { recursive: true, mode: 0o700 })
    const pool = openPool(database.url, { max: 2, idle: 'exit' })
    let proved: Omit<Restored, 'seconds'>
    try {
      const manifest = orThrow(await restoreInto({ pool, dataDir: draft, migrations: MIGRATIONS }, file, opener, options.report))
      proved = await prove(draft, database.url, manifest)
    } finally {
      await pool.end()
      await database.close()
    }
    if (proved.problems.length === 0) {
      await rm(target, { recursive: true, force: true }) // empty
      await rename(draft, target)
    }
    return { ...proved, seconds: (performance.now() - began) / 1000 }
  } finally {
    await rm(draft, { recursive: true, force: true, maxRetries: 3 })
  }
}

/** The whole proof of every county, and each chain at the revision and hash of the manifest. */
async function prove(dataDir: string, url: string, manifest: Manifest): Promise<Omit<Restored, 'seconds'>> {
  const app = await joinApp(dataDir, url)
  try {
    const problems: string[] = []
    const wanted = (manifest.facts as Facts).chains
    const found = await onConnection(app.pool, readEnds)
    if (JSON.stringify(found) !== JSON.stringify(wanted)) problems.push('the chains end elsewhere than in the backup')
    const counties = []
    for (const { county } of found) {
      const proof = await transaction(app.pool, (db) => verifyAll(db, county, app), { isolation: 'repeatable read', retries: 0 })
      problems.push(...proof.problems.map(({ problem, rev }) => `${county} ${problem}${rev === null ? '' : ` rev ${rev}`}`))
      counties.push({ county, revisions: proof.revisions, rows: proof.rows, documents: proof.documents })
    }
    return { manifest, counties, problems }
  } finally {
    await app.close()
  }
}

function orThrow<T>(result: Result<T>): T {
  if (!result.ok) throw new Refused(result.refusal)
  return result.value
}

/** When the running server backs up, where to, and for which key. `folder` null: `backups` in the data folder, which a second disk is better than. */
export type Schedule = BackupRule & { readonly folder: string | null; readonly publicKey: string }

const scheduleFile = (dataDir: string) => join(dataDir, 'backup.json')

export async function readSchedule(dataDir: string): Promise<Schedule | null> {
  const file = scheduleFile(dataDir)
  return existsSync(file) ? (JSON.parse(await readFile(file, 'utf8')) as Schedule) : null
}

export async function writeSchedule(dataDir: string, schedule: Schedule | null): Promise<void> {
  const file = scheduleFile(dataDir)
  if (schedule === null) return rm(file, { force: true })
  await writeFile(`${file}.new`, `${JSON.stringify(schedule, null, 1)}\n`, { mode: 0o600, flush: true })
  await rename(`${file}.new`, file)
}

export const backupFolder = (dataDir: string, schedule: Pick<Schedule, 'folder'> | null) => schedule?.folder ?? join(dataDir, 'backups')

export type BackupFile = { readonly file: string; readonly at: Date; readonly bytes: number }

/** The backups in a folder, newest first. */
export async function listBackups(folder: string): Promise<BackupFile[]> {
  const names = await readdir(folder).catch(() => [])
  const found = names.flatMap((name) => {
    const at = backupTime(name)
    return at ? [{ file: join(folder, name), at }] : []
  })
  const sized = await Promise.all(found.map(async (each) => ({ ...each, bytes: (await stat(each.file)).size })))
  return sized.sort((a, b) => b.at.getTime() - a.at.getTime())
}

/** Makes the backup that is due, then removes what the rule keeps no longer; null when none is due. A failed one removes nothing. */
export async function scheduledBackup(
  app: Pick<App, 'pool' | 'dataDir' | 'database' | 'actor'>,
  now: Date,
): Promise<{ readonly made: string; readonly removed: readonly string[] } | null> {
  const schedule = await readSchedule(app.dataDir)
  if (schedule === null) return null
  const folder = backupFolder(app.dataDir, schedule)
  const names = (await listBackups(folder)).map(({ file }) => basename(file))
  if (!backupIsDue(names, schedule, now)) return null
  const made = join(folder, backupName(now))
  await backUpOffice(app, made, { publicKey: schedule.publicKey }, now)
  // one made while the clock is wrong looks old; it stays until the next
  const removed = expiredBackups([...names, basename(made)], schedule).filter((name) => name !== basename(made))
  for (const name of removed) await rm(join(folder, name), { force: true })
  return { made, removed }
}

const LOOK_MS = 10 * 60_000

/** Looks every ten minutes whether a backup is due, and makes it in a process of its own. A failure is told and tried again at the next look. */
export function backupKeeper(app: Pick<App, 'dataDir' | 'database'>, onFault: (fault: string) => void): { stop(): Promise<void> } {
  const { start, stopAll } = workProcesses<BackupOrder>(new URL('./backup-worker.ts', import.meta.url), [], onFault)
  const look = async () => {
    const schedule = await readSchedule(app.dataDir)
    if (schedule === null) return
    const names = (await listBackups(backupFolder(app.dataDir, schedule))).map(({ file }) => basename(file))
    if (!backupIsDue(names, schedule, new Date())) return
    start('backup', { dataDir: app.dataDir, url: app.database.url, kind: app.database.kind }, async () =>
      onFault('the scheduled backup did not come to its end'),
    )
  }
  const looked = () => void look().catch((cause: unknown) => onFault(String(cause)))
  const first = setTimeout(looked, 30_000).unref()
  const looking = setInterval(looked, LOOK_MS).unref()
  return {
    async stop() {
      clearTimeout(first)
      clearInterval(looking)
      await stopAll()
    },
  }
}
