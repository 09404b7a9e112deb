/** `dishu water` as a script uses it: a template filled and imported, checked, balanced, taken back; and every byte of it proved. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { generateSample } from '@dishu/land/sample/sample'
import { drawWater } from '@dishu/land/sample/water'
import { readWorkbook, writeWorkbook } from '@dishu/land/water/water.exchange'
import { dishu, dishuJson, type OpenFolder, openFolder, temporaryFolder } from './acceptance.testing.ts'

const root = temporaryFolder()
const data = join(root, 'data')
const file = join(root, 'water.xlsx')
const COUNTY = '220899'
let folder: OpenFolder
const at = (...words: readonly string[]) => [...words, '--data', data, '--county', COUNTY]

before(async () => {
  await writeWorkbook(file, 'zh', drawWater(generateSample(7, 300)), 'test')
  folder = await openFolder(data)
})
after(() => folder?.close())

test('a workbook is shown, written with a yes, found the same a second time, checked, balanced, exported, proved and taken back', {
  timeout: 300_000,
}, async () => {
  const shown = await dishu(at('water', 'import', file, '--json'))
  assert.deepEqual([shown.code, JSON.parse(shown.out).state], [5, 'ready'])
  const done = await dishuJson<{ state: string; rev: number; sheets: { sheet: string; added: number }[] }>(
    at('water', 'import', file, '--yes'),
  )
  assert.deepEqual([done.state, done.rev], ['done', 1])
  assert.ok(done.sheets.every(({ added }) => added > 0))
  const again = await dishu(at('water', 'import', file, '--yes', '--json'))
  assert.equal(again.code, 3)

  const checked = await dishu(at('water', 'check', '--json'))
  assert.equal(checked.code, 6)
  const { findings } = JSON.parse(checked.out) as { findings: { code: string; message: string }[] }
  assert.deepEqual([...new Set(findings.map(({ code }) => code))].sort(), ['capacity-below-demand', 'quota-missing']) // what the sample plants

  type Month = Readonly<Record<'available' | 'delivered' | 'lost' | 'unused', number>>
  const { balances } = await dishuJson<{ balances: { yearType: string; months: Month[]; missing: string[] }[] }>(
    at('water', 'balance', '--year-type', 'p90'),
  )
  assert.deepEqual(
    balances.map(({ yearType, months }) => [yearType, months.length]),
    [['P90', 12]],
  )
  for (const { available, delivered, lost, unused } of balances[0].months)
    assert.ok(Math.abs(available - delivered - lost - unused) < 1e-6 * Math.max(1, available))
  assert.equal((await dishu(at('water', 'balance', '--year-type', 'P80', '--json'))).code, 3)

  const back = join(root, 'back.xlsx')
  await dishuJson(at('water', 'template', '--filled', '--out', back))
  const changes = await readWorkbook(back, 'back.xlsx', true)
  assert.equal(changes.length, 10)
  // the file that was imported is kept, and the whole register is what the ledger wrote
  const proof = await dishu(at('verify', '--json'))
  assert.equal(proof.code, 0, proof.out)
  await dishuJson(at('undo', '1'))
  assert.equal((JSON.parse((await dishu(at('water', 'check', '--json'))).out) as { findings: unknown[] }).findings.length, 0)
})

test('words that are no command, and a file that is not there, say so', async () => {
  assert.equal((await dishu(['water'])).code, 2)
  assert.equal((await dishu(['water', 'import'])).code, 2)
  assert.equal((await dishu(at('water', 'import', join(root, 'none.xlsx'), '--json'))).code, 3)
})
