import assert from 'node:assert/strict'
import { generateKeyPairSync, sign } from 'node:crypto'
import test from 'node:test'
import { CAUSES } from '@dishu/kernel/records/records'
import { undoRevision } from '@dishu/kernel/records/records.store'
import { seededRandom } from '@dishu/numeric/shared/random'
import { fingerprintOf, type Signer } from '@dishu/server-kit/signing'
import { type Db, transaction } from '@dishu/server-kit/sql'
import { freshDatabase } from '@dishu/testkit/database'
import { type FreezeTools, freezeBaseline, recountBaseline, recountFolder, requireBaseline, stateBatches } from './baseline.jobs.ts'
import { baselineKind, compareTables, documentFrom, type TableRow } from './baseline.ts'
import { batchFrom, batchLine } from './baseline-rows.ts'
import { changedPatches, compareStates } from './changes.jobs.ts'
import type { ChangeQuestion } from './changes.store.ts'
import { refreshCells } from './count.jobs.ts'
import { DIMENSIONS } from './count.wire.ts'
import { COUNTY, type Counted, countByHand, DAYS, edits, KINDS, rules, type State, Village } from './village.test.ts'

const { privateKey, publicKey } = generateKeyPairSync('ed25519')
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString()
const signer: Signer = {
  publicKey: pem,
  fingerprint: fingerprintOf(pem) ?? '',
  sign: (bytes) => sign(null, bytes, privateKey).toString('base64'),
}
const tools: FreezeTools = {
  kinds: [...KINDS, baselineKind],
  program: 'test',
  signer: async () => signer,
  isSynthetic: async () => true,
  nameOf: async () => '示例县',
}
const NOTHING = { rows: 0, area: 0, patches: 0, cells: 0 }
const day = (text: string) => new Date(`2026-02-${text}`)

/** A register of 24 patches after some years of an office's work, each revision with a cause of its own. */
async function worked(db: Db, seed: number, revisions = 9): Promise<Village> {
  const village = new Village()
  const { first, next } = edits(seed)
  const random = seededRandom(seed)
  for (let rev = 1; rev <= revisions; ) {
    const changes = rev === 1 ? first : next()
    if (Object.values(changes).every((list) => list.length === 0)) continue
    await village.revise(
      db,
      changes,
      new Date(Date.parse('2026-01-01') + rev * 86_400_000),
      CAUSES[Math.floor(random() * CAUSES.length)] as 'correction',
    )
    rev++
  }
  return village
}

const tableByHand = (state: State, on: (typeof DAYS)[number]): TableRow[] =>
  countByHand(state, on).map((row) => [
    row.village,
    row.class,
    row.grade,
    'not-mapped',
    row.owner,
    row.contract,
    row.saline,
    row.area,
    row.patches,
    row.cells,
  ])

test('a baseline is the count worked out by hand, and still recounts to it after the office went on', async () => {
  await using database = await freshDatabase()
  await transaction(database.pool, async (db) => {
    const village = await worked(db, 5)
    const at = { actor: 'li', now: day('01') }
    const frozen = await freezeBaseline(db, tools, COUNTY, { title: '2025 年度底数', day: DAYS[2] }, at)
    assert.deepEqual([frozen.key, frozen.known, frozen.since], ['B1', 9, 10])
    const signed = await requireBaseline(db, COUNTY, 'B1')
    const document = documentFrom(signed.document, 'B1')
    assert.ok(document.ok)
    assert.deepEqual(compareTables(document.value.table, tableByHand(village.state, DAYS[2])), NOTHING)

    const { next } = edits(77)
    for (const on of ['02', '03', '04']) await village.revise(db, next(), day(on), 're-survey')
    const again = await recountBaseline(db, COUNTY, 'B1')
    assert.deepEqual([again.fromRows, again.fromSums, again.signature, again.chain, again.holds], [NOTHING, NOTHING, true, true, true])
    assert.equal(again.patches, village.states[9].patches.filter(({ from, to }) => from <= DAYS[2] && to > DAYS[2]).length)
    assert.ok(again.rows.every(({ same }) => same))
    // and a second one, of another day
    assert.equal((await freezeBaseline(db, tools, COUNTY, { title: '', day: DAYS[4] }, { ...at, now: day('05') })).key, 'B2')
    const later = await requireBaseline(db, COUNTY, 'B2')
    const found = documentFrom(later.document, 'B2')
    assert.ok(found.ok && compareTables(found.value.table, tableByHand(village.state, DAYS[4])).rows === 0)
  })
})

