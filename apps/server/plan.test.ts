/** Plans over a real database and the real server: from a scenario to a result that adds up, is explained, grows stale, is recomputed, and is approved by another person. */
import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test, { after, before } from 'node:test'
import { openInSandbox } from '@dishu/formats/sandbox/sandbox'
import { moveScenario } from '@dishu/land/plan/scenarios.jobs'
import type {
  CompareReply,
  LookReply,
  PlanTasksReply,
  PlanTaskView,
  ResultReply,
  ScenariosReply,
  WhyReply,
} from '@dishu/land/plan/scenarios.wire'
import { generateSample, SAMPLE_SEED } from '@dishu/land/sample/sample'
import { sheetsFrom, writeLibrary } from '@dishu/land/technology/technology.jobs'
import { transaction } from '@dishu/server-kit/sql'
import { freshDatabase, type TestDatabase } from '@dishu/testkit/database'
import { type App, joinApp } from './app.ts'
import { loadSample } from './first-sample.ts'
import { KINDS } from './parts.ts'
import { planTools } from './plan.ts'
import { loadSampleLibrary } from './sample-library.ts'
import { loadSampleWater } from './sample-water.ts'
import { type Running, serve } from './serve.ts'

const COUNTY = '220899'
const PATCHES = 900
const MU = 2000 / 3
const folder = mkdtempSync(join(tmpdir(), 'dishu-plan-'))
let database: TestDatabase
let app: App
let running: Running

before(async () => {
  database = await freshDatabase()
  app = await joinApp(join(folder, 'data'), database.url)
  await loadSample(app, { patches: PATCHES })
  const county = generateSample(SAMPLE_SEED, PATCHES)
  await loadSampleWater(app, county)
  await loadSampleLibrary(app, county)
  running = await serve(app, 0)
})
after(async () => {
  await running?.close()
  await app?.close()
  await database?.drop()
  rmSync(folder, { recursive: true, force: true })
})

const at = (rest: string) => `${running.address}/api/counties/${COUNTY}/plan/${rest}`
async function get<T>(rest: string): Promise<T> {
  const reply = await fetch(at(rest))
  const text = await reply.text()
  assert.equal(reply.status, 200, text)
  return JSON.parse(text) as T
}
async function post<T>(rest: string, body: unknown = {}): Promise<{ status: number; body: T & { code?: string } }> {
  const reply = await fetch(at(rest), {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: running.address },
    body: JSON.stringify(body),
  })
  return { status: reply.status, body: (await reply.json()) as T & { code?: string } }
}
async function ended(id: string): Promise<PlanTaskView> {
  for (const until = Date.now() + 90_000; Date.now() < until; await new Promise((resolve) => setTimeout(resolve, 100))) {
    const task = (await get<PlanTasksReply>('tasks')).tasks.find((each) => each.id === id)
    if (task && task.state !== 'working' && task.state !== 'stopping') return task
  }
  throw new Error(`the task ${id} did not end`)
}
async function solved(scenario: string): Promise<ResultReply> {
  const begun = await post<PlanTaskView>(`scenarios/${scenario}/solve`)
  assert.equal(begun.status, 200, JSON.stringify(begun.body))
  const task = await ended(begun.body.id)
  assert.equal(task.state, 'done', JSON.stringify(task))
  return get<ResultReply>(`results/${task.result}`)
}
const YEARS = [2027, 2028]
const TERMS = {
  years: YEARS,
  yearTypes: [{ id: 'P75', probability: 1 }],
  budgets: YEARS.flatMap((year) => [
    { source: '专项', year, fen: 400_000, scopes: [] },
    { source: '材料补助', year, fen: 300_000, scopes: ['material'] },
  ]),
  capacity: YEARS.map((year) => ({ year, m2: 150 * MU })),
}
let result: ResultReply

