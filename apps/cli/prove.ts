import { seededRandom } from '@dishu/numeric/shared/random'
import { prove as runProof } from '../server/prove.ts'
import { INTERFACES } from '../server/prove-words.ts'
import { serveReads } from '../server/reads.ts'
import { EXIT, type Exit, languageOfTerminal, m2Text, progressLine, table, withApp, wordsOf } from './terminal.ts'

export async function prove(words: readonly string[]): Promise<Exit> {
  const { values, positionals } = wordsOf(words, {
    draws: { type: 'string', default: '200' },
    seed: { type: 'string' },
    'report-every': { type: 'string', default: '10' },
    'command-every': { type: 'string', default: '20' },
    'page-every': { type: 'string', default: '100' },
  })
  const zh = languageOfTerminal() === 'zh'
  const seed = values.seed === undefined ? Math.floor(Math.random() * 2 ** 31) : Number(values.seed)
  const [draws, reportEvery, commandEvery, pageEvery] = [
    values.draws,
    values['report-every'],
    values['command-every'],
    values['page-every'],
  ].map(Number)
  if (
    positionals.length > 0 ||
    [draws, reportEvery, commandEvery, pageEvery].some((each) => !Number.isInteger(each) || each < 1) ||
    !Number.isInteger(seed)
  ) {
    process.stderr.write(
      zh
        ? '--draws、--seed 等须为整数。见 dishu prove --help\n'
        : '--draws, --seed and the others are whole numbers. See dishu prove --help\n',
    )
    return EXIT.usage
  }
  return withApp(values, async (app) => {
    const server = await serveReads(app)
    const line = progressLine()
    try {
      const proof = await runProof(app, {
        ...{ draws, reportEvery, commandEvery, pageEvery, address: server.address, now: new Date() },
        random: seededRandom(seed),
        onDraw: (done) => line.show(`${done} / ${draws}`),
      })
      line.end()
      const exit = proof.mismatches.length > 0 ? EXIT.found : EXIT.done
      if (values.json) {
        process.stdout.write(`${JSON.stringify({ seed, ...proof })}\n`)
        return exit
      }
      const share = proof.draws === 0 ? 0 : Math.round((100 * proof.aboveZero) / proof.draws)
      process.stdout.write(
        zh
          ? `抽取 ${proof.draws} 个问题（种子 ${seed}），${proof.aboveZero} 个（${share}%）大于零；不一致 ${proof.mismatches.length} 处。\n`
          : `${proof.draws} questions drawn (seed ${seed}), ${proof.aboveZero} (${share} %) above zero; ${proof.mismatches.length} mismatches.\n`,
      )
      const wrong = (by: string) => String(proof.mismatches.filter((each) => each.interface === by).length)
      process.stdout.write(
        table(
          zh ? ['接口', '次数', '不一致'] : ['interface', 'asked', 'mismatches'],
          INTERFACES.map((by) => [NAMES[by][zh ? 'zh' : 'en'], String(proof.byInterface[by]), wrong(by)]),
          new Set([1, 2]),
        ),
      )
      for (const each of proof.without) process.stdout.write(zh ? `未检：${each}\n` : `not asked: ${each}\n`)
      for (const { draw, interface: by, expected, found, note } of proof.mismatches.slice(0, 20))
        process.stdout.write(`${by}: ${m2Text(expected.area)} ≠ ${m2Text(found.area)}  ${JSON.stringify(draw)} ${note}\n`)
      return exit
    } finally {
      line.end()
      await server.close()
    }
  })
}

const NAMES = {
  api: { zh: '接口总数', en: 'API, total' },
  parts: { zh: '接口分项之和', en: 'API, sum of parts' },
  list: { zh: '图斑清单', en: 'list of patches' },
  sql: { zh: 'SQL 视图', en: 'SQL view' },
  csv: { zh: 'CSV 列之和', en: 'CSV, column added up' },
  xlsx: { zh: 'XLSX 列之和', en: 'XLSX, column added up' },
  gpkg: { zh: 'GeoPackage 列之和', en: 'GeoPackage, column added up' },
  ogc: { zh: 'OGC API', en: 'OGC API' },
  word: { zh: 'Word 报告', en: 'report in Word' },
  pdf: { zh: 'PDF 报告', en: 'report in PDF' },
  command: { zh: '命令行', en: 'command line' },
  page: { zh: '网页', en: 'page' },
} as const
