/** Pictures as PNG, for files that hold no outlines. Edges are smoothed by four lines within a pixel's height and exact widths along each. */
import { crc32, deflateSync } from 'node:zlib'
import { piecesOf, widthOf } from './fonts.ts'
import { hatchLines } from './hatch.ts'
import { type Box, type Mark, type Picture, subpaths } from './picture.ts'

const LINES = 4
/** Pixels of the largest picture: A0 at 100 dots to the inch is 15 million. */
const MOST_PIXELS = 40e6

const HAIRLINE = 0.2

type Shape = readonly (readonly number[])[] // closed rings x, y, … in pixels

export function toPng(picture: Picture, dotsPerInch: number): Uint8Array {
  const scale = dotsPerInch / 72
  const canvas = new Canvas(Math.ceil(picture.width * scale), Math.ceil(picture.height * scale), scale)
  for (const mark of picture.marks) canvas.mark(mark, 0, 0)
  return canvas.png()
}

class Canvas {
  readonly #width: number
  readonly #height: number
  readonly #scale: number
  readonly #rgb: Uint8Array
  #clip: Box

  constructor(width: number, height: number, scale: number) {
    if (width * height > MOST_PIXELS) throw new Error(`a picture of ${width} × ${height} pixels is too large`)
    this.#width = width
    this.#height = height
    this.#scale = scale
    this.#rgb = new Uint8Array(width * height * 3).fill(255)
    this.#clip = [0, 0, width, height]
  }

