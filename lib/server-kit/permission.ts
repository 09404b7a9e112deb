/**
 * Permission in the database: the role the server works under for requests, what it may do to each table, and the policies that cut rows
 * to the areas of the request (`dishu.scope`, see `TransactionOptions`). The role owns nothing and bypasses nothing; it can add
 * versions of rows and close them, and has no other power over history.
 */
import { createHash, randomBytes } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import { type Db, onConnection, openPool, type Pool, SqlFault, transaction } from './sql.ts'

export type PermissionRefusal = Refusal<'database/no-request-role', { readonly reason: string }>

export type TableRule = {
  /**
   * `area`: rows whose code lies in a held area; `touched`: everything of a county of which some part is held; `whole`: only with the whole
   * county; `own`: as whole, and what does not know its county yet; `office`: persons and what belongs to them; `everyone`.
   */
  readonly shows: 'area' | 'touched' | 'whole' | 'own' | 'office' | 'everyone'
  /** Where the code stands: an expression over the row's columns. */
  readonly by?: string
  /** `ledger`: add versions, and close them; `log`: only add; `plain`: add, change, take out; `none`: read. */
  readonly writes: 'ledger' | 'log' | 'plain' | 'none'
  /** The only columns that may change. */
  readonly updates?: readonly string[]
}

// What a transaction says of its request (see `settingsOf` in sql.ts): read once by a statement, and only where a row did not pass before.
const said = (name: string) => `any ((select string_to_array(current_setting('dishu.${name}', true), ','))::text[])`
const WHOLE = `county = ${said('scope')} or county like ${said('around')}`

/** The condition of a rule's policy: what passes most often stands first. */
function visible({ shows, by }: TableRule): string {
  switch (shows) {
    case 'everyone':
      return 'true'
    case 'office':
      return `'000000' = ${said('scope')} or '000000' like ${said('around')}`
    case 'own':
      return `${WHOLE} or county = '000000'`
    case 'touched':
      return `county = ${said('touched')} or county like ${said('around')}`
    case 'whole':
      return WHOLE
    case 'area':
      return `${WHOLE} or ${by} like ${said('parts')}`
  }
}

/** Which statements a rule allows, as SQL. */
function rights({ writes, updates }: TableRule): string {
  const update = updates ? `update (${updates.join(', ')})` : writes === 'ledger' ? 'update (until)' : 'update'
  switch (writes) {
    case 'none':
      return 'select'
    case 'log':
      return 'select, insert'
    case 'ledger':
      return `select, insert, ${update}`
    case 'plain':
      return updates ? `select, insert, ${update}` : 'select, insert, update, delete'
  }
}

/** Tables whose new rows are judged by another condition than the rows that show. */
const FIRST_ROWS: Readonly<Record<string, string>> = {
  // whoever is refused must be written down, wherever that was
  'kernel.access_event': 'true',
}

/** What makes the rules hold, for a role. `schemas` are those the role may enter. */
export function statementsFor(role: string, tables: Readonly<Record<string, TableRule>>): string[] {
  const schemas = [...new Set(Object.keys(tables).map((name) => name.split('.')[0]))].sort()
  const statements = schemas.flatMap((schema) => [
    `revoke all on all tables in schema ${schema} from ${role}`,
    `grant usage on schema ${schema} to ${role}`,
  ])
  for (const [name, rule] of Object.entries(tables).sort(([a], [b]) => (a < b ? -1 : 1))) {
    const shown = visible(rule)
    statements.push(
      `grant ${rights(rule)} on ${name} to ${role}`,
      `alter table ${name} enable row level security`,
      `drop policy if exists by_area on ${name}`,
      `drop policy if exists by_area_added on ${name}`,
      `create policy by_area on ${name} for all using (${shown}) with check (${FIRST_ROWS[name] ?? shown})`,
    )
  }
  return statements
}

/** Views show what their reader may see, and not what their owner may. */
const OPEN_VIEWS = `
  do $$ declare each record; begin
    for each in select schemaname, viewname from pg_views where schemaname in ('kernel', 'land', 'ops', 'response') loop
      execute format('alter view %I.%I set (security_invoker = true)', each.schemaname, each.viewname);
      execute format('grant select on %I.%I to %I', each.schemaname, each.viewname, ROLE);
    end loop; end $$`

