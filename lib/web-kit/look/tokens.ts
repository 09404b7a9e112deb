/** The look of the product in one place: the style sheet's variables, the components' theme and the map take it from here. */
export type Tokens = {
  readonly ground: string
  readonly surface: string
  readonly raised: string
  readonly line: string
  readonly ink: string
  readonly quiet: string
  readonly accent: string
  readonly accentSoft: string
  readonly danger: string
  readonly warning: string
  readonly warningSoft: string
  readonly good: string
  readonly land: string // the map's ground
  readonly boundary: string
  readonly mapInk: string
  readonly halo: string
}

export const LIGHT: Tokens = {
  ground: '#FAFAF8',
  surface: '#FFFFFF',
  raised: '#F3F4F2',
  line: '#E3E6E8',
  ink: '#1F2A30',
  quiet: '#5C6970',
  accent: '#0B7A75',
  accentSoft: '#E2F0EE',
  danger: '#B5432E',
  warning: '#D9A400',
  warningSoft: '#FBF3D9',
  good: '#2C7A4B',
  land: '#F5F4EE',
  boundary: '#7C878D',
  mapInk: '#1F2A30',
  halo: '#FFFFFF',
}

export const DARK: Tokens = {
  ground: '#14191C',
  surface: '#1A2024',
  raised: '#232B30',
  line: '#313A40',
  ink: '#E4E9EB',
  quiet: '#9AA6AC',
  accent: '#4DB6AF',
  accentSoft: '#1B3937',
  danger: '#E58470',
  warning: '#E0B53A',
  warningSoft: '#3A3118',
  good: '#6CBF8B',
  land: '#1C2326',
  boundary: '#8A969C',
  mapInk: '#F0F3F4',
  halo: '#14191C',
}

/** The variables of the style sheet: `--ground: #FAFAF8; …` */
export const variablesOf = (tokens: Tokens) =>
  Object.entries(tokens)
    .map(([name, value]) => `--${name.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}: ${value};`)
    .join(' ')

const channel = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
const luminance = (hex: string) => {
  const [r, g, b] = [1, 3, 5].map((at) => channel(Number.parseInt(hex.slice(at, at + 2), 16) / 255))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}
/** Contrast of two colours, 1 to 21 (WCAG 2.2, relative luminance). */
export function contrast(a: string, b: string): number {
  const [light, dark] = [luminance(a), luminance(b)].sort((x, y) => y - x)
  return (light + 0.05) / (dark + 0.05)
}
