/** Geometry at the register: what is found, that a repair takes it away and brings nothing, and that an undo brings it back. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Day } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { readWkb } from '@dishu/base/wkb'
import { undoRevision } from '@dishu/kernel/records/records.store'
import { verifyCounty } from '@dishu/kernel/records/verify.jobs'
import { seededRandom } from '@dishu/numeric/shared/random'
import { type Db, type Pool, transaction } from '@dishu/server-kit/sql'
import { freshDatabase } from '@dishu/testkit/database'
import { applyFix, type FixAsked, optionsFor, prepareFix, readSurroundings } from './fixes.jobs.ts'
import type { AreaRule, FixOption } from './fixes.ts'
import { COUNTY, hundredthsOfPlot, PLOT_KINDS, type Plot, writePlots } from './fixtures/plots.ts'
import type { Xy } from './planar.ts'
import { checkCounty } from './quality.jobs.ts'
import { countByRule, readFinding, readFindings, type StoredFinding } from './quality.store.ts'

const NOW = new Date('2026-11-24T04:00:00Z')
const tools = { kinds: PLOT_KINDS, derive: async () => {} }
const say = ({ rule }: { rule: string }) => rule

const check = (pool: Pool) => transaction(pool, (db) => checkCounty(db, COUNTY, NOW))
const inside = <T>(pool: Pool, body: (db: Db) => Promise<T>) => transaction(pool, body, { actor: 'test', retries: 0 })
const found = (pool: Pool) =>
  inside(pool, async (db) =>
    (await readFindings(db, { county: COUNTY, rule: null, within: null, state: 'all', offset: 0, limit: 1000 })).filter(({ rule }) =>
      rule.startsWith('geometry/'),
    ),
  )
const told = (findings: readonly StoredFinding[]) =>
  findings.map(({ rule, details, area }) => `${rule} ${(details as { rows: string[] }).rows.join(' ')} ${area ?? ''}`).sort()
const whole = (pool: Pool, { id }: StoredFinding) =>
  inside(pool, async (db) => {
    const finding = await readFinding(db, COUNTY, id)
    assert.ok(finding)
    return finding
  })

const asked = (option: FixOption, areas: AreaRule = 'by-rule'): FixAsked => ({ ...option, areas })
const options = async (pool: Pool, finding: StoredFinding) =>
  inside(pool, async (db) => optionsFor(await readSurroundings(db, COUNTY, finding, NOW)))
const prepare = async (pool: Pool, finding: StoredFinding, fix: FixAsked) =>
  inside(pool, async (db) => prepareFix(db, COUNTY, await readSurroundings(db, COUNTY, finding, NOW), fix))
const apply = (pool: Pool, finding: StoredFinding, fix: FixAsked, base: number) =>
  inside(pool, (db) =>
    applyFix(db, COUNTY, finding, { ...fix, base, cause: 'correction', reason: 'test', actor: 'test', now: new Date() }, tools, say),
  )
const refusal = async (body: Promise<unknown>): Promise<string> => {
  try {
    await body
  } catch (cause) {
    if (cause instanceof Refused) return cause.refusal.code
    throw cause
  }
  return 'accepted'
}
const proven = async (pool: Pool) => {
  const { problems } = await inside(pool, (db) => verifyCounty(db, COUNTY, PLOT_KINDS))
  assert.deepEqual(problems, [])
}

/** Squares of 100 m, row by row from the south-west: B0001, B0002, … `change` moves or adds corners of one of them. */
function squares(
  across: number,
  up: number,
  change: Readonly<Record<string, (ring: Xy[]) => Xy[]>> = {},
  more: Partial<Plot> = {},
): Plot[] {
  const plots: Plot[] = []
  for (let j = 0; j < up; j++)
    for (let i = 0; i < across; i++) {
      const key = `B${String(plots.length + 1).padStart(4, '0')}`
      const [x, y] = [100 * i, 100 * j]
      const ring: Xy[] = [
        [x, y],
        [x + 100, y],
        [x + 100, y + 100],
        [x, y + 100],
      ]
      plots.push({ key, rings: [change[key]?.(ring) ?? ring], ...more })
    }
  return plots
}
/** A corner more after the one at `after`. */
const corner =
  (after: number, ...more: Xy[]) =>
  (ring: Xy[]) => [...ring.slice(0, after + 1), ...more, ...ring.slice(after + 1)]

