// The part of yauzl 3 we call; the package brings no types of its own.
declare module 'yauzl' {
  import type { EventEmitter } from 'node:events'
  import type { Readable } from 'node:stream'
  export type ExtraField = { id: number; data: Buffer }
  export type Entry = {
    fileNameRaw: Buffer
    fileNameLength: number
    extraFields: ExtraField[]
    generalPurposeBitFlag: number
    compressionMethod: number
    crc32: number
    compressedSize: number
    uncompressedSize: number
    externalFileAttributes: number
    relativeOffsetOfLocalHeader: number
  }
  export type ZipFile = EventEmitter & {
    entryCount: number
    readEntry(): void
    openReadStreamPromise(entry: Entry): Promise<Readable>
    close(): void
  }
  export type Options = { autoClose?: boolean; decodeStrings?: boolean; validateEntrySizes?: boolean; strictFileNames?: boolean }
  const yauzl: { openPromise(path: string, options: Options): Promise<ZipFile> }
  export default yauzl
}
