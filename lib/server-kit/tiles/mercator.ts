/** Where a tile lies: the square of the web's Mercator at zoom z, column x from 180° west, row y from the north; 4096 units a side, y running down. */

export const EXTENT = 4096
/** Ground around a tile that is drawn with it, so that outlines do not end at its edge: 64 units are 8 pixels of 512. */
export const BUFFER = 64

export type TileAddress = { readonly z: number; readonly x: number; readonly y: number }

/** Whether there is such a tile. */
export const isTile = ({ z, x, y }: TileAddress) =>
  [z, x, y].every(Number.isInteger) && z >= 0 && z <= 22 && x >= 0 && x < 2 ** z && y >= 0 && y < 2 ** z

/** West, south, east, north of a tile with `margin` units around it, in degrees. */
export function tileBounds({ z, x, y }: TileAddress, margin = 0): readonly [west: number, south: number, east: number, north: number] {
  const m = margin / EXTENT
  const longitude = (column: number) => (column / 2 ** z) * 360 - 180
  const latitude = (row: number) => (Math.atan(Math.sinh(Math.PI * (1 - (2 * row) / 2 ** z))) * 180) / Math.PI
  return [longitude(x - m), latitude(y + 1 + m), longitude(x + 1 + m), latitude(y - m)]
}

/** Longitude and latitude in degrees (lon, lat, lon, lat, …) become units of the tile, in place. */
export function toTileUnits(lonLat: Float64Array, { z, x, y }: TileAddress): Float64Array {
  const scale = 2 ** z
  for (let i = 0; i + 1 < lonLat.length; i += 2) {
    lonLat[i] = (((lonLat[i] + 180) / 360) * scale - x) * EXTENT
    const sine = Math.sin((lonLat[i + 1] * Math.PI) / 180)
    lonLat[i + 1] = ((0.5 - Math.atanh(sine) / (2 * Math.PI)) * scale - y) * EXTENT
  }
  return lonLat
}

/** Changes coordinates x, y, x, y, … in place. */
export type InPlace = (xy: Float64Array) => void

/**
 * `exact` replaced by the polynomial of degree 2 in x and in y that agrees with it in nine points of a rectangle. A projection is so smooth over a
 * tile of a few kilometres that the two differ by far less than a unit, and the polynomial costs a tenth. The test says how far it holds.
 */
export function localProjection(exact: InPlace, [minX, minY, maxX, maxY]: readonly [number, number, number, number]): InPlace {
  const midX = (minX + maxX) / 2
  const midY = (minY + maxY) / 2
  const halfX = (maxX - minX) / 2 || 1
  const halfY = (maxY - minY) / 2 || 1
  const nodes = new Float64Array(18)
  for (let row = 0; row < 3; row++)
    for (let column = 0; column < 3; column++) nodes.set([midX + (column - 1) * halfX, midY + (row - 1) * halfY], 2 * (3 * row + column))
  exact(nodes)
  const u = coefficients(nodes, 0)
  const v = coefficients(nodes, 1)
  return (xy) => {
    for (let i = 0; i + 1 < xy.length; i += 2) {
      const s = (xy[i] - midX) / halfX
      const t = (xy[i + 1] - midY) / halfY
      xy[i] = u[0] + s * (u[1] + s * u[2]) + t * (u[3] + s * (u[4] + s * u[5]) + t * (u[6] + s * (u[7] + s * u[8])))
      xy[i + 1] = v[0] + s * (v[1] + s * v[2]) + t * (v[3] + s * (v[4] + s * v[5]) + t * (v[6] + s * (v[7] + s * v[8])))
    }
  }
}

/** Σ c[3j + i] sⁱ tʲ through the nine values at s, t ∈ {−1, 0, 1}. */
function coefficients(nodes: Float64Array, offset: number): Float64Array {
  const along = (a: number, b: number, c: number) => [b, (c - a) / 2, (a + c) / 2 - b] as const // a at −1, b at 0, c at 1
  const rows = [0, 1, 2].map((row) => along(nodes[6 * row + offset], nodes[6 * row + 2 + offset], nodes[6 * row + 4 + offset]))
  const c = new Float64Array(9)
  for (let i = 0; i < 3; i++) for (const [j, value] of along(rows[0][i], rows[1][i], rows[2][i]).entries()) c[3 * j + i] = value
  return c
}
