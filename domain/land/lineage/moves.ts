/** Corners that move: where a corner is, or where a line runs, that a move begins at. */
import type { RingPolygon } from '@dishu/numeric/topology/divide'
import { DRAWN_M } from '@dishu/numeric/topology/divide'

type Move = readonly number[] // from x, y, to x, y

/** The polygons after the moves; null where none of them begins here. A move from within a line puts a corner there first, where `onLines`. */
export function movedCorners(polygons: readonly RingPolygon[], moves: readonly Move[], onLines: boolean): RingPolygon[] | null {
  let some = false
  const moved = polygons.map(({ rings }) => ({
    rings: rings.map((ring) => {
      const put: number[] = []
      for (let i = 0; i + 3 < ring.length; i += 2) {
        const here = moves.find(([x, y]) => Math.hypot(x - ring[i], y - ring[i + 1]) <= DRAWN_M)
        some ||= here !== undefined
        put.push(here ? here[2] : ring[i], here ? here[3] : ring[i + 1])
        if (!onLines) continue
        for (const { move } of movesOnEdge(ring, i, moves)) {
          put.push(move[2], move[3])
          some = true
        }
      }
      put.push(put[0], put[1])
      return Float64Array.from(put)
    }),
  }))
  return some ? moved : null
}

function movesOnEdge(ring: Float64Array, i: number, moves: readonly Move[]) {
  const [ax, ay, bx, by] = [ring[i], ring[i + 1], ring[i + 2], ring[i + 3]]
  const [dx, dy] = [bx - ax, by - ay]
  const length = Math.hypot(dx, dy)
  return moves
    .flatMap((move) => {
      const [x, y] = move
      const along = ((x - ax) * dx + (y - ay) * dy) / length
      const off = Math.abs((x - ax) * dy - (y - ay) * dx) / length
      return length > 0 && along > DRAWN_M && along < length - DRAWN_M && off <= DRAWN_M ? [{ along, move }] : []
    })
    .sort((p, q) => p.along - q.along)
}
