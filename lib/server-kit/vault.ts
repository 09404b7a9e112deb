/**
 * What a data folder's keys open: values and files are AES-256-GCM (NIST SP 800-38D), references HMAC-SHA-256 cut to 16 bytes. Where the keys
 * come from, and how they change, is vault-keys.ts.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { type KeyRing, openKeyRing } from './vault-keys.ts'

const NONCE = 12
const TAG = 16
const KEY = 32
const REFERENCE = 16

/** The keys of one holder. `context` goes into the seal: bytes moved to another place do not open there. */
export type CountyKeys = {
  /** By which an exact value is found again without opening any: HMAC-SHA-256 cut to 16 bytes. Stays the same when data keys change. */
  reference(text: string): Buffer
  /** Under the newest data key. */
  encrypt(clear: Uint8Array, context: string): Buffer
  /** Under whichever data key it was sealed. Throws when the bytes were altered, or belong elsewhere. */
  decrypt(sealed: Uint8Array, context: string): Buffer
  /** The same sealed with the newest data key; null when it is already. */
  renew(sealed: Uint8Array, context: string): Buffer | null
}

/** A stored file: content-addressed, encrypted with a key of its own. Without the wrapped key it is erased. */
export type StoredDocument = {
  readonly county: string
  readonly sha256: Buffer
  readonly name: string
  readonly size: number
  readonly wrappedKey: Buffer | null
  readonly storedAt: Date
}
export type Vault = {
  keysOf(county: string): Promise<CountyKeys>
  /** The keys themselves: to change and to destroy them. */
  readonly ring: KeyRing
  /** Where the file of a document lies, whether or not it is there. */
  documentPath(county: string, sha256: string): string
  storeDocument(county: string, path: string, name: string, now: Date): Promise<StoredDocument>
  /** The clear bytes of a stored document. Throws when it was erased or altered. */
  readDocument(document: StoredDocument): Promise<Readable>
  /** Takes away the bytes of a document as it stood before it was erased. */
  removeDocument(document: StoredDocument): Promise<void>
  /** The SHA-256 of the clear bytes of a stored document; 'missing' when its file is gone, 'altered' when file or key do not open. */
  checkDocument(document: StoredDocument): Promise<Buffer | 'missing' | 'altered'>
}

function encrypt(key: Buffer, clear: Uint8Array, context: string): Buffer {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.from(context))
  const body = Buffer.concat([cipher.update(clear), cipher.final()])
  return Buffer.concat([nonce, body, cipher.getAuthTag()])
}

/** Throws when the bytes were altered, or the key or the context is another. */
function decrypt(key: Buffer, sealed: Uint8Array, context: string): Buffer {
  if (sealed.length < NONCE + TAG) throw new Error(`expected at least ${NONCE + TAG} sealed bytes, got ${sealed.length}`)
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, NONCE))
    .setAAD(Buffer.from(context))
    .setAuthTag(sealed.subarray(sealed.length - TAG))
  return Buffer.concat([decipher.update(sealed.subarray(NONCE, sealed.length - TAG)), decipher.final()])
}