test('a scenario is written, looked at, solved, and its sums are those of the objective', async () => {
  const made = await post<{ key: string }>('scenarios', { title: '试验', terms: TERMS })
  assert.equal(made.status, 200, JSON.stringify(made.body))
  assert.equal(made.body.key, 'S1')
  const look = await post<LookReply>('look', { terms: TERMS })
  assert.equal(look.body.moneyFen, 2 * 700_000)
  assert.ok(
    look.body.findings.every(({ severity }) => severity !== 'error'),
    JSON.stringify(look.body.findings),
  )
  result = await solved('S1')
  const { figures } = result
  assert.ok(figures.status === 'optimal' || figures.status === 'feasible')
  assert.equal(figures.totals.npvFen, figures.objective) // added up beside the solver, to the fen
  assert.ok(figures.bound >= (figures.objective ?? 0))
  assert.ok(figures.totals.chosen > 0 && figures.totals.chosen < figures.totals.planned)
  assert.equal(
    figures.land.reduce((sum, { patches }) => sum + patches, 0),
    figures.totals.chosen,
  )
  for (const year of YEARS) {
    const m2 = figures.land.filter((row) => row.year === year).reduce((sum, { areaM2 }) => sum + areaM2, 0)
    assert.ok(m2 <= 150 * MU * (1 + 1e-9), `${m2} m² in ${year}`)
  }
  for (const { paidFen, budgetFen, source } of figures.money) assert.ok(paidFen >= 0 && paidFen <= budgetFen, source)
  assert.equal(
    figures.money.reduce((sum, { paidFen }) => sum + paidFen, 0),
    figures.totals.costFen,
  )
  for (const { id, planM3, presentM3, limitM3, month } of figures.water)
    assert.ok(planM3 + presentM3 <= limitM3 * (1 + 1e-9), `${id} ${month}`)
  // a m³ is worth no more than all that the dearest patch brings with its water
  for (const [node, period, price] of figures.gates ?? []) assert.ok(price > 0 && price < 1e9, `${node} ${period} ${price}`)
  assert.ok(result.findings.some(({ code, count }) => code === 'no-soil' && count > 100)) // most of the sample's patches were never sampled
  assert.ok(result.choices.some(({ label }) => label === '!no-soil'))
})

test('why: the chosen option costs nothing, every other one something, and forcing it never pays', async () => {
  const [chosen] = result.choices.find(({ label }) => label.includes('@'))?.patches ?? []
  const why = await get<WhyReply>(`results/${result.key}/why?patch=${chosen}`)
  assert.equal(why.options.filter((each) => each.chosen).length, 1)
  assert.equal(why.options.find((each) => each.chosen)?.cost, 0)
  assert.ok(why.options.every(({ cost }) => cost >= 0))
  const byKey = await get<WhyReply>(`results/${result.key}/why?patch=${why.key}`)
  assert.equal(byKey.patch, chosen)
  const [unsampled] = result.choices.find(({ label }) => label === '!no-soil')?.patches ?? []
  const out = await get<WhyReply>(`results/${result.key}/why?patch=${unsampled}`)
  assert.ok(out.out?.includes('土壤'))
})

test('the annexes have the figures of the result', async () => {
  const reply = await fetch(at(`results/${result.key}/annex.xlsx`))
  assert.equal(reply.status, 200)
  const file = join(folder, 'annex.xlsx')
  writeFileSync(file, Buffer.from(await reply.arrayBuffer()))
  const source = await openInSandbox([file])
  try {
    const layer = source.layers.findIndex(({ name }) => name === '图斑')
    assert.ok(layer >= 0, source.layers.map(({ name }) => name).join())
    let rows = 0
    for await (const batch of source.read(layer)) rows += batch.rows.length
    assert.ok(rows >= result.figures.totals.patches)
  } finally {
    await source.close()
  }
})

test('what was kept gives the same again', async () => {
  const { body } = await post<PlanTaskView>(`results/${result.key}/recompute`)
  const task = await ended(body.id)
  assert.equal(task.state, 'done', JSON.stringify(task))
  assert.equal(task.same, true)
})

test('more money and contractors never lower the objective, and two results are held side by side', async () => {
  const more = {
    ...TERMS,
    budgets: TERMS.budgets.map((each) => ({ ...each, fen: 2 * each.fen })),
    capacity: TERMS.capacity.map((each) => ({ ...each, m2: 2 * each.m2 })),
  }
  const { body } = await post<{ key: string }>('scenarios', { from: 'S1', title: '加倍', terms: more })
  const larger = await solved(body.key)
  assert.ok((larger.figures.objective ?? 0) >= (result.figures.objective ?? 0))
  const compared = await get<CompareReply>(`compare?a=${result.key}&b=${larger.key}`)
  assert.ok(compared.differing > 0 && compared.differences.length === compared.differing)
})

