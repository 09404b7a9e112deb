/** How far candidates are from where people can get to: roads, villages. */

/**
 * Distance, metres, of each place to the nearest of the points `toX`, `toY` (vertices of roads, middles of villages); infinite where there are none. Exact: points are
 * looked for ring by ring over a square grid.
 */
export function nearestDistances(x: Float64Array, y: Float64Array, toX: Float64Array, toY: Float64Array): Float64Array {
  const out = new Float64Array(x.length).fill(Number.POSITIVE_INFINITY)
  const m = toX.length
  if (m === 0) return out
  const [minX, maxX, minY, maxY] = [least(toX), -least(toX, -1), least(toY), -least(toY, -1)]
  const side = Math.max(1, Math.sqrt(((maxX - minX) * (maxY - minY)) / m), Math.max(maxX - minX, maxY - minY) / m)
  const [columns, rows] = [Math.floor((maxX - minX) / side) + 1, Math.floor((maxY - minY) / side) + 1]
  const cellOf = (px: number, py: number) => Math.floor((py - minY) / side) * columns + Math.floor((px - minX) / side)
  const starts = new Int32Array(columns * rows + 1)
  for (let j = 0; j < m; j++) starts[cellOf(toX[j], toY[j]) + 1]++
  for (let c = 1; c < starts.length; c++) starts[c] += starts[c - 1]
  const members = new Int32Array(m)
  const next = starts.slice()
  for (let j = 0; j < m; j++) members[next[cellOf(toX[j], toY[j])]++] = j
  for (let i = 0; i < x.length; i++) {
    const [column, row] = [Math.floor((x[i] - minX) / side), Math.floor((y[i] - minY) / side)]
    // rings nearer than the grid are empty
    const first = Math.max(0, -column, column - columns + 1, -row, row - rows + 1)
    let best = Number.POSITIVE_INFINITY
    for (let ring = first; ; ring++) {
      const inner = (ring - 1) * side // nothing in this ring is nearer
      if (inner > 0 && inner * inner > best) break
      for (let r = Math.max(0, row - ring); r <= Math.min(rows - 1, row + ring); r++) {
        const step = r === row - ring || r === row + ring ? 1 : Math.max(1, 2 * ring)
        for (let c = column - ring; c <= column + ring; c += step) {
          if (c < 0 || c >= columns) continue
          for (let at = starts[r * columns + c]; at < starts[r * columns + c + 1]; at++) {
            const [dx, dy] = [toX[members[at]] - x[i], toY[members[at]] - y[i]]
            const d2 = dx * dx + dy * dy
            if (d2 < best) best = d2
          }
        }
      }
    }
    out[i] = Math.sqrt(best)
  }
  return out
}

const least = (values: Float64Array, sign = 1) => values.reduce((low, value) => Math.min(low, sign * value), Number.POSITIVE_INFINITY)
