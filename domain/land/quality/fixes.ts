/** Repairs of findings of geometry: which there are for a finding, what a repaired outline does to the areas that stand beside it, and what a repair may not do. */
import type { Day } from '@dishu/base/date'
import type { Refusal } from '@dishu/base/refusal'
import type { Content } from '@dishu/kernel/records/records'
import type { GeometryFinding, GeometryLayer } from './findings.ts'

export const FIX_WAYS = ['cut', 'fill', 'snap'] as const
export type FixWay = (typeof FIX_WAYS)[number]
export const AREA_RULES = ['by-rule', 'keep', 'follow'] as const
export type AreaRule = (typeof AREA_RULES)[number]

/** Why a row is the one to change: it was recorded later or earlier, is drawn larger than its official area or agrees with it, is the smaller or the larger, has the longest border with a gap or a shorter one, or lacks corners. */
export type FixReason =
  | 'younger'
  | 'older'
  | 'too-large'
  | 'agrees'
  | 'smaller'
  | 'larger'
  | 'longest-border'
  | 'shorter-border'
  | 'lacks-corners'

export type FixOption = {
  readonly way: FixWay
  readonly target: string // the key of the row whose outline changes
  readonly against: string | null // cut: the key of the row that keeps the ground
  readonly withinM: number | null // snap: the tolerance
  readonly why: FixReason
  readonly borderM: number | null // fill: the length of the border with the gap
}

/** A row that a finding speaks of. */
export type FixRow = {
  readonly id: number
  readonly key: string
  readonly validFrom: Day
  readonly since: number
  readonly areaM2: number
  readonly officialM2: number | null
}

export type FixRefusal =
  | Refusal<'quality/no-fix', { rule: string }>
  | Refusal<'quality/fix-finds-nothing', { keys: readonly string[] }>
  | Refusal<'quality/fix-leaves-nothing', { key: string }>
  | Refusal<'quality/fix-does-not-help', { key: string }>
  | Refusal<'quality/fix-brings-new', { findings: readonly string[] }>
  | Refusal<'quality/fix-foreign-crs', { srid: number | null }>
  | Refusal<'quality/check-stopped', { county: string }>
  | Refusal<'quality/check-running', { county: string }>

/** A hand's breadth: what two surveys of one line differ by, and less than any ditch is wide. */
const SNAP_M = 0.1
/** A corner that lies on the neighbour's line moves by less than this when it is taken into it. */
const ON_LINE_M = 0.002
const MOST_NEIGHBOURS = 5

/**
 * The repairs that there are for a finding, the proposed one first: an overlap is cut out of the younger of two rows (valid from a later day, or recorded later), of equally old
 * ones out of the one that is drawn larger than its official area by about as much, or else out of the smaller; a gap goes to the neighbour with the longest border. `rows` in the order of the finding; `borders` of a gap, the longest first.
 */
export function fixOptions(
  finding: GeometryFinding,
  rows: readonly FixRow[],
  borders: readonly { readonly key: string; readonly lengthM: number }[],
): readonly FixOption[] {
  const none = { against: null, withinM: null, borderM: null }
  const [a, b] = rows
  switch (finding.rule) {
    case 'geometry/overlap': {
      if (!a || !b) return []
      const [yields, stays, why] = yielding(a, b, finding.details.area)
      const opposite: FixReason = why === 'younger' ? 'older' : why === 'too-large' ? 'agrees' : 'larger'
      return [
        { ...none, way: 'cut', target: yields.key, against: stays.key, why },
        { ...none, way: 'cut', target: stays.key, against: yields.key, why: opposite },
        { ...none, way: 'snap', target: yields.key, withinM: SNAP_M, why },
        { ...none, way: 'snap', target: stays.key, withinM: SNAP_M, why: opposite },
      ]
    }
    case 'geometry/contained':
      return a && b ? [{ ...none, way: 'cut', target: b.key, against: a.key, why: 'larger' }] : []
    case 'geometry/gap':
    case 'geometry/gap-open': {
      const near = borders.slice(0, MOST_NEIGHBOURS)
      const fills = near.map(
        ({ key, lengthM }, i): FixOption => ({
          ...none,
          way: 'fill',
          target: key,
          why: i === 0 ? 'longest-border' : 'shorter-border',
          borderM: lengthM,
        }),
      )
      return near[0] ? [...fills, { ...none, way: 'snap', target: near[0].key, withinM: SNAP_M, why: 'longest-border' }] : []
    }
    case 'geometry/one-sided-vertex':
      return a ? [{ ...none, way: 'snap', target: a.key, withinM: ON_LINE_M, why: 'lacks-corners' }] : []
    default:
      return []
  }
}

