/** The words that stand on the screens, explained in a sentence. Spelling as in docs/glossary.md, which has all words and the standards' own names. */
export type Term = {
  readonly id: string
  readonly zh: string
  readonly en: string
  readonly standard?: string
  readonly meaning: { readonly zh: string; readonly en: string }
  /** The help page that says more. */
  readonly more?: string
}

export const TERMS: readonly Term[] = [
  {
    id: 'patch',
    zh: '图斑',
    en: 'patch',
    standard: 'DLTB',
    more: 'count',
    meaning: {
      zh: '国土调查划出的、地类单一的一块地；全县图斑互不重叠、铺满县域，统计以它为底。',
      en: 'A piece of ground of one land class, drawn by the land survey. Patches cover the county once; the count stands on them.',
    },
  },
  {
    id: 'parcel',
    zh: '承包地块',
    en: 'contract parcel',
    standard: 'NY/T 2539 DK',
    more: 'count',
    meaning: {
      zh: '农村土地承包登记的地块，用 19 位地块编码；与图斑各画各的，叠加后才知道谁承包了哪块图斑。',
      en: 'A piece of land in the contract registry, named by 19 digits. It is drawn apart from the patches; laid over them it tells who holds which ground.',
    },
  },
  {
    id: 'cell',
    zh: '计量单元',
    en: 'cell',
    more: 'count',
    meaning: {
      zh: '图斑与承包地块等图层叠加后的最小块，每块只计一次，面积为整数的百分之一平方米。',
      en: 'The smallest piece after patches and parcels are laid over each other; each counts exactly once, in whole hundredths of a square metre.',
    },
  },
  {
    id: 'unused-saline',
    zh: '未利用盐碱地',
    en: 'unused saline land',
    standard: '1204',
    more: 'count',
    meaning: {
      zh: '国土调查地类为盐碱地（1204）的图斑。与盐碱耕地分开统计，从不相加成一个不说明的数。',
      en: 'Patches of the survey’s class 1204. Shown apart from saline cultivated land; the two are never added without saying so.',
    },
  },
  {
    id: 'saline-cultivated',
    zh: '盐碱耕地',
    en: 'saline cultivated land',
    more: 'grades',
    meaning: { zh: '按土壤样品评定为盐碱化的耕地图斑。', en: 'Cultivated patches that soil samples grade as saline or sodic.' },
  },
  {
    id: 'official-area',
    zh: '调查面积',
    en: 'official area',
    standard: 'TBMJ',
    more: 'area',
    meaning: { zh: '调查成果登记的图斑面积，统计以它为准。', en: 'The area the survey states for a patch; counts use it.' },
  },
  {
    id: 'computed-area',
    zh: '计算面积',
    en: 'computed area',
    standard: 'TD/T 1055-2019',
    more: 'area',
    meaning: {
      zh: '按调查规程的椭球面公式由界线算出的面积，与调查面积并列显示。',
      en: 'The area of the outline on the ellipsoid, by the survey’s own rule; shown beside the official one.',
    },
  },
  {
    id: 'owner-kind',
    zh: '权属性质',
    en: 'kind of owner',
    standard: 'QSXZ',
    meaning: { zh: '土地归国家还是归集体。', en: 'Whether the state or a collective owns the ground.' },
  },
  {
    id: 'unplaced',
    zh: '未落图',
    en: 'unplaced',
    more: 'count',
    meaning: {
      zh: '合同没有图形、落不到图上：单独列出，不计入面积。',
      en: 'A contract without an outline cannot be put on the map: it is listed apart and counts no area.',
    },
  },
  {
    id: 'as-of',
    zh: '时点',
    en: 'as-of day',
    more: 'ledger',
    meaning: {
      zh: '“这一天的土地是什么样”：只看当天有效的图斑、合同和样品。',
      en: '“What was the land like on that day”: only what was valid then.',
    },
  },
  {
    id: 'known',
    zh: '登记版本',
    en: 'known revision',
    more: 'ledger',
    meaning: {
      zh: '“当时我们知道什么”：只看到该修订为止登记的内容，可复现当时报出的数字。',
      en: '“What did we know then”: the register as it stood at a revision, so that a figure once given comes out again.',
    },
  },
  {
    id: 'revision',
    zh: '修订',
    en: 'revision',
    more: 'ledger',
    meaning: {
      zh: '一次写入：谁、何时、为何、依据哪份文件、改动前后；修订以哈希相连。',
      en: 'One act of writing: who, when, why, by which document, before and after. Revisions are chained by their hashes.',
    },
  },
  {
    id: 'cause',
    zh: '变更原因',
    en: 'cause',
    more: 'changes',
    meaning: {
      zh: '变更调查、分割合并、重新评定、承包合同、工程项目、更正、撤销、方法变更之一；没有原因的变更不能写入。',
      en: 'Re-survey, split or merge, re-grade, contract, project, correction, undo or method; nothing is written without one.',
    },
  },
  {
    id: 'baseline',
    zh: '冻结的底数',
    en: 'baseline',
    more: 'changes',
    meaning: {
      zh: '签了名、不再变动的底数：修订、区域、规则、方案和数字一并封存，多年后重算仍为同一数。',
      en: 'A count that was frozen and signed with its revision, areas, rules and schemes; recounted years later it is the same number.',
    },
  },
  {
    id: 'finding',
    zh: '质检',
    en: 'finding',
    more: 'findings',
    meaning: {
      zh: '某条规则对某行或某组行的结论；不阻止导入，等待处理、接受为例外或修复。',
      en: 'What a quality rule says of a row or rows. It never stops an import; it waits to be mended, assigned or accepted.',
    },
  },
  {
    id: 'exception',
    zh: '例外',
    en: 'exception',
    more: 'findings',
    meaning: { zh: '有人署名并说明理由后接受的质检问题。', en: 'A finding that a person accepted, with a name and a reason.' },
  },
  {
    id: 'refusal',
    zh: '拒收',
    en: 'refused',
    more: 'import',
    meaning: {
      zh: '读不懂或违反底线、不能写入的行；说明在哪个文件、图层、行、字段，以及怎么办。',
      en: 'A row that cannot be taken; the sentence names file, layer, row and field, and what to do.',
    },
  },
  {
    id: 'ph',
    zh: '酸碱度',
    en: 'pH',
    more: 'grades',
    meaning: {
      zh: '土壤浸提液的 pH；苏打盐碱土高于 8.5 甚至 9.5，水土比不同数值不同。',
      en: 'Acidity of the soil extract. Soda soils lie above 8.5, often above 9.5; the value depends on the ratio of water to soil.',
    },
  },
  {
    id: 'ece',
    zh: 'ECe',
    en: 'ECe',
    more: 'grades',
    meaning: {
      zh: '饱和浸提液电导率（dS/m），国际通用的盐分指标；由 1:5 电导率换算时注明所用关系和适用范围。',
      en: 'Conductivity of the saturation extract (dS/m), the usual measure of salinity. Where it is derived from a 1:5 extract the relation and its range are named.',
    },
  },
  {
    id: 'esp',
    zh: '碱化度',
    en: 'ESP',
    more: 'grades',
    meaning: {
      zh: '交换性钠占阳离子交换量的百分比（ESP）；15 % 以上为碱化，苏打土改良主要看它。',
      en: 'Exchangeable sodium as a share of the exchange capacity. Above 15 % soil is sodic; on soda soils it matters more than salt.',
    },
  },
  {
    id: 'sar',
    zh: '钠吸附比',
    en: 'SAR',
    more: 'grades',
    meaning: {
      zh: '浸提液中钠与钙镁之比（SAR），只在校准范围内用来推算碱化度。',
      en: 'Sodium against calcium and magnesium in the extract; used for ESP only inside its calibration.',
    },
  },
  {
    id: 'scheme',
    zh: '分级方案',
    en: 'grading scheme',
    more: 'grades',
    meaning: {
      zh: '把测值分成等级的界限表，有来源、日期和标记；换方案即全县重新评定为一次修订。',
      en: 'The table of bounds that turns measurements into grades, with source, date and mark. Another scheme regrades the county as one revision.',
    },
  },
  {
    id: 'not-graded',
    zh: '未评定',
    en: 'not graded',
    more: 'grades',
    meaning: {
      zh: '没有可用样品或指标，不给等级；单列一类，不猜。',
      en: 'No usable sample or measure: a category of its own instead of a guess.',
    },
  },
  {
    id: 'interval',
    zh: '区间',
    en: 'interval',
    more: 'soil-map',
    meaning: {
      zh: '95 % 置信区间：方法成立时，一百次里约有九十五次包含真值。上级区间由联合模拟得到，不由下级相加。',
      en: 'Of a hundred 95 % intervals about ninety-five hold the true value. A parent’s comes from joint simulation, not from adding its children’s.',
    },
  },
  {
    id: 'variogram',
    zh: '变异函数',
    en: 'variogram',
    more: 'soil-map',
    meaning: {
      zh: '两点测值的差异随距离怎样增大；决定插值能不能比平均值好。',
      en: 'How the difference of two measurements grows with distance; it decides whether a map can beat the mean.',
    },
  },
  {
    id: 'kriging',
    zh: '克里金',
    en: 'kriging',
    more: 'soil-map',
    meaning: {
      zh: '按变异函数加权的插值，同时给出每处的误差方差。',
      en: 'Interpolation with weights from the variogram; it tells its own error everywhere.',
    },
  },
  {
    id: 'source',
    zh: '水源',
    en: 'water source',
    more: 'water',
    meaning: {
      zh: '引水、水库、地下水或回归水，按月和水文年型给出水量。',
      en: 'A diversion, reservoir, groundwater or return flow, with its volume by month and kind of year.',
    },
  },
  {
    id: 'quota',
    zh: '用水定额',
    en: 'quota',
    more: 'water',
    meaning: {
      zh: '某作物每亩用水的规定值；由各省发布，系统不代填，没有就显示“未配置”。',
      en: 'The water a crop may use on a mu, as a province publishes it. The program invents none: without it stands “not configured”.',
    },
  },
  {
    id: 'year-type',
    zh: '年型',
    en: 'year type',
    more: 'water',
    meaning: {
      zh: '按保证率区分的丰、平、枯年（P = 25、50、75、90 %）。',
      en: 'Wet, normal or dry by reliability (P = 25, 50, 75, 90 %).',
    },
  },
  {
    id: 'screening',
    zh: '筛查上限',
    en: 'screening bound',
    more: 'water',
    meaning: {
      zh: 'A = η(W − W生态 − W其他)/m，只看全年水量的粗略上限。',
      en: 'A = η(W − W of ecology − W of others)/m: a rough upper limit from the year’s water alone.',
    },
  },
  {
    id: 'technology',
    zh: '技术',
    en: 'technology',
    more: 'library',
    meaning: {
      zh: '石膏、脱硫石膏、有机质、淋洗、排水、掺沙等，附条件、用量、费用和有出处的效果。',
      en: 'Gypsum, organic matter, leaching, drainage, sand and others, with conditions, dose, cost and effects that name their evidence.',
    },
  },
  {
    id: 'option',
    zh: '可行方案',
    en: 'option',
    more: 'library',
    meaning: {
      zh: '一块地可以怎样治理、种什么、要多少水和钱；每个不可行的也写明原因。',
      en: 'What may be done on a patch, which crop, how much water and money; each one that is out says why.',
    },
  },
  {
    id: 'limit',
    zh: '限制图层',
    en: 'limits',
    more: 'library',
    meaning: {
      zh: '生态保护红线、自然保护地、湿地、永久基本农田等限制；逐条写明禁止什么行为，按实际覆盖的部分计算。',
      en: 'Ecological red lines, reserves, wetlands, basic farmland. Each names the acts it forbids and counts by the part it covers.',
    },
  },
  {
    id: 'scenario',
    zh: '规划方案',
    en: 'scenario',
    more: 'certified-plan',
    meaning: {
      zh: '一次规划的全部设定与结果：水、钱、限制、目标、年份、种子，可重算到分。',
      en: 'All a plan is asked for and what came out: water, money, limits, targets, years and seed. It can be recomputed to the last fen.',
    },
  },
  {
    id: 'bound',
    zh: '上界',
    en: 'bound',
    more: 'certified-plan',
    meaning: { zh: '任何可行方案都不可能超过的数，由另一条路线证明。', en: 'What no feasible plan can exceed, proved by a second route.' },
  },
  {
    id: 'gap',
    zh: '差距',
    en: 'gap',
    more: 'certified-plan',
    meaning: {
      zh: '方案与上界相差的比例：离最好最多还差这么多。',
      en: 'How far the plan is from the bound: it cannot be further than this from the best.',
    },
  },
  {
    id: 'shadow-price',
    zh: '影子价格',
    en: 'shadow price',
    more: 'certified-plan',
    meaning: {
      zh: '某种水、钱或指标再多一个单位，目标能提高多少。',
      en: 'What one more unit of a water, a budget or a target would be worth.',
    },
  },
  {
    id: 'sealed',
    zh: '封存',
    en: 'sealed',
    more: 'people',
    meaning: {
      zh: '姓名、证件号、电话、住址加密保存，平时只显示掩码；查看明文须说明用途并留下记录。',
      en: 'Names, identity numbers, phones and addresses are kept encrypted and shown masked; to open one takes a purpose and leaves a record.',
    },
  },
  {
    id: 'four-eyes',
    zh: '复核',
    en: 'review',
    more: 'people',
    meaning: {
      zh: '权利、冻结的底数、例外和规划的改动由另一人批准，作者本人不行，任何角色不例外。',
      en: 'Changes of tenure, baselines, exceptions and plans are approved by another person, never the author, whatever the role.',
    },
  },
  {
    id: 'head',
    zh: '链头',
    en: 'head',
    more: 'ledger',
    meaning: {
      zh: '台账最新一次修订的哈希；每日签名，存放在办公室之外即可证明之前的内容没有被改过。',
      en: 'The hash at the end of the ledger, signed daily. Kept outside the office it proves that nothing before it was changed.',
    },
  },
]
