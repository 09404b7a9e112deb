/**
 * What lies in a sealed backup: parts one after another (tables, files), each with its digest, and the manifest at the end, which lists them
 * all. Sizes are not known before a part has been read to its end, so a part is blocks with a length each.
 */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import { Altered } from './backup-seal.ts'

export type PartHead =
  | { readonly kind: 'table'; readonly name: string; readonly columns: readonly string[]; readonly rows: number }
  | { readonly kind: 'file'; readonly name: string }
export type PartEntry = {
  readonly kind: PartHead['kind']
  readonly name: string
  readonly bytes: number
  readonly sha256: string
  readonly rows: number | null
}

/** The end of a backup. `facts`: what the caller wants to find again after a restore (versions, heads of chains). */
export type Manifest = {
  readonly format: 1
  readonly at: string
  readonly server: string // version of PostgreSQL
  readonly database: 'embedded' | 'own'
  readonly migrations: readonly string[] // files that had run
  readonly sequences: readonly { readonly name: string; readonly value: string }[]
  readonly facts: unknown
  readonly parts: readonly PartEntry[]
}

const BLOCK = 1 << 20
const LONGEST_BLOCK = 1 << 26
const compress = promisify(zstdCompress)
const expand = promisify(zstdDecompress)
const [PART, BYTES, SQUEEZED, END, MANIFEST] = [1, 2, 3, 4, 5]

type Sink = { write(bytes: Uint8Array): Promise<void> }

/** Writes parts into a sealed file. Tables are squeezed; files are not: most are encrypted already. */
export class PartWriter {
  readonly #sink: Sink
  readonly #parts: PartEntry[] = []
  constructor(sink: Sink) {
    this.#sink = sink
  }

  async #block(type: number, bytes: Uint8Array): Promise<void> {
    const head = Buffer.alloc(5)
    head[0] = type
    head.writeUInt32BE(bytes.length, 1)
    await this.#sink.write(head)
    await this.#sink.write(bytes)
  }

  async part(
    head: PartHead,
    chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
    onBytes: (bytes: number) => void = () => {},
  ): Promise<PartEntry> {
    await this.#block(PART, Buffer.from(JSON.stringify(head)))
    const digest = createHash('sha256')
    let bytes = 0
    const put = async (block: Uint8Array) => {
      digest.update(block)
      bytes += block.length
      if (head.kind === 'file') await this.#block(BYTES, block)
      else await this.#block(SQUEEZED, await compress(block))
      onBytes(block.length)
    }
    let [waiting, waits]: [Uint8Array[], number] = [[], 0]
    for await (const chunk of chunks) {
      waiting.push(chunk)
      waits += chunk.length
      if (waits < BLOCK) continue
      await put(Buffer.concat(waiting))
      ;[waiting, waits] = [[], 0]
    }
    if (waits > 0) await put(Buffer.concat(waiting))
    const entry: PartEntry = {
      kind: head.kind,
      name: head.name,
      bytes,
      sha256: digest.digest('hex'),
      rows: head.kind === 'table' ? head.rows : null,
    }
    await this.#block(END, Buffer.from(JSON.stringify(entry)))
    this.#parts.push(entry)
    return entry
  }

  async manifest(told: Omit<Manifest, 'format' | 'parts'>): Promise<Manifest> {
    const manifest: Manifest = { format: 1, ...told, parts: this.#parts }
    await this.#block(MANIFEST, Buffer.from(JSON.stringify(manifest)))
    return manifest
  }
}

/** Takes bytes by count from chunks of any size. */
class Taking {
  readonly #chunks: AsyncIterator<Buffer>
  #left: Buffer = Buffer.alloc(0)
  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]()
  }
  /** Null where everything was taken before. */
  async take(bytes: number): Promise<Buffer | null> {
    const parts: Buffer[] = [this.#left]
    let has = this.#left.length
    while (has < bytes) {
      const { value, done } = await this.#chunks.next()
      if (done) break
      parts.push(value)
      has += value.length
    }
    const all = parts.length === 1 ? parts[0] : Buffer.concat(parts)
    if (all.length === 0 && bytes > 0) return null
    if (all.length < bytes) throw new Altered('it ends within a part')
    this.#left = all.subarray(bytes)
    return all.subarray(0, bytes)
  }
}

/**
 * Reads the parts of a backup. `onPart` must take all chunks of its part, or none. Throws `Altered` where a part's digest, or the manifest, is not
 * that of what was read.
 */
export async function readParts(
  pieces: AsyncIterable<Buffer>,
  onPart: (head: PartHead, chunks: AsyncGenerator<Buffer, void, undefined>) => Promise<void>,
): Promise<Manifest> {
  const source = new Taking(pieces)
  const found: PartEntry[] = []
  const block = async () => {
    const head = await source.take(5)
    if (head === null) throw new Altered('it has no manifest')
    const length = head.readUInt32BE(1)
    if (length > LONGEST_BLOCK) throw new Altered('a block is too long')
    return { type: head[0], bytes: (await source.take(length)) ?? Buffer.alloc(0) }
  }
  for (;;) {
    const { type, bytes } = await block()
    if (type === MANIFEST) {
      const manifest = JSON.parse(bytes.toString('utf8')) as Manifest
      if (JSON.stringify(manifest.parts) !== JSON.stringify(found)) throw new Altered('the manifest lists other parts')
      if ((await source.take(1)) !== null) throw new Altered('something follows the manifest')
      return manifest
    }
    if (type !== PART) throw new Altered('a part was expected')
    const head = JSON.parse(bytes.toString('utf8')) as PartHead
    const digest = createHash('sha256')
    let [size, ended]: [number, PartEntry | null] = [0, null]
    const chunks = (async function* () {
      for (;;) {
        const { type, bytes } = await block()
        if (type === END) {
          ended = JSON.parse(bytes.toString('utf8')) as PartEntry
          return
        }
        if (type !== BYTES && type !== SQUEEZED) throw new Altered('bytes of a part were expected')
        const clear = type === SQUEEZED ? await expand(bytes) : bytes
        digest.update(clear)
        size += clear.length
        yield clear
      }
    })()
    await onPart(head, chunks)
    for await (const _ of chunks); // what the caller did not want still has to agree
    const entry = ended as PartEntry | null
    if (entry === null || entry.sha256 !== digest.digest('hex') || entry.bytes !== size || entry.name !== head.name)
      throw new Altered(`part ${head.name} is not what it was`)
    found.push(entry)
  }
}
