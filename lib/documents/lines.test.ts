import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { breakLines, type Measure } from './lines.ts'

/** A Chinese character is as wide as it is high, any other half of it. */
const square: Measure = (text, size) => [...text].reduce((sum, sign) => sum + (/[\u2E80-\uFFEF]/.test(sign) ? size : size / 2), 0)
const run = (text: string) => [{ text, size: 10, weight: 400 as const, fill: '#000000' }]
const textsOf = (text: string, width: number, options = {}) =>
  breakLines(run(text), width, square, options).map(({ pieces }) => pieces.map((piece) => piece.text).join(''))

test('lines are as full as they can be', () => {
  assert.deepEqual(textsOf('盐碱地是后备耕地', 40), ['盐碱地是', '后备耕地'])
  assert.deepEqual(textsOf('盐碱地是后备耕地', 40, { indent: 20 }), ['盐碱', '地是后备', '耕地'])
})

test('a closing mark does not begin a line, and an opening one does not end it', () => {
  assert.deepEqual(textsOf('全县盐碱，分两类', 40), ['全县盐', '碱，分两', '类'])
  assert.deepEqual(textsOf('全县盐（碱）地', 40), ['全县盐', '（碱）地'])
})

test('numbers and words stay whole, unless a line is too narrow for them', () => {
  assert.deepEqual(textsOf('面积12,345.67亩', 60), ['面积', '12,345.67亩'])
  assert.deepEqual(textsOf('123456789', 20), ['1234', '5678', '9'])
})

test('law: nothing is lost, no line is wider than its room, and no line begins with a closing mark', () => {
  const sign = fc.constantFrom(...'盐碱地面积统计村镇，。、；：？！）》”（《“12.,3abc %'.split(''))
  fc.assert(
    fc.property(fc.array(sign, { maxLength: 120 }), fc.integer({ min: 60, max: 300 }), (signs, width) => {
      const text = signs.join('')
      const lines = breakLines(run(text), width, square, { justify: true })
      const shown = lines.map(({ pieces }) => pieces.map((piece) => piece.text).join(''))
      assert.equal(shown.join('').replaceAll(' ', ''), text.replaceAll(' ', ''))
      for (const line of lines) assert.ok(line.width <= width + 1e-6)
      // rows of marks that no line could hold are given up
      if (!/[，。、；：？！）》”（《“.,]{3}/.test(text))
        for (const line of shown.slice(1)) assert.ok(!/^[，。、；：？！）》”]/.test(line), JSON.stringify(shown))
    }),
  )
})
