/** Lengths and areas of what a person draws on the map. Longitude and latitude in degrees; good to about 0.1 % over a county, and labelled as a sketch. */
export type Place = readonly [longitude: number, latitude: number]

const RAD = Math.PI / 180
const A = 6_378_137 // CGCS2000, semi-major axis in metres
const E2 = 0.006694380022903416

/** Metres per degree of longitude and latitude at a latitude, on the ellipsoid. */
function perDegree(latitude: number): readonly [number, number] {
  const s2 = Math.sin(latitude * RAD) ** 2
  const w = Math.sqrt(1 - E2 * s2)
  return [((A * Math.cos(latitude * RAD)) / w) * RAD, ((A * (1 - E2)) / w ** 3) * RAD]
}

/** Length of a line in metres. */
export function lengthOf(line: readonly Place[]): number {
  let metres = 0
  for (let i = 1; i < line.length; i++) {
    const [perLon, perLat] = perDegree((line[i][1] + line[i - 1][1]) / 2)
    metres += Math.hypot((line[i][0] - line[i - 1][0]) * perLon, (line[i][1] - line[i - 1][1]) * perLat)
  }
  return metres
}

/** Area enclosed when the line is closed, in square metres; 0 for fewer than three places. */
export function areaOf(line: readonly Place[]): number {
  if (line.length < 3) return 0
  const [x0, y0] = line[0]
  const [perLon, perLat] = perDegree(line.reduce((sum, [, latitude]) => sum + latitude, 0) / line.length)
  let twice = 0
  for (let i = 0; i < line.length; i++) {
    const [x, y] = line[i]
    const [nx, ny] = line[(i + 1) % line.length]
    twice += (x - x0) * (ny - y0) - (nx - x0) * (y - y0)
  }
  return Math.abs(twice / 2) * perLon * perLat
}

/** A fair bar: the longest of 1, 2, 5 × 10ⁿ metres that is not longer than `pixels` at `metresPerPixel`. */
export function scaleBar(metresPerPixel: number, pixels: number): { readonly metres: number; readonly width: number } {
  const most = metresPerPixel * pixels
  const power = 10 ** Math.floor(Math.log10(most))
  const metres = [5, 2, 1].map((step) => step * power).find((step) => step <= most) ?? power
  return { metres, width: metres / metresPerPixel }
}
