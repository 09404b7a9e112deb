/** Eighteen years of daily weather with another program's evapotranspiration, and a cotton season of its dual balance (both CC0, not part of the project). */
import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { dualDay, totalAvailable, totalEvaporable } from './balance.ts'
import { coverOf, kcMax, kcOn } from './coefficients.ts'
import { referenceEt } from './reference.ts'

const SHARED = process.env.DISHU_SHARED ?? fileURLToPath(new URL('../../../../shared', import.meta.url))
const folder = join(SHARED, 'data/06_golden/crop')
const skip = existsSync(folder) ? false : `the reference data are not at ${folder}`
const lines = (name: string) => readFileSync(join(folder, name), 'utf8').trim().split(/\r?\n/)

test('eighteen years of days agree with another program to the hundredths it prints', { skip }, () => {
  const rows = lines('pyfao56_refet/RefET.csv')
    .slice(1)
    .map((line) => line.split(',').map((cell) => (cell === '' ? Number.NaN : Number(cell))))
  assert.ok(rows.length > 6500)
  let worst = 0
  let squares = 0
  let days = 0
  for (const [, day, solar, tmax, tmin, dewPoint, , , wind, , printed] of rows) {
    if ([solar, tmax, tmin, dewPoint, wind, printed].some(Number.isNaN)) continue
    const { et0 } = referenceEt({ latitude: 33.069, altitudeM: 361 }, day, {
      tmax,
      tmin,
      humidity: { dewPoint },
      wind,
      windHeightM: 3,
      solar,
    })
    worst = Math.max(worst, Math.abs(et0 - printed))
    squares += (et0 - printed) ** 2
    days++
  }
  assert.ok(days > 6500)
  assert.ok(worst < 0.025 && Math.sqrt(squares / days) < 0.006, `worst ${worst}, root mean square ${Math.sqrt(squares / days)} mm a day`)
})

test('a season of cotton: every day of the dual balance agrees', { skip }, () => {
  const all = lines('pyfao56_cotton2013/cottondry2013.out')
  const at = all.findIndex((line) => line.startsWith('Year-DOY'))
  const names = all[at].trim().split(/\s+/)
  const days = all.slice(at + 1).map((line) => {
    const cells = line.trim().split(/\s+/)
    return Object.fromEntries(names.map((name, i) => [name, name === 'Year-DOY' ? cells[i] : Number(cells[i])])) as Record<string, never>
  })
  const table = (name: string, value: number) =>
    new Map(
      lines(name)
        .filter((line) => /^2013-\d{3}/.test(line))
        .map((line) => line.trim().split(/\s+/))
        .map((cells) => [cells[0], Number(cells[value])]),
    )
  const rains = table('pyfao56_cotton2013/cotton2013.wth', 9)
  const irrigations = table('pyfao56_cotton2013/cottondry2013.irr', 1)
  const surface = { total: totalEvaporable(0.225, 0.1, 0.1143), ready: 9 }
  let before = { surface: surface.total, root: days[0].Dr as number }
  assert.ok(days.length > 190)
  for (const day of days.slice(1)) {
    const { ETref: et0, Kcb: kcb, Kcmax, fw: wetted, few, h, Zr } = day as Record<string, number>
    const depth = totalAvailable(0.225, 0.1, Zr)
    const found = dualDay(before, {
      et0,
      kcb,
      kcMax: Kcmax,
      cover: few < wetted ? 1 - few : (day.fc as number),
      wetted,
      rain: rains.get(String(day['Year-DOY'])) ?? 0,
      irrigation: irrigations.get(String(day['Year-DOY'])) ?? 0,
      available: depth,
      tabledFraction: 0.65,
      surface,
    })
    for (const [mine, theirs, tolerance] of [
      [found.ke, day.Ke, 0.006],
      [found.ks, day.Ks, 0.004],
      [found.eta, day.ETa, 0.04],
      [found.surface, day.De, 0.25],
      [found.root, day.Dr, 0.1],
      [depth, day.TAW, 0.2],
      [found.drained, day.DP, 0.1],
      [h > 0.1 ? coverOf(kcb, 0.15, Kcmax, h) : day.fc, day.fc, 0.006],
    ] as const)
      assert.ok(Math.abs(mine - theirs) < tolerance, `${day['Year-DOY']}: ${mine} is not ${theirs} (TAW ${day.TAW})`)
    // the printed depletion carries on, so that roundings of a season do not gather
    before = { surface: day.De as number, root: day.Dr as number }
  }
  // stages of 31, 52, 50 and 21 days: the printed basal coefficients follow the four lines
  const stages = { ini: 31, dev: 52, mid: 50, late: 21 }
  days.slice(0, 150).forEach((day, i) => {
    const mine = kcOn(i, stages, { ini: 0.15, mid: 1.2, end: 0.573 })
    assert.ok(Math.abs(mine - (day.tKcb as number)) < 0.0006, `day ${i}: ${mine} is not ${day.tKcb}`)
  })
  assert.ok(Math.abs(kcMax(0.15, 2, 45, 3) - 1.2) < 1e-12)
})
