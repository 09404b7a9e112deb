/** 规划报告: a solved scenario as a document: what is treated where and when, with which water and money, and how far from the best it can be. */
import { stackChart } from '@dishu/documents/chart'
import type { Block, ReportDocument, Row, Run } from '@dishu/documents/document'
import type { Picture } from '@dishu/documents/picture'
import type { ResultReply } from '../plan/scenarios.wire.ts'
import { dressOf, signatures, TEXT_WIDTH } from './baseline-report.ts'
import type { ReportWords, StateFacts } from './facts.ts'
import type { FigureBook } from './figures.ts'
import { hasSection, type ReportRequest } from './reports.ts'

/** `key`: R1; names for towns, options and canals. What of a result changes with time (whether it is out of date) is not in a report. */
export type PlanFacts = Pick<ResultReply, 'key' | 'scenario' | 'title' | 'terms' | 'rev' | 'day' | 'sha256' | 'figures' | 'findings'> & {
  readonly author: string
  readonly solver: string
  townName(code: string): string
  optionName(id: string): string
  thingName(id: string): string
}

const M2_PER_MU = 2000 / 3
const grouped = (value: number, digits: number) =>
  value.toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
export const muOfM2 = (m2: number) => grouped(m2 / M2_PER_MU, 2)
/** 分 as 元, exact. */
export const yuan = (fen: number) => grouped(fen / 100, 2)
const cubic = (m3: number) => grouped(m3, 0)
const percent = (share: number | null) => (share === null ? '—' : `${(100 * share).toFixed(share < 0.001 ? 4 : 2)}%`)
/** One hue for the years, from the first to the last. */
const YEAR_FILLS = ['#0B7A75', '#3F9C8F', '#79BDB0', '#B3DDD3', '#E0A458', '#C1652F', '#8E94C8', '#7A4FA3', '#2F6DA8', '#5C6970']
export const yearFill = (i: number) => YEAR_FILLS[i % YEAR_FILLS.length]

const heading = (level: 1 | 2 | 3, text: string): Block => ({ kind: 'heading', level, text })
const says = (...runs: readonly (string | Run)[]): Block => ({
  kind: 'paragraph',
  runs: runs.map((run) => (typeof run === 'string' ? { text: run } : run)),
})
const right = (title: string) => ({ title, align: 'right' as const })

