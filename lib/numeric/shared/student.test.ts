import assert from 'node:assert/strict'
import test from 'node:test'
import { studentCdf, studentQuantile } from './student.ts'

test("the quantiles of the printed tables of Student's t", () => {
  const table: readonly (readonly [p: number, freedom: number, t: number])[] = [
    [0.975, 1, 12.7062],
    [0.975, 2, 4.3027],
    [0.975, 4, 2.7764],
    [0.95, 5, 2.015],
    [0.975, 9, 2.2622],
    [0.995, 10, 3.1693],
    [0.975, 30, 2.0423],
    [0.975, 120, 1.9799],
  ]
  for (const [p, freedom, t] of table) assert.ok(Math.abs(studentQuantile(p, freedom) - t) < 6e-5, `${p} ${freedom}`)
  assert.ok(Math.abs(studentQuantile(0.025, 4) + 2.7764) < 6e-5)
})

test('one degree of freedom is Cauchy: its quarters lie at −1 and 1; and the cdf undoes the quantile', () => {
  assert.ok(Math.abs(studentQuantile(0.75, 1) - 1) < 1e-9)
  assert.ok(Math.abs(studentCdf(-1, 1) - 0.25) < 1e-9)
  for (const p of [0.1, 0.5, 0.8, 0.999]) assert.ok(Math.abs(studentCdf(studentQuantile(p, 7), 7) - p) < 1e-9)
})
