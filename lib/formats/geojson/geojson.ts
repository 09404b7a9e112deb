/**
 * GeoJSON (RFC 7946 and its elder with a `crs` member) and GeoJSON text sequences (RFC 8142, or one feature per line).
 * Two passes over the file: the first finds the fields, the kinds of geometry and what is broken, the second reads.
 */
import { closeSync } from 'node:fs'
import { basename } from 'node:path'
import { BatchBuilder, Bytes, RowTrouble, stop } from '../batches.ts'
import { crsFromEpsg, crsFromName } from '../crs/crs.ts'
import type { Batch, Crs, Field, GeometryType, Layer, Source } from '../layers.ts'
import { type OpenOptions, openPlain, readBytes, stemOf } from '../place.ts'
import type { FormatsRefusal, LayerNote } from '../refusals.ts'
import { kindOfWkbType } from '../wkb/wkb.ts'
import { Feed, TooLarge, VALUE_BYTES } from './feed.ts'
import { GeometryReader } from './geometry.ts'
import { PropertyReader, TooDeep, TooManyFields } from './properties.ts'
import { BRACE, CLOSE, COLON, COMMA, eachMember, isWord, NotJson, NotUtf8, OPEN, QUOTE, textOf, UNBRACE } from './scan.ts'

const RECORD_SEPARATOR = 0x1e
const NEWLINE = 0x0a

/** How the features lie in the file. */
type Shape = { readonly kind: 'collection' | 'sequence' | 'single'; readonly featuresAt: number }
type Root = { readonly shape: Shape; readonly name: string | null; readonly crs: Crs | null | undefined; readonly crsUnreadable: boolean }

const GEOMETRIES = new Set(['Point', 'LineString', 'Polygon', 'MultiPoint', 'MultiLineString', 'MultiPolygon', 'GeometryCollection'])

export async function openGeojson(path: string, _options: OpenOptions = {}): Promise<Source> {
  const { fd, size } = openPlain(path)
  try {
    const scan = new GeojsonScan(path, fd, size)
    let open = true
    return {
      layers: [scan.layer],
      read: () => scan.rows(),
      close: async () => {
        if (open) closeSync(fd)
        open = false
      },
    }
  } catch (problem) {
    closeSync(fd)
    throw problem
  }
}

class GeojsonScan {
  readonly layer: Layer
  readonly #file: string
  readonly #name: string
  readonly #fd: number
  readonly #start: number
  readonly #properties = new PropertyReader()
  readonly #learnt = { rows: 0, geometry: new GeometryReader(), ids: new PropertyReader(), scratch: new Bytes() }
  #shape: Shape = { kind: 'collection', featuresAt: 0 }
  #idField = -1
  #fields: readonly Field[] = []

  constructor(path: string, fd: number, size: number) {
    this.#file = basename(path)
    this.#fd = fd
    const file = this.#file
    if (size === 0) stop({ code: 'formats/file-empty', details: { file } })
    const head = readBytes(fd, 0, 4)
    if ((head[0] === 0xff && head[1] === 0xfe) || (head[0] === 0xfe && head[1] === 0xff) || head.includes(0))
      stop({ code: 'formats/not-utf8', details: { file } })
    this.#start = head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? 3 : 0

    const root = this.#root(/\.(geojsonl|geojsons|geojsonseq|ndjson|jsonl|ndgeojson)$/i.test(path))
    this.#shape = root.shape
    this.#name = root.name || stemOf(path)
    if (root.shape.kind !== 'collection') {
      for (const item of this.#items()) {
        this.#learnt.rows = item.row
        if (!item.trouble) this.#learnFeature(item.feed, item.row, item.from, item.to)
      }
    }
    const { rows, geometry, beyondDegrees } = this.#settle()
    const notes: LayerNote[] = []
    if (root.crsUnreadable) notes.push({ code: 'formats/crs-unreadable', details: { file } })
    const stated = root.crs === undefined ? { ...crsFromEpsg(4326), name: 'WGS 84 (RFC 7946)' } : root.crs
    // degrees by default or by a member that writers put there unasked: metres are no degrees
    const notDegrees = stated?.geographic === true && beyondDegrees
    if (notDegrees) notes.push({ code: 'formats/coordinates-not-degrees', details: { file } })
    this.layer = {
      name: this.#name,
      file,
      format: root.shape.kind === 'sequence' ? 'geojsonseq' : 'geojson',
      fields: this.#fields,
      geometry,
      crs: geometry === 'none' || notDegrees ? null : stated,
      rowCount: rows,
      encoding: { name: 'UTF-8', from: 'format' },
      notes,
    }
  }

