/** Errors are errors: fifty statements that must fail do fail, with the code that says why, and nothing that stood beside them is kept. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { establish } from '@dishu/server-kit/permission'
import { onConnection, openPool, SqlFault, transaction } from '@dishu/server-kit/sql'
import { freshDatabase } from '@dishu/testkit/database'
import { TABLES } from './access.ts'

const HEAD = `insert into kernel.chain_head (county, rev, hash, recorded_at, next_id) values`
const AREA = `insert into kernel.area (county, id, valid_from, valid_to, since, until, origin, digest, code, level, name, extra) values`
const REVISION = `insert into kernel.revision (county, rev, what, cause, undoes, actor, recorded_at, reason, sources, made, closed, body, prev_rev, prev, hash) values`
const EVENT = `insert into kernel.access_event (county, event_id, at, actor, what, outcome, subject, details, address, prev, hash) values`
const good = `('220899', 1, '2026-01-01', 'infinity', 1, null, 1, '', '220899', 'county', '县', '{}')`

/** As the owner of the tables: what no rule of permission stands before. */
const OWNER: readonly (readonly [code: string, statement: string])[] = [
  ['22012', 'select 1 / 0'],
  ['22012', 'select 1 % 0'],
  ['22003', 'select 2147483647::int4 + 1'],
  ['22003', "select '1e400'::float8"],
  ['22003', 'select exp(1000::float8)'],
  ['2201E', 'select ln(0::float8)'],
  ['2201F', 'select sqrt(-1::float8)'],
  ['22P02', "select 'x'::int4"],
  ['22P02', "select '(1,2'::box"],
  ['22P02', "select '{'::jsonb"],
  ['22007', "select 'gestern'::date"],
  ['22008', "select '2026-02-30'::date"],
  ['22021', "select convert_from('\\xff'::bytea, 'UTF8')"],
  ['22023', "select decode('0', 'base7')"],
  ['2201B', "select 'a' ~ '('"],
  ['22025', "select 'a' like 'a\\' escape 'bb'"],
  ['2202E', 'select array[[1],[1,2]]'],
  ['21000', 'select (select x from generate_series(1, 2) x)'],
  ['42601', 'selekt 1'],
  ['42P01', 'select * from land.no_such_table'],
  ['42703', 'select no_such_column from land.patch'],
  ['42883', 'select land.no_such_function(1)'],
  ['42804', 'select case when 1 then 2 end'],
  ['42803', 'select class, count(*) from land.patch'],
  ['42P07', 'create table land.patch (county text)'],
  ['25001', 'vacuum'],
  ['3F000', 'create table no_such_schema.t (a int)'],
  ['23514', `${HEAD} ('22', 0, '', now(), 1)`],
  ['23502', `${HEAD} ('220899', null, '', now(), 1)`],
  ['23505', `${HEAD} ('220899', 0, '', now(), 1), ('220899', 0, '', now(), 1)`],
  ['23514', `${AREA} ('220899', 1, '2026-01-01', '2026-01-01', 1, null, 1, '', '220899', 'county', '县', '{}')`],
  ['23514', `${AREA} ('220899', 1, '2026-01-01', 'infinity', 2, 1, 1, '', '220899', 'county', '县', '{}')`],
  ['23505', `${AREA} ${good}, ${good}`],
  ['23502', `${AREA} ('220899', 1, '2026-01-01', 'infinity', 1, null, 1, '', null, 'county', '县', '{}')`],
  ['23514', `${REVISION} ('220899', 0, 'write', 'method', null, 'a', now(), '', '[]', 0, 0, '', null, '', '')`],
  ['23514', `${REVISION} ('220899', 1, 'burn', 'method', null, 'a', now(), '', '[]', 0, 0, '', null, '', '')`],
  ['23514', `${REVISION} ('220899', 1, 'write', 'whim', null, 'a', now(), '', '[]', 0, 0, '', null, '', '')`],
  ['23514', `${REVISION} ('220899', 1, 'write', 'method', null, 'a', now(), '', '[]', 0, 0, '', null, '', '\\x00')`],
  ['23514', `${EVENT} ('220899', 1, now(), 'a', 'wrote', 'perhaps', '', '', '', '', '')`],
  ['23514', `insert into kernel.sealed (county, ref, field, cipher) values ('220899', '\\x00', 'name', '')`],
  ['23514', `insert into kernel.document (county, sha256, name, size, stored_at) values ('220899', '\\x00', 'a', 1, now())`],
]
/** As requests reach the database. */
const REQUEST: readonly (readonly [code: string, statement: string])[] = [
  ['42501', 'delete from land.patch'],
  ['42501', 'truncate kernel.revision'],
  ['42501', `update kernel.access_event set actor = 'other'`],
  ['42501', 'alter table kernel.person disable row level security'],
  ['42501', 'create table public.mine (a int)'],
  ['42501', 'drop view land.patch_now'],
  ['42501', `select pg_read_file('/etc/hostname')`],
  ['42501', `copy (select 1) to program 'true'`],
  ['42501', `${AREA} ('110101', 1, '2026-01-01', 'infinity', 1, null, 1, '', '110101', 'county', '外县', '{}')`],
]

test('fifty statements that must fail do, each with its code, and none leaves the row that was written before it', async () => {
  assert.ok(OWNER.length + REQUEST.length >= 50)
  const folder = mkdtempSync(join(tmpdir(), 'dishu-errors-'))
  await using database = await freshDatabase()
  const established = await establish(database.pool, database.url, folder, TABLES)
  assert.ok(established.ok)
  const requests = openPool(established.value, { max: 1 })
  try {
    const rows = () =>
      onConnection(
        database.pool,
        (db) =>
          db.one<{
            n: number
          }>`select (select count(*) from kernel.crs) + (select count(*) from kernel.chain_head) + (select count(*) from kernel.area) as n`,
      )
    const before = (await rows()).n
    const wrong: string[] = []
    for (const [pool, statements] of [
      [database.pool, OWNER],
      [requests, REQUEST],
    ] as const)
      for (const [code, statement] of statements) {
        let said = 'nothing'
        try {
          await transaction(
            pool,
            async (db) => {
              await db.run`insert into kernel.crs (srid, name, wkt) values (990001, 'neighbour', '')`
              await db.raw(statement)
            },
            { actor: 'test', scope: ['220899'], retries: 0 },
          )
        } catch (fault) {
          said = fault instanceof SqlFault ? String(fault.code) : String(fault)
        }
        if (said !== code) wrong.push(`${statement.slice(0, 90)}: ${said}, not ${code}`)
        if ((await rows()).n !== before) wrong.push(`${statement.slice(0, 90)}: a row is left`)
      }
    assert.deepEqual(wrong, [])
  } finally {
    await requests.end()
    rmSync(folder, { recursive: true, force: true })
  }
})
