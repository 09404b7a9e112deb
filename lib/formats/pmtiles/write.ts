/** Writes a PMTiles archive in one pass: tiles as they come, the directories behind them, the header last. */
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { FileSink } from '../write/sink.ts'
import { type Entry, HEADER_BYTES, ROOT_BYTES, tileId, writeDirectory, writeHeader } from './pmtiles.ts'

export type PmtilesFacts = {
  readonly zooms: readonly [least: number, most: number]
  readonly bounds: readonly [west: number, south: number, east: number, north: number]
  /** Name, vector_layers and whatever else describes the tiles. */
  readonly metadata: Readonly<Record<string, unknown>>
}

const LEAF_ENTRIES = 4096

export class PmtilesWriter {
  readonly #sink: FileSink
  readonly #entries: Entry[] = []
  readonly #known = new Map<string, { readonly offset: number; readonly length: number }>()
  #addressed = 0
  #bytes = 0
  #inOrder = true

  private constructor(sink: FileSink) {
    this.#sink = sink
    // header and root come at the end, into this room
    sink.append(new Uint8Array(HEADER_BYTES + ROOT_BYTES))
  }

  static async create(path: string): Promise<PmtilesWriter> {
    return new PmtilesWriter(await FileSink.create(path))
  }

  /** A tile packed with gzip. Tiles by growing number make an archive that reads well over a network. */
  async add(z: number, x: number, y: number, packed: Uint8Array): Promise<void> {
    if (packed.length === 0) return
    const id = tileId(z, x, y)
    const before = this.#entries.at(-1)
    if (before && id < before.id + before.run) this.#inOrder = false
    this.#addressed++
    const digest = createHash('sha256').update(packed).digest('base64')
    const known = this.#known.get(digest)
    const at = known ?? { offset: this.#bytes, length: packed.length }
    if (!known) {
      this.#known.set(digest, at)
      this.#sink.append(packed)
      this.#bytes += packed.length
      if (this.#sink.isFull) await this.#sink.settle()
    }
    if (before && this.#inOrder && id === before.id + before.run && before.offset === at.offset)
      this.#entries[this.#entries.length - 1] = { ...before, run: before.run + 1 }
    else this.#entries.push({ id, ...at, run: 1 })
  }

  async finish({ zooms, bounds, metadata }: PmtilesFacts): Promise<{ readonly tiles: number; readonly bytes: number }> {
    const sink = this.#sink
    const entries = [...this.#entries].sort((a, b) => a.id - b.id)
    const start = HEADER_BYTES + ROOT_BYTES
    const leavesAt = sink.length
    let root = gzipSync(writeDirectory(entries))
    let leafBytes = 0
    for (let each = LEAF_ENTRIES; root.length > ROOT_BYTES; each *= 2) {
      const leaves: Entry[] = []
      const packed: Uint8Array[] = []
      leafBytes = 0
      for (let i = 0; i < entries.length; i += each) {
        const leaf = gzipSync(writeDirectory(entries.slice(i, i + each)))
        leaves.push({ id: entries[i].id, offset: leafBytes, length: leaf.length, run: 0 })
        packed.push(leaf)
        leafBytes += leaf.length
      }
      root = gzipSync(writeDirectory(leaves))
      if (root.length <= ROOT_BYTES) for (const leaf of packed) sink.append(leaf)
    }
    const metadataAt = sink.length
    const described = gzipSync(JSON.stringify(metadata))
    sink.append(described)
    const header = writeHeader({
      rootLength: root.length,
      metadata: { offset: metadataAt, length: described.length },
      leaves: { offset: leavesAt, length: leafBytes },
      tiles: { offset: start, length: this.#bytes },
      addressed: this.#addressed,
      entries: entries.length,
      contents: this.#known.size,
      clustered: this.#inOrder,
      zooms,
      bounds,
    })
    await sink.patch(header, 0)
    await sink.patch(root, HEADER_BYTES)
    const bytes = sink.length
    await sink.close()
    return { tiles: this.#addressed, bytes }
  }

  /** Removes what was begun. */
  abandon(): Promise<void> {
    return this.#sink.abandon()
  }
}
