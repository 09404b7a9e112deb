/** What is known of the counties of an import while its rows are staged: their present rows, their staged files, their sources. */
import { createHash } from 'node:crypto'
import { appendFileSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Db } from '@dishu/server-kit/sql'
import type { CountyKeys, Vault } from '@dishu/server-kit/vault'
import { readHead } from '../records/records.store.ts'
import type { Content, Kind, SourceFile } from '../records/records.ts'
import { seal } from '../sealed/sealed.ts'
import { PresentRows } from './compare.jobs.ts'
import type { OpenLayer } from './layers.jobs.ts'
import { StagedRows } from './staging.jobs.ts'

/** Where a key stood first in this import, and a mark of what it said. */
export type SeenKey = { readonly row: number; readonly mark: number }

/** What is known of one county while its rows are staged. */
export type CountyState = {
  readonly county: string
  readonly keys: CountyKeys
  readonly present: Map<string, PresentRows>
  readonly files: Map<string, StagedRows>
  readonly sources: SourceFile[]
  readonly sourceOf: Map<OpenLayer, number> // place in `sources`, of the layers it is open for
  readonly keysInFile: Map<string, Map<string, SeenKey>> // by kind
  readonly unmatched: {
    readonly kind: Kind
    readonly place: number
    readonly content: Content
    readonly layer: OpenLayer
    readonly row: number
  }[]
  readonly counts: Map<string, { added: number; changed: number; ended: number }>
  readonly sealedRefs: Set<string>
  readonly remarked: Map<string, string[]> // by kind: keys of rows that the rules say something of
  readonly base: number
}

const LINES_AT_ONCE = 5000

export class Counties {
  readonly byCode = new Map<string, CountyState>()
  private readonly vault: Vault
  private readonly staged: string
  private readonly digests = new Map<string, { size: number; sha256: string }>()
  private sealedLines: string[] = []

  /** `staged`: the folder of the staged rows. */
  constructor(vault: Vault, staged: string) {
    this.vault = vault
    this.staged = staged
  }

  close(): void {
    for (const { files } of this.byCode.values()) for (const file of files.values()) file.close()
  }

  /** Writes down the sealed values that are not yet in their file. */
  flush(): void {
    if (this.sealedLines.length > 0) appendFileSync(join(this.staged, 'sealed.jsonl'), this.sealedLines.join(''), { mode: 0o600 })
    this.sealedLines = []
  }

  /** The county, where it is open for rows of this layer. */
  opened(county: string, open: OpenLayer): CountyState | null {
    const state = this.byCode.get(county)
    return state?.sourceOf.has(open) ? state : null
  }

  /** Opens a county for the rows of a layer: what of the layer's kinds it has, and the layer's file among its sources. Null for no code of a county. */
  async open(db: Db, county: string, layer: OpenLayer): Promise<CountyState | null> {
    if (!/^\d{6}$/.test(county)) return null
    let state = this.byCode.get(county)
    if (!state) {
      state = {
        county,
        keys: await this.vault.keysOf(county),
        present: new Map(),
        files: new Map(),
        sources: [],
        sourceOf: new Map(),
        keysInFile: new Map(),
        unmatched: [],
        counts: new Map(),
        sealedRefs: new Set(),
        remarked: new Map(),
        base: (await readHead(db, county)).rev,
      }
      this.byCode.set(county, state)
    }
    for (const kind of layer.standard?.kinds ?? [])
      if (!state.present.has(kind.name)) state.present.set(kind.name, await PresentRows.load(db, county, kind))
    state.sourceOf.set(layer, await this.sourceOf(state, layer))
    return state
  }

  sealValues(state: CountyState, personal: Readonly<Record<string, string | null>>) {
    const { values, rows } = seal(state.keys, personal)
    for (const { ref, field, cipher } of rows) {
      const hex = Buffer.from(ref).toString('hex')
      if (state.sealedRefs.has(hex)) continue
      state.sealedRefs.add(hex)
      this.sealedLines.push(
        `${JSON.stringify({ county: state.county, ref: hex, field, cipher: Buffer.from(cipher).toString('base64') })}\n`,
      )
    }
    if (this.sealedLines.length > LINES_AT_ONCE) this.flush()
    return values
  }

  fileOf(state: CountyState, kind: Kind): StagedRows {
    return obtain(state.files, kind.name, () => new StagedRows(join(this.staged, `${state.county}.${kind.name}.rows`)))
  }
  count(state: CountyState, kind: Kind) {
    return obtain(state.counts, kind.name, () => ({ added: 0, changed: 0, ended: 0 }))
  }

  /** The place of the layer's file in the county's list of sources. */
  private async sourceOf(state: CountyState, open: OpenLayer): Promise<number> {
    const file = basename(open.group.path)
    const found = state.sources.findIndex((each) => each.file === file && each.layer === open.layer.name)
    if (found >= 0) return found
    for (const path of [open.group.path, ...open.group.members]) {
      const { size, sha256 } = await this.digestOf(path)
      const entry = { file: basename(path), layer: path === open.group.path ? open.layer.name : '', size, sha256 }
      if (path === open.group.path || !state.sources.some((each) => each.file === entry.file && each.sha256 === sha256))
        state.sources.push(entry)
    }
    return state.sources.findIndex((each) => each.file === file && each.layer === open.layer.name)
  }

  private async digestOf(path: string) {
    let known = this.digests.get(path)
    if (!known) {
      known = await digestOfFile(path)
      this.digests.set(path, known)
    }
    return known
  }
}

async function digestOfFile(path: string): Promise<{ size: number; sha256: string }> {
  const hash = createHash('sha256')
  const file = await open(path, 'r')
  try {
    const block = Buffer.allocUnsafeSlow(1 << 20)
    let size = 0
    for (;;) {
      const { bytesRead } = await file.read(block, 0, block.length, size)
      if (bytesRead === 0) return { size, sha256: hash.digest('hex') }
      hash.update(bytesRead === block.length ? block : block.subarray(0, bytesRead))
      size += bytesRead
    }
  } finally {
    await file.close()
  }
}

/** The value of a key, made where there is none yet. */
export function obtain<Key, Value>(from: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = from.get(key)
  if (found !== undefined) return found
  const made = make()
  from.set(key, made)
  return made
}
