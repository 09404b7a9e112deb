import assert from 'node:assert/strict'
import { hash } from 'node:crypto'
import test from 'node:test'
import { type Day, FOREVER } from '@dishu/base/date'
import { contentBytes } from '@dishu/kernel/records/canonical'
import { rowToWrite } from '@dishu/kernel/records/records.store'
import fc from 'fast-check'
import { CellBytes, contentOf } from './cell-bytes.ts'
import { type Cell, cellKind } from './count.ts'

const cells: fc.Arbitrary<Cell> = fc.record({
  patchId: fc.integer({ min: 1, max: Number.MAX_SAFE_INTEGER }),
  parcelId: fc.option(fc.integer({ min: 1, max: 2 ** 40 })),
  part: fc.constantFrom(0 as const, 1 as const),
  lead: fc.constantFrom(0 as const, 1 as const),
  area: fc.integer({ min: 0, max: 2 ** 45 }),
  village: fc.constantFrom('220899101201', '220899'),
  class: fc.constantFrom('0103', '1204', '盐碱'),
  grade: fc.constantFrom('none', 'not-graded'),
  owner: fc.constantFrom('state', 'collective'),
  contract: fc.constantFrom('none', 'contracted'),
  saline: fc.constantFrom('unused', 'unknown'),
  contractCode: fc.option(fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\0', ''))),
  outline: fc.option(fc.uint8Array({ maxLength: 400 })),
  validFrom: fc.constant('2024-12-31' as Day),
  validTo: fc.constant(FOREVER),
})

test("a cell's bytes and digest are the ledger's, to the byte", () => {
  const prefix = new TextEncoder().encode('dishu/row/1 cell\0')
  const bytes = new CellBytes(prefix, contentBytes)
  fc.assert(
    fc.property(cells, (cell) => {
      const own = bytes.of(cell)
      assert.deepEqual(Buffer.from(own.subarray(prefix.length)), Buffer.from(contentBytes(cellKind, contentOf(cell))))
      const row = rowToWrite(cellKind, { validFrom: cell.validFrom, content: contentOf(cell) })
      assert.deepEqual(hash('sha256', own, 'buffer'), Buffer.from(row.digest))
    }),
    { numRuns: 300 },
  )
})
