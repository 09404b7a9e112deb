import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
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

async function read(codes: readonly string[]) {
  await using database = await freshDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'dishu-reading-'))
  try {
    const file = join(folder, 'places.csv')
    writeFileSync(file, 'x')
    let reads = 0
    async function* batches(): AsyncGenerator<Batch> {
      reads++
      for (let at = 0; at < codes.length; at += 100) {
        const own = codes.slice(at, at + 100)
        yield {
          rows: Uint32Array.from(own, (_, i) => at + i + 1),
          columns: [own],
          wkb: new Uint8Array(),
          offsets: new Uint32Array(own.length + 1),
          problems: [],
        }
      }
    }
    const preview = await readFiles(
      {
        pool: database.pool,
        vault: await openVault(folder),
        standards: [standard],
        kinds: [placeKind],
        open: async () => ({ layers: [layer], read: batches, close: async () => {} }),
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
