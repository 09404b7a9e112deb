// Writes those parts of docs/ that are tables of what the program holds as data: rules, grading, standards, sentences. `--check` writes nothing and ends with 1
// where a file is out of date. A part stands between `<!-- begin NAME -->` and `<!-- end NAME -->`; everything around it is written by hand.

import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { nodeForSources, ROOT, underNode } from './setup.mjs'

const CHECK = process.argv.includes('--check')
await underNode(nodeForSources(), fileURLToPath(import.meta.url))

const { COMMANDS } = await import('../apps/cli/commands.ts')
const { ROUTES, TABLES } = await import('../apps/server/access.ts')
const { KINDS, STANDARDS } = await import('../apps/server/parts.ts')
const { knownCodes, say } = await import('../apps/server/sentences.ts')
const { CATALOGUE, GROUNDS, PURPOSES } = await import('../domain/kernel/sealed/catalogue.data.ts')
const { INDICES } = await import('../domain/land/imagery/indices.data.ts')
const { POWERS, ROLES, SIGN_IN_LIMITS } = await import('../domain/kernel/people/roles.data.ts')
const { RULES } = await import('../domain/land/quality/rules.data.ts')
const { ECE_CONVERSIONS } = await import('../domain/land/soil/conversions.ts')
const { SCHEMES } = await import('../domain/land/soil/schemes.data.ts')

const cell = (text) => String(text).replaceAll('|', '\\|').replaceAll('\n', ' ')
const table = (head, rows) => [
  `| ${head.join(' | ')} |`,
  `|${head.map(() => '---').join('|')}|`,
  ...rows.map((row) => `| ${row.map(cell).join(' | ')} |`),
]
const code = (text) => `\`${text}\``

/** Rows under a heading for each of their groups, in the order of the first of each. */
function grouped(rows, groupOf, body) {
  const groups = new Map()
  for (const row of rows) groups.set(groupOf(row), [...(groups.get(groupOf(row)) ?? []), row])
  return [...groups].flatMap(([group, own]) => [`### ${group}`, '', ...body(own), '']).slice(0, -1)
}