/**
 * Which of two rows yields: the younger; of equally old ones the one whose official area says that the common ground is not its own; or else the smaller, or else the one
 * whose key comes later.
 */
function yielding(
  a: FixRow,
  b: FixRow,
  commonM2: number,
): readonly [yields: FixRow, stays: FixRow, why: 'younger' | 'too-large' | 'smaller'] {
  if (a.validFrom !== b.validFrom) return a.validFrom > b.validFrom ? [a, b, 'younger'] : [b, a, 'younger']
  if (a.since !== b.since) return a.since > b.since ? [a, b, 'younger'] : [b, a, 'younger']
  const isTooLarge = ({ areaM2, officialM2 }: FixRow) =>
    officialM2 !== null && Math.abs(officialM2 - (areaM2 - commonM2)) < Math.abs(officialM2 - areaM2)
  if (isTooLarge(a) !== isTooLarge(b)) return isTooLarge(a) ? [a, b, 'too-large'] : [b, a, 'too-large']
  const aFirst = Math.abs(a.areaM2 - b.areaM2) > 0.005 ? a.areaM2 < b.areaM2 : a.key > b.key
  return aFirst ? [a, b, 'smaller'] : [b, a, 'smaller']
}

/** What a row says of its area, in hundredths of m²; what its layer does not have is null. */
export type Areas = {
  readonly computed: number | null
  readonly official: number | null
  readonly deducted: number | null
  readonly classArea: number | null
  readonly mu: number | null
}

export const areasOf = (layer: GeometryLayer, content: Content): Areas => {
  const number = (name: string) => (typeof content[name] === 'number' ? (content[name] as number) : null)
  return {
    computed: layer === 'area' ? null : number('computed_area'),
    official: layer === 'area' ? number('control_area') : number('official_area'),
    deducted: layer === 'patch' ? number('deducted_area') : null,
    classArea: layer === 'patch' ? number('class_area') : null,
    mu: layer === 'parcel' ? number('official_mu') : null,
  }
}

/**
 * The areas of a row whose outline now has `computed` hundredths of m².
 *
 * The computed area is the outline's, always. The official area (TBMJ, SCMJ) is a survey's result and moves only by rule: it stays where the outline has come nearer to it, or moved by less than the last
 * digit; else it moves by what the outline's area moved, since it was taken from that outline. `keep` and `follow` say the one or the other for all rows. Where it moves, KCMJ is KCXS of it, TBDLMJ what is
 * left, and the 亩 of a parcel are worked out anew. The control area of an administrative area is laid down by its survey and never moves.
 */
export function areasAfter(layer: GeometryLayer, before: Areas, deduction: number | null, computed: number, rule: AreaRule): Areas {
  if (layer === 'area' || before.official === null) return { ...before, computed: layer === 'area' ? null : computed }
  const change = computed - (before.computed ?? computed)
  const nearer = Math.abs(before.official - computed) <= Math.abs(before.official - (before.computed ?? computed))
  const moves = rule === 'follow' ? change !== 0 : rule === 'by-rule' && Math.abs(change) >= 1 && !nearer
  if (!moves) return { ...before, computed }
  const official = before.official + change
  const deducted = before.deducted === null ? null : deduction === null ? before.deducted : Math.round(official * deduction)
  return {
    computed,
    official,
    deducted,
    classArea: deducted === null ? null : official - deducted,
    mu: before.mu === null ? null : Math.round(official * 0.0015) / 100,
  }
}

/** The columns of a row that the areas stand in. */
export function areaColumns(layer: GeometryLayer, areas: Areas): Content {
  if (layer === 'patch')
    return { computed_area: areas.computed, official_area: areas.official, deducted_area: areas.deducted, class_area: areas.classArea }
  if (layer === 'parcel') return { computed_area: areas.computed, official_area: areas.official, official_mu: areas.mu }
  return {}
}
