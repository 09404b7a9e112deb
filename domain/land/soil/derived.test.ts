import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type DerivedQuantity, derive, type LabFacts, saySpan, typeBazilevich, typeGb50021 } from './derived.ts'
import { gradeSample, schemeOf } from './grading.ts'
import { messages } from './soil.messages.ts'

const nothing: LabFacts = { ph: null, ec: null, ece: null, salt: null, esp: null }
const of = (facts: Partial<LabFacts>, relation: string, conversion: string | null = null) => {
  const found = derive({ ...nothing, ...facts }, conversion).find((each) => each.relation === relation)
  assert.ok(found, `${relation} among what was derived`)
  return found
}
const codeOf = (facts: Partial<LabFacts>, relation: string, conversion: string | null = null) =>
  of(facts, relation, conversion).refusal?.code ?? null
const near = (actual: number | undefined, expected: number, tolerance = 1e-9) =>
  assert.ok(actual !== undefined && Math.abs(actual - expected) <= tolerance, `expected ${expected} ± ${tolerance}, got ${actual}`)

/** Handbook 60's problem, in meq/L of the saturation extract. */
const paste = { extra: { solution: { na: 36, ca: 6, mg: 2, ratio: 'paste' } } }
/** All eight ions, cmol of charge per kg. */
const ions = { co3: 0.2, hco3: 1, cl: 0.5, so4: 0.3, ca: 0.1, mg: 0.1, na: 1.7, k: 0.1 }

test('SAR and from it ESP carry their relation and what went in', () => {
  const sar = of(paste, 'sar')
  assert.deepEqual(sar.span, [18, 18]) // 36 ÷ √4
  assert.deepEqual(sar.inputs, { na: 36, ca: 6, mg: 2, extract: 'paste' })
  const esp = of(paste, 'esp-sar')
  near(esp.span?.[0], 20.185, 0.0005)
  assert.deepEqual(esp.inputs, { sar: 18, extract: 'paste' })
})

test('outside its calibration a relation gives no number', () => {
  assert.equal(codeOf({ extra: { solution: { na: 397.22, ca: 1, mg: 1, ratio: 'paste' } } }, 'esp-sar'), 'soil/outside-calibration') // Chi 2012
  // the ratio of a 1:5 extract is a ratio, but not the one Handbook 60 was fitted to
  const five = { ions, extra: { ionRatio: '1:5' } }
  near(of(five, 'sar').span?.[0], 3.4 / Math.sqrt(0.2), 1e-9) // 1.7 cmol/kg in 5 L are 3.4 meq/L; (0.2 + 0.2) ÷ 2
  assert.equal(codeOf(five, 'esp-sar'), 'soil/extract-not-fitting')
  assert.equal(codeOf({ ions }, 'sar'), 'soil/extract-not-fitting') // an extract nobody named
  assert.equal(codeOf({ ec: 0.3, ecRatio: '1:5' }, 'chi2010', 'chi2010'), 'soil/outside-calibration')
  assert.equal(codeOf({ ec: 1, ecRatio: '1:2.5' }, 'chi2010', 'chi2010'), 'soil/no-such-conversion')
  assert.equal(codeOf({ ec: 1 }, 'chi2010', 'chi2010'), 'soil/no-such-conversion')
  assert.equal(codeOf({ ec: 60, ecRatio: '1:5' }, 'chi2010', 'chi2010'), 'soil/impossible-result') // 695 dS/m
  assert.deepEqual(
    of({ ec: 2, ecRatio: '1:5' }, 'chi2010', 'chi2010').span?.map((each) => Number(each.toFixed(9))),
    [17.59, 17.59],
  )
})

test('what was measured is not derived, and without a chosen relation there is no ECe', () => {
  const quantities = (facts: Partial<LabFacts>, conversion: string | null = null): DerivedQuantity[] =>
    derive({ ...nothing, ...facts }, conversion).map(({ quantity }) => quantity)
  assert.deepEqual(quantities({ ec: 1, ecRatio: '1:5' }), ['salt'])
  assert.deepEqual(quantities({ ec: 1, ecRatio: '1:5', ece: 6, salt: 3 }, 'usda'), [])
  assert.deepEqual(
    quantities({ ...paste, esp: 20 }).filter((each) => each === 'esp'),
    [],
  )
  assert.deepEqual(quantities({ censored: { salt_g_per_kg: { text: '<0.1', below: 0.1 } }, ec: 0.1, ecRatio: '1:5' }), [])
})

