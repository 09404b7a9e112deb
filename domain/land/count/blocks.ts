/** Which pieces of ground a map is made of: outlines by tiles of zoom 14, and what smaller zooms show by tiles of zoom 12. */

/** Outlines are packed by tiles of this zoom, in its units (0.4 m in the north of China). */
export const OUTLINE_ZOOM = 14
/** What a smaller zoom shows is kept by tiles of this zoom: sixteen of those of the outlines. */
export const PARENT_ZOOM = 12
/** Smaller zooms show what this one does. */
export const FIRST_ZOOM = 5
export const LAST_SUMMARY_ZOOM = PARENT_ZOOM - 1
/** Outlines along the side of a parent. */
export const ACROSS = 2 ** (OUTLINE_ZOOM - PARENT_ZOOM)

export type Place = { readonly x: number; readonly y: number }

export const placeKey = (zoom: number, x: number, y: number): number => (x * 2 ** 23 + y) * 32 + zoom

/** The outline tiles that a tile from zoom 12 on lies in or is made of, row by row. */
export function outlinesUnder(z: number, x: number, y: number): Place[] {
  if (z >= OUTLINE_ZOOM) return [{ x: x >> (z - OUTLINE_ZOOM), y: y >> (z - OUTLINE_ZOOM) }]
  const n = 2 ** (OUTLINE_ZOOM - z)
  return Array.from({ length: n * n }, (_, i) => ({ x: x * n + (i % n), y: y * n + Math.floor(i / n) }))
}

/** Places of parents from `west` to `east` and `north` to `south`, both ends taken in, that lie in a tile of a smaller zoom. */
export function parentsUnder(
  z: number,
  x: number,
  y: number,
  [west, north, east, south]: readonly [number, number, number, number],
): Place[] {
  const n = 2 ** (PARENT_ZOOM - z)
  const found: Place[] = []
  for (let row = Math.max(north, y * n); row <= Math.min(south, y * n + n - 1); row++)
    for (let column = Math.max(west, x * n); column <= Math.min(east, x * n + n - 1); column++) found.push({ x: column, y: row })
  return found
}

/** Below 3 of the 512 pixels that a tile is wide, an outline is a blot: such patches are shown by squares. In units of the tile. */
export const SMALLEST_UNITS = 24
/** Squares of 4 pixels: 2⁷ of them along a tile. */
export const SQUARES = 7
/** From zoom 14 on a patch of 3 pixels is under 10 m wide: everything is drawn, and nobody is asked how large it is. */
export const DRAW_ALL_FROM_ZOOM = 14
/** The words of a cell, in the order in which they are packed. */
export const SHOWN = ['class', 'grade', 'mapgrade', 'owner', 'contract', 'saline'] as const
