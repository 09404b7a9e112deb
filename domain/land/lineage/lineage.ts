/**
 * Lineage (沿革) of patches and parcels: which row came from which, by which operation. An operation (split, merge, boundary adjustment) is decided here
 * from what is known, by the same code in the browser while one draws and on the server that writes.
 */
import type { Day } from '@dishu/base/date'
import type { Refusal } from '@dishu/base/refusal'
import type { Kind } from '@dishu/kernel/records/records'

export const LINEAGE_LAYERS = ['patch', 'parcel'] as const
export type LineageLayer = (typeof LINEAGE_LAYERS)[number]
export const OPERATIONS = ['split', 'merge', 'adjust'] as const
export type OperationKind = (typeof OPERATIONS)[number]

/** A step of lineage: ground of one row that went to another. Rows of one operation say the same operation number (the revision tells it too). */
export const lineageKind: Kind = {
  name: 'lineage',
  table: 'land.lineage',
  columns: [
    ['layer', 'text'],
    ['operation', 'text'],
    ['village', 'text'],
    ['from_id', 'int8'],
    ['from_key', 'text'],
    ['to_id', 'int8'],
    ['to_key', 'text'],
    ['area', 'int8'],
    ['document', 'text'],
  ],
  key: ['layer', 'from_id', 'to_id'],
  scope: null,
  derived: false,
}

/** Polygons, their rings (a shell, then holes), their coordinates x, y, x, y, … as they are stored, each ring closed. */
export type StoredOutline = readonly (readonly (readonly number[])[])[]
export type LonLat = readonly [lon: number, lat: number]

/** Areas in whole hundredths of m². */
export type RowAreas = {
  readonly official: number | null
  readonly computed: number
  readonly deducted: number | null
  readonly classArea: number | null
}

export type RowContract = { readonly code: string; readonly area: number | null; readonly sharePart: number; readonly shareWhole: number }

export type GroundRow = RowAreas & {
  readonly id: number
  readonly key: string
  readonly number: string | null
  readonly since: number
  readonly validFrom: Day
  readonly validTo: Day
  readonly village: string | null
  readonly srid: number | null
  readonly outline: StoredOutline
  readonly deduction: number | null
  /** What rows must have alike to become one: class, owner, … by column. */
  readonly words: Readonly<Record<string, string | null>>
  readonly contracts: readonly RowContract[]
  /** Samples that name the row and have no place of their own. */
  readonly pinned: readonly string[]
}

/** Numbers given out so far: those that begin with `prefix` and go on with `width` digits; `last` is the greatest there ever was. */
export type Series = { readonly prefix: string; readonly width: number; readonly last: string }

/** What an operation is decided on: rows that may change, all of their layer that touch them, and the numbers that come next. */
export type Around = {
  readonly county: string
  readonly layer: LineageLayer
  readonly day: Day
  readonly head: number
  readonly rows: readonly GroundRow[]
  /** By the id of a row: the numbers its descendants get. */
  readonly series: Readonly<Record<string, { readonly key: Series; readonly number: Series | null }>>
}

export type Operation =
  | { readonly kind: 'split'; readonly id: number; readonly lines: readonly (readonly LonLat[])[] }
  /** Each part a shell and its holes, in degrees. */
  | { readonly kind: 'split'; readonly id: number; readonly parts: readonly (readonly (readonly LonLat[])[])[] }
  | { readonly kind: 'merge'; readonly ids: readonly number[]; readonly lead: number }
  /** Corners, or places on a line, that move; every row that has them moves with them. */
  | { readonly kind: 'adjust'; readonly ids: readonly number[]; readonly moves: readonly { readonly from: LonLat; readonly to: LonLat }[] }
  /** The ground of two neighbours divided anew. */
  | { readonly kind: 'adjust'; readonly ids: readonly number[]; readonly line: readonly LonLat[] }

