/** What a new office sees first, in a real browser without any network: help beside a screen and as pages, the guided first hour, the wall screen. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { inBrowser, noBrowser } from './browser.testing.ts'

test('help beside a screen, its search and terms, the first hour, and the wall', { timeout: 240_000, skip: noBrowser }, async (t) => {
  const { running, browser } = await inBrowser(t, { patches: 150 })
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
  context.setDefaultTimeout(30_000)
  await context.addInitScript(() => {
    if (location.protocol === 'http:') localStorage.setItem('dishu.language', localStorage.getItem('dishu.language') ?? 'zh')
  })
  const complaints: string[] = []
  context.on('weberror', (error) => complaints.push(error.error().message))
  context.on('request', (request) => {
    if (!request.url().startsWith(running.address) && !/^(data|blob):/.test(request.url())) complaints.push(request.url())
  })
  const picture = async (name: string) => {
    if (process.env.DISHU_PICTURES) await page.screenshot({ path: join(process.env.DISHU_PICTURES, `${name}.png`) })
  }
  const page = await context.newPage()
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text())
  })
  await page.goto(running.address, { waitUntil: 'commit' })
  await page.getByText('总面积').first().waitFor()

  // beside the screen it is about, with the words that are seen there
  await page.keyboard.press('F1')
  const drawer = page.locator('.ant-drawer')
  await drawer.getByText('“底数”页左边是数字').waitFor()
  await drawer.getByText('本页用语').waitFor()
  assert.ok((await drawer.locator('.help-here dt').allInnerTexts()).includes('未利用盐碱地'))
  await drawer.locator('button.term', { hasText: '图斑' }).first().click()
  await drawer.getByText('国土调查划出的、地类单一的一块地').first().waitFor()
  await picture('help-beside')
  await page.keyboard.press('Escape')

  // the shelf: search finds a term and a page, a document comes along whole
  await page.goto(`${running.address}/help`, { waitUntil: 'commit' })
  await page.getByRole('searchbox', { name: '在帮助中查找' }).fill('影子价格')
  await page.locator('.help-found a').first().waitFor()
  await picture('help-search')
  await page.locator('.help-found a', { hasText: 'shadow price' }).first().click()
  await page.locator('.help-terms .here', { hasText: '影子价格' }).waitFor()
  await page.goto(`${running.address}/help/doc/methods/topology`, { waitUntil: 'commit' })
  await page.locator('.help-text h1').waitFor()
  const drawn = page.locator('.help-text img').first()
  await drawn.waitFor()
  assert.ok((await drawn.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))) > 50)
  await page.goto(`${running.address}/help/nothing-here`, { waitUntil: 'commit' })
  await page.getByText('没有这一页').waitFor()

  // the first hour goes along, and ticks off what is done
  await page.goto(`${running.address}/help/first-hour`, { waitUntil: 'commit' })
  await page.getByRole('button', { name: '开始' }).waitFor()
  await picture('help-first-hour')
  await page.getByRole('button', { name: '开始' }).click()
  await page.goto(`${running.address}/parcels`, { waitUntil: 'commit' })
  const card = page.locator('.first-hour')
  await card.getByText('进入一个乡镇').waitFor()
  await card.getByRole('link', { name: '去那里' }).click()
  await page.goto(`${running.address}/?within=220899101`, { waitUntil: 'commit' })
  await card.getByText('换一种着色').waitFor()
  await page.setViewportSize({ width: 390, height: 844 })
  await picture('help-card-phone')
  await card.getByRole('button', { name: '收起' }).click()
  await card.waitFor({ state: 'detached' })
  await page.goto(`${running.address}/help`, { waitUntil: 'commit' })
  await page.getByText('怎样做').waitFor()
  await picture('help-phone')

  // the wall says what the overview says
  await page.setViewportSize({ width: 1920, height: 1080 })
  await page.goto(running.address, { waitUntil: 'commit' })
  const total = await page.locator('.headline .figure').innerText()
  const sets = await page.locator('.saline-set b').allInnerTexts()
  await page.goto(`${running.address}/wall`, { waitUntil: 'commit' })
  await page.locator('.wall-figure').nth(5).waitFor()
  assert.equal(await page.locator('.wall-figure.total b').innerText(), total)
  const onWall = (id: string) => page.locator(`.wall-figure.${id} b`).innerText()
  assert.deepEqual([await onWall('unused'), await onWall('cultivated'), await onWall('not-graded')], sets)
  await page.getByText('合成数据').first().waitFor()
  assert.ok(
    (await page
      .locator('.wall-figure b')
      .first()
      .evaluate((figure) => Number.parseFloat(getComputedStyle(figure).fontSize))) >= 40,
  )
  await page.locator('.wall-news li').first().waitFor()
  await page.locator('.wall-legend li').first().waitFor()
  if (process.env.DISHU_PICTURES) await page.waitForTimeout(2_000)
  await picture('wall')
  await page.keyboard.press('Escape')
  await page.locator('.headline .figure').waitFor()
  await page.setViewportSize({ width: 1440, height: 900 })

  // and everything in English
  await page.evaluate(() => localStorage.setItem('dishu.language', 'en'))
  await page.goto(`${running.address}/help/certified-plan`, { waitUntil: 'commit' })
  await page.locator('.help-text h1').waitFor()
  assert.match(await page.locator('.help-text').innerText(), /what no feasible plan can exceed/i)
  assert.deepEqual(complaints, [])
})
