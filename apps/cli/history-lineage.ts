/** `dishu history NUMBER --lineage`: which rows it came from, and which came of it. */
import { dayOf } from '@dishu/base/date'
import { Refused } from '@dishu/base/refusal'
import { asOfFrom } from '@dishu/land/count/count.routes'
import { lineageByKey } from '@dishu/land/lineage/lineage.routes'
import type { LineageReply } from '@dishu/land/lineage/lineage.wire'
import { orRefused } from '@dishu/server-kit/http'
import { transaction } from '@dishu/server-kit/sql'
import type { App } from '../server/app.ts'
import { isSynthetic } from '../server/county.ts'
import { EXIT, type Exit, m2Text, table } from './terminal.ts'

const OPERATIONS = { split: '分割', merge: '合并', adjust: '界线调整' } as const

type Asked = { readonly asOf: string | undefined; readonly known: string | undefined; readonly json: boolean; readonly zh: boolean }

export async function printLineage(app: App, county: string, key: string, { asOf, known, json, zh }: Asked): Promise<Exit> {
  const { replies, synthetic } = await transaction(
    app.pool,
    async (db) => {
      const { asOf: when } = orRefused(await asOfFrom(db, county, { asOf, known }, dayOf(new Date())))
      return { replies: await lineageByKey(db, county, key, when), synthetic: await isSynthetic(db, county) }
    },
    { readOnly: true, isolation: 'repeatable read' },
  )
  if (replies.length === 0) throw new Refused({ code: 'exports/no-such-row', details: { county, key } })
  if (json) {
    process.stdout.write(`${JSON.stringify({ county, key, lineage: replies, synthetic })}\n`)
    return EXIT.done
  }
  if (synthetic) process.stdout.write(zh ? '虚构示例数据，不代表任何真实地区。\n' : 'Synthetic sample data; no real place.\n')
  for (const reply of replies) process.stdout.write(textOf(reply, key, zh))
  return EXIT.done
}

function textOf({ nodes, steps, layer, cut }: LineageReply, key: string, zh: boolean): string {
  const what = layer === 'patch' ? (zh ? '图斑' : 'patch') : zh ? '地块' : 'parcel'
  if (steps.length === 0)
    return zh ? `${what} ${key}：没有分割、合并或界线调整的记录。\n` : `${what} ${key}: no split, merge or adjustment is recorded.\n`
  const named = new Map(nodes.map((node) => [node.id, node]))
  const text = (id: number) => named.get(id)?.key ?? String(id)
  const rows = table(
    zh ? ['代', '编号', '平方米', '生效', '失效'] : ['generation', 'number', 'm²', 'valid from', 'valid to'],
    [...nodes]
      .sort((a, b) => a.generation - b.generation || a.id - b.id)
      .map(({ generation, key: own, area, validFrom, validTo }) => [
        generation > 0 ? `+${generation}` : String(generation),
        own,
        area === null ? '—' : m2Text(area),
        validFrom,
        validTo === 'infinity' ? '—' : validTo,
      ]),
    new Set([0, 2]),
  )
  const operations = table(
    zh
      ? ['修订', '日期', '操作', '从', '到', '平方米', '理由', '依据']
      : ['rev', 'day', 'operation', 'from', 'to', 'm²', 'reason', 'document'],
    steps.map((step) => [
      String(step.rev),
      step.day,
      zh ? OPERATIONS[step.operation] : step.operation,
      text(step.from),
      text(step.to),
      m2Text(step.area),
      step.reason,
      step.document ?? '—',
    ]),
    new Set([0, 5]),
  )
  return `${what} ${key}\n${rows}\n${operations}${cut ? (zh ? '只列出一部分。\n' : 'Only a part is listed.\n') : ''}`
}
