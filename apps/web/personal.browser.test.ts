/** A covered name in a real browser: opened with a purpose, counted down, covered again; and what the record of access then says. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { inBrowser, noBrowser } from './browser.testing.ts'

/** Where to put pictures of the screens, for whoever wants to look at them. */
const PICTURES = process.env.DISHU_PICTURES

test('a mask is opened with a purpose, covered again after five minutes, and stands in the record', {
  timeout: 240_000,
  skip: noBrowser,
}, async (t) => {
  const { app, running, browser } = await inBrowser(t, { patches: 300 })
  const { rows } = await app.pool.query<{ patch: string }>(
    `select cell.patch_id as patch from land.cell_now cell
     join land.contract_now contract on contract.county = cell.county and contract.contract_code = cell.contract_code
     join land.party_now party on party.county = contract.county and party.party_code = contract.contractor_code and party.name is null and party.sealed -> 'name' is not null
     order by cell.patch_id limit 1`,
  )
  const [{ patch }] = rows
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
  context.setDefaultTimeout(30_000)
  await context.addInitScript(() => {
    if (location.protocol === 'http:') localStorage.setItem('dishu.language', 'zh')
  })
  const complaints: string[] = []
  context.on('weberror', (error) => complaints.push(error.error().message))
  const page = await context.newPage()
  const picture = async (name: string) => {
    if (PICTURES) await page.screenshot({ path: join(PICTURES, `${name}.png`) })
  }
  await page.clock.install()
  await page.goto(`${running.address}/parcels/${patch}`)
  await page.getByRole('button', { name: '查看', exact: true }).first().click()
  const dialog = page.getByRole('dialog')
  const row = dialog.getByRole('row').filter({ hasText: '姓名' })
  const mask = (await row.locator('td').first().innerText()).trim()
  assert.match(mask, /^.{1,2}\*$/)
  assert.ok(await row.getByRole('button').isDisabled(), 'no opening without a purpose')
  await dialog.getByLabel('查看目的').click()
  await page.locator('.ant-select-item-option', { hasText: '核对身份或合同' }).click()
  await dialog.getByLabel('说明').fill('案号 17')
  await row.getByRole('button').click()
  await dialog.getByRole('timer').waitFor()
  const value = (await row.locator('.opened').innerText()).trim()
  assert.ok(value.length >= 2 && !value.includes('*') && value.startsWith(mask.replace('*', '')), 'the clear value begins as its mask does')
  assert.match(await dialog.getByRole('timer').innerText(), /[45]:\d\d/)
  await dialog.getByText('谁看过').waitFor()
  await picture('personal')
  assert.ok(
    await page.evaluate((clear) => !JSON.stringify({ ...localStorage, ...sessionStorage, at: location.href }).includes(clear), value),
  )
  await page.clock.fastForward(5 * 60_000 + 1000)
  await dialog.getByRole('timer').waitFor({ state: 'detached' })
  assert.equal((await row.locator('td').first().innerText()).trim(), mask)

  await page.goto(`${running.address}/audit?tab=access`)
  await page.getByRole('cell', { name: '查看个人信息' }).first().waitFor()
  assert.ok(!(await page.locator('main, body').first().innerText()).includes(value))
  await picture('access')
  await page.setViewportSize({ width: 390, height: 844 })
  await picture('access-phone')
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= window.innerWidth + 1), 'nothing sticks out on a phone')

  await page.setViewportSize({ width: 1440, height: 900 })
  await page.goto(`${running.address}/audit?tab=catalogue`)
  await page.getByRole('rowheader', { name: '证件号码' }).waitFor()
  await page.getByLabel('证件号码（全部位数）').fill('220899198803074720')
  await page.getByLabel('查看目的').click()
  await page.locator('.ant-select-item-option', { hasText: '处理纠纷或信访' }).click()
  await page.getByRole('button', { name: '查找' }).click()
  await page.getByText('没有这个号码。').waitFor()
  assert.ok(!page.url().includes('220899198803074720'))
  await picture('catalogue')

  // what waits for a second person: here one's own, which one cannot approve. A page of an office, of which this server plays the rest
  const asked = await fetch(`${running.address}/api/counties/220899/export/approval`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ what: 'patches', to: 'gpkg', reason: '市局汇总' }),
  })
  assert.equal(asked.status, 202)
  await page.route('**/api/session', async (route) => {
    const response = await route.fetch()
    await route.fulfill({ response, json: { ...((await response.json()) as object), mode: 'office' } })
  })
  await page.goto(`${running.address}/audit?tab=reviews`)
  await page.getByRole('button', { name: '查看' }).first().click()
  await page.getByText('各步签名与所存内容一致').waitFor()
  await page.getByText('这是您提出的，须由另一人批准。').waitFor()
  assert.equal(await page.getByRole('button', { name: '批准', exact: true }).count(), 0)
  await picture('reviews')
  await page.getByRole('button', { name: '撤回' }).click()
  await page.getByText('没有待复核的事项').waitFor()
  assert.deepEqual(complaints, [])
})
