/** What the commands about backups share: by what a backup is sealed or opened, and how far one has come. */
import { readFile } from 'node:fs/promises'
import { Refused } from '@dishu/base/refusal'
import type { BackupProgress } from '@dishu/server-kit/backup'
import { type Lock, type Opener, opensWith } from '@dishu/server-kit/backup-seal'
import { progressLine } from './terminal.ts'

export const OPENER = {
  'passphrase-file': { type: 'string' },
  'key-file': { type: 'string' },
  'key-passphrase-file': { type: 'string' },
} as const
export type OpenerWords = { readonly [name in keyof typeof OPENER]?: string | undefined }

const LEAST_LETTERS = 12

/** The first line of a file: an editor ends it with a line break, which belongs to nobody's passphrase. */
const firstLine = async (file: string) => (await readFile(file, 'utf8')).split(/\r?\n/, 1)[0]

export async function lockOf(
  words: { readonly 'passphrase-file'?: string | undefined; readonly key?: string | undefined },
  usual: string | null,
): Promise<Lock> {
  if (words['passphrase-file'] !== undefined) {
    const passphrase = await firstLine(words['passphrase-file'])
    const letters = [...passphrase].length
    if (letters < LEAST_LETTERS) throw new Refused({ code: 'backup/short-passphrase', details: { letters, least: LEAST_LETTERS } })
    return { passphrase }
  }
  const publicKey = words.key === undefined ? usual : await readFile(words.key, 'utf8')
  if (publicKey === null) throw new Refused({ code: 'backup/no-key', details: null })
  return { publicKey }
}

export async function openerOf(words: OpenerWords): Promise<Opener> {
  if (words['passphrase-file'] !== undefined) return { passphrase: await firstLine(words['passphrase-file']) }
  if (words['key-file'] === undefined) throw new Refused({ code: 'backup/no-key', details: null })
  const passphrase = words['key-passphrase-file'] === undefined ? null : await firstLine(words['key-passphrase-file'])
  return opensWith(await readFile(words['key-file'], 'utf8'), passphrase)
}

export function backupProgress(): { readonly report: BackupProgress; end(): void } {
  const line = progressLine()
  return {
    report: ({ phase, name, bytes }) => line.show(`${phase} ${name} ${(bytes / 1_048_576).toFixed(1)} MB`),
    end: line.end,
  }
}

export const megabytes = (bytes: number) => `${(bytes / 1_048_576).toFixed(1)} MB`
