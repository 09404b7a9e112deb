/**
 * The sheets in which an office states its library: what each column is called, its unit, what may stand in it. Template, export, import and the explanations
 * all follow this one description.
 */
import type { Language } from '@dishu/base/refusal'
import { AMENDMENTS } from '@dishu/numeric/amelioration/equivalents'
import { HOFFMAN } from '@dishu/numeric/crop-water/leaching'
import { DESIGNS, MARKS, METHODS } from '../crops/crops.ts'
import { ACTS } from '../ecology/ecology.ts'
import { ECONOMICS } from './library.ts'
import { COST_SCOPES, COST_UNITS, EFFECT_KINDS, FAMILIES, INDICATORS, OPERATORS } from './measures.ts'

type Said = Readonly<Record<Language, string>>
export const SHEET_NAMES = [
  'technologies',
  'conditions',
  'effects',
  'contaminants',
  'costs',
  'practices',
  'crops',
  'varieties',
  'trials',
  'results',
  'limits',
  'economics',
] as const
export type SheetName = (typeof SHEET_NAMES)[number]

export type Column = {
  readonly name: string
  readonly title: Said
  /** number: any; whole: a whole number; list: codes separated by ; as `choices` say. */
  readonly is: 'text' | 'number' | 'whole' | 'day' | 'yes-no' | 'choice' | 'list'
  readonly needed: boolean
  readonly choices: readonly string[] | null
  readonly from: number | null
  readonly to: number | null
  readonly explains: Said
}
export type LibrarySheet = {
  readonly name: SheetName
  readonly title: Said
  readonly explains: Said
  readonly key: readonly string[]
  readonly columns: readonly Column[]
}

type More = Partial<Pick<Column, 'needed' | 'choices' | 'from' | 'to'>>
const said = (text: string): Said => {
  const [zh, en] = text.split(' | ')
  return { zh, en: en ?? zh }
}
const column = (name: string, is: Column['is'], title: string, explains: string, more: More = {}): Column => ({
  name,
  is,
  title: said(title),
  explains: said(explains),
  needed: false,
  choices: null,
  from: null,
  to: null,
  ...more,
})
const NEEDED = { needed: true } as const
const code = (title: string, explains: string) => column('code', 'text', title, explains, NEEDED)
const choice = (name: string, title: string, choices: readonly string[], explains = '', needed = true) =>
  column(name, 'choice', title, explains === '' ? `${choices.join('、')} | ${choices.join(', ')}` : explains, { needed, choices })
const number = (name: string, title: string, explains: string, from: number, to: number, needed = false) =>
  column(name, 'number', title, explains, { from, to, needed })
const text = (name: string, title: string, explains = '自由填写 | free text', needed = false) =>
  column(name, 'text', title, explains, { needed })

const NAMES = [
  text('zh', '名称 | Chinese name', '中文名称 | name in Chinese', true),
  text('en', '英文名 | English name', '可不填，则用中文名称 | may stay empty'),
]
const SOURCE = [
  text('source', '出处 | Source', '文件、论文或测定单位，含年份 | document, paper or laboratory, with its year', true),
  choice(
    'mark',
    '把握 | Standing',
    MARKS,
    'found 有出处、computed 推算、recalled 凭记忆待核、own 本单位测定、invented 虚构 | found, computed, recalled and not checked, own, invented',
  ),
]
const NOTE = text('note', '备注 | Note')
const YEAR = (name: string, title: string, needed = false) =>
  column(name, 'whole', title, '四位年份 | four digits', { from: 1950, to: 2100, needed })
const MONTHS = Array.from({ length: 12 }, (_, month) =>
  number(
    `m${month + 1}`,
    `${month + 1}月 m³/亩 | month ${month + 1} m³/mu`,
    '作物需水之外的田间淋洗水量 | leaching water at the field beyond the crop’s own',
    0,
    2000,
  ),
)

