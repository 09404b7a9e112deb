/**
 * Conversions between what soil laboratories measure. Each says its formula, from where to where it was calibrated, and who published it;
 * outside that range the answer is a refusal, not a number.
 */
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'

export type Extract = '1:1' | '1:2' | '1:2.5' | '1:3' | '1:5'

export type ConversionRefusal =
  | Refusal<
      'soil/outside-calibration',
      { readonly conversion: string; readonly value: number; readonly from: number; readonly to: number | null }
    >
  | Refusal<'soil/no-such-conversion', { readonly conversion: string; readonly extract: string }>
  | Refusal<'soil/not-a-number', { readonly conversion: string; readonly value: number }>

export type Conversion = {
  readonly id: string
  readonly extract: Extract
  readonly formula: string // for people; x is EC of the extract, dS/m
  readonly apply: (x: number) => number
  readonly from: number // the least x it is good for, dS/m
  readonly to: number | null // the greatest; null: the source does not say
  readonly region: string
  readonly source: string
  readonly mark: 'found' | 'known'
}

const S17 = 'FAO soilassessment 1.3.0 (S17)'

/** ECe = slope·x + intercept; below the x where that is zero it is outside its calibration. */
function linear(
  id: string,
  extract: Extract,
  slope: number,
  intercept: number,
  region: string,
  source: string,
  mark: Conversion['mark'] = 'found',
): Conversion {
  const sign = intercept === 0 ? '' : intercept < 0 ? ` − ${-intercept}` : ` + ${intercept}`
  return {
    id,
    extract,
    formula: `${slope}·x${sign}`,
    apply: (x) => slope * x + intercept,
    from: intercept < 0 ? -intercept / slope : 0,
    to: null,
    region,
    source,
    mark,
  }
}

/** EC of an extract to ECe of the saturation extract, dS/m (domain notes 1.7). */
export const ECE_CONVERSIONS: readonly Conversion[] = [
  linear('chi2010', '1:5', 11.68, -5.77, 'Songnen plain', `Chi & Wang 2010, in ${S17}`),
  linear('usda', '1:5', 4.5, 0, '', `USDA, in ${S17}`),
  linear('landon', '1:5', 6.4, 0, '', `Landon, in ${S17}; Talsma 1968 (S38)`),
  linear('loveday', '1:5', 6.5, 0, 'Australia', 'Loveday (S38)'),
  linear('murray', '1:5', 6.44, -0.102, 'Australia', 'Murray (S38)'),
  linear('shaw', '1:5', 6.08, -0.937, 'Australia', 'Shaw (S38)'),
  linear('lyons', '1:5', 6.29, -0.27, 'Australia', 'Lyons (S38)'),
  linear('kargas2018', '1:5', 6.53, -0.108, 'Greece', `Kargas et al. 2018, in ${S17}`),
  linear('ozkan', '1:5', 5.97, -1.17, '', `Ozcan et al., in ${S17}`),
  linear('park', '1:5', 8.7, 0, 'Korea', `Park et al., in ${S17}`),
  linear('khorsandi', '1:5', 5.4, -0.61, '', `Khorsandi & Yazdi, in ${S17}`),
  linear('halder', '1:5', 4.834, 0.437, '', `Halder, in ${S17}`),
  linear('aboukila', '1:5', 11.74, -6.15, '', `Aboukila, in ${S17}`),
  linear('shahid', '1:2.5', 4.77, 0, '', `Shahid et al., in ${S17}`),
  linear('usda-1-1', '1:1', 3, 0, '', `USDA, in ${S17}`),
  linear('usda-1-2', '1:2', 5, 0, '', `USDA, in ${S17}`),
  linear('visconti', '1:5', 6.53, -0.108, '', `Visconti et al., in ${S17}`),
  linear('landon-1-1', '1:1', 2.2, 0, '', `Landon, in ${S17}`),
  linear('landon-1-3', '1:3', 3.81, 0, '', `Landon, in ${S17}`),
  linear('kargas-1-1', '1:1', 1.83, 0.117, 'Greece', `Kargas et al. 2018, in ${S17}`),
  linear('ozkan-1-1', '1:1', 1.93, -0.57, '', `Ozcan et al., in ${S17}`),
  linear('ozkan-1-2.5', '1:2.5', 3.3, -0.2, '', `Ozcan et al., in ${S17}`),
  linear('hogg-1-1', '1:1', 1.75, -0.37, '', `Hogg & Henry 1984, in ${S17}`),
  linear('hogg-1-2', '1:2', 1.38, -0.14, '', `Hogg & Henry 1984, in ${S17}`),
  linear('zhang-1-1', '1:1', 1.79, 1.46, '', `Zhang et al., in ${S17}`),
  {
    id: 'klaustermeier',
    extract: '1:5',
    formula: '10^(1.256·log₁₀ x + 0.766)',
    apply: (x) => (x === 0 ? 0 : 10 ** (1.256 * Math.log10(x) + 0.766)),
    from: 0,
    to: null,
    region: 'North Dakota',
    source: `Klaustermeier et al., in ${S17}`,
    mark: 'found',
  },
  {
    id: 'he2013',
    extract: '1:5',
    formula: 'exp(0.7·ln x + 1.78)',
    apply: (x) => Math.exp(0.7 * Math.log(x) + 1.78),
    from: Math.exp((Math.log(4) - 1.78) / 0.7), // where it gives 4 dS/m
    to: null,
    region: 'North Dakota; its authors have another model below an ECe of 4 dS/m',
    source: `He et al. 2013, in ${S17}`,
    mark: 'found',
  },
]
const byId = new Map(ECE_CONVERSIONS.map((conversion) => [conversion.id, conversion]))

