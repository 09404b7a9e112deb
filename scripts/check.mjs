// `npm run check`: everything that can be said about the sources without running them. One line a check, with its time;
// `npm run check -- types imports` runs only those named.
import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { checkImports } from './check-imports.mjs'
import { checkLicences, checkWorkspaces } from './check-packages.mjs'
import { checkRegexes } from './check-regexes.mjs'
import { checkScale } from './check-scale.mjs'
import { checkSpeech } from './check-speech.mjs'
import { checkTables, readTables } from './check-tables.mjs'
import { environmentFor, ROOT, setup } from './setup.mjs'

const node = setup()

/** Runs a tool of node_modules; its lines are shown when it is not content. */
function tool(path, args, quiet = () => '') {
  const told = spawnSync(node, [join(ROOT, 'node_modules', path), ...args], {
    cwd: ROOT,
    encoding: 'utf8',
    env: { ...environmentFor(node), NO_COLOR: '1' },
    maxBuffer: 1 << 28,
  })
  const output = `${told.stdout ?? ''}${told.stderr ?? ''}`.trim()
  return told.status === 0
    ? { fact: quiet(output), faults: [] }
    : { fact: '', faults: output === '' ? [`ended with ${told.status ?? told.signal}`] : output.split('\n') }
}

const CHECKS = {
  types: () => tool('typescript-7/bin/tsc', ['--noEmit', '-p', '.']),
  format: () =>
    tool(
      '@biomejs/biome/bin/biome',
      ['ci', '--colors=off', '--reporter=concise', '--diagnostic-level=warn', '--max-diagnostics=100', '.'],
      (output) => /Checked \d+ files/.exec(output)?.[0].toLowerCase() ?? '',
    ),
  imports: () => {
    const { modules, imports, faults } = checkImports(node)
    return { fact: `${modules} modules, ${imports} imports`, faults: [...faults, ...checkWorkspaces()] }
  },
  tables: () => {
    const { migrations, stores } = readTables()
    const { tables, faults } = checkTables(migrations, stores)
    return { fact: `${tables} tables, views and functions in ${migrations.length} migrations, ${stores.length} stores`, faults }
  },
  scale: () => {
    const { migrations, stores } = readTables()
    const { distributed, tables, faults } = checkScale(migrations, stores)
    return { fact: `${distributed} of ${tables} tables distribute by county`, faults }
  },
  unused: () => tool('knip/bin/knip.js', ['--include-entry-exports', '--no-progress', '--no-config-hints']),
  licences: () => {
    const { count, faults } = checkLicences()
    return { fact: `${count} packages`, faults }
  },
  regexes: () => checkRegexes(),
  speech: () => {
    const { count, faults } = checkSpeech()
    return { fact: `${count} files`, faults }
  },
}

const asked = process.argv.slice(2)
const unknown = asked.filter((name) => !Object.hasOwn(CHECKS, name))
if (unknown.length > 0) {
  console.error(`there is no check ${unknown.join(', ')}; there are: ${Object.keys(CHECKS).join(' ')}`)
  process.exit(2)
}
let failed = 0
for (const name of asked.length > 0 ? asked : Object.keys(CHECKS)) {
  const began = performance.now()
  const { fact, faults } = CHECKS[name]()
  const seconds = `${((performance.now() - began) / 1000).toFixed(1)} s`
  console.log(`check ${name.padEnd(9)} ${faults.length === 0 ? 'ok    ' : 'FAILED'} ${seconds.padStart(7)}  ${fact}`)
  for (const fault of faults.slice(0, 60)) console.log(`    ${fault}`)
  if (faults.length > 60) console.log(`    … and ${faults.length - 60} lines more`)
  if (faults.length > 0) failed++
}
console.log(failed === 0 ? 'all checks passed' : `${failed} ${failed === 1 ? 'check' : 'checks'} failed`)
process.exitCode = failed === 0 ? 0 : 1
