/**
 * Zonal statistics from file to file: 100,000 parcels and 20 county-size polygons on a scene of 5000 × 5000 cells with ten bands. Prints CPU seconds (all
 * processes), wall, and the largest process, the least of three runs; beside them exactextract's, where it is installed, and the ratio.
 *
 *   npm run bench -- zonal        RUNS=5 for more runs, N=20000 for fewer parcels, SIZE=2000 for a smaller scene
 */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { writeCounties, writeParcels, writeScene } from './zonal-inputs.ts'

const N = Number(process.env.N ?? 100_000)
const SIZE = Number(process.env.SIZE ?? 5000)
const RUNS = Number(process.env.RUNS ?? 3)
const BANDS = 10
const STATISTICS = ['count', 'mean', 'stdev', 'min', 'max']
const DISHU = fileURLToPath(new URL('../apps/cli/main.ts', import.meta.url))
const TIME = '/usr/bin/time'
const has = (command: string, ...words: string[]) => spawnSync(command, words, { stdio: 'ignore' }).status === 0

type Cost = { readonly cpu: number; readonly wall: number; readonly rssMb: number }

/** One run; GNU time counts the processes a command starts and waits for as well. */
function timed(command: readonly string[]): Cost {
  const told = spawnSync(TIME, ['-f', '%U %S %e %M', ...command], { encoding: 'utf8' })
  if (told.status !== 0) throw new Error(`${command.join(' ')}: ${told.stderr}`)
  const [user, system, wall, kb] = told.stderr.trim().split('\n').at(-1)?.split(' ').map(Number) ?? []
  return { cpu: user + system, wall, rssMb: kb / 1024 }
}

function least(name: string, command: readonly string[]): Cost {
  const costs = Array.from({ length: RUNS }, () => timed(command))
  const best = {
    cpu: Math.min(...costs.map(({ cpu }) => cpu)),
    wall: Math.min(...costs.map(({ wall }) => wall)),
    rssMb: Math.max(...costs.map(({ rssMb }) => rssMb)),
  }
  console.log(
    `${name.padEnd(58)} CPU ${best.cpu.toFixed(2).padStart(6)} s   wall ${best.wall.toFixed(2).padStart(6)} s   ${best.rssMb.toFixed(0).padStart(4)} MB`,
  )
  return best
}

if (!has(TIME, 'true')) {
  console.error(`this bench needs GNU time at ${TIME}`)
  process.exit(2)
}
const exactextract = has('exactextract', '--help')
const folder = mkdtempSync(join(tmpdir(), 'dishu-zonal-'))
const at = (name: string) => join(folder, name)
try {
  console.log(`${cpus().length} cores, load ${loadavg()[0].toFixed(1)}, Node ${process.versions.node}; the least of ${RUNS} runs`)
  const parcels = await writeParcels(at('parcels.gpkg'), N, SIZE * 10, 1)
  await writeCounties(at('counties.gpkg'), SIZE * 10, 2)
  await writeScene(at('scene.tif'), SIZE, BANDS, 3)
  console.log(`${parcels} parcels, scene of ${SIZE} × ${SIZE} × ${BANDS} uint16, ${(statSync(at('scene.tif')).size / 1e6).toFixed(0)} MB`)

  const ours = (layer: string, bands: string, workers = 1, statistics = STATISTICS) =>
    [process.execPath, DISHU, 'zonal', at('scene.tif'), at(layer), '--stats', statistics.join(','), '--bands', bands, '--workers', String(workers), '--out', at(`ours-${workers}.csv`)] // biome-ignore format: a command
  const theirs = (layer: string, bands: number) => {
    const rasters = Array.from({ length: bands }, (_, b) => ['-r', `b${b + 1}:${at('scene.tif')}[${b + 1}]`]).flat()
    return ['exactextract', ...rasters, '-p', at(layer), '-f', 'id', ...STATISTICS.flatMap((name) => ['-s', name]), '-o', at('theirs.csv')]
  }
  const compare = (what: string, layer: string, bands: number) => {
    const list = bands === 1 ? '1' : `1-${bands}`
    const own = least(`${what}, 1 worker`, ours(layer, list))
    const two = least(`${what}, 2 workers`, ours(layer, list, 2))
    const same = readFileSync(at('ours-1.csv')).equals(readFileSync(at('ours-2.csv')))
    console.log(
      `  two workers: ${(own.wall / two.wall).toFixed(2)} × less wall; the two tables are ${same ? 'the same to the byte' : 'NOT THE SAME'}`,
    )
    if (!exactextract) return
    const peer = least(`${what}, exactextract feature-sequential`, theirs(layer, bands))
    console.log(`  ratio ${(peer.cpu / own.cpu).toFixed(2)} × (CPU)`)
  }
  compare('parcels, 1 band', 'parcels.gpkg', 1)
  compare(`parcels, ${BANDS} bands`, 'parcels.gpkg', BANDS)
  compare('20 counties, 1 band', 'counties.gpkg', 1)
  least('parcels, 1 band: median, p90, majority, variety', ours('parcels.gpkg', '1', 1, ['median', 'p90', 'majority', 'variety']))
  least('20 counties, 1 band: median, p90, majority, variety', ours('counties.gpkg', '1', 1, ['median', 'p90', 'majority', 'variety']))
  if (!exactextract) console.log('exactextract is not installed: only our own figures')
} finally {
  rmSync(folder, { recursive: true, force: true })
}
