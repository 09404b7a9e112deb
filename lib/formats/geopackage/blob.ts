/** The geometry of a GeoPackage: a head, then well-known binary (OGC 12-128r19, 2.1.3). */
import { type Bytes, RowTrouble } from '../batches.ts'
import { appendWkb, type Place } from '../wkb/wkb.ts'

/** Bytes of an envelope by its kind in the flags: none, xy, xyz, xym, xyzm. */
const ENVELOPE = [0, 32, 48, 48, 64]

/** Appends the geometry of the blob in `bytes[from, to)`: "GP", version, flags, srs id, envelope, then WKB. Returns whether a ring was closed. */
export function appendBlob(out: Bytes, bytes: Uint8Array, from: number, to: number, place: Place): boolean {
  const length = to - from
  if (length < 8 || bytes[from] !== 0x47 || bytes[from + 1] !== 0x50)
    throw new RowTrouble({ code: 'formats/geometry-broken', details: place })
  const flags = bytes[from + 3]
  if (flags & 0x20) throw new RowTrouble({ code: 'formats/geometry-not-read', details: { ...place, type: 'extended' } })
  if (flags & 0x10) return false // marked empty
  const envelope = ENVELOPE[(flags >> 1) & 7]
  if (envelope === undefined || length < 8 + envelope) throw new RowTrouble({ code: 'formats/geometry-broken', details: place })
  return appendWkb(out, bytes, from + 8 + envelope, to, place)
}
