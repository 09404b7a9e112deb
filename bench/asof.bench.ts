/**
 * What the past costs to read: patches of a county with ten revisions that each change a tenth of them. Reads one village's rows, one row by its key, and all
 * rows of the county, as they are now, as of a day, and as they were known at a revision; prints the median and the ratio to reading the present.
 *
 *   npm run bench -- asof                 1,000,000 patches
 *   npm run bench -- asof --patches=100000 --rounds=5
 */
import { cpus, loadavg } from 'node:os'
import type { Day } from '@dishu/base/date'
import { writePolygonWkb } from '@dishu/base/wkb'
import type { AsOf, Content } from '@dishu/kernel/records/records'
import {
  dayNumber,
  INFINITE_DAY,
  openRevision,
  type RowToWrite,
  rowToWrite,
  tableOf,
  versionsAt,
} from '@dishu/kernel/records/records.store'
import { patchKind } from '@dishu/land/parcels/parcels'
import { seededRandom } from '@dishu/numeric/shared/random'
import { type Db, onConnection, transaction } from '@dishu/server-kit/sql'
import { freshDatabase } from '@dishu/testkit/database'

const option = (name: string, otherwise: number) =>
  Number(process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1] ?? otherwise)
const PATCHES = option('patches', 1_000_000)
const ROUNDS = option('rounds', 9)
const REVISIONS = 10
const SHARE = 0.1
const PER_VILLAGE = 1000
const COUNTY = '220899'
const FIRST = 2015

const random = seededRandom(1)
const dayOfYear = (year: number) => `${year}-12-31` as Day
const villageOf = (i: number) => `${COUNTY}${String(100_000 + Math.floor(i / PER_VILLAGE)).padStart(6, '0')}`
const keyOf = (i: number) => `${COUNTY}${String(i).padStart(12, '0')}`

function contentOf(i: number, landClass: string, year: number): Content {
  const [x, y] = [123 + (i % 1000) / 1000, 45 + Math.floor(i / 1000) / 1000]
  const ring = Float64Array.of(x, y, x + 0.001, y, x + 0.001, y + 0.001, x, y + 0.001, x, y)
  return {
    patch_key: keyOf(i),
    patch_number: String(i % PER_VILLAGE),
    village: villageOf(i),
    village_name: null,
    class: landClass,
    class_name: null,
    owner_kind: '30',
    owner_unit: null,
    owner_name: null,
    official_area: 876_000,
    deducted_class: null,
    deduction: null,
    deducted_area: 0,
    class_area: 876_000,
    computed_area: 876_000,
    survey_year: year,
    srid: 4490,
    outline: writePolygonWkb([{ rings: [ring] }]),
    bbox: [x, y, x + 0.001, y + 0.001],
    extra: {},
  }
}

await using database = await freshDatabase()
const { pool } = database
console.log(`${PATCHES} patches, ${REVISIONS} revisions of ${SHARE * 100} %; ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}`)

let began = performance.now()
await transaction(pool, async (db) => {
  const revision = await openRevision(db, COUNTY, [patchKind])
  function* rows(): Generator<RowToWrite> {
    for (let i = 0; i < PATCHES; i++) yield rowToWrite(patchKind, { validFrom: dayOfYear(FIRST), content: contentOf(i, '0103', FIRST) })
  }
  await revision.add(patchKind, rows())
  await revision.seal({ what: 'import', cause: 're-survey', actor: 'bench', reason: 'first', now: new Date() })
})
console.log(`first revision ${seconds(began)} s`)

