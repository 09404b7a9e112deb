/**
 * Hostile files, made on the spot for the tests: section 6.4 of our notes on reliability. Sizes lie, names climb, entries overlap.
 * Nothing here is large on disk; what it would become is.
 */
import { crc32, deflateRawSync } from 'node:zlib'

/** `name` as text is written in UTF-8 with its flag; as bytes it is written as it is, without. */
export type ZipPart = {
  readonly name: string | Uint8Array
  readonly data?: Uint8Array | string
  readonly method?: 0 | 8 | 9
  readonly unixMode?: number
  readonly flags?: number
  /** What the directory says instead of the truth. */
  readonly says?: { readonly bytes?: number; readonly crc?: number; readonly offset?: number; readonly packed?: number }
}

const bytesOf = (data: Uint8Array | string | undefined) => (typeof data === 'string' ? Buffer.from(data) : Buffer.from(data ?? ''))

/** A zip with exactly these entries, whatever they are. */
export function zipOf(parts: readonly ZipPart[]): Buffer {
  const bodies: Buffer[] = []
  const directory: Buffer[] = []
  let at = 0
  for (const part of parts) {
    const name = typeof part.name === 'string' ? Buffer.from(part.name) : Buffer.from(part.name)
    const data = bytesOf(part.data)
    const method = part.method ?? 8
    const packed = method === 0 ? data : deflateRawSync(data)
    const flags = (part.flags ?? 0) | (typeof part.name === 'string' ? 0x0800 : 0)
    const local = Buffer.alloc(30)
    local.writeUInt32LE(0x04034b50, 0)
    local.writeUInt16LE(20, 4)
    local.writeUInt16LE(flags, 6)
    local.writeUInt16LE(method, 8)
    local.writeUInt32LE(part.says?.crc ?? crc32(data), 14)
    local.writeUInt32LE(part.says?.packed ?? packed.length, 18)
    local.writeUInt32LE(part.says?.bytes ?? data.length, 22)
    local.writeUInt16LE(name.length, 26)
    const central = Buffer.alloc(46)
    central.writeUInt32LE(0x02014b50, 0)
    central.writeUInt16LE((3 << 8) | 20, 4) // made on Unix
    local.copy(central, 6, 4, 30) // version needed to name length lie in the same order
    central.writeUInt32LE(((part.unixMode ?? 0o100644) << 16) >>> 0, 38)
    central.writeUInt32LE(part.says?.offset ?? at, 42)
    directory.push(central, name)
    bodies.push(local, name, packed)
    at += 30 + name.length + packed.length
  }
  return Buffer.concat([...bodies, ...endOf(directory, parts.length, at)])
}

function endOf(directory: readonly Buffer[], entries: number, offset: number): Buffer[] {
  const central = Buffer.concat(directory)
  const end = Buffer.alloc(22)
  end.writeUInt32LE(0x06054b50, 0)
  end.writeUInt16LE(Math.min(entries, 0xffff), 8)
  end.writeUInt16LE(Math.min(entries, 0xffff), 10)
  end.writeUInt32LE(central.length, 12)
  end.writeUInt32LE(offset, 16)
  return [central, end]
}

/** One kernel of compressed zeros that `entries` directory entries all claim: the full-overlap form of D. Fifield's bomb (2019). */
export function overlapBomb(entries: number, kernelBytes: number): Buffer {
  const parts = Array.from({ length: entries }, (_, i) => ({
    name: `f${String(i).padStart(4, '0')}.csv`,
    data: i === 0 ? Buffer.alloc(kernelBytes) : '',
    says: { offset: 0 },
  }))
  const truth = parts[0]
  const packed = deflateRawSync(truth.data).length
  return zipOf(parts.map((part) => ({ ...part, says: { offset: 0, bytes: kernelBytes, packed, crc: crc32(Buffer.from(truth.data)) } })))
}

/** `levels` zips inside each other. */
export function nestedZip(levels: number): Buffer {
  let inner: Buffer = Buffer.from('a,b\n1,2\n')
  for (let level = 0; level < levels; level++) inner = zipOf([{ name: level === 0 ? 'a.csv' : `level${level}.zip`, data: inner }])
  return inner
}

const CONTENT_TYPES =
  '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="xml" ContentType="application/xml"/></Types>'
const RELS = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'

/** A workbook from the XML of its sheets' rows (what stands inside `sheetData`), of its shared texts and of its styles. */
export function workbookOf(
  sheets: Readonly<Record<string, string>>,
  more: { texts?: string; styles?: string; workbookPr?: string; parts?: readonly ZipPart[] } = {},
): Buffer {
  const names = Object.keys(sheets)
  const relation = (id: string, kind: string, target: string) => `<Relationship Id="${id}" Type="${RELS}/${kind}" Target="${target}"/>`
  const parts: ZipPart[] = [
    { name: '[Content_Types].xml', data: CONTENT_TYPES },
    { name: '_rels/.rels', data: `<Relationships>${relation('r1', 'officeDocument', 'xl/workbook.xml')}</Relationships>` },
    {
      name: 'xl/workbook.xml',
      data: `<workbook>${more.workbookPr ?? ''}<sheets>${names.map((name, i) => `<sheet name="${name}" sheetId="${i + 1}" r:id="s${i + 1}"/>`).join('')}</sheets></workbook>`,
    },
    {
      name: 'xl/_rels/workbook.xml.rels',
      data: `<Relationships>${names.map((_, i) => relation(`s${i + 1}`, 'worksheet', `worksheets/sheet${i + 1}.xml`)).join('')}${relation('t', 'sharedStrings', 'sharedStrings.xml')}${relation('y', 'styles', '/xl/styles.xml')}</Relationships>`,
    },
    ...names.map((name, i) => ({
      name: `xl/worksheets/sheet${i + 1}.xml`,
      data: sheets[name].startsWith('<?xml') ? sheets[name] : `<worksheet><sheetData>${sheets[name]}</sheetData></worksheet>`,
    })),
    { name: 'xl/sharedStrings.xml', data: more.texts ?? '<sst/>' },
    { name: 'xl/styles.xml', data: more.styles ?? '<styleSheet/>' },
  ]
  return zipOf([...parts, ...(more.parts ?? [])])
}

/** XML whose one entity grows tenfold at each of nine levels. */
export const billionLaughs = (root: string): string => {
  const entities = Array.from({ length: 9 }, (_, i) => `<!ENTITY l${i + 1} "${`&l${i};`.repeat(10)}">`)
  return `<?xml version="1.0"?><!DOCTYPE ${root} [<!ENTITY l0 "lol">${entities.join('')}]><${root}>&l9;</${root}>`
}
