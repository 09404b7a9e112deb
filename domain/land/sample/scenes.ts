/**
 * Two invented satellite images of the invented county: bare ground in May, crops in August, with a few clouds and their shadows. Synthetic, and named so:
 * reflectances are typical ones of each class, shifted by the county's salt and a little chance. Same county, same pixels.
 */
import { readWkb } from '@dishu/base/wkb'
import { gaussian, seededRandom } from '@dishu/numeric/shared/random'
import { smoothField } from './plane.ts'
import type { SampleCounty } from './rows.ts'

export type SampleScene = {
  readonly day: string
  readonly width: number
  readonly height: number
  /** Of UTM zone 51 N on WGS 84 (EPSG:32651), whose central meridian is the county's own. */
  readonly geotransform: readonly [number, number, number, number, number, number]
  /** Surface reflectance as Landsat Collection 2 stores it: stored · 0.0000275 − 0.2; 0 is no data. */
  readonly bands: Readonly<Record<'SR_B2' | 'SR_B3' | 'SR_B4' | 'SR_B5' | 'SR_B6' | 'SR_B7', Uint16Array>>
  /** QA_PIXEL: bit 3 cloud, bit 4 shadow, bit 6 clear. */
  readonly quality: Uint16Array
}

export const SCENE_DAYS = ['2024-05-06', '2024-08-14'] as const

const CELL = 60 // metres; a real one has 30, and four times the pixels
const MARGIN = 10 // cells round the county that hold data too
const CLEAR = 1 << 6
const CLOUD = 1 << 3
const SHADOW = 1 << 4
const SCALE = 0.0000275
const OFFSET = -0.2

type Spectrum = readonly [b: number, g: number, r: number, n: number, s1: number, s2: number]
type Season = readonly [may: Spectrum, august: Spectrum]

const BARE: Spectrum = [0.09, 0.12, 0.16, 0.22, 0.3, 0.27]
const CROP: Spectrum = [0.03, 0.06, 0.04, 0.42, 0.19, 0.09]
const WATER: Spectrum = [0.06, 0.07, 0.05, 0.03, 0.015, 0.01]
const SALT: Spectrum = [0.22, 0.27, 0.31, 0.36, 0.38, 0.31]
const GRASS: Season = [
  [0.07, 0.1, 0.12, 0.21, 0.27, 0.2],
  [0.05, 0.08, 0.07, 0.31, 0.23, 0.13],
]

/** By the first digits of a class (GB/T 21010-2017), longest first. */
const SPECTRA: readonly (readonly [code: string, season: Season])[] = [
  ['0101', [WATER, [0.03, 0.05, 0.03, 0.36, 0.13, 0.06]]],
  ['1204', [SALT, [0.17, 0.21, 0.24, 0.31, 0.33, 0.26]]],
  ['01', [BARE, CROP]],
  ['02', [BARE, [0.04, 0.07, 0.05, 0.36, 0.2, 0.1]]],
  [
    '03',
    [
      [0.04, 0.06, 0.06, 0.2, 0.18, 0.1],
      [0.03, 0.05, 0.03, 0.34, 0.17, 0.08],
    ],
  ],
  ['04', GRASS],
  ['11', [WATER, [0.05, 0.07, 0.05, 0.05, 0.02, 0.015]]],
]
const BUILT: Season = [
  [0.13, 0.16, 0.18, 0.24, 0.27, 0.24],
  [0.12, 0.15, 0.16, 0.24, 0.25, 0.21],
]
const CLOUD_SPECTRUM: Spectrum = [0.55, 0.56, 0.57, 0.6, 0.45, 0.35]
const NAMES = ['SR_B2', 'SR_B3', 'SR_B4', 'SR_B5', 'SR_B6', 'SR_B7'] as const
/** How much salt on the surface brightens land that is not called saline. */
const CRUST = 0.35

export function drawScenes({ seed, patches }: Pick<SampleCounty, 'seed' | 'patches'>): SampleScene[] {
  const grid = gridOf(patches)
  const classes = classesOf(patches, grid)
  const salinity = smoothField(seed ^ 0x5a17, 5200)
  return SCENE_DAYS.map((day, season) => drawScene(day, season as 0 | 1, grid, classes, salinity, seed))
}

type CellGrid = Pick<SampleScene, 'width' | 'height' | 'geotransform'>

/** From the survey's zone (EPSG:4529) to UTM 51 N: one central meridian, another scale and origin. */
const eastingOf = (x: number) => (x - 41_500_000) * 0.9996 + 500_000
const northingOf = (y: number) => y * 0.9996

function gridOf(patches: SampleCounty['patches']): CellGrid {
  let [minX, minY, maxX, maxY] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const ring of ringsOf(patches)) {
    for (let i = 0; i < ring.xy.length; i += 2) {
      minX = Math.min(minX, eastingOf(ring.xy[i]))
      maxX = Math.max(maxX, eastingOf(ring.xy[i]))
      minY = Math.min(minY, northingOf(ring.xy[i + 1]))
      maxY = Math.max(maxY, northingOf(ring.xy[i + 1]))
    }
  }
  const left = Math.floor(minX / CELL - MARGIN) * CELL
  const top = Math.ceil(maxY / CELL + MARGIN) * CELL
  return {
    width: Math.ceil((maxX - left) / CELL) + MARGIN,
    height: Math.ceil((top - minY) / CELL) + MARGIN,
    geotransform: [left, CELL, 0, top, 0, -CELL],
  }
}

