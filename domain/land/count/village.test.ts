/**
 * A register small enough to count by hand, for tests: patches of 100 m on a square grid, parcels that are rectangles on a lattice of
 * 10 m, contracts and samples on them. Every change is kept twice: in the database through the ledger, and in plain lists of which the
 * state after every revision is remembered. The count that the lists give is worked out square by square.
 */
import { type Day, FOREVER } from '@dishu/base/date'
import { writePolygonWkb } from '@dishu/base/wkb'
import { ownerOf } from '@dishu/kernel/areas/areas'
import { dayNumber } from '@dishu/kernel/records/canonical'
import type { Cause, Content, Kind } from '@dishu/kernel/records/records'
import { type OpenRevision, openRevision, rowToWrite } from '@dishu/kernel/records/records.store'
import { fromZone } from '@dishu/numeric/geodesy/zone'
import { seededRandom } from '@dishu/numeric/shared/random'
import type { Db } from '@dishu/server-kit/sql'
import { parcelKind, patchKind } from '../parcels/parcels.ts'
import { DEFAULT_GRADING, gradePatch, type Sample, salineSet, sampleKind } from '../soil/soil.ts'
import { contractKind, contractParcelKind, contractState } from '../tenure/tenure.ts'
import type { DoublyCoveredGround } from './count.jobs.ts'
import { refreshCells } from './count.jobs.ts'
import { cellKind } from './count.ts'
import { cellRules } from './rules.ts'

export const COUNTY = '220899'
export const KINDS: readonly Kind[] = [patchKind, parcelKind, contractKind, contractParcelKind, sampleKind, cellKind]
export const rules = cellRules(DEFAULT_GRADING)
const ZONE = { centralMeridian: 123, falseEasting: 41_500_000 }
const [X0, Y0] = [41_560_000, 5_020_000]
export const ACROSS = 6

/** Metres from the corner of the grid. */
export type Rectangle = readonly [x1: number, y1: number, x2: number, y2: number]
type Version<T> = T & { readonly id: number; readonly from: Day; readonly to: Day }
export type PatchFacts = {
  readonly ground: Rectangle
  readonly village: string
  readonly class: string
  readonly ownerKind: string | null
  readonly officialArea: number
  readonly deductedArea: number
}
export type ParcelFacts = { readonly code: string; readonly ground: Rectangle }
export type ContractFacts = { readonly code: string; readonly parcel: string; readonly termFrom: Day; readonly termTo: Day }
export type SampleFacts = { readonly code: string; readonly at: readonly [number, number]; readonly on: Day; readonly ph: number }

export type State = {
  readonly patches: readonly Version<PatchFacts>[]
  readonly parcels: readonly Version<ParcelFacts>[]
  readonly contracts: readonly Version<ContractFacts>[] // contract and its one link, with one number: the link's is that + LINK
  readonly samples: readonly Version<SampleFacts>[]
}
const LINK = 1_000_000

const outlineOf = ([x1, y1, x2, y2]: Rectangle) => {
  const ring = Float64Array.of(x1, y1, x2, y1, x2, y2, x1, y2, x1, y1).map((value, i) => value + (i % 2 ? Y0 : X0))
  const lonLat = fromZone(ring.slice(), ZONE)
  const [xs, ys] = [lonLat.filter((_, i) => i % 2 === 0), lonLat.filter((_, i) => i % 2 === 1)]
  return {
    srid: 4529,
    outline: writePolygonWkb([{ rings: [ring] }]),
    bbox: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
  }
}

const CONTENT: { readonly [K in keyof State]: (facts: State[K][number]) => readonly (readonly [Kind, number, Content])[] } = {
  patches: (patch) => [
    [
      patchKind,
      patch.id,
      {
        ...outlineOf(patch.ground),
        patch_key: `B${patch.id}`,
        village: patch.village,
        class: patch.class,
        owner_kind: patch.ownerKind,
        official_area: patch.officialArea,
        deducted_class: '1203',
        deducted_area: patch.deductedArea,
        class_area: patch.officialArea - patch.deductedArea,
        extra: {},
      },
    ],
  ],
  parcels: (parcel) => [[parcelKind, parcel.id, { ...outlineOf(parcel.ground), parcel_code: parcel.code, sealed: {}, extra: {} }]],
  contracts: (contract) => [
    [
      contractKind,
      contract.id,
      { contract_code: contract.code, term_from: contract.termFrom, term_to: contract.termTo, contract_area: 5000, sealed: {}, extra: {} },
    ],
    [
      contractParcelKind,
      contract.id + LINK,
      { contract_code: contract.code, parcel_code: contract.parcel, share_part: 1, share_whole: 1, extra: {} },
    ],
  ],
  samples: (sample) => {
    const [longitude, latitude] = fromZone(Float64Array.of(X0 + sample.at[0], Y0 + sample.at[1]), ZONE)
    const place = [longitude, latitude, longitude, latitude]
    const words = {
      sample_code: sample.code,
      longitude,
      latitude,
      place,
      depth_from_cm: 0,
      depth_to_cm: 20,
      sampled_on: sample.on,
      ph: sample.ph,
      ph_ratio: '1:5',
      ions: {},
      extra: {},
    }
    return [[sampleKind, sample.id, words]]
  },
}

