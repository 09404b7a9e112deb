/** File geodatabases and GML, by way of GDAL: converted to a GeoPackage in a scratch folder, read from there. */

import { constants } from 'node:fs'
import { copyFile, mkdir, readdir, stat } from 'node:fs/promises'
import { basename, join, resolve } from 'node:path'
import { Refused } from '@dishu/base/refusal'
import { makeScratch } from '../archive/scratch.ts'
import { unpackFolder } from '../archive/unpack.ts'
import { openZip } from '../archive/zip.ts'
import { openGeopackage } from '../geopackage/geopackage.ts'
import type { Source } from '../layers.ts'
import { refuseFile } from '../tables/refusals.ts'
import type { OpenOptions } from '../tables/rows.ts'
import { refuseUnsafeXml } from '../xlsx/xml.ts'
import { convertToGeopackage, GdalTrouble } from './convert.ts'

/**
 * Opens a file geodatabase: a folder `….gdb`, or a zip with one such folder (or its files at the top) in it.
 * Every feature class and table is a layer; curves become short straight edges, z and m are dropped.
 */
export async function openGdb(path: string, options: OpenOptions = {}): Promise<Source> {
  const file = basename(path)
  const scratch = await makeScratch(options.scratch)
  try {
    let folder = resolve(path)
    if (!(await stat(folder)).isDirectory()) folder = await unpackGdb(path, scratch.folder)
    // GDAL takes a folder for a geodatabase by its name alone and a missing catalogue for an empty one
    const members = (await readdir(folder)).map((name) => name.toLowerCase())
    if (!members.includes('a00000001.gdbtable'))
      refuseFile({ code: 'formats/gdb-not-readable', details: { file, reason: 'a00000001.gdbtable is missing' } })
    const input = { folder, file: null, driver: 'OpenFileGDB', openOptions: [] } as const
    await converted(
      () => convertToGeopackage(input, scratch.folder, 'converted.gpkg'),
      (reason) => refuseFile({ code: 'formats/gdb-not-readable', details: { file, reason } }),
    )
    return await readConverted(`${scratch.folder}/converted.gpkg`, file, 'filegdb', scratch.remove)
  } catch (error) {
    await scratch.remove()
    throw error
  }
}

async function unpackGdb(path: string, scratch: string): Promise<string> {
  const file = basename(path)
  const zip = await openZip(path)
  try {
    const folders = geodatabasesIn(zip.entries.map(({ name }) => name))
    if (folders.length === 0) refuseFile({ code: 'formats/gdb-not-readable', details: { file, reason: 'no .gdbtable inside' } })
    if (folders.length > 1) refuseFile({ code: 'formats/gdb-several-in-zip', details: { file, found: folders } })
    return await unpackFolder(zip, folders[0], `${scratch}/unpacked.gdb`)
  } finally {
    zip.close()
  }
}

/** The folders in an archive that hold a geodatabase; '' when its files lie at the top. */
export function geodatabasesIn(names: readonly string[]): string[] {
  const tables = names.filter((name) => /\.gdbtable$/i.test(name))
  return [...new Set(tables.map((name) => (name.includes('/') ? name.slice(0, name.lastIndexOf('/')) : '')))]
}

/**
 * Opens GML 2 or 3 (simple features). XML with a DOCTYPE or an encoding that hides one is refused before GDAL sees it; a schema is read
 * only from `name.xsd` beside the file, never from where the document says, and without one every field is text (a code is not a number);
 * links to elsewhere are not followed.
 */
export async function openGml(path: string, options: OpenOptions = {}): Promise<Source> {
  const file = basename(path)
  const root = await refuseUnsafeXml(path)
  if (root === '') refuseFile({ code: 'formats/gml-not-readable', details: { file, reason: 'no XML' } })
  const scratch = await makeScratch(options.scratch)
  try {
    // a copy, because GDAL is shown whole folders
    const folder = join(scratch.folder, 'gml')
    await mkdir(folder)
    await copyFile(path, join(folder, 'data.gml'), constants.COPYFILE_FICLONE)
    await copyFile(path.replace(/\.[^.]*$/, '.xsd'), join(folder, 'data.xsd')).catch(() => {}) // no schema beside it: every field is text
    const openOptions = ['DOWNLOAD_SCHEMA=NO', 'WRITE_GFS=NO', 'SKIP_RESOLVE_ELEMS=ALL', 'SKIP_CORRUPTED_FEATURES=NO']
    const input = { folder, file: 'data.gml', driver: 'GML', openOptions } as const
    await converted(
      () => convertToGeopackage(input, scratch.folder, 'converted.gpkg'),
      (reason) => refuseFile({ code: 'formats/gml-not-readable', details: { file, reason } }),
    )
    return await readConverted(`${scratch.folder}/converted.gpkg`, file, 'gml', scratch.remove)
  } catch (error) {
    await scratch.remove()
    throw error
  }
}

async function converted(convert: () => Promise<void>, failed: (reason: string) => never): Promise<void> {
  try {
    await convert()
  } catch (error) {
    if (error instanceof GdalTrouble) failed(error.message)
    throw error
  }
}

async function readConverted(path: string, file: string, format: 'filegdb' | 'gml', done: () => Promise<void>): Promise<Source> {
  const source = await openGeopackage(path).catch((error: unknown) => {
    if (error instanceof Refused && error.refusal.code === 'formats/no-layers')
      refuseFile({ code: 'formats/gdb-no-layers', details: { file } })
    throw error
  })
  return {
    layers: source.layers.map((layer) => ({ ...layer, file, format, encoding: { name: 'UTF-8', from: 'format' } })),
    read: (layer) => source.read(layer),
    close: async () => {
      await source.close()
      await done()
    },
  }
}
