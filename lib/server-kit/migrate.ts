/**
 * Brings a database up to the program: numbered files, forward only, each in one transaction, all under one lock.
 *
 * A file is `NNNN_owner_subject.sql` and begins with `-- owner: kernel/records`. What has run is kept in `migration.applied`
 * with the file's SHA-256; a file that changed since is refused, as is a database that has run more than this program knows.
 */
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import { type Db, onConnection, type Pool } from './sql.ts'

export type MigrationRefusal =
  | Refusal<'migrations/database-newer', { readonly database: string; readonly program: string }>
  | Refusal<'migrations/changed', { readonly file: string }>
  | Refusal<'migrations/out-of-order', { readonly file: string; readonly after: string }>

export type Migration = {
  readonly number: number
  readonly file: string
  readonly owner: string
  readonly text: string
  readonly sha256: string
}

type Applied = { readonly number: number; readonly file: string; readonly sha256: string }

/** An arbitrary number that only this program uses as an advisory lock: the letters "dishu". */
const LOCK = 0x64_69_73_68_75

/** Reads the migrations of a folder in their order. A malformed one is a fault of the program. */
export function readMigrations(folder: string): Migration[] {
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
  const migrations = files.map((file): Migration => {
    const number = /^(\d{4})_[a-z0-9]+(_[a-z0-9]+)*\.sql$/.exec(file)?.[1]
    if (number === undefined) throw new Error(`expected a migration named NNNN_owner_subject.sql, got ${file}`)
    const text = readFileSync(join(folder, file), 'utf8').replaceAll('\r\n', '\n')
    const owner = /^-- owner: (\S+)\n/.exec(text)?.[1]
    if (owner === undefined) throw new Error(`${file} must begin with "-- owner: floor/slice"`)
    const ends = transactionWord(text)
    if (ends !== null) throw new Error(`${file} says "${ends}": a migration runs inside a transaction that is not its own`)
    return { number: Number(number), file, owner, text, sha256: createHash('sha256').update(text).digest('hex') }
  })
  for (let i = 1; i < migrations.length; i++) {
    if (migrations[i].number === migrations[i - 1].number)
      throw new Error(`${migrations[i - 1].file} and ${migrations[i].file} have the same number`)
  }
  return migrations
}

/** The word that would end or begin a transaction, outside comments, quotes and function bodies; null when there is none. */
function transactionWord(text: string): string | null {
  // one pass, since a comment may hold a quote and a quote two dashes
  const bare = text.replace(/\$([a-z_]*)\$[\s\S]*?\$\1\$|'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//gi, (piece) =>
    piece.startsWith('-') || piece.startsWith('/') ? ' ' : "''",
  )
  for (const statement of bare.split(';')) {
    const found =
      /^\s*(begin|commit|rollback|abort|end|start\s+transaction|create\s+(?:unique\s+)?index\s+concurrently|vacuum|create\s+database)\b/i.exec(
        statement,
      )
    if (found) return found[1]
  }
  return null
}

/**
 * Runs what has not run yet and gives the names of those files. A migration that fails is thrown with its name, and the
 * database is as it was before that file; others that start at the same time wait and find the work done.
 */
export async function migrate(pool: Pool, folder: string): Promise<Result<readonly string[], MigrationRefusal>> {
  const migrations = readMigrations(folder)
  return onConnection(pool, async (db) => {
    await db.run`select pg_advisory_lock(${LOCK})`
    try {
      return await catchUp(db, migrations)
    } finally {
      await db.run`select pg_advisory_unlock(${LOCK})`.catch(() => {}) // gone with its connection
    }
  })
}

async function catchUp(db: Db, migrations: readonly Migration[]): Promise<Result<readonly string[], MigrationRefusal>> {
  const applied = await readApplied(db)
  const refused = firstRefusal(applied, migrations)
  if (refused) return refused
  const done = new Set(applied.map((each) => each.number))
  const ran: string[] = []
  for (const migration of migrations) {
    if (done.has(migration.number)) continue
    await run(db, migration)
    ran.push(migration.file)
  }
  return accept(ran)
}

async function readApplied(db: Db): Promise<Applied[]> {
  const { there } = await db.one<{ there: boolean }>`select to_regclass('migration.applied') is not null as there`
  return there ? db.all<Applied>`select number, file, sha256 from migration.applied order by number` : []
}

function firstRefusal(applied: readonly Applied[], migrations: readonly Migration[]) {
  const known = new Map(migrations.map((each) => [each.number, each]))
  const last = applied.at(-1)
  for (const each of applied) {
    const migration = known.get(each.number)
    if (migration === undefined)
      return refuse('migrations/database-newer', { database: each.file, program: migrations.at(-1)?.file ?? '-' })
    if (migration.sha256 !== each.sha256) return refuse('migrations/changed', { file: migration.file })
  }
  const done = new Set(applied.map((each) => each.number))
  const late = last && migrations.find((each) => each.number < last.number && !done.has(each.number))
  return late ? refuse('migrations/out-of-order', { file: late.file, after: last.file }) : null
}

async function run(db: Db, { number, file, owner, text, sha256 }: Migration): Promise<void> {
  await db.raw('begin')
  try {
    await db.raw(`
      create schema if not exists migration;
      create table if not exists migration.applied (
        number int constraint applied_pkey primary key,
        file text not null, owner text not null, sha256 text not null,
        applied_at timestamptz not null)`)
    await db.raw(text)
    await db.run`insert into migration.applied (number, file, owner, sha256, applied_at) values (${number}, ${file}, ${owner}, ${sha256}, ${new Date()})`
    await db.raw('commit')
  } catch (cause) {
    await db.raw('rollback').catch(() => {})
    throw new Error(`the migration ${file} failed and was taken back: ${cause instanceof Error ? cause.message : cause}`, { cause })
  }
}
