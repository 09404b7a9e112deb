/**
 * Pages of a collection. A page is read by its key: the next one begins behind the last row of this one, in the same state of the register, so that
 * the ten-thousandth page costs what the first did and a change in between neither hides a row nor shows it twice.
 */
import type { Day } from '@dishu/base/date'
import { type Db, every, ident, joined, type Sql, sql } from '../sql.ts'
import type { Collection } from './collection.ts'
import { compileFilter } from './cql-sql.ts'
import { isDegrees } from './crs.ts'
import { meet, partsOf, type Shape } from './meets.ts'
import type { Days, Question } from './question.ts'
import { changed, type Decimals, type GeoJsonWriter } from './text.ts'

/** A state of a county's register. `rev` null: the newest. */
export type State = { readonly county: string; readonly days: Days; readonly rev: number | null }

/** The ways between systems, of one request: `toLonLat` and `fromLonLat` change x, y, x, y, … in place. */
export type Ways = {
  toLonLat(srid: number | null, xy: Float64Array): void
  fromLonLat(epsg: number, xy: Float64Array): void
}

/** `next`: the key behind which the next page begins; null where this was the last. */
export type Page = { readonly returned: number; readonly next: number | null }

/** A page is not made larger than this, whatever the limit: outlines may have any number of vertices. */
const MOST_BYTES = 32 * 1024 * 1024
/** Rows looked at for one page where outlines decide, before it is given as it is. */
const MOST_LOOKED_AT = 200_000

type Row = {
  readonly key: number
  readonly properties: string
  readonly srid: number | null
  readonly outline: Uint8Array | null
  readonly longitude: number | null
  readonly latitude: number | null
  readonly box: readonly [number, number, number, number] | null
  readonly known: readonly (boolean | null)[] | null
  readonly inside: boolean | null
}

/** Outlines are held against a shape while nobody else is served: after so long a page ends, and the next one goes on. */
const LONGEST_MS = 500

/** Writes one page of at most `question.limit` features, with commas between. `item`: only the row of this key. */
export async function readPage(
  db: Db,
  collection: Collection,
  state: State,
  question: Question,
  ways: Ways,
  writer: GeoJsonWriter,
  item: number | null = null,
): Promise<Page> {
  const filter = question.filter ? compileFilter(question.filter, collection) : null
  const decides = filter?.decide ?? null
  const judged = question.box !== null || decides !== null
  const conditions = [
    ...(item === null ? [] : [sql`${key(collection)} = ${item}`]),
    ...(filter ? [filter.where] : []),
    ...(question.box ? [collection.geometry ? sql`${collection.geometry.box} && ${boxOf(question.box)}` : sql`false`] : []),
  ]
  const columns = columnsOf(collection, question, filter?.columns ?? [], judged)
  let after = question.after ?? -1
  let [returned, looked] = [0, 0]
  for (;;) {
    const asked = question.limit - returned + 1
    const rows = await db.all<Row>(pageOf(collection, state, conditions, columns, after, asked))
    const until = Date.now() + LONGEST_MS
    for (const row of rows) {
      const isLong = judged && row !== rows[0] && Date.now() > until
      if (returned === question.limit || writer.length > MOST_BYTES || isLong) return { returned, next: after }
      after = row.key
      if (judged && !isMeant(row, question, decides, ways)) continue
      writer.text(`${returned === 0 ? '' : ',\n'}{"type":"Feature","id":${row.key},"geometry":`)
      writeGeometry(writer, collection, row, question, ways)
      writer.text(`,"properties":${row.properties}}`)
      returned++
    }
    looked += rows.length
    if (rows.length < asked) return { returned, next: null }
    if (looked > MOST_LOOKED_AT) return { returned, next: after }
  }
}

const key = (collection: Collection) => ident('line', collection.key)
const boxOf = ({ box: [west, south, east, north] }: Shape) => sql`box(point(${west}, ${south}), point(${east}, ${north}))`

function columnsOf(collection: Collection, question: Question, known: readonly Sql[], judged: boolean): Sql {
  const { geometry } = collection
  const shown =
    question.properties === null ? collection.fields : collection.fields.filter(({ name }) => question.properties?.includes(name))
  const properties =
    shown.length === 0
      ? sql`'{}'`
      : sql`(select row_to_json(shown)::text from (select ${joined(shown.map(({ name, value }) => sql`${value} as ${ident(name)}`))}) shown)`
  // an outline is also read where it is not shown but has to be judged
  const wanted = !question.skipGeometry || judged
  const outline = geometry?.type === 'polygon' && wanted ? geometry : null
  const point = geometry?.type === 'point' && wanted ? geometry : null
  const rectangle =
    question.box && isRectangle(question.box) && geometry ? sql`${geometry.box} <@ ${boxOf(question.box)}` : sql`null::boolean`
  return joined([
    sql`${key(collection)} as key`,
    sql`${properties} as properties`,
    sql`${outline ? outline.srid : sql`null::int4`} as srid`,
    sql`${outline ? outline.outline : sql`null::bytea`} as outline`,
    sql`${point ? point.longitude : sql`null::float8`} as longitude`,
    sql`${point ? point.latitude : sql`null::float8`} as latitude`,
    sql`${geometry?.type === 'box' && wanted ? geometry.box : sql`null::box`} as box`,
    sql`${known.length === 0 ? sql`null::boolean[]` : sql`array[${joined(known.map((each) => sql`(${each})::boolean`))}]`} as known`,
    sql`${rectangle} as inside`,
  ])
}

const isRectangle = ({ parts }: Shape) => parts.length === 1 && parts[0].rings.length === 1 && parts[0].rings[0].length === 10

