/** The worked examples of FAO-56 (Allen et al. 1998): inputs and printed answers, to the digits that are printed. */
import assert from 'node:assert/strict'
import test from 'node:test'
import {
  actualPressure,
  airPressure,
  meanSaturationPressure,
  PSYCHROMETER,
  psychrometricConstant,
  saturationPressure,
  saturationSlope,
  vapourPressureOfBulbs,
  windAtTwoMetres,
} from './atmosphere.ts'
import { saltStress, stress } from './balance.ts'
import { adjustedKc } from './coefficients.ts'
import { leachingRequirement, leachingRequirementFrequent, rootZoneEc } from './leaching.ts'
import {
  clearSky,
  daylightHours,
  dayOfYear,
  extraterrestrial,
  extraterrestrialOfHour,
  MM_PER_MJ,
  monthlySoilHeat,
  monthlySoilHeatToDate,
  netLongwave,
  netShortwave,
  radians,
  solarOfIsland,
  solarOfSunshine,
  solarOfTemperature,
} from './radiation.ts'
import { hargreaves, monthlyReferenceEt, referenceEt, referenceEtOfHour } from './reference.ts'

/** Equal to half a unit of the last printed digit. */
const prints = (value: number, printed: string) => {
  const digits = printed.split('.')[1]?.length ?? 0
  assert.ok(Math.abs(value - Number(printed)) <= 0.5000001 * 10 ** -digits, `${value} does not print as ${printed}`)
}

test('example 1: four fifths of 15 MJ a day evaporate 4.9 mm', () => prints(0.8 * 15 * MM_PER_MJ, '4.9'))
test('example 2: pressure and psychrometric constant at 1 800 m', () => {
  prints(airPressure(1800), '81.8')
  prints(psychrometricConstant(airPressure(1800)), '0.054')
})
test('example 3: saturation pressure of 24.5 and 15 °C', () => {
  prints(saturationPressure(24.5), '3.075')
  prints(saturationPressure(15), '1.705')
  prints(meanSaturationPressure(24.5, 15), '2.39')
})
test('example 4: bulbs of 25.6 and 19.5 °C at 1 200 m', () => {
  prints(airPressure(1200), '87.9')
  prints(vapourPressureOfBulbs(25.6, 19.5, airPressure(1200), PSYCHROMETER.ventilated), '1.91')
})
test('example 5: vapour pressure from 82 and 54 % between 18 and 25 °C', () => prints(actualPressure(25, 18, { max: 82, min: 54 }), '1.70'))
test('example 6: the deficit of that day', () =>
  prints(meanSaturationPressure(25, 18) - actualPressure(25, 18, { max: 82, min: 54 }), '0.91'))
