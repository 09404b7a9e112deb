import type { MessagesFor, Refusal } from '@dishu/base/refusal'

export type ParcelsRefusal =
  | Refusal<'parcels/no-outline', { readonly key: string | null }>
  | Refusal<'parcels/no-code', { readonly fields: readonly string[] }>
  | Refusal<'parcels/no-village', { readonly field: string; readonly stated: string | null }>
  | Refusal<'parcels/no-class', { readonly field: string }>
  | Refusal<'parcels/no-area', { readonly field: string; readonly stated: string | null }>
  | Refusal<'parcels/area-is-negative', { readonly field: string; readonly area: number }>

export const messages: MessagesFor<ParcelsRefusal> = {
  'parcels/no-outline': ({ key }) => ({
    zh: { message: `${key ?? '该行'} 没有图形或图形不是面。`, hint: '请在原图层中补画或删除该要素后重新导入。' },
    en: {
      message: `${key ?? 'The row'} has no outline, or one that is not a polygon.`,
      hint: 'Draw or remove the feature in the source layer and import again.',
    },
  }),
  'parcels/no-code': ({ fields }) => ({
    zh: { message: `没有可用的编号（${fields.join('、')} 均为空）。`, hint: '每个要素须有标识码或编号，才能在下次导入时认出它。' },
    en: {
      message: `There is no number to know it by (${fields.join(', ')} are empty).`,
      hint: 'Every feature needs an identifier, so that the next import finds it again.',
    },
  }),
  'parcels/no-village': ({ field, stated }) => ({
    zh: { message: `坐落单位代码“${stated ?? ''}”不足 12 位数字（${field}）。`, hint: '请补全到村级（12 位）。' },
    en: {
      message: `The place code "${stated ?? ''}" has fewer than 12 digits (${field}).`,
      hint: 'Complete it to the village (12 digits).',
    },
  }),
  'parcels/no-class': ({ field }) => ({
    zh: { message: `没有地类编码（${field}）。`, hint: '请填写 GB/T 21010 地类编码。' },
    en: { message: `There is no land class (${field}).`, hint: 'Fill in the class code of GB/T 21010.' },
  }),
  'parcels/no-area': ({ field, stated }) => ({
    zh: {
      message: `面积${stated === null ? '为空' : `“${stated}”不是数`}（${field}），也无法由图形计算。`,
      hint: '请填写面积，或提供带坐标系的图形。',
    },
    en: {
      message: `The area is ${stated === null ? 'empty' : `"${stated}", which is no number`} (${field}), and the outline gives none.`,
      hint: 'State the area, or give the outline with its coordinate system.',
    },
  }),
  'parcels/area-is-negative': ({ field, area }) => ({
    zh: { message: `面积 ${area} 平方米为负（${field}）。`, hint: '请核对原数据。' },
    en: { message: `The area, ${area} m², is negative (${field}).`, hint: 'Check the source.' },
  }),
}
