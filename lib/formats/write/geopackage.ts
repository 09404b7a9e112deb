/**
 * GeoPackage 1.3 by Node's own SQLite: feature layers with an R-tree, attribute tables without geometry.
 */
import { rm } from 'node:fs/promises'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import { Refused } from '@dishu/base/refusal'
import type { Field, Value } from '../layers.ts'
import { crsName, ogcWkt } from './crswkt.ts'
import type { Table, Written, WrittenGeometry } from './rows.ts'
import { boundsOf, partsOf } from './wkb-parts.ts'

/** A layer has a geometry kind and an EPSG code; a table without `geometry` becomes an attribute table. */
export type GeoPackageTable = Table & {
  readonly geometry?: WrittenGeometry
  readonly epsg?: number
  readonly title?: string
  readonly description?: string
  /** What each field is, for people; in the order of the fields (extension `gpkg_schema`). */
  readonly titles?: readonly string[]
  /** How QGIS draws the layer. */
  readonly style?: { readonly name: string; readonly qml: string }
}

/** Rows of one table that belong to rows of another (related tables, OGC 18-000): pairs of the values of a field of each. */
export type GeoPackageRelation = {
  readonly name: string
  readonly base: readonly [table: string, field: string]
  readonly related: readonly [table: string, field: string]
  readonly pairs: Iterable<readonly [base: string, related: string]>
}

const BATCH = 20_000

/**
 * Writes all tables to a new file at `path` (an old one is replaced). Polygons and lines are stored as multi, as most programs expect.
 * Refused: `formats/crs-not-known`, `formats/geometry-does-not-fit`, `formats/fields-do-not-fit`. A file that was begun is then removed.
 * `changed` is the moment the contents table states.
 */
export async function writeGeoPackage(
  path: string,
  tables: readonly GeoPackageTable[],
  changed: Date = new Date(),
  relations: readonly GeoPackageRelation[] = [],
): Promise<Written> {
  await rm(path, { force: true })
  const db = new DatabaseSync(path)
  try {
    // the file is thrown away when anything fails, so it needs no journal
    db.exec(`pragma journal_mode = off; pragma synchronous = off; pragma application_id = ${0x47504b47}; pragma user_version = 10300;`)
    db.exec(SCHEMA)
    addSystems(db, path, tables)
    let rows = 0
    for (const table of tables) rows += await addTable(db, path, table, changed)
    addTitles(db, tables)
    addStyles(db, tables, changed)
    if (relations.length > 0) addRelations(db, relations)
    const pages = db.prepare('select page_count * page_size as bytes from pragma_page_count(), pragma_page_size()').get()
    db.close()
    return { rows, bytes: Number(pages?.bytes ?? 0) }
  } catch (fault) {
    db.close()
    await rm(path, { force: true })
    throw fault
  }
}

function addSystems(db: DatabaseSync, path: string, tables: readonly GeoPackageTable[]) {
  const insert = db.prepare('insert into gpkg_spatial_ref_sys values (?, ?, ?, ?, ?, ?)')
  insert.run('Undefined Cartesian SRS', -1, 'NONE', -1, 'undefined', null)
  insert.run('Undefined geographic SRS', 0, 'NONE', 0, 'undefined', null)
  for (const epsg of new Set([4326, 4490, ...tables.flatMap((table) => (table.geometry ? [table.epsg ?? -1] : []))])) {
    if (epsg === -1) continue
    const wkt = ogcWkt(epsg)
    if (wkt === null) throw new Refused({ code: 'formats/crs-not-known', details: { file: path, epsg } })
    insert.run(crsName(epsg), epsg, 'EPSG', epsg, wkt, null)
  }
}

