// Makes the pictures in docs/screens/ of a running Dishu with its sample county: node scripts/screenshots.mjs http://127.0.0.1:PORT [--out DIR] [--all]
// A handful for the documents; with --all every page in every width, theme and language, to be looked at. Says on standard error what a page complained of.
import { mkdirSync } from 'node:fs'
import { chromium } from 'playwright-core'

const args = process.argv.slice(2)
const option = (name) => (args.includes(name) ? args[args.indexOf(name) + 1] : null)
const base = args.find((arg) => arg.startsWith('http'))
if (!base) {
  console.error('usage: node scripts/screenshots.mjs http://127.0.0.1:PORT [--out DIR] [--all]')
  process.exit(64)
}
const out = option('--out') ?? new URL('../docs/screens', import.meta.url).pathname
mkdirSync(out, { recursive: true })

const get = async (path) => (await fetch(base + path)).json()
const { counties } = await get('/api/session')
const [{ county, head }] = counties
const patches = (query) => get(`/api/counties/${county}/patches?${query}`)
const { rows } = await patches('contract=contracted&saline=cultivated&limit=1')
const [patch] = rows.length > 0 ? rows : (await patches('limit=1')).rows
const { areas } = await get(`/api/counties/${county}/areas`)
const town = areas.find(({ level, bbox }) => level === 'town' && bbox)?.code ?? ''
const [overlap] = (await get(`/api/counties/${county}/findings?rule=geometry/overlap&limit=1`)).rows
const { scenes } = await get(`/api/counties/${county}/scenes`)
const may = scenes.length > 1 ? scenes[scenes.length - 1] : null
const { intakes } = await get('/api/intakes')
const lately = intakes.find(({ state }) => state === 'ready') ?? intakes.find(({ state }) => state === 'done')
const asks = intakes.find(({ state }) => state === 'needs-answers')

const PAGES = {
  overview: '/',
  town: `/?by=contract&within=${town}`,
  dated: `/?asOf=2031-12-31&known=${Math.max(1, head - 1)}&by=contract`,
  parcels: `/parcels?within=${patch.village}&by=grade&sel=${patch.id}`,
  parcel: `/parcels/${patch.id}`,
  findings: '/findings',
  ...(overlap ? { repair: `/findings?rule=geometry/overlap&sel=${overlap.id}` } : {}),
  imagery: `/imagery?show=sqrtGR${may ? `&scene=${may.id}&with=${scenes[0].id}` : ''}`,
  soil: '/soil',
  water: '/water',
  library: '/library',
  plan: '/plan',
  import: '/import',
  ...(lately ? { preview: `/import/${lately.id}` } : {}),
  ...(asks ? { questions: `/import/${asks.id}` } : {}),
  audit: '/audit',
  print: '/print?by=saline',
  edit: `/edit/patch/${patch.id}`,
  changes: '/changes',
  reports: '/reports',
  interfaces: '/interfaces',
  help: '/help/certified-plan',
  wall: '/wall?by=saline',
}
const OFFICE = { width: 1440, height: 900, language: 'zh', theme: 'light' }
const PHONE = { width: 390, height: 844, language: 'zh', theme: 'light' }
const WALL = { ...OFFICE, width: 1920, height: 1080 }
const FEW = [
  ['overview', 'overview', OFFICE],
  ['overview-en-dark', 'overview', { ...OFFICE, language: 'en', theme: 'dark' }],
  ['parcels', 'parcels', OFFICE],
  ['parcel', 'parcel', OFFICE],
  ['findings', 'findings', OFFICE],
  ['imagery', 'imagery', OFFICE],
  ['soil', 'soil', OFFICE],
  ['water', 'water', OFFICE],
  ['library', 'library', OFFICE],
  ['plan', 'plan', OFFICE],
  ...(overlap ? [['repair', 'repair', OFFICE]] : []),
  ['edit', 'edit', OFFICE],
  ['help', 'help', OFFICE],
  ['wall', 'wall', WALL],
  ['phone', 'overview', PHONE],
]
const VIEWS = {
  'zh-light': OFFICE,
  'zh-dark': { ...OFFICE, theme: 'dark' },
  'en-light': { ...OFFICE, language: 'en' },
  'zh-tablet': { ...OFFICE, width: 1024, height: 768 },
  'zh-phone': PHONE,
  'en-phone': { ...PHONE, language: 'en', theme: 'dark' },
}
const every = () => Object.entries(VIEWS).flatMap(([view, looks]) => Object.keys(PAGES).map((page) => [`${page}-${view}`, page, looks]))

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
let wrong = 0
for (const [file, name, looks] of args.includes('--all') ? every() : FEW) {
  const { width, height, language, theme } = looks
  const context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce', isMobile: width < 500 })
  await context.addInitScript((chosen) => {
    localStorage.setItem('dishu.language', chosen.language)
    localStorage.setItem('dishu.theme', chosen.theme)
  }, looks)
  const page = await context.newPage()
  const complain = (text) => {
    wrong++
    console.error(`${file}: ${text}`)
  }
  page.on('pageerror', (error) => complain(error.message))
  page.on('console', (message) => message.type() === 'error' && complain(message.text()))
  page.on('request', (request) => {
    if (!request.url().startsWith(base) && !/^(data|blob):/.test(request.url())) complain(`leaves the machine: ${request.url()}`)
  })
  await page.goto(base + PAGES[name], { waitUntil: 'networkidle' })
  if ((await page.locator('.map-canvas').count()) > 0)
    await page.waitForSelector('.map-canvas[data-idle="yes"]', { timeout: 40_000 }).catch(() => complain('the map did not come to rest'))
  await page.waitForTimeout(400)
  await page.screenshot({ path: `${out}/${file}.png`, fullPage: name === 'print' })
  console.log(`${file} (${width} × ${height}, ${language}, ${theme})`)
  await context.close()
}
await browser.close()
process.exit(wrong > 0 ? 1 : 0)
