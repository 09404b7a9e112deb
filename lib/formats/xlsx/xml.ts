/**
 * A small XML scanner for text that arrives in pieces: tags and text in order, nothing resolved, nothing fetched.
 * A DOCTYPE is refused where it stands, so there are no entities but the five of XML and numbered characters.
 */

import { createReadStream } from 'node:fs'
import { basename } from 'node:path'
import { byteOrderMark } from '../tables/encoding.ts'
import { refuseFile } from '../tables/refusals.ts'

export type XmlSink = {
  /** `attributes` is what stands between the tag's name and its end; read it with `attribute`. Names come without prefix. */
  open(name: string, attributes: string): void
  text(text: string): void
  close(name: string): void
}

const MAX_TOKEN = 8 << 20 // characters without a tag among them: longer is no sheet a person filled in
const MAX_DEPTH = 256

export class XmlScanner {
  readonly #file: string
  readonly #part: string
  readonly #sink: XmlSink
  readonly #open: string[] = []
  #rest = ''
  #waiting = ''
  #begun = false

  constructor(file: string, part: string, sink: XmlSink) {
    this.#file = file
    this.#part = part
    this.#sink = sink
  }

  #malformed(reason: string): never {
    return refuseFile({ code: 'formats/xml-malformed', details: { file: this.#file, part: this.#part, reason } })
  }

  feed(piece: string): void {
    // An unfinished tag is looked at again only when it has doubled, so that a long one costs its length and not its square.
    if (this.#rest.length > 1 << 16 && this.#waiting.length + piece.length < this.#rest.length) {
      this.#waiting += piece
      return
    }
    this.#scan(this.#waiting + piece)
  }

  #scan(piece: string): void {
    const s = this.#rest + piece
    this.#waiting = ''
    let at = 0
    for (;;) {
      const lt = s.indexOf('<', at)
      if (lt === -1) break
      const end = this.#tokenEnd(s, lt)
      if (end === -1) {
        // the text before an unfinished tag is whole, the tag is not
        if (lt > at) this.#text(s.slice(at, lt))
        at = lt
        break
      }
      if (lt > at) this.#text(s.slice(at, lt))
      this.#token(s, lt, end)
      at = end
    }
    this.#rest = s.slice(at)
    if (this.#rest.length > MAX_TOKEN) this.#malformed('a tag or text of more than 8 MB')
  }

  end(): void {
    this.#scan(this.#waiting)
    if (this.#rest.trim() !== '') this.#malformed('it ends inside a tag')
    if (!this.#begun || this.#open.length > 0) this.#malformed('it ends before its last tag is closed')
  }

  // Where the token that begins with `<` at `lt` ends (the character after it); −1 when it is not whole yet.
  #tokenEnd(s: string, lt: number): number {
    const after = (mark: string) => {
      const found = s.indexOf(mark, lt + 2)
      return found === -1 ? -1 : found + mark.length
    }
    const next = s[lt + 1]
    if (next === '?') return after('?>')
    if (next === '!') {
      if (s.startsWith('<!--', lt)) return s.indexOf('-->', lt + 4) === -1 ? -1 : s.indexOf('-->', lt + 4) + 3
      if (s.startsWith('<![CDATA[', lt)) return after(']]>')
      if (s.length - lt < 9) return -1
      return refuseFile({ code: 'formats/xml-doctype', details: { file: this.#file, part: this.#part } })
    }
    let gt = s.indexOf('>', lt)
    for (;;) {
      if (gt === -1) return -1
      const open = openQuote(s, lt, gt)
      if (open === '') return gt + 1
      const close = s.indexOf(open, gt)
      gt = close === -1 ? -1 : s.indexOf('>', close)
    }
  }

  #token(s: string, lt: number, end: number): void {
    const next = s[lt + 1]
    if (next === '?') return
    if (next === '!') {
      if (s[lt + 2] === '[' && this.#open.length) this.#sink.text(s.slice(lt + 9, end - 3))
      return
    }
    if (next === '/') {
      const name = s.slice(lt + 2, end - 1).trimEnd()
      if (this.#open.pop() !== name) this.#malformed(`</${name.slice(0, 60)}> closes nothing`)
      this.#sink.close(localName(name))
      return
    }
    const selfClosing = s[end - 2] === '/'
    const inner = s.slice(lt + 1, selfClosing ? end - 2 : end - 1)
    const blank = inner.search(/[\s]/)
    const name = blank === -1 ? inner : inner.slice(0, blank)
    if (name === '' || !/^[\p{L}_:]/u.test(name)) this.#malformed('a tag without a name')
    if (this.#begun && this.#open.length === 0) this.#malformed('something behind its last tag')
    this.#begun = true
    const local = localName(name)
    this.#sink.open(local, blank === -1 ? '' : inner.slice(blank))
    if (selfClosing) {
      this.#sink.close(local)
      return
    }
    if (this.#open.push(name) > MAX_DEPTH) this.#malformed(`more than ${MAX_DEPTH} tags inside each other`)
  }

  #text(text: string): void {
    if (this.#open.length) this.#sink.text(text.includes('&') ? this.#unescape(text) : text)
    else if (text.trim() !== '' && text.trim() !== '\uFEFF') this.#malformed('text outside its tags')
  }

  #unescape(text: string): string {
    return text.replace(/&([^;&\s]{0,32});?/g, (_all, name: string) => entity(name) ?? this.#malformed(`unknown entity &${name};`))
  }
}

// The quote character that is still open at `to`, '' when none is.
function openQuote(s: string, from: number, to: number): string {
  let open = ''
  for (let i = from; i < to; i++) {
    const c = s[i]
    if (open) {
      if (c === open) open = ''
    } else if (c === '"' || c === "'") open = c
  }
  return open
}

const localName = (name: string) => {
  const colon = name.indexOf(':')
  return colon === -1 ? name : name.slice(colon + 1)
}

const NAMED: Record<string, string> = { lt: '<', gt: '>', amp: '&', quot: '"', apos: "'" }

function entity(name: string): string | null {
  if (Object.hasOwn(NAMED, name)) return NAMED[name]
  const code = /^#x[\da-f]{1,6}$/i.test(name) ? Number.parseInt(name.slice(2), 16) : /^#\d{1,7}$/.test(name) ? Number(name.slice(1)) : -1
  return code >= 0 && code <= 0x10ffff ? String.fromCodePoint(code) : null
}

/** The value of an attribute, by its local or full name; null when the tag does not have it. */
export function attribute(attributes: string, name: string): string | null {
  for (let at = attributes.indexOf(name); at !== -1; at = attributes.indexOf(name, at + 1)) {
    const before = attributes.charCodeAt(at - 1)
    if (before > 32 && before !== 58) continue // a blank or a colon
    let i = at + name.length
    while (attributes.charCodeAt(i) <= 32) i++
    if (attributes[i] !== '=') continue
    i++
    while (attributes.charCodeAt(i) <= 32) i++
    const close = attributes.indexOf(attributes[i], i + 1)
    if (close === -1) return null
    const value = attributes.slice(i + 1, close)
    return value.includes('&') ? value.replace(/&([^;&\s]{0,32});/g, (all, e: string) => entity(e) ?? all) : value
  }
  return null
}

const XML_ENCODINGS = new Set(['utf-8', 'utf-16le', 'utf-16be', 'gb18030', 'gbk', 'big5', 'windows-1252', 'us-ascii'])

/** The decoder for XML that begins with `head`: its byte order mark, else its declaration, else UTF-8. Odd encodings are refused: they hide things. */
export function xmlDecoder(head: Uint8Array, file: string, part: string): TextDecoder {
  const wide = head[0] === 0x3c && head[1] === 0 ? 'utf-16le' : head[0] === 0 && head[1] === 0x3c ? 'utf-16be' : null
  const mark = byteOrderMark(head)?.name ?? wide
  const start = new TextDecoder('latin1').decode(head.subarray(0, 400))
  const stated = /^(?:\xef\xbb\xbf)?\s*<\?xml[^>]*?encoding\s*=\s*["']([^"']*)["']/.exec(start)?.[1]
  const refuse = (encoding: string) =>
    refuseFile({ code: 'formats/xml-encoding', details: { file, part, encoding: encoding.slice(0, 40) } })
  let label = mark
  if (label === null) {
    try {
      label = new TextDecoder(stated ?? 'utf-8').encoding
    } catch {
      refuse(stated ?? '')
    }
  }
  if (label === null || !XML_ENCODINGS.has(label) || (stated && /utf-?7/i.test(stated))) return refuse(stated ?? label ?? '')
  return new TextDecoder(label, { fatal: true })
}

/** Runs XML bytes through a scanner. Returning true from `enough` stops early. */
export async function scanXml(
  bytes: AsyncIterable<Uint8Array>,
  file: string,
  part: string,
  sink: XmlSink,
  enough: () => boolean = () => false,
): Promise<void> {
  for await (const _ of scanned(bytes, file, part, sink)) if (enough()) return
}

/** The same, handing control back after every piece, for sinks whose rows are taken as they come. */
export async function* scanned(bytes: AsyncIterable<Uint8Array>, file: string, part: string, sink: XmlSink): AsyncGenerator<void> {
  const scanner = new XmlScanner(file, part, sink)
  let decoder: TextDecoder | null = null
  const decode = (chunk?: Uint8Array) => {
    try {
      return chunk ? decoder!.decode(chunk, { stream: true }) : (decoder?.decode() ?? '')
    } catch {
      return refuseFile({
        code: 'formats/xml-malformed',
        details: { file, part, reason: `bytes that are not ${decoder?.encoding ?? 'text'}` },
      })
    }
  }
  for await (const chunk of bytes) {
    decoder ??= xmlDecoder(chunk, file, part)
    scanner.feed(decode(chunk))
    yield
  }
  scanner.feed(decode())
  scanner.end()
  yield
}

const ROOT_SEEN = Symbol('root seen')

/** Refuses a file whose XML has a DOCTYPE or an odd encoding, or is no XML, by reading only as far as its first tag. */
export async function refuseUnsafeXml(path: string): Promise<string> {
  const file = basename(path)
  let root = ''
  const seen = (name: string): never => {
    root = name
    throw ROOT_SEEN
  }
  try {
    await scanXml(createReadStream(path), file, file, { open: seen, text: () => {}, close: () => {} })
  } catch (error) {
    if (error !== ROOT_SEEN) throw error
  }
  return root
}
