/** Big-endian bytes, row after row. Rows are views into slabs: nothing is copied out, and a slab goes when its last row has gone. */

const utf8 = new TextEncoder()
const SLAB_BYTES = 1 << 16
/** Up to this many signs a loop beats the call into the encoder. */
const SHORT = 120

export class ByteWriter {
  private readonly slab: number
  private bytes: Uint8Array
  private view: DataView
  private start = 0
  private at = 0

  /** `slab`: bytes that are allocated at a time. */
  constructor(slab = SLAB_BYTES) {
    this.slab = slab
    this.bytes = new Uint8Array(slab)
    this.view = new DataView(this.bytes.buffer)
  }

  /** Bytes written since the last `taken`. */
  get length(): number {
    return this.at - this.start
  }

  private room(extra: number) {
    if (this.at + extra <= this.bytes.length) return
    const written = this.bytes.subarray(this.start, this.at)
    // a single long row doubles what it has, so that it is not copied again and again
    this.bytes = new Uint8Array(Math.max(this.slab, written.length + extra, written.length * 2))
    this.bytes.set(written)
    this.view = new DataView(this.bytes.buffer)
    this.start = 0
    this.at = written.length
  }
  int16(value: number) {
    this.room(2)
    this.view.setInt16(this.at, value)
    this.at += 2
  }
  int32(value: number) {
    this.room(4)
    this.view.setInt32(this.at, value)
    this.at += 4
  }
  int64(value: number) {
    this.room(8)
    this.view.setInt32(this.at, Math.floor(value / 4_294_967_296))
    this.view.setUint32(this.at + 4, value >>> 0)
    this.at += 8
  }
  float64(value: number) {
    this.room(8)
    this.view.setFloat64(this.at, value === 0 ? 0 : value) // there is one zero
    this.at += 8
  }
  raw(bytes: Uint8Array) {
    this.room(bytes.length)
    this.bytes.set(bytes, this.at)
    this.at += bytes.length
  }
  /** A text with its length before it. */
  text(value: string) {
    this.room(4 + value.length * 3)
    const lengthAt = this.at
    this.at += 4
    this.utf8(value)
    this.view.setInt32(lengthAt, this.at - lengthAt - 4)
  }

  /** The bytes of a text; there is room for them. */
  private utf8(value: string) {
    const from = this.at
    const { bytes } = this
    if (value.length <= SHORT) {
      let at = from
      let i = 0
      for (; i < value.length; i++) {
        const c = value.charCodeAt(i)
        if (c < 0x80) bytes[at++] = c
        else if (c < 0x800) {
          bytes[at++] = 0xc0 | (c >> 6)
          bytes[at++] = 0x80 | (c & 0x3f)
        } else if (isHalf(c)) break
        else {
          bytes[at++] = 0xe0 | (c >> 12)
          bytes[at++] = 0x80 | ((c >> 6) & 0x3f)
          bytes[at++] = 0x80 | (c & 0x3f)
        }
      }
      if (i === value.length) {
        this.at = at
        return
      }
    }
    this.at = from + utf8.encodeInto(value, bytes.subarray(from)).written
  }

  /**
   * An object of plain values as JSON in the order of `keys`, with its length before it and `mark` as its first byte. False, and nothing
   * written, where a value is no text, finite number, truth or null, or where a text needs escaping.
   */
  plainJson(
    mark: number,
    value: Readonly<Record<string, unknown>>,
    keys: readonly { readonly key: string; readonly quoted: string }[],
  ): boolean {
    const before = this.at - this.start
    const fail = () => {
      this.at = this.start + before
      return false
    }
    this.room(6)
    const lengthAt = this.at - this.start
    this.at += 4
    this.bytes[this.at++] = mark
    let next = '{'
    for (const { key, quoted } of keys) {
      const each = value[key]
      const isText = typeof each === 'string'
      if (isText ? !isPlain(each) : each !== null && typeof each !== 'boolean' && !(typeof each === 'number' && Number.isFinite(each)))
        return fail()
      const said = isText ? each : String(each)
      this.room(3 + (quoted.length + said.length) * 3)
      this.utf8(next)
      this.utf8(quoted)
      if (isText) this.bytes[this.at++] = QUOTE
      this.utf8(said)
      if (isText) this.bytes[this.at++] = QUOTE
      next = ','
    }
    this.room(2)
    if (next === '{') this.utf8('{')
    this.utf8('}')
    this.view.setInt32(this.start + lengthAt, this.at - this.start - lengthAt - 4)
    return true
  }

  /** What was written since the last `taken`: a view that holds until the next thing is written. */
  written(): Uint8Array {
    return this.bytes.subarray(this.start, this.at)
  }

  /** The same for good: a view that stays as it is, and the next thing is written behind it. */
  taken(): Uint8Array {
    const taken = this.bytes.subarray(this.start, this.at)
    this.start = this.at
    return taken
  }

  /** Forgets what was written since the last `taken`. */
  forget() {
    this.at = this.start
  }
}

const QUOTE = 0x22
const isHalf = (c: number) => c >= 0xd800 && c <= 0xdfff

/** Whether JSON writes the text as it is. */
function isPlain(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i)
    if (c < 0x20 || c === QUOTE || c === 0x5c || isHalf(c)) return false
  }
  return true
}
