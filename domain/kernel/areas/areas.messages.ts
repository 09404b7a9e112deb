import type { MessagesFor, Refusal } from '@dishu/base/refusal'

export type AreasRefusal =
  | Refusal<'areas/no-code', { readonly field: string; readonly stated: string | null }>
  | Refusal<'areas/above-county', { readonly code: string; readonly name: string | null }>
  | Refusal<'areas/no-name', { readonly code: string }>

export const messages: MessagesFor<AreasRefusal> = {
  'areas/no-code': ({ field, stated }) => ({
    zh: {
      message: stated === null ? `没有行政区代码（${field}）。` : `行政区代码“${stated}”不是 6、9 或 12 位数字（${field}）。`,
      hint: '请补全代码：县 6 位、乡镇 9 位、村 12 位；若该列在表格中被存成数字，请改为文本。',
    },
    en: {
      message:
        stated === null ? `There is no area code (${field}).` : `The area code "${stated}" does not have 6, 9 or 12 digits (${field}).`,
      hint: 'Complete it: 6 digits for a county, 9 for a town, 12 for a village; if the sheet kept it as a number, make it text.',
    },
  }),
  'areas/above-county': ({ code, name }) => ({
    zh: { message: `${name ?? ''}（${code}）在县级以上，不录入。`, hint: '底数按县管理，省、市一级由各县汇总。' },
    en: {
      message: `${name ?? 'This area'} (${code}) lies above the county and is not taken.`,
      hint: 'Figures are kept by county; city and province are their sums.',
    },
  }),
  'areas/no-name': ({ code }) => ({
    zh: { message: `行政区 ${code} 没有名称。`, hint: '请补上 XZQMC 或名称列。' },
    en: { message: `Area ${code} has no name.`, hint: 'Fill in XZQMC or the name column.' },
  }),
}
