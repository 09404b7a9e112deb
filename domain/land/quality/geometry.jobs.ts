/** The outlines of a county's layers held against each other: every layer as a whole, in the plane in which its edges are straight. */
import type { Day } from '@dishu/base/date'
import { readWkb } from '@dishu/base/wkb'
import { parentOf } from '@dishu/kernel/areas/areas'
import { findTopology } from '@dishu/numeric/topology/find'
import type { Outline, PolygonLayer } from '@dishu/numeric/topology/layer'
import { overlayLayers } from '@dishu/numeric/topology/overlay'
import type { Db } from '@dishu/server-kit/sql'
import type { GeometryLayer } from './findings.ts'
import {
  type CheckedLayer,
  decidedKeys,
  layersWithNewRows,
  type OutlineRow,
  outlinesOf,
  readCheckedLayers,
  systemsOf,
  writeCheckedLayer,
} from './geometry.store.ts'
import {
  GEOMETRY_LAYERS,
  type GeometryRow,
  geometryFindings,
  keyHeldBefore,
  LayerBuilder,
  type LocatedFinding,
  outsideFinding,
  polygonsOf,
  topologyOptions,
} from './geometry.ts'
import { type GroundPlane, groundPlane } from './ground-plane.ts'
import { severityOf } from './inspect.ts'
import type { FindingRow } from './quality.store.ts'
import type { RuleBook } from './rules.ts'

export type CheckProgress = (progress: {
  readonly phase: 'rows' | 'geometry'
  readonly layer: string
  readonly done: number
  readonly total: number | null
}) => void

export type GeometryChecked = { readonly found: readonly FindingRow[]; readonly kept: readonly GeometryLayer[] }

/**
 * Findings of geometry of every layer that has changed since its last check, or since yesterday; `kept` are the layers whose findings stand. Outlines in a
 * coordinate system that no rule here knows are left out.
 */
export async function checkGeometry(
  db: Db,
  county: string,
  rev: number,
  day: Day,
  book: RuleBook,
  report: CheckProgress,
): Promise<GeometryChecked> {
  const before = new Map((await readCheckedLayers(db, county)).map((each) => [each.layer, each]))
  const held = await heldKeys(db, county)
  const found: FindingRow[] = []
  const kept: GeometryLayer[] = []
  for (const layer of GEOMETRY_LAYERS) {
    const systems = await systemsOf(db, county, layer, day)
    const rows = systems.reduce((sum, each) => sum + each.rows, 0)
    const last = before.get(layer)
    // a patch may be outside of a village that has moved
    const looksAt = layer === 'area' ? ['area'] : [layer, 'area']
    if (last && last.fault === null && last.day === day && last.parcels === rows) {
      const changed = await layersWithNewRows(db, county, last.rev)
      if (!looksAt.some((each) => changed.has(each as GeometryLayer))) {
        kept.push(layer)
        continue
      }
    }
    const [first] = systems
    const plane = first && groundPlane(first.srid, [first.lon ?? 105, first.lat ?? 35])
    let checked: CheckedLayer = { layer, rev, day, parcels: rows, sumM2: 0, outerM2: 0, differenceM2: 0, fault: null }
    if (plane) {
      const gone = await checkLayer(db, county, layer, plane, { day, book, rows, report })
      for (const located of gone.located) found.push(findingRow(located, layer, book, held))
      checked = { ...checked, ...gone.proof }
    }
    await writeCheckedLayer(db, county, checked)
  }
  return { found, kept }
}

async function heldKeys(db: Db, county: string): Promise<ReadonlyMap<string, readonly string[]>> {
  const held = new Map<string, string[]>()
  for (const { rule, key } of await decidedKeys(db, county)) held.set(rule, [...(held.get(rule) ?? []), key])
  return held
}

const findingRow = (
  located: LocatedFinding,
  layer: GeometryLayer,
  book: RuleBook,
  held: ReadonlyMap<string, readonly string[]>,
): FindingRow => ({
  rule: located.finding.rule,
  severity: severityOf(located.finding.rule, book),
  subjectKind: layer,
  subjectId: located.ids[0] ?? null,
  subjectIds: located.ids,
  subjectKey: keyHeldBefore(located.finding.rule, located.key, held),
  village: located.village,
  place: located.box,
  area: located.area,
  outline: located.outline,
  details: located.finding.details,
})

type Asked = { readonly day: Day; readonly book: RuleBook; readonly rows: number; readonly report: CheckProgress }
type Proof = Pick<CheckedLayer, 'sumM2' | 'outerM2' | 'differenceM2' | 'fault'>

