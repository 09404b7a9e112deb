/** A folder for what must be unpacked or converted before it can be read; gone when the source is closed. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

export type Scratch = { readonly folder: string; remove(): Promise<void> }

/** Makes a folder of one's own in `place`, the system's temporary folder where none is given. */
export async function makeScratch(place: string | undefined): Promise<Scratch> {
  const folder = await mkdtemp(join(place ?? tmpdir(), 'dishu-'))
  return { folder, remove: () => rm(folder, { recursive: true, force: true }) }
}
