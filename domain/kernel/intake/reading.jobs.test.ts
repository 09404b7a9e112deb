import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { Refused } from '@dishu/base/refusal'
import { crsFromEpsg } from '@dishu/formats/crs/crs'
import type { Batch, Layer } from '@dishu/formats/layers'
import { openVault } from '@dishu/server-kit/vault'
import { freshDatabase } from '@dishu/testkit/database'
import type { Kind } from '../records/records.ts'
import type { Standard } from './intake.ts'
import { readFiles } from './reading.jobs.ts'
import { readStaged } from './staging.jobs.ts'

/** A kind of few columns stands for all: what is read here is how rows come, not what they say. */
const placeKind: Kind = {
  name: 'area',
  table: 'kernel.area',
  columns: [
    ['code', 'text'],
    ['parent', 'text'],
    ['level', 'text'],
    ['name', 'text'],
    ['control_area', 'int8'],
    ['srid', 'int4'],
    ['outline', 'bytea'],
    ['bbox', 'box'],
    ['extra', 'jsonb'],
  ],
  key: ['code'],
  scope: (row) => `${row.level}/${row.parent ?? row.code}`,
  derived: false,
}

const layer: Layer = {
  name: 'places',
  file: 'places.csv',
  format: 'csv',
  fields: [{ name: 'CODE', type: 'text' }],
  geometry: 'none',
  crs: null,
  rowCount: null,
  encoding: null,
  notes: [],
}

/** Villages by their codes alone. */
const standard: Standard = {
  id: 'places',
  as: 'areas',
  name: { zh: '', en: '' },
  kinds: [placeKind],
  geometry: 'none',
  fields: [{ name: 'CODE', aliases: [], required: true, type: 'text', unit: null, label: { zh: '', en: '' } }],
  recognise: () => 1,
  countyOf: (values) => values.text('CODE')?.slice(0, 6) ?? null,
  validFromOf: () => null,
  read: (values) => ({
    records: [{ kind: 'area', content: { code: values.text('CODE'), level: 'village', name: 'x', extra: {} } }],
    refusals: [],
  }),
}

const read = (codes: readonly string[]) =>
  readBatches(Array.from({ length: Math.ceil(codes.length / 100) }, (_, b) => rowsOf(codes.slice(b * 100, b * 100 + 100), b * 100)))

const rowsOf = (codes: readonly string[], before: number): Batch => ({
  rows: Uint32Array.from(codes, (_, i) => before + i + 1),
  columns: [codes],
  wkb: new Uint8Array(),
  offsets: new Uint32Array(codes.length + 1),
  problems: [],
})
const broken = (rows: readonly number[]): Batch => ({
  ...rowsOf([], 0),
  problems: rows.map((row) => ({
    row,
    refusal: { code: 'formats/geometry-broken', details: { file: 'places.csv', layer: 'places', row } },
  })),
})

