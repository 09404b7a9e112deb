/** `dishu scene` as a script uses it: what is asked, what is written, what comes back. */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { writeGeotiff } from '@dishu/formats/geotiff/write'
import { dishu, dishuJson, type OpenFolder, openFolder, temporaryFolder } from './acceptance.testing.ts'

const root = temporaryFolder()
const data = join(root, 'data')
const scene = join(root, 'scene')
const COUNTY = '220899'
let folder: OpenFolder

const at = (...words: readonly string[]) => [...words, '--data', data]

before(async () => {
  mkdirSync(scene)
  for (const [name, value] of [
    ['Red', 1000],
    ['NIR', 3000],
  ] as const)
    await writeGeotiff(join(scene, `${name}_20240512.tif`), {
      ...{ width: 20, height: 20, bandCount: 1, type: 'uint16', epsg: 32_651, geographic: false, nodata: 0 },
      geotransform: [580_000, 10, 0, 5_020_000, 0, -10],
      rows: (_, n) => [new Uint16Array(20 * n).fill(value)],
    })
  folder = await openFolder(data)
})
after(() => folder?.close())

type Told = {
  state: string
  questions?: string[]
  scene?: number
  revision?: number
  found: { takenOn: string; bands: { name: string; role: string | null }[] }
}

test('a plain image is asked about, written with the answers, listed, refused a second time, and undone', {
  timeout: 120_000,
}, async () => {
  const add = ['scene', 'add', scene, '--county', COUNTY]
  const asked = await dishu(at(...add, '--json'))
  assert.equal(asked.code, 4)
  assert.deepEqual((JSON.parse(asked.out) as Told).questions, ['platform', 'scale'])
  const said = ['--sensor', 'gf-1', '--scale', '0.0001', '--offset', '-0.05']
  const shown = await dishu(at(...add, ...said, '--json'))
  assert.deepEqual([shown.code, (JSON.parse(shown.out) as Told).state], [5, 'ready'])
  const done = await dishuJson<Told>(at(...add, ...said, '--yes'))
  assert.equal(done.state, 'done')
  assert.deepEqual(
    done.found.bands.map(({ name, role }) => [name, role]),
    [
      ['NIR_20240512', 'N'],
      ['Red_20240512', 'R'],
    ],
  )
  const list = async () =>
    (await dishuJson<{ scenes: { id: number; takenOn: string; bands: string[] }[] }>(at('scene', 'list', '--county', COUNTY))).scenes
  assert.deepEqual(
    (await list()).map(({ id, takenOn, bands }) => [id, takenOn, bands]),
    [[done.scene, '2024-05-12', ['N', 'R']]],
  )
  const again = await dishu(at(...add, ...said, '--yes', '--json'))
  assert.equal(again.code, 3)
  assert.match(again.out, /imagery\/already-there/)
  assert.equal((await dishu(at('undo', String(done.revision), '--county', COUNTY))).code, 0)
  assert.deepEqual(await list(), [])
})

test('bands by name or in order; a letter that is none, a missing folder, and no word at all', { timeout: 120_000 }, async () => {
  const add = (...words: readonly string[]) =>
    dishu(at('scene', 'add', scene, '--county', COUNTY, '--sensor', 'x', '--scale', '1', '--json', ...words))
  const bands = async (text: string) => (JSON.parse((await add('--bands', text)).out) as Told).found.bands.map(({ role }) => role)
  assert.deepEqual(await bands('S1,-'), ['S1', ''])
  assert.deepEqual(await bands('Red_20240512=G'), ['N', 'G'])
  assert.match((await add('--bands', 'Q,R')).out, /imagery\/not-a-role/)
  assert.match((await dishu(at('scene', 'add', join(root, 'nothing'), '--county', COUNTY, '--json'))).out, /formats\/not-found/)
  assert.equal((await dishu(at('scene'))).code, 2)
  const { indices } = await dishuJson<{ indices: { id: string }[] }>(at('scene', 'indices'))
  assert.ok(indices.some(({ id }) => id === 'sqrtGR'))
})
