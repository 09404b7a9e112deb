/**
 * From the rows of a patch and of all that lies on it to its cells.
 *
 * For every day the cells of a patch add up to its official area (TBMJ) to the last hundredth, exactly one of them leads,
 * and no two say the same ground. Areas are handed out by largest remainder in proportion to the planar area of the pieces:
 * the land (official less deducted) and the deducted ridges each by itself, so that neither can become negative.
 */
import { type Day, FOREVER } from '@dishu/base/date'
import { apportion } from '@dishu/numeric/shared/apportion'
import type { SampleGrade } from '../soil/soil.ts'
import type { PieceContract } from '../tenure/tenure.ts'
import type { Cell, Part } from './count.ts'

export type PatchVersion = {
  readonly id: number
  readonly validFrom: Day
  readonly validTo: Day
  readonly village: string
  readonly class: string
  readonly ownerKind: string | null
  readonly officialArea: number
  readonly deductedClass: string | null
  readonly deductedArea: number
}

export type ParcelVersion = {
  readonly id: number
  readonly validFrom: Day
  readonly validTo: Day
  readonly parcelCode: string
}

/** A contract on a parcel, and the days for which the register says so (half-open); its term has days of its own. */
export type ContractTerm = PieceContract & { readonly validFrom: Day; readonly validTo: Day }

/** What a patch becomes under given parcels: pieces that are disjoint and cover it. `outline` null: the whole patch. */
export type Piece<Parcel> = { readonly parcel: Parcel | null; readonly weight: number; readonly outline: Uint8Array | null }
export type DoublyCovered<Parcel> = { readonly parcels: readonly Parcel[]; readonly area: number; readonly outline: Uint8Array | null }
export type Laid<Parcel> = { readonly pieces: readonly Piece<Parcel>[]; readonly doubly: readonly DoublyCovered<Parcel>[] }

/** Everything that lies on one patch. `lay` is called once for each distinct set of parcels under each version of the patch. */
export type Ground<Patch extends PatchVersion, Parcel extends ParcelVersion, Sample> = {
  readonly versions: readonly Patch[] // of one id, disjoint in time, in order
  readonly parcels: readonly Parcel[] // in the order that decides ties: by code
  readonly contractsOn: (parcel: Parcel) => readonly ContractTerm[]
  readonly samples: readonly (Sample & { readonly validFrom: Day; readonly validTo: Day })[]
  readonly lay: (patch: Patch, parcels: readonly Parcel[]) => Laid<Parcel>
}

/** The rules of the neighbouring subjects, passed in: what a contract's state and a patch's grade are is not the count's business. */
export type CellRules<Sample> = {
  readonly ownerOf: (ownerKind: string | null) => string
  readonly contractState: (contracts: readonly ContractTerm[], day: Day) => string
  readonly contractChanges: (contracts: readonly ContractTerm[]) => readonly Day[]
  readonly gradeOf: (samples: readonly Sample[], day: Day) => SampleGrade
  readonly gradeChanges: (samples: readonly Sample[]) => readonly Day[]
  readonly salineSet: (landClass: string, grade: SampleGrade) => string
}

/** The survey's class of ridges between fields; stands where a patch deducts an area without saying as what. */
const RIDGE = '1203'

export type DoublyOnPatch<Parcel> = DoublyCovered<Parcel> & { readonly patchId: number; readonly validFrom: Day; readonly validTo: Day }
export type PatchCells<Parcel> = { readonly cells: readonly Cell[]; readonly doubly: readonly DoublyOnPatch<Parcel>[] }

/**
 * The cells of one patch over all its days, neighbours in time that are equal joined into one. `without: 'alone'` leaves out days on which
 * nothing lies on the patch: its cells then say what the patch says (land.patch_alone), and the register keeps none of them.
 */