for (const srid of [4529, 4490] as const) {
  test(`each kind of defect is told once, with its ground, in EPSG:${srid}`, async () => {
    await using database = await freshDatabase()
    const { pool } = database
    //  B0006 B0007 B0008 B0009 B0010
    //  B0001 B0002 B0003 B0004 B0005
    const plots = squares(5, 2, {
      B0002: corner(1, [204, 50]), // 200 m² into B0003
      B0004: corner(3, [302, 50]), // 100 m² away from B0003
      B0006: corner(1, [100, 150]), // on the line to B0007, which lacks it
      B0009: corner(0, [310, 130], [300, 100]), // a spike inwards
      B0010: corner(0, [400, 100]), // a corner twice
    })
    await inside(pool, (db) =>
      writePlots(
        db,
        [
          ...plots,
          {
            key: 'B0011',
            rings: [
              [
                [220, 120],
                [230, 120],
                [230, 130],
                [220, 130],
              ],
            ],
          },
        ],
        { srid },
      ),
    )
    await check(pool)
    const list = await found(pool)
    assert.deepEqual(list.map(({ rule, details }) => `${rule} ${(details as { rows: string[] }).rows.join(' ')}`).sort(), [
      'geometry/contained B0011 B0008',
      'geometry/gap B0003 B0004',
      'geometry/one-sided-vertex B0007 B0006',
      'geometry/overlap B0002 B0003',
      'geometry/repeated-point B0010',
      'geometry/spike B0009',
    ])
    // on the ellipsoid, 60 km from the zone's meridian: the plane is larger by 2 × 60²/2R² = 8.9e-5
    for (const [rule, planar] of [
      ['geometry/overlap', 200],
      ['geometry/gap', 100],
      ['geometry/contained', 100],
    ] as const) {
      const finding = list.find((each) => each.rule === rule)
      assert.ok(Math.abs((finding?.area ?? 0) / 100 - planar) < 0.03, `${rule} ${finding?.area}`)
      assert.ok((await whole(pool, finding as StoredFinding)).outline)
    }
    assert.deepEqual(
      await inside(pool, (db) => countByRule(db, { county: COUNTY, within: null })).then(
        (rules) => rules.find(({ rule }) => rule === 'geometry/gap')?.open,
      ),
      1,
    )
  })

  test(`an overlap is cut from the younger, gone afterwards, and back after an undo, in EPSG:${srid}`, async () => {
    await using database = await freshDatabase()
    const { pool } = database
    const plots = squares(3, 2, { B0002: corner(1, [204, 50]) }).map((plot) =>
      plot.key === 'B0003' ? { ...plot, from: '2025-06-01' as Day, ridges: 0.05 } : plot,
    )
    const rev = await inside(pool, (db) => writePlots(db, plots, { srid }))
    await check(pool)
    const [finding] = await found(pool)
    assert.equal(finding.rule, 'geometry/overlap')
    const [first, second] = await options(pool, await whole(pool, finding))
    assert.deepEqual([first.way, first.target, first.against, first.why], ['cut', 'B0003', 'B0002', 'younger'])
    assert.deepEqual([second.target, second.why], ['B0002', 'older'])

    const plan = await prepare(pool, await whole(pool, finding), asked(first))
    assert.ok(plan.gone)
    assert.deepEqual(plan.fresh, [])
    assert.deepEqual(
      plan.changed.map(({ key }) => key),
      ['B0003'],
    )
    const [row] = plan.changed
    // TBMJ was taken from the outline, so it follows it; KCMJ is KCXS of it, TBDLMJ what is left
    const change = Math.round(row.afterM2 * 100) - Math.round(row.beforeM2 * 100)
    assert.ok(Math.abs(change / 100 + plan.regionM2) < 0.02)
    assert.ok(Math.abs(plan.regionM2 - 200) < 0.03)
    assert.equal(row.after.official, (row.before.official ?? 0) + change)
    assert.equal(row.after.deducted, Math.round((row.after.official ?? 0) * 0.05))
    assert.equal(row.after.classArea, (row.after.official ?? 0) - (row.after.deducted ?? 0))

    assert.equal(await refusal(apply(pool, await whole(pool, finding), asked(first), rev - 1)), 'records/register-moved')
    const written = await apply(pool, await whole(pool, finding), asked(first), rev)
    assert.deepEqual([written.rev, written.what, written.cause, written.made, written.closed], [rev + 1, 'write', 'correction', 1, 1])
    await check(pool)
    assert.deepEqual(told(await found(pool)), [])
    await proven(pool)

    const undone = await inside(pool, (db) =>
      undoRevision(db, COUNTY, rev + 1, PLOT_KINDS, { actor: 'test', reason: 'undo', now: new Date() }, async () => {}),
    )
    assert.ok(undone.ok)
    await check(pool)
    assert.deepEqual(told(await found(pool)), told([finding]))
    await proven(pool)
  })
}

