/** Soil maps in a real browser over the real server: a map is begun, seen, added up, and the county is graded anew. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { inBrowser, noBrowser } from './browser.testing.ts'

test('soil maps work in the browser', { timeout: 240_000, skip: noBrowser }, async (t) => {
  const { running, browser } = await inBrowser(t, { patches: 1200, scenes: false })
  const complaints: string[] = []
  const context = await browser.newContext({ viewport: { width: 1280, height: 860 }, reducedMotion: 'reduce' })
  context.setDefaultTimeout(60_000)
  await context.addInitScript(() => {
    if (location.protocol === 'http:') localStorage.setItem('dishu.language', 'en') // an empty tab has no storage
  })
  context.on('weberror', (error) => complaints.push(error.error().message))
  const page = await context.newPage()

  // nothing yet: one sentence and the button that fills it; what cannot be is said before the work begins
  await page.goto(`${running.address}/soil?tab=maps`)
  await page.getByRole('button', { name: 'Make a soil map' }).click()
  await page.getByRole('textbox', { name: 'Name' }).fill('Trial')
  const bottom = page.getByRole('spinbutton', { name: 'Bottom' })
  await page.getByRole('spinbutton', { name: 'Top' }).fill('200')
  await bottom.fill('300')
  await bottom.press('Tab')
  await page.getByRole('button', { name: 'Look first' }).click()
  await page.getByText(/Only 0 places/).waitFor()
  await page.getByRole('spinbutton', { name: 'Top' }).fill('0')
  await bottom.fill('20')
  await bottom.press('Tab')
  await page.getByRole('spinbutton', { name: 'Simulations' }).fill('99')
  // one value: two more would only take longer
  await page.getByRole('checkbox', { name: 'Salt' }).uncheck()
  await page.getByRole('checkbox', { name: 'ESP' }).uncheck()
  // without a raster in the register there is no covariate to choose, and a way that needs one says so
  await page.getByRole('combobox', { name: 'Method' }).click()
  await page.getByText('By itself: the one with the least error', { exact: true }).click()
  await page.getByText('This way needs covariates.').waitFor()
  await page.getByRole('combobox', { name: 'Method' }).click()
  await page.getByText('ordinary kriging', { exact: true }).last().click()
  await page.getByRole('button', { name: 'Look first' }).click()
  await page.locator('.soil-preview code').first().waitFor() // the variogram that was fitted
  await page.getByRole('button', { name: 'Begin' }).click()

  // under way with a way to stop it; then the map, its legend and how good it is
  await page.getByRole('heading', { name: 'Where it comes from, and how good it is' }).waitFor({ timeout: 120_000 })
  await page.locator('.legend.ramp').first().waitFor()
  assert.equal(await page.locator('.soil-plots svg').count(), 2)
  await page.locator('[data-idle="yes"] canvas, .map canvas').first().waitFor()

  // areas: every grade of every part with an interval
  await page.getByRole('button', { name: 'Areas' }).click()
  await page.locator('.soil-area-table tr.whole').first().waitFor()
  const estimates = await page.locator('.soil-area-table tr.whole td:nth-last-child(2)').allInnerTexts()
  assert.ok(estimates.length === 5 && estimates.every((each) => /±|\(/.test(each)), estimates.join(' | '))

  // another scheme: one revision, and who moved
  await page.getByRole('button', { name: 'Schemes' }).click()
  await page.getByRole('combobox', { name: 'Scheme' }).click()
  await page.getByText('Songnen soda soils (the other pH limits)', { exact: true }).click()
  await page.getByRole('textbox', { name: 'Reason' }).fill('other limits')
  // who would move is seen before anything is written
  await page.getByRole('button', { name: 'See who would move' }).click()
  await page.getByText('Would move (nothing is written yet)').waitFor({ timeout: 120_000 })
  await page.locator('.soil-look .soil-moves').waitFor()
  assert.ok(await page.getByRole('button', { name: 'Grade anew' }).isEnabled())
  await page.getByRole('button', { name: 'Grade anew' }).click()
  await page.getByRole('link', { name: /other limits/ }).click({ timeout: 120_000 })
  await page.getByText('Songnen soda soils (salt, pH, ESP) → Songnen soda soils (the other pH limits)').waitFor()
  assert.ok((await page.locator('.soil-moves .soil-notes li').count()) > 0)

  // accuracy by a design that chance drew: without one a sentence and the way there
  await page.goto(`${running.address}/soil?tab=accuracy`)
  await page.getByText('No points drawn by chance yet').waitFor()
  const draw = await fetch(`${running.address}/api/counties/220899/soil/designs`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', origin: running.address },
    body: JSON.stringify({ method: 'stratified', strataBy: 'mapgrade', points: 40, reachM: 900 }),
  })
  assert.equal(draw.status, 200)
  await page.goto(`${running.address}/soil?tab=accuracy&from=2000-01-01`)
  await page.locator('.soil-matrix, .refused, .trouble').first().waitFor()

  // a patch's page: probabilities, and what more samples would do
  const { rows } = (await (await fetch(`${running.address}/api/counties/220899/patches?limit=1`)).json()) as { rows: { id: number }[] }
  await page.goto(`${running.address}/parcels/${rows[0].id}`)
  await page.locator('.patch-map .patch-chances tr.whole').waitFor()
  assert.equal(await page.locator('.patch-map .patch-chances tr.whole td').count(), 5)
  assert.deepEqual(complaints, [])
})
