/** 底数报告: the county's baseline as a document to be signed. Every figure is a sum of the state's rows. */
import { barChart } from '@dishu/documents/chart'
import type { Block, ReportDocument, Run } from '@dishu/documents/document'
import type { Measure } from '@dishu/documents/lines'
import type { Picture } from '@dishu/documents/picture'
import { dayText, type ReportWords, type StateFacts, sumBy, sumOf } from './facts.ts'
import type { FigureBook } from './figures.ts'
import { FORMS, hasSection, type MapSubject, type ReportRequest } from './reports.ts'
import { crossTable, dimensionTable, intervalTable, muRun, orderOf, type Sheet } from './tables.ts'

export type Maps = ReadonlyMap<MapSubject, Picture>
export const TEXT_WIDTH = 453 // points between the margins of an upright page

const heading = (level: 1 | 2 | 3, text: string): Block => ({ kind: 'heading', level, text })
const says = (...runs: readonly (string | Run)[]): Block => ({
  kind: 'paragraph',
  runs: runs.map((run) => (typeof run === 'string' ? { text: run } : run)),
})

export function baselineReport(
  request: ReportRequest,
  facts: StateFacts,
  words: ReportWords,
  book: FigureBook,
  maps: Maps,
  measure: Measure,
): ReportDocument {
  const sheet: Sheet = { facts, words, book }
  const zh = words.language === 'zh'
  const has = (section: string) => hasSection(request, section)
  const blocks: Block[] = [heading(1, zh ? '总体情况' : 'Overview'), ...overview(sheet)]
  const map = (subject: MapSubject, caption: string): Block[] => {
    const picture = has('maps') ? maps.get(subject) : undefined
    return picture ? [{ kind: 'picture', caption, picture }] : []
  }
  blocks.push(...map('saline', zh ? `${facts.areaName}盐碱地分布图` : `Saline land of ${facts.areaName}`))
  blocks.push(heading(1, zh ? '面积统计' : 'Areas'))
  const sum = zh
    ? '各行之和等于合计；平方米精确到0.01，亩由平方米换算（1亩=10000/15平方米），各部分按最大余数法取舍，使其和与合计一致。'
    : 'The rows come to the total. Square metres are exact to 0.01; mu are converted (1 mu = 10 000/15 m²) and rounded by largest remainders, so that the parts come to their total.'
  blocks.push(dimensionTable(sheet, 'saline', zh ? '两类盐碱地面积' : 'The two sets of saline land', sum))
  if (has('towns') && facts.within.length === 6) {
    blocks.push(
      heading(2, zh ? '分乡镇' : 'By town'),
      crossTable(sheet, 'town', 'saline', zh ? '各乡镇盐碱地面积（亩）' : 'Saline land by town (mu)'),
    )
  }
  if (has('villages') && facts.within.length < 12) {
    blocks.push(
      heading(2, zh ? '分村' : 'By village'),
      crossTable(sheet, 'village', 'saline', zh ? '各村盐碱地面积（亩）' : 'Saline land by village (mu)'),
    )
  }
  if (has('classes'))
    blocks.push(heading(2, zh ? '分地类' : 'By class'), dimensionTable(sheet, 'class', zh ? '各地类面积' : 'Area by class'))
  if (has('grades')) {
    blocks.push(heading(2, zh ? '分盐碱等级（样品）' : 'By grade of samples'))
    blocks.push(
      says(
        zh
          ? `分级方案：${facts.scheme}。没有可用样品的图斑列为“未分级”，不计为零。`
          : `Grading: ${facts.scheme}. Patches without a usable sample are "not graded", a category of its own and not zero.`,
      ),
    )
    blocks.push(dimensionTable(sheet, 'grade', zh ? '各等级面积（按样品）' : 'Area by grade of samples'))
    blocks.push({
      kind: 'picture',
      caption: zh ? '各等级面积（按样品）' : 'Area by grade of samples',
      picture: gradeChart(sheet, 'grade', measure),
    })
    blocks.push(...map('grade', zh ? '盐碱等级图（按样品）' : 'Grades of samples'))
  }
  if (has('mapgrades') && facts.intervals.length > 0) {
    blocks.push(heading(2, zh ? '分盐碱等级（制图）' : 'By grade of the soil map'))
    blocks.push(
      intervalTable(
        sheet,
        zh ? '各等级面积（按土壤制图）及95%区间' : 'Area by grade of the soil map with its 95 % interval',
        zh
          ? '区间由制图的随机模拟得出，整体的区间不是各部分区间之和。'
          : "Intervals come from the map's simulations; a whole's interval is not the sum of its parts'.",
      ),
    )
    blocks.push({
      kind: 'picture',
      caption: zh ? '各等级面积（按制图）与95%区间' : 'Area by grade of the map, 95 % intervals',
      picture: gradeChart(sheet, 'mapgrade', measure),
    })
    blocks.push(...map('mapgrade', zh ? '盐碱等级图（按土壤制图）' : 'Grades of the soil map'))
  }
  if (has('owners') || has('contracts')) blocks.push(heading(1, zh ? '权属与承包' : 'Ownership and contracts'))
  if (has('owners')) {
    blocks.push(heading(2, zh ? '权属性质' : 'Ownership'), dimensionTable(sheet, 'owner', zh ? '各权属性质面积' : 'Area by owner'))
    if (facts.within.length === 6) blocks.push(crossTable(sheet, 'town', 'owner', zh ? '各乡镇权属性质（亩）' : 'Ownership by town (mu)'))
    blocks.push(...map('owner', zh ? '权属性质图' : 'Ownership'))
  }
  if (has('contracts')) {
    blocks.push(
      heading(2, zh ? '承包状况' : 'Contracts'),
      dimensionTable(sheet, 'contract', zh ? '各承包状况面积' : 'Area by contract state'),
    )
    if (facts.within.length === 6)
      blocks.push(crossTable(sheet, 'town', 'contract', zh ? '各乡镇承包状况（亩）' : 'Contracts by town (mu)'))
    blocks.push(unplaced(sheet), ...map('contract', zh ? '承包状况图' : 'Contracts'))
  }
  if (has('quality')) blocks.push(heading(1, zh ? '质量说明' : 'Quality'), ...quality(sheet))
  if (has('method')) blocks.push(heading(1, zh ? '统计方法' : 'Method'), ...method(sheet))
  if (has('sources')) blocks.push(heading(1, zh ? '资料来源' : 'Sources'), ...sources(sheet))
  if (has('signatures')) blocks.push(heading(1, zh ? '签署' : 'Signatures'), signatures(request, words))
  return { ...dressOf(request, facts, words, zh ? '盐碱地资源底数报告' : 'Baseline report on saline land'), blocks }
}

