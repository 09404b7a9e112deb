import type { MessagesFor } from '@dishu/base/refusal'
import type { ImageryRefusal } from './imagery.ts'

const degrees = (box: readonly number[]) =>
  box.length < 4 ? '—' : `${box[0].toFixed(2)}–${box[2].toFixed(2)}°E, ${box[1].toFixed(2)}–${box[3].toFixed(2)}°N`

export const messages: MessagesFor<ImageryRefusal> = {
  'imagery/formula-broken': ({ formula, at, found }) => ({
    zh: {
      message: `公式“${formula}”在第 ${at} 个字符处读不下去${found ? `（“${found}”）` : '（已到末尾）'}。`,
      hint: '可用 + - * / ^ ( )、sqrt abs ln log10 exp min max，以及波段字母。',
    },
    en: {
      message: `The formula “${formula}” cannot be read at character ${at}${found ? ` (“${found}”)` : ' (its end)'}.`,
      hint: 'Use + - * / ^ ( ), sqrt abs ln log10 exp min max, and the letters of bands.',
    },
  }),
  'imagery/formula-no-such-name': ({ formula, name }) => ({
    zh: { message: `公式“${formula}”中的“${name}”既不是波段，也不是函数。`, hint: '波段写作 B G R N S1 S2 等字母，见影像页的波段表。' },
    en: {
      message: `“${name}” in the formula “${formula}” is neither a band nor a function.`,
      hint: 'Bands are written B G R N S1 S2 …; the imagery page lists them.',
    },
  }),
  'imagery/formula-too-long': ({ limit }) => ({
    zh: { message: `公式超过 ${limit} 个字符。`, hint: '请化简。' },
    en: { message: `The formula is longer than ${limit} characters.`, hint: 'Make it shorter.' },
  }),
  'imagery/formula-without-band': ({ formula }) => ({
    zh: { message: `公式“${formula}”没有用到任何波段。`, hint: '指数须由至少一个波段算出。' },
    en: { message: `The formula “${formula}” uses no band.`, hint: 'An index is worked from one band or more.' },
  }),
  'imagery/no-such-scene': ({ id }) => ({
    zh: { message: `没有编号为 ${id} 的影像。`, hint: '它可能已被撤销；请刷新影像页。' },
    en: { message: `There is no scene ${id}.`, hint: 'It may have been undone; reload the imagery page.' },
  }),
  'imagery/no-such-collection': ({ id }) => ({
    zh: { message: `没有影像集“${id}”。`, hint: '见 /stac/collections。' },
    en: { message: `There is no collection “${id}”.`, hint: 'See /stac/collections.' },
  }),
  'imagery/not-a-search': ({ bbox, datetime }) => ({
    zh: {
      message: `查询条件读不懂：bbox=${bbox} datetime=${datetime}。`,
      hint: 'bbox 为四个数（西,南,东,北），datetime 为日期或“起/止”。',
    },
    en: {
      message: `The search is not understood: bbox=${bbox} datetime=${datetime}.`,
      hint: 'bbox is four numbers (west,south,east,north), datetime a day or from/to.',
    },
  }),
  'imagery/no-such-task': ({ id }) => ({
    zh: { message: `没有编号为 ${id} 的影像任务。`, hint: '请刷新影像页。' },
    en: { message: `There is no imagery task ${id}.`, hint: 'Reload the imagery page.' },
  }),
  'imagery/no-such-index': ({ id }) => ({
    zh: { message: `没有指数“${id}”，影像也没有这个波段。`, hint: '用 dishu scene indices 列出全部指数。' },
    en: { message: `There is no index “${id}”, and the scene has no such band.`, hint: 'dishu scene indices lists them all.' },
  }),
  'imagery/no-such-tile': ({ z, x, y }) => ({
    zh: { message: `没有 ${z}/${x}/${y} 这个瓦片。` },
    en: { message: `There is no tile ${z}/${x}/${y}.` },
  }),
  'imagery/wrong-state': ({ id, state }) => ({
    zh: { message: `影像任务 ${id} 的状态是“${state}”，现在不能这样做。`, hint: '请刷新影像页，看它进行到哪一步。' },
    en: {
      message: `The imagery task ${id} is “${state}”; this cannot be done now.`,
      hint: 'Reload the imagery page to see where it stands.',
    },
  }),
  'imagery/no-files': () => ({
    zh: { message: '没有收到任何文件。', hint: '请选择 GeoTIFF、JP2，或产品的 zip、tar、文件夹。' },
    en: { message: 'No files came.', hint: 'Choose GeoTIFF or JP2 files, or a product as zip, tar or folder.' },
  }),
  'imagery/already-there': ({ scene, takenOn }) => ({
    zh: { message: `影像 ${scene}（${takenOn}）已经登记。`, hint: '如需换成另一份，请先在审计页撤销原来的那次修订。' },
    en: {
      message: `The scene ${scene} of ${takenOn} is registered already.`,
      hint: 'To replace it, undo its revision on the audit page first.',
    },
  }),
  'imagery/elsewhere': ({ scene, county }) => ({
    zh: { message: `影像位于 ${degrees(scene)}，与本县（${degrees(county)}）没有重叠。`, hint: '请核对文件与坐标系。' },
    en: {
      message: `The scene lies at ${degrees(scene)} and shows nothing of the county (${degrees(county)}).`,
      hint: 'Check the file and its coordinate system.',
    },
  }),
  'imagery/not-a-day': ({ stated }) => ({
    zh: { message: `“${stated}”不是可用的拍摄日期。`, hint: '请写作 2024-05-12。' },
    en: { message: `“${stated}” is no usable day of taking.`, hint: 'Write it as 2024-05-12.' },
  }),
  'imagery/day-to-come': ({ stated, today }) => ({
    zh: { message: `拍摄日期 ${stated} 在今天（${today}）之后。`, hint: '请核对日期。' },
    en: { message: `The day of taking, ${stated}, lies after today (${today}).`, hint: 'Check the day.' },
  }),
  'imagery/crs-not-usable': ({ stated }) => ({
    zh: {
      message: `坐标系“${stated}”不可用：不认识，或影像的坐标落不到地球上。`,
      hint: '请给出影像真实的 EPSG 代码，例如 32651、4529、4490。',
    },
    en: {
      message: `The coordinate system “${stated}” cannot be used: it is not known, or the image’s coordinates are no place in it.`,
      hint: 'Give the EPSG code the image is really in, such as 32651, 4529, 4490.',
    },
  }),
  'imagery/grids-differ': ({ files }) => ({
    zh: { message: `这些栅格不在同一坐标系：${files.join('、')}。`, hint: '一景影像的各波段须用同一坐标系；请分开登记，或先统一。' },
    en: {
      message: `These rasters are not in one coordinate system: ${files.join(', ')}.`,
      hint: 'The bands of one scene share one; register them apart, or bring them together first.',
    },
  }),
  'imagery/no-such-band': ({ band, there }) => ({
    zh: { message: `影像没有波段“${band}”；有：${there.join('、')}。`, hint: '请从所列波段中选择。' },
    en: { message: `The scene has no band “${band}”; it has ${there.join(', ')}.`, hint: 'Choose among these.' },
  }),
  'imagery/role-twice': ({ role, bands }) => ({
    zh: { message: `波段 ${bands.join('、')} 都被指为 ${role}。`, hint: '每个字母只能指一个波段。' },
    en: { message: `The bands ${bands.join(', ')} are all said to be ${role}.`, hint: 'A letter stands for one band only.' },
  }),
  'imagery/not-a-role': ({ role }) => ({
    zh: { message: `“${role}”不是波段字母。`, hint: '可用：C B G R RE1 RE2 RE3 N N2 WV CI S1 S2 T P。' },
    en: { message: `“${role}” is no letter of a band.`, hint: 'There are C B G R RE1 RE2 RE3 N N2 WV CI S1 S2 T P.' },
  }),
  'imagery/not-a-scale': ({ stated }) => ({
    zh: { message: `“${stated}”不能用作比例、偏移或无数据值。`, hint: '请填有限的数；比例不能为 0。' },
    en: { message: `“${stated}” cannot be a scale, an offset or a nodata value.`, hint: 'Give a finite number; a scale is not 0.' },
  }),
  'imagery/no-pixels': ({ band }) => ({
    zh: { message: `波段 ${band} 全部没有数据。`, hint: '请核对文件是否完整、无数据值是否写对。' },
    en: { message: `The band ${band} holds no data at all.`, hint: 'Check whether the file is whole and the nodata value is right.' },
  }),
  'imagery/index-lacks-bands': ({ index, missing }) => ({
    zh: { message: `指数 ${index} 还需要波段 ${missing.join('、')}，这景影像没有。`, hint: '请换一个指数，或换一景影像。' },
    en: {
      message: `The index ${index} needs the bands ${missing.join(', ')}, which this scene lacks.`,
      hint: 'Choose another index or another scene.',
    },
  }),
  'imagery/index-id-taken': ({ id }) => ({
    zh: { message: `指数名“${id}”已被使用（不分大小写）。`, hint: '请另取一个名字。' },
    en: { message: `The name “${id}” is taken (upper and lower case alike).`, hint: 'Choose another name.' },
  }),
  'imagery/index-not-complete': ({ field }) => ({
    zh: { message: `指数的“${field}”没有填，或填得不对。`, hint: '名称、公式、范围（从小到大）、色带和出处都要填。' },
    en: {
      message: `The index’s “${field}” is missing or wrong.`,
      hint: 'Name, formula, range (running upwards), ramp and source are needed.',
    },
  }),
  'imagery/disk-nearly-full': ({ freeMb, neededMb }) => ({
    zh: { message: `磁盘剩余 ${freeMb} MB，登记这景影像约需 ${neededMb} MB。`, hint: '请先腾出空间。' },
    en: { message: `${freeMb} MB are free on the disk; registering this scene needs about ${neededMb} MB.`, hint: 'Make room first.' },
  }),
}
