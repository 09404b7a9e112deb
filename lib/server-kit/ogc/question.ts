/** What an address asks of a collection, read and checked. */
import { type Day, dayFrom, dayOf } from '@dishu/base/date'
import { type Refusal, Refused } from '@dishu/base/refusal'
import type { Collection } from './collection.ts'
import { type CqlRefusal, type Filter, refusing } from './cql.ts'
import { filterFromJson } from './cql-json.ts'
import { filterFromText } from './cql-text.ts'
import { crsFrom, crsList, isDegrees, type NamedCrs } from './crs.ts'
import { mapShape, type Shape, shapeFrom } from './meets.ts'

export type OgcRefusal =
  | CqlRefusal
  | Refusal<'ogc/no-such-collection', { readonly collection: string; readonly known: readonly string[] }>
  | Refusal<'ogc/no-such-item-not-found', { readonly collection: string; readonly item: string }>
  | Refusal<'ogc/parameter-unknown', { readonly name: string; readonly known: readonly string[] }>
  | Refusal<'ogc/parameter-not-read', { readonly name: string; readonly value: string; readonly wanted: string }>
  | Refusal<'ogc/crs-not-offered', { readonly name: string; readonly value: string; readonly offered: readonly string[] }>
  | Refusal<'ogc/no-history', { readonly collection: string }>
  | Refusal<'ogc/no-such-revision', { readonly rev: number; readonly newest: number }>
  | Refusal<'ogc/cannot-be-changed', { readonly collection: string; readonly what: string; readonly open: readonly string[] }>
  | Refusal<'ogc/change-not-read', { readonly what: string }>
  | Refusal<'ogc/field-cannot-be-changed', { readonly field: string; readonly open: readonly string[] }>
  | Refusal<'ogc/row-moved', { readonly item: string }>
  | Refusal<'ogc/rule-broken', { readonly rule: string }>

const refuse = (refusal: OgcRefusal): never => {
  throw new Refused(refusal)
}

/** Days from the first to the last, both included; one day has both the same. */
export type Days = { readonly from: Day | null; readonly to: Day | null }
export type Question = {
  readonly limit: number
  readonly after: number | null
  /** In degrees. */
  readonly box: Shape | null
  readonly crs: NamedCrs
  readonly filter: Filter | null
  /** Null: today. */
  readonly days: Days | null
  /** The revision, or the day at whose end, up to which the register is known; null: all. */
  readonly known: number | Day | null
  /** The names of the properties that are shown; null: all. */
  readonly properties: readonly string[] | null
  readonly skipGeometry: boolean
}

export const LIMIT = { usual: 1000, most: 10_000 } as const
const PARAMETERS = [
  ...['limit', 'after', 'bbox', 'bbox-crs', 'crs', 'datetime', 'known', 'filter', 'filter-lang', 'filter-crs', 'properties'],
  ...['skipGeometry', 'f', 'language'],
]

type Address = Readonly<Record<string, string | undefined>>

/** `fromCrs` turns coordinates of a system, x before y, into degrees in place. */
export function questionFrom(
  query: Address,
  collection: Collection,
  offered: readonly number[],
  fromCrs: (epsg: number, xy: Float64Array) => void,
): Question {
  // a field's own name as a parameter asks for equality, as Core has it
  const own = collection.fields.filter((field) => field.queryable && field.type !== 'boolean').map(({ name }) => name)
  // a parameter that is stated twice comes as a list
  const twice = Object.entries(query).find(([, value]) => value !== undefined && typeof value !== 'string')
  if (twice) refuse({ code: 'ogc/parameter-not-read', details: { name: twice[0], value: String(twice[1]), wanted: '1' } })
  const unknown = Object.keys(query).find((name) => !PARAMETERS.includes(name) && !own.includes(name))
  if (unknown !== undefined) refuse({ code: 'ogc/parameter-unknown', details: { name: unknown, known: [...PARAMETERS, ...own] } })
  const whole = (name: string, least: number, most: number) => {
    const value = query[name]
    if (value === undefined) return null
    if (!/^\d{1,16}$/.test(value) || Number(value) < least)
      return refuse({ code: 'ogc/parameter-not-read', details: { name, value, wanted: `${least}–${most}` } })
    return Math.min(Number(value), most)
  }
  const crsOf = (name: string): NamedCrs => {
    const value = query[name]
    const none = crsFrom('CRS84', offered)
    const found = value ? crsFrom(value, offered) : none
    return found ?? refuse({ code: 'ogc/crs-not-offered', details: { name, value: value ?? '', offered: crsList(offered) } })
  }
  const toDegrees = (shape: Shape, crs: NamedCrs): Shape =>
    crs.uri.endsWith('CRS84')
      ? shape
      : mapShape(shape, (xy) => {
          if (crs.swapped) swap(xy)
          fromCrs(crs.epsg, xy)
        })
  const boxAcross = (box: Shape, crs: NamedCrs) => toDegrees(isDegrees(crs.epsg) ? box : dense(box), crs)
  return {
    limit: whole('limit', 1, LIMIT.most) ?? LIMIT.usual,
    after: whole('after', 0, Number.MAX_SAFE_INTEGER),
    box: query.bbox ? boxAcross(boxFrom(query.bbox), crsOf('bbox-crs')) : null,
    crs: crsOf('crs'),
    filter: filterFrom(query, own, collection, (filter) => inDegrees(filter, (shape) => toDegrees(shape, crsOf('filter-crs')))),
    days: daysFrom(query.datetime),
    known: knownFrom(query.known),
    properties: propertiesFrom(query.properties, collection),
    skipGeometry: query.skipGeometry === 'true',
  }
}

