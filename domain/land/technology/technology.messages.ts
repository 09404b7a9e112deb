import type { MessagesFor } from '@dishu/base/refusal'
import type { LibraryRefusal } from './refusals.ts'

const at = ({ sheet, row, column }: { readonly sheet: string; readonly row: number; readonly column: string }) => ({
  zh: `“${sheet}”第 ${row} 行“${column}”`,
  en: `Sheet “${sheet}”, row ${row}, column “${column}”`,
})

export const messages: MessagesFor<LibraryRefusal> = {
  'library/unknown-sheet': ({ sheet, known }) => ({
    zh: { message: `工作簿中的“${sheet}”不是模板中的表。`, hint: `模板中有：${known.join('、')}。请下载模板，按其表名填写。` },
    en: {
      message: `The sheet “${sheet}” is none of the template’s.`,
      hint: `The template has: ${known.join(', ')}. Download it and keep its names.`,
    },
  }),
  'library/missing-column': ({ sheet, column }) => ({
    zh: { message: `“${sheet}”缺少必填列“${column}”。`, hint: '请下载模板，保留其表头。' },
    en: { message: `The sheet “${sheet}” lacks the column “${column}”.`, hint: 'Download the template and keep its header.' },
  }),
  'library/missing-cell': (place) => ({
    zh: { message: `${at(place).zh}未填。`, hint: '这一列必填。' },
    en: { message: `${at(place).en} is empty.`, hint: 'This column is needed.' },
  }),
  'library/not-readable-cell': ({ found, expected, ...place }) => ({
    zh: { message: `${at(place).zh}的“${found}”读不懂。`, hint: `应为：${expected}。` },
    en: { message: `${at(place).en}: “${found}” is not understood.`, hint: `Expected: ${expected}.` },
  }),
  'library/out-of-range': ({ found, from, to, ...place }) => ({
    zh: { message: `${at(place).zh}的 ${found} 不在 ${from}–${to} 之间。`, hint: '请核对单位（如 m 与 cm、元与万元、% 与小数）。' },
    en: {
      message: `${at(place).en}: ${found} is not between ${from} and ${to}.`,
      hint: 'Check the unit (m or cm, yuan or 10 000 yuan, per cent or a share).',
    },
  }),
  'library/named-twice': ({ sheet, row, first, key }) => ({
    zh: { message: `“${sheet}”第 ${row} 行与第 ${first} 行都是“${key}”。`, hint: '请只保留一行。' },
    en: { message: `Sheet “${sheet}”: rows ${first} and ${row} are both “${key}”.`, hint: 'Keep one of them.' },
  }),
  'library/unknown-code': ({ code, ...place }) => ({
    zh: { message: `${at(place).zh}的代码“${code}”不存在。`, hint: '请先在相应的表中填写它，或改用已有的代码。' },
    en: { message: `${at(place).en}: there is no “${code}”.`, hint: 'State it in its own sheet first, or use a code that is there.' },
  }),
  'library/incomplete': ({ sheet, row, columns }) => ({
    zh: { message: `“${sheet}”第 ${row} 行还需填：${columns.join('、')}。`, hint: '这几项要一起填写。' },
    en: { message: `Sheet “${sheet}”, row ${row} also needs: ${columns.join(', ')}.`, hint: 'These belong together.' },
  }),
  'library/wrong-way-round': ({ sheet, row, low, high }) => ({
    zh: { message: `“${sheet}”第 ${row} 行“${low}”应小于“${high}”。`, hint: '请核对是否填反。' },
    en: { message: `Sheet “${sheet}”, row ${row}: “${low}” must be below “${high}”.`, hint: 'Perhaps they were exchanged.' },
  }),
  'library/nothing': ({ file }) => ({
    zh: { message: `${file} 中没有可导入的行。`, hint: '请在模板的表中填写后再导入。' },
    en: { message: `${file} has no rows to bring in.`, hint: 'Fill in the template’s sheets first.' },
  }),
  'library/changes-nothing': ({ file }) => ({
    zh: { message: `${file} 与现有内容相同，没有变化。` },
    en: { message: `${file} says what is there already; nothing changes.` },
  }),
  'library/too-large': ({ file, limitMb }) => ({
    zh: { message: `${file} 超过 ${limitMb} MB 或 20 万行。`, hint: '请分成几次导入。' },
    en: { message: `${file} is larger than ${limitMb} MB or 200 000 rows.`, hint: 'Bring it in in parts.' },
  }),
  'library/not-a-workbook': ({ file }) => ({
    zh: { message: `${file} 不是 XLSX 工作簿。`, hint: '请用下载的模板填写，另存为 .xlsx。' },
    en: { message: `${file} is no XLSX workbook.`, hint: 'Fill in the template and save it as .xlsx.' },
  }),
  'library/refused': ({ file, problems, where }) => ({
    zh: { message: `${file} 有 ${problems} 处问题，没有写入任何内容。第一处：${where}。`, hint: '先预览，可看到每一处及改法。' },
    en: {
      message: `${file} has ${problems} problems; nothing was written. The first: ${where}.`,
      hint: 'A preview shows each of them and what to do.',
    },
  }),
  'library/no-such-patch': ({ id }) => ({
    zh: { message: `没有编号为 ${id} 的图斑。`, hint: '请从地块页重新选择。' },
    en: { message: `There is no patch ${id}.`, hint: 'Choose it again on the parcels page.' },
  }),
}