test('example 7: Bangkok and Rio in radians', () => {
  prints(radians(13 + 44 / 60), '0.240')
  prints(radians(-(22 + 54 / 60)), '-0.400')
})
test('example 8: radiation above the air on 3 September at 20° S', () => prints(extraterrestrial(radians(-20), dayOfYear(9, 3)), '32.2'))
test('example 9: daylight on that day', () => prints(daylightHours(radians(-20), dayOfYear(9, 3)), '11.7'))
test('examples 10 to 12: Rio in May', () => {
  const rio = radians(-(22 + 54 / 60))
  const ra = extraterrestrial(rio, dayOfYear(5, 15))
  prints(ra, '25.1')
  prints(daylightHours(rio, dayOfYear(5, 15)), '10.9')
  const rs = solarOfSunshine(220 / 31, daylightHours(rio, dayOfYear(5, 15)), ra)
  prints(rs, '14.5')
  const rso = clearSky(ra, 0)
  prints(rso, '18.8')
  const rnl = netLongwave(25.1, 19.1, 2.1, rs / rso)
  prints(rnl, '3.5')
  prints(netShortwave(rs), '11.1')
  prints(netShortwave(rs) - rnl, '7.6')
})
test('example 13: the soil takes up heat while months grow warmer', () => prints(monthlySoilHeat(14.1, 18.8), '0.33'))
test('example 14: 3.2 m/s at 10 m are 2.4 at 2 m', () => prints(windAtTwoMetres(3.2, 10), '2.4'))
test('example 15: radiation from temperature at Lyon in July', () => {
  const ra = extraterrestrial(radians(45 + 43 / 60), dayOfYear(7, 15))
  prints(ra, '40.6')
  prints(solarOfTemperature(26.6, 14.8, ra), '22.3')
})
test('example 16: net radiation of Bangkok in April without radiation data', () => {
  const ra = extraterrestrial(radians(13 + 44 / 60), dayOfYear(4, 15))
  prints(ra, '38.06')
  const rs = solarOfTemperature(34.8, 25.6, ra, 0.19)
  prints(rs, '21.9')
})
test('example 17: Bangkok in April by the month', () => {
  const [tmax, tmin] = [34.8, 25.6]
  prints(saturationSlope((tmax + tmin) / 2), '0.246')
  prints(airPressure(2), '101.3')
  prints(psychrometricConstant(101.3), '0.0674') // of the pressure as it is printed
  const site = { latitude: 13 + 44 / 60, altitudeM: 2 }
  const weather = { tmax, tmin, humidity: { vapourPressure: 2.85 }, wind: 2, sunshineHours: 8.5 }
  const found = referenceEt(site, 105, weather, monthlySoilHeatToDate(29.2, 30.2))
  prints(found.es, '4.42')
  prints(found.ra, '38.06')
  prints(found.rs, '22.65')
  prints(found.rn, '14.33')
  prints(found.g, '0.14')
  prints(found.et0, '5.72')
  assert.deepEqual(found.stoodIn, [])
})
test('example 18: Uccle on 6 July', () => {
  const site = { latitude: 50.8, altitudeM: 100 }
  const weather = { tmax: 21.5, tmin: 12.3, humidity: { max: 84, min: 63 }, wind: 10 / 3.6, windHeightM: 10, sunshineHours: 9.25 }
  const found = referenceEt(site, 187, weather)
  prints(found.u2, '2.078')
  prints(found.es, '1.997')
  prints(found.ea, '1.409')
  prints(found.ra, '41.09')
  prints(daylightHours(radians(50.8), 187), '16.1')
  prints(found.rs, '22.07')
  prints(found.rso, '30.90')
  prints(found.rn, '13.28')
  prints(found.et0, '3.88')
})
test('example 19: N’Diaye, an hour of the night and one of the afternoon', () => {
  const site = { latitude: 16 + 13 / 60, altitudeM: 8 }
  const hour = { day: 274, zoneWest: 15, placeWest: 16.25, cloudiness: 0.8 }
  const night = referenceEtOfHour(site, { ...hour, clock: 2.5 }, { celsius: 28, humidity: 90, wind: 1.9, solar: 0 })
  prints(night.ra, '0')
  prints(night.rn, '-0.100')
  prints(night.et0, '0.00')
  const noon = referenceEtOfHour(site, { ...hour, clock: 14.5 }, { celsius: 38, humidity: 52, wind: 3.3, solar: 2.45 })
  prints(noon.ra, '3.543')
  prints(noon.rn, '1.749')
  prints(noon.et0, '0.63')
})
test('example 20: Lyon in July from temperatures alone', () => {
  const site = { latitude: 45 + 43 / 60, altitudeM: 200 }
  const found = referenceEt(site, dayOfYear(7, 15), { tmax: 26.6, tmin: 14.8, wind: 2 })
  prints(found.ea, '1.68')
  prints(found.rs, '22.3')
  prints(found.et0, '4.6')
  prints(hargreaves(site, dayOfYear(7, 15), 26.6, 14.8), '5.0')
  assert.deepEqual(found.stoodIn, ['humidity', 'radiation'])
})
test('example 39: beans under salt and thirst', () => {
  // printed with ECe rounded to 1.5 × ECiw
  for (const [depletion, both] of [
    [50, '0.83'],
    [60, '0.69'],
    [70, '0.56'],
    [80, '0.42'],
    [90, '0.28'],
    [100, '0.14'],
    [110, '0'],
  ] as const)
    prints(saltStress(1.5, 1, 19, 1.15, stress(depletion, 110, 0.4)), both)
  prints(saltStress(1.5, 1, 19, 1.15), '0.92')
})
test('leaching: FAO-29’s wheat and maize, and equation 93 of FAO-56', () => {
  prints(leachingRequirement(1.5, 6) ?? 0, '0.0526')
  prints(76 / (1 - (leachingRequirement(1.5, 6) ?? 0)), '80.22')
  prints(leachingRequirement(1.2, 2.5) ?? 0, '0.106')
  prints(leachingRequirement(1.2, 1.7) ?? 0, '0.164')
  assert.equal(leachingRequirement(10, 2), null)
  for (const [fraction, ratio] of [
    [0.05, '4.2'],
    [0.1, '2.2'],
    [0.15, '1.533'],
    [0.2, '1.2'],
    [0.3, '0.867'],
  ] as const)
    prints(rootZoneEc(1, fraction), ratio)
})
test('an island’s radiation (eq. 51), and leaching where water is given often (FAO-29, eq. 10)', () => {
  assert.equal(solarOfIsland(30), 17) // 0.7 · 30 − 4
  assert.equal(leachingRequirementFrequent(1, 10), 0.05)
  assert.equal(leachingRequirementFrequent(20, 10), null)
})
test('a coefficient is for 45 % and 2 m/s, and moves with dry wind', () => {
  assert.equal(adjustedKc(1.2, 2, 45, 2), 1.2)
  // FAO-56 ch. 6: (0.04·3 − 0.004·(−25))·(2/3)^0.3 = 0.22·0.8855
  prints(adjustedKc(1.2, 5, 20, 2), '1.395')
})
test('a month without temperatures has no evapotranspiration, and those beside it have', () => {
  const tmax = Float64Array.from({ length: 12 }, (_, m) => (m === 3 ? Number.NaN : 20))
  const { et0, stoodIn } = monthlyReferenceEt({ latitude: 45, altitudeM: 140 }, { tmax, tmin: tmax.map((t) => t - 10) })
  assert.ok(Number.isNaN(et0[3]) && et0[2] > 0 && et0[4] > 0)
  assert.deepEqual([...stoodIn].sort(), ['humidity', 'radiation', 'wind'])
})
test('a day whose minimum lies above its maximum is a fault', () =>
  assert.throws(() => referenceEt({ latitude: 45, altitudeM: 0 }, 1, { tmax: 1, tmin: 2 }), /tmin/))
test('the hours of a day add up to its radiation', () => {
  const latitude = radians(45)
  let sum = 0
  for (let hour = 0; hour < 24; hour++) sum += extraterrestrialOfHour(latitude, 187, hour + 0.5, 0, 0)
  assert.ok(Math.abs(sum - extraterrestrial(latitude, 187)) < 0.02, `${sum}`)
})
