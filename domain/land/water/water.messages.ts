import type { Language, MessagesFor, Sentence } from '@dishu/base/refusal'
import {
  type Missing,
  MONTH_NAMES,
  type RowFault,
  type RowRefusal,
  SHEETS,
  type SheetId,
  type WaterFinding,
  type WaterRefusal,
} from './water.ts'

type Said = Readonly<Record<Language, string>>

const FAULTS: Readonly<Record<RowFault, Said>> = {
  missing: { zh: '没有填写', en: 'is empty' },
  'not-a-number': { zh: '不是数', en: 'is no number' },
  'out-of-range': { zh: '超出范围', en: 'is out of range' },
  'not-a-choice': { zh: '不在可选之列', en: 'is none of the choices' },
  'not-a-geometry': { zh: '不是可用的 WKT 图形', en: 'is no usable WKT shape' },
  'not-a-day': { zh: '不是“月-日”', en: 'is no month-day' },
  twice: { zh: '重复出现', en: 'stands twice' },
  'too-long': { zh: '太长', en: 'is too long' },
}
/** Sheet, row, column and what is wrong there. */
export function placeText({ sheet, row, field, month, code, stated }: RowRefusal, language: Language): string {
  const title = sheetTitle(sheet)
  const column =
    field === null
      ? ''
      : `${month === null ? '' : language === 'zh' ? `${month}月 ` : `${MONTH_NAMES[month - 1] ?? month} `}${fieldTitle(sheet, field)[language]}`
  const what = `${FAULTS[code]?.[language] ?? code}${stated ? (language === 'zh' ? `（${stated}）` : ` (${stated})`) : ''}`
  return language === 'zh' ? `“${title.zh}”第 ${row} 行“${column}”${what}` : `“${title.en}” row ${row}, “${column}” ${what}`
}

/** A sheet that has grown on the server first is called as it is coded. */
const sheetTitle = (sheet: SheetId): Said => SHEETS[sheet]?.title ?? { zh: sheet, en: sheet }
const fieldTitle = (sheet: SheetId, name: string): Said =>
  SHEETS[sheet]?.fields.find((field) => field.name === name)?.title ?? { zh: name, en: name }
const number = (value: number) =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en-US') : Number(value.toPrecision(3)).toString()
const list = (parts: readonly (string | number)[]) => parts.join('、')
const listEn = (parts: readonly (string | number)[]) => parts.join(', ')

export const messages: MessagesFor<WaterRefusal> = {
  'water/rows-refused': ({ count, first }) => ({
    zh: {
      message: `有 ${count} 处不能写入；第一处：${placeText(first, 'zh')}。`,
      hint: `${first.expected ? `应为：${first.expected}。` : ''}改正后重新提交；现在什么也没有写入。`,
    },
    en: {
      message: `${count} places cannot be written; the first: ${placeText(first, 'en')}.`,
      hint: `${first.expected ? `Expected: ${first.expected}. ` : ''}Mend them and send again; nothing was written.`,
    },
  }),
  'water/no-sheet': ({ file, found, known }) => ({
    zh: {
      message: `《${file}》没有认得的工作表（有：${list(found) || '无'}）。`,
      hint: `请用下载的模板；工作表名为：${list(known)}。`,
    },
    en: {
      message: `${file} has no sheet that is known (it has: ${listEn(found) || 'none'}).`,
      hint: `Use the template; its sheets are ${listEn(Object.values(SHEETS).map(({ title }) => title.en))}.`,
    },
  }),
  'water/no-columns': ({ sheet, missing }) => ({
    zh: { message: `“${sheetTitle(sheet).zh}”缺少列：${list(missing)}。`, hint: '请从模板复制表头。' },
    en: { message: `“${sheetTitle(sheet).en}” lacks the columns ${listEn(missing)}.`, hint: 'Copy the heading from the template.' },
  }),
  'water/no-such-sheet': ({ sheet }) => ({
    zh: { message: `没有“${sheet}”这张表。`, hint: `有：${list(Object.keys(SHEETS))}。` },
    en: { message: `There is no sheet “${sheet}”.`, hint: `There are ${listEn(Object.keys(SHEETS))}.` },
  }),
  'water/no-such-row': ({ sheet, key }) => ({
    zh: { message: `“${sheetTitle(sheet).zh}”中没有“${key}”。`, hint: '它可能已被删除；请刷新页面。' },
    en: { message: `“${sheetTitle(sheet).en}” has no row “${key}”.`, hint: 'It may be gone already; reload the page.' },
  }),
  'water/no-file': () => ({
    zh: { message: '没有收到文件。', hint: '请选择按模板填写的 .xlsx。' },
    en: { message: 'No file came.', hint: 'Choose an .xlsx filled in after the template.' },
  }),
  'water/too-many-rows': ({ sheet, limit }) => ({
    zh: { message: `“${sheetTitle(sheet).zh}”超过 ${limit} 行。`, hint: '请分次导入。' },
    en: { message: `“${sheetTitle(sheet).en}” has more than ${limit} rows.`, hint: 'Import it in parts.' },
  }),
  'water/no-such-year-type': ({ stated, known }) => ({
    zh: { message: `没有年型“${stated}”。`, hint: `可用：${list(known)}。` },
    en: { message: `There is no year type “${stated}”.`, hint: `There are ${listEn(known)}.` },
  }),
  'water/nothing-changed': () => ({
    zh: { message: '与现有内容完全相同，没有可写入的变化。', hint: '请核对是否选对了文件。' },
    en: { message: 'Everything is as it stands already; there is nothing to write.', hint: 'Check that it is the right file.' },
  }),
}

