/**
 * Sampling designs at the sizes that the product lets them have, in CPU seconds: the least of three runs, invented places.
 *
 *   npm run bench -- sampling
 */
import { cpus, loadavg } from 'node:os'
import { Covariance } from '@dishu/numeric/kriging/model'
import { nearestDistances } from '@dishu/numeric/sampling/access'
import { expectedError, greedyReduction } from '@dishu/numeric/sampling/greedy'
import { conditionedLatinHypercube } from '@dishu/numeric/sampling/latin'
import { nodesInside } from '@dishu/numeric/sampling/lattice'
import { allocate, stratifiedRandom } from '@dishu/numeric/sampling/random'
import { routeOrder } from '@dishu/numeric/sampling/route'
import { gaussian, seededRandom } from '@dishu/numeric/shared/random'

console.log(`${cpus().length} cores, load ${loadavg()[0].toFixed(1)}, Node ${process.versions.node}`)
const spent = <T>(what: string, work: () => T): T => {
  let least = Number.POSITIVE_INFINITY
  let out = work()
  for (let turn = 0; turn < 3; turn++) {
    const before = process.cpuUsage()
    out = work()
    const { user, system } = process.cpuUsage(before)
    least = Math.min(least, (user + system) / 1e6)
  }
  console.log(`${what}: ${least.toFixed(2)} CPU s`)
  return out
}
const random = seededRandom(1)
const draw = (n: number, scale: number) => Float64Array.from({ length: n }, () => random() * scale)

const strata = Int32Array.from({ length: 20_000 }, () => Math.floor(random() * 200))
spent('stratified random: 2,000 of 20,000 candidates in 200 strata', () => {
  const sizes = new Int32Array(200)
  for (const h of strata) sizes[h]++
  return stratifiedRandom(strata, allocate(sizes, 2000), 1)
})
const covariates = Float64Array.from({ length: 5 * 20_000 }, () => gaussian(random))
const latin = spent('conditioned Latin hypercube: 200 of 20,000 candidates, 5 covariates', () =>
  conditionedLatinHypercube({ covariates, covariateCount: 5 }, 200, 1),
)
console.log(`  objective ${latin.objective.toFixed(3)}`)

const covariance = new Covariance([{ kind: 'Sph', sill: 0.8, range: 6000 }])
const problem = {
  ...{ x: draw(1000, 40_000), y: draw(1000, 40_000), weights: new Float64Array(1000).fill(1), mean: draw(1000, 4).map((each) => each - 2) },
  ...{
    bounds: [-1, 0, 1, 1.5],
    candidate: new Uint8Array(1000).fill(1),
    nugget: 0.2,
    sampleX: draw(800, 40_000),
    sampleY: draw(800, 40_000),
  },
  budget: 100,
  covariance: (d2: Float64Array, count: number) => covariance.fillContinuous(d2, count),
}
const plan = spent('greedy: 100 of 1,000 places, given 800 samples', () => greedyReduction(problem))
const byChance = Array.from({ length: 5 }, (_, seed) =>
  expectedError(problem, stratifiedRandom(new Int32Array(1000), Int32Array.of(100), seed)),
)
const mean = byChance.reduce((sum, each) => sum + each, 0) / 5
console.log(
  `  expected error ${plan.errors[0].toFixed(4)} → ${plan.errors[100].toFixed(4)} steps; ${mean.toFixed(4)} with as many by chance`,
)

const [x, y] = [draw(2000, 40_000), draw(2000, 40_000)]
for (const n of [200, 2000])
  console.log(
    `  ${(spent(`route through ${n} places`, () => routeOrder(x.slice(0, n), y.slice(0, n), { round: true })).length / 1000).toFixed(0)} km`,
  )
const [toX, toY] = [draw(200_000, 40_000), draw(200_000, 40_000)]
spent('20,000 candidates to the nearest of 200,000 vertices of roads', () =>
  nearestDistances(draw(20_000, 40_000), draw(20_000, 40_000), toX, toY),
)
spent('lattice of 20,000 nodes over 20,000 patches', () => {
  let nodes = 0
  for (let i = 0; i < 20_000; i++) {
    const [left, bottom] = [(i % 200) * 200, Math.floor(i / 200) * 200]
    const ring = Float64Array.of(left, bottom, left + 200, bottom, left + 200, bottom + 200, left, bottom + 200, left, bottom)
    nodes += nodesInside([ring], { x0: 7, y0: 9, spacing: 200 }).length / 2
  }
  return nodes
})
