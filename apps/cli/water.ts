import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { createInterface } from 'node:readline/promises'
import { dayFrom, dayOf } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { readCountyNames } from '@dishu/kernel/areas/areas.store'
import { readCounties, readHead } from '@dishu/kernel/records/records.store'
import { writeDocument } from '@dishu/kernel/sealed/sealed.store'
import {
  afterChanges,
  changesNothing,
  type Decided,
  decideChanges,
  findingsOf,
  isYearType,
  SHEETS,
  type Water,
  YEAR_TYPES,
} from '@dishu/land/water/water'
import { readWorkbook, writeWorkbook } from '@dishu/land/water/water.exchange'
import { recordChanges } from '@dishu/land/water/water.jobs'
import { findingText } from '@dishu/land/water/water.messages'
import { balancesOf } from '@dishu/land/water/water.routes'
import { readWater } from '@dishu/land/water/water.store'
import { orRefused } from '@dishu/server-kit/http'
import { onConnection, transaction } from '@dishu/server-kit/sql'
import type { App } from '../server/app.ts'
import { KINDS } from '../server/parts.ts'
import { EXIT, type Exit, languageOfTerminal, table, withApp, wordsOf } from './terminal.ts'

const WHAT = ['template', 'import', 'check', 'balance'] as const
type Values = {
  readonly [name in 'out' | 'county' | 'reason' | 'valid-from' | 'year-type' | 'level']?: string | undefined
} & { readonly json: boolean; readonly yes: boolean; readonly filled: boolean; readonly whole: boolean; readonly 'dry-run': boolean }

/** `dishu water template|import|check|balance`. */
export async function water(words: readonly string[]): Promise<Exit> {
  const zh = languageOfTerminal() === 'zh'
  const { values, positionals } = wordsOf(words, {
    county: { type: 'string' },
    out: { type: 'string' },
    reason: { type: 'string' },
    'valid-from': { type: 'string' },
    'year-type': { type: 'string' },
    level: { type: 'string' },
    filled: { type: 'boolean', default: false },
    whole: { type: 'boolean', default: false },
    'dry-run': { type: 'boolean', default: false },
    yes: { type: 'boolean', default: false },
  })
  const [what, file] = positionals
  if (!WHAT.includes(what as (typeof WHAT)[number]) || (what === 'import') !== (file !== undefined)) {
    process.stderr.write(
      `${zh ? '用法：dishu water template|check|balance，或 dishu water import FILE.xlsx' : 'Usage: dishu water template|check|balance, or dishu water import FILE.xlsx'}\n`,
    )
    return EXIT.usage
  }
  // an empty template needs no register
  if (what === 'template' && !values.filled) return template(values, null, '')
  return withApp(values, async (app) => {
    const county = await countyOf(app, values.county)
    const read = () => onConnection(app.pool, (db) => readWater(db, county, { day: dayOf(new Date()), rev: null }))
    if (what === 'template') {
      const names = await onConnection(app.pool, readCountyNames)
      return template(values, await read(), names.find((each) => each.county === county)?.name ?? county)
    }
    if (what === 'check') return check(await read(), county, values.json)
    if (what === 'balance') return balance(await read(), county, values)
    return importFile(app, county, resolve(file), values)
  })
}

async function countyOf(app: App, stated: string | undefined): Promise<string> {
  if (stated) return stated
  const counties = (await onConnection(app.pool, readCounties)).map(({ county }) => county)
  if (counties.length !== 1) throw new Refused({ code: 'cli/which-county', details: { counties } })
  return counties[0]
}

async function template(values: Values, filled: Water | null, name: string): Promise<Exit> {
  const language = languageOfTerminal()
  const out = resolve(values.out ?? 'water.xlsx')
  await writeWorkbook(out, language, filled, `${name}${language === 'zh' ? ' 水资源表' : ' water'}`.trim())
  if (values.json) process.stdout.write(`${JSON.stringify({ file: out, filled: filled !== null })}\n`)
  else process.stdout.write(language === 'zh' ? `已写出 ${out}\n` : `Wrote ${out}\n`)
  return EXIT.done
}

