/** Samples, variogram and sampling design in a real browser over the real server. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { DesignsReply } from '@dishu/land/soil/design.wire'
import { inBrowser, noBrowser } from './browser.testing.ts'

const COUNTY = '220899'

test('samples, variogram and sampling design work in the browser', { timeout: 240_000, skip: noBrowser }, async (t) => {
  const { running, browser } = await inBrowser(t, { patches: 600, scenes: false })
  const complaints: string[] = []
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, reducedMotion: 'reduce' })
  context.setDefaultTimeout(30_000)
  await context.addInitScript(() => {
    if (location.protocol === 'http:') localStorage.setItem('dishu.language', 'en') // an empty tab has no storage
  })
  context.on('weberror', (error) => complaints.push(error.error().message))
  context.on('console', (message) => message.type() === 'error' && complaints.push(`${message.text()} ${message.location().url}`))
  const page = await context.newPage()

  await t.test('samples stand in a table; a chosen one shows its hole by depth, and the address says which', async () => {
    await page.goto(`${running.address}/soil`)
    const grid = page.getByRole('grid', { name: 'Samples' })
    await grid.getByRole('row').nth(1).click()
    await page.getByRole('img', { name: /by depth/ }).waitFor()
    assert.match(page.url(), /[?&]sel=\d+/)
    await page.getByText('0–20 cm', { exact: true }).first().waitFor()
    await page.keyboard.press('Escape')
    await page.getByText('Laboratory: duplicates and differences between laboratories').click()
    await page.getByText('There are no duplicates.').waitFor()
  })

  await t.test('a variogram is fitted by the program, then by hand; the check follows', async () => {
    await page.goto(`${running.address}/soil?tab=variogram&season=any`)
    await page.getByRole('img', { name: 'Experimental variogram and model' }).waitFor()
    await page.getByText('Samples left out one by one').waitFor()
    assert.equal(new URL(page.url()).searchParams.get('model'), null)
    const range = page.getByRole('spinbutton', { name: 'Range (km)' })
    await range.fill('3')
    await range.press('Enter')
    await page.waitForURL(/model=/)
    assert.match(new URL(page.url()).searchParams.get('model') ?? '', /\(3000/)
    const ratio = page.getByRole('spinbutton', { name: 'Ratio across' })
    await ratio.fill('0.5')
    await ratio.press('Enter')
    await page.locator('.variogram-curve.across').waitFor()
    assert.match(new URL(page.url()).searchParams.get('model') ?? '', /, 0, 0\.5\)/)
    await page.getByText('RMSE, kriging').waitFor()
  })

  await t.test('a design is drawn, kept and exported', async () => {
    await page.goto(`${running.address}/soil?tab=design`)
    await page.getByRole('button', { name: 'New design' }).click()
    await page.getByRole('spinbutton', { name: 'Points', exact: true }).fill('12')
    await page.getByRole('button', { name: 'Draw', exact: true }).click()
    await page.getByText('This has been drawn and not been kept.').waitFor()
    await page.getByRole('button', { name: 'Keep the design' }).click()
    await page.getByRole('button', { name: 'Draw again' }).click()
    await page.getByText('Drawn again from its seed: all 12 points are the same.').waitFor()
    await page.getByRole('grid', { name: 'List of points' }).getByText('P1-001').waitFor()
    const reply = (await (await fetch(`${running.address}/api/counties/${COUNTY}/soil/designs`)).json()) as DesignsReply
    assert.deepEqual(
      reply.designs.map(({ key, points, taken }) => [key, points, taken]),
      [['P1', 12, 0]],
    )
    await page.getByRole('button', { name: 'Export' }).click()
    const saved = page.waitForEvent('download')
    await page.getByRole('link', { name: 'GPX' }).click()
    assert.equal((await saved).suggestedFilename(), `${COUNTY}-P1.gpx`)
  })
  assert.deepEqual(complaints, [])
})
