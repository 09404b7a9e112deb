/** The page of open interfaces: what it says can be followed, copied and read on a phone. */
import assert from 'node:assert/strict'
import test from 'node:test'
import { inBrowser, noBrowser } from './browser.testing.ts'

test('the page of interfaces names addresses that answer, and can be copied', { skip: noBrowser }, async (t) => {
  const { running, browser } = await inBrowser(t, { patches: 200 })
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, permissions: ['clipboard-read', 'clipboard-write'] })
  // the language that is kept, until the page itself is told another
  await context.addInitScript(() => localStorage.setItem('dishu.language', sessionStorage.getItem('language') ?? 'zh'))
  const page = await context.newPage()
  const faults: string[] = []
  page.on('pageerror', (fault) => faults.push(fault.message))
  await page.goto(`${running.address}/interfaces`)
  await page.getByRole('heading', { name: '开放接口' }).waitFor()
  await page.getByText('patches', { exact: true }).waitFor()
  const addresses = await page.locator('.interfaces-list a').evaluateAll((links) => links.map((link) => link.getAttribute('href') ?? ''))
  assert.equal(addresses.length, 4)
  for (const address of addresses) assert.equal((await fetch(address)).status, 200, address)
  const [landing] = addresses
  await page.locator('.interfaces-list .ant-typography-copy').first().click()
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), landing)
  await page.locator('.interfaces-collections a').first().click()
  await page.getByRole('heading', { level: 1 }).waitFor() // the page of rows, in the language that the browser asks for
  assert.match(page.url(), /\/ogc\/220899\/collections\/patches\/items\?/)
  await page.goBack()
  await page.getByText('patches', { exact: true }).waitFor()
  if (process.env.DISHU_PICTURES) await page.screenshot({ path: `${process.env.DISHU_PICTURES}/interfaces.png`, fullPage: true })
  await page.setViewportSize({ width: 390, height: 844 })
  await page.evaluate(() => sessionStorage.setItem('language', 'en'))
  await page.goto(`${running.address}/interfaces`)
  await page.getByRole('heading', { name: 'Open interfaces' }).waitFor()
  await page.getByText('patches', { exact: true }).waitFor()
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth), 'nothing sticks out on a phone')
  if (process.env.DISHU_PICTURES) await page.screenshot({ path: `${process.env.DISHU_PICTURES}/interfaces-phone.png`, fullPage: true })
  assert.deepEqual(faults, [])
})
