/** An invented county with patches and samples, for tests of soil maps over the real server. */
import type { Day } from '@dishu/base/date'
import { writePolygonWkb } from '@dishu/base/wkb'
import { openRevision, rowToWrite } from '@dishu/kernel/records/records.store'
import { patchKind } from '@dishu/land/parcels/parcels'
import { sampleKind } from '@dishu/land/soil/soil'
import { fromZone, toZone, type Zone } from '@dishu/numeric/geodesy/zone'
import { gaussian, seededRandom } from '@dishu/numeric/shared/random'
import { transaction } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import { KINDS } from './parts.ts'

export const COUNTY = '220899'
export const EPSG = 4529

/** 8 × 6 patches of 500 m in four villages of two towns; salt rises to the east, pH with it. */
export const [LEFT, TOP, SIDE, COLUMNS, ROWS] = [41_560_000, 5_030_000, 500, 8, 6]
const zone: Zone = { centralMeridian: 123, falseEasting: 41_500_000 } // EPSG 4529
const villageOf = (column: number, row: number) => `220899${column < COLUMNS / 2 ? '100' : '101'}${row < ROWS / 2 ? '200' : '201'}`
const square = (column: number, row: number) => {
  const [x0, x1, y0, y1] = [LEFT + column * SIDE, LEFT + (column + 1) * SIDE, TOP - (row + 1) * SIDE, TOP - row * SIDE]
  return writePolygonWkb([{ rings: [Float64Array.of(x0, y0, x1, y0, x1, y1, x0, y1, x0, y0)] }])
}
export const AREA = SIDE * SIDE * 100 + 7 // hundredths of a square metre: no round number, so that lost ones would show

const boxOf = (column: number, row: number) => {
  const corners = fromZone(
    Float64Array.of(LEFT + column * SIDE, TOP - (row + 1) * SIDE, LEFT + (column + 1) * SIDE, TOP - row * SIDE),
    zone,
  )
  return [...corners]
}

/** What a sample has, u and v counted in patches from the west and the north. */
export type Measured = (u: number, v: number, random: () => number, i: number) => Readonly<Record<string, number | null>>
const RISING: Measured = (u, _, random, i) => ({
  salt_g_per_kg: Math.max(0.1, 0.5 + 0.9 * u + 0.5 * gaussian(random)),
  ph: 7.8 + 0.22 * u + 0.15 * gaussian(random),
  esp_percent: i < 45 ? Math.max(1, 3 + 5 * u + 3 * gaussian(random)) : null,
})

/** Degrees of a place that is u patches from the west and v from the north; and back. */
export const placeOf = (u: number, v: number) => {
  const [longitude, latitude] = fromZone(Float64Array.of(LEFT + u * SIDE, TOP - v * SIDE), zone)
  return { longitude, latitude }
}
export const patchesFrom = ({ longitude, latitude }: { readonly longitude: number; readonly latitude: number }) => {
  const [x, y] = toZone(Float64Array.of(longitude, latitude), zone)
  return { u: (x - LEFT) / SIDE, v: (TOP - y) / SIDE }
}

type Taken = {
  readonly code: string
  readonly day: string
  readonly place: { readonly longitude: number; readonly latitude: number } | null
  readonly extra?: object
}

/** A sample of the plough layer; without a place only `extra` says where it is from. */
export function sampleOf({ code, day, place, extra = {} }: Taken, measured: Readonly<Record<string, number | null>>) {
  const { longitude = null, latitude = null } = place ?? {}
  return rowToWrite(sampleKind, {
    validFrom: day as Day,
    content: {
      ...{ sample_code: code, longitude, latitude, place: place && [longitude, latitude, longitude, latitude], plot_code: null },
      ...{ depth_from_cm: 0, depth_to_cm: 20, sampled_on: day, season: null, ph_ratio: '1:5', ec_ds_per_m: null, ec_ratio: null },
      ...{ ece_ds_per_m: null, cec_cmol_per_kg: null, ions: {}, texture: null, lab: null, method: null, extra },
      ...{ ph: null, salt_g_per_kg: null, esp_percent: null, ...measured },
    },
  })
}

export async function writeSamples(app: App, rows: readonly ReturnType<typeof sampleOf>[]): Promise<number> {
  return transaction(
    app.pool,
    async (db) => {
      const revision = await openRevision(db, COUNTY, KINDS)
      await revision.add(sampleKind, rows)
      await app.derive(db, revision)
      const { rev } = await revision.seal({ what: 'write', cause: 'correction', actor: 't', reason: 'invented', now: new Date() })
      return rev
    },
    { actor: 't' },
  )
}

export async function writeCounty(app: App, measure: Measured = RISING, count = 60): Promise<void> {
  const random = seededRandom(5)
  const patches = Array.from({ length: COLUMNS * ROWS }, (_, i) => {
    const [column, row] = [i % COLUMNS, Math.floor(i / COLUMNS)]
    return rowToWrite(patchKind, {
      validFrom: '2024-01-01' as Day,
      content: {
        ...{
          patch_key: `P${i + 1}`,
          patch_number: String(i + 1),
          village: villageOf(column, row),
          village_name: '村',
          class: '0103',
          class_name: null,
        },
        ...{
          owner_kind: '30',
          owner_unit: null,
          owner_name: null,
          official_area: AREA,
          deducted_class: null,
          deduction: null,
          deducted_area: 0,
        },
        ...{
          class_area: AREA,
          computed_area: AREA,
          survey_year: 2024,
          srid: EPSG,
          outline: square(column, row),
          bbox: boxOf(column, row),
          extra: {},
        },
      },
    })
  })
  const samples = Array.from({ length: count }, (_, i) => {
    const [u, v] = [random() * COLUMNS, random() * ROWS]
    return sampleOf({ code: `S${String(i + 1).padStart(3, '0')}`, day: '2024-04-22', place: placeOf(u, v) }, measure(u, v, random, i))
  })
  await transaction(
    app.pool,
    async (db) => {
      const revision = await openRevision(db, COUNTY, KINDS)
      await revision.add(patchKind, patches)
      await revision.add(sampleKind, samples)
      await app.derive(db, revision)
      await revision.seal({ what: 'write', cause: 'correction', actor: 't', reason: 'invented', now: new Date() })
    },
    { actor: 't' },
  )
}
