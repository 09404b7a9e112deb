import assert from 'node:assert/strict'
import test from 'node:test'
import type { Day } from '@dishu/base/date'
import type { Content, Kind } from '@dishu/kernel/records/records'
import { openRevision, rowToWrite, tableOf, versionsAt } from '@dishu/kernel/records/records.store'
import { type Db, ident } from '@dishu/server-kit/sql'
import { inRolledBackTransaction } from '@dishu/testkit/rollback'
import { parcelKind, patchKind } from './parcels.ts'

const COUNTY = '220898'
const day = '2026-01-01' as Day
const ROWS = 3000
const CHANGED = 300

const patch = (i: number): Content => ({
  patch_key: `B${i}`,
  village: `2208981010${10 + (i % 60)}`,
  class: '1204',
  official_area: 1000,
  deducted_area: 0,
  class_area: 1000,
  extra: {},
})
const parcel = (i: number): Content => ({ parcel_code: `220898101010${1_000_000 + i}`, sealed: {}, extra: {} })

/** A register in which every tenth row was changed once by a later revision. */
async function fill(db: Db, kind: Kind, contentOf: (i: number) => Content) {
  const from = '2020-12-31' as Day
  const first = await openRevision(db, COUNTY, [kind])
  await first.add(
    kind,
    Array.from({ length: ROWS }, (_, i) => rowToWrite(kind, { validFrom: from, content: contentOf(i) })),
  )
  await first.seal({ what: 'import', cause: 're-survey', actor: 'test', reason: 'first', now: new Date() })
  const second = await openRevision(db, COUNTY, [kind])
  const changed = Array.from({ length: CHANGED }, (_, i) =>
    rowToWrite(kind, { id: 1 + i * 10, validFrom: from, content: { ...contentOf(i * 10), extra: { said: 'again' } } }),
  )
  await second.take(kind, changed as readonly ((typeof changed)[number] & { id: number })[])
  await second.add(kind, changed)
  await second.seal({ what: 'import', cause: 're-survey', actor: 'test', reason: 'second', now: new Date() })
  await db.raw(`analyze ${kind.table}`)
}

for (const [kind, contentOf, column, index] of [
  [patchKind, patch, 'patch_key', 'patch_key'],
  [patchKind, patch, 'village', 'patch_village'],
  [parcelKind, parcel, 'parcel_code', 'parcel_code'],
] as const) {
  test(`a ${kind.name} is looked up by its ${column} in the present and as it was known: no state reads the table through`, () =>
    inRolledBackTransaction(async (db) => {
      await fill(db, kind, contentOf)
      await db.raw('set local enable_seqscan = off') // of so few rows a reading through would be cheap
      const asked = contentOf(10)[column]
      const planOf = async (rev: number | null) => {
        const lines = await db.all<{ 'QUERY PLAN': string }>`
          explain select version.id from ${tableOf(kind)} version
          where version.county = ${COUNTY} and ${ident('version', column)} = ${asked} and ${versionsAt('version', { day, rev })}`
        return lines.map((line) => line['QUERY PLAN']).join(' ')
      }
      assert.match(await planOf(null), new RegExp(`${index}_now`))
      const known = await planOf(1)
      assert.match(known, new RegExp(`${index}_now`))
      assert.match(known, new RegExp(`${index}_closed`))
    }))
}