test('salt is the sum of the eight ions, and of seven there is none', () => {
  // 0.2·30.005 + 1·61.017 + 0.5·35.453 + 0.3·48.03 + 0.1·20.039 + 0.1·12.152 + 1.7·22.99 + 0.1·39.098 mg per 100 g
  const mass = 0.2 * 30.005 + 61.017 + 0.5 * 35.453 + 0.3 * 48.03 + 0.1 * 20.039 + 0.1 * 12.152 + 1.7 * 22.99 + 0.1 * 39.098
  near(of({ ions }, 'salt-ions').span?.[0], mass / 100)
  const { k, ...seven } = ions
  assert.deepEqual(of({ ions: seven }, 'salt-ions').refusal, {
    code: 'soil/not-all-measured',
    details: { relation: 'salt-ions', missing: ['k'] },
  })
  assert.deepEqual(of({ ec: 1, ecRatio: '1:5' }, 'salt-ec5').span, [3.2, 3.2])
})

test('a censored ion gives a span as wide as it may be, and without a limit nothing', () => {
  const { co3, ...rest } = ions
  const span = of({ ions: rest, censored: { co3: { text: '<0.2', below: 0.2 } } }, 'salt-ions').span
  near((span?.[1] ?? 0) - (span?.[0] ?? 0), (0.2 * 30.005) / 100)
  assert.equal(codeOf({ ions: rest, censored: { co3: { text: '未检出' } } }, 'salt-ions'), 'soil/undecided')
  assert.equal(saySpan([0, 0.05], 2), '<0.05')
  assert.equal(saySpan([0.3, 0.5], 1), '0.3–0.5')
})

test('ESP measured on the exchange complex goes before the one from SAR', () => {
  const facts = { ...paste, cec: 20, extra: { ...paste.extra, exchangeableSodium: 5 } }
  assert.deepEqual(of(facts, 'esp-exchange').span, [25, 25])
  assert.ok(!derive({ ...nothing, ...facts }, null).some(({ relation }) => relation === 'esp-sar'))
  assert.equal(codeOf({ cec: 4, extra: { exchangeableSodium: 5 } }, 'esp-exchange'), 'soil/impossible-result') // 125 %
})

test('salt types at their limits, and with nothing to divide by', () => {
  const salt = (cl: number, so4: number, hco3 = 0) => ({ co3: 0, hco3, cl, so4, ca: 0, mg: 0, na: 1, k: 0 })
  // GB 50021: D1 = Cl/SO4 in charge, the limit belongs to the class below it; alkaline above D2 = 0.3
  const gb: [number, number, number, string | null][] = [
    [2.1, 1, 0, 'chloride'],
    [2, 1, 0, 'sub-chloride'],
    [1, 1, 0, 'sub-sulfate'],
    [0.3, 1, 0, 'sulfate'],
    [1, 1, 0.6, 'sub-sulfate'], // D2 = 0.3 exactly
    [1, 1, 0.7, 'alkaline'],
    [1, 0, 0, 'chloride'],
    [0, 0, 1, 'alkaline'],
    [0, 0, 0, null],
  ]
  for (const [cl, so4, hco3, expected] of gb) assert.equal(typeGb50021(salt(cl, so4, hco3)), expected, `${cl} ${so4} ${hco3}`)
  const bp: [number, number, number, string | null][] = [
    [2.1, 1, 0, 'chloride'],
    [1, 1, 0, 'sulfate-chloride'],
    [0.2, 1, 0, 'chloride-sulfate'],
    [0.1, 1, 0, 'sulfate'],
    [1, 1, 2.1, 'soda'],
    [0, 0, 1, 'soda'],
    [0, 0, 0, null],
  ]
  for (const [cl, so4, hco3, expected] of bp) assert.equal(typeBazilevich(salt(cl, so4, hco3)), expected, `${cl} ${so4} ${hco3}`)
  // calcium and magnesium above sodium: no soda, whatever the carbonates
  assert.equal(typeBazilevich({ ...salt(1, 1, 3), ca: 2 }), 'sulfate-chloride')
})

