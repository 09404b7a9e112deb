/** Where results go: looked at before any work is done, and written beside, so that a file of that name is never half of one. */
import { constants } from 'node:fs'
import { access, rename, rm, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { Refused } from '@dishu/base/refusal'

const cannotWrite = (file: string, why: string) => new Refused({ code: 'exports/cannot-write-there', details: { file, why } })

/** Refuses a place that is one of the inputs, a folder, or in no folder that may be written. A folder is not made: a name mistyped would scatter files over the disk. */
export async function checkOutputs(files: readonly (string | null)[], inputs: readonly (string | null | undefined)[]): Promise<void> {
  const read = await Promise.all(inputs.map((path) => (path ? stat(path).catch(() => null) : null)))
  for (const file of files) {
    if (file === null) continue
    const path = resolve(file)
    if (!(await stat(dirname(path)).catch(() => null))?.isDirectory()) throw cannotWrite(path, 'ENOENT')
    await access(dirname(path), constants.W_OK).catch((cause: NodeJS.ErrnoException) => {
      throw cannotWrite(path, String(cause.code))
    })
    const there = await stat(path).catch(() => null)
    if (there?.isDirectory()) throw cannotWrite(path, 'EISDIR')
    if (there && read.some((input) => input?.ino === there.ino && input.dev === there.dev)) throw cannotWrite(path, 'INPUT')
  }
}

/** What `write` makes of a draft beside `path`, moved into place when whole; what the disk does not allow is refused. */
export async function intoPlace<T>(path: string, write: (draft: string) => Promise<T>): Promise<T> {
  const draft = `${path}.${process.pid}.part`
  try {
    return await orRefusedByDisk(path, async () => {
      const written = await write(draft)
      await rename(draft, path)
      return written
    })
  } finally {
    await rm(draft, { force: true })
  }
}

/** The same for a writer that has its own draft. */
export async function orRefusedByDisk<T>(path: string, write: () => Promise<T>): Promise<T> {
  try {
    return await write()
  } catch (cause) {
    const { code = '', path: at } = cause instanceof Error ? (cause as NodeJS.ErrnoException) : {}
    const ofTheDisk = /^(EROFS|ENOSPC|EDQUOT)$/.test(code)
    const ofThePlace = /^(EACCES|EPERM|ENOENT|ENOTDIR|EISDIR|ENAMETOOLONG)$/.test(code) && at?.startsWith(path)
    if (ofTheDisk || ofThePlace) throw cannotWrite(path, code)
    throw cause
  }
}
