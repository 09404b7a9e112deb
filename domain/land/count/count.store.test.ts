import assert from 'node:assert/strict'
import test from 'node:test'
import type { Day } from '@dishu/base/date'
import { LAND_CLASSES, OWNER_KINDS, ownerOf } from '@dishu/kernel/areas/areas'
import { undoRevision } from '@dishu/kernel/records/records.store'
import { type Db, sql, transaction } from '@dishu/server-kit/sql'
import { freshDatabase } from '@dishu/testkit/database'
import { salineSet } from '../soil/soil.ts'
import { countWrongSums } from './cells.store.ts'
import { compareCells, refreshCells } from './count.jobs.ts'
import { type PatchQuestion, readCount, readMatched, readPatches, readUnplaced } from './count.store.ts'
import { DIMENSIONS } from './count.wire.ts'
import { byWords, COUNTY, type Counted, countByHand, DAYS, edits, KINDS, type PatchFacts, rules, Village } from './village.test.ts'

async function countedAt(db: Db, on: Day, rev: number | null): Promise<Counted[]> {
  const rows = await readCount(db, {
    county: COUNTY,
    asOf: { day: on, rev },
    within: COUNTY,
    level: 'village',
    by: DIMENSIONS,
    filters: {},
  })
  return rows
    .map(({ by, area, patches, cells }) => ({
      village: by.area ?? '',
      class: by.class ?? '',
      grade: by.grade ?? '',
      owner: by.owner ?? '',
      contract: by.contract ?? '',
      saline: by.saline ?? '',
      area,
      patches,
      cells,
    }))
    .sort(byWords)
}

for (const seed of [1, 2, 3]) {
  test(`whatever is edited, every count on both clocks is the one worked out by hand (seed ${seed})`, async () => {
    await using database = await freshDatabase()
    const village = new Village()
    const { first, next } = edits(seed)
    const start = Date.parse('2026-01-01T00:00:00Z')
    for (let rev = 1; rev <= 14; rev++) {
      const changes = rev === 1 ? first : next()
      if (Object.values(changes).every((list) => list.length === 0)) continue
      await transaction(database.pool, async (db) => {
        await village.revise(db, changes, new Date(start + rev * 86_400_000))
        assert.equal(await countWrongSums(db, COUNTY), 0)
        assert.deepEqual(await compareCells(db, COUNTY, rev, { rules }), { missing: 0, unfounded: 0 })
      })
    }
    await transaction(database.pool, async (db) => {
      for (const [rev, state] of village.states.entries()) {
        for (const on of DAYS) assert.deepEqual(await countedAt(db, on, rev), countByHand(state, on), `revision ${rev}, ${on}`)
      }
      for (const on of DAYS) assert.deepEqual(await countedAt(db, on, null), countByHand(village.state, on))
    })
  })
}

const square = (id: number): PatchFacts => ({
  ground: [(id - 1) * 100, 0, id * 100, 100],
  village: '220899101201',
  class: '0103',
  ownerKind: '30',
  officialArea: 1_000_000,
  deductedArea: 0,
})
const everything: Omit<PatchQuestion, 'asOf'> = {
  county: COUNTY,
  within: COUNTY,
  filters: {},
  q: null,
  sort: 'patchKey',
  descending: false,
  offset: 0,
  limit: 50,
}
const twoPatches = { patches: [1, 2].map((id) => ({ id, from: DAYS[0], facts: square(id) })) }

