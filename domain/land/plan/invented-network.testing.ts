/**
 * Invented programs of several years for tests and benches: a main canal, branches and laterals with their districts; six months, hydrological year
 * types and years of water on every canal; works of every district that must follow their branch; clusters of adjacent parcels with a least area;
 * money and contractors of every year, and an area that every county must reach. All figures are made up.
 */

import type { StagedProblem } from '@dishu/numeric/allocation/relaxed'
import { NO_NEED, type Works } from '@dishu/numeric/allocation/works'
import { gaussian, seededRandom } from '@dishu/numeric/shared/random'

/** Paddy with gypsum, maize with drip, sorghum: net water of six months in mm, cost and full return in 元 per 亩, leaching in the first year. */
const TECHNOLOGIES = [
  { water: [0, 160, 120, 140, 90, 20], leach: 0.35, money: 2400, income: 5200, salt: 0.42, area: 1, paddy: true },
  { water: [20, 40, 70, 90, 40, 0], leach: 0.15, money: 1500, income: 3100, salt: 0.22, area: 1, paddy: false },
  { water: [10, 20, 30, 40, 10, 0], leach: 0.1, money: 800, income: 1600, salt: 0.1, area: 1, paddy: false },
  { water: [0, 120, 90, 110, 70, 10], leach: 0.5, money: 3300, income: 5600, salt: 0.5, area: 1, paddy: true },
] as const
const MONTHS = 6
const BRANCHES = 7
const COUNTIES = 5
const CUBIC_METRES = 0.667 // of one mm on one 亩

export type InventedShape = {
  readonly parcels: number
  readonly canals: number
  readonly years: number
  readonly yearTypes: number
  /** Parcels in a cluster. */
  readonly cluster: number
}
export const NETWORK: InventedShape = { parcels: 100_000, canals: 50, years: 3, yearTypes: 3, cluster: 100 }

