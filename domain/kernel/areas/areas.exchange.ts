/** Areas from files: boundary layers XZQ and CJDCQ with their control areas, and plain lists of codes and names. */
import type { FieldRefusal, ReadOutcome, RowGeometry, RowValues, Standard, StandardField } from '../intake/intake.ts'
import type { AreasRefusal } from './areas.messages.ts'
import {
  areaKind,
  code,
  countyOf,
  field,
  levelOf,
  likeness,
  openRest,
  outlineColumns,
  parentOf,
  shortened,
  statedArea,
  texts,
} from './areas.ts'

const refused = (name: string | null, refusal: AreasRefusal): ReadOutcome => ({
  records: [],
  refusals: [{ field: name, refusal } satisfies FieldRefusal],
})

const BOUNDARY_FIELDS: readonly StandardField[] = [
  field('XZQDM', '行政区代码', 'Area code', { as: ['ZLDWDM', 'CJDCQDM', 'DCQDM', '行政区代码', '行政区划代码'], required: true }),
  field('XZQMC', '行政区名称', 'Area name', { as: ['ZLDWMC', 'CJDCQMC', 'DCQMC', '行政区名称', '行政区划名称'], required: true }),
  field('DCMJ', '调查面积', 'Surveyed area', { type: 'number', unit: 'm²', as: ['调查面积'] }),
  field('KZMJ', '控制面积', 'Control area', { type: 'number', unit: 'm²', as: ['控制面积'] }),
  field('JSMJ', '计算面积', 'Computed area', { type: 'number', unit: 'm²', as: ['计算面积'] }),
  field('BSM', '标识码', 'Identifier'),
  field('YSDM', '要素代码', 'Feature code'),
  field('MSSM', '描述说明', 'Mainland or island'),
  field('HDMC', '海岛名称', 'Island name'),
  field('BZ', '备注', 'Remarks', { as: ['备注'] }),
]

/** XZQ (county, town or village by the length of its code) and CJDCQ. The control area of the survey stands in DCMJ. */
export const boundaryStandard: Standard = {
  id: 'xzq',
  as: 'areas',
  name: { zh: '行政区（XZQ、CJDCQ）', en: 'Administrative areas (XZQ, CJDCQ)' },
  kinds: [areaKind],
  geometry: 'any',
  fields: BOUNDARY_FIELDS,
  recognise: ({ fields, name, hasGeometry }) => {
    // ZLDWDM also stands in DLTB: without a class it is a layer of places
    if (fields.some((header) => /^(DLBM|TBBH|DKBM)$/i.test(header))) return 0
    const score = likeness(BOUNDARY_FIELDS, [['XZQDM'], ['XZQMC']], fields)
    return score === 0 ? 0 : Math.min(1, score + (hasGeometry ? 0.1 : 0) + (/XZQ|CJDCQ|行政区|调查区/i.test(name) ? 0.2 : 0))
  },
  countyOf: (values) => countyIn(values, 'XZQDM'),
  validFromOf: () => null,
  read(values, geometry) {
    return areaFrom(
      values,
      geometry,
      { code: 'XZQDM', name: 'XZQMC', parent: null },
      texts(values, ['BSM', 'YSDM', 'MSSM', 'HDMC', 'BZ', 'JSMJ']),
      statedArea(values, 'KZMJ') ?? statedArea(values, 'DCMJ') ?? statedArea(values, 'JSMJ'),
    )
  },
}

const LIST_FIELDS: readonly StandardField[] = [
  field('code', '代码', 'Code', { as: ['code12', '代码', '编码', '区划代码', '统计用区划代码', '村代码', 'village_code'], required: true }),
  field('name', '名称', 'Name', { as: ['名称', '区划名称', '单位名称', '村名', '行政村名称'], required: true }),
  field('parent', '上级代码', 'Code of the area above', { as: ['parent_code', 'township_code9', 'township_code', '上级代码', '乡镇代码'] }),
  field('level', '级别', 'Level', { as: ['级别', '层级'] }),
  field('township', '乡镇', 'Town', { as: ['town', '乡镇', '乡镇名称'] }),
  field('county', '县', 'County', { as: ['县', '县名称', '县区'] }),
  field('ur_code', '城乡分类代码', 'Urban-rural code', { as: ['城乡分类代码'] }),
]

/** A list of codes and names without outlines, as statistics offices and gazetteers publish it. */
export const listStandard: Standard = {
  id: 'area-list',
  as: 'areas',
  name: { zh: '行政区划代码表', en: 'List of area codes' },
  kinds: [areaKind],
  geometry: 'any',
  fields: LIST_FIELDS,
  recognise: ({ fields, name }) => {
    const score = likeness(LIST_FIELDS, [['code'], ['name'], ['parent', 'township', 'county', 'level']], fields)
    return score === 0 ? 0 : Math.min(1, score + (/区划|village|division|area|村/i.test(name) ? 0.1 : 0))
  },
  countyOf: (values) => countyIn(values, 'code'),
  validFromOf: () => null,
  read(values, geometry) {
    return areaFrom(
      values,
      geometry,
      { code: 'code', name: 'name', parent: 'parent' },
      texts(values, ['township', 'county', 'ur_code']),
      null,
    )
  },
}

function countyIn(values: RowValues, name: string): string | null {
  const stated = code(values, name)
  const county = stated === null ? null : countyOf(stated)
  return county === null || county.endsWith('00') ? null : county
}

function areaFrom(
  values: RowValues,
  geometry: RowGeometry | null,
  names: { readonly code: string; readonly name: string; readonly parent: string | null },
  own: Readonly<Record<string, string | number | boolean>>,
  controlArea: number | null,
): ReadOutcome {
  const stated = code(values, names.code)
  const short = stated === null ? null : shortened(stated)
  const name = values.text(names.name)
  if (short !== null && /^\d\d(\d\d)?(00)*$/.test(short) && short.length <= 6)
    return refused(names.code, { code: 'areas/above-county', details: { code: short, name } })
  const level = short === null || !/^\d+$/.test(short) ? null : levelOf(short)
  if (short === null || level === null) return refused(names.code, { code: 'areas/no-code', details: { field: names.code, stated } })
  if (name === null) return refused(names.name, { code: 'areas/no-name', details: { code: short } })

  const statedParent = names.parent === null ? null : code(values, names.parent)
  // a parent of another kind (the city above a county) is no area of ours
  const parent = statedParent !== null && level !== 'county' && levelOf(statedParent) !== null ? shortened(statedParent) : parentOf(short)
  const content = {
    code: short,
    parent,
    level,
    name,
    control_area: controlArea,
    ...(geometry?.type === 'polygon' ? outlineColumns(geometry) : outlineColumns(null)),
    extra: { ...openRest(values), ...own },
  }
  return { records: [{ kind: areaKind.name, content }], refusals: [] }
}

export const areaStandards: readonly Standard[] = [boundaryStandard, listStandard]
