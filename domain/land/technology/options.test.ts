import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { CROPS, type Crop, type Figure } from '../crops/crops.ts'
import { LIMITS, type LimitPart, limitsOn } from '../ecology/ecology.ts'
import { askConditions } from './conditions.ts'
import {
  type CostLine,
  type Library,
  optionsOf,
  type PatchFacts,
  PRACTICES,
  type RuledOut,
  SHIPPED_RULES,
  type SoilFacts,
  sayOption,
  TECHNOLOGIES,
} from './technology.ts'

const figure = (value: number): Figure => ({ value, year: 2026, source: 'invented for this test', mark: 'invented' })
const invented = { source: 'invented for this test', mark: 'invented' } as const
const stated = (crop: Crop, potential: number, price: number, growing: number, noneFrom: number): Crop => ({
  ...crop,
  ph: { noneTo: null, noLossFrom: null, noLossTo: 8.5, noneFrom, ...invented },
  potential: figure(potential),
  price: figure(price),
  growingCost: figure(growing),
})
const crops = CROPS.map((crop) =>
  crop.code === 'rice' ? stated(crop, 600, 280, 60_000, 10.5) : crop.code === 'maize' ? stated(crop, 700, 220, 45_000, 9.8) : crop,
)
const cost = (technology: string, unit: CostLine['unit'], fen: number): CostLine => ({
  technology,
  line: unit,
  scope: 'material',
  unit,
  fen,
  year: 2026,
  ...invented,
})
const months = (sum: number) => [0, 0, 0, 0, 0.3, 0.2, 0.2, 0.2, 0.1, 0, 0, 0].map((share) => share * sum)
const library: Library = {
  technologies: TECHNOLOGIES.map((each) =>
    each.code === 'leaching' ? { ...each, water: { months: [0, 0, 0, 0, 0, 0, 0, 0, 0, 200, 0, 0], kind: 'clayLoam', ...invented } } : each,
  ),
  practices: PRACTICES,
  crops,
  rules: SHIPPED_RULES,
  costs: [
    cost('fgd-gypsum', 't', 12_000),
    cost('fgd-gypsum', 'mu', 6_000),
    cost('aluminium-sulfate', 't', 90_000),
    cost('leaching', 'm3', 5),
    cost('paddy', 'mu', 10_000),
    cost('sulfur', 't', 150_000),
  ],
  waterNeeds: [
    { crop: 'rice', months: months(600), yearType: 75, ...invented },
    { crop: 'maize', months: months(120), yearType: 75, ...invented },
  ],
  economics: { discountPercent: figure(5), horizonYears: figure(8), waterFenPerM3: figure(8), yieldRule: 'product' },
}
const SODA: SoilFacts = {
  ph: 9.4,
  esp: 42,
  ece: 2.5,
  saltGPerKg: 3,
  cec: 20,
  alkalinity: 1.5,
  limeGPerKg: 60,
  bulkDensity: 1.4,
  samples: ['A1'],
  campaign: '2024 spring',
}
const patch = (part: Partial<Omit<PatchFacts, 'soil'>> & { readonly soil?: Partial<SoilFacts> | null } = {}): PatchFacts => {
  const { soil, ...rest } = part
  return {
    id: '1',
    landClass: '1204',
    areaM2: 10_000,
    slopeDegrees: null,
    water: { district: 'D1', paddy: true, irrigation: true, drainOutlet: true },
    limits: [{ limits: [], areaM2: 10_000 }],
    ...rest,
    soil: soil === null ? null : { ...SODA, ...soil },
  }
}
const limits = limitsOn(LIMITS, [], '2026-11-24')
const find = (facts: PatchFacts, id: string, of: Library = library) => {
  const { options, out } = optionsOf(facts, of, limits)
  return { option: options.find((each) => each.id === id), out: out.find((each) => each.id === id) }
}
const kinds = (out: RuledOut | undefined) =>
  out?.reasons.map((reason) => ('what' in reason ? `${reason.kind} ${reason.what}` : reason.kind))

