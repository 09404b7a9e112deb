/**
 * The invented library of the sample county: prices, limits of pH, a few effects, varieties, trials, and three layers of limits, so that options come out and
 * comparisons can be tried. Nothing in it is real; every row is marked invented.
 */
import { readWkb, writePolygonWkb } from '@dishu/base/wkb'
import { fromZone } from '@dishu/numeric/geodesy/zone'
import { gaussian, seededRandom } from '@dishu/numeric/shared/random'
import { CROPS } from '../crops/crops.ts'
import { type Dose, type SheetName, TECHNOLOGIES, type Technology } from '../technology/technology.ts'
import { ZONE } from './patches.ts'
import type { SampleCounty } from './rows.ts'

const STATED = { source: '虚构示例，不得引用 | invented for the sample, not to be cited', mark: 'invented' } as const
const YEAR = 2026

type Row = Readonly<Record<string, string | number | boolean | null>>
export type SampleLibrary = Readonly<Partial<Record<SheetName, readonly Row[]>>>
export type SampleGround = {
  readonly layer: string
  readonly key: string
  readonly name: string
  readonly outline: Uint8Array // EPSG:4490
  readonly bbox: readonly [number, number, number, number]
}

/** 分 and t of the sheets: 元 and tonnes. */
const COSTS: readonly (readonly [technology: string, line: string, scope: string, unit: string, yuan: number])[] = [
  ['fgd-gypsum', '脱硫石膏（到地）', 'material', 't', 120],
  ['fgd-gypsum', '撒施旋耕', 'spreading', 'mu', 55],
  ['phosphogypsum', '磷石膏（到地）', 'material', 't', 95],
  ['phosphogypsum', '撒施旋耕', 'spreading', 'mu', 55],
  ['manure', '腐熟农家肥（到地）', 'material', 't', 60],
  ['peat', '草炭（到地）', 'material', 't', 160],
  ['aluminium-sulfate', '硫酸铝（到地）', 'material', 't', 850],
  ['aluminium-sulfate', '撒施旋耕', 'spreading', 'mu', 40],
  ['sulfur', '硫磺（到地）', 'material', 't', 1500],
  ['leaching', '淋洗水', 'water', 'm3', 0.05],
  ['leaching', '筑埂', 'earthworks', 'mu', 45],
  ['paddy', '泡田整地', 'labour', 'mu', 60],
  ['oats-continuous', '条播', 'labour', 'mu', 12],
]

export function drawLibrary(): SampleLibrary {
  const technologies = ['leaching', 'fgd-gypsum', 'aluminium-sulfate', 'phosphogypsum'].flatMap(
    (code) => TECHNOLOGIES.find((each) => each.code === code) ?? [],
  )
  return {
    technologies: technologies.map(technologyRow),
    conditions: technologies.flatMap(({ code, conditions }) => conditions.map((each) => ({ code, ...each }))),
    effects: [
      ...technologies.flatMap(({ code, effects }) => effects.map((each) => ({ code, ...each }))),
      effect('fgd-gypsum', 'ph', 'change', -0.5, -0.9, 1),
      effect('fgd-gypsum', 'ph', 'change', -0.8, -1.2, 2),
      effect('aluminium-sulfate', 'ph', 'change', -0.7, -1.1, 1),
      effect('phosphogypsum', 'ph', 'change', -0.6, -1, 1),
      effect('phosphogypsum', 'esp', 'change-percent', -45, -60, 1),
    ],
    contaminants: (
      [
        ['F', 4200, 900, 'soil', 420],
        ['Cd', 0.6, 0.6, 'soil', 0.1],
        ['As', 4, 25, 'soil', 9],
        ['Pb', 12, 170, 'soil', 20],
        ['Cr', 18, 250, 'soil', 50],
        ['Hg', 0.3, 1, 'soil', 0.03],
        ['Ra-226', 120, 200, 'material', null],
      ] as const
    ).map(([substance, content, limit, of, background]) => ({
      code: 'phosphogypsum',
      substance,
      content,
      limit,
      of,
      background,
      ...STATED,
    })),
    costs: COSTS.map(([technology, line, scope, unit, yuan]) => ({ technology, line, scope, unit, yuan, year: YEAR, ...STATED })),
    crops: [
      cropRow('rice', 9, 10.2, 560, 2.9, 620),
      cropRow('maize', 8.5, 9.6, 700, 2.3, 480),
      cropRow('sorghum', 8.7, 9.9, 520, 2.6, 400),
      { ...cropRow('sunflower', 8.7, 9.8, 220, 6.4, 430), espNoLossTo: 20, espNoneFrom: 55 },
      {
        ...cropRow('oats', 9.2, 10.4, 260, 3, 230),
        method: 'rainfed',
        saltThreshold: 5,
        saltSlope: 6.5,
        saltMedium: 'ece',
        saltEdition: '虚构',
      },
    ],
    varieties: VARIETIES.map(([code, crop, name]) => ({
      code,
      crop,
      name,
      seedSource: '碱泉县种子站（虚构）',
      seedPrice: 9,
      seedKgPerMu: 5,
      year: YEAR,
      ...STATED,
    })),
    ...trialRows(),
    economics: [
      { name: 'discount-percent', value: 6, word: null, year: YEAR, ...STATED },
      { name: 'horizon-years', value: 10, word: null, year: YEAR, ...STATED },
      { name: 'water-price', value: 0.12, word: null, year: YEAR, ...STATED },
      { name: 'yield-rule', value: null, word: 'product', year: YEAR, ...STATED },
      { name: 'ece-conversion', value: null, word: 'landon', year: YEAR, ...STATED },
      { name: 'drain-reach-m', value: 6000, word: null, year: YEAR, ...STATED },
      { name: 'year-type', value: null, word: 'P75', year: YEAR, ...STATED },
    ],
  }
}

