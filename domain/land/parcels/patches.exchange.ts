/** Patches (地类图斑 DLTB of the national land survey) from files, in the spellings of its editions. */

import { dayFrom } from '@dishu/base/date'
import {
  code,
  countyOf,
  field,
  hundredths,
  LAND_CLASSES,
  likeness,
  number,
  openRest,
  outlineColumns,
  texts,
  whole,
} from '@dishu/kernel/areas/areas'
import type { FieldRefusal, ReadOutcome, RowValues, Standard, StandardField } from '@dishu/kernel/intake/intake'
import type { ParcelsRefusal } from './parcels.messages.ts'
import { patchKind } from './parcels.ts'

const no = (name: string | null, refusal: ParcelsRefusal): ReadOutcome => ({
  records: [],
  refusals: [{ field: name, refusal } satisfies FieldRefusal],
})

const area = (name: string, zh: string, en: string, as: readonly string[], required = false) =>
  field(name, zh, en, { type: 'number', unit: 'm²', as: [...as, zh], required })

const FIELDS: readonly StandardField[] = [
  field('BSM', '标识码', 'Identifier', { as: ['标识码'] }),
  field('YSDM', '要素代码', 'Feature code', { as: ['要素代码'] }),
  field('TBYBH', '图斑预编号', 'Preliminary number', { as: ['图斑预编号'] }),
  field('TBBH', '图斑编号', 'Patch number', { as: ['图斑编号', '图斑号'] }),
  field('DLBM', '地类编码', 'Land class', { as: ['地类编码', '地类代码'], required: true }),
  field('DLMC', '地类名称', 'Name of the class', { as: ['地类名称'] }),
  field('QSXZ', '权属性质', 'Kind of owner', { as: ['权属性质'] }),
  field('QSDWDM', '权属单位代码', 'Owner’s code', { as: ['权属单位代码'] }),
  field('QSDWMC', '权属单位名称', 'Owner’s name', { as: ['权属单位名称'] }),
  field('ZLDWDM', '坐落单位代码', 'Place code', { as: ['坐落单位代码'], required: true }),
  field('ZLDWMC', '坐落单位名称', 'Place name', { as: ['坐落单位名称'] }),
  area('TBMJ', '图斑面积', 'Patch area', [], true),
  field('KCDLBM', '扣除地类编码', 'Deducted class', { as: ['TKDLBM', '扣除地类编码'] }),
  field('KCXS', '扣除系数', 'Deduction', { type: 'number', as: ['TKXS', '扣除系数'] }),
  area('KCMJ', '扣除面积', 'Deducted area', ['TKMJ']),
  area('TBDLMJ', '图斑地类面积', 'Area of the class', ['DLMJ']),
  field('GDLX', '耕地类型', 'Kind of cultivated land', { as: ['耕地类型'] }),
  field('GDPDJB', '耕地坡度级', 'Slope class', { as: ['GDPDJ', '耕地坡度级', '耕地坡度级别'] }),
  field('XZDWKD', '线状地物宽度', 'Width of a linear feature', { as: ['XXTBKD', '线状地物宽度', '线性图斑宽度'] }),
  field('TBXHDM', '图斑细化代码', 'Refined kind', { as: ['图斑细化代码'] }),
  field('TBXHMC', '图斑细化名称', 'Name of the refined kind', { as: ['图斑细化名称'] }),
  field('ZZSXDM', '种植属性代码', 'Planting attribute', { as: ['GDZZSXDM', '种植属性代码'] }),
  field('ZZSXMC', '种植属性名称', 'Name of the planting attribute', { as: ['GDZZSXMC', '种植属性名称'] }),
  field('GDDB', '耕地等别', 'Quality class', { as: ['耕地等别'] }),
  field('FRDBS', '飞入地标识', 'Exclave mark', { as: ['飞入地标识'] }),
  field('CZCSXM', '城镇村属性码', 'Code of a built-up place', { as: ['城镇村属性码'] }),
  field('SJNF', '数据年份', 'Year of the data', { type: 'number', as: ['数据年份'] }),
  field('MSSM', '描述说明', 'Mainland or island', { as: ['描述说明'] }),
  field('HDMC', '海岛名称', 'Island name', { as: ['海岛名称'] }),
  field('BZ', '备注', 'Remarks', { as: ['备注'] }),
]

/** Fields without a column of their own; kept under the names of the current edition. */
const KEPT = 'YSDM TBYBH GDLX GDPDJB XZDWKD TBXHDM TBXHMC ZZSXDM ZZSXMC GDDB FRDBS CZCSXM MSSM HDMC BZ'.split(' ')

const classByName = new Map(
  LAND_CLASSES.filter(({ level, edition }) => level === 'class' && edition !== 'gbt21010-2007').map((row) => [row.zh, row.code]),
)

/** The number by which a patch is found again: BSM where it is filled, else village and patch number. */
function keyOf(values: RowValues, village: string): string | null {
  const identifier = code(values, 'BSM')
  if (identifier !== null && !/^0*$/.test(identifier)) return identifier
  const number = code(values, 'TBBH')
  return number === null ? null : `${village}-${number}`
}

