/** The place a page speaks of: an area in a tree of areas, on a day, as it was known at a revision. */
export type AreaNode = {
  readonly code: string
  readonly parent: string | null
  readonly level: string
  readonly name: string
  readonly bbox: readonly [number, number, number, number] | null
}

export type Place = {
  readonly county: string
  readonly countyName: string
  readonly within: string
  readonly level: string // of the area within
  readonly name: string // of the area within
  readonly path: readonly AreaNode[] // from the county down to the area within
  readonly areas: readonly AreaNode[]
  readonly bbox: readonly [number, number, number, number] | null
  readonly asOf: string | null // null: today
  readonly known: string | null // null: the newest revision
  readonly today: string
  readonly head: number
  readonly synthetic: boolean
}

/**
 * Codes that rows of the register carry and that the county has no area for: slips of the pen. They show by having no outline where
 * others of their level have one; without any outlines nothing can be told, and nothing is called unknown.
 */
export function unknownCodes(areas: readonly AreaNode[]): ReadonlySet<string> {
  const drawn = new Set(areas.filter(({ bbox }) => bbox !== null).map(({ level }) => level))
  return new Set(areas.filter(({ level, bbox }) => bbox === null && drawn.has(level)).map(({ code }) => code))
}

/** The areas right below one, by code; codes that the county has no area for come last. */
export function childrenOf(areas: readonly AreaNode[], code: string): readonly AreaNode[] {
  const unknown = unknownCodes(areas)
  return areas.filter(({ parent }) => parent === code).sort((a, b) => inOrder(unknown, a.code, b.code))
}

/** By code, unknown codes last. */
export const inOrder = (unknown: ReadonlySet<string>, a: string, b: string): number =>
  Number(unknown.has(a)) - Number(unknown.has(b)) || (a < b ? -1 : a > b ? 1 : 0)

/** The areas from the root down to the one with the code; nothing where the code is unknown. A ring of parents ends where it closes. */
export function pathTo(areas: readonly AreaNode[], code: string): readonly AreaNode[] {
  const byCode = new Map(areas.map((area) => [area.code, area]))
  const path: AreaNode[] = []
  let area = byCode.get(code)
  while (area && !path.includes(area)) {
    path.unshift(area)
    area = area.parent === null ? undefined : byCode.get(area.parent)
  }
  return path
}

/** The same place as parameters of a request. */
export const placeParams = ({ county, within, asOf, known }: Place) => ({ within: within === county ? null : within, asOf, known })
