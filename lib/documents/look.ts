/** Sizes and colours of our documents. Points. The page is that of official documents (GB/T 9704-2012, 5.2): 37 mm above, 35 mm below, 28 mm left, 26 mm right, a little closer since reports carry tables. */
import { mm } from './picture.ts'

export const INK = '#1F2A30'
export const QUIET = '#5C6970'
export const HAIRLINE = '#AEB6BB'
export const ACCENT = '#0B7A75'
export const GROUND = '#F3F4F2'
export const ALARM = '#B5432E'

export const MARGIN = { top: mm(30), bottom: mm(26), left: mm(26), right: mm(24) }
export const BODY = { size: 11, leading: 20 }
export const NOTE = { size: 8.5, leading: 13 }
export const CELL = { size: 8.5, leading: 12.5, padX: 4, padY: 3.2 }
export const CAPTION = { size: 9.5, leading: 18 }
export const HEADINGS = [
  { size: 16, leading: 30, before: 16 },
  { size: 13, leading: 24, before: 10 },
  { size: 11.5, leading: 21, before: 6 },
] as const
