/**
 * What panning and zooming cost with a county of 20,000 patches in view: the overview in Chromium, dragged and zoomed; and what lighting up and selecting rows cost. Prints, for
 * each, the frames, their median and 95th percentile (ms), and the CPU time of the page's own thread for a frame (script, and all tasks). Chromium draws in software here
 * (SwiftShader): frame times are those of the processor that rasters, not of a graphics card; the thread's time is ours.
 *
 *   npm run bench -- map-frames                20,000 patches
 *   npm run bench -- map-frames --patches=5000
 */
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { cpus, loadavg, tmpdir } from 'node:os'
import { join } from 'node:path'
import { type CDPSession, chromium, type Page } from 'playwright-core'
import { openApp } from '../apps/server/app.ts'
import { loadSample } from '../apps/server/first-sample.ts'
import { serve } from '../apps/server/serve.ts'

const PATCHES = Number(process.argv.find((word) => word.startsWith('--patches='))?.split('=')[1] ?? 20_000)
const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]
if (!existsSync(CHROMIUM)) {
  console.error(`no Chromium at ${CHROMIUM}: nothing measured (apt-get install chromium, or set CHROMIUM)`)
  process.exit(1)
}

const dataDir = await mkdtemp(join(tmpdir(), 'dishu-frames-'))
const opened = await openApp({ dataDir, role: 'server' })
if (!opened.ok) throw new Error(JSON.stringify(opened.refusal))
const app = opened.value
await loadSample(app, { patches: PATCHES, scenes: false })
const running = await serve(app, 0)
const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
try {
  const page = await (await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })).newPage()
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable')
  await page.goto(running.address, { waitUntil: 'commit' })
  const map = page.locator('.map-canvas[data-idle="yes"]').first()
  await map.waitFor({ timeout: 240_000 })
  console.log(`${PATCHES} patches, ${cpus().length} × ${cpus()[0]?.model.trim()}, load ${loadavg()[0].toFixed(1)}, Chromium in software`)
  console.log('what               frames   median ms   p95 ms   script ms/frame   tasks ms/frame')
  const box = await page.locator('.map-canvas').first().boundingBox()
  if (!box) throw new Error('expected a map on the overview')
  const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
  await measured(page, session, 'pan', async () => {
    await page.mouse.move(x, y)
    await page.mouse.down()
    for (let i = 1; i <= 60; i++) await page.mouse.move(x + 3 * i, y + 2 * i)
    for (let i = 60; i >= 0; i--) await page.mouse.move(x + 3 * i, y + 2 * i)
    await page.mouse.up()
  })
  await map.waitFor({ timeout: 120_000 })
  await measured(page, session, 'zoom', async () => {
    await page.mouse.move(x, y)
    for (let i = 0; i < 20; i++) await page.mouse.wheel(0, -60)
    for (let i = 0; i < 20; i++) await page.mouse.wheel(0, 60)
  })
  await map.waitFor({ timeout: 120_000 })
  const rows = page.locator('.legend li button')
  const several = Math.min(5, await rows.count())
  await measured(page, session, 'light up', async () => {
    for (let i = 0; i < several; i++) {
      await rows.nth(i).hover()
      await page.waitForTimeout(250)
    }
    await page.mouse.move(x, y)
  })
  await map.waitFor({ timeout: 120_000 })
  await measured(page, session, 'select', async () => {
    for (let i = 0; i < 5; i++) {
      await page.mouse.click(x + 40 * i - 80, y + 30)
      await page.waitForTimeout(250)
    }
  })
} finally {
  await browser.close()
  await running.close()
  await app.close()
  await rm(dataDir, { recursive: true, force: true })
}

async function measured(page: Page, session: CDPSession, name: string, body: () => Promise<void>): Promise<void> {
  const metrics = async () => {
    const { metrics: all } = await session.send('Performance.getMetrics')
    return (wanted: string) => all.find(({ name: each }) => each === wanted)?.value ?? 0
  }
  const start = await metrics()
  await page.evaluate(() => {
    const record = { on: true, frames: [] as number[] }
    Object.assign(window, { frames: record })
    let before = performance.now()
    const next = () => {
      const now = performance.now()
      record.frames.push(now - before)
      before = now
      if (record.on) requestAnimationFrame(next)
    }
    requestAnimationFrame(next)
  })
  await body()
  const frames = await page.evaluate(() => {
    const { frames: record } = window as unknown as { frames: { on: boolean; frames: number[] } }
    record.on = false
    return record.frames.slice(1)
  })
  const end = await metrics()
  const sorted = frames.sort((a, b) => a - b)
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0
  const each = (metric: string) => (1000 * (end(metric) - start(metric))) / Math.max(1, frames.length)
  console.log(
    [
      name.padEnd(16),
      String(frames.length).padStart(9),
      at(0.5).toFixed(1).padStart(12),
      at(0.95).toFixed(1).padStart(9),
      each('ScriptDuration').toFixed(2).padStart(18),
      each('TaskDuration').toFixed(2).padStart(17),
    ].join(''),
  )
}
