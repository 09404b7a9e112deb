/**
 * One number everywhere: draws questions to the count at random (area, dimensions, day, revision) and asks every interface the same. A figure that
 * one of them gives otherwise, in the last digit, is a mismatch.
 */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { fileURLToPath } from 'node:url'
import { type Day, dayOf } from '@dishu/base/date'
import { openXlsx } from '@dishu/formats/xlsx/xlsx'
import { readCounties } from '@dishu/kernel/records/records.store'
import { FILTERS } from '@dishu/land/count/count'
import { asOfFrom, handleAreas } from '@dishu/land/count/count.routes'
import { readCount } from '@dishu/land/count/count.store'
import { type CountReply, type CountRow, DIMENSIONS, type Dimension, type PatchPage } from '@dishu/land/count/count.wire'
import { filtersFrom, withinFrom } from '@dishu/land/count/questions'
import { handleExport } from '@dishu/land/exports/exports.routes'
import { orRefused } from '@dishu/server-kit/http'
import { type Db, every, ident, onConnection, sql, transaction } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import { contextOf } from './county.ts'
import { askReports, noPdfReader } from './prove-reports.ts'
import { type Draw, type Figure, type Hold, hundredths, INTERFACES, type Interface, type Mismatch, pick } from './prove-words.ts'

export type Proof = {
  readonly draws: number
  readonly aboveZero: number
  readonly byInterface: Readonly<Record<Interface, number>>
  readonly mismatches: readonly Mismatch[]
  readonly without: readonly string[] // interfaces that could not be asked here, and why
}

export type ProofOptions = {
  readonly draws: number
  random(): number // from 0 to below 1
  readonly address: string // of a server over the same data
  readonly reportEvery: number // a report is a whole document: every so many draws
  readonly commandEvery: number // a command is a process of its own: every so many draws
  readonly pageEvery: number // a page is a browser of its own
  readonly now: Date
  onDraw?(done: number): void
}

/** Days on which something begins or ends, the days before them, and today. */
async function daysOf(db: Db, county: string, today: Day): Promise<Day[]> {
  const found = await db.all<{ day: Day }>`
    select distinct day from (
      select valid_from as day from land.cell_sum where county = ${county} union select valid_from - 1 from land.cell_sum where county = ${county}
      union select valid_to from land.cell_sum where county = ${county} and valid_to < 'infinity') changed order by day`
  return [...new Set([today, ...found.map(({ day }) => day)])]
}

