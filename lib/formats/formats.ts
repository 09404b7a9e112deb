/** One door for every kind of file: what it is, by its bytes first and its name second, and the reader for it. */
import { closeSync, statSync } from 'node:fs'
import { basename, dirname, extname } from 'node:path'
import { stop } from './batches.ts'
import type { Batch, Source } from './layers.ts'
import { memberOf, type OpenOptions, openPlain, readBytes, siblingsOf, stemOf } from './place.ts'

export type { OpenOptions } from './place.ts'

export type Kind = 'shapefile' | 'dbf' | 'geopackage' | 'filegdb' | 'flatgeobuf' | 'geojson' | 'gml' | 'csv' | 'xlsx' | 'mdb' | 'archive'

/** The members of a shapefile that open it. */
const SHAPEFILE = new Set(['.shp', '.shx', '.dbf', '.prj', '.cpg', '.sbn', '.sbx', '.qix', '.cst'])
/** Those that say something to a reader: with them a process needs no look into the folder. */
const READ_MEMBERS = ['.shp', '.dbf', '.shx', '.prj', '.cpg']

/**
 * Opens any file we read; a folder only when it is a file geodatabase. Refused where it is none of ours, is an image, or is
 * damaged. The caller closes the source.
 */
export async function openFile(path: string, options: OpenOptions = {}): Promise<Source> {
  const kind = kindOf(path, options)
  // readers are loaded when they are needed: a process that reads one file starts with one reader
  switch (kind) {
    case 'shapefile':
      return (await import('./shapefile/shapefile.ts')).openShapefile(path, options)
    case 'dbf':
      return (await import('./shapefile/shapefile.ts')).openDbf(path, options)
    case 'geopackage':
      return (await import('./geopackage/geopackage.ts')).openGeopackage(path, options)
    case 'flatgeobuf':
      return (await import('./flatgeobuf/flatgeobuf.ts')).openFlatgeobuf(path, options)
    case 'geojson':
      return (await import('./geojson/geojson.ts')).openGeojson(path, options)
    case 'filegdb':
      return (await import('./gdal/gdal.ts')).openGdb(path, options)
    case 'gml':
      return (await import('./gdal/gdal.ts')).openGml(path, options)
    case 'csv':
      return (await import('./csv/csv.ts')).openCsv(path, options)
    case 'xlsx':
      return (await import('./xlsx/xlsx.ts')).openXlsx(path, options)
    case 'mdb':
      return (await import('./mdb/mdb.ts')).openMdb(path, options)
    case 'archive': {
      // what lies beside the archive does not lie beside its members
      const { siblings: _, ...inside } = options
      return (await import('./archive/archive.ts')).openArchive(path, { ...inside, open: openFile })
    }
  }
}

/**
 * Opens several files as one source, their layers one after the other. Members of one shapefile count once; the first file
 * that is refused refuses all.
 */
export async function openFiles(paths: readonly string[], options: OpenOptions = {}): Promise<Source> {
  const sources: Source[] = []
  try {
    for (const path of oneOfEach(paths)) sources.push(await openFile(path, options))
  } catch (problem) {
    for (const source of sources) await source.close()
    throw problem
  }
  if (sources.length === 1) return sources[0]
  const places = sources.flatMap((source) => source.layers.map((_, i) => ({ source, i })))
  return {
    layers: sources.flatMap((s) => s.layers),
    read: (layer): AsyncIterable<Batch> => places[layer].source.read(places[layer].i),
    close: async () => {
      for (const source of sources) await source.close()
    },
  }
}

/** Of every shapefile's members one, the .shp where it is there; other files as they are. */
function oneOfEach(paths: readonly string[]): string[] {
  const chosen = new Map<string, string>()
  for (const path of paths) {
    const extension = extname(path).toLowerCase()
    const key = SHAPEFILE.has(extension) ? `${dirname(path)}/${stemOf(path)}`.toLowerCase() : path
    if (!chosen.has(key) || extension === '.shp') chosen.set(key, path)
  }
  return [...chosen.values()]
}

/** The files that have to be readable for `path` to be opened: itself, its shapefile's members, a database's journal. */
export function filesBehind(path: string): string[] {
  const names = siblingsOf(path, {})
  const files = [path]
  if (SHAPEFILE.has(extname(path).toLowerCase())) {
    for (const extension of READ_MEMBERS) {
      const member = memberOf(path, extension, names)
      if (member && member !== path) files.push(member)
    }
  } else if (names.includes(`${basename(path)}-wal`)) files.push(`${path}-wal`)
  return files
}

