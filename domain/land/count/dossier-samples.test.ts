import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Day } from '@dishu/base/date'
import { DEFAULT_GRADING } from '../soil/soil.ts'
import { profileViews, type SampleFacts, sampleViews } from './dossier-samples.ts'

const say = ({ code }: { readonly code: string }) => code
const plain: SampleFacts = {
  code: 'A-1',
  longitude: 123.9,
  latitude: 45.3,
  depthFromCm: 0,
  depthToCm: 20,
  sampledOn: '2024-04-20' as Day,
  season: 'spring',
  ph: 9.4,
  phRatio: '1:5',
  ec: 1,
  ecRatio: '1:5',
  ece: null,
  salt: null,
  esp: null,
  ions: {},
  censored: null,
  cec: null,
  extra: {},
  lab: '某化验室',
  method: null,
}

test('a limit is shown as a limit, a derived value with its relation, and what cannot be derived with its reason', () => {
  const censored = { esp_percent: { text: '＜0.5', below: 0.5 }, salt_g_per_kg: { text: '未检出' } }
  const [view] = sampleViews([{ ...plain, censored }], { ...DEFAULT_GRADING, conversion: 'chi2010' }, say)
  assert.deepEqual(view.censored, { esp: '<0.5', salt: '未检出' })
  assert.deepEqual([view.esp, view.salt], [null, null])
  const [ece] = view.derived
  assert.deepEqual([ece.quantity, ece.relation, ece.text, ece.inputs, ece.refused], ['ece', 'chi2010', '5.91', 'ec 1, extract 1:5', null])
  assert.match(ece.source, /Chi & Wang 2010/)
  // salt without a limit may be anything, and pH 9.4 is heavy only if salt is not extreme
  assert.deepEqual(view.flags, ['censored', 'indicators-differ', 'censored-undecided'])
  const [outside] = sampleViews([{ ...plain, ec: 0.3 }], { ...DEFAULT_GRADING, conversion: 'chi2010' }, say)
  assert.deepEqual([outside.derived[0].text, outside.derived[0].refused], [null, 'soil/outside-calibration'])
})

test('a hole is shown at the standard depths, and a limit in it says so', () => {
  const lower = {
    ...plain,
    code: 'A-2',
    depthFromCm: 20,
    depthToCm: 40,
    ph: 9.4,
    ec: null,
    censored: { ec_ds_per_m: { text: '<0.05', below: 0.05 } },
  }
  const views = profileViews([plain, lower], say)
  assert.deepEqual(
    views.map(({ quantity, codes, depths }) => [quantity, codes, depths.map(({ text, refused }) => text ?? refused)]),
    [
      ['ph', ['A-1', 'A-2'], ['9.40', '9.40', 'soil/profile-too-short']],
      ['ec', ['A-1', 'A-2'], ['soil/profile-censored', 'soil/profile-censored', 'soil/profile-censored']],
    ],
  )
  assert.deepEqual(profileViews([plain], say), [])
})
