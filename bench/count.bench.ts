/**
 * The count at the size of a large county: patches of 70 m on a grid, a tenth of them under contract parcels, soil samples among them, ten revisions
 * that each change a tenth. Prints what making the cells costs, and p50 and p95 of roll-ups (levels, dimensions, filters, dates) and of tiles.
 *
 *   npm run bench -- count        N=100000 for a smaller county
 */
import type { Day } from '@dishu/base/date'
import { writePolygonWkb } from '@dishu/base/wkb'
import type { Content } from '@dishu/kernel/records/records'
import { openRevision, rowToWrite } from '@dishu/kernel/records/records.store'
import { type CountQuestion, cellKind } from '@dishu/land/count/count'
import { refreshCells } from '@dishu/land/count/count.jobs'
import { readCount, readMatched, readPatches } from '@dishu/land/count/count.store'
import { DIMENSIONS } from '@dishu/land/count/count.wire'
import { cellRules } from '@dishu/land/count/rules'
import { makeTile } from '@dishu/land/count/tiles.routes'
import { parcelKind, patchKind } from '@dishu/land/parcels/parcels'
import { DEFAULT_GRADING, sampleKind } from '@dishu/land/soil/soil'
import { contractKind, contractParcelKind } from '@dishu/land/tenure/tenure'
import { fromZone } from '@dishu/numeric/geodesy/zone'
import { seededRandom } from '@dishu/numeric/shared/random'
import { type Db, onConnection, transaction } from '@dishu/server-kit/sql'
import { toTileUnits } from '@dishu/server-kit/tiles/mercator'
import { freshDatabase } from '@dishu/testkit/database'

const N = Number(process.env.N ?? 1_000_000)
const REVISIONS = 10
const COUNTY = '220899'
const ZONE = { centralMeridian: 123, falseEasting: 41_500_000 }
const SIDE = 70
const ACROSS = Math.ceil(Math.sqrt(N))
const FROM = '2024-12-31' as Day
const KINDS = [patchKind, cellKind] // the chain of the other kinds is not what is measured here
const rules = cellRules(DEFAULT_GRADING)
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

const random = seededRandom(1)
const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]