test('parents are the sum of their children, whatever the dimensions', async () => {
  await using database = await freshDatabase()
  const village = new Village()
  const { first, next } = edits(7)
  await transaction(database.pool, async (db) => {
    await village.revise(db, first, new Date('2026-01-01'))
    await village.revise(db, next(), new Date('2026-01-02'))
    const ask = (level: 'county' | 'town' | 'village', by: readonly (typeof DIMENSIONS)[number][], within = COUNTY) =>
      readCount(db, { county: COUNTY, asOf: { day: DAYS[3], rev: null }, within, level, by, filters: {} })
    const [total] = await ask('county', [])
    for (const by of [['area'], ['area', 'class'], ['grade', 'contract'], DIMENSIONS] as const) {
      const rows = await ask('village', by)
      assert.equal(
        rows.reduce((sum, row) => sum + row.area, 0),
        total.area,
      )
      assert.equal(
        rows.reduce((sum, row) => sum + row.patches, 0),
        total.patches,
      )
    }
    for (const town of await ask('town', ['area'])) {
      const villages = await ask('village', ['area'], town.by.area)
      assert.equal(
        villages.reduce((sum, row) => sum + row.area, 0),
        town.area,
      )
    }
    const filtered = await readCount(db, {
      county: COUNTY,
      asOf: { day: DAYS[3], rev: null },
      within: COUNTY,
      level: 'county',
      by: ['class'],
      filters: { class: ['1204', '0101'] },
    })
    assert.deepEqual(
      filtered,
      (await ask('county', ['class'])).filter((row) => row.by.class === '1204' || row.by.class === '0101'),
    )
  })
})

test('an edit of one patch writes its cells and no others, and nothing at all where nothing changes', async () => {
  await using database = await freshDatabase()
  const village = new Village()
  await transaction(database.pool, async (db) => {
    const parcels = [1, 2].map((id) => ({
      id: 100 + id,
      from: DAYS[0],
      facts: { code: `P${id}`, ground: [(id - 1) * 100, 0, id * 100, 100] as const },
    }))
    await village.revise(db, { ...twoPatches, parcels }, new Date('2026-01-01'))
    await village.revise(db, { patches: [{ id: 2, from: DAYS[0], facts: { ...square(2), class: '1204' } }] }, new Date('2026-01-02'))
    const touched = await db.all<{
      patch_id: number
      since: number
      until: number | null
    }>`select patch_id, since, until from land.cell order by patch_id, since`
    assert.deepEqual(touched, [
      { patch_id: 1, since: 1, until: null },
      { patch_id: 2, since: 1, until: 2 },
      { patch_id: 2, since: 2, until: null },
    ])
    // a word that no cell repeats
    await db.run`update land.patch set village_name = '碱泉村' where until is null`
    const idle = {
      county: COUNTY,
      rev: 3,
      take: async () => assert.fail('nothing to close'),
      add: async () => assert.fail('nothing to write'),
    }
    assert.deepEqual(await refreshCells(db, idle, { rules, affected: 'all' }), { patches: 2, made: 0, closed: 0, unlaid: 0 })
  })
})

test('patches on which nothing lies have no cell of their own, and count as the program’s rules have them', async () => {
  await using database = await freshDatabase()
  const village = new Village()
  const classes = [...new Set([...LAND_CLASSES.map(({ code }) => code), '0103A', '1204X', '124Z', '1241', '011K', '0111', '01', '12', 'x'])]
  const owners = [...OWNER_KINDS.map(({ code }) => code), '39', null]
  await transaction(database.pool, async (db) => {
    const patches = classes.map((landClass, i) => ({
      id: i + 1,
      from: DAYS[0],
      // deductions that are none, real, negative, and larger than the patch
      facts: {
        ...square(i + 1),
        class: landClass,
        ownerKind: owners[i % owners.length],
        deductedArea: [0, 70_000, -500, 2_000_000][i % 4],
        officialArea: 1_000_000 + i,
      },
    }))
    await village.revise(db, { patches }, new Date('2026-01-01'))
    assert.deepEqual(await db.all`select id from land.cell`, [])
    const asOf = { day: DAYS[1], rev: null }
    for (const { id, facts } of patches) {
      const [cell] = await readPatches(db, { ...everything, asOf, ids: [id] })
      assert.deepEqual(
        [cell.class, cell.owner, cell.contract, cell.grade, cell.saline],
        [facts.class, ownerOf(facts.ownerKind), 'none', 'not-graded', salineSet(facts.class, 'not-graded')],
      )
    }
    const land = patches.reduce((sum, { facts }) => sum + facts.officialArea, 0)
    assert.deepEqual(await readMatched(db, { ...everything, asOf }), { matched: patches.length, area: land })
    // opened by a class, a figure is the same from the sums and from the list behind it
    const rows = await readCount(db, { county: COUNTY, asOf, within: COUNTY, level: 'county', by: ['class', 'saline'], filters: {} })
    for (const { by, area } of rows) {
      const filters = { class: [by.class ?? ''], saline: [by.saline ?? ''] }
      assert.equal((await readMatched(db, { ...everything, asOf, filters })).area, area, by.class)
    }
    assert.equal(await countWrongSums(db, COUNTY), 0)
  })
})

