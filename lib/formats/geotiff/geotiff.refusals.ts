/** Every reason for which a GeoTIFF is not read. */
import type { Refusal } from '@dishu/base/refusal'
import { Refused } from '@dishu/base/refusal'

type InFile = { readonly file: string }

export type GeotiffRefusal =
  | Refusal<'formats/tiff-not-a-tiff', InFile>
  /** Something lies beyond the file's end: a directory, a tag's values, a tile. */
  | Refusal<'formats/tiff-cut-short', InFile & { readonly what: string; readonly needs: number; readonly size: number }>
  | Refusal<'formats/tiff-damaged', InFile & { readonly what: string }>
  | Refusal<'formats/tiff-too-large', InFile & { readonly what: string; readonly found: number; readonly limit: number }>
  | Refusal<'formats/tiff-not-read', InFile & { readonly what: 'compression' | 'samples' | 'predictor' | 'layout'; readonly found: string }>
  | Refusal<'formats/tiff-without-place', InFile>

/** A raster and a layer of polygons that are fine by themselves and cannot be put together as asked. */
export type OverlayRefusal =
  | Refusal<'formats/raster-without-crs', InFile>
  | Refusal<'formats/layer-without-crs', { readonly layer: string }>
  | Refusal<'formats/raster-datum-differs', { readonly layer: string; readonly raster: string }>
  | Refusal<'formats/raster-elsewhere', InFile & { readonly layer: string }>
  | Refusal<'formats/raster-no-such-band', InFile & { readonly wanted: number; readonly bands: number }>
  | Refusal<'formats/raster-grids-differ', InFile & { readonly other: string }>
  | Refusal<'formats/raster-too-many-values', InFile & { readonly limit: number }>
  | Refusal<'formats/raster-no-such-statistic', { readonly wanted: string }>
  | Refusal<'formats/raster-host-not-allowed', { readonly host: string }>
  | Refusal<'formats/raster-not-served', { readonly host: string; readonly why: string }>
  | Refusal<'formats/layer-without-polygons', { readonly layer: string }>
  | Refusal<'formats/no-such-layer', { readonly wanted: string; readonly names: readonly string[] }>
  | Refusal<'formats/no-such-field', { readonly wanted: string; readonly layer: string; readonly names: readonly string[] }>

/** Stops the reading. */
export function stopTiff(refusal: GeotiffRefusal): never {
  throw new Refused(refusal)
}
