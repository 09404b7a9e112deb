import assert from 'node:assert/strict'
import test from 'node:test'
import { type Day, FOREVER } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { seededRandom } from '@dishu/numeric/shared/random'
import { type Db, onConnection, sql, transaction } from '@dishu/server-kit/sql'
import { freshDatabase } from '@dishu/testkit/database'
import { dayNumber, dayOfNumber } from './canonical.ts'
import { openRevision, readHead, readRevisions, revisionAt, rowToWrite, type Span, undoRevision, versionsAt } from './records.store.ts'
import { dependentsOf, type Kind } from './records.ts'
import { verifyCounty } from './verify.jobs.ts'

// Two kinds of the register that have few columns stand for all: the ledger knows kinds as data.
const exception: Kind = {
  name: 'exception',
  table: 'land.exception',
  columns: [
    ['rule', 'text'],
    ['subject_kind', 'text'],
    ['subject_key', 'text'],
    ['reason', 'text'],
    ['accepted_by', 'text'],
  ],
  key: ['rule', 'subject_kind', 'subject_key'],
  scope: null,
  derived: false,
}
const ground: Kind = {
  name: 'ground',
  table: 'land.ground',
  columns: [
    ['layer', 'text'],
    ['key', 'text'],
    ['class', 'text'],
    ['name', 'text'],
    ['computed_area', 'int8'],
    ['srid', 'int4'],
    ['outline', 'bytea'],
    ['bbox', 'box'],
    ['extra', 'jsonb'],
  ],
  key: ['layer', 'key'],
  scope: null,
  derived: false,
}
const KINDS = [exception, ground]
const COUNTY = '220899'
const day = (n: number) => (n >= 12 ? FOREVER : (`2020-01-${String(n + 1).padStart(2, '0')}` as Day))
const meta = (n: number) => ({
  what: 'write' as const,
  cause: 'correction' as const,
  actor: '测试员',
  reason: `第 ${n} 次`,
  now: new Date(Date.UTC(2026, 0, 1, 0, 0, n)),
})

const content = (kind: Kind, id: number, value: number) =>
  kind === exception
    ? { rule: `r${id}`, subject_kind: 'patch', subject_key: `k${id}`, reason: `v${value}`, accepted_by: '甲' }
    : {
        layer: '红线',
        key: `k${id}`,
        class: null,
        name: `名 ${value}`,
        computed_area: value,
        srid: 4490,
        outline: Buffer.from([value % 256]),
        bbox: [value, 0, value + 1, 0.5],
        extra: { b: value, a: ['x', null] },
      }

/** A piece of the state: what is said of an id on days [from, to). */
type Piece = { readonly kind: Kind; readonly id: number; readonly from: number; readonly to: number; readonly value: number }
type Put = Piece & { readonly end: boolean }

function put(state: readonly Piece[], change: Put): Piece[] {
  const next: Piece[] = []
  for (const piece of state) {
    if (piece.kind !== change.kind || piece.id !== change.id || piece.to <= change.from || change.to <= piece.from) {
      next.push(piece)
      continue
    }
    if (piece.from < change.from) next.push({ ...piece, to: change.from })
    if (change.to < piece.to) next.push({ ...piece, from: change.to })
  }
  if (!change.end) next.push({ kind: change.kind, id: change.id, from: change.from, to: change.to, value: change.value })
  return next
}

async function write(db: Db, n: number, changes: readonly Put[]) {
  const revision = await openRevision(db, COUNTY, KINDS)
  for (const kind of KINDS) {
    const own = changes.filter((each) => each.kind === kind)
    const spans: Span[] = own.map((each) => ({ id: each.id, validFrom: dayNumber(day(each.from)), validTo: dayNumber(day(each.to)) }))
    await revision.take(kind, spans)
    await revision.add(
      kind,
      own
        .filter((each) => !each.end)
        .map((each) =>
          rowToWrite(kind, {
            id: each.id,
            validFrom: day(each.from),
            validTo: day(each.to),
            sourceFile: 0,
            sourceRow: n,
            content: content(kind, each.id, each.value),
          }),
        ),
    )
  }
  return revision.seal(meta(n))
}

