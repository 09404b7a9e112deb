/** What `dishu doctor` reads in the database, which it neither migrates nor writes: a database that is older or newer than the program is looked at as it is. */
import { readMigrations } from '@dishu/server-kit/migrate'
import { type Db, ident } from '@dishu/server-kit/sql'
import { MIGRATIONS } from './app.ts'

export type DatabaseState = {
  readonly version: string
  readonly bytes: number
  readonly unsafe: readonly string[]
  readonly pending: readonly string[]
  readonly unknown: string | null
}

type Work = { readonly work: string; readonly id: string; readonly since: Date }

export type RegisterState = {
  readonly counties: readonly { readonly county: string; readonly revisions: number; readonly newest: Date }[]
  readonly accounts: number
  readonly administratorsWithoutSecondFactor: number
  readonly stuck: readonly Work[]
  readonly failed: readonly Work[]
}

/** Each must be on; a checksum that is off is altered data that nobody notices. */
const SAFETY = ['fsync', 'full_page_writes', 'synchronous_commit', 'data_checksums'] as const

export async function readDatabaseState(db: Db): Promise<DatabaseState> {
  const { version, bytes } = await db.one<{ version: string; bytes: number }>`
    select current_setting('server_version') as version, pg_database_size(current_database())::float8 as bytes`
  const off = await db.all<{ name: string }>`
    select name from pg_settings where name = any(${SAFETY}) and setting = 'off' order by name`
  const applied = (await isThere(db, 'migration.applied'))
    ? await db.all<{ number: number; file: string }>`select number, file from migration.applied order by number`
    : []
  const known = readMigrations(MIGRATIONS)
  const numbers = new Set(applied.map(({ number }) => number))
  return {
    version,
    bytes,
    unsafe: off.map(({ name }) => name),
    pending: known.filter(({ number }) => !numbers.has(number)).map(({ file }) => file),
    unknown: applied.find(({ number }) => !known.some((each) => each.number === number))?.file ?? null,
  }
}

const WORK = [
  { work: 'import', table: ['ops', 'intake'], id: 'intake_id', moving: ['reading', 'writing'] },
  { work: 'scene', table: ['ops', 'scene_task'], id: 'task_id', moving: ['reading', 'writing', 'measuring'] },
  { work: 'soil', table: ['ops', 'soil_task'], id: 'task_id', moving: ['working'] },
  { work: 'plan', table: ['ops', 'plan_task'], id: 'task_id', moving: ['working', 'stopping'] },
] as const

/** Work that has not moved for so long has lost whoever did it. */
const STUCK_MS = 3_600_000
/** Faults older than this are history. */
const FAULT_MS = 30 * 86_400_000

export async function readRegisterState(db: Db, now: Date): Promise<RegisterState> {
  const counties = (await isThere(db, 'kernel.revision'))
    ? await db.all<{ county: string; revisions: number; newest: Date }>`
        select county, count(*)::int4 as revisions, max(recorded_at) as newest from kernel.revision where county <> '000000' group by county order by county`
    : []
  const people = (await isThere(db, 'kernel.person_grant_now'))
    ? await db.one<{ accounts: number; bare: number }>`
        select (select count(*)::int4 from kernel.person_now where state = 'active' and valid_to = 'infinity') as accounts,
          (select count(distinct g.person_id)::int4 from kernel.person_grant_now g
            join kernel.person_now p on p.county = g.county and p.id = g.person_id and p.state = 'active' and p.valid_to = 'infinity'
            left join kernel.credential c on c.county = g.county and c.person_id = g.person_id
            where g.role like '%-administrator' and g.valid_from <= ${now}::date and g.valid_to > ${now}::date
              and p.subject is null and (c.totp is null or c.totp_since is null)) as bare`
    : { accounts: 0, bare: 0 }
  const stuck: Work[] = []
  const failed: Work[] = []
  for (const { work, table, id, moving } of WORK) {
    if (!(await isThere(db, table.join('.')))) continue
    const rows = await db.all<{ id: string; state: string; since: Date }>`
      select ${ident(id)} as id, state, changed_at as since from ${ident(table[0], table[1])}
      where (state = any(${moving}) and changed_at < ${new Date(now.getTime() - STUCK_MS)})
        or (state = 'failed' and changed_at > ${new Date(now.getTime() - FAULT_MS)})
      order by changed_at desc limit 100`
    for (const { state, ...row } of rows) (state === 'failed' ? failed : stuck).push({ work, ...row })
  }
  failed.sort((a, b) => b.since.getTime() - a.since.getTime())
  return { counties, accounts: people.accounts, administratorsWithoutSecondFactor: people.bare, stuck, failed }
}

async function isThere(db: Db, name: string): Promise<boolean> {
  return (await db.one<{ there: boolean }>`select to_regclass(${name}) is not null as there`).there
}