export function planReport(
  request: ReportRequest,
  facts: StateFacts,
  plan: PlanFacts,
  words: ReportWords,
  book: FigureBook,
  map: Picture | null,
): ReportDocument {
  const zh = words.language === 'zh'
  const has = (section: string) => hasSection(request, section)
  const { totals } = plan.figures
  const code = (part: string, key: string, value: Readonly<Record<string, number>>) =>
    book.code({ of: 'plan', result: plan.key, part, key }, value)
  const strong = (text: string, part: string, value: number): Run => ({ text, strong: true, code: code('total', part, { value }) })
  const blocks: Block[] = [
    heading(1, zh ? '规划概要' : 'Overview'),
    zh
      ? says(
          `本规划（情景 ${plan.scenario}“${plan.title}”，结果 ${plan.key}）自${plan.terms.years[0]}年至${plan.terms.years.at(-1)}年，在${facts.areaName}范围内选定图斑${words.count(totals.chosen)}个（有可行措施的${words.count(totals.planned)}个），治理面积`,
          strong(muOfM2(totals.areaM2), 'areaM2', totals.areaM2),
          '亩，投入',
          strong(yuan(totals.costFen), 'costFen', totals.costFen),
          '元，净现值',
          strong(yuan(totals.npvFen), 'npvFen', totals.npvFen),
          '元；达效后年产粮食',
          strong(grouped(totals.grainKg / 1000, 1), 'grainKg', totals.grainKg),
          '吨，田间年用水',
          strong(cubic(totals.waterM3), 'waterM3', totals.waterM3),
          '立方米。',
        )
      : says(
          `The plan (scenario ${plan.scenario} "${plan.title}", result ${plan.key}) runs from ${plan.terms.years[0]} to ${plan.terms.years.at(-1)} and takes ${words.count(totals.chosen)} of ${words.count(totals.planned)} patches with options in ${facts.areaName}: `,
          strong(muOfM2(totals.areaM2), 'areaM2', totals.areaM2),
          ' mu, cost ',
          strong(yuan(totals.costFen), 'costFen', totals.costFen),
          ' yuan, net present value ',
          strong(yuan(totals.npvFen), 'npvFen', totals.npvFen),
          ' yuan; grain a year ',
          strong(grouped(totals.grainKg / 1000, 1), 'grainKg', totals.grainKg),
          ' t, water a year at the field ',
          strong(cubic(totals.waterM3), 'waterM3', totals.waterM3),
          ' m³.',
        ),
  ]
  if (has('maps') && map) blocks.push({ kind: 'picture', caption: zh ? '治理时序图' : 'When patches are treated', picture: map })
  if (has('years')) blocks.push(...years(plan, words, code))
  if (has('water')) blocks.push(...water(plan, words, code))
  if (has('money')) blocks.push(...money(plan, words, code))
  if (has('ecology')) blocks.push(...ecology(plan, words))
  if (has('certificate')) blocks.push(...certificate(plan, words, code))
  if (has('method')) blocks.push(heading(1, zh ? '方法' : 'Method'), ...method(plan, words))
  if (has('signatures')) blocks.push(heading(1, zh ? '签署' : 'Signatures'), signatures(request, words))
  const dress = dressOf(request, facts, words, zh ? '盐碱地综合利用规划报告' : 'Plan for the use of saline land')
  const state = zh ? `规划结果 ${plan.key}（情景 ${plan.scenario}）` : `result ${plan.key} (scenario ${plan.scenario})`
  return {
    ...dress,
    cover: dress.cover && {
      ...dress.cover,
      subtitle: `${state} · ${plan.day}`,
      lines: [
        ...dress.cover.lines,
        [zh ? '情景' : 'Scenario', `${plan.scenario} ${plan.title}`],
        [zh ? '拟定' : 'Drawn up by', plan.author],
        [zh ? '模型摘要' : 'Program', plan.sha256.slice(0, 32)],
      ],
    },
    footer: `${state} · ${zh ? '修订' : 'revision'} ${plan.rev} · ${plan.sha256.slice(0, 16)}`,
    blocks,
  }
}

type Code = (part: string, key: string, value: Readonly<Record<string, number>>) => string
type Sum = { patches: number; areaM2: number; costFen: number; benefitFen: number; grainKg: number; waterM3: number }
const NOTHING: Sum = { patches: 0, areaM2: 0, costFen: 0, benefitFen: 0, grainKg: 0, waterM3: 0 }

function sumsBy(land: PlanFacts['figures']['land'], keyOf: (row: PlanFacts['figures']['land'][number]) => string): Map<string, Sum> {
  const sums = new Map<string, Sum>()
  for (const row of land) {
    const key = keyOf(row)
    const sum = sums.get(key) ?? { ...NOTHING }
    for (const name of Object.keys(NOTHING) as (keyof Sum)[]) sum[name] += row[name]
    sums.set(key, sum)
  }
  return sums
}

