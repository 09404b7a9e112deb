/** Plans in a real browser over the real server: the sample's scenario is solved, shown on the map by year, and says of a patch why. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import type { PlanTasksReply, ResultReply } from '@dishu/land/plan/scenarios.wire'
import { chromium } from 'playwright-core'
import { openApp } from '../server/app.ts'
import { loadSample } from '../server/first-sample.ts'
import { serve } from '../server/serve.ts'

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const skip = existsSync(CHROMIUM)
  ? false
  : `no Chromium at ${CHROMIUM}: the screens are NOT tested (apt-get install chromium, or set CHROMIUM)`

test('a plan works in the browser', { timeout: 240_000, skip }, async (t) => {
  const built = spawnSync(process.execPath, [join(ROOT, 'scripts/build-web.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] })
  assert.equal(built.status, 0, 'the web pages could not be built')
  const dataDir = await mkdtemp(join(tmpdir(), 'dishu-plan-web-'))
  const opened = await openApp({ dataDir, role: 'server' })
  assert.ok(opened.ok)
  const app = opened.value
  await loadSample(app, { patches: 900, scenes: true })
  const running = await serve(app, 0)
  const browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
  t.after(async () => {
    await browser.close()
    await running.close()
    await app.close()
    await rm(dataDir, { recursive: true, force: true })
  })
  const get = async <T>(path: string): Promise<T> =>
    (await (await fetch(`${running.address}/api/counties/220899/plan/${path}`)).json()) as T
  // the sample asked for it before the server was there: a task that a stop left behind goes on in the same way
  for (let tries = 0; (await get<PlanTasksReply>('tasks')).tasks.some(({ state }) => state === 'working') && tries < 600; tries++)
    await new Promise((resolve) => setTimeout(resolve, 200))
  const [task] = (await get<PlanTasksReply>('tasks')).tasks
  assert.equal(task?.state, 'done', JSON.stringify(task))
  const result = await get<ResultReply>(`results/${task.result}`)
  const context = await browser.newContext({ viewport: { width: 1280, height: 850 }, reducedMotion: 'reduce' })
  context.setDefaultTimeout(30_000)
  await context.addInitScript(() => {
    if (location.protocol === 'http:') localStorage.setItem('dishu.language', 'zh')
  })
  const complaints: string[] = []
  context.on('weberror', (error) => complaints.push(error.error().message))
  const page = await context.newPage()
  await page.goto(`${running.address}/plan`, { waitUntil: 'commit' })
  await page
    .locator('.plan-status')
    .getByText(result.figures.status === 'optimal' ? '已证明最优' : '可行')
    .waitFor()
  await page.locator('.plan-time button', { hasText: '2027' }).click()
  assert.equal(new URL(page.url()).searchParams.get('year'), '2027')
  const [chosen] = result.choices.find(({ label }) => label.includes('@'))?.patches ?? []
  await page.goto(`${running.address}/plan?patch=${chosen}`, { waitUntil: 'commit' })
  await page.locator('.plan-why').getByText('入选：', { exact: false }).waitFor()
  await page.goto(`${running.address}/plan?edit=S2`, { waitUntil: 'commit' })
  await page.locator('.plan-look').waitFor()
  assert.deepEqual(complaints, [])
})
