/** The six figures of a wall screen, taken from the same roll-ups as every other page and rounded with the same lists. Pure. */
import { type AreaUnit, hundredthsOf, shownParts } from '@dishu/web-kit/areas'
import type { CountReply, CountRow } from './count.wire.ts'

export type WallFigure = {
  readonly id: 'total' | 'unused' | 'uncontracted' | 'cultivated' | 'heavy' | 'not-graded'
  /** Hundredths of the unit. */
  readonly shown: number
  readonly patches: number
  /** The question of the page that lists its patches. */
  readonly filter: Readonly<Record<string, readonly string[]>>
}

const HEAVY = ['heavy', 'extreme']

function sumOf({ rows }: Pick<CountReply, 'rows'>, unit: AreaUnit, fits: (by: CountRow['by']) => boolean) {
  const parts = shownParts(
    rows.map(({ area }) => area),
    unit,
  )
  return rows.reduce((sum, row, i) => (fits(row.by) ? { shown: sum.shown + parts[i], patches: sum.patches + row.patches } : sum), {
    shown: 0,
    patches: 0,
  })
}

type Rows = Pick<CountReply, 'rows'>

/**
 * `saline`: by saline set; `contracts`: of unused saline land by contract; `grades`: of saline cultivated land by grade, each in the order of its list. Cultivated
 * land without a usable sample has a figure of its own: a wall that left it out would look as if there were none.
 */
export function wallFigures(
  saline: Rows & Pick<CountReply, 'total'>,
  contracts: Rows,
  grades: Rows,
  unit: AreaUnit,
): readonly WallFigure[] {
  const { area, patches } = saline.total
  return [
    { id: 'total', shown: hundredthsOf(area, unit), patches, filter: {} },
    { id: 'unused', ...sumOf(saline, unit, (by) => by.saline === 'unused'), filter: { saline: ['unused'] } },
    { id: 'uncontracted', ...sumOf(contracts, unit, (by) => by.contract === 'none'), filter: { saline: ['unused'], contract: ['none'] } },
    { id: 'cultivated', ...sumOf(saline, unit, (by) => by.saline === 'cultivated'), filter: { saline: ['cultivated'] } },
    { id: 'heavy', ...sumOf(grades, unit, (by) => HEAVY.includes(by.grade ?? '')), filter: { saline: ['cultivated'], grade: HEAVY } },
    { id: 'not-graded', ...sumOf(saline, unit, (by) => by.saline === 'unknown'), filter: { saline: ['unknown'] } },
  ]
}
