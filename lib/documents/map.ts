/**
 * A map on paper, at a true scale: shapes come in metres of a plane and are set down in points, fine enough for the press and no finer, so that a county of
 * a million patches costs what its picture costs. Around it what a map must say: legend, scale and scale bar, north, datum, review number.
 */
import { INK, QUIET } from './look.ts'
import { type Box, type Mark, type Picture, polyline, rectangle } from './picture.ts'

/** Metres on the ground that one point of the paper is, at 1:1. */
const METRES_PER_POINT = 0.0254 / 72
/** Places on paper are whole tenths of a point (0.035 mm): neighbours are rounded alike, so no gap opens between them. */
const GRAIN = 10
const STEPS = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 7.5, 8, 10]

export type MapLook = { readonly fill: string; readonly hatched?: boolean }
export type LegendEntry = { readonly key: string; readonly name: string; readonly value: string; readonly look: MapLook }
export type MapWords = {
  readonly legend: string // its title
  readonly scale: (denominator: string) => string // 比例尺 1:50 000
  readonly north: string
  readonly metres: string
  readonly kilometres: string
}

/** The smallest round denominator at which a stretch of ground fits a stretch of paper. */
export function roundScale(groundWidth: number, groundHeight: number, width: number, height: number): number {
  const needed = Math.max(groundWidth / (width * METRES_PER_POINT), groundHeight / (height * METRES_PER_POINT), 1)
  const power = 10 ** Math.floor(Math.log10(needed))
  return Math.round((STEPS.find((step) => step * power >= needed * (1 - 1e-12)) ?? 10) * power)
}

/** The paper a map is drawn on. `box`: metres, easting and northing; the map's middle is the box's middle. */
export class MapSheet {
  readonly denominator: number
  readonly width: number
  readonly height: number
  readonly #metres: number // of one point
  readonly #x0: number
  readonly #y0: number
  readonly #fills = new Map<string, string[]>()
  readonly #lines: Mark[] = []
  readonly #labels: { x: number; y: number; text: string; size: number; weight: 400 | 600 }[] = []

  /** `denominator`: a scale that was asked for; without it the largest round one at which the box fits. */
  constructor(box: Box, width: number, height: number, denominator?: number) {
    this.width = width
    this.height = height
    const room = 0.96
    this.denominator = denominator ?? roundScale(box[2] - box[0], box[3] - box[1], width * room, height * room)
    this.#metres = METRES_PER_POINT * this.denominator
    this.#x0 = (box[0] + box[2]) / 2 - (width / 2) * this.#metres
    this.#y0 = (box[1] + box[3]) / 2 + (height / 2) * this.#metres
  }

  /** The size of a stretch of ground on the paper, in points. */
  onPaper(metres: number): number {
    return metres / this.#metres
  }

