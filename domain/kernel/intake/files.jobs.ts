/** The files of an import: which belong together, where they lie, and how a layer of them is called in questions. */
import { basename, extname } from 'node:path'

/** A file with the files that belong to it: the parts of a shapefile go by its .shp. */
export type FileGroup = { readonly path: string; readonly members: readonly string[] }

const SHAPEFILE_PARTS = new Set(['.shp', '.shx', '.dbf', '.prj', '.cpg', '.sbn', '.sbx', '.qix', '.qpj', '.cst'])
const isShapefilePart = (path: string) => SHAPEFILE_PARTS.has(extname(path).toLowerCase()) || path.toLowerCase().endsWith('.shp.xml')
const stem = (path: string) => path.toLowerCase().replace(/\.shp\.xml$|\.[^./\\]+$/, '')

export function groupFiles(paths: readonly string[]): FileGroup[] {
  const groups = new Map<string, string[]>()
  for (const path of paths) {
    const key = isShapefilePart(path) ? `shapefile ${stem(path)}` : path
    groups.set(key, [...(groups.get(key) ?? []), path])
  }
  return [...groups.values()].flatMap((members) => {
    if (members.length === 1) return [{ path: members[0], members: [] }]
    const lead = members.find((each) => each.toLowerCase().endsWith('.shp')) ?? members.find((each) => each.toLowerCase().endsWith('.dbf'))
    // a .prj without its .shp says nothing by itself, but the person should hear so
    if (!lead) return members.map((path) => ({ path, members: [] }))
    return [{ path: lead, members: members.filter((each) => each !== lead) }]
  })
}

export const layerKey = (file: string, layer: string) => `${basename(file)}#${layer}`
