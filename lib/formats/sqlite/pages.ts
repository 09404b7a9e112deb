/**
 * The rows of an SQLite table, read page by page without SQLite: three times as fast for tables of outlines, and any thread can read a share of the
 * pages. After "Database File Format" (sqlite.org/fileformat2.html, 2026), §1.6 b-tree pages and §2.1 records. Only tables with row numbers, in a file
 * that nobody writes to; everything else is read by SQLite itself.
 */
import { readSync } from 'node:fs'

const HEAD = 100
const INTERIOR = 5
const LEAF = 13
/** Pages from the root to a row; twenty hold more rows than there are numbers. */
const DEEPEST = 20
const WINDOW = 1 << 20

/** Thrown where pages do not hang together: the file is damaged, or none that this reads. */
export class BrokenPages extends Error {}

/** The leaves of a table in the order of its rows. Plain data: it can be sent to a thread. */
export type TablePages = {
  readonly pageSize: number
  /** Bytes of a page that hold cells; what is behind belongs to extensions. */
  readonly usable: number
  readonly pageCount: number
  readonly leaves: Uint32Array
}

/** Finds the leaves of the table whose root is page `root`. Null where the file is not of the plain kind: texts of UTF-16, pages in a log. */
export function leavesOf(fd: number, fileBytes: number, root: number): TablePages | null {
  const head = new Uint8Array(HEAD)
  if (readSync(fd, head, 0, HEAD, 0) < HEAD) return null
  const view = new DataView(head.buffer)
  const pageSize = view.getUint16(16) === 1 ? 65_536 : view.getUint16(16)
  const usable = pageSize - head[20]
  if (view.getUint32(56) !== 1 || pageSize < 512 || (pageSize & (pageSize - 1)) !== 0 || usable < 480) return null
  const pageCount = Math.floor(fileBytes / pageSize)
  const pages = new Pages(fd, { pageSize, usable, pageCount, leaves: new Uint32Array(0) })
  const leaves: number[] = []
  let looked = 0
  const visit = (page: number, depth: number): void => {
    if (depth > DEEPEST || ++looked > pageCount) throw new BrokenPages(`page ${page} is met twice`)
    const at = pages.at(page)
    const from = at + (page === 1 ? HEAD : 0)
    const kind = pages.bytes[from]
    if (kind === LEAF) {
      leaves.push(page)
      return
    }
    if (kind !== INTERIOR) throw new BrokenPages(`page ${page} is of kind ${kind}`)
    // copied: the window moves on with the children
    const copy = pages.view.buffer.slice(at, at + pageSize)
    const own = new DataView(copy)
    const start = page === 1 ? HEAD : 0
    const cells = own.getUint16(start + 3)
    if (start + 12 + 2 * cells > usable) throw new BrokenPages(`page ${page} has ${cells} cells`)
    const children: number[] = []
    for (let i = 0; i < cells; i++) {
      const cell = own.getUint16(start + 12 + 2 * i)
      if (cell + 4 > usable) throw new BrokenPages(`page ${page} has a cell at ${cell}`)
      children.push(own.getUint32(cell))
    }
    children.push(own.getUint32(start + 8))
    // the children of a page are all of one kind: where the first is a leaf, the others need no look of their own before they are read
    const first = pages.kind(children[0])
    if (first === LEAF) {
      looked += children.length
      if (looked > pageCount) throw new BrokenPages(`page ${page} leads in circles`)
      for (const child of children) leaves.push(child)
    } else for (const child of children) visit(child, depth + 1)
  }
  visit(root, 0)
  return { pageSize, usable, pageCount, leaves: Uint32Array.from(leaves) }
}

/** A moving window over the pages of a file. */
class Pages {
  bytes = Buffer.allocUnsafeSlow(0)
  view = new DataView(this.bytes.buffer)
  readonly #fd: number
  readonly #pageSize: number
  readonly #pageCount: number
  #first = 1
  #end = 1

  constructor(fd: number, { pageSize, pageCount }: TablePages) {
    this.#fd = fd
    this.#pageSize = pageSize
    this.#pageCount = pageCount
  }

