/** The polygons of a layer in plain arrays, read from the well-known binary that the readers of files give. */
import type { Batch, Field, Layer, Source, Value } from '@dishu/formats/layers'
import { type PagedLayer, readPages } from '@dishu/formats/sqlite/layer-pages'
import { type Affine, type Outlines, prepareRange, toCells, type Zones } from '@dishu/numeric/zonal/zones'

/** Fields that name a parcel where nobody says which does, in this order: survey, registry, then what programs call it. */
const KEYS = ['BSM', 'DKBM', 'patch_key', 'parcel_code', 'area_code', 'id', 'code', 'name', 'fid']

export const keyFieldOf = (fields: readonly Field[]): string | null => {
  for (const key of KEYS) {
    const field = fields.find(({ name }) => name.toLowerCase() === key.toLowerCase())
    if (field) return field.name
  }
  return null
}

/** What a share of a layer's rows holds. */
export type LayerPart = {
  readonly keys: readonly Value[]
  readonly leftOut: readonly { readonly row: number; readonly code: string }[]
  readonly outlines: Outlines
  /** Rows, those left out among them. */
  readonly rows: number
}

/** The field that names the rows of a layer; −1 where they are numbered. */
export function keyColumn({ fields }: Layer, key: string | null): number {
  const wanted = key ?? keyFieldOf(fields)
  return fields.findIndex(({ name }) => name === wanted)
}

/** Reads a layer whole: about 400 bytes a parcel. A row that is no polygon is a zone without rings. */
export async function readLayer(source: Source, index: number, column: number, shared: boolean): Promise<LayerPart> {
  const { rowCount } = source.layers[index]
  const growing = new GrowingOutlines(shared)
  const keys: Value[] = []
  const leftOut: { row: number; code: string }[] = []
  for await (const batch of source.read(index)) {
    for (const { row, refusal } of batch.problems) leftOut.push({ row, code: refusal.code })
    if (keys.length === 0 && rowCount) growing.reserve(expectedVertices(batch, rowCount))
    addBatch(growing, batch)
    for (let i = 0; i < batch.rows.length; i++) keys.push(column < 0 ? batch.rows[i] : batch.columns[column][i])
  }
  return { keys, leftOut, outlines: growing.outlines(), rows: keys.length + leftOut.length }
}

/** The same of a share of a layer's pages; rows are numbered from 1 in each. `room` vertices are made room for beforehand. */
export function readShare(paged: PagedLayer, from: number, to: number, shared: boolean, room: number): LayerPart {
  const growing = new GrowingOutlines(shared)
  growing.reserve(Math.min(MOST_EXPECTED, room))
  const keys: Value[] = []
  const leftOut: { row: number; code: string }[] = []
  const numbered = paged.fields.length === 0
  readPages(paged, from, to, {
    geometry: (view, at) => void growing.geometry(view, at),
    row: (row, values) => {
      keys.push(numbered ? row : values[0])
      growing.zone()
    },
    problem: (row, { code }) => void leftOut.push({ row, code }),
    note: () => {},
  })
  return { keys, leftOut, outlines: growing.outlines(), rows: keys.length + leftOut.length }
}

/** Vertices that so many pages can hold. */
export const verticesIn = ({ table }: PagedLayer, leaves: number): number => Math.ceil((leaves * table.pageSize) / 16)

export type PrepareShare = { readonly zones: Zones; readonly from: number; readonly to: number; readonly g: Affine | null }

/** Zones `from` … `to` − 1, brought to cells by `g` where that is still to be done. */
export function prepareShare({ zones, from, to, g }: PrepareShare): void {
  if (g) toCells(zones.xy.subarray(2 * zones.rings[zones.zones[from]], 2 * zones.rings[zones.zones[to]]), g)
  prepareRange(zones, from, to)
}

