/** Sealed files, what is kept of many backups, and a backup of a small database that is restored and counted. */
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after } from 'node:test'
import { freshDatabase } from '@dishu/testkit/database'
import fc from 'fast-check'
import { type BackupSource, backUp, emptyPlace, restoreInto, schemasOf, verifyBackup } from './backup.ts'
import { backupIsDue, backupName, backupTime, expiredBackups } from './backup-keep.ts'
import { type Lock, newBackupKey, type Opener, openSealed, opensWith, sealInto } from './backup-seal.ts'
import { onConnection, openPool, transaction } from './sql.ts'

const folder = mkdtempSync(join(tmpdir(), 'dishu-backup-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const WORDS = 'four words nobody guesses'

async function sealed(bytes: Buffer, lock: Lock, cuts = 1): Promise<string> {
  const path = join(folder, `${Math.random()}.sealed`)
  const file = await open(path, 'w')
  const into = await sealInto(file, lock)
  const step = Math.max(1, Math.ceil(bytes.length / cuts))
  for (let at = 0; at < bytes.length; at += step) await into.write(bytes.subarray(at, at + step))
  await into.end()
  await file.close()
  return path
}

/** The clear bytes, or why there are none. */
async function opened(path: string, opener: Opener): Promise<Buffer | string> {
  const file = await open(path)
  try {
    const pieces = await openSealed(file, path, opener)
    if (!pieces.ok) return pieces.refusal.code
    const all: Buffer[] = []
    for await (const piece of pieces.value) all.push(piece)
    return Buffer.concat(all)
  } catch (cause) {
    return (cause as Error).constructor.name
  } finally {
    await file.close()
  }
}

test('what was sealed opens to the letter, at every length around a piece, and only for whom it was sealed', async () => {
  const office = newBackupKey('under words of its own')
  const lock = { publicKey: office.publicKey }
  const opener = opensWith(office.privateKey, 'under words of its own')
  assert.throws(() => opensWith(office.privateKey, 'other words'))
  const MB = 1 << 20
  for (const length of [0, 1, MB - 1, MB, MB + 1, 2 * MB, 2 * MB + 7]) {
    const bytes = Buffer.alloc(length, length % 251)
    const path = await sealed(bytes, lock, 3)
    assert.deepEqual(await opened(path, opener), bytes, `${length} bytes`)
  }
  const path = await sealed(Buffer.from('张三的地块'), lock)
  assert.ok(!readFileSync(path).includes(Buffer.from('张三')))
  assert.equal(await opened(path, { privateKey: newBackupKey(null).privateKey }), 'backup/wrong-key')
  assert.equal(await opened(path, { passphrase: WORDS }), 'backup/wrong-key')
  const worded = await sealed(Buffer.from('张三的地块'), { passphrase: WORDS })
  assert.equal(String(await opened(worded, { passphrase: WORDS })), '张三的地块')
  assert.equal(await opened(worded, { passphrase: `${WORDS} ` }), 'backup/wrong-key')
})

test('pieces that change places, are left out or doubled do not open', async () => {
  const { publicKey, privateKey } = newBackupKey(null)
  const piece = (1 << 20) + 16
  const whole = readFileSync(
    await sealed(Buffer.concat([Buffer.alloc(1 << 20, 1), Buffer.alloc(1 << 20, 2), Buffer.alloc(5, 3)]), { publicKey }),
  )
  const head = whole.length - 2 * piece - 21
  const part = (i: number) => whole.subarray(head + i * piece, Math.min(head + (i + 1) * piece, whole.length))
  const start = whole.subarray(0, head)
  for (const [what, parts] of Object.entries({
    swapped: [part(1), part(0), part(2)],
    'one left out': [part(0), part(2)],
    'the last cut off at its border': [part(0), part(1)],
    doubled: [part(0), part(0), part(1), part(2)],
    'something added': [part(0), part(1), part(2), part(2)],
  })) {
    const path = join(folder, 'pieces')
    writeFileSync(path, Buffer.concat([start, ...parts]))
    assert.match(String(await opened(path, { privateKey })), /^(Altered|backup\/altered)$/, what)
  }
})

test('what is kept: the newest of each day and week that has one, whatever the clock says', () => {
  const DAY = 86_400_000
  const from = Date.UTC(2026, 0, 1, 2)
  const names = Array.from({ length: 100 }, (_, i) => backupName(new Date(from + i * DAY)))
  const rule = { everyHours: 24, daily: 7, weekly: 5 }
  const gone = new Set(expiredBackups(names, rule))
  const kept = names.filter((name) => !gone.has(name))
  // 10 April 2026 is a Friday: seven days back to 4 April, then the Sundays 5 April (one of the days), 29, 22 and 15 March
  assert.deepEqual(
    kept.map((name) => backupTime(name)?.toISOString().slice(0, 10)),
    [
      '2026-03-15',
      '2026-03-22',
      '2026-03-29',
      '2026-04-04',
      '2026-04-05',
      '2026-04-06',
      '2026-04-07',
      '2026-04-08',
      '2026-04-09',
      '2026-04-10',
    ],
  )
  fc.assert(
    fc.property(fc.uniqueArray(fc.integer({ min: 0, max: 40_000 }), { minLength: 1 }), fc.nat(9), fc.nat(9), (hours, daily, weekly) => {
      const all = hours.map((hour) => backupName(new Date(from + hour * 3_600_000)))
      const removed = expiredBackups([...all, 'notes.txt'], { everyHours: 1, daily, weekly })
      assert.ok(!removed.includes('notes.txt') && !removed.includes(all.toSorted().at(-1) as string))
      // removing them all at once or one run after another comes to the same
      const rest = all.filter((name) => !removed.includes(name))
      assert.deepEqual(expiredBackups(rest, { everyHours: 1, daily, weekly }), [])
      assert.ok(rest.length <= Math.max(1, daily + weekly))
    }),
  )
})

test('a backup is due after so many hours, also when the clock was wrong', () => {
  const rule = { everyHours: 24, daily: 1, weekly: 1 }
  const now = new Date('2026-11-24T12:00:00Z')
  const at = (hours: number) => [backupName(new Date(now.getTime() + hours * 3_600_000))]
  assert.deepEqual(
    [[], at(-23), at(-24), at(0.5), at(24 * 365 * 10)].map((names) => backupIsDue(names, rule, now)),
    [true, false, true, false, true],
  )
})

const migrations = join(folder, 'migrations')
mkdirSync(migrations)
writeFileSync(
  join(migrations, '0001_a.sql'),
  `-- owner: a
create schema books;
create table books.zero (id int4 primary key, note text);
create table books.author (id int8 generated always as identity primary key, name text not null);
create table books.book (county text, title text, author int8 references books.author, loud text generated always as (upper(title)) stored,
  page bytea, corner box, told jsonb, at timestamptz, until date, size float8, words text[], before text, primary key (county, title),
  foreign key (county, before) references books.book);
insert into books.zero values (1, 'put in by the migration');
`,
)

test('a backup taken while others write is one moment; restored it has equal rows, sequences, keys and files, and newer migrations run', async () => {
  await using database = await freshDatabase({ migrations })
  const data = join(folder, 'data')
  for (const [name, text] of Object.entries({
    'keys/master.key': 'k',
    'store/220899/ab/abc': 'document',
    'connection.json': 'secret of the machine',
  })) {
    mkdirSync(join(data, name, '..'), { recursive: true })
    writeFileSync(join(data, name), text)
  }
  mkdirSync(join(data, 'pg'))
  writeFileSync(join(data, 'pg', 'page'), 'of the engine')
  await onConnection(database.pool, (db) =>
    db.raw(`
      insert into books.author (name) select '作者 ' || i from generate_series(1, 3) i;
      insert into books.book (county, title, author, page, corner, told, at, until, size, words, before) select '220899', 'title ' || i, 1 + i % 3, decode(md5(i::text), 'hex'), box(point(i, 1), point(0, 0.1)), jsonb_build_object('i', i),
        '2026-01-01 00:00+08'::timestamptz + i * interval '1 s', case when i % 2 = 0 then 'infinity'::date end, case when i = 7 then 'NaN' else i / 3.0 end,
        array['a', null], case when i > 1 then 'title ' || (i - 1) end from generate_series(1, 5000) i`),
  )
  // somebody goes on adding an author and changing both books of a pair: in a backup of one moment the pair agrees
  let writing = true
  const writer = (async () => {
    for (let i = 0; writing; i++)
      await transaction(database.pool, async (db) => {
        await db.run`insert into books.author (name) values (${`new ${i}`})`
        await db.run`update books.zero set note = ${`${i}`}`
        await db.run`update books.book set told = ${JSON.stringify({ i })} where title = 'title 1'`
      })
  })()
  const source: BackupSource = {
    pool: database.pool,
    dataDir: data,
    database: 'own',
    migrations,
    facts: (db) => db.one<{ books: number }>`select count(*) as books from books.book`,
  }
  const file = join(folder, 'out', backupName(new Date()))
  const made = await backUp(source, file, { passphrase: WORDS }, new Date())
  writing = false
  await writer
  assert.deepEqual(readdirSync(join(folder, 'out')), [file.split('/').at(-1)])
  assert.deepEqual(schemasOf(migrations), ['migration', 'books'])
  assert.deepEqual(
    made.manifest.parts.map(({ name, rows }) => [name, name === 'books.author' ? '' : rows]),
    [
      ['books.author', ''],
      ['books.zero', 1],
      ['migration.applied', 1],
      ['books.book', 5000],
      ['keys/master.key', null],
      ['store/220899/ab/abc', null],
    ],
  )
  assert.deepEqual(made.manifest.facts, { books: 5000 })

  writeFileSync(
    join(migrations, '0002_a.sql'),
    '-- owner: a\ncreate table books.shelf (id int4); insert into books.shelf select count(*) from books.book;',
  )
  await using other = await freshDatabase({ migrations: null })
  const target = join(folder, 'restored')
  const restored = await restoreInto({ pool: other.pool, dataDir: target, migrations }, file, { passphrase: WORDS })
  assert.ok(restored.ok, JSON.stringify(restored))
  const hash = (pool: typeof other.pool) =>
    onConnection(
      pool,
      (db) => db.one<{ rows: string }>`
        select md5(string_agg(whole::text, '' order by title)) as rows from books.book whole where title <> 'title 1'`,
    )
  assert.deepEqual(await hash(other.pool), await hash(database.pool))
  await onConnection(other.pool, async (db) => {
    const { note, told, shelf, authors } = await db.one<{ note: string; told: string; shelf: number; authors: number }>`
      select (select note from books.zero) as note, (select told->>'i' from books.book where title = 'title 1') as told,
        (select id from books.shelf) as shelf, (select count(*) from books.author) as authors`
    assert.equal(note, told, 'one moment')
    assert.equal(shelf, 5000, 'the newer migration found the rows')
    assert.equal(authors, made.manifest.parts.find(({ name }) => name === 'books.author')?.rows)
    await db.run`insert into books.author (name) values ('after')` // the sequence goes on behind the last
  })
  assert.deepEqual(readdirSync(target, { recursive: true }).sort(), [
    'keys',
    'keys/master.key',
    'store',
    'store/220899',
    'store/220899/ab',
    'store/220899/ab/abc',
  ])
  assert.equal(readFileSync(join(target, 'keys/master.key'), 'utf8'), 'k')

  const again = await restoreInto({ pool: other.pool, dataDir: join(folder, 'third'), migrations }, file, { passphrase: WORDS })
  assert.ok(!again.ok && again.refusal.code === 'backup/target-not-empty')
  const place = await emptyPlace(target)
  assert.ok(!place.ok && place.refusal.code === 'backup/target-not-empty')

  rmSync(join(migrations, '0002_a.sql'))
  rmSync(join(migrations, '0001_a.sql'))
  writeFileSync(join(migrations, '0001_b.sql'), '-- owner: a\ncreate schema books;')
  await using third = await freshDatabase({ migrations: null })
  const strange = await restoreInto({ pool: third.pool, dataDir: join(folder, 'third'), migrations }, file, { passphrase: WORDS })
  assert.ok(!strange.ok && strange.refusal.code === 'backup/newer-program')
  await onConnection(third.pool, async (db) =>
    assert.equal(await db.maybe`select 1 from pg_namespace where nspname in ('books', 'migration')`, null),
  )
})

test('100 alterations drawn by chance (a bit, a cut, a piece put in, a piece taken out): every one is refused', async () => {
  await using database = await freshDatabase({ migrations: null })
  const own = join(folder, 'own-migrations')
  mkdirSync(own)
  writeFileSync(join(own, '0001_a.sql'), '-- owner: a\ncreate schema books; create table books.note (id int4 primary key, text text);')
  const pool = openPool(database.url, { max: 1, idle: 'exit' })
  const { migrate } = await import('./migrate.ts')
  await migrate(pool, own)
  await onConnection(pool, (db) => db.raw(`insert into books.note select i, repeat(md5(i::text), 9) from generate_series(1, 3000) i`))
  const { publicKey, privateKey } = newBackupKey(null)
  const file = join(folder, 'whole')
  await backUp(
    { pool, dataDir: join(folder, 'none'), database: 'own', migrations: own, facts: async () => null },
    file,
    { publicKey },
    new Date(),
  )
  assert.ok((await verifyBackup(file, { privateKey })).ok)
  const whole = readFileSync(file)
  let state = 11
  const draw = (below: number) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
  const altered = join(folder, 'altered')
  const codes = new Map<string, number>()
  for (let i = 0; i < 100; i++) {
    // a fifth of them in the head, which is small and in the open
    const at = i % 5 === 0 ? draw(200) : draw(whole.length)
    const bytes = [
      () => {
        const copy = Buffer.from(whole)
        copy[at] ^= 1 << draw(8)
        return copy
      },
      () => whole.subarray(0, at),
      () => Buffer.concat([whole.subarray(0, at), Buffer.from([draw(256)]), whole.subarray(at)]),
      () => Buffer.concat([whole.subarray(0, at), whole.subarray(Math.min(whole.length, at + 1 + draw(500)))]),
    ][i % 4]()
    writeFileSync(altered, bytes)
    const read = await verifyBackup(altered, { privateKey })
    assert.ok(!read.ok, `alteration ${i} at ${at} was not noticed`)
    codes.set(read.refusal.code, (codes.get(read.refusal.code) ?? 0) + 1)
  }
  assert.deepEqual(
    [...codes.values()].reduce((a, b) => a + b),
    100,
  )
  await pool.end()
})