test('one hundredth of a square metre in a row, a sum or the document is found', async () => {
  await using database = await freshDatabase()
  await transaction(database.pool, async (db) => {
    await worked(db, 6, 4)
    await freezeBaseline(db, tools, COUNTY, { title: '', day: DAYS[2] }, { actor: 'li', now: day('01') })
    const acts: readonly [string, (found: Awaited<ReturnType<typeof recountBaseline>>) => boolean][] = [
      [
        `update land.patch set official_area = official_area + 1 where ctid = (select min(ctid) from land.patch where until is null and valid_from <= '2026-01-01' and valid_to > '2026-01-01')`,
        ({ fromRows, fromSums }) => fromRows.area >= 1 && fromSums?.rows === 0,
      ],
      [
        `update land.cell_sum set area = area + 1 where until is null and valid_from <= '2026-01-01' and valid_to > '2026-01-01'`,
        ({ fromRows, fromSums }) => fromRows.rows === 0 && (fromSums?.area ?? 0) >= 1,
      ],
      [`update land.baseline set document = replace(document, '示例县', '别的县')`, ({ signature }) => !signature],
      [
        `update land.patch set digest = sha256(digest) where until is null`,
        ({ rows }) => rows.some(({ kind, same }) => kind === 'patch' && !same),
      ],
    ]
    for (const [act, shows] of acts) {
      await db.raw('savepoint whole')
      await db.raw(act)
      const found = await recountBaseline(db, COUNTY, 'B1')
      assert.ok(!found.holds && shows(found), act)
      await db.raw('rollback to savepoint whole')
    }
    assert.ok((await recountBaseline(db, COUNTY, 'B1')).holds)
  })
})

test('sums that are not what the rows give are not frozen', async () => {
  await using database = await freshDatabase()
  await transaction(database.pool, async (db) => {
    await worked(db, 6, 2)
    await db.raw(`update land.cell_sum set area = area + 1 where until is null`)
    await assert.rejects(
      freezeBaseline(db, tools, COUNTY, { title: '', day: DAYS[2] }, { actor: 'li', now: day('01') }),
      /baseline\/does-not-recount/,
    )
  })
})

test('a kept folder recounts without a register', async () => {
  await using database = await freshDatabase()
  const lines: string[] = []
  const signed = await transaction(database.pool, async (db) => {
    await worked(db, 8, 6)
    await freezeBaseline(db, tools, COUNTY, { title: '', day: DAYS[3] }, { actor: 'li', now: day('01') })
    for await (const batch of stateBatches(db, COUNTY, { day: DAYS[3], rev: 6 })) lines.push(batchLine(batch))
    return requireBaseline(db, COUNTY, 'B1')
  })
  const read = async function* (all: readonly string[]) {
    for (const line of all) {
      const batch = batchFrom(line, 'rows')
      assert.ok(batch.ok)
      yield batch.value
    }
  }
  const found = await recountFolder(signed, read(lines), 'B1')
  assert.deepEqual([found.fromRows, found.holds], [NOTHING, true])
  const smaller = await recountFolder(
    signed,
    read(lines.map((line) => line.replace(/"officialArea":(\d+)/, (_, n) => `"officialArea":${Number(n) - 1}`))),
    'B1',
  )
  assert.equal(smaller.holds, false)
  assert.equal(batchFrom('{"patches":[]}', 'rows').ok, false)
})

