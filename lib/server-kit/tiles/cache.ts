/** Tiles that were made, kept up to a number of bytes; those not asked for longest go first. */
export class TileCache {
  readonly #most: number
  readonly #tiles = new Map<string, Uint8Array>()
  #bytes = 0

  constructor(mostBytes: number) {
    this.#most = mostBytes
  }

  get bytes(): number {
    return this.#bytes
  }

  /** The tile of a key, made once however many ask for it at one time; a making that fails is forgotten. */
  async get(key: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const kept = this.#tiles.get(key)
    if (kept) {
      this.#tiles.delete(key)
      this.#tiles.set(key, kept)
      return kept
    }
    const under = this.#making.get(key) ?? this.#begin(key, make)
    return under
  }

  readonly #making = new Map<string, Promise<Uint8Array>>()

  async #begin(key: string, make: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const making = make()
    this.#making.set(key, making)
    try {
      const tile = await making
      this.#keep(key, tile)
      return tile
    } finally {
      this.#making.delete(key)
    }
  }

  #keep(key: string, tile: Uint8Array): void {
    // an empty tile still costs its key
    this.#tiles.set(key, tile)
    this.#bytes += tile.length + key.length
    for (const [oldest, bytes] of this.#tiles) {
      if (this.#bytes <= this.#most) return
      this.#tiles.delete(oldest)
      this.#bytes -= bytes.length + oldest.length
    }
  }
}
