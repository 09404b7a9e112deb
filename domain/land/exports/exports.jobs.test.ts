import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Writable } from 'node:stream'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { Day } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { readWkb, writePolygonWkb } from '@dishu/base/wkb'
import { openZip } from '@dishu/formats/archive/zip'
import { openFile } from '@dishu/formats/formats'
import { unneutralise } from '@dishu/formats/write/neutral'
import { openXlsx } from '@dishu/formats/xlsx/xlsx'
import { areaKind } from '@dishu/kernel/areas/areas'
import { dayNumber } from '@dishu/kernel/records/canonical'
import type { Content, Kind } from '@dishu/kernel/records/records'
import { openRevision, rowToWrite } from '@dishu/kernel/records/records.store'
import { fromZone } from '@dishu/numeric/geodesy/zone'
import { httpServer } from '@dishu/server-kit/http'
import { type Db, type Pool, transaction } from '@dishu/server-kit/sql'
import { freshDatabase } from '@dishu/testkit/database'
import { asyncBufferFromFile, parquetReadObjects } from 'hyparquet'
import iconv from 'iconv-lite'
import { refreshCells } from '../count/count.jobs.ts'
import { colourOf } from '../count/count.layer.ts'
import { asOfFrom, handleAreas } from '../count/count.routes.ts'
import { readCount } from '../count/count.store.ts'
import { cellKind } from '../count/count.ts'
import { filtersFrom, withinFrom } from '../count/questions.ts'
import { cellRules } from '../count/rules.ts'
import { parcelKind, patchKind } from '../parcels/parcels.ts'
import { DEFAULT_GRADING, sampleKind } from '../soil/soil.ts'
import { contractKind, contractParcelKind, partyKind } from '../tenure/tenure.ts'
import { exportTo } from './exports.jobs.ts'
import { exportsRoutes, handleExport, search } from './exports.routes.ts'
import type { SearchReply } from './exports.wire.ts'
import { handleHistory } from './history.routes.ts'

const run = promisify(execFile)
const COUNTY = '220899'
const KINDS: readonly Kind[] = [areaKind, patchKind, parcelKind, partyKind, contractKind, contractParcelKind, sampleKind, cellKind]
const ZONE = { centralMeridian: 123, falseEasting: 41_500_000 }
const [X0, Y0] = [41_560_000, 5_020_000]
const FROM = '2024-12-31' as Day
const TODAY = '2026-06-01' as Day
const NOW = new Date('2026-06-01T02:00:00Z')

function square(x: number, y: number, size: number) {
  const ring = Float64Array.of(x, y, x + size, y, x + size, y + size, x, y + size, x, y).map((value, i) => value + (i % 2 ? Y0 : X0))
  const lonLat = fromZone(ring.slice(), ZONE)
  const [xs, ys] = [0, 1].map((part) => lonLat.filter((_, i) => i % 2 === part))
  return {
    srid: 4529,
    outline: writePolygonWkb([{ rings: [ring] }]),
    bbox: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
  }
}

const patch = (i: number, more: Content = {}): Content => {
  const official = 100_003 + 7919 * i // odd hundredths, so that rounding would show
  return {
    patch_key: `2208990000${String(i).padStart(8, '0')}`,
    patch_number: String(i).padStart(4, '0'),
    village: i % 2 ? '220899101201' : '220899102202',
    village_name: i % 2 ? '碱泉村' : '柳条村',
    class: i % 3 ? '0103' : '1204',
    class_name: i % 3 ? '旱地' : '盐碱地',
    owner_kind: '30',
    owner_unit: `${i % 2 ? '220899101201' : '220899102202'}0000000`,
    owner_name: '=cmd|calc!A1',
    official_area: official,
    deducted_class: '1203',
    deduction: 0.05,
    deducted_area: Math.round(official * 0.05),
    class_area: official - Math.round(official * 0.05),
    computed_area: official + 3,
    survey_year: 2024,
    ...square((i % 100) * 40, Math.floor(i / 100) * 40, 30),
    extra: { GDLX: i % 2 ? 'PD' : 'TT', XZDWKD: i / 10 },
    ...more,
  }
}

type Written = readonly (readonly [Kind, number, Content])[]
async function revise(db: Db, rows: Written, reason: string, from: Day = FROM) {
  const revision = await openRevision(db, COUNTY, KINDS)
  for (const [kind, id, content] of rows) {
    await revision.take(kind, [{ id, validFrom: dayNumber(from), validTo: dayNumber('infinity' as Day) }])
    await revision.add(kind, [rowToWrite(kind, { id, validFrom: from, sourceFile: 0, sourceRow: id, content })])
  }
  await refreshCells(db, revision, { rules: cellRules(DEFAULT_GRADING) })
  await db.run`update kernel.chain_head set next_id = greatest(next_id, 5000000) where county = ${COUNTY}`
  const sources = [{ file: 'DLTB.shp', layer: 'DLTB', size: 1, sha256: 'ab'.repeat(32) }]
  return revision.seal({ what: 'import', cause: 're-survey', actor: 'office', reason, sources, now: NOW })
}

