/** The lines of a file, one after the other, in little room. */
import { closeSync, openSync, readSync } from 'node:fs'

const READ_BYTES = 1 << 20
/** A line longer than this is no line of a program. */
const MOST_LINE = 400_000_000

/** Throws a `RangeError` for a line that is too long. The file is closed when the lines are done with. */
export function* linesOf(file: string): Generator<string> {
  const handle = openSync(file, 'r')
  try {
    const buffer = Buffer.alloc(READ_BYTES)
    const parts: Buffer[] = []
    let length = 0
    for (let got = readSync(handle, buffer); got > 0; got = readSync(handle, buffer)) {
      let from = 0
      for (let at = buffer.indexOf(10); at >= 0 && at < got; at = buffer.indexOf(10, from)) {
        yield Buffer.concat([...parts.splice(0), buffer.subarray(from, at)]).toString('utf8')
        length = 0
        from = at + 1
      }
      length += got - from
      if (length > MOST_LINE) throw new RangeError(`a line of more than ${MOST_LINE} bytes in ${file}`)
      parts.push(Buffer.from(buffer.subarray(from, got)))
    }
    if (length > 0) yield Buffer.concat(parts).toString('utf8')
  } finally {
    closeSync(handle)
  }
}
