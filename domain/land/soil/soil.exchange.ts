/** Soil sample sheets, with Chinese or English headers that carry unit and ratio: `EC(1:5) mS/cm`, `pH（水土比 2.5:1）`, `全盐量 g/kg`. */
import { code, codeFrom, countyOf, field, fieldsFound, openRest, plainHeader, texts } from '@dishu/kernel/areas/areas'
import type { FieldRefusal, ReadOutcome, RowGeometry, RowValues, Standard, StandardField } from '@dishu/kernel/intake/intake'
import { EQUIVALENT_WEIGHTS } from './conversions.ts'
import { type Season, seasonOf } from './grading.ts'
import type { SoilRefusal } from './soil.messages.ts'
import { sampleKind } from './soil.ts'

/** A measured quantity as a sheet may have it: one field for each unit and ratio, since the header says them and the cell does not. */
type Measured = { readonly column: string; readonly field: StandardField; readonly factor: number; readonly ratio: string | null }

const RATIOS: readonly (readonly [ratio: string, key: string, spellings: readonly string[]])[] = [
  ['1:5', '1to5', ['1:5', '5:1', '水土比5:1', '土水比1:5', '水土比1:5', '1比5']],
  ['1:2.5', '1to2_5', ['1:2.5', '2.5:1', '水土比2.5:1', '土水比1:2.5', '水土比1:2.5']],
  ['1:1', '1to1', ['1:1', '水土比1:1']],
  ['paste', 'paste', ['饱和泥浆', '饱和糊', 'paste']],
]
const EC_UNITS: readonly (readonly [unit: string, factor: number, key: string, spellings: readonly string[]])[] = [
  ['dS/m', 1, 'ds', ['dS/m', 'ds/m', 'dS·m-1', 'dsm']],
  ['mS/cm', 1, 'ms', ['mS/cm', 'mS·cm-1', 'mscm']],
  ['µS/cm', 0.001, 'us', ['µS/cm', 'μS/cm', 'us/cm', 'uscm']],
  ['mS/m', 0.01, 'ms_m', ['mS/m']],
]
const EC_NAMES = ['EC', '电导率', '土壤电导率', 'EC值', '电导率EC']
const PH_NAMES = ['pH', '酸碱度', 'pH值', '土壤pH', 'PHIHOX']

const measured = (
  column: string,
  name: string,
  zh: string,
  en: string,
  unit: string | null,
  as: readonly string[],
  factor = 1,
  ratio: string | null = null,
): Measured => ({
  column,
  field: field(name, zh, en, { type: 'number', as, ...(unit === null ? {} : { unit }) }),
  factor,
  ratio,
})
/** Every name with every ending, in either order. */
const spelt = (names: readonly string[], ...endings: readonly (readonly string[])[]): string[] =>
  endings.reduce<string[]>(
    (all, list) => all.flatMap((head) => list.flatMap((tail) => [`${head}(${tail})`, `${head}${tail}`, `${head} ${tail}`])),
    [...names],
  )