export class Village {
  state: State = { patches: [], parcels: [], contracts: [], samples: [] }
  readonly states: State[] = [this.state] // by revision
  readonly doubly: DoublyCoveredGround[] = []

  /** One revision: what `change` says of each kind from a day on (null: it ends there). Cells follow in the same revision. */
  async revise(
    db: Db,
    changes: {
      readonly [K in keyof State]?: readonly {
        readonly id: number
        readonly from: Day
        readonly facts: Omit<State[K][number], 'id' | 'from' | 'to'> | null
      }[]
    },
    now: Date,
    cause: Cause = 'correction',
  ) {
    const revision = await openRevision(db, COUNTY, KINDS)
    const next = { ...this.state }
    for (const kind of ['patches', 'parcels', 'contracts', 'samples'] as const) {
      for (const change of changes[kind] ?? []) {
        const before = next[kind] as readonly Version<object>[]
        const cut = before.flatMap((version) =>
          version.id !== change.id || version.to <= change.from
            ? [version]
            : version.from < change.from
              ? [{ ...version, to: change.from }]
              : [],
        )
        const made = change.facts ? [{ ...change.facts, id: change.id, from: change.from, to: FOREVER }] : []
        Object.assign(next, { [kind]: [...cut, ...made] })
        await write(revision, kind, change)
      }
    }
    await refreshCells(db, revision, { rules, onDoublyCovered: (found) => this.doubly.push(...found) })
    await db.run`update kernel.chain_head set next_id = greatest(next_id, 5000000) where county = ${COUNTY}`
    const sealed = await revision.seal({ what: 'write', cause, actor: 'test', reason: 'test', now })
    this.state = next
    this.states.push(next)
    return sealed
  }
}

async function write(
  revision: OpenRevision,
  kind: keyof State,
  { id, from, facts }: { readonly id: number; readonly from: Day; readonly facts: object | null },
) {
  const versions = CONTENT[kind]({ ...(facts ?? EMPTY[kind]), id, from, to: FOREVER } as never)
  for (const [rowKind, rowId, content] of versions) {
    await revision.take(rowKind, [{ id: rowId, validFrom: dayNumber(from), validTo: dayNumber(FOREVER) }])
    if (facts) await revision.add(rowKind, [rowToWrite(rowKind, { id: rowId, validFrom: from, content })])
  }
}
/** Stands in where a thing ends and only its number matters. */
const EMPTY: { readonly [K in keyof State]: object } = {
  patches: { ground: [0, 0, 1, 1], village: '', class: '', ownerKind: null, officialArea: 0, deductedArea: 0 },
  parcels: { code: '', ground: [0, 0, 1, 1] },
  contracts: { code: '', parcel: '', termFrom: '2000-01-01', termTo: '2000-01-01' },
  samples: { code: '', at: [0, 0], on: '2000-01-01', ph: 7 },
}

export type Counted = {
  village: string
  class: string
  grade: string
  owner: string
  contract: string
  saline: string
  area: number
  patches: number
  cells: number
}

/** The count of a state on a day, worked out from the lattice: each square of 10 m of a patch belongs to the first parcel by code that holds its middle. */
export function countByHand(state: State, day: Day): Counted[] {
  const now = <T extends { from: Day; to: Day }>(all: readonly T[]) => all.filter((each) => each.from <= day && each.to > day)
  const parcels = now(state.parcels).sort((a, b) => (a.code < b.code ? -1 : 1))
  const sums = new Map<string, Counted>()
  for (const patch of now(state.patches)) {
    const squares = new Map<string | null, number>()
    const [x1, y1, x2, y2] = patch.ground
    for (let x = x1 + 5; x < x2; x += 10) {
      for (let y = y1 + 5; y < y2; y += 10) {
        const owner = parcels.find(({ ground }) => ground[0] < x && x < ground[2] && ground[1] < y && y < ground[3])
        squares.set(owner?.code ?? null, (squares.get(owner?.code ?? null) ?? 0) + 1)
      }
    }
    const pieces = [...squares].sort(([a], [b]) => (a === null ? 1 : b === null ? -1 : a < b ? -1 : 1))
    const weights = pieces.map(([, n]) => n)
    const land = shareOut(patch.officialArea - patch.deductedArea, weights)
    const ridges = shareOut(patch.deductedArea, weights)
    const lead = land.indexOf(Math.max(...land))
    const inside = now(state.samples).filter(({ at }) => at[0] > x1 && at[0] < x2 && at[1] > y1 && at[1] < y2)
    const { grade } = gradePatch(inside.map(sampleOf), DEFAULT_GRADING, day)
    pieces.forEach(([code], i) => {
      const terms = now(state.contracts).filter((contract) => contract.parcel === code)
      const contract = contractState(
        terms.map(({ code: name, termFrom, termTo }) => ({ code: name, from: termFrom, to: termTo })),
        day,
      )
      const add = (landClass: string, area: number, leads: number) => {
        const row = {
          village: patch.village,
          class: landClass,
          grade,
          owner: ownerOf(patch.ownerKind),
          contract,
          saline: salineSet(landClass, grade),
        }
        const key = Object.values(row).join()
        const sum = sums.get(key) ?? { ...row, area: 0, patches: 0, cells: 0 }
        sums.set(key, { ...sum, area: sum.area + area, patches: sum.patches + leads, cells: sum.cells + 1 })
      }
      if (land[i] !== 0 || i === lead) add(patch.class, land[i], i === lead ? 1 : 0)
      if (ridges[i] !== 0) add('1203', ridges[i], 0)
    })
  }
  return [...sums.values()].sort(byWords)
}

