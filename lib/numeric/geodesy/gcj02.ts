/**
 * The shift of China's public web maps (GCJ-02), by the formula that has been public since 2010: sums of sines of longitude and latitude in
 * metres, taken to degrees on Krasovsky's ellipsoid. It serves to recognise displaced layers, never to make coordinates for a register.
 */
const SEMI_MAJOR_M = 6_378_245
const ECCENTRICITY2 = 0.006_693_421_622_965_943
const DEGREE = Math.PI / 180

/** Longitude and latitude in degrees (lon, lat, lon, lat, …) become those of the public maps, in place; within 73–135° E, 4–54° N. NaN stays NaN. */
export function toGcj02(lonLat: Float64Array): Float64Array {
  for (let i = 0; i + 1 < lonLat.length; i += 2) {
    const [longitude, latitude] = [lonLat[i], lonLat[i + 1]]
    const x = longitude - 105
    const y = latitude - 35
    const root = Math.sqrt(Math.abs(x))
    const ripples = waves(x, [20, 1 / 3], [20, 1])
    const north =
      -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripples + waves(y, [20, 2], [40, 6]) + waves(y, [160, 24], [320, 60])
    const east =
      300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripples + waves(x, [20, 2], [40, 6]) + waves(x, [150, 24], [300, 60])
    const sine = Math.sin(latitude * DEGREE)
    const w = Math.sqrt(1 - ECCENTRICITY2 * sine * sine)
    lonLat[i] = longitude + east / ((SEMI_MAJOR_M / w) * Math.cos(latitude * DEGREE) * DEGREE)
    lonLat[i + 1] = latitude + north / (((SEMI_MAJOR_M * (1 - ECCENTRICITY2)) / w ** 3) * DEGREE)
  }
  return lonLat
}

type Wave = readonly [heightM: number, lengthDegrees: number]
/** Two thirds of waves through the origin. */
const waves = (x: number, ...all: readonly Wave[]) =>
  (2 / 3) * all.reduce((sum, [height, length]) => sum + height * Math.sin((2 * Math.PI * x) / length), 0)
