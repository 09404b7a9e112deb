/** What this machine offers to fence in a process, found out once. */
import { spawnSync } from 'node:child_process'
import { dirname, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Where our code lies: this package, the workspaces it may import, and the installed packages. */
const PROJECT = resolve(dirname(fileURLToPath(import.meta.url)), '../../..')

let found: { readonly network: readonly string[] | null; readonly cpu: boolean } | null = null

/**
 * `network`: the command that runs another without any network (a namespace of its own, util-linux `unshare`), null where the
 * system does not allow it. `cpu`: whether `prlimit` is there, so that the kernel itself ends a process that outlives us.
 */
export function fences() {
  if (found) return found
  const runs = (command: readonly string[]) => {
    const [program, ...rest] = command
    return spawnSync(program, [...rest, 'true'], { stdio: 'ignore', timeout: 5000 }).status === 0
  }
  const linux = process.platform === 'linux'
  // what most machines have, found by one process instead of two
  if (linux && runs(['prlimit', '--core=0', 'unshare', '-rn'])) {
    found = { network: ['unshare', '-rn'], cpu: true }
    return found
  }
  const network = linux
    ? ([
        ['unshare', '-rn'],
        ['unshare', '-n'],
      ].find(runs) ?? null)
    : null
  found = { network, cpu: linux && runs(['prlimit', '--core=0']) }
  return found
}

/** Arguments for Node that leave it the code, the files named and one folder to write in, and nothing else. */
export function permissions(files: readonly string[], scratch: string): string[] {
  const readable = [`${PROJECT}/lib/*`, `${PROJECT}/node_modules/*`, `${PROJECT}/package.json`, ...files, scratch, `${scratch}/*`]
  return [
    '--permission',
    ...readable.map((path) => `--allow-fs-read=${path}`),
    `--allow-fs-write=${scratch}`,
    `--allow-fs-write=${scratch}/*`,
  ]
}

export const CHILD = `${PROJECT}/lib/formats/sandbox/child.ts`
