import assert from 'node:assert/strict'
import test from 'node:test'
import { historyOf, type RevisionWords, type RowVersion, wordsOf } from './history.ts'

const version = (since: number, until: number | null, words: object, more: Partial<RowVersion> = {}): RowVersion => ({
  kind: 'patch',
  id: 1,
  validFrom: '2024-12-31',
  validTo: 'infinity',
  since,
  until,
  origin: since,
  sourceFile: 0,
  sourceRow: 7,
  words: words as RowVersion['words'],
  ...more,
})
const revisions = new Map<number, RevisionWords>(
  [1, 2, 3, 4].map((rev) => [
    rev,
    {
      rev,
      recordedAt: `2026-01-0${rev}T00:00:00.000Z`,
      actor: 'office',
      what: rev === 4 ? 'undo' : 'import',
      cause: 're-survey',
      reason: `r${rev}`,
      undoes: rev === 4 ? 3 : null,
      sources: [{ file: `f${rev}.shp`, layer: 'DLTB', sha256: 'aa' }],
    },
  ]),
)
const brief = (versions: readonly RowVersion[]) =>
  historyOf(versions, revisions).map(({ rev, action, validFrom, validTo, changes }) => [
    rev,
    action,
    validFrom,
    validTo,
    changes.map(({ name }) => name).join(),
  ])

test('added, changed, ended, and back again by an undo', () => {
  const told = historyOf(
    [
      version(1, 2, { class: '0103', official_area: 100 }),
      version(2, 3, { class: '1204', official_area: 100 }),
      version(4, null, { class: '1204', official_area: 100 }, { origin: 2 }),
    ],
    revisions,
  )
  assert.deepEqual(
    told.map(({ rev, action }) => [rev, action]),
    [
      [1, 'added'],
      [2, 'changed'],
      [3, 'ended'],
      [4, 'added'],
    ],
  )
  assert.deepEqual(told[1].changes, [{ name: 'class', before: '0103', after: '1204' }])
  assert.deepEqual(told[1].source, { file: 'f2.shp', layer: 'DLTB', row: 7, sha256: 'aa' })
  assert.equal(told[2].values, null)
  assert.equal(told[3].undoes, 3)
  assert.equal(told[3].source?.file, 'f2.shp') // the file the row came from, not the undo
  assert.equal(told[0].knownUntil, 2)
})

test('a change from a day on leaves the days before as they were, and says nothing of them', () => {
  const first = { class: '0103' }
  assert.deepEqual(
    brief([
      version(1, 2, first),
      version(2, null, first, { validTo: '2026-01-01', origin: 1 }),
      version(2, null, { class: '1204' }, { validFrom: '2026-01-01' }),
    ]),
    [
      [1, 'added', '2024-12-31', 'infinity', 'class'],
      [2, 'changed', '2026-01-01', 'infinity', 'class'],
    ],
  )
})

test('a row that ends on a day ended from that day', () => {
  const words = { class: '0103' }
  assert.deepEqual(brief([version(1, 2, words), version(2, null, words, { validTo: '2026-01-01', origin: 1 })]), [
    [1, 'added', '2024-12-31', 'infinity', 'class'],
    [2, 'ended', '2026-01-01', 'infinity', ''],
  ])
})

test('personal values are told as masks alone', () => {
  assert.deepEqual(wordsOf({ name: null, sealed: { name: { ref: 'r', mask: '张*' } }, extra: { BZ: 'x' } }), {
    name: null,
    'sealed.name': '张*',
    'extra.BZ': 'x',
  })
})
