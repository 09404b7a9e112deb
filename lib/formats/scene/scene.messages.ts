import type { MessagesFor } from '@dishu/base/refusal'
import type { SceneRefusal } from './scene.refusals.ts'

export const sceneMessages: MessagesFor<SceneRefusal> = {
  'formats/scene-without-raster': ({ file }) => ({
    zh: { message: `“${file}”里没有可读的影像（GeoTIFF 或 JP2）。`, hint: '产品须连同波段文件一起给出；单个元数据文件不够。' },
    en: {
      message: `There is no raster (GeoTIFF or JP2) in “${file}”.`,
      hint: 'Give a product together with its band files; its metadata alone is not enough.',
    },
  }),
  'formats/scene-not-surface-reflectance': ({ product, level }) => ({
    zh: {
      message: `${product} 是 ${level} 级产品，不是地表反射率。`,
      hint: '请使用 Landsat Collection 2 Level-2 或 Sentinel-2 L2A 产品：指数以地表反射率计算。',
    },
    en: {
      message: `${product} is of level ${level}, which is not surface reflectance.`,
      hint: 'Use Landsat Collection 2 Level 2 or Sentinel-2 L2A: indices are worked from surface reflectance.',
    },
  }),
  'formats/scene-metadata-broken': ({ file, what }) => ({
    zh: {
      message: `元数据 ${file} 缺少“${what}”，或写得不对。`,
      hint: '请重新下载完整的产品；或去掉元数据，按普通影像登记并填写日期、波段和比例。',
    },
    en: {
      message: `The metadata ${file} lacks “${what}”, or has it wrong.`,
      hint: 'Download the product whole; or leave the metadata out and register plain rasters, stating day, bands and scale.',
    },
  }),
  'formats/scene-too-many-files': ({ file, limit }) => ({
    zh: { message: `“${file}”里的文件超过 ${limit} 个。`, hint: '请只给出一景影像。' },
    en: { message: `There are more than ${limit} files in “${file}”.`, hint: 'Give one scene at a time.' },
  }),
  'formats/scene-too-large': ({ file, megapixels, limit }) => ({
    zh: { message: `${file} 有 ${megapixels} 百万像元，超过上限 ${limit} 百万。`, hint: '请先裁到本县范围。' },
    en: { message: `${file} has ${megapixels} million cells; the limit is ${limit} million.`, hint: 'Cut it to the county first.' },
  }),
  'formats/scene-without-place': ({ file }) => ({
    zh: { message: `${file} 没有说明它在地面上的位置（没有地理变换）。`, hint: '请先做几何校正，或连同 .tfw 信息写成 GeoTIFF。' },
    en: {
      message: `${file} does not say where it lies on the ground (no geotransform).`,
      hint: 'Georeference it first, or write its world file into a GeoTIFF.',
    },
  }),
  'formats/scene-turned': ({ file }) => ({
    zh: { message: `${file} 的行列与坐标轴成角度，或上下颠倒。`, hint: '请重采样为正北朝上的影像（如 gdalwarp）。' },
    en: { message: `${file} is turned against its axes, or lies upside down.`, hint: 'Warp it to north up first (gdalwarp does).' },
  }),
  'formats/scene-empty': ({ file }) => ({
    zh: { message: `${file} 是空文件。`, hint: '请重新下载。' },
    en: { message: `${file} is empty.`, hint: 'Download it again.' },
  }),
  'formats/jp2-not-read': ({ file, reason }) => ({
    zh: { message: `JPEG 2000 文件 ${file} 读不出来（${reason}）。`, hint: '请核对文件是否完整，或先转换为 GeoTIFF。' },
    en: {
      message: `The JPEG 2000 file ${file} cannot be read: ${reason}.`,
      hint: 'Check whether it is whole, or convert it to GeoTIFF first.',
    },
  }),
  'formats/tar-not-read': ({ file, reason }) => ({
    zh: { message: `归档文件 ${file} 读不出来（${reason}）。`, hint: '请核对文件是否完整，或先解开为文件夹。' },
    en: { message: `The archive ${file} cannot be read: ${reason}.`, hint: 'Check whether it is whole, or unpack it into a folder first.' },
  }),
}
