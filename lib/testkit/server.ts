/** The PostgreSQL of a test run: the embedded one, or that of an installation (`bin`), in a folder that is thrown away. */
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmodSync, chownSync, mkdirSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { engineEnvironment, engineUser } from '@dishu/server-kit/cluster-engine'
import { settings } from '@dishu/server-kit/cluster-settings'
import { openCluster, openDatabase } from '@dishu/server-kit/embedded'

export type TestServer = { readonly url: string; stop(): Promise<void> }

export async function startTestServer(dataDir: string, bin?: string): Promise<TestServer> {
  mkdirSync(dataDir, { recursive: true })
  chmodSync(dirname(dataDir), 0o711) // PostgreSQL's user has to pass through
  if (bin) return startInstalled(dataDir, bin)
  const cluster = await openCluster({ dataDir, role: 'tests', durable: false })
  if (!cluster.ok) throw new Error(`the test database does not start: ${JSON.stringify(cluster.refusal)}`)
  return { url: cluster.value.url('postgres'), stop: cluster.value.stop }
}

/** `bin` holds `initdb` and `postgres` of an installed version. */
async function startInstalled(dataDir: string, bin: string): Promise<TestServer> {
  const user = engineUser()
  if (!user.ok) throw new Error(JSON.stringify(user.refusal))
  if (user.value) chownSync(dataDir, user.value.uid, user.value.gid)
  const folder = join(dataDir, 'pg')
  const as = { ...user.value, cwd: '/', env: engineEnvironment() }
  const made = spawnSync(join(bin, 'initdb'), ['-D', folder, '-U', 'dishu', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '-N'], {
    ...as,
    encoding: 'utf8',
  })
  if (made.status !== 0) throw new Error(`initdb: ${made.stderr}`)
  // one value after the other on the command line: the settings of the embedded one, as far as the older version has them
  const flags = settings({ durable: false })
    .split('\n')
    .filter((line) => line.includes(' = '))
    .flatMap((line) => [
      '-c',
      line
        .replace(' = ', '=')
        .replaceAll("'", '')
        .replace(/\s+#.*$/, ''),
    ])
  const child = spawn(
    join(bin, 'postgres'),
    ['-D', folder, ...flags, '-c', `unix_socket_directories=${dataDir}`, '-c', 'listen_addresses='],
    { ...as, stdio: 'ignore', detached: true },
  )
  const ended = once(child, 'exit')
  child.unref()
  const url = `postgresql://dishu@/postgres?host=${encodeURIComponent(dataDir)}`
  const stop = async () => {
    child.ref()
    child.kill('SIGINT')
    await ended
  }
  process.once('exit', () => child.exitCode ?? child.kill('SIGQUIT'))
  for (const until = Date.now() + 20_000; Date.now() < until; ) {
    const opened = await openDatabase({ dataDir, role: 'cli', ownUrl: url })
    if (opened.ok) return { url, stop }
    if (child.exitCode !== null) break
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  throw new Error(`the PostgreSQL of ${bin} does not start`)
}
