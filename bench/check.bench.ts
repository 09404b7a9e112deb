/**
 * The check of a county: attributes and outlines of patches of 70 m on a grid, in villages with outlines of their own, a few of them pushed over a neighbour. Prints the time of the
 * whole check, of the outlines alone, of a check that finds nothing changed, and of a repair with its preview.
 *
 *   npm run bench -- check        N=1000000 for a larger county
 */
import type { Day } from '@dishu/base/date'
import { writePolygonWkb } from '@dishu/base/wkb'
import { areaKind } from '@dishu/kernel/areas/areas'
import type { Content } from '@dishu/kernel/records/records'
import { openRevision, rowToWrite } from '@dishu/kernel/records/records.store'
import { patchKind } from '@dishu/land/parcels/parcels'
import { applyFix, optionsFor, prepareFix, readSurroundings } from '@dishu/land/quality/fixes.jobs'
import { checkCounty } from '@dishu/land/quality/quality.jobs'
import { countByRule, readFinding, readFindings } from '@dishu/land/quality/quality.store'
import { ellipsoidalAreaInZone } from '@dishu/numeric/geodesy/area'
import { fromZone } from '@dishu/numeric/geodesy/zone'
import { type Db, transaction } from '@dishu/server-kit/sql'
import { freshDatabase } from '@dishu/testkit/database'

const N = Number(process.env.N ?? 100_000)
const COUNTY = '220899'
const ZONE = { centralMeridian: 123, falseEasting: 41_500_000 }
const SIDE = 70
const ACROSS = Math.ceil(Math.sqrt(N))
const BLOCK = Math.ceil(ACROSS / 12)
const [X0, Y0] = [41_540_000, 5_000_000]
const FROM = '2024-12-31' as Day
const NOW = new Date('2026-11-24T00:00:00Z')
const KINDS = [areaKind, patchKind]

const drawn = (ring: Float64Array): Content => {
  const lonLat = fromZone(ring.slice(), ZONE)
  const [xs, ys] = [0, 1].map((axis) => lonLat.filter((_, i) => i % 2 === axis))
  return {
    srid: 4529,
    outline: writePolygonWkb([{ rings: [ring] }]),
    bbox: [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)],
    computed_area: Math.round(ellipsoidalAreaInZone([{ rings: [ring] }], ZONE) * 100),
  }
}
/** Twelve corners and the closing one; every two-thousandth patch is pushed a metre over its neighbour. */
function outlineAt(i: number): Float64Array {
  const [x, y] = [X0 + (i % ACROSS) * SIDE, Y0 + Math.floor(i / ACROSS) * SIDE]
  const ring = new Float64Array(26)
  for (let k = 0; k < 12; k++) {
    const t = (k % 3) / 3
    const [dx, dy] = k < 3 ? [t, 0] : k < 6 ? [1, t] : k < 9 ? [1 - t, 1] : [0, 1 - t]
    ring[2 * k] = Math.round((x + dx * SIDE) * 1e4) / 1e4
    ring[2 * k + 1] = Math.round((y + dy * SIDE) * 1e4) / 1e4
  }
  if (i % 2000 === 1000) ring[8] += 1
  ring.copyWithin(24, 0, 2)
  return ring
}
const villageAt = (column: number, row: number) => `${COUNTY}${100 + Math.floor(row / BLOCK)}${200 + Math.floor(column / BLOCK)}`

function* areas(): Generator<Content> {
  const last = Math.ceil(N / ACROSS)
  for (let row = 0; row < last; row += BLOCK)
    for (let column = 0; column < ACROSS; column += BLOCK) {
      const [x1, y1] = [X0 + column * SIDE, Y0 + row * SIDE]
      const [x2, y2] = [X0 + Math.min(column + BLOCK, ACROSS) * SIDE, Y0 + Math.min(row + BLOCK, last) * SIDE]
      const { computed_area: _, ...outline } = drawn(Float64Array.of(x1, y1, x2, y1, x2, y2, x1, y2, x1, y1))
      const code = villageAt(column, row)
      yield { ...outline, code, parent: code.slice(0, 9), level: 'village', name: code, extra: {} }
    }
}
function* patches(): Generator<Content> {
  for (let i = 0; i < N; i++) {
    const outline = drawn(outlineAt(i))
    const area = outline.computed_area as number
    yield {
      ...outline,
      patch_key: String(i + 1).padStart(18, '0'),
      patch_number: String(i % 1e7),
      village: villageAt(i % ACROSS, Math.floor(i / ACROSS)),
      class: '0103',
      class_name: '旱地',
      owner_kind: '30',
      official_area: area,
      deduction: 0,
      deducted_area: 0,
      class_area: area,
      extra: {},
    }
  }
}

async function fill(db: Db): Promise<number> {
  const revision = await openRevision(db, COUNTY, KINDS)
  for (const [kind, contents] of [
    [areaKind, areas()],
    [patchKind, patches()],
  ] as const)
    await revision.add(
      kind,
      (function* () {
        for (const content of contents) yield rowToWrite(kind, { validFrom: FROM, content }, false)
      })(),
    )
  return (await revision.seal({ what: 'import', cause: 're-survey', actor: 'bench', reason: 'bench', now: NOW })).rev
}

async function timed<T>(what: string, body: () => Promise<T>): Promise<T> {
  const [wall, cpu] = [performance.now(), process.cpuUsage()]
  const result = await body()
  const { user, system } = process.cpuUsage(cpu)
  const memory = Math.round(process.resourceUsage().maxRSS / 1024)
  console.log(
    `${what.padEnd(52)} ${((performance.now() - wall) / 1000).toFixed(2).padStart(7)} s wall ${((user + system) / 1e6).toFixed(2).padStart(7)} CPU s   ${memory} MB`,
  )
  return result
}

await using database = await freshDatabase()
const { pool } = database
const inside = <T>(body: (db: Db) => Promise<T>) => transaction(pool, body, { actor: 'bench', retries: 0 })
const rev = await timed(`${N} patches written`, () => inside(fill))
await inside((db) => db.raw('analyze'))
let began = 0
await timed('check, attributes and outlines', () =>
  inside((db) =>
    checkCounty(db, COUNTY, NOW, null, ({ phase }) => {
      if (began === 0 && phase === 'rows') began = performance.now()
    }),
  ),
)
console.log(`of which outlines: ${((performance.now() - began) / 1000).toFixed(2)} s wall`)
await timed('check again, no outline changed', () => inside((db) => checkCounty(db, COUNTY, NOW)))
const rules = await inside((db) => countByRule(db, { county: COUNTY, within: null }))
console.log(rules.map(({ rule, open }) => `${rule} ${open}`).join(', '))
const [first] = await inside((db) =>
  readFindings(db, { county: COUNTY, rule: 'geometry/overlap', within: null, state: 'open', offset: 0, limit: 1 }),
)
const finding = first && (await inside((db) => readFinding(db, COUNTY, first.id)))
if (finding) {
  const [option] = await timed('repairs of an overlap, and the preview of the first', () =>
    inside(async (db) => {
      const place = await readSurroundings(db, COUNTY, finding, NOW)
      const options = optionsFor(place)
      await prepareFix(db, COUNTY, place, { ...options[0], areas: 'by-rule' })
      return options
    }),
  )
  await timed('the repair written', () =>
    inside((db) =>
      applyFix(
        db,
        COUNTY,
        finding,
        { ...option, areas: 'by-rule', base: rev, cause: 'correction', reason: 'bench', actor: 'bench', now: NOW },
        { kinds: KINDS, derive: async () => {} },
        ({ rule }) => rule,
      ),
    ),
  )
}
