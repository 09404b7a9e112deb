import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { Refused } from '@dishu/base/refusal'
import { nestedZip, overlapBomb, type ZipPart, zipOf } from '../bombs.testing.ts'
import { openCsv } from '../csv/csv.ts'
import { openFile } from '../formats.ts'
import type { Source } from '../layers.ts'
import { openArchive } from './archive.ts'

const folder = mkdtempSync(join(tmpdir(), 'zip-test-'))
after(() => rmSync(folder, { recursive: true }))

const scratch = join(folder, 'scratch')
let files = 0

function fileOf(bytes: Uint8Array): string {
  const path = join(folder, `a${++files}.zip`)
  writeFileSync(path, bytes)
  return path
}

const openIt = (bytes: Uint8Array, limits = {}) => openArchive(fileOf(bytes), { open: openCsv, scratch: makeScratchPlace(), limits })

function makeScratchPlace(): string {
  rmSync(scratch, { recursive: true, force: true })
  return mkdtempSync(`${folder}/scratch-`)
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  try {
    await work
    return 'read'
  } catch (error) {
    if (error instanceof Refused) return error.refusal.code
    throw error
  }
}

async function rowsOf(source: Source, layer = 0) {
  const rows = []
  for await (const batch of source.read(layer))
    for (let i = 0; i < batch.rows.length; i++) rows.push(batch.columns.map((column) => column[i]))
  return rows
}

const csv: ZipPart = { name: 'a.csv', data: 'a,b\n1,2\n' }
const gbk = (...bytes: number[]) => Uint8Array.from(bytes)

const hostile: Record<string, { bytes: () => Uint8Array; code: string }> = {
  'a gigabyte of zeros': {
    bytes: () => zipOf([{ name: 'a.csv', data: Buffer.alloc(2 ** 28), says: { bytes: 2 ** 30 } }]),
    code: 'formats/zip-ratio',
  },
  'sixteen zips inside each other': { bytes: () => nestedZip(16), code: 'formats/zip-nested' },
  'entries that share their bytes': { bytes: () => overlapBomb(500, 2 ** 22), code: 'formats/zip-overlap' },
  '65,535 entries': {
    bytes: () => zipOf(Array.from({ length: 65_535 }, (_, i) => ({ name: `${i}.csv`, method: 0 as const }))),
    code: 'formats/zip-too-many-entries',
  },
  'more bytes than stated': {
    bytes: () => zipOf([{ name: 'a.csv', data: 'x'.repeat(5000), says: { bytes: 10 } }]),
    code: 'formats/zip-damaged',
  },
  'fewer bytes than stated': { bytes: () => zipOf([{ name: 'a.csv', data: 'x', says: { bytes: 10 } }]), code: 'formats/zip-damaged' },
  'a wrong checksum': { bytes: () => zipOf([{ ...csv, says: { crc: 1 } }]), code: 'formats/zip-size-lies' },
  'a symbolic link': { bytes: () => zipOf([csv, { name: 'b.csv', data: '/etc/passwd', unixMode: 0o120777 }]), code: 'formats/zip-link' },
  'a name that climbs': { bytes: () => zipOf([csv, { name: 'x/../../../evil.csv' }]), code: 'formats/zip-unsafe-name' },
  'a name that climbs with backslashes': { bytes: () => zipOf([csv, { name: '..\\..\\evil.csv' }]), code: 'formats/zip-unsafe-name' },
  'an absolute name': { bytes: () => zipOf([csv, { name: '/tmp/evil.csv' }]), code: 'formats/zip-unsafe-name' },
  'a name with a drive': { bytes: () => zipOf([csv, { name: 'C:\\evil.csv' }]), code: 'formats/zip-unsafe-name' },
  'a name with NUL': { bytes: () => zipOf([csv, { name: 'evil.csv\0.txt' }]), code: 'formats/zip-unsafe-name' },
  'the same name twice': { bytes: () => zipOf([csv, csv]), code: 'formats/zip-duplicate' },
  'the same name in other letters': { bytes: () => zipOf([csv, { name: 'A.CSV', data: 'x' }]), code: 'formats/zip-duplicate' },
  'the same name once as UTF-8 and once as GBK': {
    bytes: () =>
      zipOf([
        { name: '地.csv', data: 'a' },
        { name: gbk(0xb5, 0xd8, 0x2e, 0x63, 0x73, 0x76), data: 'a' },
      ]),
    code: 'formats/zip-duplicate',
  },
  'a password': { bytes: () => zipOf([{ ...csv, flags: 1 }]), code: 'formats/zip-encrypted' },
  'a method nobody asked for': { bytes: () => zipOf([{ ...csv, method: 9 }]), code: 'formats/zip-method' },
  'nothing to import': {
    bytes: () =>
      zipOf([
        { name: 'readme.txt', data: 'hello' },
        { name: 'scan.tif', data: 'II' },
      ]),
    code: 'formats/zip-nothing-inside',
  },
  'no zip at all': { bytes: () => Buffer.from('PK\x03\x04 and then nothing'), code: 'formats/zip-damaged' },
}

