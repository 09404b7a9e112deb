import type { MessagesFor } from '@dishu/base/refusal'
import type { IndicatorName } from './grading.ts'
import type { Compared } from './map-compare.ts'
import type { MapMethod, MapNote, MapRefusal } from './maps.ts'
import type { SchemeRefusal } from './schemes.ts'

const ZH: Readonly<Record<IndicatorName, string>> = { salt: '含盐量', ece: 'ECe', ph: 'pH', esp: '碱化度' }
const EN: Readonly<Record<IndicatorName, string>> = { salt: 'salt', ece: 'ECe', ph: 'pH', esp: 'ESP' }

const zhOf = (value: string) => ZH[value as IndicatorName] ?? value
const enOf = (value: string) => EN[value as IndicatorName] ?? value

const WAYS: Readonly<Record<'zh' | 'en', Readonly<Record<Compared | MapMethod, string> & Record<string, string>>>> = {
  zh: {
    ...{ mean: '平均值', linear: '线性回归', ordinary: '普通克里金', universal: '泛克里金', regression: '回归克里金' },
    ...{ 'forest-alone': '随机森林', forest: '随机森林加残差克里金', best: '最好的一种' },
  },
  en: {
    ...{ mean: 'the mean', linear: 'linear regression', ordinary: 'ordinary kriging', universal: 'universal kriging' },
    ...{
      regression: 'regression kriging',
      'forest-alone': 'the forest alone',
      forest: 'the forest with kriged residuals',
      best: 'the best way',
    },
  },
}
const wayOf = (language: 'zh' | 'en', way: string) => WAYS[language][way] ?? `${way}`
const capital = (text: string) => `${text}`.charAt(0).toUpperCase() + `${text}`.slice(1)

