/** What `dishu topology` is asked, and what it finds, as they pass from one process to another. */
import { Refused } from '@dishu/base/refusal'
import type { Crs, Value } from '@dishu/formats/layers'
import type { PagedLayer } from '@dishu/formats/sqlite/layer-pages'
import type { InvalidRule } from '@dishu/numeric/topology/layer'

export type TopologyLimits = {
  readonly tolerance: number
  readonly leastArea: number
  readonly gapWidth: number
  readonly sliverWidth: number
}

export type TopologyJob = {
  readonly path: string
  /** Paths of the files beside, for a process that may not list the folder. */
  readonly siblings: readonly string[]
  readonly layer: string | null
  readonly key: string | null
  /** A layer of areas outside of which no parcel may lie. */
  readonly within: { readonly path: string; readonly siblings: readonly string[]; readonly layer: string | null } | null
  readonly limits: TopologyLimits
  readonly workers: number
  /** Where findings are written as a GeoPackage. */
  readonly out: string | null
}

/** The key of a parcel as its file has it: a text or a number. */
export type Id = string | number

/** What parcels are called: the field that says it, null for row numbers, and the key of each parcel. */
export type Keys = { readonly field: string | null; readonly idOf: (parcel: number) => Id }

type At = { readonly x: number; readonly y: number }

/** Coordinates are the layer's own, null where a finding has no place. */
export type TopologyReport = {
  readonly layer: {
    readonly name: string
    readonly file: string
    readonly key: string | null
    readonly crs: string | null
    readonly epsg: number | null
  }
  readonly parcels: number
  readonly areaM2: number
  readonly overlaps: readonly ({ readonly a: Id; readonly b: Id; readonly areaM2: number } & At)[]
  readonly gaps: readonly ({ readonly areaM2: number; readonly open: boolean; readonly neighbours: readonly Id[] } & At)[]
  readonly duplicates: readonly ({ readonly a: Id; readonly b: Id; readonly exact: boolean; readonly areaM2: number } & At)[]
  readonly contained: readonly ({ readonly inner: Id; readonly outer: Id; readonly areaM2: number } & At)[]
  readonly slivers: readonly ({ readonly id: Id; readonly areaM2: number; readonly widthM: number } & At)[]
  readonly oneSided: readonly ({ readonly id: Id; readonly neighbour: Id; readonly distanceM: number } & At)[]
  readonly outside: readonly { readonly id: Id; readonly areaM2: number; readonly shareOutside: number }[]
  readonly invalid: readonly {
    readonly id: Id
    readonly rule: InvalidRule | 'unreadable'
    readonly x: number | null
    readonly y: number | null
  }[]
  readonly identity: { readonly outerM2: number; readonly sumM2: number; readonly differenceM2: number }
}

/** A fault of the kernel, or the refusal where a layer is too tangled; a thread of its own gives only the text. */
export function tangledOr(cause: unknown, file: string, place: (x: number, y: number) => readonly [number, number]): unknown {
  const [, x, y] = /TooTangled: .*, near (\S+) (\S+) on the grid/.exec(String(cause)) ?? []
  if (x === undefined) return cause
  const [east, north] = place(Number(x), Number(y))
  return new Refused({ code: 'topology/too-tangled', details: { file, x: east, y: north } })
}

/** Parcels of one source, batch by batch: the readers' well-known binary (little-endian, two-dimensional, closed rings). */
export type ParcelBatch = {
  readonly ids: readonly Id[]
  readonly wkb: Uint8Array
  readonly offsets: Uint32Array
  /** Rows that could not be read, with what stands for their key. */
  readonly unreadable: readonly { readonly id: Id; readonly rule: InvalidRule | 'unreadable' }[]
}

export type ParcelSource = {
  readonly name: string
  readonly file: string
  readonly crs: Crs | null
  readonly rowCount: number | null
  readonly batches: () => AsyncIterable<ParcelBatch>
  /** The same parcels by the pages of their file, see topology-read.ts. */
  readonly paged?: PagedLayer | null
  readonly taken?: (numbers: ArrayLike<number>, columns: readonly ArrayLike<Value>[]) => void
}
