// What every command does first, on Node 20 or newer: the packages as the lock file says, and a Node that runs TypeScript.
import { spawn, spawnSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { constants } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)))
const STAMP = join(ROOT, 'node_modules', '.dishu-lock')

export const say = (line) => console.log(`dishu: ${line}`)

/** Installs the packages when those on the disk are not the lock file's. Gives the path of a Node that runs the sources. */
export function setup() {
  const lock = createHash('sha256')
    .update(readFileSync(join(ROOT, 'package-lock.json')))
    .digest('hex')
  if (!existsSync(STAMP) || readFileSync(STAMP, 'utf8') !== lock) install(lock)
  return nodeForSources()
}

function install(lock) {
  if (isInstalled()) {
    writeFileSync(STAMP, lock)
    return
  }
  say('installing the packages of package-lock.json (npm ci); this takes a minute the first time')
  const began = Date.now()
  const npm = process.env.npm_execpath
  const [command, ...before] = npm?.endsWith('.js') ? [process.execPath, npm] : [process.platform === 'win32' ? 'npm.cmd' : 'npm']
  const told = spawnSync(command, [...before, 'ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: ROOT,
    stdio: ['ignore', 'inherit', 'inherit'],
    shell: process.platform === 'win32' && !npm,
    env: { ...process.env, npm_config_engine_strict: 'false' },
  })
  if (told.status !== 0) {
    console.error('dishu: npm ci did not finish; its own lines above say why (no network, a proxy, a registry without a package)')
    process.exit(1)
  }
  writeFileSync(STAMP, lock)
  say(`packages installed in ${Math.round((Date.now() - began) / 1000)} s`)
}

/** npm's own record of what it installed, compared with the lock file; optional packages of other systems may be missing. */
function isInstalled() {
  const record = join(ROOT, 'node_modules', '.package-lock.json')
  if (!existsSync(record)) return false
  const installed = JSON.parse(readFileSync(record, 'utf8')).packages
  const wanted = JSON.parse(readFileSync(join(ROOT, 'package-lock.json'), 'utf8')).packages
  return Object.entries(wanted).every(([path, { version, optional, link }]) => {
    if (!path.startsWith('node_modules/')) return true
    const found = installed[path]
    return found ? link || found.version === version : Boolean(optional)
  })
}

/** Node 24 from the packages where there is one for this system; else the Node that is running, when it is new enough. */
export function nodeForSources() {
  const system = `${process.platform === 'win32' ? 'win' : process.platform}-${process.arch}`
  const packaged = join(ROOT, 'node_modules', `node-${system}`, 'bin', process.platform === 'win32' ? 'node.exe' : 'node')
  if (existsSync(packaged)) return packaged
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major > 22 || (major === 22 && minor >= 18)) return process.execPath
  console.error(
    `dishu: Node ${process.versions.node} does not run TypeScript, and there is no packaged Node for ${system}; install Node 22.18 or newer`,
  )
  process.exit(1)
}

/** Runs a program in the foreground, hands signals on to it, and gives its exit code. */
export function run(command, args, options = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: 'inherit', cwd: process.cwd(), ...options })
    // Ctrl-C reaches the child by itself (one process group); it decides when to end, and we end with it.
    const onInterrupt = () => {}
    const onEnd = (signal) => child.kill(signal)
    process.on('SIGINT', onInterrupt)
    process.on('SIGTERM', onEnd)
    process.on('SIGHUP', onEnd)
    child.once('error', reject)
    child.once('exit', (code, signal) => {
      process.removeListener('SIGINT', onInterrupt)
      process.removeListener('SIGTERM', onEnd)
      process.removeListener('SIGHUP', onEnd)
      resolve(code ?? 128 + (constants.signals[signal] ?? 0))
    })
  })
}

/** Environment in which `node` is the one that runs the sources, for tools that look it up. */
export const environmentFor = (node) => ({
  ...process.env,
  // compiled code is kept beside the packages it comes from: a command starts half a second sooner
  NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE ?? join(ROOT, 'node_modules', '.cache', 'compile'),
  PATH: `${dirname(node)}${process.platform === 'win32' ? ';' : ':'}${process.env.PATH ?? ''}`,
})

/** A script that needs the newer Node begins with this: runs itself again under it where it is not yet. */
export async function underNode(node, script) {
  const [major, minor] = process.versions.node.split('.').map(Number)
  if (major >= 24 || node === process.execPath || (major === 22 && minor >= 18 && !existsSync(node))) return
  process.exit(await run(node, [script, ...process.argv.slice(2)], { env: environmentFor(node) }))
}
