/** An office in a real browser: the first administrator, an invitation, a role on an area, and what its holder sees. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { Page } from 'playwright-core'
import { firstPath, type Manner } from '../server/office.ts'
import { inBrowser, noBrowser } from './browser.testing.ts'

const OFFICE: Manner = { mode: 'office', host: '127.0.0.1', hosts: [], proxied: false }
const PASSWORD = '碱地 春天 三头牛 铁锹'

test('an office is set up and worked in, in the browser', { timeout: 240_000, skip: noBrowser }, async (t) => {
  const { app, running, browser } = await inBrowser(t, { patches: 300, manner: OFFICE })
  const complaints: string[] = []
  const desk = async (): Promise<Page> => {
    const context = await browser.newContext({ viewport: { width: 1200, height: 760 }, reducedMotion: 'reduce' })
    context.setDefaultTimeout(30_000)
    await context.addInitScript(() => {
      if (location.protocol === 'http:') localStorage.setItem('dishu.language', 'zh')
    })
    context.on('weberror', (error) => complaints.push(error.error().message))
    return context.newPage()
  }
  const setPassword = async (page: Page, path: string, account?: { login: string; name: string }) => {
    await page.goto(running.address + path)
    if (account) {
      await page.getByLabel('账户').fill(account.login)
      await page.getByLabel('姓名').fill(account.name)
    }
    await page.getByLabel('新口令').fill(PASSWORD)
    await page.getByLabel('再输一遍').fill(PASSWORD)
    await page.getByRole('button', { name: '设置并登录' }).click()
  }
  const invite = async (page: Page, login: string, name: string): Promise<string> => {
    await page.getByRole('button', { name: '邀请' }).click()
    await page.getByLabel('账户').fill(login)
    await page.getByLabel('姓名').fill(name)
    await page.getByRole('button', { name: '生成链接' }).click()
    const address = await page.getByRole('textbox', { name: '链接' }).inputValue()
    await page.getByRole('button', { name: '好', exact: true }).click()
    return new URL(address).pathname + new URL(address).hash
  }
  const give = async (page: Page, login: string, role: string, area: string | null) => {
    await page.getByRole('row').filter({ hasText: login }).getByRole('button', { name: '授予角色' }).click()
    await page.getByLabel('角色', { exact: true }).click()
    await page
      .getByRole('option', { name: role })
      .or(page.locator('.ant-select-item-option', { hasText: role }))
      .last()
      .click()
    if (area !== null) await page.getByLabel('区域代码').fill(area)
    await page.getByLabel('理由').fill('岗位需要')
    await page.getByRole('dialog').getByRole('button', { name: '授予角色' }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }
  const links: Record<string, string> = {}

  await t.test('nothing is shown before signing in', async () => {
    const page = await desk()
    await page.goto(`${running.address}/parcels`)
    await page.getByRole('heading', { name: '登录' }).waitFor()
    assert.equal(await page.locator('table, canvas').count(), 0)
    await page.getByLabel('账户').fill('nobody')
    await page.getByLabel('口令').fill('not the password')
    await page.getByRole('button', { name: '登录' }).click()
    await page.getByText('账户或口令不对。').waitFor()
  })

  await t.test('the first link makes the administrator, who invites a security administrator; the link holds once', async () => {
    const first = await firstPath(app, new Date())
    assert.ok(first)
    const page = await desk()
    await setPassword(page, first, { login: 'admin', name: '王管理' })
    await page.getByRole('link', { name: '人员' }).click()
    links.guard = await invite(page, 'guard', '赵安全')
    await give(page, 'guard', '安全管理员', null)
    links.li = await invite(page, 'li', '李查阅')
    const again = await desk()
    await again.goto(running.address + first)
    await again.getByText('此链接已用过或已过期。').waitFor()
  })

  await t.test('the security administrator grants a role on a town, and its holder sees that town alone', async () => {
    const guard = await desk()
    await setPassword(guard, links.guard)
    await guard.getByRole('link', { name: '人员' }).click()
    const areas = await app.pool.query<{ town: string; area: string }>(
      'select left(village, 9) as town, round(sum(official_area) / 10000.0 / 666.6667 * 100) as area from land.patch_now group by 1 order by 1',
    )
    assert.ok(areas.rows.length > 1)
    const { town } = areas.rows[0]
    await give(guard, 'li', '查阅员', town)
    const li = await desk()
    await setPassword(li, links.li)
    await li.getByRole('link', { name: '地块' }).click()
    await li.locator('[role=row], tr').nth(3).waitFor()
    const reply = await li.evaluate(
      async () => (await (await fetch('/api/counties/220899/patches?limit=1000')).json()) as { rows: { village: string }[] },
    )
    assert.ok(reply.rows.length > 0)
    const own = await app.pool.query<{ patches: string }>(`select count(*) as patches from land.patch_now where village like '${town}%'`)
    assert.equal(reply.rows.length, Number(own.rows[0].patches))
    assert.equal(await li.getByRole('link', { name: '人员' }).count(), 0)
  })

  await t.test('one’s own account: a token is shown once, and signing out shows the door', async () => {
    const page = await desk()
    await page.goto(running.address)
    await page.getByLabel('账户').fill('li')
    await page.getByLabel('口令').fill(PASSWORD)
    await page.getByRole('button', { name: '登录' }).click()
    await page.getByRole('button', { name: '用户与显示' }).click()
    await page.getByText('我的账户').click()
    await page.getByLabel('名称').fill('qgis')
    await page.getByRole('button', { name: '生成（180 天）' }).click()
    assert.match(await page.getByRole('textbox', { name: '令牌' }).inputValue(), /^dishu_[\w-]{43}$/)
    await page.getByRole('button', { name: '用户与显示' }).click()
    await page.getByText('退出', { exact: true }).click()
    await page.getByRole('heading', { name: '登录' }).waitFor()
  })
  assert.deepEqual(complaints, [])
})
