/**
 * Kriging against gstat (Pebesma 2004), where R and gstat are installed: CPU seconds for 250,000 nodes from 2,000 and 5,000 invented samples, 32 neighbours,
 * and how far the numbers are apart. Then two threads against one, means over 100,000 parcels, and simulations of a million cells with the memory they take, and areas of grades over patches.
 *
 *   npm run bench -- kriging
 *   npm run bench -- kriging --simulations=100 --rounds=3
 *   npm run bench -- kriging --areas           the areas alone
 */
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { type Patches, prepareAreas, simulateAreas } from '@dishu/numeric/kriging/areas'
import { type Grid, Kriging, type Samples } from '@dishu/numeric/kriging/kriging'
import { parseModel } from '@dishu/numeric/kriging/model'
import { generalisedMean, simulate } from '@dishu/numeric/kriging/simulate'
import { polygonSupport, withinVariance } from '@dishu/numeric/kriging/support'
import { gaussian, seededRandom } from '@dishu/numeric/shared/random'

const option = (name: string, otherwise: number) =>
  Number(process.argv.find((word) => word.startsWith(`--${name}=`))?.split('=')[1] ?? otherwise)
const ROUNDS = option('rounds', 3)
const SIMULATIONS = option('simulations', 25)
const PARCELS = option('parcels', 100_000)
const PATCHES = option('patches', 20_000)
const SIDE = 50_000 // metres
const TEXT = '0.2 Nug + 0.8 Sph(6000)'
const PEER = `
suppressMessages(library(sp)); suppressMessages(library(gstat)); a <- commandArgs(TRUE); d <- read.csv(a[1]); n <- as.integer(a[2]); s <- as.numeric(a[3]); coordinates(d) <- ~x+y
g <- expand.grid(x = (0:(n-1) + 0.5) * s / n, y = (0:(n-1) + 0.5) * s / n); coordinates(g) <- ~x+y
t <- system.time(k <- krige(ec ~ 1, d, g, model = vgm(0.8, "Sph", 6000, 0.2), nmax = 32, debug.level = 0)); cat(t[1] + t[2])
con <- file(a[4], "wb"); writeBin(as.double(k$var1.pred), con); writeBin(as.double(k$var1.var), con); close(con)
`
const model = (() => {
  const read = parseModel(TEXT)
  if (typeof read === 'string') throw new Error(`not a model: ${read}`)
  return read
})()
const folder = mkdtempSync(join(tmpdir(), 'dishu-bench-'))
process.once('exit', () => rmSync(folder, { recursive: true, force: true }))
if (process.argv.includes('--areas')) {
  areas()
  process.exit()
}
console.log(`${cpus().length} cores, load ${loadavg()[0].toFixed(1)}; model ${TEXT}, 32 neighbours`)

const N = 500
const grid: Grid = { x0: SIDE / N / 2, y0: SIDE / N / 2, dx: SIDE / N, dy: SIDE / N, columns: N, rows: N }
const answersFor = (n: number) => ({ prediction: new Float64Array(n), variance: new Float64Array(n) })
const hasPeer = spawnSync('Rscript', ['-e', 'library(gstat)']).status === 0
if (!hasPeer) console.log('R with gstat is not installed: no peer to compare with')

