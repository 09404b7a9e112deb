/**
 * The one door to PostgreSQL: queries as tagged templates, so that a value can never become SQL; pools, transactions,
 * cursors and copy. Nothing here knows a table.
 */
import pg, { type ClientBase } from 'pg'
import { from as copyFrom, to as copyTo } from 'pg-copy-streams'
import { SqlFault } from './sql-fault.ts'
import { types } from './sql-types.ts'

export { SqlFault, violatedConstraint } from './sql-fault.ts'

const FRAGMENT = Symbol('sql fragment')
const CLIENT = Symbol('connection')

/** A piece of SQL with its values; pieces nest, and their values are numbered when the whole is sent. */
export type Sql = { readonly [FRAGMENT]: true; readonly texts: readonly string[]; readonly values: readonly unknown[] }

/**
 * ``sql`county = ${code}` ``: a piece to put into another query. Backslashes mean what they mean in SQL: `'^\d{12}$'` needs no
 * second one.
 */
export const sql = (texts: TemplateStringsArray, ...values: unknown[]): Sql => ({ [FRAGMENT]: true, texts: texts.raw, values })

/** Names the program made itself, quoted as identifiers: `ident('land', 'parcel')` is `"land"."parcel"`. */
export function ident(...names: readonly [string, ...string[]]): Sql {
  for (const name of names) if (name === '' || name.includes('\0')) throw new Error(`not a name for SQL: ${JSON.stringify(name)}`)
  return { [FRAGMENT]: true, texts: [names.map((name) => `"${name.replaceAll('"', '""')}"`).join('.')], values: [] }
}

/** The pieces one after another with `separator` between; no pieces give an empty piece. */
export function joined(pieces: readonly Sql[], separator: Sql = sql`, `): Sql {
  const values = pieces.flatMap((piece, i) => (i === 0 ? [piece] : [separator, piece]))
  return { [FRAGMENT]: true, texts: Array<string>(values.length + 1).fill(''), values }
}

/** All conditions at once; without any it is `true`, so that `where ${every([])}` stays a whole query. */
export const every = (conditions: readonly Sql[]): Sql =>
  conditions.length === 0
    ? sql`true`
    : joined(
        conditions.map((each) => sql`(${each})`),
        sql` and `,
      )

/** A value for a `json` or `jsonb` parameter. Needed for arrays, which the driver would otherwise send as PostgreSQL arrays. */
export const json = (value: unknown) => JSON.stringify(value)

const isSql = (value: unknown): value is Sql => typeof value === 'object' && value !== null && FRAGMENT in value

/** The text with `$1, $2, …` and the values in their order. `undefined` is a fault: it would silently be null. */
export function numbered(query: Sql): { readonly text: string; readonly values: readonly unknown[] } {
  const values: unknown[] = []
  const write = ({ texts, values: own }: Sql): string =>
    texts.reduce((text, part, i) => {
      const value = own[i - 1]
      if (isSql(value)) return text + write(value) + part
      if (value === undefined) throw new Error(`a value is undefined (write null where that is meant): ${texts.join('?').trim()}`)
      values.push(value)
      return `${text}$${values.length}${part}`
    })
  return { text: write(query), values }
}

/**
 * A connection. `Row` is the shape the caller's column list gives. Values come back as: bigint and whole numeric → number
 * (a fault when it does not fit), date → `YYYY-MM-DD` or `infinity`, timestamptz → Date, box → [xmin, ymin, xmax, ymax],
 * bytea → Buffer, json → parsed. A numeric with decimals is a fault: cast it to float8 in the query.
 */
export type Db = {
  readonly [CLIENT]: ClientBase
  all<Row>(text: TemplateStringsArray | Sql, ...values: unknown[]): Promise<Row[]>
  /** Exactly one row; any other number is a fault. */
  one<Row>(text: TemplateStringsArray | Sql, ...values: unknown[]): Promise<Row>
  /** One row or none. */
  maybe<Row>(text: TemplateStringsArray | Sql, ...values: unknown[]): Promise<Row | null>
  /** The number of rows changed. */
  run(text: TemplateStringsArray | Sql, ...values: unknown[]): Promise<number>
  /** Statements the program made or read from its own files (migrations, DDL); several at once, without values. */
  raw(text: string): Promise<void>
}

