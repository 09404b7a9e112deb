/** A repair worked out on the outlines as they are now: what would change, whether the finding is gone then, and whether another one would come. */
import { type Day, dayOf } from '@dishu/base/date'
import { type Refusal, Refused } from '@dishu/base/refusal'
import { readWkb, wkbBounds, writePolygonWkb } from '@dishu/base/wkb'
import type { Cause, Content, Kind, Revision } from '@dishu/kernel/records/records'
import { type OpenRevision, openRevision, rowToWrite } from '@dishu/kernel/records/records.store'
import { findTopology } from '@dishu/numeric/topology/find'
import type { Db } from '@dishu/server-kit/sql'
import type { GeometryFinding, GeometryLayer } from './findings.ts'
import {
  type AreaRule,
  type Areas,
  areaColumns,
  areasAfter,
  areasOf,
  type FixOption,
  type FixRefusal,
  type FixRow,
  type FixWay,
  fixOptions,
} from './fixes.ts'
import { KIND_OF, type OutlineRow, outlinesIn, systemsOf, villagesOf, type WholeRow, wholeRows } from './geometry.store.ts'
import { GEOMETRY_LAYERS, geometryFindings, LayerBuilder, type LocatedFinding, topologyOptions } from './geometry.ts'
import { type GroundPlane, groundArea, groundPlane, inPlane, lonLatWkb } from './ground-plane.ts'
import { checkRow } from './inspect.ts'
import type { Polygon } from './planar.ts'
import type { Box, StoredFinding } from './quality.store.ts'
import { neighboursOfGap, type Box as PlaneBox, type Repair, repair, type Shape } from './repair.ts'
import { type RuleBook, ruleBook } from './rules.ts'

export type FixAsked = {
  readonly way: FixWay
  readonly target: string
  readonly against: string | null
  readonly withinM: number | null
  readonly areas: AreaRule
}

/** What is known round a finding: the rows it speaks of, all others of its layer that touch them, and the plane they are drawn in. */
export type Surroundings = {
  readonly layer: GeometryLayer
  readonly finding: GeometryFinding
  readonly day: Day
  readonly plane: GroundPlane
  readonly rows: readonly OutlineRow[]
  readonly shapes: readonly Shape[]
  readonly spoken: readonly FixRow[] // in the order of the finding
  readonly ground: readonly Polygon[] // of the finding, in the plane
  readonly box: PlaneBox // of the finding, in the plane
  /** Corners of the plane as they are stored, by row's system. */
  stored(x: number, y: number, srid: number | null): readonly [number, number] | null
}

export type ChangedRow = {
  readonly row: WholeRow
  readonly key: string
  readonly before: Areas
  readonly after: Areas
  readonly content: Content
  readonly beforeM2: number // of the outlines, on the ellipsoid
  readonly afterM2: number
  readonly afterWkb: Uint8Array // in degrees
}

export type PreparedFix = {
  readonly changed: readonly ChangedRow[]
  readonly regionM2: number
  readonly gone: boolean
  readonly fresh: readonly (GeometryFinding | { readonly rule: string; readonly details: unknown })[]
  readonly villages: readonly {
    readonly village: string
    readonly name: string | null
    readonly before: number
    readonly after: number
    readonly control: number | null
  }[]
}

/** A few metres round everything, in degrees: enough for what touches. */
const MARGIN_DEGREES = 5e-5
const isLayer = (kind: string): kind is GeometryLayer => (GEOMETRY_LAYERS as readonly string[]).includes(kind)
const no = (refusal: FixRefusal & Refusal): never => {
  throw new Refused(refusal)
}

