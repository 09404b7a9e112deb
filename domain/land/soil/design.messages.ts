import type { MessagesFor } from '@dishu/base/refusal'
import type { DesignRefusal } from './design.ts'

const WHY = {
  'no-samples': { zh: '样品太少', en: 'there are too few samples' },
  'no-structure': { zh: '样品看不出空间结构', en: 'the samples show no spatial structure' },
} as const
const why = (code: string, language: 'zh' | 'en') => WHY[code as keyof typeof WHY]?.[language] ?? code

export const messages: MessagesFor<DesignRefusal> = {
  'design/not-understood': ({ field, stated, wanted }) => ({
    zh: { message: `布点设计的“${field}”填写为“${stated}”，应为：${wanted}。` },
    en: { message: `"${field}" of the design is "${stated}"; wanted: ${wanted}.` },
  }),
  'design/no-ground': ({ patches, withOutline }) => ({
    zh: {
      message: `所选范围内没有可布点的土地（符合的图斑 ${patches} 个，有图形的 ${withOutline} 个）。`,
      hint: '请放宽地类或范围，或检查排除的图层是否盖住了全部土地。',
    },
    en: {
      message: `There is no land to place samples on (${patches} patches of the classes, ${withOutline} with an outline).`,
      hint: 'Take more classes or a larger area, or see whether the excluded layers cover all of it.',
    },
  }),
  'design/nothing-within-reach': ({ candidates, maxDistanceM, nearestM }) => ({
    zh: {
      message: `${candidates} 个候选点中没有一个离道路或村庄不超过 ${maxDistanceM} 米（最近的 ${nearestM} 米）。`,
      hint: '请加大最远距离；没有道路和居民地图斑时请不要限制距离。',
    },
    en: {
      message: `None of ${candidates} candidates lies within ${maxDistanceM} m of a road or village (the nearest at ${nearestM} m).`,
      hint: 'Allow a longer way; without patches of roads and villages, set no limit.',
    },
  }),
  'design/budget-too-small': ({ money, cheapest }) => ({
    zh: { message: `经费 ${money} 元不够采一个样（最便宜的点 ${cheapest} 元）。` },
    en: { message: `${money} yuan do not pay for one sample (the cheapest costs ${cheapest}).` },
  }),
  'design/too-many-points': ({ points, most }) => ({
    zh: { message: `一次设计最多 ${most} 个点，要求了 ${points} 个。`, hint: '请按乡镇分几次设计。' },
    en: { message: `A design has at most ${most} points; ${points} were asked for.`, hint: 'Make one for each town.' },
  }),
  'design/strata-too-many': ({ strata, points }) => ({
    zh: { message: `分层有 ${strata} 层，比点数 ${points} 还多。`, hint: '请增加点数，或改用更粗的分层。' },
    en: { message: `There are ${strata} strata and only ${points} points.`, hint: 'Take more points or coarser strata.' },
  }),
  'design/not-decided-by-samples': ({ value, why: code }) => ({
    zh: { message: `现有样品的 ${value} 不足以支持这种设计：${why(code, 'zh')}。`, hint: '请改用分层随机、系统网格或条件拉丁超立方。' },
    en: {
      message: `What samples say of ${value} does not carry this design: ${why(code, 'en')}.`,
      hint: 'Use stratified random, a grid, or a Latin hypercube.',
    },
  }),
  'design/no-covariate': ({ covariate, known, candidates }) => ({
    zh: { message: `协变量 ${covariate} 只在 ${candidates} 个候选点中的 ${known} 个有值。`, hint: '请先制作该指标的土壤图，或改用位置。' },
    en: {
      message: `The covariate ${covariate} is known at ${known} of ${candidates} candidates.`,
      hint: 'Make a soil map of it first, or use places.',
    },
  }),
  'design/no-such-design': ({ design }) => ({
    zh: { message: `没有编号为 ${design} 的布点设计。`, hint: '请刷新设计列表。' },
    en: { message: `There is no sampling design ${design}.`, hint: 'Reload the list.' },
  }),
  'design/outside-zones': ({ county }) => ({
    zh: { message: `县 ${county} 的图斑不在中国的高斯投影带内，不能布点。`, hint: '请检查图斑坐标系。' },
    en: { message: `The patches of ${county} lie outside China's Gauss–Krüger zones.`, hint: 'Check their coordinate system.' },
  }),
}