for (const n of [2000, 5000]) {
  const samples = invented(n)
  const answers = answersFor(N * N)
  const own = least(() => new Kriging(samples, model, { nmax: 32 }).predictRows(grid, 0, N, answers))
  const line = `${n} samples, ${N * N} nodes: ${own.toFixed(2)} CPU s`
  if (!hasPeer) {
    console.log(line)
    continue
  }
  const [csv, result, script] = [join(folder, 's.csv'), join(folder, 'peer.f64'), join(folder, 'peer.R')]
  writeFileSync(csv, csvOf(samples))
  writeFileSync(script, PEER)
  const times: number[] = []
  for (let i = 0; i < ROUNDS; i++)
    times.push(Number(spawnSync('Rscript', [script, csv, String(N), String(SIDE), result], { encoding: 'utf8' }).stdout))
  const bytes = readFileSync(result)
  const peer = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))
  let [apart, far, ties] = [0, 0, 0]
  for (let v = 0; v < N * N; v++) {
    const difference = Math.max(Math.abs(answers.prediction[v] - peer[v]), Math.abs(answers.variance[v] - peer[N * N + v]))
    apart = Math.max(apart, difference)
    if (difference > 1e-9) {
      far++
      if (isTie(samples, v)) ties++
    }
  }
  const theirs = Math.min(...times)
  console.log(
    `${line}; gstat ${theirs.toFixed(2)}, ratio ${(theirs / own).toFixed(1)}; farthest apart ${apart.toExponential(1)}, ${far} nodes over 1e-9, ${ties} of them where the 32nd and 33rd neighbour are equally far to single precision`,
  )
}

const samples = invented(5000)
threads(samples)
blocks(samples)
simulations(samples)
areas()

/** Whether the last neighbour of a node and the first that is none are equally far to single precision (1 in 1e7), where gstat is seen to take either. */
function isTie({ x, y }: Samples, node: number): boolean {
  const [px, py] = [grid.x0 + grid.dx * (node % N), grid.y0 + grid.dy * Math.floor(node / N)]
  const distances = x.map((each, i) => Math.hypot(each - px, y[i] - py)).sort()
  return distances[32] - distances[31] < 1e-7 * distances[32]
}

/** The command itself with one thread and with two, on a grid large enough that starting threads does not count. */
function threads(of: Samples): void {
  const csv = join(folder, 'threads.csv')
  writeFileSync(csv, csvOf(of))
  const main = fileURLToPath(new URL('../apps/cli/main.ts', import.meta.url))
  if (!existsSync(main)) return
  const wall = (workers: number) => {
    const words = [
      '--value',
      'ec',
      '--model',
      TEXT,
      '--extent',
      `0,0,${SIDE},${SIDE}`,
      '--cells',
      '2000x2000',
      '--workers',
      String(workers),
    ]
    const told = spawnSync(process.execPath, [main, 'krige', csv, ...words, '--out', join(folder, `${workers}.tif`), '--json'], {
      encoding: 'utf8',
    })
    return Number(JSON.parse(told.stdout).seconds.map)
  }
  const [one, two] = [1, 2].map((workers) => Math.min(...Array.from({ length: ROUNDS }, () => wall(workers))))
  const same = readFileSync(join(folder, '1.tif')).equals(readFileSync(join(folder, '2.tif')))
  console.log(
    `dishu krige, 4,000,000 nodes, from samples to the written map: one thread ${one.toFixed(1)} s, two ${two.toFixed(1)} s, ratio ${(one / two).toFixed(2)}; files ${same ? 'the same' : 'DIFFER'}`,
  )
}

/** Means over invented parcels of half a hectare to two, a quarter of them with a notch. */
function blocks(of: Samples): void {
  const random = seededRandom(9)
  const parcels = Array.from({ length: PARCELS }, (_, i) => {
    const [x, y] = [SIDE * random(), SIDE * random()]
    const [w, h] = [50 + 100 * random(), 100 + 100 * random()]
    const notch = i % 4 === 0 ? [x + w, y + h / 2, x + w / 2, y + h / 2, x + w / 2, y + h] : [x + w, y + h]
    return [Float64Array.of(x, y, x + w, y + 5 * random(), ...notch, x + 5 * random(), y + h, x, y)]
  })
  const answers = answersFor(PARCELS)
  const cpu = least(() => {
    const kriging = new Kriging(of, model, { nmax: 32 })
    parcels.forEach((rings, i) => {
      const support = polygonSupport(rings, 36)
      if (support) kriging.predictBlock(support, withinVariance(support, kriging.covariance), answers, i)
    })
  })
  console.log(`means over ${PARCELS} parcels from ${of.x.length} samples: ${cpu.toFixed(1)} CPU s`)
}

