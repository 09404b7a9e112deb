/** When a figure of a patch is shown at all. Dated: a scene is held against what was in force on its day. A county may set its own (setting `imagery`). */
export type SceneLimits = {
  /** Of the seen part of a patch, the most that clouds, shadow or snow may hide. */
  readonly mostHidden: number
  /** Of a patch, the least that must lie on the scene with data. */
  readonly leastSeen: number
  /** Cells (in sum of their fractions) that a figure needs. */
  readonly leastCells: number
}

export const LIMITS: readonly (SceneLimits & { readonly from: string; readonly source: string })[] = [
  {
    from: '1972-01-01',
    mostHidden: 0.2,
    leastSeen: 0.8,
    leastCells: 1,
    source: 'own choice: with a fifth hidden, the mean of the rest stands for the patch; no standard states a share',
  },
]

/** What holds for a scene of a day. */
export function limitsOn(day: string, own: Partial<SceneLimits> | null = null): SceneLimits {
  const { mostHidden, leastSeen, leastCells } = LIMITS.findLast(({ from }) => from <= day) ?? LIMITS[0]
  return { mostHidden, leastSeen, leastCells, ...own }
}
