/**
 * A backup of a database and its data folder in one sealed file, taken while everything runs: all tables as one repeatable-read snapshot
 * shows them, in PostgreSQL's binary copy form, and the files of the folder. It is loaded into a new folder only, and counted there.
 */
import { copyFile, mkdir, mkdtemp, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join, normalize, sep } from 'node:path'
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import { type Manifest, PartWriter, readParts } from './backup-parts.ts'
import { Altered, type Lock, type Opener, openSealed, type SealRefusal, sealInto } from './backup-seal.ts'
import { type MigrationRefusal, migrate, readMigrations } from './migrate.ts'
import { copyIn, copyOut, type Db, ident, joined, onConnection, type Pool, sql, transaction } from './sql.ts'

export type BackupRefusal =
  | SealRefusal
  | Refusal<'backup/target-not-empty', { readonly place: string }>
  | Refusal<'backup/newer-program', { readonly backup: string; readonly program: string }>
  | Refusal<'backup/no-key', null>
  | Refusal<'backup/short-passphrase', { readonly letters: number; readonly least: number }>
  | Refusal<'backup/no-backups', { readonly folder: string }>

export type BackupProgress = (told: { readonly phase: 'tables' | 'files'; readonly name: string; readonly bytes: number }) => void

/** What belongs to the machine and not to the office: the engine and its cluster, sockets, locks, logs, passwords of this database, other backups. */
const OF_THE_MACHINE =
  /^(pg|pg\.new|pg\.log.*|pg-password|run|engine.*|owner\.lock.*|connection\.json|request-role\.json|faults\.log|backups|.*\.new)$/

type TableShape = { readonly schema: string; readonly name: string; readonly columns: readonly string[] }

/** The tables of our schemas, those that others refer to first; columns that PostgreSQL works out itself are left out. */
async function readTables(db: Db, schemas: readonly string[]): Promise<TableShape[]> {
  const tables = await db.all<{ id: number; schema: string; name: string; columns: string[] }>`
    select class.oid::int8 as id, space.nspname as schema, class.relname as name,
      array_agg(field.attname::text order by field.attnum) as columns
    from pg_class class join pg_namespace space on space.oid = class.relnamespace
      join pg_attribute field on field.attrelid = class.oid and field.attnum > 0 and not field.attisdropped and field.attgenerated = ''
    where class.relkind = 'r' and space.nspname = any (${schemas}) group by class.oid, 2, 3 order by 2, 3`
  const links = await db.all<{ child: number; parent: number }>`
    select conrelid::int8 as child, confrelid::int8 as parent from pg_constraint where contype = 'f' and conrelid <> confrelid`
  const placed = new Set<number>()
  const known = new Set(tables.map(({ id }) => id))
  const ordered: TableShape[] = []
  while (ordered.length < tables.length) {
    const ready = tables.filter(
      ({ id }) => !placed.has(id) && links.every(({ child, parent }) => child !== id || placed.has(parent) || !known.has(parent)),
    )
    if (ready.length === 0) throw new Error('tables refer to each other in a ring: no order in which to load them')
    for (const { id, schema, name, columns } of ready) {
      placed.add(id)
      ordered.push({ schema, name, columns })
    }
  }
  return ordered
}

/** Every schema that a migration makes, and the one that keeps which have run. */
export const schemasOf = (migrations: string): string[] => [
  'migration',
  ...new Set(
    readMigrations(migrations).flatMap(({ text }) =>
      [...text.matchAll(/^create schema (?:if not exists )?(\w+);/gim)].map(([, name]) => name),
    ),
  ),
]

export type BackupSource = {
  readonly pool: Pool
  readonly dataDir: string
  readonly database: 'embedded' | 'own'
  readonly migrations: string
  /** Read in the same snapshot as the tables, to be found again after a restore. */
  facts(db: Db): Promise<unknown>
}
export type Backup = { readonly file: string; readonly bytes: number; readonly manifest: Manifest }

/**
 * Writes a backup to `file`, which appears under its name when it is whole and on the disk. Nobody waits for it: readers and writers go on, and
 * what they write after its beginning is not in it.
 */
export async function backUp(
  source: BackupSource,
  file: string,
  lock: Lock,
  now: Date,
  report: BackupProgress = () => {},
): Promise<Backup> {
  await mkdir(dirname(file), { recursive: true, mode: 0o700 })
  const draft = `${file}.part`
  const handle = await open(draft, 'w', 0o600)
  try {
    const sealed = await sealInto(handle, lock)
    const writer = new PartWriter(sealed)
    const told = await transaction(source.pool, (db) => writeTables(source, db, writer, now, report), {
      isolation: 'repeatable read',
      readOnly: true,
      retries: 0,
    })
    // files after the tables: what a row speaks of was there before the row, and is never changed
    await writeFiles(source.dataDir, writer, report)
    const manifest = await writer.manifest(told)
    const bytes = await sealed.end()
    await handle.sync()
    await handle.close()
    await rename(draft, file)
    const folder = await open(dirname(file), 'r')
    await folder.sync().catch(() => {}) // Windows has no such thing
    await folder.close()
    return { file, bytes, manifest }
  } catch (cause) {
    await handle.close().catch(() => {})
    await rm(draft, { force: true })
    throw cause
  }
}