/** Formula and source of a conversion, for people; empty for none of ours. */
export function sourceOfEce(conversion: string): string {
  const known = byId.get(conversion)
  return known === undefined ? '' : `ECe = ${known.formula} (${known.extract}); ${known.source}`
}

/** ECe in dS/m from the EC of an extract (dS/m), by a named conversion. */
export function eceFrom(conversion: string, ec: number, extract: string): Result<number, ConversionRefusal> {
  const found = byId.get(conversion)
  if (found === undefined || found.extract !== extract) return refuse('soil/no-such-conversion', { conversion, extract })
  if (!Number.isFinite(ec)) return refuse('soil/not-a-number', { conversion, value: ec })
  if (ec < found.from || (found.to !== null && ec > found.to)) {
    return refuse('soil/outside-calibration', { conversion, value: ec, from: found.from, to: found.to })
  }
  return accept(found.apply(ec))
}

/** Water of a saturated paste, %, by texture and organic matter (<0.5, 0.5–1, 1–2, 2–4, 4–8, >8 %); FAO 2006, table in domain notes 1.7. */
const SATURATION: Readonly<Record<string, readonly number[]>> = {
  CS: [5, 6, 8, 13, 21, 35],
  MS: [8, 9, 11, 16, 24, 38],
  FS: [10, 11, 13, 18, 26, 40],
  LS: [14, 15, 17, 22, 30, 45],
  'SL<10': [14, 15, 17, 22, 30, 45],
  'SiL<10': [17, 18, 20, 25, 34, 49],
  Si: [19, 20, 22, 27, 36, 51],
  SL: [22, 23, 26, 31, 39, 55],
  L: [25, 26, 29, 34, 42, 58],
  SiL: [28, 29, 32, 37, 46, 62],
  SCL: [32, 33, 36, 41, 50, 67],
  CL: [44, 46, 48, 53, 63, 80],
  SiCL: [44, 46, 48, 53, 63, 80],
  SC: [51, 53, 55, 60, 70, 88],
  SiC: [63, 65, 68, 73, 83, 102],
  C: [63, 65, 68, 73, 83, 102],
  HC: [105, 107, 110, 116, 126, 147],
}
const ORGANIC_LIMITS = [0.5, 1, 2, 4, 8]

/** ECe = EC·(100·ratio)/SP (FAO 2006): `ratio` is water to soil (5 for 1:5), `organicMatter` in % (1.721 × organic carbon). */
export function eceByTexture(ec: number, ratio: number, texture: string, organicMatter: number): Result<number, ConversionRefusal> {
  const row = SATURATION[texture]
  if (row === undefined) return refuse('soil/no-such-conversion', { conversion: 'fao2006', extract: texture })
  if (!Number.isFinite(ec) || ec < 0 || !Number.isFinite(organicMatter))
    return refuse('soil/not-a-number', { conversion: 'fao2006', value: ec })
  const column = ORGANIC_LIMITS.filter((limit) => organicMatter >= limit).length
  return accept((ec * 100 * ratio) / row[column])
}
export const organicMatterFrom = (organicCarbonPercent: number) => 1.721 * organicCarbonPercent

