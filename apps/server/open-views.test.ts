/** The SQL views for analysts: their figures are the register's, and with PostGIS in the database their outlines are the open interface's. */
import assert from 'node:assert/strict'
import { chmodSync, existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { migrate } from '@dishu/server-kit/migrate'
import { onConnection, openPool, type Pool, sql } from '@dishu/server-kit/sql'
import { freshDatabase, MIGRATIONS, urlIn } from '@dishu/testkit/database'
import { startTestServer } from '@dishu/testkit/server'
import { joinApp } from './app.ts'
import { loadSample } from './first-sample.ts'
import { serve } from './serve.ts'

const COUNTY = '220899'
const [sqlPatch, sqlParcel] = [sql`open.patch_outline`, sql`open.parcel_outline`]
const PG15 = '/usr/lib/postgresql/15/bin'
const POSTGIS = '/usr/share/postgresql/15/extension/postgis.control'
type Sums = { readonly of: string; readonly rows: number; readonly m2: string }

const sums = (pool: Pool) =>
  onConnection(
    pool,
    (db) => db.all<Sums & { readonly seen: string; readonly seenRows: number }>`
    select 'patch' as of, count(*) as rows, (sum(official_area)::numeric / 100)::numeric(18, 2)::text as m2,
      (select count(*) from open.patch) as "seenRows", (select sum(official_area_m2)::text from open.patch) as seen from land.patch
    union all
    select 'parcel', count(*), (sum(official_area)::numeric / 100)::numeric(18, 2)::text,
      (select count(*) from open.parcel), (select sum(official_area_m2)::text from open.parcel) from land.parcel
    union all
    select 'area', count(*), (sum(control_area)::numeric / 100)::numeric(18, 2)::text,
      (select count(*) from open.area), (select sum(control_area_m2)::text from open.area) from kernel.area
    union all
    select 'sample', count(*), sum(ph)::numeric(18, 2)::text,
      (select count(*) from open.sample), (select sum(ph)::numeric(18, 2)::text from open.sample) from land.sample`,
  )

test('the views add up to the register; without PostGIS nothing but the outlines is missing; nothing personal is in them', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'dishu-views-'))
  await using database = await freshDatabase()
  const app = await joinApp(join(folder, 'data'), database.url)
  try {
    await loadSample(app, { patches: 200 })
    for (const { of, rows, m2, seen, seenRows } of await sums(app.pool)) assert.deepEqual([of, seenRows, seen], [of, rows, m2])
    const { said, columns } = await onConnection(
      app.pool,
      (db) => db.one<{ said: string; columns: readonly string[] }>`
      select open.with_outlines() as said, array(select distinct attname::text from pg_attribute join pg_class on pg_class.oid = attrelid
        where relnamespace = 'open'::regnamespace and attnum > 0) as columns`,
    )
    if (!existsSync(POSTGIS)) assert.equal(said, 'no PostGIS in this database')
    assert.ok(columns.length > 20 && !columns.some((name) => /sealed|extra|person|phone|id_number/.test(name)))
  } finally {
    await app.close()
    rmSync(folder, { recursive: true, force: true })
  }
})

test('with PostGIS the outlines of the views are those of the open interface, to a millimetre', async (t) => {
  if (!existsSync(join(PG15, 'postgres')) || !existsSync(POSTGIS))
    return t.skip('PostGIS is not installed (Debian: postgresql-15 postgresql-15-postgis-3)')
  const folder = mkdtempSync(join(tmpdir(), 'dishu-views-'))
  chmodSync(folder, 0o711)
  const server = await startTestServer(join(folder, 'server'), PG15)
  try {
    const admin = openPool(server.url, { max: 1 })
    await onConnection(admin, (db) => db.raw('create database views'))
    await admin.end()
    const url = urlIn(server.url, 'views')
    const pool = openPool(url, { max: 2 })
    const migrated = await migrate(pool, MIGRATIONS)
    assert.ok(migrated.ok)
    // PostGIS comes after the program's tables, in a schema of its own
    await onConnection(pool, (db) => db.raw('create schema gis; create extension postgis schema gis; select open.with_outlines()'))
    const app = await joinApp(join(folder, 'data'), url)
    await loadSample(app, { patches: 200 })
    const running = await serve(app, 0)
    try {
      for (const [view, collection] of [
        ['patch_outline', 'patches'],
        ['parcel_outline', 'parcels'],
      ] as const) {
        const answer = await fetch(`${running.address}/ogc/${COUNTY}/collections/${collection}/items?limit=10000&properties=`)
        const { features } = (await answer.json()) as { features: { id: number; geometry: { coordinates: number[][][][] } | null }[] }
        const drawn = features.filter(({ geometry }) => geometry !== null)
        assert.ok(drawn.length > 50)
        const outlines = drawn.map(({ id, geometry }) => ({
          id,
          text: JSON.stringify({ type: 'MultiPolygon', coordinates: geometry?.coordinates }),
        }))
        const { far, rows } = await onConnection(
          pool,
          (db) => db.one<{ far: number; rows: number }>`
          select count(*) as rows, max(gis.st_hausdorffdistance(seen.outline, gis.st_setsrid(gis.st_geomfromgeojson(asked ->> 'text'), 4490)))::float8 as far
          from jsonb_array_elements(${JSON.stringify(outlines)}::jsonb) asked
          join ${view === 'patch_outline' ? sqlPatch : sqlParcel} seen on seen.county = ${COUNTY} and seen.id = (asked ->> 'id')::int8
            and seen.until is null and seen.valid_from <= current_date and seen.valid_to > current_date`,
        )
        assert.equal(rows, drawn.length)
        assert.ok(far < 1e-8, `${view}: ${far} degrees apart`) // a millimetre
      }
    } finally {
      await running.close()
      await app.close()
      await pool.end()
    }
  } finally {
    await server.stop()
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 })
  }
})