/** Refuses where the finding is not of geometry, or its outlines are in a system that no rule here knows. */
export async function readSurroundings(db: Db, county: string, stored: StoredFinding, now: Date): Promise<Surroundings> {
  const { rule, subjectKind: layer, place } = stored
  if (!rule.startsWith('geometry/') || !isLayer(layer) || !place) return no({ code: 'quality/no-fix', details: { rule } })
  const day = dayOf(now)
  const [system] = await systemsOf(db, county, layer, day)
  const plane = system && groundPlane(system.srid, [system.lon ?? 105, system.lat ?? 35])
  if (!plane) return no({ code: 'quality/fix-foreign-crs', details: { srid: system?.srid ?? null } })
  const finding = { rule, details: stored.details } as GeometryFinding
  const ids = stored.subjectIds ?? []
  // a town lies on its villages: only areas of one level have borders with each other
  const level = layer !== 'area' ? null : finding.details.rows[0]?.length === 12 ? 'village' : 'town'
  const near = await outlinesIn(db, county, layer, day, wider(place), level)
  // what touches the rows that may change must be there too, or their neighbours would seem to have gaps
  const spoken = near.filter(({ id }) => ids.includes(id))
  const all = await outlinesIn(db, county, layer, day, wider(spoken.reduce((box, row) => around(box, row.bbox), place)), level)
  const written = new Map<string, readonly [number, number]>()
  const rows: OutlineRow[] = []
  const shapes: Shape[] = []
  for (const row of all) {
    const bring = plane.from(row.srid)
    const shape = readWkb(row.outline)
    if (!bring || shape.type !== 'polygon' || shape.polygons.length === 0) continue
    const polygons = inPlane(shape.polygons, bring)
    for (const [p, { rings }] of shape.polygons.entries())
      for (const [r, ring] of rings.entries()) {
        const there = polygons[p].rings[r]
        for (let i = 0; i < ring.length; i += 2) written.set(`${row.srid} ${there[i]} ${there[i + 1]}`, [ring[i], ring[i + 1]])
      }
    rows.push(row)
    shapes.push({ key: row.key, polygons })
  }
  const whole = new Map((await wholeRows(db, county, layer, day, ids)).map((row) => [row.id, row]))
  const from4490 = plane.from(4490)
  const ground = stored.outline && from4490 ? inPlane((readWkb(stored.outline) as { polygons: readonly Polygon[] }).polygons, from4490) : []
  const corners = Float64Array.of(place[0], place[1], place[2], place[3])
  from4490?.(corners)
  return {
    layer,
    finding,
    day,
    plane,
    rows,
    shapes,
    spoken: ids.flatMap((id) => {
      const [row, shape] = [whole.get(id), shapes[rows.findIndex((each) => each.id === id)]]
      return row && shape
        ? [
            {
              id,
              key: shape.key,
              validFrom: row.validFrom,
              since: row.since,
              areaM2: groundArea(shape.polygons, plane),
              officialM2: m2Of(areasOf(layer, row.content).official),
            },
          ]
        : []
    }),
    ground,
    box: [corners[0], corners[1], corners[2], corners[3]],
    stored: (x, y, srid) => written.get(`${srid} ${x} ${y}`) ?? null,
  }
}

const m2Of = (hundredths: number | null) => (hundredths === null ? null : hundredths / 100)
const wider = ([west, south, east, north]: Box): Box => [
  west - MARGIN_DEGREES,
  south - MARGIN_DEGREES,
  east + MARGIN_DEGREES,
  north + MARGIN_DEGREES,
]
const around = (box: Box, other: Box | null): Box =>
  other ? [Math.min(box[0], other[0]), Math.min(box[1], other[1]), Math.max(box[2], other[2]), Math.max(box[3], other[3])] : box

/** The repairs that can be proposed; none for a finding that a person has to settle. */
export function optionsFor({ finding, spoken, ground, shapes }: Surroundings): readonly FixOption[] {
  const isGap = finding.rule === 'geometry/gap' || finding.rule === 'geometry/gap-open'
  return fixOptions(finding, spoken, isGap ? neighboursOfGap(ground, shapes) : [])
}

