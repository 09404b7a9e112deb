import assert from 'node:assert/strict'
import test from 'node:test'
import type { Day } from '@dishu/base/date'
import { openRevision, rowToWrite } from '@dishu/kernel/records/records.store'
import { onConnection, transaction } from '@dishu/server-kit/sql'
import { freshDatabase } from '@dishu/testkit/database'
import { patchKind } from '../parcels/parcels.ts'
import { contractKind, contractParcelKind, transferKind } from './tenure.ts'

const COUNTY = '220899'
const KINDS = [patchKind, contractKind, contractParcelKind, transferKind]

test('parties hold shares of rights in units, and the shares of one right in one unit sum to 1 on every day', async () => {
  await using database = await freshDatabase()
  const from = '2020-01-01' as Day
  await transaction(database.pool, async (db) => {
    const revision = await openRevision(db, COUNTY, KINDS)
    const patch = {
      patch_key: 'A1',
      village: '220899100200',
      class: '0103',
      owner_kind: '30',
      owner_unit: '220899100200',
      official_area: 100,
      deducted_area: 0,
      class_area: 100,
      extra: {},
    }
    await revision.add(patchKind, [rowToWrite(patchKind, { validFrom: from, content: patch })])
    const contract = (code: string, contractor: string, to: Day | null) =>
      rowToWrite(contractKind, {
        validFrom: from,
        content: { contract_code: code, contractor_code: contractor, term_from: '2018-01-01', term_to: to, sealed: {}, extra: {} },
      })
    // two households share one parcel, a third of it and two thirds; one contract ends in 2027
    await revision.add(contractKind, [contract('J1', 'H1', '2027-12-31' as Day), contract('J2', 'H2', null)])
    const part = (code: string, share: number) =>
      rowToWrite(contractParcelKind, {
        validFrom: from,
        content: { contract_code: code, parcel_code: 'D1', share_part: share, share_whole: 3, extra: {} },
      })
    await revision.add(contractParcelKind, [part('J1', 1), part('J2', 2)])
    const transfer = { transfer_code: 'L1', contract_code: 'J2', from_code: 'H2', to_code: 'C1', sealed: {}, extra: {} }
    await revision.add(transferKind, [rowToWrite(transferKind, { validFrom: from, content: transfer })])
    await revision.seal({ what: 'import', cause: 'contract', actor: '测试员', reason: '', now: new Date() })
  })
  const sums = (day: string) =>
    onConnection(
      database.pool,
      (db) => db.all<{ kind: string; unit: string; sum: number; parties: string }>`
        select right_kind as kind, unit_key as unit, sum(share_part::float8 / share_whole) as sum, string_agg(party_code, ',' order by party_code) as parties
        from land.right_now where county = ${COUNTY} and valid_from <= ${day}::date and valid_to > ${day}::date group by 1, 2 order by 1, 2`,
    )
  assert.deepEqual(await sums('2027-12-31'), [
    { kind: 'contract', unit: 'D1', sum: 1, parties: 'H1,H2' },
    { kind: 'ownership', unit: 'A1', sum: 1, parties: '220899100200' },
    { kind: 'transfer', unit: 'J2', sum: 1, parties: 'C1' },
  ])
  // the day after the last day of a term its share is free, and the sum says so
  const [contract] = await sums('2028-01-01')
  assert.equal(contract.parties, 'H2')
  assert.ok(Math.abs(contract.sum - 2 / 3) < 1e-12)
})