async function importFile(app: App, county: string, path: string, values: Values): Promise<Exit> {
  const language = languageOfTerminal()
  const zh = language === 'zh'
  const name = basename(path)
  if (!existsSync(path)) throw new Refused({ code: 'formats/not-found', details: { file: name } })
  const now = new Date()
  const day = dayFrom(values['valid-from'] ?? '') ?? dayOf(now)
  const changes = await readWorkbook(path, name, values.whole)
  const { standing, base } = await onConnection(app.pool, async (db) => ({
    standing: await readWater(db, county, { day, rev: null }),
    base: (await readHead(db, county)).rev,
  }))
  const decided = orRefused(decideChanges(standing, changes))
  const counts = decided.map(({ sheet, added, changed, removed, same }) => ({
    sheet,
    added: added.length,
    changed: changed.length,
    removed: removed.length,
    same,
  }))
  const findings = findingsOf(afterChanges(standing, decided)).map((finding) => ({ ...finding, ...findingText(finding, language) }))
  const tell = (state: string, rev: number | null) =>
    process.stdout.write(`${JSON.stringify({ county, state, rev, sheets: counts, findings })}\n`)
  if (!values.json) show(counts, findings, zh)
  if (changesNothing(decided)) throw new Refused({ code: 'water/nothing-changed', details: { county } })
  if (values['dry-run'] || !(values.yes || (await confirmed(values.json, zh)))) {
    if (values.json) tell('ready', null)
    return values['dry-run'] ? EXIT.done : EXIT.notConfirmed
  }
  const rev = await record(app, county, path, decided, {
    reason: values.reason ?? (zh ? `导入水资源表 ${name}` : `Water imported from ${name}`),
    day,
    base,
    now,
  })
  if (values.json) tell('done', rev)
  else process.stdout.write(zh ? `已写入，修订 ${rev}。\n` : `Written as revision ${rev}.\n`)
  return EXIT.done
}

async function record(
  app: App,
  county: string,
  path: string,
  decided: readonly Decided[],
  more: { reason: string; day: ReturnType<typeof dayOf>; base: number; now: Date },
) {
  const document = await app.vault.storeDocument(county, path, basename(path), more.now)
  const sources = [{ file: document.name, layer: '', size: document.size, sha256: document.sha256.toString('hex') }]
  const revision = await transaction(
    app.pool,
    async (db) => {
      await writeDocument(db, document)
      return recordChanges(db, county, decided, {
        ...{ kinds: KINDS, actor: app.actor, reason: more.reason, now: more.now, what: 'import', sources, validFrom: more.day },
        expected: more.base,
      })
    },
    { actor: app.actor },
  )
  return revision.rev
}

type Told = { readonly severity: string; readonly message: string; readonly hint?: string }
function show(
  counts: readonly { sheet: keyof typeof SHEETS; added: number; changed: number; removed: number; same: number }[],
  findings: readonly Told[],
  zh: boolean,
) {
  process.stdout.write(
    table(
      zh ? ['工作表', '新增', '修改', '删除', '不变'] : ['sheet', 'new', 'changed', 'gone', 'the same'],
      counts.map(({ sheet, added, changed, removed, same }) => [
        SHEETS[sheet].title[zh ? 'zh' : 'en'],
        ...[added, changed, removed, same].map(String),
      ]),
      new Set([1, 2, 3, 4]),
    ),
  )
  showFindings(findings, zh)
}

const MOST_SHOWN = 40
function showFindings(findings: readonly Told[], zh: boolean) {
  const words = { error: zh ? '错误' : 'error', warning: zh ? '警告' : 'warning', note: zh ? '提示' : 'note' } as Readonly<
    Record<string, string>
  >
  for (const { severity, message, hint } of findings.slice(0, MOST_SHOWN))
    process.stdout.write(`${words[severity]}  ${message}${hint ? ` ${hint}` : ''}\n`)
  if (findings.length > MOST_SHOWN)
    process.stdout.write(zh ? `……另有 ${findings.length - MOST_SHOWN} 条\n` : `… and ${findings.length - MOST_SHOWN} more\n`)
}