const shown = (piece: Piece) => `${piece.kind.name} ${piece.id} ${day(piece.from)} ${day(piece.to)} ${piece.value}`
async function stateAt(db: Db, rev: number, on: Day): Promise<string[]> {
  const rows: string[] = []
  for (const [table, value] of [
    ['exception', 'substr(v.reason, 2)'],
    ['ground', 'v.computed_area::text'],
  ] as const) {
    const found = await db.all<{ id: number; from: string; to: string; value: string }>({
      ...versionsQuery(table, value, rev, on),
    })
    for (const row of found) rows.push(`${table} ${row.id} ${row.from} ${row.to} ${row.value}`)
  }
  return rows.sort()
}
function versionsQuery(table: string, value: string, rev: number, on: Day) {
  const where = versionsAt('v', { day: on, rev })
  return {
    ...where,
    texts: [
      `select v.id, v.valid_from as "from", v.valid_to as "to", ${value} as value from land.${table} v where v.county = '${COUNTY}' and ${where.texts[0]}`,
      ...where.texts.slice(1),
    ],
  }
}

test('every state that was ever recorded, on any day, is what a naive replay says', async () => {
  await using database = await freshDatabase()
  const random = seededRandom(20261124)
  const pick = (n: number) => Math.floor(random() * n)
  const states: Piece[][] = [[]]
  const log: { rev: number; undoes: number | null }[] = []
  let refused = 0
  let undone = 0
  for (let step = 1; step <= 90; step++) {
    const now = states.at(-1) as Piece[]
    const rev = states.length
    if (rev > 2 && pick(4) === 0) {
      const target = 1 + pick(rev - 1)
      const result = await transaction(database.pool, (db) =>
        undoRevision(
          db,
          COUNTY,
          target,
          KINDS,
          { actor: '测试员', reason: '撤销', now: new Date(Date.UTC(2026, 0, 1, 0, 0, step)) },
          async () => {},
        ),
      ).catch((cause) => {
        if (cause instanceof Refused) return { ok: false as const, refusal: cause.refusal }
        throw cause
      })
      const { undoneBy, later } = dependentsOf(log, target)
      const touched = (r: number) => new Set(difference(states[r - 1], states[r]).map((piece) => `${piece.kind.name} ${piece.id}`))
      const own = touched(target)
      const blocked = later.some((each) => [...touched(each)].some((key) => own.has(key)))
      if (undoneBy !== null || blocked) {
        assert.ok(!result.ok, `step ${step}: undoing ${target} should have been refused`)
        refused++
        continue
      }
      if (!result.ok) {
        assert.equal(result.refusal.code, 'records/nothing-to-record')
        continue
      }
      const gone = difference(states[target - 1], states[target])
      const ids = new Set(gone.map((piece) => `${piece.kind.name} ${piece.id}`))
      states.push([
        ...now.filter((piece) => !ids.has(`${piece.kind.name} ${piece.id}`)),
        ...states[target - 1].filter((piece) => ids.has(`${piece.kind.name} ${piece.id}`)),
      ])
      log.push({ rev, undoes: target })
      undone++
      continue
    }
    const changes: Put[] = []
    for (let n = 1 + pick(3); n > 0; n--) {
      const from = pick(11)
      const change = {
        kind: KINDS[pick(2)],
        id: 1 + pick(5),
        from,
        to: from + 1 + pick(12 - from),
        value: 1 + pick(900),
        end: pick(4) === 0,
      }
      if (changes.some((each) => each.kind === change.kind && each.id === change.id)) continue
      changes.push(change)
    }
    const next = changes.reduce(put, now)
    const result = await transaction(database.pool, (db) => write(db, step, changes)).catch((cause) => {
      assert.ok(cause instanceof Refused && cause.refusal.code === 'records/nothing-to-record', String(cause))
      return null
    })
    if (!result) {
      assert.deepEqual(next.map(shown).sort(), now.map(shown).sort())
      continue
    }
    assert.equal(result.rev, rev)
    states.push(next)
    log.push({ rev, undoes: null })
  }
  assert.ok(undone >= 5 && refused >= 3, `the walk undid ${undone} and was refused ${refused} times`)

  await onConnection(database.pool, async (db) => {
    for (let rev = 0; rev < states.length; rev++) {
      for (const n of [0, 3, 7, 11, 40]) {
        const on = dayOfNumber(dayNumber('2020-01-01') + n)
        const expected = states[rev].filter((piece) => piece.from <= n && (piece.to > n || piece.to >= 12)).map(shown)
        assert.deepEqual(await stateAt(db, rev, on), expected.sort(), `revision ${rev}, day ${on}`)
      }
    }
    assert.equal((await readHead(db, COUNTY)).rev, states.length - 1)
    assert.equal((await readRevisions(db, COUNTY, { limit: 1000 })).length, states.length - 1)
    assert.equal(await revisionAt(db, COUNTY, '2025-12-31' as Day), 0)
    assert.equal(await revisionAt(db, COUNTY, '2026-01-01' as Day), states.length - 1)
    await db.raw('begin')
    const verified = await verifyCounty(db, COUNTY, KINDS)
    await db.raw('rollback')
    assert.deepEqual(verified.problems, [])
    assert.equal(verified.revisions, states.length - 1)
  })
})

