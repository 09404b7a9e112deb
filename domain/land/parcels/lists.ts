/** Code lists of the survey (DLTB) and of the registry's parcels (DK): [code, zh, en]. Marks as in the domain notes, 5.1 and 5.2. */
export type ListRow = readonly [code: string, zh: string, en: string]
export type CodeList = {
  readonly id: string
  readonly field: string // in the standard
  readonly zh: string
  readonly en: string
  readonly source: string
  readonly mark: 'found' | 'known'
  readonly rows: readonly ListRow[]
}

const NYT = 'NY/T 2539-2016'

export const PARCEL_LISTS: readonly CodeList[] = [
  {
    id: 'parcel-category',
    field: 'DKLB',
    zh: '地块类别',
    en: 'Parcel category',
    source: `${NYT}, C.7`,
    mark: 'found',
    rows: [
      ['10', '承包地块', 'Contracted parcel'],
      ['21', '自留地', 'Private plot'],
      ['22', '机动地', 'Reserve land'],
      ['23', '开荒地', 'Reclaimed land'],
      ['99', '其他集体土地', 'Other collective land'],
    ],
  },
  {
    id: 'fertility',
    field: 'DLDJ',
    zh: '地力等级',
    en: 'Fertility grade',
    source: `${NYT}, C.8`,
    mark: 'found',
    rows: [
      ['01', '一等地', 'Grade 1'],
      ['02', '二等地', 'Grade 2'],
      ['03', '三等地', 'Grade 3'],
      ['04', '四等地', 'Grade 4'],
      ['05', '五等地', 'Grade 5'],
      ['06', '六等地', 'Grade 6'],
      ['07', '七等地', 'Grade 7'],
      ['08', '八等地', 'Grade 8'],
      ['09', '九等地', 'Grade 9'],
      ['10', '十等地', 'Grade 10'],
      ['900', '未评定', 'Not assessed'],
    ],
  },
  {
    id: 'purpose',
    field: 'TDYT',
    zh: '土地用途',
    en: 'Land use',
    source: `${NYT}, C.9`,
    mark: 'found',
    rows: [
      ['1', '种植业', 'Crops'],
      ['2', '林业', 'Forestry'],
      ['3', '畜牧业', 'Livestock'],
      ['4', '渔业', 'Fishery'],
      ['5', '非农业用途', 'Non-agricultural use'],
    ],
  },
  {
    id: 'basic-farmland',
    field: 'SFJBNT',
    zh: '是否基本农田',
    en: 'Permanent basic farmland',
    source: `${NYT}; 0 seen in public data`,
    mark: 'found',
    rows: [
      ['1', '是', 'Yes'],
      ['2', '否', 'No'],
      ['0', '未填', 'Not stated'],
    ],
  },
]

export const PATCH_LISTS: readonly CodeList[] = [
  {
    id: 'cultivated-type',
    field: 'GDLX',
    zh: '耕地类型',
    en: 'Kind of cultivated land',
    source: 'Public survey software (S9)',
    mark: 'found',
    rows: [
      ['TT', '梯田', 'Terraced'],
      ['PD', '坡地', 'Sloping'],
    ],
  },
  {
    id: 'slope-class',
    field: 'GDPDJB',
    zh: '耕地坡度级',
    en: 'Slope class of cultivated land',
    source: 'C21 of the survey database (S3)',
    mark: 'found',
    rows: [
      ['1', '≤2°', '≤2°'],
      ['2', '2°–6°', '2°–6°'],
      ['3', '6°–15°', '6°–15°'],
      ['4', '15°–25°', '15°–25°'],
      ['5', '>25°', '>25°'],
    ],
  },
  {
    id: 'planting',
    field: 'ZZSXDM',
    zh: '种植属性',
    en: 'Planting attribute',
    source: 'Revision note of the survey database standard (S10); XG and WG by TD/T 1057-2020',
    mark: 'found',
    rows: [
      ['LS', '种植粮食作物', 'Grain crops'],
      ['FLS', '种植非粮食作物', 'Other crops'],
      ['LYFL', '粮与非粮轮作', 'Grain and others in rotation'],
      ['JKHF', '即可恢复', 'Can be restored at once'],
      ['GCHF', '工程恢复', 'Can be restored by works'],
      ['XG', '休耕', 'Fallow by plan'],
      ['WG', '未耕种', 'Not tilled'],
    ],
  },
  {
    id: 'refined-class',
    field: 'TBXHDM',
    zh: '图斑细化',
    en: 'Refined patch kind',
    source: 'TD/T 1057-2020; FQ by its revision note (S10)',
    mark: 'known',
    rows: [
      ['HDGD', '河道耕地', 'Cultivated land in a river bed'],
      ['HQGD', '湖区耕地', 'Cultivated land in a lake bed'],
      ['LQGD', '林区耕地', 'Cultivated land in a forest district'],
      ['MQGD', '牧区耕地', 'Cultivated land in a pastoral district'],
      ['SHGD', '沙荒耕地', 'Cultivated land in sandy waste'],
      ['SMGD', '石漠化耕地', 'Cultivated land in stony desert'],
      ['FQ', '废弃', 'Abandoned'],
    ],
  },
]
