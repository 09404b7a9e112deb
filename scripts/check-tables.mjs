// A slice writes its own tables and reads its neighbours' only through their published `…_now` views.
import { readFileSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { filesUnder } from './files.mjs'
import { ROOT } from './setup.mjs'

/**
 * `migrations` and `stores` as { file, text }; a store's slice is its `floor/slice`. Gives how many tables there are, and the faults.
 * Words of SQL and of functions (`unnest`, `lateral`, a `with` name) have no schema and are not meant.
 */
export function checkTables(migrations, stores) {
  const owners = new Map()
  const faults = []
  for (const { file, text } of migrations) {
    const owner = /^-- owner: (\S+)$/m.exec(text)?.[1]
    if (!owner) faults.push(`${file}: no line "-- owner: floor/slice"`)
    for (const [, table] of bare(text).matchAll(
      /\bcreate\s+(?:or\s+replace\s+)?(?:unlogged\s+)?(?:table|view|materialized\s+view|function|sequence)\s+(?:if\s+not\s+exists\s+)?([a-z_]+\.[a-z_0-9]+)/gi,
    )) {
      if (owners.has(table) && owners.get(table) !== owner) faults.push(`${file}: ${table} already belongs to ${owners.get(table)}`)
      owners.set(table, owner)
    }
  }
  for (const { file, slice, text } of stores) {
    for (const [, verb, table, bracket] of sqlOf(text).matchAll(
      /\b(from|join|into|update|copy|truncate|using)\s+(?:only\s+)?([a-z_]+\.[a-z_0-9]+)\b(\s*\()?/gi,
    )) {
      if (/^(pg_catalog|information_schema)\./.test(table)) continue
      const owner = owners.get(table)
      const reads = /^(from|join|using)$/i.test(verb)
      if (bracket && reads) continue // a function
      if (owner === slice || (owner && reads && table.endsWith('_now'))) continue
      faults.push(`${file}: ${verb} ${table}, which ${owner ? `belongs to ${owner}` : 'no migration creates'}`)
    }
  }
  return { tables: owners.size, faults }
}

const bare = (text) => text.replace(/--[^\n]*/g, '').replace(/\/\*[\s\S]*?\*\//g, '')

/** What stands in templates and quotes of a store: its SQL. Comments and imports around it may say "from …" in plain words. */
function sqlOf(text) {
  const code = text
    .replace(/\/\*[\s\S]*?\*\//g, '')
    .replace(/^\s*\/\/[^\n]*/gm, '')
    .replace(/^import [^\n]*/gm, '')
  return [...code.matchAll(/`[^`]*`|'[^'\n]*'/g)].map(([piece]) => bare(piece)).join('\n')
}

export function readTables(root = ROOT) {
  const read = (file) => ({ file: relative(root, file), text: readFileSync(file, 'utf8') })
  const migrations = filesUnder(join(root, 'apps/server/migrations'), /\.sql$/).map(read)
  const stores = filesUnder(join(root, 'domain'), /\.store\.ts$/).map((file) => ({
    ...read(file),
    slice: relative(join(root, 'domain'), file).split(/[\\/]/).slice(0, 2).join('/'),
  }))
  return { migrations, stores }
}

if (process.argv[1] && basename(process.argv[1]) === basename(fileURLToPath(import.meta.url))) {
  const { migrations, stores } = readTables()
  const { tables, faults } = checkTables(migrations, stores)
  for (const fault of faults) console.error(fault)
  console.log(`${tables} tables, views and functions; ${stores.length} stores; ${faults.length} reached past their owner`)
  process.exitCode = faults.length ? 1 : 0
}
