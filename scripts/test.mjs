// `npm test`: what the tests need, the checks, and every test. `npm test -- parcels soil` runs only the files whose path has one of the words.
//   DISHU_SKIP_CHECK=1    without the checks
//   DISHU_NO_INSTALL=1    installs nothing on the system
//   DISHU_TEST_OUTPUT=1   shows what the tests themselves print
import { spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { buildWeb } from './build-web.mjs'
import { filesUnder } from './files.mjs'
import { environmentFor, ROOT, run, say, setup, underNode } from './setup.mjs'

const CHROMIUM = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable']
const PG15 = '/usr/lib/postgresql/15/bin'
/** What speaks SQL is tried on both back ends. */
const SQL_TESTS = /\.store\.test\.ts$|lib\/server-kit\/(sql[\w-]*|migrate)\.test\.ts$/

const node = setup()
await underNode(node, fileURLToPath(import.meta.url))

const words = process.argv.slice(2).filter((word) => !word.startsWith('-'))
const missing = installTools()

let checked = 0
if (process.env.DISHU_SKIP_CHECK || words.length > 0) say('checks left out')
else {
  say('checks')
  checked = await run(node, [join(ROOT, 'scripts/check.mjs')], { env: environmentFor(node) })
}

const files = ['lib', 'domain', 'apps', 'bench', 'scripts']
  .flatMap((folder) => filesUnder(join(ROOT, folder), /\.test\.(ts|tsx|mjs)$/))
  .map((file) => relative(ROOT, file).replaceAll('\\', '/'))
  .filter((file) => words.length === 0 || words.some((word) => file.includes(word)))
if (files.some((file) => file.startsWith('apps/'))) await buildWeb(node)

const scratch = mkdtempSync(join(tmpdir(), 'dishu-tests-'))
const counts = join(scratch, 'counts')
let failedRuns = 0
let interrupted = false
try {
  say(`${files.length} test files, database: embedded PostgreSQL`)
  const { startTestServer } = await import('../lib/testkit/server.ts')
  const embedded = await startTestServer(join(scratch, 'embedded'))
  failedRuns += await runTests(files, embedded.url)
  await embedded.stop()

  const sqlTests = files.filter((file) => SQL_TESTS.test(file))
  if (sqlTests.length > 0 && !interrupted && existsSync(join(PG15, 'postgres'))) {
    say(`${sqlTests.length} of them once more, database: PostgreSQL 15`)
    const own = await startTestServer(join(scratch, 'own'), PG15)
    failedRuns += await runTests(sqlTests, own.url)
    await own.stop()
  }
} finally {
  process.exitCode = summary()
  rmSync(scratch, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 })
}

async function runTests(list, url) {
  if (list.length === 0) return 0
  const code = await run(
    node,
    [
      '--import',
      './scripts/tsx-hook.mjs',
      '--test',
      '--test-concurrency=2',
      '--test-timeout=900000',
      '--test-reporter=./scripts/test-reporter.mjs',
      '--test-reporter-destination=stdout',
      ...list,
    ],
    { cwd: ROOT, env: { ...environmentFor(node), DISHU_TEST_DATABASE: url, DISHU_TEST_COUNTS: counts, DISHU_DATABASE_URL: '' } },
  )
  interrupted ||= code > 128
  return code === 0 ? 0 : 1
}

/** Prints the counts and the skips by reason; gives the exit code. */
function summary() {
  const runs = existsSync(counts)
    ? readFileSync(counts, 'utf8')
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line))
    : []
  const total = (key) => runs.reduce((sum, each) => sum + each[key], 0)
  const skipped = runs.flatMap((each) => each.skipped)
  const reasons = new Map()
  for (const { reason } of skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1)
  for (const [reason, times] of reasons) console.log(`SKIPPED ${times} × ${reason}`)
  for (const line of missing) console.log(`SKIPPED ${line}`)
  if (checked !== 0) console.log('the checks FAILED')
  console.log(`${total('passed')} passed, ${total('failed')} failed, ${skipped.length} skipped`)
  const ran = runs.length > 0 || files.length === 0
  return checked === 0 && failedRuns === 0 && total('failed') === 0 && ran ? 0 : 1
}

/** Installs what some tests need where that is possible; gives a line for each thing that stays missing. */
function installTools() {
  const wanted = []
  if (!CHROMIUM.some(isOnPath) && !process.env.DISHU_CHROMIUM)
    wanted.push(['chromium', () => CHROMIUM.some(isOnPath), 'everything in a browser: there is no Chromium'])
  if (!existsSync(join(PG15, 'postgres')))
    wanted.push(['postgresql-15', () => existsSync(join(PG15, 'postgres')), 'the SQL tests on PostgreSQL 15: it is not installed'])
  if (!isOnPath('pdftotext'))
    wanted.push(['poppler-utils', () => isOnPath('pdftotext'), 'what stands in the PDF of reports: there is no pdftotext'])
  if (!isOnPath('cbc')) wanted.push(['coinor-cbc', () => isOnPath('cbc'), 'an exported plan against CBC: it is not installed'])
  if (!isOnPath('ogrinfo'))
    wanted.push(['gdal-bin', () => isOnPath('ogrinfo'), 'what GDAL makes of our files and interfaces: there is no GDAL'])
  const postgis = () => existsSync('/usr/share/postgresql/15/extension/postgis.control')
  if (!postgis()) wanted.push(['postgresql-15-postgis-3', postgis, 'the views with outlines: there is no PostGIS'])
  const qgis = () => existsSync('/usr/lib/python3/dist-packages/qgis/core')
  if (!qgis()) wanted.push(['python3-qgis', qgis, 'what QGIS makes of our interfaces: there is no QGIS'])
  if (wanted.length === 0) return []
  const able = process.platform === 'linux' && process.getuid() === 0 && isOnPath('apt-get') && !process.env.DISHU_NO_INSTALL
  if (able) {
    say(`installing for the tests: ${wanted.map(([name]) => name).join(' ')}`)
    // Debian's package would start a server of its own, which no one asked for
    const own = '/etc/postgresql-common/createcluster.d'
    if (!existsSync('/etc/postgresql-common') && wanted.some(([name]) => name === 'postgresql-15')) {
      spawnSync('mkdir', ['-p', own])
      writeFileSync(join(own, 'dishu-tests.conf'), 'create_main_cluster = false\n')
    }
    const apt = (...args) =>
      spawnSync('apt-get', ['-qq', ...args], {
        stdio: ['ignore', 'ignore', 'inherit'],
        env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
      })
    apt('update')
    for (const [name] of wanted) apt('install', '-y', '--no-install-recommends', name)
  }
  const hint = able ? 'and could not be installed' : 'install it, or run as root on Debian'
  return wanted.filter(([, isThere]) => !isThere()).map(([, , what]) => `${what}; ${hint}`)
}

function isOnPath(name) {
  return (process.env.PATH ?? '').split(delimiter).some((folder) => existsSync(join(folder, name)))
}
