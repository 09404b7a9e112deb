/** Patches of a system that is neither a zone of CGCS2000 nor degrees: laid under parcels, and drawn where they lie. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Day } from '@dishu/base/date'
import { mapWkb, writePolygonWkb } from '@dishu/base/wkb'
import { crsFromEpsg, fromLonLatInPlace, toLonLatInPlace } from '@dishu/formats/crs/crs'
import type { Content, Kind } from '@dishu/kernel/records/records'
import { openRevision, rowToWrite } from '@dishu/kernel/records/records.store'
import { toZone } from '@dishu/numeric/geodesy/zone'
import { MOST_CROSSINGS } from '@dishu/numeric/topology/limits'
import type { Db } from '@dishu/server-kit/sql'
import { inRolledBackTransaction } from '@dishu/testkit/rollback'
import { parcelKind, patchKind } from '../parcels/parcels.ts'
import { refreshCells } from './count.jobs.ts'
import { projectionOf } from './plane.ts'
import { learnSystems } from './systems.jobs.ts'
import { COUNTY, KINDS, rules } from './village.test.ts'

const UTM_51 = 32_651
const XIAN_80 = 2365 // its 3° zone 41
const ZONE_41 = { centralMeridian: 123, falseEasting: 41_500_000 }

const square = (x: number, y: number, side: number) => {
  const ring = Float64Array.of(x, y, x + side, y, x + side, y + side, x, y + side, x, y)
  return writePolygonWkb([{ rings: [ring] }])
}
const patchWkb = square(540_000, 5_020_000, 100) // metres of UTM zone 51
const utm = crsFromEpsg(UTM_51)
const corners = Float64Array.of(540_000, 5_020_000, 540_100, 5_020_100)
toLonLatInPlace(utm, corners)
const [west, south, east, north] = corners

const patch = (srid: number, outline: Uint8Array): Content => ({
  srid,
  outline,
  bbox: [west - 1e-4, south - 1e-4, east + 1e-4, north + 1e-4],
  patch_key: 'B1',
  village: '220899101001',
  class: '1204',
  owner_kind: '30',
  official_area: 1_000_000,
  deducted_area: 0,
  class_area: 1_000_000,
  extra: {},
})
const parcel = (srid: number, outline: Uint8Array): Content => ({
  srid,
  outline,
  bbox: [west, south, east, north],
  parcel_code: '2208991010010000001',
  sealed: {},
  extra: {},
})

async function cellsOf(db: Db, rows: readonly (readonly [Kind, Content])[]) {
  const revision = await openRevision(db, COUNTY, KINDS)
  for (const [kind, content] of rows) await revision.add(kind, [rowToWrite(kind, { validFrom: '2023-12-31' as Day, content })])
  const { unlaid } = await refreshCells(db, revision, { rules })
  const cells = await db.all<{ parcelId: number | null; area: number }>`
    select parcel_id as "parcelId", area from land.cell_now where county = ${COUNTY} order by parcel_id`
  return { unlaid, cells }
}

const sums = (db: Db) =>
  db.all<{
    contract: string
    area: number
  }>`select contract, sum(area) as area from land.cell_sum_now where county = ${COUNTY} group by contract`

/** The western half of the patch, in zone 41 of CGCS2000. */
function halfInZone(): Uint8Array {
  const half = writePolygonWkb([
    { rings: [Float64Array.of(540_000, 5_020_000, 540_050, 5_020_000, 540_050, 5_020_100, 540_000, 5_020_100, 540_000, 5_020_000)] },
  ])
  return mapWkb(half, (xy) => {
    toLonLatInPlace(utm, xy)
    toZone(xy, ZONE_41)
  })
}

test('a patch in UTM is cut by a parcel in a zone of CGCS2000: half of it each', () =>
  inRolledBackTransaction(async (db) => {
    const { unlaid, cells } = await cellsOf(db, [
      [parcelKind, parcel(4529, halfInZone())],
      [patchKind, patch(UTM_51, patchWkb)],
    ])
    assert.equal(unlaid, 0)
    assert.deepEqual(
      cells.map(({ parcelId }) => parcelId !== null),
      [true, false],
    )
    // a metre of one projection is not quite a metre of the other: the cut lies within a millimetre of the middle
    for (const { area } of cells) assert.ok(Math.abs(area - 500_000) <= 10, `${area}`)
    assert.equal(cells[0].area + cells[1].area, 1_000_000)
  }))

test('on the old datum nothing is laid over the new one: metres of difference would be taken for ground', () =>
  inRolledBackTransaction(async (db) => {
    const { unlaid, cells } = await cellsOf(db, [
      [parcelKind, parcel(4529, halfInZone())],
      [patchKind, patch(XIAN_80, halfInZone())],
    ])
    // the patch counts whole, as one on which nothing lies
    assert.equal(unlaid, 1)
    assert.deepEqual(cells, [])
    assert.deepEqual(await sums(db), [{ contract: 'none', area: 1_000_000 }])
  }))

test('a tangle that no cutting comes to an end with leaves its patch whole, and is told', async (t) => {
  const { plain, each } = MOST_CROSSINGS
  t.after(() => Object.assign(MOST_CROSSINGS, { plain, each }))
  const overhanging = square(539_950, 5_020_025, 100)
  const rows = [
    [parcelKind, parcel(UTM_51, overhanging)],
    [patchKind, patch(UTM_51, patchWkb)],
  ] as const
  await inRolledBackTransaction(async (db) => {
    const { unlaid, cells } = await cellsOf(db, rows)
    assert.deepEqual([unlaid, cells.length], [0, 2])
    assert.deepEqual(await sums(db), [{ contract: 'none', area: 1_000_000 }])
  })
  // two edges cross the patch's: more than nothing
  Object.assign(MOST_CROSSINGS, { plain: 0, each: 0 })
  await inRolledBackTransaction(async (db) => {
    const { unlaid, cells } = await cellsOf(db, rows)
    assert.deepEqual([unlaid, cells], [1, []])
    assert.deepEqual(await sums(db), [{ contract: 'none', area: 1_000_000 }])
  })
})

test('a system is learned once, goes both ways, and what nobody knows stays unknown', () =>
  inRolledBackTransaction(async (db) => {
    await learnSystems(db, [UTM_51, 999_999, null, 4490])
    const projection = projectionOf(UTM_51)
    assert.ok(projection)
    const there = Float64Array.of(540_000, 5_020_000)
    projection.toLonLat(there)
    assert.ok(there[0] > 123 && there[0] < 124 && there[1] > 45 && there[1] < 46, there.join())
    projection.fromLonLat(there)
    assert.ok(Math.abs(there[0] - 540_000) < 1e-3 && Math.abs(there[1] - 5_020_000) < 1e-3, there.join())
    assert.equal(projectionOf(999_999), null)
    const back = Float64Array.of(west, south)
    fromLonLatInPlace(utm, back)
    assert.ok(Math.abs(back[0] - 540_000) < 1e-3)
  }))
