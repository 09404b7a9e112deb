/**
 * The count's words. A *cell* is a piece of a patch that counts exactly once: its land, or its deducted ridges, under one
 * contract parcel or under none, over a span of days on which nothing about it changes.
 */
import type { Day } from '@dishu/base/date'
import type { AsOf, County, Kind } from '@dishu/kernel/records/records'
import { DIMENSIONS, type Dimension } from './count.wire.ts'

export type Level = 'county' | 'town' | 'village'
/** How many digits of a village's code name the area of a level. */
export const DIGITS: Readonly<Record<Level, number>> = { county: 6, town: 9, village: 12 }

/** Where a piece lies: 0 the land of the patch's class, 1 its deducted ridges, which have no outline of their own. */
export type Part = 0 | 1

export type Cell = {
  readonly patchId: number
  readonly parcelId: number | null
  readonly part: Part
  readonly lead: 0 | 1 // 1 on exactly one cell of a patch on every day: patches are counted by adding it up
  readonly area: number // hundredths of a square metre
  readonly village: string
  readonly class: string
  readonly grade: string
  readonly owner: string
  readonly contract: string
  readonly saline: string
  readonly contractCode: string | null
  readonly outline: Uint8Array | null // WKB in the patch's srid; null: the whole patch, or a ridge
  readonly validFrom: Day
  readonly validTo: Day
}

/** The register's kind for cells; columns in the order of the migration. */
export const cellKind: Kind = {
  name: 'cell',
  table: 'land.cell',
  columns: [
    ['patch_id', 'int8'],
    ['parcel_id', 'int8'],
    ['part', 'int2'],
    ['lead', 'int2'],
    ['area', 'int8'],
    ['village', 'text'],
    ['class', 'text'],
    ['grade', 'text'],
    ['owner', 'text'],
    ['contract', 'text'],
    ['saline', 'text'],
    ['contract_code', 'text'],
    ['outline', 'bytea'],
  ],
  key: ['patch_id', 'parcel_id', 'part'],
  scope: null,
  derived: true,
}

/** The dimensions a row of the count can be kept to; several values of one dimension are alternatives. */
export type CountFilters = Readonly<Partial<Record<Exclude<Dimension, 'area'>, readonly string[]>>>
export const FILTERS = DIMENSIONS.filter((dimension) => dimension !== 'area')

export type CountQuestion = {
  readonly county: County
  readonly asOf: AsOf
  readonly within: string // an area code of 6, 9 or 12 digits
  readonly level: Level // of the areas in the answer, where `by` has area
  readonly by: readonly Dimension[]
  readonly filters: CountFilters
}

/** The first and the last village code, inclusive, that can lie within an area: "220899101" → 220899101 … 220899101:  (':' stands after '9'). */
export const villagesWithin = (code: string): readonly [from: string, below: string] => [code, `${code}:`]
