/** What a figure's code stands for: its question in words, what the reports say, and the same counted again in the same state. */
import type { Day } from '@dishu/base/date'
import { type Language, Refused } from '@dishu/base/refusal'
import { readCount, readUnplaced } from '@dishu/land/count/count.store'
import { readCode } from '@dishu/land/reports/codes'
import type { ReportWords } from '@dishu/land/reports/facts'
import { type Figure, type FigureQuestion, questionText } from '@dishu/land/reports/figures'
import { readBoundaries, readFigures } from '@dishu/land/reports/reports.store'
import type { FigureReply } from '@dishu/land/reports/reports.wire'
import { headOf } from '@dishu/land/reports/tables'
import { orRefused } from '@dishu/server-kit/http'
import type { Db } from '@dishu/server-kit/sql'
import { reportWords } from './reports-facts.ts'

export async function handleFigure(
  db: Db,
  county: string,
  typed: string,
  { language }: { readonly now: Date; readonly language: Language },
): Promise<FigureReply> {
  const code = orRefused(readCode(typed))
  const found = await readFigures(db, county, code)
  if (found.length === 0) throw new Refused({ code: 'reports/no-such-code', details: { code, county } })
  const words = reportWords(language)
  const groups = Map.groupBy(found, ({ figure }) => questionText(figure.question) + figure.state.day + figure.state.known)
  const figures: FigureReply['figures'][number][] = []
  for (const group of groups.values()) {
    const { question, state, value } = group[0].figure
    figures.push({
      ...{ question, day: state.day, known: state.known, baseline: state.baseline, stated: value },
      words: await wordsFor(db, county, question, state, words),
      counted: await countedAgain(db, county, question, state),
      reports: [...new Map(group.map(({ report, title, since }) => [report, { key: report, title, since }])).values()],
    })
  }
  return { county, code, figures }
}

async function countedAgain(db: Db, county: string, question: FigureQuestion, { day, known }: Figure['state']) {
  const asOf = { day: day as Day, rev: known }
  if (question.of === 'count') {
    const [row] = await readCount(db, { county, asOf, within: question.within, level: 'county', by: [], filters: question.filters })
    return { area: row?.area ?? 0, patches: row?.patches ?? 0 }
  }
  if (question.of === 'unplaced') return { ...(await readUnplaced(db, county, asOf, question.within)) }
  return null // what a check found, and what a plan says, stand in their own records
}

async function wordsFor(
  db: Db,
  county: string,
  question: FigureQuestion,
  { day, known }: Figure['state'],
  words: ReportWords,
): Promise<string[]> {
  const zh = words.language === 'zh'
  switch (question.of) {
    case 'count': {
      const name = await areaName(db, county, question.within, { day: day as Day, rev: known })
      const filters = Object.entries(question.filters) as [Parameters<ReportWords['nameOf']>[0], readonly string[]][]
      return [
        name,
        ...filters.map(
          ([dimension, values]) =>
            `${headOf(dimension, words.language)}${zh ? '：' : ': '}${values.map((value) => words.nameOf(dimension, value)).join(zh ? '、' : ', ')}`,
        ),
      ]
    }
    case 'unplaced':
      return [
        await areaName(db, county, question.within, { day: day as Day, rev: known }),
        zh ? '不能落图的承包合同' : 'contracts that lie on no parcel of the map',
      ]
    case 'findings':
      return [zh ? '质量检查发现' : 'findings of the check', words.ruleName(question.rule)]
    case 'plan':
      return [zh ? `规划结果 ${question.result}` : `result ${question.result}`, question.part, ...(question.key ? [question.key] : [])]
  }
}

async function areaName(db: Db, county: string, code: string, asOf: { readonly day: Day; readonly rev: number }): Promise<string> {
  const [own] = await readBoundaries(db, county, asOf, code)
  return own?.code === code ? `${own.name}（${code}）` : code
}
