/** Reference evapotranspiration of short grass by Penman and Monteith, and what to do where data lack: FAO-56 (Allen et al. 1998), chapters 2 to 4. */
import {
  actualPressure,
  airPressure,
  type Humidity,
  meanSaturationPressure,
  psychrometricConstant,
  saturationPressure,
  saturationSlope,
  USUAL_WIND,
  windAtTwoMetres,
} from './atmosphere.ts'
import {
  clearSky,
  daylightHours,
  extraterrestrial,
  extraterrestrialOfHour,
  MM_PER_MJ,
  monthlySoilHeat,
  netLongwave,
  netShortwave,
  radians,
  solarOfSunshine,
  solarOfTemperature,
  TEMPERATURE_FACTOR,
} from './radiation.ts'

export type DayWeather = {
  readonly tmax: number
  readonly tmin: number
  readonly humidity?: Humidity | undefined
  readonly wind?: number | undefined // m/s
  readonly windHeightM?: number | undefined // 2 where not said
  readonly solar?: number | undefined // MJ/m²; else from sunshine, else from temperature
  readonly sunshineHours?: number | undefined
}
export type Site = {
  readonly latitude: number // degrees
  readonly altitudeM: number
  readonly coastal?: boolean | undefined
  readonly angstrom?: readonly [a: number, b: number] | undefined
}
/** What stood in for data that were not there. */
export type Stood = 'humidity' | 'wind' | 'radiation'
export type Reference = {
  readonly et0: number // mm a day
  readonly ra: number
  readonly rs: number
  readonly rso: number
  readonly rn: number
  readonly g: number
  readonly ea: number
  readonly es: number
  readonly u2: number
  readonly stoodIn: readonly Stood[]
}

/**
 * ET0 of a day (eq. 6), or of a mean day of a month: then `day` is the month's middle and `soilHeat` its G, MJ/m² a day. Missing humidity, wind and radiation
 * are stood in for as FAO-56 ch. 3 says, and named. NaN where temperature is; throws where the minimum lies above the maximum.
 */
export function referenceEt(site: Site, day: number, weather: DayWeather, soilHeat = 0): Reference {
  const { tmax, tmin, humidity = {}, wind, windHeightM = 2, solar, sunshineHours } = weather
  if (tmin > tmax) throw new RangeError(`expected tmin ≤ tmax, got ${tmin} > ${tmax}`)
  const stoodIn: Stood[] = []
  const ea = actualPressure(tmax, tmin, humidity)
  if (!Object.values(humidity).some(isKnown)) stoodIn.push('humidity')
  const u2 = isKnown(wind) ? (windHeightM === 2 ? wind : windAtTwoMetres(wind, windHeightM)) : USUAL_WIND
  if (!isKnown(wind)) stoodIn.push('wind')
  const latitude = radians(site.latitude)
  const ra = extraterrestrial(latitude, day)
  const rso = clearSky(ra, site.altitudeM)
  let rs: number
  if (isKnown(solar)) rs = solar
  else if (isKnown(sunshineHours)) rs = solarOfSunshine(sunshineHours, daylightHours(latitude, day), ra, ...(site.angstrom ?? []))
  else {
    rs = solarOfTemperature(tmax, tmin, ra, TEMPERATURE_FACTOR[site.coastal ? 'coast' : 'interior'], rso)
    stoodIn.push('radiation')
  }
  const rn = netShortwave(rs) - netLongwave(tmax, tmin, ea, rso > 0 ? rs / rso : 1)
  const es = meanSaturationPressure(tmax, tmin)
  const mean = (tmax + tmin) / 2
  const et0 = penmanMonteith({ mean, rn, g: soilHeat, u2, deficit: es - ea, altitudeM: site.altitudeM, numerator: 900 })
  return { et0: Math.max(0, et0), ra, rs, rso, rn, g: soilHeat, ea, es, u2, stoodIn }
}

const isKnown = (value: number | undefined): value is number => value !== undefined && !Number.isNaN(value)