test('gypsum and rice on a soda patch: dose, water, cost and worth follow from stated figures, worked by hand', () => {
  const { option } = find(patch(), 'gypsum-paddy/rice')
  assert.ok(option)
  // 0.086085·1.2·0.2·1.4·20·37 for the clay, 8.6085·0.2·1.4·1.5 for the soda, over 0.9
  const pure = 0.086085 * 1.2 * 0.2 * 1.4 * 20 * 37 + 8.6085 * 0.2 * 1.4 * 1.5
  assert.ok(Math.abs(option.doses[0].tPerHa - pure / 0.9) < 1e-9)
  // 600 m³/亩 are 9000 m³/ha, which dissolve 20.34 t in the first year; the rest (pure is 25.0) in the second
  const [start, first, second] = option.soil
  assert.equal(start.esp, 42)
  const soda = 8.6085 * 0.2 * 1.4 * 1.5
  assert.ok(Math.abs(first.esp - (42 - (20.34 - soda) / (0.086085 * 1.2 * 0.2 * 1.4 * 20))) < 1e-9)
  assert.ok(Math.abs(second.esp - 5) < 1e-9)
  assert.equal(second.ph, 9.4) // nothing planned speaks of pH
  // rice: no loss by salt at 2.5 of 3.0, by ESP (40 − ESP)/25 from 15, by pH (10.5 − 9.4)/2
  const byPh = (10.5 - 9.4) / 2
  const bySodium = Math.min(1, (40 - first.esp) / 25)
  assert.ok(Math.abs(option.yields[0].kgPerMu - 600 * byPh * bySodium) < 1e-9)
  assert.ok(Math.abs(option.yields[1].kgPerMu - 600 * byPh) < 1e-9)
  const once = (12_000 * pure) / 0.9 / 15 + 6_000
  const yearly = 10_000 + 60_000 + 600 * 8
  const worth = option.yields.reduce((sum, { kgPerMu }, year) => sum + (kgPerMu * 280 - yearly - (year === 0 ? once : 0)) / 1.05 ** year, 0)
  assert.ok(Math.abs(option.benefitFenPerMu - worth) < 1e-6)
  assert.equal(sayOption(option, 'zh'), '因 pH 9.4、ESP 42、ECe 2.5、可及稻田用水、有排水出口')
  assert.equal(sayOption(option, 'en'), 'because pH 9.4, ESP 42, ECe 2.5, paddy water reachable, drain outlet yes')
})

test('no leaching is planned on untreated soil of ESP above 30, by rule and with its source; at 30 it may be', () => {
  const { out } = find(patch(), 'paddy-alone/rice')
  assert.deepEqual(
    out?.reasons.map(({ kind }) => kind),
    ['rule'],
  )
  const [rule] = out?.reasons ?? []
  assert.ok(rule.kind === 'rule' && rule.value === 42 && rule.limit === 30 && /S31/.test(rule.source))
  assert.ok(find(patch({ soil: { esp: 30 } }), 'paddy-alone/rice').option)
  assert.deepEqual(kinds(find(patch(), 'flushing-alone/maize').out), ['rule'])
})

test('what is not known or not stated gives a reason and never a number', () => {
  assert.deepEqual(kinds(find(patch({ soil: null }), 'gypsum-paddy/rice').out), ['unknown'])
  for (const missing of ['esp', 'cec', 'alkalinity'] as const) {
    const { out, option } = find(patch({ soil: { [missing]: null } }), 'gypsum-paddy/rice')
    assert.equal(option, undefined)
    assert.ok(out?.reasons.every((each) => each.kind === 'unknown' && each.indicator === missing))
  }
  assert.deepEqual(kinds(find(patch({ soil: { ph: null } }), 'gypsum-paddy/rice').out), ['unknown'])
  assert.deepEqual(
    kinds(find(patch({ water: { district: null, paddy: true, irrigation: true, drainOutlet: null } }), 'gypsum-paddy/rice').out),
    ['unknown'],
  )
  const without = (part: Partial<Library>) => kinds(find(patch(), 'gypsum-paddy/rice', { ...library, ...part }).out)
  assert.deepEqual(without({ costs: [] }), ['not-configured price', 'not-configured price'])
  assert.deepEqual(without({ costs: library.costs.filter(({ unit }) => unit !== 't') }), ['not-configured price'])
  assert.deepEqual(without({ waterNeeds: [] }), ['not-configured quota'])
  assert.deepEqual(without({ economics: { ...library.economics, discountPercent: null } }), ['not-configured discount'])
  assert.deepEqual(without({ economics: { ...library.economics, waterFenPerM3: null } }), ['not-configured water-price'])
  assert.deepEqual(without({ crops: CROPS }), [
    'not-configured potential',
    'not-configured crop-price',
    'not-configured ph-limit',
    'not-configured growing-cost',
  ])
  // the program's own library has no prices: nothing at all can be planned on it
  const bare = { ...library, technologies: TECHNOLOGIES, crops: CROPS, costs: [], waterNeeds: [] }
  assert.deepEqual(optionsOf(patch(), bare, limits).options, [])
})

