/** Reports in a real browser over the real server: looked at, made by a process of its own, and a figure of it opened by its code. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { Day } from '@dishu/base/date'
import { freezeBaseline } from '@dishu/land/count/baseline.jobs'
import type { ReportsReply } from '@dishu/land/reports/reports.wire'
import { transaction } from '@dishu/server-kit/sql'
import { freezeTools } from '../server/baselines.ts'
import { inBrowser, noBrowser } from './browser.testing.ts'

const COUNTY = '220899'

test('a report is looked at, made, kept, and its figures open', { timeout: 240_000, skip: noBrowser }, async (t) => {
  const { running, browser } = await inBrowser(t, {
    patches: 300,
    prepare: (app) =>
      transaction(
        app.pool,
        (db) => freezeBaseline(db, freezeTools(app), COUNTY, { title: '示例', day: '2026-05-31' as Day }, { actor: 'li', now: new Date() }),
        { retries: 0 },
      ),
  })
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
  context.setDefaultTimeout(30_000)
  await context.addInitScript(() => {
    if (location.protocol === 'http:') localStorage.setItem('dishu.language', 'zh')
  })
  const complaints: string[] = []
  context.on('weberror', (error) => complaints.push(error.error().message))
  const page = await context.newPage()
  await page.goto(`${running.address}/reports`, { waitUntil: 'commit' })
  await page.locator('.report-page').first().waitFor()
  assert.match(await page.locator('.report-page').first().innerHTML(), /盐碱地资源底数报告/)
  // the newest baseline is what a report is made from
  await page.getByLabel('依据', { exact: true }).click()
  await page.locator('.ant-select-item-option', { hasText: 'B1' }).click()
  await page.locator('.report-page text', { hasText: '底数 B1' }).first().waitFor()
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/reports.png` })
  await page.getByRole('button', { name: '生成并存档' }).click()
  await page.locator('.report-list li').first().waitFor()
  const { reports } = (await (await fetch(`${running.address}/api/counties/${COUNTY}/reports`)).json()) as ReportsReply
  assert.equal(reports.length, 1)
  const file = Buffer.from(await (await fetch(`${running.address}/api/counties/${COUNTY}/reports/${reports[0].key}/file`)).arrayBuffer())
  assert.equal(file.subarray(0, 5).toString(), '%PDF-')
  assert.equal(file.length, reports[0].bytes)
  // a code as it stands in the preview opens the evidence; small letters and blanks do not matter
  const code =
    (await page
      .locator('.report-page text', { hasText: /^B1-[0-9A-Z]{6}$/ })
      .first()
      .textContent()) ?? ''
  await page.getByLabel('证据码', { exact: true }).fill(` ${code.toLowerCase()} `)
  await page.getByRole('button', { name: '打开', exact: true }).click()
  await page.locator('.figure-card').getByText('与报告一致').waitFor()
  await page.locator('.figure-card tbody tr').first().waitFor()
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/figure.png` })
  // a slip of the pen is told
  await page.goto(`${running.address}/figure/${code.slice(0, -1)}${code.endsWith('0') ? '1' : '0'}?county=${COUNTY}`, {
    waitUntil: 'commit',
  })
  await page.getByText('校验位不符', { exact: false }).waitFor()
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto(`${running.address}/reports`, { waitUntil: 'commit' })
  await page.locator('.report-page').first().waitFor()
  if (process.env.SHOTS) await page.screenshot({ path: `${process.env.SHOTS}/reports-phone.png` })
  assert.deepEqual(complaints, [])
})