export const patchStandard: Standard = {
  id: 'dltb',
  as: 'patches',
  name: { zh: '地类图斑（DLTB）', en: 'Survey patches (DLTB)' },
  kinds: [patchKind],
  geometry: 'polygon',
  fields: FIELDS,
  recognise: ({ fields, name, hasGeometry }) => {
    if (!hasGeometry) return 0
    const score = likeness(FIELDS, [['DLBM'], ['ZLDWDM', 'QSDWDM'], ['TBMJ', 'TBDLMJ', 'TBBH']], fields)
    return score === 0 ? 0 : Math.min(1, score + (/DLTB|图斑/i.test(name) ? 0.2 : 0.1))
  },
  countyOf: (values) => countyOf(code(values, 'ZLDWDM') ?? ''),
  /** The survey shows the land as it is on the last day of its year. */
  validFromOf(values) {
    const year = whole(values, 'SJNF')
    return year !== null && year >= 1980 && year <= 2100 ? dayFrom(`${year}-12-31`) : null
  },
  read(values, geometry): ReadOutcome {
    const place = code(values, 'ZLDWDM')
    const village = place === null ? null : (/^\d{12}/.exec(place)?.[0] ?? null)
    if (village === null) return no('ZLDWDM', { code: 'parcels/no-village', details: { field: 'ZLDWDM', stated: place } })
    const key = keyOf(values, village)
    if (key === null) return no('BSM', { code: 'parcels/no-code', details: { fields: ['BSM', 'TBBH'] } })
    if (geometry?.type !== 'polygon') return no(null, { code: 'parcels/no-outline', details: { key } })
    const landClass = code(values, 'DLBM') ?? classByName.get(values.text('DLMC') ?? '') ?? null
    if (landClass === null) return no('DLBM', { code: 'parcels/no-class', details: { field: 'DLBM' } })

    const areas = areasOf(values, geometry.area)
    if (!areas.ok) return no('TBMJ', areas.refusal)
    return {
      records: [
        {
          kind: patchKind.name,
          content: {
            patch_key: key,
            patch_number: code(values, 'TBBH'),
            village,
            village_name: values.text('ZLDWMC'),
            class: landClass,
            class_name: values.text('DLMC'),
            owner_kind: code(values, 'QSXZ'),
            owner_unit: code(values, 'QSDWDM'),
            owner_name: values.text('QSDWMC'),
            ...areas.columns,
            computed_area: geometry.area,
            survey_year: whole(values, 'SJNF'),
            ...outlineColumns(geometry),
            extra: Object.assign(
              openRest(values),
              texts(values, KEPT),
              // a place code says more than its village only where the group's digits are used
              place !== null && place.length > 12 && GROUP_IS_USED.test(place) ? { ZLDWDM: place } : null,
              areas.notes,
            ),
          },
        },
      ],
      refusals: [],
    }
  },
}

const GROUP_IS_USED = /^.{12}.*[1-9A-Z]/i

type Areas =
  | {
      readonly ok: true
      readonly columns: {
        official_area: number
        deducted_class: string | null
        deduction: number | null
        deducted_area: number
        class_area: number
      }
      readonly notes: Readonly<Record<string, string>>
    }
  | { readonly ok: false; readonly refusal: ParcelsRefusal }

const STATED = ['TBMJ', 'KCMJ', 'TBDLMJ'] as const

/**
 * TBMJ, KCMJ and TBDLMJ as stated. What is not stated follows from the others: KCMJ = TBMJ·KCXS, TBDLMJ = TBMJ − KCMJ; a missing TBMJ is
 * their sum, else the outline's own area. `notes` says which were made up so.
 */
function areasOf(values: RowValues, computed: number | null): Areas {
  const stated = { TBMJ: number(values, 'TBMJ'), KCMJ: number(values, 'KCMJ'), TBDLMJ: number(values, 'TBDLMJ') }
  for (const field of STATED) {
    const area = stated[field]
    if (area !== null && area < 0) return { ok: false, refusal: { code: 'parcels/area-is-negative', details: { field, area } } }
  }
  const official =
    stated.TBMJ !== null
      ? hundredths(stated.TBMJ)
      : stated.TBDLMJ !== null
        ? hundredths(stated.TBDLMJ) + hundredths(stated.KCMJ ?? 0)
        : computed
  if (official === null) return { ok: false, refusal: { code: 'parcels/no-area', details: { field: 'TBMJ', stated: values.text('TBMJ') } } }
  const deduction = number(values, 'KCXS')
  const deducted =
    stated.KCMJ !== null
      ? hundredths(stated.KCMJ)
      : stated.TBDLMJ !== null
        ? Math.max(0, official - hundredths(stated.TBDLMJ))
        : Math.round(official * (deduction ?? 0))
  return {
    ok: true,
    columns: {
      official_area: official,
      deducted_class: code(values, 'KCDLBM'),
      deduction,
      deducted_area: deducted,
      class_area: stated.TBDLMJ !== null ? hundredths(stated.TBDLMJ) : official - deducted,
    },
    notes: stated.TBMJ !== null ? {} : { officialAreaFrom: stated.TBDLMJ !== null ? 'TBDLMJ+KCMJ' : 'outline' },
  }
}