  mark(mark: Mark, x0: number, y0: number): void {
    const k = this.#scale
    const rings = (d: string): Shape => subpaths(d).map(({ xy }) => xy.map((value, i) => (value + (i % 2 === 0 ? x0 : y0)) * k))
    switch (mark.draw) {
      case 'group': {
        const before = this.#clip
        const [x, y] = [x0 + mark.x, y0 + mark.y]
        if (mark.clip)
          this.#clip = [
            Math.max(before[0], x * k),
            Math.max(before[1], y * k),
            Math.min(before[2], (x + mark.clip[0]) * k),
            Math.min(before[3], (y + mark.clip[1]) * k),
          ]
        for (const each of mark.marks) this.mark(each, x, y)
        this.#clip = before
        return
      }
      case 'path':
        if (mark.fill) this.#fill(rings(mark.d), true, mark.fill)
        // a hairline in the colour of its own ground closes gaps on paper; pixels have none
        if (mark.stroke && !(mark.stroke === mark.fill && (mark.width ?? 1) < HAIRLINE))
          this.#fill(
            strokes(
              rings(mark.d),
              subpaths(mark.d).map(({ closed }) => closed),
              (mark.width ?? 1) * k,
              mark.dash?.map((each) => each * k),
            ),
            false,
            mark.stroke,
          )
        return
      case 'hatch': {
        const mask = new Float32Array(this.#width * this.#height)
        this.#cover(rings(mark.d), true, (i, coverage) => {
          mask[i] = coverage
        })
        const lines = rings(hatchLines(mark.box, mark.step))
        const colour = channels(mark.stroke)
        this.#cover(
          strokes(
            lines,
            lines.map(() => false),
            mark.width * k,
          ),
          false,
          (i, coverage) => this.#blend(i, colour, coverage * mask[i]),
        )
        return
      }
      case 'text': {
        const { text, size, weight, anchor = 'start', spacing = 0, halo } = mark
        const width = widthOf(text, size, weight) + spacing * ([...text].length - 1)
        const left = x0 + mark.x - (anchor === 'middle' ? width / 2 : anchor === 'end' ? width : 0)
        const letters = letterRings(text, left * k, (y0 + mark.y) * k, size * k, weight, spacing * k)
        if (halo)
          this.#fill(
            strokes(
              letters,
              letters.map(() => true),
              2 * k,
            ),
            false,
            halo,
          )
        this.#fill(letters, false, mark.fill)
      }
    }
  }

  #fill(shape: Shape, evenOdd: boolean, fill: string) {
    const colour = channels(fill)
    this.#cover(shape, evenOdd, (i, coverage) => this.#blend(i, colour, coverage))
  }

  #blend(i: number, [r, g, b]: readonly number[], coverage: number) {
    const rgb = this.#rgb
    rgb[3 * i] += (r - rgb[3 * i]) * coverage
    rgb[3 * i + 1] += (g - rgb[3 * i + 1]) * coverage
    rgb[3 * i + 2] += (b - rgb[3 * i + 2]) * coverage
  }

  /** How much of each pixel a shape covers, row by row. */
  #cover(shape: Shape, evenOdd: boolean, put: (pixel: number, coverage: number) => void) {
    const [left, top, right, bottom] = this.#clip
    const edges: { from: number; to: number; x: number; slope: number; way: number }[] = []
    for (const ring of shape)
      for (let i = 0; i + 1 < ring.length; i += 2) {
        const next = (i + 2) % ring.length
        const [xa, ya, xb, yb] = [ring[i], ring[i + 1], ring[next], ring[next + 1]]
        if (ya === yb || Math.max(ya, yb) < top || Math.min(ya, yb) > bottom) continue
        const up = ya < yb
        const slope = (xb - xa) / (yb - ya)
        edges.push({ from: up ? ya : yb, to: up ? yb : ya, x: up ? xa : xb, slope, way: up ? 1 : -1 })
      }
    edges.sort((a, b) => a.from - b.from)
    if (edges.length === 0) return
    const row = new Float32Array(this.#width + 2)
    let active: typeof edges = []
    let next = 0
    const first = Math.max(0, Math.floor(Math.max(top, edges[0].from)))
    const last = Math.min(this.#height, Math.ceil(bottom))
    for (let y = first; y < last && (next < edges.length || active.length > 0); y++) {
      let [least, most] = [this.#width, -1]
      for (let line = 0; line < LINES; line++) {
        const at = y + (line + 0.5) / LINES
        while (next < edges.length && edges[next].from <= at) active.push(edges[next++])
        active = active.filter(({ to }) => to > at)
        const crossings = active.map(({ x, from, slope, way }) => [x + (at - from) * slope, way] as const).sort((a, b) => a[0] - b[0])
        let winding = 0
        for (let i = 0; i + 1 < crossings.length; i++) {
          winding += evenOdd ? 1 : crossings[i][1]
          if (evenOdd ? winding % 2 === 0 : winding === 0) continue
          const [xa, xb] = [Math.max(left, crossings[i][0]), Math.min(right, crossings[i + 1][0])]
          if (xb <= xa) continue
          const [a, b] = [Math.floor(xa), Math.min(this.#width - 1, Math.floor(xb))]
          if (a === b) row[a] += (xb - xa) / LINES
          else {
            row[a] += (a + 1 - xa) / LINES
            for (let x = a + 1; x < b; x++) row[x] += 1 / LINES
            row[b] += (xb - b) / LINES
          }
          least = Math.min(least, a)
          most = Math.max(most, b)
        }
      }
      for (let x = least; x <= most; x++) {
        if (row[x] > 0) put(y * this.#width + x, Math.min(1, row[x]))
        row[x] = 0
      }
    }
  }

  png(): Uint8Array {
    const [w, h] = [this.#width, this.#height]
    const lines = new Uint8Array(h * (3 * w + 1))
    for (let y = 0; y < h; y++) {
      // each byte less the one of the pixel before (filter 1): flat ground becomes zeros
      const to = y * (3 * w + 1)
      lines[to] = 1
      for (let i = 0; i < 3 * w; i++) lines[to + 1 + i] = this.#rgb[y * 3 * w + i] - (i < 3 ? 0 : this.#rgb[y * 3 * w + i - 3])
    }
    const head = new Uint8Array(13)
    const view = new DataView(head.buffer)
    view.setUint32(0, w)
    view.setUint32(4, h)
    head.set([8, 2, 0, 0, 0], 8)
    const perMetre = Math.round((this.#scale * 72) / 0.0254)
    const dots = new Uint8Array(9)
    new DataView(dots.buffer).setUint32(0, perMetre)
    new DataView(dots.buffer).setUint32(4, perMetre)
    dots[8] = 1
    return Buffer.concat([
      Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
      chunk('IHDR', head),
      chunk('pHYs', dots),
      chunk('IDAT', deflateSync(lines, { level: 9 })),
      chunk('IEND', new Uint8Array(0)),
    ])
  }
}

const channels = (hex: string) => [1, 3, 5].map((from) => Number.parseInt(hex.slice(from, from + 2), 16))

/** Every stretch of a line as a rectangle, all turned the same way, so that together they are one shape by the nonzero rule. */
function strokes(lines: Shape, closed: readonly boolean[], width: number, dash?: readonly number[]): Shape {
  const half = Math.max(width, 0.35) / 2
  const out: number[][] = []
  const stretch = (xa: number, ya: number, xb: number, yb: number) => {
    const length = Math.hypot(xb - xa, yb - ya)
    if (length === 0) return
    const [ux, uy] = [((xb - xa) / length) * half, ((yb - ya) / length) * half]
    const cap = dash ? 0 : 1
    out.push([
      xa - ux * cap - uy,
      ya - uy * cap + ux,
      xa - ux * cap + uy,
      ya - uy * cap - ux,
      xb + ux * cap + uy,
      yb + uy * cap - ux,
      xb + ux * cap - uy,
      yb + uy * cap + ux,
    ])
  }
  lines.forEach((line, which) => {
    let [walked, k] = [0, 0]
    const count = line.length / 2 - (closed[which] ? 0 : 1)
    for (let i = 0; i < count; i++) {
      const n = (2 * i + 2) % line.length
      const [xa, ya, xb, yb] = [line[2 * i], line[2 * i + 1], line[n], line[n + 1]]
      if (!dash) {
        stretch(xa, ya, xb, yb)
        continue
      }
      const length = Math.hypot(xb - xa, yb - ya)
      for (let from = 0; from < length - 1e-9; ) {
        const to = Math.min(length, from + dash[k % dash.length] - walked)
        const point = (t: number) => [xa + ((xb - xa) * t) / length, ya + ((yb - ya) * t) / length] as const
        if (k % 2 === 0) stretch(...point(from), ...point(to))
        walked += to - from
        if (walked >= dash[k % dash.length] - 1e-9) [walked, k] = [0, k + 1]
        from = to
      }
    }
  })
  return out
}

/** The outlines of letters, their curves as short straight stretches. */
function letterRings(text: string, x0: number, baseline: number, size: number, weight: 400 | 600, spacing: number): Shape {
  const rings: number[][] = []
  let x = x0
  for (const { face, text: part } of piecesOf(text, weight)) {
    const { font } = face
    const k = size / font.unitsPerEm
    for (const sign of part) {
      const glyph = font.glyphForCodePoint(sign.codePointAt(0) ?? 32)
      let ring: number[] = []
      const put = (px: number, py: number) => ring.push(x + px * k, baseline - py * k)
      let [lastX, lastY] = [0, 0]
      for (const { command, args } of glyph.path.commands) {
        if (command === 'moveTo') {
          ring = []
          rings.push(ring)
        }
        if (command === 'moveTo' || command === 'lineTo') put(args[0], args[1])
        else if (command === 'quadraticCurveTo')
          for (const t of [0.25, 0.5, 0.75, 1]) {
            const [a, b, c] = [(1 - t) ** 2, 2 * t * (1 - t), t * t]
            put(a * lastX + b * args[0] + c * args[2], a * lastY + b * args[1] + c * args[3])
          }
        if (command !== 'closePath') [lastX, lastY] = args.slice(-2)
      }
      x += (glyph.advanceWidth / font.unitsPerEm) * size + spacing
    }
  }
  return rings
}

function chunk(name: string, data: Uint8Array): Uint8Array {
  const out = new Uint8Array(12 + data.length)
  const view = new DataView(out.buffer)
  view.setUint32(0, data.length)
  out.set(Buffer.from(name, 'latin1'), 4)
  out.set(data, 8)
  view.setUint32(8 + data.length, crc32(out.subarray(4, 8 + data.length)))
  return out
}
