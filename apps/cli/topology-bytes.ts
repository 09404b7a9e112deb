/** How large files are together. */
import { statSync } from 'node:fs'

export function bytesOf(files: readonly string[]): number {
  let bytes = 0
  for (const file of new Set(files)) {
    try {
      bytes += statSync(file).size
    } catch {
      // the reader will say that it is not there
    }
  }
  return bytes
}