test('phosphogypsum is not planned without a certificate, nor where one says too much', () => {
  const { out } = find(patch(), 'phosphogypsum-paddy/rice')
  assert.ok(kinds(out)?.includes('not-configured certificate'))
  const certified = (content: number): Library => ({
    ...library,
    technologies: TECHNOLOGIES.map((each) =>
      each.code === 'phosphogypsum'
        ? { ...each, contaminants: [{ substance: 'F', content, limit: 650, of: 'soil', background: 500, ...invented }] }
        : each,
    ),
    costs: [...library.costs, ...['phosphogypsum', 'manure', 'peat'].map((code) => cost(code, 't', 8_000))],
  })
  // 30 t/ha in 2800 t of soil: 10 000 mg/kg add 107, 20 000 add 214
  const milder = patch({ soil: { esp: 30 } }) // a fixed dose is not known to lower ESP; at 42 rice would yield nothing
  assert.ok(find(milder, 'phosphogypsum-paddy/rice', certified(10_000)).option)
  assert.deepEqual(kinds(find(patch(), 'phosphogypsum-paddy/rice', certified(10_000)).out), ['no-yield'])
  const [reason] = find(patch(), 'phosphogypsum-paddy/rice', certified(20_000)).out?.reasons ?? []
  assert.ok(reason.kind === 'contaminant' && Math.abs(reason.value - 714.29) < 0.01)
})

test('sulfur needs lime: 0.581 t of it for each tonne of gypsum that it stands for', () => {
  const poor = find(patch({ soil: { limeGPerKg: 2 } }), 'sulfur-dry/maize').out?.reasons[0]
  // 24.5 t of gypsum want 14.2 t of lime; 2 g/kg are 5.6 t
  assert.ok(poor?.kind === 'condition' && poor.indicator === 'lime' && poor.value === 2 && (poor.limit ?? 0) > 5 && (poor.limit ?? 0) < 5.3)
  assert.ok(find(patch(), 'sulfur-dry/maize').option)
})

test('a red line on half the patch leaves the other half; on all of it, no option; basic farmland permits amelioration', () => {
  const half: LimitPart[] = [
    { limits: ['ecological-red-line'], areaM2: 4_000 },
    { limits: [], areaM2: 6_000 },
  ]
  const { option } = find(patch({ limits: half }), 'gypsum-paddy/rice')
  assert.equal(option?.usableM2, 6_000)
  assert.deepEqual(
    option?.forbidden.map(({ limit, act }) => `${limit} ${act}`),
    ['ecological-red-line reclaim', 'ecological-red-line to-paddy'],
  )
  const all = find(patch({ limits: [{ limits: ['ecological-red-line'], areaM2: 10_000 }] }), 'gypsum-paddy/rice')
  assert.deepEqual(
    all.out?.reasons.map(({ kind }) => kind),
    ['limit', 'limit'],
  )
  const farmland = patch({ landClass: '0101', limits: [{ limits: ['basic-farmland'], areaM2: 10_000 }] })
  assert.equal(find(farmland, 'gypsum-paddy/rice').option?.usableM2, 10_000)
})

