// The import rules hold: a small house is built, every rule is broken in it once or more, and all of it must be found.
import assert from 'node:assert/strict'
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { checkImports } from './check-imports.mjs'
import { ROOT } from './setup.mjs'

/** [rule, file, import]: what must be found. */
const PLANTED = [
  ['down-only-lib', 'lib/formats/nyt/nyt.ts', '@dishu/land/parcels/parcels', 'domain/land/parcels/parcels.ts'],
  ['down-only-domain', 'domain/land/soil/soil.routes.ts', '@dishu/server/main', 'apps/server/main.ts'],
  ['apps-are-strangers', 'apps/server/pages.ts', '@dishu/web/office/main', 'apps/web/office/main.ts'],
  ['web-meets-no-server', 'apps/web/office/start.ts', '@dishu/server/main', 'apps/server/main.ts'],
  ['kernel-is-below', 'domain/kernel/rounds/rounds.ts', '@dishu/land/funds/funds', 'domain/land/funds/funds.ts'],
  ['modules-are-strangers', 'domain/response/incidents/incidents.ts', '@dishu/land/funds/funds', 'domain/land/funds/funds.ts'],
  ['base-is-bare', 'lib/base/quantity.ts', 'node:fs', 'fs'],
  ['base-is-bare', 'lib/base/date.ts', '@dishu/numeric/shared/random', 'lib/numeric/shared/random.ts'],
  ['numeric-is-bare', 'lib/numeric/kriging/kriging.ts', '@dishu/base/quantity', 'lib/base/quantity.ts'],
  ['numeric-is-bare', 'lib/numeric/kriging/kriging.ts', 'node:worker_threads', 'worker_threads'],
  ['numeric-is-bare', 'lib/numeric/forest/forest.ts', 'fast-check', 'fast-check'],
  ['numeric-is-a-star', 'lib/numeric/kriging/kriging.ts', '../zonal/zonal.ts', 'lib/numeric/zonal/zonal.ts'],
  ['formats-know-bytes-only', 'lib/formats/shapefile/shapefile.ts', '@dishu/server-kit/sql', 'lib/server-kit/sql.ts'],
  ['formats-know-bytes-only', 'lib/formats/shapefile/shapefile.ts', '@dishu/numeric/zonal/zonal', 'lib/numeric/zonal/zonal.ts'],
  ['kits-are-strangers', 'lib/web-kit/read.ts', '@dishu/server-kit/sql', 'lib/server-kit/sql.ts'],
  ['kits-are-strangers', 'lib/server-kit/route.ts', '@dishu/formats/nyt/nyt', 'lib/formats/nyt/nyt.ts'],
  ['web-has-no-node', 'domain/land/soil/soil.screen.tsx', 'node:fs', 'fs'],
  ['web-has-no-node', 'lib/web-kit/outbox.ts', 'node:crypto', 'crypto'],
  ['web-has-no-node', 'domain/land/soil/soil.layer.ts', 'node:path', 'path'],
  ['core-is-pure', 'domain/land/soil/soil.ts', './soil.store.ts', 'domain/land/soil/soil.store.ts'],
  ['core-is-pure', 'domain/land/soil/grading.ts', './soil.store.ts', 'domain/land/soil/soil.store.ts'],
  ['core-is-pure', 'domain/land/soil/soil.wire.ts', '@dishu/formats/nyt/nyt', 'lib/formats/nyt/nyt.ts'],
  ['core-is-pure', 'domain/land/soil/grades.data.ts', '@dishu/server-kit/sql', 'lib/server-kit/sql.ts'],
  ['words-have-no-picture', 'domain/land/soil/soil.ts', '@dishu/web-kit/read', 'lib/web-kit/read.ts'],
  ['core-has-no-node', 'domain/land/soil/soil.ts', 'node:crypto', 'crypto'],
  ['core-has-no-node', 'domain/land/soil/soil.messages.ts', 'node:util', 'util'],
  ['messages-are-words', 'domain/land/soil/soil.messages.ts', './soil.store.ts', 'domain/land/soil/soil.store.ts'],
  ['exchange-is-pure', 'domain/land/soil/soil.exchange.ts', './soil.store.ts', 'domain/land/soil/soil.store.ts'],
  ['store-is-sql-only', 'domain/land/soil/soil.store.ts', '@dishu/land/parcels/parcels.store', 'domain/land/parcels/parcels.store.ts'],
  ['store-is-sql-only', 'domain/land/soil/soil.store.ts', '@dishu/numeric/zonal/zonal', 'lib/numeric/zonal/zonal.ts'],
  ['store-speaks-sql', 'domain/land/soil/soil.store.ts', '@dishu/server-kit/route', 'lib/server-kit/route.ts'],
  ['screens-see-words-and-wire', 'domain/land/soil/soil.screen.tsx', './soil.store.ts', 'domain/land/soil/soil.store.ts'],
  ['screens-see-words-and-wire', 'domain/land/soil/soil.field.tsx', './soil.exchange.ts', 'domain/land/soil/soil.exchange.ts'],
  ['screens-see-words-and-wire', 'apps/web/office/main.ts', '@dishu/land/parcels/parcels.routes', 'domain/land/parcels/parcels.routes.ts'],
  [
    'neighbours-meet-at-the-door',
    'domain/land/soil/soil.exchange.ts',
    '../parcels/parcels.exchange.ts',
    'domain/land/parcels/parcels.exchange.ts',
  ],
  [
    'neighbours-meet-at-the-door',
    'domain/land/soil/soil.screen.tsx',
    '../parcels/parcels.screen.tsx',
    'domain/land/parcels/parcels.screen.tsx',
  ],
  ['shells-meet-at-the-door', 'domain/land/soil/soil.jobs.ts', '../parcels/boundaries.store.ts', 'domain/land/parcels/boundaries.store.ts'],
  ['order-of-land', 'domain/land/parcels/parcels.jobs.ts', '../soil/soil.ts', 'domain/land/soil/soil.ts'],
  ['order-of-kernel', 'domain/kernel/records/records.jobs.ts', '../rounds/rounds.ts', 'domain/kernel/rounds/rounds.ts'],
  ['slice-has-a-place', 'domain/land/gardens/gardens.ts', '@dishu/base/quantity', 'lib/base/quantity.ts'],
  ['by-package', 'domain/land/tenure/tenure.ts', '../../kernel/records/records.ts', 'domain/kernel/records/records.ts'],
  ['no-cycles', 'lib/numeric/zonal/coverage.ts', './zonal.ts', 'lib/numeric/zonal/zonal.ts'],
  ['slices-have-an-order', 'domain/land/water', null, 'domain/land/ecology'],
  ['one-door-to-the-map', 'domain/land/parcels/parcels.screen.tsx', 'maplibre-gl', 'maplibre-gl'],
  ['one-door-to-the-database', 'domain/land/parcels/parcels.store.ts', 'pg', 'pg'],
  ['one-door-to-the-database', 'lib/server-kit/job.ts', 'pg-copy-streams', 'pg-copy-streams'],
  ['declared-packages', 'domain/response/incidents/incidents.ts', 'fast-check', 'fast-check'],
  ['declared-packages', 'domain/response/duty/duty.ts', 'undeclared', 'undeclared'],
  ['testkit-is-for-tests', 'domain/land/parcels/parcels.routes.ts', '@dishu/testkit/golden', 'lib/testkit/golden.ts'],
  ['no-tests-in-production', 'domain/land/parcels/parcels.ts', './parcels.test.ts', 'domain/land/parcels/parcels.test.ts'],
  ['no-tests-in-production', 'domain/land/parcels/areas.ts', './parcels.testing.ts', 'domain/land/parcels/parcels.testing.ts'],
  ['resolvable', 'domain/land/soil/soil.ts', '@dishu/base/nothing', '@dishu/base/nothing'],
]

