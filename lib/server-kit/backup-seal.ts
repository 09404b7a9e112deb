/**
 * One encrypted file, written and read as a stream: a readable head that says how its key is found, then pieces under AES-256-GCM
 * (NIST SP 800-38D). The pieces are counted and the last one is marked in their nonces (the STREAM construction of Hoang, Reyhanitabar,
 * Rogaway and Vizár, 2015), and the head goes into the seal of each: a file that was cut, joined anew, turned round or altered in one bit
 * does not open.
 */
import {
  argon2,
  createCipheriv,
  createDecipheriv,
  createHash,
  createPrivateKey,
  createPublicKey,
  diffieHellman,
  generateKeyPairSync,
  hkdfSync,
  type KeyObject,
  randomBytes,
} from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'
import { accept, type Refusal, type Result, refuse } from '@dishu/base/refusal'

export type SealRefusal =
  | Refusal<'backup/not-a-backup', { readonly file: string }>
  | Refusal<'backup/wrong-key', { readonly file: string; readonly needs: 'passphrase' | 'key'; readonly recipient: string | null }>
  | Refusal<'backup/altered', { readonly file: string; readonly reason: string }>

/** By what a file is sealed: words that a person keeps, or an office's public key (then the machine that writes cannot read). */
export type Lock = { readonly passphrase: string } | { readonly publicKey: string }
/** By what it is opened: the same words, or the private key (PEM). */
export type Opener = { readonly passphrase: string } | { readonly privateKey: string }

const MAGIC = Buffer.from('DISHUBK1')
const TAG = 16
const PIECE = 1 << 20
const LONGEST_HEAD = 4096
/** 64 MiB, three passes: the second recommended choice of RFC 9106 with one lane. About 0.2 s. */
const COST = { memory: 65_536, passes: 3, parallelism: 1 } as const

type Head =
  | { readonly piece: number; readonly by: 'passphrase'; readonly salt: string; readonly memory: number; readonly passes: number }
  | { readonly piece: number; readonly by: 'key'; readonly recipient: string; readonly ephemeral: string }

const spent = (password: string, nonce: Buffer, memory: number, passes: number) =>
  new Promise<Buffer>((done, fail) =>
    argon2(
      'argon2id',
      { message: password.normalize('NFKC'), nonce, parallelism: COST.parallelism, tagLength: 32, memory, passes },
      (fault, tag) => (fault ? fail(fault) : done(tag)),
    ),
  )

const derived = (secret: Buffer, salt: Buffer) => Buffer.from(hkdfSync('sha256', secret, salt, 'dishu backup 1', 32))
const rawOf = (key: KeyObject) => (key.export({ type: 'spki', format: 'der' }) as Buffer).subarray(-32)
const keyFromRaw = (raw: Buffer) => createPublicKey({ key: { kty: 'OKP', crv: 'X25519', x: raw.toString('base64url') }, format: 'jwk' })

/** The first 16 hexadecimal digits of the SHA-256 of a public X25519 key: what a head names its recipient by. */
export const recipientOf = (publicKey: string) =>
  createHash('sha256')
    .update(rawOf(createPublicKey(publicKey)))
    .digest('hex')
    .slice(0, 16)

/** An office's key pair, PEM both; the private half is under a passphrase where one is given, and never stays on the machine. */
export function newBackupKey(passphrase: string | null): { readonly publicKey: string; readonly privateKey: string } {
  const { publicKey, privateKey } = generateKeyPairSync('x25519')
  return {
    publicKey: publicKey.export({ type: 'spki', format: 'pem' }).toString(),
    privateKey: privateKey
      .export({ type: 'pkcs8', format: 'pem', ...(passphrase === null ? {} : { cipher: 'aes-256-cbc', passphrase }) })
      .toString(),
  }
}

