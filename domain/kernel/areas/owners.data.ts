/** Who owns: QSXZ of the survey and SYQXZ of the contract registry (NY/T 2539 C.6), with the roll-up of the domain notes, 5.1. */
export type OwnerRow = {
  readonly code: string
  readonly zh: string
  readonly en: string
  readonly owner: 'state' | 'collective'
  readonly source: string
  readonly mark: 'found' | 'known' | 'recalled'
}
const SURVEY = 'Code list of 权属性质, as used by public survey software (S11)'
const REGISTRY = 'NY/T 2539-2016, C.6'
const ISLAND = 'TD/T 1057-2020, list of 权属性质'

export const OWNER_KINDS: readonly OwnerRow[] = [
  { code: '10', zh: '国有土地所有权', en: 'State ownership', owner: 'state', source: SURVEY, mark: 'found' },
  { code: '20', zh: '国有土地使用权', en: 'Use right on state land', owner: 'state', source: SURVEY, mark: 'found' },
  {
    code: '21',
    zh: '国有无居民海岛使用权',
    en: 'Use right on a state-owned uninhabited island',
    owner: 'state',
    source: ISLAND,
    mark: 'known',
  },
  { code: '30', zh: '集体土地所有权', en: 'Collective ownership', owner: 'collective', source: SURVEY, mark: 'found' },
  { code: '31', zh: '村民小组', en: 'Villagers’ group', owner: 'collective', source: REGISTRY, mark: 'found' },
  { code: '32', zh: '村集体经济组织', en: 'Village collective', owner: 'collective', source: REGISTRY, mark: 'found' },
  { code: '33', zh: '乡集体经济组织', en: 'Township collective', owner: 'collective', source: REGISTRY, mark: 'found' },
  { code: '34', zh: '其他农民集体经济组织', en: 'Other farmers’ collective', owner: 'collective', source: REGISTRY, mark: 'found' },
  { code: '40', zh: '集体土地使用权', en: 'Use right on collective land', owner: 'collective', source: SURVEY, mark: 'found' },
  {
    code: '41',
    zh: '集体无居民海岛使用权',
    en: 'Use right on a collective uninhabited island',
    owner: 'collective',
    source: ISLAND,
    mark: 'known',
  },
]