const difference = (before: readonly Piece[], after: readonly Piece[]) => {
  const a = new Set(before.map(shown))
  const b = new Set(after.map(shown))
  return [...before.filter((piece) => !b.has(shown(piece))), ...after.filter((piece) => !a.has(shown(piece)))]
}

test('undoing newest first goes back to the beginning, and undoing an undo brings it back', async () => {
  await using database = await freshDatabase()
  const undo = (rev: number) =>
    transaction(database.pool, (db) =>
      undoRevision(db, COUNTY, rev, KINDS, { actor: '测试员', reason: '撤销', now: new Date() }, async () => {}),
    )
  const a = { kind: ground, id: 1, from: 0, to: 12, value: 10, end: false }
  await transaction(database.pool, (db) => write(db, 1, [a]))
  await transaction(database.pool, (db) => write(db, 2, [{ ...a, from: 5, value: 20 }]))
  const first = await undo(1)
  assert.ok(!first.ok)
  assert.deepEqual(first.refusal, {
    code: 'records/cannot-undo',
    details: { county: COUNTY, rev: 1, dependents: [{ rev: 2, kind: 'ground', rows: 1, reason: '第 2 次' }] },
  })
  assert.ok((await undo(2)).ok)
  assert.ok((await undo(1)).ok)
  const state = () => onConnection(database.pool, async (db) => stateAt(db, (await readHead(db, COUNTY)).rev, '2020-01-08' as Day))
  assert.deepEqual(await state(), [])
  assert.ok((await undo(4)).ok) // the undo of revision 1
  assert.deepEqual(await state(), ['ground 1 2020-01-01 infinity 10'])
  const again = await undo(2)
  assert.ok(!again.ok && again.refusal.code === 'records/already-undone')
  const nothing = await undo(99)
  assert.ok(!nothing.ok && nothing.refusal.code === 'records/no-such-revision')
})