/** Title, cover and lines that every report of a state carries. */
export function dressOf(request: ReportRequest, facts: StateFacts, words: ReportWords, subject: string): Omit<ReportDocument, 'blocks'> {
  const zh = words.language === 'zh'
  const title = request.title || (zh ? `${facts.areaName}${subject}` : `${facts.areaName}: ${subject}`)
  const state = facts.baseline ? `${zh ? '底数' : 'baseline'} ${facts.baseline.key}` : zh ? '现势' : 'present state'
  const lines: [string, string][] = [
    [zh ? '范围' : 'Area', `${facts.areaName}（${facts.within}）`],
    [zh ? '时点' : 'As of', dayText(facts.day, words.language)],
    [zh ? '依据' : 'From', `${state}${zh ? `，第 ${facts.known} 号修订` : `, revision ${facts.known}`}`],
    [zh ? '修订哈希' : 'Revision hash', facts.hash.slice(0, 32)],
  ]
  if (facts.baseline) {
    lines.push([zh ? '冻结' : 'Frozen', `${facts.baseline.frozenAt.slice(0, 10)} ${facts.baseline.frozenBy}`])
    lines.push([zh ? '签名指纹' : 'Signed by', facts.baseline.fingerprint.slice(0, 32)])
  }
  if (facts.mapApproval) lines.push([zh ? '审图号' : 'Map review number', facts.mapApproval])
  return {
    title,
    subject,
    author: request.office || (zh ? '底数 Dishu' : 'Dishu'),
    language: words.language,
    created: new Date(facts.baseline?.frozenAt ?? facts.knownAt ?? `${facts.day}T00:00:00Z`),
    program: `Dishu ${request.template}/${FORMS[request.template]}`,
    cover: {
      title,
      subtitle: `${state} · ${dayText(facts.day, words.language)}`,
      lines,
      foot: [request.office, request.signedOn].filter((line) => line !== ''),
    },
    contents: true,
    numbered: true,
    header: title,
    footer: zh
      ? `${state} · ${facts.day} · 修订 ${facts.known} · ${facts.hash.slice(0, 16)}`
      : `${state} · ${facts.day} · revision ${facts.known} · ${facts.hash.slice(0, 16)}`,
    band: facts.synthetic ? '虚构示例数据，不代表任何真实地区、土地或个人 / SYNTHETIC SAMPLE' : null,
    evidence: request.evidence === '' ? null : `${request.evidence}/figure/CODE?county=${facts.county}`,
  }
}