  /** Where the features lie, and the members beside them. */
  #root(bySuffix: boolean): Root {
    const none = { name: null, crs: undefined, crsUnreadable: false }
    const feed = new Feed(this.#fd, this.#start)
    let row = 0
    try {
      const first = feed.peek()
      if (first === RECORD_SEPARATOR || (bySuffix && first === BRACE))
        return { shape: { kind: 'sequence', featuresAt: this.#start }, ...none }
      if (first === OPEN) stop({ code: 'formats/not-geojson', details: { file: this.#file } })
      if (first !== BRACE) stop({ code: 'formats/not-this-format', details: { file: this.#file, format: 'geojson' } })
      feed.at++
      let type = ''
      let featuresAt = -1
      let name: string | null = null
      let crs: Crs | null | undefined
      let crsUnreadable = false
      for (let c = feed.peek(); c !== UNBRACE; c = feed.peek()) {
        if (c !== QUOTE) throw new NotJson(feed.at)
        const key = feed.value()
        const member = textOf(feed.buffer, key.from + 1, key.to - 1)
        feed.expect(COLON)
        if (member === 'features' && feed.peek() === OPEN) {
          featuresAt = feed.place(feed.at)
          feed.at++
          if (feed.peek() === CLOSE) feed.at++
          else {
            for (;;) {
              row++
              const { from, to } = feed.value()
              this.#learnFeature(feed, row, from, to)
              if (feed.peek() === CLOSE) break
              feed.expect(COMMA)
            }
            feed.at++
          }
          this.#learnt.rows = row
          row = 0
        } else {
          const { from, to } = feed.value()
          const b = feed.buffer
          if (member === 'type' && b[from] === QUOTE) type = textOf(b, from + 1, to - 1)
          else if (member === 'name' && b[from] === QUOTE) name = textOf(b, from + 1, to - 1)
          else if (member === 'crs') {
            crs = crsMember(b.toString('utf8', from, Math.min(to, from + 50_000)))
            crsUnreadable = crs === null && !isWord(b, from, to, 'null')
          }
        }
        if (feed.peek() === COMMA) feed.at++
        else if (feed.peek() !== UNBRACE) throw new NotJson(feed.at)
      }
      feed.at++
      const after = feed.peek()
      if (type === 'FeatureCollection' && featuresAt >= 0) {
        if (after !== -1) throw new NotJson(feed.at)
        return { shape: { kind: 'collection', featuresAt }, name, crs, crsUnreadable }
      }
      if (type !== 'Feature' && !GEOMETRIES.has(type)) stop({ code: 'formats/not-geojson', details: { file: this.#file } })
      if (after === -1) return { shape: { kind: 'single', featuresAt: this.#start }, name: null, crs, crsUnreadable }
      if (after === BRACE || after === RECORD_SEPARATOR) return { shape: { kind: 'sequence', featuresAt: this.#start }, ...none }
      throw new NotJson(feed.at)
    } catch (problem) {
      throw this.#stopped(problem, feed, row)
    }
  }

  /** First pass, of one feature: its fields, its kind of geometry, its bounds. */
  #learnFeature(feed: Feed, row: number, from: number, to: number): void {
    const learnt = this.#learnt
    const b = feed.buffer
    learnt.scratch.length = 0
    try {
      const parts = members(b, from, to)
      if (parts.properties) this.#properties.learn(b, parts.properties.from, parts.properties.to)
      if (parts.id) learnt.ids.learnValue(learnt.ids.fieldNamed('id'), b, parts.id.from, parts.id.to)
      if (parts.geometry)
        learnt.geometry.read(b, parts.geometry.from, parts.geometry.to, learnt.scratch, { file: this.#file, layer: '', row })
    } catch (problem) {
      if (problem instanceof RowTrouble || problem instanceof TooDeep) return
      if (this.#shape.kind === 'sequence' && (problem instanceof NotJson || problem instanceof NotUtf8)) return
      throw this.#stopped(problem, feed, row)
    }
  }

  /** What the first pass has found. */
  #settle(): { rows: number; geometry: GeometryType; beyondDegrees: boolean } {
    const { rows, geometry, ids } = this.#learnt
    this.#fields = this.#properties.settle()
    if (ids.has('id') && !this.#properties.has('id')) {
      this.#idField = this.#properties.fieldNamed('id')
      const [field] = ids.settle()
      this.#fields = [...this.#fields, field]
    }
    const kinds = new Set([...geometry.types].map(kindOfWkbType))
    const { west, east, south, north } = geometry.bounds
    return {
      rows,
      geometry: kinds.size === 0 ? 'none' : kinds.size === 1 ? [...kinds][0] : 'mixed',
      beyondDegrees: west < -180 || east > 180 || south < -90 || north > 90,
    }
  }

  async *rows(): AsyncGenerator<Batch> {
    const file = this.#file
    const layer = this.#name
    const out = new BatchBuilder(this.#fields.length)
    const geometry = new GeometryReader()
    for (const item of this.#items()) {
      const { row } = item
      const place = { file, layer, row }
      if (item.trouble) out.lose(row, { code: item.trouble, details: place })
      else {
        const { b, from, to } = item
        try {
          const parts = members(b, from, to)
          if (!parts.known) throw new RowTrouble({ code: 'formats/row-not-geojson', details: place })
          const odd = (field: string, value: string) =>
            out.note(row, { code: 'formats/bad-value', details: { ...place, field, value: value.slice(0, 40) } })
          out.values.fill(null)
          if (parts.properties) this.#properties.read(b, parts.properties.from, parts.properties.to, out.values, odd)
          if (parts.id && this.#idField >= 0) {
            const value = this.#properties.value(this.#idField, b, parts.id.from, parts.id.to, odd)
            out.values[this.#idField] = this.#fields[this.#idField].type === 'text' && value !== null ? String(value) : value
          }
          if (parts.geometry) geometry.read(b, parts.geometry.from, parts.geometry.to, out.wkb, place)
          out.keep(row)
          if (geometry.closed && parts.geometry) out.note(row, { code: 'formats/ring-closed', details: place })
        } catch (problem) {
          if (problem instanceof RowTrouble) out.lose(row, problem.refusal)
          else if (problem instanceof TooDeep) out.lose(row, { code: 'formats/too-deep', details: place })
          else if (this.#shape.kind === 'sequence' && (problem instanceof NotJson || problem instanceof NotUtf8))
            out.lose(row, { code: 'formats/row-not-json', details: place })
          else throw this.#stopped(problem, item.feed, row)
        }
      }
      if (out.full) yield out.take()
    }
    if (!out.empty) yield out.take()
  }

  /** The features' bytes one by one, good until the next is asked for. */
  *#items(): Generator<Item> {
    const feed = new Feed(this.#fd, this.#shape.featuresAt)
    let row = 0
    try {
      if (this.#shape.kind === 'single') {
        const { from, to } = feed.value()
        yield { row: 1, feed, b: feed.buffer, from, to, trouble: null }
        return
      }
      if (this.#shape.kind === 'collection') {
        feed.expect(OPEN)
        if (feed.peek() === CLOSE) return
        for (;;) {
          row++
          const { from, to } = feed.value()
          yield { row, feed, b: feed.buffer, from, to, trouble: null }
          if (feed.peek() === CLOSE) return
          feed.expect(COMMA)
        }
      }
      for (;;) {
        let c = feed.peek()
        while (c === RECORD_SEPARATOR) {
          feed.at++
          c = feed.peek()
        }
        if (c === -1) return
        row++
        const item = sequenceItem(feed, c)
        yield item
          ? { row, feed, b: feed.buffer, ...item, trouble: null }
          : { row, feed, b: feed.buffer, from: 0, to: 0, trouble: 'formats/row-not-json' }
      }
    } catch (problem) {
      throw this.#stopped(problem, feed, row)
    }
  }

  /** What a scanning trouble means for the whole file. */
  #stopped(problem: unknown, feed: Feed, row: number): unknown {
    const file = this.#file
    const refusal: FormatsRefusal | null =
      problem instanceof NotJson
        ? { code: 'formats/json-broken', details: { file, row, ...this.#lineOf(feed.place(problem.at)) } }
        : problem instanceof NotUtf8
          ? { code: 'formats/not-utf8', details: { file, row } }
          : problem instanceof TooLarge
            ? { code: 'formats/row-too-large', details: { file, row, limitMb: VALUE_BYTES >> 20 } }
            : problem instanceof TooManyFields
              ? { code: 'formats/too-many-fields', details: { file, limit: problem.limit } }
              : null
    if (!refusal) return problem
    try {
      return stop(refusal)
    } catch (refused) {
      return refused
    }
  }

  #lineOf(byte: number): { line: number; byte: number } {
    let line = 1
    for (let at = 0; at < byte; at += 1 << 20) {
      for (const c of readBytes(this.#fd, at, Math.min(1 << 20, byte - at))) if (c === NEWLINE) line++
    }
    return { line, byte }
  }
}

type Item = {
  readonly row: number
  readonly feed: Feed
  readonly b: Buffer
  readonly from: number
  readonly to: number
  readonly trouble: 'formats/row-not-json' | null
}
type Span = { readonly from: number; readonly to: number }

/** One value of a sequence; null for what is none, passed over up to the next line or record. */
function sequenceItem(feed: Feed, first: number): Span | null {
  if (first === BRACE) {
    try {
      return feed.value()
    } catch (problem) {
      if (!(problem instanceof NotJson)) throw problem
    }
  }
  feed.skipTo(RECORD_SEPARATOR, NEWLINE)
  return null
}

/** The parts of a feature, or a bare geometry as a feature of its own. `known` is false for neither. */
function members(b: Buffer, from: number, to: number): { geometry: Span | null; properties: Span | null; id: Span | null; known: boolean } {
  let geometry: Span | null = null
  let properties: Span | null = null
  let id: Span | null = null
  let type = ''
  if (b[from] !== BRACE) return { geometry, properties, id, known: false }
  eachMember(b, from, to, (nameFrom, nameTo, valueFrom, valueTo) => {
    if (isWord(b, nameFrom, nameTo, 'geometry')) geometry = { from: valueFrom, to: valueTo }
    else if (isWord(b, nameFrom, nameTo, 'properties')) properties = { from: valueFrom, to: valueTo }
    else if (isWord(b, nameFrom, nameTo, 'type')) type = b.toString('latin1', valueFrom + 1, valueTo - 1)
    else if (isWord(b, nameFrom, nameTo, 'id')) id = { from: valueFrom, to: valueTo }
  })
  if (type === 'Feature') return { geometry, properties, id, known: true }
  if (GEOMETRIES.has(type)) return { geometry: { from, to }, properties: null, id: null, known: true }
  return { geometry: null, properties: null, id: null, known: false }
}

/** The elder standard's `crs`: a name, or an EPSG code; null for what is neither. */
function crsMember(text: string): Crs | null {
  try {
    const crs: unknown = JSON.parse(text)
    if (typeof crs !== 'object' || crs === null || !('properties' in crs)) return null
    const { properties } = crs
    if (typeof properties !== 'object' || properties === null) return null
    if ('name' in properties && typeof properties.name === 'string') return crsFromName(properties.name)
    return 'code' in properties && Number.isInteger(properties.code) ? crsFromEpsg(Number(properties.code)) : null
  } catch {
    return null
  }
}