/** The difference of two counts by hand in one row of one dimension. */
const byHand = (counted: readonly Counted[], dimension: 'area' | 'class' | 'grade' | 'owner' | 'contract' | 'saline', digits: number) => {
  const sums = new Map<string, { area: number; patches: number }>()
  for (const row of counted) {
    const key = dimension === 'area' ? row.village.slice(0, digits) : row[dimension]
    const sum = sums.get(key) ?? { area: 0, patches: 0 }
    sums.set(key, { area: sum.area + row.area, patches: sum.patches + row.patches })
  }
  return sums
}

for (const seed of [21, 22]) {
  test(`between any two states every change has a cause, and they sum to the difference in every row (seed ${seed})`, async () => {
    await using database = await freshDatabase()
    await transaction(database.pool, async (db) => {
      const village = await worked(db, seed, 10)
      const undone = await undoRevision(
        db,
        COUNTY,
        10,
        KINDS,
        { actor: 'li', reason: 'test', now: day('01') },
        async (open) => void (await refreshCells(db, open, { rules })),
      )
      const states = undone.ok ? [...village.states, village.states[9]] : village.states
      const random = seededRandom(seed)
      const pick = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)]
      let moved = 0
      for (let round = 0; round < 25; round++) {
        const [from, to] = [0, 1].map(() => ({ day: pick(DAYS), rev: 1 + Math.floor(random() * (states.length - 1)) }))
        const dimension = pick(['area', 'class', 'grade', 'owner', 'contract', 'saline'] as const)
        const level = pick(['county', 'town', 'village'] as const)
        const question: ChangeQuestion = { county: COUNTY, from, to, within: COUNTY, level, by: [dimension], filters: {} }
        const found = await compareStates(db, question)
        assert.ok(found.adds)
        const digits = { county: 6, town: 9, village: 12 }[level]
        const [before, after] = [
          byHand(countByHand(states[from.rev], from.day), dimension, digits),
          byHand(countByHand(states[to.rev], to.day), dimension, digits),
        ]
        const rows = new Map(found.rows.map((row) => [row.by[dimension] ?? '', row]))
        for (const key of new Set([...before.keys(), ...after.keys()])) {
          const row = rows.get(key)
          const none = { area: 0, patches: 0 }
          assert.deepEqual([row?.before, row?.after], [before.get(key) ?? none, after.get(key) ?? none])
        }
        // the patches behind every cause come to the cause
        for (const { cause, area, patches } of found.causes) {
          const behind = await changedPatches(db, question, { cause, rev: null, offset: 0, limit: 5 })
          assert.deepEqual([behind.area, behind.patches], [area, patches], `${cause} ${JSON.stringify([from, to])}`)
          moved += behind.matched
        }
        // by the cells, patch by patch, as by the sums
        const mapped = await compareStates(db, { ...question, by: [dimension, 'mapgrade'] })
        assert.ok(mapped.adds)
        assert.deepEqual(
          mapped.rows.filter(({ causes }) => Object.keys(causes).length > 0).map(({ causes }) => causes),
          found.rows.filter(({ causes }) => Object.keys(causes).length > 0).map(({ causes }) => causes),
        )
      }
      assert.ok(moved > 100)
    })
  })
}

test('changes kept to one area, one value or all dimensions add up too', async () => {
  await using database = await freshDatabase()
  await transaction(database.pool, async (db) => {
    await worked(db, 31, 8)
    const base = { county: COUNTY, from: { day: DAYS[0], rev: 1 }, to: { day: DAYS[3], rev: 8 }, level: 'village' as const }
    const whole = await compareStates(db, { ...base, within: COUNTY, by: DIMENSIONS, filters: {} })
    const total = await compareStates(db, { ...base, within: COUNTY, by: [], filters: {} })
    assert.ok(whole.adds && total.adds)
    assert.deepEqual([whole.before, whole.after], [total.before, total.after])
    const contracted = await compareStates(db, { ...base, within: '220899101', by: ['area'], filters: { contract: ['contracted'] } })
    assert.ok(contracted.adds)
    const rows = whole.rows.filter(({ by }) => by.contract === 'contracted' && by.area?.startsWith('220899101'))
    assert.equal(
      contracted.after.area - contracted.before.area,
      rows.reduce((sum, row) => sum + row.after.area - row.before.area, 0),
    )
  })
})
