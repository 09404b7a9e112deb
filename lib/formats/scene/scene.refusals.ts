/** Why a scene, a raster of it, or its metadata is not taken. */
import { type Refusal, Refused } from '@dishu/base/refusal'

type InFile = { readonly file: string }

export type SceneRefusal =
  | Refusal<'formats/scene-without-raster', InFile>
  | Refusal<'formats/scene-not-surface-reflectance', { readonly product: string; readonly level: string }>
  | Refusal<'formats/scene-metadata-broken', InFile & { readonly what: string }>
  | Refusal<'formats/scene-too-many-files', InFile & { readonly limit: number }>
  | Refusal<'formats/scene-too-large', InFile & { readonly megapixels: number; readonly limit: number }>
  | Refusal<'formats/scene-without-place', InFile>
  | Refusal<'formats/scene-turned', InFile>
  | Refusal<'formats/scene-empty', InFile>
  | Refusal<'formats/jp2-not-read', InFile & { readonly reason: string }>
  | Refusal<'formats/tar-not-read', InFile & { readonly reason: string }>

/** Stops the reading. */
export function stopScene(refusal: SceneRefusal): never {
  throw new Refused(refusal)
}