async function addTable(db: DatabaseSync, path: string, table: GeoPackageTable, changed: Date): Promise<number> {
  const { name, fields, geometry } = table
  const taken = new Set<string>()
  for (const field of fields) {
    if (field.name === '' || taken.has(field.name.toLowerCase())) {
      throw new Refused({
        code: 'formats/fields-do-not-fit',
        details: { file: path, layer: name, field: field.name, why: 'field names are not empty and differ' },
      })
    }
    taken.add(field.name.toLowerCase())
  }
  const key = free('fid', taken)
  const shape = free('geom', taken)
  const srs = table.epsg ?? -1
  const columns = [
    `${quoted(key)} integer primary key autoincrement not null`,
    ...(geometry ? [`${quoted(shape)} ${COLUMN[geometry]}`] : []),
    ...fields.map((field) => `${quoted(field.name)} ${columnType(field)}`),
  ]
  db.exec(`create table ${quoted(name)} (${columns.join(', ')})`)
  db.prepare(
    'insert into gpkg_contents (table_name, data_type, identifier, description, last_change, srs_id) values (?, ?, ?, ?, ?, ?)',
  ).run(
    name,
    geometry ? 'features' : 'attributes',
    table.title ?? name,
    table.description ?? '',
    changed.toISOString(),
    geometry ? srs : null,
  )
  if (geometry) {
    db.prepare('insert into gpkg_geometry_columns values (?, ?, ?, ?, 0, 0)').run(name, shape, COLUMN[geometry], srs)
    db.exec(`create virtual table ${quoted(`rtree_${name}_${shape}`)} using rtree(id, minx, maxx, miny, maxy)`)
  }
  const into = [...(geometry ? [shape] : []), ...fields.map((field) => field.name)].map(quoted)
  const insert = db.prepare(`insert into ${quoted(name)} (${into.join(', ')}) values (${into.map(() => '?').join(', ')})`)
  const index = geometry ? db.prepare(`insert into ${quoted(`rtree_${name}_${shape}`)} values (?, ?, ?, ?, ?)`) : null
  const extent = [Infinity, Infinity, -Infinity, -Infinity]
  const booleans = fields.map((field) => field.type === 'boolean')

  let count = 0
  db.exec('begin')
  for await (const row of table.rows) {
    count++
    const values: SQLInputValue[] = fields.map((_, f) => stored(row.values[f] ?? null, booleans[f]))
    if (!geometry) insert.run(...values)
    else {
      const blob = row.wkb?.length ? geometryBlob(row.wkb, srs, geometry) : null
      if (blob === 'other kind') {
        throw new Refused({ code: 'formats/geometry-does-not-fit', details: { file: path, layer: name, row: count, expected: geometry } })
      }
      insert.run(blob ? blob.bytes : null, ...values)
      if (blob) {
        const [minX, minY, maxX, maxY] = blob.bounds
        index?.run(count, minX, maxX, minY, maxY)
        extent[0] = Math.min(extent[0], minX)
        extent[1] = Math.min(extent[1], minY)
        extent[2] = Math.max(extent[2], maxX)
        extent[3] = Math.max(extent[3], maxY)
      }
    }
    if (count % BATCH === 0) db.exec('commit; begin')
  }
  db.exec('commit')
  if (geometry) finishIndex(db, name, shape, key, count, extent)
  return count
}

const extension = (db: DatabaseSync, table: string, column: string | null, name: string, definition: string) =>
  db.prepare('insert or ignore into gpkg_extensions values (?, ?, ?, ?, ?)').run(table, column, name, definition, 'read-write')

function addTitles(db: DatabaseSync, tables: readonly GeoPackageTable[]) {
  const titled = tables.filter(({ titles }) => titles !== undefined)
  if (titled.length === 0) return
  db.exec(`create table gpkg_data_columns (table_name text not null, column_name text not null, name text, title text, description text, mime_type text,
    constraint_name text, constraint pk_gdc primary key (table_name, column_name));
    create table gpkg_data_column_constraints (constraint_name text not null, constraint_type text not null, value text, min numeric, min_is_inclusive boolean,
    max numeric, max_is_inclusive boolean, description text, constraint gdcc_ntv unique (constraint_name, constraint_type, value));`)
  const definition = 'http://www.geopackage.org/spec121/#extension_schema'
  for (const each of ['gpkg_data_columns', 'gpkg_data_column_constraints']) extension(db, each, null, 'gpkg_schema', definition)
  const insert = db.prepare('insert into gpkg_data_columns (table_name, column_name, name, title, description) values (?, ?, null, ?, ?)')
  for (const { name, fields, titles } of titled)
    for (const [i, field] of fields.entries()) if (titles?.[i]) insert.run(name, field.name, titles[i], titles[i])
}

