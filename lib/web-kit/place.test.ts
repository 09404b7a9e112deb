import assert from 'node:assert/strict'
import test from 'node:test'
import { type AreaNode, childrenOf, pathTo } from './place.ts'

const area = (code: string, parent: string | null): AreaNode => ({ code, parent, level: 'x', name: code, bbox: null })
const areas = [area('1', null), area('12', '1'), area('11', '1'), area('111', '11')]

test('the path goes from the root down', () =>
  assert.deepEqual(
    pathTo(areas, '111').map(({ code }) => code),
    ['1', '11', '111'],
  ))
test('an unknown code has no path, and a ring of parents ends', () => {
  assert.deepEqual(pathTo(areas, '9'), [])
  assert.equal(pathTo([area('a', 'b'), area('b', 'a')], 'a').length, 2)
})
test('children come in the order of their codes', () =>
  assert.deepEqual(
    childrenOf(areas, '1').map(({ code }) => code),
    ['11', '12'],
  ))