type Terms = { mean: number; rn: number; g: number; u2: number; deficit: number; altitudeM: number; numerator: number }
function penmanMonteith({ mean, rn, g, u2, deficit, altitudeM, numerator }: Terms): number {
  const slope = saturationSlope(mean)
  const gamma = psychrometricConstant(airPressure(altitudeM))
  return (MM_PER_MJ * slope * (rn - g) + ((gamma * numerator) / (mean + 273)) * u2 * deficit) / (slope + gamma * (1 + 0.34 * u2))
}

/** ET0 by the span of temperature alone, mm a day (eq. 52, Hargreaves): a check, or where nothing else is known. */
export const hargreaves = (site: Site, day: number, tmax: number, tmin: number) =>
  0.0023 * ((tmax + tmin) / 2 + 17.8) * Math.sqrt(Math.max(0, tmax - tmin)) * extraterrestrial(radians(site.latitude), day) * MM_PER_MJ

export type HourWeather = { readonly celsius: number; readonly humidity: number; readonly wind: number; readonly solar: number }
export type Hour = {
  readonly day: number
  readonly clock: number // middle of the hour
  readonly zoneWest: number // degrees west of Greenwich: of the clock
  readonly placeWest: number // and of the place
  readonly cloudiness: number // Rs/Rso of the last hours before sunset, for the night
}
/** ET0 of an hour, mm (eq. 53); `rn`, `ra` in MJ/m² an hour. */
export function referenceEtOfHour(site: Site, hour: Hour, weather: HourWeather): { et0: number; rn: number; ra: number } {
  const { celsius, humidity, wind, solar } = weather
  const ra = extraterrestrialOfHour(radians(site.latitude), hour.day, hour.clock, hour.zoneWest, hour.placeWest)
  const es = saturationPressure(celsius)
  const ea = (es * humidity) / 100
  const rso = clearSky(ra, site.altitudeM)
  const rn = netShortwave(solar) - netLongwave(celsius, celsius, ea, rso > 0 && solar > 0 ? solar / rso : hour.cloudiness, 1 / 24)
  const g = rn * (ra > 0 ? 0.1 : 0.5) // eqs 45, 46
  const et0 = penmanMonteith({ mean: celsius, rn, g, u2: wind, deficit: es - ea, altitudeM: site.altitudeM, numerator: 37 })
  return { et0: Math.max(0, et0), rn, ra }
}

export type MonthWeather = {
  readonly tmax: ArrayLike<number> // twelve of each, January first; NaN where not known
  readonly tmin: ArrayLike<number>
  readonly humidity?: ArrayLike<number> | undefined // mean, %
  readonly wind?: ArrayLike<number> | undefined // m/s at 2 m
  readonly sunshine?: ArrayLike<number> | undefined // hours a day
}
/** Mean ET0 of each month, mm a day, with the soil's heat from the months beside it (eq. 43). NaN where its temperatures are not known. */
export function monthlyReferenceEt(site: Site, weather: MonthWeather): { readonly et0: Float64Array; readonly stoodIn: readonly Stood[] } {
  const { tmax, tmin } = weather
  const mean = Array.from({ length: 12 }, (_, m) => (tmax[m] + tmin[m]) / 2)
  const stoodIn = new Set<Stood>()
  const et0 = Float64Array.from({ length: 12 }, (_, m) => {
    if (Number.isNaN(mean[m])) return Number.NaN
    const heat = monthlySoilHeat(mean[(m + 11) % 12], mean[(m + 1) % 12])
    const day = Math.floor(30.4 * (m + 1) - 15) // eq. 22's middle of the month
    const reference = referenceEt(
      site,
      day,
      {
        tmax: tmax[m],
        tmin: tmin[m],
        humidity: { mean: weather.humidity?.[m] },
        wind: weather.wind?.[m],
        sunshineHours: weather.sunshine?.[m],
      },
      Number.isNaN(heat) ? 0 : heat,
    )
    for (const each of reference.stoodIn) stoodIn.add(each)
    return reference.et0
  })
  return { et0, stoodIn: [...stoodIn] }
}
