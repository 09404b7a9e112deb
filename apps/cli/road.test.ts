/** The whole road of one county on the command line: files in, count, check, a second edition, both clocks, proof, undo. */
import assert from 'node:assert/strict'
import { globSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { mapWkb } from '@dishu/base/wkb'
import { handleCount } from '@dishu/land/count/count.routes'
import { type CountReply, DIMENSIONS, type Dimension } from '@dishu/land/count/count.wire'
import type { HistoryReply } from '@dishu/land/exports/exports.wire'
import { generateSample, type SampleCounty, type Truth } from '@dishu/land/sample/sample'
import { SAMPLE_FILES, writeSample } from '@dishu/land/sample/sample.exchange'
import { orRefused } from '@dishu/server-kit/http'
import { type Db, ident, onConnection, transaction } from '@dishu/server-kit/sql'
import { openVault } from '@dishu/server-kit/vault'
import { contextOf } from '../server/county.ts'
import { verifyAll } from '../server/verify.ts'
import {
  csvRows,
  type DbfRow,
  dbfRows,
  dishu,
  dishuJson,
  hundredthsOf,
  type ImportReply,
  type OpenFolder,
  officeFiles,
  openFolder,
  type RefusalReply,
  temporaryFolder,
  type VerifyReply,
} from './acceptance.testing.ts'

const COUNTY = '220899'
const [FIRST_DAY, SECOND_DAY] = ['2024-12-31', '2025-12-31'] // the survey shows the land of the last day of its year

const root = temporaryFolder()
const first = join(root, 'first')
const second = join(root, 'second')
const data = join(root, 'data')
let folder: OpenFolder
let told: { patches: number; parcels: number; contracts: number; samples: number; defects: number }
let rows: DbfRow[]

const at = (words: readonly string[]) => [...words, '--data', data]
const count = (by: string, ...words: string[]) => dishuJson<CountReply>(at(['count', '--by', by, ...words]))
const official = (from: readonly DbfRow[]) => from.reduce((sum, row) => sum + hundredthsOf(row.TBMJ), 0)
const withoutTurn = (key: string) => key.replace(/~\d+$/, '')

/** Areas by class as docs/count.md says: TBMJ less KCMJ under DLBM, KCMJ (held within the patch) under KCDLBM, 1203 where that is blank. */
function byClass(from: readonly DbfRow[]): Map<string, number> {
  const sums = new Map<string, number>()
  const add = (landClass: string, area: number) => area !== 0 && sums.set(landClass, (sums.get(landClass) ?? 0) + area)
  for (const row of from) {
    const whole = hundredthsOf(row.TBMJ)
    const ridges = Math.min(Math.max(hundredthsOf(row.KCMJ || '0'), 0), whole)
    add(row.DLBM, whole - ridges)
    add(row.KCDLBM || '1203', ridges)
  }
  return sums
}

const asMap = (reply: CountReply, dimension: Dimension) => new Map(reply.rows.map((row) => [row.by[dimension] ?? '', row.area]))

async function verifyHolds(revisions: number): Promise<VerifyReply['counties'][number]> {
  const { counties } = await dishuJson<VerifyReply>(at(['verify']))
  assert.equal(counties.length, 1)
  assert.deepEqual(counties[0].problems, [])
  assert.equal(counties[0].revisions, revisions)
  return counties[0]
}

before(async () => {
  told = await dishuJson(['sample', '--out', first, '--patches', '2000'])
  rows = dbfRows(join(first, 'DLTB.dbf'))
  folder = await openFolder(data)
})
after(() => folder?.close())

describe('a county from its files to its count', { timeout: 300_000 }, () => {
  test('all files of the office go in with one command', async () => {
    const { import: done, revisions } = await dishuJson<ImportReply>(
      at(['import', ...officeFiles(first), '--yes', '--reason', 'first survey']),
    )
    assert.equal(done.state, 'done')
    const read = Object.fromEntries(done.layers.map(({ layer, rowsRead }) => [layer, rowsRead]))
    assert.equal(read.DLTB, rows.length)
    assert.equal(read.DLTB, told.patches)
    assert.deepEqual([read.DK, read.CBHT, read.土壤化验], [told.parcels, told.contracts, told.samples])
    assert.equal(read.XZQ, dbfRows(join(first, 'XZQ.dbf')).length)
    for (const layer of done.layers) assert.equal(layer.added + layer.unchanged + layer.refused, layer.rowsRead, layer.layer)
    for (const name of ['DLTB', 'DK', 'XZQ']) {
      const layer = done.layers.find((each) => each.layer === name)
      assert.deepEqual([layer?.encoding, layer?.crs?.slice(0, 9)], ['GBK', 'EPSG:4529'])
    }
    assert.deepEqual(
      revisions?.map(({ county, rev, closed }) => ({ county, rev, closed })),
      [{ county: COUNTY, rev: 1, closed: 0 }],
    )
    await verifyHolds(1)
    // what an import leaves behind is the list of refused rows and nothing else
    for (const id of readdirSync(join(data, 'intake'))) assert.deepEqual(readdirSync(join(data, 'intake', id)), ['refused.jsonl'])
  })

  test('the total is the sum of TBMJ, and every class is the sum of its patches, to the last 0.01 m²', async () => {
    const began = performance.now()
    const reply = await count('class')
    // tables that have just been filled are known to the planner: without that this takes a minute instead of a moment
    assert.ok(performance.now() - began < 15_000, `the first count took ${Math.round(performance.now() - began)} ms`)
    assert.equal(reply.total.area, official(rows))
    assert.equal(reply.total.patches, rows.length)
    assert.deepEqual(new Map([...asMap(reply, 'class')].sort()), new Map([...byClass(rows)].sort()))
    assert.equal(reply.synthetic, true)
  })

  test('every combination of dimensions has the same total', async () => {
    for (let mask = 1; mask < 1 << DIMENSIONS.length; mask++) {
      const by = DIMENSIONS.filter((_, i) => mask & (1 << i))
      const reply = await inProcess({ by: by.join(','), level: mask % 2 === 0 ? undefined : ['county', 'town', 'village'][mask % 3] })
      assert.equal(
        reply.rows.reduce((sum, row) => sum + row.area, 0),
        official(rows),
        by.join(),
      )
      assert.equal(
        reply.rows.reduce((sum, row) => sum + row.patches, 0),
        rows.length,
        by.join(),
      )
    }
  })

  test('parents equal their children at every pair of levels, by every other dimension', async () => {
    for (const other of DIMENSIONS.filter((each) => each !== 'area')) {
      const levels = await Promise.all((['county', 'town', 'village'] as const).map((level) => inProcess({ by: `area,${other}`, level })))
      const [county, town, village] = levels.map((reply) => new Map(reply.rows.map((row) => [`${row.by.area} ${row.by[other]}`, row.area])))
      const summed = (children: ReadonlyMap<string, number>, digits: number) => {
        const sums = new Map<string, number>()
        for (const [key, area] of children) {
          const [code, value] = key.split(' ')
          const parent = `${code.slice(0, digits)} ${value}`
          sums.set(parent, (sums.get(parent) ?? 0) + area)
        }
        return new Map([...sums].sort())
      }
      assert.deepEqual(summed(village, 9), new Map([...town].sort()), other)
      assert.deepEqual(summed(village, 6), summed(town, 6), other)
      // rows whose village is a slip of the pen lie in no area of this county, and are in its total all the same
      const within = [...county.values()].reduce((sum, area) => sum + area, 0)
      assert.equal(within, official(rows), other)
    }
    const towns = await count('area', '--level', 'town')
    for (const { by, area } of towns.rows) {
      if (!by.area?.startsWith(COUNTY)) continue
      const inside = await inProcess({ by: 'class', within: by.area })
      assert.equal(inside.total.area, area, by.area)
    }
  })

  test('the check finds every planted defect by its rule, and nothing that was not planted', async (t) => {
    const { counties } = await dishuJson<{ counties: { open: number; rules: { rule: string; open: number }[] }[] }>(at(['check']), 6)
    const truth = (JSON.parse(readFileSync(join(first, SAMPLE_FILES.truth), 'utf8')) as { defects: Truth[] }).defects
    // a finding of geometry has its place behind its rows
    const mark = (rule: string, key: string) => `${rule} ${withoutTurn(key.replace(/ [@∉].*$/, ''))}`
    const planted = new Set(truth.map(({ rule, key }) => mark(rule, key)))
    const said = await onConnection(
      folder.pool,
      (db) => db.all<{ rule: string; key: string }>`select rule, subject_key as key from land.finding`,
    )
    assert.equal(counties[0].open, said.length)
    const found = new Set(said.map(({ rule, key }) => mark(rule, key)))
    // two soil rows of one number, day and depth cannot both be kept: the import refuses the second, and that is how it is found
    const { import: again } = await dishuJson<ImportReply>(
      at(['import', join(first, SAMPLE_FILES.soil), '--county', COUNTY, '--dry-run']),
      3,
    )
    for (const { code, message } of again.refusedRows) {
      const key = /“([^ ]+) \//.exec(message)?.[1]
      if (code === 'intake/duplicate-row' && key) found.add(mark('sample/duplicate', key))
    }
    // a planted error says two things of the other row of a pair, and of the name beside a wrong code
    const follows = new Set<string>()
    for (const { rule, key, found: value } of truth) {
      const own = rows.find(({ BSM }) => BSM === key)
      if (rule === 'patch/duplicate-number' && own)
        for (const row of rows) if (row.TBBH === value && row.ZLDWDM === own.ZLDWDM) follows.add(mark(rule, row.BSM))
      if (rule.startsWith('patch/class-')) follows.add(mark('patch/class-name-differs', key))
    }
    const right = [...planted].filter((each) => found.has(each)).length
    const wrong = [...found].filter((each) => !planted.has(each) && !follows.has(each))
    const recall = right / planted.size
    const precision = (found.size - wrong.length) / found.size
    const rules = [...new Set(truth.map(({ rule }) => rule))].sort()
    const line = (rule: string) =>
      `${rule.padEnd(40)} ${[planted, found].map((set) => String([...set].filter((each) => each.startsWith(`${rule} `)).length).padStart(4)).join(' ')}`
    t.diagnostic(['rule, planted, found', ...rules.map(line), `recall ${recall.toFixed(3)}, precision ${precision.toFixed(3)}`].join('\n'))
    assert.ok(recall >= 0.98, `recall ${recall}: missed ${[...planted].filter((each) => !found.has(each))}`)
    assert.ok(precision >= 0.98, `precision ${precision}: ${wrong}`)
  })

  test('an exported table says what the file said', async () => {
    const csv = join(root, 'patches.csv')
    const told = await dishuJson<{ rows: number; known: number }>(at(['export', 'patches', '--to', 'csv', '--out', csv]))
    assert.deepEqual([told.rows, told.known], [rows.length, 1])
    const exported = csvRows(readFileSync(csv, 'utf8'))
    assert.equal(exported.length, rows.length)
    const key = (row: DbfRow) => `${withoutTurn(row.BSM)} ${row.TBBH} ${row.DLBM} ${row.QSXZ} ${hundredthsOf(row.TBMJ)} ${row.ZLDWMC}`
    assert.deepEqual(exported.map(key).sort(), rows.map(key).sort())
  })

  test('the same files again have nothing to take, and a file without refused rows says so with exit code 0', async () => {
    const { import: all } = await dishuJson<ImportReply>(at(['import', ...officeFiles(first), '--yes']), 3)
    assert.equal(all.refusal?.code, 'intake/nothing-to-take')
    for (const layer of all.layers) assert.deepEqual([layer.added, layer.changed, layer.ended], [0, 0, 0], layer.layer)
    const { import: one } = await dishuJson<ImportReply>(at(['import', join(first, SAMPLE_FILES.patches), '--yes']))
    assert.equal(one.refusal?.code, 'intake/nothing-to-take')
    assert.equal((await verifyHolds(1)).revisions, 1)
  })
})

describe('a second edition, both clocks, proof and undo', { timeout: 300_000 }, () => {
  let later: DbfRow[]
  let edited: Edition

  test('a changed copy shows exactly what changed', async () => {
    edited = await writeSecondEdition()
    later = dbfRows(join(second, 'DLTB.dbf'))
    assert.equal(later.length, rows.length - 10 + 5)
    const { import: shown } = await dishuJson<ImportReply>(at(['import', join(second, SAMPLE_FILES.patches), '--dry-run']))
    const layer = shown.layers[0]
    assert.deepEqual([layer.added, layer.ended, layer.refused], [5, 10, 0])
    // SJNF says another year in every row; what else changed is counted field by field
    const changed = Object.fromEntries(shown.changedFields.map((each) => [each.name, each.rows]))
    assert.deepEqual(changed, { survey_year: rows.length - 10, class: 50, class_name: 50 })

    const { revisions } = await dishuJson<ImportReply>(
      at(['import', join(second, SAMPLE_FILES.patches), '--yes', '--reason', 'second survey']),
    )
    assert.equal(revisions?.[0].rev, 2)
    await verifyHolds(2)
  })

  test('each day and each state of knowledge has its own total', async () => {
    const [then, now] = [official(rows), official(later)]
    assert.notEqual(then, now)
    const totals = async (...words: string[]) => {
      const reply = await count('class', ...words)
      return { area: reply.total.area, patches: reply.total.patches, classes: asMap(reply, 'class') }
    }
    const expected = (from: readonly DbfRow[]) => ({ area: official(from), patches: from.length, classes: byClass(from) })
    const sorted = ({ area, patches, classes }: Awaited<ReturnType<typeof totals>>) => ({ area, patches, classes: [...classes].sort() })
    assert.deepEqual(sorted(await totals('--as-of', FIRST_DAY)), sorted(expected(rows)))
    assert.deepEqual(sorted(await totals('--as-of', SECOND_DAY)), sorted(expected(later)))
    assert.deepEqual(sorted(await totals()), sorted(expected(later)))
    assert.deepEqual(sorted(await totals('--as-of', SECOND_DAY, '--known', '1')), sorted(expected(rows)))
    assert.deepEqual(sorted(await totals('--as-of', '2025-12-30')), sorted(expected(rows)))
    assert.equal((await totals('--as-of', '2024-12-30')).area, 0)
  })

  test('a patch tells its history: both editions, by whom and from which row', async () => {
    const key = edited.reclassed[0]
    const reply = await dishuJson<HistoryReply>(at(['history', key]))
    const own = reply.entries.filter((entry) => entry.kind === 'patch')
    assert.deepEqual(
      own.map(({ rev, action, actor, validFrom }) => ({ rev, action, actor, validFrom })),
      [
        { rev: 1, action: 'added', actor: 'office', validFrom: FIRST_DAY },
        { rev: 2, action: 'changed', actor: 'office', validFrom: SECOND_DAY },
      ],
    )
    assert.deepEqual(
      own[1].changes.find(({ name }) => name === 'class'),
      { name: 'class', before: '0103', after: '0102' },
    )
    assert.equal(own[0].source?.row, rows.findIndex(({ BSM }) => BSM === key) + 1)
    assert.equal(own[1].source?.row, later.findIndex(({ BSM }) => BSM === key) + 1)
    const gone = await dishuJson<HistoryReply>(at(['history', edited.ended[0]]))
    assert.equal(gone.entries.at(-1)?.action, 'ended')
  })

  test('verify finds one flipped byte in a kept file, in a row of the register, in a sealed value and in the chain', async () => {
    const vault = await openVault(data)
    const proof = () => transaction(folder.pool, (db) => verifyAll(db, COUNTY, { vault }), { isolation: 'repeatable read', retries: 0 })
    const problems = async () => [...new Set((await proof()).problems.map(({ problem }) => problem))].sort()
    assert.deepEqual(await problems(), [])
    const change = (body: (db: Db) => Promise<unknown>) => transaction(folder.pool, body, { actor: 'test', retries: 0 })

    const file = largestFile(join(data, 'store'))
    const bytes = readFileSync(file)
    const flipped = Buffer.from(bytes)
    flipped[Math.floor(flipped.length / 2)] ^= 1
    writeFileSync(file, flipped)
    const { counties } = await dishuJson<VerifyReply>(at(['verify']), 6)
    const ofFile = counties[0].problems.map(({ problem }) => problem)
    writeFileSync(file, bytes)
    assert.deepEqual(ofFile, ['document-altered'])

    const flips = [
      // one digit of an area, one bit of an outline, a day
      ['land.patch', 'official_area = official_area + 1', 'official_area = official_area - 1', 'row-altered'],
      ['land.patch', 'outline = set_byte(outline, 40, get_byte(outline, 40) # 1)', null, 'row-altered'],
      ['land.parcel', "name = coalesce(name, '') || ' '", 'name = left(name, -1)', 'row-altered'],
      ['land.contract', 'valid_from = valid_from - 1', 'valid_from = valid_from + 1', 'rows-not-as-sealed'],
    ] as const
    for (const [table, there, back, expected] of flips) {
      const [schema, name] = table.split('.')
      const { id } = await onConnection(
        folder.pool,
        (db) => db.one<{ id: number }>`select min(id) as id from ${ident(schema, name)} where county = ${COUNTY} and until is null`,
      )
      const set = (what: string) =>
        change((db) => db.raw(`update ${table} set ${what} where county = '${COUNTY}' and id = ${id} and until is null`))
      await set(there)
      assert.ok((await problems()).includes(expected), `${table} ${there}`)
      await set(back ?? there)
    }

    // flipped twice, a bit is what it was; the largest sum stays the largest with a hundredth more
    const others = [
      [
        'update kernel.sealed set cipher = set_byte(cipher, 20, get_byte(cipher, 20) # 1) where ref = (select ref from kernel.sealed order by ref limit 1)',
        null,
        'sealed-altered',
      ],
      ['update kernel.chain_head set hash = set_byte(hash, 3, get_byte(hash, 3) # 1)', null, 'head-differs'],
      [largestSum('+ 1'), largestSum('- 1'), 'cells-do-not-add-up'],
    ] as const
    for (const [there, back, expected] of others) {
      await change((db) => db.raw(there))
      const said = await problems()
      await change((db) => db.raw(back ?? there))
      assert.deepEqual(said, [expected])
    }
    // the database itself does not let a revision say anything but what was hashed
    await assert.rejects(change((db) => db.raw(`update kernel.revision set reason = reason || '.' where county = '${COUNTY}' and rev = 1`)))
    await verifyHolds(2)
  })

  test('undone, the second edition leaves the first, and the first leaves an empty register', async () => {
    const refused = await dishuJson<RefusalReply>(at(['undo', '1']), 3)
    assert.equal(refused.refusal.code, 'records/cannot-undo')
    assert.deepEqual([...new Set((refused.refusal.details.dependents as { rev: number }[]).map(({ rev }) => rev))], [2])

    assert.equal((await dishuJson<{ rev: number }>(at(['undo', '2']))).rev, 3)
    await verifyHolds(3)
    assert.equal((await count('class', '--as-of', SECOND_DAY)).total.area, official(rows))
    assert.equal((await count('class', '--as-of', SECOND_DAY, '--known', '2')).total.area, official(later))

    assert.equal((await dishuJson<{ rev: number }>(at(['undo', '1']))).rev, 4)
    await verifyHolds(4)
    assert.deepEqual((await count('class')).total, { area: 0, patches: 0, cells: 0 })
    const left = await onConnection(
      folder.pool,
      (db) =>
        db.one<{
          rows: number
        }>`select (select count(*) from land.patch_now) + (select count(*) from land.parcel_now) + (select count(*) from land.contract_now)
        + (select count(*) from land.sample_now) + (select count(*) from land.cell_now) as rows`,
    )
    assert.equal(left.rows, 0)
    // and can be filled again
    const { revisions } = await dishuJson<ImportReply>(at(['import', ...officeFiles(first), '--yes']))
    assert.equal(revisions?.[0].rev, 5)
    assert.equal((await count('class')).total.area, official(rows))
    await verifyHolds(5)
  })

  test('words that are no command, and questions that have no answer, are told in one sentence', async () => {
    const wrong = await dishu(at(['count', '--by', 'colour']))
    assert.equal(wrong.code, 3)
    assert.equal(wrong.err.trim().split('\n').length <= 2, true, wrong.err)
    assert.equal((await dishu(['nonsense'])).code, 2)
    assert.equal((await dishu(at(['count', '--nonsense']))).code, 2)
    assert.equal((await dishu(at(['history', '999']))).code, 3)
  })
})

/** The count as the command makes it, without starting a process for it. */
async function inProcess(address: Readonly<Record<string, string | undefined>>): Promise<CountReply> {
  return transaction(
    folder.pool,
    async (db) => orRefused(await handleCount(db, COUNTY, address, await contextOf(db, COUNTY, new Date(), 'en'))),
    { readOnly: true, isolation: 'repeatable read' },
  )
}

type Edition = { readonly reclassed: readonly string[]; readonly ended: readonly string[]; readonly added: readonly string[] }

/** The survey a year on: 50 patches are irrigated now, 10 are gone, 5 new ones lie on the ground of those, and every row says the year. */
async function writeSecondEdition(): Promise<Edition> {
  const county = generateSample(7, 2000)
  const planted = new Set(county.truth.map(({ key }) => key))
  const times = new Map<string, number>()
  for (const { BSM } of county.patches) times.set(BSM, (times.get(BSM) ?? 0) + 1)
  const plain = county.patches.filter(({ BSM, DLBM }) => DLBM === '0103' && !planted.has(BSM) && times.get(BSM) === 1)
  const reclassed = new Set(plain.slice(0, 50).map(({ BSM }) => BSM))
  const ended = new Set(plain.slice(50, 60).map(({ BSM }) => BSM))
  const added = plain.slice(50, 55).map((row, i) => ({
    ...row,
    BSM: `22089920010009${String(9000 + i)}`,
    TBBH: String(9000 + i),
    TBMJ: Math.round(row.TBMJ * 25) / 100,
    KCMJ: 0,
    KCXS: 0,
    TBDLMJ: Math.round(row.TBMJ * 25) / 100,
    SJNF: 2025,
    wkb: mapWkb(row.wkb, halve),
  }))
  const patches = county.patches
    .filter(({ BSM }) => !ended.has(BSM))
    .map((row) => ({ ...row, SJNF: 2025, ...(reclassed.has(row.BSM) ? { DLBM: '0102', DLMC: '水浇地' } : {}) }))
  const edition: SampleCounty = { ...county, patches: [...patches, ...added] }
  mkdirSync(second, { recursive: true })
  await writeSample(edition, second)
  return { reclassed: [...reclassed], ended: [...ended], added: added.map(({ BSM }) => BSM) }
}

const largestSum = (by: string) =>
  `update land.cell_sum set area = area ${by} where until is null and area = (select max(area) from land.cell_sum where until is null)`

function largestFile(folder: string): string {
  const files = globSync(join(folder, '**/*')).filter((path) => statSync(path).isFile())
  return files.sort((a, b) => statSync(b).size - statSync(a).size)[0]
}

/** Half the length and a quarter of the area, seen from the first vertex. */
function halve(xy: Float64Array): void {
  const [x0, y0] = xy
  for (let i = 0; i < xy.length; i += 2) {
    xy[i] = x0 + (xy[i] - x0) / 2
    xy[i + 1] = y0 + (xy[i + 1] - y0) / 2
  }
}
