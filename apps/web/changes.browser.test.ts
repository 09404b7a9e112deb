/** The page of changes in a real browser over the real server: a baseline is frozen, counted anew, compared; and the overview's figure is the count's. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { prove } from '../server/prove.ts'
import { inBrowser, noBrowser } from './browser.testing.ts'

test('a baseline is frozen, counted anew and compared in the browser', { timeout: 240_000, skip: noBrowser }, async (t) => {
  const { app, running, browser } = await inBrowser(t, { patches: 300 })
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
    ...{ draws: 2, reportEvery: 100, commandEvery: 100, pageEvery: 1, address: running.address, now: new Date() },
    random: () => {
      last = (last * 16_807) % 2_147_483_647 // Park and Miller 1988
      return last / 2_147_483_647
    },
  })
  assert.deepEqual(proof.mismatches, [])
  assert.equal(proof.byInterface.page, 2)
})
