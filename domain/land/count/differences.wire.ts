import type { DifferenceKind, PatchDifference } from './differences.ts'

type State = { readonly day: string; readonly known: number; readonly baseline: string | null }

/** GET …/changes/map. Areas are hundredths of m². `values` are those of the changes page; `legend` says which ground they come from. */
export type DifferencesReply = {
  readonly county: string
  readonly within: string
  readonly by: string
  readonly from: State
  readonly to: State
  readonly values: readonly { readonly value: string; readonly before: number; readonly after: number; readonly patches: number }[]
  readonly legend: readonly {
    readonly kind: DifferenceKind
    readonly from: string | null
    readonly to: string | null
    readonly area: number
    readonly patches: number
  }[]
  readonly matched: number
  /** Those with most ground first; not all where there are thousands. */
  readonly rows: readonly (PatchDifference & {
    readonly patchKey: string | null
    readonly villageName: string | null
    readonly bbox: readonly [number, number, number, number] | null
  })[]
  readonly shapes: {
    readonly type: 'FeatureCollection'
    readonly features: readonly {
      readonly type: 'Feature'
      readonly properties: { readonly id: number; readonly kind: DifferenceKind; readonly from: string | null; readonly to: string | null }
      readonly geometry: {
        readonly type: 'MultiPolygon'
        readonly coordinates: readonly (readonly (readonly (readonly [number, number])[])[])[]
      }
    }[]
  }
}
