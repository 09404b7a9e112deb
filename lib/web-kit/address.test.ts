import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { linkTo, listFrom, query, searchAfter, toggled } from './address.ts'

test('a change keeps what it does not name', () => {
  assert.equal(searchAfter('?county=220899&class=1204', { class: null, grade: ['light', 'heavy'] }), '?county=220899&grade=light,heavy')
  assert.equal(searchAfter('', { a: undefined, b: '' }), '')
})

test('a link to another page keeps the place and forgets the rest', () => {
  assert.equal(
    linkTo('/parcels', '?county=220899&sel=5&asOf=2025-12-31&by=grade', { class: '1204' }),
    '/parcels?asOf=2025-12-31&class=1204&county=220899',
  )
})

test('the order of changes does not show in the address', () =>
  fc.assert(
    fc.property(fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.stringMatching(/^[a-z0-9]{1,5}$/)), (params) => {
      const forth = Object.entries(params).reduce((search, [name, value]) => searchAfter(search, { [name]: value }), '')
      const back = Object.entries(params)
        .reverse()
        .reduce((search, [name, value]) => searchAfter(search, { [name]: value }), '')
      assert.equal(forth, back)
    }),
  ))

test('a value toggled twice is gone', () => {
  assert.deepEqual(toggled(toggled(['a'], 'b'), 'b'), ['a'])
  assert.deepEqual(listFrom('a,b'), ['a', 'b'])
  assert.deepEqual(listFrom(null), [])
  assert.equal(query('/x', { by: ['area', 'class'], q: null }), '/x?by=area,class')
})
