/** Changes that come over the open interface: a GeoJSON feature read as what a row of the ledger shall be. */
import { type Day, dayFrom } from '@dishu/base/date'
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'
import { CAUSES, type Cause, type Content, type Kind } from './records.ts'

export type OpenValue = string | number | boolean | null
/** A field that may be changed: its type, its column, and how a stated value becomes the column's. */
export type OpenField = {
  readonly name: string
  readonly type: 'text' | 'integer' | 'number' | 'boolean' | 'date'
  readonly words?: readonly string[]
  readonly writes?: { readonly column: string; readonly from: (value: OpenValue) => unknown }
}
export type OpenChange = 'create' | 'replace' | 'update'

export type OpenChangeRefusal =
  | Refusal<'ogc/change-not-read', { readonly what: string }>
  | Refusal<'ogc/field-cannot-be-changed', { readonly field: string; readonly open: readonly string[] }>

/** Shapes of an address that say why and from when: `cause`, `from`, `reason`. A correction holds for the whole of what it corrects. */
export type WhyAndWhen = { readonly cause: Cause; readonly from: Day | null; readonly reason: string }

export function whyFrom(query: Readonly<Record<string, string | undefined>>): Result<WhyAndWhen, OpenChangeRefusal> {
  const cause = CAUSES.find((each) => each === (query.cause ?? 'correction'))
  if (cause === undefined || cause === 'undo') return refuse('ogc/change-not-read', { what: `cause=${query.cause}` })
  const from = query.from === undefined ? null : dayFrom(query.from)
  if (query.from !== undefined && from === null) return refuse('ogc/change-not-read', { what: `from=${query.from}` })
  const reason = (query.reason ?? '').trim()
  if (reason.length > 500) return refuse('ogc/change-not-read', { what: 'reason > 500' })
  return accept({ cause, from, reason: reason || 'OGC API Features' })
}

const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
const not = (what: string) => refuse('ogc/change-not-read', { what })

/**
 * The content that a row shall have. An update (RFC 7396) changes the fields it names; a replacement sets every open field, those it does not name to
 * nothing; the columns that are not open stay. `point`: the kind has a place, in longitude and latitude, that may be stated.
 */
export function contentFrom(
  body: unknown,
  what: OpenChange,
  before: Content,
  fields: readonly OpenField[],
  point: boolean,
): Result<Content, OpenChangeRefusal> {
  if (!isObject(body)) return not('body')
  if (body.type !== undefined && body.type !== 'Feature') return not(`type ${String(body.type)}`)
  if (body.properties !== undefined && body.properties !== null && !isObject(body.properties)) return not('properties')
  const stated = isObject(body.properties) ? body.properties : {}
  const open = fields.filter((field) => field.writes !== undefined)
  const content: Record<string, unknown> = { ...before }
  // what is shown but not open may come back as it was read: programs send whole features
  const unknown = Object.keys(stated).find((name) => !fields.some((field) => field.name === name))
  if (unknown !== undefined) return not(`properties.${unknown}`)
  if (what === 'update') {
    const closed = Object.keys(stated).find((name) => !open.some((field) => field.name === name))
    if (closed !== undefined) return refuse('ogc/field-cannot-be-changed', { field: closed, open: open.map(({ name }) => name) })
  }
  for (const field of open) {
    if (field.writes === undefined || (what === 'update' && !(field.name in stated))) continue
    const value = typedValue(stated[field.name] ?? null, field)
    if (value === undefined) return not(`properties.${field.name}: ${field.type}`)
    content[field.writes.column] = field.writes.from(value)
  }
  if ('geometry' in body || what !== 'update') {
    const place = point ? placeFrom(body.geometry) : undefined
    if (place === undefined) {
      if (body.geometry !== undefined)
        return point
          ? not('geometry: Point')
          : refuse('ogc/field-cannot-be-changed', { field: 'geometry', open: open.map(({ name }) => name) })
    } else Object.assign(content, place)
  }
  return accept(content)
}

/** Undefined where the value is not of the field's type. */
function typedValue(value: unknown, { type, words }: OpenField): OpenValue | undefined {
  if (value === null) return null
  if (type === 'text')
    return typeof value === 'string' && value.length <= 1000 && !value.includes('\0') && (!words || words.includes(value))
      ? value
      : undefined
  if (type === 'boolean') return typeof value === 'boolean' ? value : undefined
  if (type === 'date') return typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value) ? (dayFrom(value) ?? undefined) : undefined
  if (typeof value !== 'number' || !Number.isFinite(value)) return undefined
  return type === 'number' || Number.isSafeInteger(value) ? value : undefined
}

function placeFrom(geometry: unknown): Content | undefined {
  if (geometry === null) return { longitude: null, latitude: null, place: null }
  if (!isObject(geometry) || geometry.type !== 'Point' || !Array.isArray(geometry.coordinates)) return undefined
  const [longitude, latitude] = geometry.coordinates as readonly unknown[]
  if (typeof longitude !== 'number' || typeof latitude !== 'number') return undefined
  if (!(Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90)) return undefined
  return { longitude, latitude, place: [longitude, latitude, longitude, latitude] }
}

/** A row of a kind with nothing in it. */
export const emptyContent = (kind: Kind): Content =>
  Object.fromEntries(kind.columns.map(([column, type]) => [column, type === 'jsonb' ? {} : null]))

/** The days that a change speaks of: of a correction all of the version, of anything else from a day on. */
export function spanOf(
  version: { readonly validFrom: Day; readonly validTo: Day },
  why: WhyAndWhen,
  today: Day,
): { readonly from: Day; readonly to: Day } {
  const from = why.cause === 'correction' ? (why.from ?? version.validFrom) : (why.from ?? today)
  return { from: from < version.validFrom ? version.validFrom : from, to: version.validTo }
}