function rules() {
  const numbers = (parameters) =>
    Object.entries(parameters)
      .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(', ') : value}`)
      .join('; ')
  const spanOf = ({ validFrom, validTo }) => (validFrom === null && validTo === null ? 'always' : `${validFrom ?? '…'} – ${validTo ?? '…'}`)
  return [
    `${RULES.length} rules.`,
    '',
    ...grouped(
      RULES,
      ({ id }) => id.split('/')[0],
      (own) =>
        table(
          ['rule', '中文', 'English', 'severity', 'numbers', 'source', 'mark', 'in force'],
          own.map((rule) => [
            code(rule.id),
            rule.zh,
            rule.en,
            rule.severity,
            numbers(rule.parameters),
            rule.source,
            rule.mark,
            spanOf(rule),
          ]),
        ),
    ),
  ]
}

function schemes() {
  const bounds = ({ limits }) => {
    const { light, moderate, heavy, extreme, above } = limits
    return [`< ${light}`, `${light} –`, `${moderate} –`, `${heavy} –`, `${above ? '>' : '≥'} ${extreme}`]
  }
  return table(
    [
      'scheme',
      '中文',
      'English',
      'region',
      'indicator',
      'none',
      'light',
      'moderate',
      'heavy',
      'extreme',
      'source',
      'mark',
      'read on',
      'note',
    ],
    SCHEMES.flatMap((scheme) =>
      scheme.indicators.map((indicator, i) => [
        ...(i === 0 ? [code(scheme.id), scheme.zh, scheme.en, scheme.region] : ['', '', '', '']),
        `${indicator.name}, ${indicator.unit}`,
        ...bounds(indicator),
        ...(i === 0 ? [scheme.source, scheme.mark, scheme.readOn, scheme.note] : ['', '', '', '']),
      ]),
    ),
  )
}

const conversions = () =>
  table(
    ['conversion', 'extract', 'ECe, dS/m', 'from x', 'to x', 'region', 'source', 'mark'],
    ECE_CONVERSIONS.map(({ id, extract, formula, from, to, region, source, mark }) => [
      code(id),
      extract,
      formula,
      Number(from.toFixed(4)),
      to ?? 'not stated',
      region,
      source,
      mark,
    ]),
  )

const standards = () =>
  table(
    ['standard', '`--as`', '中文', 'English', 'outlines', 'register rows', 'needs', 'knows'],
    STANDARDS.map(({ id, as, name, geometry, kinds, fields }) => [
      code(id),
      as,
      name.zh,
      name.en,
      geometry,
      kinds.map((kind) => code(kind.name)).join(' '),
      fields
        .filter(({ required }) => required)
        .map((field) => code(field.name))
        .join(' '),
      `${fields.length} fields`,
    ]),
  )

const kinds = () =>
  table(
    ['kind', 'table', 'found again by', 'derived'],
    KINDS.map(({ name, table: own, key, derived }) => [code(name), code(own), key.map(code).join(' '), derived ? 'yes' : '']),
  )

/** The codes of refusals with their sentences; every detail stands as its name in pointed brackets. */
function refusals() {
  const codes = [...new Set(knownCodes())].sort()
  return [
    `${codes.length} codes.`,
    '',
    ...grouped(
      codes,
      (each) => each.split('/')[0],
      (own) =>
        table(
          ['code', '中文', 'English'],
          own.map((each) => [code(each), sentence(each, 'zh'), sentence(each, 'en')]),
        ),
    ),
  ]
}

/** For sentences that look a detail up in a list: one word of it, and what then stands for all of them. */
const WORDS = { format: ['shapefile', /shapefile/gi], what: ['rows', null] }

function sentence(refusal, language) {
  const own = Object.fromEntries(Object.entries(WORDS).map(([name, [word]]) => [name, word]))
  const attempts = [{}, own]
  for (const words of attempts) {
    const details = new Proxy({}, { get: (_, name) => (Object.hasOwn(words, name) ? words[name] : placeholder(name)) })
    try {
      const { message, hint } = say({ code: refusal, details }, language)
      let text = `${message}${hint ? `<br>${hint}` : ''}`.replaceAll(/NaN|‹›/g, '‹…›')
      for (const name of Object.keys(words)) if (WORDS[name][1]) text = text.replaceAll(WORDS[name][1], `‹${name}›`)
      return text
    } catch (cause) {
      if (words === own)
        throw new Error(`the sentence of ${refusal} looks a detail up; name a word for it in WORDS of scripts/write-docs.mjs`, { cause })
    }
  }
}

/**
 * Stands for any detail: as text it is its own name, and what is asked of it (a rounded figure, a list's length, the first item) is named alike.
 * As a number it is none, and shows as ‹…›.
 */
function placeholder(name) {
  const say = `‹${name}›`
  const methods = {
    map: (each) => [each(placeholder(name), 0)],
    filter: () => placeholder(name),
    slice: () => placeholder(name),
    some: () => false,
    every: () => true,
    includes: () => false,
    [Symbol.iterator]: function* () {
      yield placeholder(name)
    },
    [Symbol.toPrimitive]: (hint) => (hint === 'string' ? say : Number.NaN),
  }
  return new Proxy(() => say, {
    get: (_, property) => {
      if (property in methods) return methods[property]
      if (typeof property === 'symbol') return undefined
      if (/^(to[A-Z]\w*|join|replace\w*|trim|at|padStart|normalize)$/.test(property)) return () => say
      return placeholder(property === 'length' || /^\d+$/.test(property) ? name : property)
    },
  })
}

const indices = () => [
  '| index | formula | name | usual range | source | elsewhere |',
  '|---|---|---|---|---|---|',
  ...INDICES.map(
    ({ id, formula, zh, en, range, source, elsewhere }) =>
      `| ${id} | \`${formula}\` | ${zh}; ${en} | ${range[0]} … ${range[1]} | ${source} | ${elsewhere} |`,
  ),
]