test('cultivated land is held against what it brings untreated', () => {
  const bare = find(patch({ soil: { esp: 20 } }), 'gypsum-paddy/rice').option?.benefitFenPerMu ?? 0
  const field = find(patch({ soil: { esp: 20 }, landClass: '0101' }), 'gypsum-paddy/rice').option?.benefitFenPerMu ?? 0
  const untreated = Math.max(0, 600 * 280 * 0.8 * 0.55 - 60_000 - 4_800) // ESP 20: 0.8, pH 9.4: 0.55
  const years = [...Array(8).keys()].reduce((sum, year) => sum + 1.05 ** -year, 0)
  assert.ok(Math.abs(bare - field - untreated * years) < 1e-6)
})

const anySoil = fc.record({
  ph: fc.option(fc.double({ min: 6, max: 11, noNaN: true })),
  esp: fc.option(fc.double({ min: 0, max: 100, noNaN: true })),
  ece: fc.option(fc.double({ min: 0, max: 40, noNaN: true })),
  saltGPerKg: fc.constant(null),
  cec: fc.option(fc.double({ min: 2, max: 40, noNaN: true })),
  alkalinity: fc.option(fc.double({ min: -4, max: 8, noNaN: true })),
  limeGPerKg: fc.option(fc.double({ min: 0, max: 200, noNaN: true })),
  bulkDensity: fc.option(fc.double({ min: 1, max: 1.7, noNaN: true })),
})
const yesNo = fc.constantFrom(true, false, null)
const anyPatch = fc
  .record({
    soil: fc.option(anySoil, { freq: 8 }),
    landClass: fc.constantFrom('1204', '0101', '0103', '0404', '0401'),
    water: fc.record({ district: fc.constant('D1'), paddy: yesNo, irrigation: yesNo, drainOutlet: yesNo }),
  })
  .map((part) => patch(part as Parameters<typeof patch>[0]))

test('whatever the patch, no option breaks a condition or a rule, every figure is finite, and every practice is in or out with a reason', () =>
  fc.assert(
    fc.property(anyPatch, (facts) => {
      const { options, out } = optionsOf(facts, library, limits)
      assert.equal(
        options.length + out.length,
        PRACTICES.reduce((sum, each) => sum + each.crops.length, 0),
      )
      for (const { reasons } of out) assert.ok(reasons.length > 0)
      for (const option of options) {
        const practice = PRACTICES.find(({ code }) => code === option.practice)
        const crop = crops.find(({ code }) => code === option.crop)
        assert.ok(practice && crop)
        const measures = practice.steps.map(({ technology }) => library.technologies.find(({ code }) => code === technology))
        assert.ok(measures.every((each) => each !== undefined))
        assert.deepEqual(askConditions(facts, practice, measures, crop, SHIPPED_RULES).reasons, [])
        assert.ok(Number.isFinite(option.benefitFenPerMu))
        for (const { tPerHa } of option.doses) assert.ok(tPerHa >= 0 && Number.isFinite(tPerHa))
        for (const { factor } of option.yields) assert.ok(factor >= 0 && factor <= 1)
        for (const { fenPerMu } of option.costs) assert.ok(fenPerMu >= 0)
        for (let y = 1; y < option.soil.length; y++) assert.ok(option.soil[y].esp <= option.soil[y - 1].esp)
        assert.ok(option.usableM2 > 0 && option.usableM2 <= facts.areaM2)
      }
    }),
    { numRuns: 300 },
  ))

test('a more sodic soil never needs less', () =>
  fc.assert(
    fc.property(fc.double({ min: 0, max: 100, noNaN: true }), fc.double({ min: 0, max: 100, noNaN: true }), (a, b) => {
      const doses = (esp: number) => {
        const { options, out } = optionsOf(patch({ soil: { esp } }), library, limits)
        return new Map(
          [...options, ...out].flatMap(({ id, doses }) => doses.map(({ technology, tPerHa }) => [`${id} ${technology}`, tPerHa] as const)),
        )
      }
      const [less, more] = [doses(Math.min(a, b)), doses(Math.max(a, b))]
      for (const [name, dose] of less) assert.ok((more.get(name) ?? Number.NaN) >= dose, name)
    }),
    { numRuns: 60 },
  ))
