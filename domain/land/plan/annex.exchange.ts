/** The annexes of a plan as sheets; every figure is one of the result's own. */
import type { Language } from '@dishu/base/refusal'
import type { Field, Value } from '@dishu/formats/layers'
import type { Sheet } from '@dishu/formats/write/xlsx'
import { optionOf, type PlanResult, yearOf } from './results.ts'
import { outText } from './scenarios.messages.ts'

export type AnnexPatch = {
  readonly patch: number
  readonly key: string
  readonly village: string
  readonly villageName: string | null
  readonly landClass: string
  readonly areaM2: number
  readonly label: string
}
export type AnnexWords = { optionName(id: string): string; townName(code: string): string; thingName(id: string): string }

const MU = 2000 / 3
const round = (value: number, digits: number) => Number(value.toFixed(digits))

export function annexSheets(
  result: Omit<PlanResult, 'labels' | 'patchIds' | 'choices'>,
  patches: Iterable<AnnexPatch>,
  words: AnnexWords,
  language: Language,
  synthetic: boolean,
): Sheet[] {
  const zh = language === 'zh'
  const { basis, figures } = result
  const { totals } = figures
  const number = (name: string, decimals = 2): Field => ({ name, type: 'number', decimals, width: 14 })
  const text = (name: string, width = 14): Field => ({ name, type: 'text', width })
  const title = `${basis.title} · ${result.scenario} · ${result.key}${synthetic ? (zh ? ' · 合成示例数据' : ' · synthetic sample data') : ''}`
  const sheet = (name: string, fields: readonly Field[], rows: Iterable<readonly Value[]>, titles: readonly string[] = []): Sheet => ({
    name,
    titles: [title, ...titles],
    fields: [...fields],
    rows: (function* () {
      for (const values of rows) yield { values: [...values] }
    })(),
  })
  const sum: readonly (readonly [string, Value])[] = [
    [zh ? '状态' : 'status', figures.status + (figures.stopped ? (zh ? '（提前停止）' : ' (stopped early)') : '')],
    [zh ? '目标值' : 'objective', figures.objective],
    [zh ? '上界' : 'bound', figures.bound],
    [zh ? '差距' : 'gap', figures.gap],
    [zh ? '最大超限（比例）' : 'largest violation (share)', figures.violation],
    [zh ? '净现值（万元）' : 'net present value (10⁴ yuan)', round(totals.npvFen / 1e6, 4)],
    [zh ? '投入（万元）' : 'cost (10⁴ yuan)', round(totals.costFen / 1e6, 4)],
    [zh ? '面积（亩）' : 'area (mu)', round(totals.areaM2 / MU, 2)],
    [zh ? '粮食（吨/年）' : 'grain (t a year)', round(totals.grainKg / 1000, 3)],
    [zh ? '用水（万m³/年，田间）' : 'water (10⁴ m³ a year, at the field)', round(totals.waterM3 / 1e4, 4)],
    [zh ? '入选图斑' : 'patches chosen', totals.chosen],
    [zh ? '有措施的图斑' : 'patches with options', totals.planned],
    [zh ? '范围内图斑' : 'patches within', totals.patches],
    [zh ? '随机种子' : 'seed', basis.terms.seed],
    [zh ? '登记簿修订' : 'revision of the register', basis.rev],
    [zh ? '模型摘要' : 'digest of the program', basis.sha256],
  ]
  return [
    sheet(
      zh ? '汇总' : 'Summary',
      [text(zh ? '项目' : 'item', 30), text(zh ? '数值' : 'value', 30)],
      sum.map(([name, value]) => [name, value === null ? '—' : String(value)]),
    ),
    sheet(
      zh ? '分乡镇分年' : 'By town and year',
      [
        text(zh ? '乡镇代码' : 'town code'),
        text(zh ? '乡镇' : 'town'),
        number(zh ? '年份' : 'year', 0),
        text(zh ? '措施' : 'option', 24),
        number(zh ? '图斑数' : 'patches', 0),
        number(zh ? '面积（亩）' : 'area (mu)'),
        number(zh ? '净现值（元）' : 'net present value (yuan)'),
        number(zh ? '投入（元）' : 'cost (yuan)'),
        number(zh ? '粮食（kg/年）' : 'grain (kg a year)', 0),
        number(zh ? '用水（m³/年）' : 'water (m³ a year)', 0),
      ],
      figures.land.map((row) => [
        row.town,
        words.townName(row.town),
        row.year,
        words.optionName(row.option),
        row.patches,
        round(row.areaM2 / MU, 2),
        row.benefitFen / 100,
        row.costFen / 100,
        row.grainKg,
        row.waterM3,
      ]),
    ),
    sheet(
      zh ? '渠系逐月水量' : 'Water by canal and month',
      [
        text(zh ? '渠段或水源' : 'canal or source'),
        text(zh ? '名称' : 'name'),
        number(zh ? '年份' : 'year', 0),
        text(zh ? '年型' : 'year type'),
        number(zh ? '月' : 'month', 0),
        number(zh ? '规划用量（m³）' : 'used by the plan (m³)', 0),
        number(zh ? '现状用量（m³）' : 'used today (m³)', 0),
        number(zh ? '限量（m³）' : 'limit (m³)', 0),
        number(zh ? '利用率（%）' : 'share (%)', 1),
      ],
      figures.water.map((row) => [
        row.id,
        words.thingName(row.id),
        row.year,
        row.yearType,
        row.month,
        round(row.planM3, 0),
        round(row.presentM3, 0),
        round(row.limitM3, 0),
        row.limitM3 > 0 ? round((100 * (row.planM3 + row.presentM3)) / row.limitM3, 1) : null,
      ]),
    ),
    sheet(
      zh ? '资金来源' : 'Money by source',
      [
        text(zh ? '来源' : 'source', 24),
        number(zh ? '年份' : 'year', 0),
        number(zh ? '安排（元）' : 'budget (yuan)'),
        number(zh ? '使用（元）' : 'used (yuan)'),
        number(zh ? '结余（元）' : 'left (yuan)'),
      ],
      figures.money.map((row) => [row.source, row.year, row.budgetFen / 100, row.paidFen / 100, (row.budgetFen - row.paidFen) / 100]),
    ),
    sheet(
      zh ? '影子价格' : 'Shadow prices',
      [
        text(zh ? '限额或目标' : 'limit or target', 36),
        number(zh ? '限量' : 'stated'),
        number(zh ? '用量' : 'used'),
        number(zh ? '影子价格（分/单位）' : 'price (fen a unit)', 6),
        number(zh ? '多一点' : 'a little more', 6),
        number(zh ? '少一点' : 'a little less', 6),
      ],
      figures.worth.map((row) => [row.limit, row.stated, row.used, row.price, row.more, row.less]),
    ),
    sheet(
      zh ? '图斑' : 'Patches',
      [
        text(zh ? '图斑' : 'patch', 24),
        text(zh ? '村代码' : 'village code'),
        text(zh ? '村' : 'village'),
        text(zh ? '地类' : 'class', 8),
        number(zh ? '面积（亩）' : 'area (mu)'),
        text(zh ? '入选' : 'chosen', 8),
        number(zh ? '年份' : 'year', 0),
        text(zh ? '措施' : 'option', 24),
        text(zh ? '原因' : 'reason', 36),
      ],
      (function* () {
        for (const { key, village, villageName, landClass, areaM2, label } of patches) {
          const year = yearOf(label)
          const reason = label.startsWith('!')
            ? outText(label.slice(1), language)
            : year === null
              ? zh
                ? '按影子价格不值得，或限额已满'
                : 'not worth the prices of what it uses, or no room is left'
              : ''
          yield [
            key,
            village,
            villageName,
            landClass,
            round(areaM2 / MU, 2),
            year === null ? (zh ? '否' : 'no') : zh ? '是' : 'yes',
            year,
            year === null ? '' : words.optionName(optionOf(label)),
            reason,
          ]
        }
      })(),
    ),
  ]
}
