/**
 * The keys of a data folder. They lie in files, never in the database: a master key, and for each holder (a county) its data keys, newest first,
 * and a lookup key, all wrapped by the master. A new data key seals from now on; older ones still open what they sealed until that is sealed
 * anew. Every change is one rename, so a power cut leaves the keys as they were or as they shall be.
 */
import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, statSync } from 'node:fs'
import { link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { type Refusal, Refused } from '@dishu/base/refusal'

const KEY = 32
/** How long a process may go on with keys it has read before it looks whether they changed. */
const LOOK_AGAIN_MS = 1000

export type KeyRefusal = Refusal<'database/keys-destroyed', { readonly county: string; readonly on: string }>

type Seals = {
  encrypt(key: Buffer, clear: Uint8Array, context: string): Buffer
  decrypt(key: Buffer, sealed: Uint8Array, context: string): Buffer
}

type DataKey = { readonly made: string | null; readonly retired: string | null; readonly data: string }
/** Before data keys could change a file held one, as `data`. */
type KeyFile =
  | { readonly data: string; readonly lookup: string }
  | { readonly lookup: string; readonly keys: readonly DataKey[] }
  | { readonly destroyed: string }

/** What a holder's keys are now, as this process knows them. */
export type HeldKeys = {
  lookup(): Buffer
  /** Newest first. */
  data(): readonly Buffer[]
  /** The one that seals; looked up again when it may have changed. */
  newest(): Buffer
  /** Reads the file again; whether there was anything new. */
  read(): boolean
}

export type KeyRing = {
  held(county: string): Promise<HeldKeys>
  counties(): Promise<string[]>
  /** The data keys of a holder, newest first: when made, and since when another seals. */
  list(county: string): Promise<readonly { readonly made: string | null; readonly retired: string | null }[]>
  /** A new data key seals from now on. */
  rotate(county: string, now: Date): Promise<void>
  /** Drops data keys retired before a moment. Whoever calls has made sure that nothing is sealed under them. */
  drop(county: string, retiredBefore: Date): Promise<number>
  /** Wraps every key with a new master key. Begun and not finished, it goes on when called again. */
  changeMaster(): Promise<number>
  /** Makes everything of a holder unreadable for good, in this folder. */
  destroy(county: string, now: Date): Promise<void>
  /** Since when a holder's keys are destroyed; null while they are not. */
  destroyed(county: string): string | null
}

/** Writes through a temporary file and a rename, so that a power cut leaves either the old file or the new one. */
async function writeDurably(path: string, text: string, create = false): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 })
  const temporary = `${path}.${process.pid}.${randomBytes(4).toString('hex')}.new`
  const file = await open(temporary, 'w', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
  if (!create) return rename(temporary, path)
  try {
    // of two processes that make a holder's first keys one is first, and the other takes those
    await link(temporary, path).catch((cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EEXIST') throw cause
    })
  } finally {
    await rm(temporary, { force: true })
  }
}

