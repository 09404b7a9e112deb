// No regular expression of ours can be made to hang: each literal of the program is held to be linear, or harmless on what it is given.
// An expression that reads what strangers write must be safe; a polynomial one is named below with what bounds its input.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { checkSync } from 'recheck'
import ts from 'typescript'
import { filesUnder } from './files.mjs'
import { ROOT } from './setup.mjs'

/** What was found, by the expression; found again it need not be asked again. Beside the installed packages, since it is nobody's to read. */
const KEPT = join(ROOT, 'node_modules/.cache-regexes.json')
const NOTES = join(ROOT, 'scripts/regexes-read.json')

/** Every literal of the sources that run: text -> places. */
function literals(root) {
  const found = new Map()
  for (const file of ['lib', 'domain', 'apps'].flatMap((folder) => filesUnder(join(root, folder), /\.tsx?$/))) {
    if (/\.test\.tsx?$|\.testing\.ts$|\/testkit\/|\/dist\//.test(file)) continue
    const text = readFileSync(file, 'utf8')
    if (!text.includes('/')) continue
    const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, false, file.endsWith('x') ? ts.ScriptKind.TSX : ts.ScriptKind.TS)
    const visit = (node) => {
      if (node.kind === ts.SyntaxKind.RegularExpressionLiteral) {
        const line = source.getLineAndCharacterOfPosition(node.getStart(source)).line + 1
        const literal = node.getText(source)
        found.set(literal, [...(found.get(literal) ?? []), `${relative(root, file)}:${line}`])
      }
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  return found
}

export function checkRegexes(root = ROOT) {
  const found = literals(root)
  const known = existsSync(KEPT) ? JSON.parse(readFileSync(KEPT, 'utf8')) : {}
  const notes = existsSync(NOTES) ? JSON.parse(readFileSync(NOTES, 'utf8')) : {}
  const faults = []
  const kept = {}
  for (const [literal, places] of found) {
    const key = createHash('sha256').update(literal).digest('base64url').slice(0, 22)
    const end = literal.lastIndexOf('/')
    kept[key] = known[key] ?? statusOf(literal.slice(1, end), literal.slice(end + 1))
    if (kept[key] === 'safe' || notes[literal]) continue
    faults.push(`${places[0]}: ${literal} is ${kept[key]}; write it otherwise, or note in scripts/regexes-read.json what bounds its input`)
  }
  for (const literal of Object.keys(notes))
    if (!found.has(literal)) faults.push(`scripts/regexes-read.json speaks of ${literal}, which is not there`)
  writeFileSync(KEPT, JSON.stringify(kept))
  return { fact: `${found.size} expressions, ${Object.keys(notes).length} of them read by a person`, faults }
}

function statusOf(source, flags) {
  // `v` and `d` change nothing about how long it takes; the checker knows neither
  const { status, complexity, error } = checkSync(source, flags.replaceAll(/[dv]/g, ''), { timeout: 4000, checker: 'automaton' })
  if (status === 'safe') return 'safe'
  if (status === 'vulnerable') return `vulnerable (${complexity?.summary ?? complexity?.type})`
  return `not judged (${error?.kind ?? 'unknown'})`
}
