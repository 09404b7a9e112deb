/** What the codes of closed lists are called on screens and in sheets. */
import type { Language } from '@dishu/base/refusal'

type Said = Readonly<Record<Language, string>>
export const CHOICES: Readonly<Record<string, Said>> = {
  head: { zh: '渠首', en: 'head' },
  junction: { zh: '汇合点', en: 'junction' },
  turnout: { zh: '分水口', en: 'turnout' },
  pump: { zh: '泵站', en: 'pump' },
  outlet: { zh: '排水出口', en: 'outlet' },
  canal: { zh: '渠道', en: 'canal' },
  drain: { zh: '排水沟', en: 'drain' },
  yes: { zh: '是', en: 'yes' },
  no: { zh: '否', en: 'no' },
  river: { zh: '引河', en: 'river' },
  reservoir: { zh: '水库', en: 'reservoir' },
  groundwater: { zh: '地下水', en: 'groundwater' },
  return: { zh: '回归水', en: 'return flow' },
  supply: { zh: '来水', en: 'supply' },
  reserve: { zh: '生态预留', en: 'reserve' },
  other: { zh: '其他用户', en: 'other users' },
  'salt-load': { zh: '排盐限量', en: 'salt load' },
  advanced: { zh: '先进值', en: 'advanced' },
  general: { zh: '通用值', en: 'general' },
  net: { zh: '净定额', en: 'net' },
  gross: { zh: '毛定额', en: 'gross' },
  tmax: { zh: '最高气温', en: 'tmax' },
  tmin: { zh: '最低气温', en: 'tmin' },
  humidity: { zh: '相对湿度', en: 'humidity' },
  wind: { zh: '风速', en: 'wind' },
  sunshine: { zh: '日照', en: 'sunshine' },
  rain: { zh: '雨量', en: 'rain' },
  normal: { zh: '多年平均', en: 'normal' },
  official: { zh: '官方', en: 'official' },
  literature: { zh: '文献', en: 'literature' },
  computed: { zh: '推算', en: 'computed' },
  recalled: { zh: '未复核', en: 'recalled' },
  invented: { zh: '虚构', en: 'invented' },
}
export const choiceText = (code: string, language: Language): string => CHOICES[code]?.[language] ?? code

/** The code behind a word in either language, or the word where it is none (and will be refused). */
export function choiceFrom(word: string, choices: readonly string[]): string {
  const plain = word.trim()
  const found = choices.find(
    (code) => code.toLowerCase() === plain.toLowerCase() || CHOICES[code]?.zh === plain || CHOICES[code]?.en === plain.toLowerCase(),
  )
  return found ?? plain
}
