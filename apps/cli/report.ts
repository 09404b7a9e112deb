/** `dishu report`: documents of one state of the register, written into a file and kept. */
import { randomBytes } from 'node:crypto'
import { mkdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, extname, join, resolve } from 'node:path'
import { dayOf } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { requestFrom, type Signer, TEMPLATES } from '@dishu/land/reports/reports'
import { keepReport } from '@dishu/land/reports/reports.jobs'
import { readReports } from '@dishu/land/reports/reports.store'
import { orRefused } from '@dishu/server-kit/http'
import { transaction } from '@dishu/server-kit/sql'
import { KINDS } from '../server/parts.ts'
import { makeReport, writeReport } from '../server/reports.ts'
import { handleFigure } from '../server/reports-figures.ts'
import { EXIT, type Exit, languageOfTerminal, note, progressLine, table, withApp, wordsOf } from './terminal.ts'
import { onlyCounty } from './undo.ts'

const OPTIONS = {
  county: { type: 'string' },
  area: { type: 'string' },
  baseline: { type: 'string' },
  day: { type: 'string' },
  result: { type: 'string' },
  to: { type: 'string' },
  out: { type: 'string' },
  title: { type: 'string' },
  office: { type: 'string' },
  signer: { type: 'string', multiple: true },
  'signed-on': { type: 'string' },
  without: { type: 'string' },
  paper: { type: 'string' },
  landscape: { type: 'boolean' },
  subject: { type: 'string' },
  scale: { type: 'string' },
  public: { type: 'boolean' },
  evidence: { type: 'string' },
  'not-kept': { type: 'boolean' },
} as const

export async function report(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, OPTIONS)
  const language = languageOfTerminal()
  const zh = language === 'zh'
  const [act, code] = positionals
  const template = TEMPLATES.find((each) => each === act)
  const listing = act === 'list' && positionals.length === 1
  const asking = act === 'figure' && positionals.length === 2
  if (!listing && !asking && !(template && values.out && positionals.length === 1)) {
    process.stderr.write(
      zh
        ? '用法：dishu report baseline|plan|brief|poster|ledger --out FILE，dishu report figure CODE，dishu report list（详见 dishu report --help）\n'
        : 'Usage: dishu report baseline|plan|brief|poster|ledger --out FILE, dishu report figure CODE, dishu report list (more: dishu report --help)\n',
    )
    return EXIT.usage
  }
  return withApp(values, async (app) => {
    const county = values.county ?? values.area?.slice(0, 6) ?? (await onlyCounty(app.pool))
    const reading = <T>(body: Parameters<typeof transaction<T>>[1]) =>
      transaction(app.pool, body, { readOnly: true, isolation: 'repeatable read', retries: 0 })
    if (listing) {
      const reports = await reading((db) => readReports(db, county))
      if (values.json) process.stdout.write(`${JSON.stringify({ county, reports })}\n`)
      else
        process.stdout.write(
          table(
            zh ? ['编号', '名称', '时点', '修订', '文件'] : ['key', 'title', 'day', 'revision', 'file'],
            reports.map((each) => [each.key, each.title, each.day, String(each.known), each.fileName]),
            new Set([3]),
          ),
        )
      return EXIT.done
    }
    if (asking) {
      const reply = await reading((db) => handleFigure(db, county, code, { now: new Date(), language }))
      if (values.json) process.stdout.write(`${JSON.stringify(reply)}\n`)
      else
        for (const { words: asked, stated, counted, reports } of reply.figures)
          process.stdout.write(
            `${reply.code}  ${asked.join(zh ? '；' : '; ')}\n${valuesText(stated)}${counted === null ? '' : zh ? `\n重新统计：${valuesText(counted)}` : `\ncounted again: ${valuesText(counted)}`}\n${reports.map(({ key, title }) => `  ${key} ${title}`).join('\n')}\n`,
          )
      return EXIT.done
    }
    const out = resolve(values.out ?? '')
    const request = orRefused(
      requestFrom(
        {
          ...{
            template: template ?? null,
            format: values.to ?? extname(out).slice(1).toLowerCase(),
            language,
            within: values.area ?? null,
            baseline: values.baseline ?? null,
            day: values.day ?? null,
            result: values.result ?? null,
          },
          ...{
            title: values.title ?? null,
            office: values.office ?? null,
            signedOn: values['signed-on'] ?? null,
            evidence: values.evidence ?? null,
            paper: values.paper ?? null,
            subject: values.subject ?? null,
          },
          ...{ signers: (values.signer ?? []).map(signerFrom), without: values.without?.split(',').filter(Boolean) ?? [] },
          ...{
            landscape: values.landscape ?? false,
            isPublic: values.public ?? false,
            denominator: values.scale === undefined ? null : Number(values.scale),
          },
        },
        county,
        language,
      ),
    )
    const line = progressLine()
    const now = new Date()
    await mkdir(dirname(out), { recursive: true })
    const temporary = join(dirname(out), `.${randomBytes(4).toString('hex')}.new`)
    try {
      const made = await reading((db) =>
        makeReport(db, app, county, request, {
          today: dayOf(now),
          report: ({ phase }) => line.show(PHASES[phase][language]),
          signal: null,
        }),
      )
      if (request.isPublic && made.facts.mapApproval === null) throw new Refused({ code: 'exports/needs-map-approval', details: {} })
      const { sha256, bytes } = await writeReport(made, temporary)
      const pages = made.laid?.pages.length ?? 0
      const kept = values['not-kept']
        ? null
        : await keepReport(
            { pool: app.pool, vault: app.vault, kinds: KINDS },
            county,
            { ...made, quality: made.facts.quality, file: temporary, fileName: basename(out), pages },
            { actor: app.actor, now },
          )
      await rename(temporary, out)
      line.end()
      if (values.json)
        process.stdout.write(
          `${JSON.stringify({ county, report: kept?.key ?? null, file: out, sha256, bytes, pages, figures: made.figures.length })}\n`,
        )
      else
        note(
          zh
            ? `${out}：${made.title}，${pages > 0 ? `${pages} 页，` : ''}${made.figures.length} 个数字有证据码${kept ? `，已存为 ${kept.key}` : ''}。`
            : `${out}: ${made.title}, ${pages > 0 ? `${pages} pages, ` : ''}${made.figures.length} figures with codes${kept ? `, kept as ${kept.key}` : ''}.`,
        )
      return EXIT.done
    } finally {
      line.end()
      await rm(temporary, { force: true })
    }
  })
}

const PHASES = {
  reading: { zh: '正在读取登记簿', en: 'reading the register' },
  maps: { zh: '正在制图', en: 'drawing maps' },
  writing: { zh: '正在排版', en: 'setting pages' },
} as const

function signerFrom(text: string): Signer {
  const at = text.search(/[:：]/)
  return at < 0 ? { role: text, name: '' } : { role: text.slice(0, at), name: text.slice(at + 1) }
}
const valuesText = (values: Readonly<Record<string, number>>) =>
  Object.entries(values)
    .map(([name, value]) => `${name} ${name === 'area' ? (value / 100).toFixed(2) : value}`)
    .join(', ')
