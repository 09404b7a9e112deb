import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import type { Day } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { writePolygonWkb } from '@dishu/base/wkb'
import { writeXlsx } from '@dishu/formats/write/xlsx'
import { openRevision, rowToWrite, undoRevision } from '@dishu/kernel/records/records.store'
import { toZone } from '@dishu/numeric/geodesy/zone'
import { type Db, onConnection, transaction } from '@dishu/server-kit/sql'
import { freshDatabase } from '@dishu/testkit/database'
import { measureLimits } from '../ecology/ecology.jobs.ts'
import { readCollisions, readMeasured, sumUnderLimits } from '../ecology/ecology.store.ts'
import { groundKind, parcelKind, patchKind } from '../parcels/parcels.ts'
import { sampleKind } from '../soil/soil.ts'
import { stepsFrom } from '../technology/library.exchange.ts'
import type { RawSheet } from '../technology/library-rows.ts'
import {
  decideLibrary,
  LIBRARY_KINDS,
  readLibrary,
  readLibraryFile,
  readPatchFacts,
  sheetsFrom,
  writeLibrary,
  writeLibraryWorkbook,
} from '../technology/technology.jobs.ts'
import { optionsOf } from '../technology/technology.ts'
import { contractKind, contractParcelKind } from '../tenure/tenure.ts'
import { NO_WATER } from '../water/water.ts'
import { drawLibrary } from './library.ts'

const COUNTY = '220899'
const KINDS = [patchKind, parcelKind, groundKind, contractKind, contractParcelKind, sampleKind, ...LIBRARY_KINDS]
const DAY = '2026-01-01' as Day
const LATER = '2026-06-01' as Day
const write = (db: Db, sheets: readonly RawSheet[], day: Day = DAY) =>
  writeLibrary(db, COUNTY, sheets, { day, actor: '测试员', reason: '', now: new Date(), file: 'test.xlsx', kinds: KINDS })
const asOf = (day: Day, rev: number | null = null) => ({ day, rev })

async function refusalOf(body: Promise<unknown>) {
  try {
    await body
  } catch (fault) {
    if (fault instanceof Refused) return fault.refusal
    throw fault
  }
  throw new Error('expected a refusal')
}

