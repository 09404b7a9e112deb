/** Writing members of an archive into a scratch folder. */
import { mkdir, open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Zip, ZipEntry } from './zip.ts'

/** Writes one entry to `path`, whose folder is made where it is missing; refuses as `Zip.read` does. */
export async function unpackEntry(zip: Zip, entry: ZipEntry, path: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true })
  const handle = await open(path, 'wx')
  try {
    for await (const chunk of zip.read(entry)) await handle.write(chunk)
  } finally {
    await handle.close()
  }
}

/** Writes the files that lie directly in the archive's `folder` ('' for the top) into `target`; gives `target` back. */
export async function unpackFolder(zip: Zip, folder: string, target: string): Promise<string> {
  const prefix = folder === '' ? '' : `${folder}/`
  for (const entry of zip.entries) {
    const name = entry.name.startsWith(prefix) ? entry.name.slice(prefix.length) : ''
    if (name !== '' && !name.includes('/')) await unpackEntry(zip, entry, join(target, name))
  }
  return target
}
