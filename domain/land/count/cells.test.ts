import assert from 'node:assert/strict'
import test from 'node:test'
import { type Day, FOREVER } from '@dishu/base/date'
import fc from 'fast-check'
import type { SampleGrade } from '../soil/soil.ts'
import { type CellRules, type ContractTerm, cellsOfPatch, type Laid, type ParcelVersion, type PatchVersion } from './cells.ts'
import type { Cell } from './count.ts'

type Sample = { readonly grade: SampleGrade; readonly on: Day }

/** Rules small enough to see through: the term's last day counts, the newest sample wins. */
const rules: CellRules<Sample> = {
  ownerOf: (kind) => (kind === '20' ? 'state' : kind === null ? 'unknown' : 'collective'),
  contractState: (terms, day) => {
    const begun = terms.filter((term) => term.from === null || term.from <= day)
    const running = begun.filter((term) => term.to === null || term.to >= day)
    return running.length > 1 ? 'overlapping' : running.length === 1 ? 'contracted' : begun.length > 0 ? 'expired' : 'none'
  },
  contractChanges: (terms) => terms.flatMap((term) => [...(term.from ? [term.from] : []), ...(term.to ? [after(term.to)] : [])]),
  gradeOf: (samples, day) => samples.filter((sample) => sample.on <= day).sort((a, b) => (a.on < b.on ? 1 : -1))[0]?.grade ?? 'not-graded',
  gradeChanges: (samples) => samples.map((sample) => sample.on),
  salineSet: (landClass, grade) =>
    landClass === '1204'
      ? 'unused'
      : landClass.startsWith('01')
        ? grade === 'not-graded'
          ? 'unknown'
          : grade === 'none'
            ? 'none'
            : 'cultivated'
        : 'none',
}
const after = (day: Day) => new Date(Date.parse(`${day}T00:00:00Z`) + 86_400_000).toISOString().slice(0, 10) as Day
const day = (text: string) => text as Day

const patch = (over: Partial<PatchVersion> = {}): PatchVersion => ({
  id: 1,
  validFrom: day('2024-12-31'),
  validTo: FOREVER,
  village: '220899101201',
  class: '0103',
  ownerKind: '30',
  officialArea: 1_000_000,
  deductedClass: '1203',
  deductedArea: 100_000,
  ...over,
})
const parcel = (id: number, over: Partial<ParcelVersion> = {}): ParcelVersion => ({
  id,
  validFrom: day('2024-12-31'),
  validTo: FOREVER,
  parcelCode: `P${id}`,
  ...over,
})
const term = (code: string, from: string, to: string, over: Partial<ContractTerm> = {}): ContractTerm => ({
  code,
  from: day(from),
  to: day(to),
  validFrom: day('1900-01-01'),
  validTo: FOREVER,
  ...over,
})
/** Each parcel takes its share of the patch, what is left is under none; `shares` by parcel id. */
const layBy =
  (shares: Record<number, number>) =>
  (_: PatchVersion, parcels: readonly ParcelVersion[]): Laid<ParcelVersion> => {
    const rest = 1 - parcels.reduce((sum, each) => sum + shares[each.id], 0)
    const outline = parcels.length === 1 && rest <= 0 ? null : new Uint8Array([1])
    return {
      pieces: [
        ...parcels.map((each) => ({ parcel: each, weight: shares[each.id], outline })),
        ...(rest > 0 ? [{ parcel: null, weight: rest, outline: parcels.length ? outline : null }] : []),
      ],
      doubly: [],
    }
  }
const cellsAt = (cells: readonly Cell[], on: string) => cells.filter((cell) => cell.validFrom <= on && cell.validTo > on)
const nothing = { parcels: [], samples: [], contractsOn: () => [], lay: layBy({}) }

test('a patch that nothing lies on is its land and its ridges', () => {
  const { cells } = cellsOfPatch({ ...nothing, versions: [patch()] }, rules)
  assert.deepEqual(
    cells.map(({ part, lead, area, class: landClass, contract, saline, outline }) => ({
      part,
      lead,
      area,
      landClass,
      contract,
      saline,
      outline,
    })),
    [
      { part: 0, lead: 1, area: 900_000, landClass: '0103', contract: 'none', saline: 'unknown', outline: null },
      { part: 1, lead: 0, area: 100_000, landClass: '1203', contract: 'none', saline: 'none', outline: null },
    ],
  )
})

test('a parcel over a third of a patch takes a third of its land and a third of its ridges', () => {
  const { cells } = cellsOfPatch(
    {
      versions: [patch({ officialArea: 1000, deductedArea: 100 })],
      parcels: [parcel(7)],
      samples: [],
      contractsOn: () => [],
      lay: layBy({ 7: 1 / 3 }),
    },
    rules,
  )
  // land 900: 300 and 600; ridges 100: 33.3 and 66.7
  assert.deepEqual(
    cells.map((cell) => [cell.parcelId, cell.part, cell.area, cell.lead]),
    [
      [7, 0, 300, 0],
      [7, 1, 33, 0],
      [null, 0, 600, 1],
      [null, 1, 67, 0],
    ],
  )
})

test('the last day of a term is under contract, the next is past it', () => {
  const { cells } = cellsOfPatch(
    {
      versions: [patch({ deductedArea: 0 })],
      parcels: [parcel(1)],
      samples: [],
      contractsOn: () => [term('K', '1998-12-31', '2028-12-31')],
      lay: layBy({ 1: 1 }),
    },
    rules,
  )
  assert.deepEqual(
    cells.map((cell) => [cell.validFrom, cell.validTo, cell.contract, cell.contractCode]),
    [
      ['2024-12-31', '2029-01-01', 'contracted', 'K'],
      ['2029-01-01', FOREVER, 'expired', 'K'],
    ],
  )
})

