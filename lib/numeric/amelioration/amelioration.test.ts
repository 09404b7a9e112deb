import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { AMENDMENTS, type AmendmentId, equivalentOfGypsum, limeNeeded } from './equivalents.ts'
import { addedContent, dissolvedBy, doseOfSoilMass, espAfterGypsum, gypsumRequirement, type SodicLayer, saltStore } from './gypsum.ts'
import { saltLeft } from './leaching.ts'

const near = (found: number, expected: number, within: number) =>
  assert.ok(Math.abs(found - expected) <= within, `expected ${expected} ± ${within}, got ${found}`)
const layer = (part: Partial<SodicLayer>): SodicLayer => ({
  depthM: 0.2,
  bulkDensity: 1.4,
  cec: 20,
  espPercent: 45,
  solubleAlkalinity: 0,
  ...part,
})
const pure = { targetEspPercent: 10, efficiency: 1, purity: 1 }

test("Oster's examples: 3.099 t/ha for a tenth of the exchange in 15 cm, 16.87 from ESP 45 to 10, more where it is not pure", () => {
  const small = layer({ depthM: 0.15, bulkDensity: 1.2, espPercent: 20 })
  near(gypsumRequirement(small, pure).total, 3.099, 0.0005)
  near(gypsumRequirement(layer({}), pure).total, 16.873, 0.0005)
  near(gypsumRequirement(layer({}), { ...pure, purity: 0.9 }).total, 16.873 / 0.9, 0.0006)
  near(gypsumRequirement(layer({}), { ...pure, efficiency: 1.2 }).total, 16.873 * 1.2, 0.001)
})

test('soluble carbonate takes its calcium first: 1 meq/100 g in 0.2 m at 1.3 t/m³ costs 2.238 t/ha', () => {
  const soda = layer({ bulkDensity: 1.3, espPercent: 10, solubleAlkalinity: 1 })
  const { exchange, soda: lost, total } = gypsumRequirement(soda, pure)
  assert.equal(exchange, 0)
  near(lost, 2.238, 0.0005)
  assert.equal(total, lost)
  assert.equal(gypsumRequirement(layer({ espPercent: 10, solubleAlkalinity: -3 }), pure).total, 0) // calcium to spare is no gypsum owed
})

test('Handbook 60: from ESP 20.185 to 5 on CEC 20 is 3.037 meq/100 g', () => {
  const found = gypsumRequirement(layer({ depthM: 0.1, bulkDensity: 1, espPercent: 20.185 }), { ...pure, targetEspPercent: 5 })
  near(found.total / 0.86085, 3.037, 0.0005) // 0.86085 t/ha for each meq/100 g in 10 cm of density 1
})

test('Chi 2012: 15 and 30 g/kg are 42 and 84 t/ha in 0.2 m at 1.4 t/m³; a gram of salt per kg is 2.8 t/ha', () => {
  near(doseOfSoilMass(1.5, layer({})), 42, 1e-9)
  near(doseOfSoilMass(3, layer({})), 84, 1e-9)
  near(saltStore(1, layer({})), 2.8, 1e-12)
})

test('one tonne of gypsum is worth the tonnes of the table', () => {
  const table: Record<AmendmentId, number> = {
    gypsum: 1,
    anhydrite: 0.791,
    'calcium-chloride': 0.854,
    'sulfuric-acid': 0.57,
    sulfur: 0.186,
    'aluminium-sulfate': 0.662,
    'aluminium-sulfate-14': 1.151,
    'aluminium-sulfate-18': 1.29,
    'iron-sulfate-7': 1.615,
    'iron-sulfate-9': 1.088,
    lime: 0.581,
  }
  for (const [id, expected] of Object.entries(table)) near(equivalentOfGypsum(id as AmendmentId), expected, 0.0006)
  assert.deepEqual(Object.keys(AMENDMENTS).sort(), Object.keys(table).sort())
  near(limeNeeded(10), 5.81, 0.01)
})

test('saturated gypsum water carries 2.26 kg/m³, and no more than there is', () => {
  near(dissolvedBy(42, 10_000), 22.6, 1e-9)
  assert.equal(dissolvedBy(3, 10_000), 3)
  assert.equal(dissolvedBy(3, -1), 0)
})

test('fluorine of 2000 mg/kg in 30 t/ha adds 21.4 mg/kg to 20 cm of soil', () => near(addedContent(2000, 30, layer({})), 21.43, 0.01))

test("Hoffman's depths leave a fifth: 2.25 of peat, 1.5 of clay loam, 0.5 of sandy loam", () => {
  near(saltLeft(2.25, 1, 0.45), 0.2, 1e-12)
  near(saltLeft(1.5, 1, 0.3), 0.2, 1e-12)
  near(saltLeft(0.5, 1, 0.1), 0.2, 1e-12)
  assert.equal(saltLeft(0, 1, 0.3), 1)
  assert.equal(saltLeft(9, 1, 0.3, 0.25), 0.25)
})

const soils = fc.record({
  depthM: fc.double({ min: 0.05, max: 1, noNaN: true }),
  bulkDensity: fc.double({ min: 0.8, max: 1.8, noNaN: true }),
  cec: fc.double({ min: 1, max: 60, noNaN: true }),
  espPercent: fc.double({ min: 0, max: 100, noNaN: true }),
  solubleAlkalinity: fc.double({ min: -5, max: 10, noNaN: true }),
})

test('the requirement is never negative, grows with ESP and carbonate, and what it says brings the soil to its target', () =>
  fc.assert(
    fc.property(soils, fc.double({ min: 0, max: 30, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (soil, more, purer) => {
      const design = { targetEspPercent: 10, efficiency: 1.2, purity: 0.5 + purer / 2 }
      const { total } = gypsumRequirement(soil, design)
      assert.ok(total >= 0)
      assert.ok(gypsumRequirement({ ...soil, espPercent: Math.min(100, soil.espPercent + more) }, design).total >= total)
      assert.ok(gypsumRequirement({ ...soil, solubleAlkalinity: soil.solubleAlkalinity + more }, design).total >= total)
      near(espAfterGypsum(soil, design, total), Math.min(soil.espPercent, 10), 1e-6)
    }),
  ))

test('what is no soil is refused, not computed', () => {
  assert.throws(() => gypsumRequirement(layer({ espPercent: 120 }), pure), /ESP/)
  assert.throws(() => gypsumRequirement(layer({ bulkDensity: 1400 }), pure), /t\/m³/)
  assert.throws(() => gypsumRequirement(layer({}), { ...pure, purity: 90 }), /purity/)
  assert.throws(() => gypsumRequirement(layer({ cec: Number.NaN }), pure), /CEC/)
})
