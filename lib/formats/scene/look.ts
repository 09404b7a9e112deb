/** The first look at what was given as a scene: files found (and unpacked), product recognised, rasters opened. Runs in the reading process only. */
import { lstatSync, mkdirSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { basename, join, relative } from 'node:path'
import { unpackEntry } from '../archive/unpack.ts'
import { openZip, ZIP_LIMITS } from '../archive/zip.ts'
import { isMtl, landsatProduct } from './landsat.ts'
import { plainProduct } from './plain.ts'
import { baseOf, isRaster, type Product } from './product.ts'
import { openRaster, type Raster } from './raster.ts'
import { stopScene } from './scene.refusals.ts'
import { isMtd, sentinel2Product } from './sentinel2.ts'
import { unpackTar } from './tar.ts'

/** `root`: the folder that the files' paths are relative to. */
export type Look = { readonly root: string; readonly product: Product; readonly rasters: readonly Raster[] }

const MOST_FILES = 2000
const DEEPEST = 8
const MOST_METADATA = 16 << 20
/** One tile of Sentinel-2 with all its copies of bands is about 1 GB. */
const MOST_UNPACKED = 6 * 2 ** 30

const isMetadata = (name: string) => isMtl(name) || isMtd(name) || /(^|\/)MTD_TL\.xml$/i.test(name)
const isWanted = (name: string) => isRaster(name) || isMetadata(name)

/** `paths`: files, a folder, or one archive (zip, tar); `scratch`: where archives are unpacked. */
export async function lookAt(paths: readonly string[], scratch: string): Promise<Look> {
  const given = paths.map((path) => basename(path)).join(', ')
  const { root, files } = await filesIn(paths, scratch)
  const product = productOf(root, files)
  const stated = product?.places ?? {}
  const named = product === null ? null : new Set([...product.bands, ...(product.mask ? [product.mask] : [])].map(({ file }) => file))
  const rasters: Raster[] = []
  for (const file of files.filter((each) => (named === null ? isRaster(each) : named.has(each)))) {
    const raster = await openRaster(join(root, file), file, stated[file] ?? null)
    raster.close()
    const { rows: _, close: __, ...facts } = raster
    rasters.push(facts)
  }
  if (rasters.length === 0) return stopScene({ code: 'formats/scene-without-raster', details: { file: given } })
  for (const { file, geotransform, width, height } of rasters) {
    if (geotransform === null) return stopScene({ code: 'formats/scene-without-place', details: { file: baseOf(file) } })
    const [, dx, rx, , ry, dy] = geotransform
    const wide = Math.abs(rx) * height > Math.abs(dx) / 2 || Math.abs(ry) * width > Math.abs(dy) / 2
    if (wide || !(dx > 0) || !(dy < 0)) return stopScene({ code: 'formats/scene-turned', details: { file: baseOf(file) } })
  }
  return { root, product: product ?? plainProduct(rasters), rasters }
}

function productOf(root: string, files: readonly string[]): Product | null {
  const read = (file: string) => {
    const path = join(root, file)
    if (statSync(path).size > MOST_METADATA)
      return stopScene({ code: 'formats/scene-metadata-broken', details: { file: baseOf(file), what: `> ${MOST_METADATA >> 20} MB` } })
    return readFileSync(path, 'utf8')
  }
  const mtd = files.find(isMtd)
  if (mtd) return sentinel2Product(mtd, read(mtd), files, (file) => (files.includes(file) ? read(file) : null))
  const mtl = files.find(isMtl)
  return mtl ? landsatProduct(mtl, read(mtl), files) : null
}

async function filesIn(paths: readonly string[], scratch: string): Promise<{ root: string; files: string[] }> {
  const [only] = paths
  if (paths.length === 1 && lstatSync(only).isDirectory()) return { root: only, files: walk(only) }
  if (paths.length === 1 && /\.zip$/i.test(only)) return unpacked(scratch, (to) => unzip(only, to))
  if (paths.length === 1 && /\.tar$/i.test(only))
    return unpacked(scratch, async (to) => void (await unpackTar(only, to, isWanted, MOST_UNPACKED)))
  // several files: all lie in one folder (an upload's, or as they were named)
  const folders = new Set(paths.map((path) => path.slice(0, path.lastIndexOf('/'))))
  const root = folders.size === 1 ? [...folders][0] : '/'
  return { root, files: paths.map((path) => relative(root, path)).filter(isWanted) }
}

async function unpacked(scratch: string, unpack: (to: string) => Promise<void>): Promise<{ root: string; files: string[] }> {
  const root = join(scratch, 'unpacked')
  mkdirSync(root, { recursive: true })
  await unpack(root)
  return { root, files: walk(root) }
}

async function unzip(path: string, to: string): Promise<void> {
  const zip = await openZip(path, { ...ZIP_LIMITS, totalBytes: MOST_UNPACKED })
  try {
    for (const entry of zip.entries) if (isWanted(entry.name)) await unpackEntry(zip, entry, join(to, entry.name))
  } finally {
    zip.close()
  }
}

/** Files below a folder that may be part of a scene. Links are not followed. */
function walk(root: string): string[] {
  const found: string[] = []
  const visit = (folder: string, depth: number) => {
    for (const entry of readdirSync(join(root, folder), { withFileTypes: true })) {
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`
      if (entry.isDirectory() && depth < DEEPEST) visit(path, depth + 1)
      else if (entry.isFile() && isWanted(path)) found.push(path)
      if (found.length > MOST_FILES)
        stopScene({ code: 'formats/scene-too-many-files', details: { file: basename(root), limit: MOST_FILES } })
    }
  }
  visit('', 0)
  return found.sort()
}
