/** A zip archive of files on the disk (APPNOTE 6.3.9 without its 64-bit part): names as UTF-8, contents deflated, read once. */
import { createReadStream } from 'node:fs'
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, createDeflateRaw } from 'node:zlib'
import { Refused } from '@dishu/base/refusal'
import { FileSink } from './sink.ts'

const MOST = 0xffff_ffff
/** 1980-01-01, the first day the format has: the same files make the same archive. */
const [TIME, DAY] = [0, (1 << 5) | 1]

/** Packs all files under `folder` into `path`; refused past 4 GiB. */
export async function zipFolder(folder: string, path: string): Promise<{ readonly files: number; readonly bytes: number }> {
  const names = await filesUnder(folder)
  const sink = await FileSink.create(path)
  try {
    const directory: Buffer[] = []
    for (const name of names) {
      const at = sink.length
      const called = Buffer.from(name)
      const local = Buffer.alloc(30)
      local.writeUInt32LE(0x04034b50, 0)
      local.writeUInt16LE(20, 4)
      local.writeUInt16LE(0x0808, 6) // sizes follow the contents; the name is UTF-8
      local.writeUInt16LE(8, 8)
      local.writeUInt16LE(TIME, 10)
      local.writeUInt16LE(DAY, 12)
      local.writeUInt16LE(called.length, 26)
      sink.append(local)
      sink.append(called)
      const { crc, size, packed } = await pack(join(folder, name), sink)
      const after = Buffer.alloc(16)
      after.writeUInt32LE(0x08074b50, 0)
      after.writeUInt32LE(crc, 4)
      after.writeUInt32LE(packed, 8)
      after.writeUInt32LE(size, 12)
      sink.append(after)
      const entry = Buffer.alloc(46)
      entry.writeUInt32LE(0x02014b50, 0)
      entry.writeUInt16LE(20, 4)
      local.copy(entry, 6, 4, 14)
      entry.writeUInt32LE(crc, 16)
      entry.writeUInt32LE(packed, 20)
      entry.writeUInt32LE(size, 24)
      entry.writeUInt16LE(called.length, 28)
      entry.writeUInt32LE(at, 42)
      directory.push(entry, called)
      if (sink.length > MOST) throw new Refused({ code: 'formats/file-too-large', details: { file: path, row: 0, most: MOST } })
    }
    const start = sink.length
    for (const bytes of directory) sink.append(bytes)
    const end = Buffer.alloc(22)
    end.writeUInt32LE(0x06054b50, 0)
    end.writeUInt16LE(names.length, 8)
    end.writeUInt16LE(names.length, 10)
    end.writeUInt32LE(sink.length - start, 12)
    end.writeUInt32LE(start, 16)
    sink.append(end)
    await sink.close()
    return { files: names.length, bytes: sink.length }
  } catch (fault) {
    await sink.abandon()
    throw fault
  }
}

async function pack(path: string, sink: FileSink): Promise<{ crc: number; size: number; packed: number }> {
  const before = sink.length
  let [crc, size] = [0, 0]
  const source = createReadStream(path)
  source.on('data', (chunk) => {
    crc = crc32(chunk, crc)
    size += chunk.length
  })
  const deflate = createDeflateRaw({ level: 6 })
  source.on('error', (fault) => deflate.destroy(fault))
  for await (const chunk of source.pipe(deflate)) {
    sink.append(chunk as Buffer)
    if (sink.isFull) await sink.settle()
  }
  if (size > MOST) throw new Refused({ code: 'formats/file-too-large', details: { file: path, row: 0, most: MOST } })
  return { crc, size, packed: sink.length - before }
}

async function filesUnder(folder: string, within = ''): Promise<string[]> {
  const found: string[] = []
  for (const name of (await readdir(join(folder, within))).sort()) {
    const inner = within === '' ? name : `${within}/${name}`
    if ((await stat(join(folder, inner))).isDirectory()) found.push(...(await filesUnder(folder, inner)))
    else found.push(inner)
  }
  return found
}