/** Works a repair out; nothing is written. Refuses where there is nothing to repair or nothing would be left of a row. */
export async function prepareFix(db: Db, county: string, place: Surroundings, asked: FixAsked): Promise<PreparedFix> {
  const { layer, shapes, rows, plane, day } = place
  const what = repairFor(place, asked)
  const done = repair(shapes, what, layer !== 'parcel')
  if (!done.ok)
    return done.why === 'nothing-left'
      ? no({ code: 'quality/fix-leaves-nothing', details: { key: asked.target } })
      : no({ code: 'quality/fix-finds-nothing', details: { keys: place.spoken.map(({ key }) => key) } })

  const book = ruleBook(day)
  const idOf = new Map(rows.map((row) => [row.key, row.id]))
  const whole = new Map(
    (
      await wholeRows(
        db,
        county,
        layer,
        day,
        done.changed.map(({ key }) => idOf.get(key) ?? 0),
      )
    ).map((row) => [row.id, row]),
  )
  const changed = done.changed.map((shape): ChangedRow => {
    const at = rows.findIndex(({ key }) => key === shape.key)
    const row = whole.get(rows[at].id)
    if (!row) throw new Error(`expected the row ${rows[at].id} of ${shape.key} among those that hold on ${day}`)
    return changedRow(place, row, rows[at], shapes[at], shape, asked.areas)
  })
  const after = new Map(changed.map(({ key }, i) => [key, done.changed[i]]))
  const { gone, fresh } = compared(place, after, book)
  return {
    changed,
    regionM2: what.way === 'snap' ? 0 : groundArea(done.region, plane),
    gone,
    fresh: [...fresh, ...freshOfRows(layer, changed, book, county)],
    villages: layer === 'patch' ? await villagesAfter(db, county, day, changed) : [],
  }
}

function repairFor({ finding, spoken, ground, box, shapes }: Surroundings, { way, target, against, withinM }: FixAsked): Repair {
  const known = shapes.some(({ key }) => key === target)
  const isGap = finding.rule === 'geometry/gap' || finding.rule === 'geometry/gap-open'
  if (!known) return no({ code: 'quality/fix-finds-nothing', details: { keys: [target] } })
  if (way === 'snap') return { way, move: target, withinM: withinM ?? 0, box }
  if (way === 'fill') return isGap ? { way, into: target, gap: ground } : no({ code: 'quality/no-fix', details: { rule: finding.rule } })
  const other = against ?? spoken.find(({ key }) => key !== target)?.key ?? ''
  if (isGap || !shapes.some(({ key }) => key === other)) return no({ code: 'quality/no-fix', details: { rule: finding.rule } })
  return { way, from: target, against: other }
}

function changedRow(place: Surroundings, row: WholeRow, outline: OutlineRow, was: Shape, is: Shape, rule: AreaRule): ChangedRow {
  const { layer, plane } = place
  const into = plane.into(outline.srid)
  if (!into) return no({ code: 'quality/fix-foreign-crs', details: { srid: outline.srid } })
  // a corner that was there keeps its coordinates to the last bit, whichever row had it
  const polygons = is.polygons.map(({ rings }) => ({
    rings: rings.map((ring) => {
      const stored = ring.slice()
      into(stored)
      for (let i = 0; i < ring.length; i += 2) {
        const known = place.stored(ring[i], ring[i + 1], outline.srid)
        if (known) stored.set(known, i)
      }
      return stored
    }),
  }))
  const wkb = writePolygonWkb(polygons)
  const afterWkb = lonLatWkb(is.polygons, plane)
  const [beforeM2, afterM2] = [groundArea(was.polygons, plane), groundArea(is.polygons, plane)]
  const before = areasOf(layer, row.content)
  const deduction = typeof row.content.deduction === 'number' ? row.content.deduction : null
  const after = areasAfter(layer, before, deduction, Math.round(afterM2 * 100), rule)
  return {
    row,
    key: is.key,
    before,
    after,
    content: { ...row.content, ...areaColumns(layer, after), outline: wkb, bbox: wkbBounds(afterWkb) },
    beforeM2,
    afterM2,
    afterWkb,
  }
}

