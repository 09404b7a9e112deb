/**
 * A filter as SQL over a collection's declared fields: names become the declared expressions, constants parameters; nothing of the asker's text
 * is ever SQL. Where geometries are asked about, the database only leaves out what cannot be meant (by boxes) and says what the rest of the filter
 * gives for each row; whether outlines meet is then decided on the outlines themselves.
 */
import { joined, type Sql, sql } from '../sql.ts'
import type { Collection, CollectionField } from './collection.ts'
import { type Constant, type Filter, type Operand, refusing } from './cql.ts'
import type { Shape } from './meets.ts'

export type Compiled = {
  /** True for every row that the filter takes, and perhaps for more. */
  readonly where: Sql
  /** What has to be known of a row, besides its outline, to decide. */
  readonly columns: readonly Sql[]
  /** Decides; null where `where` has already. `meets` says whether a row's outline meets a shape, null for a row without one. */
  readonly decide: ((known: readonly (boolean | null)[], meets: (shape: Shape) => boolean | null) => boolean) | null
}

type Truth = boolean | null
type Tree = { readonly eval: (known: readonly Truth[], meets: (shape: Shape) => Truth) => Truth }

export function compileFilter(filter: Filter, collection: Collection): Compiled {
  if (!isSpatial(filter)) return { where: exact(filter, collection), columns: [], decide: null }
  const columns: Sql[] = []
  const tree = treeOf(filter, collection, columns)
  return { where: bound(filter, collection, true), columns, decide: (known, meets) => tree.eval(known, meets) === true }
}

const isSpatial = (filter: Filter): boolean =>
  filter.op === 'meets' ||
  (filter.op === 'not' && isSpatial(filter.arg)) ||
  ((filter.op === 'and' || filter.op === 'or') && filter.args.some(isSpatial))

function treeOf(filter: Filter, collection: Collection, columns: Sql[]): Tree {
  if (!isSpatial(filter)) {
    const at = columns.push(exact(filter, collection)) - 1
    return { eval: (known) => known[at] }
  }
  if (filter.op === 'meets') return { eval: (_, meets) => meets(filter.shape) }
  if (filter.op === 'not') {
    const inner = treeOf(filter.arg, collection, columns)
    return { eval: (known, meets) => not(inner.eval(known, meets)) }
  }
  if (filter.op !== 'and' && filter.op !== 'or') throw new Error(`${filter.op} holds no geometry`)
  const all = filter.args.map((each) => treeOf(each, collection, columns))
  const settles = filter.op === 'or' // what one part of this value makes of the whole
  return {
    eval: (known, meets) => {
      let found: Truth = !settles
      for (const each of all) {
        const value = each.eval(known, meets)
        if (value === settles) return settles
        if (value === null) found = null
      }
      return found
    },
  }
}

const not = (value: Truth): Truth => (value === null ? null : !value)

/** The filter with its geometries replaced by what boxes say of them, so that it is true at least where (`most`), or at most where, the filter is. */
function bound(filter: Filter, collection: Collection, most: boolean): Sql {
  if (!isSpatial(filter)) return exact(filter, collection)
  switch (filter.op) {
    case 'meets': {
      if (!most) return sql`false`
      if (collection.geometry === null) return sql`null::boolean`
      const [west, south, east, north] = filter.shape.box
      return sql`${collection.geometry.box} && box(point(${west}, ${south}), point(${east}, ${north}))`
    }
    case 'not':
      return sql`not (${bound(filter.arg, collection, !most)})`
    case 'and':
    case 'or':
      return together(
        filter.op,
        filter.args.map((each) => bound(each, collection, most)),
      )
    default:
      throw new Error(`${filter.op} holds no geometry`)
  }
}

const together = (op: 'and' | 'or', pieces: readonly Sql[]) =>
  joined(
    pieces.map((each) => sql`(${each})`),
    op === 'and' ? sql` and ` : sql` or `,
  )