export function dbOn(client: ClientBase): Db {
  const send = async (text: TemplateStringsArray | Sql, values: unknown[]) => {
    const query = numbered(isSql(text) ? text : sql(text, ...values))
    try {
      return await client.query({ text: query.text, values: [...query.values], types })
    } catch (cause) {
      throw SqlFault.from(cause, query.text)
    }
  }
  const all = async <Row>(text: TemplateStringsArray | Sql, ...values: unknown[]) => (await send(text, values)).rows as Row[]
  const maybe = async <Row>(text: TemplateStringsArray | Sql, ...values: unknown[]) => {
    const rows = (await send(text, values)).rows as Row[]
    if (rows.length > 1) throw new Error(`expected one row at most, got ${rows.length}: ${written(text)}`)
    return rows[0] ?? null
  }
  const one = async <Row>(text: TemplateStringsArray | Sql, ...values: unknown[]) => {
    const rows = (await send(text, values)).rows as Row[]
    if (rows.length !== 1) throw new Error(`expected one row, got ${rows.length}: ${written(text)}`)
    return rows[0]
  }
  const run = async (text: TemplateStringsArray | Sql, ...values: unknown[]) => (await send(text, values)).rowCount ?? 0
  const raw = async (text: string) => {
    try {
      await client.query(text)
    } catch (cause) {
      throw SqlFault.from(cause, text)
    }
  }
  return { [CLIENT]: client, all, one, maybe, run, raw }
}

const written = (text: TemplateStringsArray | Sql) => (isSql(text) ? numbered(text).text : text.raw.join('?')).trim()

export type Pool = pg.Pool

/**
 * Connections to `url`. `max` at once; `idle: 'exit'` lets a process end while connections are open (tests, commands).
 * Times without a zone are read in China's one time zone, whatever the server is set to.
 */
export function openPool(url: string, { max = 8, idle = 'stay' }: { max?: number; idle?: 'stay' | 'exit' } = {}): Pool {
  const pool = new pg.Pool({
    connectionString: url,
    max,
    allowExitOnIdle: idle === 'exit',
    application_name: 'dishu',
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 60_000, // a new one costs more than many questions
    onConnect: async (client: ClientBase) => {
      await client.query(
        `set datestyle = 'ISO, YMD'; set intervalstyle = 'iso_8601'; set timezone = 'Asia/Shanghai'; set client_encoding = 'UTF8'`,
      )
    },
  })
  // An idle connection that the server closes is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => {})
  // The same for a lent one that is lost between two statements: the next statement fails, and whoever sent it is told.
  pool.on('connect', (client) => void client.on('error', () => {}))
  return pool
}

/** One connection that is kept open and does nothing, under `name`: the server's list of sessions shows that we are here. */
export async function holdConnection(url: string, name: string): Promise<{ release(): Promise<void> }> {
  const client = new pg.Client({ connectionString: url, application_name: name })
  client.on('error', () => {})
  await client.connect()
  return { release: () => client.end() }
}

/** Lends one connection outside any transaction: for `create database`, locks of a session, `vacuum`. */
export async function onConnection<T>(pool: Pool, body: (db: Db) => Promise<T>): Promise<T> {
  const client = await pool.connect()
  let broken: Error | undefined
  try {
    return await body(dbOn(client))
  } catch (cause) {
    broken = lostConnection(cause)
    throw cause
  } finally {
    client.release(broken)
  }
}

export type TransactionOptions = {
  readonly actor?: string
  /** Codes of the areas whose rows row-level security shows, '*' for all; without it a role that obeys it sees none. */
  readonly scope?: readonly string[]
  readonly readOnly?: boolean
  readonly isolation?: 'read committed' | 'repeatable read' | 'serializable'
  /** How often a transaction that lost to another (serialisation failure, deadlock) is run again. */
  readonly retries?: number
  /** Seconds after which the database ends a statement (57014). */
  readonly statementS?: number
}

