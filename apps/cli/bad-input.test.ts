/** Files that are broken, hostile or too large, as a person hands them in: one sentence, exit code 3, in time, and a register that is byte for byte what it was. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { crc32, deflateRawSync } from 'node:zlib'
import { SAMPLE_FILES } from '@dishu/land/sample/sample.exchange'
import {
  csvRows,
  dishu,
  dishuJson,
  type ImportReply,
  type OpenFolder,
  officeFiles,
  openFolder,
  type RefusalReply,
  registerHash,
  temporaryFolder,
} from './acceptance.testing.ts'

/** Generous for a shared machine; the reading process has limits of its own (lib/formats/sandbox). */
const SECONDS = 30

const root = temporaryFolder()
const [sample, bad, data] = ['sample', 'bad', 'data'].map((name) => join(root, name))
let folder: OpenFolder
let sound: string

before(async () => {
  mkdirSync(bad)
  await dishuJson(['sample', '--out', sample, '--patches', '300'])
  folder = await openFolder(data)
  await dishuJson(['import', ...officeFiles(sample), '--yes', '--data', data])
  sound = await registerHash(folder.pool)
})
after(() => folder?.close())

const part = (name: string) => readFileSync(join(sample, name))
/** Writes files into a folder of their own and names the first. */
function written(name: string, files: Readonly<Record<string, string | Uint8Array>>): string {
  const own = join(bad, name)
  mkdirSync(own)
  for (const [file, bytes] of Object.entries(files)) writeFileSync(join(own, file), bytes)
  return join(own, Object.keys(files)[0])
}

const feature = (
  coordinates: string,
  properties = '"DLBM":"0103","ZLDWDM":"220899100001","TBMJ":1,"TBBH":"1","BSM":"900000000000000001"',
) => `{"type":"Feature","properties":{${properties}},"geometry":{"type":"Polygon","coordinates":${coordinates}}}`
const collection = (...features: string[]) => `{"type":"FeatureCollection","features":[${features.join(',')}]}`
const SQUARE = '[[[123.9,45.2],[123.901,45.2],[123.901,45.201],[123.9,45.2]]]'

/** A shapefile whose DBF is `dbf` and whose SHP is `shp`. */
const shapefile = (name: string, change: { shp?: Uint8Array; dbf?: Uint8Array }) =>
  written(name, {
    'DLTB.shp': change.shp ?? part('DLTB.shp'),
    'DLTB.shx': part('DLTB.shx'),
    'DLTB.dbf': change.dbf ?? part('DLTB.dbf'),
    'DLTB.prj': part('DLTB.prj'),
    'DLTB.cpg': part('DLTB.cpg'),
  })

/** A zip of one member; `claimed`: the size it says it has. */
function zipOf(name: string, clear: Uint8Array, claimed = clear.length): Buffer {
  const packed = deflateRawSync(clear)
  const file = Buffer.from(name)
  const fields = (at: Buffer, from: number) => {
    at.writeUInt16LE(20, from)
    at.writeUInt16LE(0x800, from + 2)
    at.writeUInt16LE(8, from + 4)
    at.writeUInt32LE(crc32(clear), from + 10)
    at.writeUInt32LE(packed.length, from + 14)
    at.writeUInt32LE(claimed, from + 18)
    at.writeUInt16LE(file.length, from + 22)
  }
  const local = Buffer.alloc(30)
  local.writeUInt32LE(0x04034b50, 0)
  fields(local, 4)
  const central = Buffer.alloc(46)
  central.writeUInt32LE(0x02014b50, 0)
  central.writeUInt16LE(20, 4)
  fields(central, 6)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(1, 8)
  end.writeUInt16LE(1, 10)
  end.writeUInt32LE(central.length + file.length, 12)
  end.writeUInt32LE(local.length + file.length + packed.length, 16)
  return Buffer.concat([local, file, packed, central, file, end])
}

type Case = { readonly path: () => string; readonly codes: readonly string[]; readonly words?: readonly string[] }