/** The private key of a file, out of its passphrase where it lies under one. Throws for a text that is no key. */
export function opensWith(pem: string, passphrase: string | null): Opener {
  const key = createPrivateKey({ key: pem, ...(passphrase === null ? {} : { passphrase }) })
  return { privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString() }
}

async function lockedBy(lock: Lock): Promise<{ readonly head: Head; readonly key: Buffer }> {
  if ('passphrase' in lock) {
    const salt = randomBytes(16)
    const key = derived(await spent(lock.passphrase, salt, COST.memory, COST.passes), salt)
    return { head: { piece: PIECE, by: 'passphrase', salt: salt.toString('base64'), memory: COST.memory, passes: COST.passes }, key }
  }
  const recipient = createPublicKey(lock.publicKey)
  const own = generateKeyPairSync('x25519')
  const ephemeral = rawOf(own.publicKey)
  const shared = diffieHellman({ privateKey: own.privateKey, publicKey: recipient })
  const key = derived(shared, Buffer.concat([ephemeral, rawOf(recipient)]))
  return { head: { piece: PIECE, by: 'key', recipient: recipientOf(lock.publicKey), ephemeral: ephemeral.toString('base64') }, key }
}

/** Null where the opener is of another kind, or another key. */
async function keyFor(head: Head, opener: Opener): Promise<Buffer | null> {
  if (head.by === 'passphrase') {
    if (!('passphrase' in opener)) return null
    const salt = Buffer.from(head.salt, 'base64')
    return derived(await spent(opener.passphrase, salt, head.memory, head.passes), salt)
  }
  if (!('privateKey' in opener)) return null
  const own = createPrivateKey(opener.privateKey)
  const open = createPublicKey(own)
  const pem = open.export({ type: 'spki', format: 'pem' }).toString()
  if (open.asymmetricKeyType !== 'x25519' || recipientOf(pem) !== head.recipient) return null
  const ephemeral = Buffer.from(head.ephemeral, 'base64')
  const shared = diffieHellman({ privateKey: own, publicKey: keyFromRaw(ephemeral) })
  return derived(shared, Buffer.concat([ephemeral, rawOf(open)]))
}

/** Eleven bytes that count, and one that says whether this is the last piece. The key is used for one file only. */
function nonceOf(piece: number, last: boolean): Buffer {
  const nonce = Buffer.alloc(12)
  nonce.writeUIntBE(piece, 5, 6)
  nonce[11] = last ? 1 : 0
  return nonce
}

const headBytes = (head: Head) => {
  const text = Buffer.from(JSON.stringify(head))
  const length = Buffer.alloc(4)
  length.writeUInt32BE(text.length)
  return Buffer.concat([MAGIC, length, text])
}

/** Seals what is given into `file`, from where it stands; gives the number of bytes written. `write` copies what it takes. */
export async function sealInto(file: FileHandle, lock: Lock): Promise<{ write(bytes: Uint8Array): Promise<void>; end(): Promise<number> }> {
  const { head, key } = await lockedBy(lock)
  const start = headBytes(head)
  const bound = createHash('sha256').update(start).digest()
  await file.writeFile(start)
  const piece = Buffer.allocUnsafeSlow(PIECE)
  let [filled, count, written] = [0, 0, start.length]
  const flush = async (last: boolean) => {
    const cipher = createCipheriv('aes-256-gcm', key, nonceOf(count++, last)).setAAD(bound)
    const sealed = Buffer.concat([cipher.update(piece.subarray(0, filled)), cipher.final(), cipher.getAuthTag()])
    await file.writeFile(sealed)
    written += sealed.length
    filled = 0
  }
  return {
    async write(bytes) {
      for (let at = 0; at < bytes.length; ) {
        // a full piece waits for one more byte: only then it is known not to be the last
        if (filled === PIECE) await flush(false)
        const taken = Math.min(PIECE - filled, bytes.length - at)
        piece.set(bytes.subarray(at, at + taken), filled)
        filled += taken
        at += taken
      }
    },
    async end() {
      await flush(true)
      return written
    },
  }
}