const PH: readonly Measured[] = [
  ...RATIOS.map(([ratio, key, spellings]) =>
    measured('ph', `ph_${key}`, `pH（${ratio}）`, `pH (${ratio})`, null, spelt(PH_NAMES, spellings), 1, ratio),
  ),
  measured('ph', 'ph_cacl2', 'pH（氯化钙）', 'pH (CaCl₂)', null, ['ph_cacl2', 'pH(CaCl2)', 'phcacl2'], 1, 'CaCl2'),
  measured('ph', 'ph', 'pH', 'pH', null, [...PH_NAMES, 'ph_h2o', 'pH(H2O)', 'pH(水)', 'ph_water']),
]
const EC: readonly Measured[] = [
  ...RATIOS.flatMap(([ratio, key, ratios]) =>
    EC_UNITS.map(([unit, factor, unitKey, units]) =>
      measured(
        'ec_ds_per_m',
        `ec_${key}_${unitKey}`,
        `电导率（${ratio}，${unit}）`,
        `EC (${ratio}, ${unit})`,
        unit,
        [...spelt(EC_NAMES, ratios, units), ...spelt(EC_NAMES, units, ratios)],
        factor,
        ratio,
      ),
    ),
  ),
  measured('ec_ds_per_m', 'ec_1to5', '电导率（1:5）', 'EC (1:5)', 'dS/m', [...spelt(EC_NAMES, RATIOS[0][2]), 'ec5', 'ec_1_5'], 1, '1:5'),
  ...EC_UNITS.map(([unit, factor, key, units]) =>
    measured('ec_ds_per_m', `ec_${key}`, `电导率（${unit}）`, `EC (${unit})`, unit, spelt(EC_NAMES, units), factor),
  ),
  measured('ec_ds_per_m', 'ec', '电导率', 'EC', 'dS/m', EC_NAMES),
]
const OTHERS: readonly Measured[] = [
  measured('ece_ds_per_m', 'ece', '饱和浸提液电导率', 'ECe', 'dS/m', [
    'ECe(dS/m)',
    'ECe dS/m',
    'ECe(mS/cm)',
    '饱和浸提液电导率(dS/m)',
    'ece_ds_m',
  ]),
  measured('salt_g_per_kg', 'salt', '全盐量（g/kg）', 'Total salt (g/kg)', 'g/kg', [
    '全盐量',
    '全盐',
    '全盐量g/kg',
    '全盐(g/kg)',
    '含盐量',
    '含盐量(g/kg)',
    '水溶性盐总量(g/kg)',
    '水溶性盐总量',
    '可溶性盐总量(g/kg)',
    '盐分(g/kg)',
    'salt g/kg',
    'tss_g_kg',
    'TSC',
  ]),
  measured(
    'salt_g_per_kg',
    'salt_percent',
    '全盐量（%）',
    'Total salt (%)',
    '%',
    ['全盐量(%)', '全盐(%)', '含盐量(%)', '盐分(%)', 'salt %'],
    10,
  ),
  measured('cec_cmol_per_kg', 'cec', '阳离子交换量', 'CEC', 'cmol(+)/kg', [
    'CEC',
    '阳离子交换量(cmol/kg)',
    '阳离子交换量(cmol(+)/kg)',
    'CEC(cmol/kg)',
    'CEC(cmol(+)/kg)',
    'CEC cmol/kg',
    'cec_cmol_kg',
    'cec_cmolkg',
  ]),
  measured('esp_percent', 'esp', '碱化度', 'ESP', '%', [
    'ESP',
    '碱化度(%)',
    'ESP(%)',
    'ESP %',
    '钠饱和度',
    '交换性钠百分率',
    '交换性钠百分率(%)',
    'esp_percent',
    'esp_pct',
    '碱化度ESP(%)',
    '碱化度(ESP)(%)',
    '碱化度ESP',
  ]),
]
const ION_NAMES: readonly (readonly [ion: string, zh: string, spellings: readonly string[]])[] = [
  ['co3', '碳酸根', ['CO3', 'CO32-', 'CO3 2-', 'CO₃²⁻', '碳酸根']],
  ['hco3', '重碳酸根', ['HCO3', 'HCO3-', 'HCO₃⁻', '重碳酸根', '碳酸氢根']],
  ['cl', '氯离子', ['Cl', 'Cl-', 'Cl⁻', '氯离子', '氯根']],
  ['so4', '硫酸根', ['SO4', 'SO42-', 'SO4 2-', 'SO₄²⁻', '硫酸根']],
  ['ca', '钙', ['Ca', 'Ca2+', 'Ca²⁺', '钙离子', '水溶性钙']],
  ['mg', '镁', ['Mg', 'Mg2+', 'Mg²⁺', '镁离子', '水溶性镁']],
  ['na', '钠', ['Na', 'Na+', 'Na⁺', '钠离子', '水溶性钠']],
  ['k', '钾', ['K', 'K+', 'K⁺', '钾离子', '水溶性钾']],
]
const CMOL = ['cmol/kg', 'cmol(+)/kg', 'cmol(-)/kg', 'cmolkg', 'cmol·kg-1', 'cmol(1/2)/kg']
const IONS: readonly Measured[] = ION_NAMES.flatMap(([ion, zh, names]) => [
  measured(ion, `${ion}_cmol`, `${zh}（cmol/kg）`, `${ion.toUpperCase()} (cmol/kg)`, 'cmol/kg', [...spelt(names, CMOL), `${ion}_cmol_kg`]),
  // mg/kg ÷ (10 × equivalent weight) = cmol of charge per kg
  measured(
    ion,
    `${ion}_g`,
    `${zh}（g/kg）`,
    `${ion.toUpperCase()} (g/kg)`,
    'g/kg',
    spelt(names, ['g/kg', 'g·kg-1']),
    1000 / (10 * EQUIVALENT_WEIGHTS[ion]),
  ),
  measured(
    ion,
    `${ion}_mg`,
    `${zh}（mg/kg）`,
    `${ion.toUpperCase()} (mg/kg)`,
    'mg/kg',
    spelt(names, ['mg/kg', 'mg·kg-1']),
    1 / (10 * EQUIVALENT_WEIGHTS[ion]),
  ),
])
const VALUES: readonly Measured[] = [...PH, ...EC, ...OTHERS, ...IONS]