/**
 * An index on a box answers a condition only when the operator is known to leak nothing: then it may run before the policy. It compares
 * corners and raises nothing. So is a beginning of a code (`like`), which complains of its pattern alone, never of a row. Needs a superuser; without one, maps of a part of a county read more rows.
 */
const LEAKPROOF = ['box_overlap(box, box)', 'box_contain(box, box)', 'box_contained(box, box)', 'textlike(text, text)']

type RequestRole = { readonly role: string; readonly password: string }

async function roleOf(dataDir: string): Promise<RequestRole> {
  const file = join(dataDir, 'request-role.json')
  if (!existsSync(file)) {
    const made: RequestRole = { role: `dishu_request_${randomBytes(4).toString('hex')}`, password: randomBytes(24).toString('base64url') }
    await writeFile(file, JSON.stringify(made), { mode: 0o600, flag: 'wx', flush: true }).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EEXIST') throw cause
    })
  }
  return JSON.parse(readFileSync(file, 'utf8')) as RequestRole
}

/**
 * Makes the rules hold (once for each change of them) and gives the address under which requests reach the database: the request role's.
 * `DISHU_REQUEST_DATABASE_URL` names a role that a database administrator has made; it is then given the same rights.
 */
export async function establish(
  owner: Pool,
  ownerUrl: string,
  dataDir: string,
  tables: Readonly<Record<string, TableRule>>,
  stated: string | undefined = process.env.DISHU_REQUEST_DATABASE_URL,
): Promise<Result<string, PermissionRefusal>> {
  const made = stated ? { role: decodeURIComponent(/\/\/([^:@/]+)/.exec(stated)?.[1] ?? ''), password: '' } : await roleOf(dataDir)
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(made.role))
    return refuse('database/no-request-role', { reason: `“${made.role}” is no name of a role` })
  const url = stated ?? ownerUrl.replace(/^([a-z]+:\/\/)(?:[^@/]*@)?/, `$1${made.role}:${encodeURIComponent(made.password)}@`)
  try {
    await transaction(owner, (db) => apply(db, made, tables, stated === undefined))
    await onConnection(owner, async (db) => {
      for (const each of LEAKPROOF) await db.raw(`alter function pg_catalog.${each} leakproof`).catch(() => {})
    })
  } catch (cause) {
    if (cause instanceof SqlFault && /42501|28|3D000/.test(cause.code ?? ''))
      return refuse('database/no-request-role', { reason: cause.message })
    throw cause
  }
  const probe = openPool(url, { max: 1, idle: 'exit' })
  try {
    const { free } = await onConnection(
      probe,
      (db) => db.one<{ free: boolean }>`
        select rolsuper or rolbypassrls or exists (select from pg_class where relowner = pg_roles.oid) as free from pg_roles where rolname = current_user`,
    )
    if (free) return refuse('database/no-request-role', { reason: `${made.role} owns tables or bypasses row security` })
    return accept(url)
  } catch (cause) {
    return refuse('database/no-request-role', { reason: cause instanceof Error ? cause.message : String(cause) })
  } finally {
    await probe.end()
  }
}

async function apply(
  db: Db,
  { role, password }: RequestRole,
  tables: Readonly<Record<string, TableRule>>,
  makeRole: boolean,
): Promise<void> {
  await db.run`select pg_advisory_xact_lock(hashtext('dishu permission'))`
  const there = await db.maybe`select 1 from pg_roles where rolname = ${role}`
  if (!there && makeRole) {
    if (!/^[\w-]+$/.test(password)) throw new Error('a password of our own making has letters, digits, - and _')
    await db.raw(`create role ${role} login password '${password}' nosuperuser nocreatedb nocreaterole noinherit nobypassrls`)
  }
  const statements = [...statementsFor(role, tables), OPEN_VIEWS.replace('ROLE', `'${role}'`)]
  // what there is in the database belongs to the digest too: a new view or table must be opened, or stay closed
  const { views } = await db.one<{ views: string }>`
    select coalesce(string_agg(schemaname || '.' || viewname, ' ' order by schemaname, viewname), '') as views from pg_views
    where schemaname in ('kernel', 'land', 'ops', 'response')`
  const digest = createHash('sha256').update(JSON.stringify(statements)).update(views).digest('hex')
  const known = await db.maybe<{ digest: string }>`
    select obj_description('kernel.scope()'::regprocedure, 'pg_proc') as digest`
  if (known?.digest === digest) return
  for (const statement of statements) await db.raw(statement)
  await db.raw(`comment on function kernel.scope() is '${digest}'`)
}
