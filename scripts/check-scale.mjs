// What the tables must keep so that they distribute by county over many machines unchanged (docs/scale.md): a test on the SQL.
import { basename } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readTables } from './check-tables.mjs'

const COUNTY = /^(county|county_code)$/
const EXTENSIONS = new Set(['btree_gist', 'ltree', 'pg_trgm', 'pgcrypto']) // they come with every PostgreSQL
const VOLATILE =
  /\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|random|gen_random_uuid|uuidv[47]|nextval|timeofday)\s*\(|\bcurrent_(?:timestamp|date|time)\b|\blocaltimestamp\b/i

const words = (list) => list.split(',').map((word) => word.trim().replaceAll('"', '').toLowerCase())

/**
 * Comments out, string literals and function bodies kept as empty strings, so that commas and brackets in them do not count.
 * One pass, since a comment may hold a quote and a quote two dashes.
 */
const bare = (text) =>
  text.replace(/\$([a-z_]*)\$[\s\S]*?\$\1\$|'(?:[^']|'')*'|--[^\n]*|\/\*[\s\S]*?\*\//gi, (piece) =>
    piece.startsWith('-') || piece.startsWith('/') ? ' ' : "''",
  )

/** Splits at commas (or another mark) that stand outside brackets. */
function parts(text, mark = ',') {
  const found = []
  let depth = 0
  let from = 0
  for (let i = 0; i < text.length; i++) {
    if (text[i] === '(') depth++
    else if (text[i] === ')') depth--
    else if (text[i] === mark && depth === 0) {
      found.push(text.slice(from, i))
      from = i + 1
    }
  }
  found.push(text.slice(from))
  return found.map((part) => part.trim()).filter(Boolean)
}

/** The text inside the bracket that opens at `open`. */
function inside(text, open) {
  let depth = 0
  for (let i = open; i < text.length; i++) {
    if (text[i] === '(') depth++
    else if (text[i] === ')' && --depth === 0) return text.slice(open + 1, i)
  }
  return text.slice(open + 1)
}

function readTable(statement) {
  const head = /^create\s+(?:unlogged\s+)?table\s+(?:if\s+not\s+exists\s+)?("?[\w.]+"?)\s*\(/i.exec(statement)
  if (!head) return null
  const table = { name: head[1].toLowerCase(), columns: new Map(), keys: [], foreign: [], checks: [] }
  for (const part of parts(inside(statement, head[0].length - 1))) {
    if (/^(constraint|primary|unique|foreign|exclude|check)\b/i.test(part)) readConstraint(table, part)
    else if (!/^like\b/i.test(part)) readColumn(table, part)
  }
  return table
}

function readColumn(table, part) {
  const [, name, rest] = /^"?(\w+)"?\s*([\s\S]*)$/.exec(part)
  table.columns.set(name.toLowerCase(), rest)
  if (/\bprimary\s+key\b/i.test(rest)) table.keys.push({ kind: 'primary key', columns: [name] })
  if (/\bunique\b/i.test(rest)) table.keys.push({ kind: 'unique', columns: [name] })
  const target = /\breferences\s+([\w.]+)/i.exec(rest)
  if (target) table.foreign.push({ columns: [name], target: target[1].toLowerCase() })
}

function readConstraint(table, part) {
  const key = /\b(primary\s+key|unique)(?:\s+nulls\s+not\s+distinct)?\s*\(([^)]*)\)/i.exec(part)
  if (key) table.keys.push({ kind: key[1].replace(/\s+/g, ' ').toLowerCase(), columns: words(key[2]) })
  const excluded = /\bexclude\s+(?:using\s+\w+\s*)?\(/i.exec(part)
  if (excluded) {
    const list = parts(inside(part, excluded.index + excluded[0].length - 1)).map((each) => each.split(/\s+/)[0].toLowerCase())
    table.keys.push({ kind: 'exclude', columns: list })
  }
  const foreign = /\bforeign\s+key\s*\(([^)]*)\)\s*references\s+([\w.]+)/i.exec(part)
  if (foreign) table.foreign.push({ columns: words(foreign[1]), target: foreign[2].toLowerCase() })
}

