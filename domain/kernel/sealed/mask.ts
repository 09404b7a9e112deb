/**
 * What remains readable of a personal value: enough to find a row together with the person who asks, too little to name them.
 * The masks stand in the register; the values themselves only in kernel/sealed.
 */
type Mask = (value: string) => string

// Two-character family names, so that 欧阳* does not become 欧** with the given name's length shown.
const LONG_SURNAMES = new Set(
  '欧阳 司马 诸葛 上官 司徒 东方 独孤 南宫 万俟 闻人 夏侯 尉迟 公羊 澹台 公冶 宗政 濮阳 淳于 单于 太叔 申屠 公孙 仲孙 轩辕 令狐 钟离 宇文 长孙 慕容 鲜于 闾丘 司空 皇甫 端木 呼延 拓跋 百里 东郭 南门 西门 赫连 纳兰'.split(
    ' ',
  ),
)

const letters = (value: string) => [...new Intl.Segmenter('zh', { granularity: 'grapheme' }).segment(value)].map(({ segment }) => segment)

/** 张三 and 张三丰 → 张*; 欧阳修 → 欧阳*; a single character is hidden whole; names of several words keep the first letter of the first word. */
const name: Mask = (value) => {
  const parts = letters(value)
  if (parts.length < 2) return '*'
  const two = parts.slice(0, 2).join('')
  return parts.length > 2 && LONG_SURNAMES.has(two) ? `${two}*` : `${parts[0]}*`
}

/** The first and last four of an identity number of 15 or more; of a shorter document number only the last two, of a very short one nothing. */
const idNumber: Mask = (value) => {
  const parts = letters(value.replaceAll(/\s/g, ''))
  if (parts.length >= 15) return `${parts.slice(0, 4).join('')}****${parts.slice(-4).join('')}`
  return parts.length >= 6 ? `****${parts.slice(-2).join('')}` : '****'
}

/** 13800000000 → 138****0000; a land line keeps its last two digits; anything shorter nothing. */
const phone: Mask = (value) => {
  const digits = value.normalize('NFKC').replaceAll(/\D/g, '')
  if (/^(?:86)?1\d{10}$/.test(digits)) return `${digits.slice(-11, -8)}****${digits.slice(-4)}`
  return digits.length >= 7 ? `****${digits.slice(-2)}` : '****'
}

/** The last four of a card or account of ten digits or more; of a shorter one nothing. */
const bankAccount: Mask = (value) => {
  const digits = value.normalize('NFKC').replaceAll(/\D/g, '')
  return digits.length >= 10 ? `****${digits.slice(-4)}` : '****'
}

/** Province, city, county, town and village may stand; what follows names a house. */
const address: Mask = (value) => {
  const place = /^(?:[^\d]{1,12}?(?:省|自治区|市|州|盟|县|旗|区|镇|乡|街道|苏木|村|嘎查)){1,6}/u.exec(value)?.[0] ?? ''
  return letters(place).length < letters(value).length ? `${place}***` : '***'
}

const hidden: Mask = () => '***'

/** Which mask a field has, by its name; a field of no known kind (a note) is hidden whole. */
const MASKS: readonly (readonly [field: RegExp, mask: Mask])[] = [
  [/^name$|Name$|^neighbour|^pointedOutBy$/, name],
  [/^idNumber$/, idNumber],
  [/^phone$/, phone],
  [/^bankAccount$/, bankAccount],
  [/^address$/, address],
]

/** The mask of a value, never the value itself; nothing stays nothing. */
export function mask(field: string, value: string): string {
  const plain = value.trim()
  if (plain === '') return ''
  const found = MASKS.find(([ending]) => ending.test(field))
  return (found?.[1] ?? hidden)(plain)
}
