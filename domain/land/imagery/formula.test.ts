import assert from 'node:assert/strict'
import test from 'node:test'
import fc from 'fast-check'
import { ROLE_NAMES } from './bands.ts'
import { formulaFrom } from './formula.ts'
import { INDICES } from './indices.data.ts'

const read = (text: string) => {
  const formula = formulaFrom(text, ROLE_NAMES)
  assert.ok(formula.ok, `${text}: ${JSON.stringify(formula)}`)
  return formula.value
}
const at = (text: string, bands: Readonly<Record<string, number>>) => {
  const out = new Float64Array(1)
  read(text).evaluate(Object.fromEntries(Object.entries(bands).map(([name, value]) => [name, [value]])), out)
  return out[0]
}
const VECTOR = { B: 0.1, G: 0.12, R: 0.15, N: 0.22, S1: 0.3, S2: 0.26 }
const indexAt = (id: string) => {
  const index = INDICES.find((each) => each.id === id)
  assert.ok(index, id)
  return at(index.formula, VECTOR)
}

test('the indices of the worked reflectances come out as printed', () => {
  // domain notes 7.1, to the seven digits given there
  for (const [id, expected] of Object.entries({
    NDVI: 0.1891892,
    SAVI: 0.1206897,
    VSSI: -1.61,
    sqrtGR: 0.1341641,
    sqrtBR: 0.1224745,
    sqrtG2R2: 0.1920937,
    sqrtG2R2N2: 0.2920616,
    ratioBR: 0.6666667,
    RNoverG: 0.275,
    ratioS1S2: 1.1538462,
    NDWI: -0.2941176,
    NSI_001: 0.4938272,
    CRSI: 0.6831301,
  }))
    assert.ok(Math.abs(indexAt(id) - expected) < 5e-8, `${id}: ${indexAt(id)} instead of ${expected}`)
})

test('the others agree with their formula worked in plain arithmetic', () => {
  const { B, G, R, N, S1, S2 } = VECTOR
  const ndvi = (N - R) / (N + R)
  for (const [id, expected] of Object.entries({
    EVI: (2.5 * (N - R)) / (N + 6 * R - 7.5 * B + 1),
    GARI: (N - (G - 1.7 * (B - R))) / (N + (G - 1.7 * (B - R))),
    COSRI: ((B + G) / (R + N)) * ndvi,
    MNDWI: (G - S1) / (G + S1),
    NDSI_salt: -ndvi,
    sqrtR2N2: Math.hypot(R, N),
    ndBR: (B - R) / (B + R),
    GRoverB: (G * R) / B,
    BRoverG: (B * R) / G,
    sqrtRN: Math.sqrt(R * N),
    RoverN100: (100 * R) / N,
    NoverS1: N / S1,
    ndNS1: (N - S1) / (N + S1),
    ndS1S2: (S1 - S2) / (S1 + S2),
    aster: (N * S1 - S1 * S1) / N,
    siAster: (S1 - N) / (S1 + S2),
    sssi1: S1 - S2,
    sssi2: (S1 * S2 - S2 * S2) / S1,
    NSI: (S1 - S2) / (S1 - N),
  }))
    assert.ok(Math.abs(indexAt(id) - expected) < 1e-12, `${id}: ${indexAt(id)} instead of ${expected}`)
})

test('every index has an id of its own, a formula that reads, and a range that runs upwards', () => {
  assert.equal(new Set(INDICES.map(({ id }) => id)).size, INDICES.length)
  for (const { id, formula, range } of INDICES) {
    assert.ok(read(formula).bands.length > 0, id)
    assert.ok(range[0] < range[1], id)
  }
})

test('power binds before the sign, sign before product, product before sum, and to the right', () => {
  const b = { B: 3 }
  assert.equal(at('-B^2', b), -9)
  assert.equal(at('2^B^2', b), 512)
  assert.equal(at('B^-1', b), 1 / 3)
  assert.equal(at('1 + 2 * B', b), 7)
  assert.equal(at('12 / B / 2', b), 2)
  assert.equal(at('10 - B - 2', b), 5)
  assert.equal(at('2 * -B', b), -6)
  assert.equal(at('min(B, 2) + max(B, 2) + pow(B, 2) + abs(-B)', b), 2 + 3 + 9 + 3)
  assert.equal(at('√(B × B) − B·1 + exp(ln(B)) ÷ 3', b), Math.exp(Math.log(3)) / 3)
})

