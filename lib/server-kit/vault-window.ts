/**
 * A stored file read in pieces. AES-GCM is counter mode with a seal over the whole (NIST SP 800-38D, 6.5): any block can be opened by its counter.
 * What is read this way is not checked against the seal; whoever must be sure checks the whole file first (`checkDocument`).
 */
import { createDecipheriv, createHash } from 'node:crypto'
import { open } from 'node:fs/promises'
import type { StoredDocument, Vault } from './vault.ts'

export type DocumentWindow = {
  readonly size: number
  /** The clear bytes from a place on, fewer where the file ends. */
  read(offset: number, length: number): Promise<Uint8Array>
  close(): Promise<void>
}

const NONCE = 12
const TAG = 16
const BLOCK = 16
const FIRST_COUNTER = 2 // 1 is the seal's own

/** Opens a document of the content store. A fault where it was erased or its file is gone. */
export async function openDocumentWindow(vault: Vault, document: StoredDocument): Promise<DocumentWindow> {
  const hex = document.sha256.toString('hex')
  if (!document.wrappedKey) throw new Error(`document ${hex} was erased`)
  const key = (await vault.keysOf(document.county)).decrypt(document.wrappedKey, `document ${hex}`)
  const named = createHash('sha256').update(key).digest('hex').slice(0, 12)
  const file = await open(`${vault.documentPath(document.county, hex)}.${named}`)
  const nonce = Buffer.alloc(NONCE)
  await file.read(nonce, 0, NONCE, 0)
  const size = (await file.stat()).size - NONCE - TAG
  return {
    size,
    async read(offset, length) {
      const from = Math.max(0, offset)
      const end = Math.min(size, offset + length)
      if (end <= from) return new Uint8Array(0)
      const block = Math.floor(from / BLOCK)
      const sealed = Buffer.allocUnsafe(end - block * BLOCK)
      const { bytesRead } = await file.read(sealed, 0, sealed.length, NONCE + block * BLOCK)
      if (bytesRead !== sealed.length) throw new Error(`expected ${sealed.length} bytes of document ${hex}, got ${bytesRead}`)
      const counter = Buffer.alloc(BLOCK)
      nonce.copy(counter)
      counter.writeUInt32BE(FIRST_COUNTER + block, NONCE)
      // a copy of its own: callers lay typed arrays over what they get
      return Uint8Array.from(
        createDecipheriv('aes-256-ctr', key, counter)
          .update(sealed)
          .subarray(from - block * BLOCK),
      )
    },
    close: () => file.close(),
  }
}