const PARCEL = '2208991012010100001'
const CONTRACT = '220899101201010001J'
const register: Written = [
  [
    areaKind,
    1,
    {
      code: COUNTY,
      parent: null,
      level: 'county',
      name: '盐泉县',
      control_area: 9_999_99,
      ...square(0, 0, 5000),
      extra: { synthetic: true },
    },
  ],
  [
    areaKind,
    2,
    {
      code: '220899101',
      parent: COUNTY,
      level: 'town',
      name: '碱泉镇',
      control_area: null,
      srid: null,
      outline: null,
      bbox: null,
      extra: {},
    },
  ],
  ...Array.from({ length: 40 }, (_, i) => [patchKind, 100 + i, patch(i + 1)] as const),
  [
    parcelKind,
    201,
    {
      parcel_code: PARCEL,
      name: '+大泡子',
      owner_kind: '30',
      category: '10',
      official_area: 60_000,
      official_mu: 0.9,
      computed_area: 60_001,
      ...square(40, 0, 20),
      sealed: { neighbourEast: { ref: 'r1', mask: '张*' } },
      extra: {},
    },
  ],
  [
    partyKind,
    301,
    {
      party_code: '220899101201010001',
      role: 'contractor',
      party_kind: '1',
      name: null,
      sealed: { name: { ref: 'r2', mask: '李*' } },
      extra: {},
    },
  ],
  [partyKind, 302, { party_code: '22089910120101', role: 'issuer', name: '碱泉村村民委员会', sealed: {}, extra: {} }],
  [
    contractKind,
    401,
    {
      contract_code: CONTRACT,
      issuer_code: '22089910120101',
      contractor_code: '220899101201010001',
      mode: '110',
      term_from: '2003-01-01',
      term_to: '2027-12-31',
      contract_area: 60_000,
      contract_mu: 0.9,
      rent_fen: 12_345,
      sealed: {},
      extra: {},
    },
  ],
  [
    contractParcelKind,
    501,
    { contract_code: CONTRACT, parcel_code: PARCEL, contract_area: 60_000, share_part: 1, share_whole: 1, extra: {} },
  ],
  [
    contractParcelKind,
    502,
    { contract_code: CONTRACT, parcel_code: '2208991012010109999', contract_area: 100, share_part: 1, share_whole: 1, extra: {} },
  ],
  [
    sampleKind,
    601,
    {
      sample_code: 'S1',
      ...point(55, 15),
      depth_from_cm: 0,
      depth_to_cm: 20,
      sampled_on: '2025-10-01',
      ph: 9.2,
      ph_ratio: '1:5',
      ec_ds_per_m: 0.8,
      ec_ratio: '1:5',
      ions: { na: 3.5 },
      extra: {},
    },
  ],
]
function point(x: number, y: number) {
  const [longitude, latitude] = fromZone(Float64Array.of(X0 + x, Y0 + y), ZONE)
  return { longitude, latitude, place: [longitude, latitude, longitude, latitude] }
}

const scheme = { id: 'songnen-1', name: '松嫩', depth: '0–20 cm', season: '最近一次', rule: '中位' }
const contextOf = async () => ({ today: TODAY, synthetic: false, scheme })
const classes = ['0103', '0404', '1204'].map((value) => ({ value, label: value, colour: colourOf('class', value, []) }))
const tools = { contextOf, asOfFrom, withinFrom, filtersFrom, handleAreas, classes }
const told = { actor: 'office', now: NOW, language: 'zh' as const }

type Asked = Readonly<Record<string, string>>
const asked = (pool: Pool, address: Asked, target: (plain: string) => string | Writable) =>
  transaction(
    pool,
    async (db) => {
      const prepared = await handleExport(db, COUNTY, address, tools, told)
      assert.ok(prepared.ok, JSON.stringify(prepared))
      return { ...(await prepared.value.write(target(prepared.value.names.plain))), provenance: prepared.value.provenance }
    },
    { readOnly: true, isolation: 'repeatable read' },
  )

async function textOf(pool: Pool, address: Asked): Promise<string> {
  const parts: Buffer[] = []
  const sink = new Writable({
    write(chunk: Buffer, _, done) {
      parts.push(chunk)
      done()
    },
  })
  await asked(pool, address, () => sink)
  return Buffer.concat(parts).toString('utf8')
}

/** A CSV read again, cell by cell (RFC 4180), apart from the writer's code. */
function parsed(text: string): Record<string, string>[] {
  const rows: string[][] = [[]]
  let cell = ''
  let quoted = false
  for (const [i, sign] of [...text.replace(/^\uFEFF/, '')].entries()) {
    void i
    if (quoted) {
      if (sign === '"') quoted = false
      else cell += sign
    } else if (sign === '"') {
      if (cell !== '') cell += '"'
      quoted = true
    } else if (sign === ',' || sign === '\n') {
      rows.at(-1)?.push(cell.replace(/\r$/, ''))
      cell = ''
      if (sign === '\n') rows.push([])
    } else cell += sign
  }
  rows.pop()
  const [head, ...lines] = rows
  return lines.map((line) => Object.fromEntries(head.map((name, i) => [name, line[i]])))
}