const NAMED: readonly StandardField[] = [
  field('sample', '样品编号', 'Sample number', {
    as: [
      '样品编码',
      '样品号',
      '样点编号',
      '样点编码',
      '采样点编号',
      '采样编号',
      '样号',
      '点位编号',
      '编号',
      'sample',
      'sample_id',
      'sample_code',
      'sample no',
      'sourceid',
      'site_id',
      'id',
    ],
    required: true,
  }),
  field('longitude', '经度', 'Longitude', {
    type: 'number',
    unit: '°',
    as: ['经度(°)', '经度E', '东经', 'X经度', 'lon', 'lng', 'long', 'longitude', 'lon_wgs84'],
  }),
  field('latitude', '纬度', 'Latitude', {
    type: 'number',
    unit: '°',
    as: ['纬度(°)', '纬度N', '北纬', 'Y纬度', 'lat', 'latitude', 'lat_wgs84'],
  }),
  field('plot', '地块编码', 'Plot', {
    as: ['地块编号', '地块号', '图斑编号', '图斑号', '标识码', 'DKBM', 'BSM', 'plot', 'plot_code', 'paddock'],
  }),
  field('depth', '采样深度（cm）', 'Depth (cm)', {
    as: ['采样深度', '深度', '深度(cm)', '土层', '土层深度', '土层(cm)', '土层深度(cm)', '取样深度', '取样深度(cm)', 'depth', 'depth_cm'],
  }),
  field('depthFrom', '深度上限（cm）', 'Depth from (cm)', {
    type: 'number',
    unit: 'cm',
    as: ['上层深度', '起始深度', '深度上限', '起始深度(cm)', 'depth_from', 'upper_depth_cm', 'uhdicm'],
  }),
  field('depthTo', '深度下限（cm）', 'Depth to (cm)', {
    type: 'number',
    unit: 'cm',
    as: ['下层深度', '终止深度', '深度下限', '终止深度(cm)', 'depth_to', 'lower_depth_cm', 'lhdicm'],
  }),
  field('date', '采样日期', 'Sampled on', {
    type: 'date',
    as: ['采样时间', '取样日期', '取样时间', '日期', 'date', 'sampled_on', 'observation_date', 'sampling date'],
  }),
  field('season', '采样季节', 'Season', { as: ['季节', 'season'] }),
  field('ratio', '水土比', 'Extract ratio', { as: ['土水比', '浸提比例', 'ratio'] }),
  field('texture', '质地', 'Texture', { as: ['土壤质地', 'texture'] }),
  field('lab', '检测单位', 'Laboratory', { as: ['化验单位', '检测机构', '实验室', 'lab', 'laboratory'] }),
  field('method', '检测方法', 'Method', { as: ['化验方法', '测定方法', '检测依据', 'method'] }),
  field('village', '所在村', 'Village', { as: ['村', '采样地点', '地点', '行政村'] }),
  field('exchangeableSodium', '交换性钠', 'Exchangeable sodium', {
    type: 'number',
    unit: 'cmol/kg',
    as: ['交换性钠(cmol/kg)', '交换性钠(cmol(+)/kg)', '交换性Na(cmol/kg)', 'na_cmol_kg_ex', 'exchangeable na'],
  }),
]

