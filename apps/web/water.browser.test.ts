/** The water page in a real browser over the real server: balance, a canal drawn and saved, a refused value, a template that comes back. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { generateSample, SAMPLE_SEED } from '@dishu/land/sample/sample'
import type { WaterReply } from '@dishu/land/water/water.wire'
import { loadSampleWater } from '../server/sample-water.ts'
import { inBrowser, noBrowser } from './browser.testing.ts'

const COUNTY = '220899'

test('water works in the browser', { timeout: 180_000, skip: noBrowser }, async (t) => {
  const { app, running, browser } = await inBrowser(t, {
    patches: 300,
    prepare: (app) => loadSampleWater(app, generateSample(SAMPLE_SEED, 300)),
  })
  const water = async () => (await (await fetch(`${running.address}/api/counties/${COUNTY}/water`)).json()) as WaterReply
  const complaints: string[] = []
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce', acceptDownloads: true })
  context.setDefaultTimeout(20_000)
  await context.addInitScript(() => {
    if (location.protocol === 'http:') localStorage.setItem('dishu.language', 'zh')
  })
  context.on('weberror', (error) => complaints.push(error.error().message))
  const page = await context.newPage()
  await page.goto(`${running.address}/water`, { waitUntil: 'commit' })
  await page.waitForSelector('.map-canvas[data-idle="yes"]', { timeout: 60_000 })

  await t.test('the balance charts twelve months, says what is left out, and changes with the year type', async () => {
    await page.locator('svg.water-chart').waitFor()
    assert.ok((await page.locator('svg.water-chart').boundingBox())?.height ?? 0 > 100)
    assert.equal(await page.locator('svg.water-chart rect.water-available').count(), 12)
    await page.getByText('P75 年：可用').waitFor()
    await page.locator('.refused.slim', { hasText: '燕麦' }).waitFor()
    await page.getByText('P90', { exact: true }).click()
    await page.getByText('P90 年：可用').waitFor()
    assert.equal(new URL(page.url()).searchParams.get('year'), 'P90')
  })

  await t.test('a canal is drawn with keys and clicks, taken back, drawn again and saved as one revision', async () => {
    const before = await water()
    await page.keyboard.press('c')
    const map = page.locator('.map-canvas')
    const box = await map.boundingBox()
    assert.ok(box)
    const click = (x: number, y: number) => page.mouse.click(box.x + box.width * x, box.y + box.height * y)
    const draw = async () => {
      await click(0.06, 0.5)
      await page.waitForTimeout(350) // two clicks at once would be a double click
      await click(0.12, 0.62)
      await page.waitForTimeout(350)
      await page.keyboard.press('Enter')
      await page.getByText('处修改未保存').waitFor()
    }
    await draw()
    await page.keyboard.press('Control+z')
    await page.getByText('处修改未保存').waitFor({ state: 'detached' })
    await draw()
    await page.keyboard.press('Escape')
    await page.getByRole('textbox', { name: '修改原因' }).fill('新增支渠')
    await page.getByRole('button', { name: '保存为一次修订' }).click()
    await page.getByText('处修改未保存').waitFor({ state: 'detached' })
    const after = await water()
    assert.equal(after.rev, before.rev + 1)
    assert.equal(after.water.reaches.length, before.water.reaches.length + 1)
    assert.equal(after.water.nodes.length, before.water.nodes.length + 2)
    // it hangs on no source, and says so with its place
    assert.ok(after.findings.some(({ code, at }) => code === 'unreachable' && at !== null))
  })

  await t.test('a value that cannot stand is told as it is typed, and does not get into the draft', async () => {
    await page.goto(`${running.address}/water?view=sheets&sheet=reach&sel=reach:N1G`, { waitUntil: 'commit' })
    const efficiency = page.getByRole('textbox', { name: '渠道水利用系数' })
    await efficiency.fill('1.4')
    await page.locator('.water-field.wrong', { hasText: '超出范围' }).waitFor()
    assert.equal(await page.getByRole('button', { name: '放入草稿' }).isDisabled(), true)
    await efficiency.fill('0.91')
    await efficiency.press('Control+Enter')
    await page.getByText('有 1 处修改未保存').waitFor()
    // kept when the page is closed and opened again
    await page.reload({ waitUntil: 'commit' })
    await page.getByText('有 1 处修改未保存').waitFor()
    await page.getByRole('button', { name: '放弃修改' }).click()
    await page.getByText('处修改未保存').waitFor({ state: 'detached' })
  })

  await t.test('the exported workbook comes back as it was, and another file is refused', async () => {
    await page.goto(`${running.address}/water?view=files`, { waitUntil: 'commit' })
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: '导出现有数据' }).click()])
    const path = join(app.dataDir, 'water-back.xlsx')
    await download.saveAs(path)
    const chooser = page.locator('input[type=file]')
    await chooser.setInputFiles(path)
    await page.getByRole('button', { name: '没有变化' }).waitFor()
    await chooser.setInputFiles({ name: 'notes.xlsx', mimeType: 'application/octet-stream', buffer: Buffer.from('not a workbook') })
    await page.locator('.refused').waitFor()
    assert.match((await page.locator('.refused').textContent()) ?? '', /notes\.xlsx/)
  })
  assert.deepEqual(complaints, [])
})