/** Simulations of 1000 × 1000 cells, in batches of 25 as one thread of the command makes them. */
function simulations(of: Samples): void {
  const large: Grid = { x0: 25, y0: 25, dx: 50, dy: 50, columns: 1000, rows: 1000 }
  const mean = generalisedMean(of, model)
  const began = process.cpuUsage()
  for (let first = 0; first < SIMULATIONS; first += 25)
    simulate(of, model, large, { nmax: 32, seed: 1, mean }, first, Math.min(25, SIMULATIONS - first))
  const used = process.cpuUsage(began)
  console.log(
    `${SIMULATIONS} simulations of 1000 × 1000 cells: ${((used.user + used.system) / 1e6).toFixed(1)} CPU s, at most ${Math.round(process.resourceUsage().maxRSS / 1024)} MB for the whole process`,
  )
}

/** Grades of patches and their areas: the posterior of 300 samples, then realisations of patches by one point each. */
function areas(): void {
  const { x, y, z } = invented(300)
  const random = seededRandom(5)
  const scattered = () => Float64Array.from({ length: PATCHES }, () => SIDE * random())
  const patches: Patches = {
    x: scattered(),
    y: scattered(),
    weights: new Float64Array(PATCHES).fill(1),
    starts: Int32Array.from({ length: PATCHES + 1 }, (_, p) => p),
    areas: new Float64Array(PATCHES).fill(6000),
    groups: Int32Array.from({ length: PATCHES }, (_, p) => 1 + (p % 200)),
    parents: Int32Array.from({ length: 201 }, (_, g) => (g === 0 ? -1 : 0)),
  }
  const secondsSince = (began: NodeJS.CpuUsage) => {
    const used = process.cpuUsage(began)
    return ((used.user + used.system) / 1e6).toFixed(1)
  }
  const began = process.cpuUsage()
  const plan = prepareAreas({ x, y, z: [z] }, [{ kind: 'scores' }], { realisations: 199, seed: 1 })
  const prepared = secondsSince(began)
  const simulated = process.cpuUsage()
  simulateAreas(plan, patches, [{ variables: [0], bounds: [Float64Array.of(2, 4, 6)] }], 0, 199)
  console.log(
    `areas of grades from 300 samples: posterior ${prepared} CPU s; 199 realisations of ${PATCHES} patches in 200 villages: ${secondsSince(simulated)} CPU s`,
  )
}

/** The least of the CPU seconds of some runs. */
function least(body: () => void): number {
  const times = Array.from({ length: ROUNDS }, () => {
    const began = process.cpuUsage()
    body()
    const used = process.cpuUsage(began)
    return (used.user + used.system) / 1e6
  })
  return Math.min(...times)
}

/** Invented samples: half scattered, half along twelve canals; a trend, waves of many lengths about 6 km, and noise. */
function invented(n: number): Samples {
  const random = seededRandom(4242)
  const waves = Array.from({ length: 300 }, () => {
    const length = 6000 * (0.3 + 1.2 * random())
    return [(1.5 * gaussian(random)) / length, (1.5 * gaussian(random)) / length, 2 * Math.PI * random()]
  })
  const [x, y, z] = [new Float64Array(n), new Float64Array(n), new Float64Array(n)]
  for (let i = 0; i < n; i++) {
    x[i] = Math.round(SIDE * random() * 100) / 100
    const canal = ((Math.floor(12 * random()) + 0.5) * SIDE) / 12 + 400 * gaussian(random)
    y[i] = Math.round(Math.min(SIDE, Math.max(0, i % 2 === 1 ? canal : SIDE * random())) * 100) / 100
    let wave = 0
    for (const [a, b, c] of waves) wave += Math.cos(a * x[i] + b * y[i] + c)
    z[i] = Math.round((4 + x[i] / 25_000 + 0.9 * wave * Math.sqrt(2 / 300) + 0.45 * gaussian(random)) * 1e5) / 1e5
  }
  return { x, y, z }
}

function csvOf({ x, y, z }: Samples): string {
  return `x,y,ec\n${Array.from(x, (_, i) => `${x[i]},${y[i]},${z[i]}`).join('\n')}\n`
}
