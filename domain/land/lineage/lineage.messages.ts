import type { MessagesFor } from '@dishu/base/refusal'
import type { LineageRefusal } from './lineage.ts'

const list = (keys: readonly string[]) => (keys.length > 5 ? `${keys.slice(0, 5).join('、')} …（${keys.length}）` : keys.join('、'))
const listed = (keys: readonly string[]) => (keys.length > 5 ? `${keys.slice(0, 5).join(', ')} … (${keys.length})` : keys.join(', '))
const m2 = (area: number) => area.toFixed(2)

export const messages: MessagesFor<LineageRefusal> = {
  'lineage/no-such-row': ({ id }) => ({
    zh: { message: `这一天没有编号为 ${id} 的图斑或地块。`, hint: '它可能已被分割、合并或终止；请查看沿革。' },
    en: { message: `There is no row ${id} on this day.`, hint: 'It may have been split, merged or ended: see its lineage.' },
  }),
  'lineage/no-outline': ({ key }) => ({
    zh: { message: `${key} 没有图形，不能在图上分割、合并或调整。`, hint: '请先导入它的图形。' },
    en: { message: `${key} has no outline to be split, merged or adjusted.`, hint: 'Import its outline first.' },
  }),
  'lineage/too-many-corners': ({ key, corners, most }) => ({
    zh: { message: `${key} 有 ${corners} 个界址点，超过在图上编辑的上限 ${most}。`, hint: '请在制图软件中处理后重新导入。' },
    en: {
      message: `${key} has ${corners} corners; up to ${most} can be edited on the map.`,
      hint: 'Edit it in the mapping program and import it again.',
    },
  }),
  'lineage/foreign-crs': ({ key, srid }) => ({
    zh: { message: `${key} 的坐标系（${srid ?? '未知'}）不能在此编辑。`, hint: '请转换到 CGCS2000 后重新导入。' },
    en: {
      message: `${key} is in a coordinate system (${srid ?? 'unknown'}) that cannot be edited here.`,
      hint: 'Bring it to CGCS2000 and import it again.',
    },
  }),
  'lineage/several-systems': ({ keys }) => ({
    zh: { message: `${list(keys)} 的坐标系不同。`, hint: '请先把它们转换到同一坐标系。' },
    en: { message: `${listed(keys)} are in different coordinate systems.`, hint: 'Bring them to one system first.' },
  }),
  'lineage/line-divides-nothing': ({ key }) => ({
    zh: { message: `这条线没有把 ${key} 分成两块。`, hint: '线要从边界（或界外）画到另一处边界（或界外）。' },
    en: { message: `The line does not divide ${key}.`, hint: 'Draw it from border to border, or past them.' },
  }),
  'lineage/part-too-small': ({ key, areaM2, leastM2 }) => ({
    zh: { message: `${key} 分出的一块只有 ${m2(areaM2)} 平方米，小于 ${leastM2} 平方米。`, hint: '线可能贴着界址点：请吸附到界址点上。' },
    en: {
      message: `A part of ${key} has only ${m2(areaM2)} m², less than ${leastM2} m².`,
      hint: 'The line may pass a corner by a hair: snap it to the corner.',
    },
  }),
  'lineage/parts-leave-ground': ({ key, areaM2 }) => ({
    zh: { message: `给出的各部分没有盖住 ${key} 的 ${m2(areaM2)} 平方米。`, hint: '各部分合起来须等于原图形。' },
    en: { message: `The parts leave ${m2(areaM2)} m² of ${key} to nobody.`, hint: 'Together they must be the whole.' },
  }),
  'lineage/part-outside': ({ key, part }) => ({
    zh: { message: `第 ${part} 部分没有落在 ${key} 上，或被前面的部分盖住。` },
    en: { message: `Part ${part} has no ground of ${key} that the parts before it leave.` },
  }),
  'lineage/not-neighbours': ({ keys, pieces }) => ({
    zh: { message: `${list(keys)} 合并后是不相连的 ${pieces} 块。`, hint: '只有共边的图形才能合并；请先消除它们之间的缝隙。' },
    en: {
      message: `${listed(keys)} would be ${pieces} separate pieces.`,
      hint: 'Only neighbours with a common border are merged; close the gap between them first.',
    },
  }),
  'lineage/too-few': ({ rows }) => ({
    zh: { message: `合并或调整需要两个图形，现有 ${rows} 个。` },
    en: { message: `Merging and adjusting need two rows; there are ${rows}.` },
  }),
  'lineage/rows-differ': ({ keys, fields }) => ({
    zh: {
      message: `${list(keys)} 的属性不同：${fields.join('、')}。`,
      hint: '合并只用于属性相同的图形；地类或权属的变化请按调查结果导入。',
    },
    en: {
      message: `${listed(keys)} differ in ${fields.join(', ')}.`,
      hint: 'Only rows alike are merged; a change of class or owner comes with a survey.',
    },
  }),
  'lineage/contracts-differ': ({ keys, contracts }) => ({
    zh: { message: `${list(keys)} 不在同一份合同中：${list(contracts)}。`, hint: '请先办理合同变更，再合并地块。' },
    en: { message: `${listed(keys)} are not under one contract: ${listed(contracts)}.`, hint: 'Change the contracts first, then merge.' },
  }),
  'lineage/pinned': ({ keys, samples }) => ({
    zh: {
      message: `${samples.length} 个样品只写了 ${list(keys)} 的编号而没有坐标：${list(samples)}。`,
      hint: '请先补充样品坐标，否则无法知道它们属于哪一块。',
    },
    en: {
      message: `${samples.length} samples name ${listed(keys)} and have no place of their own: ${listed(samples)}.`,
      hint: 'Give them coordinates first, or nobody knows which part they are of.',
    },
  }),
  'lineage/too-many-around': ({ most }) => ({
    zh: { message: `周围的图形超过 ${most} 个，无法逐一检查。`, hint: '河流、道路等很长的图形，请分段导入后再操作。' },
    en: {
      message: `More than ${most} rows lie round it, which cannot all be looked at.`,
      hint: 'Bring very long rows (rivers, roads) in as pieces by an import.',
    },
  }),
  'lineage/changes-again': ({ key, validTo }) => ({
    zh: { message: `${key} 从 ${validTo} 起另有登记。`, hint: '请把时点设到该日之后再操作。' },
    en: { message: `${key} is recorded otherwise from ${validTo} on.`, hint: 'Choose a day after that.' },
  }),
  'lineage/day-before-row': ({ key, day, validFrom }) => ({
    zh: { message: `${key} 从 ${validFrom} 起才有效，不能从 ${day} 起变更。` },
    en: { message: `${key} holds from ${validFrom} only; it cannot change on ${day}.` },
  }),
  'lineage/moves-nothing': () => ({
    zh: { message: '没有移动任何界址点，或移动没有使面积易手。', hint: '请从所选图形的界址点或边上开始移动。' },
    en: { message: 'Nothing moves, or no ground changes hands.', hint: 'Begin a move at a corner or on a line of the chosen rows.' },
  }),
  'lineage/ground-not-conserved': ({ beforeM2, afterM2 }) => ({
    zh: {
      message: `调整后合计 ${m2(afterM2)} 平方米，原来 ${m2(beforeM2)} 平方米。`,
      hint: '只能移动两个图形之间的界线；外边界由调查确定。也请先消除它们之间的重叠或缝隙。',
    },
    en: {
      message: `Afterwards there would be ${m2(afterM2)} m², where there were ${m2(beforeM2)} m².`,
      hint: 'Only the line between neighbours moves; the outer border is the survey’s. Mend overlaps and gaps between them first.',
    },
  }),
  'lineage/row-folds': ({ key }) => ({
    zh: { message: `这样移动后 ${key} 的图形不成立。` },
    en: { message: `Moved this way, ${key} would fold.` },
  }),
  'lineage/deduction-too-large': ({ key, officialM2, deductedM2 }) => ({
    zh: { message: `${key} 调整后面积 ${m2(officialM2)} 平方米，容不下扣除面积 ${m2(deductedM2)} 平方米。` },
    en: { message: `${key} would have ${m2(officialM2)} m², less than its deducted area of ${m2(deductedM2)} m².` },
  }),
  'lineage/no-number-left': ({ prefix, last }) => ({
    zh: { message: `${prefix} 下的编号已用到 ${last}，没有可用的新编号。`, hint: '请与发包方或调查单位商定新的编号段。' },
    en: {
      message: `Numbers under ${prefix} are used up to ${last}; there is none left.`,
      hint: 'Agree on a new range with the issuer or surveyor.',
    },
  }),
  'lineage/brings-findings': ({ findings }) => ({
    zh: {
      message: `这样会产生 ${findings.length} 个新的图形错误：${findings
        .slice(0, 2)
        .map(({ rule, rows, areaM2 }) => `${rule} ${rows.join('、')}${areaM2 === null ? '' : ` ${m2(areaM2)} 平方米`}`)
        .join('；')}。`,
      hint: '请换一条线，或吸附到界址点和界线上。',
    },
    en: {
      message: `This brings ${findings.length} new errors of geometry: ${findings
        .slice(0, 2)
        .map(({ rule, rows, areaM2 }) => `${rule} ${rows.join(', ')}${areaM2 === null ? '' : ` ${m2(areaM2)} m²`}`)
        .join('; ')}.`,
      hint: 'Draw another line, or snap to corners and lines.',
    },
  }),
  'lineage/changed-meanwhile': ({ rows }) => ({
    zh: {
      message: `${rows.map(({ key, rev, by, on }) => `${key} 已被 ${by} 于 ${on.slice(0, 16).replace('T', ' ')} 变更（r${rev}）`).join('；')}。`,
      hint: '请重新载入后再画；草图仍在。',
    },
    en: {
      message: `${rows.map(({ key, rev, by, on }) => `${key} was changed by ${by} at ${on.slice(0, 16).replace('T', ' ')} (r${rev})`).join('; ')}.`,
      hint: 'Load it anew and draw again; the sketch is kept.',
    },
  }),
}
