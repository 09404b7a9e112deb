import assert from 'node:assert/strict'
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, test } from 'node:test'
import { BrokenPages, leavesOf, RowCursor } from './pages.ts'

const folder = mkdtempSync(join(tmpdir(), 'dishu-pages-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const MOST = 1 << 24

/** A table of every kind of value, with rows taken out again, and what SQLite says is in it. */
function table(name: string, pageSize: number, rows: number, settings = '') {
  const path = join(folder, `${name}.db`)
  const db = new DatabaseSync(path)
  db.exec(`pragma page_size = ${pageSize}; ${settings}; create table t (id integer primary key, a, b, c)`)
  const put = db.prepare('insert into t (id, a, b, c) values (?, ?, ?, ?)')
  db.exec('begin')
  for (let i = 0; i < rows; i++) {
    // row numbers below nothing, and of many bytes
    const id = i % 50 === 49 ? -BigInt(i) : i % 50 === 48 ? 2n ** 62n + BigInt(i) : BigInt(i) ** 3n * 1_000_003n
    const whole = [
      0n,
      1n,
      -1n,
      127n,
      -32_768n,
      8_388_607n,
      -8_388_608n,
      2n ** 31n - 1n,
      2n ** 47n - 1n,
      -(2n ** 47n),
      2n ** 53n - 1n,
      2n ** 62n,
    ]
    const value = i % 5 === 0 ? whole[(i / 5) % whole.length] : i % 5 === 1 ? i / 7 : i % 5 === 2 ? `块${i}` : i % 5 === 3 ? null : ''
    put.run(id, value, new Uint8Array((i * 37) % (i % 97 === 0 ? 40_000 : 300)).fill(i), 'x'.repeat(i % 90))
  }
  db.exec('commit; delete from t where id % 7 = 3')
  const statement = db.prepare('select id, a, b, c from t order by rowid')
  statement.setReadBigInts(true)
  const expected = statement.all()
  const root = Number(db.prepare("select rootpage as root from sqlite_schema where name = 't'").get()?.root)
  db.close()
  return { path, root, expected }
}

function rowsOf(path: string, root: number, shares = 1) {
  const fd = openSync(path, 'r')
  try {
    const pages = leavesOf(fd, statSync(path).size, root)
    assert.ok(pages)
    const rows: { id: unknown; a: unknown; b: Uint8Array; c: unknown }[] = []
    for (let k = 0; k < shares; k++) {
      const at = (share: number) => Math.round((pages.leaves.length * share) / shares)
      const cursor = new RowCursor(fd, pages, [1, 2, 3], at(k), at(k + 1), MOST)
      while (cursor.next()) {
        const from = cursor.places[1]
        rows.push({
          id: cursor.rowNumber(),
          a: cursor.value(0),
          b: Uint8Array.from(cursor.bytes.subarray(from, from + cursor.blob(1))),
          c: cursor.value(2),
        })
      }
    }
    return rows
  } finally {
    closeSync(fd)
  }
}

const said = (value: unknown) => (typeof value === 'bigint' ? (Number.isSafeInteger(Number(value)) ? Number(value) : String(value)) : value)

for (const [pageSize, rows, settings] of [
  [512, 3000, ''],
  [4096, 6000, ''],
  [4096, 2000, 'pragma auto_vacuum = full'],
  [65_536, 3000, ''],
  [4096, 3, ''],
] as const)
  test(`the rows of ${rows} on pages of ${pageSize} bytes ${settings} are those that SQLite gives`, () => {
    const { path, root, expected } = table(`p${pageSize}-${rows}-${settings.length}`, pageSize, rows, settings)
    for (const shares of [1, 3]) {
      const got = rowsOf(path, root, shares)
      assert.equal(got.length, expected.length)
      for (const [i, row] of got.entries())
        assert.deepEqual(row, { id: said(expected[i].id), a: said(expected[i].a), b: expected[i].b, c: expected[i].c })
    }
  })

test('a damaged page is found out or gives other rows, and never leads outside the file', () => {
  const { path, root, expected } = table('damaged', 1024, 1200)
  const whole = readFileSync(path)
  const worse = join(folder, 'worse.db')
  let broken = 0
  for (let k = 0; k < 150; k++) {
    const bytes = Buffer.from(whole)
    // heads of pages and lists of cells are where most goes wrong
    const page = 1 + ((k * 7919) % (bytes.length / 1024 - 1))
    for (let i = 0; i < 3; i++) bytes[page * 1024 + ((k * 31 + i * 17) % 60)] = (k * 89 + i * 53) & 255
    writeFileSync(worse, bytes)
    try {
      rowsOf(worse, root)
    } catch (cause) {
      assert.ok(cause instanceof BrokenPages || cause instanceof assert.AssertionError, String(cause))
      broken++
    }
  }
  assert.ok(broken > 20, `${broken} of 150 were found out`)
  assert.equal(rowsOf(path, root).length, expected.length)
  for (const cut of [1024, 3000, whole.length - 1024]) {
    writeFileSync(worse, whole.subarray(0, cut))
    assert.throws(() => rowsOf(worse, root))
  }
})

test('a page that leads back to itself ends', () => {
  const { path, root } = table('circle', 512, 2000)
  const bytes = readFileSync(path)
  // the last child of the root becomes the root
  bytes.writeUInt32BE(root, (root - 1) * 512 + 8)
  const circle = join(folder, 'circle2.db')
  writeFileSync(circle, bytes)
  assert.throws(() => rowsOf(circle, root), BrokenPages)
})