/** The condition of a state on a table of that alias, without the county. */
export const standsIn = (collection: Collection, state: State) => (alias: string) =>
  collection.versioned ? every([...validIn(alias, state), knownIn(alias, state.rev)]) : sql`true`

function validIn(alias: string, { days }: State): Sql[] {
  const at = (column: string) => ident(alias, column)
  return [
    ...(days.to === null ? [] : [sql`${at('valid_from')} <= ${days.to}::date`]),
    ...(days.from === null ? [] : [sql`${at('valid_to')} > ${days.from}::date`]),
  ]
}

const knownIn = (alias: string, rev: number | null): Sql =>
  rev === null
    ? sql`${ident(alias, 'until')} is null`
    : sql`${ident(alias, 'since')} <= ${rev}::int4 and (${ident(alias, 'until')} is null or ${ident(alias, 'until')} > ${rev}::int4)`

/** Of an interval the newest version of each row counts. */
function newest(collection: Collection, { days, rev, county }: State): Sql[] {
  if (days.from !== null && days.from === days.to) return []
  return [
    sql`not exists (
      select from ${ident(...collection.table)} later where later.county = ${county} and ${ident('later', collection.key)} = ${key(collection)}
        and later.valid_from > line.valid_from and ${days.to === null ? sql`true` : sql`later.valid_from <= ${days.to}::date`} and ${knownIn('later', rev)})`,
  ]
}

function pageOf(collection: Collection, state: State, conditions: readonly Sql[], columns: Sql, after: number, rows: number): Sql {
  const half = (own: readonly Sql[]) => sql`
    select ${columns} from ${ident(...collection.table)} line
    where ${every([sql`line.county = ${state.county}`, sql`${key(collection)} > ${after}`, ...own, ...conditions])}
    order by ${key(collection)} limit ${rows}`
  if (!collection.versioned) return half([])
  const valid = [...validIn('line', state), ...newest(collection, state)]
  const { rev } = state
  if (rev === null) return half([sql`line.until is null`, ...valid])
  // what is still there and what has been closed since stand in two halves of an index, each in the order of the key
  return sql`select * from (
    (${half([sql`line.until is null`, sql`line.since <= ${rev}::int4`, ...valid])})
    union all
    (${half([sql`line.until is not null`, sql`line.until > ${rev}::int4`, sql`line.since <= ${rev}::int4`, ...valid])})) both_halves
    order by key limit ${rows}`
}

function isMeant(row: Row, { box }: Question, decides: ReturnType<typeof compileFilter>['decide'], ways: Ways): boolean {
  let parts: Shape['parts'] | null | undefined
  const meets = (shape: Shape): boolean | null => {
    if (parts === undefined) parts = degreesOf(row, ways)
    return parts === null ? null : meet(parts, shape.parts)
  }
  if (box && row.inside !== true && meets(box) !== true) return false
  return decides === null || decides(row.known ?? [], meets)
}

/** A row's geometry in degrees. */
function degreesOf(row: Row, ways: Ways): Shape['parts'] | null {
  if (row.outline) return partsOf(changed(row.outline, isPlain(row.srid) ? null : (xy) => ways.toLonLat(row.srid, xy)))
  if (row.longitude !== null && row.latitude !== null) return [{ filled: false, rings: [Float64Array.of(row.longitude, row.latitude)] }]
  return row.box ? [{ filled: true, rings: [ringOf(row.box)] }] : null
}

const isPlain = (srid: number | null) => srid === null || isDegrees(srid)
const ringOf = ([west, south, east, north]: readonly [number, number, number, number]) =>
  Float64Array.of(west, south, east, south, east, north, west, north, west, south)

function writeGeometry(writer: GeoJsonWriter, collection: Collection, row: Row, question: Question, ways: Ways): void {
  const { crs, skipGeometry } = question
  const { outline, srid, longitude, latitude, box } = row
  const degrees = isDegrees(crs.epsg)
  const order = crs.swapped ? 1 : 0
  // asked for in the system it was drawn in, an outline goes out as it was drawn
  const decimals: Decimals = degrees ? 9 : srid === crs.epsg ? 'all' : 4
  const across = degrees ? null : (xy: Float64Array) => ways.fromLonLat(crs.epsg, xy)
  if (skipGeometry || collection.geometry === null) writer.text('null')
  else if (outline) writer.outline(outline, wayOf(srid, crs.epsg, across, ways), order, decimals)
  else {
    const points = longitude !== null && latitude !== null ? Float64Array.of(longitude, latitude) : box ? ringOf(box) : null
    if (points) across?.(points)
    writer.geometry(
      points === null
        ? null
        : box
          ? { type: 'polygon', multi: false, polygons: [{ rings: [points] }] }
          : { type: 'point', multi: false, points },
      order,
      decimals,
    )
  }
}

/** The way of an outline's vertices from its own system to the one asked for; null where they stay as they are. */
function wayOf(srid: number | null, epsg: number, across: ((xy: Float64Array) => void) | null, ways: Ways) {
  if (srid === epsg) return null
  if (isPlain(srid)) return across
  return (xy: Float64Array) => {
    ways.toLonLat(srid, xy)
    across?.(xy)
  }
}

export type VersionOfItem = { readonly validFrom: Day; readonly validTo: Day }

/** All versions of a row in one state of knowledge, oldest first. */
export const readVersions = (db: Db, collection: Collection, county: string, rev: number | null, item: number) =>
  collection.versioned
    ? db.all<VersionOfItem>`
        select line.valid_from as "validFrom", line.valid_to as "validTo" from ${ident(...collection.table)} line
        where line.county = ${county} and ${key(collection)} = ${item} and ${knownIn('line', rev)} order by line.valid_from`
    : Promise.resolve([])
