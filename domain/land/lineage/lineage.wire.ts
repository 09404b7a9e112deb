/** Shapes that cross the network: what one draws on, what an operation would do, and the graph of lineage. */
import type { Around, Brought, LineageLayer, OperationKind, Plan } from './lineage.ts'

/** GET …/lineage/around. Rows carry coordinates as they are stored, so that the browser decides on the very numbers of the server. */
export type AroundReply = Around

/** GET …/lineage/rows?key=: rows that have or had a number, the newest first. */
export type RowsReply = { readonly rows: readonly { readonly layer: LineageLayer; readonly id: number }[] }

/** POST …/lineage/preview. */
export type PreviewReply = { readonly head: number; readonly plan: Plan; readonly brought: readonly Brought[]; readonly holds: boolean }

/** POST …/lineage/operations. */
export type OperationReply = { readonly rev: number; readonly made: readonly { readonly id: number; readonly key: string }[] }

export type LineageNode = {
  readonly id: number
  readonly key: string
  readonly number: string | null
  readonly village: string | null
  readonly class: string | null
  readonly area: number | null // hundredths of m²
  readonly validFrom: string
  readonly validTo: string
  /** It holds on the day asked for. */
  readonly holds: boolean
  /** Steps from the row asked for: below 0 it came from, above 0 that came of it. */
  readonly generation: number
}
export type LineageStep = {
  readonly from: number
  readonly to: number
  readonly operation: OperationKind
  readonly area: number // hundredths of m²
  readonly day: string
  readonly rev: number
  readonly cause: string
  readonly actor: string
  readonly reason: string
  readonly document: string | null
  readonly recordedAt: string
}

/** GET …/lineage/:layer/:id. */
export type LineageReply = {
  readonly county: string
  readonly layer: LineageLayer
  readonly id: number
  readonly nodes: readonly LineageNode[]
  readonly steps: readonly LineageStep[]
  /** There is more than is shown. */
  readonly cut: boolean
}
