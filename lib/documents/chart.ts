/** Bars: amounts side by side, each with its figure written out. A chart never stands for a table. */
import { HAIRLINE, INK, QUIET } from './look.ts'
import { at, type Mark, type Picture, rectangle } from './picture.ts'

export type Bar = {
  readonly name: string
  readonly value: number
  readonly text: string
  readonly fill: string
  readonly low?: number
  readonly high?: number
}
type Measure = (text: string, size: number, weight: 400 | 600) => number

const SIZE = 8.5
const STEP = 19

/** Lying bars from a common zero; `low` and `high` draw a whisker. Values are not negative. */
export function barChart(bars: readonly Bar[], width: number, measure: Measure): Picture {
  const names = Math.min(width * 0.34, Math.max(...bars.map(({ name }) => measure(name, SIZE, 400)), 0)) + 8
  const texts = Math.max(...bars.map(({ text }) => measure(text, SIZE, 400)), 0) + 8
  const room = Math.max(20, width - names - texts)
  const most = Math.max(...bars.map(({ value, high }) => Math.max(value, high ?? 0)), 0) || 1
  const marks: Mark[] = [{ draw: 'path', d: `M${at(names)} 0L${at(names)} ${at(bars.length * STEP)}`, stroke: HAIRLINE, width: 0.6 }]
  bars.forEach(({ name, value, text, fill, low, high }, i) => {
    const [y, length] = [i * STEP, (value / most) * room]
    const base = y + STEP / 2 + SIZE * 0.36
    marks.push({ draw: 'text', x: names - 6, y: base, size: SIZE, text: name, weight: 400, fill: INK, anchor: 'end' })
    marks.push({ draw: 'path', d: rectangle(names, y + 3.5, length, STEP - 7), fill, stroke: '#6B757B', width: 0.3 })
    let end = length
    if (low !== undefined && high !== undefined) {
      const [a, b, middle] = [names + (low / most) * room, names + (high / most) * room, y + STEP / 2]
      end = Math.max(end, b - names)
      marks.push({
        draw: 'path',
        d: `M${at(a)} ${at(middle)}L${at(b)} ${at(middle)}M${at(a)} ${at(middle - 3)}L${at(a)} ${at(middle + 3)}M${at(b)} ${at(middle - 3)}L${at(b)} ${at(middle + 3)}`,
        stroke: INK,
        width: 0.8,
      })
    }
    marks.push({ draw: 'text', x: names + end + 5, y: base, size: SIZE, text, weight: 400, fill: INK })
  })
  return { width, height: bars.length * STEP + 2, marks }
}

export type Stack = { readonly name: string; readonly parts: readonly number[]; readonly text: string }

/** Standing bars of parts one on another, such as amounts by year and kind. */
export function stackChart(
  stacks: readonly Stack[],
  keys: readonly { readonly name: string; readonly fill: string }[],
  width: number,
  height: number,
): Picture {
  const most = Math.max(...stacks.map(({ parts }) => parts.reduce((sum, part) => sum + part, 0)), 0) || 1
  const [top, foot] = [14, 30]
  const step = width / Math.max(1, stacks.length)
  const bar = Math.min(46, step * 0.6)
  const room = height - top - foot
  const marks: Mark[] = [{ draw: 'path', d: `M0 ${at(top + room)}L${at(width)} ${at(top + room)}`, stroke: INK, width: 0.6 }]
  stacks.forEach(({ name, parts, text }, i) => {
    const middle = (i + 0.5) * step
    let y = top + room
    parts.forEach((part, k) => {
      const tall = (part / most) * room
      y -= tall
      if (tall > 0)
        marks.push({ draw: 'path', d: rectangle(middle - bar / 2, y, bar, tall), fill: keys[k].fill, stroke: '#FFFFFF', width: 0.4 })
    })
    marks.push({ draw: 'text', x: middle, y: y - 4, size: 7.5, text, weight: 400, fill: INK, anchor: 'middle' })
    marks.push({ draw: 'text', x: middle, y: top + room + 11, size: SIZE, text: name, weight: 400, fill: INK, anchor: 'middle' })
  })
  const step2 = width / Math.max(1, keys.length)
  keys.forEach(({ name, fill }, k) => {
    marks.push({ draw: 'path', d: rectangle(k * step2, height - 9, 12, 8), fill })
    marks.push({ draw: 'text', x: k * step2 + 16, y: height - 2, size: 7.5, text: name, weight: 400, fill: QUIET })
  })
  return { width, height, marks }
}