/** As QGIS keeps styles: it takes the one that is marked as usual when the layer is opened. */
function addStyles(db: DatabaseSync, tables: readonly GeoPackageTable[], changed: Date) {
  const styled = tables.filter(({ style }) => style !== undefined)
  if (styled.length === 0) return
  db.exec(`create table layer_styles (id integer primary key autoincrement not null, f_table_catalog text(256), f_table_schema text(256), f_table_name text(256),
    f_geometry_column text(256), styleName text(30), styleQML text, styleSLD text, useAsDefault boolean, description text, owner text(30), ui text(30),
    update_time datetime default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')))`)
  db.prepare('insert into gpkg_contents (table_name, data_type, identifier, last_change) values (?, ?, ?, ?)').run(
    'layer_styles',
    'attributes',
    'layer_styles',
    changed.toISOString(),
  )
  const shapeOf = db.prepare('select column_name from gpkg_geometry_columns where table_name = ?')
  const insert = db.prepare(
    `insert into layer_styles (f_table_catalog, f_table_schema, f_table_name, f_geometry_column, styleName, styleQML, styleSLD, useAsDefault, description, owner, update_time)
     values ('', '', ?, ?, ?, ?, '', 1, ?, 'Dishu', ?)`,
  )
  for (const { name, style } of styled) {
    const shape = shapeOf.get(name)?.column_name
    if (style && typeof shape === 'string') insert.run(name, shape, style.name, style.qml, style.name, changed.toISOString())
  }
}

function addRelations(db: DatabaseSync, relations: readonly GeoPackageRelation[]) {
  db.exec(`create table gpkgext_relations (id integer primary key autoincrement, base_table_name text not null, base_primary_column text not null default 'id',
    related_table_name text not null, related_primary_column text not null default 'id', relation_name text not null, mapping_table_name text not null unique)`)
  const definition = 'http://www.geopackage.org/18-000.html'
  extension(db, 'gpkgext_relations', null, 'gpkg_related_tables', definition)
  for (const { name, base, related, pairs } of relations) {
    const keyOf = (table: string) => String(db.prepare('select name from pragma_table_info(?) where pk = 1').get(table)?.name)
    db.exec(`create table ${quoted(name)} (base_id integer not null, related_id integer not null)`)
    extension(db, name, null, 'gpkg_related_tables', definition)
    db.prepare(
      'insert into gpkgext_relations (base_table_name, base_primary_column, related_table_name, related_primary_column, relation_name, mapping_table_name) values (?, ?, ?, ?, ?, ?)',
    ).run(base[0], keyOf(base[0]), related[0], keyOf(related[0]), 'attributes', name)
    const numbers = ([table, field]: readonly [string, string]) =>
      new Map(
        db
          .prepare(`select ${quoted(keyOf(table))} as id, ${quoted(field)} as value from ${quoted(table)}`)
          .all()
          .map(({ id, value }) => [String(value), Number(id)]),
      )
    const [from, to] = [numbers(base), numbers(related)]
    const insert = db.prepare(`insert into ${quoted(name)} values (?, ?)`)
    db.exec('begin')
    for (const [a, b] of pairs) {
      const [one, other] = [from.get(a), to.get(b)]
      if (one !== undefined && other !== undefined) insert.run(BigInt(one), BigInt(other))
    }
    db.exec('commit')
  }
}

function finishIndex(db: DatabaseSync, name: string, shape: string, key: string, count: number, extent: readonly number[]) {
  if (count > 0 && Number.isFinite(extent[0])) {
    db.prepare('update gpkg_contents set min_x = ?, min_y = ?, max_x = ?, max_y = ? where table_name = ?').run(...extent, name)
  }
  db.prepare('insert into gpkg_extensions values (?, ?, ?, ?, ?)').run(
    name,
    shape,
    'gpkg_rtree_index',
    'http://www.geopackage.org/spec120/#extension_rtree',
    'write-only',
  )
  // They keep the index true when another program edits the layer; ST_… are that program's functions, so they come after our rows.
  const [table, rtree, geom, id] = [quoted(name), quoted(`rtree_${name}_${shape}`), quoted(shape), quoted(key)]
  const box = `NEW.${id}, ST_MinX(NEW.${geom}), ST_MaxX(NEW.${geom}), ST_MinY(NEW.${geom}), ST_MaxY(NEW.${geom})`
  const filled = (row: string) => `${row}.${geom} NOT NULL AND NOT ST_IsEmpty(${row}.${geom})`
  const empty = `(NEW.${geom} IS NULL OR ST_IsEmpty(NEW.${geom}))`
  const trigger = (kind: string, event: string, when: string, body: string) =>
    db.exec(`create trigger ${quoted(`rtree_${name}_${shape}_${kind}`)} after ${event} on ${table} when ${when} begin ${body}; end`)
  trigger('insert', 'insert', filled('NEW'), `insert or replace into ${rtree} values (${box})`)
  trigger('update1', `update of ${geom}`, `OLD.${id} = NEW.${id} AND ${filled('NEW')}`, `insert or replace into ${rtree} values (${box})`)
  trigger('update2', `update of ${geom}`, `OLD.${id} = NEW.${id} AND ${empty}`, `delete from ${rtree} where id = OLD.${id}`)
  trigger(
    'update3',
    'update',
    `OLD.${id} != NEW.${id} AND ${filled('NEW')}`,
    `delete from ${rtree} where id = OLD.${id}; insert or replace into ${rtree} values (${box})`,
  )
  trigger('update4', 'update', `OLD.${id} != NEW.${id} AND ${empty}`, `delete from ${rtree} where id in (OLD.${id}, NEW.${id})`)
  trigger('delete', 'delete', `OLD.${geom} NOT NULL`, `delete from ${rtree} where id = OLD.${id}`)
}

