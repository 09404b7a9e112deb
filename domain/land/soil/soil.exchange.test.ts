import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { context, rowValues } from '@dishu/kernel/areas/fixtures/row-values'
import { matchFields } from '@dishu/kernel/intake/values'
import { depthsFrom, isCensored, sampleStandard } from './soil.exchange.ts'

const shared = process.env.DISHU_SHARED ?? new URL('../../../../shared', import.meta.url).pathname
const read = (row: Record<string, string | number | null>, options = {}) =>
  sampleStandard.read(rowValues(sampleStandard.fields, row), null, { ...context, options })
const content = (row: Record<string, string | number | null>, options = {}) => {
  const { records, refusals } = read(row, options)
  assert.deepEqual(refusals, [])
  return records[0].content
}

const sheet = {
  样品编号: 'JQ24-0001-1',
  '经度(°)': 123.9123456,
  '纬度(°)': 45.3123456,
  '采样深度(cm)': '0-20',
  采样日期: '2024-04-20',
  'pH(1:5)': 9.4,
  'EC(1:5)(mS/cm)': 0.66,
  '全盐量(g/kg)': 3.2,
  '碳酸根(cmol/kg)': 0.8,
  '钠离子(cmol/kg)': 6.1,
  'CEC(cmol/kg)': 20,
  '交换性钠(cmol/kg)': 8.66,
  '碱化度ESP(%)': 43.3,
  化验单位: '某化验室',
}

test('a laboratory’s sheet is read with its units and ratios', () => {
  assert.ok(sampleStandard.recognise({ name: '检测结果', fields: Object.keys(sheet), hasGeometry: false }) >= 0.9)
  const { extra, ions, place, ...found } = content(sheet)
  assert.deepEqual(found, {
    sample_code: 'JQ24-0001-1',
    longitude: 123.9123456,
    latitude: 45.3123456,
    plot_code: null,
    depth_from_cm: 0,
    depth_to_cm: 20,
    sampled_on: '2024-04-20',
    season: 'spring',
    ph: 9.4,
    ph_ratio: '1:5',
    ec_ds_per_m: 0.66,
    ec_ratio: '1:5',
    ece_ds_per_m: null,
    salt_g_per_kg: 3.2,
    cec_cmol_per_kg: 20,
    esp_percent: 43.3,
    texture: null,
    lab: '某化验室',
    method: null,
  })
  assert.deepEqual(place, [123.9123456, 45.3123456, 123.9123456, 45.3123456])
  assert.deepEqual(ions, { co3: 0.8, na: 6.1 })
  assert.deepEqual(extra, { exchangeableSodium: 8.66 })
  assert.equal(read(sheet).records[0].validFrom, '2024-04-20')
})

test('the import finds the same fields by their spellings', () => {
  const headers = [...Object.keys(sheet), '有机质（g/kg）']
  const matched = matchFields(
    sampleStandard,
    headers.map((name) => ({ name, type: 'text' })),
  )
  assert.equal(matched.size, headers.length - 1)
  for (const header of ['EC（1:5）（mS/cm）', 'EC(1:5) mS/cm', 'EC(mS/cm)(1:5)', '电导率（1:5）（μS/cm）', 'EC', 'ec']) {
    assert.equal(matchFields(sampleStandard, [{ name: header, type: 'text' }]).size, 1, header)
  }
})

test('other units come to ours', () => {
  const base = { 样号: 'A', 经度: 123.9, 纬度: 45.3 }
  assert.equal(content({ ...base, '电导率(1:5)(μS/cm)': 660 }).ec_ds_per_m, 0.66)
  assert.equal(content({ ...base, 'EC（1:5）dS/m': 0.66 }).ec_ratio, '1:5')
  assert.equal(content({ ...base, '全盐量(%)': 0.32 }).salt_g_per_kg, 3.2)
  assert.deepEqual(content({ ...base, '钠离子(mg/kg)': 229.9, '氯离子(g/kg)': 0.35453 }).ions, { na: 1, cl: 1 }) // 229.9 ÷ (10 × 22.99); 354.53 ÷ (10 × 35.453)
  const byColumn = content({ ...base, pH: 8.9, EC: 0.4, 水土比: '5:1' })
  assert.deepEqual([byColumn.ph_ratio, byColumn.ec_ratio], ['1:5', '1:5'])
  assert.equal(content({ ...base, 'pH(1:2.5)': 8.9 }).ph_ratio, '1:2.5')
  assert.equal(content({ ...base, ph_cacl2: 5.1 }).ph_ratio, 'CaCl2')
})