async function readBatches(all: readonly Batch[], of: Layer = layer, standards: readonly Standard[] = [standard]) {
  await using database = await freshDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'dishu-reading-'))
  try {
    const file = join(folder, 'places.csv')
    writeFileSync(file, 'x')
    let reads = 0
    async function* batches(): AsyncGenerator<Batch> {
      reads++
      yield* all
    }
    const preview = await readFiles(
      {
        pool: database.pool,
        vault: await openVault(folder),
        standards,
        kinds: standards[0]?.kinds ?? [placeKind],
        open: async () => ({ layers: [of], read: batches, close: async () => {} }),
        inspect: (_, content) => (String(content.code).endsWith('77') ? [{ rule: 'seventy-seven', severity: 'notice' }] : []),
        surveyDay: async () => null,
        knownBox: async () => null,
      },
      {
        folder,
        files: [file],
        answers: { unclassified: true },
        now: new Date('2026-01-02T03:04:05Z'),
        signal: new AbortController().signal,
        onProgress: () => {},
      },
    )
    const rows = new Map<string, number[]>()
    for (const { county } of preview.staged) {
      const found: number[] = []
      for await (const row of readStaged(join(folder, 'staged', `${county}.area.rows`))) found.push(row.sourceRow as number)
      rows.set(county, found)
    }
    return { preview, rows, reads }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

const villages = (county: string, n: number, from = 0) =>
  Array.from({ length: n }, (_, i) => `${county}${String(from + i).padStart(6, '0')}`)

test('a few rows under a county nobody expected are taken as the file’s own, without reading it again', async () => {
  const codes = villages('220899', 1000)
  codes.splice(300, 0, ...villages('220898', 3))
  codes.splice(700, 0, ...villages('990000', 1))
  const { preview, rows, reads } = await read(codes)
  assert.deepEqual([...rows.keys()], ['220899'])
  assert.deepEqual(
    (rows.get('220899') as number[]).toSorted((a, b) => a - b),
    codes.map((_, i) => i + 1),
  )
  assert.equal(reads, 1)
  const note = preview.layers[0].notes.find(({ code }) => code === 'intake/stray-counties')
  assert.deepEqual(note?.details, { county: '220899', codes: ['220898', '990000'] })
  assert.equal(preview.layers[0].rowsRead, 1004)
  // what the rules said is counted for the rows that waited too
  assert.deepEqual(preview.findings, [{ rule: 'seventy-seven', severity: 'notice', rows: 10 }])
})

test('a county with twenty rows is one, though nobody expected it', async () => {
  const { preview, rows } = await read([...villages('220899', 2000), ...villages('220898', 20)])
  assert.deepEqual(
    preview.staged.map(({ county, added }) => [county, added]),
    [
      ['220899', 2000],
      ['220898', 20],
    ],
  )
  assert.equal(rows.get('220898')?.length, 20)
})

test('few rows are a county where they are no small part of the file', async () => {
  const { preview } = await read([...villages('220899', 250), ...villages('220898', 10)])
  assert.deepEqual(preview.staged.map(({ county, added }) => `${county} ${added}`).sort(), ['220898 10', '220899 250'])
})

test('a layer of which no row can be read shows its refusals; nothing is asked about it', async () => {
  for (const standards of [[standard], []]) {
    const { preview } = await readBatches([broken([1, 2]), broken([3])], layer, standards)
    assert.deepEqual(preview.refusal, { code: 'intake/nothing-to-take', details: { rows: 3, refused: 3 } })
    assert.deepEqual(preview.questions, [])
    assert.deepEqual(
      preview.refusedRows.map(({ row, refusal }) => `${row} ${refusal.code}`),
      [1, 2, 3].map((row) => `${row} formats/geometry-broken`),
    )
    assert.equal(preview.layers[0].refused, 3)
  }
})

test('broken rows at the head of a layer do not hide the rows after them', async () => {
  const { preview } = await readBatches([broken([1, 2]), rowsOf(villages('220899', 50), 2)])
  assert.equal(preview.refusal, null)
  assert.deepEqual([preview.layers[0].rowsRead, preview.layers[0].added, preview.layers[0].refused], [52, 50, 2])
})

test('outlines without a single field are left out with a word about the .dbf, and no field is asked for', async () => {
  const bare = { ...layer, fields: [], geometry: 'polygon' } as const
  const { preview } = await readBatches([{ ...rowsOf(['x'], 0), columns: [] }], bare, [])
  assert.equal(preview.refusal?.code, 'intake/nothing-recognised')
  assert.deepEqual(preview.questions, [])
  assert.deepEqual(preview.layers[0].notes, [{ code: 'intake/layer-skipped', details: { reason: 'no-fields' } }])
})

test('a row refused as a duplicate has its area among what the preview leaves out', async () => {
  const square = (x: number, side: number) => {
    const bytes = Buffer.alloc(9 + 4 + 5 * 16)
    bytes.writeUInt8(1, 0)
    bytes.writeUInt32LE(3, 1)
    bytes.writeUInt32LE(1, 5)
    bytes.writeUInt32LE(5, 9)
    const ring = [x, 0, x + side, 0, x + side, side, x, side, x, 0].map((value, i) => value + (i % 2 === 0 ? 41_500_000 : 5_020_000))
    ring.forEach((value, i) => {
      bytes.writeDoubleLE(value, 13 + 8 * i)
    })
    return bytes
  }
  // a kind whose number is of two parts: a second row under it has no other number to go by
  const twoPart: Kind = { ...placeKind, key: ['code', 'level'] }
  const outlined: Standard = {
    ...standard,
    as: 'layer',
    kinds: [twoPart],
    geometry: 'any',
    read: (values, geometry) => ({
      records: [
        { kind: 'area', content: { code: values.text('CODE'), level: 'village', name: 'x', bbox: geometry?.bbox ?? null, extra: {} } },
      ],
      refusals: [],
    }),
  }
  const zone = crsFromEpsg(4529)
  const batch = { ...rowsOf(['220899000001', '220899000002', '220899000001'], 0) }
  const outlines = [square(0, 100), square(200, 50), square(400, 30)]
  const offsets = Uint32Array.of(0, ...outlines.map((_, i) => (i + 1) * outlines[0].length))
  const { preview } = await readBatches(
    [{ ...batch, wkb: Buffer.concat(outlines), offsets }],
    { ...layer, geometry: 'polygon', crs: zone },
    [outlined],
  )
  assert.deepEqual(
    preview.refusedRows.map(({ row, refusal }) => [row, refusal.code]),
    [[3, 'intake/duplicate-row']],
  )
  // in hundredths of m², of 30 m × 30 m and of the two before; on the zone's own meridian a metre is one of the ellipsoid, nearly
  const [{ areaIn, areaOut }] = preview.layers
  assert.ok(areaOut !== null && Math.abs(areaOut / 90_000 - 1) < 0.001, `${areaOut}`)
  assert.ok(areaIn !== null && Math.abs(areaIn / 1_250_000 - 1) < 0.001, `${areaIn}`)
})

test('texts that are not in the encoding a person named are refused before anything is taken', async () => {
  const given = { ...layer, encoding: { name: 'UTF-8', from: 'given' } } as const
  const garbled = rowsOf([...villages('220899', 3), '220899\ufffd\ufffd'], 0)
  await assert.rejects(readBatches([garbled], given), (cause) => {
    assert.ok(cause instanceof Refused)
    assert.equal(cause.refusal.code, 'intake/encoding-does-not-fit')
    assert.deepEqual(cause.refusal.details, { file: 'places.csv', layer: 'places', encoding: 'UTF-8', row: 4, field: 'CODE' })
    return true
  })
  // the file's own encoding may hold what it likes
  const { preview } = await readBatches([garbled], { ...layer, encoding: { name: 'UTF-8', from: 'format' } })
  assert.equal(preview.layers[0].rowsRead, 4)
})