test('official areas stay where the outline comes back to them, stay or follow when told to, and the control area never moves', async () => {
  await using database = await freshDatabase()
  const { pool } = database
  // the survey measured B0002 before its line was pushed into B0003
  const [, right] = squares(3, 1)
  const surveyed = hundredthsOfPlot(right) / 100
  const plots = squares(3, 1, { B0002: corner(1, [204, 50]) }).map((plot) =>
    plot.key === 'B0002' ? { ...plot, official: surveyed } : plot,
  )
  await inside(pool, (db) => writePlots(db, plots))
  await check(pool)
  const [finding] = (await found(pool)).filter(({ rule }) => rule === 'geometry/overlap')
  // both are equally old: it is B0002 that is drawn larger than it was measured
  const [fix, other] = await options(pool, await whole(pool, finding))
  assert.deepEqual([fix.way, fix.target, fix.why, other.target, other.why], ['cut', 'B0002', 'too-large', 'B0003', 'agrees'])
  const official = async (areas: AreaRule) => {
    const { changed } = await prepare(pool, await whole(pool, finding), asked(fix, areas))
    const row = changed.find(({ key }) => key === 'B0002')
    assert.ok(row)
    assert.equal(row.after.computed, Math.round(row.afterM2 * 100))
    return (row.after.official ?? 0) / 100
  }
  assert.equal(await official('by-rule'), surveyed)
  assert.equal(await official('keep'), surveyed)
  assert.ok(Math.abs((await official('follow')) - (surveyed - 200)) < 0.03)
})

