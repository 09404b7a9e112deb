import type { Language } from '@dishu/base/refusal'
import type { HistoryEntry } from '@dishu/land/exports/exports.wire'
import { handleHistory } from '@dishu/land/exports/history.routes'
import { orRefused } from '@dishu/server-kit/http'
import { transaction } from '@dishu/server-kit/sql'
import { isSynthetic } from '../server/county.ts'
import { labelOf } from '../server/labels.ts'
import { printLineage } from './history-lineage.ts'
import { EXIT, type Exit, languageOfTerminal, m2Text, table, withApp, wordsOf } from './terminal.ts'
import { onlyCounty } from './undo.ts'

export async function history(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, {
    county: { type: 'string' },
    lineage: { type: 'boolean' },
    'as-of': { type: 'string' },
    known: { type: 'string' },
  })
  const language = languageOfTerminal()
  const zh = language === 'zh'
  if (positionals.length !== 1) {
    process.stderr.write(zh ? '请给出一个图斑标识码、地块编码或合同编码。\n' : 'Name one patch identifier, parcel code or contract code.\n')
    return EXIT.usage
  }
  const [key] = positionals
  return withApp(values, async (app) => {
    const county = values.county ?? (await onlyCounty(app.pool))
    if (values.lineage)
      return printLineage(app, county, key, { asOf: values['as-of'], known: values.known, json: values.json === true, zh })
    const { reply, synthetic } = await transaction(
      app.pool,
      async (db) => ({ reply: orRefused(await handleHistory(db, county, key)), synthetic: await isSynthetic(db, county) }),
      { readOnly: true, isolation: 'repeatable read' },
    )
    if (values.json) {
      process.stdout.write(`${JSON.stringify({ ...reply, synthetic })}\n`)
      return EXIT.done
    }
    if (synthetic) process.stdout.write(zh ? '虚构示例数据，不代表任何真实地区。\n' : 'Synthetic sample data; no real place.\n')
    process.stdout.write(
      zh
        ? `${KINDS[reply.kind].zh} ${key}（${county}），${reply.entries.length} 次变更\n`
        : `${KINDS[reply.kind].en} ${key} (${county}), ${reply.entries.length} changes\n`,
    )
    process.stdout.write(
      table(
        zh
          ? ['修订', '时间', '操作人', '原因', '对象', '变更', '生效', '失效', '来源']
          : ['rev', 'recorded', 'who', 'cause', 'row', 'change', 'valid from', 'valid to', 'source'],
        reply.entries.map((entry) => [
          String(entry.rev),
          beijing(entry.recordedAt),
          entry.actor,
          causeOf(entry, language),
          KINDS[entry.kind]?.[language] ?? entry.kind,
          ACTIONS[entry.action][language],
          entry.validFrom,
          entry.validTo === 'infinity' ? '—' : entry.validTo,
          entry.source
            ? `${entry.source.file}${entry.source.layer && !entry.source.file.includes(entry.source.layer) ? ` / ${entry.source.layer}` : ''}${entry.source.row === null ? '' : ` #${entry.source.row}`}`
            : '—',
        ]),
        new Set([0]),
      ),
    )
    const changed = reply.entries.flatMap((entry) =>
      entry.action === 'changed'
        ? entry.changes.map(({ name, before, after }) => [
            String(entry.rev),
            labelOf(name.replace(/^(extra|sealed)\./, ''), language),
            shown(name, before),
            shown(name, after),
          ])
        : [],
    )
    if (changed.length > 0)
      process.stdout.write(`\n${table(zh ? ['修订', '字段', '原值', '新值'] : ['rev', 'field', 'before', 'after'], changed, new Set([0]))}`)
    const reasons = [...new Map(reply.entries.map((entry) => [entry.rev, entry.reason]))].filter(([, reason]) => reason !== '')
    if (reasons.length > 0)
      process.stdout.write(
        `\n${table(
          zh ? ['修订', '理由'] : ['rev', 'reason'],
          reasons.map(([rev, reason]) => [String(rev), reason]),
          new Set([0]),
        )}`,
      )
    return EXIT.done
  })
}

type Names = Readonly<Record<Language, string>>
const KINDS: Readonly<Record<string, Names>> = {
  patch: { zh: '图斑', en: 'patch' },
  parcel: { zh: '地块', en: 'parcel' },
  contract: { zh: '合同', en: 'contract' },
  contract_parcel: { zh: '合同地块', en: 'parcel of contract' },
}
const ACTIONS: Readonly<Record<HistoryEntry['action'], Names>> = {
  added: { zh: '新增', en: 'added' },
  changed: { zh: '修改', en: 'changed' },
  ended: { zh: '终止', en: 'ended' },
}
const CAUSES: Readonly<Record<string, string>> = {
  're-survey': '重新调查',
  'split-merge': '分割合并',
  're-grade': '重新分级',
  contract: '承包变更',
  project: '工程',
  correction: '更正',
  undo: '撤销',
  method: '方法变更',
}
const causeOf = ({ cause, undoes }: HistoryEntry, language: Language) =>
  `${language === 'zh' ? (CAUSES[cause] ?? cause) : cause}${undoes === null ? '' : ` #${undoes}`}`

/** To the minute, in China's one time zone. */
const beijing = (iso: string) => (iso === '' ? '' : new Date(Date.parse(iso) + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' '))

function shown(name: string, value: unknown): string {
  if (value === null || value === undefined) return '—'
  if (/_area$/.test(name) && typeof value === 'number') return `${m2Text(value)} m²`
  if (name === 'outline' && typeof value === 'string') return `${value.slice(0, 12)}…`
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
