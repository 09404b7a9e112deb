/**
 * What lies on patches, put together from plain rows: the same for the rows of today, for rows as they were known once, and for rows out of a
 * kept folder. No database: whoever has the rows can count them.
 */
import type { Day } from '@dishu/base/date'
import { mapWkb } from '@dishu/base/wkb'
import { TooTangled } from '@dishu/numeric/topology/limits'
import type { Sample } from '../soil/soil.ts'
import type { ContractTerm, Laid } from './cells.ts'
import { type Overlay, overlay, type Shape } from './overlay.ts'
import { holds, inPlane, planeOf, projectionOf } from './plane.ts'

export type PatchRow = {
  readonly id: number
  readonly validFrom: Day
  readonly validTo: Day
  readonly patchKey: string
  readonly village: string
  readonly class: string
  readonly ownerKind: string | null
  readonly officialArea: number
  readonly deductedClass: string | null
  readonly deductedArea: number
}
export type ParcelRow = {
  readonly id: number
  readonly validFrom: Day
  readonly validTo: Day
  readonly parcelCode: string
  readonly srid: number | null
  readonly outline: Uint8Array
}
/** A sample by the names that grading knows, and where it lies. */
export type SampleRow = Sample & {
  readonly id: number
  readonly validFrom: Day
  readonly validTo: Day
  readonly plotCode: string | null
  readonly longitude: number | null
  readonly latitude: number | null
}
export type ContractRow = {
  readonly parcelCode: string
  readonly code: string
  readonly sharePart: number
  readonly shareWhole: number
  readonly validFrom: Day
  readonly validTo: Day
  readonly from: Day | null
  readonly to: Day | null
  readonly contractFrom: Day | null
  readonly contractTo: Day | null
}

/** A version of a patch with its outline. */
export type OutlineRow = Outlined & { readonly id: number; readonly validFrom: Day }

/** Rows of some patches and of all that lies on them. */
export type OverRows = {
  readonly pairs: ReadonlyMap<number, readonly number[]> // parcels whose boxes meet the patch's
  readonly parcels: readonly ParcelRow[] // by code
  readonly contracts: readonly ContractRow[] // by parcel, contract and day
  readonly placed: readonly (SampleRow & { readonly patchId: number; readonly placed: boolean })[]
  readonly named: readonly SampleRow[] // samples that name a parcel
  readonly outlines: readonly OutlineRow[]
}

/** How many patches could not be laid under their parcels. */
export type Laying = { unlaid: number }

export function groundOver({ pairs, parcels, contracts, placed: samples, named: byParcel, outlines: rows }: OverRows) {
  const terms = groupBy(termsFrom(contracts), (term) => term.parcelCode)
  const placed = groupBy(samples, (sample) => sample.patchId)
  const named = groupBy(byParcel, (sample) => sample.plotCode ?? '')
  const outlines = new Map(rows.map((row) => [`${row.id} ${row.validFrom}`, row]))
  const rank = new Map(parcels.map((parcel, i) => [parcel, i]))
  const byId = groupBy(parcels, (parcel) => parcel.id)
  const outlineOf = (patch: PatchRow) => outlines.get(`${patch.id} ${patch.validFrom}`) ?? null

  const samplesOf = (versions: readonly PatchRow[], on: readonly ParcelRow[]): SampleRow[] => {
    const found = (placed.get(versions[0].id) ?? []).filter(
      (sample) => !sample.placed || versions.some((patch) => liesOn(sample, outlineOf(patch))),
    )
    const byName = [...new Set(on.map((parcel) => parcel.parcelCode))].flatMap((code) => named.get(code) ?? [])
    return [...found, ...byName]
  }
  return {
    outlineOf,
    of: (versions: readonly PatchRow[]) => {
      if (versions.length === 0) return NOTHING
      const on = (pairs.get(versions[0].id) ?? []).flatMap((id) => byId.get(id) ?? []).sort((a, b) => rank.get(a)! - rank.get(b)!)
      return {
        parcels: on,
        samples: samplesOf(versions, on),
        contractsOn: (parcel: ParcelRow) => terms.get(parcel.parcelCode) ?? [],
      }
    },
  }
}
const NOTHING = { parcels: [] as ParcelRow[], samples: [] as SampleRow[], contractsOn: (): ContractTerm[] => [] }

type Outlined = { readonly srid: number | null; readonly outline: Uint8Array }

