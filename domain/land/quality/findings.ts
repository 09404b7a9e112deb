/** Every finding with the numbers its sentence needs. Areas in details are m², so that a stored finding reads without the program. */
import type { Language, Sentence } from '@dishu/base/refusal'

type F<Rule extends string, Details> = { readonly rule: Rule; readonly details: Details }
type Code = { readonly field: string; readonly stated: string | null }
type Areas = { readonly stated: number; readonly computed: number; readonly ratio: number }
/** What a stated area looks like when it is not in the unit of its field. */
export type MixUp = 'mu' | 'hectares' | 'fifteenfold' | 'one-fifteenth' | 'mu-as-square-metres'

export type PatchFinding =
  | F<'patch/class-not-listed', Code>
  | F<'patch/class-is-of-2007', Code & { readonly usually: string }>
  | F<'patch/owner-kind-not-listed', Code>
  | F<'patch/list-code-unknown', Code & { readonly list: string }>
  | F<'patch/code-length', Code & { readonly expected: string }>
  | F<'patch/outside-county', Code & { readonly county: string }>
  | F<'patch/area-is-zero', { readonly field: string }>
  | F<
      'patch/areas-do-not-add-up',
      { readonly official: number; readonly deducted: number; readonly classArea: number; readonly difference: number }
    >
  | F<
      'patch/deduction-does-not-fit',
      { readonly official: number; readonly deduction: number; readonly deducted: number; readonly expected: number }
    >
  | F<'patch/deduction-out-of-range', { readonly deduction: number }>
  | F<'patch/deduction-without-class', { readonly deducted: number }>
  | F<'patch/area-differs', Areas>
  | F<'patch/unit-mix-up', Areas & { readonly looksLike: MixUp }>
  | F<'patch/duplicate-key', { readonly key: string; readonly rows: number }>
  | F<'patch/duplicate-number', { readonly key: string; readonly rows: number }>
  | F<'patch/class-name-differs', { readonly code: string; readonly stated: string; readonly expected: string }>
  | F<'patch/owner-name-contradicts', { readonly ownerKind: string; readonly survey: string; readonly name: string }>
  | F<
      'patch/owner-contradicts-register',
      { readonly ownerKind: string | null; readonly survey: string; readonly register: string; readonly holder: string | null }
    >

export type ParcelFinding =
  | F<'parcel/code-length', Code & { readonly expected: string }>
  | F<'parcel/outside-county', Code & { readonly county: string }>
  | F<'parcel/list-code-unknown', Code & { readonly list: string }>
  | F<'parcel/use-class-is-of-2017', Code>
  | F<'parcel/area-is-zero', { readonly field: string }>
  | F<'parcel/area-differs', Areas>
  | F<'parcel/area-slightly-off', Areas>
  | F<'parcel/unit-mix-up', Areas & { readonly looksLike: MixUp }>
  | F<'parcel/square-metres-in-mu', { readonly mu: number; readonly m2: number }>
  | F<'parcel/mu-does-not-match', { readonly mu: number; readonly m2: number; readonly expected: number }>
  | F<'parcel/duplicate-code', { readonly key: string; readonly rows: number }>
  | F<'parcel/issuer-unknown', { readonly issuer: string }>
  | F<
      'parcel/owner-contradicts-survey',
      { readonly ownerKind: string; readonly registry: string; readonly survey: string; readonly patch: string }
    >
  | F<'parcel/without-contract', { readonly category: string }>
  | F<'parcel/in-two-contracts', { readonly contracts: readonly string[]; readonly from: string; readonly to: string | null }>
  | F<'parcel/ground-covered-twice', { readonly patch: string; readonly parcels: readonly string[]; readonly area: number }>
  | F<'parcel/shares-do-not-add-up', { readonly shares: readonly string[]; readonly sum: number }>

export type ContractFinding =
  | F<'contract/code-form', Code & { readonly expected: string }>
  | F<'contract/outside-county', Code & { readonly county: string }>
  | F<'contract/contractor-outside-issuer', { readonly contractor: string; readonly issuer: string }>
  | F<'contract/code-does-not-begin-with-contractor', { readonly code: string; readonly contractor: string }>
  | F<'contract/mode-not-listed', Code>
  | F<'contract/mode-contradicts-code', { readonly code: string; readonly mode: string }>
  | F<'contract/term-missing', { readonly from: string | null; readonly to: string | null }>
  | F<'contract/term-backwards', { readonly from: string; readonly to: string }>
  | F<'contract/term-too-long', { readonly from: string; readonly to: string; readonly years: number; readonly limit: number }>
  | F<'contract/past-term', { readonly to: string; readonly day: string }>
  | F<'contract/square-metres-in-mu', { readonly mu: number; readonly m2: number }>
  | F<'contract/mu-does-not-match', { readonly mu: number; readonly m2: number; readonly expected: number }>
  | F<'contract/area-differs-from-parcels', { readonly stated: number; readonly parcels: number; readonly count: number }>
  | F<'contract/parcel-count-differs', { readonly stated: number; readonly found: number }>
  | F<'contract/without-parcel', { readonly area: number | null }>
  | F<'contract/parcel-unknown', { readonly parcel: string }>
  | F<'contract/parcel-outside-issuer', { readonly parcel: string; readonly issuer: string }>
  | F<'contract/party-unknown', { readonly role: string; readonly code: string }>
  | F<'contract/parcel-square-metres-in-mu', { readonly parcel: string; readonly mu: number; readonly m2: number }>
  | F<'contract/parcel-mu-does-not-match', { readonly parcel: string; readonly mu: number; readonly m2: number; readonly expected: number }>
  | F<'contract/duplicate-code', { readonly key: string; readonly rows: number }>
  | F<
      'contract/area-differs-from-parcel',
      { readonly parcel: string; readonly contract: number; readonly surveyed: number; readonly ratio: number }
    >