function outlineAt(i: number) {
  const x = 41_540_000 + (i % ACROSS) * SIDE
  const y = 5_000_000 + Math.floor(i / ACROSS) * SIDE
  // as many vertices as a surveyed patch has, more or less
  const ring = new Float64Array(26)
  for (let k = 0; k < 12; k++) {
    const t = (k % 3) / 3
    const [dx, dy] = k < 3 ? [t, 0] : k < 6 ? [1, t] : k < 9 ? [1 - t, 1] : [0, 1 - t]
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

const villageAt = (i: number) => {
  const row = Math.floor((Math.floor(i / ACROSS) / ACROSS) * 12)
  const column = Math.floor(((i % ACROSS) / ACROSS) * 12)
  return `${COUNTY}${100 + row}${200 + column}`
}

function* patches(): Generator<Content> {
  for (let i = 0; i < N; i++) {
    const landClass = pick(CLASSES)
    const officialArea = 480_000 + Math.floor(random() * 20_000)
    const deducted = landClass.startsWith('01') && random() < 0.5 ? Math.floor(officialArea * 0.06) : 0
    yield {
      ...outlineAt(i),
      patch_key: String(i + 1).padStart(18, '0'),
      village: villageAt(i),
      class: landClass,
      owner_kind: landClass.startsWith('1') && random() < 0.6 ? '20' : '30',
      official_area: officialArea,
      deducted_class: deducted ? '1203' : null,
      deducted_area: deducted,
      class_area: officialArea - deducted,
      extra: {},
    }
  }
}
const parcelCode = (i: number) => `${COUNTY}${String(i).padStart(13, '0')}`
const UNDER_PARCELS = Math.floor(N / 10)

async function fill(db: Db) {
  const revision = await openRevision(db, COUNTY, KINDS)
  const rows = function* (kind: typeof patchKind, contents: Iterable<Content>) {
    for (const content of contents) yield rowToWrite(kind, { validFrom: FROM, content })
  }
  await revision.add(patchKind, rows(patchKind, patches()))
  const indices = Array.from({ length: UNDER_PARCELS }, (_, i) => i * 10)
  const each = (make: (i: number) => Content) => indices.map(make)
  await revision.add(
    parcelKind,
    rows(
      parcelKind,
      each((i) => ({ ...outlineAt(i), parcel_code: parcelCode(i), sealed: {}, extra: {} })),
    ),
  )
  const terms = [
    ['1998-12-31', '2028-12-31'],
    ['2015-01-01', '2025-12-31'],
    ['2020-01-01', null],
  ]
  await revision.add(
    contractKind,
    rows(
      contractKind,
      each((i) => {
        const [from, to] = pick(terms)
        return { contract_code: `${parcelCode(i)}J`, term_from: from, term_to: to, contract_area: 480_000, sealed: {}, extra: {} }
      }),
    ),
  )
  const link = (i: number) => ({ contract_code: `${parcelCode(i)}J`, parcel_code: parcelCode(i), share_part: 1, share_whole: 1, extra: {} })
  await revision.add(contractParcelKind, rows(contractParcelKind, each(link)))
  const sampleAt = (i: number) => {
    const { bbox } = outlineAt(i)
    const [longitude, latitude] = [(bbox[0] + bbox[2]) / 2, (bbox[1] + bbox[3]) / 2]
    const place = [longitude, latitude, longitude, latitude]
    return {
      sample_code: `S${i}`,
      longitude,
      latitude,
      place,
      depth_from_cm: 0,
      depth_to_cm: 20,
      sampled_on: '2025-05-01',
      ph: 7.5 + random() * 3,
      ph_ratio: '1:5',
      ions: {},
      extra: {},
    }
  }
  await revision.add(
    sampleKind,
    rows(
      sampleKind,
      Array.from({ length: Math.floor(N / 20) }, (_, i) => sampleAt(i * 20 + 7)),
    ),
  )
  await db.raw('analyze land.patch; analyze land.parcel; analyze land.sample; analyze land.contract; analyze land.contract_parcel')
  const cost = await measured(() => refreshCells(db, revision, { rules }))
  console.log(`first cells: ${cost.value.made} of ${cost.value.patches} patches in ${cost.seconds} s, ${cost.cpu} CPU s in the program`)
  await sealed(revision)
}

const sealed = (revision: Awaited<ReturnType<typeof openRevision>>) =>
  revision.seal({ what: 'write', cause: 're-survey', actor: 'bench', reason: 'bench', now: new Date() })

async function edit(db: Db, k: number) {
  const revision = await openRevision(db, COUNTY, KINDS)
  const { rev } = revision
  await db.run`
    with gone as (
      update land.patch set until = ${rev} where county = ${COUNTY} and until is null and id % 10 = ${k} and id <= ${N} returning *)
    insert into land.patch (county, id, valid_from, valid_to, since, origin, digest, patch_key, village, class, owner_kind, official_area, deducted_class, deducted_area, class_area, srid, outline, bbox, extra)
    select county, id, valid_from, valid_to, ${rev}, ${rev}, digest, patch_key, village, (${CLASSES}::text[])[1 + (id * 7 + ${rev}) % ${CLASSES.length}], owner_kind, official_area + 100, deducted_class,
      deducted_area, class_area, srid, outline, bbox, extra from gone`
  const cost = await measured(() => refreshCells(db, revision, { rules }))
  console.log(
    `revision ${rev}: ${cost.value.made} cells made, ${cost.value.closed} closed in ${cost.seconds} s, ${cost.cpu} CPU s in the program`,
  )
  await sealed(revision)
}

async function measured<T>(body: () => Promise<T>) {
  const [cpu, start] = [process.cpuUsage(), performance.now()]
  const value = await body()
  const used = process.cpuUsage(cpu)
  return { value, seconds: ((performance.now() - start) / 1000).toFixed(1), cpu: ((used.user + used.system) / 1e6).toFixed(1) }
}

const quantile = (sorted: readonly number[], q: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]
function report(name: string, times: number[]) {
  times.sort((a, b) => a - b)
  console.log(
    `${name.padEnd(44)} n ${String(times.length).padStart(3)}   p50 ${quantile(times, 0.5).toFixed(0).padStart(5)} ms   p95 ${quantile(times, 0.95).toFixed(0).padStart(5)} ms`,
  )
}

const DAYS = ['2025-01-01', '2025-06-01', '2026-06-01', '2029-01-01'] as Day[]
const BY = [
  [],
  ['class'],
  ['area'],
  ['area', 'class'],
  ['grade', 'saline'],
  ['owner', 'contract'],
  ['area', 'class', 'grade', 'owner', 'contract', 'saline'],
] as const satisfies readonly (readonly (typeof DIMENSIONS)[number][])[]

function question(rev: number | null): CountQuestion {
  const within = pick([COUNTY, COUNTY, `${COUNTY}105`, `${COUNTY}105207`])
  const filters = pick([{}, {}, { class: ['1204'] }, { saline: ['cultivated', 'unused'] }])
  return { county: COUNTY, asOf: { day: pick(DAYS), rev }, within, level: pick(['county', 'town', 'village']), by: pick(BY), filters }
}

async function timed(times: number[], body: () => Promise<unknown>) {
  const start = performance.now()
  await body()
  times.push(performance.now() - start)
}

await using database = await freshDatabase()
await transaction(database.pool, fill)
for (let k = 0; k < REVISIONS; k++) await transaction(database.pool, (db) => edit(db, k))
await onConnection(database.pool, async (db) => {
  for (const table of ['land.cell_sum', 'land.cell', 'land.patch']) await db.raw(`vacuum analyze ${table}`)
  const size = await db.one<{ cells: number; sums: number; now: number }>`
    select (select count(*) from land.cell) as cells, (select count(*) from land.cell_sum) as sums, (select count(*) from land.cell_sum where until is null) as now`
  console.log(`${N} patches, ${size.cells} versions of cells, ${size.sums} of sums (${size.now} present)`)

  for (const [name, revOf] of [
    ['roll-ups, present', () => null],
    ['roll-ups, as known at a revision', () => 1 + Math.floor(random() * REVISIONS)],
  ] as const) {
    const times: number[] = []
    for (let i = 0; i < 100; i++) await timed(times, () => readCount(db, question(revOf())))
    report(name, times)
  }
  for (const rev of [null, 5]) {
    const times: number[] = []
    const heaviest = { county: COUNTY, asOf: { day: DAYS[2], rev }, within: COUNTY, level: 'village' as const, by: DIMENSIONS, filters: {} }
    for (let i = 0; i < 10; i++) await timed(times, () => readCount(db, heaviest))
    report(`all dimensions by village, ${rev === null ? 'present' : 'as known'}`, times)
  }
  for (const [name, offset, filters] of [
    ['first page of the list', 0, {}],
    ['page from the middle', N / 2, {}],
    ['first page of unused saline land', 0, { saline: ['unused'] }],
  ] as const) {
    const times: number[] = []
    const page = {
      county: COUNTY,
      asOf: { day: DAYS[2], rev: null },
      within: COUNTY,
      filters,
      q: null,
      sort: 'patchKey' as const,
      descending: false,
      offset,
      limit: 100,
    }
    for (let i = 0; i < 5; i++) await timed(times, async () => [await readPatches(db, page), await readMatched(db, page)])
    report(name, times)
  }
  for (const z of [8, 9, 10, 11, 12, 13, 14, 15]) {
    for (const rev of z >= 12 ? [null, 5] : [null]) {
      const times: number[] = []
      let bytes = 0
      for (let i = 0; i < (z < 11 ? 3 : 20); i++) {
        const at = fromZone(Float64Array.of(41_540_000 + random() * ACROSS * SIDE, 5_000_000 + random() * ACROSS * SIDE), ZONE)
        const [x, y] = toTileUnits(at, { z: 0, x: 0, y: 0 }).map((unit) => Math.floor((unit / 4096) * 2 ** z))
        await timed(times, async () => (bytes += (await makeTile(db, COUNTY, { z, x, y }, { day: DAYS[2], rev })).length))
      }
      report(`tiles at zoom ${z}, ${rev === null ? 'present' : 'as known'}, ${Math.round(bytes / times.length / 1024)} kB`, times)
    }
  }
})
