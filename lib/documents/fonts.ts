/**
 * The letters of our documents: Noto Sans SC (SIL Open Font License), the same files that the pages use. One file holds the common characters;
 * rarer ones, as village names have them, lie in a hundred small files and are opened when they are met.
 */
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { inflateSync } from 'node:zlib'
import { create, type Font } from 'fontkit'
import type { Weight } from './picture.ts'

export type Face = { readonly name: string; readonly bytes: Uint8Array; readonly font: Font }
/** Text in one face. */
export type Piece = { readonly face: Face; readonly text: string }

const FOLDER = dirname(createRequire(import.meta.url).resolve('@fontsource/noto-sans-sc/package.json'))
const COMMON = 'chinese-simplified'

const faces = new Map<string, Face>()
const widths = new Map<string, number>()
let ranges: readonly { readonly file: string; readonly from: number; readonly to: number }[] | null = null

function faceOf(file: string, weight: Weight): Face {
  const name = `${file}-${weight}`
  const known = faces.get(name)
  if (known) return known
  const bytes = plainFont(readFileSync(join(FOLDER, 'files', `noto-sans-sc-${name}-normal.woff`)))
  const font = create(Buffer.from(bytes)) as Font
  const face = { name, bytes, font }
  faces.set(name, face)
  return face
}

/** Which of the small files has a character; null where none has. */
function fileOf(code: number): string | null {
  if (ranges === null) {
    const stated = JSON.parse(readFileSync(join(FOLDER, 'unicode.json'), 'utf8')) as Readonly<Record<string, string>>
    ranges = Object.entries(stated).flatMap(([file, list]) =>
      list.split(',').map((range) => {
        const [from, to] = range.trim().slice(2).split('-')
        return { file: file.replaceAll(/[[\]]/g, ''), from: Number.parseInt(from, 16), to: Number.parseInt(to ?? from, 16) }
      }),
    )
  }
  return ranges.find(({ from, to }) => from <= code && code <= to)?.file ?? null
}

/** The face that has a character. What no face has is shown by the common face's empty box. */
function faceFor(code: number, weight: Weight): Face {
  const common = faceOf(COMMON, weight)
  if (common.font.hasGlyphForCodePoint(code)) return common
  const file = fileOf(code)
  if (file === null) return common
  const rare = faceOf(file, weight)
  return rare.font.hasGlyphForCodePoint(code) ? rare : common
}

/** A text cut where its face changes. */
export function piecesOf(text: string, weight: Weight): Piece[] {
  const pieces: { face: Face; text: string }[] = []
  for (const sign of text) {
    const face = faceFor(sign.codePointAt(0) ?? 32, weight)
    const last = pieces.at(-1)
    if (last?.face === face) last.text += sign
    else pieces.push({ face, text: sign })
  }
  return pieces
}

/** Width of a text at a size, without kerning: writers set the letters one by one. */
export function widthOf(text: string, size: number, weight: Weight): number {
  let units = 0
  for (const sign of text) {
    const key = `${weight}${sign}`
    let width = widths.get(key)
    if (width === undefined) {
      const code = sign.codePointAt(0) ?? 32
      const { font } = faceFor(code, weight)
      width = font.glyphForCodePoint(code).advanceWidth / font.unitsPerEm
      widths.set(key, width)
    }
    units += width
  }
  return units * size
}

/** WOFF 1.0 (W3C, 2012) unpacked into the plain font file it was made from. */
function plainFont(woff: Uint8Array): Uint8Array {
  const from = new DataView(woff.buffer, woff.byteOffset, woff.byteLength)
  if (from.getUint32(0) !== 0x774f4646) throw new Error('expected a WOFF file')
  const tables = Array.from({ length: from.getUint16(12) }, (_, i) => {
    const entry = 44 + 20 * i
    const [tag, offset, packed, length, checksum] = [0, 4, 8, 12, 16].map((of) => from.getUint32(entry + of))
    const bytes = woff.subarray(offset, offset + packed)
    return { tag, checksum, bytes: packed < length ? inflateSync(bytes) : bytes }
  })
  const sizes = tables.map(({ bytes }) => (bytes.length + 3) & ~3)
  const out = new Uint8Array(12 + 16 * tables.length + sizes.reduce((sum, size) => sum + size, 0))
  const to = new DataView(out.buffer)
  to.setUint32(0, from.getUint32(4))
  to.setUint16(4, tables.length)
  let place = 12 + 16 * tables.length
  tables.forEach(({ tag, checksum, bytes }, i) => {
    const entry = 12 + 16 * i
    to.setUint32(entry, tag)
    to.setUint32(entry + 4, checksum)
    to.setUint32(entry + 8, place)
    to.setUint32(entry + 12, bytes.length)
    out.set(bytes, place)
    place += sizes[i]
  })
  return out
}
