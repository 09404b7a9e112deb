// Makes the pictures in docs/screens/ of a running Dishu: node scripts/screenshots.mjs http://127.0.0.1:PORT [--out DIR] [--only NAME]
// Every page at the office's width in both themes and languages, and at tablet and phone width. Says on standard error what a page complained of.
import { mkdirSync } from 'node:fs'
import { chromium } from 'playwright-core'

const args = process.argv.slice(2)
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : null)
const base = args.find((arg) => arg.startsWith('http'))
if (!base) {
  console.error('usage: node scripts/screenshots.mjs http://127.0.0.1:PORT [--out DIR] [--only NAME]')
  process.exit(64)
}
const out = option('--out') ?? new URL('../docs/screens', import.meta.url).pathname
const only = option('--only')
mkdirSync(out, { recursive: true })

const get = async (path) => (await fetch(base + path)).json()
const { counties } = await get('/api/session')
const county = counties[0]?.county
const head = counties[0]?.head ?? 1
const page1 = county ? await get(`/api/counties/${county}/patches?sort=officialArea&descending=true&limit=20`) : { rows: [] }
const patch = page1.rows.find(({ findings }) => findings > 0) ?? page1.rows[0]
const { areas } = county ? await get(`/api/counties/${county}/areas`) : { areas: [] }
const town = areas.find(({ level, bbox }) => level === 'town' && bbox)
const { intakes } = await get('/api/intakes')
const ready = intakes.find(({ state }) => state === 'ready') ?? intakes.find(({ state }) => state === 'done')
const asks = intakes.find(({ state }) => state === 'needs-answers')

const PAGES = [
  ['overview', '/'],
  ['overview-grade', `/?by=grade&within=${town?.code ?? ''}`],
  ['overview-contract', `/?by=contract&sel=${patch?.id ?? ''}`],
  ['overview-dated', `/?asOf=2025-12-31&known=${Math.max(1, head - 1)}&class=1204`],
  ['parcels', '/parcels?class=1204'],
  ['parcels-selected', `/parcels?sel=${patch?.id ?? ''}`],
  ['parcel', `/parcels/${patch?.id ?? ''}`],
  ['findings', '/findings'],
  ['import', '/import'],
  ...(ready ? [['import-preview', `/import/${ready.id}`]] : []),
  ...(asks ? [['import-questions', `/import/${asks.id}`]] : []),
  ['audit', '/audit'],
  ['print', '/print?by=saline'],
]
const VIEWS = [
  { name: 'zh-light', width: 1440, height: 900, language: 'zh', theme: 'light' },
  { name: 'zh-dark', width: 1440, height: 900, language: 'zh', theme: 'dark' },
  { name: 'en-light', width: 1440, height: 900, language: 'en', theme: 'light' },
  { name: 'zh-tablet', width: 1024, height: 768, language: 'zh', theme: 'light' },
  { name: 'zh-phone', width: 390, height: 844, language: 'zh', theme: 'light' },
  { name: 'en-phone', width: 390, height: 844, language: 'en', theme: 'dark' },
]

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: [
    '--no-sandbox',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
  ],
})
let strangers = 0
for (const view of VIEWS) {
  const context = await browser.newContext({
    viewport: { width: view.width, height: view.height },
    reducedMotion: 'reduce',
    deviceScaleFactor: 1,
  })
  await context.addInitScript(({ language, theme }) => {
    localStorage.setItem('dishu.language', language)
    localStorage.setItem('dishu.theme', theme)
  }, view)
  for (const [name, path] of PAGES) {
    const file = `${name}-${view.name}`
    if (only && !file.includes(only)) continue
    const page = await context.newPage()
    page.on('pageerror', (error) => console.error(`${file}: ${error.message}`))
    page.on('console', (message) => message.type() === 'error' && console.error(`${file}: ${message.text()}`))
    page.on('request', (request) => {
      if (request.url().startsWith(base) || /^(data|blob):/.test(request.url())) return
      strangers++
      console.error(`${file}: leaves the machine: ${request.url()}`)
    })
    await page.goto(base + path, { waitUntil: 'networkidle' })
    const map = page.locator('.map-canvas')
    if ((await map.count()) > 0)
      await page
        .waitForSelector('.map-canvas[data-idle="yes"]', { timeout: 25_000 })
        .catch(() => console.error(`${file}: the map did not come to rest`))
    await page.waitForTimeout(400)
    await page.screenshot({ path: `${out}/${file}.png`, fullPage: name === 'print' })
    await page.close()
    console.log(file)
  }
  await context.close()
}
await browser.close()
process.exit(strangers > 0 ? 1 : 0)