function overview(sheet: Sheet): Block[] {
  const { facts, words } = sheet
  const zh = words.language === 'zh'
  const { within } = facts
  const run = (filters: Readonly<Record<string, readonly string[]>>) => muRun(sheet, within, filters)
  const total = sumOf(facts.rows)
  const box = (label: string, filters: Readonly<Record<string, readonly string[]>>) => {
    const { text, code } = run(filters)
    return { label, value: text, unit: zh ? '亩' : 'mu', code }
  }
  return [
    zh
      ? says(
          `截至${dayText(facts.day, 'zh')}，${facts.areaName}纳入统计的土地面积`,
          run({}),
          `亩，图斑${words.count(total.patches)}个。其中未利用盐碱地`,
          run({ saline: ['unused'] }),
          '亩，盐碱耕地',
          run({ saline: ['cultivated'] }),
          '亩；另有耕地尚无可用样品，未作分级',
          run({ saline: ['unknown'] }),
          '亩。两类盐碱地分别由调查地类与土壤样品认定，分列而不相加。',
        )
      : says(
          `As of ${facts.day} the land counted in ${facts.areaName} is `,
          run({}),
          ` mu in ${words.count(total.patches)} patches. Unused saline land is `,
          run({ saline: ['unused'] }),
          ' mu, saline cultivated land ',
          run({ saline: ['cultivated'] }),
          ' mu; cultivated land without a usable sample, not graded, ',
          run({ saline: ['unknown'] }),
          ' mu. The two sets are told by the survey and by samples; they stand apart and are not added up.',
        ),
    zh
      ? says(
          '按权属，国有',
          run({ owner: ['state'] }),
          '亩，集体',
          run({ owner: ['collective'] }),
          '亩，权属不明',
          run({ owner: ['unknown'] }),
          '亩。按承包，承包中',
          run({ contract: ['contracted'] }),
          '亩，到期未续',
          run({ contract: ['expired'] }),
          '亩，重复承包',
          run({ contract: ['overlapping'] }),
          '亩，未承包',
          run({ contract: ['none'] }),
          '亩。',
        )
      : says(
          'By owner: state ',
          run({ owner: ['state'] }),
          ' mu, collective ',
          run({ owner: ['collective'] }),
          ' mu, unknown ',
          run({ owner: ['unknown'] }),
          ' mu. By contract: running ',
          run({ contract: ['contracted'] }),
          ' mu, past its term ',
          run({ contract: ['expired'] }),
          ' mu, overlapping ',
          run({ contract: ['overlapping'] }),
          ' mu, none ',
          run({ contract: ['none'] }),
          ' mu.',
        ),
    {
      kind: 'figures',
      figures: [
        box(zh ? '统计面积' : 'Land counted', {}),
        box(words.nameOf('saline', 'unused'), { saline: ['unused'] }),
        box(words.nameOf('saline', 'cultivated'), { saline: ['cultivated'] }),
        box(words.nameOf('saline', 'unknown'), { saline: ['unknown'] }),
        box(words.nameOf('contract', 'contracted'), { contract: ['contracted'] }),
        box(words.nameOf('contract', 'expired'), { contract: ['expired'] }),
      ],
    },
  ]
}

