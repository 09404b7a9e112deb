import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { context } from '@dishu/kernel/areas/fixtures/row-values'
import { BatchValues, matchFields } from '@dishu/kernel/intake/values'
import { readHeader } from './lab-headers.ts'
import { readCell } from './lab-values.ts'
import { depthsFrom, sampleStandard } from './soil.exchange.ts'

const shared = process.env.DISHU_SHARED ?? new URL('../../../../shared', import.meta.url).pathname
/** Through the import's own reader of rows, which finds fields by header. */
const read = (row: Record<string, string | number | null>, options = {}, fields: Record<string, string> = {}) => {
  const layer = Object.keys(row).map((name) => ({ name, type: 'text' }))
  const values = new BatchValues(
    Object.values(row).map((cell) => [cell]),
    layer,
    matchFields(sampleStandard, layer, fields),
  )
  return sampleStandard.read(values.at(0), null, { ...context, options })
}
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
  const extra = found.extra as Record<string, unknown>
  assert.deepEqual(extra.censored, { co3: { text: '未检出' }, ec_ds_per_m: { text: '<0.05', below: 0.05 } })
  assert.equal(found.ec_ratio, '1:5') // what was measured is known, though not how much
  assert.equal(extra.unread, 'salt_g_per_kg 约3')
  // a limit comes to our unit as a value does
  const micro = content({ 样号: 'A', 经度: 123.9, 纬度: 45.3, 'EC（1:5）μS/cm': '<50' }).extra as Record<string, unknown>
  assert.deepEqual(micro.censored, { ec_ds_per_m: { text: '<50', below: 0.05 } })
})

test('cells say a number, a limit, nothing, or something else', () => {
  const cells: [string, unknown][] = [
    ['9.4', { value: 9.4 }],
    ['９．４', { value: 9.4 }],
    ['1,234.5', { value: 1234.5 }],
    ['1e-3', { value: 0.001 }],
    ['0.66 mS/cm', { value: 0.66 }],
    ['0.66 g/kg', { unread: '0.66 g/kg' }], // another unit than the column's
    ['0,05', { unread: '0,05' }], // five hundredths or five: not for us to guess
    ['＜ 0.05', { censored: { text: '＜ 0.05', below: 0.05 } }],
    ['0.05L', { censored: { text: '0.05L', below: 0.05 } }],
    ['未检出', { censored: { text: '未检出' } }],
    ['ND', { censored: { text: 'ND' } }],
    ['n.d.', { censored: { text: 'n.d.' } }],
    ['未检出（<0.05）', { censored: { text: '未检出（<0.05）', below: 0.05 } }],
    ['>20', { censored: { text: '>20', above: 20 } }],
    ['约3', { unread: '约3' }],
    ['0.05*', { unread: '0.05*' }],
    ['—', null],
    ['未测', null],
  ]
  for (const [text, expected] of cells) assert.deepEqual(readCell(text, 1, ['mS/cm']), expected, text)
})

test('headers are read whole or not at all', () => {
  const headers: [string, string | null][] = [
    ['EC(1:5)(mS/cm)', 'ec mS/cm 1:5'],
    ['电导率 EC1:5 (μS/cm) 25℃', 'ec µS/cm 1:5'],
    ['电导率（1:5，mS/m）', 'ec mS/m 1:5'],
    ['ec_1_5', 'ec – 1:5'],
    ['EC_DS_PER_M', 'ec dS/m –'], // our own export
    ['NA_CMOL_PER_KG', 'na cmol/kg –'],
    ['饱和浸提液电导率(dS/m)', 'ece dS/m paste'],
    ['Cl⁻（mmol·L⁻¹）', 'cl mmol/L –'],
    ['Ca²⁺/(cmol(1/2Ca²⁺)·kg⁻¹)', 'ca cmol/kg –'],
    ['水溶性盐离子(cmol/kg)_Na⁺', 'na cmol/kg –'],
    ['饱和浸提液Na+(meq/L)', 'na meq/L paste'],
    ['Mg (mg/kg)', 'mg mg/kg –'],
    ['SO42- g/kg', 'so4 g/kg –'],
    ['pH（水土比 2.5:1）', 'ph – 1:2.5'],
    ['ph_cacl2', 'phCacl2 – –'],
    ['可溶性盐总量（%）', 'salt % –'],
    ['交换性钠(cmol(+)/kg)', 'exchangeableSodium cmol/kg –'],
    ['有效钾(mg/kg)', null], // a nutrient, not the dissolved ion
    ['全钾(g/kg)', null],
    ['EC(kS/m)', null],
    ['CaCo3', null],
    ['K', null],
    ['名称', null],
  ]
  for (const [header, expected] of headers) {
    const found = readHeader(header)
    assert.equal(found && [found.quantity, found.unit?.unit ?? '–', found.ratio ?? '–'].join(' '), expected, header)
  }
})

