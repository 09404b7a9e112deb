/** `dishu accuracy` as a person runs it. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { dishuJson, type RefusalReply, temporaryFolder } from './acceptance.testing.ts'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)

type Told = {
  readonly places: number
  readonly byClass: readonly { readonly class: string; readonly mapped: number; readonly area: number; readonly error: number }[]
  readonly changes: readonly { readonly class: string; readonly change: number; readonly verdict: string }[]
}

/** Olofsson et al. 2014, table 8, as a table of places. */
const NAMES = ['deforestation', 'gain', 'forest', 'other']
const COUNTS = [
  [66, 0, 5, 4],
  [0, 55, 8, 12],
  [1, 0, 153, 11],
  [2, 1, 9, 313],
]
writeFileSync(
  at('places.csv'),
  `map,truth\n${COUNTS.flatMap((row, i) => row.flatMap((count, j) => Array.from({ length: count }, () => `${NAMES[i]},${NAMES[j]}\n`))).join('')}`,
)
writeFileSync(at('areas.csv'), 'class,ha\ndeforestation,18000\ngain,13500\nforest,288000\nother,580500\n')

test('areas and margins of the published example come out of a table of places and one of areas', async () => {
  const words = ['accuracy', at('places.csv'), '--map', 'map', '--truth', 'truth', '--drawn', 'stratified', '--areas', at('areas.csv')]
  const told = await dishuJson<Told>(words)
  assert.equal(told.places, 640)
  const rounded = told.byClass.map((each) => [each.class, Math.round(each.mapped), Math.round(each.area), Math.round(1.96 * each.error)])
  assert.deepEqual(rounded, [
    ['deforestation', 18_000, 21_158, 6158],
    ['forest', 288_000, 285_770, 15_510],
    ['gain', 13_500, 11_686, 3756],
    ['other', 580_500, 581_386, 16_282],
  ])
})

test('grades stand in their own order, and a change at the same places is told from chance', async () => {
  const rows = Array.from(
    { length: 60 },
    (_, i) => `${i < 30 ? 'heavy' : 'none'},${i < 18 ? 'heavy' : 'none'},${i < 31 ? 'heavy' : 'none'}`,
  )
  writeFileSync(at('visits.csv'), `map,now,before\n${rows.join('\n')}\n`)
  const words = [
    'accuracy',
    at('visits.csv'),
    '--map',
    'map',
    '--truth',
    'now',
    '--earlier',
    'before',
    '--drawn',
    'simple',
    '--areas',
    'all=600',
  ]
  const { changes } = await dishuJson<Told>(words)
  assert.deepEqual(
    changes.map((each) => [each.class, Math.round(each.change), each.verdict]),
    [
      ['none', 130, 'grown'],
      ['heavy', -130, 'shrunk'],
    ],
  )
})

test('refused: places not drawn by chance, a stratum without an area or hardly visited, a place not visited, areas that are none', async () => {
  const rows = Array.from({ length: 20 }, (_, i) => `none,none,${i === 7 ? 'clhs' : 'simple'},${i === 3 ? '' : 'none'}`)
  writeFileSync(at('mixed.csv'), `map,truth,how,later\n${rows.join('\n')}\n`)
  const base = ['accuracy', at('mixed.csv'), '--map', 'map', '--truth']
  const cases: readonly (readonly [string, readonly string[]])[] = [
    ['accuracy/not-by-chance', ['truth', '--drawn', 'by-eye', '--areas', 'all=1']],
    ['accuracy/not-by-chance', ['truth', '--drawn', 'simple', '--drawn-column', 'how', '--areas', 'all=1']],
    ['accuracy/no-area', ['truth', '--drawn', 'stratified', '--areas', 'heavy=1']],
    ['accuracy/not-visited', ['truth', '--drawn', 'stratified', '--areas', 'none=1,heavy=1']],
    ['accuracy/blank', ['later', '--drawn', 'simple', '--areas', 'all=1']],
    ['accuracy/no-column', ['salt', '--drawn', 'simple', '--areas', 'all=1']],
    ['accuracy/areas-not-read', ['truth', '--drawn', 'simple', '--areas', 'none=-4']],
    ['accuracy/areas-not-read', ['truth', '--drawn', 'simple', '--areas', 'none']],
  ]
  for (const [code, words] of cases) {
    assert.equal((await dishuJson<RefusalReply>([...base, ...words], 3)).refusal.code, code)
  }
})
