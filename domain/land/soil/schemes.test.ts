import assert from 'node:assert/strict'
import test from 'node:test'
import { DEFAULT_GRADING } from './grading.ts'
import { SCHEMES } from './schemes.data.ts'
import { type CountyGrading, decideGrading, decideScheme, type SchemeStated, USUAL_MAP_RULE } from './schemes.ts'

const STATED: SchemeStated = {
  ...{
    id: 'own-1',
    nameZh: '本县',
    nameEn: '',
    region: '',
    source: '县文件 2026（虚构）',
    readOn: '2026-03-01',
    note: '',
    copiedFrom: 'songnen-1',
  },
  indicators: [{ name: 'ph', bounds: [8, 8.4, 9, 9.6], above: true }],
}
const codeOf = (change: Partial<SchemeStated>) => {
  const decided = decideScheme({ ...STATED, ...change }, [])
  return decided.ok ? null : decided.refusal.code
}

test('a scheme has an id of its own, a name, a source with its day, and four rising bounds that a soil can have', () => {
  const decided = decideScheme(STATED, [])
  assert.ok(decided.ok)
  assert.deepEqual(decided.value.indicators[0].limits, { light: 8, moderate: 8.4, heavy: 9, extreme: 9.6, above: true })
  assert.equal(decided.value.en, '本县') // one name serves for both languages where only one is given
  assert.equal(codeOf({ id: 'songnen-1' }), 'grading/scheme-exists')
  assert.equal(codeOf({ id: 'Own 1' }), 'grading/scheme-id')
  assert.equal(codeOf({ source: ' ' }), 'grading/no-source')
  assert.equal(codeOf({ readOn: 'yesterday' }), 'grading/not-read')
  assert.equal(codeOf({ indicators: [] }), 'grading/no-indicator')
  assert.equal(codeOf({ indicators: [{ name: 'ph', bounds: [8, 8.4, 8.4, 9], above: false }] }), 'grading/bounds-not-rising')
  assert.equal(codeOf({ indicators: [{ name: 'ph', bounds: [8, 8.4, 9], above: false }] }), 'grading/bounds-not-rising')
  assert.equal(codeOf({ indicators: [{ name: 'ph', bounds: [8, 8.4, 9, 95], above: false }] }), 'grading/bound-impossible')
  const all = ['salt', 'ph', 'esp', 'ece'].map((name) => ({ name, bounds: [3, 4, 5, 6], above: false }))
  assert.equal(codeOf({ indicators: all }), 'grading/too-many-indicators')
})

const PRESENT: CountyGrading = { ...DEFAULT_GRADING, map: USUAL_MAP_RULE, own: null }

test('a change of grading says what is different; nothing different is refused', () => {
  const same = decideGrading({}, PRESENT, SCHEMES, false)
  assert.equal(!same.ok && same.refusal.code, 'grading/no-change')
  assert.equal(decideGrading({}, PRESENT, SCHEMES, true).ok, true) // the bounds of the scheme in use were changed
  const worst = decideGrading({ mapRule: 'worst-likely', mapShare: 0.2 }, PRESENT, SCHEMES, false)
  assert.ok(worst.ok)
  assert.deepEqual(worst.value.map, { rule: 'worst-likely', share: 0.2 })
  assert.equal(worst.value.scheme, PRESENT.scheme)
  const unknown = decideGrading({ scheme: 'nowhere' }, PRESENT, SCHEMES, false)
  assert.equal(!unknown.ok && unknown.refusal.code, 'grading/no-such-scheme')
  assert.equal(decideGrading({ mapShare: 1 }, PRESENT, SCHEMES, false).ok, false)
})