function years({ terms, figures, townName, optionName }: PlanFacts, words: ReportWords, code: Code): Block[] {
  const zh = words.language === 'zh'
  const columns = (first: string) => [
    { title: first },
    right(zh ? '图斑' : 'Patches'),
    right(zh ? '面积（亩）' : 'Area (mu)'),
    right(zh ? '投入（元）' : 'Cost (yuan)'),
    right(zh ? '净现值（元）' : 'NPV (yuan)'),
    right(zh ? '粮食（吨/年）' : 'Grain (t/a)'),
    right(zh ? '用水（m³/年）' : 'Water (m³/a)'),
  ]
  const row = (name: string, sum: Sum, part: string, key: string, more: Partial<Row> = {}): Row => ({
    cells: [
      name,
      words.count(sum.patches),
      muOfM2(sum.areaM2),
      yuan(sum.costFen),
      yuan(sum.benefitFen),
      grouped(sum.grainKg / 1000, 1),
      cubic(sum.waterM3),
    ],
    code: code(part, key, { ...sum }),
    ...more,
  })
  const whole = sumsBy(figures.land, () => '').get('') ?? NOTHING
  const total = row(zh ? '合计' : 'Total', whole, 'land', '', { strong: true })
  const byYear = sumsBy(figures.land, ({ year }) => String(year))
  const byTown = sumsBy(figures.land, ({ town }) => town)
  const byBoth = sumsBy(figures.land, ({ town, year }) => `${town} ${year}`)
  const byOption = sumsBy(figures.land, ({ option }) => option)
  const options = [...byOption.keys()].sort()
  const fills = options.map((_, i) => yearFill(i))
  return [
    heading(1, zh ? '分年分乡镇安排' : 'By year and town'),
    {
      kind: 'table',
      caption: zh ? '全域分年安排' : 'By year',
      columns: columns(zh ? '年份' : 'Year'),
      rows: [...terms.years.map((year) => row(String(year), byYear.get(String(year)) ?? NOTHING, 'land/year', String(year))), total],
    },
    {
      kind: 'picture',
      caption: zh ? '分年治理面积（亩）' : 'Area by year (mu)',
      picture: stackChart(
        terms.years.map((year) => ({
          name: String(year),
          parts: options.map((option) =>
            figures.land.reduce((sum, each) => sum + (each.year === year && each.option === option ? each.areaM2 : 0), 0),
          ),
          text: muOfM2((byYear.get(String(year)) ?? NOTHING).areaM2),
        })),
        options.map((option, i) => ({ name: optionName(option), fill: fills[i] })),
        TEXT_WIDTH,
        180,
      ),
    },
    {
      kind: 'table',
      caption: zh ? '分乡镇分年安排' : 'By town and year',
      columns: columns(zh ? '乡镇／年份' : 'Town / year'),
      rows: [
        ...[...byTown.keys()].sort().flatMap((town) => [
          row(townName(town), byTown.get(town) ?? NOTHING, 'land/town', town, { strong: true }),
          ...terms.years.flatMap((year) => {
            const sum = byBoth.get(`${town} ${year}`)
            return sum ? [row(String(year), sum, 'land/town/year', `${town} ${year}`, { indent: 1 })] : []
          }),
        ]),
        total,
      ],
    },
    {
      kind: 'table',
      caption: zh ? '分措施' : 'By option',
      columns: columns(zh ? '措施·作物' : 'Option'),
      rows: [...options.map((option) => row(optionName(option), byOption.get(option) ?? NOTHING, 'land/option', option)), total],
    },
  ]
}