const SEASON_WORDS: readonly (readonly [RegExp, Season])[] = [
  [/春|spring/i, 'spring'],
  [/夏|summer/i, 'summer'],
  [/秋|autumn|fall/i, 'autumn'],
  [/冬|winter/i, 'winter'],
]

/** `0-20`, `0～20cm`, `20—40 厘米`: two numbers with a line between them. Null where there are not two. */
export function depthsFrom(text: string | null): readonly [number, number] | null {
  const found = /^\D*(\d+(?:\.\d+)?)\s*(?:cm|厘米)?\s*[-–—―~～至到_]+\s*(\d+(?:\.\d+)?)\s*(cm|厘米|m|米)?\s*$/i.exec(
    (text ?? '').normalize('NFKC'),
  )
  if (!found) return null
  const factor = found[3] === 'm' || found[3] === '米' ? 100 : 1
  return [Number(found[1]) * factor, Number(found[2]) * factor]
}

/** Below what the laboratory can see: `<0.05`, `＜0.05`, `未检出`, `ND`. */
export const isCensored = (text: string) => /^\s*(?:[<≤]|未检出|ND$|N\.D\.?$|BDL$)/i.test(text.normalize('NFKC'))

const no = (name: string | null, refusal: SoilRefusal): ReadOutcome => ({
  records: [],
  refusals: [{ field: name, refusal } satisfies FieldRefusal],
})

export const sampleStandard: Standard = {
  id: 'soil-sheet',
  as: 'soil',
  name: { zh: '土壤样品检测表', en: 'Soil sample sheet' },
  kinds: [sampleKind],
  geometry: 'any',
  fields: [...NAMED, ...VALUES.map((value) => value.field)],
  recognise({ fields, name }) {
    if (fields.some((header) => /^(DLBM|DKBM|CBHTBM|ZDDM)$/i.test(header)) && !fields.some((header) => /pH|样/i.test(header))) return 0
    const found = fieldsFound(sampleStandard.fields, fields)
    const columns = new Set(VALUES.filter((value) => found.has(value.field.name)).map(({ column }) => column))
    const soil = ['ph', 'ec_ds_per_m', 'ece_ds_per_m', 'salt_g_per_kg', 'esp_percent', 'cec_cmol_per_kg'].filter((column) =>
      columns.has(column),
    ).length
    const placed = (found.has('longitude') && found.has('latitude')) || found.has('plot')
    if (!found.has('sample') || soil === 0) return 0
    const headers = fields.map(plainHeader).join(' ')
    const words = /样|土|sample|soil|depth|深度/i.test(`${name} ${headers}`)
    return Math.min(
      1,
      0.35 + 0.1 * Math.min(soil, 3) + (placed ? 0.2 : 0) + (found.has('depth') || found.has('depthFrom') ? 0.1 : 0) + (words ? 0.05 : 0),
    )
  },
  countyOf(values) {
    const plot = code(values, 'plot')
    return plot !== null && /^\d{12,19}$/.test(plot) ? countyOf(plot) : null
  },
  validFromOf: (values) => values.day('date'),
  read(values, geometry, context): ReadOutcome {
    const sample = codeFrom(values.text('sample'))
    if (sample === null) return no('sample', { code: 'soil/no-code', details: { field: '样品编号' } })
    const place = placeOf(values, geometry)
    const plot = code(values, 'plot')
    if (place === null && plot === null) return no(null, { code: 'soil/nowhere', details: { sample } })

    const depth = depthOf(values, context.options)
    const sampledOn = values.day('date')
    const { columns, ions, ratios, notes } = valuesOf(values)
    return {
      records: [
        {
          kind: sampleKind.name,
          content: {
            sample_code: sample,
            longitude: place?.[0] ?? null,
            latitude: place?.[1] ?? null,
            place: place === null ? null : [place[0], place[1], place[0], place[1]],
            plot_code: plot,
            depth_from_cm: depth?.[0] ?? null,
            depth_to_cm: depth?.[1] ?? null,
            sampled_on: sampledOn,
            season:
              SEASON_WORDS.find(([word]) => word.test(values.text('season') ?? ''))?.[1] ??
              (sampledOn === null ? null : seasonOf(sampledOn)),
            ph: columns.ph ?? null,
            ph_ratio: ratios.ph ?? (columns.ph === undefined ? null : ratioFrom(values.text('ratio'))),
            ec_ds_per_m: columns.ec_ds_per_m ?? null,
            ec_ratio: ratios.ec_ds_per_m ?? (columns.ec_ds_per_m === undefined ? null : ratioFrom(values.text('ratio'))),
            ece_ds_per_m: columns.ece_ds_per_m ?? null,
            salt_g_per_kg: columns.salt_g_per_kg ?? null,
            cec_cmol_per_kg: columns.cec_cmol_per_kg ?? null,
            esp_percent: columns.esp_percent ?? null,
            ions,
            texture: values.text('texture'),
            lab: values.text('lab'),
            method: values.text('method'),
            extra: {
              ...openRest(values),
              ...texts(values, ['village']),
              ...sodiumOf(values),
              ...(depth === null ? texts(values, ['depth']) : {}),
              ...notes,
            },
          },
          ...(sampledOn === null ? {} : { validFrom: sampledOn }),
        },
      ],
      refusals: [],
    }
  },
}