/** [file, import]: what must pass. */
const PERMITTED = [
  ['domain/land/soil/map.jobs.ts', '../parcels/parcels.store.ts', 'domain/land/parcels/parcels.store.ts'],
  ['domain/land/funds/funds.ts', '../parcels/parcels.ts', 'domain/land/parcels/parcels.ts'],
  ['domain/land/funds/funds.screen.tsx', '../soil/soil.wire.ts', 'domain/land/soil/soil.wire.ts'],
  ['domain/land/funds/shares.ts', '@dishu/numeric/shared/random', 'lib/numeric/shared/random.ts'],
  ['domain/land/funds/funds.exchange.ts', '@dishu/formats/nyt/nyt', 'lib/formats/nyt/nyt.ts'],
  ['domain/land/funds/funds.store.ts', '@dishu/server-kit/sql-copy', 'lib/server-kit/sql-copy.ts'],
  ['domain/land/funds/funds.store.test.ts', '@dishu/testkit/golden', 'lib/testkit/golden.ts'],
  ['lib/numeric/forest/forest.test.ts', 'fast-check', 'fast-check'],
  ['lib/web-kit/map/map.tsx', 'maplibre-gl', 'maplibre-gl'],
  ['lib/server-kit/sql.ts', 'pg', 'pg'],
  ['apps/cli/main.ts', '@dishu/server/main', 'apps/server/main.ts'],
  ['apps/web/office/pages.tsx', '@dishu/land/soil/soil.screen.tsx', 'domain/land/soil/soil.screen.tsx'],
]