export function inventedNetwork(shape: InventedShape, seed: number): StagedProblem {
  const random = seededRandom(seed)
  const { parcels, years, yearTypes } = shape
  const branches = Math.min(BRANCHES, Math.max(1, Math.floor((shape.canals - 1) / 2)))
  const districts = shape.canals - 1 - branches
  const branchOf = (d: number) => Math.floor((d * branches) / districts)
  const countyOf = (d: number) => Math.floor((d * COUNTIES) / districts)
  // rows
  const periods = MONTHS * yearTypes * years
  const canalRow = (canal: number, month: number, type: number, year: number) =>
    canal * periods + (year * yearTypes + type) * MONTHS + month
  const firstMoney = shape.canals * periods
  const firstHands = firstMoney + years
  const firstSalt = firstHands + years
  const firstTarget = firstSalt + branches
  const firstLink = firstTarget + COUNTIES
  const rows = firstLink + districts * years
  // accounts: water of district × technology × first year, then every row that options and works name themselves
  const technologies = TECHNOLOGIES.length
  const waterAccount = (d: number, technology: number, stage: number) => (d * technologies + technology) * years + stage
  const firstOwn = districts * technologies * years
  const ownAccount = (r: number) => firstOwn + r - firstMoney
  const start = new Uint32Array(firstOwn + rows - firstMoney + 1)
  const row: number[] = []
  const coefficient: number[] = []
  const efficiency = [0.93, ...Array.from({ length: branches }, () => 0.85 + 0.08 * random())]
  const lateral = Array.from({ length: districts }, () => 0.78 + 0.12 * random())
  for (let d = 0; d < districts; d++) {
    const path = [
      [1 + branches + d, lateral[d]],
      [1 + branchOf(d), lateral[d] * efficiency[1 + branchOf(d)]],
      [0, lateral[d] * efficiency[1 + branchOf(d)] * efficiency[0]],
    ] as const
    for (let technology = 0; technology < technologies; technology++) {
      const { water, leach } = TECHNOLOGIES[technology]
      for (let stage = 0; stage < years; stage++) {
        for (const [canal, delivered] of path)
          for (let year = stage; year < years; year++)
            for (let type = 0; type < yearTypes; type++)
              for (let month = 0; month < MONTHS; month++) {
                const dryness = 0.8 + 0.2 * type + 0.05 * Math.sin(month + type)
                const mm = water[month] * dryness * (year === stage ? 1 + leach : 1)
                if (mm === 0) continue
                row.push(canalRow(canal, month, type, year))
                coefficient.push((mm * CUBIC_METRES) / delivered)
              }
        start[waterAccount(d, technology, stage) + 1] = row.length
      }
    }
  }
  for (let r = firstMoney; r < rows; r++) {
    row.push(r)
    coefficient.push(1)
    start[ownAccount(r) + 1] = row.length
  }
  const accounts = { start, row: Uint32Array.from(row), coefficient: Float64Array.from(coefficient) }
  // works: of each district, then clusters within it
  const clustersOf = (d: number) => {
    const first = Math.floor((d * parcels) / districts)
    const last = Math.floor(((d + 1) * parcels) / districts)
    return { first, last, count: Math.max(1, Math.round((last - first) / shape.cluster)) }
  }
  const parent: number[] = Array.from({ length: branches + districts }, () => -1)
  const clusterOf = new Int32Array(parcels)
  for (let d = 0; d < districts; d++) {
    const { first, last, count } = clustersOf(d)
    for (let i = first; i < last; i++)
      clusterOf[i] = parent.length + Math.min(count - 1, Math.floor(((i - first) * count) / (last - first)))
    for (let n = 0; n < count; n++) parent.push(branches + d)
  }
  const works = parent.length
  // parcels
  const options = technologies * years
  const width = 5
  const benefit = new Float64Array(parcels * options)
  const optionRow = new Uint32Array(parcels * options * width)
  const use = new Float64Array(optionRow.length)
  const need = new Uint8Array(parcels * options * 2).fill(NO_NEED)
  const size = new Float64Array(parcels * options)
  const area = new Float64Array(works)
  const countyArea = new Float64Array(COUNTIES)
  const wanted = new Float64Array(rows)
  for (let i = 0; i < parcels; i++) {
    const cluster = clusterOf[i]
    const d = parent[cluster] - branches
    const mu = Math.exp(3.2 + 0.6 * gaussian(random))
    const quality = Math.exp(0.25 * gaussian(random) + 0.15 * Math.sin(cluster))
    area[cluster] += mu
    countyArea[countyOf(d)] += mu
    let best = -1
    for (let technology = 0; technology < technologies; technology++) {
      const each = TECHNOLOGIES[technology]
      const cost = each.money * (0.75 + 0.5 * random())
      const income = each.income * quality * (0.85 + 0.3 * random())
      const thirst = 0.85 + 0.3 * random()
      for (let stage = 0; stage < years; stage++) {
        const k = i * options + technology * years + stage
        benefit[k] = Math.round(mu * ((income * (years - stage + 5)) / 8 - cost) * 0.95 ** stage)
        const touched = [waterAccount(d, technology, stage), ...[firstMoney + stage, firstHands + stage].map(ownAccount)]
        touched.push(ownAccount(firstSalt + branchOf(d)), ownAccount(firstTarget + countyOf(d)))
        const amounts = [mu * thirst, mu * cost, mu, mu * each.salt, -mu]
        optionRow.set(touched, k * width)
        use.set(
          amounts.map((amount) => Math.round(amount * 100) / 100),
          k * width,
        )
        need[2 * k + 1] = stage
        if (each.paddy) need[2 * k] = stage
        size[k] = Math.round(mu * 100) / 100
        if (best < 0 || benefit[k] > benefit[best]) best = k
      }
    }
    for (let q = best * width; q < (best + 1) * width; q++)
      for (let e = start[optionRow[q]]; e < start[optionRow[q] + 1]; e++) wanted[row[e]] += use[q] * coefficient[e]
  }
  // stages of works
  const workBenefit = new Float64Array(works * years)
  const workStart = new Uint32Array(works * years + 1)
  const workRow: number[] = []
  const workUse: number[] = []
  const districtArea = (d: number) => {
    let sum = 0
    for (let w = branches + districts; w < works; w++) if (parent[w] === branches + d) sum += area[w]
    return sum
  }
  for (let w = 0; w < works; w++) {
    const scale = 0.7 + 0.6 * random()
    const mu =
      w < branches
        ? Array.from({ length: districts }, (_, d) => (branchOf(d) === w ? districtArea(d) : 0)).reduce((a, b) => a + b)
        : w < branches + districts
          ? districtArea(w - branches)
          : area[w]
    const cost = Math.round(mu * (w < branches ? 20 : w < branches + districts ? 80 : 60) * scale)
    for (let stage = 0; stage < years; stage++) {
      const n = w * years + stage
      workBenefit[n] = -Math.round(cost * 0.95 ** stage)
      workRow.push(ownAccount(firstMoney + stage))
      workUse.push(cost)
      // a district's works open by a year only when their branch is: Σ districts' openings so far − Σ branch's openings so far ≤ 0
      for (let later = stage; later < years; later++) {
        if (w >= branches && w < branches + districts) {
          workRow.push(ownAccount(firstLink + (w - branches) * years + later))
          workUse.push(1)
        }
        if (w < branches)
          for (let d = 0; d < districts; d++)
            if (branchOf(d) === w) {
              workRow.push(ownAccount(firstLink + d * years + later))
              workUse.push(-1)
            }
      }
      workStart[n + 1] = workRow.length
    }
  }
  const limit = wanted.map((amount, r) => {
    if (r < firstMoney)
      return Math.round(amount * (0.4 + 0.35 * random()) * (1.15 - 0.15 * ((Math.floor(r / MONTHS) % yearTypes) / yearTypes)))
    return 0
  })
  const money = wanted.subarray(firstMoney, firstMoney + years).reduce((a, b) => a + b)
  const all = area.reduce((a, b) => a + b)
  for (let year = 0; year < years; year++) {
    limit[firstMoney + year] = Math.round((money * 0.75) / years)
    limit[firstHands + year] = Math.round((all * 0.8) / years)
  }
  for (let b = 0; b < branches; b++) limit[firstSalt + b] = Math.round(wanted[firstSalt + b] * 0.7)
  for (let c = 0; c < COUNTIES; c++) limit[firstTarget + c] = -Math.round(countyArea[c] * (0.3 + 0.1 * random()))
  const kernelWorks: Works = {
    stages: years,
    parent: Int32Array.from(parent),
    benefit: workBenefit,
    start: workStart,
    row: Uint32Array.from(workRow),
    use: Float64Array.from(workUse),
    least: Float64Array.from(area, (mu, w) => (w < branches + districts ? 0 : Math.round(mu * 0.45))),
    required: new Uint8Array(works),
    of: clusterOf,
    depth: 2,
    need,
    size,
  }
  return {
    firstOption: Uint32Array.from({ length: parcels + 1 }, (_, i) => i * options),
    benefit,
    width,
    row: optionRow,
    use,
    limit,
    accounts,
    works: kernelWorks,
  }
}
