/** Patches that touch, as blocks: what is farmed together is ameliorated together. */
type Box = readonly [number, number, number, number]

const NEAR_DEGREES = 5e-5 // about five metres: a path or a ditch between two fields does not part them

/** Of each patch the number of its block; patches without a place are blocks of their own. Boxes stand for outlines, so a block may hold neighbours over a corner. */
export function blocksOf(boxes: readonly (Box | null)[]): Int32Array {
  const parent = Int32Array.from(boxes, (_, i) => i)
  const root = (i: number): number => {
    while (parent[i] !== i) {
      parent[i] = parent[parent[i]]
      i = parent[i]
    }
    return i
  }
  const order = boxes.flatMap((box, i) => (box ? [i] : [])).sort((a, b) => (boxes[a]?.[0] ?? 0) - (boxes[b]?.[0] ?? 0) || a - b)
  let open: number[] = []
  for (const i of order) {
    const [west, south, , north] = boxes[i] as Box
    open = open.filter((j) => (boxes[j] as Box)[2] + NEAR_DEGREES >= west)
    for (const j of open) {
      const [, lower, , upper] = boxes[j] as Box
      if (lower <= north + NEAR_DEGREES && upper >= south - NEAR_DEGREES) {
        const [a, b] = [root(i), root(j)]
        parent[Math.max(a, b)] = Math.min(a, b)
      }
    }
    open.push(i)
  }
  return parent.map((_, i) => root(i))
}