async function writeTables(source: BackupSource, db: Db, writer: PartWriter, now: Date, report: BackupProgress) {
  const schemas = schemasOf(source.migrations)
  const { server } = await db.one<{ server: string }>`select current_setting('server_version') as server`
  for (const { schema, name, columns } of await readTables(db, schemas)) {
    // counted apart from the copy: two ways to the same number
    const { rows } = await db.one<{ rows: number }>`select count(*) as rows from ${ident(schema, name)}`
    const list = joined(columns.map((column) => ident(column)))
    let bytes = 0
    await writer.part(
      { kind: 'table', name: `${schema}.${name}`, columns, rows },
      copyOut(db, sql`select ${list} from ${ident(schema, name)}`),
      (more) => {
        bytes += more
        report({ phase: 'tables', name: `${schema}.${name}`, bytes })
      },
    )
  }
  const sequences = await db.all<{ name: string; value: string }>`
    select schemaname || '.' || sequencename as name, last_value::text as value from pg_sequences
    where schemaname = any (${schemas}) and last_value is not null order by 1`
  const ran = await db.all<{ file: string }>`select file from migration.applied order by number`
  return {
    at: now.toISOString(),
    server,
    database: source.database,
    migrations: ran.map(({ file }) => file),
    sequences,
    facts: await source.facts(db),
  }
}

async function writeFiles(dataDir: string, writer: PartWriter, report: BackupProgress): Promise<void> {
  for (const [name, bytes] of await steadyFiles(join(dataDir, 'keys'))) await writer.part({ kind: 'file', name: `keys/${name}` }, [bytes])
  for await (const name of filesOf(dataDir, '')) {
    if (name.startsWith('keys/')) continue
    const handle = await open(join(dataDir, name)).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code === 'ENOENT') return null // an import that ended took its files away
      throw cause
    })
    if (handle === null) continue
    let bytes = 0
    await writer.part({ kind: 'file', name }, handle.createReadStream({ highWaterMark: 1 << 18 }) as AsyncIterable<Uint8Array>, (more) => {
      bytes += more
      report({ phase: 'files', name, bytes })
    })
  }
}

async function* filesOf(root: string, below: string): AsyncGenerator<string, void, undefined> {
  const entries = await readdir(join(root, below), { withFileTypes: true }).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return []
    throw cause
  })
  for (const entry of entries.sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (entry.name.endsWith('.new') || (below === '' && OF_THE_MACHINE.test(entry.name))) continue
    const name = below === '' ? entry.name : `${below}/${entry.name}`
    if (entry.isDirectory()) yield* filesOf(root, name)
    else if (entry.isFile()) yield name
  }
}

/** Keys as they stand together: read until two readings agree, since a change of keys touches several files. */
async function steadyFiles(folder: string): Promise<[string, Buffer][]> {
  const read = async () => {
    const files: [string, Buffer][] = []
    for await (const name of filesOf(folder, '')) files.push([name, await readFile(join(folder, name))])
    return files
  }
  const same = (a: [string, Buffer][], b: [string, Buffer][]) =>
    a.length === b.length && a.every(([name, bytes], i) => name === b[i][0] && bytes.equals(b[i][1]))
  for (let before = await read().catch(() => null), tries = 0; ; tries++) {
    const now = await read().catch(() => null)
    if (before !== null && now !== null && same(before, now)) return now
    if (tries > 100) throw new Error('the keys change all the time')
    before = now
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

/** Reads a backup from its first byte to its last, and gives its manifest; nothing is written. */
export async function verifyBackup(file: string, opener: Opener): Promise<Result<Manifest, SealRefusal>> {
  return reading(file, opener, async () => {})
}

type OnPart = Parameters<typeof readParts>[1]

async function reading(file: string, opener: Opener, onPart: OnPart): Promise<Result<Manifest, SealRefusal>> {
  const handle = await open(file).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return null
    throw cause
  })
  if (handle === null) return refuse('backup/not-a-backup', { file })
  try {
    const opened = await openSealed(handle, file, opener)
    if (!opened.ok) return opened
    return accept(await readParts(opened.value, onPart))
  } catch (cause) {
    if (cause instanceof Altered) return refuse('backup/altered', { file, reason: cause.message })
    throw cause
  } finally {
    await handle.close()
  }
}

