/** How large the cells of a raster in degrees are on the ground. */

const A = 6_378_137
const FLATTENING = 1 / 298.257222101 // CGCS2000; WGS 84 differs in the tenth digit
const E2 = FLATTENING * (2 - FLATTENING)
const E = Math.sqrt(E2)
const B2 = A * A * (1 - E2)
const DEGREE = Math.PI / 180

/** Half the area between the equator and a latitude, per radian of longitude: b²/2 (sin φ/(1 − e² sin² φ) + artanh(e sin φ)/e). J. P. Snyder, Map Projections (1987), eq. 3-12. */
function zoneM2(latitude: number): number {
  const s = Math.sin(Math.max(-90, Math.min(90, latitude)) * DEGREE)
  return (B2 / 2) * (s / (1 - E2 * s * s) + Math.atanh(E * s) / E)
}

/** m² of a cell in each of `rows` rows, the first of which begins at latitude `top`; `stepX` and `stepY` in degrees. */
export function degreeCellAreas(top: number, stepX: number, stepY: number, rows: number): Float64Array {
  const areas = new Float64Array(rows)
  let above = zoneM2(top)
  for (let r = 0; r < rows; r++) {
    const below = zoneM2(top + (r + 1) * stepY)
    areas[r] = Math.abs((above - below) * stepX * DEGREE)
    above = below
  }
  return areas
}
