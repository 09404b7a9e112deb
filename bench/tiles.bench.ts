/**
 * Vector tiles of a large county: what making the ground ready costs, p50 and p95 of tiles that are not kept (out of ground made ready, as after a
 * restart: nothing in memory) and of tiles that are, and what an edit of one patch costs until its tile shows it.
 *
 *   npm run bench -- tiles        N=100000 for a smaller county
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Day } from '@dishu/base/date'
import { writeArchive } from '@dishu/land/count/archive.jobs'
import { forget, type Looking } from '@dishu/land/count/blocks.jobs'
import { type BlockRow, writeBlocks } from '@dishu/land/count/blocks.store'
import { mercatorFrame } from '@dishu/land/count/drawing.jobs'
import { makeReady } from '@dishu/land/count/ready.jobs'
import { drawTile, forgetTiles, handleTile } from '@dishu/land/count/tiles.routes'
import { fromZone } from '@dishu/numeric/geodesy/zone'
import { seededRandom } from '@dishu/numeric/shared/random'
import { onConnection, transaction } from '@dishu/server-kit/sql'
import { toTileUnits } from '@dishu/server-kit/tiles/mercator'
import { freshDatabase } from '@dishu/testkit/database'
import { COUNTY, editPatch, fillCounty, SIDE, ZONE } from './tiles-county.ts'

const N = Number(process.env.N ?? 1_000_000)
const DAY = '2026-06-01' as Day
const random = seededRandom(7)
const quantile = (sorted: readonly number[], q: number) => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))]
const report = (name: string, times: number[]) => {
  times.sort((a, b) => a - b)
  console.log(
    `${name.padEnd(52)} n ${String(times.length).padStart(3)}   p50 ${quantile(times, 0.5).toFixed(1)} ms   p95 ${quantile(times, 0.95).toFixed(1)} ms`,
  )
}
async function measured<T>(body: () => Promise<T>) {
  const [cpu, start] = [process.cpuUsage(), performance.now()]
  const value = await body()
  const used = process.cpuUsage(cpu)
  return { value, ms: performance.now() - start, cpuMs: (used.user + used.system) / 1000 }
}

await using database = await freshDatabase()
/** CPU seconds of the database's processes for this run's connections, by their titles; 0 where the system does not tell. */
function databaseCpu(): number {
  const name = /\/(test_[^?]*)/.exec(database.url)?.[1] ?? 'none'
  let ticks = 0
  for (const pid of existsSync('/proc') ? readdirSync('/proc').filter((each) => /^\d+$/.test(each)) : []) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'latin1').includes(name)) continue
      const fields = readFileSync(`/proc/${pid}/stat`, 'latin1')
        .replace(/^.*\) /, '')
        .split(' ')
      ticks += Number(fields[11]) + Number(fields[12])
    } catch {} // it has ended meanwhile
  }
  return ticks / 100
}
const { across } = await transaction(database.pool, (db) => fillCounty(db, N))
await onConnection(database.pool, async (db) => {
  for (const table of ['land.patch', 'land.cell', 'land.sample']) await db.raw(`vacuum analyze ${table}`)
})
const looking = (db: Looking['db'], known: number, keep?: Looking['keep']): Looking => ({
  db,
  county: COUNTY,
  asOf: { day: DAY, rev: null },
  known,
  scope: ['*'],
  keep,
})

