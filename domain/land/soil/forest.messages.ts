import type { MessagesFor } from '@dishu/base/refusal'
import type { ForestNote, ForestRefusal } from './forest.ts'

const short = (value: number) => String(Number(value.toPrecision(4)))

export const messages: MessagesFor<ForestRefusal | ForestNote> = {
  'forest/too-few': ({ samples, least }) => ({
    zh: { message: `可用的样品只有 ${samples} 个，训练至少要 ${least} 个。`, hint: '请补充样品，或核对缺值的列。' },
    en: {
      message: `Only ${samples} samples can be used; a forest needs ${least}.`,
      hint: 'Take more, or look for columns with missing values.',
    },
  }),
  'forest/classes': ({ classes, most }) => ({
    zh: { message: `有 ${classes} 个类别，须在 2 与 ${most} 之间。`, hint: '数值请去掉 --classes，按回归训练。' },
    en: { message: `There are ${classes} classes; there must be 2 to ${most}.`, hint: 'For measured values leave out --classes.' },
  }),
  'forest/not-a-covariate': ({ column, isValue }) => ({
    zh: { message: isValue ? `“${column}”就是要预测的列，不能作协变量。` : `协变量“${column}”写了两次。`, hint: '请改正 --covariates。' },
    en: {
      message: isValue ? `“${column}” is what is to be predicted, and no covariate.` : `The covariate “${column}” is named twice.`,
      hint: 'Mend --covariates.',
    },
  }),
  'forest/not-a-model': ({ file, why }) => ({
    zh: { message: `${file} 不是可用的森林模型：${why}。`, hint: '请用 dishu forest train 重新训练。' },
    en: { message: `${file} is no forest that can be used: ${why}.`, hint: 'Train it anew with dishu forest train.' },
  }),
  'forest/bands-differ': ({ wanted, bands }) => ({
    zh: {
      message: `栅格的波段（${bands.join('、')}）与模型的协变量（${wanted.join('、')}）对不上。`,
      hint: '请用 --bands 按协变量的次序列出波段的名称或序号。',
    },
    en: {
      message: `The bands of the raster (${bands.join(', ')}) are not the covariates of the model (${wanted.join(', ')}).`,
      hint: 'Name them in the order of the covariates with --bands: names or numbers from 1.',
    },
  }),
  'forest/no-better': ({ rmse, meanRmse, square }) => ({
    zh: {
      message: `按 ${square.toFixed(0)} 米方块留出验证，森林不比平均值更准（均方根误差 ${short(rmse)}，平均值 ${short(meanRmse)}）。`,
      hint: '协变量说明不了这个指标：不要据此分级。',
    },
    en: {
      message: `With squares of ${square.toFixed(0)} m left out the forest is no better than the mean (RMSE ${short(rmse)}, of the mean ${short(meanRmse)}).`,
      hint: 'The covariates do not tell this value: do not grade by it.',
    },
  }),
  'forest/not-validated': () => ({
    zh: { message: '没有坐标，只有袋外误差；相邻样品相似时它偏乐观。', hint: '请用 --x、--y 指出坐标列，以便按方块验证。' },
    en: {
      message: 'Without coordinates there is only the out-of-bag error, which flatters where neighbouring samples are alike.',
      hint: 'Name the columns of the coordinates with --x and --y to have squares left out.',
    },
  }),
  'forest/bands-by-place': ({ bands }) => ({
    zh: { message: `波段没有名称，按次序当作：${bands.join('、')}。` },
    en: { message: `The bands have no names; they were taken in their order as ${bands.join(', ')}.` },
  }),
  'forest/unlike': ({ percent }) => ({
    zh: { message: `${percent.toFixed(1)} % 的格子与样品差别太大，模型没有依据（applicable 波段为 0）。` },
    en: {
      message: `${percent.toFixed(1)} % of the cells are unlike all samples: nothing stands behind their values (band “applicable” is 0).`,
    },
  }),
}
