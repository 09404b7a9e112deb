import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { type Day, dayFrom, dayOf } from '@dishu/base/date'
import { type Language, Refused } from '@dishu/base/refusal'
import { readHead } from '@dishu/kernel/records/records.store'
import { writeDocument } from '@dishu/kernel/sealed/sealed.store'
import { LIBRARY_SHEETS } from '@dishu/land/technology/library-sheets'
import { optionsOf, sayOption, sayReason } from '@dishu/land/technology/technology'
import {
  decideLibrary,
  readCountyWater,
  readLibrary,
  readLibraryFile,
  readPatchFacts,
  writeLibrary,
  writeLibraryWorkbook,
} from '@dishu/land/technology/technology.jobs'
import { readPatchIds } from '@dishu/land/technology/technology.store'
import { onConnection, transaction } from '@dishu/server-kit/sql'
import { type App, say } from '../server/app.ts'
import { KINDS } from '../server/parts.ts'
import { checkOutputs } from './outputs.ts'
import { EXIT, type Exit, languageOfTerminal, table, withApp, wordsOf } from './terminal.ts'
import { onlyCounty } from './undo.ts'

const WHAT = ['template', 'import', 'list', 'options'] as const
type Values = { readonly [name in 'out' | 'county' | 'reason' | 'valid-from']?: string | undefined } & {
  readonly json: boolean
  readonly yes: boolean
  readonly filled: boolean
  readonly 'dry-run': boolean
}

