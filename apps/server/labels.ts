/** What a column of the register, or a field of a file, is called on a page. */
import type { Language } from '@dishu/base/refusal'
import { STANDARDS } from './parts.ts'

const COLUMNS: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  patch_key: { zh: '图斑标识', en: 'Patch identifier' },
  patch_number: { zh: '图斑编号', en: 'Patch number' },
  village: { zh: '坐落村', en: 'Village' },
  village_name: { zh: '坐落名称', en: 'Village name' },
  class: { zh: '地类', en: 'Land class' },
  class_name: { zh: '地类名称', en: 'Name of the class' },
  owner_kind: { zh: '权属性质', en: 'Kind of owner' },
  owner_unit: { zh: '权属单位代码', en: 'Owner’s code' },
  owner_name: { zh: '权属单位', en: 'Owner' },
  official_area: { zh: '图斑面积', en: 'Official area' },
  deducted_class: { zh: '扣除地类', en: 'Deducted class' },
  deduction: { zh: '扣除系数', en: 'Deduction' },
  deducted_area: { zh: '扣除面积', en: 'Deducted area' },
  class_area: { zh: '图斑地类面积', en: 'Area of the class' },
  computed_area: { zh: '计算面积', en: 'Computed area' },
  survey_year: { zh: '数据年份', en: 'Survey year' },
  srid: { zh: '坐标系', en: 'Coordinate system' },
  outline: { zh: '图形', en: 'Outline' },
  bbox: { zh: '范围', en: 'Extent' },
  extra: { zh: '其他字段', en: 'Other fields' },
  valid_from: { zh: '生效日', en: 'Valid from' },
  valid_to: { zh: '失效日', en: 'Valid to' },
}

const FIELDS = new Map(STANDARDS.flatMap((standard) => standard.fields.map((field) => [field.name, field.label] as const)))

export const labelOf = (name: string, language: Language): string => COLUMNS[name]?.[language] ?? FIELDS.get(name)?.[language] ?? name
