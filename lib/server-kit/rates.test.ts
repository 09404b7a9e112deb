import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { Buckets, Turns } from './rates.ts'

const rate = { perSecond: 2, burst: 3 }

test('a burst passes, the next waits for the bucket to fill, and after that wait it passes', () => {
  const buckets = new Buckets()
  assert.deepEqual(
    [0, 0, 0].map((now) => buckets.take('a', rate, now)),
    [0, 0, 0],
  )
  assert.equal(buckets.take('a', rate, 0), 0.5) // one request takes half a second to come back
  assert.equal(buckets.take('b', rate, 0), 0) // another's bucket is its own
  assert.equal(buckets.take('a', rate, 499) > 0, true)
  assert.equal(buckets.take('a', rate, 500), 0)
})

test('over any time never more than the burst and what has filled since passes, also when the clock jumps back', () =>
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -5000, max: 2000 }), { maxLength: 200 }), (steps) => {
      const buckets = new Buckets()
      let now = 0
      let forward = 0
      let passed = 0
      for (const step of steps) {
        now += step
        forward += Math.max(0, step)
        if (buckets.take('a', rate, now) === 0) passed++
      }
      assert.ok(passed <= rate.burst + (forward / 1000) * rate.perSecond + 1e-9)
    }),
  ))

test('a flood of strangers does not fill the memory, and forgets the quietest first', () => {
  const buckets = new Buckets(100)
  for (let i = 0; i < 10_000; i++) buckets.take(`address ${i}`, rate, i)
  assert.ok(buckets.size <= 100)
})

test('some are in work at once, the others wait in the order of coming, and none is forgotten', async () => {
  const turns = new Turns(2)
  const [first, second] = [await turns.take(1000), await turns.take(1000)]
  assert.ok(first && second)
  const order: string[] = []
  const third = turns.take(1000).then((leave) => {
    order.push('third')
    return leave
  })
  const fourth = turns.take(1000).then((leave) => {
    order.push('fourth')
    return leave
  })
  assert.equal(await turns.take(5), null, 'who waits too long is told')
  first()
  first() // twice is once
  ;(await third)?.()
  ;(await fourth)?.()
  second()
  assert.deepEqual(order, ['third', 'fourth'])
  assert.ok((await turns.take(1000)) && (await turns.take(1000)))
  assert.equal(await turns.take(5), null)
})
