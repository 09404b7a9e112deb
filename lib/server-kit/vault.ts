/**
 * Keys and what they open. They lie in the data folder, never in the database: a master key, and for each holder (a county) a data key
 * and a lookup key wrapped by it. Values and files are AES-256-GCM (NIST SP 800-38D); references are HMAC-SHA-256 cut to 16 bytes.
 */
import { createCipheriv, createDecipheriv, createHash, createHmac, randomBytes } from 'node:crypto'
import { createReadStream, existsSync } from 'node:fs'
import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'

const NONCE = 12
const TAG = 16
const KEY = 32
const REFERENCE = 16

/** The keys of one holder. `context` goes into the seal: bytes moved to another place do not open there. */
export type CountyKeys = {
  /** By which an exact value is found again without opening any: HMAC-SHA-256 cut to 16 bytes. */
  reference(text: string): Buffer
  encrypt(clear: Uint8Array, context: string): Buffer
  /** Throws when the bytes were altered, or belong elsewhere. */
  decrypt(sealed: Uint8Array, context: string): Buffer
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
  /** Where the file of a document lies, whether or not it is there. */
  documentPath(county: string, sha256: string): string
  storeDocument(county: string, path: string, name: string, now: Date): Promise<StoredDocument>
  /** The clear bytes of a stored document. Throws when it was erased or altered. */
  readDocument(document: StoredDocument): Promise<Readable>
  /** The SHA-256 of the clear bytes of a stored document; 'missing' when its file is gone, 'altered' when file or key do not open. */
  checkDocument(document: StoredDocument): Promise<Buffer | 'missing' | 'altered'>
}

/** Writes through a temporary file and a rename, so that a power cut leaves either the old file or the new one. */
async function writeDurably(path: string, bytes: string | Uint8Array): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${process.pid}.new`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(bytes)
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
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
  const masterPath = join(dataDir, 'keys', 'master.key')
  if (!existsSync(masterPath)) await writeDurably(masterPath, randomBytes(KEY).toString('hex'))
  const master = Buffer.from((await readFile(masterPath, 'utf8')).trim(), 'hex')
  if (master.length !== KEY) throw new Error(`expected a key of ${KEY} bytes in ${masterPath}`)

  const known = new Map<string, Promise<CountyKeys>>()
  const readKeys = async (county: string): Promise<CountyKeys> => {
    const path = join(dataDir, 'keys', `${county}.json`)
    if (!existsSync(path)) {
      const made = { data: randomBytes(KEY), lookup: randomBytes(KEY) }
      const wrapped = {
        data: encrypt(master, made.data, `${county} data`).toString('base64'),
        lookup: encrypt(master, made.lookup, `${county} lookup`).toString('base64'),
      }
      await writeDurably(path, JSON.stringify(wrapped))
    }
    const wrapped = JSON.parse(await readFile(path, 'utf8')) as { data: string; lookup: string }
    const data = decrypt(master, Buffer.from(wrapped.data, 'base64'), `${county} data`)
    const lookup = decrypt(master, Buffer.from(wrapped.lookup, 'base64'), `${county} lookup`)
    return {
      reference: (text) => createHmac('sha256', lookup).update(text).digest().subarray(0, REFERENCE),
      encrypt: (clear, context) => encrypt(data, clear, context),
      decrypt: (sealed, context) => decrypt(data, sealed, context),
    }
  }
  const keysOf = (county: string) => {
    let keys = known.get(county)
    if (!keys) {
      keys = readKeys(county)
      known.set(county, keys)
      keys.catch(() => known.delete(county))
    }
    return keys
  }
  const documentPath = (county: string, sha256: string) => join(dataDir, 'store', county, sha256.slice(0, 2), sha256)

  return {
    keysOf,
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
