import type { MessagesFor, Refusal } from '@dishu/base/refusal'

export type TenureRefusal =
  | Refusal<'tenure/no-code', { readonly field: string }>
  | Refusal<'tenure/area-is-negative', { readonly field: string; readonly area: number }>

export const messages: MessagesFor<TenureRefusal> = {
  'tenure/no-code': ({ field }) => ({
    zh: { message: `${field} 为空，无法确定这一行是谁或哪份合同。`, hint: '请补填后重新导入。' },
    en: { message: `${field} is empty, so it cannot be said whose or which contract the row is.`, hint: 'Fill it in and import again.' },
  }),
  'tenure/area-is-negative': ({ field, area }) => ({
    zh: { message: `面积 ${area} 平方米为负（${field}）。`, hint: '请核对原数据。' },
    en: { message: `The area, ${area} m², is negative (${field}).`, hint: 'Check the source.' },
  }),
}
