/**
 * Limits on what may be done with land, each with the acts that it forbids, dated and sourced (domain notes 6.1). Which ground a limit covers comes from the
 * office's own layers (`layer`: the name under which it was imported) and, where the law speaks of a kind of land, from the survey's class (`classes`).
 * Marked `recalled` are laws that were not at hand: the office confirms or replaces them.
 */
import type { LimitRule } from './limits.ts'

const limit = (
  code: string,
  zh: string,
  en: string,
  covers: Pick<LimitRule, 'layer' | 'classes'>,
  forbids: LimitRule['forbids'],
  from: string,
  law: string,
  mark: LimitRule['mark'],
  note = '',
): LimitRule => ({ code, zh, en, ...covers, forbids, from, to: null, source: law, mark, note })

const layer = (name: string) => ({ layer: name, classes: [] })

export const LIMITS: readonly LimitRule[] = [
  limit(
    'ecological-red-line',
    '生态保护红线',
    'ecological red line',
    layer('ecological-red-line'),
    ['reclaim', 'to-paddy', 'drain', 'build'],
    '2022-08-16',
    '补充耕地不得在生态保护红线内（S67）；其余行为按自然资发〔2022〕142号',
    'found',
    '只有禁止补充耕地有出处（S67），其余行为凭 2022 年通知的记忆。 | Only the ban on reclaiming was found (S67); the other acts are from memory of the 2022 notice.',
  ),
  limit(
    'steep-slope',
    '25°以上陡坡',
    'slope above 25°',
    layer('steep-slope'),
    ['reclaim', 'to-paddy'],
    '2011-03-01',
    '25°以上陡坡不得开垦、不得作为补充耕地（S67；水土保持法）',
    'found',
  ),
  limit(
    'nature-reserve',
    '自然保护区',
    'nature reserve',
    layer('nature-reserve'),
    ['reclaim', 'to-paddy', 'drain', 'build', 'farm'],
    '1994-12-01',
    '自然保护区条例；自然资发〔2022〕142号',
    'recalled',
    '禁止耕种指核心区；图层区分功能区时，请按区分别导入。 | Forbids farming in the core: where a layer tells zones apart, import the zones as layers of their own.',
  ),
  limit(
    'wetland',
    '湿地',
    'wetland',
    { layer: 'wetland', classes: ['0303', '0304', '0306', '0402', '1105', '1106', '1108'] },
    ['reclaim', 'to-paddy', 'drain', 'build'],
    '2022-06-01',
    '湿地保护法（2022-06-01 起施行）；湿地地类按 GB/T 21010-2017',
    'recalled',
  ),
  limit(
    'grassland',
    '草原',
    'grassland',
    { layer: 'grassland', classes: ['0401', '0403'] },
    ['reclaim', 'to-paddy', 'build'],
    '2003-03-01',
    '草原法：禁止开垦草原',
    'recalled',
    '不含其他草地（0404），需保护的单位自行加入。 | Other grassland (0404) is not meant; an office that protects it adds the class.',
  ),
  limit(
    'forest',
    '林地',
    'forest',
    { layer: 'forest', classes: ['0301', '0302', '0305', '0307'] },
    ['reclaim', 'to-paddy', 'build'],
    '2020-07-01',
    '森林法：禁止毁林开垦',
    'recalled',
  ),
  limit(
    'basic-farmland',
    '永久基本农田',
    'permanent basic farmland',
    layer('basic-farmland'),
    ['convert', 'build'],
    '1999-01-01',
    '基本农田保护条例；土地管理法',
    'recalled',
    '允许改良，不允许改作他用。 | Permits amelioration; forbids turning it into anything else.',
  ),
  limit(
    'river-zone',
    '河湖管理范围',
    'river and lake management zone',
    layer('river-zone'),
    ['reclaim', 'build'],
    '1988-06-10',
    '河道管理条例；自然资发〔2022〕142号',
    'recalled',
  ),
]