/** Opens the keys of a data folder; a folder without any gets a master key. */
export async function openVault(dataDir: string): Promise<Vault> {
  const ring = await openKeyRing(join(dataDir, 'keys'), { encrypt, decrypt })
  const keysOf = async (county: string): Promise<CountyKeys> => {
    const held = await ring.held(county)
    const opened = (sealed: Uint8Array, context: string): { clear: Buffer; age: number } | null => {
      for (const [age, key] of held.data().entries()) {
        try {
          return { clear: decrypt(key, sealed, context), age }
        } catch {
          // sealed under another of the keys, or altered: the next one tells
        }
      }
      return null
    }
    const open = (sealed: Uint8Array, context: string) => {
      // another process may have changed the keys since they were read
      const found = opened(sealed, context) ?? (held.read() ? opened(sealed, context) : null)
      if (!found) throw new Error(`${sealed.length} sealed bytes open with none of the keys of ${county}`)
      return found
    }
    return {
      reference: (text) => createHmac('sha256', held.lookup()).update(text).digest().subarray(0, REFERENCE),
      encrypt: (clear, context) => encrypt(held.newest(), clear, context),
      decrypt: (sealed, context) => open(sealed, context).clear,
      renew: (sealed, context) => {
        const newest = held.newest()
        const { clear, age } = open(sealed, context)
        return age === 0 ? null : encrypt(newest, clear, context)
      },
    }
  }
  const documentPath = (county: string, sha256: string) => join(dataDir, 'store', county, sha256.slice(0, 2), sha256)

  return {
    keysOf,
    ring,
    documentPath,
    async storeDocument(county, path, name, now) {
      const folder = join(dataDir, 'store', county)
      await mkdir(folder, { recursive: true, mode: 0o700 })
      const temporary = join(folder, `${randomBytes(8).toString('hex')}.new`)
      const key = randomBytes(KEY)
      try {
        const { sha256, size } = await sealFile(path, temporary, key)
        const hex = sha256.toString('hex')
        const to = documentPath(county, hex)
        await mkdir(dirname(to), { recursive: true, mode: 0o700 })
        await rename(temporary, `${to}.${sha256Key(key)}`)
        const wrappedKey = (await keysOf(county)).encrypt(key, `document ${hex}`)
        return { county, sha256, name, size, wrappedKey, storedAt: now }
      } finally {
        await rm(temporary, { force: true })
      }
    },
    async readDocument(document) {
      const { path, key } = await place(document)
      const whole = await readFile(path)
      return Readable.from([decrypt(key, whole, '')])
    },
    async removeDocument(document) {
      if (document.wrappedKey) await rm((await place(document)).path, { force: true })
    },
    async checkDocument(document) {
      if (!document.wrappedKey) return 'missing'
      try {
        const { path, key } = await place(document)
        return await clearDigest(path, key)
      } catch (cause) {
        return (cause as NodeJS.ErrnoException).code === 'ENOENT' ? 'missing' : 'altered'
      }
    },
  }

  async function place(document: StoredDocument) {
    if (!document.wrappedKey) throw new Error(`document ${document.sha256.toString('hex')} was erased`)
    const hex = document.sha256.toString('hex')
    const key = (await keysOf(document.county)).decrypt(document.wrappedKey, `document ${hex}`)
    return { path: `${documentPath(document.county, hex)}.${sha256Key(key)}`, key }
  }
}

/** A file is named by its content and by its key, so that storing the same content again never touches the first file. */
const sha256Key = (key: Buffer) => createHash('sha256').update(key).digest('hex').slice(0, 12)

const BLOCK = 1 << 20

/** Encrypts a file into another in one reading, which also gives the digest of the clear bytes and how many they were. */
async function sealFile(path: string, to: string, key: Buffer): Promise<{ sha256: Buffer; size: number }> {
  const nonce = randomBytes(NONCE)
  const cipher = createCipheriv('aes-256-gcm', key, nonce)
  const digest = createHash('sha256')
  const from = await open(path)
  try {
    const into = await open(to, 'w', 0o600)
    try {
      await into.writeFile(nonce)
      const block = Buffer.allocUnsafeSlow(BLOCK)
      let size = 0
      for (;;) {
        const { bytesRead } = await from.read(block, 0, BLOCK, null)
        if (bytesRead === 0) break
        const clear = block.subarray(0, bytesRead)
        digest.update(clear)
        await into.writeFile(cipher.update(clear))
        size += bytesRead
      }
      await into.writeFile(Buffer.concat([cipher.final(), cipher.getAuthTag()]))
      await into.sync()
      return { sha256: digest.digest(), size }
    } finally {
      await into.close()
    }
  } finally {
    await from.close()
  }
}

async function clearDigest(path: string, key: Buffer): Promise<Buffer> {
  const file = await open(path)
  try {
    const { size } = await file.stat()
    const nonce = Buffer.alloc(NONCE)
    const tag = Buffer.alloc(TAG)
    await file.read(nonce, 0, NONCE, 0)
    await file.read(tag, 0, TAG, size - TAG)
    const decipher = createDecipheriv('aes-256-gcm', key, nonce).setAAD(Buffer.alloc(0)).setAuthTag(tag)
    const digest = createHash('sha256')
    if (size > NONCE + TAG) {
      for await (const chunk of createReadStream(path, { start: NONCE, end: size - TAG - 1 }) as AsyncIterable<Buffer>)
        digest.update(decipher.update(chunk))
    }
    digest.update(decipher.final())
    return digest.digest()
  } finally {
    await file.close()
  }
}