const COLUMN: Record<WrittenGeometry, string> = { point: 'POINT', line: 'MULTILINESTRING', polygon: 'MULTIPOLYGON' }

function columnType(field: Field): string {
  if (field.type === 'number') return field.decimals === 0 ? 'INTEGER' : 'DOUBLE'
  if (field.type === 'date') return 'DATE'
  if (field.type === 'boolean') return 'BOOLEAN'
  return field.width ? `TEXT(${field.width})` : 'TEXT'
}

function stored(value: Value, isBoolean: boolean): SQLInputValue {
  if (typeof value === 'boolean') return value ? 1 : 0
  // node:sqlite binds every number as a double; a whole one goes in as an integer so that counts and codes read back as such
  if (typeof value === 'number' && Number.isSafeInteger(value) && !isBoolean) return BigInt(value)
  return value
}

/** The header of the standard's clause 2.1.3: magic, version, flags (little-endian, envelope of x and y), srs, envelope; then WKB. */
function geometryBlob(wkb: Uint8Array, srs: number, geometry: WrittenGeometry) {
  const parts = partsOf(wkb)
  if (!parts) return null
  if (parts.kind !== geometry || (geometry === 'point' && parts.multi)) return 'other kind'
  const bounds = boundsOf(parts.parts)
  const wrapped = geometry !== 'point' && !parts.multi
  const bytes = Buffer.allocUnsafe(40 + (wrapped ? 9 : 0) + wkb.length)
  bytes.set([0x47, 0x50, 0, 0x03])
  bytes.writeInt32LE(srs, 4)
  bytes.writeDoubleLE(bounds[0], 8)
  bytes.writeDoubleLE(bounds[2], 16)
  bytes.writeDoubleLE(bounds[1], 24)
  bytes.writeDoubleLE(bounds[3], 32)
  if (wrapped) {
    bytes[40] = 1
    bytes.writeUInt32LE(geometry === 'line' ? 5 : 6, 41)
    bytes.writeUInt32LE(1, 45)
  }
  bytes.set(wkb, wrapped ? 49 : 40)
  return { bytes, bounds }
}

const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`

function free(name: string, taken: Set<string>): string {
  let found = name
  for (let n = 1; taken.has(found); n++) found = `${name}_${n}`
  taken.add(found)
  return found
}

const SCHEMA = `
create table gpkg_spatial_ref_sys (srs_name text not null, srs_id integer not null primary key, organization text not null,
  organization_coordsys_id integer not null, definition text not null, description text);
create table gpkg_contents (table_name text not null primary key, data_type text not null, identifier text unique, description text default '',
  last_change datetime not null default (strftime('%Y-%m-%dT%H:%M:%fZ', 'now')), min_x double, min_y double, max_x double, max_y double,
  srs_id integer, constraint fk_gc_r_srs_id foreign key (srs_id) references gpkg_spatial_ref_sys (srs_id));
create table gpkg_geometry_columns (table_name text not null, column_name text not null, geometry_type_name text not null, srs_id integer not null,
  z tinyint not null, m tinyint not null, constraint pk_geom_cols primary key (table_name, column_name),
  constraint uk_gc_table_name unique (table_name), constraint fk_gc_tn foreign key (table_name) references gpkg_contents (table_name),
  constraint fk_gc_srs foreign key (srs_id) references gpkg_spatial_ref_sys (srs_id));
create table gpkg_extensions (table_name text, column_name text, extension_name text not null, definition text not null, scope text not null,
  constraint ge_tce unique (table_name, column_name, extension_name));`
