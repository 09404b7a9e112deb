/** Which boxes of a layer meet a given box, by a grid of about one box per square. */
export type Bounds = readonly [minX: number, minY: number, maxX: number, maxY: number]

/**
 * Builds the grid once; the function it returns gives the indices of boxes that share ground with a box (touching is not sharing), in ascending order.
 * Boxes without extent or with NaN in them meet nothing.
 */
export function gridOf(boxes: readonly Bounds[]): (box: Bounds) => number[] {
  const whole = boxes.reduce<[number, number, number, number]>(
    (all, [x1, y1, x2, y2]) =>
      x1 <= x2 && y1 <= y2 ? [Math.min(all[0], x1), Math.min(all[1], y1), Math.max(all[2], x2), Math.max(all[3], y2)] : all,
    [Infinity, Infinity, -Infinity, -Infinity],
  )
  const width = whole[2] - whole[0]
  const height = whole[3] - whole[1]
  if (!(width > 0 && height > 0)) return () => []
  const across = Math.max(1, Math.min(4096, Math.round(Math.sqrt((boxes.length * width) / height))))
  const up = Math.max(1, Math.min(4096, Math.round(boxes.length / across)))
  const column = (x: number) => Math.max(0, Math.min(across - 1, Math.floor(((x - whole[0]) / width) * across)))
  const row = (y: number) => Math.max(0, Math.min(up - 1, Math.floor(((y - whole[1]) / height) * up)))

  // how many boxes reach each square, then where its list begins, then the lists
  const starts = new Uint32Array(across * up + 1)
  const eachSquare = ([x1, y1, x2, y2]: Bounds, visit: (square: number) => void) => {
    if (!(x1 <= x2 && y1 <= y2)) return
    const [c1, c2, r1, r2] = [column(x1), column(x2), row(y1), row(y2)]
    for (let r = r1; r <= r2; r++) for (let c = c1; c <= c2; c++) visit(r * across + c)
  }
  for (const box of boxes) eachSquare(box, (square) => starts[square + 1]++)
  for (let i = 1; i < starts.length; i++) starts[i] += starts[i - 1]
  const lists = new Uint32Array(starts[starts.length - 1])
  const next = starts.slice()
  boxes.forEach((box, i) => {
    eachSquare(box, (square) => {
      lists[next[square]++] = i
    })
  })

  const seen = new Uint32Array(boxes.length)
  let query = 0
  return (box) => {
    query++
    const found: number[] = []
    eachSquare(box, (square) => {
      for (let k = starts[square]; k < starts[square + 1]; k++) {
        const i = lists[k]
        if (seen[i] === query) continue
        seen[i] = query
        const [x1, y1, x2, y2] = boxes[i]
        if (x1 < box[2] && box[0] < x2 && y1 < box[3] && box[1] < y2) found.push(i)
      }
    })
    return found.sort((a, b) => a - b)
  }
}