test('a change of any single value of any table behind the register is found', async () => {
  await using database = await freshDatabase()
  for (let n = 1; n <= 4; n++) {
    await transaction(database.pool, (db) =>
      write(
        db,
        n,
        [1, 2, 3].flatMap((id) =>
          KINDS.map((kind) => ({ kind, id, from: n === 1 ? 0 : n, to: 12, value: n * 10 + id, end: n === 4 && id === 3 })),
        ),
      ),
    )
  }
  await transaction(database.pool, (db) =>
    undoRevision(db, COUNTY, 4, KINDS, { actor: '测试员', reason: '撤销', now: new Date() }, async () => {}),
  )

  const problems = async (db: Db) => (await verifyCounty(db, COUNTY, KINDS)).problems
  let tried = 0
  /** Runs `tamper` with every constraint off, asks the check, and takes it all back. */
  const found = async (what: string, tamper: (db: Db) => Promise<number>) => {
    await onConnection(database.pool, async (db) => {
      await db.raw('begin')
      try {
        await db.raw('set local session_replication_role = replica; drop index land.exception_one_now, land.ground_one_now')
        for (const { table, name } of await db.all<{ table: string; name: string }>`
          select conrelid::regclass::text as table, conname as name from pg_constraint
          where connamespace in ('kernel'::regnamespace, 'land'::regnamespace) and contype in ('c', 'f', 'p', 'u')
            and conrelid in ('kernel.revision'::regclass, 'kernel.chain_head'::regclass, 'land.exception'::regclass, 'land.ground'::regclass)`)
          await db.raw(`alter table ${table} drop constraint if exists "${name}" cascade`)
        assert.ok((await tamper(db)) > 0, `${what}: nothing was changed`)
        assert.notDeepEqual(await problems(db), [], `${what}: not found`)
        tried++
      } finally {
        await db.raw('rollback')
      }
    })
  }
  await onConnection(database.pool, async (db) => {
    await db.raw('begin')
    assert.deepEqual(await problems(db), [])
    await db.raw('rollback')
  })

  const columns = await onConnection(
    database.pool,
    (db) =>
      db.all<{ table: string; column: string; type: string }>`
      select c.oid::regclass::text as table, a.attname as column, format_type(a.atttypid, null) as type
      from pg_class c join pg_attribute a on a.attrelid = c.oid
      where c.oid in ('kernel.revision'::regclass, 'kernel.chain_head'::regclass, 'land.exception'::regclass, 'land.ground'::regclass) and a.attnum > 0 and not attisdropped
        and not (c.relname = 'chain_head' and a.attname = 'next_id')`, // the next free number proves nothing and is proved by nothing
  )
  const changed: Record<string, (c: string) => string> = {
    integer: (c) => `coalesce(${c}, 0) + 100`,
    smallint: (c) => `coalesce(${c}, 0) + 1`,
    bigint: (c) => `coalesce(${c}, 0) + 1000`,
    text: (c) => `coalesce(${c}, '') || ' '`,
    bytea: (c) => `set_byte(${c}, 0, get_byte(${c}, 0) # 1)`,
    date: (c) => `case when ${c} = 'infinity' then date '2031-01-01' else ${c} - 1 end`,
    'timestamp with time zone': (c) => `${c} + interval '1 millisecond'`,
    jsonb: (c) => `${c} || '{"b": -1}'`,
    box: () => `box(point(9, 9), point(8, 8))`,
  }
  for (const { table, column, type } of columns) {
    const where = table === 'kernel.revision' ? `rev = 3` : table === 'kernel.chain_head' ? 'true' : `id = 2 and since = 3`
    // 'undoes' of an import must be given a value, 'county' another county
    const value = column === 'county' ? `'220898'` : changed[type](`"${column}"`)
    await found(`${table}.${column}`, (db) =>
      counted(db, `update ${table} set "${column}" = ${value} where county = '${COUNTY}' and ${where}`),
    )
  }
  for (const table of ['land.exception', 'land.ground']) {
    await found(`${table}: a row deleted`, (db) => counted(db, `delete from ${table} where id = 1 and since = 2`))
    await found(`${table}: a closed row opened again`, (db) => counted(db, `update ${table} set until = null where id = 3 and since = 1`))
    await found(`${table}: a row forged`, (db) =>
      counted(db, `insert into ${table} select (jsonb_populate_record(t, '{"id": 900}')).* from ${table} t where id = 1 and since = 2`),
    )
  }
  await found('a revision deleted in the middle', (db) => counted(db, `delete from kernel.revision where rev = 2`))
  await found('two revisions swapped', (db) =>
    counted(db, `update kernel.revision set rev = case rev when 2 then 3 when 3 then 2 end where rev in (2, 3)`),
  )
  await found('the last revision cut off', (db) => counted(db, `delete from kernel.revision where rev = 5`))
  assert.ok(tried >= 50, `${tried} ways`)
})

/** Runs a statement that the test made and gives the number of rows it changed. */
const counted = (db: Db, statement: string): Promise<number> => db.run({ ...sql` `, texts: [statement] })

test('two writers of one county wait for each other; a writer of another does not', async () => {
  await using database = await freshDatabase()
  const order: string[] = []
  const one = transaction(database.pool, async (db) => {
    const revision = await openRevision(db, COUNTY, KINDS)
    order.push('first has the county')
    await revision.add(ground, [rowToWrite(ground, { validFrom: day(0), content: content(ground, 1, 1) })])
    const other = transaction(database.pool, async (db2) => {
      const elsewhere = await openRevision(db2, '220898', KINDS)
      await elsewhere.add(ground, [rowToWrite(ground, { validFrom: day(0), content: content(ground, 1, 1) })])
      return elsewhere.seal(meta(1))
    })
    await other
    order.push('another county is written')
    await new Promise((resolve) => setTimeout(resolve, 150))
    order.push('first commits')
    return revision.seal(meta(1))
  })
  await new Promise((resolve) => setTimeout(resolve, 50))
  const two = transaction(database.pool, async (db) => {
    const revision = await openRevision(db, COUNTY, KINDS)
    order.push('second has the county')
    await revision.add(ground, [rowToWrite(ground, { validFrom: day(0), content: content(ground, 2, 2) })])
    return revision.seal(meta(2))
  })
  const [a, b] = await Promise.all([one, two])
  assert.deepEqual([a.rev, b.rev], [1, 2])
  assert.deepEqual(order, ['first has the county', 'another county is written', 'first commits', 'second has the county'])
})

test('a preview that the register has passed is refused, with both numbers', async () => {
  await using database = await freshDatabase()
  await transaction(database.pool, (db) => write(db, 1, [{ kind: ground, id: 1, from: 0, to: 12, value: 1, end: false }]))
  await assert.rejects(
    transaction(database.pool, (db) => openRevision(db, COUNTY, KINDS, 0)),
    (cause) => cause instanceof Refused && cause.refusal.code === 'records/register-moved',
  )
})