test('exports, search and history of one small register', async (t) => {
  await using database = await freshDatabase()
  const { pool } = database
  const folder = mkdtempSync(join(tmpdir(), 'dishu-exports-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const first = await transaction(pool, (db) => revise(db, register, '首次调查'))
  const second = await transaction(pool, (db) =>
    revise(
      db,
      [[patchKind, 100, patch(1, { class: '1204', class_name: '盐碱地', official_area: 555_555 })]],
      '地类变更',
      '2026-01-01' as Day,
    ),
  )
  const path = (plain: string) => join(folder, plain)
  const countOf = (rev: number | null, on: Day = TODAY) =>
    transaction(
      pool,
      async (db) =>
        (await readCount(db, { county: COUNTY, asOf: { day: on, rev }, within: COUNTY, level: 'county', by: [], filters: {} }))[0],
    )

  await t.test('a CSV read again is the register, areas to the hundredth, and its sum is the count', async () => {
    const rows = parsed(await textOf(pool, { what: 'patches', to: 'csv' }))
    const own = await transaction(
      pool,
      (db) =>
        db.all<{
          patch_key: string
          official_area: number
          deducted_area: number
          class_area: number
          computed_area: number
          class: string
          gdlx: string
        }>`
        select patch_key, official_area, deducted_area, class_area, computed_area, class, extra ->> 'GDLX' as gdlx from land.patch_now
        where valid_from <= ${TODAY} and valid_to > ${TODAY} order by patch_key`,
    )
    assert.deepEqual(
      rows.map((row) => [
        row.BSM,
        ...[row.TBMJ, row.KCMJ, row.TBDLMJ, row.JSMJ].map((text) => Math.round(Number(text) * 100)),
        row.DLBM,
        row.GDLX,
      ]),
      own.map((row) => [row.patch_key, row.official_area, row.deducted_area, row.class_area, row.computed_area, row.class, row.gdlx]),
    )
    assert.ok(rows.every((row) => /^-?\d+(\.\d{1,2})?$/.test(row.TBMJ)))
    const total = await countOf(null)
    assert.equal(
      rows.reduce((sum, row) => sum + Math.round(Number(row.TBMJ) * 100), 0),
      total.area,
    )
    assert.equal(rows.length, total.patches)
    assert.equal(rows[0].SYNTHETIC, '1')
    assert.equal(rows[0].DISHU_STATE, `220899@2026-06-01#2:${second.hash.slice(0, 16)} 2026-06-01T02:00:00.000Z office`)
    assert.equal(rows[0].ZLDWDM, '2208991012010000000')
    assert.equal(rows[0].XZDWKD, '0.1')
    // 30 m squares from 40 m on: the middle of the first is at 55, 15
    const { longitude, latitude } = point(55, 15)
    assert.ok(Math.abs(Number(rows[0].LON) - longitude) < 2e-8 && Math.abs(Number(rows[0].LAT) - latitude) < 2e-8)
  })

  await t.test('text that would run in a spreadsheet does not, and comes back as it was', async () => {
    const text = await textOf(pool, { what: 'patches', to: 'csv' })
    const rows = parsed(text)
    assert.ok(rows.every((row) => row.QSDWMC === "'=cmd|calc!A1" && unneutralise(row.QSDWMC) === '=cmd|calc!A1'))
    assert.ok(!/(^|[,\n"])[=+@]/m.test(text))
  })

  await t.test('both clocks: what was known before is exported as it was known', async () => {
    const areaOf = async (address: Asked) => parsed(await textOf(pool, { what: 'patches', to: 'csv', ...address }))[0]?.TBMJ
    assert.equal(await areaOf({}), '5555.55')
    assert.equal(await areaOf({ known: '1' }), '1079.22')
    assert.equal(await areaOf({ asOf: '2025-12-31' }), '1079.22')
    assert.equal((await countOf(1)).area, (await countOf(null, '2025-12-31' as Day)).area)
    assert.equal(await areaOf({ known: '2020-01-01' }), undefined)
  })

  await t.test('filters, search, columns and order are those of the page', async () => {
    const rows = parsed(
      await textOf(pool, {
        what: 'patches',
        to: 'csv',
        class: '1204',
        within: '220899101',
        sort: 'officialArea',
        descending: 'true',
        columns: 'patchKey,officialArea,class,findings',
      }),
    )
    assert.deepEqual(Object.keys(rows[0]), ['BSM', 'TBMJ', 'TBMJ_MU', 'DLBM', 'DLMC', 'FINDINGS', 'DISHU_STATE', 'SYNTHETIC'])
    const areas = rows.map((row) => Number(row.TBMJ))
    assert.deepEqual(
      areas,
      [...areas].sort((a, b) => b - a),
    )
    assert.ok(rows.length === 8 && rows.every((row) => row.DLBM === '1204')) // 3, 9, 15, …, 39 and the changed 1
    assert.equal(parsed(await textOf(pool, { what: 'patches', to: 'csv', q: '柳条' })).length, 20)
    const contracted = parsed(await textOf(pool, { what: 'patches', to: 'csv', contract: 'contracted' }))
    assert.deepEqual(
      contracted.map((row) => row.TBBH),
      ['0001'],
    )
  })

  await t.test('contracts and parcels: computed figures, and persons only as masks', async () => {
    const [contract] = parsed(await textOf(pool, { what: 'contracts', to: 'csv' }))
    assert.equal(contract.CBHTBM, CONTRACT)
    assert.deepEqual(
      [contract.FBFMC, contract.CBFMC, contract.STATE, contract.STATE_MC],
      ['碱泉村村民委员会', '李*', 'contracted', '承包中'],
    )
    assert.deepEqual([contract.DKS, contract.LTDKS, contract.DKHTMJ, contract.DKSCMJ, contract.ZJ_YUAN], ['2', '1', '601', '600', '123.45'])
    assert.equal((await parsed(await textOf(pool, { what: 'contracts', to: 'csv', asOf: '2028-01-01' })))[0].STATE, 'expired')
    const [parcel] = parsed(await textOf(pool, { what: 'parcels', to: 'csv' }))
    assert.deepEqual(
      [parcel.DKBM, parcel.DKMC, parcel.SCMJ, parcel.SCMJ_MU, parcel.CBHTBM, parcel.DKDZ],
      [PARCEL, "'+大泡子", '600', '0.9', CONTRACT, '张*'],
    )
    assert.equal(parsed(await textOf(pool, { what: 'parcels', to: 'csv', within: '220899102' })).length, 0)
    assert.equal(parsed(await textOf(pool, { what: 'contracts', to: 'csv', within: '220899101201' })).length, 1)
  })

  await t.test('areas carry the counted figures; samples their units', async () => {
    const areas = parsed(await textOf(pool, { what: 'areas', to: 'csv' }))
    const total = await countOf(null)
    assert.equal(areas[0].XZQMC, '盐泉县')
    assert.equal(Math.round(Number(areas[0].TBMJ) * 100), total.area)
    const towns = areas.filter((row) => row.LEVEL === 'town')
    assert.equal(
      towns.reduce((sum, row) => sum + Math.round(Number(row.TBMJ) * 100), 0),
      total.area,
    )
    assert.deepEqual(
      towns.map((row) => row.XZQMC),
      ['碱泉镇', '220899102'],
    )
    const [sample] = parsed(await textOf(pool, { what: 'soil', to: 'csv' }))
    assert.deepEqual(
      [sample.SAMPLE_CODE, sample.PH, sample.EC_DS_PER_M, sample.NA_CMOL_PER_KG, sample.DEPTH_TO_CM],
      ['S1', '9.2', '0.8', '3.5', '20'],
    )
    assert.equal(parsed(await textOf(pool, { what: 'soil', to: 'csv', within: '220899101' })).length, 1)
    assert.equal(parsed(await textOf(pool, { what: 'soil', to: 'csv', within: '220899102' })).length, 0)
  })

  await t.test('a GeoPackage holds the outlines in their own system, and says what it is', async () => {
    const { rows, provenance } = await asked(pool, { what: 'patches', to: 'gpkg' }, path)
    assert.equal(rows, 40)
    const file = new DatabaseSync(path(`patches-220899-2026-06-01-r2-synthetic.gpkg`), { readOnly: true })
    const contents = file.prepare('select data_type, srs_id, description from gpkg_contents where table_name = ?').get('patches')
    assert.deepEqual([contents?.data_type, contents?.srs_id], ['features', 4529])
    assert.match(String(contents?.description), /SYNTHETIC SAMPLE/)
    const sum = file
      .prepare('select sum(cast(round(TBMJ * 100) as integer)) as area, count(geom) as n, min(SYNTHETIC) as s from patches')
      .get()
    assert.deepEqual([sum?.area, sum?.n, sum?.s], [(await countOf(null)).area, 40, 1])
    const about = new Map(
      file
        .prepare('select item, value from dishu_export')
        .all()
        .map((row) => [row.item, row.value]),
    )
    assert.equal(about.get('修订哈希 / Revision hash'), provenance.hash)
    file.close()
    assert.equal((await asked(pool, { what: 'soil', to: 'gpkg' }, path)).rows, 1)
    assert.equal((await asked(pool, { what: 'contracts', to: 'gpkg' }, path)).rows, 1)
    assert.equal((await asked(pool, { what: 'areas', to: 'gpkg' }, path)).rows, 5)
  })

  await t.test('a GeoPackage brings its style and what its fields are, and parcels point to their contracts', async () => {
    await asked(pool, { what: 'patches', to: 'gpkg' }, () => path('styled.gpkg'))
    const styled = new DatabaseSync(path('styled.gpkg'), { readOnly: true })
    const style = styled.prepare('select styleQML as qml, f_table_name as layer, useAsDefault as usual from layer_styles').get()
    assert.deepEqual([style?.layer, style?.usual], ['patches', 1])
    // saline land as the page colours it: #7A2E1D
    assert.match(String(style?.qml), /value="1204"[\s\S]*v="122,46,29,255"/)
    const title = styled.prepare("select title from gpkg_data_columns where table_name = 'patches' and column_name = 'TBMJ'").get()
    assert.equal(title?.title, '图斑面积（平方米）')
    styled.close()
    await asked(pool, { what: 'parcels', to: 'gpkg' }, () => path('related.gpkg'))
    const related = new DatabaseSync(path('related.gpkg'), { readOnly: true })
    const pairs = related
      .prepare(
        'select p.DKBM, c.CBHTBM from parcels_contracts r join parcels p on p.fid = r.base_id join contracts c on c.fid = r.related_id',
      )
      .all()
    assert.deepEqual(
      pairs.map((row) => ({ ...row })),
      [{ DKBM: PARCEL, CBHTBM: CONTRACT }],
    )
    related.close()
  })

  await t.test('QGIS opens it looking like our map: every class in its colour, and the picture has them', async (t) => {
    const script = `
import json, sys
from qgis.core import QgsApplication, QgsVectorLayer, QgsMapSettings, QgsMapRendererSequentialJob
from qgis.PyQt.QtCore import QSize
from qgis.PyQt.QtGui import QColor
app = QgsApplication([], False); app.initQgis()
layer = QgsVectorLayer(sys.argv[1] + '|layername=patches', 'patches', 'ogr')
renderer = layer.renderer()
colours = {c.value(): c.symbol().color().name() for c in renderer.categories()} if renderer.type() == 'categorizedSymbol' else {}
settings = QgsMapSettings(); settings.setLayers([layer]); settings.setExtent(layer.extent()); settings.setDestinationCrs(layer.crs())
settings.setOutputSize(QSize(400, 400)); settings.setBackgroundColor(QColor('white'))
job = QgsMapRendererSequentialJob(settings); job.start(); job.waitForFinished(); image = job.renderedImage()
seen = {}
for y in range(image.height()):
    for x in range(image.width()):
        name = image.pixelColor(x, y).name(); seen[name] = seen.get(name, 0) + 1
print(json.dumps({'valid': layer.isValid(), 'count': layer.featureCount(), 'epsg': layer.crs().postgisSrid(), 'field': renderer.classAttribute() if colours else None, 'colours': colours, 'seen': seen}))
`
    const python = (source: string, ...args: string[]) =>
      run('/usr/bin/python3', ['-c', source, ...args], {
        timeout: 60_000,
        env: { ...process.env, QT_QPA_PLATFORM: 'offscreen', HOME: folder },
      })
    const there = await python('import qgis.core').catch((fault: Error) => fault)
    if (there instanceof Error) return t.skip('QGIS (python3-qgis) not present')
    const { stdout } = await python(script, path('styled.gpkg'))
    const told = JSON.parse(stdout.slice(stdout.lastIndexOf('{"valid"'))) as {
      valid: boolean
      count: number
      epsg: number
      field: string | null
      colours: Record<string, string>
      seen: Record<string, number>
    }
    assert.deepEqual([told.valid, told.count, told.epsg, told.field], [true, 40, 4529, 'DLBM'])
    for (const landClass of ['1204', '0103', '0404'])
      assert.equal(told.colours[landClass], colourOf('class', landClass, []).toLowerCase(), landClass)
    for (const landClass of ['1204', '0103'])
      assert.ok(told.seen[told.colours[landClass]] > 100, `${landClass}: ${JSON.stringify(told.seen)}`)
  })

  /** Rows of a file as our own readers give them, by their first field. */
  async function readBack(file: string, layerName: RegExp, key: string) {
    const opened = await openFile(file)
    try {
      const at = opened.layers.findIndex(({ name }) => layerName.test(name))
      const layer = opened.layers[at]
      const rows = new Map<string, { values: Record<string, unknown>; rings: number[][] | null }>()
      for await (const batch of opened.read(at)) {
        for (let i = 0; i < batch.rows.length; i++) {
          const values = Object.fromEntries(layer.fields.map(({ name }, f) => [name, batch.columns[f][i] ?? null]))
          const wkb = batch.wkb.slice(batch.offsets[i], batch.offsets[i + 1])
          const geometry = wkb.length > 0 ? readWkb(wkb) : null
          const rings = geometry?.type === 'polygon' ? geometry.polygons.flatMap((polygon) => polygon.rings.map((ring) => [...ring])) : null
          rows.set(String(values[key]), { values, rings })
        }
      }
      return { layer, rows }
    } finally {
      await opened.close()
    }
  }
  const outlineOf = (id: number) => register.find(([kind, each]) => kind === patchKind && each === id)?.[2].outline as Uint8Array
  /** Corners of a ring, whichever begins it and whichever way it runs. */
  const corners = (xy: readonly number[], digits: number) =>
    [...new Set(Array.from({ length: xy.length / 2 }, (_, i) => `${xy[2 * i].toFixed(digits)} ${xy[2 * i + 1].toFixed(digits)}`))].sort()

  await t.test(
    'the survey’s layer goes out with its own fields once the receiving side has nothing against it, and comes back equal',
    async () => {
      const refused = await asked(pool, { what: 'patches', to: 'shp' }, path).catch((fault: Error) => fault)
      assert.ok(refused instanceof Refused)
      assert.equal(refused.refusal.code, 'exports/receiver-would-refuse')
      // the patch whose area was corrected alone
      assert.deepEqual((refused.refusal.details as { findings: unknown }).findings, [
        { rule: 'does-not-add-up', field: 'TBDLMJ', count: 1, examples: ['220899000000000001'] },
      ])
      await asked(pool, { what: 'patches', to: 'shp', known: '1' }, () => path('dltb.zip'))
      const { layer, rows } = await readBack(path('dltb.zip'), /DLTB/, 'BSM')
      assert.equal(layer.crs?.epsg, 4529)
      assert.equal(layer.fields.length, 30)
      assert.deepEqual(layer.fields.slice(0, 5).map(({ name, width }) => [name, width]), [['BSM', 18], ['YSDM', 10], ['TBYBH', 18], ['TBBH', 8], ['DLBM', 5]]) // biome-ignore format: a table
      assert.equal(rows.size, 40)
      for (let i = 0; i < 40; i++) {
        const content = patch(i + 1)
        const found = rows.get(String(content.patch_key))
        assert.ok(found)
        const { TBMJ, KCMJ, TBDLMJ, DLBM, QSDWMC, GDLX, XZDWKD, SJNF } = found.values
        assert.deepEqual(
          [
            Math.round(Number(TBMJ) * 100),
            Math.round(Number(KCMJ) * 100),
            Math.round(Number(TBDLMJ) * 100),
            DLBM,
            QSDWMC,
            GDLX,
            XZDWKD,
            SJNF,
          ],
          [
            content.official_area,
            content.deducted_area,
            content.class_area,
            content.class,
            content.owner_name,
            i % 2 ? 'TT' : 'PD',
            (i + 1) / 10,
            2024,
          ],
        )
        const geometry = readWkb(outlineOf(100 + i))
        assert.ok(geometry.type === 'polygon' && found.rings)
        // to the last bit: the doubles are the same
        assert.deepEqual(corners(found.rings[0], 9), corners([...geometry.polygons[0].rings[0]], 9))
      }
      await asked(pool, { what: 'patches', to: 'shp', accept: 'true' }, () => path('accepted.zip'))
      const zip = await openZip(path('accepted.zip'))
      assert.ok(zip.entries.some(({ name }) => name === '接收方检查.csv'))
      await zip.close()
    },
  )

  await t.test('the registry’s package holds the layer and its tables, persons masked, and is read again', async () => {
    await asked(pool, { what: 'parcels', to: 'nyt2539', accept: 'true' }, () => path('registry.zip'))
    const dk = await readBack(path('registry.zip'), /^DK/, 'DKBM')
    assert.deepEqual(
      ['DKMC', 'SCMJ', 'SCMJM', 'DKDZ', 'YSDM'].map((name) => dk.rows.get(PARCEL)?.values[name]),
      ['+大泡子', 600, 0.9, '张*', '211011'],
    )
    const contracts = await readBack(path('registry.zip'), /^CBHT$/, 'CBHTBM')
    assert.deepEqual(
      ['FBFBM', 'CBFBM', 'CBQXQ', 'CBQXZ', 'HTZMJ', 'HTZMJM'].map((name) => contracts.rows.get(CONTRACT)?.values[name]),
      ['22089910120101', '220899101201010001', '2003-01-01', '2027-12-31', 600, 0.9],
    )
    const parties = await readBack(path('registry.zip'), /^CBF$/, 'CBFBM')
    assert.equal(parties.rows.get('220899101201010001')?.values.CBFMC, '李*')
    const links = await readBack(path('registry.zip'), /^CBDKXX$/, 'DKBM')
    assert.deepEqual([...links.rows.keys()].sort(), [PARCEL, '2208991012010109999'].sort())
  })

  await t.test('FlatGeobuf, GeoParquet, KML and boundary points give back what the register holds, each to its precision', async () => {
    for (const to of ['fgb', 'parquet', 'kml', 'txt']) await asked(pool, { what: 'patches', to, known: '1' }, () => path(`back.${to}`))
    const fgb = await readBack(path('back.fgb'), /patches/, 'BSM')
    const parquet = await parquetReadObjects({ file: await asyncBufferFromFile(path('back.parquet')), geoparquet: false, utf8: false })
    const kml = readFileSync(path('back.kml'), 'utf8')
    const points = iconv.decode(readFileSync(path('back.txt')), 'gbk').split('\r\n')
    assert.deepEqual([fgb.rows.size, parquet.length, kml.match(/<Placemark>/g)?.length], [40, 40, 40])
    for (let i = 0; i < 40; i++) {
      const content = patch(i + 1)
      const key = String(content.patch_key)
      const geometry = readWkb(outlineOf(100 + i))
      assert.ok(geometry.type === 'polygon')
      const ring = geometry.polygons[0].rings[0]
      const found = fgb.rows.get(key)
      assert.deepEqual(found?.rings?.[0], [...ring])
      assert.deepEqual([found?.values.TBMJ, found?.values.QSDWMC], [Number(content.official_area) / 100, content.owner_name])
      const row = parquet.find(({ BSM }) => BSM === key) as { TBMJ: number; QSDWMC: string; geometry: Uint8Array }
      assert.deepEqual([row.TBMJ, row.QSDWMC], [Number(content.official_area) / 100, content.owner_name])
      assert.deepEqual(Buffer.from(row.geometry), Buffer.from(outlineOf(100 + i)))
      // degrees to 1e-9, which is 0.1 mm
      const lonLat = fromZone(ring.slice(), ZONE)
      const [, tuples = ''] = new RegExp(`<name>${key}</name>[\\s\\S]*?<coordinates>([^<]*)`).exec(kml) ?? []
      const degrees = tuples.split(/[ ,]/).map(Number)
      assert.equal(degrees.length, lonLat.length)
      for (let k = 0; k < degrees.length; k++) assert.ok(Math.abs(degrees[k] - lonLat[k]) <= 0.5e-9)
      // metres to 0.001, northing first
      const at = points.findIndex((line) => line.split(',')[2] === key)
      const corner = points[at + 1].split(',')
      assert.deepEqual(
        [corner[0], Number(corner[2]), Number(corner[3])],
        ['J1', Math.round(ring[1] * 1000) / 1000, Math.round(ring[0] * 1000) / 1000],
      )
    }
    const refused = await asked(pool, { what: 'contracts', to: 'shp' }, path).catch((fault: Error) => fault)
    assert.ok(refused instanceof Refused && refused.refusal.code === 'exports/format-not-for-this-table')
    const flat = await asked(pool, { what: 'contracts', to: 'parquet' }, () => path('contracts.parquet'))
    assert.equal(flat.rows, 1)
  })

  await t.test('GeoJSON is in degrees and begins with what it is', async () => {
    const text = await textOf(pool, { what: 'patches', to: 'geojson' })
    const collection = JSON.parse(text) as {
      note: string
      features: { properties: Record<string, unknown>; geometry: { type: string; coordinates: number[][][] } }[]
    }
    assert.ok(text.indexOf('SYNTHETIC SAMPLE') < text.indexOf('"features"'))
    assert.match(collection.note, new RegExp(second.hash))
    assert.equal(collection.features.length, 40)
    const [lon, lat] = collection.features[0].geometry.coordinates[0][0]
    const corner = point(40, 0)
    assert.ok(Math.abs(lon - corner.longitude) < 1e-8 && Math.abs(lat - corner.latitude) < 1e-8)
    assert.equal(collection.features[0].properties.SYNTHETIC, 1)
  })

  await t.test('a workbook keeps codes as text and has a sheet that explains it', async () => {
    await asked(pool, { what: 'patches', to: 'xlsx' }, path)
    const book = await openXlsx(path('patches-220899-2026-06-01-r2-synthetic.xlsx'))
    try {
      assert.deepEqual(
        book.layers.map(({ name }) => name),
        ['图斑', '说明'],
      )
      const [patches, about] = await Promise.all([0, 1].map(async (sheet) => (await Array.fromAsync(book.read(sheet)))[0]))
      assert.equal(patches.rows.length, 40)
      assert.deepEqual([book.layers[0].fields[0].name, patches.columns[0][0]], ['BSM', '220899000000000001'])
      assert.match(String(about.columns[1][0]), /虚构示例数据 \/ SYNTHETIC SAMPLE/)
    } finally {
      await book.close()
    }
  })

  await t.test('what cannot be asked is refused, each in its own words', async () => {
    const refusal = (address: Asked) =>
      transaction(pool, async (db) => {
        const prepared = await handleExport(db, COUNTY, address, tools, told)
        return prepared.ok ? null : prepared.refusal.code
      })
    assert.equal(await refusal({ what: 'people', to: 'csv' }), 'exports/unknown-word')
    assert.equal(await refusal({ what: 'patches', to: 'pdf' }), 'exports/unknown-word')
    assert.equal(await refusal({ what: 'patches', to: 'csv', sort: 'colour' }), 'exports/unknown-word')
    assert.equal(await refusal({ what: 'parcels', to: 'csv', class: '1204' }), 'exports/not-for-this-table')
    assert.equal(await refusal({ what: 'patches', to: 'csv', columns: 'colour' }), 'exports/unknown-column')
    assert.equal(await refusal({ what: 'patches', to: 'csv', asOf: 'soon' }), 'count/not-a-day')
    const question = {
      county: '110000',
      what: 'soil',
      asOf: { day: TODAY, rev: null },
      within: '110000',
      filters: {},
      q: null,
      sort: '',
      descending: false,
      columns: null,
    } as const
    const context = { known: 0, actor: 'a', now: NOW, grading: '', synthetic: false, areas: async () => [] }
    const nowhere = await transaction(pool, (db) => exportTo(db, question, 'csv', join(folder, 'none.csv'), context))
    assert.ok(!nowhere.ok && nowhere.refusal.code === 'exports/no-such-county')
    const noFile = await transaction(pool, (db) => exportTo(db, question, 'gpkg', new Writable(), context))
    assert.ok(!noFile.ok && noFile.refusal.code === 'exports/needs-a-file')
  })

  await t.test('over HTTP: a name in Chinese, a stream or a file, a refusal before the first byte', async () => {
    const server = await httpServer({
      pool,
      routes: exportsRoutes(tools),
      gate: { pass: async ({ address }) => ({ caller: { actor: 'office', address, identity: null }, scope: ['*'] }) },
      say: (refusal) => ({ message: refusal.code }),
      webFolder: null,
      onFault: (_, fault) => assert.fail(String(fault)),
    })
    try {
      const get = (url: string) => server.inject({ method: 'GET', url, headers: { host: 'localhost' } })
      const csv = await get('/api/counties/220899/export?what=patches&to=csv&class=1204')
      assert.equal(csv.statusCode, 200)
      assert.match(
        String(csv.headers['content-disposition']),
        /filename="patches-220899-2026-06-01-r2-synthetic\.csv"; filename\*=UTF-8''%E5%9B%BE%E6%96%91/,
      )
      assert.equal(parsed(csv.body).length, 14)
      const gpkg = await get('/api/counties/220899/export?what=parcels&to=gpkg')
      assert.equal(gpkg.rawPayload.subarray(0, 15).toString(), 'SQLite format 3')
      assert.equal((await get('/api/counties/220899/export?what=patches&to=csv&columns=x')).statusCode, 422)
      assert.equal((await get('/api/counties/110101/export?what=patches&to=csv')).statusCode, 404)
      const found = (await get('/api/search?county=220899&q=220899000000000003')).json<SearchReply>()
      assert.deepEqual(
        found.hits.map(({ kind, label }) => [kind, label]),
        [['patch', '220899000000000003']],
      )
    } finally {
      await server.close()
    }
  })

  await t.test('search: by code, number and name, at most twenty, and nobody by a name', async () => {
    const find = (q: string) => transaction(pool, async (db) => (await search(db, COUNTY, q, TODAY)).hits)
    assert.deepEqual(
      (await find('0007')).map(({ kind, id }) => [kind, id]),
      [['patch', '106']],
    )
    const code = await find('2208991012010')
    assert.deepEqual(
      code.map(({ kind, label }) => [kind, label]),
      [
        ['parcel', PARCEL],
        ['contract', CONTRACT],
      ],
    )
    assert.ok(code.every(({ bbox }) => bbox !== null && bbox[0] < bbox[2] && bbox[1] < bbox[3]))
    assert.deepEqual(
      (await find('碱泉')).map(({ kind, id, label }) => [kind, id, label]),
      [['area', '220899101', '碱泉镇']],
    )
    assert.deepEqual(
      (await find('+大泡子')).map(({ label }) => label),
      [PARCEL],
    )
    assert.ok((await find('2208990')).length <= 20)
    for (const q of ['', '  ', '李*', '李', '%', '_', "'; drop table land.patch; --"]) assert.deepEqual(await find(q), [])
  })

  await t.test('history: every revision of a key, with file, row and what changed', async () => {
    const read = async (key: string) => transaction(pool, async (db) => handleHistory(db, COUNTY, key))
    const patchHistory = await read('220899000000000001')
    assert.ok(patchHistory.ok)
    const { entries, kind } = patchHistory.value
    assert.equal(kind, 'patch')
    assert.deepEqual(
      entries.map(({ rev, action, validFrom, validTo, reason, source }) => [
        rev,
        action,
        validFrom,
        validTo,
        reason,
        source?.file,
        source?.row,
      ]),
      [
        [first.rev, 'added', '2024-12-31', 'infinity', '首次调查', 'DLTB.shp', 100],
        [second.rev, 'changed', '2026-01-01', 'infinity', '地类变更', 'DLTB.shp', 100],
      ],
    )
    assert.deepEqual(entries[1].changes.map(({ name, before, after }) => [name, before, after]).sort(), [
      ['class', '0103', '1204'],
      ['class_name', '旱地', '盐碱地'],
      ['official_area', 107_922, 555_555],
    ])
    const contract = await read(CONTRACT)
    assert.ok(contract.ok)
    assert.deepEqual(
      contract.value.entries.map((entry) => entry.kind),
      ['contract', 'contract_parcel', 'contract_parcel'],
    )
    const none = await read('1')
    assert.ok(!none.ok && none.refusal.code === 'exports/no-such-row')
  })
})

test('a hundred thousand patches flow out within 300 MB', { timeout: 240_000 }, async (t) => {
  if (process.env.DISHU_QUICK) return t.skip('DISHU_QUICK is set: the large export was not tried')
  await using database = await freshDatabase()
  const { pool } = database
  const N = 100_000
  await transaction(pool, async (db) => {
    const revision = await openRevision(db, COUNTY, KINDS)
    const rows = function* () {
      for (let i = 1; i <= N; i++) yield rowToWrite(patchKind, { id: i, validFrom: FROM, content: patch(i) })
    }
    await revision.add(patchKind, rows())
    await revision.seal({ what: 'import', cause: 're-survey', actor: 'office', reason: 'large', now: NOW })
  })
  const folder = mkdtempSync(join(tmpdir(), 'dishu-exports-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  const program = fileURLToPath(new URL('./large.child.ts', import.meta.url))
  for (const format of ['csv', 'gpkg'] as const) {
    const { stdout } = await promisify(execFile)(process.execPath, [program, database.url, COUNTY, format, join(folder, `large.${format}`)])
    const { rows, mostBytes } = JSON.parse(stdout) as { rows: number; mostBytes: number }
    assert.equal(rows, N)
    t.diagnostic(`${format}: at most ${(mostBytes / 2 ** 20).toFixed(0)} MiB resident`)
    assert.ok(mostBytes < 300 * 2 ** 20, `${format}: ${mostBytes} bytes resident`)
  }
})
