/** Where the bytes of a raster come from: a file, an array, or whatever can give a range of itself. */
import { closeSync, readSync } from 'node:fs'
import { basename } from 'node:path'
import { openPlain } from '../place.ts'

/**
 * Bytes by range. `read` gives exactly `length` bytes, fewer only where the source ends; what it gave before may be written over by the next read.
 * A local source answers at once, a distant one with a promise.
 */
export type ByteSource = {
  readonly name: string
  readonly size: number
  read(offset: number, length: number): Uint8Array | Promise<Uint8Array>
}

/** A file on disk. Refused with `formats/not-found` and kin as vector files are. */
export function fileSource(path: string): ByteSource & { close(): void } {
  const { fd, size } = openPlain(path)
  let buffer = Buffer.allocUnsafeSlow(1 << 16)
  const read = (offset: number, length: number) => {
    // one buffer for all reads: a thousand tiles would leave a thousand to be collected
    if (buffer.length < length) buffer = Buffer.allocUnsafeSlow(Math.ceil(1.5 * length))
    let n = 0
    while (n < length) {
      const got = readSync(fd, buffer, n, length - n, offset + n)
      if (got === 0) break
      n += got
    }
    return buffer.subarray(0, n)
  }
  return { name: basename(path), size, read, close: () => closeSync(fd) }
}

/** Bytes in memory. */
export const memorySource = (name: string, bytes: Uint8Array): ByteSource => ({
  name,
  size: bytes.length,
  read: (offset, length) => bytes.slice(offset, offset + length),
})
