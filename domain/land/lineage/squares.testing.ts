/** Invented patches as squares in a row of zone 41, for tests of operations. */
import type { Day } from '@dishu/base/date'
import { ellipsoidalArea } from '@dishu/numeric/geodesy/area'
import { fromZone } from '@dishu/numeric/geodesy/zone'
import type { Around, GroundRow, LonLat, StoredOutline } from './lineage.ts'

const ZONE = { centralMeridian: 123, falseEasting: 41_500_000 }
const [X0, Y0] = [41_560_000, 5_020_000]
const VILLAGE = '220899100201'

/** Degrees of a place in metres from the squares' south-west corner. */
export function lonLat(x: number, y: number): LonLat {
  const [lon, lat] = fromZone(Float64Array.of(X0 + x, Y0 + y), ZONE)
  return [lon, lat]
}

export function areaOf(outline: StoredOutline): number {
  return Math.round(
    100 * ellipsoidalArea(outline.map((rings) => ({ rings: rings.map((ring) => fromZone(Float64Array.from(ring), ZONE)) }))),
  )
}

export function rowOf(id: number, corners: readonly (readonly [number, number])[], more: Partial<GroundRow> = {}): GroundRow {
  const outline = [[[...corners, corners[0]].flatMap(([x, y]) => [X0 + x, Y0 + y])]]
  const computed = areaOf(outline)
  return {
    ...{ id, key: `22089920010000000${id}`, number: String(id), since: 1, validFrom: '2024-12-31' as Day, validTo: 'infinity' as Day },
    ...{ village: VILLAGE, srid: 4529, outline, computed, official: computed, deducted: 0, classArea: computed, deduction: null },
    ...{ words: { class: '0103', village: VILLAGE }, contracts: [], pinned: [] },
    ...more,
  }
}

/** `across` squares of 100 m side by side: ids 1, 2, … */
export function squares(across: number, more: Partial<GroundRow> = {}): GroundRow[] {
  return Array.from({ length: across }, (_, i) =>
    rowOf(
      i + 1,
      [
        [100 * i, 0],
        [100 * i + 100, 0],
        [100 * i + 100, 100],
        [100 * i, 100],
      ],
      more,
    ),
  )
}

export const aroundOf = (rows: readonly GroundRow[], more: Partial<Around> = {}): Around => ({
  ...{ county: '220899', layer: 'patch' as const, day: '2026-11-24' as Day, head: 1, rows },
  series: Object.fromEntries(
    rows.map(({ id }) => [id, { key: { prefix: '2208992001', width: 8, last: '00000099' }, number: { prefix: '', width: 1, last: '57' } }]),
  ),
  ...more,
})
