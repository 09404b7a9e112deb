/** Practices that sources describe: technologies over years, and the crops that were grown (domain notes 2.4). */
import type { Practice, Step } from './measures.ts'

const once = (technology: string): Step => ({ technology, from: 0, to: 0 })
const always = (technology: string): Step => ({ technology, from: 0, to: null })

const practice = (
  code: string,
  zh: string,
  en: string,
  steps: readonly Step[],
  crops: readonly string[],
  source: string,
  note = '',
  mark: Practice['mark'] = 'found',
): Practice => ({ code, zh, en, steps, crops, conditions: [], acts: [], source, mark, note })

const DRY = ['maize', 'sorghum', 'sunflower']

export const PRACTICES: readonly Practice[] = [
  practice(
    'gypsum-paddy',
    '脱硫石膏改良种稻',
    'FGD gypsum, then rice',
    [once('fgd-gypsum'), always('paddy')],
    ['rice'],
    'S24；S45：当年改良、当年种植、当年收获 | S24; S45: improved, planted and harvested in one year',
  ),
  practice(
    'phosphogypsum-paddy',
    '磷石膏、农家肥、草炭改良种稻',
    'phosphogypsum, manure and peat, then rice',
    [once('phosphogypsum'), once('manure'), once('peat'), always('paddy')],
    ['rice'],
    'S25；大安模式（S47） | S25; the Da’an mode (S47)',
  ),
  practice(
    'aluminium-paddy',
    '硫酸铝改良种稻',
    'aluminium sulfate, then rice',
    [once('aluminium-sulfate'), always('paddy')],
    ['rice'],
    'S26, S27',
  ),
  practice(
    'citric-paddy',
    '柠檬酸石膏改良种稻',
    'citric-acid gypsum, then rice',
    [once('citric-gypsum'), always('paddy')],
    ['rice'],
    'S49',
  ),
  practice('paddy-alone', '以稻治碱', 'rice alone', [always('paddy')], ['rice'], 'S48'),
  practice(
    'gypsum-leaching',
    '脱硫石膏改良加淋洗',
    'FGD gypsum and leaching',
    [once('fgd-gypsum'), once('leaching')],
    DRY,
    'S29（盆栽） | S29 (pot)',
  ),
  practice('aluminium-dry', '硫酸铝改良旱作', 'aluminium sulfate on dry land', [once('aluminium-sulfate')], DRY, 'S27'),
  practice(
    'iron-humic-forage',
    '硫酸亚铁、腐植酸改良种青贮玉米',
    'iron sulfate and humic acid, forage maize',
    [once('iron-sulfate-humic')],
    ['maize-forage'],
    'S28',
  ),
  practice(
    'sulfur-dry',
    '硫磺改良旱作',
    'sulfur on dry land',
    [once('sulfur'), once('leaching')],
    DRY,
    '按改良剂当量 | by equivalents',
    '',
    'computed',
  ),
  practice(
    'flushing-alone',
    '以水洗碱',
    'flushing alone',
    [once('leaching')],
    DRY,
    'S47',
    '2016 年大安农场失败。 | Failed in 2016 at a Da’an farm.',
  ),
  practice(
    'sand-subsoil',
    '客沙深松',
    'sand and sub-soiling',
    [once('sand'), once('sub-soiling')],
    DRY,
    '文献只提及，无数字 | named in the literature, without figures',
  ),
  practice('sesbania', '种植田菁', 'sesbania as green manure', [always('sesbania-manure')], ['sesbania'], 'S76'),
  practice('oats', '燕麦连作', 'continuous oats', [always('oats-continuous')], ['oats'], 'S77'),
]
