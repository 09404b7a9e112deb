/** Findings of the kernel as a report in the layer's own keys and coordinates, and as layers of a GeoPackage. */
import { writePolygonWkb, writeWkb } from '@dishu/base/wkb'
import type { Crs, Value } from '@dishu/formats/layers'
import { ogcWkt } from '@dishu/formats/write/crswkt'
import { type GeoPackageTable, writeGeoPackage } from '@dishu/formats/write/geopackage'
import type { Outline, Place } from '@dishu/numeric/topology/layer'
import type { Keys, ParcelSource, TopologyReport } from './topology-job.ts'
import { backFrom, type Stretch } from './topology-plane.ts'
import type { Looked } from './topology-work.ts'

export function reportOf(
  source: ParcelSource,
  { findings, stretch, unreadable }: Looked,
  { field, idOf }: Keys,
  outside: TopologyReport['outside'],
): TopologyReport {
  const at = ({ x, y }: Place) => {
    const [px, py] = backFrom(stretch, x, y)
    return { x: rounded(px, stretch), y: rounded(py, stretch) }
  }
  return {
    layer: { name: source.name, file: source.file, key: field, crs: source.crs?.name ?? null, epsg: source.crs?.epsg ?? null },
    parcels: findings.parcels,
    areaM2: findings.areaM2,
    overlaps: findings.overlaps.map((each) => ({ a: idOf(each.a), b: idOf(each.b), areaM2: each.areaM2, ...at(each) })),
    gaps: findings.gaps.map((each) => ({
      areaM2: each.areaM2,
      ...at(each),
      open: each.open,
      neighbours: each.neighbours.map(idOf),
    })),
    duplicates: findings.duplicates.map((each) => ({
      a: idOf(each.a),
      b: idOf(each.b),
      exact: each.exact,
      areaM2: each.areaM2,
      ...at(each),
    })),
    contained: findings.contained.map((each) => ({ inner: idOf(each.inner), outer: idOf(each.outer), areaM2: each.areaM2, ...at(each) })),
    slivers: findings.slivers.map((each) => ({ id: idOf(each.parcel), areaM2: each.areaM2, widthM: each.widthM, ...at(each) })),
    oneSided: findings.oneSided.map((each) => ({
      id: idOf(each.parcel),
      neighbour: idOf(each.neighbour),
      distanceM: each.distanceM,
      ...at(each),
    })),
    outside,
    invalid: [
      ...findings.invalid.map((each) => ({
        id: idOf(each.parcel),
        rule: each.rule,
        ...(Number.isFinite(each.x) ? at(each) : { x: null, y: null }),
      })),
      ...unreadable.map(({ id, rule }) => ({ id, rule: rule as 'unreadable', x: null, y: null })),
    ],
    identity: findings.identity,
  }
}

/** To a tenth of a millimetre, and to 1e-9 degrees, which is as much. */
const rounded = (value: number, stretch: Stretch) => (stretch ? Math.round(value * 1e9) / 1e9 : Math.round(value * 1e4) / 1e4)

/** Three layers: overlaps and gaps with their outlines, and points for what is wrong with a parcel alone. */
export async function writeFindings(path: string, crs: Crs | null, report: TopologyReport, { findings, stretch }: Looked): Promise<void> {
  const epsg = crs?.epsg && ogcWkt(crs.epsg) !== null ? crs.epsg : undefined
  const system = epsg === undefined ? {} : { epsg }
  const shape = (outline: Outline | null) =>
    outline && outline.length > 0 ? writePolygonWkb(outline.map((rings) => ({ rings: rings.map(ringBack) }))) : null
  const ringBack = (ring: Float64Array) => {
    const copy = new Float64Array(ring.length)
    for (let i = 0; i < ring.length; i += 2) [copy[i], copy[i + 1]] = backFrom(stretch, ring[i], ring[i + 1])
    return copy
  }
  const text = (name: string) => ({ name, type: 'text' }) as const
  const number = (name: string) => ({ name, type: 'number' }) as const
  const points: { readonly values: readonly Value[]; readonly x: number | null; readonly y: number | null }[] = [
    ...report.invalid.map(({ id, rule, x, y }) => ({ values: [rule, String(id), null, null], x, y })),
    ...report.duplicates.map(({ a, b, exact, areaM2, x, y }) => ({
      values: [exact ? 'duplicate' : 'near-duplicate', String(a), String(b), areaM2],
      x,
      y,
    })),
    ...report.contained.map(({ inner, outer, areaM2, x, y }) => ({ values: ['contained', String(inner), String(outer), areaM2], x, y })),
    ...report.slivers.map(({ id, areaM2, x, y }) => ({ values: ['sliver', String(id), null, areaM2], x, y })),
    ...report.oneSided.map(({ id, neighbour, x, y }) => ({ values: ['one-sided-vertex', String(id), String(neighbour), null], x, y })),
    ...report.outside.map(({ id, areaM2 }) => ({ values: ['outside', String(id), null, areaM2], x: null, y: null })),
  ]
  const tables: GeoPackageTable[] = [
    {
      name: 'overlaps',
      fields: [text('a'), text('b'), number('area_m2')],
      rows: report.overlaps.map(({ a, b, areaM2 }, i) => ({
        values: [String(a), String(b), areaM2],
        wkb: shape(findings.overlaps[i].outline),
      })),
      geometry: 'polygon',
      ...system,
    },
    {
      name: 'gaps',
      fields: [number('area_m2'), { name: 'open', type: 'boolean' }, text('neighbours')],
      rows: report.gaps.map(({ areaM2, open, neighbours }, i) => ({
        values: [areaM2, open, neighbours.join(' ')],
        wkb: shape(findings.gaps[i].outline),
      })),
      geometry: 'polygon',
      ...system,
    },
    {
      name: 'parcels',
      fields: [text('rule'), text('parcel'), text('other'), number('area_m2')],
      rows: points.map(({ values, x, y }) => ({
        values,
        wkb: x === null || y === null ? null : writeWkb({ type: 'point', multi: false, points: Float64Array.of(x, y) }),
      })),
      geometry: 'point',
      ...system,
    },
  ]
  await writeGeoPackage(path, tables)
}
