/**
 * The data folder's own signature: Ed25519 (RFC 8032). The private key lies beside the other keys and signs heads and approvals; whoever
 * holds the public key, or its fingerprint on paper, checks them anywhere.
 */
import { createHash, createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

export type Signer = {
  readonly publicKey: string // PEM
  readonly fingerprint: string // SHA-256 of the key's DER form, in hex
  sign(bytes: Uint8Array): string // base64
}

const derOf = (key: KeyObject) => key.export({ type: 'spki', format: 'der' })
const fingerprintOfKey = (key: KeyObject) => createHash('sha256').update(derOf(key)).digest('hex')

/** Opens the signing key of a data folder; a folder without one gets it. */
export async function openSigner(dataDir: string): Promise<Signer> {
  const file = join(dataDir, 'keys', 'seal.pem')
  if (!existsSync(file)) {
    await mkdir(join(dataDir, 'keys'), { recursive: true, mode: 0o700 })
    const made = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' })
    await writeFile(file, made, { mode: 0o600, flag: 'wx', flush: true }).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EEXIST') throw cause // another process was first: its key it is
    })
  }
  const key = createPrivateKey(await readFile(file))
  const open = createPublicKey(key)
  return {
    publicKey: open.export({ type: 'spki', format: 'pem' }).toString(),
    fingerprint: fingerprintOfKey(open),
    sign: (bytes) => sign(null, bytes, key).toString('base64'),
  }
}

/** Whether `signature` is the key's over `bytes`; a text that is no key signs nothing. */
export function signatureHolds(publicKey: string, bytes: Uint8Array, signature: string): boolean {
  try {
    const key = createPublicKey(publicKey)
    return key.asymmetricKeyType === 'ed25519' && verify(null, bytes, key, Buffer.from(signature, 'base64'))
  } catch {
    return false
  }
}

/** SHA-256 of a public key's DER form, in hex; null for a text that is no key. */
export function fingerprintOf(publicKey: string): string | null {
  try {
    return fingerprintOfKey(createPublicKey(publicKey))
  } catch {
    return null
  }
}