export function cellsOfPatch<Patch extends PatchVersion, Parcel extends ParcelVersion, Sample>(
  ground: Ground<Patch, Parcel, Sample>,
  rules: CellRules<Sample>,
  without: 'alone' | null = null,
): PatchCells<Parcel> {
  const { versions, parcels, samples } = ground
  if (parcels.length === 0 && samples.length === 0)
    return { cells: without ? [] : joined(versions.map((patch) => wholePatch(patch, rules))), doubly: [] }

  const days = changeDays(ground, rules)
  const slices: Cell[][] = []
  const doubly: DoublyOnPatch<Parcel>[] = []
  const termsOf = new Map(parcels.map((parcel) => [parcel, ground.contractsOn(parcel)]))
  for (const patch of versions) {
    const laid = new Map<string, Laid<Parcel>>()
    const cuts = [patch.validFrom, ...days.filter((day) => day > patch.validFrom && day < patch.validTo), patch.validTo]
    for (let i = 0; i + 1 < cuts.length; i++) {
      const [from, to] = [cuts[i], cuts[i + 1]]
      const there = parcels.filter((parcel) => parcel.validFrom <= from && parcel.validTo > from)
      const scene = there.map((parcel) => `${parcel.id} ${parcel.validFrom}`).join()
      const found = laid.get(scene) ?? ground.lay(patch, there)
      laid.set(scene, found)
      for (const each of found.doubly) doubly.push({ ...each, patchId: patch.id, validFrom: from, validTo: to })
      const grade = rules.gradeOf(
        samples.filter((sample) => sample.validFrom <= from && sample.validTo > from),
        from,
      )
      const stateOf = (parcel: Parcel | null) => {
        const terms = parcel ? termsOf.get(parcel)!.filter((term) => term.validFrom <= from && term.validTo > from) : []
        const contract = terms.length === 0 ? 'none' : rules.contractState(terms, from)
        return { contract, contractCode: contract === 'none' ? null : codeOf(terms, from) }
      }
      const pieces = inOrder(found.pieces, parcels)
      slices.push(without && isAlone(pieces, grade) ? [] : cellsOfSlice(patch, pieces, { grade, stateOf, from, to }, rules))
    }
  }
  return { cells: joined(slices), doubly: joinedDoubly(doubly) }
}

/** Whether a patch on a day is all that its cells come from. */
const isAlone = <Parcel>(pieces: readonly Piece<Parcel>[], grade: SampleGrade) =>
  grade === 'not-graded' && pieces.length === 1 && pieces[0].parcel === null

function wholePatch<Sample>(patch: PatchVersion, rules: CellRules<Sample>): Cell[] {
  const grade = rules.gradeOf([], patch.validFrom)
  const stateOf = () => NO_CONTRACT
  return cellsOfSlice(patch, WHOLE, { grade, stateOf, from: patch.validFrom, to: patch.validTo }, rules)
}
const WHOLE: readonly Piece<never>[] = [{ parcel: null, weight: 1, outline: null }]
const NO_CONTRACT = { contract: 'none', contractCode: null } as const

type Slice<Parcel> = {
  readonly grade: SampleGrade
  readonly stateOf: (parcel: Parcel | null) => { readonly contract: string; readonly contractCode: string | null }
  readonly from: Day
  readonly to: Day
}

function cellsOfSlice<Parcel extends ParcelVersion, Sample>(
  patch: PatchVersion,
  pieces: readonly Piece<Parcel>[],
  { grade, stateOf, from, to }: Slice<Parcel>,
  rules: CellRules<Sample>,
): Cell[] {
  // a deduction that is negative or larger than the patch is a finding elsewhere; here it must not tear the sum
  const ridges = patch.officialArea > 0 ? Math.min(Math.max(patch.deductedArea, 0), patch.officialArea) : 0
  const land = patch.officialArea - ridges
  const weights = Float64Array.from(pieces, (piece) => piece.weight)
  const landParts = pieces.length === 1 ? [land] : apportion(land, weights)
  const ridgeParts = pieces.length === 1 ? [ridges] : apportion(ridges, weights)
  let leading = 0
  for (let i = 1; i < pieces.length; i++) if (landParts[i] > landParts[leading]) leading = i

  const owner = rules.ownerOf(patch.ownerKind)
  const saline = rules.salineSet(patch.class, grade)
  const ridgeClass = patch.deductedClass ?? RIDGE
  const cells: Cell[] = []
  for (let i = 0; i < pieces.length; i++) {
    const { parcel, outline } = pieces[i]
    const { contract, contractCode } = stateOf(parcel)
    const frame = { patchId: patch.id, parcelId: parcel?.id ?? null, village: patch.village, grade, owner, contract, contractCode }
    const lead = i === leading ? 1 : 0
    if (landParts[i] !== 0 || lead) {
      cells.push({ ...frame, part: 0, lead, area: landParts[i], class: patch.class, saline, outline, validFrom: from, validTo: to })
    }
    if (ridgeParts[i] !== 0) {
      const ridge = {
        part: 1 as Part,
        lead: 0 as const,
        area: ridgeParts[i],
        class: ridgeClass,
        saline: rules.salineSet(ridgeClass, grade),
        outline: null,
      }
      cells.push({ ...frame, ...ridge, validFrom: from, validTo: to })
    }
  }
  return cells
}