/**
 * Runs `body` in one transaction: commits what it did, or rolls back when it throws or answers with a refused Result.
 * `actor` and `scope` are readable in SQL as `current_setting('dishu.actor')` and `'dishu.scope'` until the end. `body` may run more than once, so it does
 * nothing outside the database that cannot be done twice.
 */
export async function transaction<T>(pool: Pool, body: (db: Db) => Promise<T>, options: TransactionOptions = {}): Promise<T> {
  const { retries = 3 } = options
  for (let attempt = 0; ; attempt++) {
    try {
      return await attemptTransaction(pool, body, options)
    } catch (cause) {
      if (attempt >= retries || !(cause instanceof SqlFault && cause.mayBeRetried)) throw cause
      await new Promise((resolve) => setTimeout(resolve, 2 ** attempt * (5 + Math.random() * 10)))
    }
  }
}

function attemptTransaction<T>(pool: Pool, body: (db: Db) => Promise<T>, options: TransactionOptions): Promise<T> {
  return onConnection(pool, async (db) => {
    let done = false
    try {
      await db.raw(beginning(options))
      const result = await body(db)
      await db.raw(isRefused(result) ? 'rollback' : 'commit')
      done = true
      return result
    } finally {
      // A failed rollback means the connection is gone, and the server rolls back by itself.
      if (!done) await db.raw('rollback').catch(() => {})
    }
  })
}

/** The statements with which a transaction begins, sent as one: a round trip more is a quarter of a short answer. */
function beginning({ actor, scope, readOnly = false, isolation = 'read committed', statementS }: TransactionOptions): string {
  const settings: [string, string][] = actor !== undefined || scope !== undefined ? settingsOf(actor ?? '', scope ?? []) : []
  if (statementS !== undefined) settings.push(['statement_timeout', `${statementS}s`])
  return [
    `begin isolation level ${isolation}${readOnly ? ' read only' : ''}`,
    ...settings.map(([name, value]) => `set local ${name} = ${pg.escapeLiteral(value)}`),
  ].join('; ')
}

/**
 * Who asks and where, as policies read it: the codes held; the counties of which some part is held; patterns of what is more than a county ('*' is
 * everything), and of what is less.
 */
function settingsOf(actor: string, scope: readonly string[]): [string, string][] {
  const listed = (codes: readonly string[]) => [...new Set(codes)].join(',')
  return [
    ['dishu.actor', actor],
    ['dishu.scope', scope.join(',')],
    ['dishu.touched', listed(scope.map((code) => code.slice(0, 6)))],
    ['dishu.around', listed(scope.flatMap((code) => (code === '*' ? '%' : code.length < 6 ? `${code}%` : [])))],
    ['dishu.parts', listed(scope.flatMap((code) => (code.length > 6 ? `${code}%` : [])))],
  ]
}

const isRefused = (value: unknown) =>
  typeof value === 'object' && value !== null && 'ok' in value && value.ok === false && 'refusal' in value

/** Runs `body` so that a throw inside undoes only what it did; the transaction around it goes on. */
export async function savepoint<T>(db: Db, body: () => Promise<T>): Promise<T> {
  await db.raw('savepoint inner_step')
  try {
    const result = await body()
    await db.raw('release savepoint inner_step')
    return result
  } catch (cause) {
    await db.raw('rollback to savepoint inner_step; release savepoint inner_step')
    throw cause
  }
}

const lostConnection = (cause: unknown) => (cause instanceof SqlFault && cause.connectionLost ? cause : undefined)

let cursors = 0

/**
 * Reads a long answer in batches of `rows`, inside a transaction; closes the cursor when the caller stops early.
 * It is a cursor of SQL and not of the protocol, so the same connection may read and write between two batches.
 */
