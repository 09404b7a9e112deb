/** Scenes: images of one day with bands of known meaning; and spectral indices, which are worked from bands. */
import type { Refusal } from '@dishu/base/refusal'
import type { Kind } from '@dishu/kernel/records/records'
import type { BandRole } from './bands.ts'
import type { FormulaRefusal } from './formula.ts'

export * from './bands.ts'
export * from './formula.ts'
export * from './index-list.ts'
export * from './limits.data.ts'

/** One COG of the content store. Its geotransform is GDAL's: x, step, 0, y, 0, −step. */
export type Grid = {
  readonly sha256: string
  readonly bytes: number
  readonly width: number
  readonly height: number
  readonly type: string
  readonly geotransform: readonly [number, number, number, number, number, number]
  readonly epsg: number | null
  readonly wkt: string | null
  readonly crs: string
  readonly geographic: boolean
  readonly nodata: number | null
  readonly classes: boolean
}

export type SceneBand = {
  readonly name: string
  readonly role: BandRole | null
  readonly grid: number // of the scene's grids
  readonly band: number // of the grid's bands, from 0
  /** Stored numbers become values as stored · scale + offset. */
  readonly scale: number
  readonly offset: number
  readonly unit: 'reflectance' | 'K' | null // null: the numbers as they stand
  /** Smallest and largest value that was found. */
  readonly min: number | null
  readonly max: number | null
}

/** Where a scene says what hides the ground: by bits of a number, or by classes. */
export type SceneMask = {
  readonly name: string
  readonly grid: number
  readonly band: number
  readonly kind: 'bits' | 'classes'
  readonly hidden: readonly number[]
  readonly nothing: readonly number[]
}

export type Scene = {
  readonly id: number
  readonly sceneKey: string
  readonly title: string
  readonly takenOn: string
  readonly takenAt: string | null
  readonly platform: string
  readonly instrument: string | null
  readonly product: string
  readonly level: string | null
  readonly provider: string | null
  readonly cloudPercent: number | null
  readonly footprint: Uint8Array
  readonly bbox: readonly [number, number, number, number]
  readonly grids: readonly Grid[]
  readonly bands: readonly SceneBand[]
  readonly mask: SceneMask | null
}

export const sceneKind: Kind = {
  name: 'scene',
  table: 'land.scene',
  columns: [
    ['scene_key', 'text'],
    ['title', 'text'],
    ['taken_on', 'date'],
    ['taken_at', 'text'],
    ['platform', 'text'],
    ['instrument', 'text'],
    ['product', 'text'],
    ['level', 'text'],
    ['provider', 'text'],
    ['cloud_percent', 'float8'],
    ['footprint', 'bytea'],
    ['bbox', 'box'],
    ['grids', 'jsonb'],
    ['bands', 'jsonb'],
    ['mask', 'jsonb'],
    ['extra', 'jsonb'],
  ],
  key: ['scene_key'],
  scope: null,
  derived: false,
}

export const indexKind: Kind = {
  name: 'index',
  table: 'land.spectral_index',
  columns: [
    ['index_id', 'text'],
    ['formula', 'text'],
    ['name_zh', 'text'],
    ['name_en', 'text'],
    ['range_low', 'float8'],
    ['range_high', 'float8'],
    ['ramp', 'text'],
    ['source', 'text'],
  ],
  key: ['index_id'],
  scope: null,
  derived: false,
}

export type ImageryRefusal =
  | FormulaRefusal
  | Refusal<'imagery/no-such-scene', { readonly id: number }>
  | Refusal<'imagery/no-such-collection', { readonly id: string }>
  | Refusal<'imagery/not-a-search', { readonly bbox: string; readonly datetime: string }>
  | Refusal<'imagery/grids-differ', { readonly files: readonly string[] }>
  | Refusal<'imagery/no-such-task', { readonly id: string }>
  | Refusal<'imagery/no-such-index', { readonly id: string }>
  | Refusal<'imagery/no-such-tile', { readonly z: number; readonly x: number; readonly y: number }>
  | Refusal<'imagery/wrong-state', { readonly id: string; readonly state: string }>
  | Refusal<'imagery/no-files', Readonly<Record<string, never>>>
  | Refusal<'imagery/already-there', { readonly scene: string; readonly takenOn: string }>
  | Refusal<'imagery/elsewhere', { readonly scene: readonly number[]; readonly county: readonly number[] }>
  | Refusal<'imagery/not-a-day', { readonly stated: string }>
  | Refusal<'imagery/day-to-come', { readonly stated: string; readonly today: string }>
  | Refusal<'imagery/crs-not-usable', { readonly stated: string }>
  | Refusal<'imagery/no-such-band', { readonly band: string; readonly there: readonly string[] }>
  | Refusal<'imagery/role-twice', { readonly role: string; readonly bands: readonly string[] }>
  | Refusal<'imagery/not-a-role', { readonly role: string }>
  | Refusal<'imagery/not-a-scale', { readonly stated: string }>
  | Refusal<'imagery/no-pixels', { readonly band: string }>
  | Refusal<'imagery/index-lacks-bands', { readonly index: string; readonly missing: readonly string[] }>
  | Refusal<'imagery/index-id-taken', { readonly id: string }>
  | Refusal<'imagery/index-not-complete', { readonly field: string }>
  | Refusal<'imagery/disk-nearly-full', { readonly freeMb: number; readonly neededMb: number }>
