/** Places and edges as well mixed bits. */

/** Of vertex `v`, from the bits of its two coordinates: four 32-bit words a vertex. */
export function vertexHash(bits: Int32Array, v: number): number {
  const i = 4 * v
  const h =
    Math.imul(bits[i], 0x9e3779b1) ^
    Math.imul(bits[i + 1], 0x85ebca77) ^
    Math.imul(bits[i + 2], 0xc2b2ae3d) ^
    Math.imul(bits[i + 3], 0x27d4eb2f)
  return Math.imul(h ^ (h >>> 15), 0x2c1b3c6d)
}

/** Of an edge between two vertices, whichever way it runs. */
export function edgeHash(a: number, b: number): number {
  const h = (a + b) | 0
  const g = Math.imul(h ^ (h >>> 16), 0x7feb352d)
  return g ^ (g >>> 15)
}