/** Whether the finding is gone with the changed outlines, and which others come: the topology round the place, before and after. */
function compared(place: Surroundings, after: ReadonlyMap<string, Shape>, book: RuleBook) {
  const { layer, rows, shapes, plane, finding } = place
  const look = (drawn: readonly Shape[]) => {
    const builder = new LayerBuilder()
    for (const { polygons } of drawn) builder.add(polygons, () => {})
    const ground = builder.layer()
    const of = rows.map(({ id, key, village, bbox }) => ({ id, key, village, box: bbox }))
    return geometryFindings(layer, of, ground, findTopology(ground, topologyOptions(layer, book)), plane, book)
  }
  const before = look(shapes)
  const then = look(shapes.map((shape) => after.get(shape.key) ?? shape))
  const known = new Map<string, LocatedFinding[]>()
  for (const each of before) known.set(nameOf(each), [...(known.get(nameOf(each)) ?? []), each])
  // one that was there may be told of less ground, or of as much to the last digit; of more it is another
  const fresh = then.filter((each) => !(known.get(nameOf(each)) ?? []).some((old) => (each.area ?? 0) <= (old.area ?? 0) + 1))
  const mine = place.ground.length > 0 ? place.box : null
  const gone = !then.some(
    ({ finding: { rule, details }, box }) =>
      rule === finding.rule && sameRows(details.rows, finding.details.rows) && (mine === null || meets(box, place)),
  )
  return { gone, fresh: fresh.map((each) => each.finding) }
}

const nameOf = ({ finding: { rule, details } }: LocatedFinding) => `${rule} ${[...details.rows].sort().join(' ')}`
const sameRows = (a: readonly string[], b: readonly string[]) => a.length === b.length && a.every((key) => b.includes(key))
function meets(box: Box | null, { plane, box: mine }: Surroundings): boolean {
  if (!box) return true
  const corners = Float64Array.from(mine)
  plane.toLonLat(corners)
  return box[0] <= corners[2] && box[2] >= corners[0] && box[1] <= corners[3] && box[3] >= corners[1]
}

/** What the rules say of the changed rows by themselves that they did not say before. */
function freshOfRows(layer: GeometryLayer, changed: readonly ChangedRow[], book: RuleBook, county: string) {
  return changed.flatMap(({ row, content }) => {
    const before = new Set(checkRow(layer, row.content, book, county).map(({ rule }) => rule))
    return checkRow(layer, content, book, county).filter(({ rule }) => !before.has(rule))
  })
}

async function villagesAfter(db: Db, county: string, day: Day, changed: readonly ChangedRow[]) {
  const moved = new Map<string, number>()
  for (const { row, before, after } of changed) {
    const village = String(row.content.village)
    moved.set(village, (moved.get(village) ?? 0) + (after.official ?? 0) - (before.official ?? 0))
  }
  const villages = await villagesOf(db, county, day, [...moved.keys()])
  return villages.map(({ village, name, total, control }) => ({
    village,
    name,
    before: total,
    after: total + (moved.get(village) ?? 0),
    control,
  }))
}

export type FixTools = { readonly kinds: readonly Kind[]; derive(db: Db, revision: OpenRevision): Promise<void> }

/**
 * Writes a repair as one revision: each changed row for the days that its present version holds. Refuses where the finding would still be there, or another one of geometry
 * would come; where the register has moved on since `base`.
 */
export async function applyFix(
  db: Db,
  county: string,
  stored: StoredFinding,
  asked: FixAsked & { readonly base: number; readonly cause: Cause; readonly reason: string; readonly actor: string; readonly now: Date },
  tools: FixTools,
  say: (finding: { readonly rule: string; readonly details: unknown }) => string,
): Promise<Revision> {
  const revision = await openRevision(db, county, tools.kinds, asked.base)
  const place = await readSurroundings(db, county, stored, asked.now)
  const { changed, gone, fresh } = await prepareFix(db, county, place, asked)
  if (!gone) return no({ code: 'quality/fix-does-not-help', details: { key: asked.target } })
  const ofGeometry = fresh.filter(({ rule }) => rule.startsWith('geometry/'))
  if (ofGeometry.length > 0) return no({ code: 'quality/fix-brings-new', details: { findings: ofGeometry.map(say) } })
  const kind = KIND_OF[place.layer]
  const rows = changed.map(({ row, content }) => rowToWrite(kind, { id: row.id, validFrom: row.validFrom, validTo: row.validTo, content }))
  await revision.take(
    kind,
    rows.map(({ validFrom, validTo }, i) => ({ id: changed[i].row.id, validFrom, validTo })),
  )
  await revision.add(kind, rows)
  await tools.derive(db, revision)
  return revision.seal({ what: 'write', cause: asked.cause, actor: asked.actor, reason: asked.reason, now: asked.now })
}