test('a target above the land is refused before anything is solved, with its place', async () => {
  const { body } = await post<{ key: string }>('scenarios', {
    title: '过高',
    terms: { ...TERMS, targets: [{ area: COUNTY, measure: 'area', atLeast: 1e10 }] },
  })
  const begun = await post<PlanTaskView>(`scenarios/${body.key}/solve`)
  const task = await ended(begun.body.id)
  assert.equal(task.state, 'refused')
  assert.equal(task.refusal?.code, 'plan/not-ready')
  assert.ok(task.findings.some(({ code, place }) => code === 'target-above-land' && place === COUNTY))
})

test('a target within the land that money cannot reach is infeasible, and the limits in conflict are named', async () => {
  const terms = { ...TERMS, targets: [{ area: COUNTY, measure: 'area', atLeast: 400 * MU }] }
  const { body } = await post<{ key: string }>('scenarios', { title: '冲突', terms })
  const { figures } = await solved(body.key)
  assert.equal(figures.status, 'infeasible')
  const limits = figures.conflict?.map(({ limit }) => limit) ?? []
  assert.ok(limits.includes(`target/area/${COUNTY}`), limits.join())
  assert.ok(limits.length >= 2)
})

test('the front of benefit and water: less water never brings more, each point has its gap, and a point becomes a scenario', async () => {
  const { body } = await post<PlanTaskView>('scenarios/S1/front', { second: 'water', points: 4 })
  const task = await ended(body.id)
  assert.equal(task.state, 'done', JSON.stringify(task))
  const points = task.front?.points ?? []
  assert.ok(points.length >= 2 && points.length <= 4, JSON.stringify(task.front))
  for (const [i, { values, gap }] of points.entries()) {
    assert.ok(gap !== null && gap <= 0.02)
    if (i === 0) continue
    assert.ok(values.water <= points[i - 1].values.water * (1 + 1e-9))
    assert.ok(values.npv <= points[i - 1].values.npv * (1 + 0.02))
  }
  const chosen = points[Math.floor(points.length / 2)]
  const terms = { ...TERMS, floors: [{ measure: 'water', value: chosen.values.water }] }
  const made = await post<{ key: string }>('scenarios', { from: 'S1', title: '取点', terms })
  const { figures } = await solved(made.body.key)
  assert.ok(figures.totals.waterM3 <= chosen.values.water * (1 + 1e-9) + 1)
  assert.ok((figures.objective ?? 0) >= chosen.values.npv * 0.98)
  for (const wrong of [
    { second: 'npv', points: 4 },
    { second: 'water', points: 99 },
  ])
    assert.equal((await post('scenarios/S1/front', wrong)).body.code, 'plan/terms-not-understood')
})

test('measures one after the other: the second is bettered without giving up more of the first than stated', async () => {
  const terms = { ...TERMS, objective: 'area', afterwards: ['npv'], giveUp: 0.01 }
  const made = await post<{ key: string }>('scenarios', { title: '先面积后效益', terms })
  const { figures } = await solved(made.body.key)
  const [area, npv] = figures.order ?? []
  assert.deepEqual([area?.measure, npv?.measure], ['area', 'npv'])
  assert.ok(Math.abs(area.value - figures.totals.areaM2) < 1)
  assert.ok(area.value >= area.bound * (0.99 - 0.01))
  assert.equal(npv.value, figures.totals.npvFen)
  assert.ok(npv.bound >= npv.value)
})

test('stopped while it is being solved, a task ends within two seconds with the best so far, and says so', async () => {
  const { body } = await post<PlanTaskView>('scenarios/S1/solve')
  const find = async () => (await get<PlanTasksReply>('tasks')).tasks.find((each) => each.id === body.id)
  for (let task = await find(); task?.state === 'working' && task.phase !== 'solving'; task = await find())
    await new Promise((resolve) => setTimeout(resolve, 30))
  await post(`tasks/${body.id}/stop`)
  const begun = Date.now()
  const task = await ended(body.id)
  assert.ok(Date.now() - begun < 6000, `${Date.now() - begun} ms`) // two of them for the solver; the rest is writing, on a busy machine
  assert.ok(task.state === 'done' || task.state === 'cancelled', task.state)
  if (task.result) {
    const { figures } = await get<ResultReply>(`results/${task.result}`)
    assert.ok(figures.objective !== null && figures.bound >= figures.objective)
  }
})

