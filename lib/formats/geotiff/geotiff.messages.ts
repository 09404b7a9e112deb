/** What we say when a GeoTIFF is not read. */
import type { MessagesFor } from '@dishu/base/refusal'
import type { GeotiffRefusal, OverlayRefusal } from './geotiff.refusals.ts'

const AGAIN = { zh: '请重新复制或重新下载该影像。', en: 'Copy or download the image again.' }
const CONVERT = {
  zh: '请先转换：gdal_translate -of COG -co COMPRESS=DEFLATE 原文件 新文件.tif',
  en: 'Convert it first: gdal_translate -of COG -co COMPRESS=DEFLATE OLD NEW.tif',
}
const WHAT: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  compression: { zh: '压缩方式', en: 'compression' },
  samples: { zh: '像元类型', en: 'sample type' },
  predictor: { zh: '预测器', en: 'predictor' },
  layout: { zh: '数据排列', en: 'layout' },
}

const list = (names: readonly string[]) => names.slice(0, 30).join(', ')

export const geotiffMessages: MessagesFor<GeotiffRefusal | OverlayRefusal> = {
  'formats/tiff-not-a-tiff': ({ file }) => ({
    zh: { message: `《${file}》不是 TIFF 影像。`, hint: CONVERT.zh },
    en: { message: `${file} is no TIFF image.`, hint: CONVERT.en },
  }),
  'formats/tiff-cut-short': ({ file, what, needs, size }) => ({
    zh: { message: `《${file}》不完整：${what} 需要到第 ${needs} 字节，文件只有 ${size} 字节。`, hint: AGAIN.zh },
    en: { message: `${file} is cut short: ${what} reaches to byte ${needs} of ${size}.`, hint: AGAIN.en },
  }),
  'formats/tiff-damaged': ({ file, what }) => ({
    zh: { message: `《${file}》已损坏：${what}。`, hint: AGAIN.zh },
    en: { message: `${file} is damaged: ${what}.`, hint: AGAIN.en },
  }),
  'formats/tiff-too-large': ({ file, what, found, limit }) => ({
    zh: { message: `《${file}》的 ${what} 为 ${found}，超过上限 ${limit}。`, hint: CONVERT.zh },
    en: { message: `${file}: ${what} is ${found}, more than the ${limit} that are read.`, hint: CONVERT.en },
  }),
  'formats/tiff-not-read': ({ file, what, found }) => ({
    zh: { message: `不能读取《${file}》的${WHAT[what]?.zh ?? what}：${found}。`, hint: CONVERT.zh },
    en: { message: `The ${WHAT[what]?.en ?? what} of ${file} is not read: ${found}.`, hint: CONVERT.en },
  }),
  'formats/tiff-without-place': ({ file }) => ({
    zh: { message: `《${file}》没有地理定位信息。`, hint: '请在原软件中配准后以 GeoTIFF 导出。' },
    en: { message: `${file} does not say where on the ground it lies.`, hint: 'Georeference it and export it as GeoTIFF.' },
  }),
  'formats/raster-without-crs': ({ file }) => ({
    zh: { message: `影像《${file}》没有坐标系。`, hint: '如果您知道它的坐标系，请用 --raster-crs EPSG:代码 说明。' },
    en: { message: `${file} does not state its coordinate system.`, hint: 'If you know it, say so with --raster-crs EPSG:CODE.' },
  }),
  'formats/layer-without-crs': ({ layer }) => ({
    zh: { message: `图层“${layer}”没有坐标系。`, hint: '请补上 .prj，或用 --crs EPSG:代码 说明。' },
    en: { message: `Layer ${layer} does not state its coordinate system.`, hint: 'Add its .prj, or say it with --crs EPSG:CODE.' },
  }),
  'formats/raster-datum-differs': ({ layer, raster }) => ({
    zh: { message: `图层（${layer}）与影像（${raster}）的基准不同，相差可达百米。`, hint: '请先由测绘部门的参数转换到同一基准。' },
    en: {
      message: `The layer (${layer}) and the raster (${raster}) stand on different datums, up to a hundred metres apart.`,
      hint: 'Have one converted first, with the parameters of the surveying authority.',
    },
  }),
  'formats/raster-elsewhere': ({ file, layer }) => ({
    zh: { message: `图层“${layer}”与影像《${file}》没有重叠。`, hint: '请核对两者的坐标系和范围。' },
    en: { message: `No polygon of ${layer} lies on ${file}.`, hint: 'Check the coordinate systems and extents of both.' },
  }),
  'formats/raster-no-such-band': ({ file, wanted, bands }) => ({
    zh: { message: `影像《${file}》有 ${bands} 个波段，没有第 ${wanted} 个。` },
    en: { message: `${file} has ${bands} band(s), no band ${wanted}.` },
  }),
  'formats/raster-grids-differ': ({ file, other }) => ({
    zh: { message: `权重影像《${file}》与《${other}》的格网不同。`, hint: '两者的行列数、原点和像元大小必须一致。' },
    en: { message: `The weights ${file} and ${other} lie on different grids.`, hint: 'Both need the same size, origin and cells.' },
  }),
  'formats/raster-too-many-values': ({ file, limit }) => ({
    zh: { message: `影像《${file}》的不同取值超过 ${limit} 个，不能按类列出。`, hint: '直方图用于分类影像；连续值请用分位数。' },
    en: {
      message: `${file} holds more than ${limit} different values.`,
      hint: 'Histograms are for classes; take quantiles of measured values.',
    },
  }),
  'formats/raster-no-such-statistic': ({ wanted }) => ({
    zh: { message: `没有统计量“${wanted}”。`, hint: '可用的统计量见 dishu zonal --help。' },
    en: { message: `There is no statistic “${wanted}”.`, hint: 'dishu zonal --help lists those there are.' },
  }),
  'formats/raster-host-not-allowed': ({ host }) => ({
    zh: { message: `未获准从 ${host} 读取影像。`, hint: '如需读取，请加 --allow-host 主机名。' },
    en: { message: `Reading rasters from ${host} is not allowed.`, hint: 'Allow it with --allow-host HOST.' },
  }),
  'formats/raster-not-served': ({ host, why }) => ({
    zh: { message: `${host} 没有提供所需的影像数据：${why}。`, hint: '服务器必须支持分段读取（HTTP Range）。' },
    en: { message: `${host} does not serve the raster: ${why}.`, hint: 'The server has to answer requests for ranges of bytes.' },
  }),
  'formats/layer-without-polygons': ({ layer }) => ({
    zh: { message: `图层“${layer}”没有面。`, hint: '请用 --layer 选择另一个图层。' },
    en: { message: `Layer ${layer} has no polygons.`, hint: 'Choose another layer with --layer.' },
  }),
  'formats/no-such-layer': ({ wanted, names }) => ({
    zh: { message: `没有图层“${wanted}”。`, hint: `文件中的图层：${list(names)}。` },
    en: { message: `There is no layer ${wanted}.`, hint: `The file has: ${list(names)}.` },
  }),
  'formats/no-such-field': ({ wanted, layer, names }) => ({
    zh: { message: `图层“${layer}”没有字段“${wanted}”。`, hint: `它的字段：${list(names)}。` },
    en: { message: `Layer ${layer} has no field ${wanted}.`, hint: `It has: ${list(names)}.` },
  }),
}
