/** 领导参阅: one page: six figures, one map, what changed since the baseline before. */
import type { Block, ReportDocument } from '@dishu/documents/document'
import type { CountFilters } from '../count/count.ts'
import { dressOf, type Maps } from './baseline-report.ts'
import { type ReportWords, type StateFacts, sumOf } from './facts.ts'
import type { FigureBook } from './figures.ts'
import { hasSection, type ReportRequest } from './reports.ts'
import { muRun, rowsOf } from './tables.ts'

export function briefReport(request: ReportRequest, facts: StateFacts, words: ReportWords, book: FigureBook, maps: Maps): ReportDocument {
  const sheet = { facts, words, book }
  const zh = words.language === 'zh'
  const figure = (label: string, filters: CountFilters) => {
    const { text, code } = muRun(sheet, facts.within, filters)
    return { label, value: text, unit: zh ? '亩' : 'mu', code }
  }
  const blocks: Block[] = [
    { kind: 'heading', level: 1, text: request.title || (zh ? `${facts.areaName}盐碱地情况` : `Saline land of ${facts.areaName}`) },
    {
      kind: 'figures',
      figures: [
        figure(zh ? '统计面积' : 'Land counted', {}),
        figure(words.nameOf('saline', 'unused'), { saline: ['unused'] }),
        figure(words.nameOf('saline', 'cultivated'), { saline: ['cultivated'] }),
        figure(words.nameOf('saline', 'unknown'), { saline: ['unknown'] }),
        figure(zh ? '未利用盐碱地·国有' : 'Unused saline, state', { saline: ['unused'], owner: ['state'] }),
        figure(zh ? '未利用盐碱地·已承包' : 'Unused saline, contracted', { saline: ['unused'], contract: ['contracted'] }),
      ],
    },
  ]
  const map = hasSection(request, 'map') ? maps.get(request.subject) : undefined
  if (map) blocks.push({ kind: 'picture', caption: '', picture: map })
  if (hasSection(request, 'changes')) blocks.push(...changes(sheet))
  return {
    ...dressOf(request, facts, words, zh ? '盐碱地情况简报' : 'Brief on saline land'),
    cover: null,
    contents: false,
    numbered: false,
    blocks,
  }
}

function changes({ facts, words, book }: { readonly facts: StateFacts; readonly words: ReportWords; readonly book: FigureBook }): Block[] {
  const zh = words.language === 'zh'
  const { changes: told } = facts
  if (told === null)
    return [
      {
        kind: 'paragraph',
        look: 'note',
        runs: [{ text: zh ? '此前没有冻结的底数，没有可比的变化。' : 'There is no baseline before this one to compare with.' }],
      },
    ]
  const signed = (area: number) => (area === 0 ? '0.00' : `${area > 0 ? '+' : '−'}${words.mu(Math.abs(area))}`)
  const moved = told.sets.filter(({ before, after }) => before !== after)
  const causes = told.causes.filter(({ area, patches }) => area !== 0 || patches !== 0)
  const codeOf = (set: string) => {
    const filters = { saline: [set] }
    return book.code({ of: 'count', within: facts.within, filters }, sumOf(rowsOf(facts, facts.within, filters)))
  }
  if (moved.length === 0)
    return [
      {
        kind: 'paragraph',
        runs: [
          {
            text: zh
              ? `自底数 ${told.from}（${told.fromDay}）以来，两类盐碱地面积没有变化；统计面积变化 ${signed(told.after - told.before)} 亩。`
              : `Since baseline ${told.from} (${told.fromDay}) neither set of saline land has changed; land counted ${signed(told.after - told.before)} mu.`,
          },
        ],
      },
    ]
  return [
    {
      kind: 'table',
      caption: zh ? `自底数 ${told.from}（${told.fromDay}）以来的变化（亩）` : `Changes since baseline ${told.from} (${told.fromDay}), mu`,
      columns: [
        { title: zh ? '类别' : 'Set' },
        { title: zh ? '当时' : 'Then', align: 'right' },
        { title: zh ? '现在' : 'Now', align: 'right' },
        { title: zh ? '增减' : 'Change', align: 'right' },
      ],
      rows: moved.map(({ set, before, after }) => ({
        cells: [words.nameOf('saline', set), words.mu(before), words.mu(after), signed(after - before)],
        code: codeOf(set),
      })),
      ...(causes.length > 0
        ? {
            note: `${zh ? '统计面积按原因：' : 'Land counted by cause: '}${causes.map(({ name, area }) => `${name} ${signed(area)}`).join(zh ? '；' : '; ')}${zh ? '。' : '.'}`,
          }
        : {}),
    },
  ]
}
