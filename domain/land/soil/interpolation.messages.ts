import type { MessagesFor } from '@dishu/base/refusal'
import type { Extent, KrigingNote, KrigingRefusal } from './interpolation.ts'

const box = (extent: Extent) => extent.map((each) => each.toFixed(0)).join(', ')
const short = (value: number) => String(Number(value.toPrecision(6)))

export const messages: MessagesFor<KrigingRefusal | KrigingNote> = {
  'kriging/no-such-column': ({ column, columns }) => ({
    zh: { message: `样品表没有“${column}”这一列。`, hint: `现有的列：${columns.join('、')}。` },
    en: { message: `The samples have no column “${column}”.`, hint: `Columns: ${columns.join(', ')}.` },
  }),
  'kriging/not-a-number': ({ column, row, value, rows }) => ({
    zh: {
      message: `第 ${row} 行“${column}”列的“${value}”不是数（共 ${rows} 行如此）。`,
      hint: '低于检出限的样品若删去，成图会偏高：请先定下如何取值（如检出限的一半），再填数。',
    },
    en: {
      message: `“${value}” in row ${row}, column “${column}”, is no number (rows like it: ${rows}).`,
      hint: 'Leaving out what lies below the detection limit makes the map too high: decide on a value (half the limit, say) and fill it in.',
    },
  }),
  'kriging/too-few': ({ samples, places, least }) => ({
    zh: { message: `${samples} 个样品、${places} 处地点，少于 ${least} 处：做不出变异函数。`, hint: '请补充样品；在此之前只能用平均值。' },
    en: {
      message: `${samples} samples at ${places} places, fewer than ${least}: no variogram can be made of them.`,
      hint: 'Take more samples; until then the mean is all there is.',
    },
  }),
  'kriging/constant': ({ value, samples }) => ({
    zh: { message: `${samples} 个样品的值都是 ${short(value)}，没有可以插值的差异。`, hint: '请核对是否选对了列。' },
    en: {
      message: `All ${samples} samples are ${short(value)}: there is nothing to interpolate.`,
      hint: 'Check that this is the column you mean.',
    },
  }),
  'kriging/outlier': ({ row, value, median, spread }) => ({
    zh: {
      message: `第 ${row} 行的 ${short(value)} 远离其余样品（中位数 ${short(median)}，四分位距 ${short(spread)}），一个值就会左右全图。`,
      hint: '请核对该值的单位和小数点；若属实，用 --accept-outliers 继续。',
    },
    en: {
      message: `${short(value)} in row ${row} lies far from all others (median ${short(median)}, interquartile range ${short(spread)}): it alone would draw the map.`,
      hint: 'Check its unit and decimal point; if it is right, go on with --accept-outliers.',
    },
  }),
  'kriging/not-positive': ({ row, value, rows }) => ({
    zh: { message: `第 ${row} 行的 ${short(value)} 不能取对数（共 ${rows} 行不大于零）。`, hint: '请去掉 --log，或改用 --scores。' },
    en: {
      message: `${short(value)} in row ${row} has no logarithm (rows not above zero: ${rows}).`,
      hint: 'Leave out --log, or use --scores.',
    },
  }),
  'kriging/degrees': ({ x, y }) => ({
    zh: { message: `坐标（${short(x)}，${short(y)}）看来是经纬度，插值要用米。`, hint: '请用 --epsg 指明投影带，例如 --epsg 4529。' },
    en: {
      message: `The coordinates (${short(x)}, ${short(y)}) look like degrees; distances are needed in metres.`,
      hint: 'Name the zone to project to with --epsg, for instance --epsg 4529.',
    },
  }),
  'kriging/apart': ({ samples, extent }) => ({
    zh: { message: `样品（${box(samples)}）离成图范围（${box(extent)}）太远。`, hint: '请核对两者的坐标系和坐标顺序。' },
    en: {
      message: `The samples (${box(samples)}) lie far from what is to be mapped (${box(extent)}).`,
      hint: 'Check the coordinate systems of both, and the order of the coordinates.',
    },
  }),
  'kriging/crs-differs': ({ file, found, wanted }) => ({
    zh: {
      message: `${file} 的坐标系是 ${found}，与成图的坐标系（${wanted === null ? '未指明' : `EPSG:${wanted}`}）不同。`,
      hint: '请用 --epsg 指明成图的坐标系；CGCS2000 各带之间会自动换算。',
    },
    en: {
      message: `${file} is in ${found}, the map in ${wanted === null ? 'a system nobody named' : `EPSG:${wanted}`}.`,
      hint: 'Name the system of the map with --epsg; to zones of CGCS2000 everything is brought by itself.',
    },
  }),
  'kriging/model-not-read': ({ part }) => ({
    zh: {
      message: `看不懂变异函数模型中的“${part}”。`,
      hint: '写法如："0.2 Nug + 0.8 Sph(6000)"；可用 Nug、Sph、Exp、Gau、Mat(变程, 光滑度)。',
    },
    en: {
      message: `“${part}” of the variogram model cannot be read.`,
      hint: 'Write "0.2 Nug + 0.8 Sph(6000)"; there are Nug, Sph, Exp, Gau and Mat(range, kappa).',
    },
  }),
  'kriging/model-does-not-hold': ({ model, krigingRmse, meanRmse }) => ({
    zh: {
      message: `模型 ${model} 不合这些样品：留出验证的均方根误差 ${short(krigingRmse)}，平均值只有 ${short(meanRmse)}。`,
      hint: '请不带 --model 让程序拟合，或给模型加上块金（高斯模型没有块金时方程组近乎奇异）。',
    },
    en: {
      message: `The model ${model} is not one of these samples: RMSE ${short(krigingRmse)} when they are left out, ${short(meanRmse)} by the mean.`,
      hint: 'Leave out --model to have one fitted, or give it a nugget (a Gaussian without one makes systems that are nearly singular).',
    },
  }),
  'kriging/no-variogram': ({ lags }) => ({
    zh: { message: `截止距离内只有 ${lags} 组样品对，拟合不出变异函数。`, hint: '请放大 --cutoff，或用 --model 给出模型。' },
    en: {
      message: `Only ${lags} classes of distance hold pairs: no variogram can be fitted.`,
      hint: 'Enlarge --cutoff, or give a --model.',
    },
  }),
  'kriging/too-many-for-all': ({ samples, most }) => ({
    zh: { message: `${samples} 个样品太多，不能每个结点都用全部样品（最多 ${most}）。`, hint: '请给出 --nmax，例如 32。' },
    en: {
      message: `${samples} samples are too many for every node to use all of them (at most ${most}).`,
      hint: 'Give --nmax, 32 for instance.',
    },
  }),
  'kriging/grid-not-read': ({ extent, cells }) => ({
    zh: { message: `看不懂成图范围“${extent}”或格网“${cells}”。`, hint: '写法：--extent XMIN,YMIN,XMAX,YMAX --cells 500x500。' },
    en: {
      message: `The extent “${extent}” or the cells “${cells}” cannot be read.`,
      hint: 'Write --extent XMIN,YMIN,XMAX,YMAX --cells 500x500.',
    },
  }),
  'kriging/too-many-classes': ({ classes, most }) => ({
    zh: { message: `按 --width 要分 ${classes} 个距离级，最多 ${most} 个。`, hint: '请加大 --width，或减小 --cutoff。' },
    en: {
      message: `--width makes ${classes} classes of distance; ${most} are the most.`,
      hint: 'Make --width larger, or --cutoff smaller.',
    },
  }),
  'kriging/grid-too-long': ({ columns, rows, most }) => ({
    zh: { message: `网格为 ${columns} × ${rows} 格，每边最多 ${most} 格。`, hint: '请减少格数，或分幅制图。' },
    en: {
      message: `The grid has ${columns} × ${rows} cells; ${most} to a side are the most.`,
      hint: 'Use fewer cells, or map it in sheets.',
    },
  }),
  'kriging/grid-too-large': ({ cells, most }) => ({
    zh: { message: `格网有 ${cells} 格，最多 ${most} 格。`, hint: '请减少格数，或分幅计算。' },
    en: { message: `The grid has ${cells} cells; ${most} are the most.`, hint: 'Use fewer cells, or map it in sheets.' },
  }),
  'kriging/no-blocks': ({ file }) => ({
    zh: { message: `${file} 里没有面。`, hint: '地块估值需要面图层。' },
    en: { message: `${file} has no polygons.`, hint: 'Means over parcels need a layer of polygons.' },
  }),
  'kriging/not-with': ({ option, other }) => ({
    zh: { message: `${option} 不能与 ${other} 同用。`, hint: '见 docs/methods/soil.md。' },
    en: { message: `${option} does not go with ${other}.`, hint: 'See docs/methods/soil.md.' },
  }),
  'kriging/covariates-elsewhere': ({ samples, covered }) => ({
    zh: { message: `协变量栅格只覆盖 ${samples} 个样品中的 ${covered} 个。`, hint: '请核对栅格的范围和坐标系。' },
    en: { message: `The raster of covariates covers ${covered} of ${samples} samples.`, hint: 'Check where it lies and in which system.' },
  }),
  'kriging/no-such-band': ({ band, bands }) => ({
    zh: { message: `栅格没有“${band}”波段。`, hint: `现有：${bands.join('、')}。` },
    en: { message: `The raster has no band “${band}”.`, hint: `It has: ${bands.join(', ')}.` },
  }),

  'kriging/same-place': ({ places, samples }) => ({
    zh: { message: `${places} 处地点各有几个样品（共 ${samples} 个），取其平均。` },
    en: { message: `${places} places have several samples (${samples} in all); their mean is used.` },
  }),
  'kriging/blank-rows': ({ rows }) => ({
    zh: { message: `${rows} 行没有坐标或没有值，未用。` },
    en: { message: `${rows} rows without a place or a value were not used.` },
  }),
  'kriging/projected': ({ epsg }) => ({
    zh: { message: `样品坐标由经纬度换算到 EPSG:${epsg}。` },
    en: { message: `The samples were brought from degrees to EPSG:${epsg}.` },
  }),
  'kriging/not-covered': ({ samples }) => ({
    zh: { message: `${samples} 个样品不在协变量栅格内，未用。` },
    en: { message: `${samples} samples lie outside the raster of covariates and were not used.` },
  }),
  'kriging/no-structure': ({ gainPercent, krigingRmse, meanRmse }) => ({
    zh: {
      message: `样品看不出空间结构：这张图不比平均值更准（交叉验证均方根误差 ${short(krigingRmse)}，平均值 ${short(meanRmse)}，只减少平方误差的 ${gainPercent.toFixed(1)} %）。`,
      hint: '不要按此图分出好坏地块；请加密采样，或加入影像、地形等协变量。',
    },
    en: {
      message: `The samples show no spatial structure: this map is no better than the mean (cross-validated RMSE ${short(krigingRmse)}, of the mean ${short(meanRmse)}; ${gainPercent.toFixed(1)} % of the squared error gone).`,
      hint: 'Do not tell good parcels from bad by it; sample more densely, or bring in covariates such as images or terrain.',
    },
  }),
  'kriging/range-beyond-lags': ({ range, farthest }) => ({
    zh: { message: `拟合的变程 ${range.toFixed(0)} 米不在有样品对的距离（至 ${farthest.toFixed(0)} 米）内：样品说不清曲线在哪里变平。` },
    en: {
      message: `The fitted range of ${range.toFixed(0)} m lies outside the distances that pairs show (up to ${farthest.toFixed(0)} m): samples do not tell where the curve levels out.`,
    },
  }),
  'kriging/left-out': ({ rows }) => ({
    zh: { message: `方程组接近奇异：${rows} 次有样品的值已由邻近样品决定，未再计入。`, hint: '模型加上小的块金可避免。' },
    en: {
      message: `Nearly singular systems: ${rows} times a sample that others determine already was left out.`,
      hint: 'A small nugget in the model avoids this.',
    },
  }),
  'kriging/blocks-without-area': ({ rows, first }) => ({
    zh: { message: `${rows} 个要素没有面积或没有图形（首个在第 ${first} 行），没有估值。` },
    en: { message: `${rows} features have no area or no geometry (the first in row ${first}) and were given no value.` },
  }),
}
