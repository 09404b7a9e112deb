import type { MessagesFor } from '@dishu/base/refusal'
import type { AccuracyNote, AccuracyRefusal } from './accuracy.ts'

/** Grades by their words; other classes are called what the file calls them. */
const GRADE_ZH: Readonly<Record<string, string>> = { none: '非盐碱', light: '轻度', moderate: '中度', heavy: '重度', extreme: '极重' }
const zhOf = (name: string) => GRADE_ZH[name] ?? name

export const messages: MessagesFor<AccuracyRefusal | AccuracyNote> = {
  'accuracy/not-by-chance': ({ drawn, row, rows }) => ({
    zh: {
      message: `${row > 0 ? `第 ${row} 行起 ` : ''}${rows} 个点位的选法“${drawn}”不是随机抽样，入样概率未知，不能据此推断面积。`,
      hint: '只有 simple（简单随机）、stratified（分层随机）、grid（随机起点的网格）可以推断；其余点位可用于克里金和训练。',
    },
    en: {
      message: `${rows} places${row > 0 ? `, from row ${row} on,` : ''} were chosen by “${drawn}”: not by known chances, so nothing follows from them for the land.`,
      hint: 'Only simple, stratified and grid (with a random start) will do; other places serve for kriging and training.',
    },
  }),
  'accuracy/chances-differ': ({ stratum, least, most }) => ({
    zh: {
      message: `层“${zhOf(stratum)}”内各点的入样概率不同或不成立（${least} 至 ${most}）。`,
      hint: '同一层内应等概率抽取：请按抽样时的层划分，或核对概率列。',
    },
    en: {
      message: `Chances within stratum “${stratum}” differ or are none (${least} to ${most}).`,
      hint: 'Places of a stratum are drawn alike: use the strata they were drawn from, or mend the column of chances.',
    },
  }),
  'accuracy/no-area': ({ stratum, known }) => ({
    zh: { message: `“${stratum}”没有面积。`, hint: `--areas 中已有：${known.join('、')}。请补上这一项。` },
    en: { message: `There is no area for “${stratum}”.`, hint: `--areas has: ${known.join(', ')}. Add it.` },
  }),
  'accuracy/not-visited': ({ stratum, samples, least }) => ({
    zh: {
      message: `层“${zhOf(stratum)}”只有 ${samples} 个点位，至少要 ${least} 个才知道有多大把握。`,
      hint: '请在该层补抽点位，或在抽样前就并层（不可看了结果再并）。',
    },
    en: {
      message: `Stratum “${stratum}” has ${samples} places; how sure it is shows from ${least} on.`,
      hint: 'Draw more there, or join strata before drawing (not after seeing the answers).',
    },
  }),
  'accuracy/too-few': ({ samples, least }) => ({
    zh: { message: `只有 ${samples} 个点位，至少要 ${least} 个。`, hint: '请补充实地核查的点位。' },
    en: { message: `There are ${samples} places; ${least} are needed.`, hint: 'Visit more places.' },
  }),
  'accuracy/no-areas': () => ({
    zh: { message: '没有给出面积。', hint: '用 --areas 给出各层（或图上各级）的面积，如 none=12000,light=3400，或一个两列的 CSV。' },
    en: {
      message: 'No areas were given.',
      hint: 'Give those of the strata (or of the map’s classes) with --areas: none=12000,light=3400, or a CSV of two columns.',
    },
  }),
  'accuracy/areas-not-read': ({ text }) => ({
    zh: { message: `面积“${text}”读不出来。`, hint: '每项写作 名称=面积，面积为正数，名称不重复。' },
    en: { message: `The area “${text}” is not understood.`, hint: 'Write NAME=AREA, the area a positive number, each name once.' },
  }),
  'accuracy/no-column': ({ column, columns }) => ({
    zh: { message: `表中没有“${column}”这一列。`, hint: `现有的列：${columns.join('、')}。` },
    en: { message: `There is no column “${column}”.`, hint: `Columns: ${columns.join(', ')}.` },
  }),
  'accuracy/blank': ({ column, row, rows }) => ({
    zh: {
      message: `第 ${row} 行的“${column}”是空的（共 ${rows} 行如此）。`,
      hint: '抽中而没有查到的点位不能悄悄删去：请补查；确实到不了的地方，先从总体和面积中划出。',
    },
    en: {
      message: `“${column}” is empty in row ${row} (rows like it: ${rows}).`,
      hint: 'Places that were drawn and not visited must not vanish: visit them, or take unreachable land out of the whole and its areas first.',
    },
  }),
  'accuracy/grid-as-simple': () => ({
    zh: { message: '网格点按简单随机计算：区间偏宽，不会偏窄。' },
    en: { message: 'The grid is taken as a simple random sample: intervals are rather too wide than too narrow.' },
  }),
  'accuracy/class-thin': ({ name, samples }) => ({
    zh: { message: `图上“${zhOf(name)}”级只有 ${samples} 个点位，其精度仅供参考。` },
    en: { message: `Only ${samples} places lie where the map has “${name}”: little stands behind its accuracy.` },
  }),
  'accuracy/map-not-cut': ({ name, samples }) => ({
    zh: { message: `图上“${zhOf(name)}”级只有 ${samples} 个点位，未用图上面积作事后分层。` },
    en: { message: `Only ${samples} places lie where the map has “${name}”: the map’s areas were not used to cut the sample.` },
  }),
  'accuracy/no-map': ({ map }) => ({
    zh: { message: map === '' ? '本县还没有土壤图，无从核对。' : `没有土壤图“${map}”。`, hint: '请先成图。' },
    en: { message: map === '' ? 'The county has no soil map to be checked.' : `There is no soil map “${map}”.`, hint: 'Make a map first.' },
  }),
  'accuracy/not-all-taken': ({ planned, taken, graded }) => ({
    zh: {
      message: `设计 ${planned} 个点，已采 ${taken} 个，能定级 ${graded} 个；按未采的与已采的一样看待。`,
      hint: '若未采的点是有原因的（进不去、已毁），结果会偏。',
    },
    en: {
      message: `Of ${planned} planned points ${taken} are taken and ${graded} can be graded; the others are taken to be like them.`,
      hint: 'Where points were missed for a reason (no way in, destroyed) the answer is biased.',
    },
  }),
  'accuracy/map-knew-places': ({ places, map }) => ({
    zh: {
      message: `“${map}”成图时已经用了其中 ${places} 个点的样品，精度会显得过高。`,
      hint: '请选在这些样品入库之前所成的图。',
    },
    en: {
      message: `The map “${map}” was made when ${places} of these samples were there already: it looks better than it is.`,
      hint: 'Choose a map made before these samples came in.',
    },
  }),
  'accuracy/not-on-map': ({ places }) => ({
    zh: { message: `${places} 个点所在的图斑没有图上等级，未用。` },
    en: { message: `${places} points lie in patches that the map does not grade and are not used.` },
  }),
}