function check(standing: Water, county: string, json: boolean): Exit {
  const language = languageOfTerminal()
  const findings = findingsOf(standing).map((finding) => ({ ...finding, ...findingText(finding, language) }))
  const count = (severity: string) => findings.filter((each) => each.severity === severity).length
  if (json)
    process.stdout.write(
      `${JSON.stringify({ county, errors: count('error'), warnings: count('warning'), notes: count('note'), findings })}\n`,
    )
  else {
    showFindings(findings, language === 'zh')
    process.stdout.write(
      language === 'zh'
        ? `错误 ${count('error')}，警告 ${count('warning')}，提示 ${count('note')}。\n`
        : `${count('error')} errors, ${count('warning')} warnings, ${count('note')} notes.\n`,
    )
  }
  return count('error') + count('warning') > 0 ? EXIT.found : EXIT.done
}

async function balance(standing: Water, county: string, values: Values): Promise<Exit> {
  const language = languageOfTerminal()
  const zh = language === 'zh'
  const asked = values['year-type']?.toUpperCase()
  if (asked !== undefined && !isYearType(asked))
    throw new Refused({ code: 'water/no-such-year-type', details: { stated: asked, known: YEAR_TYPES } })
  const level = values.level === 'advanced' ? 'advanced' : 'general'
  const balances = (await balancesOf(standing, level, language)).filter(({ yearType }) => asked === undefined || yearType === asked)
  if (values.json) {
    process.stdout.write(`${JSON.stringify({ county, level, balances })}\n`)
    return EXIT.done
  }
  const ten = (m3: number) => (m3 / 1e4).toFixed(1)
  for (const { yearType, months, missing, screening } of balances) {
    process.stdout.write(`\n${yearType}${zh ? '（万 m³）' : ' (10⁴ m³)'}\n`)
    const head = zh
      ? ['月', '来水', '生态预留', '其他用户', '可用', '需水', '供水', '缺水', '渠道损失', '余水']
      : ['month', 'supply', 'reserve', 'others', 'available', 'demand', 'delivered', 'short', 'lost', 'unused']
    const row = (name: string, of: readonly (typeof months)[number][]) => [
      name,
      ...(['supply', 'reserve', 'other', 'available', 'demand', 'delivered', 'short', 'lost', 'unused'] as const).map((key) =>
        ten(of.reduce((sum, each) => sum + each[key], 0)),
      ),
    ]
    process.stdout.write(
      table(
        head,
        [...months.map((month, m) => row(String(m + 1), [month])), row(zh ? '全年' : 'year', months)],
        new Set(Array.from({ length: 10 }, (_, i) => i)),
      ),
    )
    for (const { crop, m3PerMu, mostM2 } of screening)
      process.stdout.write(
        zh
          ? `筛查上限 ${crop}（净定额 ${m3PerMu} m³/亩）：${((mostM2 * 3) / 2000).toFixed(0)} 亩\n`
          : `Screening bound ${crop} (net quota ${m3PerMu} m³/mu): ${((mostM2 * 3) / 2000).toFixed(0)} mu\n`,
      )
    if (missing.length > 0)
      process.stdout.write(`${zh ? '未配置，未计入：' : 'Not configured, left out: '}${missing.join(zh ? '；' : '; ')}\n`)
  }
  return EXIT.done
}

async function confirmed(json: boolean, zh: boolean): Promise<boolean> {
  if (json || !process.stdin.isTTY) return false
  const ask = createInterface({ input: process.stdin, output: process.stderr })
  const answer = await ask.question(zh ? '写入？(y/N) ' : 'Write it? (y/N) ')
  ask.close()
  return /^(y|yes|是)$/i.test(answer.trim())
}
