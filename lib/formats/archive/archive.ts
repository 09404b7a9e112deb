/**
 * A zip with data in it: every member we can read becomes layers of one source.
 * Members are unpacked into a scratch folder and opened by the function given, so that archives need not know the formats.
 */

import { rename } from 'node:fs/promises'
import { basename, extname, join, posix } from 'node:path'
import { type Refusal, Refused } from '@dishu/base/refusal'
import { geodatabasesIn, openGdb } from '../gdal/gdal.ts'
import type { Layer, Source } from '../layers.ts'
import { note, refuseFile } from '../tables/refusals.ts'
import type { OpenOptions } from '../tables/rows.ts'
import { makeScratch } from './scratch.ts'
import { unpackEntry, unpackFolder } from './unpack.ts'
import { openZip, ZIP_LIMITS, type Zip, type ZipEntry, type ZipLimits } from './zip.ts'

export type ArchiveOptions = OpenOptions & {
  /** Opens one unpacked member. */
  readonly open: (path: string, options: OpenOptions) => Promise<Source>
  readonly limits?: Partial<ZipLimits>
}

const ALONE = new Set([
  '.gpkg',
  '.geojson',
  '.json',
  '.geojsonl',
  '.geojsons',
  '.geojsonseq',
  '.ndjson',
  '.fgb',
  '.gml',
  '.csv',
  '.tsv',
  '.xlsx',
  '.xlsm',
  '.xls',
  '.mdb',
  '.accdb',
])
const SHAPEFILE = new Set(['.shp', '.shx', '.dbf', '.prj', '.cpg', '.cst'])
const ARCHIVES = new Set(['.zip', '.kmz', '.7z', '.rar', '.tar', '.gz', '.tgz', '.bz2', '.xz', '.zst', '.cab', '.lzh', '.jar'])

/** One thing to open: the entries it takes, the first of them the one that is opened; or a geodatabase's folder. */
type Member = { readonly place: string; readonly entries: readonly ZipEntry[]; readonly geodatabase: string | null }

/**
 * Opens a zip (not one inside another). Names in GBK or UTF-8; shapefiles, GeoPackages, GeoJSON, FlatGeobuf, GML, CSV, XLSX, Access files and
 * geodatabase folders at any depth. Nothing is unpacked before the whole directory is found harmless; the scratch folder goes with `close`.
 * A member that cannot be opened is left out with a note, unless it is the only one: then its refusal is the archive's.
 */
export async function openArchive(path: string, options: ArchiveOptions): Promise<Source> {
  const file = basename(path)
  const zip = await openZip(path, { ...ZIP_LIMITS, ...options.limits })
  try {
    const members = membersOf(file, zip)
    const scratch = await makeScratch(options.scratch)
    const opened: { place: string; source: Source }[] = []
    const left: Refusal[] = []
    const refusals: Refused[] = []
    const close = async () => {
      for (const { source } of opened) await source.close()
      await scratch.remove()
    }
    try {
      for (const [i, member] of members.entries()) {
        try {
          opened.push({
            place: member.place,
            source: await openMember(zip, member, join(scratch.folder, String(i)), scratch.folder, options),
          })
        } catch (error) {
          if (!(error instanceof Refused) || isAboutArchive(error)) throw error
          refusals.push(error)
          const part = member.geodatabase ?? member.entries[0].name
          left.push(note({ code: 'formats/zip-member-left-out', details: { file, part, reason: error.refusal } }))
        }
      }
      if (opened.length === 0) throw refusals[0]
    } catch (error) {
      await close()
      throw error
    }
    return joined(file, opened, left, close)
  } finally {
    zip.close()
  }
}

const isAboutArchive = (refused: Refused) => refused.refusal.code.startsWith('formats/zip-')

function membersOf(file: string, zip: Zip): Member[] {
  const entries = zip.entries.filter(({ name }) => !name.split('/').some((step) => step === '__MACOSX' || step.startsWith('.')))
  const nested = entries.find(({ name }) => ARCHIVES.has(extname(name).toLowerCase()))
  if (nested) refuseFile({ code: 'formats/zip-nested', details: { file, part: nested.name } })

  const geodatabases = geodatabasesIn(entries.map(({ name }) => name))
  const members: Member[] = geodatabases.map((folder) => ({
    place: folder === '' ? '' : posix.dirname(folder),
    entries: [],
    geodatabase: folder,
  }))
  const inGeodatabase = (name: string) => geodatabases.some((folder) => folder !== '' && name.startsWith(`${folder}/`))
  const shapefiles = new Map<string, ZipEntry[]>()
  for (const entry of entries) {
    const extension = extname(entry.name).toLowerCase()
    if (inGeodatabase(entry.name)) continue
    if (ALONE.has(extension)) members.push({ place: posix.dirname(entry.name), entries: [entry], geodatabase: null })
    if (!SHAPEFILE.has(extension)) continue
    const stem = entry.name.slice(0, -extension.length).toLowerCase()
    shapefiles.set(stem, [...(shapefiles.get(stem) ?? []), entry])
  }
  for (const group of shapefiles.values()) {
    const main = group.find(({ name }) => /\.shp$/i.test(name)) ?? group.find(({ name }) => /\.dbf$/i.test(name))
    if (main)
      members.push({ place: posix.dirname(main.name), entries: [main, ...group.filter((entry) => entry !== main)], geodatabase: null })
  }
  if (members.length === 0) {
    const found = [...new Set(entries.map(({ name }) => extname(name).toLowerCase() || basename(name)))]
    refuseFile({ code: 'formats/zip-nothing-inside', details: { file, found: found.slice(0, 12) } })
  }
  return members
}

async function openMember(zip: Zip, member: Member, folder: string, scratch: string, options: ArchiveOptions): Promise<Source> {
  const inner: OpenOptions = { ...(options.encoding === undefined ? {} : { encoding: options.encoding }), scratch }
  if (member.geodatabase !== null) {
    const name = safeName(basename(member.geodatabase) || 'data')
    const unpacked = await unpackFolder(zip, member.geodatabase, join(folder, 'gdb'))
    // its name tells GDAL what it is
    const target = join(folder, /\.gdb$/i.test(name) ? name : `${name}.gdb`)
    await rename(unpacked, target)
    return openGdb(target, inner)
  }
  const paths = member.entries.map((entry) => join(folder, safeName(basename(entry.name))))
  for (const [i, entry] of member.entries.entries()) await unpackEntry(zip, entry, paths[i])
  return options.open(paths[0], inner)
}

/** A name any file system takes, its extension kept. */
function safeName(name: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what must go
  const plain = name.replaceAll(/[\u0000-\u001f<>:"|?*\\/]/g, '_')
  const extension = extname(plain)
  let stem = plain.slice(0, plain.length - extension.length)
  while (Buffer.byteLength(stem) > 180) stem = stem.slice(0, -1)
  return stem + extension
}

function joined(
  file: string,
  opened: readonly { place: string; source: Source }[],
  left: readonly Refusal[],
  close: () => Promise<void>,
): Source {
  const layers: Layer[] = []
  const where: { source: Source; layer: number }[] = []
  for (const { place, source } of opened) {
    source.layers.forEach((layer, i) => {
      layers.push({ ...layer, file: posix.join(file, place, layer.file), notes: [...layer.notes, ...left] })
      where.push({ source, layer: i })
    })
  }
  return { layers, read: (i) => where[i].source.read(where[i].layer), close }
}