function headFrom(text: string): Head | null {
  let said: { readonly [name in 'piece' | 'by' | 'salt' | 'memory' | 'passes' | 'recipient' | 'ephemeral']?: unknown }
  try {
    said = JSON.parse(text) as typeof said
  } catch {
    return null
  }
  const { piece, by, salt, memory, passes, recipient, ephemeral } = said
  if (piece !== PIECE) return null
  if (by === 'passphrase') {
    if (typeof salt !== 'string' || typeof memory !== 'number' || typeof passes !== 'number') return null
    // what a stranger's head may make us spend is bounded
    return memory >= 8 && memory <= 1_048_576 && passes >= 1 && passes <= 16 ? { piece, by, salt, memory, passes } : null
  }
  if (by !== 'key' || typeof recipient !== 'string' || typeof ephemeral !== 'string') return null
  return Buffer.from(ephemeral, 'base64').length === 32 ? { piece, by, recipient, ephemeral } : null
}

/** What is wrong with a sealed file, found while it is read. */
export class Altered extends Error {}

/**
 * Opens a sealed file. The pieces come one after the other as they open, and `Altered` is thrown at the first that does not, or where the
 * last is missing; a wrong key or passphrase is told by the first piece, before anything is given.
 */
export async function openSealed(
  file: FileHandle,
  name: string,
  opener: Opener,
): Promise<Result<AsyncGenerator<Buffer, void, undefined>, SealRefusal>> {
  const { size } = await file.stat()
  const start = Buffer.alloc(Math.min(size, MAGIC.length + 4))
  await file.read(start, 0, start.length, 0)
  const length = start.length === MAGIC.length + 4 ? start.readUInt32BE(MAGIC.length) : 0
  if (!start.subarray(0, MAGIC.length).equals(MAGIC) || length === 0 || length > LONGEST_HEAD)
    return refuse('backup/not-a-backup', { file: name })
  const text = Buffer.alloc(length)
  await file.read(text, 0, length, start.length)
  const head = headFrom(text.toString('utf8'))
  if (head === null) return refuse('backup/not-a-backup', { file: name })
  const wrong = () => refuse('backup/wrong-key', { file: name, needs: head.by, recipient: head.by === 'key' ? head.recipient : null })
  const key = await keyFor(head, opener).catch(() => null)
  if (key === null) return wrong()
  const bound = createHash('sha256').update(start).update(text).digest()
  const first = start.length + length
  const pieceAt = async (index: number): Promise<{ clear: Buffer; last: boolean }> => {
    const at = first + index * (PIECE + TAG)
    const sealed = Buffer.allocUnsafeSlow(Math.max(0, Math.min(PIECE + TAG, size - at)))
    if (sealed.length < TAG) throw new Altered('it ends too early')
    await file.read(sealed, 0, sealed.length, at)
    const last = at + sealed.length === size
    const decipher = createDecipheriv('aes-256-gcm', key, nonceOf(index, last)).setAAD(bound)
    decipher.setAuthTag(sealed.subarray(sealed.length - TAG))
    try {
      return { clear: Buffer.concat([decipher.update(sealed.subarray(0, sealed.length - TAG)), decipher.final()]), last }
    } catch {
      throw new Altered(`piece ${index + 1} does not open`)
    }
  }
  const opened = await pieceAt(0).catch((cause: unknown) => {
    if (cause instanceof Altered) return null
    throw cause
  })
  // a wrong passphrase cannot be told from an altered first piece, and is far more usual
  if (opened === null) return head.by === 'passphrase' ? wrong() : refuse('backup/altered', { file: name, reason: 'piece 1 does not open' })
  return accept(
    (async function* () {
      for (let index = 0, { clear, last } = opened; ; { clear, last } = await pieceAt(++index)) {
        if (clear.length > 0) yield clear
        if (last) return
      }
    })(),
  )
}
