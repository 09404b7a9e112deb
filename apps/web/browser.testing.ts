/** A real server with the sample county, and a real browser before it: what every test of the screens begins with. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { type Browser, chromium } from 'playwright-core'
import { type App, openApp } from '../server/app.ts'
import { loadSample } from '../server/first-sample.ts'
import type { Manner } from '../server/office.ts'
import { type Running, serve } from '../server/serve.ts'

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium'
const BUILD = fileURLToPath(new URL('../../scripts/build-web.mjs', import.meta.url))
const FLAGS = [
  '--no-sandbox',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Why the screens cannot be tested here; false where they can. */
export const noBrowser: string | false = existsSync(CHROMIUM)
  ? false
  : `no Chromium at ${CHROMIUM}: the screens are NOT tested (apt-get install chromium, or set CHROMIUM)`

export type InBrowser = { readonly app: App; readonly running: Running; readonly browser: Browser }

/** Builds the pages where their sources have changed, loads a sample county of about `patches`, serves it, opens the browser; all of it ends with the test. */
export async function inBrowser(
  t: TestContext,
  options: {
    readonly patches: number
    readonly scenes?: boolean
    readonly manner?: Manner
    /** What else there must be before the server answers. */
    prepare?(app: App): Promise<unknown>
  },
): Promise<InBrowser> {
  const built = spawnSync(process.execPath, [BUILD], { stdio: ['ignore', 'ignore', 'inherit'] })
  assert.equal(built.status, 0, 'the web pages could not be built')
  const dataDir = await mkdtemp(join(tmpdir(), 'dishu-web-'))
  const opened = await openApp({ dataDir, role: 'server' })
  assert.ok(opened.ok)
  const app = opened.value
  await loadSample(app, { patches: options.patches, scenes: options.scenes ?? false })
  await options.prepare?.(app)
  const running = await serve(app, 0, options.manner)
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
  t.after(async () => {
    await browser.close()
    await running.close()
    await app.close()
    await rm(dataDir, { recursive: true, force: true })
  })
  return { app, running, browser }
}
