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

export const childrenOf = (areas: readonly AreaNode[], code: string) =>
  areas.filter(({ parent }) => parent === code).sort((a, b) => (a.code < b.code ? -1 : 1))

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