/** `migrations` and `stores` as { file, text }. Gives the number of tables with a county, and the faults. */
export function checkScale(migrations, stores) {
  const faults = []
  const tables = new Map()
  const statements = migrations.flatMap(({ file, text }) => parts(bare(text), ';').map((statement) => ({ file, statement })))
  for (const { file, statement } of statements) {
    const table = readTable(statement)
    if (table) tables.set(table.name, { ...table, file })
  }
  const countyOf = (table) => [...table.columns.keys()].find((name) => COUNTY.test(name))

  for (const { file, statement } of statements) {
    const fault = (text) => faults.push(`${file}: ${text}`)
    const alters = /^alter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?([\w.]+)\s+([\s\S]*)$/i.exec(statement)
    const altered = alters && tables.get(alters[1].toLowerCase())
    if (/^create\s+(?:or\s+replace\s+)?(?:constraint\s+)?trigger\b/i.test(statement))
      fault('a trigger: a constraint, a function or the program holds what must hold')
    if (/^create\s+domain\b/i.test(statement)) fault('a domain: write its type and a check')
    if (/^create\s+rule\b/i.test(statement)) fault('a rule')
    if (/\bmerge\s+into\b/i.test(statement)) fault('merge: use insert … on conflict')
    if (/\bon\s+(?:delete|update)\s+set\s+(?:null|default)\b/i.test(statement)) fault('"set null" or "set default" in a foreign key')
    if (/\bforce\s+row\s+level\s+security\b/i.test(statement)) fault('force row level security: the program’s role owns nothing instead')
    if (/\brename\s+constraint\b/i.test(statement)) fault('a renamed constraint: its name is final')
    const extension = /^create\s+extension\s+(?:if\s+not\s+exists\s+)?"?(\w+)/i.exec(statement)?.[1]
    if (extension && !EXTENSIONS.has(extension)) fault(`extension ${extension}, which not every PostgreSQL has`)
    const index =
      /^create\s+unique\s+index\s+(?:if\s+not\s+exists\s+)?(?:\w+\s+)?on\s+(?:only\s+)?([\w.]+)\s*(?:using\s+\w+\s*)?\(([^)]*)\)/i.exec(
        statement,
      )
    if (index) tables.get(index[1].toLowerCase())?.keys.push({ kind: 'unique index', columns: words(index[2]) })
    if (altered) {
      if (/\badd\s+(?:column\s+)?[\s\S]*\b(?:small|big)?serial\b|\bas\s+identity\b/i.test(alters[2]))
        fault(`${alters[1]}: serial or identity added later`)
      if (/\b(?:alter|rename|drop)\s+(?:column\s+)?"?(?:county|county_code)\b/i.test(alters[2]))
        fault(`${alters[1]}: its county column is changed`)
      for (const part of parts(alters[2])) readConstraint(altered, part)
    }
  }

  for (const table of tables.values()) {
    const fault = (text) => faults.push(`${table.file}: ${table.name}: ${text}`)
    const county = countyOf(table)
    if (!table.keys.some((key) => key.kind === 'primary key')) fault('no primary key')
    for (const [name, rest] of table.columns)
      if (/\bas\s*\(/i.test(rest) && /\bgenerated\b/i.test(rest) && !/\bstored\b/i.test(rest))
        fault(`${name} is generated and must say "stored"`)
    for (const { columns, target } of table.foreign) {
      const found = tables.get(target)
      const targetCounty = found && countyOf(found)
      if (!county && targetCounty) fault(`a foreign key to ${target}, which has a county and this has not`)
      if (county && targetCounty && !columns.includes(county)) fault(`the foreign key to ${target} lacks the county`)
    }
    if (!county) continue
    const type = table.columns.get(county)
    if (!/^text\b/i.test(type)) fault(`${county} must be text, not ${type.split(/\s/)[0]}`)
    if (!/\bcollate\s+"?C"?/i.test(type)) fault(`${county} must be collate "C"`)
    const inPrimary = table.keys.some((key) => key.kind === 'primary key' && key.columns.includes(county))
    if (!/\bnot\s+null\b/i.test(type) && !inPrimary) fault(`${county} must be not null`)
    for (const { kind, columns } of table.keys)
      if (columns[0]?.toLowerCase() !== county) fault(`${kind} (${columns.join(', ')}) must begin with ${county}`)
    for (const [name, rest] of table.columns) {
      if (/^(small|big)?serial\b/i.test(rest) || /\bas\s+identity\b/i.test(rest))
        fault(`${name} is serial or identity: ids are given by the program`)
      const given = /\bdefault\b([\s\S]*)/i.exec(rest)?.[1] ?? ''
      if (VOLATILE.test(given)) fault(`${name} has a default that differs from machine to machine: times and ids come as parameters`)
    }
  }

  for (const { file, text } of stores) {
    const sql = [
      ...text
        .replace(/\/\*[\s\S]*?\*\//g, '')
        .replace(/^\s*\/\/[^\n]*/gm, '')
        .matchAll(/`[^`]*`/g),
    ]
      .map(([piece]) => bare(piece))
      .join('\n')
    const say = (text) => faults.push(`${file}: ${text}`)
    if (/\b(?:grouping\s+sets|cube\s*\(|rollup\s*\()/i.test(sql)) say('grouping sets, cube or rollup: add up in the program')
    if (/\bwith\s+recursive\b/i.test(sql)) say('a recursive query')
    if (/\bmerge\s+into\b/i.test(sql)) say('merge')
    const found = VOLATILE.exec(sql)
    if (found) say(`${found[0].trim()}: times and ids come as parameters`)
    if (/\bset\s+(?:county|county_code)\s*=/i.test(sql)) say('a row never changes its county')
  }
  return { distributed: [...tables.values()].filter(countyOf).length, tables: tables.size, faults }
}

if (process.argv[1] && basename(process.argv[1]) === basename(fileURLToPath(import.meta.url))) {
  const { migrations, stores } = readTables()
  const { distributed, tables, faults } = checkScale(migrations, stores)
  for (const fault of faults) console.error(fault)
  console.log(`${tables} tables, ${distributed} of them with a county; ${faults.length} would not distribute`)
  process.exitCode = faults.length ? 1 : 0
}