const sheet = (name: SheetName, title: string, key: readonly string[], explains: string, columns: readonly Column[]): LibrarySheet => ({
  name,
  title: said(title),
  explains: said(explains),
  key,
  columns,
})

export const LIBRARY_SHEETS: readonly LibrarySheet[] = [
  sheet(
    'technologies',
    '技术 | technologies',
    ['code'],
    '单项技术；与系统自带代码相同的行取代自带的 | single measures; a row with the code of one of the program’s replaces it',
    [
      code('代码 | Code', '英文小写代码，如 fgd-gypsum | a short code'),
      ...NAMES,
      choice('family', '类别 | Family', FAMILIES),
      choice(
        'doseBy',
        '用量方式 | Dose by',
        ['gypsum-requirement', 'soil-mass', 'fixed'],
        'gypsum-requirement 按石膏需要量、soil-mass 按土重百分数、fixed 固定；不填为无用量 | by the gypsum requirement, a share of the soil’s mass, or fixed; empty: none',
        false,
      ),
      choice('amendment', '有效成分 | Substance', Object.keys(AMENDMENTS), '按石膏需要量时必填 | needed by the gypsum requirement', false),
      number('dose', '用量 | Dose', '固定：t/ha；按土重：% | fixed: t/ha; of the soil’s mass: %', 0, 500),
      number('targetEsp', '目标ESP % | Target ESP %', '按石膏需要量时必填 | needed by the gypsum requirement', 0, 60),
      number('efficiency', '效率系数F | Efficiency F', '1.1–1.3 | 1.1–1.3', 1, 3),
      number('purity', '纯度(0–1) | Purity (0–1)', '不是百分数 | a share, not per cent', 0.01, 1),
      number('depthM', '改良深度 m | Depth m', '米，不是厘米 | metres', 0.05, 1),
      number('bulkDensity', '容重 t/m³ | Bulk density t/m³', '土样没有容重时用 | where the sample has none', 0.8, 2),
      text('doseSource', '用量出处 | Source of the dose', '不填则同本行出处 | empty: as the row’s'),
      choice('doseMark', '用量把握 | Standing of the dose', MARKS, '不填则同本行把握 | empty: as the row’s', false),
      choice(
        'leachingKind',
        '淋洗方式 | Leaching',
        Object.keys(HOFFMAN),
        'Hoffman 常数所属土质或方式；有淋洗水时必填 | needed with leaching water',
        false,
      ),
      ...MONTHS,
      NOTE,
      ...SOURCE,
    ],
  ),
  sheet(
    'conditions',
    '条件 | conditions',
    ['code', 'indicator', 'is'],
    '技术或模式对地块的要求 | what a technology or practice asks of a patch',
    [
      code('技术或模式代码 | Code', '技术表或模式表中的代码 | of a technology or practice'),
      choice('indicator', '指标 | Indicator', INDICATORS),
      choice('is', '要求 | Is', OPERATORS, 'at-least 不低于、at-most 不高于、yes 有、no 无 | at least, at most, yes, no'),
      number('value', '数值 | Value', '有/无类指标不填 | empty for yes and no', -50, 1000),
      ...SOURCE,
    ],
  ),
  sheet('effects', '效果 | effects', ['code', 'indicator', 'year', 'crop', 'where'], '观测到的效果 | what was seen after', [
    code('技术代码 | Technology', '技术表中的代码 | of a technology'),
    choice('indicator', '指标 | Indicator', ['ph', 'esp', 'ece', 'salt', 'yield']),
    text('crop', '作物代码 | Crop', '产量效果所属作物 | of a yield'),
    choice('kind', '表示方式 | Kind', EFFECT_KINDS, 'to 变为、change 增减、change-percent 增减% | to, change, change in %'),
    number('least', '最小效果 | Least', '至少达到 | at the least', -100, 10_000, true),
    number('most', '最大效果 | Most', '只有一个数时与最小相同 | the same where there is one figure', -100, 10_000, true),
    column('year', 'whole', '第几年 | Year', '1 为处理后第一季 | 1: the first season after', { needed: true, from: 1, to: 50 }),
    column('planned', 'yes-no', '用于规划 | Planned', '盆栽或外地结果填 否，仅展示 | no: shown only', NEEDED),
    text('where', '地点与条件 | Where', '地点、土壤、盆栽或大田 | site, soil, pot or field', true),
    ...SOURCE,
  ]),
  sheet(
    'contaminants',
    '有害成分 | contaminants',
    ['code', 'substance'],
    '改良剂带入的有害成分及限值（如磷石膏） | what an amendment brings with it, and its limits',
    [
      code('技术代码 | Technology', '技术表中的代码 | of a technology'),
      text('substance', '成分 | Substance', 'F、Cd、As、Pb、Cr、Hg、Ra-226 等 | F, Cd, As, Pb, Cr, Hg, Ra-226 …', true),
      number('content', '含量 mg/kg (Bq/kg) | Content mg/kg (Bq/kg)', '批次检测值 | of the batch', 0, 1_000_000),
      number('limit', '限值 | Limit', '土壤或材料的限值 | of the soil or the material', 0, 1_000_000),
      choice(
        'of',
        '限值对象 | Limit of',
        ['material', 'soil'],
        'material 材料、soil 施用后的土壤 | the material, or the soil after the dose',
      ),
      number('background', '土壤背景值 mg/kg | Background mg/kg', '对土壤的限值必填 | needed for a limit of the soil', 0, 1_000_000),
      ...SOURCE,
    ],
  ),
  sheet(
    'costs',
    '费用 | costs',
    ['technology', 'line', 'year'],
    '费用按项、按价格年份分列；无价格即未配置 | cost lines by year of prices; without one a plan says not configured',
    [
      column('technology', 'text', '技术代码 | Technology', '技术表中的代码 | of a technology', NEEDED),
      text('line', '费用项 | Line', '如 材料、运撒、人工 | material, spreading, labour …', true),
      choice('scope', '范围 | Scope', COST_SCOPES),
      choice(
        'unit',
        '计价单位 | Unit',
        COST_UNITS,
        'mu 每亩每年、t 每吨用量、m3 每立方米淋洗水 | per mu and year of use, tonne of the dose, m³ of leaching water',
      ),
      number('yuan', '单价 元 | Price yuan', '元，不是万元 | yuan', 0, 1_000_000, true),
      YEAR('year', '价格年份 | Year of prices', true),
      ...SOURCE,
    ],
  ),
  sheet('practices', '模式 | practices', ['code'], '技术在各年的组合 | technologies over years', [
    code('代码 | Code', '英文小写代码 | a short code'),
    ...NAMES,
    text(
      'steps',
      '步骤 | Steps',
      '技术@起年-止年，分号分隔；从 0 年起，止年不填为一直；如 fgd-gypsum@0-0;paddy@0- | technology@from-to; … years from 0, open end: always',
      true,
    ),
    column('crops', 'list', '作物代码 | Crops', '分号分隔 | separated by ;', NEEDED),
    column('acts', 'list', '附加行为 | Further acts', ACTS.join('; '), { choices: ACTS }),
    NOTE,
    ...SOURCE,
  ]),
  sheet(
    'crops',
    '作物 | crops',
    ['code'],
    '耐盐碱指标、产量、价格；同代码取代自带 | tolerance, yield and prices; a row with a code of the program’s replaces it',
    [
      code('代码 | Code', '如 rice | rice, say'),
      ...NAMES,
      choice('method', '种植方式 | Method', METHODS, 'paddy 水田、irrigated 水浇、rainfed 旱作 | paddy, irrigated, rain-fed'),
      number('saltThreshold', '耐盐阈值 dS/m | Salt threshold dS/m', 'Maas–Hoffman a | a of Maas and Hoffman', 0, 40),
      number('saltSlope', '减产斜率 %/dS/m | Slope %/dS/m', 'Maas–Hoffman b | b of Maas and Hoffman', 0.1, 100),
      choice(
        'saltMedium',
        '电导率介质 | EC of',
        ['ece', 'soil-water'],
        'ece 饱和浸提液、soil-water 田面水 | saturation extract, or the water over the soil',
        false,
      ),
      text('saltEdition', '版本 | Edition', '如 FAO-56 表23 | FAO-56 Table 23, say'),
      number('espNoLossTo', 'ESP 不减产上限 % | ESP without loss %', '到此不减产 | no loss up to here', 0, 100),
      number('espNoneFrom', 'ESP 绝收下限 % | ESP of no yield %', '从此绝收 | nothing from here', 0, 100),
      number('phNoLossTo', 'pH 不减产上限 | pH without loss', '到此不减产 | no loss up to here', 5, 12),
      number('phNoneFrom', 'pH 绝收下限 | pH of no yield', '从此绝收 | nothing from here', 5, 13),
      text('saltSource', '耐盐出处 | Source of the salt tolerance', '不填则同本行出处 | empty: as the row’s'),
      choice('saltMark', '耐盐把握 | Standing of the salt tolerance', MARKS, '不填则同本行把握 | empty: as the row’s', false),
      text('espSource', 'ESP出处 | Source of the ESP limits', '不填则同本行出处 | empty: as the row’s'),
      choice('espMark', 'ESP把握 | Standing of the ESP limits', MARKS, '不填则同本行把握 | empty: as the row’s', false),
      text('phSource', 'pH出处 | Source of the pH limits', '不填则同本行出处 | empty: as the row’s'),
      choice('phMark', 'pH把握 | Standing of the pH limits', MARKS, '不填则同本行把握 | empty: as the row’s', false),
      number('potential', '潜力单产 kg/亩 | Potential kg/mu', '无盐碱、供水充足 | without salt, with water enough', 1, 20_000),
      number('price', '价格 元/kg | Price yuan/kg', '元，不是分 | yuan', 0.01, 1000),
      number('growingCost', '种植成本 元/亩 | Growing cost yuan/mu', '不含水费与改良 | without water and amelioration', 0, 100_000),
      YEAR('year', '产量与价格年份 | Year of figures'),
      NOTE,
      ...SOURCE,
    ],
  ),
  sheet('varieties', '品种 | varieties', ['code'], '品种与种源 | varieties and their seed', [
    code('代码 | Code', '英文小写代码 | a short code'),
    column('crop', 'text', '作物代码 | Crop', '作物表中的代码 | of a crop', NEEDED),
    text('name', '名称 | Name', '品种名 | its name', true),
    text('approval', '审定编号 | Approval', '国审或省审编号 | number of its approval'),
    text('seedSource', '种源 | Seed from', '供种单位 | who sells it'),
    number('seedPrice', '种价 元/kg | Seed yuan/kg', '元 | yuan', 0, 10_000),
    number('seedKgPerMu', '用种 kg/亩 | Seed kg/mu', '每亩用种量 | per mu', 0, 500),
    YEAR('year', '种价年份 | Year of price'),
    NOTE,
    ...SOURCE,
  ]),
  sheet('trials', '试验 | trials', ['code'], '试验登记：地点、年份、设计 | registered trials: site, year, design', [
    code('代码 | Code', '如 JQ-2024-rice | a short code'),
    text('title', '题目 | Title', '试验名称 | its title', true),
    column('crop', 'text', '作物代码 | Crop', '作物表中的代码 | of a crop', NEEDED),
    text('site', '地点 | Site', '同一地点写法一致 | written alike each time', true),
    number('longitude', '经度 | Longitude', '度 | degrees', 70, 140),
    number('latitude', '纬度 | Latitude', '度 | degrees', 3, 54),
    YEAR('year', '年份 | Year', true),
    choice(
      'design',
      '设计 | Design',
      DESIGNS,
      'rcbd 随机区组、crd 完全随机、paired-strips 成对条带、demonstration 示范 | randomised blocks, completely randomised, paired strips, demonstration',
    ),
    column('replicates', 'whole', '重复 | Replicates', '每处理重复数 | of each treatment', { needed: true, from: 1, to: 100 }),
    column('blocks', 'whole', '区组 | Blocks', '区组数 | number of blocks', { needed: true, from: 1, to: 100 }),
    number('plotM2', '小区面积 m² | Plot m²', '平方米 | square metres', 0.1, 100_000),
    number('ph', 'pH', '试验地土壤 | of the trial’s soil', 2, 12.5),
    number('esp', 'ESP %', '试验地土壤 | of the trial’s soil', 0, 100),
    number('ece', 'ECe dS/m', '试验地土壤 | of the trial’s soil', 0, 300),
    number('saltGPerKg', '含盐量 g/kg | Salt g/kg', '试验地土壤 | of the trial’s soil', 0, 400),
    column('registeredOn', 'day', '登记日期 | Registered on', '应在收获之前 | before the harvest', {}),
    text('question', '要回答的问题 | Question', '', true),
    ...SOURCE,
  ]),
  sheet('results', '试验结果 | trial results', ['trial', 'block', 'plot'], '每小区一行 | one row for each plot', [
    column('trial', 'text', '试验代码 | Trial', '试验表中的代码 | of a trial', NEEDED),
    text('block', '区组 | Block', '区组编号 | number of the block', true),
    text('plot', '小区 | Plot', '小区编号 | number of the plot', true),
    column('variety', 'text', '品种代码 | Variety', '品种表中的代码 | of a variety', NEEDED),
    text('treatment', '处理 | Treatment', '如 CK、脱硫石膏；同一处理写法一致 | written alike each time', true),
    number('yieldKgPerMu', '产量 kg/亩 | Yield kg/mu', '公斤，不是斤 | kilograms', 0, 20_000, true),
    NOTE,
  ]),
  sheet(
    'limits',
    '限制 | limits',
    ['code'],
    '生态与法规限制：禁止的行为，依据的图层与地类 | what laws forbid, on which layer and classes',
    [
      code('代码 | Code', '如 ecological-red-line | a short code'),
      ...NAMES,
      text('layer', '图层名 | Layer', '导入时的图层名 | the name under which the layer was imported'),
      column('classes', 'list', '地类编码 | Classes', '第三次调查四位编码，分号分隔 | survey classes, separated by ;', {}),
      column('forbids', 'list', '禁止行为 | Forbids', ACTS.join('; '), { needed: true, choices: ACTS }),
      column('from', 'day', '施行日期 | In force from', '如 2022-06-01 | as 2022-06-01', NEEDED),
      column('to', 'day', '失效日期 | Until', '仍有效则不填 | empty where still in force', {}),
      NOTE,
      ...SOURCE,
    ],
  ),
  sheet('economics', '经济参数 | economics', ['name'], '折现率、年限、水价与换算选择 | discount, horizon, price of water, and choices', [
    choice(
      'name',
      '参数 | Name',
      ECONOMICS,
      'discount-percent 折现率%、horizon-years 年限、water-price 水价 元/m³、yield-rule 减产合成(product/min)、ece-conversion ECe 换算、drain-reach-m 排水沟可达距离 m、year-type 年型(P50/P75) | see the names',
    ),
    number('value', '数值 | Value', '', 0, 100_000),
    text('word', '取值 | Word', '选择类参数的取值 | of a choice'),
    YEAR('year', '年份 | Year'),
    ...SOURCE,
  ]),
]
export const sheetOf = (name: SheetName): LibrarySheet => LIBRARY_SHEETS.find((each) => each.name === name)!