test('the sample’s library goes out as a workbook and comes in again unchanged; a changed cell is one change', async () => {
  await using database = await freshDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'dishu-library-test-'))
  try {
    await transaction(database.pool, (db) => write(db, sheetsFrom(drawLibrary())))
    const before = await onConnection(database.pool, (db) => readLibrary(db, COUNTY, asOf(DAY)))
    assert.equal(before.trials.length, 7)
    assert.equal(before.results.length, 6 * 3 * 2 * 3 + 3 * 2)
    for (const language of ['zh', 'en'] as const) {
      const path = join(folder, `${language}.xlsx`)
      await writeLibraryWorkbook(path, language, before)
      const sheets = await readLibraryFile(path, 'library.xlsx')
      const { decided, problems } = await onConnection(database.pool, (db) => decideLibrary(db, COUNTY, sheets, DAY))
      assert.deepEqual(problems, [])
      // what the program says, and what the office said, both to the letter
      for (const { sheet, change, content } of decided) assert.equal(change, 'same', `${sheet} ${JSON.stringify(content)}`)
      assert.equal((await refusalOf(transaction(database.pool, (db) => write(db, sheets)))).code, 'library/changes-nothing')
      const changed = sheets.map((each) => {
        const price = each.fields.findIndex((title) => title === 'Price yuan' || title === '单价 元')
        if (price < 0 || !['costs', '费用'].includes(each.name)) return each
        const [first, ...rest] = each.rows
        return { ...each, rows: [{ ...first, values: first.values.with(price, 77) }, ...rest] }
      })
      const found = await onConnection(database.pool, (db) => decideLibrary(db, COUNTY, changed, DAY))
      assert.deepEqual(
        found.decided.filter(({ change }) => change !== 'same').map(({ sheet, change, content }) => [sheet, change, content.fen]),
        [['costs', 'changed', 7700]],
      )
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('a row holds from its day; an earlier day and an earlier revision still have the earlier one, and undo brings it back', async () => {
  await using database = await freshDatabase()
  const price = (yuan: number) =>
    sheetsFrom({
      costs: [{ technology: 'fgd-gypsum', line: '材料', scope: 'material', unit: 't', yuan, year: 2026, source: '询价', mark: 'own' }],
    })
  await transaction(database.pool, (db) => write(db, price(120)))
  const second = await transaction(database.pool, (db) => write(db, price(150), LATER))
  const fen = async (day: Day, rev: number | null = null) =>
    (await onConnection(database.pool, (db) => readLibrary(db, COUNTY, asOf(day, rev)))).library.costs.map((each) => each.fen)
  assert.deepEqual(await fen(DAY), [12_000])
  assert.deepEqual(await fen(LATER), [15_000])
  assert.deepEqual(await fen(LATER, 1), [12_000])
  assert.equal((await refusalOf(transaction(database.pool, (db) => write(db, price(150), LATER)))).code, 'library/changes-nothing')
  await transaction(database.pool, (db) =>
    undoRevision(db, COUNTY, second.rev, KINDS, { actor: '测试员', reason: '', now: new Date() }, async () => {}),
  )
  assert.deepEqual(await fen(LATER), [12_000])
})

test('everything wrong in a workbook is told with its sheet, row and column, and nothing is written', async () => {
  await using database = await freshDatabase()
  const folder = await mkdtemp(join(tmpdir(), 'dishu-library-test-'))
  try {
    const path = join(folder, 'bad.xlsx')
    const table = (name: string, rows: readonly (readonly (string | number | null)[])[]) => ({
      name,
      fields: (rows[0] as readonly string[]).map((title) => ({ name: title, type: 'text' as const })),
      rows: rows.slice(1).map((values) => ({ values })),
    })
    await writeXlsx(path, [
      table('费用', [
        ['技术代码', '费用项', '范围', '计价单位', '单价 元', '价格年份', '出处', '把握'],
        ['fgd-gypsum', '材料', 'material', 't', -5, 2026, '询价', 'own'],
        ['no-such', '材料', 'material', 't', 100, 2026, '询价', 'own'],
        ['fgd-gypsum', '撒施', 'spreading', '车', 60, 2026, '询价', 'own'],
        ['fgd-gypsum', '运费', 'spreading', 't', 30, 2026, '', 'own'],
        ['sulfur', '材料', 'material', 't', 30, 2026, '询价', 'own'],
        ['sulfur', '材料', 'material', 't', 31, 2026, '询价', 'own'],
      ]),
      table('作物', [
        ['代码', '名称', '种植方式', 'pH 不减产上限', 'pH 绝收下限', 'ESP 不减产上限 %', '出处', '把握'],
        ['rice', '水稻', 'paddy', 10, 9, null, '试验', 'own'],
        ['maize', '玉米', 'irrigated', null, null, 15, '试验', 'own'],
      ]),
      table('随便', [['甲'], ['乙']]),
      table('品种', [
        ['代码', '名称'],
        ['a', 'b'],
      ]),
    ])
    const sheets = await readLibraryFile(path, 'bad.xlsx')
    const { problems } = await onConnection(database.pool, (db) => decideLibrary(db, COUNTY, sheets, DAY))
    const places = problems.map(({ code, details }) => {
      const { sheet, row, column } = details as { sheet: string; row?: number; column?: string }
      return `${code} ${sheet} ${row ?? ''} ${column ?? ''}`.trim()
    })
    assert.deepEqual(places.sort(), [
      'library/incomplete 作物 3',
      'library/missing-cell 费用 5 出处',
      'library/missing-column 品种  作物代码',
      'library/missing-column 品种  出处',
      'library/missing-column 品种  把握',
      'library/named-twice 费用 7',
      'library/not-readable-cell 费用 4 计价单位',
      'library/out-of-range 费用 2 单价 元',
      'library/unknown-code 费用 3 技术代码',
      'library/unknown-sheet 随便',
      'library/wrong-way-round 作物 2',
    ])
    const refusal = await refusalOf(transaction(database.pool, (db) => write(db, sheets)))
    assert.equal(refusal.code, 'library/refused')
    const { allCosts } = await onConnection(database.pool, (db) => readLibrary(db, COUNTY, asOf(DAY)))
    assert.deepEqual(allCosts, [])
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})

test('a patch half under a red line: its parts, its soil, and its options come out of the register', async () => {
  await using database = await freshDatabase()
  const ZONE = { centralMeridian: 123, falseEasting: 41_500_000 }
  const [x, y] = toZone(Float64Array.of(123.2, 45.5), ZONE)
  // a square of 200 m, its western half under the red line
  const square = (x0: number, y0: number, x1: number, y1: number) =>
    writePolygonWkb([{ rings: [Float64Array.of(x0, y0, x1, y0, x1, y1, x0, y1, x0, y0)] }])
  const bbox = [123.19, 45.49, 123.21, 45.51] as const
  await transaction(database.pool, async (db) => {
    const revision = await openRevision(db, COUNTY, KINDS)
    const area = { official_area: 4_000_000, deducted_area: 0, class_area: 4_000_000, village: '220899100200', srid: 4529, bbox, extra: {} }
    await revision.add(patchKind, [
      rowToWrite(patchKind, {
        validFrom: DAY,
        content: { patch_key: 'A1', class: '1204', outline: square(x, y, x + 200, y + 200), ...area },
      }),
      rowToWrite(patchKind, {
        validFrom: DAY,
        content: { patch_key: 'A2', class: '1108', outline: square(x + 300, y, x + 500, y + 200), ...area },
      }),
    ])
    await revision.add(
      groundKind,
      (['ecological-red-line', 'nature-reserve'] as const).map((layer) =>
        rowToWrite(groundKind, {
          validFrom: DAY,
          content: { layer, key: '1', name: '', srid: 4529, outline: square(x - 100, y - 100, x + 100, y + 300), bbox, extra: {} },
        }),
      ),
    )
    await revision.add(parcelKind, [
      rowToWrite(parcelKind, {
        validFrom: DAY,
        content: {
          parcel_code: 'D1',
          official_area: 4_000_000,
          srid: 4529,
          outline: square(x + 50, y, x + 150, y + 100),
          bbox,
          sealed: {},
          extra: {},
        },
      }),
    ])
    await revision.add(contractKind, [
      rowToWrite(contractKind, {
        validFrom: DAY,
        content: { contract_code: 'H1', term_from: '2020-01-01', term_to: null, sealed: {}, extra: {} },
      }),
    ])
    await revision.add(contractParcelKind, [
      rowToWrite(contractParcelKind, {
        validFrom: DAY,
        content: { contract_code: 'H1', parcel_code: 'D1', share_part: 1, share_whole: 1, extra: {} },
      }),
    ])
    const sample = {
      plot_code: 'A1',
      depth_from_cm: 0,
      depth_to_cm: 20,
      sampled_on: '2026-04-20',
      season: 'spring',
      ph_ratio: '1:5',
      ec_ratio: '1:5',
      extra: {},
    }
    await revision.add(sampleKind, [
      rowToWrite(sampleKind, {
        validFrom: DAY,
        content: {
          sample_code: 'S1',
          ...sample,
          ph: 9.4,
          ec_ds_per_m: 0.4,
          esp_percent: 36,
          cec_cmol_per_kg: 20,
          ions: { co3: 1, hco3: 2, ca: 0.2, mg: 0.1, na: 3 },
        },
      }),
    ])
    await revision.seal({ what: 'import', cause: 're-survey', actor: '测试员', reason: '', now: new Date() })
    await write(db, sheetsFrom(drawLibrary()))
  })
  const day = '2026-07-01' as Day
  const ids = await onConnection(
    database.pool,
    (db) => db.all<{ id: number; key: string }>`select id, patch_key as key from land.patch_now order by patch_key`,
  )
  const [found, wetland] = await onConnection(database.pool, async (db) => {
    const { library, limits } = await readLibrary(db, COUNTY, asOf(day))
    const read = await readPatchFacts(
      db,
      COUNTY,
      ids.map(({ id }) => id),
      { library, limits, water: NO_WATER, day },
    )
    return read.map(({ facts, library: own }) => ({ facts, ...optionsOf(facts, own, limits) }))
  })
  const { facts } = found
  assert.deepEqual(
    facts.limits.map(({ limits, areaM2 }) => [limits.join('+'), areaM2]),
    [
      ['', 20_000],
      ['ecological-red-line+nature-reserve', 20_000],
    ],
  )
  assert.equal(facts.soil?.ph, 9.4)
  assert.ok(Math.abs((facts.soil?.alkalinity ?? 0) - 2.7) < 1e-12)
  assert.ok(Math.abs((facts.soil?.ece ?? 0) - 0.4 * 6.4) < 1e-12) // the sample's choice of conversion
  assert.deepEqual(facts.water, { district: null, paddy: null, irrigation: null, drainOutlet: null })
  // nothing is known of water, so only what needs none can be done: oats, on the free half
  assert.deepEqual(
    found.options.map(({ id, usableM2 }) => [id, usableM2]),
    [['oats/oats', 20_000]],
  )
  const rice = found.out.find(({ id }) => id === 'gypsum-paddy/rice')
  assert.ok(rice?.reasons.every(({ kind }) => kind === 'unknown'))
  assert.ok((rice?.doses[0].tPerHa ?? 0) > 20)
  // a marsh by its class of the survey, without any layer
  assert.deepEqual(wetland.facts.limits, [{ limits: ['wetland'], areaM2: 40_000 }])
  assert.ok(wetland.options.length === 0)

  const measured = await transaction(database.pool, (db) => measureLimits(db, COUNTY, day, new Date()))
  assert.deepEqual([measured.patches, measured.under, measured.unplaced], [2, 2, 0])
  const sums = await onConnection(database.pool, (db) => sumUnderLimits(db, COUNTY))
  assert.deepEqual(
    sums.map(({ limit, areaM2, patches }) => [limit, areaM2, patches]),
    [
      ['ecological-red-line', 20_000, 1],
      ['nature-reserve', 20_000, 1],
      ['wetland', 40_000, 1],
    ],
  )
  const [collision, ...more] = await onConnection(database.pool, (db) => readCollisions(db, COUNTY, 10))
  assert.equal(more.length, 0)
  assert.deepEqual([collision.limit, collision.parcelCode, collision.contractCode], ['nature-reserve', 'D1', 'H1'])
  assert.ok(Math.abs(collision.share - 0.5) < 1e-6)
  assert.equal((await onConnection(database.pool, (db) => readMeasured(db, COUNTY)))?.rev, 2)
})

test('steps read as they are written, and what does not read is none', () => {
  assert.deepEqual(stepsFrom('fgd-gypsum@0-0;paddy@0-'), [
    { technology: 'fgd-gypsum', from: 0, to: 0 },
    { technology: 'paddy', from: 0, to: null },
  ])
  for (const words of ['', 'paddy', 'paddy@2-1', 'paddy@x-', '水@0-']) assert.equal(stepsFrom(words), null, words)
})