const CASES: Readonly<Record<string, Case>> = {
  'a file of no bytes': { path: () => written('empty', { 'DLTB.geojson': '' }), codes: ['formats/file-empty'] },
  'a file that is not there': { path: () => join(bad, 'nowhere.shp'), codes: ['formats/not-found'] },
  'a kind of file nobody reads': { path: () => written('unknown', { 'a.bin': Buffer.alloc(64, 7) }), codes: ['formats/unknown-kind'] },
  'a shapefile cut off in the middle': {
    path: () => shapefile('cut', { shp: part('DLTB.shp').subarray(0, 20_001) }),
    codes: ['formats/truncated', 'formats/damaged', 'formats/counts-differ'],
  },
  'a table cut off in the middle': {
    path: () => shapefile('cut-table', { dbf: part('DLTB.dbf').subarray(0, 9_999) }),
    codes: ['formats/truncated', 'formats/damaged', 'formats/counts-differ'],
  },
  'a shapefile that is text': {
    path: () => shapefile('text', { shp: Buffer.from('not a shapefile at all, only so called\n'.repeat(9)) }),
    codes: ['formats/not-this-format', 'formats/damaged', 'formats/truncated'],
  },
  'a workbook cut off in the middle': {
    path: () => written('cut-book', { [SAMPLE_FILES.tables]: part(SAMPLE_FILES.tables).subarray(0, 30_000) }),
    codes: ['formats/zip-damaged'],
  },
  'JSON that ends too soon': {
    path: () => written('cut-json', { 'a.geojson': collection(feature(SQUARE)).slice(0, -20) }),
    codes: ['formats/json-broken', 'formats/truncated'],
  },
  'a code page that does not exist': {
    path: () => join(sample, 'DLTB.shp'),
    codes: ['formats/encoding-not-known'],
    words: ['--encoding', 'klingon-8'],
  },
  'a zip that unpacks to a gigabyte': {
    path: () => written('bomb', { 'DLTB.zip': zipOf('DLTB.csv', Buffer.alloc(1 << 30)) }),
    codes: ['formats/zip-ratio'],
  },
  'a zip whose member climbs out of its folder': {
    path: () => written('climb', { 'DLTB.zip': zipOf('../../../../tmp/dishu-climbed.geojson', Buffer.from(collection(feature(SQUARE)))) }),
    codes: ['formats/zip-unsafe-name'],
  },
  'coordinates that are no numbers': {
    path: () => {
      const shp = Buffer.from(part('DLTB.shp'))
      // the first vertex of every record
      for (let at = 100; at + 8 < shp.length; at += 8 + shp.readUInt32BE(at + 4) * 2)
        shp.writeDoubleLE(Number.NaN, at + 8 + 44 + 4 * shp.readUInt32LE(at + 8 + 36))
      return shapefile('nan', { shp })
    },
    codes: ['intake/nothing-to-take'],
  },
  'coordinates beyond the Earth': {
    path: () => written('far', { 'a.geojson': collection(feature('[[[1239.9,45.2],[123.901,45.2],[123.901,452.01],[1239.9,45.2]]]')) }),
    codes: ['intake/nothing-to-take'],
    words: ['--as', 'patches', '--crs', 'EPSG:4490'],
  },
  'a table of five thousand columns': {
    path: () =>
      written('wide', {
        'a.csv': `${Array.from({ length: 5000 }, (_, i) => `c${i}`).join(',')}\n${Array.from({ length: 5000 }, () => '1').join(',')}\n`,
      }),
    codes: ['formats/too-many-fields', 'formats/too-many-columns'],
  },
  'XML with a document type': {
    path: () =>
      written('doctype', {
        'a.gml': `<?xml version="1.0"?><!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><gml:FeatureCollection xmlns:gml="http://www.opengis.net/gml">&x;</gml:FeatureCollection>`,
      }),
    codes: ['formats/xml-doctype'],
  },
}