test('a type stands only where every value a censored ion may have gives the same', () => {
  const limit = (below: number) => ({
    ions: { ...ions, cl: undefined as unknown as number },
    censored: { cl: { text: `<${below}`, below } },
  })
  assert.equal(of(limit(0.1), 'type-gb50021').word, 'alkaline')
  assert.equal(codeOf(limit(10), 'type-gb50021'), 'soil/undecided') // (0.2 + 1) ÷ (10 + 0.3) is below 0.3, ÷ 0.3 far above
})

test('whatever the laboratory says, a derived number is finite, in bounds, or refused with a sentence', () => {
  const amount = fc.oneof(fc.constant(null), fc.double({ min: 0, max: 500, noNaN: true }))
  const ratio = fc.constantFrom('1:5', 'paste', '1:1', null)
  fc.assert(
    fc.property(fc.array(amount, { minLength: 10, maxLength: 10 }), ratio, ratio, (list, ecRatio, ionRatio) => {
      const names = ['co3', 'hco3', 'cl', 'so4', 'ca', 'mg', 'na', 'k']
      const some = Object.fromEntries(names.flatMap((name, i) => (list[i] === null ? [] : [[name, list[i]]])))
      for (const one of derive(
        { ...nothing, ec: list[8], ecRatio, cec: list[9], ions: some as Record<string, number>, extra: { ionRatio } },
        'chi2010',
      )) {
        assert.equal([one.span, one.word, one.refusal].filter((each) => each !== null).length, 1)
        if (one.span) assert.ok(one.span[0] >= 0 && Number.isFinite(one.span[1]), JSON.stringify(one))
        if (one.refusal) {
          const say = messages[one.refusal.code] as (details: unknown) => Record<'zh' | 'en', { message: string }>
          assert.doesNotMatch(say(one.refusal.details).en.message, /undefined|NaN/)
        }
      }
    }),
  )
})

test('a censored value is graded by both its ends, and not at all where they differ', () => {
  const scheme = schemeOf('songnen-1')
  assert.ok(scheme)
  const grade = (change: Partial<LabFacts>) => gradeSample(scheme, { ...nothing, ...change })
  const below = (limit: number) => ({ censored: { salt_g_per_kg: { text: `<${limit}`, below: limit } } })
  assert.equal(grade(below(0.5)).grade, 'none') // light begins at 1
  assert.deepEqual(grade(below(0.5)).flags, ['censored'])
  const open = grade(below(2)) // none or light
  assert.deepEqual([open.grade, open.flags], ['not-graded', ['censored', 'censored-undecided']])
  // a worse indicator settles it, whatever the salt
  assert.equal(grade({ ...below(2), ph: 9.7 }).grade, 'extreme')
  assert.equal(grade({ censored: { salt_g_per_kg: { text: '>20', above: 20 } } }).grade, 'extreme')
  assert.equal(grade({ censored: { salt_g_per_kg: { text: '未检出' } } }).grade, 'not-graded')
  const usda = schemeOf('usda')
  assert.ok(usda)
  const ec = { ...nothing, ecRatio: '1:5', censored: { ec_ds_per_m: { text: '<0.05', below: 0.05 } } }
  assert.equal(gradeSample(usda, ec, 'usda').grade, 'none') // ECe below 0.225
  assert.deepEqual(gradeSample(usda, ec, 'chi2010').flags, ['ece-outside-calibration', 'no-indicator'])
})

test('the grade of a censored value is that of every value it may be', () => {
  const scheme = schemeOf('songnen-1')
  assert.ok(scheme)
  fc.assert(
    fc.property(fc.double({ min: 0.01, max: 10, noNaN: true }), fc.double({ min: 0, max: 1, noNaN: true }), (limit, share) => {
      const censored = gradeSample(scheme, { ...nothing, censored: { salt_g_per_kg: { text: '', below: limit } } })
      const one = gradeSample(scheme, { ...nothing, salt: share * limit })
      assert.ok(censored.grade === 'not-graded' || censored.grade === one.grade)
    }),
  )
})