test('a gap is filled into the neighbour with the longest border, and the whole grows by the gap', async () => {
  await using database = await freshDatabase()
  const { pool } = database
  // a strip of 3 × 40 m between B0001 and B0002, of which B0002 has 40 m and two short sides
  const plots = squares(2, 1, {
    B0001: corner(1, [100, 30], [100, 70]),
    B0002: (ring) => [ring[0], ring[1], ring[2], ring[3], [100, 70], [103, 70], [103, 30], [100, 30]],
  })
  const rev = await inside(pool, (db) => writePlots(db, plots))
  await check(pool)
  const [gap] = (await found(pool)).filter(({ rule }) => rule === 'geometry/gap')
  const list = await options(pool, await whole(pool, gap))
  assert.deepEqual(
    list.map(({ way, target, why }) => `${way} ${target} ${why}`),
    ['fill B0002 longest-border', 'fill B0001 shorter-border', 'snap B0002 longest-border'],
  )
  assert.ok(Math.abs((list[0].borderM ?? 0) - 46) < 0.01)
  const plan = await prepare(pool, await whole(pool, gap), asked(list[0]))
  assert.ok(plan.gone && plan.fresh.length === 0)
  const grown = plan.changed.reduce((sum, { beforeM2, afterM2 }) => sum + afterM2 - beforeM2, 0)
  assert.ok(Math.abs(grown - plan.regionM2) < 1e-4 && Math.abs(grown - 120) < 0.03)
  assert.equal(await refusal(prepare(pool, await whole(pool, gap), asked(list[2]))), 'quality/fix-finds-nothing') // 3 m away, 0.1 m allowed
  await apply(pool, await whole(pool, gap), asked(list[0]), rev)
  await check(pool)
  assert.deepEqual(told(await found(pool)), [])
})

test('a hairline between neighbours is snapped away, and corners that one side lacks are put in', async () => {
  await using database = await freshDatabase()
  const { pool } = database
  const plots = squares(3, 2, {
    B0002: (ring) => [[100.03, 0], ring[1], ring[2], [100, 100], [100.04, 50]], // up to 4 cm from B0001
    B0005: corner(1, [200, 150]), // B0006 lacks it
  })
  let rev = await inside(pool, (db) => writePlots(db, plots))
  await check(pool)
  const before = await found(pool)
  const gap = before.find(({ rule }) => rule.startsWith('geometry/gap'))
  assert.ok(gap, told(before).join())
  const snap = (await options(pool, await whole(pool, gap))).find(({ way }) => way === 'snap')
  assert.ok(snap)
  rev = (await apply(pool, await whole(pool, gap), asked({ ...snap, target: 'B0002' }), rev)).rev
  await check(pool)
  const [lacks, ...others] = await found(pool)
  assert.deepEqual([lacks?.rule, others], ['geometry/one-sided-vertex', []], told([lacks, ...others]).join())
  const [put] = await options(pool, await whole(pool, lacks))
  assert.deepEqual([put.way, put.target, put.why], ['snap', 'B0006', 'lacks-corners'])
  await apply(pool, await whole(pool, lacks), asked(put), rev)
  await check(pool)
  assert.deepEqual(told(await found(pool)), [])
  await proven(pool)
})

test('what a person has to settle has no repair, and one that would not help or would harm is refused', async () => {
  await using database = await freshDatabase()
  const { pool } = database
  const plots = [...squares(3, 1, { B0002: corner(1, [204, 50]) }), { key: 'B0009', rings: squares(1, 1)[0].rings }]
  const rev = await inside(pool, (db) => writePlots(db, plots))
  await check(pool)
  const list = await found(pool)
  const twice = list.find(({ rule }) => rule === 'geometry/drawn-twice')
  const overlap = list.find(({ rule }) => rule === 'geometry/overlap')
  assert.ok(twice && overlap)
  assert.deepEqual(await options(pool, await whole(pool, twice)), [])
  const cut = { way: 'cut', target: 'B0009', against: 'B0001', withinM: null, areas: 'by-rule' } as const
  assert.equal(await refusal(apply(pool, await whole(pool, twice), cut, rev)), 'quality/fix-leaves-nothing')
  // half the way back: the overlap is smaller, and still there
  const half = { way: 'snap', target: 'B0002', against: null, withinM: 0.01, areas: 'by-rule' } as const
  assert.match(await refusal(apply(pool, await whole(pool, overlap), half, rev)), /^quality\/fix-(finds-nothing|does-not-help)$/)
  assert.equal(await refusal(apply(pool, await whole(pool, overlap), { ...half, way: 'fill', target: 'B0001' }, rev)), 'quality/no-fix')
})

