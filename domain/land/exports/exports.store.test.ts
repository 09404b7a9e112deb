import assert from 'node:assert/strict'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import test from 'node:test'
import type { Day } from '@dishu/base/date'
import { seededRandom } from '@dishu/numeric/shared/random'
import { type Db, transaction } from '@dishu/server-kit/sql'
import { freshDatabase } from '@dishu/testkit/database'
import { handleAreas } from '../count/count.routes.ts'
import { readCount, standing } from '../count/count.store.ts'
import { ACROSS, COUNTY, type PatchFacts, Village } from '../count/village.test.ts'
import { exportTo } from './exports.jobs.ts'
import { search } from './exports.routes.ts'
import { readExtraKeys } from './exports.store.ts'
import type { What } from './exports.ts'

const day = (words: string) => words as Day
const DAYS = ['2024-12-31', '2025-06-01', '2026-07-01'].map(day)
const NOW = new Date('2026-06-01T02:00:00Z')
const scheme = { id: 'songnen-1', name: '', depth: '', season: '', rule: '' }

/** One state of a table as CSV, row by row under the names of its header; no value of these tests has a comma in it. */
async function rowsOf(db: Db, what: What, on: Day, known: number, within = COUNTY): Promise<Record<string, string>[]> {
  const through = new PassThrough()
  const read = text(through)
  const question = { county: COUNTY, what, asOf: { day: on, rev: known }, within, filters: {}, q: null, sort: 'patchKey' }
  const written = await exportTo(db, { ...question, descending: false, columns: null }, 'csv', through, {
    known,
    actor: 'test',
    now: NOW,
    grading: '',
    synthetic: true,
    areas: async () => {
      const answer = await handleAreas(db, COUNTY, { asOf: on, known: String(known) }, { today: on, synthetic: true, scheme })
      return answer.ok ? answer.value.areas : assert.fail(answer.refusal.code)
    },
  })
  assert.ok(written.ok)
  const [head, ...lines] = (await read).replace('\uFEFF', '').trimEnd().split('\r\n')
  const names = head.split(',')
  assert.equal(lines.length, written.value.rows)
  return lines.map((line) => Object.fromEntries(line.split(',').map((value, i) => [names[i], value])))
}

const hundredths = (value: string) => Math.round(Number(value) * 100)
const sum = (rows: readonly Record<string, string>[], name: string) => rows.reduce((total, row) => total + hundredths(row[name]), 0)
const countOf = async (db: Db, on: Day, rev: number, within = COUNTY) =>
  (await readCount(db, { county: COUNTY, asOf: { day: on, rev }, within, level: 'county', by: [], filters: {} }))[0]