/** What kind of file this is. */
export function kindOf(path: string, options: OpenOptions = {}): Kind {
  const file = basename(path)
  const extension = extname(path).toLowerCase()
  if (isFolder(path)) return extension === '.gdb' ? 'filegdb' : stop({ code: 'formats/is-a-folder', details: { file } })
  const { fd, size } = openPlain(path)
  const head = readBytes(fd, 0, 4096)
  closeSync(fd)
  // an empty .prj or .cpg stops nothing; an empty file of data does
  if (size === 0 && (!SHAPEFILE.has(extension) || ['.shp', '.dbf'].includes(extension)))
    stop({ code: 'formats/file-empty', details: { file } })
  const raster = rasterKind(head, extension)
  if (raster) stop({ code: 'formats/raster-not-yet', details: { file, kind: raster } })
  const byBytes = kindOfBytes(head, extension)
  if (byBytes) return byBytes
  if (SHAPEFILE.has(extension)) {
    if (extension !== '.dbf') return 'shapefile'
    return memberOf(path, '.shp', siblingsOf(path, options)) ? 'shapefile' : 'dbf'
  }
  return kindOfText(head, extension, file) ?? kindOfName(extension) ?? stop({ code: 'formats/unknown-kind', details: { file } })
}

function isFolder(path: string): boolean {
  try {
    return statSync(path).isDirectory()
  } catch {
    return false
  }
}

const latin1 = (head: Buffer, from: number, to: number) => head.toString('latin1', from, Math.min(to, head.length))

function kindOfBytes(head: Buffer, extension: string): Kind | null {
  const first = latin1(head, 0, 16)
  if (first.startsWith('SQLite format 3')) return 'geopackage'
  if (first.startsWith('fgb')) return 'flatgeobuf'
  if (first.startsWith('PK\x03\x04') || first.startsWith('PK\x05\x06')) {
    const workbook = ['.xlsx', '.xlsm'].includes(extension) || /\[Content_Types\]\.xml|xl\/workbook/.test(latin1(head, 0, 4096))
    return workbook && extension !== '.zip' ? 'xlsx' : 'archive'
  }
  if (head.length >= 4 && head.readInt32BE(0) === 9994) return 'shapefile'
  if (/^Standard (Jet|ACE) DB/.test(latin1(head, 4, 20))) return 'mdb'
  // an old .xls: its reader says what to do with it
  return first.startsWith('\xd0\xcf\x11\xe0') ? 'xlsx' : null
}

/** The kind of an image, null for anything else. */
function rasterKind(head: Buffer, extension: string): string | null {
  const first = latin1(head, 0, 16)
  if (/^(II[*+]\0|MM\0[*+])/.test(first)) return 'TIFF'
  if (first.startsWith('\x89PNG')) return 'PNG'
  if (first.startsWith('\xff\xd8\xff')) return 'JPEG'
  if (first.startsWith('\0\0\0\x0cjP  ') || first.startsWith('\xff\x4f\xff\x51')) return 'JPEG 2000'
  if (first.startsWith('EHFA_HEADER_TAG')) return 'Erdas Imagine'
  if (first.startsWith('\x89HDF') || first.startsWith('CDF\x01') || first.startsWith('CDF\x02')) return 'HDF/NetCDF'
  return ['.ecw', '.sid', '.img', '.jp2', '.tif', '.tiff', '.vrt', '.mbtiles', '.pmtiles', '.las', '.laz'].includes(extension)
    ? extension.slice(1).toUpperCase()
    : null
}

function kindOfText(head: Buffer, extension: string, file: string): Kind | null {
  const text = latin1(head, 0, 4096)
    .replace(/^(\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '')
    .replaceAll('\0', '')
    .trimStart()
  if (text.startsWith('\x1e')) return 'geojson'
  if (/^[[{]/.test(text) && !['.csv', '.tsv', '.txt'].includes(extension)) return 'geojson'
  if (text.startsWith('<') && !['.csv', '.tsv', '.txt'].includes(extension)) {
    return extension === '.gml' || /opengis\.net\/gml|<gml:|FeatureCollection/.test(text)
      ? 'gml'
      : stop({ code: 'formats/unknown-kind', details: { file } })
  }
  return text.startsWith('%PDF') || text.startsWith('PAR1') ? stop({ code: 'formats/unknown-kind', details: { file } }) : null
}

/** By name alone: the reader then says what is wrong with the bytes. */
function kindOfName(extension: string): Kind | null {
  switch (extension) {
    case '.csv':
    case '.tsv':
    case '.txt':
      return 'csv'
    case '.json':
    case '.geojson':
    case '.geojsonl':
    case '.geojsons':
    case '.ndjson':
    case '.jsonl':
      return 'geojson'
    case '.gpkg':
      return 'geopackage'
    case '.fgb':
      return 'flatgeobuf'
    case '.gml':
      return 'gml'
    case '.xlsx':
    case '.xlsm':
    case '.xls':
      return 'xlsx'
    case '.mdb':
    case '.accdb':
      return 'mdb'
    case '.zip':
      return 'archive'
    default:
      return null
  }
}
