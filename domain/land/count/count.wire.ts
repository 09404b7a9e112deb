/** The one aggregate, as it crosses the network. Areas are whole hundredths of a square metre, so that every sum is exact. */
export const DIMENSIONS = ['area', 'class', 'grade', 'mapgrade', 'owner', 'contract', 'saline'] as const
export type Dimension = (typeof DIMENSIONS)[number]

/** owner: state | collective | unknown. contract: none | contracted | expired | overlapping. saline: unused | cultivated | none | unknown.
 *  class: the survey's code. grade: by sample, a grade of the chosen scheme, or not-graded. mapgrade: by the soil map of the day, or not-mapped. area: an area code of the level asked for. */
export type CountRow = {
  readonly by: Readonly<Partial<Record<Dimension, string>>>
  readonly area: number
  readonly patches: number
  readonly cells: number
  /** Of a row by mapgrade: the mean area over the map's simulations, and their middle 95 %. Beside the count, never instead of it. */
  readonly interval?: { readonly estimate: number; readonly low: number; readonly high: number }
}

export type CountReply = {
  readonly county: string
  readonly within: string // the area asked for
  readonly asOf: string
  readonly known: number // the revision read
  readonly knownAt: string | null
  readonly scheme: { readonly id: string; readonly name: string; readonly depth: string; readonly season: string; readonly rule: string }
  readonly rows: readonly CountRow[]
  readonly total: { readonly area: number; readonly patches: number; readonly cells: number }
  readonly unplaced: { readonly contracts: number; readonly area: number } // contracts that lie on no parcel of the map; never part of the total
  readonly synthetic: boolean
}
// GET /api/counties/:county/count?by=area,class&within=CODE&level=county|town|village&asOf=YYYY-MM-DD&known=REV|YYYY-MM-DD&class=&grade=&mapgrade=&owner=&contract=&saline=   -> CountReply

export type PatchRow = {
  readonly id: number
  readonly patchKey: string
  readonly patchNumber: string | null
  readonly village: string
  readonly villageName: string | null
  readonly class: string
  readonly className: string | null
  readonly grade: string
  readonly mapgrade: string
  readonly owner: string
  readonly ownerName: string | null
  readonly contract: string // that of the lead cell
  readonly saline: string
  readonly officialArea: number
  readonly computedArea: number | null
  readonly findings: number
}
export type PatchPage = {
  readonly rows: readonly PatchRow[]
  readonly matched: number
  readonly area: number
  readonly next: number | null
  readonly place?: number | null // how many rows stand before the patch asked for with `at`; null: it is not in the list
}
// GET /api/counties/:county/patches?within=&class=&grade=&owner=&contract=&saline=&q=&ids=&at=&sort=patchKey|officialArea|class|village|grade&descending=&offset=&limit=(≤1000)&asOf=&known=  -> PatchPage

// GET /api/counties/:county/patches/:id?asOf=&known= -> Dossier
export type Dossier = {
  readonly patch: PatchRow & {
    readonly bbox: readonly [number, number, number, number] | null
    readonly validFrom: string
    readonly validTo: string
    readonly attributes: readonly { readonly name: string; readonly label: string; readonly value: string | null }[]
  }
  readonly outline: unknown // GeoJSON geometry, longitude and latitude
  readonly cells: readonly {
    readonly parcelCode: string | null
    readonly contract: string
    readonly contractCode: string | null
    readonly class: string
    readonly part: 'land' | 'ridge'
    readonly area: number
    readonly validFrom: string
    readonly validTo: string
  }[]
  readonly areas: {
    readonly official: number
    readonly computed: number | null
    readonly contract: number | null
    readonly difference: number | null
  }
  readonly rights: readonly {
    readonly right: 'ownership' | 'contract' | 'transfer'
    readonly party: string
    readonly share: string
    readonly code: string | null
    readonly from: string | null
    readonly to: string | null
    readonly basis: string | null
  }[]
  readonly contracts: readonly {
    readonly code: string
    readonly contractor: string
    readonly personId: number | null // the party's row, where the contractor is a person whose name is covered
    readonly mode: string | null
    readonly from: string | null
    readonly to: string | null
    readonly area: number | null
    readonly state: string
    readonly parcels: readonly string[]
  }[]
  readonly samples: readonly {
    readonly code: string
    readonly depth: string
    readonly sampledOn: string | null
    readonly season: string | null
    readonly ph: number | null
    readonly ec: number | null
    readonly ece: number | null
    readonly salt: number | null
    readonly esp: number | null
    /** Of values of which only a side is known: `<0.05`, in our unit, or the laboratory's word where it gives no limit. */
    readonly censored: Readonly<Partial<Record<string, string>>>
    readonly phRatio: string | null
    readonly ecRatio: string | null
    /** What follows from the sample: a number or a word with the relation it comes from, or why there is none. */
    readonly derived: readonly {
      readonly quantity: string
      readonly relation: string
      readonly source: string
      readonly text: string | null
      readonly word: string | null
      readonly inputs: string
      readonly refused: string | null
    }[]
    readonly flags: readonly string[]
    readonly lab: string | null
    readonly method: string | null
    readonly longitude: number | null
    readonly latitude: number | null
  }[]
  /** Holes with several layers, by quantity, at the standard depths (cm). */
  readonly profiles: readonly {
    readonly codes: readonly string[]
    readonly sampledOn: string | null
    readonly quantity: 'ph' | 'ec' | 'ece' | 'salt' | 'esp'
    readonly depths: readonly { readonly depth: string; readonly text: string | null; readonly refused: string | null }[]
  }[]
  readonly grades: readonly { readonly scheme: string; readonly schemeName: string; readonly grade: string; readonly note: string | null }[]
  readonly findings: readonly {
    readonly id: number
    readonly rule: string
    readonly name: string
    readonly severity: string
    readonly sample: string | null // its number, where the finding is about a sample
    readonly message: string
    readonly accepted: string | null
  }[]
  readonly history: readonly {
    readonly rev: number
    readonly recordedAt: string
    readonly actor: string
    readonly reason: string
    readonly cause: string
    readonly what: string
    readonly source: { readonly file: string; readonly layer: string; readonly row: number | null; readonly sha256: string } | null
    readonly changes: readonly { readonly name: string; readonly before: string | null; readonly after: string | null }[]
  }[]
}

// GET /tiles/:county/:z/:x/:y.mvt?asOf=&known=  layer "cells": properties id (patch), cell, class, grade, owner, contract, saline, area (m²); layer "density" where features are below 3 px:
//     squares with the dominant value of each dimension and area; layers "areas" (boundaries: code, level, name), "samples" (code, ph, ec) from z 11.