describe('files that cannot be taken', { timeout: 300_000 }, () => {
  for (const [what, { path, codes, words = [] }] of Object.entries(CASES)) {
    test(what, async () => {
      const file = path()
      const began = performance.now()
      const said = await dishu(['import', file, '--yes', '--json', '--county', '220899', '--data', data, ...words])
      const seconds = (performance.now() - began) / 1000
      assert.ok(seconds < SECONDS, `took ${seconds} s`)
      assert.equal(said.code, 3, `${said.out}\n${said.err}`)
      const reply = JSON.parse(said.out) as Partial<RefusalReply> & Partial<ImportReply>
      const refusal = reply.refusal ?? reply.import?.refusal
      assert.ok(refusal, said.out)
      assert.ok(codes.includes(refusal.code), `${refusal.code}: ${refusal.message}`)
      assert.ok(refusal.message.length > 10 && !/\n|undefined|\[object|^\w+\/[\w-]+ /.test(refusal.message), refusal.message)
      assert.equal(await registerHash(folder.pool), sound)
    })
  }

  test('JSON nested a hundred thousand deep', async () => {
    const deep = `"DLBM":"0103","ZLDWDM":"220899100001","BSM":"1","a":${'['.repeat(1e5)}${']'.repeat(1e5)}`
    const file = written('deep', { 'a.geojson': collection(feature(SQUARE, deep)) })
    const began = performance.now()
    const said = await dishu(['import', file, '--yes', '--json', '--as', 'patches', '--county', '220899', '--data', data])
    assert.ok(performance.now() - began < SECONDS * 1000)
    // the row is left out, and without it nothing says what the layer is
    assert.ok(said.code === 3 || said.code === 4, `${said.code} ${said.err}`)
    assert.equal(await registerHash(folder.pool), sound)
  })

  test('a person reads one sentence and one hint, in either language', async () => {
    const file = written('spoken', { 'DLTB.geojson': '' })
    for (const [language, pattern] of [
      ['en', /^[\x20-\x7e“”’…–·]+$/],
      ['zh', /[\u4e00-\u9fff]/],
    ] as const) {
      const said = await dishu(['import', file, '--yes', '--language', language, '--data', data])
      assert.equal(said.code, 3)
      const lines = `${said.out}${said.err}`.trim().split('\n')
      assert.ok(lines.length <= 2, lines.join('\n'))
      for (const line of lines) assert.match(line, pattern)
    }
  })

  test('an object’s __proto__ is a field like any other and touches nothing', async () => {
    const properties =
      '"DLBM":"0103","ZLDWDM":"220899100001","TBMJ":1,"TBBH":"1","BSM":"900000000000000001","__proto__":{"polluted":1},"constructor":"x"'
    const file = written('proto', { 'DLTB.geojson': collection(feature(SQUARE, properties)) })
    const { import: shown } = await dishuJson<ImportReply>(['import', file, '--dry-run', '--as', 'patches', '--data', data])
    assert.equal(shown.layers[0].rowsRead, 1)
    assert.equal(shown.layers[0].added, 1)
    assert.equal(await registerHash(folder.pool), sound)
  })

  test('formulas in a CSV are kept as the text they are, and neutralised on their way out', async () => {
    const formula = `=cmd|'/c calc'!A1`
    const file = written('formula', {
      '合同台账.csv': `合同编号,承包方代码,承包方名称,发包方编码,合同面积(亩),承包起始日期,承包终止日期,备注\n"HT-F-1","220899100001010001","+1+1",22089910000101,10,2020-01-01,2049-12-31,"${formula}"\n`,
    })
    const before = await dishuJson<ImportReply>(['import', file, '--as', 'contracts', '--county', '220899', '--yes', '--data', data])
    assert.equal(before.import.layers[0].refused, 0, JSON.stringify(before.import.refusedRows))
    assert.equal(before.revisions?.[0].rev, 2)
    const out = join(root, 'contracts.csv')
    await dishuJson(['export', 'contracts', '--to', 'csv', '--out', out, '--data', data])
    const text = readFileSync(out, 'utf8')
    const cells = csvRows(text).flatMap((row) => Object.values(row))
    assert.ok(text.includes('HT-F-1'))
    assert.ok(
      cells.every((cell) => !/^[=+@\t\r]|^-[^\d]/.test(cell)),
      cells.find((cell) => /^[=+@\t\r]|^-[^\d]/.test(cell)),
    )
    const { rev } = await dishuJson<{ rev: number }>(['undo', String(before.revisions?.[0].rev), '--data', data])
    assert.equal(rev, 3)
  })
})
