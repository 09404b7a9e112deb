/** A made-up county for tiles: patches of 70 m with 12 vertices on a grid, a tenth of them cut by a contract, soil samples among them. All of it is synthetic. */
import type { Day } from '@dishu/base/date'
import { writePolygonWkb } from '@dishu/base/wkb'
import type { Content } from '@dishu/kernel/records/records'
import { openRevision, rowToWrite } from '@dishu/kernel/records/records.store'
import { cellKind } from '@dishu/land/count/count'
import { refreshCells } from '@dishu/land/count/count.jobs'
import { cellRules } from '@dishu/land/count/rules'
import { patchKind } from '@dishu/land/parcels/parcels'
import { DEFAULT_GRADING, sampleKind } from '@dishu/land/soil/soil'
import { fromZone } from '@dishu/numeric/geodesy/zone'
import { seededRandom } from '@dishu/numeric/shared/random'
import type { Db } from '@dishu/server-kit/sql'

export const COUNTY = '220899'
export const ZONE = { centralMeridian: 123, falseEasting: 41_500_000 }
export const SIDE = 70
const FROM = '2024-12-31' as Day
const CLASSES = [
  '0103',
  '0103',
  '0103',
  '0102',
  '0101',
  '0404',
  '0404',
  '0401',
  '1204',
  '1204',
  '1106',
  '1107',
  '1006',
  '0301',
  '0702',
  '1104',
]

export type County = { readonly patches: number; readonly across: number }

/** Corner vertices lie on the grid, those between a metre and a half beside it, as a surveyed outline's do. */
function outlineAt(i: number, across: number) {
  const x = 41_540_000 + (i % across) * SIDE
  const y = 5_000_000 + Math.floor(i / across) * SIDE
  const ring = new Float64Array(26)
  for (let k = 0; k < 12; k++) {
    const t = (k % 3) / 3
    const bend = k % 3 === 0 ? 0 : 1.5 / SIDE
    const [dx, dy] = k < 3 ? [t, bend] : k < 6 ? [1 - bend, t] : k < 9 ? [1 - t, 1 - bend] : [bend, 1 - t]
    ring[2 * k] = x + dx * SIDE
    ring[2 * k + 1] = y + dy * SIDE
  }
  ring[24] = ring[0]
  ring[25] = ring[1]
  const lonLat = fromZone(Float64Array.of(x, y, x + SIDE, y, x + SIDE, y + SIDE, x, y + SIDE), ZONE)
  const [xs, ys] = [[0, 2, 4, 6].map((k) => lonLat[k]), [1, 3, 5, 7].map((k) => lonLat[k])]
  return {
    srid: 4529,
    outline: writePolygonWkb([{ rings: [ring] }]),
    bbox: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
  }
}

export async function fillCounty(db: Db, patches: number): Promise<County> {
  const across = Math.ceil(Math.sqrt(patches))
  const random = seededRandom(1)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]
  const villageOf = (i: number) =>
    `${COUNTY}${100 + Math.floor((Math.floor(i / across) / across) * 12)}${200 + Math.floor(((i % across) / across) * 12)}`
  function* contents(): Generator<Content> {
    for (let i = 0; i < patches; i++) {
      const officialArea = 480_000 + Math.floor(random() * 20_000)
      yield {
        ...outlineAt(i, across),
        patch_key: String(i + 1).padStart(18, '0'),
        village: villageOf(i),
        class: pick(CLASSES),
        owner_kind: random() < 0.3 ? '20' : '30',
        official_area: officialArea,
        deducted_class: null,
        deducted_area: 0,
        class_area: officialArea,
        extra: {},
      }
    }
  }
  function* samples(): Generator<Content> {
    for (let i = 0; i < patches; i += 20) {
      const { bbox } = outlineAt(i, across)
      const [longitude, latitude] = [(bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2]
      yield {
        sample_code: `S${i}`,
        longitude,
        latitude,
        place: [longitude, latitude, longitude, latitude],
        depth_from_cm: 0,
        depth_to_cm: 20,
        sampled_on: '2025-05-01',
        ph: 7.5 + random() * 3,
        ph_ratio: '1:5',
        ions: {},
        extra: {},
      }
    }
  }
  const rows = function* (kind: typeof patchKind, each: Iterable<Content>) {
    for (const content of each) yield rowToWrite(kind, { validFrom: FROM, content })
  }
  const revision = await openRevision(db, COUNTY, [patchKind, cellKind])
  await revision.add(patchKind, rows(patchKind, contents()))
  await revision.add(sampleKind, rows(sampleKind, samples()))
  await db.raw('analyze land.patch; analyze land.sample')
  await refreshCells(db, revision, { rules: cellRules(DEFAULT_GRADING) })
  await revision.seal({ what: 'write', cause: 're-survey', actor: 'bench', reason: 'bench', now: new Date() })
  return { patches, across }
}

/** One patch gets another class, as an edit writes it. */
export async function editPatch(db: Db, id: number): Promise<number> {
  const revision = await openRevision(db, COUNTY, [patchKind, cellKind])
  const { rev } = revision
  await db.run`
    with gone as (update land.patch set until = ${rev} where county = ${COUNTY} and until is null and id = ${id} returning *)
    insert into land.patch (county, id, valid_from, valid_to, since, origin, digest, patch_key, village, class, owner_kind, official_area, deducted_class, deducted_area, class_area, srid, outline, bbox, extra)
    select county, id, valid_from, valid_to, ${rev}, ${rev}, digest, patch_key, village, case when class = '1204' then '0103' else '1204' end, owner_kind, official_area, deducted_class,
      deducted_area, class_area, srid, outline, bbox, extra from gone`
  await refreshCells(db, revision, { rules: cellRules(DEFAULT_GRADING) })
  await revision.seal({ what: 'write', cause: 're-survey', actor: 'bench', reason: 'bench', now: new Date() })
  return rev
}