test('what the laboratory could not see is kept as said, and is no number', () => {
  const found = content({ ...sheet, '碳酸根(cmol/kg)': '未检出', 'EC(1:5)(mS/cm)': '<0.05', '全盐量(g/kg)': '约3' })
  assert.deepEqual([found.ec_ds_per_m, found.salt_g_per_kg, (found.ions as Record<string, number>).co3], [null, null, undefined])
  const extra = found.extra as Record<string, string>
  assert.deepEqual(extra.censored.split('; ').sort(), ['co3 未检出', 'ec_ds_per_m <0.05'])
  assert.equal(extra.unread, 'salt_g_per_kg 约3')
  assert.deepEqual(['<0.05', '＜0.05', '未检出', 'ND', 'nd', '0.05', '无'].map(isCensored), [true, true, true, true, true, false, false])
})

test('depths are read as people write them', () => {
  const depths: [string | null, [number, number] | null][] = [
    ['0-20', [0, 20]],
    ['0～20cm', [0, 20]],
    ['20—40 厘米', [20, 40]],
    ['0 - 30', [0, 30]],
    ['0.2-0.4m', [20, 40]],
    ['A层 0至20', [0, 20]],
    ['20', null],
    ['表层', null],
    [null, null],
  ]
  for (const [text, expected] of depths) assert.deepEqual(depthsFrom(text), expected, String(text))
  assert.deepEqual([content({ ...sheet, '采样深度(cm)': null }, { depth: '0-20' }).depth_to_cm], [20])
  assert.equal(content({ ...sheet, '采样深度(cm)': '表层' }, { depth: '0-20' }).depth_to_cm, null) // what the row says goes first
})

test('a sample needs a number and a place', () => {
  assert.equal(read({ ...sheet, 样品编号: null }).refusals[0].refusal.code, 'soil/no-code')
  assert.equal(read({ ...sheet, '经度(°)': null }).refusals[0].refusal.code, 'soil/nowhere')
  assert.equal(content({ ...sheet, '经度(°)': null, 地块编码: '2208991002010100001' }).plot_code, '2208991002010100001')
})

test('people in a sheet are left out', () => {
  const found = content({ ...sheet, 采样人: '张三', 农户电话: '13800000000' })
  assert.ok(!/张三|1380/.test(JSON.stringify(found)))
  assert.equal((found.extra as Record<string, string>).leftOut, '采样人 农户电话')
})

test('real sheets are recognised, and others are not taken for soil', (t) => {
  if (!existsSync(`${shared}/data/01_soil`)) return t.skip('shared data not present')
  const scores: Record<string, number> = {}
  for (const file of [
    'sistan/soil_samples',
    'australia_ansis/ansis_topsoil_dev',
    'speirs_farm/speirs_farm_60_points',
    'hunter_valley/HV_subsoilpH',
    'cookfarm/weather',
    'cookfarm/grids',
    'water_chemistry/usgs_MiscGW',
    'water_chemistry/hydrochem_llobregat',
  ]) {
    const fields = readFileSync(`${shared}/data/01_soil/${file}.csv`, 'utf8')
      .split(/\r?\n/)[0]
      .split(',')
      .map((name) => name.replaceAll('"', ''))
    scores[file] = sampleStandard.recognise({ name: file.split('/')[1], fields, hasGeometry: false })
  }
  for (const file of ['sistan/soil_samples', 'australia_ansis/ansis_topsoil_dev', 'speirs_farm/speirs_farm_60_points'])
    assert.ok(scores[file] >= 0.7, `${file} ${scores[file]}`)
  for (const file of [
    'cookfarm/weather',
    'cookfarm/grids',
    'hunter_valley/HV_subsoilpH',
    'water_chemistry/usgs_MiscGW',
    'water_chemistry/hydrochem_llobregat',
  ]) {
    assert.ok(scores[file] < 0.5, `${file} ${scores[file]}`)
  }
})
