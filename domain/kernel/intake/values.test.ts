import assert from 'node:assert/strict'
import test from 'node:test'
import type { Standard } from './intake.ts'
import { BatchValues, matchFields } from './values.ts'

const field = (name: string, aliases: string[] = []) => ({
  name,
  aliases,
  required: false,
  type: 'text' as const,
  unit: null,
  label: { zh: name, en: name },
})
const standard = { fields: [field('BSM', ['标识码']), field('TBMJ', ['图斑面积', 'AREA']), field('SJNF')] } as unknown as Standard
const layer = [
  { name: 'bsm', type: 'text' },
  { name: 'Area', type: 'number' },
  { name: 'note', type: 'text' },
]

test('a field is found by its name, by a known spelling, and first by what the person said', () => {
  assert.deepEqual(
    [...matchFields(standard, layer)],
    [
      ['BSM', 0],
      ['TBMJ', 1],
    ],
  )
  assert.deepEqual(
    [...matchFields(standard, layer, { BSM: 'note' })],
    [
      ['BSM', 2],
      ['TBMJ', 1],
    ],
  )
  // one column answers for one field only
  assert.deepEqual([...matchFields(standard, layer, { TBMJ: 'bsm' })], [['TBMJ', 0]])
})

test('a code that a sheet keeps as a number gives its digits, and text in a number field is not a number', () => {
  const columns = [
    [220899100200, ' 0103 ', null, 1e21],
    ['1,234.5', '１２', '', 'abc'],
    ['a', '', null, 'b'],
  ]
  const values = new BatchValues(columns, layer, matchFields(standard, layer))
  assert.equal(values.at(0).text('BSM'), '220899100200')
  assert.equal(values.at(1).text('BSM'), '0103')
  assert.equal(values.at(2).text('BSM'), null)
  assert.equal(values.at(0).number('TBMJ'), 1234.5)
  assert.ok(Number.isNaN(values.at(3).number('TBMJ')))
  assert.equal(values.at(2).number('TBMJ'), null)
  assert.equal(values.at(0).text('SJNF'), null) // the layer lacks it
  assert.deepEqual(values.at(0).rest(), { note: 'a' })
  assert.deepEqual(values.at(1).rest(), {})
})
