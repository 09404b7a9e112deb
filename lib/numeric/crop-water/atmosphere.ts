/**
 * Air and wind: pressure, humidity, wind at two metres. All equations are numbered as in Allen, Pereira, Raes and Smith (1998), "Crop evapotranspiration",
 * FAO Irrigation and Drainage Paper 56 (FAO-56). Temperatures °C, pressures kPa, heights m. NaN in, NaN out.
 */

/** Mean air pressure at an altitude (eq. 7). */
export const airPressure = (altitudeM: number) => 101.3 * ((293 - 0.0065 * altitudeM) / 293) ** 5.26

/** The psychrometric constant γ, kPa/°C (eq. 8). */
export const psychrometricConstant = (pressureKPa: number) => 0.665e-3 * pressureKPa

/** Saturation vapour pressure e° at a temperature (eq. 11). */
export const saturationPressure = (celsius: number) => 0.6108 * Math.exp((17.27 * celsius) / (celsius + 237.3))

/** Mean saturation vapour pressure of a day or longer (eq. 12): of the extremes, since e° is not linear. */
export const meanSaturationPressure = (tmax: number, tmin: number) => (saturationPressure(tmax) + saturationPressure(tmin)) / 2

/** Slope Δ of the saturation curve, kPa/°C (eq. 13). */
export const saturationSlope = (celsius: number) => (4098 * saturationPressure(celsius)) / (celsius + 237.3) ** 2

/** Coefficients of psychrometers (eq. 16), 1/°C: ventilated at 5 m/s, naturally at about 1 m/s, and indoors without. */
export const PSYCHROMETER = { ventilated: 0.000662, natural: 0.0008, indoors: 0.0012 } as const

/** Actual vapour pressure from a wet and a dry bulb (eq. 15). */
export const vapourPressureOfBulbs = (dry: number, wet: number, pressureKPa: number, coefficient: number) =>
  saturationPressure(wet) - coefficient * pressureKPa * (dry - wet)

/** What is known of a day's humidity; the best of it is used, in this order. */
export type Humidity = {
  readonly vapourPressure?: number | undefined
  readonly dewPoint?: number | undefined
  readonly max?: number | undefined // relative, %
  readonly min?: number | undefined
  readonly mean?: number | undefined
}

/**
 * Actual vapour pressure of a day: stated; of the dew point (eq. 14); of both relative humidities (eq. 17), of the greatest (eq. 18), of the mean (eq. 19);
 * and where nothing is known, as if the air were saturated at the day's minimum (eq. 48), `dewBelowMin` °C less in arid places.
 */
export function actualPressure(tmax: number, tmin: number, humidity: Humidity, dewBelowMin = 0): number {
  const { vapourPressure, dewPoint, max, min, mean } = humidity
  if (known(vapourPressure)) return vapourPressure
  if (known(dewPoint)) return saturationPressure(dewPoint)
  if (known(max) && known(min)) return (saturationPressure(tmin) * max + saturationPressure(tmax) * min) / 200
  if (known(max)) return (saturationPressure(tmin) * max) / 100
  if (known(mean)) return (meanSaturationPressure(tmax, tmin) * mean) / 100
  return saturationPressure(tmin - dewBelowMin)
}

const known = (value: number | undefined): value is number => value !== undefined && !Number.isNaN(value)

/** Wind at 2 m from wind measured at a height above short grass (eq. 47). */
export const windAtTwoMetres = (speed: number, heightM: number) => (speed * 4.87) / Math.log(67.8 * heightM - 5.42)

/** Where no wind is known: the mean of two thousand stations (FAO-56, p. 63). */
export const USUAL_WIND = 2
