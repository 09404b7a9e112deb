/** Drawing on the map in a real browser over the real server: a split by mouse and by keys, with areas as one draws, written, shown in the lineage, taken back. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import type { PatchPage } from '@dishu/land/count/count.wire'
import type { LineageReply } from '@dishu/land/lineage/lineage.wire'
import { inBrowser, noBrowser } from './browser.testing.ts'

test('a patch is split on the map with mouse and keyboard, and put together again', { timeout: 540_000, skip: noBrowser }, async (t) => {
  const { running, browser } = await inBrowser(t, { patches: 300 })
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, reducedMotion: 'reduce' })
  context.setDefaultTimeout(90_000)
  await context.addInitScript(() => {
    if (location.protocol === 'http:') localStorage.setItem('dishu.language', 'zh')
  })
  const complaints: string[] = []
  context.on('weberror', (error) => complaints.push(error.error().message))
  const page = await context.newPage()
  const api = async <T>(path: string) => (await (await fetch(`${running.address}/api/counties/220899/${path}`)).json()) as T
  const picture = async (name: string) => {
    if (process.env.DISHU_PICTURES) await page.screenshot({ path: join(process.env.DISHU_PICTURES, `${name}.png`) })
  }
  const { rows } = await api<PatchPage>('patches?class=0103&limit=3&sort=officialArea&descending=1')
  const { id, officialArea } = rows[0]
  const was = await api<{ total: { area: number; patches: number } }>('count')

  await page.goto(`${running.address}/parcels/${id}`, { waitUntil: 'commit' })
  await page.getByRole('link', { name: '分割 / 合并 / 调整' }).click()
  await page.getByRole('heading', { name: /分割、合并与界线调整/ }).waitFor()
  const map = page.locator('.lineage-draw .map-canvas[data-idle="yes"]')
  await map.waitFor()
  const box = await page.locator('.lineage-draw').boundingBox()
  assert.ok(box)
  const [middle, top, bottom] = [box.x + box.width / 2, box.y + 14, box.y + box.height - 40]

  // with the mouse: from above the patch to below it
  await page.mouse.click(middle + 40, top)
  await page.mouse.move(middle - 20, bottom - 100)
  await page.getByText('没有新的图形错误。').waitFor() // as one draws, before the second click
  await page.mouse.click(middle - 20, bottom)
  await page.mouse.move(box.x + 5, box.y + 5)
  const sums = page.locator('.lineage-areas tfoot tr')
  await page.locator('.lineage-areas tbody tr').nth(1).waitFor()
  assert.equal(await sums.nth(0).locator('td').first().innerText(), (officialArea / 100).toFixed(2))
  assert.equal(await sums.nth(1).locator('td').first().innerText(), (officialArea / 100).toFixed(2))
  await picture('lineage-split')

  // Ctrl+Z takes one corner back, Shift+Ctrl+Z brings it again, Esc begins anew
  const canvas = page.locator('.lineage-draw canvas')
  await canvas.focus()
  await page.keyboard.press('Control+z')
  await page.locator('.lineage-areas tfoot').waitFor({ state: 'detached' })
  await page.keyboard.press('Control+Shift+z')
  await page.locator('.lineage-areas tfoot').waitFor()
  await page.keyboard.press('Escape')
  await page.locator('.lineage-areas tfoot').waitFor({ state: 'detached' })

  // with the keys alone: up out of the patch, a corner, down through it, a corner
  for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowUp')
  await page.keyboard.press('Enter')
  for (let i = 0; i < 80; i++) await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Enter')
  await page.getByText('没有新的图形错误。').waitFor()
  const keys = await page.locator('.lineage-areas tbody th').allInnerTexts()
  assert.ok(keys.length >= 2)
  await page.locator('#lineage-reason').fill('示例：沿田埂分割')
  await page.locator('#lineage-document').fill('示例〔2026〕1号')
  await page.locator('#lineage-document').press('Control+Enter')
  await page.getByText(/已保存为版本 r\d+/).waitFor()
  await picture('lineage-saved')
  const now = await api<{ total: { area: number; patches: number } }>('count')
  assert.equal(now.total.area, was.total.area)
  assert.equal(now.total.patches, was.total.patches + keys.length - 1)

  await page.locator('.lineage-saved a').first().click()
  await page.locator('#lineage').getByRole('heading').waitFor()
  await page.locator('.lineage-node').nth(1).waitFor()
  await page.locator('#lineage').scrollIntoViewIfNeeded()
  await picture('lineage-graph')
  // a click on the patch it came from goes to a day on which it was there
  await page.locator('.lineage-node.gone').first().click()
  await page.waitForURL(/asOf=/)
  await page.locator('.dossier h1').waitFor()
  assert.equal((await api<LineageReply>(`lineage/patch/${id}`)).nodes.length, keys.length + 1)

  // the two parts beside each other: merged by a click on the other one, then a corner of their common line moved
  const parts = (await api<LineageReply>(`lineage/patch/${id}`)).nodes.filter(({ generation }) => generation === 1)
  assert.equal(parts.length, 2)
  const [own, other] = await Promise.all(
    parts.map(async (part) => {
      const { patch, outline } = await api<{ patch: { bbox: Box }; outline: { coordinates: LonLat[][] } }>(`patches/${part.id}`)
      return { bbox: patch.bbox, ring: outline.coordinates[0] }
    }),
  )
  const at = ([lon, lat]: LonLat) => pixelOf(own.bbox, box, [lon, lat])
  await page.goto(`${running.address}/edit/patch/${parts[0].id}?tool=merge`, { waitUntil: 'commit' })
  await map.waitFor()
  await page.mouse.click(...at([(other.bbox[0] + other.bbox[2]) / 2, (other.bbox[1] + other.bbox[3]) / 2]))
  await page.locator('.lineage-areas tfoot').waitFor()
  assert.equal(await sums.nth(1).locator('td').first().innerText(), (officialArea / 100).toFixed(2))
  await page.getByText('没有新的图形错误。').waitFor()
  await picture('lineage-merge')
  await canvas.focus()
  await page.keyboard.press('3')
  await page.locator('.lineage-areas tfoot').waitFor({ state: 'detached' })
  const shared = own.ring.slice(1).filter(([x, y]) => other.ring.some(([u, v]) => u === x && v === y))
  assert.equal(shared.length, 2)
  const [x, y] = at([(shared[0][0] + shared[1][0]) / 2, (shared[0][1] + shared[1][1]) / 2])
  await page.mouse.click(x, y)
  await page.mouse.click(x + 40, y + 3)
  await page.locator('.lineage-areas tfoot').waitFor()
  assert.equal(await page.locator('.lineage-areas tbody tr').count(), 2)
  assert.deepEqual(await sums.nth(1).locator('td').first().innerText(), await sums.nth(0).locator('td').first().innerText())
  await page.getByText('没有新的图形错误。').waitFor()
  await picture('lineage-corner')

  // the difference on the map: one came to an end, as many came as it was divided into, with the areas of the changes page
  await page.goto(`${running.address}/changes?from=@1&to=&by=class`, { waitUntil: 'commit' })
  await page.getByRole('heading', { name: `在图上：${keys.length + 1} 个图斑不同` }).waitFor()
  await page.locator('.differences-map .map-canvas[data-idle="yes"]').waitFor()
  const legend = await page.locator('.differences li button').allInnerTexts()
  const mu = (officialArea * 15) / 1_000_000
  assert.ok(
    legend.some((text) => text.includes('终止') && text.includes(mu.toFixed(2))),
    `${legend} ${mu}`,
  )
  await page.locator('#differences').scrollIntoViewIfNeeded()
  await picture('differences')

  // the line of time: one step back is the register before the split
  await page.goto(`${running.address}/?time=1`, { waitUntil: 'commit' })
  await page.locator('.time-slider input[type=range]').focus()
  await page.keyboard.press('ArrowLeft')
  await page.waitForURL(/known=1/)
  await page.locator('.frame.dated').waitFor()
  await page.locator('.map-canvas[data-idle="yes"]').waitFor()
  await picture('time-slider')

  if (process.env.DISHU_PICTURES) {
    await page.goto(`${running.address}/findings?asOf=2026-01-01`, { waitUntil: 'commit' })
    await page.locator('.dated-findings').waitFor()
    await page.locator('.map-canvas[data-idle="yes"]').first().waitFor()
    await picture('findings-dated')
    const parcels = await api<{ cells: { parcelCode: string | null }[] }>(`patches/${id}?asOf=2026-01-01`)
    const code = parcels.cells.find(({ parcelCode }) => parcelCode)?.parcelCode
    if (code) {
      await page.goto(`${running.address}/edit/parcel/${code}`, { waitUntil: 'commit' })
      await map.waitFor()
      await picture('lineage-parcel')
    }
    await page.setViewportSize({ width: 390, height: 844 })
    await page.goto(`${running.address}/edit/patch/${rows[1].id}`, { waitUntil: 'commit' })
    await map.waitFor()
    await picture('lineage-phone')
    await page.setViewportSize({ width: 1440, height: 900 })
  }

  // another one with the mouse, and taken back where it was saved
  await page.goto(`${running.address}/edit/patch/${rows[1].id}`, { waitUntil: 'commit' })
  await map.waitFor()
  await page.mouse.click(middle, top)
  await page.mouse.click(middle + 1, bottom)
  await page.mouse.move(box.x + box.width + 50, box.y + 5)
  await page.locator('#lineage-reason').fill('示例：再分割')
  await page.getByRole('button', { name: '保存为一个版本' }).click()
  await page.getByRole('button', { name: '撤销此操作' }).click()
  await page.getByText(/版本 r\d+ 已撤销/).waitFor()

  // and back
  await page.goto(`${running.address}/audit`, { waitUntil: 'commit' })
  const undo = await fetch(`${running.address}/api/counties/220899/revisions/2/undo`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ reason: '示例：撤销' }),
  })
  assert.equal(undo.status, 200)
  assert.deepEqual((await api<{ total: unknown }>('count')).total, was.total)
  assert.deepEqual(complaints, [])
  // the check that follows a revision is let end before its database goes
  while ((await api<{ running: boolean }>('check')).running) await new Promise((resolve) => setTimeout(resolve, 200))
})

type LonLat = readonly [lon: number, lat: number]
type Box = readonly [west: number, south: number, east: number, north: number]

/** Where a place lies on the screen while the map is fitted to a box, as the editing page fits it: 60 pixels from its sides, 70 from the right. */
function pixelOf(
  [west, south, east, north]: Box,
  map: { x: number; y: number; width: number; height: number },
  [lon, lat]: LonLat,
): [number, number] {
  const up = (degrees: number) => Math.log(Math.tan(Math.PI / 4 + (degrees * Math.PI) / 360))
  const right = (degrees: number) => (degrees * Math.PI) / 180
  const scale = Math.min((map.width - 130) / (right(east) - right(west)), (map.height - 120) / (up(north) - up(south)))
  return [
    map.x + 60 + (map.width - 130) / 2 + (right(lon) - (right(west) + right(east)) / 2) * scale,
    map.y + 60 + (map.height - 120) / 2 - (up(lat) - (up(south) + up(north)) / 2) * scale,
  ]
}