function water({ figures, thingName }: PlanFacts, words: ReportWords, code: Code): Block[] {
  const zh = words.language === 'zh'
  if (figures.water.length === 0)
    return [
      heading(1, zh ? '水量平衡' : 'Water'),
      says(zh ? '本规划没有从渠系或水源取水。' : 'The plan takes no water from canals or sources.'),
    ]
  const years = [...new Set(figures.water.map(({ year }) => year))].sort()
  const last = years.at(-1)
  const shown = figures.water.filter(({ year }) => year === last)
  const types = [...new Set(shown.map(({ yearType }) => yearType))]
  return [
    { kind: 'page', landscape: true },
    heading(1, zh ? '水量平衡' : 'Water balance'),
    says(
      zh
        ? `下表列出${last}年（规划全部见效之年）各渠段和水源逐月的规划用量、现状用量和限量，单位为立方米；其他年份见附表。`
        : `For ${last}, when all of the plan has taken effect: what each canal and source carries month by month for the plan and for fields of today, and its limit, in m³. Other years are in the annexes.`,
    ),
    ...types.map((type): Block => {
      const rows = shown.filter(({ yearType }) => yearType === type)
      const things = [...new Set(rows.map(({ id }) => id))].sort()
      const months = [...new Set(rows.map(({ month }) => month))].sort((a, b) => a - b)
      return {
        kind: 'table',
        caption: zh
          ? `${YEAR_TYPES[type]?.zh ?? type}渠系逐月水量（立方米）`
          : `${YEAR_TYPES[type]?.en ?? type}: water by canal and month (m³)`,
        columns: [
          { title: zh ? '渠段或水源' : 'Canal or source' },
          { title: '' },
          ...months.map((month) => right(zh ? `${month}月` : MONTHS[month - 1])),
          right(zh ? '全年' : 'Year'),
        ],
        rows: things.flatMap((id) => {
          const own = rows.filter((each) => each.id === id)
          const at = (month: number) => own.find((each) => each.month === month)
          const line = (name: string, of: 'planM3' | 'presentM3' | 'limitM3', first: boolean): Row => {
            const sum = own.reduce((total, each) => total + each[of], 0)
            return {
              cells: [first ? thingName(id) : '', name, ...months.map((month) => cubic(at(month)?.[of] ?? 0)), cubic(sum)],
              code: code(`water/${of}`, `${id} ${last} ${type}`, { value: sum }),
            }
          }
          return [
            line(zh ? '规划' : 'plan', 'planM3', true),
            line(zh ? '现状' : 'today', 'presentM3', false),
            line(zh ? '限量' : 'limit', 'limitM3', false),
          ]
        }),
      }
    }),
    { kind: 'page' },
  ]
}
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
const YEAR_TYPES: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  P25: { zh: '丰水年（P=25%）', en: 'Wet year (P25)' },
  P50: { zh: '平水年（P=50%）', en: 'Normal year (P50)' },
  P75: { zh: '枯水年（P=75%）', en: 'Dry year (P75)' },
  P90: { zh: '特枯年（P=90%）', en: 'Very dry year (P90)' },
}

function money({ figures }: PlanFacts, words: ReportWords, code: Code): Block[] {
  const zh = words.language === 'zh'
  if (figures.money.length === 0)
    return [heading(1, zh ? '资金来源' : 'Money'), says(zh ? '情景没有写明资金来源。' : 'The scenario states no sources of money.')]
  const rows = [...figures.money].sort((a, b) => (a.source < b.source ? -1 : a.source > b.source ? 1 : a.year - b.year))
  const sum = (list: typeof rows) =>
    list.reduce((total, { budgetFen, paidFen }) => ({ budgetFen: total.budgetFen + budgetFen, paidFen: total.paidFen + paidFen }), {
      budgetFen: 0,
      paidFen: 0,
    })
  const line = (
    name: string,
    { budgetFen, paidFen }: { budgetFen: number; paidFen: number },
    key: string,
    more: Partial<Row> = {},
  ): Row => ({
    cells: [name, yuan(budgetFen), yuan(paidFen), yuan(budgetFen - paidFen)],
    code: code('money', key, { budgetFen, paidFen }),
    ...more,
  })
  return [
    heading(1, zh ? '资金来源' : 'Money by source'),
    {
      kind: 'table',
      caption: zh ? '分来源分年资金（元）' : 'Money by source and year (yuan)',
      columns: [
        { title: zh ? '来源／年份' : 'Source / year' },
        right(zh ? '安排' : 'Budget'),
        right(zh ? '使用' : 'Used'),
        right(zh ? '结余' : 'Left'),
      ],
      rows: [
        ...[...new Set(rows.map(({ source }) => source))].flatMap((source) => {
          const own = rows.filter((each) => each.source === source)
          return [
            line(source, sum(own), source, { strong: true }),
            ...own.map((each) => line(String(each.year), each, `${source} ${each.year}`, { indent: 1 })),
          ]
        }),
        line(zh ? '合计' : 'Total', sum(rows), '', { strong: true }),
      ],
      note: zh
        ? '每年的投入按来源可付的费用类别逐项安排，以分计，各来源之和等于当年投入。'
        : "Each year's costs are settled in whole fen by what each source may pay.",
    },
  ]
}