/** `dishu library template|import|list|options`. */
export async function library(words: readonly string[]): Promise<Exit> {
  const language = languageOfTerminal()
  const { values, positionals } = wordsOf(words, {
    county: { type: 'string' },
    out: { type: 'string' },
    reason: { type: 'string' },
    'valid-from': { type: 'string' },
    filled: { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
    yes: { type: 'boolean', default: false },
  })
  const [what, argument] = positionals
  const known = WHAT.includes(what as (typeof WHAT)[number])
  if (!known || ((what === 'import' || what === 'options') && argument === undefined)) {
    const usage = 'dishu library template [--filled] --out FILE.xlsx | import FILE.xlsx | list [SHEET] | options PATCH'
    process.stderr.write(`${language === 'zh' ? '用法' : 'Usage'}: ${usage}\n`)
    return EXIT.usage
  }
  // an empty template needs no register
  if (what === 'template' && !values.filled) return template(values, null, language)
  return withApp(values, async (app) => {
    const county = values.county ?? (await onlyCounty(app.pool))
    const day = dayOf(new Date())
    if (what === 'import') return importFile(app, county, resolve(argument), values, language)
    if (what === 'options') return options(app, county, argument, day, values.json, language)
    const read = await onConnection(app.pool, (db) => readLibrary(db, county, { day, rev: null }))
    return what === 'template' ? template(values, read, language) : list(read, argument, values.json, language)
  })
}

type Read = Awaited<ReturnType<typeof readLibrary>>

async function template(values: Values, filled: Read | null, language: Language): Promise<Exit> {
  const out = resolve(values.out ?? 'library.xlsx')
  await checkOutputs([out], [])
  await writeLibraryWorkbook(out, language, filled)
  if (values.json) process.stdout.write(`${JSON.stringify({ file: out, filled: filled !== null })}\n`)
  else process.stdout.write(language === 'zh' ? `已写出 ${out}\n` : `Wrote ${out}\n`)
  return EXIT.done
}

async function importFile(app: App, county: string, path: string, values: Values, language: Language): Promise<Exit> {
  const zh = language === 'zh'
  const file = basename(path)
  if (!existsSync(path)) throw new Refused({ code: 'formats/not-found', details: { file } })
  const now = new Date()
  const day = validFrom(values['valid-from'], now)
  const sheets = await readLibraryFile(path, file)
  const { decided, problems, head } = await onConnection(app.pool, async (db) => ({
    ...(await decideLibrary(db, county, sheets, day)),
    head: (await readHead(db, county)).rev,
  }))
  const counts = LIBRARY_SHEETS.flatMap(({ name, title }) => {
    const own = decided.filter(({ sheet }) => sheet === name)
    const count = (change: string) => own.filter((each) => each.change === change).length
    return own.length === 0
      ? []
      : [{ sheet: name, title: title[language], added: count('added'), changed: count('changed'), same: count('same') }]
  })
  const told = problems.map((problem) => ({ code: problem.code, details: problem.details, ...say(problem, language) }))
  const tell = (state: string, rev: number | null) =>
    process.stdout.write(`${JSON.stringify({ county, file, state, rev, sheets: counts, problems: told })}\n`)
  if (!values.json) {
    const head = zh ? ['表', '新增', '修改', '不变'] : ['sheet', 'new', 'changed', 'the same']
    const rows = counts.map(({ title, added, changed, same }) => [title, String(added), String(changed), String(same)])
    process.stdout.write(table(head, rows, new Set([1, 2, 3])))
    for (const { message, hint } of told.slice(0, 40)) process.stdout.write(`${message}${hint ? ` ${hint}` : ''}\n`)
    if (told.length > 40) process.stdout.write(zh ? `……另有 ${told.length - 40} 处\n` : `… and ${told.length - 40} more\n`)
  }
  if (problems.length > 0) {
    if (values.json) tell('refused', null)
    return EXIT.refused
  }
  if (values['dry-run'] || !(values.yes || (await confirmed(values.json, zh)))) {
    if (values.json) tell('ready', null)
    return values['dry-run'] ? EXIT.done : EXIT.notConfirmed
  }
  const document = await app.vault.storeDocument(county, path, file, now)
  const { rev } = await transaction(
    app.pool,
    async (db) => {
      await writeDocument(db, document)
      return writeLibrary(db, county, sheets, {
        ...{ day, actor: app.actor, now, file, kinds: KINDS, expected: head },
        reason: values.reason ?? (zh ? `导入技术与品种 ${file}` : `Library imported from ${file}`),
        sources: [{ file: document.name, layer: '', size: document.size, sha256: document.sha256.toString('hex') }],
      })
    },
    { actor: app.actor },
  )
  if (values.json) tell('done', rev)
  else process.stdout.write(zh ? `已写入，修订 ${rev}。\n` : `Written as revision ${rev}.\n`)
  return EXIT.done
}

function validFrom(stated: string | undefined, now: Date): Day {
  if (stated === undefined) return dayOf(now)
  const day = dayFrom(stated)
  if (day === null) throw new Refused({ code: 'records/not-a-day', details: { stated } })
  return day
}

async function confirmed(json: boolean, zh: boolean): Promise<boolean> {
  if (json || !process.stdin.isTTY) return false
  const ask = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await ask.question(zh ? '写入？(y/N) ' : 'Write it? (y/N) ')
  ask.close()
  return /^(y|yes|是)$/i.test(answer.trim())
}

/** What is in force, with where each row comes from. */
function list({ library, limits, trials, results, allCosts }: Read, sheet: string | undefined, json: boolean, language: Language): Exit {
  const zh = language === 'zh'
  const lists = {
    technologies: library.technologies,
    practices: library.practices,
    crops: library.crops,
    varieties: library.varieties,
    costs: allCosts,
    trials,
    results,
    limits,
    economics: library.economics,
  }
  if (json) {
    process.stdout.write(`${JSON.stringify(sheet === undefined ? lists : { [sheet]: lists[sheet as keyof typeof lists] ?? [] })}\n`)
    return EXIT.done
  }
  const named = [
    ['technologies', library.technologies.map((each) => [each.code, each[language], each.source, each.mark])],
    ['practices', library.practices.map((each) => [each.code, each[language], each.source, each.mark])],
    ['crops', library.crops.map((each) => [each.code, each[language], each.salt?.source ?? '—', each.salt?.mark ?? '—'])],
    ['varieties', library.varieties.map((each) => [each.code, each.name, each.source, each.mark])],
    [
      'costs',
      allCosts.map((each) => [each.technology, `${each.line} ${each.fen / 100} / ${each.unit} (${each.year})`, each.source, each.mark]),
    ],
    ['trials', trials.map((each) => [each.code, `${each.site} ${each.year}`, each.source, each.mark])],
    ['limits', limits.map((each) => [each.code, each[language], each.source, each.mark])],
  ] as const
  for (const [name, rows] of named) {
    if (sheet !== undefined && sheet !== name) continue
    const title = LIBRARY_SHEETS.find((each) => each.name === name)?.title[language] ?? name
    process.stdout.write(
      `\n${title} (${rows.length})\n${table(zh ? ['代码', '名称', '出处', '把握'] : ['code', 'name', 'source', 'standing'], rows)}`,
    )
  }
  return EXIT.done
}

/** What may be done with one patch, and why each other thing may not. */
async function options(app: App, county: string, key: string, day: Day, json: boolean, language: Language): Promise<Exit> {
  const zh = language === 'zh'
  const found = await onConnection(app.pool, async (db) => {
    const { library, limits } = await readLibrary(db, county, { day, rev: null })
    const ids = await readPatchIds(db, county, key)
    const water = await readCountyWater(db, county, day)
    const [patch] = await readPatchFacts(db, county, ids, { library, limits, water, day })
    if (!patch) throw new Refused({ code: 'library/no-such-patch', details: { id: key } })
    return { ...patch, limits, answer: optionsOf(patch.facts, patch.library, limits) }
  })
  const { answer, facts, limits } = found
  const limitName = (code: string) => limits.find((each) => each.code === code)?.[language] ?? code
  const said = answer.out.map(({ id, reasons }) => ({
    id,
    reasons: reasons.map((each) => sayReason(each, found.library, language, limitName)),
  }))
  if (json) {
    process.stdout.write(`${JSON.stringify({ county, patch: key, facts, options: answer.options, out: answer.out })}\n`)
    return EXIT.done
  }
  const rows = answer.options
    .toSorted((a, b) => b.benefitFenPerMu - a.benefitFenPerMu)
    .map((option) => [
      option.id,
      (option.benefitFenPerMu / 100).toFixed(0),
      (option.usableM2 * 0.0015).toFixed(2),
      option.doses.map(({ technology, tPerHa }) => `${technology} ${tPerHa.toFixed(1)}`).join(', ') || '—',
      sayOption(option, language),
    ])
  const head = zh ? ['方案', '净现值 元/亩', '可用 亩', '用量 t/ha', '理由'] : ['option', 'NPV yuan/mu', 'usable mu', 'dose t/ha', 'why']
  process.stdout.write(table(head, rows, new Set([1, 2])))
  process.stdout.write(zh ? '\n不可行：\n' : '\nOut:\n')
  for (const { id, reasons } of said) process.stdout.write(`  ${id}  ${reasons.join(zh ? '；' : '; ')}\n`)
  return EXIT.done
}
