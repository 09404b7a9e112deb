import type { Language, MessagesFor } from '@dishu/base/refusal'
import type { ExportRefusal } from './exports.ts'

const few = (words: readonly string[], separator: string) => `${words.slice(0, 40).join(separator)}${words.length > 40 ? ' …' : ''}`

const WHY_NOT: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  ENOENT: { zh: '文件夹不存在', en: 'there is no such folder' },
  INPUT: { zh: '这正是要读取的文件', en: 'it is the very file that is read' },
  EISDIR: { zh: '这是一个文件夹', en: 'it is a folder' },
  EACCES: { zh: '没有写入权限', en: 'it may not be written by you' },
  EPERM: { zh: '没有写入权限', en: 'it may not be written by you' },
  EROFS: { zh: '磁盘只读', en: 'the disk is read-only' },
  ENOSPC: { zh: '磁盘空间不足', en: 'the disk is full' },
  ENAMETOOLONG: { zh: '文件名过长', en: 'the name is too long' },
}
const whyNot = (code: string, language: Language) => WHY_NOT[code]?.[language] ?? code

const RULES: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  required: { zh: '缺失', en: 'is missing' },
  'too-wide': { zh: '超过字段宽度', en: 'is too wide for its field' },
  'not-in-list': { zh: '不在代码表内', en: 'is not in the code list' },
  twice: { zh: '重复', en: 'stands twice' },
  'no-outline': { zh: '缺失', en: 'is missing' },
  'does-not-add-up': { zh: '与图斑面积减扣除面积不符', en: 'is not the patch less its deduction' },
  'not-in-gbk': { zh: '含 GBK 没有的字', en: 'has signs that GBK lacks' },
}

const ruleSaid = (rule: string, language: Language) => RULES[rule]?.[language] ?? rule

export const messages: MessagesFor<ExportRefusal> = {
  'exports/unknown-word': ({ name, value, allowed }) => ({
    zh: { message: `导出参数 ${name} 不认识“${value}”。`, hint: `可用：${allowed.join('、')}。` },
    en: { message: `The export does not know "${value}" for ${name}.`, hint: `Use one of: ${allowed.join(', ')}.` },
  }),
  'exports/unknown-column': ({ column, what, allowed }) => ({
    zh: { message: `${what} 表没有“${column}”这一列。`, hint: `可用：${few(allowed, '、')}。` },
    en: { message: `There is no column "${column}" in ${what}.`, hint: `Use one of: ${few(allowed, ', ')}.` },
  }),
  'exports/not-for-this-table': ({ name, what }) => ({
    zh: { message: `参数 ${name} 只能用于图斑（patches），不能用于 ${what}。`, hint: '请去掉该参数，或改为导出 patches。' },
    en: { message: `${name} narrows patches only, not ${what}.`, hint: 'Leave it out, or export patches.' },
  }),
  'exports/needs-a-file': ({ format }) => ({
    zh: {
      message: `${format} 是二进制文件，不能写到标准输出。`,
      hint: `请用 --out 指定文件，例如 --out 导出.${format}；csv 和 geojson 可以直接输出。`,
    },
    en: {
      message: `${format} is a binary file and cannot go to standard output.`,
      hint: `Name a file with --out, for instance --out export.${format}; csv and geojson can flow.`,
    },
  }),
  'exports/format-not-for-this-table': ({ format, what }) => ({
    zh: {
      message: `${format} 不能用于 ${what} 表。`,
      hint: 'txt 用于 patches、parcels，nyt2539 用于 parcels；没有图形的表请用 csv、xlsx 或 parquet。',
    },
    en: {
      message: `${format} is not for ${what}.`,
      hint: 'txt is for patches and parcels, nyt2539 for parcels; a table without outlines goes out as csv, xlsx or parquet.',
    },
  }),
  'exports/needs-a-zone': ({ format }) => ({
    zh: { message: `${format} 要求全部图形在同一个 CGCS2000 投影带，本县数据不是。`, hint: '可改用 gpkg、fgb 或 geojson。' },
    en: { message: `${format} wants all outlines in one zone of CGCS2000, and these are not.`, hint: 'Use gpkg, fgb or geojson.' },
  }),
  'exports/receiver-would-refuse': ({ findings }) => ({
    zh: {
      message: `接收方检查不通过：${findings
        .slice(0, 6)
        .map(({ rule, field, count, examples }) => `${field || '图形'} ${ruleSaid(rule, 'zh')} ${count} 行（如 ${examples[0]}）`)
        .join('；')}。`,
      hint: '请先改正；确需照原样交出时加 accept=true（命令行 --accept），检查结果随文件附上。',
    },
    en: {
      message: `The receiving side would refuse it: ${findings
        .slice(0, 6)
        .map(({ rule, field, count, examples }) => `${field || 'outline'} ${ruleSaid(rule, 'en')}: ${count} (such as ${examples[0]})`)
        .join('; ')}.`,
      hint: 'Correct it; to hand it over as it is add accept=true (--accept): what was found goes with the file.',
    },
  }),
  'exports/cannot-write-there': ({ file, why }) => ({
    zh: { message: `无法写入 ${file}：${whyNot(why, 'zh')}。`, hint: '请换一个有写入权限且空间足够的位置。' },
    en: { message: `${file} cannot be written: ${whyNot(why, 'en')}.`, hint: 'Choose a place that may be written and has room.' },
  }),
  'exports/no-such-county': ({ county }) => ({
    zh: { message: `登记簿里没有 ${county} 的数据。`, hint: '请先导入该县的文件，或检查县代码。' },
    en: { message: `The register has nothing of county ${county}.`, hint: 'Import its files first, or look at the code.' },
  }),
  'exports/no-such-row': ({ county, key }) => ({
    zh: {
      message: `${county} 从未有过标识为“${key}”的图斑、地块或合同。`,
      hint: '请给出图斑标识码（BSM）、地块编码（DKBM）或承包合同编码（CBHTBM）的全部位数。',
    },
    en: {
      message: `${county} never had a patch, parcel or contract "${key}".`,
      hint: 'Give all digits of a patch identifier (BSM), a parcel code (DKBM) or a contract code (CBHTBM).',
    },
  }),
}