export function gradeChart({ facts, words }: Sheet, dimension: 'grade' | 'mapgrade', measure: Measure): Picture {
  const unit = words.language === 'zh' ? ' 亩' : ' mu'
  const sums = [...sumBy(facts.rows, (row) => row[dimension])].sort(([a], [b]) => orderOf(dimension, a) - orderOf(dimension, b))
  const mu = words.muParts(sums.map(([, { area }]) => area))
  return barChart(
    sums.map(([value, { area }], i) => {
      const interval = dimension === 'mapgrade' ? facts.intervals.find(({ grade }) => grade === value) : undefined
      return {
        ...{ name: words.nameOf(dimension, value), value: area, text: `${mu[i]}${unit}`, fill: words.colourOf(dimension, value) },
        ...(interval && value !== 'not-mapped' ? { low: interval.low, high: interval.high } : {}),
      }
    }),
    TEXT_WIDTH,
    measure,
  )
}

function unplaced({ facts, words, book }: Sheet): Block {
  const { contracts, area } = facts.unplaced
  const code = book.code({ of: 'unplaced', within: facts.within }, { contracts, area })
  return words.language === 'zh'
    ? says(
        `另有不能落图的承包合同${words.count(contracts)}份，合同面积`,
        { text: words.mu(area), strong: true, code },
        '亩：其地块没有界线或不在图层中，单独列出，不计入以上任何面积。',
      )
    : says(
        `Contracts that lie on no parcel of the map: ${words.count(contracts)}, contract area `,
        { text: words.mu(area), strong: true, code },
        ' mu. They stand beside the totals and are part of none.',
      )
}

function quality({ facts, words, book }: Sheet): Block[] {
  const zh = words.language === 'zh'
  const { checkedRev, findings } = facts.quality
  const blocks: Block[] = [
    says(
      checkedRev === null
        ? zh
          ? '登记簿尚未检查。'
          : 'The register has not been checked.'
        : zh
          ? `数据经规则检查（依据第 ${checkedRev} 号修订）。下表列出各规则的发现数和经批准的例外数；发现不改变统计面积。`
          : `The data were checked by rules (at revision ${checkedRev}). Below, what each rule found and what of it was accepted as an exception; findings change no area.`,
    ),
  ]
  if (findings.length > 0)
    blocks.push({
      kind: 'table',
      caption: zh ? '质量检查发现' : 'Findings',
      columns: [
        { title: zh ? '规则' : 'Rule' },
        { title: zh ? '级别' : 'Severity' },
        { title: zh ? '发现' : 'Found', align: 'right' },
        { title: zh ? '例外' : 'Accepted', align: 'right' },
      ],
      rows: findings.map(({ rule, severity, count, accepted }) => ({
        cells: [words.ruleName(rule), words.severityName(severity), words.count(count), words.count(accepted)],
        code: book.code({ of: 'findings', within: facts.within, rule }, { count, accepted }),
      })),
    })
  if (facts.exceptions.length > 0) {
    const listed = facts.exceptions.slice(0, MOST_EXCEPTIONS)
    const rest = facts.exceptions.length - listed.length
    blocks.push({
      kind: 'table',
      caption: zh ? '经批准的例外' : 'Accepted exceptions',
      columns: [
        { title: zh ? '规则' : 'Rule' },
        { title: zh ? '对象' : 'Subject' },
        { title: zh ? '理由' : 'Reason' },
        { title: zh ? '批准人' : 'Accepted by' },
      ],
      rows: listed.map(({ rule, subject, reason, acceptedBy }) => ({ cells: [words.ruleName(rule), subject, reason, acceptedBy] })),
      ...(rest > 0 ? { note: zh ? `另有${words.count(rest)}条，见登记簿。` : `And ${words.count(rest)} more in the register.` } : {}),
    })
  } else blocks.push(says(zh ? '没有经批准的例外。' : 'No exceptions were accepted.'))
  return blocks
}
const MOST_EXCEPTIONS = 60