test('an exception holds for its rows and place when other things change, and not for another place', async () => {
  await using database = await freshDatabase()
  const { pool } = database
  const plots = squares(3, 2, { B0002: corner(1, [204, 50]) })
  await inside(pool, (db) => writePlots(db, plots))
  await check(pool)
  const [overlap] = await found(pool)
  await inside(pool, (db) => accept(db, overlap))
  // a corner of a neighbour far from it, and the tip of the overlap by a centimetre
  const moved = (x: number, y: number) =>
    squares(3, 2, { B0002: corner(1, [x, y]), B0006: (ring) => [ring[0], ring[1], [300.5, 200], ring[3]] })
  const ids = await inside(pool, (db) => db.all<{ id: number; key: string }>`select id, patch_key as key from land.patch_now order by id`)
  const rewrite = (x: number, y: number) =>
    inside(pool, (db) =>
      writePlots(
        db,
        moved(x, y).map((plot) => ({ ...plot, id: ids.find(({ key }) => key === plot.key)?.id ?? 0 })),
      ),
    )
  await rewrite(204.01, 50)
  await check(pool)
  const again = (await found(pool)).find(({ rule }) => rule === 'geometry/overlap')
  assert.equal(again?.reason, 'known')
  assert.equal(again?.subjectKey, overlap.subjectKey)
  // the same rows, another place of their line
  await rewrite(204, 5)
  await check(pool)
  const other = (await found(pool)).find(({ rule }) => rule === 'geometry/overlap')
  assert.equal(other?.reason, null)
})

async function accept(db: Db, finding: StoredFinding) {
  const { openRevision, rowToWrite } = await import('@dishu/kernel/records/records.store')
  const { exceptionKind } = await import('./quality.ts')
  const revision = await openRevision(db, COUNTY, PLOT_KINDS)
  const content = {
    rule: finding.rule,
    subject_kind: finding.subjectKind,
    subject_key: finding.subjectKey,
    reason: 'known',
    accepted_by: 'test',
  }
  await revision.add(exceptionKind, [rowToWrite(exceptionKind, { validFrom: '2026-11-24' as Day, content })])
  await revision.seal({ what: 'write', cause: 'correction', actor: 'test', reason: 'known', now: new Date() })
}

test('a layer that has not changed is not gone over again on the same day, and its findings stand', async () => {
  await using database = await freshDatabase()
  const { pool } = database
  await inside(pool, (db) => writePlots(db, squares(3, 2, { B0002: corner(1, [204, 50]) })))
  const phases: string[] = []
  const counted = (now: Date) =>
    transaction(pool, (db) =>
      checkCounty(db, COUNTY, now, null, ({ phase, layer, done }) => done === 0 && phases.push(`${phase} ${layer}`)),
    )
  await counted(NOW)
  assert.deepEqual(phases.splice(0), ['geometry patch'])
  const before = await found(pool)
  await inside(pool, (db) =>
    writePlots(
      db,
      [
        {
          key: '2208991002010100001',
          rings: [
            [
              [10, 10],
              [40, 10],
              [40, 40],
            ],
          ],
        },
      ],
      { kind: 'parcel' },
    ),
  )
  await counted(NOW)
  assert.deepEqual(phases.splice(0), ['geometry parcel'])
  assert.deepEqual(told(await found(pool)), told(before))
  await counted(new Date('2026-11-26T04:00:00Z'))
  assert.deepEqual(phases.splice(0), ['geometry patch', 'geometry parcel'])
})