/** A layer's first thousand rows tell how large the rest will be, more or less. */
const expectedVertices = ({ rows, wkb }: Batch, rowCount: number): number =>
  Math.min(MOST_EXPECTED, Math.ceil(((wkb.length / 16) * 1.1 * rowCount) / Math.max(1, rows.length)))

function addBatch(growing: GrowingOutlines, { rows, wkb, offsets }: Batch): void {
  const view = new DataView(wkb.buffer, wkb.byteOffset, wkb.byteLength)
  for (let i = 0; i < rows.length; i++) {
    if (offsets[i + 1] > offsets[i]) growing.geometry(view, offsets[i])
    growing.zone()
  }
}

/** Vertices that are made room for beforehand, at most: a count in a file is a stranger's. */
const MOST_EXPECTED = 8_000_000
/** So many are copied faster one by one. */
const FEW = 64
const LITTLE_MACHINE = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1

/** Outlines as they come in; WKB in them is the readers': little-endian, two-dimensional, whole, with closed rings. */
class GrowingOutlines {
  readonly #memory: (bytes: number) => ArrayBufferLike
  #xy: Float64Array
  #bytes: Uint8Array
  #vertices = 0
  readonly #rings: number[] = [0]
  readonly #shells: number[] = []
  readonly #zones: number[] = [0]

  /** `shared`: where threads can see them. */
  constructor(shared: boolean) {
    this.#memory = (bytes) => (shared ? new SharedArrayBuffer(bytes) : new ArrayBuffer(bytes))
    this.#xy = new Float64Array(this.#memory(1 << 16))
    this.#bytes = new Uint8Array(this.#xy.buffer)
  }

  /** Room for so many vertices more: said beforehand, the array is made once. */
  reserve(vertices: number): void {
    const needed = 2 * (this.#vertices + vertices)
    if (needed <= this.#xy.length) return
    const more = new Float64Array(this.#memory(8 * Math.max(needed, Math.ceil(1.5 * this.#xy.length))))
    more.set(this.#xy.subarray(0, 2 * this.#vertices))
    this.#xy = more
    this.#bytes = new Uint8Array(more.buffer)
  }

  /** Adds a geometry's polygons to the zone being read; gives where its bytes end. Lines and points enclose nothing and are passed over. */
  geometry(view: DataView, at: number): number {
    const type = view.getUint32(at + 1, true)
    const count = view.getUint32(at + 5, true)
    let next = at + 9
    if (type === 3) for (let r = 0; r < count; r++) next = this.#ring(view, next, r === 0)
    else if (type >= 4 && type <= 7) for (let g = 0; g < count; g++) next = this.geometry(view, next)
    else next = type === 1 ? at + 21 : next + 16 * count
    return next
  }

  #ring(view: DataView, at: number, isShell: boolean): number {
    const points = view.getUint32(at, true)
    this.reserve(points)
    // doubles in WKB lie where no Float64Array can look: bytes are copied where the machine's are the same
    if (LITTLE_MACHINE && points > FEW)
      this.#bytes.set(new Uint8Array(view.buffer, view.byteOffset + at + 4, 16 * points), 16 * this.#vertices)
    else {
      const xy = this.#xy
      for (let to = 2 * this.#vertices, from = at + 4, end = from + 16 * points; from < end; from += 8)
        xy[to++] = view.getFloat64(from, true)
    }
    this.#vertices += points
    this.#shells.push(isShell ? 1 : 0)
    this.#rings.push(this.#vertices)
    return at + 4 + 16 * points
  }

  /** The zone being read is whole. */
  zone(): void {
    this.#zones.push(this.#shells.length)
  }

  outlines(): Outlines {
    const rings = new Uint32Array(this.#memory(4 * this.#rings.length))
    const shells = new Uint8Array(this.#memory(this.#shells.length))
    const zones = new Uint32Array(this.#memory(4 * this.#zones.length))
    rings.set(this.#rings)
    shells.set(this.#shells)
    zones.set(this.#zones)
    return { xy: this.#xy.subarray(0, 2 * this.#vertices), rings, shells, zones }
  }
}