function exact(filter: Filter, collection: Collection): Sql {
  switch (filter.op) {
    case 'and':
    case 'or':
      return together(
        filter.op,
        filter.args.map((each) => exact(each, collection)),
      )
    case 'not':
      return sql`not (${exact(filter.arg, collection)})`
    case 'always':
      return filter.value ? sql`true` : sql`false`
    case 'null':
      return sql`(${operand(filter.value, fieldOf(filter.value, collection), collection)}) is null`
    case 'compare': {
      const field = fieldOf(filter.left, collection) ?? fieldOf(filter.right, collection)
      const [left, right] = [operand(filter.left, field, collection), operand(filter.right, field, collection)]
      const folds = filter.left.folded || filter.right.folded
      return sql`${folded(left, folds)} ${COMPARING[filter.by]} ${folded(right, folds)}`
    }
    case 'like': {
      const field = fieldOf(filter.value, collection)
      if (field && field.type !== 'text')
        refusing({ code: 'ogc/filter-types', details: { property: field.name, type: field.type, stated: 'like' } })
      const folds = filter.folded || filter.value.folded
      return sql`${folded(operand(filter.value, field, collection), folds)} like ${folded(sql`${speakable(filter.pattern)}::text`, folds)}`
    }
    case 'between': {
      const field = fieldOf(filter.value, collection) ?? fieldOf(filter.low, collection) ?? fieldOf(filter.high, collection)
      return sql`${operand(filter.value, field, collection)} between ${operand(filter.low, field, collection)} and ${operand(filter.high, field, collection)}`
    }
    case 'in': {
      const field = fieldOf(filter.value, collection)
      const folds = filter.value.folded || filter.list.some((each) => each.folded)
      const list = filter.list.map((each) => folded(operand(each, field, collection), folds))
      return sql`${folded(operand(filter.value, field, collection), folds)} in (${joined(list)})`
    }
    case 'meets':
      throw new Error('whether outlines meet is not decided in SQL')
  }
}

const COMPARING = { '=': sql`=`, '<>': sql`<>`, '<': sql`<`, '>': sql`>`, '<=': sql`<=`, '>=': sql`>=` } as const

const folded = (value: Sql, folds: boolean) => (folds ? sql`lower(${value})` : value)

/** The declared field that an operand names; null for a constant. */
function fieldOf(value: Operand, { fields }: Collection): CollectionField | null {
  if (!('property' in value)) return null
  const field = fields.find((each) => each.name === value.property && each.queryable)
  if (!field)
    return refusing({
      code: 'ogc/filter-unknown-property',
      details: { property: value.property, known: fields.filter((each) => each.queryable).map(({ name }) => name) },
    })
  if (value.folded && field.type !== 'text')
    return refusing({ code: 'ogc/filter-types', details: { property: field.name, type: field.type, stated: 'casei' } })
  return field
}

const FITS = { text: 'text', integer: 'number', number: 'number', boolean: 'boolean', date: 'date' } as const

/** `against`: the field that a constant is held against. */
function operand(value: Operand, against: CollectionField | null, collection: Collection): Sql {
  if ('property' in value) {
    const field = fieldOf(value, collection)
    if (field === null) throw new Error('a property has a field')
    if (against && FITS[against.type] !== FITS[field.type])
      refusing({ code: 'ogc/filter-types', details: { property: field.name, type: field.type, stated: against.name } })
    return typed(field)
  }
  const kind = against && value.kind === 'text' && against.type === 'date' ? asDate(value, against) : value
  if (against && kind.kind !== FITS[against.type])
    refusing({ code: 'ogc/filter-types', details: { property: against.name, type: against.type, stated: String(value.value) } })
  switch (kind.kind) {
    case 'text':
      return sql`${speakable(String(kind.value))}::text`
    case 'number':
      return sql`${kind.value}::float8`
    case 'boolean':
      return sql`${kind.value}::boolean`
    case 'date':
      return sql`${kind.value}::date`
  }
}

/** PostgreSQL has no text with a zero in it, so nothing is equal to one. */
const speakable = (text: string): string =>
  text.includes('\0') ? refusing({ code: 'ogc/filter-not-read', details: { at: 0, near: '\\0', wanted: 'text' } }) : text

/** A day in plain quotes is taken for one: programs write them so. */
const asDate = (value: Constant, against: CollectionField): Constant =>
  /^\d{4}-\d\d-\d\d$/.test(String(value.value))
    ? { kind: 'date', value: value.value }
    : refusing({ code: 'ogc/filter-types', details: { property: against.name, type: against.type, stated: String(value.value) } })

const typed = (field: CollectionField): Sql =>
  field.type === 'integer' || field.type === 'number' ? sql`(${field.value})::float8` : field.value