type Ground = { readonly county: string; readonly days: readonly Day[]; readonly head: number }
/** Every cell of a state's table once; draws that repeat a state do not read it again. */
class Tables {
  readonly #kept = new Map<string, readonly CountRow[]>()
  async of(db: Db, county: string, day: Day, rev: number): Promise<readonly CountRow[]> {
    const key = `${county} ${day} ${rev}`
    const known = this.#kept.get(key)
    if (known) return known
    const rows = await readCount(db, { county, asOf: { day, rev }, within: county, level: 'village', by: DIMENSIONS, filters: {} })
    if (this.#kept.size > 200) this.#kept.clear()
    this.#kept.set(key, rows)
    return rows
  }
}

/** Most draws ask for something that there is: an area and values that one row of the state's table has. The others take values as they come. */
async function drawOne(db: Db, grounds: readonly Ground[], tables: Tables, random: () => number): Promise<Draw> {
  const blind = random() < 0.04
  for (let tried = 0; ; tried++) {
    const { county, days, head } = pick(grounds, random)
    const day = random() < 0.5 ? days[0] : pick(days, random)
    const rev = random() < 0.5 ? head : 1 + Math.floor(random() * head)
    const rows = await tables.of(db, county, day, rev)
    if (rows.length === 0 && tried < 30) continue
    if (rows.length === 0) return { county, day, rev, within: county, filters: {} }
    const row = pick(rows, random)
    const within = (row.by.area ?? county).slice(0, pick([6, 9, 12], random))
    const filters: Partial<Record<Dimension, string>> = {}
    for (const dimension of FILTERS) if (random() < 0.3) filters[dimension] = (blind ? pick(rows, random) : row).by[dimension] ?? ''
    return { county, day, rev, within, filters }
  }
}

/** The figure worked out from the state's table alone: what every interface must give. */
function expected(rows: readonly CountRow[], { within, county, filters }: Pick<Draw, 'within' | 'county' | 'filters'>): Figure {
  let [area, patches] = [0, 0]
  for (const row of rows) {
    if (within !== county && !row.by.area?.startsWith(within)) continue
    if (FILTERS.some((dimension) => filters[dimension] !== undefined && row.by[dimension] !== filters[dimension])) continue
    area += row.area
    patches += row.patches
  }
  return { area, patches }
}

const addressOf = ({ day, rev, within, filters }: Draw): Record<string, string> => ({ asOf: day, known: String(rev), within, ...filters })

/** Runs the proof. Nothing is written but files in a temporary folder. */
export async function prove(app: Pick<App, 'pool' | 'vault' | 'dataDir' | 'database' | 'actor'>, options: ProofOptions): Promise<Proof> {
  const { random, address, now } = options
  const without: string[] = []
  const tables = new Tables()
  const grounds = await onConnection(app.pool, async (db) => {
    const out: Ground[] = []
    for (const { county, rev } of await readCounties(db)) out.push({ county, head: rev, days: await daysOf(db, county, dayOf(now)) })
    return out
  })
  const byInterface = Object.fromEntries(INTERFACES.map((each) => [each, 0])) as Record<Interface, number>
  const mismatches: Mismatch[] = []
  let aboveZero = 0
  if (grounds.length === 0) return { draws: 0, aboveZero, byInterface, mismatches, without: ['empty register'] }
  const browser = existsSync(CHROMIUM) ? CHROMIUM : null
  if (browser === null) without.push(`page: no browser at ${CHROMIUM}`)
  if (noPdfReader) without.push('pdf: no pdftotext (poppler-utils)')
  const folder = await mkdtemp(join(tmpdir(), 'dishu-prove-'))
  try {
    for (let n = 0; n < options.draws; n++) {
      const draw = await onConnection(app.pool, (db) => drawOne(db, grounds, tables, random))
      const rows = await onConnection(app.pool, (db) => tables.of(db, draw.county, draw.day, draw.rev))
      const figure = expected(rows, draw)
      if (figure.area > 0) aboveZero++
      const hold: Hold = (by, found, note = '', wanted = figure) => {
        byInterface[by]++
        if (found.area === wanted.area && (found.patches === null || found.patches === wanted.patches)) return
        mismatches.push({ draw, interface: by, expected: wanted, found, note })
      }
      await askApi(address, draw, random, hold)
      await askViews(app, draw, hold)
      await askFiles(app, draw, folder, now, hold)
      await askStandard(address, draw, hold)
      if (n % options.reportEvery === 0 && figure.area > 0)
        await askReports(app, draw, folder, random, (asked) => expected(rows, asked), hold)
      if (n % options.commandEvery === 0) hold('command', await askCommand(app, draw))
      if (browser !== null && n % options.pageEvery === 0) await askPage(browser, address, draw, figure, hold)
      options.onDraw?.(n + 1)
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  return { draws: options.draws, aboveZero, byInterface, mismatches, without }
}

async function getJson<T>(address: string, path: string, params: Readonly<Record<string, string>>): Promise<T> {
  const reply = await fetch(`${address}${path}?${new URLSearchParams(params)}`)
  if (!reply.ok) throw new Error(`expected an answer from ${path}, got ${reply.status}: ${await reply.text()}`)
  return (await reply.json()) as T
}

/** The total; its parts by the areas below and by one or two dimensions; the list of the patches behind it. */
async function askApi(address: string, draw: Draw, random: () => number, hold: Hold): Promise<void> {
  const path = `/api/counties/${draw.county}`
  const params = addressOf(draw)
  const whole = await getJson<CountReply>(address, `${path}/count`, params)
  hold('api', whole.total)
  const ways: Record<string, string>[] = [
    { by: 'area' },
    { by: 'area', level: 'village' },
    { by: [pick(DIMENSIONS, random), pick(DIMENSIONS, random)].join(','), level: pick(['county', 'town', 'village'], random) },
  ]
  for (const way of ways) {
    const { rows } = await getJson<CountReply>(address, `${path}/count`, { ...params, ...way })
    const sum = rows.reduce((total, { area, patches }) => ({ area: total.area + area, patches: total.patches + patches }), {
      area: 0,
      patches: 0,
    })
    hold('parts', sum, JSON.stringify(way))
  }
  const { area } = await getJson<PatchPage>(address, `${path}/patches`, { ...params, limit: '1' })
  hold('list', { area, patches: null })
}

/** The view that analysts read; it has no grade by map. */
async function askViews(app: Pick<App, 'pool'>, { county, day, rev, within, filters }: Draw, hold: Hold): Promise<void> {
  if (filters.mapgrade !== undefined) return
  const kept = FILTERS.flatMap((dimension) => (filters[dimension] === undefined ? [] : [sql`${ident(dimension)} = ${filters[dimension]}`]))
  if (within !== county) kept.push(sql`village like ${`${within}%`}`)
  const found = await onConnection(
    app.pool,
    (db) => db.one<{ area: string; patches: number }>`
      select coalesce(sum(area_m2), 0)::text as area, coalesce(sum(patches), 0)::int4 as patches from open.count
      where county = ${county} and since <= ${rev} and (until is null or until > ${rev}) and valid_from <= ${day}::date and valid_to > ${day}::date and ${every(kept)}`,
  )
  hold('sql', { area: hundredths(found.area), patches: found.patches })
}

/** The collection of the open interface, page by page, with the filter in its own language; it has no grade by map. */
async function askStandard(address: string, { county, day, rev, within, filters }: Draw, hold: Hold): Promise<void> {
  if (filters.mapgrade !== undefined) return
  const kept = FILTERS.flatMap((dimension) => (filters[dimension] === undefined ? [] : [`${dimension} = '${filters[dimension]}'`]))
  if (within !== county) kept.push(`village LIKE '${within}%'`)
  const asked = new URLSearchParams({
    datetime: day,
    known: String(rev),
    limit: '500',
    ...(kept.length > 0 ? { filter: kept.join(' AND ') } : {}),
  })
  let [area, patches] = [0, 0]
  for (let next: string | null = `${address}/ogc/${county}/collections/count/items?${asked}`; next !== null; ) {
    const reply = await fetch(next, { headers: { accept: 'application/geo+json' } })
    if (!reply.ok) throw new Error(`expected an answer from ${next}, got ${reply.status}: ${await reply.text()}`)
    const page = (await reply.json()) as {
      readonly features: readonly { readonly properties: { readonly area_m2: number; readonly patches: number } }[]
      readonly links: readonly { readonly rel: string; readonly href: string }[]
    }
    for (const { properties } of page.features) {
      area += hundredths(properties.area_m2)
      patches += properties.patches
    }
    next = page.links.find(({ rel }) => rel === 'next')?.href ?? null
  }
  hold('ogc', { area, patches })
}

/** The files that are exported, read back by other ways than they were written. */
async function askFiles(app: Pick<App, 'pool' | 'actor'>, draw: Draw, folder: string, now: Date, hold: Hold): Promise<void> {
  const { county, within, ...rest } = { ...draw, ...addressOf(draw) }
  for (const to of ['csv', 'xlsx', 'gpkg'] as const) {
    const file = join(folder, `patches.${to}`)
    const address = { ...addressOf(draw), what: 'patches', to, within, columns: 'BSM,JRMJ' }
    const tools = { asOfFrom, withinFrom, filtersFrom, handleAreas, contextOf }
    await transaction(
      app.pool,
      async (db) => orRefused(await handleExport(db, county, address, tools, { actor: app.actor, now, language: 'zh' })).write(file),
      { readOnly: true, isolation: 'repeatable read', retries: 0 },
    )
    hold(to, { area: await READERS[to](file), patches: null }, String(rest.day))
    await rm(file)
  }
}
const COUNTED = 'JRMJ'
const READERS: Readonly<Record<'csv' | 'xlsx' | 'gpkg', (file: string) => Promise<number>>> = {
  async csv(file) {
    const [head, ...lines] = (await readFile(file, 'utf8')).replace(/^\ufeff/, '').split(/\r?\n/)
    const at = head.split(',').indexOf(COUNTED)
    return lines.filter(Boolean).reduce((sum, line) => sum + hundredths(line.split(',')[at]), 0)
  },
  async xlsx(file) {
    const book = await openXlsx(file)
    try {
      let sum = 0
      const at = book.layers[0]?.fields.findIndex(({ name }) => name === COUNTED) ?? -1
      for await (const batch of book.read(0)) for (const value of batch.columns[at]) sum += hundredths(value)
      return sum
    } finally {
      await book.close()
    }
  },
  async gpkg(file) {
    const db = new DatabaseSync(file, { readOnly: true })
    try {
      const [{ name }] = db.prepare(`select table_name as name from gpkg_contents where data_type = 'features'`).all() as { name: string }[]
      const rows = db.prepare(`select "${COUNTED}" as area from "${name.replaceAll('"', '""')}"`).all() as { area: number }[]
      return rows.reduce((sum, { area }) => sum + hundredths(area), 0)
    } finally {
      db.close()
    }
  },
}

const MAIN = fileURLToPath(new URL('../cli/main.ts', import.meta.url))
const run = (program: string, words: readonly string[], environment: NodeJS.ProcessEnv = process.env) =>
  new Promise<string>((done, fail) => {
    execFile(program, words, { env: environment, maxBuffer: 2 ** 26, timeout: 120_000 }, (fault, out, err) =>
      fault ? fail(new Error(`${program} ${words.join(' ')}: ${err}`, { cause: fault })) : done(out),
    )
  })

/** `dishu count`, as a process of its own. */
async function askCommand(app: Pick<App, 'dataDir' | 'database'>, draw: Draw): Promise<Figure> {
  const filters = Object.entries(draw.filters).flatMap(([name, value]) => [`--${name}`, value])
  const words = [
    MAIN,
    'count',
    '--json',
    '--data',
    app.dataDir,
    '--area',
    draw.within,
    '--as-of',
    draw.day,
    '--known',
    String(draw.rev),
    ...filters,
  ]
  const environment = app.database.kind === 'own' ? { ...process.env, DISHU_DATABASE_URL: app.database.url } : process.env
  return (JSON.parse(await run(process.execPath, words, environment)) as CountReply).total
}

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const FLAGS = [
  '--headless',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--virtual-time-budget=15000',
  '--dump-dom',
]

/** The headline of the overview as a browser shows it: in 亩 to two decimals, which is what can be compared of it. */
async function askPage(browser: string, address: string, draw: Draw, figure: Figure, hold: Hold): Promise<void> {
  const params = new URLSearchParams({ county: draw.county, ...addressOf(draw) })
  if (draw.within === draw.county) params.delete('within')
  const dom = await run(browser, [...FLAGS, `${address}/?${params}`])
  const shown = /class="figure big"[^>]*>([^<]*)</.exec(dom)?.[1] ?? ''
  const value = hundredths(shown.replaceAll(',', ''))
  const wanted = Math.round((figure.area * 15) / 10_000) // 1 亩 = 10 000 / 15 m²
  hold('page', { area: value === wanted || (shown === '&lt;0.01' && wanted === 0) ? figure.area : -1, patches: null }, `${shown} ${params}`)
}
