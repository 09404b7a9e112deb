/** The page of changes in a real browser over the real server: a baseline is frozen, counted anew, compared; and the overview's figure is the count's. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import test from 'node:test'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'
import { openApp } from '../server/app.ts'
import { loadSample } from '../server/first-sample.ts'
import { prove } from '../server/prove.ts'
import { serve } from '../server/serve.ts'

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
const skip = existsSync(CHROMIUM)
  ? false
  : `no Chromium at ${CHROMIUM}: the screens are NOT tested (apt-get install chromium, or set CHROMIUM)`

test('a baseline is frozen, counted anew and compared in the browser', { timeout: 240_000, skip }, async (t) => {
  const built = spawnSync(process.execPath, [join(ROOT, 'scripts/build-web.mjs')], { stdio: ['ignore', 'ignore', 'inherit'] })
  assert.equal(built.status, 0, 'the web pages could not be built')
  const dataDir = await mkdtemp(join(tmpdir(), 'dishu-changes-web-'))
  const opened = await openApp({ dataDir, role: 'server' })
  assert.ok(opened.ok)
  const app = opened.value
  await loadSample(app, { patches: 300 })
  const running = await serve(app, 0)
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
  t.after(async () => {
    await browser.close()
    await running.close()
    await app.close()
    await rm(dataDir, { recursive: true, force: true })
  })
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
  context.setDefaultTimeout(30_000)
  await context.addInitScript(() => {
    if (location.protocol === 'http:') localStorage.setItem('dishu.language', 'zh')
  })
  const complaints: string[] = []
  context.on('weberror', (error) => complaints.push(error.error().message))
  const page = await context.newPage()
  await page.goto(`${running.address}/changes`, { waitUntil: 'commit' })
  await page.getByText('还没有底数').waitFor()
  await page.getByRole('button', { name: '冻结底数' }).first().click()
  await page.locator('#baseline-title').fill('示例底数')
  await page.locator('#baseline-day').fill('2026-06-30')
  await page.getByRole('button', { name: '冻结并签名' }).click()
  await page.getByText('B1 示例底数').first().waitFor()
  await page.getByRole('button', { name: '重新统计' }).click()
  await page.getByText('相差 0.00 平方米，一致').waitFor()
  // contracts end as the days pass
  await page.goto(`${running.address}/changes?from=B1&to=2040-01-01&by=contract`, { waitUntil: 'commit' })
  await page.getByText('每行：之前加各原因等于之后').waitFor()
  await page.getByRole('button', { name: '日期推移' }).click()
  await page.getByText(/日期推移：\d+ 个图斑/).waitFor()
  if (process.env.DISHU_PICTURES) {
    await page.screenshot({ path: join(process.env.DISHU_PICTURES, 'changes.png') })
    await page.setViewportSize({ width: 390, height: 844 })
    await page.screenshot({ path: join(process.env.DISHU_PICTURES, 'changes-phone.png') })
  }
  assert.deepEqual(complaints, [])

  let last = 3
  const proof = await prove(app, {
    ...{ draws: 2, commandEvery: 100, pageEvery: 1, address: running.address, now: new Date() },
    random: () => {
      last = (last * 16_807) % 2_147_483_647 // Park and Miller 1988
      return last / 2_147_483_647
    },
  })
  assert.deepEqual(proof.mismatches, [])
  assert.equal(proof.byInterface.page, 2)
})
