/** Office packages (ZIP archives) with nothing of the moment in them. */
import { unzipSync, zipSync } from 'fflate'

/** The first time a ZIP archive can name; its hours are local ones, so that every time zone writes the same bytes. */
const NO_TIME = new Date(1980, 0, 1)

const text = (part: Uint8Array) => new TextDecoder().decode(part)

/** The package with its parts in order, `mend` applied to those that are XML, and the document's own time in the place of the clock's. */
export function settled(
  bytes: Uint8Array,
  created: Date,
  mend: (xml: string, all: ReadonlyMap<string, string>) => string = (xml) => xml,
): Uint8Array {
  const parts = unzipSync(bytes)
  const names = Object.keys(parts).sort()
  const xml = new Map(names.filter((name) => /\.(xml|rels)$/.test(name)).map((name) => [name, text(parts[name])]))
  const time = created.toISOString().replace(/\.\d+Z$/, 'Z')
  return zipSync(
    Object.fromEntries(
      names.map((name) => {
        const written = xml.get(name)
        if (written === undefined) return [name, [parts[name], { mtime: NO_TIME, level: 0 }]]
        const own = name === 'docProps/core.xml' ? written.replaceAll(/(?<=W3CDTF">)[^<]*/g, time) : written
        return [name, [new TextEncoder().encode(mend(own, xml)), { mtime: NO_TIME, level: 9 }]]
      }),
    ),
  )
}