test('ions of an extract come to the soil by its water, and those of a paste stay in their solution', () => {
  const base = { 样号: 'A', 经度: 123.9, 纬度: 45.3 }
  // 6 meq/L of a 1:5 extract: 6 × 5 L/kg ÷ 10 = 3 cmol/kg; 48.03 mg/L of sulfate are 1 meq/L; 2 mmol/L of calcium are 4 meq/L
  const found = content({ ...base, 'Na+(1:5)(meq/L)': 6, 'SO4(1:5)(mg/L)': 48.03, 'Ca2+(1:5)mmol/L': 2, 'Cl-(1:5)mmol/L': '<0.1' })
  assert.deepEqual(found.ions, { na: 3, so4: 0.5, ca: 2 })
  assert.deepEqual((found.extra as Record<string, unknown>).censored, { cl: { text: '<0.1', below: 0.05 } })
  const paste = content({ ...base, '饱和浸提液Na+(meq/L)': 36, '饱和浸提液Ca2+(meq/L)': '<6' })
  assert.deepEqual(paste.ions, {})
  assert.deepEqual((paste.extra as Record<string, unknown>).solution, { na: 36, ca: { text: '<6', below: 6 }, ratio: 'paste' })
  // an extract nobody named is no way to the soil
  assert.deepEqual((content({ ...base, 'Na+(meq/L)': 36 }).extra as Record<string, unknown>).solution, { na: 36, ratio: null })
})

test('cations beside a capacity and without anions are those of the exchange complex', () => {
  const base = { 样号: 'A', 经度: 123.9, 纬度: 45.3, pH: 8.1, 'CEC(cmol/kg)': 20, 'Na (cmol/kg)': 5 }
  const found = content(base)
  assert.deepEqual([found.ions, (found.extra as Record<string, unknown>).exchangeable], [{}, { na: 5 }])
  assert.deepEqual(content({ ...base, 'Cl (cmol/kg)': 1 }).ions, { na: 5, cl: 1 })
  assert.deepEqual(content({ ...base, '水溶性Na (cmol/kg)': 2, 'Cl (cmol/kg)': 1 }).ions, { na: 2, cl: 1 })
})

test('a column mapped by hand is read by the unit and extract of its header, or by those the person names', () => {
  const base = { 样号: 'A', 经度: 123.9, 纬度: 45.3 }
  const mapped = read({ ...base, 'COND_25 (uS/cm)': 660 }, {}, { ec: 'COND_25 (uS/cm)' }).records[0].content
  assert.equal(mapped.ec_ds_per_m, 0.66)
  const told = read({ ...base, COND: 660 }, { 'unit:ec': 'uS/cm', ratio: '1:5' }, { ec: 'COND' }).records[0].content
  assert.deepEqual([told.ec_ds_per_m, told.ec_ratio], [0.66, '1:5'])
  const bare = content({ ...base, EC: 0.66 })
  assert.deepEqual([bare.ec_ds_per_m, (bare.extra as Record<string, unknown>).unitAssumed], [0.66, 'ec_ds_per_m'])
})

test('a laboratory’s own samples stand nowhere, and a bag stands for a place that the field record has', () => {
  const dup = content({ ...sheet, 样品编号: 'JQ24-0001-1-平行' })
  assert.deepEqual(
    [dup.longitude, (dup.extra as Record<string, unknown>).role, (dup.extra as Record<string, unknown>).duplicateOf],
    [null, 'duplicate', 'JQ24-0001-1'],
  )
  const blank = content({ 样品编号: 'B-1', 样品类型: '空白样', 'EC(1:5)(mS/cm)': 0.02 })
  assert.equal((blank.extra as Record<string, unknown>).role, 'blank')
  const bagged = content({ 样品编号: 'L-17', 样袋编号: 'T000017', 'pH(1:5)': 9.1 })
  assert.deepEqual([bagged.place, (bagged.extra as Record<string, unknown>).bag], [null, 'T000017'])
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