/** Refused where something is there already: a restore never mixes with what another folder held. */
export async function emptyPlace(place: string): Promise<Result<null, BackupRefusal>> {
  const found = await readdir(place).catch((cause: NodeJS.ErrnoException) => {
    if (cause.code === 'ENOENT') return []
    if (cause.code === 'ENOTDIR') return ['a file']
    throw cause
  })
  return found.length === 0 ? accept(null) : refuse('backup/target-not-empty', { place })
}

export type RestoreTarget = { readonly pool: Pool; readonly dataDir: string; readonly migrations: string }

/**
 * Loads a backup into an empty database and a folder without files of its own. The schema is made by the migrations that had run, the rows are
 * copied in one transaction and counted against the manifest; then newer migrations run. A backup of a newer program is refused.
 */
export async function restoreInto(
  target: RestoreTarget,
  file: string,
  opener: Opener,
  report: BackupProgress = () => {},
): Promise<Result<Manifest, BackupRefusal | MigrationRefusal>> {
  const { there } = await onConnection(
    target.pool,
    (db) => db.one<{ there: boolean }>`select to_regclass('migration.applied') is not null as there`,
  )
  if (there) return refuse('backup/target-not-empty', { place: 'migration.applied' })
  // read once whole before anything is made of it: which migrations had run stands at its end
  const verified = await verifyBackup(file, opener)
  if (!verified.ok) return verified
  const last = verified.value.migrations.at(-1) ?? ''
  const known = readMigrations(target.migrations).map((each) => each.file)
  const stranger = verified.value.migrations.find((each) => !known.includes(each))
  if (stranger !== undefined) return refuse('backup/newer-program', { backup: stranger, program: known.at(-1) ?? '-' })
  const made = await migrateUpTo(target.pool, target.migrations, last)
  if (!made.ok) return made
  const restored = await transaction(target.pool, (db) => load(db, target, file, opener, report), { retries: 0 })
  if (!restored.ok) return restored
  await onConnection(target.pool, (db) => db.raw('analyze'))
  const caughtUp = await migrate(target.pool, target.migrations)
  return caughtUp.ok ? accept(restored.value) : caughtUp
}

async function migrateUpTo(pool: Pool, folder: string, last: string): Promise<Result<unknown, MigrationRefusal>> {
  const draft = await mkdtemp(join(tmpdir(), 'dishu-migrations-'))
  try {
    for (const { file } of readMigrations(folder)) if (file <= last) await copyFile(join(folder, file), join(draft, file))
    return await migrate(pool, draft)
  } finally {
    await rm(draft, { recursive: true, force: true })
  }
}

async function load(
  db: Db,
  target: RestoreTarget,
  file: string,
  opener: Opener,
  report: BackupProgress,
): Promise<Result<Manifest, SealRefusal>> {
  const tables = new Map((await readTables(db, schemasOf(target.migrations))).map((each) => [`${each.schema}.${each.name}`, each]))
  // what migrations put in comes with the backup
  await db.run`truncate ${joined([...tables.values()].map(({ schema, name }) => ident(schema, name)))}`
  const restored = await reading(file, opener, async (head, chunks) => {
    let bytes = 0
    const counted = (async function* () {
      for await (const chunk of chunks) {
        bytes += chunk.length
        report({ phase: head.kind === 'table' ? 'tables' : 'files', name: head.name, bytes })
        yield chunk
      }
    })()
    if (head.kind === 'file') return writeFile(target.dataDir, head.name, counted)
    const table = tables.get(head.name)
    if (!table) throw new Error(`the backup holds a table ${head.name} that its own migrations do not make`)
    const columns = head.columns.map((each) => `"${each}"`).join(', ')
    const rows = await copyIn(db, `copy "${table.schema}"."${table.name}" (${columns}) from stdin (format binary)`, counted)
    const { there } = await db.one<{ there: number }>`select count(*) as there from ${ident(table.schema, table.name)}`
    if (rows !== head.rows || there !== head.rows) throw new Altered(`${head.name}: ${head.rows} rows were kept, ${there} are there`)
  })
  if (!restored.ok) return restored
  for (const { name, value } of restored.value.sequences) await db.run`select setval(${name}::regclass, ${value}::int8)`
  return restored
}

async function writeFile(dataDir: string, name: string, chunks: AsyncIterable<Uint8Array>): Promise<void> {
  const plain = normalize(name)
  if (plain.startsWith('..') || plain.startsWith(sep) || plain !== name.replaceAll('/', sep)) throw new Altered(`a file is named ${name}`)
  const path = join(dataDir, plain)
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const handle = await open(path, 'wx', 0o600)
  try {
    for await (const chunk of chunks) await handle.writeFile(chunk)
    await handle.sync()
  } finally {
    await handle.close()
  }
}
