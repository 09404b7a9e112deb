import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { test } from 'node:test'
import { areaKind } from '@dishu/kernel/areas/areas'
import { areaStandards } from '@dishu/kernel/areas/areas.exchange'
import { context, rowValues, square } from '@dishu/kernel/areas/fixtures/row-values'
import type { Standard } from '@dishu/kernel/intake/intake'
import type { Kind } from '@dishu/kernel/records/records'
import { isSealedField } from '@dishu/kernel/sealed/sealed'
import { parcelStandards } from '../parcels/parcels.exchange.ts'
import { groundKind, parcelKind, patchKind } from '../parcels/parcels.ts'
import { soilStandards } from '../soil/soil.exchange.ts'
import { sampleKind } from '../soil/soil.ts'
import { tenureStandards } from '../tenure/tenure.exchange.ts'
import { contractKind, contractParcelKind, memberKind, partyKind, transferKind } from '../tenure/tenure.ts'
import { exceptionKind } from './quality.ts'

const KINDS: readonly Kind[] = [
  areaKind,
  patchKind,
  parcelKind,
  groundKind,
  partyKind,
  memberKind,
  contractKind,
  contractParcelKind,
  transferKind,
  sampleKind,
  exceptionKind,
]
const FRAME = new Set(['county', 'id', 'valid_from', 'valid_to', 'since', 'until', 'origin', 'source_file', 'source_row', 'digest'])
const migrations = new URL('../../../apps/server/migrations/', import.meta.url)
const sql = readdirSync(migrations)
  .sort()
  .map((file) => readFileSync(new URL(file, migrations), 'utf8'))
  .join('\n')

/** The columns of a table in its `create table`, without the ledger's frame. */
function columnsOf(table: string): (readonly [string, string])[] {
  const body = new RegExp(`create table ${table.replace('.', '\\.')} \\(\\n([\\s\\S]*?)\\n\\);`).exec(sql)
  assert.ok(body, `no table ${table}`)
  return body[1]
    .split('\n')
    .map((line) => /^ {2}([a-z_0-9]+)\s+([a-z0-9]+)/.exec(line))
    .filter((found) => found !== null && !['primary', 'constraint'].includes(found[1]) && !FRAME.has(found[1]))
    .map((found) => [found![1], found![2]] as const)
}

for (const kind of KINDS) {
  test(`${kind.name} has the columns of its table, in order`, () => assert.deepEqual(kind.columns, columnsOf(kind.table)))
  test(`the key of ${kind.name} is of its columns`, () => {
    for (const name of kind.key)
      assert.ok(
        kind.columns.some(([column]) => column === name),
        name,
      )
  })
}

const STANDARDS: readonly Standard[] = [...areaStandards, ...parcelStandards, ...tenureStandards, ...soilStandards]
const VALUES: Readonly<Record<string, string>> = {
  XZQDM: '220899100201',
  code: '220899100201',
  ZLDWDM: '220899100201',
  DKBM: '2208991002010100001',
  longitude: '123.9',
  latitude: '45.3',
}

/** A row in which every field of a standard is filled, and one that only a person's name can be in. */
function fullRow(standard: Standard): Record<string, string | number> {
  const row: Record<string, string | number> = { 联系电话2: '13800000000', 经办人姓名: '张三', 自定义: '其他' }
  for (const { name, type } of standard.fields)
    row[name] = VALUES[name] ?? (type === 'number' ? 5 : type === 'date' ? '2020-05-06' : `值${name}`)
  return row
}

for (const standard of STANDARDS) {
  test(`${standard.id} fills the columns of its kinds, seals under known names, and leaves no person in the clear`, () => {
    const row = fullRow(standard)
    const outcome = standard.read(rowValues(standard.fields, row), { ...square(50), point: [123.9, 45.3] }, context)
    assert.deepEqual(outcome.refusals, [])
    assert.ok(outcome.records.length > 0)
    for (const { kind: name, content, personal = {} } of outcome.records) {
      const kind = standard.kinds.find((one) => one.name === name)
      assert.ok(kind, `${standard.id} makes ${name}, which is not among its kinds`)
      const columns = kind.columns.map(([column]) => column).filter((column) => column !== 'sealed')
      assert.deepEqual(Object.keys(content).sort(), columns.toSorted(), `${standard.id} → ${name}`)
      for (const [field, value] of Object.entries(personal)) if (value) assert.ok(isSealedField(field), field)
      const sealable = kind.columns.some(([column]) => column === 'sealed')
      if (!sealable) assert.deepEqual(Object.values(personal).filter(Boolean), [], `${name} can seal nothing`)
      const clear = JSON.stringify({ ...content, outline: null })
      for (const secret of ['张三', '13800000000']) assert.ok(!clear.includes(secret), `${standard.id}: ${secret}`)
      if (kind.scope) assert.ok(kind.scope(content).length > 0)
    }
  })
}

test('standards have their own names, and their fields theirs', () => {
  assert.equal(new Set(STANDARDS.map(({ id }) => id)).size, STANDARDS.length)
  for (const { id, fields } of STANDARDS) assert.equal(new Set(fields.map(({ name }) => name)).size, fields.length, id)
})
