// Builds the web pages into apps/web/dist when what they are made of has changed since the last build.
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { environmentFor, ROOT, run, say, setup } from './setup.mjs'

const PAGES = join(ROOT, 'apps/web')
const STAMP = join(PAGES, 'dist/.sources')

/** Name, size and time of every file the pages may be made of: reading them all would cost more than the start may take. */
function fingerprint() {
  const digest = createHash('sha256')
  const add = (path) => {
    const { size, mtimeMs } = statSync(path)
    digest.update(`${path.slice(ROOT.length)}\0${size}\0${Math.round(mtimeMs)}\n`)
  }
  const walk = (folder) => {
    for (const entry of readdirSync(folder, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const path = join(folder, entry.name)
      if (entry.isDirectory()) {
        if (!['node_modules', 'dist', 'fixtures'].includes(entry.name)) walk(path)
      } else if (!/\.(test|bench|store|routes|jobs)\.tsx?$/.test(entry.name)) add(path)
    }
  }
  for (const folder of ['apps/web', 'domain', 'lib/web-kit', 'lib/base', 'docs'])
    if (existsSync(join(ROOT, folder))) walk(join(ROOT, folder))
  add(join(ROOT, 'package-lock.json'))
  return digest.digest('hex')
}

export async function buildWeb(node) {
  if (!['vite.config.ts', 'vite.config.mjs', 'index.html'].some((name) => existsSync(join(PAGES, name)))) return
  const now = fingerprint()
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === now) return
  say('building the web pages (their sources have changed)')
  const began = Date.now()
  const code = await run(node, [join(ROOT, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], {
    cwd: PAGES,
    env: environmentFor(node),
  })
  if (code !== 0) {
    console.error('dishu: the web pages could not be built')
    process.exit(code)
  }
  mkdirSync(join(PAGES, 'dist'), { recursive: true })
  writeFileSync(STAMP, now)
  say(`web pages built in ${((Date.now() - began) / 1000).toFixed(1)} s`)
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) await buildWeb(setup())