/** Sodium on the exchange complex; with the capacity it makes ESP, which a laboratory may also state. */
function sodiumOf(values: RowValues): Record<string, number> {
  const sodium = values.number('exchangeableSodium')
  return sodium === null || !Number.isFinite(sodium) ? {} : { exchangeableSodium: sodium }
}

/**
 * Longitude and latitude from the sheet, else from the layer's point. Swapped ones stay as they are: that is for the rules to say. Numbers that are
 * no degrees in either order (metres of some zone) are no place.
 */
function placeOf(values: RowValues, geometry: RowGeometry | null): readonly [number, number] | null {
  const [longitude, latitude] = [values.number('longitude'), values.number('latitude')]
  if (longitude !== null && latitude !== null && Math.abs(longitude) <= 180 && Math.abs(latitude) <= 180) return [longitude, latitude]
  return geometry?.point ?? null
}

/** From two columns, one text, or, where the sheet says nothing, what the person said of the whole sheet. */
function depthOf(values: RowValues, options: Readonly<Record<string, string>>): readonly [number, number] | null {
  const [from, to] = [values.number('depthFrom'), values.number('depthTo')]
  if (from !== null && to !== null && Number.isFinite(from) && Number.isFinite(to)) return [from, to]
  return depthsFrom(values.text('depth')) ?? (values.text('depth') === null ? depthsFrom(options.depth ?? null) : null)
}

const ratioFrom = (text: string | null): string | null => {
  const plain = plainHeader(text ?? '')
  return RATIOS.find(([, , spellings]) => spellings.map(plainHeader).includes(plain))?.[0] ?? null
}

function valuesOf(values: RowValues) {
  const columns: Record<string, number> = {}
  const ions: Record<string, number> = {}
  const ratios: Record<string, string> = {}
  const censored: string[] = []
  const unread: string[] = []
  for (const { column, field: own, factor, ratio } of VALUES) {
    const into = ION_NAMES.some(([ion]) => ion === column) ? ions : columns
    if (into[column] !== undefined) continue // the more exact spelling of the field has spoken
    const value = values.number(own.name)
    if (value === null) continue
    if (Number.isFinite(value)) {
      into[column] = factor === 1 ? value : Number((value * factor).toPrecision(12))
      if (ratio !== null) ratios[column] = ratio
      continue
    }
    const text = values.text(own.name)
    if (text !== null) (isCensored(text) ? censored : unread).push(`${column} ${text}`)
  }
  const notes: Record<string, string> = {}
  if (censored.length > 0) notes.censored = censored.join('; ')
  if (unread.length > 0) notes.unread = unread.join('; ')
  return { columns, ions, ratios, notes }
}

export const soilStandards: readonly Standard[] = [sampleStandard]
