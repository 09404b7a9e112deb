import assert from 'node:assert/strict'
import test from 'node:test'
import { draftFrom } from './draft.ts'

const EMPTY = { name: '', reason: '' }

test('a draft comes back as it was typed, and fields that the form has gained since start empty', () => {
  assert.deepEqual(draftFrom('{"name":"王测试","reason":"已核实"}', EMPTY), { name: '王测试', reason: '已核实' })
  assert.deepEqual(draftFrom('{"name":"王测试"}', EMPTY), { name: '王测试', reason: '' })
})

test('what is not a draft of this form is left aside', () => {
  for (const text of [null, '', 'null', '7', '{"name":', '{"name":7,"other":"x"}'])
    assert.deepEqual(draftFrom(text, EMPTY), EMPTY, String(text))
})
