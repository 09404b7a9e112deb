/** The sheets of water: every column with its title, unit and limits, and why it is asked for. */
import type { Said, Sheet, SheetField, SheetId } from './sheets.ts'
import { ELEMENTS, M2_PER_MU, SETTINGS, YEAR_TYPES } from './things.ts'

type More = Partial<Pick<SheetField, 'unit' | 'factor' | 'needed' | 'from' | 'to' | 'likely' | 'choices'>> & { readonly column?: string }
const snake = (name: string) => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

function field(name: string, kind: SheetField['kind'], title: string, explains: string, more: More = {}): SheetField {
  const both = (text: string): Said => {
    const [zh, en] = text.split(' | ')
    return { zh, en: en ?? zh }
  }
  const { column = snake(name), unit = null, factor = 1, needed = false, from = null, to = null, likely = null, choices = [] } = more
  return { name, column, kind, title: both(title), unit, factor, needed, from, to, likely, choices, explains: both(explains) }
}
const same = (text: string): Said => ({ zh: text, en: text })
const MU: Said = { zh: '亩', en: 'mu' }
const TEN_THOUSAND_M3: Said = { zh: '万m³', en: '10⁴ m³' }
const needed = true
const id = (name: string, title: string, explains: string) => field(name, 'text', title, explains, { needed })

const STATED: readonly SheetField[] = [
  field(
    'mark',
    'choice',
    '把握 | Standing',
    '官方、文献、推算、凭记忆未复核、虚构 | official, literature, computed, recalled and not checked, invented',
    {
      needed,
      choices: ['official', 'literature', 'computed', 'recalled', 'invented'],
    },
  ),
  field(
    'origin',
    'text',
    '出处 | Taken from',
    '文件、文号、年份，或测量单位与日期 | document, number and year, or who measured it and when',
    {
      column: 'origin_text',
    },
  ),
]
const share: More = { from: 0.01, to: 1 }
const YEARS: More = { needed, choices: YEAR_TYPES }
const YES_NO: More = { needed, choices: ['yes', 'no'] }
const METHOD = '灌溉方式，与定额表一致，如 渠灌、井灌、滴灌 | way of irrigation, as the quota table calls it'
const CROP = '作物，与定额表、作物表一致 | crop, as the quota and season tables call it'

const sheet = (id: SheetId, of: string, title: string, key: readonly string[], explains: string, fields: readonly SheetField[]): Sheet => {
  const [zh, en] = title.split(' | ')
  const [zhWhy, enWhy] = explains.split(' | ')
  return { id, of, title: { zh, en }, key, explains: { zh: zhWhy, en: enWhy }, fields: [...fields, ...STATED] }
}

