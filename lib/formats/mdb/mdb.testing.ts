/** A Jet 4 database (Access 2000 and later) written by hand for tests, from the page layouts in mdbtools' HACKING. */

export const PAGE = 4096
const TYPE = { bool: 1, short: 3, long: 4, currency: 5, double: 7, date: 8, text: 10, ole: 11, memo: 12 } as const
type Kind = keyof typeof TYPE
const WIDTH: Partial<Record<Kind, number>> = { bool: 0, short: 2, long: 4, currency: 8, double: 8, date: 8 }
type Cell = string | number | boolean | Buffer | null
export type JetTable = { name: string; columns: readonly (readonly [name: string, kind: Kind])[]; rows: readonly (readonly Cell[])[] }

const utf16 = (text: string) => Buffer.from(text, 'utf16le')

function fixedBytes(kind: Kind, cell: Cell): Buffer {
  const bytes = Buffer.alloc(WIDTH[kind]!)
  if (kind === 'short') bytes.writeInt16LE(Number(cell))
  else if (kind === 'long') bytes.writeInt32LE(Number(cell))
  else if (kind === 'currency') bytes.writeBigInt64LE(BigInt(Math.round(Number(cell) * 10_000)))
  else if (kind !== 'bool') bytes.writeDoubleLE(Number(cell))
  return bytes
}

function variableBytes(kind: Kind, cell: Cell): Buffer {
  const bytes = Buffer.isBuffer(cell) ? cell : utf16(String(cell))
  if (kind === 'text') return bytes
  const head = Buffer.alloc(12) // kept in the row itself
  head.writeUInt32LE((0x80000000 | bytes.length) >>> 0)
  return Buffer.concat([head, bytes])
}

function record({ columns }: JetTable, row: readonly Cell[]): Buffer {
  const count = Buffer.alloc(2)
  count.writeUInt16LE(columns.length)
  const nulls = Buffer.alloc(Math.ceil(columns.length / 8))
  const fixed: Buffer[] = []
  const variable: Buffer[] = []
  columns.forEach(([, kind], i) => {
    const present = kind === 'bool' ? row[i] === true : row[i] !== null
    if (present) nulls[i >> 3] |= 1 << (i & 7)
    if (kind in WIDTH) fixed.push(present || kind === 'bool' ? fixedBytes(kind, row[i]) : Buffer.alloc(WIDTH[kind]!))
    else variable.push(present ? variableBytes(kind, row[i]) : Buffer.alloc(0))
  })
  const offsets: number[] = []
  let at = 2 + Buffer.concat(fixed).length
  for (const bytes of variable) {
    offsets.push(at)
    at += bytes.length
  }
  const tail = Buffer.alloc(2 * (offsets.length + 2))
  ;[at, ...offsets.toReversed(), offsets.length].forEach((value, i) => {
    tail.writeUInt16LE(value, 2 * i)
  })
  return Buffer.concat([count, ...fixed, ...variable, tail, nulls])
}

function dataPage(owner: number, records: readonly Buffer[]): Buffer {
  const page = Buffer.alloc(PAGE)
  page.writeUInt16LE(0x0101)
  page.writeUInt32LE(owner, 4)
  page.writeUInt16LE(records.length, 12)
  let at = PAGE
  records.forEach((bytes, i) => {
    at -= bytes.length
    bytes.copy(page, at)
    page.writeUInt16LE(at, 14 + 2 * i)
  })
  return page
}

function definitionPage(table: JetTable, usageMap: number): Buffer {
  const page = Buffer.alloc(PAGE)
  page.writeUInt16LE(0x0102)
  page.writeUInt32LE(table.rows.length, 16)
  page.writeUInt16LE(table.columns.filter(([, kind]) => !(kind in WIDTH)).length, 43)
  page.writeUInt16LE(table.columns.length, 45)
  page.writeUInt32LE(usageMap << 8, 55)
  let fixed = 0
  let variable = 0
  let at = 63
  table.columns.forEach(([, kind], i) => {
    const width = WIDTH[kind]
    page[at] = TYPE[kind]
    page[at + 5] = i
    page.writeUInt16LE(width === undefined ? variable++ : 0, at + 7)
    page[at + 15] = width === undefined ? 2 : 3
    page.writeUInt16LE(fixed, at + 21)
    page.writeUInt16LE(width ?? 100, at + 23)
    fixed += width ?? 0
    at += 25
  })
  for (const [name] of table.columns) {
    page.writeUInt16LE(utf16(name).length, at)
    utf16(name).copy(page, at + 2)
    at += 2 + utf16(name).length
  }
  return page
}

function mapPage(pages: readonly number[]): Buffer {
  const map = Buffer.alloc(69)
  for (const page of pages) map[5 + (page >> 3)] |= 1 << (page & 7)
  return dataPage(0, [map])
}

/** RC4 of zeros: what a header of zeros looks like in the file. */
function headerMask(): Buffer {
  const key = [0xc7, 0xda, 0x39, 0x6b]
  const s = Uint8Array.from({ length: 256 }, (_, i) => i)
  for (let i = 0, j = 0; i < 256; i++) {
    j = (j + s[i] + key[i % 4]) & 255
    ;[s[i], s[j]] = [s[j], s[i]]
  }
  const out = Buffer.alloc(128)
  for (let n = 0, i = 0, j = 0; n < 128; n++) {
    i = (i + 1) & 255
    j = (j + s[i]) & 255
    ;[s[i], s[j]] = [s[j], s[i]]
    out[n] = s[(s[i] + s[j]) & 255]
  }
  return out
}

export function jetOf(tables: readonly JetTable[]): Buffer {
  const header = Buffer.alloc(PAGE)
  header.writeUInt32LE(0x100)
  header.write('Standard Jet DB', 4)
  header[0x14] = 1
  headerMask().copy(header, 0x18)
  const pages: Buffer[] = [header, Buffer.alloc(PAGE)]
  const catalogue: JetTable = {
    name: 'MSysObjects',
    columns: [
      ['Id', 'long'],
      ['Name', 'text'],
      ['Type', 'short'],
      ['Flags', 'long'],
    ],
    rows: [[2, 'MSysObjects', 1, 2], ...tables.map((table, i) => [5 + 40 * i, table.name, 1, 0])],
  }
  const put = (table: JetTable, at: number) => {
    const records = table.rows.map((row) => record(table, row))
    const chunks: Buffer[][] = [[]]
    let used = 0
    for (const bytes of records) {
      used += bytes.length + 2
      if (used > PAGE - 20) {
        chunks.push([])
        used = bytes.length + 2
      }
      chunks.at(-1)!.push(bytes)
    }
    pages[at] = definitionPage(table, at + 1)
    pages[at + 1] = mapPage(chunks.map((_, i) => at + 2 + i))
    for (const [i, chunk] of chunks.entries()) pages[at + 2 + i] = dataPage(at, chunk)
  }
  put(catalogue, 2)
  for (const [i, table] of tables.entries()) put(table, 5 + 40 * i)
  return Buffer.concat(Array.from(pages, (page) => page ?? Buffer.alloc(PAGE)))
}