  /** Where a page begins in `bytes`; what was there before may be gone. */
  at(page: number): number {
    if (!(page >= 1 && page <= this.#pageCount)) throw new BrokenPages(`there is no page ${page}`)
    if (page < this.#first || page >= this.#end) this.#move(page)
    return (page - this.#first) * this.#pageSize
  }

  kind(page: number): number {
    return this.bytes[this.at(page) + (page === 1 ? HEAD : 0)]
  }

  /** Pages lie one behind the other as a rule: then many are read at once, else each alone. */
  #move(page: number): void {
    const inOrder = page >= this.#end && page <= this.#end + 8
    const before = this.#end - this.#first
    const most = Math.max(1, WINDOW / this.#pageSize)
    const count = Math.min(inOrder ? Math.min(most, Math.max(4, 4 * before)) : 1, this.#pageCount - page + 1)
    if (this.bytes.length < count * this.#pageSize) {
      this.bytes = Buffer.allocUnsafeSlow(count * this.#pageSize)
      this.view = new DataView(this.bytes.buffer)
    }
    const length = count * this.#pageSize
    const from = (page - 1) * this.#pageSize
    let n = 0
    while (n < length) {
      const got = readSync(this.#fd, this.bytes, n, length - n, from + n)
      if (got === 0) throw new BrokenPages(`page ${page} is cut short`)
      n += got
    }
    this.#first = page
    this.#end = page + count
  }
}

/** A value of a row: where it lies, and as what (§2.1 "serial types"). */
const NULL = 0

/**
 * Rows of a share of a table's leaves, one after the other: `next` moves on, then `rowid` and the values of the columns asked for can be taken, until
 * the next `next`.
 */
export class RowCursor {
  /** The row's number; beyond 2^53 only nearly, see `rowNumber`. */
  rowid = 0
  /** Bytes in which the values of the row lie. */
  bytes = Buffer.allocUnsafeSlow(0)
  view = new DataView(this.bytes.buffer)
  /** Of each column asked for: its serial type, and where its value begins in `bytes`. */
  readonly types: Uint32Array
  readonly places: Uint32Array
  readonly #table: TablePages
  readonly #pages: Pages
  readonly #overflow: Pages
  readonly #slots: Int32Array
  readonly #last: number
  readonly #most: number
  #leaf: number
  readonly #endLeaf: number
  #cell = 0
  #cells = 0
  #base = 0
  #start = 0
  #taken = 0
  #overflowed = 0
  #high = 0
  #low = 0
  #shift = 0
  #joined = Buffer.allocUnsafeSlow(0)

  /** `columns`: places of the wanted columns in the table. `most`: rows of more bytes are broken. */
  constructor(fd: number, table: TablePages, columns: readonly number[], from: number, to: number, most: number) {
    this.#table = table
    this.#pages = new Pages(fd, table)
    this.#overflow = new Pages(fd, table)
    this.#last = Math.max(...columns)
    this.#slots = new Int32Array(this.#last + 1).fill(-1)
    columns.forEach((column, i) => {
      this.#slots[column] = i
    })
    this.types = new Uint32Array(columns.length)
    this.places = new Uint32Array(columns.length)
    this.#leaf = from
    this.#endLeaf = to
    this.#most = most
  }

  next(): boolean {
    while (this.#cell === this.#cells) {
      if (this.#leaf === this.#endLeaf) return false
      this.#openLeaf(this.#table.leaves[this.#leaf++])
    }
    this.#readCell(this.#cell++)
    return true
  }

  #openLeaf(page: number): void {
    const pages = this.#pages
    this.#base = pages.at(page)
    this.#start = this.#base + (page === 1 ? HEAD : 0)
    if (pages.bytes[this.#start] !== LEAF) throw new BrokenPages(`page ${page} is no leaf`)
    this.#cells = pages.view.getUint16(this.#start + 3)
    this.#cell = 0
    this.#taken = 0
    if (this.#start - this.#base + 8 + 2 * this.#cells > this.#table.usable) throw new BrokenPages(`page ${page} has ${this.#cells} cells`)
  }

  #readCell(cell: number): void {
    const { bytes, view } = this.#pages
    const { usable } = this.#table
    const end = this.#base + usable
    let at = this.#base + view.getUint16(this.#start + 8 + 2 * cell)
    // sizes and row numbers: seven bits to a byte, at most nine bytes
    let size = 0
    for (let i = 0; ; i++) {
      const byte = bytes[at++]
      size = size * 128 + (byte & 127)
      if (byte < 128) break
      if (i === 7) throw new BrokenPages('a row is longer than the file')
    }
    // up to eight times seven bits, then eight: 64 in two's complement, which a double does not hold
    let high = 0
    let low = 0
    let shift = 36
    for (let i = 0; ; i++) {
      const byte = bytes[at++]
      if (i === 8) {
        high = high >= 2 ** 27 ? high - 2 ** 28 : high
        low = low * 256 + byte
        break
      }
      if (i < 4) high = high * 128 + (byte & 127)
      else low = low * 128 + (byte & 127)
      if (byte < 128) {
        shift = i < 4 ? 0 : 7 * (i - 3)
        break
      }
    }
    this.rowid = shift === 0 ? high : high * 2 ** shift + low
    this.#high = high
    this.#low = low
    this.#shift = shift
    const whole = usable - 35
    let local = size
    if (size > whole) {
      const least = Math.floor(((usable - 12) * 32) / 255) - 23
      const kept = least + ((size - least) % (usable - 4))
      local = kept <= whole ? kept : least
    }
    this.#taken += local
    // cells that share bytes would make a small file say much
    if (at + local > end || this.#taken > usable) throw new BrokenPages('a row lies outside its page')
    if (local === size) {
      this.bytes = bytes
      this.view = view
      this.#readHead(at, at + size)
      return
    }
    if (at + local + 4 > end || size > this.#most) throw new BrokenPages(`a row of ${size} bytes`)
    this.#join(at, local, size)
    this.#readHead(0, size)
  }

  /** A row longer than its page, from the pages behind. */
  #join(at: number, local: number, size: number): void {
    const { bytes, view } = this.#pages
    if (this.#joined.length < size) this.#joined = Buffer.allocUnsafeSlow(Math.ceil(1.5 * size))
    const joined = this.#joined
    joined.set(bytes.subarray(at, at + local))
    const perPage = this.#table.usable - 4
    let n = local
    for (let page = view.getUint32(at + local); n < size; ) {
      if (++this.#overflowed > this.#table.pageCount) throw new BrokenPages(`page ${page} belongs to several rows`)
      const from = this.#overflow.at(page)
      const take = Math.min(perPage, size - n)
      joined.set(this.#overflow.bytes.subarray(from + 4, from + 4 + take), n)
      n += take
      page = this.#overflow.view.getUint32(from)
    }
    this.bytes = joined
    this.view = new DataView(joined.buffer)
  }

  #readHead(from: number, end: number): void {
    const { bytes, types, places } = this
    const slots = this.#slots
    types.fill(NULL)
    let at = from
    let head = bytes[at++]
    if (head >= 128) {
      head = ((head & 127) << 7) | bytes[at++]
      if (bytes[at - 1] >= 128) throw new BrokenPages('a row of too many columns')
    }
    const values = from + head
    if (values > end) throw new BrokenPages('the head of a row is longer than the row')
    let place = values
    for (let column = 0; column <= this.#last && at < values; column++) {
      let type = 0
      for (let i = 0; ; i++) {
        const byte = bytes[at++]
        type = type * 128 + (byte & 127)
        if (byte < 128) break
        if (i === 4) throw new BrokenPages('a value is longer than the file')
      }
      const length = type >= 12 ? (type - 12 - (type & 1)) / 2 : LENGTHS[type]
      if (place + length > end) throw new BrokenPages('a value reaches past its row')
      const slot = slots[column]
      if (slot >= 0) {
        types[slot] = type
        places[slot] = place
      }
      place += length
    }
  }

  /** The row's number as readers give it: as text, digit by digit, beyond 2^53. */
  rowNumber(): number | string {
    if (Number.isSafeInteger(this.rowid)) return this.rowid
    return String((BigInt(this.#high) << BigInt(this.#shift)) + BigInt(this.#low))
  }

  /** A number or a text; null for nothing and for bytes. Whole numbers beyond 2^53 as text, digit by digit. */
  value(slot: number): string | number | null {
    const type = this.types[slot]
    const at = this.places[slot]
    const { view } = this
    switch (type) {
      case 1:
        return view.getInt8(at)
      case 2:
        return view.getInt16(at)
      case 3:
        return (view.getInt8(at) << 16) | view.getUint16(at + 1)
      case 4:
        return view.getInt32(at)
      case 5:
        return view.getInt16(at) * 2 ** 32 + view.getUint32(at + 2)
      case 6: {
        const value = view.getBigInt64(at)
        return Number.isSafeInteger(Number(value)) ? Number(value) : String(value)
      }
      case 7:
        return view.getFloat64(at)
      case 8:
        return 0
      case 9:
        return 1
    }
    if (type < 13 || (type & 1) === 0) return null
    return this.bytes.toString('utf8', at, at + (type - 13) / 2)
  }

  /** Length of the bytes of a value that is a blob; −1 for others. */
  blob(slot: number): number {
    const type = this.types[slot]
    return type >= 12 && (type & 1) === 0 ? (type - 12) / 2 : -1
  }

  isNull(slot: number): boolean {
    return this.types[slot] === NULL
  }
}

/** Bytes of serial types 0 to 11; the last two are none. */
const LENGTHS = [0, 1, 2, 3, 4, 6, 8, 8, 0, 0, 0, 0]