export const SHEETS: Readonly<Record<SheetId, Sheet>> = {
  node: sheet(
    'node',
    'nodes',
    '节点 | nodes',
    ['nodeId'],
    '渠首、分水口、泵站、排水出口等点 | heads, turnouts, pumps, outlets: the points of the network',
    [
      id('nodeId', '节点编号 | Node', '县内唯一 | unique in the county'),
      id('name', '名称 | Name', '现场叫法 | as people call it'),
      field('nodeKind', 'choice', '类型 | Kind', '渠首、汇合、分水口、泵站、排水出口 | head, junction, turnout, pump, outlet', {
        needed,
        choices: ['head', 'junction', 'turnout', 'pump', 'outlet'],
      }),
      field('lon', 'number', '经度 | Longitude', 'CGCS2000 经度，度 | CGCS2000, degrees', {
        needed,
        unit: same('°'),
        from: -180,
        to: 180,
        likely: [73, 136],
      }),
      field('lat', 'number', '纬度 | Latitude', 'CGCS2000 纬度，度 | CGCS2000, degrees', {
        needed,
        unit: same('°'),
        from: -90,
        to: 90,
        likely: [3, 54],
      }),
      field(
        'elevationM',
        'number',
        '高程 | Elevation',
        '1985 高程；有了它才能查自流渠是否爬坡 | lets the check find gravity canals that run uphill',
        {
          unit: same('m'),
          from: -200,
          to: 6000,
        },
      ),
    ],
  ),
  reach: sheet(
    'reach',
    'reaches',
    '渠段 | reaches',
    ['reachId'],
    '渠道与排水沟，从上游节点到下游节点 | canals and drains, from the upper node to the lower',
    [
      id('reachId', '渠段编号 | Reach', '县内唯一 | unique in the county'),
      id('name', '名称 | Name', '现场叫法 | as people call it'),
      field('reachKind', 'choice', '类型 | Kind', '渠道或排水沟 | canal or drain', { needed, choices: ['canal', 'drain'] }),
      id('fromNode', '起点 | From', '上游节点编号 | the upper node'),
      id('toNode', '终点 | To', '下游节点编号 | the lower node'),
      field(
        'lifted',
        'choice',
        '提水 | Lifted',
        '由泵站提水；自流渠不能成环，也不能爬坡 | by a pump; gravity canals form no ring and run no way uphill',
        YES_NO,
      ),
      field(
        'efficiency',
        'number',
        '渠道水利用系数 | Efficiency',
        '流入水量中能流出的份额，0–1；空白表示未配置 | share of the entering water that leaves; empty: not configured',
        share,
      ),
      field(
        'capacity',
        'months',
        '过水能力 | Capacity',
        '各月可进入的最大流量；空白表示未配置 | most that may enter in a month; empty: not configured',
        {
          column: 'capacity_m3_s',
          unit: same('m³/s'),
          from: 0,
          to: 5000,
          likely: [0, 500],
        },
      ),
      field(
        'line',
        'line',
        '线形 WKT | Line (WKT)',
        'LINESTRING，经纬度；空白表示直线或保留原线 | LINESTRING in degrees; empty: straight, or as it was',
        {},
      ),
    ],
  ),
  source: sheet(
    'source',
    'sources',
    '水源 | sources',
    ['sourceId'],
    '引河、水库、地下水、回归水 | river diversions, reservoirs, groundwater, return flows',
    [
      id('sourceId', '水源编号 | Source', '县内唯一 | unique in the county'),
      id('name', '名称 | Name', '现场叫法 | as people call it'),
      field('sourceKind', 'choice', '类型 | Kind', '引河、水库、地下水、回归水 | river, reservoir, groundwater, return', {
        needed,
        choices: ['river', 'reservoir', 'groundwater', 'return'],
      }),
      id('nodeId', '入渠节点 | Node', '水从这个节点进入渠系 | where its water enters the network'),
      field('zone', 'text', '分区 | Zone', '地下水所属分区，与控制指标表一致 | of groundwater: the zone of its limit'),
      field(
        'reliability',
        'choice',
        '设计保证率 | Reliability',
        '设计保证的最枯年型；定额年型应与之一致 | the driest year type it is meant for; quotas must match it',
        {
          choices: YEAR_TYPES,
        },
      ),
    ],
  ),
  volume: sheet(
    'volume',
    'volumes',
    '来水与先用 | volumes',
    ['sourceId', 'purpose', 'yearType'],
    '各水源逐月来水、生态预留、其他先用 | by month: what comes, what stays, what others take first',
    [
      id('sourceId', '水源编号 | Source', '水源表中的编号 | as in the sheet of sources'),
      field('purpose', 'choice', '项目 | What', '来水、生态预留、其他用户 | supply, ecological reserve, other users', {
        needed,
        choices: ['supply', 'reserve', 'other'],
      }),
      field('yearType', 'choice', '年型 | Year type', '水文年型 | hydrological year', YEARS),
      field('volume', 'months', '水量 | Volume', '当月水量；空白表示未配置 | of the month; empty: not configured', {
        column: 'volume_m3',
        unit: TEN_THOUSAND_M3,
        factor: 1e4,
        from: 0,
        to: 1e6,
        likely: [0, 50_000],
      }),
    ],
  ),
  district: sheet(
    'district',
    'districts',
    '灌区 | districts',
    ['districtId'],
    '由一个节点供水的灌溉片 | land that takes its water at one node',
    [
      id('districtId', '灌区编号 | District', '县内唯一 | unique in the county'),
      id('name', '名称 | Name', '现场叫法 | as people call it'),
      id('nodeId', '供水节点 | Node', '从这个节点取水 | where it takes its water'),
      field('zone', 'text', '定额分区 | Quota zone', '与定额表的分区一致 | as in the quota table'),
      field('station', 'text', '气象站 | Station', '与气候表一致 | as in the climate table'),
      field(
        'fieldEfficiency',
        'number',
        '田间水利用系数 | Field efficiency',
        '从分水口到田里的份额，0–1 | share of what is handed over that reaches the field',
        share,
      ),
      field('areaM2', 'number', '可灌面积 | Area', '可以灌溉的面积 | that can be irrigated', {
        unit: MU,
        factor: M2_PER_MU,
        from: 0,
        to: 1e8,
        likely: [10, 3e6],
      }),
      field('serves', 'text', '服务范围 | Serves', '乡镇、村代码，空格分开 | codes of towns and villages, with blanks between', {}),
      field('outline', 'polygon', '范围 WKT | Outline (WKT)', 'POLYGON 或 MULTIPOLYGON；空白表示保留原范围 | empty: as it was', {}),
    ],
  ),
  planting: sheet(
    'planting',
    'plantings',
    '现状种植 | planting',
    ['districtId', 'crop', 'method'],
    '灌区现有灌溉面积 | what a district irrigates today',
    [
      id('districtId', '灌区编号 | District', '灌区表中的编号 | as in the sheet of districts'),
      id('crop', '作物 | Crop', CROP),
      id('method', '灌溉方式 | Method', METHOD),
      field('areaM2', 'number', '面积 | Area', '现状灌溉面积 | irrigated today', {
        needed,
        unit: MU,
        factor: M2_PER_MU,
        from: 0,
        to: 1e8,
        likely: [1, 3e6],
      }),
    ],
  ),
  limit: sheet(
    'limit',
    'limits',
    '控制指标 | limits',
    ['limitId'],
    '地下水分区控制水量、排水出口盐量 | groundwater by zone, salt at drain outlets',
    [
      id('limitId', '指标编号 | Limit', '县内唯一 | unique in the county'),
      field('limitKind', 'choice', '类型 | Kind', '地下水控制水量，或排盐限量 | groundwater or salt load', {
        needed,
        choices: ['groundwater', 'salt-load'],
      }),
      id('name', '名称 | Name', '文件中的名称 | as the document calls it'),
      field('zone', 'text', '分区 | Zone', '地下水分区 | of groundwater'),
      field('nodeId', 'text', '排水出口 | Outlet', '出口节点编号 | the outlet’s node'),
      field('volume', 'number', '年控制水量 | Volume a year', '地下水填写 | of groundwater', {
        column: 'volume_m3',
        unit: TEN_THOUSAND_M3,
        factor: 1e4,
        from: 0,
        to: 1e7,
      }),
      field('saltT', 'number', '年排盐限量 | Salt a year', '排水出口填写 | of an outlet', {
        unit: { zh: '吨', en: 't' },
        from: 0,
        to: 1e9,
      }),
    ],
  ),
  quota: sheet(
    'quota',
    'quotas',
    '用水定额 | quotas',
    ['crop', 'zone', 'yearType', 'method', 'soil', 'level', 'basis'],
    '按所在省现行标准录入，系统不自带数值 | from the province’s standard in force; the system has no values of its own',
    [
      id('crop', '作物 | Crop', CROP),
      id('zone', '分区 | Zone', '标准中的灌溉分区 | irrigation zone of the standard'),
      field('yearType', 'choice', '年型 | Year type', '与水源保证率一致 | must match the source’s reliability', YEARS),
      id('method', '灌溉方式 | Method', METHOD),
      field('soil', 'text', '土质 | Soil', '标准未分土质时留空 | empty where the standard knows none'),
      field('level', 'choice', '取值 | Level', '先进值或通用值 | advanced or general value', { needed, choices: ['advanced', 'general'] }),
      field('basis', 'choice', '口径 | Basis', '净定额（田间）或毛定额（渠首） | net at the field, gross at the canal head', {
        needed,
        choices: ['net', 'gross'],
      }),
      field('m3PerMu', 'number', '定额 | Quota', '空白表示标准中没有这一格 | empty where the standard has none', {
        unit: { zh: 'm³/亩', en: 'm³/mu' },
        from: 0,
        to: 20_000,
        likely: [20, 1500],
      }),
    ],
  ),
  season: sheet(
    'season',
    'seasons',
    '作物生育期 | seasons',
    ['crop'],
    '作物系数与生育期，用于把年定额分到各月 | coefficients and stages: they share a year’s quota among months',
    [
      id('crop', '作物 | Crop', CROP),
      id('cropName', '名称 | Name', '显示名称 | as it is shown'),
      field('plantingDay', 'day', '播栽日 | Planting day', '月-日，如 05-20 | month-day, as 05-20'),
      ...(
        [
          ['iniDays', '初期 | Initial'],
          ['devDays', '发育期 | Development'],
          ['midDays', '中期 | Middle'],
          ['lateDays', '后期 | Late'],
        ] as const
      ).map(([name, title]) => field(name, 'number', title, '天数 | days', { unit: { zh: '天', en: 'd' }, from: 0, to: 300 })),
      ...(
        [
          ['kcIni', 'Kc 初 | Kc ini'],
          ['kcMid', 'Kc 中 | Kc mid'],
          ['kcEnd', 'Kc 末 | Kc end'],
        ] as const
      ).map(([name, title]) => field(name, 'number', title, '单作物系数（FAO-56） | single crop coefficient (FAO-56)', { from: 0, to: 2 })),
      field('heightM', 'number', '株高 | Height', '最大株高，用于按风和湿度调整 | greatest height, for wind and humidity', {
        unit: same('m'),
        from: 0,
        to: 20,
      }),
      field('flooded', 'choice', '淹灌 | Flooded', '水田填“是” | yes for a paddy', YES_NO),
      field('puddlingMm', 'number', '泡田水深 | Puddling', '水田插秧前 | of a paddy before planting', {
        unit: same('mm'),
        from: 0,
        to: 1000,
      }),
      field('percolationMmPerDay', 'number', '渗漏 | Percolation', '淹水期日渗漏 | a day while flooded', {
        unit: same('mm/d'),
        from: 0,
        to: 100,
      }),
    ],
  ),
  climate: sheet(
    'climate',
    'climates',
    '气候 | climate',
    ['station', 'element', 'yearType'],
    '气象站逐月值；雨量可分年型 | monthly values of a station; rain may differ by year type',
    [
      id('station', '气象站 | Station', '站名或站号 | name or number'),
      field(
        'element',
        'choice',
        '要素 | Element',
        '最高、最低气温 °C，湿度 %，风速 m/s（2 米高），日照 h/天，雨量 mm/月 | °C, %, m/s at 2 m, hours a day, mm a month',
        {
          needed,
          choices: ELEMENTS,
        },
      ),
      field('yearType', 'choice', '年型 | Year type', '多年平均填 normal | normal for the mean of years', {
        needed,
        choices: ['normal', ...YEAR_TYPES],
      }),
      field('lat', 'number', '纬度 | Latitude', '站点纬度 | of the station', {
        needed,
        unit: same('°'),
        from: -66,
        to: 66,
        likely: [3, 54],
      }),
      field('altitudeM', 'number', '海拔 | Altitude', '站点海拔 | of the station', { needed, unit: same('m'), from: -430, to: 6000 }),
      field('months', 'months', '月值 | Value', '单位见“要素” | units: see Element', { from: -60, to: 1500 }),
    ],
  ),
  storage: sheet(
    'storage',
    'storages',
    '蓄水 | storage',
    ['sourceId'],
    '水库逐月之间能留存的水量；没有列出的水源不留存 | what a reservoir keeps from month to month; sources not listed keep nothing',
    [
      id('sourceId', '水源编号 | Source', '水源表中的编号 | as in the sheet of sources'),
      field('storage', 'number', '兴利库容 | Storage', '月末最多留存 | kept at the end of a month, at most', {
        column: 'storage_m3',
        unit: TEN_THOUSAND_M3,
        factor: 1e4,
        needed,
        from: 0,
        to: 1e6,
        likely: [1, 200_000],
      }),
      field(
        'lossShare',
        'number',
        '月损失 | Lost in a month',
        '蒸发渗漏占留存水量的份额，0–1；空白按 0 | share of what is kept; empty: nothing',
        {
          from: 0,
          to: 0.99,
        },
      ),
    ],
  ),
  drainage: sheet(
    'drainage',
    'drainages',
    '排水去向 | drainage',
    ['districtId'],
    '灌区的水排到哪个出口，用于核算排盐量 | which outlet a district drains to: for the salt load',
    [
      id('districtId', '灌区编号 | District', '灌区表中的编号 | as in the sheet of districts'),
      id('nodeId', '排水出口 | Outlet', '出口节点编号 | the outlet’s node'),
      field(
        'drainedShare',
        'number',
        '排出份额 | Share drained',
        '田间水量中排出的份额，0–1；空白表示未配置 | of what the fields get; empty: not configured',
        {
          from: 0,
          to: 1,
        },
      ),
      field('saltKgPerM3', 'number', '排水含盐 | Salt of it', '排水的含盐量，实测；空白表示未配置 | measured; empty: not configured', {
        column: 'salt_kg_per_m3',
        unit: { zh: 'kg/m³', en: 'kg/m³' },
        from: 0,
        to: 300,
        likely: [0.1, 50],
      }),
    ],
  ),
  setting: sheet('setting', 'settings', '口径 | settings', ['name'], '全县的计算口径 | how the county reckons', [
    field('name', 'choice', '项目 | Setting', '有效降雨 | how rain counts', { needed, choices: SETTINGS }),
    field(
      'value',
      'choice',
      '方法 | Way',
      'USDA 简式、SCS（TR-21，按需水与净灌水深）、固定份额 | short USDA form, SCS (TR-21), a fixed share',
      {
        needed,
        choices: ['usda', 'scs', 'share'],
      },
    ),
    field('amount', 'number', '数值 | Amount', 'SCS：净灌水深 mm；固定份额：0–1 | SCS: net depth of an irrigation in mm; share: 0–1', {
      from: 0,
      to: 300,
    }),
  ]),
}
export const SHEET_IDS = Object.keys(SHEETS) as readonly SheetId[]
