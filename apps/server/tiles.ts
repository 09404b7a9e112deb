/** Vector tiles on their way out, and where ground that was made ready for them is kept. */
import { fork } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdir, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { Refused } from '@dishu/base/refusal'
import { type BlockRow, countPatches, writeBlocks } from '@dishu/land/count/blocks.store'
import { FileAnswer } from '@dishu/server-kit/http'
import { onConnection, transaction } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import type { ReadyOrder } from './tiles-worker.ts'

export const TILE_TYPE = 'application/vnd.mapbox-vector-tile'
const PMTILES_TYPE = 'application/vnd.pmtiles'
const WORKER = fileURLToPath(new URL('./tiles-worker.ts', import.meta.url))
/** A smaller county is drawn as fast as it is asked for; a larger one is made ready by a process of its own once somebody looks at it. */
const WORTH_A_PROCESS = 20_000
const AGAIN_MS = 15 * 60_000

type Served = Pick<App, 'pool' | 'dataDir' | 'database'>
const begun = new WeakMap<Served, Map<string, number>>()

/** Keeps blocks aside of the request that made them: it may only read, and its answer need not wait. What fails is made again by who asks next. */
export const keepBlocks = (app: Served) => (county: string, rows: readonly BlockRow[]) => {
  void transaction(app.pool, (db) => writeBlocks(db, county, rows), { retries: 0 }).catch(() => {})
  const counties = begun.get(app) ?? new Map<string, number>()
  begun.set(app, counties)
  if (Date.now() - (counties.get(county) ?? 0) < AGAIN_MS) return
  counties.set(county, Date.now())
  void makeTheRest(app, county).catch(() => {})
}

async function makeTheRest(app: Served, county: string): Promise<void> {
  const { patches } = await onConnection(app.pool, (db) => countPatches(db, county))
  if (patches < WORTH_A_PROCESS) return
  const child = fork(WORKER, [], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'], execArgv: ['--disable-warning=ExperimentalWarning'] })
  child.once('error', () => {})
  const order: ReadyOrder = { dataDir: app.dataDir, url: app.database.url, county }
  child.send(order)
  // a server that ends does not wait for it, and it ends with the server
  child.unref()
  child.channel?.unref()
}

/** `packed` is gzip, or nothing. A stated revision never changes; without one the tile is asked for again, and answered in a word. */
export function tileAnswer(
  packed: Uint8Array,
  headers: Readonly<Record<string, string | string[] | undefined>>,
  known: string | undefined,
): FileAnswer {
  const etag = `"${packed.length}-${checksum(packed)}"`
  const cache = {
    etag,
    'cache-control': known && /^\d+$/.test(known) ? 'private, max-age=86400' : 'private, no-cache',
    vary: 'accept-encoding',
  }
  if (headers['if-none-match'] === etag) return new FileAnswer(TILE_TYPE, '', cache, 304)
  const takesGzip = packed.length > 0 && /\bgzip\b|\*/.test(String(headers['accept-encoding'] ?? ''))
  if (takesGzip) return new FileAnswer(TILE_TYPE, packed, { ...cache, 'content-encoding': 'gzip' })
  return new FileAnswer(TILE_TYPE, packed.length > 0 ? gunzipSync(packed) : packed, cache)
}

/** FNV-1a, enough to tell two tiles of one address apart. */
function checksum(bytes: Uint8Array): string {
  let hash = 0x811c9dc5
  for (const byte of bytes) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash >>> 0).toString(36)
}

/** Where the archive of a county lies. */
export async function archivePath({ dataDir }: Pick<App, 'dataDir'>, county: string): Promise<string> {
  const folder = join(dataDir, 'tiles')
  await mkdir(folder, { recursive: true, mode: 0o700 })
  return join(folder, `${county}.pmtiles`)
}

/** The archive, or the range of its bytes that is asked for (RFC 9110 §14; one range, as readers of archives ask). */
export async function archiveAnswer(path: string, range: string | undefined): Promise<FileAnswer> {
  const file = await stat(path).catch(() => null)
  if (file === null) throw new Refused({ code: 'count/no-such-archive', details: { county: basename(path, '.pmtiles') } })
  const etag = `"${file.size}-${Math.round(file.mtimeMs)}"`
  const headers = { etag, 'accept-ranges': 'bytes', 'cache-control': 'private, no-cache', 'content-encoding': 'identity' }
  const asked = /^bytes=(\d*)-(\d*)$/.exec(range ?? '')
  if (!asked || (asked[1] === '' && asked[2] === ''))
    return new FileAnswer(PMTILES_TYPE, createReadStream(path), { ...headers, 'content-length': String(file.size) })
  const first = asked[1] === '' ? Math.max(0, file.size - Number(asked[2])) : Number(asked[1])
  const last = asked[1] === '' || asked[2] === '' ? file.size - 1 : Math.min(Number(asked[2]), file.size - 1)
  if (first > last) return new FileAnswer(PMTILES_TYPE, '', { ...headers, 'content-range': `bytes */${file.size}` }, 416)
  return new FileAnswer(
    PMTILES_TYPE,
    createReadStream(path, { start: first, end: last }),
    { ...headers, 'content-range': `bytes ${first}-${last}/${file.size}`, 'content-length': String(last - first + 1) },
    206,
  )
}