function boxFrom(value: string): Shape {
  const corners = value.split(',').map((each) => (each.trim() === '' ? Number.NaN : Number(each)))
  return (
    (corners.length === 4 || corners.length === 6 ? shapeFrom({ bbox: corners }) : null) ??
    refuse({ code: 'ogc/parameter-not-read', details: { name: 'bbox', value, wanted: 'west,south,east,north' } })
  )
}

/** Sides straight in one system are bent in another: a box gets vertices along its sides before it is taken across. */
const SIDES = 16
function dense(box: Shape): Shape {
  return {
    ...box,
    parts: box.parts.map(({ filled, rings }) => ({
      filled,
      rings: rings.map((ring) => {
        const line: number[] = []
        for (let i = 0; i + 3 < ring.length; i += 2)
          for (let k = 0; k < SIDES; k++)
            line.push(ring[i] + ((ring[i + 2] - ring[i]) * k) / SIDES, ring[i + 1] + ((ring[i + 3] - ring[i + 1]) * k) / SIDES)
        line.push(ring[0], ring[1])
        return Float64Array.from(line)
      }),
    })),
  }
}

function swap(xy: Float64Array): void {
  for (let i = 0; i + 1 < xy.length; i += 2) {
    const x = xy[i + 1]
    xy[i + 1] = xy[i]
    xy[i] = x
  }
}

function inDegrees(filter: Filter, change: (shape: Shape) => Shape): Filter {
  if (filter.op === 'meets') return { op: 'meets', shape: change(filter.shape) }
  if (filter.op === 'not') return { op: 'not', arg: inDegrees(filter.arg, change) }
  if (filter.op === 'and' || filter.op === 'or') return { op: filter.op, args: filter.args.map((each) => inDegrees(each, change)) }
  return filter
}

export const GEOMETRY_NAMES = ['geometry', 'geom', 'outline']

function filterFrom(query: Address, own: readonly string[], collection: Collection, across: (filter: Filter) => Filter): Filter | null {
  const args: Filter[] = []
  if (query.filter) {
    // the names without the 2 are those of the draft, which programs in use still send
    const language = (query['filter-lang'] ?? (query.filter.trimStart().startsWith('{') ? 'cql2-json' : 'cql2-text')).replace(
      /^cql-/,
      'cql2-',
    )
    if (language !== 'cql2-text' && language !== 'cql2-json')
      refuse({ code: 'ogc/parameter-not-read', details: { name: 'filter-lang', value: language, wanted: 'cql2-text, cql2-json' } })
    args.push(across((language === 'cql2-json' ? filterFromJson : filterFromText)(query.filter, GEOMETRY_NAMES)))
  }
  for (const name of own) {
    const value = query[name]
    const field = collection.fields.find((each) => each.name === name)
    if (value === undefined || !field) continue
    const numeric = field.type === 'integer' || field.type === 'number'
    if (numeric && (value.trim() === '' || !Number.isFinite(Number(value))))
      refusing({ code: 'ogc/filter-types', details: { property: name, type: field.type, stated: value } })
    args.push({
      op: 'compare',
      by: '=',
      left: { property: name, folded: false },
      right: numeric ? { kind: 'number', value: Number(value), folded: false } : { kind: 'text', value, folded: false },
    })
  }
  return args.length === 0 ? null : args.length === 1 ? args[0] : { op: 'and', args }
}

/** A day, an instant (its day in China's time), or an interval of them, open where it says `..` or nothing. */
export function daysFrom(value: string | undefined): Days | null {
  if (value === undefined || value === '') return null
  const not = (): never =>
    refuse({
      code: 'ogc/parameter-not-read',
      details: { name: 'datetime', value, wanted: 'YYYY-MM-DD, YYYY-MM-DDThh:mm:ssZ, from/to, ../to, from/..' },
    })
  // the first and the last year there are mean that there is no end
  const one = (text: string): Day | null =>
    text === '' || text === '..' || /^(0000|9999)-/.test(text) ? null : (instantDay(text) ?? not())
  const ends = value.split('/')
  if (ends.length > 2) not()
  if (ends.length === 1) {
    const day = one(value)
    return day === null ? not() : { from: day, to: day }
  }
  const [from, to] = ends.map(one)
  if (from !== null && to !== null && from > to) not()
  return { from, to }
}

function instantDay(text: string): Day | null {
  if (/^\d{4}-\d\d-\d\d$/.test(text)) return dayFrom(text)
  // an hour of three digits is how QGIS writes the end of time
  if (!/^\d{4}-\d\d-\d\d[Tt ]0?\d\d:\d\d(:\d\d(\.\d{1,9})?)?([Zz]|[+-]\d\d:\d\d)$/.test(text)) return null
  const at = new Date(text.replace(/[Tt ]0?(\d\d:)/, 'T$1').toUpperCase())
  return Number.isFinite(at.getTime()) ? dayOf(at) : null
}

function knownFrom(value: string | undefined): Question['known'] {
  if (value === undefined || value === '') return null
  if (/^\d{1,9}$/.test(value)) return Number(value)
  return (
    instantDay(value) ?? refuse({ code: 'ogc/parameter-not-read', details: { name: 'known', value, wanted: 'a revision, or YYYY-MM-DD' } })
  )
}

function propertiesFrom(value: string | undefined, { fields }: Collection): readonly string[] | null {
  if (value === undefined) return null
  const names = value.split(',').map((each) => each.trim())
  const unknown = names.find((name) => name !== '' && !fields.some((field) => field.name === name))
  if (unknown !== undefined)
    refuse({
      code: 'ogc/parameter-not-read',
      details: { name: 'properties', value: unknown, wanted: fields.map(({ name }) => name).join(', ') },
    })
  return names
}
