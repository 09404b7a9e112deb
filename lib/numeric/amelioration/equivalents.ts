/** Amendments by what they can do: tonnes that bring as many moles of charge of calcium (or of acid that frees it from lime) as one tonne of pure gypsum. */
import { GYPSUM_G_PER_MOL_CHARGE } from './gypsum.ts'

/** `charge`: moles of charge that one mole of the formula brings. `freesLime`: brings no calcium of its own, works only where the soil holds CaCO₃. */
type Substance = { readonly formula: string; readonly gPerMol: number; readonly charge: number; readonly freesLime: boolean }

// g/mol from IUPAC's conventional atomic weights: H 1.008, C 12.011, O 15.999, S 32.066, Al 26.982, Cl 35.453, Ca 40.078, Fe 55.845
const WATER = 18.015
const SULFATE = 96.062
export const AMENDMENTS = {
  gypsum: { formula: 'CaSO₄·2H₂O', gPerMol: 40.078 + SULFATE + 2 * WATER, charge: 2, freesLime: false },
  anhydrite: { formula: 'CaSO₄', gPerMol: 40.078 + SULFATE, charge: 2, freesLime: false },
  'calcium-chloride': { formula: 'CaCl₂·2H₂O', gPerMol: 40.078 + 2 * 35.453 + 2 * WATER, charge: 2, freesLime: false },
  lime: { formula: 'CaCO₃', gPerMol: 40.078 + 12.011 + 3 * 15.999, charge: 2, freesLime: false },
  'sulfuric-acid': { formula: 'H₂SO₄', gPerMol: 2.016 + SULFATE, charge: 2, freesLime: true },
  sulfur: { formula: 'S', gPerMol: 32.066, charge: 2, freesLime: true }, // oxidised to H₂SO₄ by the soil's life
  'aluminium-sulfate': { formula: 'Al₂(SO₄)₃', gPerMol: 2 * 26.982 + 3 * SULFATE, charge: 6, freesLime: true },
  'aluminium-sulfate-14': { formula: 'Al₂(SO₄)₃·14H₂O', gPerMol: 2 * 26.982 + 3 * SULFATE + 14 * WATER, charge: 6, freesLime: true },
  'aluminium-sulfate-18': { formula: 'Al₂(SO₄)₃·18H₂O', gPerMol: 2 * 26.982 + 3 * SULFATE + 18 * WATER, charge: 6, freesLime: true },
  'iron-sulfate-7': { formula: 'FeSO₄·7H₂O', gPerMol: 55.845 + SULFATE + 7 * WATER, charge: 2, freesLime: true },
  'iron-sulfate-9': { formula: 'Fe₂(SO₄)₃·9H₂O', gPerMol: 2 * 55.845 + 3 * SULFATE + 9 * WATER, charge: 6, freesLime: true },
} as const satisfies Readonly<Record<string, Substance>>

export type AmendmentId = keyof typeof AMENDMENTS

/** t of the pure substance for 1 t of pure gypsum. */
export const equivalentOfGypsum = (id: AmendmentId): number => AMENDMENTS[id].gPerMol / AMENDMENTS[id].charge / GYPSUM_G_PER_MOL_CHARGE

/** t/ha of CaCO₃ that an acid former needs in the soil to free as much calcium as `gypsumTPerHa` of pure gypsum holds. */
export const limeNeeded = (gypsumTPerHa: number): number => gypsumTPerHa * equivalentOfGypsum('lime')