export async function openKeyRing(folder: string, { encrypt, decrypt }: Seals): Promise<KeyRing> {
  const masterPath = join(folder, 'master.key')
  const nextPath = join(folder, 'master.next.key')
  const pathOf = (county: string) => join(folder, `${county}.json`)
  if (!existsSync(masterPath)) await writeDurably(masterPath, randomBytes(KEY).toString('hex'), true)

  const masterIn = (path: string) => {
    const key = Buffer.from(readFileSync(path, 'utf8').trim(), 'hex')
    if (key.length !== KEY) throw new Error(`expected a key of ${KEY} bytes in ${path}`)
    return key
  }
  /** The master that wraps now, and in the middle of a change the one before it as well. */
  const masters = () => {
    if (!existsSync(nextPath)) return [masterIn(masterPath)]
    try {
      return [masterIn(nextPath), masterIn(masterPath)]
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') throw cause
      return [masterIn(masterPath)] // it has taken the other's place in this moment
    }
  }
  masters()
  const unwrap = (keys: readonly Buffer[], wrapped: string, context: string): Buffer => {
    for (const key of keys) {
      try {
        return decrypt(key, Buffer.from(wrapped, 'base64'), context)
      } catch {
        // wrapped by the other
      }
    }
    throw new Error(`the keys of ${context} do not open with the master key`)
  }
  const wrap = (key: Buffer, context: string) => encrypt(masters()[0], key, context).toString('base64')

  const fileOf = (county: string): KeyFile => JSON.parse(readFileSync(pathOf(county), 'utf8')) as KeyFile
  const listOf = (file: KeyFile): readonly DataKey[] =>
    'keys' in file ? file.keys : 'data' in file ? [{ made: null, retired: null, data: file.data }] : []
  const openFile = (county: string) => {
    const file = fileOf(county)
    if ('destroyed' in file) throw new Refused({ code: 'database/keys-destroyed', details: { county, on: file.destroyed } })
    const keys = masters()
    return {
      lookup: unwrap(keys, file.lookup, `${county} lookup`),
      keys: listOf(file).map((each) => ({ ...each, key: unwrap(keys, each.data, `${county} data`) })),
    }
  }
  const write = (county: string, lookup: Buffer, keys: readonly (Omit<DataKey, 'data'> & { readonly key: Buffer })[], create = false) => {
    const file: KeyFile = {
      lookup: wrap(lookup, `${county} lookup`),
      keys: keys.map(({ made, retired, key }) => ({ made, retired, data: wrap(key, `${county} data`) })),
    }
    return writeDurably(pathOf(county), JSON.stringify(file), create)
  }
  const stampOf = (county: string) => {
    const { mtimeMs, ino } = statSync(pathOf(county))
    return `${mtimeMs} ${ino}`
  }

  const known = new Map<string, Promise<HeldKeys>>()
  const readHeld = async (county: string): Promise<HeldKeys> => {
    if (!existsSync(pathOf(county)))
      await write(county, randomBytes(KEY), [{ made: new Date().toISOString(), retired: null, key: randomBytes(KEY) }], true)
    let stamp = stampOf(county)
    let now = openFile(county)
    let lookedAt = Date.now()
    const read = () => {
      lookedAt = Date.now()
      const found = stampOf(county)
      if (found === stamp) return false
      now = openFile(county)
      stamp = found
      return true
    }
    const fresh = () => {
      if (Date.now() - lookedAt > LOOK_AGAIN_MS) read()
      return now
    }
    return {
      lookup: () => fresh().lookup,
      data: () => fresh().keys.map(({ key }) => key),
      newest: () => fresh().keys[0].key,
      read,
    }
  }
  const held = (county: string) => {
    let keys = known.get(county)
    if (!keys) {
      keys = readHeld(county)
      known.set(county, keys)
      keys.catch(() => known.delete(county))
    }
    return keys
  }
  const counties = async () =>
    (await readdir(folder))
      .map((name) => /^(\d{6})\.json$/.exec(name)?.[1])
      .filter((county) => county !== undefined)
      .sort()
  const reread = async (county: string) => void (await known.get(county))?.read()

  return {
    held,
    counties,
    list: async (county) => listOf(fileOf(county)).map(({ made, retired }) => ({ made, retired })),
    async rotate(county, now) {
      await held(county)
      const { lookup, keys } = openFile(county)
      const at = now.toISOString()
      const older = keys.map((each) => ({ ...each, retired: each.retired ?? at }))
      await write(county, lookup, [{ made: at, retired: null, key: randomBytes(KEY) }, ...older])
      await reread(county)
    },
    async drop(county, retiredBefore) {
      const { lookup, keys } = openFile(county)
      const kept = keys.filter(({ retired }, i) => i === 0 || retired === null || retired >= retiredBefore.toISOString())
      if (kept.length === keys.length) return 0
      await write(county, lookup, kept)
      await reread(county)
      return keys.length - kept.length
    },
    async changeMaster() {
      if (!existsSync(nextPath)) await writeDurably(nextPath, randomBytes(KEY).toString('hex'), true)
      const rewrap = async () => {
        let changed = 0
        for (const county of await counties()) {
          if ('destroyed' in fileOf(county)) continue
          const { lookup, keys } = openFile(county)
          await write(county, lookup, keys)
          changed++
        }
        return changed
      }
      const before = masterIn(masterPath)
      const changed = await rewrap()
      const next = masterIn(nextPath)
      await rename(nextPath, masterPath)
      // a process that made a county's first keys in this moment may have wrapped them with the master that has just gone
      for (const county of await counties()) {
        const text = await readFile(pathOf(county), 'utf8')
        const file = JSON.parse(text) as KeyFile
        if ('destroyed' in file) continue
        const lookup = unwrap([next, before], file.lookup, `${county} lookup`)
        const keys = listOf(file).map((each) => ({ ...each, key: unwrap([next, before], each.data, `${county} data`) }))
        try {
          unwrap([next], file.lookup, `${county} lookup`)
        } catch {
          await write(county, lookup, keys)
        }
      }
      return changed
    },
    async destroy(county, now) {
      const path = pathOf(county)
      if (existsSync(path)) {
        // the bytes first: a disk without copy-on-write keeps nothing of them
        const file = await open(path, 'r+')
        try {
          await file.write(randomBytes((await file.stat()).size), 0)
          await file.sync()
        } finally {
          await file.close()
        }
      }
      await writeDurably(path, JSON.stringify({ destroyed: now.toISOString() } satisfies KeyFile))
      known.delete(county)
    },
    destroyed(county) {
      if (!existsSync(pathOf(county))) return null
      const file = fileOf(county)
      return 'destroyed' in file ? file.destroyed : null
    },
  }
}