test('undoing a revision brings back the count as it was', async () => {
  await using database = await freshDatabase()
  const village = new Village()
  const { first, next } = edits(11)
  await transaction(database.pool, async (db) => {
    await village.revise(db, first, new Date('2026-01-01'))
    await village.revise(db, next(), new Date('2026-01-02'))
    const meta = { actor: 'test', reason: 'test', now: new Date('2026-01-03') }
    const undone = await undoRevision(db, COUNTY, 2, KINDS, meta, async (revision) => void (await refreshCells(db, revision, { rules })))
    assert.ok(undone.ok)
    for (const on of DAYS) assert.deepEqual(await countedAt(db, on, null), countByHand(village.states[1], on))
    assert.deepEqual(await countedAt(db, DAYS[2], 2), countByHand(village.states[2], DAYS[2]))
    assert.equal(await countWrongSums(db, COUNTY), 0)
  })
})

test('a sum that was changed is found, in the present and in what was known before', async () => {
  await using database = await freshDatabase()
  const village = new Village()
  const { first, next } = edits(11)
  await transaction(database.pool, async (db) => {
    await village.revise(db, first, new Date('2026-01-01'))
    await village.revise(db, next(), new Date('2026-01-02'))
    for (const state of [sql`until is null`, sql`until is not null`]) {
      await db.raw('savepoint whole')
      const changed = await db.run`
        update land.cell_sum set area = area + 1 where ctid = (select min(ctid) from land.cell_sum where county = ${COUNTY} and ${state})`
      assert.equal(changed, 1)
      assert.ok((await countWrongSums(db, COUNTY)) > 0)
      await db.raw('rollback to savepoint whole')
      assert.equal(await countWrongSums(db, COUNTY), 0)
    }
  })
})

test('ground under two parcels is reported with both, and counts for the first by code', async () => {
  await using database = await freshDatabase()
  const village = new Village()
  await transaction(database.pool, async (db) => {
    const parcels = [
      { id: 101, from: DAYS[0], facts: { code: 'P1', ground: [0, 0, 60, 100] as const } },
      { id: 102, from: DAYS[0], facts: { code: 'P2', ground: [40, 0, 100, 100] as const } },
    ]
    await village.revise(db, { ...twoPatches, parcels }, new Date('2026-01-01'))
    const cells = await db.all`select parcel_id, area from land.cell where patch_id = 1 order by parcel_id`
    assert.deepEqual(cells, [
      { parcel_id: 101, area: 600_000 },
      { parcel_id: 102, area: 400_000 },
    ])
    assert.deepEqual(
      village.doubly.map(({ patchId, parcels: both, area }) => [patchId, both.map((parcel) => parcel.parcelCode), area]),
      [[1, ['P1', 'P2'], 200_000]],
    )
  })
})

test('a contract whose parcel is not on the map is unplaced, and part of no total', async () => {
  await using database = await freshDatabase()
  const village = new Village()
  await transaction(database.pool, async (db) => {
    const contracts: NonNullable<Parameters<Village['revise']>[1]['contracts']> = [
      { id: 201, from: DAYS[0], facts: { code: 'K1', parcel: 'P1', termFrom: DAYS[0], termTo: DAYS[3] } },
      { id: 202, from: DAYS[0], facts: { code: 'K2', parcel: 'nowhere', termFrom: DAYS[0], termTo: DAYS[3] } },
    ]
    const parcels = [{ id: 101, from: DAYS[0], facts: { code: 'P1', ground: [0, 0, 100, 100] as const } }]
    await village.revise(db, { ...twoPatches, parcels, contracts }, new Date('2026-01-01'))
    assert.deepEqual(await readUnplaced(db, COUNTY, { day: DAYS[1], rev: null }, COUNTY), { contracts: 1, area: 5000 })
    assert.deepEqual(await readUnplaced(db, COUNTY, { day: DAYS[1], rev: 0 }, COUNTY), { contracts: 0, area: 0 })
  })
})
