import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { doneNext, moved, redone, snapTo, undoable, undone } from './edit.ts'

test('what is undone comes back with redo, and what is done anew ends that', () => {
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 8 }), (values) => {
      const done = values.reduce((steps, value) => doneNext(steps, value), undoable(-1))
      let back = done
      for (const _ of values) back = undone(back)
      assert.equal(back.present, -1)
      assert.deepEqual(undone(back), back)
      for (const _ of values) back = redone(back)
      assert.deepEqual(back, done)
      assert.deepEqual(redone(doneNext(undone(done), 7)).present, 7)
    }),
  )
})

test('a corner within reach is taken before a line that is nearer; out of reach nothing is', () => {
  const ring = [123, 45, 123.001, 45, 123.001, 45.001, 123, 45.001, 123, 45]
  const near = moved([123, 45], 2, 0.5)
  assert.deepEqual(snapTo(near, [ring], 3), { place: [123, 45], on: 'corner' })
  const onLine = snapTo(moved([123.0005, 45], 0, 1), [ring], 3)
  assert.equal(onLine.on, 'line')
  assert.ok(Math.abs(onLine.place[0] - 123.0005) < 1e-12 && Math.abs(onLine.place[1] - 45) < 1e-12)
  const off = moved([123.0005, 45], 0, -4)
  assert.deepEqual(snapTo(off, [ring], 3), { place: off, on: null })
})