function method({ facts, words }: Sheet): Block[] {
  const zh = words.language === 'zh'
  const list = zh
    ? [
        '以国土调查图斑为唯一平面层，每块土地恰好统计一次。图斑按图斑面积（TBMJ）计，扣除面积（KCMJ）计入扣除地类，其余计入图斑地类；图形面积与图斑面积之差另列为质量发现。',
        '承包地块叠加在图斑上，精确裁切；图斑面积按各块投影面积比例分摊，以0.01平方米为单位，用最大余数法取整，各块之和恒等于图斑面积。没有地块覆盖的部分列为“未承包”。',
        `盐碱等级由土壤样品认定，方案：${facts.scheme}。未利用盐碱地由地类（1204）认定，盐碱耕地由耕地上的样品等级认定，两者分列。`,
        '全部面积以0.01平方米的整数相加，任何层级、任何分组下部分之和等于整体，与相加次序无关。',
        facts.baseline
          ? `底数 ${facts.baseline.key} 冻结时由登记行重新统计一遍，与汇总一致后签名；任何时候可用“dishu baseline recount ${facts.baseline.key}”重算。统计方法版本：${facts.baseline.methods}。`
          : '本报告取自登记簿的现势；须长期引用时请先冻结底数。',
        '报告中每个数字旁的证据码可在系统“证据”页打开，显示该数字的问题、时点和背后的图斑。',
      ]
    : [
        "The survey's patches are the one planar layer; every piece of ground counts exactly once. A patch counts with its official area (TBMJ); its deducted area (KCMJ) under the deducted class, the rest under the patch's own. Differences to the drawn outline are findings.",
        'Contract parcels are laid over patches and cut exactly; the official area is shared out in proportion to planar areas in whole hundredths of a square metre by largest remainders. Ground under no parcel is "no contract".',
        `Grades come from soil samples: ${facts.scheme}. Unused saline land is told by class (1204), saline cultivated land by the grade of samples on cultivated land.`,
        'All areas are added as whole hundredths of a square metre: parts come to their whole at every level, in whatever order.',
        facts.baseline
          ? `Baseline ${facts.baseline.key} was counted anew from the rows before it was signed; "dishu baseline recount ${facts.baseline.key}" does so at any time. Forms of the methods: ${facts.baseline.methods}.`
          : 'This report is of the present state; freeze a baseline before it is cited for years.',
        'The code beside a figure opens its evidence: the question, the state, and the patches behind it.',
      ]
  return list.map((text) => says(text))
}

function sources({ facts, words }: Sheet): Block[] {
  const zh = words.language === 'zh'
  if (facts.sources.length === 0) return [says(zh ? '没有导入文件：登记行由程序写入。' : 'No files were imported.')]
  const listed = facts.sources.slice(-MOST_SOURCES)
  return [
    {
      kind: 'table',
      caption: zh ? '导入文件' : 'Imported files',
      columns: [
        { title: zh ? '修订' : 'Revision', align: 'right' },
        { title: zh ? '文件' : 'File' },
        { title: zh ? '图层' : 'Layer' },
        { title: 'SHA-256' },
      ],
      rows: listed.map(({ rev, file, layer, sha256 }) => ({ cells: [String(rev), file, layer, sha256.slice(0, 16)] })),
      ...(listed.length < facts.sources.length
        ? {
            note: zh
              ? `此前另有${words.count(facts.sources.length - listed.length)}个，见审计。`
              : `And ${words.count(facts.sources.length - listed.length)} before, see the audit.`,
          }
        : {}),
    },
  ]
}
const MOST_SOURCES = 40

export function signatures(request: ReportRequest, words: ReportWords): Block {
  const zh = words.language === 'zh'
  const standard = zh ? ['编制人', '审核人', '单位负责人（盖章）'] : ['Prepared by', 'Checked by', 'For the office (seal)']
  const lines = request.signers.length > 0 ? request.signers : standard.map((role) => ({ role, name: '' }))
  return { kind: 'signatures', lines, day: request.signedOn }
}
