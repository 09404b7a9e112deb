/** A drawing as data: what a map, a chart or a page is before it becomes PDF, Word or pixels. Points (1/72 inch), y downwards. */

export type Weight = 400 | 600

export type PathMark = {
  readonly draw: 'path'
  /** M, L and Z with absolute coordinates; filled by the even-odd rule. */
  readonly d: string
  readonly fill?: string
  readonly stroke?: string
  readonly width?: number
  readonly dash?: readonly number[]
}
/** Lines at 45° within a path: a category that colour alone must not carry. */
export type HatchMark = {
  readonly draw: 'hatch'
  readonly d: string
  readonly box: Box
  readonly stroke: string
  readonly width: number
  readonly step: number
}
export type TextMark = {
  readonly draw: 'text'
  readonly x: number
  readonly y: number // of the baseline
  readonly size: number
  readonly text: string
  readonly weight: Weight
  readonly fill: string
  readonly anchor?: 'start' | 'middle' | 'end'
  readonly spacing?: number // between characters, beside their own widths
  readonly halo?: string // a colour drawn around the letters, so that they stand on any ground
  readonly href?: string
}
export type GroupMark = {
  readonly draw: 'group'
  readonly x: number
  readonly y: number
  readonly clip?: readonly [width: number, height: number]
  readonly marks: readonly Mark[]
}
export type Mark = PathMark | HatchMark | TextMark | GroupMark
export type Box = readonly [x0: number, y0: number, x1: number, y1: number]
export type Picture = { readonly width: number; readonly height: number; readonly marks: readonly Mark[] }

/** Millimetres as points. */
export const mm = (value: number) => (value * 72) / 25.4

/** A coordinate as it is written: hundredths of a point are finer than any press. */
export const at = (value: number): string => {
  const text = String(Math.round(value * 100) / 100)
  return text === '-0' ? '0' : text
}

export const rectangle = (x: number, y: number, width: number, height: number) =>
  `M${at(x)} ${at(y)}L${at(x + width)} ${at(y)}L${at(x + width)} ${at(y + height)}L${at(x)} ${at(y + height)}Z`

/** Points x, y, x, y, … joined in their order. */
export function polyline(xy: ArrayLike<number>, closed: boolean): string {
  let d = ''
  for (let i = 0; i + 1 < xy.length; i += 2) d += `${i === 0 ? 'M' : 'L'}${at(xy[i])} ${at(xy[i + 1])}`
  return d === '' ? '' : closed ? `${d}Z` : d
}

/** The subpaths of a path as points x, y, x, y, … */
export function subpaths(d: string): { readonly xy: readonly number[]; readonly closed: boolean }[] {
  return d
    .split('M')
    .slice(1)
    .map((part) => ({ xy: part.replace('Z', '').split(/[ L]/).map(Number), closed: part.includes('Z') }))
}
