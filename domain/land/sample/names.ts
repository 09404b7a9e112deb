/**
 * Names that belong to nobody: a county, towns, villages, people, numbers. All are put together from lists by the seed.
 */

export const COUNTY = { code: '220899', name: '碱泉县' } as const

const FIRST = [...'碱苇柳榆杨鹤雁鹭蒲芦沙泉甸白青红金银龙凤东西南北新永兴福安平长双三四五六七八']
const SECOND = [...'泉坨岗泡甸湾屯桥台堡营井树林山水河洼塘滩']
const TOWN_SECOND = [...'泉坨岗泡甸湾桥台堡洼']

/** A different two-character name each time it is called, then three-character ones. */
export function placeNames(random: () => number): { town(): string; village(): string } {
  const taken = new Set<string>()
  const draw = (second: readonly string[]) => {
    for (let tries = 0; ; tries++) {
      const name =
        FIRST[Math.floor(random() * FIRST.length)] +
        (tries > 8 ? FIRST[Math.floor(random() * FIRST.length)] : '') +
        second[Math.floor(random() * second.length)]
      if (!taken.has(name) && name[0] !== name[1]) {
        taken.add(name)
        return name
      }
    }
  }
  return { town: () => draw(TOWN_SECOND), village: () => draw(SECOND) }
}

const FAMILY = [...'柏苗芦艾苇桑梅柳桂栗荆蒲禾谷麦稷黍粟稻葵']
const GIVEN_1 = [...'云雨雪霜雾虹星辰川岳岭泽溪潭原野春夏秋冬']
const GIVEN_2 = [...'石木竹草叶花果实根枝舟桥车轮灯笔砚纸墨琴']

/** A name nobody was likely given: plants for a family name, weather and things for the rest. */
export const personName = (random: () => number) =>
  FAMILY[Math.floor(random() * FAMILY.length)] +
  GIVEN_1[Math.floor(random() * GIVEN_1.length)] +
  GIVEN_2[Math.floor(random() * GIVEN_2.length)]

export const familyName = (name: string) => name[0]

const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECK = '10X98765432'

/** The check digit GB 11643-1999 asks for (ISO 7064 MOD 11-2). */
export const checkDigit = (first17: string) => CHECK[WEIGHTS.reduce((sum, weight, i) => sum + weight * Number(first17[i]), 0) % 11]

/**
 * Eighteen digits that look like an identity number and are none: the area prefix is not in use, and the check digit is wrong on purpose,
 * so that no living person can have it.
 */
export function identityNumber(random: () => number, year: number, isMale: boolean): string {
  const two = (n: number) => String(n).padStart(2, '0')
  const serial = Math.floor(random() * 499) * 2 + (isMale ? 1 : 2)
  const first17 = `${COUNTY.code}${year}${two(1 + Math.floor(random() * 12))}${two(1 + Math.floor(random() * 28))}${String(serial).padStart(3, '0')}`
  const wrong = Math.floor(random() * 10)
  return first17 + (String(wrong) === checkDigit(first17) ? (wrong + 1) % 10 : wrong)
}

/** Eleven digits beginning 120: no mobile number does. */
export const phoneNumber = (random: () => number) => `120${String(Math.floor(random() * 1e8)).padStart(8, '0')}`

/** The classes the sample uses, GB/T 21010-2017 and the third survey's working classes. */
export const CLASS_NAMES: Readonly<Record<string, string>> = {
  '0101': '水田',
  '0102': '水浇地',
  '0103': '旱地',
  '0201': '果园',
  '0301': '乔木林地',
  '0307': '其他林地',
  '0401': '天然牧草地',
  '0402': '沼泽草地',
  '0403': '人工牧草地',
  '0404': '其他草地',
  '0501': '零售商业用地',
  '0508': '物流仓储用地',
  '0601': '工业用地',
  '0701': '城镇住宅用地',
  '0702': '农村宅基地',
  '0803': '教育用地',
  '0809': '公用设施用地',
  '0810': '公园与绿地',
  '08H1': '机关团体新闻出版用地',
  '1003': '公路用地',
  '1004': '城镇村道路用地',
  '1006': '农村道路',
  '1101': '河流水面',
  '1102': '湖泊水面',
  '1104': '坑塘水面',
  '1104A': '养殖坑塘',
  '1106': '内陆滩涂',
  '1107': '沟渠',
  '1108': '沼泽地',
  '1202': '设施农用地',
  '1204': '盐碱地',
}

export const isCropland = (landClass: string) => landClass.startsWith('01')

/** GB/T 21010-2007 of the contract registry for the classes that are contracted. */
export const CLASS_2007: Readonly<Record<string, string>> = {
  '0101': '011',
  '0102': '012',
  '0103': '013',
  '0401': '041',
  '0404': '043',
  '1204': '124',
}