const CIRCLES = {
  'lib/numeric/zonal/zonal.ts': "import './coverage.ts'",
  'domain/land/water/water.ts': "import '../ecology/ecology.ts'",
  'domain/land/ecology/ecology.jobs.ts': "import '../water/water.ts'",
}

function house(t) {
  const root = mkdtempSync(join(tmpdir(), 'dishu-house-'))
  t.after(() => rmSync(root, { recursive: true, force: true }))
  const write = (file, text) => {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), text)
  }
  const manifest = (folder, more) => write(`${folder}/package.json`, JSON.stringify({ version: '1.0.0', type: 'module', ...more }))
  manifest('.', {
    name: 'house',
    workspaces: ['lib/*', 'domain/*', 'apps/*', 'bench'],
    devDependencies: { 'fast-check': '*', typescript: '*' },
  })
  const workspaces = [
    'lib/base',
    'lib/numeric',
    'lib/formats',
    'lib/server-kit',
    'lib/web-kit',
    'lib/testkit',
    'domain/kernel',
    'domain/land',
    'domain/response',
    'apps/server',
    'apps/web',
    'apps/cli',
    'bench',
  ]
  const all = Object.fromEntries(workspaces.map((folder) => [`@dishu/${folder.split('/').at(-1)}`, '*']))
  mkdirSync(join(root, 'node_modules/@dishu'), { recursive: true })
  for (const folder of workspaces) {
    const name = folder.split('/').at(-1)
    manifest(folder, {
      name: `@dishu/${name}`,
      exports: { './*.tsx': './*.tsx', './*': './*.ts' },
      dependencies: { ...all, pg: '*', 'pg-copy-streams': '*', 'maplibre-gl': '*' },
    })
    symlinkSync(join('../..', folder), join(root, 'node_modules/@dishu', name))
  }
  for (const name of ['pg', 'pg-copy-streams', 'maplibre-gl', 'fast-check', 'undeclared']) {
    manifest(`node_modules/${name}`, { name, main: 'index.js' })
    write(`node_modules/${name}/index.js`, 'export default 1')
  }
  const lines = new Map()
  const add = (file, line) => lines.set(file, [...(lines.get(file) ?? []), ...(line ? [line] : [])])
  for (const [, file, wanted, target] of PLANTED)
    if (wanted)
      for (const each of [
        [file, `import '${wanted}'`],
        [target, null],
      ])
        add(...each)
  for (const [file, wanted, target] of PERMITTED)
    for (const each of [
      [file, `import '${wanted}'`],
      [target, null],
    ])
      add(...each)
  for (const [file, line] of Object.entries(CIRCLES)) add(file, line)
  add('domain/land/ecology/ecology.ts', null)
  for (const [file, imports] of lines)
    if (/^(lib|domain|apps|bench)\/.*\.tsx?$/.test(file)) write(file, `${imports.join('\n')}\nexport const x = 1\n`)
  write('bench/one.bench.ts', 'export const x = 1\n')
  cpSync(join(ROOT, '.dependency-cruiser.cjs'), join(root, '.dependency-cruiser.cjs'))
  return root
}

test(`${PLANTED.length} planted imports are all found, ${PERMITTED.length} permitted ones all pass`, (t) => {
  const { modules, faults } = checkImports(process.execPath, house(t), ROOT)
  assert.ok(modules > 60, `${modules} modules`)
  const found = faults.map((fault) => /^(\S+): (\S+) → (\S+)$/.exec(fault)?.slice(1) ?? [fault, '', ''])
  const isOf = (target, to) => to === target || to.includes(`node_modules/${target}/`) || to === `node:${target}`
  const missed = PLANTED.filter(
    ([rule, file, , target]) => !found.some(([name, from, to]) => name === rule && from === file && isOf(target, to)),
  )
  assert.deepEqual(missed, [], `not found; found were\n${faults.join('\n')}`)
  const stopped = PERMITTED.filter(([file, , target]) => found.some(([, from, to]) => from === file && isOf(target, to)))
  assert.deepEqual(stopped, [])
})

test('every rule has been planted against', async () => {
  const { default: rules } = await import('../.dependency-cruiser.cjs')
  const planted = new Set(PLANTED.map(([rule]) => rule))
  const untried = [...new Set(rules.forbidden.map((rule) => rule.name))].filter(
    (name) => !planted.has(name) && !['order-of-response'].includes(name),
  )
  assert.deepEqual(untried, [])
})

test('a cruise that does not see every file does not pass', (t) => {
  const root = house(t)
  const config = join(root, '.dependency-cruiser.cjs')
  writeFileSync(config, "module.exports = { forbidden: [], options: { exclude: { path: '^domain/' }, tsPreCompilationDeps: true } }")
  const { faults } = checkImports(process.execPath, root, ROOT)
  assert.match(faults.at(-1), /\d+ of \d+ source files were not seen/)
})