function liesOn(sample: SampleRow, patch: Outlined | null): boolean {
  const projection = patch && projectionOf(patch.srid)
  if (!projection || sample.longitude === null || sample.latitude === null) return false
  const xy = Float64Array.of(sample.longitude, sample.latitude)
  projection.fromLonLat(xy)
  return holds(patch.outline, xy[0], xy[1])
}

/** Pieces are weighed in whole square centimetres: equal pieces weigh the same whatever the last bits of their areas, and ties fall alike on every machine. */
const WEIGHTS_PER_M2 = 1e4

/** The pieces of a patch under parcels, in the plane of the patch. */
export function layOver(patch: PatchRow, parcels: readonly ParcelRow[], ground: Outlined | null, laying: Laying): Laid<ParcelRow> {
  const whole = { pieces: [{ parcel: null, weight: 1, outline: null }], doubly: [] }
  if (parcels.length === 0 || ground === null) return whole
  const plane = planeOf(ground.srid, ground.outline)
  const named = new Map<string, ParcelRow>()
  const shapes: { id: string; wkb: Uint8Array }[] = []
  for (const parcel of parcels) {
    const wkb = plane && inPlane(parcel.outline, parcel.srid, ground.srid, plane)
    if (wkb === null) {
      laying.unlaid++
      return whole
    }
    const id = `${parcel.parcelCode} ${String(parcel.id).padStart(16, '0')}`
    named.set(id, parcel)
    shapes.push({ id, wkb })
  }
  const own = plane!.own
  const back = (wkb: Uint8Array) => (own ? wkb : mapWkb(wkb, plane!.toLonLat))
  const cut = cutOrNull([{ id: patch.patchKey, wkb: own ? ground.outline : mapWkb(ground.outline, plane!.fromLonLat) }], shapes)
  if (cut === null) {
    laying.unlaid++
    return whole
  }
  const { pieces, doubly } = cut
  return {
    pieces: pieces.map((piece) => ({
      parcel: piece.parcel === null ? null : named.get(piece.parcel)!,
      weight: Math.max(0, Math.round(piece.areaM2 * WEIGHTS_PER_M2)),
      outline: piece.outline && back(piece.outline),
    })),
    doubly: doubly.map((found) => ({
      parcels: found.parcels.map((id) => named.get(id)!),
      area: Math.round(found.areaM2 * 100),
      outline: back(found.outline),
    })),
  }
}

/** Null where outlines are such a tangle that cutting them would not end: the check of outlines names them, the patch counts whole. */
function cutOrNull(patches: readonly Shape[], parcels: readonly Shape[]): Overlay | null {
  try {
    return overlay(patches, parcels)
  } catch (cause) {
    if (cause instanceof TooTangled) return null
    throw cause
  }
}

/** Days on which a link and its contract both hold have the contract's term; days of the link alone have none. */
function termsFrom(rows: readonly ContractRow[]): (ContractTerm & { readonly parcelCode: string })[] {
  const terms: (ContractTerm & { readonly parcelCode: string })[] = []
  for (const links of groupBy(rows, (row) => `${row.parcelCode} ${row.code} ${row.validFrom}`).values()) {
    const { parcelCode, code, sharePart, shareWhole, validFrom, validTo } = links[0]
    const link = { parcelCode, code, share: { part: sharePart, whole: shareWhole } }
    const unstated = { ...link, from: null, to: null }
    let at = validFrom
    for (const { contractFrom, contractTo, from, to } of links) {
      if (contractFrom === null || contractTo === null || contractTo <= at || contractFrom >= validTo) continue
      if (contractFrom > at) terms.push({ ...unstated, validFrom: at, validTo: contractFrom })
      const begin = contractFrom > at ? contractFrom : at
      const end = contractTo < validTo ? contractTo : validTo
      terms.push({ ...link, from, to, validFrom: begin, validTo: end })
      at = end
    }
    if (at < validTo) terms.push({ ...unstated, validFrom: at, validTo })
  }
  return terms
}

export function groupBy<T, K>(rows: readonly T[], keyOf: (row: T) => K): Map<K, T[]> {
  const groups = new Map<K, T[]>()
  for (const row of rows) {
    const key = keyOf(row)
    const group = groups.get(key)
    if (group) group.push(row)
    else groups.set(key, [row])
  }
  return groups
}
