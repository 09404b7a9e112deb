import type { Language, MessagesFor } from '@dishu/base/refusal'
import type { OgcRefusal } from './question.ts'

const LIMITS: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  length: { zh: '字符数', en: 'characters' },
  depth: { zh: '嵌套层数', en: 'levels of brackets' },
  parts: { zh: '条件与值的个数', en: 'conditions and values' },
  vertices: { zh: '顶点数', en: 'vertices' },
  wildcards: { zh: '一个模式中的 % 个数', en: 'signs % in one pattern' },
}

/** What we say when a question over the open interfaces cannot be answered. */
export const ogcMessages: MessagesFor<OgcRefusal> = {
  'ogc/filter-not-read': ({ at, near, wanted }) => ({
    zh: { message: `过滤条件第 ${at + 1} 个字符处（“${near}”）看不懂。`, hint: `此处应为：${wanted}。` },
    en: { message: `The filter cannot be read at character ${at + 1} (“${near}”).`, hint: `Wanted here: ${wanted}.` },
  }),
  'ogc/filter-too-large': ({ what, most }) => ({
    zh: { message: `过滤条件过大：${LIMITS[what]?.zh ?? what}最多 ${most}。`, hint: '请分几次查询，或简化图形。' },
    en: {
      message: `The filter is too large: ${LIMITS[what]?.en ?? what}, at most ${most}.`,
      hint: 'Ask in several questions, or with a simpler shape.',
    },
  }),
  'ogc/filter-not-supported': ({ what, supported }) => ({
    zh: { message: `过滤条件中的“${what}”不受支持。`, hint: `可用：${supported.join('、')}。` },
    en: { message: `“${what}” is not supported in filters.`, hint: `There are: ${supported.join(', ')}.` },
  }),
  'ogc/filter-unknown-property': ({ property, known }) => ({
    zh: { message: `字段“${property}”不存在，或不能用于过滤。`, hint: `可过滤的字段：${known.join('、')}。` },
    en: { message: `There is no field “${property}” to filter by.`, hint: `Fields to filter by: ${known.join(', ')}.` },
  }),
  'ogc/filter-types': ({ property, type, stated }) => ({
    zh: { message: `字段“${property}”的类型是 ${type}，不能与“${stated}”比较。`, hint: "日期写作 DATE('2025-12-31')，数字不加引号。" },
    en: {
      message: `Field “${property}” is ${type} and cannot be held against “${stated}”.`,
      hint: "Days are written DATE('2025-12-31'), numbers without quotes.",
    },
  }),
  'ogc/no-such-collection': ({ collection, known }) => ({
    zh: { message: `没有数据集“${collection}”。`, hint: `有：${known.join('、')}。` },
    en: { message: `There is no collection “${collection}”.`, hint: `There are: ${known.join(', ')}.` },
  }),
  'ogc/no-such-item-not-found': ({ collection, item }) => ({
    zh: { message: `数据集“${collection}”在所问的日期没有“${item}”。`, hint: '换一个 datetime，或看它的 timemap。' },
    en: { message: `Collection “${collection}” has no “${item}” on the day asked about.`, hint: 'Try another datetime, or its timemap.' },
  }),
  'ogc/parameter-unknown': ({ name, known }) => ({
    zh: { message: `参数“${name}”不存在。`, hint: `可用：${known.join('、')}。` },
    en: { message: `There is no parameter “${name}”.`, hint: `There are: ${known.join(', ')}.` },
  }),
  'ogc/parameter-not-read': ({ name, value, wanted }) => ({
    zh: { message: `参数 ${name} 的值“${value}”看不懂。`, hint: `应为：${wanted}。` },
    en: { message: `The value “${value}” of ${name} cannot be read.`, hint: `Wanted: ${wanted}.` },
  }),
  'ogc/crs-not-offered': ({ name, value, offered }) => ({
    zh: { message: `${name} 的坐标系“${value}”不提供。`, hint: `提供：${offered.join('、')}。` },
    en: { message: `The system “${value}” of ${name} is not offered.`, hint: `Offered: ${offered.join(', ')}.` },
  }),
  'ogc/no-history': ({ collection }) => ({
    zh: { message: `数据集“${collection}”只有当前状态，没有历史。`, hint: '去掉 datetime 和 known 再查。' },
    en: { message: `Collection “${collection}” knows only the present.`, hint: 'Leave datetime and known out.' },
  }),
  'ogc/no-such-revision': ({ rev, newest }) => ({
    zh: { message: `没有版本 ${rev}，最新的是 ${newest}。` },
    en: { message: `There is no revision ${rev}; the newest is ${newest}.` },
  }),
  'ogc/cannot-be-changed': ({ collection, what, open }) => ({
    zh: {
      message: `数据集“${collection}”不能经接口${CHANGES[what as keyof typeof CHANGES]?.zh ?? what}。`,
      hint: open.length > 0 ? `开放的操作：${open.join('、')}。` : '请在页面上或用导入办理。',
    },
    en: {
      message: `Collection “${collection}” is not open to “${what}” over this interface.`,
      hint: open.length > 0 ? `Open: ${open.join(', ')}.` : 'Use the pages, or an import.',
    },
  }),
  'ogc/change-not-read': ({ what }) => ({
    zh: { message: `提交的内容看不懂：${what}。`, hint: '应为 GeoJSON 的 Feature；修改时只写要改的字段。' },
    en: { message: `What was sent cannot be read: ${what}.`, hint: 'Send a GeoJSON Feature; for an update only what changes.' },
  }),
  'ogc/field-cannot-be-changed': ({ field, open }) => ({
    zh: { message: `字段“${field}”不能经接口修改。`, hint: `可改：${open.join('、')}。` },
    en: { message: `Field “${field}” cannot be changed over this interface.`, hint: `Open: ${open.join(', ')}.` },
  }),
  'ogc/rule-broken': ({ rule }) => ({
    zh: { message: `按规则 ${rule}，这样改会产生错误，没有写入任何内容。`, hint: '请核对所填的值。' },
    en: { message: `By rule ${rule} this would be an error; nothing was written.`, hint: 'Look at the values again.' },
  }),
  'ogc/row-moved': ({ item }) => ({
    zh: { message: `“${item}”在您读取之后已被修改，没有写入任何内容。`, hint: '请重新读取后再提交。' },
    en: { message: `“${item}” was changed after you read it; nothing was written.`, hint: 'Read it again, then send the change.' },
  }),
}

const CHANGES = { create: { zh: '新增' }, replace: { zh: '整条替换' }, update: { zh: '修改' }, delete: { zh: '删除' } } as const