/** Quadrilaterals on a grid whose corners are moved at random, so that no line is straight on; then one line is pushed out, or one patch drawn in. */
function village(seed: number): { plots: Plot[]; kind: 'overlap' | 'gap' } {
  const random = seededRandom(seed)
  const at = Array.from({ length: 5 }, (_, j) =>
    Array.from({ length: 6 }, (_, i): Xy => [100 * i + 40 * (random() - 0.5), 100 * j + 40 * (random() - 0.5)]),
  )
  const chosen = 6 + Math.floor(random() * 3) // inside: it has neighbours all round
  const kind = random() < 0.5 ? 'overlap' : 'gap'
  const plots: Plot[] = []
  for (let j = 0; j < 4; j++)
    for (let i = 0; i < 5; i++) {
      const ring = [at[j][i], at[j][i + 1], at[j + 1][i + 1], at[j + 1][i]]
      if (plots.length === chosen) {
        // on the line to the right: a tip of one to ten metres, or a triangle that may reach past the neighbour's corner
        const [[ax, ay], [bx, by]] = [ring[1], ring[2]]
        const [share, far] = [0.1 + 0.8 * random(), (kind === 'overlap' ? 1 : -1) * (1 + 9 * random())]
        const length = Math.hypot(bx - ax, by - ay)
        ring.splice(2, 0, [ax + share * (bx - ax) + (far * (by - ay)) / length, ay + share * (by - ay) - (far * (bx - ax)) / length])
      }
      plots.push({ key: `B${String(plots.length + 1).padStart(4, '0')}`, rings: [ring] })
    }
  return { plots, kind }
}

test('whatever the village, every repair that is offered and holds takes its finding away, brings none, and moves exactly the ground in question', async () => {
  await using database = await freshDatabase()
  const { pool } = database
  let applied = 0
  for (let seed = 1; seed <= 8; seed++) {
    const { plots, kind } = village(seed)
    await transaction(
      pool,
      async (db) => {
        const rev = await writePlots(db, plots, { srid: seed % 2 === 0 ? 4529 : 4490 })
        await checkCounty(db, COUNTY, NOW)
        const [finding, ...rest] = await geometryOf(db)
        assert.deepEqual([finding?.rule, rest.length], [`geometry/${kind}`, 0], `seed ${seed}`)
        const sum = await sumOf(db)
        const place = await readSurroundings(db, COUNTY, finding, NOW)
        for (const option of optionsFor(place).filter(({ way }) => way !== 'snap')) {
          const plan = await prepareFix(db, COUNTY, place, asked(option))
          assert.ok(plan.gone && plan.fresh.length === 0, `seed ${seed} ${option.way} ${option.target}: ${JSON.stringify(plan.fresh)}`)
          const moved = plan.changed.reduce((total, { beforeM2, afterM2 }) => total + afterM2 - beforeM2, 0)
          assert.ok(Math.abs(Math.abs(moved) - plan.regionM2) < 2e-3, `seed ${seed} ${option.way}: ${moved} ${plan.regionM2}`)
        }
        const [first] = optionsFor(place)
        const plan = await prepareFix(db, COUNTY, place, asked(first))
        await applyFix(
          db,
          COUNTY,
          finding,
          { ...asked(first), base: rev, cause: 'correction', reason: 'test', actor: 'test', now: new Date() },
          tools,
          say,
        )
        applied++
        await checkCounty(db, COUNTY, NOW)
        assert.deepEqual(told(await geometryOf(db)), [], `seed ${seed}`)
        assert.ok(Math.abs(Math.abs((await sumOf(db)) - sum) - plan.regionM2) < 0.05)
        throw new Error('taken back')
      },
      { actor: 'test', retries: 0 },
    ).catch((cause: unknown) => {
      if ((cause as Error).message !== 'taken back') throw cause
    })
  }
  assert.equal(applied, 8)
})

async function geometryOf(db: Db): Promise<StoredFinding[]> {
  const rows = await readFindings(db, { county: COUNTY, rule: null, within: null, state: 'all', offset: 0, limit: 100 })
  const whole = await Promise.all(rows.filter(({ rule }) => rule.startsWith('geometry/')).map(({ id }) => readFinding(db, COUNTY, id)))
  return whole.filter((each) => each !== null)
}
/** Planar m² of all outlines as they stand in the register, by way of the stored computed areas. */
const sumOf = async (db: Db) =>
  (await db.one<{ sum: number }>`select sum(computed_area)::float8 as sum from land.patch_now where county = ${COUNTY}`).sum / 100