export const byWords = (a: Counted, b: Counted) => (wordsOf(a) < wordsOf(b) ? -1 : 1)
const wordsOf = ({ village, class: landClass, grade, owner, contract, saline }: Counted) =>
  [village, landClass, grade, owner, contract, saline].join()

const sampleOf = ({ code, on, ph }: SampleFacts): Sample => ({
  code,
  depthFromCm: 0,
  depthToCm: 20,
  sampledOn: on,
  season: null,
  ph,
  phRatio: '1:5',
  ec: null,
  ece: null,
  salt: null,
  esp: null,
  ions: {},
})

/** Largest remainder in whole numbers: remainders of total·weight by the sum of weights; the larger weight, then the first, where they are equal. */
function shareOut(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((a, b) => a + b, 0)
  const parts = weights.map((weight) => Math.floor((total * weight) / sum))
  const order = weights
    .map((_, i) => i)
    .sort((i, j) => ((total * weights[j]) % sum) - ((total * weights[i]) % sum) || weights[j] - weights[i] || i - j)
  for (let k = 0, left = total - parts.reduce((a, b) => a + b, 0); left > 0; k++, left--) parts[order[k]]++
  return parts
}

const day = (text: string) => text as Day
export const DAYS = ['2024-12-31', '2025-06-01', '2026-01-01', '2026-07-01', '2028-01-01'].map(day)

/** Seeded edits of a register of 24 patches: what an office does to it in some years, in no sensible order. */
export function edits(seed: number) {
  const random = seededRandom(seed)
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]
  const whole = (below: number) => Math.floor(random() * below)
  const patch = (id: number): PatchFacts => {
    const [x, y] = [((id - 1) % ACROSS) * 100, Math.floor((id - 1) / ACROSS) * 100]
    // areas without a factor in common with the hundred squares of a patch: then no two unequal pieces have the same remainder, and nothing hangs on the last bit
    const land = 900_003 + 10 * whole(20_000)
    const ridges = pick([0, 0, 1 + 10 * whole(9_000)])
    return {
      ground: [x, y, x + 100, y + 100],
      village: `22089910${pick(['1201', '1202', '2201'])}`,
      class: pick(['0101', '0103', '1204', '0404']),
      ownerKind: pick(['20', '30', '32', null]),
      officialArea: land + ridges,
      deductedArea: ridges,
    }
  }
  const rectangle = (): Rectangle => {
    const [x, y] = [10 * whole(55), 10 * whole(35)]
    return [x, y, x + 10 * (1 + whole(15)), y + 10 * (1 + whole(12))]
  }
  const ids = (n: number, base: number) => Array.from({ length: n }, (_, i) => base + i + 1)
  const first = { patches: ids(24, 0).map((id) => ({ id, from: DAYS[0], facts: patch(id) })) }
  const next = () => ({
    patches: ids(24, 0)
      .filter(() => random() < 0.1)
      .map((id) => ({ id, from: pick(DAYS), facts: random() < 0.1 ? null : patch(id) })),
    parcels: ids(8, 100)
      .filter(() => random() < 0.25)
      .map((id) => ({ id, from: pick(DAYS), facts: random() < 0.2 ? null : { code: `P${id}`, ground: rectangle() } })),
    contracts: ids(8, 200)
      .filter(() => random() < 0.25)
      .map((id) => {
        const [a, b] = [pick(DAYS), pick(DAYS)].sort()
        return {
          id,
          from: pick(DAYS),
          facts: random() < 0.2 ? null : { code: `K${id}`, parcel: `P${101 + whole(8)}`, termFrom: a, termTo: b },
        }
      }),
    samples: ids(6, 300)
      .filter(() => random() < 0.2)
      .map((id) => ({
        id,
        from: DAYS[0],
        facts: { code: `S${id}`, at: [10 * whole(60) + 3, 10 * whole(40) + 4] as const, on: pick(DAYS), ph: 7 + whole(35) / 10 },
      })),
  })
  return { first, next }
}