/** mg of an ion that make one milliequivalent (from atomic weights). */
export const EQUIVALENT_WEIGHTS: Readonly<Record<string, number>> = {
  na: 22.99,
  k: 39.098,
  ca: 20.039,
  mg: 12.152,
  cl: 35.453,
  so4: 48.03,
  hco3: 61.017,
  co3: 30.005,
  no3: 62.005,
}
/** meq/L from mg/L; cmol/kg from mg per 100 g. */
export const milliequivalents = (ion: string, mg: number): number => mg / EQUIVALENT_WEIGHTS[ion]

/** Sodium adsorption ratio, all in meq/L of the saturation extract. Without calcium and magnesium there is none. */
export function sar(na: number, ca: number, mg: number): Result<number, ConversionRefusal> {
  const divalent = (ca + mg) / 2
  return divalent > 0 && na >= 0 ? accept(na / Math.sqrt(divalent)) : refuse('soil/not-a-number', { conversion: 'sar', value: divalent })
}

const ESR = { intercept: -0.0126, slope: 0.01475 }
/** Where we stop trusting it: our checked values end at SAR 100, and the soda soils of Songnen, up to 4042 (S32), are no part of what it was fitted to. */
export const SAR_LIMIT = 100

/** ESP in % from SAR (Handbook 60, saturation extract): x = −0.0126 + 0.01475·SAR is the exchangeable sodium ratio, ESP = 100x/(1 + x), not below 0. */
export function espFromSar(sarValue: number): Result<number, ConversionRefusal> {
  if (!Number.isFinite(sarValue) || sarValue < 0) return refuse('soil/not-a-number', { conversion: 'esp-from-sar', value: sarValue })
  if (sarValue > SAR_LIMIT)
    return refuse('soil/outside-calibration', { conversion: 'esp-from-sar', value: sarValue, from: 0, to: SAR_LIMIT })
  const ratio = Math.max(0, ESR.intercept + ESR.slope * sarValue)
  return accept((100 * ratio) / (1 + ratio))
}

/** The inverse: SAR at which the formula gives an ESP. */
export const sarFromEsp = (esp: number): number => (esp / (100 - esp) - ESR.intercept) / ESR.slope

/** ESP in % measured: exchangeable sodium over cation exchange capacity, both in cmol/kg. */
export function espMeasured(exchangeableNa: number, cec: number): Result<number, ConversionRefusal> {
  return cec > 0 && exchangeableNa >= 0
    ? accept((100 * exchangeableNa) / cec)
    : refuse('soil/not-a-number', { conversion: 'esp', value: cec })
}

/** Dissolved salts in mg/L from EC in dS/m: 640 up to 5 dS/m, 800 above (S17). */
export const tdsFromEc = (ec: number): number => (ec <= 5 ? 640 : 800) * ec
/** The inverse as S17 has it: by 640 up to 3200 mg/L, else by 800 (from 3200 to 4000 mg/L the two sides do not meet). */
export const ecFromTds = (mgPerL: number): number => mgPerL / (mgPerL <= 3200 ? 640 : 800)
/** EC in dS/m from the sum of cations in meq/L. */
export const ecFromCations = (meqPerL: number): number => meqPerL / 10
/** Salt in g/kg from EC of the 1:5 extract: 5 mL/g × 640 mg/L per dS/m. A chemist's estimate; a laboratory's own regression goes before it. */
export const saltFromEc5 = (ec: number): number => 3.2 * ec

/** Relative yield in % at an ECe (Maas & Hoffman): threshold a dS/m, slope b % per dS/m. */
export const relativeYield = (ece: number, { a, b }: { readonly a: number; readonly b: number }): number =>
  Math.min(100, Math.max(0, 100 - b * (ece - a)))
/** ECe at which a yield (%) is still had. */
export const eceAtYield = (yieldPercent: number, { a, b }: { readonly a: number; readonly b: number }): number =>
  a + (100 - yieldPercent) / b
