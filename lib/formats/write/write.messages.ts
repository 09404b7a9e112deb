/** What the writers refuse, said to a person. */
import type { MessagesFor, Refusal } from '@dishu/base/refusal'

type Place = { file?: string; layer?: string; sheet?: string; row?: number; field?: string }

export type WriteRefusal =
  | Refusal<'formats/fields-do-not-fit', Place & { why: string }>
  | Refusal<'formats/value-does-not-fit', Place & { value: unknown; width: number }>
  | Refusal<'formats/text-not-in-encoding', Place & { value: unknown; encoding: string }>
  | Refusal<'formats/geometry-does-not-fit', Place & { expected: string; found?: string }>
  | Refusal<'formats/coordinates-not-finite', Place>
  | Refusal<'formats/file-too-large', Place & { most: number }>
  | Refusal<'formats/crs-not-known', Place & { epsg: number }>
  | Refusal<'formats/sheet-does-not-fit', Place & { columns: number }>

export const writeMessages: MessagesFor<WriteRefusal> = {
  'formats/fields-do-not-fit': ({ field, why }) => ({
    zh: { message: `字段“${field ?? ''}”无法写入该格式：${why}。`, hint: '请改短字段名或改用 GeoPackage。' },
    en: {
      message: `The field "${field ?? ''}" cannot be written in this format: ${why}.`,
      hint: 'Shorten the name, or choose GeoPackage.',
    },
  }),
  'formats/value-does-not-fit': ({ row, field, value, width }) => ({
    zh: {
      message: `第 ${row ?? '?'} 行字段“${field ?? ''}”的值“${String(value)}”超过宽度 ${width}。`,
      hint: '不会截断数据；请改用 GeoPackage 或缩短该值。',
    },
    en: {
      message: `Row ${row ?? '?'}: the value "${String(value)}" of "${field ?? ''}" does not fit a width of ${width}.`,
      hint: 'Nothing is ever cut off; choose GeoPackage or shorten the value.',
    },
  }),
  'formats/text-not-in-encoding': ({ row, field, value, encoding }) => ({
    zh: {
      message: `第 ${row ?? '?'} 行字段“${field ?? ''}”的文字“${String(value)}”在 ${encoding} 中没有对应字符。`,
      hint: '请改用 UTF-8 编码导出。',
    },
    en: {
      message: `Row ${row ?? '?'}: the text "${String(value)}" of "${field ?? ''}" cannot be written in ${encoding}.`,
      hint: 'Export in UTF-8.',
    },
  }),
  'formats/geometry-does-not-fit': ({ row, expected, found }) => ({
    zh: { message: `第 ${row ?? '?'} 行的图形类型（${found ?? '其他'}）与图层（${expected}）不一致。`, hint: '请按图形类型分别导出。' },
    en: {
      message: `Row ${row ?? '?'} has another kind of geometry (${found ?? 'other'}) than the layer (${expected}).`,
      hint: 'Export each kind on its own.',
    },
  }),
  'formats/coordinates-not-finite': ({ row }) => ({
    zh: { message: `第 ${row ?? '?'} 行的坐标不是有限数。`, hint: '请先检查该图形。' },
    en: { message: `Row ${row ?? '?'} has a coordinate that is not a finite number.`, hint: 'Look at this geometry first.' },
  }),
  'formats/file-too-large': ({ most }) => ({
    zh: { message: `Shapefile 不能超过 ${Math.round(most / 2 ** 20)} MiB。`, hint: '请改用 GeoPackage，或按乡镇分别导出。' },
    en: {
      message: `A shapefile cannot be larger than ${Math.round(most / 2 ** 20)} MiB.`,
      hint: 'Choose GeoPackage, or export town by town.',
    },
  }),
  'formats/crs-not-known': ({ epsg }) => ({
    zh: { message: `不能写出坐标系 EPSG:${epsg}。`, hint: '请选择 CGCS2000（EPSG:4490 或其高斯-克吕格带）。' },
    en: {
      message: `The coordinate system EPSG:${epsg} cannot be written.`,
      hint: 'Choose CGCS2000 (EPSG:4490 or one of its Gauss-Krüger zones).',
    },
  }),
  'formats/sheet-does-not-fit': ({ sheet, columns }) => ({
    zh: {
      message: `工作表“${sheet ?? ''}”（${columns} 列）不符合 Excel 的限制。`,
      hint: '表名最多 31 个字符，不能含 [ ] : * ? / \\，最多 16384 列。',
    },
    en: {
      message: `The sheet "${sheet ?? ''}" (${columns} columns) is more than Excel allows.`,
      hint: 'A name has at most 31 characters without [ ] : * ? / \\; a sheet has at most 16,384 columns.',
    },
  }),
}