/** Pieces in the order of the parcels, what no parcel covers last; so that equal input has equal cells whatever order the overlay answers in. */
function inOrder<Parcel extends ParcelVersion>(pieces: readonly Piece<Parcel>[], parcels: readonly Parcel[]): readonly Piece<Parcel>[] {
  const rank = new Map(parcels.map((parcel, i) => [parcel, i]))
  const of = (piece: Piece<Parcel>) => (piece.parcel ? rank.get(piece.parcel)! : parcels.length)
  return pieces.length < 2 ? pieces : [...pieces].sort((a, b) => of(a) - of(b))
}

/** The contract a cell names: one that runs on the day, else the one that ended last; by code where several do. */
function codeOf(terms: readonly ContractTerm[], day: Day): string {
  const open = (to: Day | null) => to ?? FOREVER
  const running = terms.filter((term) => (term.from === null || term.from <= day) && open(term.to) >= day)
  const pool = running.length > 0 ? running : terms.filter((term) => term.from === null || term.from <= day)
  const last = running.length > 0 ? pool : pool.filter((term) => pool.every((other) => open(other.to) <= open(term.to)))
  return last.map((term) => term.code).sort()[0]
}

/** Every day on which something about the patch may change, sorted, each once. */
function changeDays<Patch extends PatchVersion, Parcel extends ParcelVersion, Sample>(
  { parcels, contractsOn, samples }: Ground<Patch, Parcel, Sample>,
  rules: CellRules<Sample>,
): Day[] {
  const days = new Set<Day>()
  const span = (each: { readonly validFrom: Day; readonly validTo: Day }) => days.add(each.validFrom).add(each.validTo)
  for (const parcel of parcels) {
    span(parcel)
    const terms = contractsOn(parcel)
    terms.forEach(span)
    for (const day of rules.contractChanges(terms)) days.add(day)
  }
  samples.forEach(span)
  for (const day of rules.gradeChanges(samples)) days.add(day)
  return [...days].sort()
}

/** Joins the cells of slices that follow each other wherever a cell goes on unchanged. */
function joined(slices: readonly (readonly Cell[])[]): Cell[] {
  if (slices.length === 1) return [...slices[0]]
  const done: Cell[] = []
  let open = new Map<string, Cell>()
  for (const slice of slices) {
    const next = new Map<string, Cell>()
    for (const cell of slice) {
      const place = `${cell.parcelId} ${cell.part}`
      if (next.has(place)) throw new Error(`two cells of patch ${cell.patchId} for one piece (${place}) on ${cell.validFrom}`)
      const before = open.get(place)
      if (before && before.validTo === cell.validFrom && sameCell(before, cell)) {
        next.set(place, { ...before, validTo: cell.validTo })
        open.delete(place)
      } else next.set(place, cell)
    }
    done.push(...open.values())
    open = next
  }
  done.push(...open.values())
  return done.sort((a, b) => (a.validFrom < b.validFrom ? -1 : a.validFrom > b.validFrom ? 1 : 0))
}

const SAME = [
  'lead',
  'area',
  'village',
  'class',
  'grade',
  'owner',
  'contract',
  'saline',
  'contractCode',
] as const satisfies readonly (keyof Cell)[]
const sameCell = (a: Cell, b: Cell) => SAME.every((name) => a[name] === b[name]) && sameBytes(a.outline, b.outline)

function sameBytes(a: Uint8Array | null, b: Uint8Array | null): boolean {
  if (a === b) return true
  if (a === null || b === null || a.length !== b.length) return false
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false
  return true
}

function joinedDoubly<Parcel extends ParcelVersion>(all: readonly DoublyOnPatch<Parcel>[]): DoublyOnPatch<Parcel>[] {
  const last = new Map<string, DoublyOnPatch<Parcel>>()
  const done: DoublyOnPatch<Parcel>[] = []
  for (const each of all) {
    const key = each.parcels.map((parcel) => parcel.id).join()
    const before = last.get(key)
    if (before && before.validTo === each.validFrom && before.area === each.area) last.set(key, { ...before, validTo: each.validTo })
    else {
      if (before) done.push(before)
      last.set(key, each)
    }
  }
  return [...done, ...last.values()]
}
