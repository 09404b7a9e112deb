/** Plans in a real browser over the real server: the sample's scenario is solved, shown on the map by year, and says of a patch why. */
import assert from 'node:assert/strict'
import test from 'node:test'
import type { PlanTasksReply, ResultReply } from '@dishu/land/plan/scenarios.wire'
import { inBrowser, noBrowser } from './browser.testing.ts'

test('a plan works in the browser', { timeout: 240_000, skip: noBrowser }, async (t) => {
  const { running, browser } = await inBrowser(t, { patches: 900, scenes: true })
  const get = async <T>(path: string): Promise<T> =>
    (await (await fetch(`${running.address}/api/counties/220899/plan/${path}`)).json()) as T
  // the sample asked for it before the server was there: a task that a stop left behind goes on in the same way
  for (let tries = 0; (await get<PlanTasksReply>('tasks')).tasks.some(({ state }) => state === 'working') && tries < 600; tries++)
    await new Promise((resolve) => setTimeout(resolve, 200))
  const [task] = (await get<PlanTasksReply>('tasks')).tasks
  assert.equal(task?.state, 'done', JSON.stringify(task))
  const result = await get<ResultReply>(`results/${task.result}`)
  const context = await browser.newContext({ viewport: { width: 1280, height: 850 }, reducedMotion: 'reduce' })
  context.setDefaultTimeout(30_000)
  await context.addInitScript(() => {
    if (location.protocol === 'http:') localStorage.setItem('dishu.language', 'zh')
  })
  const complaints: string[] = []
  context.on('weberror', (error) => complaints.push(error.error().message))
  const page = await context.newPage()
  await page.goto(`${running.address}/plan`, { waitUntil: 'commit' })
  await page
    .locator('.plan-status')
    .getByText(result.figures.status === 'optimal' && (result.figures.gap ?? 0) <= 1e-9 ? '已证明最优' : '可行')
    .waitFor()
  await page.locator('.plan-time button', { hasText: '2027' }).click()
  assert.equal(new URL(page.url()).searchParams.get('year'), '2027')
  const [chosen] = result.choices.find(({ label }) => label.includes('@'))?.patches ?? []
  await page.goto(`${running.address}/plan?patch=${chosen}`, { waitUntil: 'commit' })
  await page.locator('.plan-why').getByText('入选：', { exact: false }).waitFor()
  // what one more m³ is worth, month by month on the map
  const priced = (result.figures.gates ?? []).length > 0
  await page.goto(`${running.address}/plan?map=prices`, { waitUntil: 'commit' })
  await page
    .locator('.plan-time')
    .getByText(priced ? '多 1 m³ 水的价值' : '未入选', { exact: false })
    .waitFor()
  // the front of two measures, a point of which becomes a scenario
  await page.locator('.plan-front summary').click()
  await page.locator('.plan-front').getByRole('button', { name: '求前沿' }).click()
  await page.locator('.plan-front circle').first().waitFor({ timeout: 120_000 })
  const before = await page.locator('.plan-list > li').count()
  await page.locator('.plan-front').getByRole('button', { name: '存为方案' }).click()
  await page.locator('.plan-list > li').nth(before).waitFor()
  await page.goto(`${running.address}/plan?edit=S2`, { waitUntil: 'commit' })
  await page.locator('.plan-look').waitFor()
  await page.getByRole('button', { name: '+ 工程' }).click()
  await page.getByLabel('工程名称').fill('支渠衬砌')
  await page
    .getByLabel(/^\d{4} 年施工能力$/)
    .first()
    .waitFor()
  // a district is drawn on the map of water, and stands in the draft
  await page.goto(`${running.address}/water`, { waitUntil: 'commit' })
  await page.getByRole('button', { name: '画灌区' }).click()
  const canvas = await page.locator('.map-canvas').boundingBox()
  assert.ok(canvas)
  await page.waitForTimeout(1500)
  for (const [x, y] of [
    [0.4, 0.4],
    [0.5, 0.4],
    [0.5, 0.5],
  ])
    await page.mouse.click(canvas.x + x * canvas.width, canvas.y + y * canvas.height)
  await page.keyboard.press('Enter')
  await page.locator('.water-form').waitFor()
  assert.deepEqual(complaints, [])
})
