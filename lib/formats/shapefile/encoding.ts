/** Which encoding the texts of a .dbf are in: what the file says, weighed against what its bytes can be. */
import { isUtf8 } from 'node:buffer'
import iconv from 'iconv-lite'

export type Chosen = {
  readonly name: string // a name iconv-lite knows
  readonly from: 'cpg' | 'ldid' | 'guessed' | 'given'
  readonly stated: string | null // what the file said, when the bytes contradict it
  readonly sure: boolean // false: chosen by likelihood, a person should look
}

/** Language driver ids of the DBF header (byte 29) that name one code page. 0x57 is "whatever the writer's machine had". */
const LDID: Readonly<Record<number, string>> = {
  1: 'cp437', 2: 'cp850', 3: 'windows-1252', 4: 'macintosh', 8: 'cp865', 19: 'shift_jis', 38: 'cp866', 77: 'GBK',
  78: 'euc-kr', 79: 'big5', 80: 'windows-874', 88: 'windows-1252', 89: 'windows-1252', 100: 'cp852', 101: 'cp866', 120: 'big5',
  121: 'euc-kr', 122: 'GBK', 123: 'shift_jis', 124: 'windows-874', 125: 'windows-1255', 126: 'windows-1256', 200: 'windows-1250',
  201: 'windows-1251', 202: 'windows-1254', 203: 'windows-1253', 204: 'windows-1257',
} // biome-ignore format: a table

const ALIASES: Readonly<Record<string, string>> = {
  '936': 'GBK', cp936: 'GBK', gbk: 'GBK', gb2312: 'GBK', windows936: 'GBK', ms936: 'GBK', ansi936: 'GBK', xgbk: 'GBK', euccn: 'GBK', hzgb2312: 'GBK',
  gb18030: 'GB18030', '54936': 'GB18030', utf8: 'UTF-8', '65001': 'UTF-8', cp65001: 'UTF-8', unicode: 'UTF-8', utf16: 'utf-16',
  '950': 'big5', cp950: 'big5', big5: 'big5', big5hkscs: 'big5hkscs', '932': 'shift_jis', cp932: 'shift_jis', shiftjis: 'shift_jis', sjis: 'shift_jis',
  eucjp: 'euc-jp', '51932': 'euc-jp', euckr: 'euc-kr', '949': 'euc-kr', cp949: 'euc-kr', '874': 'windows-874', windows874: 'windows-874',
  koi8r: 'koi8-r', '20866': 'koi8-r', latin1: 'iso-8859-1', latin2: 'iso-8859-2',
} // biome-ignore format: a table

