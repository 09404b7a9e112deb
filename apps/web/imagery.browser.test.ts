/** Imagery in a real browser over the real server: what a person sees of scenes, and how one comes in. */
import assert from 'node:assert/strict'
import { join } from 'node:path'
import test from 'node:test'
import { writeGeotiff } from '@dishu/formats/geotiff/write'
import type { PatchPage } from '@dishu/land/count/count.wire'
import type { ScenesReply, SeriesReply } from '@dishu/land/imagery/imagery.wire'
import { measureCounty } from '@dishu/land/imagery/measure.jobs'
import type { Page } from 'playwright-core'
import { imageryTools } from '../server/imagery.ts'
import { inBrowser, noBrowser } from './browser.testing.ts'

const COUNTY = '220899'

test('imagery works in the browser', { timeout: 240_000, skip: noBrowser }, async (t) => {
  const { app, running, browser } = await inBrowser(t, {
    patches: 300,
    scenes: true,
    prepare: (app) => measureCounty(imageryTools(app), COUNTY),
  })
  const get = async <T>(path: string): Promise<T> => (await (await fetch(running.address + path)).json()) as T
  const complaints: string[] = []
  const pageIn = async (language: 'zh' | 'en', size = { width: 1200, height: 760 }): Promise<Page> => {
    const context = await browser.newContext({ viewport: size, reducedMotion: 'reduce' })
    context.setDefaultTimeout(30_000)
    await context.addInitScript((chosen) => {
      if (location.protocol === 'http:') localStorage.setItem('dishu.language', chosen) // an empty tab has no storage
    }, language)
    context.on('weberror', (error) => complaints.push(error.error().message))
    context.on('console', (message) => message.type() === 'error' && complaints.push(`${message.text()} ${message.location().url}`))
    context.on('request', (request) => {
      if (!request.url().startsWith(`${running.address}/`) && !/^(data|blob):/.test(request.url()))
        complaints.push(`leaves: ${request.url()}`)
    })
    return context.newPage()
  }
  const { scenes } = await get<ScenesReply>(`/api/counties/${COUNTY}/scenes`)
  const [august, may] = scenes
  const page = await pageIn('zh')
  /** The shares of pixels of the map's picture, by a question about their colour. */
  const seen = (of: Page, selector: string) =>
    of
      .locator(`${selector} canvas`)
      .first()
      .evaluate((canvas: HTMLCanvasElement) => {
        const paper = document.createElement('canvas')
        paper.width = canvas.width
        paper.height = canvas.height
        const context = paper.getContext('2d')
        context?.drawImage(canvas, 0, 0)
        const { data } = context?.getImageData(0, 0, paper.width, paper.height) ?? { data: new Uint8ClampedArray(0) }
        let [green, grey, pixels] = [0, 0, 0]
        for (let i = 0; i < data.length; i += 4) {
          pixels++
          if (data[i + 1] > data[i] + 25 && data[i + 1] > data[i + 2] + 25 && data[i + 1] < 130) green++ // the dark end of the ramp
          if (Math.abs(data[i] - 0x9a) < 26 && Math.abs(data[i + 1] - 0xa3) < 26 && Math.abs(data[i + 2] - 0xa8) < 26) grey++
        }
        return { green: green / pixels, grey: grey / pixels }
      })

  await t.test('the newest scene is on the map, and an index changes the picture: crops green, clouds grey', async () => {
    await page.goto(`${running.address}/imagery?show=NDVI`, { waitUntil: 'commit' })
    await page.locator('.scene-list li.here', { hasText: august.takenOn }).waitFor()
    await page.waitForSelector('.map-canvas[data-idle="yes"]', { timeout: 60_000 })
    await page.locator('.legend.ramp', { hasText: 'NDVI' }).waitFor()
    await page.waitForFunction(() => performance.getEntriesByType('resource').some(({ name }) => /\/tiles\/\d+\/scenes\//.test(name)))
    await page.waitForTimeout(1_000)
    const { green, grey } = await seen(page, '.map-canvas')
    assert.ok(green > 0.1, `green ${green}`)
    assert.ok(grey > 0.02, `grey ${grey}`)
  })

  await t.test('another date lies behind a curtain that goes by keys, and the address says all of it', async () => {
    await page.locator('.scene-list li', { hasText: may.takenOn }).getByRole('button', { name: '卷帘对比' }).click()
    const line = page.getByRole('slider', { name: '卷帘位置' })
    await line.waitFor()
    await page.waitForSelector('.curtain[data-idle="yes"]', { timeout: 60_000 })
    assert.equal(new URL(page.url()).searchParams.get('with'), String(may.id))
    await page.waitForTimeout(1_000)
    const [left, right] = [await seen(page, '.map-canvas'), await seen(page, '.curtain')]
    assert.ok(left.green > 2 * right.green, `August ${left.green}, May ${right.green}`) // in May the ground is bare
    await line.focus()
    await page.keyboard.press('ArrowRight')
    assert.equal(await line.getAttribute('aria-valuenow'), '55')
  })

  await t.test('the page of a patch charts its index by date and names what clouds hide', async () => {
    const { rows } = await get<PatchPage>(`/api/counties/${COUNTY}/patches?limit=300`)
    let hidden: number | null = null
    let clear: number | null = null
    for (const { id } of rows) {
      const { dates } = await get<SeriesReply>(`/api/counties/${COUNTY}/series?kind=patch&id=${id}`)
      if (dates[1]?.withheld === 'hidden') hidden ??= id
      if (dates.every(({ withheld }) => withheld === null)) clear ??= id
      if (hidden !== null && clear !== null) break
    }
    assert.ok(hidden !== null && clear !== null)
    await page.goto(`${running.address}/parcels/${clear}`, { waitUntil: 'commit' })
    await page.locator('.series-card .series-point').nth(1).waitFor()
    const { dates } = await get<SeriesReply>(`/api/counties/${COUNTY}/series?kind=patch&id=${clear}`)
    const told = await page.locator('.series-card tbody tr').first().locator('td').nth(1).textContent()
    assert.ok(Math.abs(Number(told?.replace('−', '-')) - dates[0].figures.NDVI.mean) < 0.0006, `${told} ${dates[0].figures.NDVI.mean}`)
    await page.goto(`${running.address}/parcels/${hidden}`, { waitUntil: 'commit' })
    await page.locator('.series-card .series-none').waitFor()
    await page.locator('.series-card tr.withheld', { hasText: '被云、影或雪遮挡' }).waitFor()
  })

  await t.test('a plain image is dropped, asked about, registered, and stands in the list', async () => {
    const path = join(app.dataDir, 'nir_red_20240620.tif')
    const [width, height] = [40, 40]
    const [west, south, east, north] = august.bbox
    await writeGeotiff(path, {
      ...{ width, height, bandCount: 2, type: 'uint16', epsg: 4490, geographic: true },
      geotransform: [west, (east - west) / width, 0, north, 0, (south - north) / height],
      rows: (_, n) => [new Uint16Array(n * width).fill(3000), new Uint16Array(n * width).fill(1000)],
    })
    const english = await pageIn('en')
    await english.goto(`${running.address}/imagery`, { waitUntil: 'commit' })
    await english.getByRole('button', { name: 'Add a scene' }).click()
    await english.locator('input[type=file]').setInputFiles(path)
    await english.locator('.asked-note', { hasText: 'satellite or sensor' }).waitFor({ timeout: 60_000 })
    assert.equal(await english.getByLabel('Taken on').inputValue(), '2024-06-20')
    await english.getByLabel('Satellite or sensor').fill('gf-1')
    await english.getByRole('spinbutton', { name: 'Scale' }).fill('0.0001')
    for (const [i, role] of ['N near infrared', 'R red'].entries()) {
      await english.locator('.scene-form tbody tr').nth(i).locator('.ant-select').click()
      // without motion a list that was left stays in the page
      await english.locator('.ant-select-dropdown:visible:not(.ant-slide-up-leave)').getByTitle(role, { exact: true }).click()
    }
    await english.getByRole('button', { name: 'Go on' }).click()
    await english.getByRole('checkbox').check()
    await english.getByRole('button', { name: 'Register the scene' }).click()
    await english.getByRole('button', { name: 'See the scene' }).click({ timeout: 60_000 })
    await english.locator('.scene-list li.here', { hasText: '2024-06-20' }).waitFor()
    const { scenes: now } = await get<ScenesReply>(`/api/counties/${COUNTY}/scenes`)
    assert.equal(now.length, 3)
    assert.deepEqual(
      now.find(({ takenOn }) => takenOn === '2024-06-20')?.bands.map(({ id, max }) => [id, max]),
      [
        ['N', 0.3],
        ['R', 0.1],
      ],
    )
    await english.context().close()
  })

  await t.test('an index is written by the person, read as it is typed, and is there to be shown', async () => {
    await page.goto(`${running.address}/imagery?scene=${may.id}&show=NDVI`, { waitUntil: 'commit' })
    await page.getByRole('button', { name: '新增指数' }).click()
    const form = page.locator('.ant-modal')
    await form.getByLabel('名字（字母、数字、下划线）').fill('mine')
    await form.getByLabel('公式', { exact: true }).fill('(S1 - S2')
    await form.getByText('处读不下去').waitFor()
    await form.getByLabel('公式', { exact: true }).fill('(S1 - S2) / R')
    await form.getByText('用到波段：R, S1, S2').waitFor()
    await form.getByLabel('中文名称').fill('试验指数')
    await form.getByLabel('英文名称').fill('trial')
    await form.getByLabel('出处（作者、年份、式号）').fill('本县试验')
    await form.getByRole('button', { name: '保存指数' }).click()
    await page.locator('.formula', { hasText: '(S1 - S2) / R' }).waitFor()
  })

  await t.test('on a phone the page fits its width, and nothing was complained of', async () => {
    const phone = await pageIn('en', { width: 390, height: 844 })
    await phone.goto(`${running.address}/imagery?show=NDVI`, { waitUntil: 'commit' })
    await phone.locator('.scene-list').waitFor()
    assert.ok((await phone.evaluate(() => document.documentElement.scrollWidth)) <= 390)
    await phone.context().close()
    assert.deepEqual(complaints, [])
  })
})