export type SampleFinding =
  | F<'sample/outside', { readonly longitude: number; readonly latitude: number }>
  | F<'sample/plot-unknown', { readonly plot: string }>
  | F<'sample/coordinates-swapped', { readonly longitude: number; readonly latitude: number }>
  | F<'sample/coordinates-impossible', { readonly longitude: number; readonly latitude: number }>
  | F<'sample/value-impossible', { readonly value: string; readonly stated: number; readonly from: number; readonly to: number }>
  | F<'sample/value-unread', { readonly stated: string }>
  | F<'sample/depth-backwards', { readonly from: number; readonly to: number }>
  | F<'sample/depth-missing', Record<string, never>>
  | F<'sample/date-missing', Record<string, never>>
  | F<'sample/ratio-missing', { readonly value: string }>
  | F<'sample/ions-unbalanced', { readonly cations: number; readonly anions: number; readonly percent: number }>
  | F<'sample/esp-does-not-fit', { readonly esp: number; readonly sodium: number; readonly cec: number; readonly expected: number }>
  | F<'sample/unit-missing', { readonly columns: string }>
  | F<'sample/ec-does-not-fit-ions', { readonly ec: number; readonly cations: number; readonly expected: number }>
  | F<
      'sample/replicates-differ',
      {
        readonly value: string
        readonly of: string
        readonly first: number
        readonly second: number
        readonly difference: number
        readonly limit: number
        readonly relative: boolean
      }
    >
  | F<'sample/blank-not-empty', { readonly value: string; readonly stated: number; readonly limit: number }>
  | F<
      'sample/labs-differ',
      {
        readonly labs: readonly [string, string]
        readonly value: string
        readonly pairs: number
        readonly mean: number
        readonly from: number
        readonly to: number
        readonly relative: boolean
      }
    >
  | F<'sample/bag-missing', { readonly lab: string | null }>
  | F<'sample/bag-twice', { readonly bag: string; readonly samples: readonly string[] }>
  | F<'sample/bag-not-taken', { readonly bag: string }>
  | F<'sample/bag-not-analysed', { readonly bag: string }>
  | F<'sample/duplicate', { readonly key: string; readonly rows: number }>

export type PartyFinding = F<'party/member-count-differs', { readonly stated: number; readonly found: number }>

export type AreaFinding =
  | F<'area/total-differs', { readonly control: number; readonly total: number; readonly difference: number }>
  | F<'area/code-not-nested', { readonly code: string; readonly parent: string }>
  | F<'area/village-unknown', { readonly village: string; readonly patches: number }>

/** The layers whose outlines are held against each other. */
export type GeometryLayer = 'patch' | 'parcel' | 'area'
/** `rows` are the keys of the rows in question, `area` the ground in question in m² on the ellipsoid. */
type Ground = { readonly layer: GeometryLayer; readonly rows: readonly string[]; readonly area: number }
type Drawn = { readonly layer: GeometryLayer; readonly rows: readonly string[] }

export type GeometryFinding =
  | F<'geometry/overlap', Ground>
  | F<'geometry/contained', Ground>
  | F<'geometry/drawn-twice', Ground & { readonly exact: boolean }>
  | F<'geometry/gap', Ground>
  | F<'geometry/gap-open', Ground>
  | F<'geometry/sliver', Ground & { readonly width: number }>
  | F<'geometry/one-sided-vertex', Drawn & { readonly vertices: number }>
  | F<'geometry/outside', Ground & { readonly of: string }>
  | F<'geometry/self-intersection', Drawn>
  | F<'geometry/self-touch', Drawn>
  | F<'geometry/spike', Drawn>
  | F<'geometry/repeated-point', Drawn>
  | F<'geometry/hole-outside', Drawn>
  | F<'geometry/nested-parts', Drawn>
  | F<'geometry/part-overlap', Drawn>
  | F<'geometry/orientation', Drawn>
  | F<'geometry/zero-area', Drawn>

export type Finding = PatchFinding | ParcelFinding | ContractFinding | SampleFinding | PartyFinding | AreaFinding | GeometryFinding
export type RuleId = Finding['rule']
export type SentencesFor = {
  readonly [R in RuleId]: (details: Extract<Finding, { rule: R }>['details']) => Readonly<Record<Language, Sentence>>
}