export async function* cursor<Row>(db: Db, query: Sql, rows = 1000): AsyncGenerator<Row[], void, undefined> {
  const name = ident(`batches_${++cursors}`)
  if (!Number.isSafeInteger(rows) || rows < 1) throw new RangeError(`rows of a batch: ${rows}`)
  const next: Sql = { [FRAGMENT]: true, texts: [`fetch forward ${rows} from `, ''], values: [name] }
  await db.run`declare ${name} no scroll cursor for ${query}`
  let open = true
  try {
    for (;;) {
      const batch = await db.all<Row>(next)
      if (batch.length > 0) yield batch
      if (batch.length < rows) return
    }
  } catch (cause) {
    open = false // a failed statement has ended the transaction, and with it the cursor
    throw cause
  } finally {
    if (open) await db.run`close ${name}`
  }
}

/**
 * The answer of a query in PostgreSQL's binary copy form, as it comes, for `decodeRows`: half the work of rows in text where they are many. The
 * connection does nothing else until the last chunk was taken.
 */
export async function* copyOut(db: Db, query: Sql): AsyncGenerator<Uint8Array, void, undefined> {
  const { text, values } = numbered(query)
  // copy takes no parameters
  const literal = values.map(literalOf)
  const copy = `copy (${text.replace(/\$(\d+)/g, (_, n) => literal[Number(n) - 1])}) to stdout (format binary)`
  const stream = db[CLIENT].query(copyTo(copy))
  try {
    for await (const chunk of stream) yield chunk as Uint8Array
  } catch (cause) {
    throw SqlFault.from(cause, copy)
  }
}

function literalOf(value: unknown): string {
  if (value === null) return 'null'
  if (typeof value === 'number' && Number.isFinite(value)) return String(value)
  if (typeof value === 'string') return pg.escapeLiteral(value)
  throw new TypeError(`expected a text or a number, got ${typeof value}`)
}

/**
 * Sends `chunks` (of a CopyEncoder, or text) to a `copy … from stdin`; gives the number of rows. A throw while the chunks
 * are made cancels the copy and is thrown on. `text` is the program's own: copy takes no parameters.
 */
export async function copyIn(db: Db, text: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<number> {
  const into = /^copy ((?:"?\w+"?)\.(?:"?\w+"?)) \(([^)]*)\) from/.exec(text)
  if (into === null) return copyStraight(db, text, chunks)
  const [, table, columns] = into
  const { active } = await db.one<{ active: boolean }>`select row_security_active(${table}) as active`
  if (!active) return copyStraight(db, text, chunks)
  // PostgreSQL copies nothing into a table whose rows it must judge: the rows wait in a table of the session, and are judged as an insert
  const waiting = `copy_waits_${++cursors}`
  await db.raw(`create temp table ${waiting} on commit drop as select ${columns} from ${table} limit 0`)
  const rows = await copyStraight(db, text.replace(table, waiting), chunks)
  await db.raw(`insert into ${table} (${columns}) select ${columns} from ${waiting}; drop table ${waiting}`)
  return rows
}

async function copyStraight(db: Db, text: string, chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>): Promise<number> {
  const stream = db[CLIENT].query(copyFrom(text))
  let failed: unknown
  let wake: (() => void) | undefined
  stream.on('error', (cause) => {
    failed ??= cause
    wake?.()
  })
  // The stream's own callbacks are lost when the server refuses in the middle; so every wait also listens for the error.
  const settled = (begin: (done: () => void) => void) =>
    new Promise<void>((resolve, reject) => {
      const finish = () => (failed === undefined ? resolve() : reject(SqlFault.from(failed, text)))
      wake = finish
      if (failed === undefined) begin(finish)
      else finish()
    })
  try {
    for await (const chunk of chunks) await settled((done) => void stream.write(chunk, done))
    await settled((done) => void stream.end(done))
    return stream.rowCount
  } catch (cause) {
    if (failed === undefined) {
      await new Promise<void>((resolve) => {
        stream.once('close', resolve)
        stream.destroy(cause instanceof Error ? cause : new Error(String(cause)))
      })
    }
    throw cause
  }
}