function ecology({ figures, findings }: PlanFacts, words: ReportWords): Block[] {
  const zh = words.language === 'zh'
  const about = findings.filter(({ code }) => /salt|groundwater|water|canal|no-soil|unknown|not-configured/.test(code))
  return [
    heading(1, zh ? '生态说明' : 'Ecology'),
    says(
      zh
        ? '已登记的限制规则（生态保护红线、禁止开垦等）在生成可行措施时逐图斑判定，被禁止的措施不在可选之列；没有登记的限制不在判定之内。地下水逐区年限量、渠道与水源逐月可供量均作为约束，结果逐月复算，不超限。'
        : 'Registered rules (ecological red lines, no reclamation, and others) were applied patch by patch when options were made: what they forbid could not be chosen; what is not registered was not asked. Yearly limits of groundwater zones and what canals and sources can give each month are constraints, and were worked out anew from the result.',
    ),
    says(
      zh
        ? '排水口盐分负荷不在规划之内：哪块地排向哪里没有登记。'
        : 'Salt loads of outlets are not part of the plan: which land drains where is not registered.',
    ),
    says(
      zh
        ? `约束的最大相对超限为 ${percent(figures.violation)}。`
        : `The largest relative violation of any limit is ${percent(figures.violation)}.`,
    ),
    ...(about.length > 0
      ? [
          {
            kind: 'table',
            caption: zh ? '建模时的提示' : 'What was found while building',
            columns: [{ title: zh ? '对象' : 'Place' }, { title: zh ? '说明' : 'What' }, right(zh ? '数' : 'Count')],
            rows: about.slice(0, 40).map(({ place, message, count }) => ({ cells: [place, message, words.count(count)] })),
          } satisfies Block,
        ]
      : []),
  ]
}