/** What is wrong, where, and what to do. */
export function findingText(finding: WaterFinding, language: Language): Sentence {
  const said = SAY(finding)
  return said[language]
}

function SAY(f: WaterFinding): Readonly<Record<Language, Sentence>> {
  const { name } = f
  switch (f.code) {
    case 'ring':
      return {
        zh: { message: `自流渠首尾相接成环：${list(f.reaches)}。`, hint: '请核对各段的起点、终点；确由泵站提水的，把“提水”填“是”。' },
        en: {
          message: `Gravity canals form a ring: ${listEn(f.reaches)}.`,
          hint: 'Check where each begins and ends; say “lifted” where a pump closes it.',
        },
      }
    case 'no-such-node':
      return {
        zh: { message: `“${name}”用到的节点“${f.node || '（空）'}”不存在。`, hint: '请在节点表补上，或改正编号。' },
        en: {
          message: `“${name}” refers to the node “${f.node || '(empty)'}”, which is not there.`,
          hint: 'Add the node, or correct its number.',
        },
      }
    case 'no-such-source':
      return {
        zh: { message: `来水表中的水源“${f.source}”不在水源表。`, hint: '请补上水源，或改正编号。' },
        en: { message: `Volumes name the source “${f.source}”, which is not there.`, hint: 'Add the source, or correct its number.' },
      }
    case 'no-such-district':
      return {
        zh: { message: `种植表中的灌区“${f.district}”不在灌区表。`, hint: '请补上灌区，或改正编号。' },
        en: {
          message: `Planting names the district “${f.district}”, which is not there.`,
          hint: 'Add the district, or correct its number.',
        },
      }
    case 'same-ends':
      return {
        zh: { message: `渠段“${name}”的起点和终点是同一节点“${f.node}”。`, hint: '请改正其中一个。' },
        en: { message: `The reach “${name}” begins and ends at the same node “${f.node}”.`, hint: 'Correct one of them.' },
      }
    case 'unreachable':
      return {
        zh: { message: `渠段“${name}”与任何水源都不相连。`, hint: '请把它接到上游渠道，或在其起点登记水源。' },
        en: { message: `No source reaches the canal “${name}”.`, hint: 'Connect it to a canal above, or register a source at its head.' },
      }
    case 'no-outlet':
      return {
        zh: { message: `排水沟“${name}”通不到任何排水出口。`, hint: '请接通，或把终点节点的类型改为“排水出口”。' },
        en: { message: `The drain “${name}” leads to no outlet.`, hint: 'Connect it, or make its last node an outlet.' },
      }
    case 'uphill':
      return {
        zh: {
          message: `自流渠“${name}”由 ${f.fromM} m 流向 ${f.toM} m，是爬坡。`,
          hint: '请核对高程与方向；由泵站提水的，把“提水”填“是”。',
        },
        en: {
          message: `The gravity canal “${name}” runs uphill, from ${f.fromM} m to ${f.toM} m.`,
          hint: 'Check elevations and direction; say “lifted” where a pump does it.',
        },
      }
    case 'not-configured':
      return {
        zh: { message: `“${name}”的${fieldTitle(f.sheet, f.field).zh}未配置。`, hint: '填写之前，用到它的数都显示“未配置”。' },
        en: {
          message: `${fieldTitle(f.sheet, f.field).en} of “${name}” is not configured.`,
          hint: 'Until it is, figures that need it say “not configured”.',
        },
      }
    case 'magnitude':
      return {
        zh: {
          message: `“${name}”的${fieldTitle(f.sheet, f.field).zh}为 ${number(f.stated)} ${f.unit}，通常在 ${number(f.low)}–${number(f.high)} 之间。`,
          hint: '请核对单位：亩与公顷差 15 倍，m³ 与万 m³ 差一万倍。',
        },
        en: {
          message: `${fieldTitle(f.sheet, f.field).en} of “${name}” is ${number(f.stated)} ${f.unit}; usual is ${number(f.low)} to ${number(f.high)}.`,
          hint: 'Check the unit: mu and hectares differ 15 times, m³ and 10⁴ m³ ten thousand times.',
        },
      }
    case 'area-unit':
      return {
        zh: {
          message: `灌区“${name}”填写 ${number(f.statedMu)} 亩，图上范围为 ${number(f.drawnMu)} 亩，相差 ${number(f.times >= 1 ? f.times : 1 / f.times)} 倍。`,
          hint: '请核对单位（亩、公顷、平方米）和范围。',
        },
        en: {
          message: `The district “${name}” states ${number(f.statedMu)} mu; its outline holds ${number(f.drawnMu)} mu, ${number(f.times >= 1 ? f.times : 1 / f.times)} times off.`,
          hint: 'Check the unit (mu, hectares, m²) and the outline.',
        },
      }
    case 'volume-unit':
      return {
        zh: {
          message: `水源“${name}”${f.yearType} 年来水摊到全部可灌面积为 ${number(f.depthMm)} mm，不合常理。`,
          hint: '请核对单位：表中以万 m³ 计。',
        },
        en: {
          message: `The supply of “${name}” in ${f.yearType} would stand ${number(f.depthMm)} mm deep over all land that can be irrigated.`,
          hint: 'Check the unit: the sheet is in 10⁴ m³.',
        },
      }
    case 'supply-missing':
      return {
        zh: { message: `水源“${name}”没有 ${f.yearType} 年的逐月来水。`, hint: '请在“来水与先用”表补上十二个月。' },
        en: {
          message: `The source “${name}” states no supply by month for ${f.yearType}.`,
          hint: 'Fill in twelve months on the sheet of volumes.',
        },
      }
    case 'supply-not-drier':
      return {
        zh: { message: `水源“${name}”${f.drier} 年的来水比 ${f.wetter} 年还多。`, hint: '请核对年型是否填反。' },
        en: {
          message: `The source “${name}” has more water in ${f.drier} than in ${f.wetter}.`,
          hint: 'Check whether the year types were swapped.',
        },
      }
    case 'over-committed':
      return {
        zh: {
          message: `水源“${name}”${f.yearType} 年 ${list(f.months)} 月，生态预留与其他用户之和超过来水。`,
          hint: '这些月份没有可用于农业的水；请核对数字。',
        },
        en: {
          message: `Reserve and other users of “${name}” exceed its supply in months ${listEn(f.months)} of ${f.yearType}.`,
          hint: 'No water is left for fields in these months; check the figures.',
        },
      }
    case 'negative':
      return {
        zh: { message: `“${name}”的${fieldTitle(f.sheet, f.field).zh}为负：${f.stated}。`, hint: '请改正。' },
        en: { message: `${fieldTitle(f.sheet, f.field).en} of “${name}” is negative: ${f.stated}.`, hint: 'Correct it.' },
      }
    case 'quota-missing':
      return {
        zh: { message: `没有 ${f.crop}（${f.method}，${f.zone}）的用水定额。`, hint: '请从现行标准录入；录入之前需水显示“未配置”。' },
        en: {
          message: `There is no quota for ${f.crop} (${f.method}, ${f.zone}).`,
          hint: 'Enter it from the standard in force; until then demand is “not configured”.',
        },
      }
    case 'quota-year-type':
      return {
        zh: {
          message: `${f.crop}（${f.zone}）的定额只有 ${list(f.has)}，而供水水源的保证率是 ${f.yearType}。`,
          hint: '定额年型须与水源保证率一致；请补录。',
        },
        en: {
          message: `Quotas for ${f.crop} (${f.zone}) are there for ${listEn(f.has)}; the source is meant for ${f.yearType}.`,
          hint: 'A quota’s year type must match its source; add it.',
        },
      }
    case 'district-without-source':
      return {
        zh: { message: `灌区“${name}”没有水源：没有渠道从水源通到它。`, hint: '请接通渠道，或在其节点登记水源。' },
        en: {
          message: `The district “${name}” has no source: no canal leads to it from one.`,
          hint: 'Connect it, or register a source at its node.',
        },
      }
    case 'district-without-zone':
      return {
        zh: { message: `灌区“${name}”没有填定额分区。`, hint: '没有分区就查不到定额。' },
        en: { message: `The district “${name}” states no quota zone.`, hint: 'Without it no quota can be found.' },
      }
    case 'capacity-below-demand':
      return {
        zh: {
          message: `渠段“${name}”${f.yearType} 年 ${f.month} 月需 ${number(f.neededM3S)} m³/s，能力只有 ${number(f.capacityM3S)} m³/s。`,
          hint: '超出的部分到不了田里；请核对能力与面积。',
        },
        en: {
          message: `“${name}” would need ${number(f.neededM3S)} m³/s in month ${f.month} of ${f.yearType}, and carries ${number(f.capacityM3S)}.`,
          hint: 'What is above it does not reach the fields; check capacity and areas.',
        },
      }
    case 'season-missing':
      return {
        zh: { message: `作物“${f.crop}”没有完整的生育期。`, hint: '年定额不能分到各月；请在“作物生育期”表补上。' },
        en: {
          message: `The crop “${f.crop}” has no whole season.`,
          hint: 'A year’s quota cannot be shared among months; fill in the sheet of seasons.',
        },
      }
    case 'climate-missing':
      return {
        zh: { message: `气象站“${f.station}”缺少气温或雨量。`, hint: '请在“气候”表补上最高、最低气温和雨量。' },
        en: {
          message: `The station “${f.station}” lacks temperature or rain.`,
          hint: 'Fill in tmax, tmin and rain on the sheet of climate.',
        },
      }
    case 'no-such-zone':
      return {
        zh: { message: `控制指标“${name}”的分区“${f.zone}”没有地下水水源。`, hint: '请核对分区名称。' },
        en: { message: `No groundwater source lies in the zone “${f.zone}” of “${name}”.`, hint: 'Check how the zone is written.' },
      }
    case 'above-limit':
      return {
        zh: {
          message: `“${name}”：${f.yearType} 年地下水来水 ${number(f.statedM3 / 1e4)} 万 m³，超过控制水量 ${number(f.limitM3 / 1e4)} 万 m³。`,
          hint: '规划按控制水量计；请核对来水。',
        },
        en: {
          message: `“${name}”: groundwater of ${f.yearType} is ${number(f.statedM3 / 1e4)} × 10⁴ m³, above the limit of ${number(f.limitM3 / 1e4)}.`,
          hint: 'Plans keep to the limit; check the supply.',
        },
      }
  }
}

