import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { openFile } from '@dishu/formats/formats'
import type { Source, Value } from '@dishu/formats/layers'
import { SAMPLE_FILES, writeSample } from './sample.exchange.ts'
import { generateSample } from './sample.ts'

const folder = mkdtempSync(join(tmpdir(), 'dishu-sample-'))
const county = generateSample(5, 1200)
before(() => writeSample(county, folder))
after(() => rmSync(folder, { recursive: true }))

/** All rows of a layer as our own readers give them. */
async function rowsOf(source: Source, layer: number) {
  const rows: Record<string, Value>[] = []
  for await (const batch of source.read(layer)) {
    assert.deepEqual(batch.problems, [])
    for (let i = 0; i < batch.rows.length; i++) {
      rows.push(Object.fromEntries(source.layers[layer].fields.map((field, f) => [field.name, batch.columns[f][i]])))
    }
  }
  return rows
}

/** As a reader gives it: an empty text and an empty field are the same. */
const plain = (row: object) =>
  Object.fromEntries(Object.entries(row).flatMap(([k, v]) => (k === 'wkb' || v === '' || v === null ? [] : [[k, v]])))

for (const [file, rows] of [
  [SAMPLE_FILES.patches, county.patches],
  [SAMPLE_FILES.areas, county.areas],
  [SAMPLE_FILES.parcels, county.parcels],
] as const) {
  test(`${file} reads back row by row, in GBK and EPSG:4529`, async () => {
    const source = await openFile(join(folder, file))
    assert.equal(source.layers[0].crs?.epsg, 4529)
    assert.match(source.layers[0].encoding?.name ?? '', /gbk|gb18030/i)
    const read = await rowsOf(source, 0)
    await source.close()
    assert.deepEqual(read.map(plain), rows.map(plain))
  })
}

test('the registry’s seven tables read back row by row', async () => {
  const source = await openFile(join(folder, SAMPLE_FILES.tables))
  assert.deepEqual(
    source.layers.map(({ name }) => name),
    ['FBF', 'CBF', 'CBF_JTCY', 'CBHT', 'CBDKXX', 'LZHT', 'CBJYQZDJB'],
  )
  const tables = [
    county.issuers,
    county.contractors,
    county.members,
    county.contracts,
    county.contractParcels,
    county.transfers,
    county.registrations,
  ]
  for (const [i, rows] of tables.entries()) assert.deepEqual((await rowsOf(source, i)).map(plain), rows.map(plain))
  await source.close()
})

test('the soil sheet has its header under two titles', async () => {
  const source = await openFile(join(folder, SAMPLE_FILES.soil))
  const rows = await rowsOf(source, 0)
  await source.close()
  assert.equal(rows.length, county.soil.length)
  assert.equal(rows[3]['pH(1:5)'], county.soil[3].ph)
  assert.equal(rows[3].样品编号, county.soil[3].code)
})

test('the truth list says synthetic, and names the file and heading of every defect', () => {
  const written = JSON.parse(readFileSync(join(folder, SAMPLE_FILES.truth), 'utf8'))
  assert.equal(written.synthetic, true)
  assert.equal(written.defects.length, county.truth.length)
  for (const { file, layer, field } of written.defects) {
    assert.ok(Object.values(SAMPLE_FILES).includes(file), file)
    assert.match(field, layer === 'soil' ? /[\p{Script=Han}(]/u : /^([A-Z]+|outline)$/)
  }
  assert.match(readFileSync(join(folder, SAMPLE_FILES.readme), 'utf8'), /SYNTHETIC/)
})

test('GDAL finds every outline valid and the same area in all layers', (t) => {
  const ask = (file: string, what: string) =>
    execFileSync('ogrinfo', ['-q', '-dialect', 'sqlite', '-sql', `select ${what} from ${file.slice(0, -4)}`, join(folder, file)], {
      encoding: 'utf8',
    })
  const figure = (told: string, name: string) => Number(new RegExp(`${name} \\(\\w+\\) = (\\S+)`).exec(told)?.[1])
  try {
    const told = ask(SAMPLE_FILES.patches, 'count(*) n, sum(1 - st_isvalid(geometry)) bad, sum(st_area(geometry)) m2')
    assert.equal(figure(told, 'n'), county.patches.length)
    // the outlines that were spoilt on purpose, and no others
    const planted = (rule: string) => county.truth.filter((one) => one.rule === rule)
    assert.equal(figure(told, 'bad'), planted('geometry/self-intersection').length + planted('geometry/spike').length)
    const ground = [...planted('geometry/overlap'), ...planted('geometry/gap')].filter(({ layer }) => layer === 'DLTB')
    const areas = ask(SAMPLE_FILES.areas, 'sum(1 - st_isvalid(geometry)) bad, sum(st_area(geometry)) / 3 m2')
    assert.equal(figure(areas, 'bad'), 0)
    assert.ok(Math.abs(figure(areas, 'm2') - figure(told, 'm2')) < 0.1 + ground.reduce((sum, { magnitude }) => sum + (magnitude ?? 0), 0))
    assert.equal(figure(ask(SAMPLE_FILES.parcels, 'sum(1 - st_isvalid(geometry)) bad'), 'bad'), 0)
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'ENOENT') throw fault
    t.skip('ogrinfo not present')
  }
})