test('on every day, as known at every revision, the exported patches and areas add up to the count to the last 0.01 m²', async () => {
  await using database = await freshDatabase()
  const random = seededRandom(5)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]
  const patch = (id: number): PatchFacts => {
    const [x, y] = [((id - 1) % ACROSS) * 100, Math.floor((id - 1) / ACROSS) * 100]
    return {
      ground: [x, y, x + 100, y + 100],
      // one of them by a slip of the pen another county's, which the county counts nevertheless
      village: pick(['220899101201', '220899101202', '220899102201', '220898101201']),
      class: pick(['0101', '0103', '1204']),
      ownerKind: '30',
      officialArea: 900_001 + Math.floor(random() * 200_000),
      deductedArea: pick([0, 7919]),
    }
  }
  const ids = Array.from({ length: 24 }, (_, i) => i + 1)
  await transaction(database.pool, async (db) => {
    const village = new Village()
    await village.revise(db, { patches: ids.map((id) => ({ id, from: DAYS[0], facts: patch(id) })) }, new Date('2026-01-01'))
    for (let rev = 2; rev <= 4; rev++) {
      const changed = ids.filter(() => random() < 0.2)
      const facts = (id: number) => (random() < 0.2 ? null : patch(id))
      await village.revise(db, { patches: changed.map((id) => ({ id, from: pick(DAYS), facts: facts(id) })) }, new Date(`2026-01-0${rev}`))
    }
    for (let rev = 1; rev <= 4; rev++) {
      for (const on of DAYS) {
        const total = await countOf(db, on, rev)
        const patches = await rowsOf(db, 'patches', on, rev)
        assert.deepEqual([patches.length, sum(patches, 'TBMJ')], [total.patches, total.area], `revision ${rev}, ${on}`)
        assert.ok(patches.every((row) => row.SYNTHETIC === '1' && row.DISHU_STATE.startsWith(`${COUNTY}@${on}#${rev}:`)))
        const areas = await rowsOf(db, 'areas', on, rev)
        const [county] = areas.filter((row) => row.LEVEL === 'county')
        assert.deepEqual([Number(county.TBS), hundredths(county.TBMJ)], [total.patches, total.area])
        for (const level of ['town', 'village']) {
          const parts = areas.filter((row) => row.LEVEL === level)
          assert.equal(sum(parts, 'TBMJ'), total.area, level)
          assert.equal(sum(parts, 'WLYYJD'), hundredths(county.WLYYJD), level)
        }
        const town = await rowsOf(db, 'patches', on, rev, '220899101')
        assert.equal(sum(town, 'TBMJ'), (await countOf(db, on, rev, '220899101')).area)
        const inTown = await rowsOf(db, 'areas', on, rev, '220899101')
        assert.ok(inTown.every((row) => row.XZQDM.startsWith('220899101')))
      }
    }
  })
})

const square: PatchFacts = {
  ground: [0, 0, 100, 100],
  village: '220899101201',
  class: '0103',
  ownerKind: '30',
  officialArea: 1_000_000,
  deductedArea: 0,
}

test('a field of the files is of numbers where every value that is not empty is one', async () => {
  await using database = await freshDatabase()
  await transaction(database.pool, async (db) => {
    const patches = [1, 2].map((id) => ({ id, from: DAYS[0], facts: square }))
    await new Village().revise(db, { patches }, new Date('2026-01-01'))
    await db.run`update land.patch set extra = '{"width": 6.5, "code": "07", "mixed": 1, "never": null}' where id = 1`
    await db.run`update land.patch set extra = '{"width": null, "code": "08", "mixed": "x"}' where id = 2`
    const stands = (alias: string) => standing(alias, { day: DAYS[1], rev: null })
    assert.deepEqual(await readExtraKeys(db, 'patches', COUNTY, stands), [
      { key: 'code', numeric: false },
      { key: 'mixed', numeric: false },
      { key: 'never', numeric: false },
      { key: 'width', numeric: true },
    ])
  })
})

test('a search finds what begins so and nothing beside, at most twenty, whatever signs are typed', async () => {
  await using database = await freshDatabase()
  await transaction(database.pool, async (db) => {
    const patches = Array.from({ length: 30 }, (_, i) => ({ id: i + 1, from: DAYS[0], facts: square }))
    const parcels = [{ id: 101, from: DAYS[0], facts: { code: 'B1-parcel', ground: [0, 0, 60, 100] as const } }]
    await new Village().revise(db, { patches, parcels }, new Date('2026-01-01'))
    const find = async (q: string) => (await search(db, COUNTY, q, DAYS[2])).hits.map(({ kind, label }) => `${kind} ${label}`)
    // B1, B10 … B19 are eleven, of which the first ten; the parcel is not pushed out by them
    assert.deepEqual(await find('B1'), ['patch B1', ...Array.from({ length: 9 }, (_, i) => `patch B1${i}`), 'parcel B1-parcel'])
    assert.deepEqual(await find('\0B30\n'), ['patch B30'])
    assert.deepEqual(await find('b1'), [])
    for (const q of ['B%', 'B_', '\u0000', "B1'", '\u{10ffff}']) assert.deepEqual(await find(q), [])
    assert.deepEqual(await search(db, COUNTY, 'B1', '2000-01-01' as Day), { hits: [] })
  })
})