function certificate({ figures, terms, thingName }: PlanFacts, words: ReportWords, code: Code): Block[] {
  const zh = words.language === 'zh'
  const { status, stopped, objective, bound, gap, worth, sensitivity } = figures
  const state = {
    optimal: zh ? '已证明最优' : 'proven optimal',
    feasible: zh ? '可行' : 'feasible',
    infeasible: zh ? '不可行' : 'infeasible',
    unknown: zh ? '未定' : 'unknown',
  }[status === 'optimal' && (gap ?? 0) > 1e-9 ? 'feasible' : status] // within the gap that was asked for is not yet the best
  const number = (value: number | null) => (value === null ? '—' : value.toLocaleString('en-US', { maximumFractionDigits: 2 }))
  const measured = (value: number | null) =>
    value === null
      ? '—'
      : {
          npv: () => (zh ? `${yuan(value)}元` : `${yuan(value)} yuan`),
          area: () => (zh ? `${muOfM2(value)}亩` : `${muOfM2(value)} mu`),
          grain: () => `${grouped(value / 1000, 1)}${zh ? '吨' : ' t'}`,
          water: () => `${cubic(value)}${zh ? '立方米' : ' m³'}`,
        }[terms.objective]()
  const run = (text: string, key: string, value: number | null): Run => ({
    text,
    strong: true,
    ...(value === null ? {} : { code: code('certificate', key, { value }) }),
  })
  const binding = worth.filter(({ price }) => Math.abs(price) > 0).slice(0, 30)
  return [
    heading(1, zh ? '最优性证明与影子价格' : 'Certificate and prices'),
    zh
      ? says(
          `求解状态：${state}${stopped ? '（提前停止）' : ''}。目标值`,
          run(measured(objective), 'objective', objective),
          '，已证明的上界',
          run(measured(bound), 'bound', bound),
          '，差距',
          run(percent(gap), 'gap', gap),
          '：任何满足同样约束的方案都不会比本方案好出这一差距。',
        )
      : says(
          `State: ${state}${stopped ? ' (stopped early)' : ''}. Objective `,
          run(measured(objective), 'objective', objective),
          ', proven bound ',
          run(measured(bound), 'bound', bound),
          ', gap ',
          run(percent(gap), 'gap', gap),
          ': no plan within the same limits is better by more.',
        ),
    ...(binding.length > 0
      ? [
          {
            kind: 'table',
            caption: zh ? '限额及其影子价格（取自线性松弛）' : 'Limits and their prices (of the relaxation)',
            columns: [
              { title: zh ? '限额或目标' : 'Limit or target' },
              right(zh ? '限量' : 'Stated'),
              right(zh ? '用量' : 'Used'),
              right(zh ? '影子价格（分/单位）' : 'Price (fen a unit)'),
            ],
            rows: binding.map(
              ({ limit, stated, used, price }): Row => ({
                cells: [
                  limit.split('/').map(thingName).join(' / '),
                  number(stated),
                  number(used),
                  price.toLocaleString('en-US', { maximumSignificantDigits: 6 }),
                ],
                code: code('worth', limit, { stated, used, price }),
              }),
            ),
          } satisfies Block,
        ]
      : [
          says(zh ? '没有限额带影子价格：略为放宽任何一项都不会更好。' : 'No limit has a price: a little more of any would bring nothing.'),
        ]),
    ...(sensitivity.length > 0
      ? [
          {
            kind: 'table',
            caption: zh ? '水量、价格、产量上下浮动时的目标值' : 'Water, prices and yields up and down',
            columns: [
              { title: zh ? '项目' : 'What' },
              right(zh ? '变化' : 'Change'),
              right(zh ? '目标值' : 'Objective'),
              right(zh ? '上界' : 'Bound'),
            ],
            rows: sensitivity.map(
              ({ what, change, benefit, bound: most }): Row => ({
                cells: [
                  { water: zh ? '水量' : 'Water', price: zh ? '价格' : 'Prices', yield: zh ? '产量' : 'Yields' }[what],
                  `${change > 0 ? '+' : '−'}${Math.abs(100 * change).toFixed(0)}%`,
                  measured(benefit),
                  measured(most),
                ],
              }),
            ),
          } satisfies Block,
        ]
      : []),
  ]
}

function method({ terms, solver, rev, day, sha256 }: PlanFacts, words: ReportWords): Block[] {
  const zh = words.language === 'zh'
  const list = zh
    ? [
        `可行措施由措施库和作物库按每个图斑的土壤、水和限制条件逐一生成；图斑取自登记簿 ${day} 的第 ${rev} 号修订。没有土壤样品或缺少参数的图斑不在规划之内，单独计数。`,
        '每个图斑至多选一项措施、一个开始年份；投入与收益按库中系数计，折现到规划首年，逐图斑取整到分后相加。用水经渠系损失折算到渠首，逐年、逐年型、逐月不超过渠道与水源可供量。',
        `模型用列生成与割平面求解（${solver}），随机种子 ${terms.seed}；模型全文按摘要 ${sha256.slice(0, 32)} 存档，任何时候可重算，结果逐位一致。`,
      ]
    : [
        `Options come from the libraries of practices and crops for each patch's soil, water and limits, at revision ${rev} of ${day}. Patches without soil, or without a coefficient, are left out and counted.`,
        'Each patch takes one option in one year at most. Costs and benefits are discounted to the first year and rounded to the fen by patch; water is brought to the head through the losses of canals and is within what there is in every month of every year type.',
        `Solved by prices and cuts (${solver}), seed ${terms.seed}; the program is kept under ${sha256.slice(0, 32)} and gives the same result when it is solved again.`,
      ]
  return list.map((text) => says(text))
}
