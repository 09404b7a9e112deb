/** The library in a real browser over the real server: evidence and gaps are seen, a workbook comes in with its preview, and a patch has options with reasons. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { writeXlsx } from '@dishu/formats/write/xlsx'
import type { LibraryReply, OptionsReply } from '@dishu/land/technology/technology.wire'
import type { Page } from 'playwright-core'
import { inBrowser, noBrowser } from './browser.testing.ts'

const COUNTY = '220899'

test('the library works in the browser', { timeout: 240_000, skip: noBrowser }, async (t) => {
  const { app, running, browser } = await inBrowser(t, { patches: 300, scenes: true })
  const get = async <T>(path: string): Promise<T> => (await (await fetch(running.address + path)).json()) as T
  const complaints: string[] = []
  const pageIn = async (language: 'zh' | 'en', size = { width: 1200, height: 800 }): Promise<Page> => {
    const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce' })
    context.setDefaultTimeout(30_000)
    await context.addInitScript((chosen) => {
      if (location.protocol === 'http:') localStorage.setItem('dishu.language', chosen) // an empty tab has no storage
    }, language)
    context.on('weberror', (error) => complaints.push(error.error().message))
    context.on('console', (message) => message.type() === 'error' && complaints.push(`${message.text()} ${message.location().url}`))
    return context.newPage()
  }
  const page = await pageIn('zh')

  await t.test('a technology says its evidence with its marks, and what nobody has stated is not configured', async () => {
    await page.goto(`${running.address}/library?technology=fgd-gypsum`, { waitUntil: 'commit' })
    await page.locator('.library-facts li', { hasText: 'pH → 7.8' }).locator('.mark-found').waitFor()
    await page.locator('.library-facts li', { hasText: '用于规划' }).first().locator('.mark-invented').waitFor()
    await page.locator('.library-list button', { hasText: '客沙' }).click()
    await page.locator('.library-detail .library-none').first().waitFor()
    assert.equal(new URL(page.url()).searchParams.get('technology'), 'sand')
  })

  await t.test('two varieties are held against each other with an interval; one site-year is refused in words', async () => {
    await page.getByRole('tab', { name: '试验' }).click()
    const row = page.locator('.library-standings li', { hasText: '示例稻2号' })
    await row.getByText('更高', { exact: false }).waitFor()
    await page.goto(`${running.address}/library?tab=trials&crop=maize`, { waitUntil: 'commit' })
    await page.getByText('不能据此排名', { exact: false }).first().waitFor()
  })

  await t.test('a workbook shows what it would change, is refused with its place, and is written after a yes', async () => {
    const head = ['技术代码', '费用项', '范围', '计价单位', '单价 元', '价格年份', '出处', '把握']
    const workbook = async (name: string, yuan: number) => {
      const path = join(app.dataDir, name)
      const values = ['fgd-gypsum', '脱硫石膏（到地）', 'material', 't', yuan, 2027, '询价', 'own']
      const fields = head.map((title) => ({ name: title, type: 'text' as const }))
      await writeXlsx(path, [{ name: '费用', fields, rows: [{ values }] }])
      return path
    }
    await page.goto(`${running.address}/library?technology=fgd-gypsum`, { waitUntil: 'commit' })
    await page.getByRole('button', { name: '导入 XLSX' }).click()
    await page.locator('.library-upload input[type=file]').setInputFiles(await workbook('bad.xlsx', -3))
    await page.locator('.library-problems li', { hasText: '“费用”第 2 行“单价 元”' }).waitFor()
    assert.equal(await page.getByRole('button', { name: '全部写入' }).count(), 0)
    await page.locator('.library-upload input[type=file]').setInputFiles(await workbook('good.xlsx', 135))
    await page.getByLabel('原因（记入台账）').fill('2027 年询价')
    await page.getByRole('button', { name: '全部写入' }).click()
    await page.locator('.library-upload [role=status]', { hasText: '修订' }).waitFor()
    await page.locator('.library-detail td', { hasText: '135.00 / 吨' }).waitFor()
    const { costs } = await get<LibraryReply>(`/api/counties/${COUNTY}/library`)
    assert.deepEqual(
      costs.filter(({ technology, unit }) => technology === 'fgd-gypsum' && unit === 't').map(({ fen, year }) => [fen, year]),
      [[13_500, 2027]],
    )
  })

  await t.test('limits are laid over the county, and say how much ground they cover', async () => {
    await page.getByRole('tab', { name: '限制' }).click()
    await page.getByRole('button', { name: '叠加核对全县' }).click()
    await page.getByText('个图斑，其中', { exact: false }).waitFor()
    const { limits, measured } = await get<LibraryReply>(`/api/counties/${COUNTY}/library`)
    assert.ok(measured && measured.patches > 200 && measured.unplaced === 0)
    assert.ok(limits.some(({ code, under }) => code === 'ecological-red-line' && under !== null && under.areaM2 > 0))
  })

  await t.test('what would be done on a patch: options with their reasons, and for each other one why not; in English too', async () => {
    const english = await pageIn('en', { width: 390, height: 844 })
    await english.goto(`${running.address}/library?tab=options`, { waitUntil: 'commit' })
    await english.getByRole('heading', { name: /out, and why/ }).waitFor()
    const chosen = await english.evaluate(() =>
      performance
        .getEntriesByType('resource')
        .map(({ name }) => /library\/options\?patch=(\d+)/.exec(name)?.[1])
        .find(Boolean),
    )
    const reply = await get<OptionsReply>(`/api/counties/${COUNTY}/library/options?patch=${chosen}`)
    assert.equal(await english.locator('.library-option').count(), reply.options.length)
    assert.equal(await english.locator('.library-out tr').count(), reply.out.length)
    assert.ok(reply.out.every(({ reasons }) => reasons.length > 0))
    const text = await english.locator('.library-scroll').innerText()
    assert.ok(!/library\.|NaN|undefined/.test(text), text)
    assert.ok(await english.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'the page is wider than the phone')
  })

  assert.deepEqual(complaints, [])
})
