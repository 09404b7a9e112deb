import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import type { Batch, Layer } from '@dishu/formats/layers'
import { transaction } from '@dishu/server-kit/sql'
import { openVault } from '@dishu/server-kit/vault'
import { freshDatabase } from '@dishu/testkit/database'
import { writeMapping } from './intake.store.ts'
import type { Standard } from './intake.ts'
import { readFiles } from './reading.jobs.ts'

const FIELDS = ['CODE', 'LAB', 'A', 'B']
const layer: Layer = {
  name: 'sheet',
  file: 'sheet.csv',
  format: 'csv',
  fields: FIELDS.map((name) => ({ name, type: 'text' })),
  geometry: 'none',
  crs: null,
  rowCount: null,
  encoding: null,
  notes: [],
}
const field = (name: string) => ({
  name,
  aliases: [],
  required: false,
  type: 'text' as const,
  unit: null,
  label: { zh: name, en: name },
})
const standard: Standard = {
  id: 'sheet',
  as: 'soil',
  name: { zh: '', en: '' },
  kinds: [],
  geometry: 'none',
  fields: ['CODE', 'LAB', 'ACIDITY'].map(field),
  makerOf: (values) => values.text('LAB'),
  recognise: () => 1,
  countyOf: () => '220899',
  validFromOf: () => null,
  read: () => ({ records: [], refusals: [] }),
}

test('what a person said of columns is kept for each laboratory that uses them', async () => {
  await using database = await freshDatabase()
  const folder = mkdtempSync(join(tmpdir(), 'dishu-mapping-'))
  const vault = await openVault(folder)
  /** A sheet of these laboratories, read: the signature of its mapping, and the column that is its acidity. */
  const read = async (labs: readonly string[]) => {
    const batch: Batch = {
      rows: Uint32Array.from(labs, (_, i) => i + 1),
      columns: [labs.map((_, i) => `S${i}`), labs, labs.map(() => '1'), labs.map(() => '2')],
      wkb: new Uint8Array(),
      offsets: new Uint32Array(labs.length + 1),
      problems: [],
    }
    const file = join(folder, 'sheet.csv')
    writeFileSync(file, 'x')
    const { layers } = await readFiles(
      {
        pool: database.pool,
        vault,
        standards: [standard],
        kinds: [],
        open: async () => ({
          layers: [layer],
          async *read() {
            yield batch
          },
          close: async () => {},
        }),
        inspect: () => [],
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
    const [{ signature, fields }] = layers
    return { signature, acidity: fields.find(({ usedAs }) => usedAs === 'ACIDITY')?.name ?? null }
  }
  const say = (signature: string, column: string) =>
    transaction(database.pool, (db) =>
      writeMapping(db, signature, { standard: 'sheet', fields: { ACIDITY: column }, options: {} }, 'a', new Date('2026-01-02T03:04:05Z')),
    )
  try {
    const first = await read(['甲室', '甲室', ''])
    assert.equal(first.acidity, null)
    await say(first.signature, 'A')
    await say((await read(['乙室'])).signature, 'B')
    assert.equal((await read(['甲室'])).acidity, 'A')
    assert.equal((await read(['乙室'])).acidity, 'B')
    // sheets of several laboratories, or of none, have a mapping of their own; a laboratory without one uses it
    const none = await read(['甲室', '乙室'])
    assert.equal(none.acidity, null)
    await say(none.signature, 'B')
    assert.equal((await read([''])).acidity, 'B')
    assert.equal((await read(['丙室'])).acidity, 'B')
    assert.equal((await read(['甲室'])).acidity, 'A')
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