  #placed(xy: Float64Array): number[] {
    const out: number[] = []
    for (let i = 0; i + 1 < xy.length; i += 2) {
      const x = Math.round(((xy[i] - this.#x0) / this.#metres) * GRAIN) / GRAIN
      const y = Math.round(((this.#y0 - xy[i + 1]) / this.#metres) * GRAIN) / GRAIN
      const n = out.length
      if (n >= 2 && out[n - 2] === x && out[n - 1] === y) continue
      // a point on the straight way between its neighbours says nothing
      if (n >= 4 && (out[n - 2] - out[n - 4]) * (y - out[n - 3]) === (out[n - 1] - out[n - 3]) * (x - out[n - 4]) && between(out, n, x, y))
        out.length = n - 2
      out.push(x, y)
    }
    return out
  }

  /** A polygon's rings, coloured by what the legend says of `key`. What is smaller than a grain leaves nothing. */
  polygon(key: string, rings: readonly Float64Array[]): void {
    let d = ''
    for (const ring of rings) {
      const xy = this.#placed(ring)
      if (xy.length >= 6) d += polyline(xy, true)
    }
    if (d === '') return
    const list = this.#fills.get(key)
    if (list) list.push(d)
    else this.#fills.set(key, [d])
  }

  outline(rings: readonly Float64Array[], stroke: string, width: number, dash?: readonly number[]): void {
    const d = rings.map((ring) => polyline(this.#placed(ring), false)).join('')
    if (d !== '') this.#lines.push({ draw: 'path', d, stroke, width, ...(dash ? { dash } : {}) })
  }

  label(x: number, y: number, text: string, size: number, weight: 400 | 600 = 400): void {
    this.#labels.push({ x: (x - this.#x0) / this.#metres, y: (this.#y0 - y) / this.#metres, text, size, weight })
  }

  /** Everything drawn, inside its frame. `measure` keeps names from lying on each other: what comes first stays. */
  marks(looks: ReadonlyMap<string, MapLook>, measure: (text: string, size: number, weight: 400 | 600) => number): Mark[] {
    const inside: Mark[] = [{ draw: 'path', d: rectangle(0, 0, this.width, this.height), fill: '#FBFBF8' }]
    for (const [key, parts] of [...this.#fills].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const look = looks.get(key) ?? { fill: '#C9CED2' }
      // in parts: a reader of the file need not hold one path of a million points
      for (let from = 0; from < parts.length; from += 2000) {
        const d = parts.slice(from, from + 2000).join('')
        inside.push({ draw: 'path', d, fill: look.fill, stroke: look.fill, width: 0.1 })
        if (look.hatched) inside.push({ draw: 'hatch', d, box: [0, 0, this.width, this.height], stroke: '#7B858B', width: 0.3, step: 4 })
      }
    }
    inside.push(...this.#lines)
    const taken: Box[] = []
    for (const { x, y, text, size, weight } of this.#labels) {
      const half = measure(text, size, weight) / 2
      const box: Box = [x - half - 1, y - size, x + half + 1, y + size * 0.3]
      if (box[0] < 0 || box[2] > this.width || box[1] < 0 || box[3] > this.height) continue
      if (taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) continue
      taken.push(box)
      inside.push({ draw: 'text', x, y, size, text, weight, fill: INK, anchor: 'middle', halo: '#FFFFFF' })
    }
    return [
      { draw: 'group', x: 0, y: 0, clip: [this.width, this.height], marks: inside },
      { draw: 'path', d: rectangle(0, 0, this.width, this.height), stroke: INK, width: 0.9 },
    ]
  }
}

const between = (out: readonly number[], n: number, x: number, y: number) =>
  (out[n - 2] - out[n - 4]) * (x - out[n - 2]) >= 0 && (out[n - 1] - out[n - 3]) * (y - out[n - 1]) >= 0

/** North arrow with its letter, `size` high, its middle at x. */
export const northMarks = (x: number, y: number, size: number, letter: string): Mark[] => [
  { draw: 'path', d: polyline([x, y + size * 0.3, x - size * 0.22, y + size, x, y + size * 0.82], true), fill: INK },
  {
    draw: 'path',
    d: polyline([x, y + size * 0.3, x + size * 0.22, y + size, x, y + size * 0.82], true),
    fill: '#FFFFFF',
    stroke: INK,
    width: 0.5,
  },
  { draw: 'text', x, y: y + size * 0.24, size: size * 0.28, text: letter, weight: 600, fill: INK, anchor: 'middle', halo: '#FFFFFF' },
]

/** A bar of four equal parts of a round length, at most `most` points long, with what its ends are. */
export function scaleBarMarks(
  x: number,
  y: number,
  most: number,
  denominator: number,
  words: MapWords,
  size: number,
): { readonly marks: Mark[]; readonly width: number } {
  const metres = most * METRES_PER_POINT * denominator
  const power = 10 ** Math.floor(Math.log10(metres))
  const length = ([8, 4, 2, 1].find((step) => step * power <= metres) ?? 1) * power
  const width = length / (METRES_PER_POINT * denominator)
  const far = length >= 1000
  const marks: Mark[] = []
  for (let i = 0; i < 4; i++)
    marks.push({
      draw: 'path',
      d: rectangle(x + (i * width) / 4, y, width / 4, size * 0.45),
      fill: i % 2 === 0 ? INK : '#FFFFFF',
      stroke: INK,
      width: 0.5,
    })
  for (const i of [0, 2, 4]) {
    const value = (length * i) / 4 / (far ? 1000 : 1)
    const unit = i === 4 ? ` ${far ? words.kilometres : words.metres}` : ''
    marks.push({
      draw: 'text',
      x: x + (i * width) / 4,
      y: y - size * 0.35,
      size,
      text: `${Number(value.toPrecision(6))}${unit}`,
      weight: 400,
      fill: INK,
      anchor: i === 0 ? 'start' : 'middle',
    })
  }
  return { marks, width }
}

/** `50000` as `50 000`. */
export const spaced = (value: number) => String(value).replace(/\B(?=(\d{3})+$)/g, '\u00A0')

export type Furniture = {
  readonly legend: readonly LegendEntry[]
  readonly words: MapWords
  readonly lines: readonly string[] // datum, source, review number
  readonly columns: number
  readonly size: number // of the letters
}

/** Height of what stands below a map. */
export const furnitureHeight = ({ legend, columns, lines, size }: Omit<Furniture, 'words'>) =>
  (1 + Math.ceil(legend.length / columns)) * size * 1.75 + (2 + lines.length) * size * 1.7 + size * 1.2

/** A map with everything below it that it must say. */
export function mapPicture(
  sheet: MapSheet,
  furniture: Furniture,
  measure: (text: string, size: number, weight: 400 | 600) => number,
): Picture {
  const { legend, words, lines, columns, size } = furniture
  const { width, height } = sheet
  const looks = new Map(legend.map(({ key, look }) => [key, look]))
  const north = Math.min(size * 5.6, width / 9)
  const marks: Mark[] = [...sheet.marks(looks, measure), ...northMarks(width - north * 0.6, 8, north, words.north)]
  let y = height + size * 1.9
  marks.push({ draw: 'text', x: 0, y, size: size * 1.05, text: words.legend, weight: 600, fill: INK })
  y += size * 0.6
  const column = width / columns
  const down = Math.ceil(legend.length / columns)
  legend.forEach(({ name, value, look }, i) => {
    const [x, top] = [Math.floor(i / down) * column, y + (i % down) * size * 1.75]
    const chip = rectangle(x, top + size * 0.25, size * 1.9, size * 1.1)
    marks.push({ draw: 'path', d: chip, fill: look.fill, stroke: '#6B757B', width: 0.4 })
    if (look.hatched)
      marks.push({ draw: 'hatch', d: chip, box: [x, top, x + size * 2, top + size * 1.4], stroke: '#7B858B', width: 0.3, step: 4 })
    const base = top + size * 1.2
    marks.push({ draw: 'text', x: x + size * 2.4, y: base, size, text: name, weight: 400, fill: INK })
    marks.push({ draw: 'text', x: x + column - size * 1.2, y: base, size, text: value, weight: 400, fill: INK, anchor: 'end' })
  })
  y += down * size * 1.75 + size * 2.4
  const bar = scaleBarMarks(0, y, width * 0.36, sheet.denominator, words, size * 0.9)
  marks.push(...bar.marks)
  marks.push({
    draw: 'text',
    x: width,
    y: y + size * 0.5,
    size: size * 1.05,
    text: words.scale(spaced(sheet.denominator)),
    weight: 600,
    fill: INK,
    anchor: 'end',
  })
  y += size * 2
  for (const line of lines) {
    marks.push({ draw: 'text', x: 0, y, size: size * 0.92, text: line, weight: 400, fill: QUIET })
    y += size * 1.7
  }
  return { width, height: height + furnitureHeight(furniture), marks }
}
