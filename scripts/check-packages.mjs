// What is installed for production may be given on under Apache-2.0; what a workspace imports of another, its package.json says.
import { existsSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { filesUnder } from './files.mjs'
import { ROOT } from './setup.mjs'

const ALLOWED = new Set(
  `MIT MIT-0 ISC 0BSD BSD BSD-2-Clause BSD-3-Clause Apache-2.0 PostgreSQL OFL-1.1 CC0-1.0 CC-BY-4.0 Unlicense BlueOak-1.0.0 Zlib
  Python-2.0 BSL-1.0 WTFPL`.split(/\s+/),
)

/**
 * Packages whose metadata says less than, or something else than, their licence file; read by a person, with the reason.
 * name: [what the metadata says, why it is fine]
 */
const READ = JSON.parse(readFileSync(join(ROOT, 'scripts/licences-read.json'), 'utf8'))

/** Whether an SPDX expression can be met with allowed licences: one of those joined by OR, each of those joined by AND. */
export function isAllowed(expression) {
  const text = expression.trim()
  const outer = /^\((.*)\)$/.exec(text)
  if (outer && balanced(outer[1])) return isAllowed(outer[1])
  for (const [word, meets] of [
    [' OR ', 'some'],
    [' AND ', 'every'],
  ]) {
    const alternatives = splitOutside(text, word)
    if (alternatives.length > 1) return alternatives[meets](isAllowed)
  }
  return ALLOWED.has(text)
}

function balanced(text) {
  let depth = 0
  for (const c of text) {
    if (c === '(') depth++
    else if (c === ')' && --depth < 0) return false
  }
  return depth === 0
}

function splitOutside(text, word) {
  const found = ['']
  for (const piece of text.split(word)) {
    const last = found.at(-1)
    if (last !== '' && !balanced(last)) found[found.length - 1] = last + word + piece
    else if (last === '' && found.length === 1) found[0] = piece
    else found.push(piece)
  }
  return found
}

/** Production packages of the lock file with their licences; gives their number and those that are not allowed. */
export function checkLicences(root = ROOT) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  const faults = []
  let count = 0
  for (const [path, entry] of Object.entries(packages)) {
    if (!path.includes('node_modules/') || entry.link || entry.dev) continue
    count++
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
    const licence = entry.license ?? licenceOf(join(root, path))
    if (licence && isAllowed(licence)) continue
    if (READ[name] && READ[name][0] === (licence ?? 'none')) continue
    faults.push(`${name} ${entry.version}: licence ${licence ?? 'not stated'}`)
  }
  return { count, faults }
}

function licenceOf(folder) {
  const file = join(folder, 'package.json')
  if (!existsSync(file)) return null
  const { license, licenses } = JSON.parse(readFileSync(file, 'utf8'))
  return typeof license === 'string' ? license : (license?.type ?? licenses?.map((each) => each.type).join(' OR ') ?? null)
}

const NAME = /(?:from\s+|import\s*\(?\s*)['"](@dishu\/[a-z-]+)/g

/** Every workspace that a file imports is in its own workspace's package.json; for tests also under devDependencies. */
export function checkWorkspaces(root = ROOT) {
  const faults = new Map()
  for (const manifest of ['lib', 'domain', 'apps', 'bench'].flatMap((folder) => filesUnder(join(root, folder), /\/package\.json$/))) {
    const folder = manifest.slice(0, -'/package.json'.length)
    const { name, dependencies = {}, devDependencies = {} } = JSON.parse(readFileSync(manifest, 'utf8'))
    for (const file of filesUnder(folder, /\.tsx?$/)) {
      const isTest = /\.(test|testing|bench)\.tsx?$|\/fixtures\//.test(file)
      for (const [, wanted] of readFileSync(file, 'utf8').matchAll(NAME)) {
        if (wanted === name || dependencies[wanted] || (isTest && (devDependencies[wanted] || wanted === '@dishu/testkit'))) continue
        const key = `${relative(root, manifest)}: ${wanted}`
        if (!faults.has(key)) faults.set(key, `${key} is imported (${relative(root, file)}) and not declared`)
      }
    }
  }
  return [...faults.values()]
}