test('a server that is stopped in the middle begins the task anew when it starts, and its result is whole', async () => {
  const { body } = await post<PlanTaskView>('scenarios/S1/solve')
  await new Promise((resolve) => setTimeout(resolve, 900))
  await running.close()
  running = await serve(app, 0)
  const task = await ended(body.id)
  assert.equal(task.state, 'done', JSON.stringify(task))
  const { figures } = await get<ResultReply>(`results/${task.result}`)
  assert.equal(figures.stopped, false)
  assert.equal(figures.totals.npvFen, figures.objective)
})

test('limits are laid over the county as a task with progress, and another task waits for its end', async () => {
  const limits = `${running.address}/api/counties/${COUNTY}/limits/measure`
  const begun = await fetch(limits, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: running.address },
    body: '{}',
  })
  assert.equal(begun.status, 200, await begun.clone().text())
  assert.equal((await post('scenarios/S1/solve')).body.code, 'plan/already-at-work')
  const newest = async () => ((await (await fetch(limits)).json()) as { task: PlanTaskView }).task
  let task = await newest()
  for (const until = Date.now() + 60_000; task.state === 'working' && Date.now() < until; task = await newest())
    await new Promise((resolve) => setTimeout(resolve, 100))
  assert.equal(task.state, 'done', JSON.stringify(task))
  const library = (await (await fetch(`${running.address}/api/counties/${COUNTY}/library`)).json()) as {
    measured: { patches: number } | null
  }
  assert.ok((library.measured?.patches ?? 0) >= PATCHES) // an outline in several parts is several patches
})

test('terms that cannot be are refused in words', async () => {
  for (const terms of [
    {},
    { ...TERMS, years: [2027, 2029] },
    { ...TERMS, yearTypes: [{ id: 'P75', probability: 0.5 }] },
    { ...TERMS, targets: [{ area: '110101', measure: 'area', atLeast: 1 }] },
  ])
    assert.equal((await post('scenarios', { title: 'x', terms })).body.code, 'plan/terms-not-understood')
})

test('an approved scenario was approved by another person; a change of data makes a result stale', async () => {
  assert.equal((await post('scenarios/S1/approve')).body.code, 'plan/not-submitted')
  assert.equal((await post('scenarios/S1/state', { to: 'submitted' })).status, 200)
  assert.equal((await post('scenarios', { key: 'S1', title: 'x', terms: TERMS })).body.code, 'plan/not-a-draft')
  assert.equal((await post('scenarios/S1/approve')).body.code, 'people/own-work')
  await transaction(app.pool, (db) => moveScenario(db, planTools(app), COUNTY, 'S1', 'approved', { actor: 'another', now: new Date() }), {
    actor: 'another',
  })
  const find = async () => (await get<ScenariosReply>('scenarios')).scenarios.find(({ key }) => key === 'S1')
  assert.deepEqual([(await find())?.state, (await find())?.decidedBy, (await find())?.result?.stale], ['approved', 'another', false])
  const rows = [
    {
      code: 'fgd-gypsum',
      technology: 'fgd-gypsum',
      line: '脱硫石膏（到地）',
      scope: 'material',
      unit: 't',
      yuan: 150,
      year: 2027,
      source: '询价',
      mark: 'own',
    },
  ]
  await transaction(
    app.pool,
    (db) =>
      writeLibrary(db, COUNTY, sheetsFrom({ costs: rows.map(({ code: _, ...row }) => row) }), {
        day: new Date().toISOString().slice(0, 10) as never,
        actor: 't',
        reason: 't',
        now: new Date(),
        file: 't',
        kinds: KINDS,
      }),
    { actor: 't' },
  )
  assert.equal((await find())?.result?.stale, true)
})
