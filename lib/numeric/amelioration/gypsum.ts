/**
 * How much calcium a sodic soil needs, as gypsum. Masses in tonnes per hectare, depths in metres, bulk density in t/m³, CEC in cmol of charge per kg,
 * soluble ions in meq per 100 g of soil (the same number as cmol of charge per kg).
 */

/** g of CaSO₄·2H₂O per mole of charge: half of 172.170. */
export const GYPSUM_G_PER_MOL_CHARGE = 86.085

/** kg/m³ of gypsum that water takes up at saturation (2.26 g/L: Songnen soil columns, Zhang et al. 2023). Soda in the soil draws more into solution: a lower bound. */
export const GYPSUM_SOLUBILITY_KG_PER_M3 = 2.26

export type SodicLayer = {
  readonly depthM: number
  readonly bulkDensity: number
  readonly cec: number
  readonly espPercent: number
  /** Soluble CO₃ + HCO₃ − Ca − Mg; what is below nothing counts as nothing. */
  readonly solubleAlkalinity: number
}
export type GypsumDesign = {
  readonly targetEspPercent: number
  /** F of Oster's equation: how much more than the stoichiometric calcium it takes to exchange sodium; 1.1–1.3. */
  readonly efficiency: number
  /** Share of CaSO₄·2H₂O in what is spread, 0 < purity ≤ 1. */
  readonly purity: number
}
/** `exchange` replaces sodium on the clay, `soda` is lost to soluble carbonates first; `total` is what is to be spread, purity counted. */
export type GypsumRequirement = { readonly exchange: number; readonly soda: number; readonly total: number }

const perLayer = ({ depthM, bulkDensity }: Pick<SodicLayer, 'depthM' | 'bulkDensity'>, meqPer100g: number) =>
  // 10 000 m² × depth × density gives t of soil, meq/100 g is 10 mol of charge per t, g to t: together 0.1
  (GYPSUM_G_PER_MOL_CHARGE / 10) * depthM * bulkDensity * meqPer100g

/**
 * Gypsum requirement with the soda term.
 *
 * Exchange: GR = 0.086085·F·Ds·ρb·CEC·(ESPi − ESPf) (Oster, eq. 8.2 in the form of 0.086). Soda: 8.6085·Ds·ρb·(CO₃ + HCO₃ − Ca − Mg), by stoichiometry: on soda
 * soils soluble carbonate precipitates calcium before any is exchanged. Never negative. Throws RangeError for what is no soil or no design.
 */
export function gypsumRequirement(layer: SodicLayer, design: GypsumDesign): GypsumRequirement {
  checkLayer(layer)
  checkDesign(design)
  const surplus = Math.max(0, layer.espPercent - design.targetEspPercent)
  const exchange = perLayer(layer, (layer.cec * surplus) / 100) * design.efficiency
  const soda = perLayer(layer, Math.max(0, layer.solubleAlkalinity))
  return { exchange, soda, total: (exchange + soda) / design.purity }
}

/** ESP when so much (t/ha, as spread) has dissolved: soluble carbonate is served first, then the clay, down to nothing. The inverse of `gypsumRequirement`. */
export function espAfterGypsum(
  layer: SodicLayer,
  { efficiency, purity }: Omit<GypsumDesign, 'targetEspPercent'>,
  dissolvedTPerHa: number,
): number {
  checkLayer(layer)
  const left = dissolvedTPerHa * purity - perLayer(layer, Math.max(0, layer.solubleAlkalinity))
  if (left <= 0 || layer.cec === 0) return layer.espPercent
  return Math.max(0, layer.espPercent - left / (perLayer(layer, layer.cec / 100) * efficiency))
}

/** How much of `leftTPerHa` (pure gypsum, t/ha) a depth of water can take up, t/ha. Water in m³/ha. */
export const dissolvedBy = (leftTPerHa: number, waterM3PerHa: number): number =>
  Math.min(leftTPerHa, (Math.max(0, waterM3PerHa) * GYPSUM_SOLUBILITY_KG_PER_M3) / 1000)

/** t/ha of a dose stated as a share of the soil's mass (0.6 % of aluminium sulfate, 15 g/kg = 1.5 % of gypsum). */
export const doseOfSoilMass = (percent: number, { depthM, bulkDensity }: Pick<SodicLayer, 'depthM' | 'bulkDensity'>): number =>
  percent * 100 * depthM * bulkDensity

/** mg/kg by which one dose raises a layer's content of something that the amendment holds (mg/kg). */
export const addedContent = (
  contentMgPerKg: number,
  doseTPerHa: number,
  { depthM, bulkDensity }: Pick<SodicLayer, 'depthM' | 'bulkDensity'>,
) => (contentMgPerKg * doseTPerHa) / (10_000 * depthM * bulkDensity)

/** t/ha of salt in a layer for its content in g/kg: 1 g/kg is 2.8 t/ha in 0.2 m at 1.4 t/m³. */
export const saltStore = (saltGPerKg: number, { depthM, bulkDensity }: Pick<SodicLayer, 'depthM' | 'bulkDensity'>) =>
  saltGPerKg * 10 * depthM * bulkDensity

function checkLayer({ depthM, bulkDensity, cec, espPercent, solubleAlkalinity }: SodicLayer): void {
  if (!(depthM > 0 && depthM <= 3)) throw new RangeError(`expected a depth in metres up to 3, got ${depthM}`)
  if (!(bulkDensity > 0.1 && bulkDensity < 2.7)) throw new RangeError(`expected a bulk density in t/m³, got ${bulkDensity}`)
  if (!(cec >= 0 && cec < 300)) throw new RangeError(`expected a CEC in cmol/kg, got ${cec}`)
  if (!(espPercent >= 0 && espPercent <= 100)) throw new RangeError(`expected an ESP in %, got ${espPercent}`)
  if (!Number.isFinite(solubleAlkalinity)) throw new RangeError(`expected soluble alkalinity in meq/100 g, got ${solubleAlkalinity}`)
}
function checkDesign({ targetEspPercent, efficiency, purity }: GypsumDesign): void {
  if (!(targetEspPercent >= 0 && targetEspPercent < 100)) throw new RangeError(`expected a target ESP in %, got ${targetEspPercent}`)
  if (!(efficiency >= 1 && efficiency <= 3)) throw new RangeError(`expected an efficiency factor from 1 to 3, got ${efficiency}`)
  if (!(purity > 0 && purity <= 1)) throw new RangeError(`expected a purity above 0 and up to 1, got ${purity}`)
}