async function checkLayer(db: Db, county: string, layer: GeometryLayer, plane: GroundPlane, asked: Asked) {
  // areas of one level cover the ground once; a town lies on its villages
  const levels = layer === 'area' ? (['town', 'village'] as const) : [null]
  const located: LocatedFinding[] = []
  let [sumM2, outerM2, differenceM2] = [0, 0, 0]
  for (const level of levels) {
    const { rows, ground } = await gather(outlinesOf(db, county, layer, asked.day, level), plane, (done) =>
      asked.report({ phase: 'rows', layer, done, total: asked.rows }),
    )
    if (rows.length === 0) continue
    asked.report({ phase: 'geometry', layer, done: 0, total: rows.length })
    try {
      const topology = findTopology(ground, topologyOptions(layer, asked.book))
      located.push(...geometryFindings(layer, rows, ground, topology, plane, asked.book))
      sumM2 += topology.identity.sumM2
      outerM2 += topology.identity.outerM2
      differenceM2 = Math.max(differenceM2, Math.abs(topology.identity.differenceM2))
      located.push(...(await checkOutside(db, county, layer, level, { rows, ground }, plane, asked)))
    } catch (cause) {
      // its proof has failed: no finding of this layer can be relied on, and the rules of attributes have nothing to do with it
      const proof: Proof = { sumM2: null, outerM2: null, differenceM2: null, fault: cause instanceof Error ? cause.message : String(cause) }
      return { located: [], proof }
    }
  }
  const proof: Proof = { sumM2, outerM2, differenceM2, fault: null }
  return { located, proof }
}

/** Rows and their rings in one plane; rows in a foreign system, or without a polygon, are left out. */
async function gather(
  batches: AsyncIterable<readonly OutlineRow[]>,
  plane: GroundPlane,
  progress: (done: number) => void,
): Promise<{ readonly rows: readonly GeometryRow[]; readonly ground: PolygonLayer }> {
  const builder = new LayerBuilder()
  const rows: GeometryRow[] = []
  // few villages have many rows: each name is kept once
  const villages = new Map<string, string>()
  let from: { readonly srid: number | null; readonly bring: ReturnType<GroundPlane['from']> } = {
    srid: plane.srid,
    bring: plane.from(plane.srid),
  }
  for await (const batch of batches) {
    for (const { id, key, village, srid, outline, bbox } of batch) {
      if (srid !== from.srid) from = { srid, bring: plane.from(srid) }
      const { bring } = from
      if (!bring) continue
      if (!builder.addPlain(outline, bring)) {
        const shape = readWkb(outline)
        if (shape.type !== 'polygon' || shape.polygons.length === 0) continue
        builder.add(shape.polygons, bring)
      }
      if (village !== null && !villages.has(village)) villages.set(village, village)
      rows.push({ id, key, village: village === null ? null : (villages.get(village) ?? village), box: bbox })
    }
    progress(rows.length)
  }
  return { rows, ground: builder.layer() }
}

/** Patches against their villages, parcels against the county, villages against their towns. */
async function checkOutside(
  db: Db,
  county: string,
  layer: GeometryLayer,
  level: 'town' | 'village' | null,
  { rows, ground }: { readonly rows: readonly GeometryRow[]; readonly ground: PolygonLayer },
  plane: GroundPlane,
  { day, book }: Asked,
): Promise<LocatedFinding[]> {
  const around = layer === 'patch' ? 'village' : layer === 'parcel' || level === 'town' ? 'county' : 'town'
  const areas = await gather(outlinesOf(db, county, 'area', day, around), plane, () => {})
  if (areas.rows.length === 0) return []
  const place = new Map(areas.rows.map(({ key }, i) => [key, i]))
  const homeOf = ({ key, village }: GeometryRow) =>
    layer === 'patch' ? (village ?? '') : layer === 'parcel' ? county : (parentOf(key) ?? '')
  const outside = new Map<number, Outline[]>()
  for (const { parcel, under, outline } of overlayLayers(ground, [areas.ground])) {
    const home = place.get(homeOf(rows[parcel]))
    if (home === undefined || under[0].includes(home)) continue
    const whole = outline ?? polygonsOf(ground, parcel).map(({ rings }) => rings)
    outside.set(parcel, [...(outside.get(parcel) ?? []), whole])
  }
  const located: LocatedFinding[] = []
  for (const [parcel, outlines] of outside) {
    const finding = outsideFinding(layer, rows[parcel], homeOf(rows[parcel]), outlines, plane, book)
    if (finding) located.push(finding)
  }
  return located
}