function* ringsOf(patches: SampleCounty['patches']): Generator<{ readonly patch: number; readonly xy: Float64Array }> {
  for (const [patch, { wkb }] of patches.entries()) {
    const geometry = readWkb(wkb)
    if (geometry.type === 'polygon') for (const { rings } of geometry.polygons) for (const xy of rings) yield { patch, xy }
  }
}

/** Which class the middle of each cell lies in, as a place in SPECTRA; −1 built land, −2 beyond the county. */
function classesOf(patches: SampleCounty['patches'], { width, height, geotransform: [left, , , top] }: CellGrid): Int8Array {
  const classes = new Int8Array(width * height).fill(-2)
  const inside = new Uint8Array(width * height)
  let [before, cells]: [number, number[]] = [-1, []]
  const settle = () => {
    if (before < 0) return
    const spectrum = SPECTRA.findIndex(([code]) => patches[before].DLBM.startsWith(code))
    for (const cell of cells) {
      if (inside[cell]) classes[cell] = spectrum
      inside[cell] = 0
    }
    cells = []
  }
  for (const { patch, xy } of ringsOf(patches)) {
    if (patch !== before) settle()
    before = patch
    crossings(xy, left, top, width, height, (cell) => {
      inside[cell] ^= 1 // a hole turns its cells back
      cells.push(cell)
    })
  }
  settle()
  return classes
}

/** Calls back for every cell whose middle a ring encloses. */
function crossings(xy: Float64Array, left: number, top: number, width: number, height: number, found: (cell: number) => void): void {
  const rows = new Map<number, number[]>()
  for (let i = 0, j = xy.length - 2; i < xy.length; j = i, i += 2) {
    const [x1, y1] = [(eastingOf(xy[j]) - left) / CELL, (top - northingOf(xy[j + 1])) / CELL]
    const [x2, y2] = [(eastingOf(xy[i]) - left) / CELL, (top - northingOf(xy[i + 1])) / CELL]
    const [low, high] = [Math.min(y1, y2), Math.max(y1, y2)]
    for (let row = Math.max(0, Math.ceil(low - 0.5)); row + 0.5 < high && row < height; row++) {
      const at = x1 + ((row + 0.5 - y1) / (y2 - y1)) * (x2 - x1)
      const list = rows.get(row)
      if (list) list.push(at)
      else rows.set(row, [at])
    }
  }
  for (const [row, places] of rows) {
    places.sort((a, b) => a - b)
    for (let k = 0; k + 1 < places.length; k += 2)
      for (let column = Math.max(0, Math.ceil(places[k] - 0.5)); column + 0.5 < places[k + 1] && column < width; column++)
        found(row * width + column)
  }
}

function drawScene(
  day: string,
  season: 0 | 1,
  grid: CellGrid,
  classes: Int8Array,
  salinity: (x: number, y: number) => number,
  seed: number,
): SampleScene {
  const { width, height, geotransform } = grid
  const [left, , , top] = geotransform
  const random = seededRandom(seed ^ 0x7363 ^ (season << 8))
  const bands = Object.fromEntries(NAMES.map((name) => [name, new Uint16Array(width * height)])) as SampleScene['bands']
  const quality = new Uint16Array(width * height).fill(CLEAR)
  const clouds = season === 1 ? cloudsOver(grid, seed) : new Uint8Array(width * height)
  for (let row = 0, cell = 0; row < height; row++)
    for (let column = 0; column < width; column++, cell++) {
      const spectrum = classes[cell] === -2 ? GRASS[season] : classes[cell] < 0 ? BUILT[season] : SPECTRA[classes[cell]][1][season]
      const [x, y] = [left + (column + 0.5) * CELL, top - (row + 0.5) * CELL]
      // water has no crust; elsewhere bare ground shows it more than a crop
      const salt =
        spectrum[3] < 0.1
          ? 0
          : CRUST * Math.max(0, salinity((x - 500_000) / 0.9996 + 41_500_000, y / 0.9996) - 0.45) * (season === 0 ? 1 : 0.5)
      const light = 1 + 0.05 * gaussian(random)
      if (clouds[cell]) quality[cell] = clouds[cell] === 1 ? CLOUD : SHADOW
      for (const [b, name] of NAMES.entries()) {
        const ground = spectrum[b] * (1 - salt) + SALT[b] * salt
        const seen = clouds[cell] === 1 ? CLOUD_SPECTRUM[b] : clouds[cell] === 2 ? ground * 0.45 : ground
        bands[name][cell] = Math.max(1, Math.min(65_455, Math.round((seen * light - OFFSET) / SCALE)))
      }
    }
  return { day, width, height, geotransform, bands, quality }
}

/** 1 cloud, 2 its shadow to the north-west. */
function cloudsOver({ width, height }: CellGrid, seed: number): Uint8Array {
  const field = smoothField(seed ^ 0x636c, 70)
  const over = new Uint8Array(width * height)
  const cloudy = (column: number, row: number) => field(column, row) > 0.66
  for (let row = 0, cell = 0; row < height; row++)
    for (let column = 0; column < width; column++, cell++) over[cell] = cloudy(column, row) ? 1 : cloudy(column + 9, row + 6) ? 2 : 0
  return over
}
