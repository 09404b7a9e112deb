/** The reasons of options as sentences. */
import type { Language } from '@dishu/base/refusal'
import type { Because, NotConfigured, OutReason } from './facts.ts'
import type { Indicator, Library } from './measures.ts'
import { ACT_NAMES } from './names.ts'
import type { LandOption } from './options.ts'

type Both = Readonly<Record<Language, string>>

const digits = (value: number, most: number) => String(Number(value.toFixed(most)))
const NUMBERS: Readonly<Partial<Record<Indicator, Both & { readonly unit: string; readonly digits: number }>>> = {
  ph: { zh: 'pH', en: 'pH', unit: '', digits: 2 },
  esp: { zh: 'ESP', en: 'ESP', unit: '', digits: 1 },
  ece: { zh: 'ECe', en: 'ECe', unit: '', digits: 2 },
  salt: { zh: '含盐量', en: 'salt', unit: ' g/kg', digits: 2 },
  cec: { zh: 'CEC', en: 'CEC', unit: ' cmol/kg', digits: 1 },
  alkalinity: { zh: '可溶碱度', en: 'soluble alkalinity', unit: ' cmol/kg', digits: 2 },
  lime: { zh: '碳酸钙', en: 'lime', unit: ' g/kg', digits: 1 },
  'bulk-density': { zh: '容重', en: 'bulk density', unit: ' t/m³', digits: 2 },
  slope: { zh: '坡度', en: 'slope', unit: '°', digits: 1 },
}
const YES: Readonly<Partial<Record<Indicator, Both>>> = {
  'paddy-water': { zh: '可及稻田用水', en: 'paddy water reachable' },
  irrigation: { zh: '可及灌溉用水', en: 'irrigation water reachable' },
  'drain-outlet': { zh: '有排水出口', en: 'drain outlet yes' },
}
const NO: Readonly<Partial<Record<Indicator, Both>>> = {
  'paddy-water': { zh: '没有可及的稻田用水', en: 'no paddy water in reach' },
  irrigation: { zh: '没有可及的灌溉用水', en: 'no irrigation water in reach' },
  'drain-outlet': { zh: '没有排水出口', en: 'no drain outlet' },
}
const WITHOUT_VALUE: Readonly<Partial<Record<Indicator, Both>>> = {
  'paddy-water': { zh: '稻田用水是否可及', en: 'whether paddy water is in reach' },
  irrigation: { zh: '灌溉用水是否可及', en: 'whether irrigation water is in reach' },
  'drain-outlet': { zh: '有无排水出口', en: 'whether there is a drain outlet' },
}
const NOT_CONFIGURED: Readonly<Record<NotConfigured, Both>> = {
  technology: { zh: '技术库中没有该技术', en: 'no such technology in the library' },
  crop: { zh: '作物库中没有该作物', en: 'no such crop in the library' },
  dose: { zh: '用量未配置', en: 'dose not configured' },
  certificate: { zh: '有害成分检测值或限值未配置', en: 'certificate or limit not configured' },
  price: { zh: '价格未配置', en: 'price not configured' },
  'water-price': { zh: '水价未配置', en: 'price of water not configured' },
  quota: { zh: '用水定额未配置', en: 'water quota not configured' },
  'salt-limit': { zh: '耐盐指标未配置', en: 'salt tolerance not configured' },
  'sodicity-limit': { zh: '耐碱（ESP）指标未配置', en: 'sodicity limit not configured' },
  'ph-limit': { zh: 'pH 指标未配置', en: 'pH limit not configured' },
  potential: { zh: '潜力单产未配置', en: 'potential yield not configured' },
  'crop-price': { zh: '产品价格未配置', en: 'price of the crop not configured' },
  'growing-cost': { zh: '种植成本未配置', en: 'growing cost not configured' },
  discount: { zh: '折现率未配置', en: 'discount rate not configured' },
  horizon: { zh: '计算年限未配置', en: 'horizon not configured' },
}

const nameIn = (library: Library, code: string, language: Language): string => {
  const [head, ...rest] = code.split(': ')
  const found = [...library.technologies, ...library.practices, ...library.crops].find((each) => each.code === head)
  return [found ? found[language] : head === 'economics' ? { zh: '经济参数', en: 'economics' }[language] : head, ...rest].join(
    language === 'zh' ? '：' : ': ',
  )
}

function sayFact({ indicator, value }: Because, language: Language): string {
  const words = NUMBERS[indicator]
  if (typeof value === 'number' && words) return `${words[language]} ${digits(value, words.digits)}${words.unit}`
  return (value === true ? YES : NO)[indicator]?.[language] ?? indicator
}

/** `因 pH 9.4、ESP 42、可及稻田用水、有排水出口` */
export function sayOption({ because }: Pick<LandOption, 'because'>, language: Language): string {
  const facts = because.map((each) => sayFact(each, language))
  return language === 'zh' ? `因 ${facts.join('、')}` : `because ${facts.join(', ')}`
}

/** Why an option is out, in one clause. `limitName`: the name of a limit by its code. */
export function sayReason(reason: OutReason, library: Library, language: Language, limitName: (code: string) => string): string {
  const zh = language === 'zh'
  const of = 'of' in reason ? nameIn(library, reason.of, language) : ''
  switch (reason.kind) {
    case 'condition': {
      const found = sayFact(reason, language)
      if (reason.limit === null) return zh ? `${found}（${of}要求）` : `${found} (${of} asks for it)`
      const words = NUMBERS[reason.indicator]
      const limit = digits(reason.limit, words?.digits ?? 2)
      const sign = reason.is === 'at-least' ? '≥' : '≤'
      return zh ? `${found}，${of}要求 ${sign} ${limit}` : `${found}; ${of} asks for ${sign} ${limit}`
    }
    case 'unknown': {
      if (reason.indicator === 'soil') return zh ? '没有可用的土壤样品' : 'no soil sample speaks for it'
      if (reason.indicator === 'limits') return zh ? '图形的坐标系无法换算，未能核对限制' : 'its outline could not be laid under the limits'
      const name = WITHOUT_VALUE[reason.indicator]?.[language] ?? NUMBERS[reason.indicator]?.[language] ?? reason.indicator
      return zh ? `${name}不明（${of}需要）` : `${name} is not known (${of} needs it)`
    }
    case 'limit': {
      const act = ACT_NAMES[reason.act][language]
      return zh ? `${limitName(reason.limit)}禁止${act}` : `${limitName(reason.limit)} forbids: ${act}`
    }
    case 'rule':
      return zh
        ? `ESP ${digits(reason.value, 1)} 高于 ${reason.limit}，未经改良剂处理不安排淋洗（${reason.source}）`
        : `ESP ${digits(reason.value, 1)} is above ${reason.limit}: no leaching is planned without an amendment (${reason.source})`
    case 'contaminant':
      return zh
        ? `${of}：${reason.substance} ${digits(reason.value, 2)} 超过限值 ${reason.limit}`
        : `${of}: ${reason.substance} ${digits(reason.value, 2)} is above its limit of ${reason.limit}`
    case 'no-yield':
      return zh ? `${of}在这样的土壤上各年都没有产量` : `${of} yields nothing on such soil in any year`
    case 'not-configured': {
      const what = NOT_CONFIGURED[reason.what][language]
      return zh ? `${of}：${what}` : `${of}: ${what}`
    }
  }
}
