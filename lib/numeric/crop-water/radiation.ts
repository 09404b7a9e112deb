/** Radiation at the top of the air and at the ground, MJ/m² a day (or hour), after FAO-56 (Allen et al. 1998). Latitudes in radians, south below zero; J is the day of the year. */

const SOLAR_CONSTANT = 0.082 // MJ/m² a minute
const STEFAN_BOLTZMANN = 4.903e-9 // MJ/K⁴/m² a day
const ALBEDO = 0.23 // of the reference grass
/** Radiation as a depth of evaporated water: 1 MJ/m² is 0.408 mm (eq. 20). */
export const MM_PER_MJ = 0.408

export const radians = (degrees: number) => (degrees * Math.PI) / 180

/** Day of the year of a day in a month counted from 1, in a common year. */
export const dayOfYear = (month: number, day: number) => DAYS_BEFORE[month - 1] + day
const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334] as const

const distanceFactor = (day: number) => 1 + 0.033 * Math.cos((2 * Math.PI * day) / 365) // eq. 23
const declination = (day: number) => 0.409 * Math.sin((2 * Math.PI * day) / 365 - 1.39) // eq. 24
/** Sunset hour angle (eq. 25); inside the polar circles the sun stays up (π) or down (0). */
const sunsetAngle = (latitude: number, day: number) =>
  Math.acos(Math.max(-1, Math.min(1, -Math.tan(latitude) * Math.tan(declination(day)))))

/** Extraterrestrial radiation Ra of a day (eq. 21). */
export function extraterrestrial(latitude: number, day: number): number {
  const [delta, sunset] = [declination(day), sunsetAngle(latitude, day)]
  return (
    ((24 * 60) / Math.PI) *
    SOLAR_CONSTANT *
    distanceFactor(day) *
    (sunset * Math.sin(latitude) * Math.sin(delta) + Math.cos(latitude) * Math.cos(delta) * Math.sin(sunset))
  )
}

/** Hours of daylight N (eq. 34). */
export const daylightHours = (latitude: number, day: number) => (24 / Math.PI) * sunsetAngle(latitude, day)

/** Ra of an hour or less (eqs 28–33). `clock`: its middle by the clock; `zoneWest`, `placeWest`: degrees west of Greenwich of the clock's meridian and of the place. */
export function extraterrestrialOfHour(
  latitude: number,
  day: number,
  clock: number,
  zoneWest: number,
  placeWest: number,
  hours = 1,
): number {
  const b = (2 * Math.PI * (day - 81)) / 364
  const season = 0.1645 * Math.sin(2 * b) - 0.1255 * Math.cos(b) - 0.025 * Math.sin(b)
  const middle = (Math.PI / 12) * (clock + 0.06667 * (zoneWest - placeWest) + season - 12)
  const sunset = sunsetAngle(latitude, day)
  const clamp = (angle: number) => Math.max(-sunset, Math.min(sunset, angle)) // only while the sun is up
  const [from, to] = [clamp(middle - (Math.PI * hours) / 24), clamp(middle + (Math.PI * hours) / 24)]
  const delta = declination(day)
  return (
    ((12 * 60) / Math.PI) *
    SOLAR_CONSTANT *
    distanceFactor(day) *
    ((to - from) * Math.sin(latitude) * Math.sin(delta) + Math.cos(latitude) * Math.cos(delta) * (Math.sin(to) - Math.sin(from)))
  )
}

/** Solar radiation from hours of sunshine (eq. 35, Ångström); a and b by regression where they are known. */
export const solarOfSunshine = (hours: number, daylight: number, ra: number, a = 0.25, b = 0.5) =>
  (a + (b * Math.min(hours, daylight)) / daylight) * ra

/** kRs of eq. 50: inland, and on a coast. */
export const TEMPERATURE_FACTOR = { interior: 0.16, coast: 0.19 } as const
/** Solar radiation from the span of a day's temperature (eq. 50, Hargreaves); never more than under a clear sky. */
export const solarOfTemperature = (tmax: number, tmin: number, ra: number, factor: number = TEMPERATURE_FACTOR.interior, clear = ra) =>
  Math.min(clear, factor * Math.sqrt(Math.max(0, tmax - tmin)) * ra)
/** Monthly solar radiation of a small island below 100 m (eq. 51). */
export const solarOfIsland = (ra: number) => 0.7 * ra - 4

/** Radiation under a clear sky (eq. 37). */
export const clearSky = (ra: number, altitudeM: number) => (0.75 + 2e-5 * altitudeM) * ra

export const netShortwave = (rs: number) => (1 - ALBEDO) * rs // eq. 38

/** Net outgoing longwave radiation (eq. 39). Rs/Rso is held between 0.3 and 1, as the instruments' noise is not the sky's. */
export function netLongwave(tmax: number, tmin: number, ea: number, cloudiness: number, share = 1): number {
  const fourth = (celsius: number) => (celsius + 273.16) ** 4
  const ratio = Math.max(0.3, Math.min(1, cloudiness))
  return STEFAN_BOLTZMANN * share * ((fourth(tmax) + fourth(tmin)) / 2) * (0.34 - 0.14 * Math.sqrt(ea)) * (1.35 * ratio - 0.35)
}

/** Soil heat flux of a month from the mean temperatures around it (eq. 43), or from this month's and the last's where the next is not known (eq. 44). */
export const monthlySoilHeat = (before: number, after: number) => 0.07 * (after - before)
export const monthlySoilHeatToDate = (before: number, now: number) => 0.14 * (now - before)