// ids are numbered in the order of the rows, from 1
for (let n = 1; n <= REVISIONS; n++) {
  began = performance.now()
  const year = FIRST + n
  const changed: number[] = []
  for (let i = 0; i < PATCHES; i++) if (random() < SHARE) changed.push(i)
  await transaction(pool, async (db) => {
    const revision = await openRevision(db, COUNTY, [patchKind])
    const [from, to] = [dayNumber(dayOfYear(year)), INFINITE_DAY]
    await revision.take(
      patchKind,
      changed.map((i) => ({ id: i + 1, validFrom: from, validTo: to })),
    )
    function* rows(): Generator<RowToWrite> {
      for (const i of changed)
        yield { ...rowToWrite(patchKind, { validFrom: dayOfYear(year), content: contentOf(i, n % 2 ? '0102' : '0103', year) }), id: i + 1 }
    }
    await revision.add(patchKind, rows())
    await revision.seal({ what: 'import', cause: 're-survey', actor: 'bench', reason: `edition ${year}`, now: new Date() })
  })
  if (n === 1 || n === REVISIONS) console.log(`revision ${n + 1}: ${changed.length} rows changed in ${seconds(began)} s`)
}
await onConnection(pool, (db) => db.raw('vacuum analyze land.patch'))

const head = REVISIONS + 1
const today = dayOfYear(FIRST + REVISIONS)
const states: Readonly<Record<string, AsOf>> = {
  'the present': { day: today, rev: null },
  'as of the last day': { day: today, rev: head },
  'as of the middle': { day: dayOfYear(FIRST + REVISIONS / 2), rev: head },
  'as of the first day': { day: dayOfYear(FIRST), rev: head },
  'as known in the middle': { day: today, rev: 1 + REVISIONS / 2 },
  'as known at first': { day: today, rev: 1 },
}
const villages = Array.from({ length: ROUNDS }, () => villageOf(Math.floor(random() * PATCHES)))
const keys = Array.from({ length: ROUNDS * 20 }, () => keyOf(Math.floor(random() * PATCHES)))

const at = (asOf: AsOf) => versionsAt('patch', asOf)
const questions: Readonly<Record<string, (db: Db, asOf: AsOf) => Promise<number[]>>> = {
  'one row by its key': (db, asOf) =>
    timed(keys, async (key) => {
      await db.all`select patch.id, patch.class, patch.outline from ${tableOf(patchKind)} patch where patch.county = ${COUNTY} and patch.patch_key = ${key} and ${at(asOf)}`
    }),
  'a village’s rows': (db, asOf) =>
    timed(villages, async (village) => {
      await db.all`select patch.id, patch.class, patch.official_area from ${tableOf(patchKind)} patch where patch.county = ${COUNTY} and patch.village = ${village} and ${at(asOf)}`
    }),
  'the whole county by class': (db, asOf) =>
    timed(Array(Math.max(3, Math.floor(ROUNDS / 3))), async () => {
      const rows = await db.all<{ patches: number }>`
        select patch.class, count(*)::int as patches, sum(patch.official_area)::int8 as area from ${tableOf(patchKind)} patch
        where patch.county = ${COUNTY} and ${at(asOf)} group by 1`
      const total = rows.reduce((sum, { patches }) => sum + patches, 0)
      if (total !== PATCHES) throw new Error(`expected ${PATCHES} patches in every state, got ${total}`)
    }),
}

await onConnection(pool, async (db) => {
  for (const [question, ask] of Object.entries(questions)) {
    let present = 0
    for (const [name, asOf] of Object.entries(states)) {
      const times = (await ask(db, asOf)).sort((a, b) => a - b)
      const median = times[Math.floor(times.length / 2)]
      if (asOf.rev === null) present = median
      console.log(
        `${question.padEnd(28)} ${name.padEnd(24)} min ${times[0].toFixed(2).padStart(9)} ms, median ${median.toFixed(2).padStart(9)} ms, ratio ${(median / present).toFixed(2)}`,
      )
    }
  }
})

/** Milliseconds of each, after one that is not counted. */
async function timed<Each>(list: readonly Each[], ask: (each: Each) => Promise<void>): Promise<number[]> {
  await ask(list[0])
  const times: number[] = []
  for (const each of list) {
    const start = performance.now()
    await ask(each)
    times.push(performance.now() - start)
  }
  return times
}

function seconds(since: number): string {
  return ((performance.now() - since) / 1000).toFixed(1)
}