for (const [what, { bytes, code }] of Object.entries(hostile)) {
  test(`a zip with ${what} is refused at once and leaves nothing behind`, async () => {
    const path = fileOf(bytes())
    const place = makeScratchPlace()
    const began = performance.now()
    assert.equal(await codeOf(openArchive(path, { open: openCsv, scratch: place })), code)
    assert.ok(performance.now() - began < 1000, `took ${performance.now() - began} ms`)
    assert.deepEqual(readdirSync(place), [])
  })
}

test('limits can be set lower', async () => {
  assert.equal(await codeOf(openIt(zipOf([csv, { name: 'b.csv', data: 'b' }]), { entries: 1 })), 'formats/zip-too-many-entries')
  assert.equal(await codeOf(openIt(zipOf([{ name: 'a.csv', data: 'x'.repeat(2000) }]), { totalBytes: 1999 })), 'formats/zip-too-large')
})

test('names in GBK and UTF-8, at any depth, with backslashes, become layers with their place in the archive', async () => {
  // 数据\样品.csv in GBK; 誠 (0xD55C) ends in the byte of a backslash
  const name = gbk(0xca, 0xfd, 0xbe, 0xdd, 0x5c, 0xd5, 0x5c, 0x2e, 0x63, 0x73, 0x76)
  const source = await openIt(
    zipOf([
      { name, data: '村,pH\n甲村,8.5\n' },
      { name: '数据/', method: 0 },
      { name: 'x/y/b.csv', data: 'n\n1\n2\n' },
      { name: '__MACOSX/._b.csv', data: '\0' },
    ]),
  )
  assert.deepEqual(
    source.layers.map(({ file }) => file.replace(/^a\d+/, 'a')),
    ['a.zip/数据/誠.csv', 'a.zip/x/y/b.csv'],
  )
  assert.deepEqual(await rowsOf(source), [['甲村', '8.5']])
  assert.deepEqual(await rowsOf(source, 1), [['1'], ['2']])
  await source.close()
})

test('a member that cannot be read is left out with a note; alone, it refuses the archive', async () => {
  const source = await openIt(zipOf([csv, { name: 'b.csv', data: '\0\0\0' }]))
  assert.equal(source.layers.length, 1)
  assert.equal(source.layers[0].notes.at(-1)?.code, 'formats/zip-member-left-out')
  await source.close()
  assert.equal(await codeOf(openIt(zipOf([{ name: 'b.csv', data: '\0\0\0' }]))), 'formats/text-is-binary')
})

test('the scratch folder goes when the source is closed', async () => {
  const place = makeScratchPlace()
  const source = await openArchive(fileOf(zipOf([csv])), { open: openCsv, scratch: place })
  assert.equal(readdirSync(place).length, 1)
  await source.close()
  assert.deepEqual(readdirSync(place), [])
})

test('a zip cut short at any byte is refused, never a fault', async () => {
  const whole = zipOf([csv, { name: 'b.csv', data: 'x\n1\n' }])
  for (let bytes = 0; bytes < whole.length; bytes += 3) assert.match(await codeOf(openIt(whole.subarray(0, bytes))), /^formats\/zip-/)
})

// Counts and coordinate systems from `ogrinfo -so -al`.
const shared = join(process.env.DISHU_SHARED ?? join(import.meta.dirname, '../../../../shared'), 'data/02_parcels/lpis')
const real: Record<string, number> = {
  'at/inspire_schlaege_2025-1_polygon.gpkg.zip': 31_287,
  'be_vlg/Landbouwgebruikspercelen_2023_-_Definitief_(extractie_28-03-2024)_GPKG.zip': 31_370,
  'bg/bg_arable_land_2024.zip': 32_635,
  'br_ba_lem/LEM_dataset.zip': 4326,
  'dk/Marker_2026.zip': 25_832,
  'nz/irrigated-land-area-raw-2020-update.zip': 2193,
  'us_ca_scm/i15_crop_mapping_2023_provisional_20241127.gdb.zip': 4269,
}
for (const [name, epsg] of Object.entries(real)) {
  test(`${name} has one layer of 100 rows in EPSG:${epsg}`, {
    skip: existsSync(join(shared, name)) ? false : 'shared data not present',
  }, async () => {
    const source = await openFile(join(shared, name), { scratch: makeScratchPlace() })
    assert.deepEqual([source.layers.length, source.layers[0].crs?.epsg, (await rowsOf(source)).length], [1, epsg, 100])
    await source.close()
  })
}