const made = await measured(() =>
  onConnection(database.pool, async (db) => {
    let waiting: Promise<void> = Promise.resolve()
    const keep = (rows: readonly BlockRow[]) => {
      waiting = waiting.then(() => transaction(database.pool, (own) => writeBlocks(own, COUNTY, rows)))
    }
    const parents = await makeReady(looking(db, 1, keep))
    await waiting
    return parents
  }),
)
const { bytes } = await onConnection(
  database.pool,
  (db) => db.one<{ bytes: number }>`select sum(octet_length(bytes))::int8 as bytes from land.tile_block`,
)
console.log(
  `${N} patches made ready: ${made.value} parents, ${(bytes / 2 ** 20).toFixed(1)} MiB, ${(made.ms / 1000).toFixed(1)} s, ${(made.cpuMs / 1000).toFixed(1)} CPU s in the program`,
)
const placeAt = (z: number) => {
  const at = fromZone(Float64Array.of(41_540_000 + random() * across * SIDE, 5_000_000 + random() * across * SIDE), ZONE)
  const [x, y] = toTileUnits(at, { z: 0, x: 0, y: 0 }).map((unit) => Math.floor((unit / 4096) * 2 ** z))
  return { z, x, y }
}
const here = { scope: ['*'] }
// ONLY=archive leaves the tiles out, ZOOMS=12,14 takes these alone
for (const z of process.env.ONLY === 'archive'
  ? []
  : (process.env.ZOOMS?.split(',').map(Number) ?? [6, 8, 9, 10, 11, 12, 13, 14, 15, 16])) {
  const [times, cpu, again, first]: number[][] = [[], [], [], []]
  let size = 0
  for (let i = 0; i < (z < 10 ? 10 : 40); i++) {
    await onConnection(database.pool, async (db) => {
      const tile = placeAt(z)
      forget()
      const { ms, cpuMs, value } = await measured(() => drawTile(looking(db, 1), mercatorFrame(tile)))
      times.push(ms)
      cpu.push(cpuMs)
      size += value.length
      forget()
      forgetTiles()
      first.push((await measured(() => handleTile(db, COUNTY, tile, {}, DAY, here))).ms)
      again.push((await measured(() => handleTile(db, COUNTY, tile, {}, DAY, here))).ms)
    })
  }
  report(`zoom ${z}, not kept, ${Math.round(size / times.length / 1024)} kB`, times)
  report(`zoom ${z}, the same: CPU of the program`, cpu)
  report(`zoom ${z}, not kept, packed for the way`, first)
  report(`zoom ${z}, kept`, again)
}
const file = join(mkdtempSync(join(tmpdir(), 'dishu-bench-')), 'county.pmtiles')
for (const from of ['ground made ready', 'nothing'] as const) {
  if (from === 'nothing') await onConnection(database.pool, (db) => db.run`delete from land.tile_block`)
  forget()
  const before = databaseCpu()
  const built = await measured(() =>
    onConnection(database.pool, (db) => writeArchive(looking(db, 1), file, { name: 'bench', vector_layers: [] })),
  )
  console.log(
    `archive out of ${from}: ${built.value?.tiles} tiles, ${((built.value?.bytes ?? 0) / 2 ** 20).toFixed(1)} MiB, ${(built.ms / 1000).toFixed(1)} s, ${(built.cpuMs / 1000).toFixed(1)} CPU s in the program and ${(databaseCpu() - before).toFixed(1)} in the database, most memory so far ${(process.resourceUsage().maxRSS / 1024).toFixed(0)} MiB`,
  )
}
rmSync(file)
const edits: Record<string, number[]> = { 14: [], 12: [], 8: [] }
for (let i = 0; i < 5; i++) {
  const id = 1 + Math.floor(random() * N)
  await transaction(database.pool, (db) => editPatch(db, id))
  const [column, row] = [(id - 1) % across, Math.floor((id - 1) / across)]
  const at = fromZone(Float64Array.of(41_540_000 + (column + 0.5) * SIDE, 5_000_000 + (row + 0.5) * SIDE), ZONE)
  await onConnection(database.pool, async (db) => {
    for (const z of [14, 12, 8]) {
      const [x, y] = toTileUnits(Float64Array.from(at), { z: 0, x: 0, y: 0 }).map((unit) => Math.floor((unit / 4096) * 2 ** z))
      edits[z].push((await measured(() => handleTile(db, COUNTY, { z, x, y }, {}, DAY, here))).ms)
    }
  })
}
for (const z of [14, 12, 8]) report(`after an edit, the touched tile of zoom ${z}`, edits[z])
