/**
 * A layer of polygons as plain arrays, and what `findTopology` and `overlayLayers` give back. Polygons are called parcels here; the kernel only
 * knows their index in the layer.
 */

/**
 * Parcels with their rings, one after the other. Parcel i has rings `polygonRing[i] … polygonRing[i + 1]`, ring r the vertices
 * `ringStart[r] … ringStart[r + 1]`, vertex v lies at (`xy[2v]`, `xy[2v + 1]`), x to the east and y to the north. Rings are closed (the last
 * vertex repeats the first) and may run either way. `hole[r]` is 1 where the ring is a hole of the last shell before it; a parcel of several
 * parts has several shells, one without geometry has no rings.
 */
export type PolygonLayer = {
  readonly xy: Float64Array
  readonly ringStart: Uint32Array
  readonly polygonRing: Uint32Array
  readonly hole: Uint8Array
}

/** Polygons, each a shell and its holes as closed rings x, y, x, y, …: shells counter-clockwise, holes clockwise. */
export type Outline = readonly (readonly Float64Array[])[]

/**
 * Signed area in m² of a closed ring x, y, x, y, … in the layer's coordinates; positive when it runs counter-clockwise. It must add up: a ring cut in two has
 * the area of its parts, wherever on its edges the cut begins.
 */
export type RingArea = (ring: Float64Array) => number

/**
 * The kernel works in metres. A layer in degrees is stretched by its caller (x by the length of a degree of longitude at its middle, y by one of latitude):
 * that leaves straight edges straight, and `areaOf` gives the true areas.
 */
export type TopologyOptions = {
  /** Overlaps and gaps that are narrower than this (m, on average: 2 area / perimeter) are not told. Default 0: told whatever their width. */
  readonly tolerance?: number
  /** Overlaps and gaps of less area are not told (m²). Default 0.01, the last digit that the standard records. */
  readonly leastArea?: number
  /** A way between parcels that is open to the outside is a gap up to this width (m). Default 0.5; 0 looks for none. */
  readonly gapWidth?: number
  /** A parcel narrower than this on average (m) is a sliver. Default 0.2. */
  readonly sliverWidth?: number
  /** A vertex that lies this near (m) to a neighbour's edge, but to no vertex of it, is one-sided. Default 0.001 or `tolerance`, whichever is more. */
  readonly near?: number
  /** Two parcels of which this share is common are the same one drawn twice. Default 0.95. */
  readonly sameShare?: number
  /** Ellipsoidal or other area of a ring; planar where not given. */
  readonly areaOf?: RingArea
  /** Whether findings carry their outlines. Default true. */
  readonly outlines?: boolean
}

/** Where a finding can be looked at: a point inside it (overlaps, gaps) or on it, in the layer's coordinates. */
export type Place = { readonly x: number; readonly y: number }

/** Ground under both `a` and `b` (a < b). */
export type Overlap = Place & { readonly a: number; readonly b: number; readonly areaM2: number; readonly outline: Outline | null }

/** Ground under no parcel. `open`: reaches the outside, and is closed across its mouths. `neighbours` ascending; a hole that nobody fills has one. */
export type Gap = Place & {
  readonly areaM2: number
  readonly open: boolean
  readonly neighbours: readonly number[]
  readonly outline: Outline | null
}

/** `a` and `b` (a < b) drawn twice: vertex for vertex, or as nearly the same ground. */
export type Duplicate = Place & { readonly a: number; readonly b: number; readonly exact: boolean; readonly areaM2: number }

/** `inner` lies wholly on the ground of `outer`. */
export type Contained = Place & { readonly inner: number; readonly outer: number; readonly areaM2: number }

/** A parcel that is long and thin; `widthM` is 2 area / perimeter. */
export type ThinParcel = Place & { readonly parcel: number; readonly areaM2: number; readonly widthM: number }

/** A vertex of `parcel` on an edge of `neighbour`, which has no vertex there. */
export type OneSidedVertex = Place & { readonly parcel: number; readonly neighbour: number; readonly distanceM: number }

export type InvalidRule =
  | 'no-geometry'
  | 'not-a-number'
  | 'ring-too-short'
  | 'zero-area'
  | 'repeated-point'
  | 'spike'
  | 'self-intersection'
  | 'self-touch'
  | 'orientation'
  | 'hole-outside-shell'
  | 'nested-parts'
  | 'part-overlap'
  | 'swapped-axes'

/** What is wrong with the rings of `parcel`, at most once for each rule; x and y are NaN where there is no place. */
export type Invalid = Place & { readonly parcel: number; readonly rule: InvalidRule }

/**
 * Two ways to the same area: `outerM2` lies inside the outer outlines, `sumM2` = areas of all parcels − ground × (depth − 1) + enclosed gaps.
 * Whether told or not (`leastArea`), every overlap and gap is counted here.
 */
export type Identity = { readonly outerM2: number; readonly sumM2: number; readonly differenceM2: number }

export type TopologyFindings = {
  readonly parcels: number
  readonly areaM2: number
  readonly overlaps: readonly Overlap[]
  readonly gaps: readonly Gap[]
  readonly duplicates: readonly Duplicate[]
  readonly contained: readonly Contained[]
  readonly slivers: readonly ThinParcel[]
  readonly oneSided: readonly OneSidedVertex[]
  readonly invalid: readonly Invalid[]
  readonly identity: Identity
}

/**
 * Ground of one parcel that lies under the same polygons of the other layers: `under[k]` are those of layer k, ascending, none where the list is
 * empty, several where layer k overlaps itself. The pieces of a parcel share no ground and leave none out.
 */
export type Piece = {
  readonly parcel: number
  readonly under: readonly (readonly number[])[]
  readonly areaM2: number
  /** Null when the piece is the whole parcel, or outlines were not asked for. */
  readonly outline: Outline | null
}

export type OverlayOptions = {
  readonly areaOf?: RingArea
  readonly outlines?: boolean
  /** Where a layer overlaps itself only its first polygon counts: no piece is under two of one layer. */
  readonly firstOnly?: boolean
}

// entry points: `findTopology(layer, options)` in find.ts, `overlayLayers(parcels, others, options)` in overlay.ts