function technologyRow({ dose, ...technology }: Technology): Row {
  const { code, zh, en, family, note, source, mark } = technology
  return {
    ...{ code, zh, en, family, note, source, mark },
    ...doseCells(dose),
    ...(code === 'leaching' ? { leachingKind: 'clayLoam', m9: 120, m10: 80 } : {}),
  }
}
function doseCells(dose: Dose | null): Row {
  if (dose === null) return {}
  const { by, depthM, bulkDensity, source, mark } = dose
  const layer = { doseBy: by, depthM, bulkDensity, doseSource: source, doseMark: mark }
  if (dose.by === 'fixed') return { ...layer, dose: dose.tPerHa }
  if (dose.by === 'soil-mass') return { ...layer, dose: dose.percent }
  const { amendment, targetEsp, efficiency, purity } = dose
  return { ...layer, amendment, targetEsp, efficiency, purity }
}
const effect = (code: string, indicator: string, kind: string, least: number, most: number, year: number): Row => ({
  ...{ code, indicator, crop: null, kind, least, most, year, planned: true, where: '碱泉县示范田（虚构）' },
  ...STATED,
})
/** A crop of the program with invented limits of pH, potential and prices; its salt and sodium limits as they are. */
function cropRow(code: string, phNoLossTo: number, phNoneFrom: number, potential: number, price: number, growingCost: number): Row {
  const crop = CROPS.find((each) => each.code === code)
  if (!crop) throw new Error(`expected the crop ${code}`)
  const { zh, en, method, salt, sodicity, note } = crop
  return {
    ...{ code, zh, en, method, note, phNoLossTo, phNoneFrom, potential, price, growingCost, year: YEAR },
    ...(salt && { saltThreshold: salt.threshold, saltSlope: salt.slope, saltMedium: salt.medium, saltEdition: salt.edition }),
    ...(sodicity && { espNoLossTo: sodicity.noLossTo, espNoneFrom: sodicity.noneFrom }),
    ...STATED,
  }
}

const VARIETIES: readonly (readonly [code: string, crop: string, name: string])[] = [
  ['demo-rice-1', 'rice', '示例稻1号'],
  ['demo-rice-2', 'rice', '示例稻2号'],
  ['demo-rice-3', 'rice', '示例稻3号'],
  ['demo-maize-1', 'maize', '示例玉1号'],
  ['demo-maize-2', 'maize', '示例玉2号'],
]
const SITES = [
  { site: '苇塘试验点', ph: 8.9, esp: 24 },
  { site: '碱泉农场', ph: 9.3, esp: 36 },
  { site: '沙岗试验点', ph: 8.4, esp: 12 },
] as const
/** How each variety differs from the first, kg/亩: what the trials should find. */
const WORTH: Readonly<Record<string, number>> = {
  'demo-rice-1': 0,
  'demo-rice-2': 38,
  'demo-rice-3': 4,
  'demo-maize-1': 0,
  'demo-maize-2': 60,
}