test('what has no finite value is no number, and one bad pixel spoils no other', () => {
  const out = new Float64Array(5)
  read('sqrt((N - R) / R)').evaluate({ N: [4, 0, 1, Number.NaN, 5], R: [1, 1, 0, 1, 1] }, out)
  assert.deepEqual([...out], [Math.sqrt(3), Number.NaN, Number.NaN, Number.NaN, 2])
})

test('long arrays are worked to their last element', () => {
  const N = Float64Array.from({ length: 5000 }, (_, i) => i)
  const R = Float64Array.from({ length: 5000 }, (_, i) => 2 * i + 1)
  const out = new Float64Array(5000)
  read('(N - R) / (N + R)').evaluate({ N, R }, out)
  for (let i = 0; i < 5000; i++) assert.equal(out[i], (N[i] - R[i]) / (N[i] + R[i]))
})

test('formulas agree with the same sum written in the language', () =>
  fc.assert(
    fc.property(
      fc.letrec<{ node: { text: string; value: number } }>((tie) => ({
        node: fc.oneof(
          { depthSize: 'small' },
          fc.constantFrom({ text: 'B', value: 0.31 }, { text: 'N', value: 0.77 }),
          fc.double({ min: 0.01, max: 9, noNaN: true }).map((value) => ({ text: String(value), value })),
          fc.tuple(fc.constantFrom('+', '-', '*', '/'), tie('node'), tie('node')).map(([sign, a, b]) => ({
            text: `(${a.text} ${sign} ${b.text})`,
            value:
              sign === '+' ? a.value + b.value : sign === '-' ? a.value - b.value : sign === '*' ? a.value * b.value : a.value / b.value,
          })),
          tie('node').map((a) => ({ text: `sqrt(${a.text})`, value: Math.sqrt(a.value) })),
          tie('node').map((a) => ({ text: `-${a.text}`, value: -a.value })),
        ),
      })).node,
      ({ text, value }) => {
        const formula = formulaFrom(`${text} + 0 * B`, ROLE_NAMES)
        if (!formula.ok) return ['imagery/formula-too-long', 'imagery/formula-broken'].includes(formula.refusal.code) // too deep
        const out = new Float64Array(1)
        formula.value.evaluate({ B: [0.31], N: [0.77] }, out)
        return Number.isFinite(value) ? Object.is(out[0] + 0, value + 0) : Number.isNaN(out[0])
      },
    ),
  ))

test('what is no formula is refused with its place, and nothing of it is run', () => {
  const code = (text: string) => {
    const formula = formulaFrom(text, ROLE_NAMES)
    return formula.ok ? 'read' : formula.refusal.code
  }
  for (const text of [
    '',
    '(N - R',
    'N - ',
    'N R',
    'N + )',
    '1 / / N',
    'min(N)',
    'sqrt N',
    'N[0]',
    'N; R',
    '`N`',
    'N % 2',
    '1..2 + N',
    'min(N, R, B)',
  ])
    assert.equal(code(text), 'imagery/formula-broken', text)
  for (const text of ['process', 'constructor', 'globalThis + N', 'add(N, R)', 'negate(N)', '__proto__ * N', 'toString(N)', 'NIR + R'])
    assert.match(code(text), /imagery\/formula-(no-such-name|broken)/, text)
  assert.equal(code('1 + 2'), 'imagery/formula-without-band')
  assert.equal(code(`N${'+N'.repeat(200)}`), 'imagery/formula-too-long')
  assert.equal(code(`${'('.repeat(120)}N${')'.repeat(120)}`), 'imagery/formula-broken')
  assert.equal(code(`${'-'.repeat(120)}N`), 'imagery/formula-broken')
  const broken = formulaFrom('N + * R', ROLE_NAMES)
  assert.deepEqual(broken.ok ? null : broken.refusal.details, { formula: 'N + * R', at: 5, found: '*' })
})