/** A row as the operation makes it. */
export type Made = RowAreas & {
  readonly key: string
  readonly number: string | null
  readonly lead: number // the row whose words it takes
  readonly village: string | null
  readonly srid: number | null
  readonly outline: StoredOutline
  readonly lonLat: StoredOutline
  readonly contracts: readonly RowContract[]
}
export type Reshaped = RowAreas & {
  readonly id: number
  readonly key: string
  readonly village: string | null
  readonly outline: StoredOutline
  readonly lonLat: StoredOutline
  /** It only took in corners of its neighbours: no ground and no area moved. */
  readonly woven: boolean
}
export type Passed = {
  readonly fromId: number
  readonly fromKey: string
  readonly toId: number | null
  readonly toKey: string
  readonly area: number
}
export type Brought = {
  readonly rule: string
  readonly rows: readonly string[]
  readonly areaM2: number | null
  readonly place: LonLat | null
  /** An error stands in the way; anything else is told. */
  readonly blocks: boolean
}

export type Plan = {
  readonly kind: OperationKind
  readonly retired: readonly number[]
  readonly made: readonly Made[]
  readonly reshaped: readonly Reshaped[]
  readonly passed: readonly Passed[]
  /** Sums over the rows that the operation is about, in hundredths of m²; `difference` is official less computed. */
  readonly before: Sums
  readonly after: Sums
}
export type Sums = { readonly official: number; readonly computed: number; readonly difference: number }

export type LineageRefusal =
  | Refusal<'lineage/no-such-row', { layer: LineageLayer; id: number }>
  | Refusal<'lineage/no-outline', { key: string }>
  | Refusal<'lineage/too-many-corners', { key: string; corners: number; most: number }>
  | Refusal<'lineage/foreign-crs', { key: string; srid: number | null }>
  | Refusal<'lineage/several-systems', { keys: readonly string[] }>
  | Refusal<'lineage/line-divides-nothing', { key: string }>
  | Refusal<'lineage/part-too-small', { key: string; areaM2: number; leastM2: number }>
  | Refusal<'lineage/parts-leave-ground', { key: string; areaM2: number }>
  | Refusal<'lineage/part-outside', { key: string; part: number }>
  | Refusal<'lineage/not-neighbours', { keys: readonly string[]; pieces: number }>
  | Refusal<'lineage/too-few', { rows: number }>
  | Refusal<'lineage/rows-differ', { keys: readonly string[]; fields: readonly string[] }>
  | Refusal<'lineage/contracts-differ', { keys: readonly string[]; contracts: readonly string[] }>
  | Refusal<'lineage/pinned', { keys: readonly string[]; samples: readonly string[] }>
  | Refusal<'lineage/changes-again', { key: string; validTo: Day }>
  | Refusal<'lineage/too-many-around', { most: number }>
  | Refusal<'lineage/day-before-row', { key: string; day: Day; validFrom: Day }>
  | Refusal<'lineage/moves-nothing', { rows: number }>
  | Refusal<'lineage/ground-not-conserved', { beforeM2: number; afterM2: number }>
  | Refusal<'lineage/row-folds', { key: string }>
  | Refusal<'lineage/deduction-too-large', { key: string; officialM2: number; deductedM2: number }>
  | Refusal<'lineage/no-number-left', { prefix: string; last: string }>
  | Refusal<
      'lineage/brings-findings',
      { findings: readonly { readonly rule: string; readonly rows: readonly string[]; readonly areaM2: number | null }[] }
    >
  | Refusal<
      'lineage/changed-meanwhile',
      { rows: readonly { readonly key: string; readonly rev: number; readonly by: string; readonly on: string }[] }
    >

/** The `i`-th number after the greatest of a series (from 0); null where the digits do not suffice. A registry's code keeps its length. */
export function nextNumber({ prefix, width, last }: Series, i: number, fixed: boolean): string | null {
  const next = (BigInt(last === '' ? '0' : last) + BigInt(i) + 1n).toString()
  return fixed && next.length > width ? null : prefix + next.padStart(width, '0')
}
