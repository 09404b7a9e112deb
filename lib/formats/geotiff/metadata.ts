/** GDAL's metadata in a TIFF (tag 42112): a small XML of items, for the image and for each band. */

type Described = { name?: string; scale?: number; offset?: number }

const ITEM = /<Item\s([^<>]*)>([^<]*)<\/Item>/g
const ENTITIES: Readonly<Record<string, string>> = { '&lt;': '<', '&gt;': '>', '&quot;': '"', '&apos;': "'", '&amp;': '&' }
const once = (text: string) => text.replace(/&(lt|gt|quot|apos|amp);/g, (entity) => ENTITIES[entity])
/** GDAL escapes the texts of items, and then the XML they stand in. */
const unescaped = (text: string) => once(once(text))

/** Items of the image by name; of each band (from 0) its description, scale and offset. Text that is no such XML says nothing. */
export function readMetadata(xml: string): { items: Record<string, string>; bands: ReadonlyMap<number, Described> } {
  const items: Record<string, string> = Object.create(null)
  const bands = new Map<number, Described>()
  for (const [, attributes, content] of xml.matchAll(ITEM)) {
    const value = unescaped(content)
    const name = attribute(attributes, 'name')
    const sample = attribute(attributes, 'sample')
    if (sample === null) {
      if (name !== null) items[name] = value
      continue
    }
    const band = bands.get(Number(sample)) ?? {}
    const role = attribute(attributes, 'role')
    if (role === 'description') band.name = value
    else if (role === 'scale' && isUsable(value) && Number(value) !== 0) band.scale = Number(value)
    else if (role === 'offset' && isUsable(value)) band.offset = Number(value)
    bands.set(Number(sample), band)
  }
  return { items, bands }
}

const isUsable = (text: string) => text.trim() !== '' && Number.isFinite(Number(text))

function attribute(attributes: string, name: string): string | null {
  const found = new RegExp(`(?:^|\\s)${name}="([^"]*)"`).exec(attributes)
  return found ? unescaped(found[1]) : null
}
