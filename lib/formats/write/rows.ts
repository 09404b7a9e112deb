/**
 * What every writer takes: named fields and their rows. The mirror of `layers.ts`, one row at a time.
 */
import type { Field, Value } from '../layers.ts'

/** `values[f]` belongs to field f. `wkb` is 2D, either byte order; absent, null or empty where the row has no geometry. */
export type Row = { readonly values: readonly Value[]; readonly wkb?: Uint8Array | null }
export type Rows = Iterable<Row> | AsyncIterable<Row>

export type WrittenGeometry = 'point' | 'line' | 'polygon'

/** A table to be written: a sheet, an attribute table, a layer. */
export type Table = { readonly name: string; readonly fields: readonly Field[]; readonly rows: Rows }

/** What a writer says when it is done. `bytes` over all files it wrote. */
export type Written = { readonly rows: number; readonly bytes: number }
