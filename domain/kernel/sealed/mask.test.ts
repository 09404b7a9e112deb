import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { mask } from './mask.ts'

test('a name keeps its family name, and not how long the given name is', () => {
  assert.equal(mask('name', '张三'), '张*')
  assert.equal(mask('name', '张三丰'), '张*')
  assert.equal(mask('principalName', '欧阳修'), '欧阳*')
  assert.equal(mask('name', '欧阳'), '欧*') // two characters: 欧 may be the whole family name
  assert.equal(mask('name', '王'), '*')
  assert.equal(mask('name', '𠮷田'), '𠮷*') // outside the basic plane: two code units, one character
  assert.equal(mask('neighbourNorth', '李四家'), '李*')
  assert.equal(mask('name', '  '), '')
})

test('an identity number keeps four digits at each end', () => {
  assert.equal(mask('idNumber', '220899197001011234'), '2208****1234')
  assert.equal(mask('idNumber', 'G1234567'), '****67')
  assert.equal(mask('idNumber', '1234'), '****')
})

test('a mobile number keeps its head and tail, a land line two digits', () => {
  assert.equal(mask('phone', '13800000000'), '138****0000')
  assert.equal(mask('phone', '+86 138-0000-0000'), '138****0000')
  assert.equal(mask('phone', '0436-1234567'), '****67')
  assert.equal(mask('phone', '110'), '****')
})

test('an address keeps the village and hides the house', () => {
  assert.equal(mask('address', '吉林省碱泉县东甸镇前甸村三组12号'), '吉林省碱泉县东甸镇前甸村***')
  assert.equal(mask('address', '12号'), '***')
})

test('a field of no known kind is hidden whole', () => assert.equal(mask('note', 'anything'), '***'))

test('no mask gives a value of two or more characters back', () => {
  const fields = fc.constantFrom('name', 'principalName', 'idNumber', 'phone', 'address', 'neighbourEast', 'other')
  const values = fc
    .string({ minLength: 1, maxLength: 30, unit: 'grapheme' })
    .filter((value) => value.trim() !== '' && !/^\*+$/.test(value.trim()))
  fc.assert(fc.property(fields, values, (field, value) => mask(field, value) !== value.trim()))
})
