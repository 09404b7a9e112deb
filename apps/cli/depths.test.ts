/** `dishu depths` as a person runs it. */
import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { dishu, dishuJson, noShared, type RefusalReply, shared, temporaryFolder } from './acceptance.testing.ts'

const folder = temporaryFolder()
const at = (name: string) => join(folder, name)
type Told = {
  readonly sites: number
  readonly depths: readonly {
    readonly value: string
    readonly from: number
    readonly to: number
    readonly given: number
    readonly refused: Record<string, number>
  }[]
}
const written = (name: string) =>
  readFileSync(at(name), 'utf8')
    .trim()
    .split('\r\n')
    .map((line) => line.split(','))

test('layers of a hole come to standard depths, and what cannot be said is left open and counted', async () => {
  const rows = ['site,x,y,layer,ec,ph', 'A,1,2,0-20,3,9', 'A,1,2,20-40,5,9', 'B,3,4,0-10,1,8', 'B,3,4,10-30,<0.05,8', 'C,5,6,0-100,2,']
  writeFileSync(at('layers.csv'), `${rows.join('\n')}\n`)
  const words = [
    'depths',
    at('layers.csv'),
    '--site',
    'site',
    '--keep',
    'x,y',
    '--value',
    'ec,ph',
    '--depth',
    'layer',
    '--lambda',
    '0',
    '--out',
    at('out.csv'),
  ]
  const reply = await dishuJson<Told>(words)
  assert.equal(reply.sites, 3)
  const [head, ...lines] = written('out.csv')
  assert.deepEqual(head, ['site', 'x', 'y', 'ec_0_20', 'ec_0_30', 'ec_30_100', 'ph_0_20', 'ph_0_30', 'ph_30_100'])
  // A: by hand in profiles.test.ts
  assert.deepEqual(lines, [
    ['A', '1', '2', '3', String(Number((106.25 / 30).toPrecision(12))), '', '9', '9', ''],
    ['B', '3', '4', '', '', '', '8', '8', ''],
    ['C', '5', '6', '2', '2', '2', '', '', ''],
  ])
  assert.deepEqual(reply.depths[2], {
    value: 'ec',
    from: 30,
    to: 100,
    given: 1,
    refused: { 'soil/profile-censored': 1, 'soil/profile-too-short': 1 },
  })
})

test('a value that is no number, a depth that is none, and a column that is not there are refused', async () => {
  writeFileSync(at('bad.csv'), 'site,from,to,ec\nA,0,20,3\nA,20,40,"0,5"\n')
  writeFileSync(at('shallow.csv'), 'site,from,to,ec\nA,0,,3\n')
  const words = (file: string, value: string) => [
    'depths',
    at(file),
    '--site',
    'site',
    '--value',
    value,
    '--from',
    'from',
    '--to',
    'to',
    '--out',
    at('no.csv'),
  ]
  const refused = async (file: string, value = 'ec') => (await dishuJson<RefusalReply>(words(file, value), 3)).refusal
  const number = await refused('bad.csv')
  assert.deepEqual([number.code, number.details.row], ['kriging/not-a-number', 3]) // the file's own row, its heading the first
  assert.equal((await refused('shallow.csv')).code, 'kriging/not-a-number')
  assert.equal((await refused('bad.csv', 'salt')).code, 'kriging/no-such-column')
  assert.equal((await dishu(['depths', at('bad.csv'), '--site', 'site', '--value', 'ec', '--out', at('no.csv')])).code, 2)
})

test('the profiles of Cook farm: each hole at three depths', { skip: noShared }, async () => {
  const file = join(shared ?? '', 'data/01_soil/cookfarm/profiles.csv')
  const words = [
    'depths',
    file,
    '--site',
    'SOURCEID',
    '--keep',
    'Easting,Northing',
    '--value',
    'PHIHOX',
    '--from',
    'UHDICM',
    '--to',
    'LHDICM',
    '--out',
    at('cook.csv'),
  ]
  const reply = await dishuJson<Told>(words)
  const [, ...lines] = written('cook.csv')
  assert.equal(lines.length, reply.sites)
  for (const { given, refused } of reply.depths) assert.equal(given + Object.values(refused).reduce((sum, n) => sum + n, 0), reply.sites)
  for (const [, , , ...values] of lines)
    for (const value of values) assert.ok(value === '' || (Number(value) > 3 && Number(value) < 10), value)
})