export const mapMessages: MessagesFor<MapRefusal | MapNote | SchemeRefusal> = {
  'soil-map/no-values': ({ most }) => ({
    zh: { message: `请选择 1 至 ${most} 个要成图的指标。`, hint: '可选：含盐量、ECe、pH、碱化度。' },
    en: { message: `Choose one to ${most} values to be mapped.`, hint: 'There are salt, ECe, pH and ESP.' },
  }),
  'soil-map/unknown-word': ({ name, value, allowed }) => ({
    zh: { message: `“${name}”不能是“${value}”。`, hint: `可用：${allowed.join('、')}。` },
    en: { message: `“${name}” cannot be “${value}”.`, hint: `Use one of ${allowed.join(', ')}.` },
  }),
  'soil-map/number-out-of-range': ({ name, value, from, to }) => ({
    zh: { message: `“${name}”应为 ${from} 至 ${to} 之间的数，而不是“${value}”。`, hint: '请更正后再试。' },
    en: { message: `“${name}” is a number from ${from} to ${to}, not “${value}”.`, hint: 'Correct it and try again.' },
  }),
  'soil-map/no-title': () => ({
    zh: { message: '请给图起一个名称。', hint: '例如“2024 年春季 0–20 cm 盐碱图”。' },
    en: { message: 'Give the map a name.', hint: 'Such as “Spring 2024, 0–20 cm”.' },
  }),
  'soil-map/not-a-day': ({ name, value }) => ({
    zh: { message: `“${name}”中的“${value}”不是日期。`, hint: '写作 2024-04-20。' },
    en: { message: `“${value}” in “${name}” is not a day.`, hint: 'Write 2024-04-20.' },
  }),
  'soil-map/days-run-backwards': ({ from, to }) => ({
    zh: { message: `采样起始日 ${from} 在终止日 ${to} 之后。`, hint: '请对调。' },
    en: { message: `The first day of sampling, ${from}, lies after the last, ${to}.`, hint: 'Swap them.' },
  }),
  'soil-map/depth-not-read': ({ from, to }) => ({
    zh: { message: `深度“${from}–${to}”读不懂。`, hint: '上界不小于 0，下界大于上界，单位厘米。' },
    en: { message: `The depth “${from}–${to}” is not understood.`, hint: 'The top is 0 or more, the bottom is deeper, in cm.' },
  }),
  'soil-map/model-not-read': ({ value, part }) => ({
    zh: { message: `${zhOf(value)}的变异函数模型中“${part}”读不懂。`, hint: '写作 "0.2 Nug + 0.8 Sph(6000)"。' },
    en: { message: `“${part}” in the variogram of ${enOf(value)} is not understood.`, hint: 'Write "0.2 Nug + 0.8 Sph(6000)".' },
  }),
  'soil-map/too-few': ({ value, places, least, samples, depth, season, unplaced, unmeasured }) => ({
    zh: {
      message: `${zhOf(value)}只有 ${places} 个采样点可用（样品 ${samples} 个），至少要 ${least} 个。`,
      hint: `未用：深度不符 ${depth}，季节或时间不符 ${season}，没有坐标 ${unplaced}，未测定或不可用 ${unmeasured}。请放宽深度、季节或时间，或补充样品。`,
    },
    en: {
      message: `Only ${places} places (${samples} samples) have ${enOf(value)}; at least ${least} are needed.`,
      hint: `Left out: other depth ${depth}, other season or days ${season}, no coordinates ${unplaced}, not measured or not usable ${unmeasured}. Widen depth, season or days, or add samples.`,
    },
  }),
  'soil-map/constant': ({ value, found, samples }) => ({
    zh: { message: `${samples} 个样品的${zhOf(value)}都是 ${found}。`, hint: '没有差异就没有图可做；请核对化验单。' },
    en: {
      message: `All ${samples} samples have the same ${enOf(value)}: ${found}.`,
      hint: 'Without a difference there is no map; check the laboratory’s sheet.',
    },
  }),
  'soil-map/outlier': ({ value, sample, found, median, spread }) => ({
    zh: {
      message: `样品 ${sample} 的${zhOf(value)}为 ${found}，而中位数是 ${median.toPrecision(4)}（四分位距 ${spread.toPrecision(3)}），它一个就占了大半的方差。`,
      hint: '请核对单位和小数点；确认无误可选“采信离群值”。',
    },
    en: {
      message: `Sample ${sample} has ${enOf(value)} ${found} where the median is ${median.toPrecision(4)} (interquartile range ${spread.toPrecision(3)}); it alone makes most of the variance.`,
      hint: 'Check unit and decimal point; if it is right, choose to believe outliers.',
    },
  }),
  'soil-map/mostly-limits': ({ value, limits, samples }) => ({
    zh: {
      message: `${samples} 个样品中有 ${limits} 个的${zhOf(value)}只有检出界限，没有数值。`,
      hint: '超过四分之一就不成图：那会是化验室看不见的东西的图。',
    },
    en: {
      message: `${limits} of ${samples} samples have only a limit for ${enOf(value)}, no number.`,
      hint: 'With more than a quarter of these no map is made: it would be one of what the laboratory cannot see.',
    },
  }),
  'soil-map/apart': ({ value, km, sample, samples }) => ({
    zh: {
      message: `${samples} 个${zhOf(value)}样品（如 ${sample}）离其他样品最远 ${km} 公里。`,
      hint: '多半是坐标系不对或经纬度写反；请更正样品坐标。',
    },
    en: {
      message: `${samples} samples of ${enOf(value)} (such as ${sample}) lie up to ${km} km from the others.`,
      hint: 'Most likely another coordinate system, or longitude and latitude swapped; correct their places.',
    },
  }),
  'soil-map/strays': ({ value, km, samples }) => ({
    zh: { message: `${zhOf(value)}：${samples.join('、')} 离其他样品最远 ${km} 公里，未用；请更正其坐标。` },
    en: { message: `${enOf(value)}: ${samples.join(', ')} lie up to ${km} km from the others and are not used; correct their places.` },
  }),
  'soil-map/model-does-not-hold': ({ value, model }) => ({
    zh: { message: `模型 ${model} 预测${zhOf(value)}的误差是平均值的两倍以上。`, hint: '请改用自动拟合，或在变异函数页另选模型。' },
    en: {
      message: `The model ${model} predicts ${enOf(value)} with more than twice the squared error of the mean.`,
      hint: 'Let it be fitted, or choose another on the variogram tab.',
    },
  }),
  'soil-map/few-together': ({ values, places, least }) => ({
    zh: {
      message: `${values.map((each) => zhOf(each)).join('、')}同时测定的采样点只有 ${places} 个，至少要 ${least} 个才能一起模拟。`,
      hint: '请分别成图，或去掉测得少的指标。',
    },
    en: {
      message: `Only ${places} places have ${values.map((each) => enOf(each)).join(', ')} together; at least ${least} are needed to simulate them jointly.`,
      hint: 'Map them apart, or leave out the one measured least.',
    },
  }),
  'soil-map/no-variogram': ({ value }) => ({
    zh: { message: `${zhOf(value)}的采样点太近或太少，算不出变异函数。`, hint: '请给定模型，或补充样品。' },
    en: { message: `The places of ${enOf(value)} are too few or too close for a variogram.`, hint: 'Give a model, or add samples.' },
  }),
  'soil-map/no-patches': ({ county }) => ({
    zh: { message: `${county} 还没有带图形的图斑（或不在 CGCS2000 的 3 度带内），没有可评级的地。`, hint: '请先导入地类图斑。' },
    en: {
      message: `${county} has no patches with outlines yet (or lies outside the zones of CGCS2000); there is no land to grade.`,
      hint: 'Import the survey’s patches first.',
    },
  }),
  'soil-map/too-many-patches': ({ patches, draws, mb, most }) => ({
    zh: { message: `${patches} 个图斑、${draws} 次模拟需要 ${mb} MB，超过 ${most} MB。`, hint: '请减少模拟次数或指标。' },
    en: {
      message: `${patches} patches with ${draws} simulations take ${mb} MB; the most is ${most} MB.`,
      hint: 'Ask for fewer simulations or values.',
    },
  }),
  'soil-map/grid-too-large': ({ cells, most, cellM }) => ({
    zh: { message: `格网边长 ${cellM} 米会有 ${cells} 个格，最多 ${most} 个。`, hint: '请放大格网。' },
    en: { message: `Cells of ${cellM} m make ${cells} of them; the most is ${most}.`, hint: 'Choose larger cells.' },
  }),
  'soil-map/not-in-scheme': ({ scheme, needs }) => ({
    zh: {
      message: `分级方案 ${scheme} 用不到所选指标。`,
      hint: `它用：${needs.map((each) => zhOf(each)).join('、')}。`,
    },
    en: {
      message: `The scheme ${scheme} asks about none of the values chosen.`,
      hint: `It asks about ${needs.map((each) => enOf(each)).join(', ')}.`,
    },
  }),
  'soil-map/already-at-work': ({ task }) => ({
    zh: { message: `本县已有一项土壤任务在进行（${task}）。`, hint: '请等它完成，或先取消。' },
    en: { message: `A soil task of this county is already at work (${task}).`, hint: 'Wait for it, or cancel it first.' },
  }),
  'soil-map/no-such-map': ({ map }) => ({
    zh: { message: `没有土壤图“${map}”。`, hint: '它可能已被撤销；请刷新。' },
    en: { message: `There is no soil map “${map}”.`, hint: 'It may have been undone; reload.' },
  }),
  'soil-map/no-such-task': ({ task }) => ({
    zh: { message: `没有土壤任务 ${task}。`, hint: '请刷新。' },
    en: { message: `There is no soil task ${task}.`, hint: 'Reload.' },
  }),
  'soil-map/no-such-tile': ({ z, x, y }) => ({
    zh: { message: `没有 ${z}/${x}/${y} 这个瓦片。` },
    en: { message: `There is no tile ${z}/${x}/${y}.` },
  }),
  'soil-map/no-structure': ({ value, gainPercent }) => ({
    zh: {
      message: `${zhOf(value)}看不出空间结构：这张图不比平均值好（误差只少 ${gainPercent.toFixed(0)}%）。`,
      hint: '概率和区间仍然如实，但会很宽；要分辨地块，需要更密的样品。',
    },
    en: {
      message: `${enOf(value)} shows no spatial structure: the map is no better than the mean (squared error ${gainPercent.toFixed(0)} % less).`,
      hint: 'Probabilities and intervals are honest, and wide; to tell patches apart takes denser samples.',
    },
  }),
  'soil-map/range-beyond-lags': ({ value, range, farthest }) => ({
    zh: {
      message: `${zhOf(value)}的变程（${range.toFixed(0)} 米）超出了看得到的距离（${farthest.toFixed(0)} 米），样品没有显示曲线在哪里变平。`,
    },
    en: {
      message: `The range of ${enOf(value)} (${range.toFixed(0)} m) lies beyond the distances seen (${farthest.toFixed(0)} m): the samples do not show where the curve levels out.`,
    },
  }),
  'soil-map/same-place': ({ value, places, samples }) => ({
    zh: { message: `${zhOf(value)}：${samples} 个样品同在 ${places} 个点上，取其平均。` },
    en: { message: `${enOf(value)}: ${samples} samples lie at ${places} places; their means are taken.` },
  }),
  'soil-map/few-for-chances': ({ value, places }) => ({
    zh: {
      message: `${zhOf(value)}只有 ${places} 个采样点，变异函数定不准：说 60%–90% 的概率，试算中实际低 5–7 个百分点。`,
      hint: '面积区间不受影响；要更可靠的单块概率，请补充样品。',
    },
    en: {
      message: `${capital(enOf(value))} has only ${places} places, too few to know its variogram well: probabilities of 60 to 90 % came true 5 to 7 points less often in trials.`,
      hint: 'Intervals of areas are not touched; for surer probabilities of single patches take more samples.',
    },
  }),
  'soil-map/impossible': ({ value, samples, first }) => ({
    zh: { message: `${zhOf(value)}：${samples} 个样品的值土壤中不可能有，未用（${first.join('、')}）。`, hint: '请核对单位和小数点。' },
    en: {
      message: `${capital(enOf(value))}: ${samples} samples have values that no soil has and are not used (${first.join(', ')}).`,
      hint: 'Check unit and decimal point.',
    },
  }),
  'soil-map/at-limit': ({ value, samples }) => ({
    zh: { message: `${zhOf(value)}：${samples} 个样品只有检出界限，按界限值成图，低值处会偏高。` },
    en: {
      message: `${enOf(value)}: ${samples} samples have only a limit and stand at it; where values are low the map is rather too high.`,
    },
  }),
  'soil-map/left-out': ({ value, samples, depth, season, unplaced }) => ({
    zh: { message: `${zhOf(value)}用了 ${samples} 个样品；未用：深度不符 ${depth}，季节或时间不符 ${season}，没有坐标 ${unplaced}。` },
    en: {
      message: `${enOf(value)} is made of ${samples} samples; left out: other depth ${depth}, other season or days ${season}, no coordinates ${unplaced}.`,
    },
  }),
  'soil-map/no-covariates': ({ method }) => ({
    zh: { message: `${wayOf('zh', method)}需要协变量，却一个也没有选。`, hint: '请选影像指数或作为影像登记的地形栅格，或改用普通克里金。' },
    en: {
      message: `${capital(wayOf('en', method))} needs covariates, and none is chosen.`,
      hint: 'Choose indices of scenes or terrain that was added as a scene, or take ordinary kriging.',
    },
  }),
  'soil-map/no-such-covariate': ({ covariate, there }) => ({
    zh: { message: `登记簿里没有协变量“${covariate}”。`, hint: there.length > 0 ? `有：${there.join('、')}。` : '请先在影像页登记栅格。' },
    en: {
      message: `The register has no covariate “${covariate}”.`,
      hint: there.length > 0 ? `It has ${there.join(', ')}.` : 'Add rasters on the imagery page first.',
    },
  }),
  'soil-map/too-many-covariates': ({ covariates, most }) => ({
    zh: { message: `选了 ${covariates} 个协变量，最多 ${most} 个。`, hint: '相近的指数留一个即可。' },
    en: { message: `${covariates} covariates are chosen; the most is ${most}.`, hint: 'Of indices that are alike one is enough.' },
  }),
  'soil-map/few-for-covariates': ({ value, places, least, covariates }) => ({
    zh: {
      message: `${zhOf(value)}只有 ${places} 个采样点，用 ${covariates} 个协变量至少要 ${least} 个。`,
      hint: '请减少协变量，或补充样品。',
    },
    en: {
      message: `${capital(enOf(value))} has ${places} places; ${covariates} covariates need ${least}.`,
      hint: 'Choose fewer covariates, or add samples.',
    },
  }),
  'soil-map/covariates-elsewhere': ({ what, percent, least }) => ({
    zh: {
      message: `只有 ${percent.toFixed(0)}% 的${what === 'samples' ? '采样点' : '图斑'}有协变量，至少要 ${least}%。`,
      hint: '请换覆盖全县、云少的影像，或不用协变量。',
    },
    en: {
      message: `Only ${percent.toFixed(0)} % of the ${what === 'samples' ? 'samples' : 'patches'} have covariates; ${least} % are needed.`,
      hint: 'Take a scene that covers the county with fewer clouds, or do without covariates.',
    },
  }),
  'soil-map/not-positive': ({ value, found, samples }) => ({
    zh: { message: `${zhOf(value)}有 ${samples} 个样品不大于零（最小 ${found}），不能取对数。`, hint: '请改用正态得分，或核对样品。' },
    en: {
      message: `${samples} samples of ${enOf(value)} are not above zero (the least is ${found}): they have no logarithm.`,
      hint: 'Take normal scores, or check the samples.',
    },
  }),
  'soil-map/samples-uncovered': ({ value, samples }) => ({
    zh: { message: `${zhOf(value)}：${samples} 个采样点没有协变量（栅格之外或有云），未用。` },
    en: { message: `${capital(enOf(value))}: ${samples} places have no covariates (outside the raster, or under cloud) and are not used.` },
  }),
  'soil-map/patches-uncovered': ({ patches }) => ({
    zh: { message: `${patches} 个图斑没有协变量（栅格之外或有云），未评级。` },
    en: { message: `${patches} patches have no covariates (outside the raster, or under cloud) and are not graded.` },
  }),
  'soil-map/ways-compared': ({ value, best, taken, rmse }) => {
    const told = (ways: Readonly<Record<string, string>>, between: string) =>
      Object.entries(rmse)
        .map(([way, error]) => `${ways[way] ?? way} ${error.toPrecision(3)}`)
        .join(between)
    return {
      zh: {
        message: `${zhOf(value)}按整块地留出比较（误差，变换后）：${told(WAYS.zh, '，')}。最好的是${wayOf('zh', best)}，本图用${wayOf('zh', taken)}。`,
      },
      en: {
        message: `${capital(enOf(value))}, with squares of land left out (errors, on the scale of the map): ${told(WAYS.en, ', ')}. Best is ${wayOf('en', best)}; the map is made by ${wayOf('en', taken)}.`,
      },
    }
  },
  'soil-map/unlike-samples': ({ value, percent }) => ({
    zh: {
      message: `${zhOf(value)}：${percent.toFixed(1)}% 的格子与所有样品都不像，那里的预测没有样品支持（见“适用范围”）。`,
      hint: '请到那里补采样品。',
    },
    en: {
      message: `${capital(enOf(value))}: ${percent.toFixed(1)} % of the cells are unlike all samples; nothing stands behind the map there (see “applicable”).`,
      hint: 'Take samples there.',
    },
  }),
  'soil-map/undrawn-patches': ({ patches }) => ({
    zh: { message: `${patches} 个图斑没有可用的图形或坐标系，未评级。` },
    en: { message: `${patches} patches have no usable outline or coordinate system and are not graded.` },
  }),
  'grading/no-such-scheme': ({ scheme, there }) => ({
    zh: { message: `没有分级方案“${scheme}”。`, hint: `有：${there.join('、')}。` },
    en: { message: `There is no scheme “${scheme}”.`, hint: `There are ${there.join(', ')}.` },
  }),
  'grading/scheme-id': ({ id }) => ({
    zh: { message: `方案代号“${id}”不可用。`, hint: '以小写字母开头，只用小写字母、数字和连字符，2 至 40 个字符。' },
    en: {
      message: `“${id}” cannot be a scheme’s id.`,
      hint: 'Begin with a small letter; small letters, digits and hyphens, 2 to 40 of them.',
    },
  }),
  'grading/scheme-exists': ({ id }) => ({
    zh: { message: `“${id}”是程序自带的方案，不能改。`, hint: '请复制为另一个代号再改。' },
    en: { message: `“${id}” is a scheme of the program and is not changed.`, hint: 'Copy it under another id.' },
  }),
  'grading/no-indicator': () => ({
    zh: { message: '方案没有任何指标。', hint: '至少要一个指标和它的四个界限。' },
    en: { message: 'The scheme has no indicator.', hint: 'It needs one at least, with four bounds.' },
  }),
  'grading/too-many-indicators': ({ most, found }) => ({
    zh: { message: `方案有 ${found} 个指标，最多 ${most} 个。`, hint: '请去掉一些。' },
    en: { message: `The scheme has ${found} indicators; the most is ${most}.`, hint: 'Leave some out.' },
  }),
  'grading/bounds-not-rising': ({ indicator, bounds }) => ({
    zh: { message: `${zhOf(indicator)}的界限 ${bounds.join(' < ')} 不是四个递增的数。`, hint: '依次为轻度、中度、重度、极重的下界。' },
    en: {
      message: `The bounds of ${enOf(indicator)} (${bounds.join(' < ')}) are not four rising numbers.`,
      hint: 'They are the lower bounds of light, moderate, heavy and extreme.',
    },
  }),
  'grading/bound-impossible': ({ indicator, bound, from, to }) => ({
    zh: { message: `${zhOf(indicator)}不可能是 ${bound}（土壤在 ${from} 至 ${to} 之间）。`, hint: '请核对单位。' },
    en: { message: `No soil has ${enOf(indicator)} ${bound} (it lies between ${from} and ${to}).`, hint: 'Check the unit.' },
  }),
  'grading/no-source': ({ missing }) => ({
    zh: { message: missing === 'source' ? '方案没有写明依据。' : '方案没有名称。', hint: '写明标准号、文件或著作及年份。' },
    en: {
      message: missing === 'source' ? 'The scheme says not where it comes from.' : 'The scheme has no name.',
      hint: 'Name the standard, document or work, and its year.',
    },
  }),
  'grading/not-read': ({ name, value }) => ({
    zh: { message: `“${name}”中的“${value}”读不懂。`, hint: '请更正后再试。' },
    en: { message: `“${value}” in “${name}” is not understood.`, hint: 'Correct it and try again.' },
  }),
  'grading/no-change': ({ scheme }) => ({
    zh: { message: `本县已经按 ${scheme} 和这些规则评级。`, hint: '没有需要改变的。' },
    en: { message: `The county is graded by ${scheme} and these rules already.`, hint: 'There is nothing to change.' },
  }),
}
