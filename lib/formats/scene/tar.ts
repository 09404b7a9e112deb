/** Members of a tar (POSIX ustar, and GNU's and pax's long names), as Landsat's bundles are. Only plain files are unpacked, by their own last name. */
import { createWriteStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { stopScene } from './scene.refusals.ts'

const BLOCK = 512
const MOST_ENTRIES = 2000
const PIECE = 4 << 20

/** Unpacks the members that `wanted` asks for into `folder`; gives their paths. `mostBytes`: of all together. */
export async function unpackTar(path: string, folder: string, wanted: (name: string) => boolean, mostBytes: number): Promise<string[]> {
  const file = basename(path)
  const refuse = (reason: string) => stopScene({ code: 'formats/tar-not-read', details: { file, reason } })
  const handle = await open(path, 'r')
  const made: string[] = []
  try {
    const { size } = await handle.stat()
    const head = Buffer.alloc(BLOCK)
    let [at, entries, bytes] = [0, 0, 0]
    let longName: string | null = null
    let ended = false
    while (at + BLOCK <= size) {
      await handle.read(head, 0, BLOCK, at)
      ended = head.every((byte) => byte === 0)
      if (ended) break
      if (!checksumFits(head)) return refuse('a head of its directory is damaged')
      if (++entries > MOST_ENTRIES) return stopScene({ code: 'formats/scene-too-many-files', details: { file, limit: MOST_ENTRIES } })
      const length = Number.parseInt(textAt(head, 124, 12), 8) || 0
      const from = at + BLOCK
      if (length < 0 || from + length > size) return refuse('it is cut short')
      const kind = String.fromCharCode(head[156])
      const short = [textAt(head, 345, 155), textAt(head, 0, 100)].filter(Boolean).join('/')
      if (kind === 'L' || kind === 'x') {
        const said = Buffer.alloc(Math.min(length, 8192))
        await handle.read(said, 0, said.length, from)
        longName =
          kind === 'L' ? said.toString('utf8').replace(/\0.*$/s, '') : (/\d+ path=([^\n]*)\n/.exec(said.toString('utf8'))?.[1] ?? null)
      } else {
        const name = basename((longName ?? short).replaceAll('\\', '/'))
        longName = null
        if ((kind === '0' || kind === '\0') && name !== '' && name !== '..' && wanted(name)) {
          bytes += length
          if (bytes > mostBytes) return refuse(`more than ${Math.round(mostBytes / 2 ** 20)} MB would come out`)
          const target = join(folder, name)
          if (made.includes(target)) return refuse(`${name} is in it twice`)
          await copyOut(handle, from, length, target)
          made.push(target)
        }
      }
      at = from + Math.ceil(length / BLOCK) * BLOCK
    }
    if (!ended && at !== size) return refuse('it is cut short')
    return made
  } finally {
    await handle.close()
  }
}

async function copyOut(handle: Awaited<ReturnType<typeof open>>, from: number, length: number, target: string): Promise<void> {
  const out = createWriteStream(target, { flags: 'wx', mode: 0o600 })
  const piece = Buffer.allocUnsafe(PIECE)
  try {
    for (let done = 0; done < length; ) {
      const { bytesRead } = await handle.read(piece, 0, Math.min(PIECE, length - done), from + done)
      if (bytesRead === 0) break
      await new Promise<void>((resolve, reject) =>
        out.write(Buffer.from(piece.subarray(0, bytesRead)), (fault) => (fault ? reject(fault) : resolve())),
      )
      done += bytesRead
    }
  } finally {
    await new Promise<void>((resolve) => out.end(() => resolve()))
  }
}

const textAt = (head: Buffer, from: number, length: number) =>
  head
    .subarray(from, from + length)
    .toString('utf8')
    .replace(/\0.*$/s, '')
    .trim()

/** The sum of the head's bytes, its own field taken as blanks. */
function checksumFits(head: Buffer): boolean {
  let sum = 0
  for (let i = 0; i < BLOCK; i++) sum += i >= 148 && i < 156 ? 32 : head[i]
  return sum === Number.parseInt(textAt(head, 148, 8), 8)
}
