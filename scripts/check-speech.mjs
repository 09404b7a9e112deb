// The project speaks of itself only: no addresses of package registries, no paths of somebody's machine, no secrets.
import { spawnSync } from 'node:child_process'
import { readFileSync, statSync } from 'node:fs'
import { join, relative } from 'node:path'
import { filesUnder } from './files.mjs'
import { ROOT } from './setup.mjs'

const PATTERNS = [
  [/https?:\/\/(?:registry\.|[\w.-]*(?:npmmirror|verdaccio|artifactory|nexus|proxy)[\w.-]*)[\w./-]*/i, 'the address of a package registry'],
  [/"resolved": "[a-z+]+:\/\/[^"]*"/, 'the address a package was loaded from'],
  [/(?<![\w.])\/(?:home|Users)\/[a-z][\w-]*\//, 'a path of somebody’s machine'],
  [/(?<![\w.])\/(?:work|workspace|mnt\/data)\/\w/, 'a path of somebody’s machine'],
  [/[A-Z]:\\\\?Users\\\\?\w/, 'a path of somebody’s machine'],
  [/-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY-----/, 'a private key'],
]
const TEXT = /\.(?:[cm]?[jt]sx?|json|sql|md|css|html|ya?ml|sh|txt|svg)$|(?:^|\/)(?:run|LICENSE|\.gitignore|\.npmrc)$/
const LONGEST = 2_000_000

/** The files git keeps or would keep; without git, all that are there. */
function files(root) {
  const told = spawnSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 1 << 26,
  })
  if (told.status === 0) return told.stdout.split('\0').filter(Boolean)
  return filesUnder(root, /./).map((file) => relative(root, file))
}

export function checkSpeech(root = ROOT) {
  const faults = []
  let count = 0
  for (const file of files(root)) {
    if (!TEXT.test(file) || file === 'scripts/check-speech.mjs' || file === 'scripts/checks.test.mjs') continue
    const path = join(root, file)
    if ((statSync(path, { throwIfNoEntry: false })?.size ?? LONGEST) >= LONGEST) continue
    count++
    const lines = readFileSync(path, 'utf8').split('\n')
    lines.forEach((line, i) => {
      for (const [pattern, what] of PATTERNS) {
        const found = pattern.exec(line)
        if (found) faults.push(`${file}:${i + 1}: ${what}: ${found[0].slice(0, 80)}`)
      }
    })
  }
  return { count, faults }
}