/** Three varieties of rice on three sites in two years, in blocks, with and without gypsum; two of maize on one site in one year, which ranks nothing. */
function trialRows(): { trials: Row[]; results: Row[] } {
  const random = seededRandom(0x74726963)
  const trials: Row[] = []
  const results: Row[] = []
  const plant = (code: string, crop: string, at: (typeof SITES)[number], year: number, treatments: readonly string[], base: number) => {
    trials.push({
      ...{
        code,
        title: `${at.site} ${year} 年品种比较（虚构）`,
        crop,
        site: at.site,
        year,
        design: 'rcbd',
        replicates: 3,
        blocks: 3,
        plotM2: 30,
      },
      ...{ ph: at.ph, esp: at.esp, registeredOn: `${year}-04-20`, question: '哪个品种在苏打盐碱土上更高产', ...STATED },
    })
    const season = 18 * gaussian(random)
    for (let block = 1; block <= 3; block++) {
      const ground = 14 * gaussian(random)
      let plot = 0
      for (const treatment of treatments)
        for (const [variety, of] of VARIETIES) {
          if (of !== crop) continue
          plot++
          const treated = treatment === 'CK' ? 0 : 70
          const yieldKgPerMu = Math.round(10 * Math.max(0, base + season + ground + treated + WORTH[variety] + 11 * gaussian(random))) / 10
          results.push({ trial: code, block: String(block), plot: `${block}-${plot}`, variety, treatment, yieldKgPerMu, note: '虚构' })
        }
    }
  }
  SITES.forEach((at, s) => {
    for (const year of [2024, 2025]) plant(`JQ-${year}-R${s + 1}`, 'rice', at, year, ['CK', '脱硫石膏'], 470 - 6 * at.esp)
  })
  plant('JQ-2025-M1', 'maize', SITES[2], 2025, ['CK'], 520)
  return { trials, results }
}

/** A red line over the north-west, a reserve in its corner, and basic farmland in the middle, in degrees. */
export function drawGrounds(county: Pick<SampleCounty, 'patches'>): SampleGround[] {
  let [x0, y0, x1, y1] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NEGATIVE_INFINITY]
  for (const { wkb } of county.patches) {
    const geometry = readWkb(wkb)
    const ring = geometry.type === 'polygon' ? geometry.polygons[0]?.rings[0] : undefined
    if (!ring) continue
    ;[x0, y0, x1, y1] = [Math.min(x0, ring[0]), Math.min(y0, ring[1]), Math.max(x1, ring[0]), Math.max(y1, ring[1])]
  }
  const [width, height] = [x1 - x0, y1 - y0]
  const blob = (layer: string, key: string, name: string, at: readonly [number, number], radius: number): SampleGround => {
    const points = Array.from({ length: 33 }, (_, i) => {
      const angle = (2 * Math.PI * (i % 32)) / 32
      const reach = radius * (1 + 0.18 * Math.sin(3 * angle + at[0] * 7) + 0.1 * Math.cos(5 * angle))
      return [
        x0 + width * at[0] + Math.min(width, height) * reach * Math.cos(angle),
        y0 + height * at[1] + Math.min(width, height) * reach * Math.sin(angle),
      ] as const
    })
    const ring = fromZone(Float64Array.from(points.flat()), ZONE)
    const bbox: [number, number, number, number] = [181, 91, -181, -91]
    for (let i = 0; i < ring.length; i += 2) {
      bbox[0] = Math.min(bbox[0], ring[i])
      bbox[1] = Math.min(bbox[1], ring[i + 1])
      bbox[2] = Math.max(bbox[2], ring[i])
      bbox[3] = Math.max(bbox[3], ring[i + 1])
    }
    return { layer, key, name, outline: writePolygonWkb([{ rings: [ring] }]), bbox }
  }
  return [
    blob('ecological-red-line', 'SH-1', '苇塘湿地红线（虚构）', [0.22, 0.76], 0.16),
    blob('nature-reserve', 'BH-1', '苇塘鸟类保护区核心区（虚构）', [0.18, 0.8], 0.07),
    blob('basic-farmland', 'JN-1', '永久基本农田（虚构）', [0.6, 0.45], 0.22),
  ]
}