test('a patch is saline cultivated land from the day its sample was taken', () => {
  const samples = [{ grade: 'moderate' as const, on: day('2026-05-10'), validFrom: day('2026-01-01'), validTo: FOREVER }]
  const { cells } = cellsOfPatch({ ...nothing, versions: [patch({ deductedArea: 0 })], samples }, rules)
  assert.deepEqual(
    cells.map((cell) => [cell.validFrom, cell.grade, cell.saline]),
    [
      ['2024-12-31', 'not-graded', 'unknown'],
      ['2026-05-10', 'moderate', 'cultivated'],
    ],
  )
})

test('what does not change goes on as one cell, also where other words of the patch change', () => {
  const versions = [patch({ validTo: day('2025-12-31') }), patch({ validFrom: day('2025-12-31') })]
  assert.equal(cellsOfPatch({ ...nothing, versions }, rules).cells.length, 2)
})

const days = ['2024-12-31', '2025-03-01', '2025-07-01', '2026-01-01', '2027-06-30', '2028-12-31'].map(day)
const span = fc
  .tuple(fc.nat(4), fc.integer({ min: 1, max: 5 }))
  .map(([i, n]) => ({ validFrom: days[i], validTo: i + n > 5 ? FOREVER : days[i + n] }))
const scenes = fc.record({
  areas: fc.array(fc.tuple(fc.integer({ min: 0, max: 3_000_000 }), fc.integer({ min: -5, max: 400_000 })), { minLength: 1, maxLength: 3 }),
  parcels: fc.uniqueArray(fc.record({ id: fc.integer({ min: 1, max: 5 }), span }), { selector: (each) => each.id, maxLength: 4 }),
  shares: fc.tuple(...[1, 2, 3, 4, 5].map(() => fc.double({ min: 0, max: 0.3, noNaN: true }))),
  terms: fc.array(fc.tuple(fc.integer({ min: 1, max: 5 }), fc.nat(5), fc.nat(5), span), { maxLength: 5 }),
  samples: fc.array(fc.tuple(fc.constantFrom<SampleGrade>('none', 'light', 'heavy'), fc.nat(5), span), { maxLength: 3 }),
})
type Scene = typeof scenes extends fc.Arbitrary<infer T> ? T : never

function cellsOf({ areas, parcels, shares, terms, samples }: Scene) {
  const versions = areas.map(([officialArea, deductedArea], i) =>
    patch({ officialArea, deductedArea, validFrom: days[i], validTo: i + 1 < areas.length ? days[i + 1] : FOREVER }),
  )
  const on = parcels.map(({ id, span: when }) => parcel(id, when))
  const contractsOn = (each: ParcelVersion) =>
    terms
      .filter(([id]) => id === each.id)
      .map(([, from, to, when], i) => term(`K${i}`, days[Math.min(from, to)], days[Math.max(from, to)], when))
  const { cells } = cellsOfPatch(
    {
      versions,
      parcels: on,
      samples: samples.map(([grade, at, when]) => ({ grade, on: days[at], ...when })),
      contractsOn,
      lay: layBy(Object.fromEntries(shares.map((share, i) => [i + 1, share]))),
    },
    rules,
  )
  return { versions, cells }
}

test('on every day the cells of a patch add up to its official area and one of them leads', () =>
  fc.assert(
    fc.property(scenes, (scene) => {
      const { versions, cells } = cellsOf(scene)
      for (const on of [...days, day('2100-01-01')]) {
        const now = cellsAt(cells, on)
        const own = versions.find((each) => each.validFrom <= on && each.validTo > on)!
        assert.equal(
          now.reduce((sum, cell) => sum + cell.area, 0),
          own.officialArea,
        )
        assert.equal(
          now.reduce((sum, cell) => sum + cell.lead, 0),
          1,
        )
        assert.equal(new Set(now.map((cell) => `${cell.parcelId} ${cell.part}`)).size, now.length)
        const lead = now.find((cell) => cell.lead === 1)!
        assert.ok(lead.part === 0 && now.every((cell) => cell.part === 1 || cell.area <= lead.area))
        assert.ok(now.every((cell) => cell.area >= 0))
      }
    }),
  ))

test('no cell is followed by an equal one', () =>
  fc.assert(
    fc.property(scenes, (scene) => {
      const { cells } = cellsOf(scene)
      const said = cells.map(({ validFrom, validTo, ...words }) => ({ validFrom, validTo, words: JSON.stringify(words) }))
      for (const one of said) assert.ok(!said.some((next) => next.validFrom === one.validTo && next.words === one.words))
    }),
  ))

test('the parcels of one day are laid once for each version of the patch, however often contracts change', () => {
  let laid = 0
  const lay = (own: PatchVersion, parcels: readonly ParcelVersion[]) => {
    laid++
    return layBy({ 1: 0.5 })(own, parcels)
  }
  const contractsOn = () => [
    term('A', '2025-01-05', '2025-02-05'),
    term('B', '2025-03-05', '2025-04-05'),
    term('C', '2025-05-05', '2026-04-05'),
  ]
  cellsOfPatch({ versions: [patch()], parcels: [parcel(1)], samples: [], contractsOn, lay }, rules)
  assert.equal(laid, 1)
})