function personal() {
  return [
    ...table(
      ['field', '中文', 'English', 'purpose', 'ground', 'kept after the last row has ended', 'sort', 'mark'],
      Object.entries(CATALOGUE).map(([field, { zh, en, purpose, basis, keepYears, sensitivity, mark }]) => [
        code(field),
        zh,
        en,
        `${purpose.zh}; ${purpose.en}`,
        `${GROUNDS[basis].zh}; ${GROUNDS[basis].en}`,
        `${keepYears} years`,
        sensitivity,
        mark,
      ]),
    ),
    '',
    'Purposes of an opening:',
    '',
    ...table(
      ['purpose', '中文', 'English'],
      Object.entries(PURPOSES).map(([id, { zh, en }]) => [code(id), zh, en]),
    ),
  ]
}

const roles = () => {
  const names = Object.keys(ROLES)
  return table(
    ['may', ...names.map((name) => `${ROLES[name].zh}<br>${name}`)],
    Object.entries(POWERS).map(([power, { zh, en }]) => [
      `${zh}<br>${en} (${code(power)})`,
      ...names.map((name) => (ROLES[name].powers.includes(power) ? '●' : '')),
    ]),
  )
}

const sides = () =>
  table(
    ['role', 'side', 'goes with'],
    Object.entries(ROLES).map(([name, { zh, en, side }]) => [
      `${zh} ${en} (${code(name)})`,
      side,
      side === 'separated' ? 'no other role' : `other roles of the side “${side}”`,
    ]),
  )

const routes = () =>
  table(
    ['route', 'power', 'where', 'whole county', 'reading is kept as'],
    Object.entries(ROUTES).map(([route, { power, on, whole, keeps }]) => [code(route), power, on, whole ? 'yes' : '', keeps ?? '']),
  )

const tables = () =>
  table(
    ['table', 'shows', 'by', 'requests may'],
    Object.entries(TABLES)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, { shows, by, writes }]) => [code(name), shows, by ? code(by) : '', writes]),
  )

const limits = () =>
  table(
    ['limit', 'value'],
    Object.entries(SIGN_IN_LIMITS).map(([name, value]) => [code(name), value]),
  )

const PARTS = {
  'docs/permissions.md': { roles, sides, routes, tables, limits },
  'docs/sealed.md': { personal },
  'docs/quality.md': { rules },
  'docs/grading.md': { schemes, conversions },
  'docs/formats.md': { standards },
  'docs/ledger.md': { kinds },
  'docs/refusals.md': { refusals },
  'docs/imagery.md': { indices },
}

let outdated = 0
for (const [file, parts] of Object.entries(PARTS)) {
  const path = join(ROOT, file)
  const before = readFileSync(path, 'utf8')
  let after = before
  for (const [name, lines] of Object.entries(parts)) {
    const [begin, end] = [`<!-- begin ${name} -->`, `<!-- end ${name} -->`]
    const [from, to] = [after.indexOf(begin), after.indexOf(end)]
    if (from < 0 || to < from) throw new Error(`${file} has no part between "${begin}" and "${end}"`)
    after = `${after.slice(0, from + begin.length)}\n\n${lines().join('\n')}\n\n${after.slice(to)}`
  }
  if (after === before) continue
  outdated++
  if (CHECK) console.error(`${file} is out of date; run: node scripts/write-docs.mjs`)
  else {
    writeFileSync(path, after)
    console.log(`${file} written`)
  }
}

// the page on the command line is written by hand; it must at least know every command
const cli = readFileSync(join(ROOT, 'docs/cli.md'), 'utf8')
for (const { name } of COMMANDS) {
  if (cli.includes(`\n## ${name}\n`)) continue
  outdated++
  console.error(`docs/cli.md has no section "## ${name}"`)
}
if (outdated === 0) console.log('the documents are up to date')
process.exitCode = CHECK && outdated > 0 ? 1 : 0