/** What a figure lacks. */
export function missingText(missing: Missing, language: Language, nameOf: (crop: string) => string = (crop) => crop): string {
  const crop = 'crop' in missing ? nameOf(missing.crop) : ''
  const said = ((): Said => {
    switch (missing.what) {
      case 'quota':
        return {
          zh: `定额：${crop}，${missing.zone}，${missing.method}，${missing.yearType}`,
          en: `quota: ${crop}, ${missing.zone}, ${missing.method}, ${missing.yearType}`,
        }
      case 'several-quotas':
        return { zh: `定额因土质而异：${crop}，${missing.zone}`, en: `the quota differs by soil: ${crop}, ${missing.zone}` }
      case 'season':
        return { zh: `生育期：${crop}`, en: `season: ${crop}` }
      case 'climate':
        return { zh: `气候：${missing.station}`, en: `climate: ${missing.station}` }
      case 'zone':
        return { zh: `定额分区：灌区 ${missing.district}`, en: `quota zone: district ${missing.district}` }
      case 'station':
        return { zh: `气象站：灌区 ${missing.district}`, en: `station: district ${missing.district}` }
      case 'field-efficiency':
        return { zh: `田间水利用系数：灌区 ${missing.district}`, en: `field efficiency: district ${missing.district}` }
      case 'way':
        return {
          zh: `通往灌区 ${missing.district} 的渠道（或其利用系数）`,
          en: `the way to district ${missing.district} (or an efficiency on it)`,
        }
      case 'efficiency':
        return { zh: `渠道水利用系数：${missing.reach}`, en: `efficiency: ${missing.reach}` }
      case 'capacity':
        return { zh: `过水能力：${missing.reach}`, en: `capacity: ${missing.reach}` }
      case 'volume':
        return { zh: `来水：${missing.source}，${missing.yearType}`, en: `supply: ${missing.source}, ${missing.yearType}` }
    }
  })()
  return said[language]
}
