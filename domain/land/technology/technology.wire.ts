/** The library as it crosses the network. Texts of lists come in the language of the request. */
import type { Comparison, Crop, SoilStanding, Trial, TrialResult, Variety } from '../crops/crops.ts'
import type { LimitPart, LimitRule } from '../ecology/ecology.ts'
import type { OutReason, PatchFacts } from './facts.ts'
import type { CostLine, Economics, Practice, Technology } from './measures.ts'
import type { LandOption, RuledOut } from './options.ts'

export type LibraryReply = {
  readonly county: string
  readonly technologies: readonly (Technology & { readonly own: boolean })[]
  readonly costs: readonly CostLine[]
  readonly practices: readonly (Practice & { readonly own: boolean })[]
  readonly crops: readonly (Crop & { readonly own: boolean })[]
  readonly varieties: readonly (Variety & { readonly own: boolean })[]
  readonly trials: readonly Trial[]
  readonly results: readonly TrialResult[]
  readonly limits: readonly (LimitRule & {
    readonly own: boolean
    readonly features: number
    readonly under: { readonly areaM2: number; readonly patches: number } | null
  })[]
  readonly economics: Economics
  readonly measured: {
    readonly rev: number
    readonly head: number
    readonly patches: number
    readonly under: number
    readonly unplaced: number
    readonly at: string
  } | null
  readonly collisions: readonly {
    readonly limit: string
    readonly parcelCode: string
    readonly contractCode: string
    readonly areaM2: number
    readonly share: number
  }[]
}
/** Varieties of one crop against a check, and by class of soil. */
export type TrialsReply = {
  readonly crop: string
  readonly check: string | null
  readonly standings: readonly {
    readonly variety: string
    readonly comparison: Comparison | null
    readonly refusal: { readonly code: string; readonly message: string; readonly hint?: string } | null
  }[]
  readonly bySoil: readonly SoilStanding[]
}
export type OptionView = LandOption & { readonly sentence: string }
export type OutView = Omit<RuledOut, 'reasons'> & {
  readonly reasons: readonly { readonly kind: OutReason['kind']; readonly text: string }[]
}
export type OptionsReply = {
  readonly county: string
  readonly patch: number
  readonly key: string
  readonly facts: PatchFacts
  readonly parts: readonly LimitPart[]
  readonly options: readonly OptionView[]
  readonly out: readonly OutView[]
}
export type LibraryProblemView = {
  readonly sheet: string
  readonly row: number | null
  readonly column: string | null
  readonly code: string
  readonly message: string
  readonly hint?: string
}
export type LibraryPreview = {
  readonly file: string
  readonly head: number
  readonly sheets: readonly {
    readonly sheet: string
    readonly title: string
    readonly added: number
    readonly changed: number
    readonly same: number
  }[]
  readonly problems: readonly LibraryProblemView[]
}
/** Limits being laid over the county: patches done so far. */
export type LimitsTask = {
  readonly id: string
  readonly state: 'working' | 'stopping' | 'done' | 'cancelled' | 'refused' | 'failed'
  readonly done: number
}

// GET  /api/counties/:county/library?asOf&known                  -> LibraryReply
// GET  /api/counties/:county/library/trials?crop=&check=         -> TrialsReply
// GET  /api/counties/:county/library/template.xlsx?filled=yes    -> workbook
// GET  /api/counties/:county/library/options?patch=              -> OptionsReply
// POST /api/counties/:county/library/preview   multipart file    -> LibraryPreview
// POST /api/counties/:county/library/import?head=&reason=  multipart file -> { rev, added, changed }
// POST /api/counties/:county/limits/measure                      -> LimitsTask
// GET  /api/counties/:county/limits/measure                      -> { task: LimitsTask | null }
