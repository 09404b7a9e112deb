/**
 * Invented programs for tests and benches: parcels along a canal system, each with eight treatments that differ in water, money and yield;
 * two seasons of water in every district, money of every county and of all together, and an area that every county must reach.
 */
import type { AllocationProblem } from '@dishu/numeric/allocation/problem'
import { gaussian, seededRandom } from '@dishu/numeric/shared/random'

const DISTRICTS = 12
const COUNTIES = 20
const WIDTH = 5
/** Net water of two seasons in mm, money in 元 per 亩, share of the full yield. */
const TREATMENTS = [
  [180, 220, 900, 1.0],
  [120, 160, 1500, 0.95],
  [60, 120, 2200, 0.9],
  [30, 60, 600, 0.45],
  [150, 90, 1100, 0.8],
  [0, 80, 400, 0.35],
  [90, 260, 1300, 1.15],
  [40, 30, 350, 0.28],
] as const

export function inventedProgram(parcels: number, seed: number): AllocationProblem {
  const random = seededRandom(seed)
  const options = parcels * TREATMENTS.length
  const rows = 2 * DISTRICTS + 2 * COUNTIES + 1
  const benefit = new Float64Array(options)
  const row = new Uint16Array(options * WIDTH)
  const use = new Float64Array(options * WIDTH)
  const wanted = new Float64Array(rows) // what all parcels would take if each had its best
  const area = new Float64Array(COUNTIES)
  for (let i = 0; i < parcels; i++) {
    const along = i / parcels
    const district = Math.min(DISTRICTS - 1, Math.max(0, Math.floor(along * DISTRICTS + (random() - 0.5) * 0.6)))
    const county = Math.floor(along * COUNTIES)
    const mu = Math.exp(3.2 + 0.7 * gaussian(random))
    const salt = 2 + 3 * random() + 1.5 * Math.sin(along * 40)
    const quality = Math.exp(0.25 * gaussian(random))
    area[county] += mu
    let best = 0
    TREATMENTS.forEach(([spring, summer, money, yields], j) => {
      const k = i * TREATMENTS.length + j
      const cost = money * (0.8 + 0.4 * random())
      const loss = 0.06 * Math.max(0, salt - 3) * (1 - spring / 360) // less where more water leaches
      benefit[k] = Math.max(1, Math.round(mu * (4480 * quality * yields * (1 - loss) * (0.85 + 0.3 * random()) - cost)))
      const cubicMetres = (mm: number) => Math.round(mu * mm * 0.667 * (0.9 + 0.2 * random()) * (0.6 + 0.1 * salt))
      const touched = [
        2 * district,
        2 * district + 1,
        2 * DISTRICTS + county,
        2 * DISTRICTS + COUNTIES,
        2 * DISTRICTS + COUNTIES + 1 + county,
      ]
      const amounts = [cubicMetres(spring), cubicMetres(summer), Math.round(mu * cost), Math.round(mu * cost), -Math.round(mu * 100) / 100]
      row.set(touched, k * WIDTH)
      use.set(amounts, k * WIDTH)
      if (benefit[k] > benefit[i * TREATMENTS.length + best]) best = j
    })
    const k = i * TREATMENTS.length + best
    for (let q = k * WIDTH; q < (k + 1) * WIDTH; q++) wanted[row[q]] += use[q]
  }
  const limit = wanted.map((amount, r) => {
    if (r < 2 * DISTRICTS) return Math.floor(amount * (0.3 + 0.25 * random()))
    if (r < 2 * DISTRICTS + COUNTIES) return Math.floor(amount * (0.45 + 0.3 * random()))
    if (r === 2 * DISTRICTS + COUNTIES) return Math.floor(amount * 0.5)
    return -Math.round(area[r - 2 * DISTRICTS - COUNTIES - 1] * (0.35 + 0.3 * random()))
  })
  return {
    firstOption: Uint32Array.from({ length: parcels + 1 }, (_, i) => i * TREATMENTS.length),
    benefit,
    width: WIDTH,
    row,
    use,
    limit,
  }
}