/** The encoding a person or a .cpg means: `936`, `CP936`, `ANSI 936`, `UTF8`, `ISO 8859-1`, `88591`; null when nobody knows. */
export function encodingNamed(text: string): string | null {
  const plain = text.replaceAll(/[\s\0\uFEFF"]/g, '').toLowerCase()
  const key = plain.replaceAll(/[-_.:]/g, '')
  const alias = ALIASES[key] ?? ALIASES[key.replace(/^(ansi|cp|windows|ms|oem)/, '')]
  if (alias) return alias
  const iso = /^(?:iso)?8859(\d{1,2})$/.exec(key)?.[1]
  if (iso) return `iso-8859-${iso}`
  const windows = /^(?:cp|windows|ansi|win)?(125[0-8])$/.exec(key)?.[1]
  if (windows) return `windows-${windows}`
  return plain && iconv.encodingExists(plain) ? plain : null
}

export const encodingOfLdid = (ldid: number): string | null => LDID[ldid] ?? null

/** Runs of high bytes, counted: pairs that are everyday characters of GB 2312 and of Big5. */
type Pairs = { pairs: number; gb: number; gbCommon: number; big5: number; odd: number }

/**
 * Chooses from what is stated and from `texts`, values that hold bytes above 0x7F.
 *
 * Valid UTF-8 with a three-byte character is not there by chance: it wins over any statement. A statement that the bytes
 * allow is kept, save that a western code page, which allows everything, yields to texts made of GB 2312 pairs. Without a
 * statement: UTF-8 if valid, else GBK if most pairs are its everyday characters, else Big5 or Latin by the same count.
 */
export function chooseEncoding(
  stated: { cpg: string | null; ldid: string | null; given: string | null },
  texts: readonly Buffer[],
): Chosen {
  if (stated.given) return { name: stated.given, from: 'given', stated: null, sure: true }
  const said = stated.cpg ?? stated.ldid
  const from = stated.cpg ? 'cpg' : 'ldid'
  if (texts.length === 0)
    return said ? { name: said, from, stated: null, sure: true } : { name: 'UTF-8', from: 'guessed', stated: null, sure: true }
  const utf8 = texts.every((t) => isUtf8(wholeUtf8(t)))
  if (said && isUnicode16(said)) return { name: said, from, stated: null, sure: true }
  if (utf8 && (said === 'UTF-8' || said === null || texts.some(hasThreeByteCharacter))) {
    if (said === 'UTF-8') return { name: 'UTF-8', from, stated: null, sure: true }
    return { name: 'UTF-8', from: 'guessed', stated: said, sure: texts.some(hasThreeByteCharacter) }
  }
  const count = countPairs(texts)
  const looksGb = count.pairs > 0 && count.odd <= count.pairs * 0.02 && count.gb >= count.pairs * 0.9
  if (said && said !== 'UTF-8') {
    const western = /^(windows-125[0-8]|iso-8859-|cp4|cp8|macintosh|koi8)/.test(said)
    // a header's language byte is often the writer's default; a .cpg was mostly meant, save the commonest default of all
    const doubtful = from === 'ldid' ? western : /^(windows-1252|iso-8859-1)$/.test(said)
    if (doubtful && looksGb && count.gbCommon >= count.pairs * 0.6) return { name: 'GBK', from: 'guessed', stated: said, sure: false }
    if (western || decodes(texts, said)) return { name: said, from, stated: null, sure: true }
  }
  const guess = guessed(texts, count, looksGb)
  return { name: guess, from: 'guessed', stated: said, sure: false }
}

function guessed(texts: readonly Buffer[], count: Pairs, looksGb: boolean): string {
  if (looksGb && count.gbCommon + 0.3 * count.pairs >= count.big5) return 'GBK'
  if (count.pairs > 0 && count.odd <= count.pairs * 0.02 && count.big5 >= count.pairs * 0.9 && decodes(texts, 'big5')) return 'big5'
  if (count.odd <= count.pairs * 0.2 && count.gb >= count.pairs * 0.5 && decodes(texts, 'GB18030')) return looksGb ? 'GBK' : 'GB18030'
  return 'windows-1252'
}

const isUnicode16 = (name: string) => /^utf-?16/i.test(name)

/** Without a character cut in two at the end of the field's width. */
function wholeUtf8(text: Buffer): Buffer {
  let lead = text.length - 1
  for (let i = 0; i < 3 && lead > 0 && (text[lead] & 0xc0) === 0x80; i++) lead--
  const need = text[lead] >= 0xf0 ? 4 : text[lead] >= 0xe0 ? 3 : text[lead] >= 0xc0 ? 2 : 1
  return lead >= 0 && text.length - lead < need ? text.subarray(0, lead) : text
}

const hasThreeByteCharacter = (text: Buffer): boolean => wholeUtf8(text).some((b) => b >= 0xe0)

function decodes(texts: readonly Buffer[], encoding: string): boolean {
  let bad = 0
  for (const text of texts) {
    const said = iconv.decode(text, encoding)
    // the last character may be cut in two by the field's width
    if (said.slice(0, -1).includes('\uFFFD')) bad++
  }
  return bad <= texts.length * 0.02
}

function countPairs(texts: readonly Buffer[]): Pairs {
  const count: Pairs = { pairs: 0, gb: 0, gbCommon: 0, big5: 0, odd: 0 }
  for (const text of texts) {
    for (let i = 0; i < text.length; i++) {
      const lead = text[i]
      if (lead < 0x80) continue
      if (i + 1 === text.length) break // cut by the width
      const trail = text[++i]
      count.pairs++
      if (lead === 0x80 || lead === 0xff || trail < 0x40 || trail === 0x7f || trail === 0xff) {
        count.odd++
        continue
      }
      if (trail >= 0xa1 && ((lead >= 0xb0 && lead <= 0xf7) || (lead >= 0xa1 && lead <= 0xa9))) count.gb++
      if (trail >= 0xa1 && ((lead >= 0xb0 && lead <= 0xd7) || lead === 0xa3)) count.gbCommon++
      if (lead >= 0xa4 && lead <= 0xc6 && (trail <= 0x7e || trail >= 0xa1)) count.big5++
    }
  }
  return count
}