test('what was a corner before keeps its coordinates to the last bit', async () => {
  await using database = await freshDatabase()
  const { pool } = database
  const { plots } = village(3)
  const rev = await inside(pool, (db) => writePlots(db, plots))
  await check(pool)
  const corners = async () =>
    new Set(
      (await inside(pool, (db) => db.all<{ outline: Buffer }>`select outline from land.patch_now order by id`)).flatMap(({ outline }) => {
        const shape = readWkb(outline)
        assert.equal(shape.type, 'polygon')
        return shape.type === 'polygon'
          ? shape.polygons.flatMap(({ rings }) =>
              rings.flatMap((ring) => Array.from({ length: ring.length / 2 }, (_, i) => `${ring[2 * i]} ${ring[2 * i + 1]}`)),
            )
          : []
      }),
    )
  const before = await corners()
  const [finding] = await found(pool)
  const [first] = await options(pool, await whole(pool, finding))
  await apply(pool, await whole(pool, finding), asked(first), rev)
  const after = await corners()
  // a tip less, or the places where two lines crossed more; everything else is as it was
  assert.ok([...before].filter((each) => !after.has(each)).length <= 1)
  assert.ok([...after].filter((each) => !before.has(each)).length <= 2)
})

test('checks at one time leave the findings of one', async () => {
  await using database = await freshDatabase()
  const { pool } = database
  await inside(pool, (db) => writePlots(db, squares(3, 2, { B0002: corner(1, [204, 50]) })))
  await Promise.all([check(pool), check(pool), check(pool)])
  assert.equal((await found(pool)).length, 1)
})

test('areas of one level are held against each other and repaired, and their control areas stay; what leaves its area is told', async () => {
  await using database = await freshDatabase()
  const { pool } = database
  const box = (x1: number, y1: number, x2: number, y2: number): Xy[] => [
    [x1, y1],
    [x2, y1],
    [x2, y2],
    [x1, y2],
  ]
  const areas: Plot[] = [
    { key: COUNTY, rings: [box(0, 0, 600, 300)] },
    { key: `${COUNTY}100`, rings: [box(0, 0, 600, 300)] },
    { key: `${COUNTY}100201`, rings: [box(0, 0, 300, 300)] },
    { key: `${COUNTY}100202`, rings: [corner(3, [295, 150])(box(300, 0, 600, 300))] }, // 750 m² into its neighbour
  ]
  const rev = await inside(pool, (db) => writePlots(db, areas, { kind: 'area' }))
  await check(pool)
  const [finding, ...rest] = await found(pool)
  assert.deepEqual([finding.rule, finding.subjectKind, rest], ['geometry/overlap', 'area', []])
  const [first] = await options(pool, await whole(pool, finding))
  const { changed } = await prepare(pool, await whole(pool, finding), asked(first))
  for (const { before, after } of changed) assert.equal(after.official, before.official)
  await apply(pool, await whole(pool, finding), asked(first), rev)
  await check(pool)
  assert.deepEqual(told(await found(pool)), [])
  await proven(pool)
  // a patch of village 201 that reaches 20 × 50 m over the old line, and over what 201, the smaller, has lost of it: 5 m × y ÷ 150 from y = 100 to 150
  await inside(pool, (db) => writePlots(db, [{ key: 'B0001', rings: [box(200, 100, 320, 150)] }]))
  await check(pool)
  const [outside, ...others] = await found(pool)
  assert.deepEqual([outside.rule, others], ['geometry/outside', []])
  assert.ok(Math.abs((outside.area ?? 0) / 100 - (1000 + (5 / 150) * ((150 ** 2 - 100 ** 2) / 2))) < 0.2)
  assert.deepEqual(await options(pool, await whole(pool, outside)), [])
})
