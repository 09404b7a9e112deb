import type { AsOf } from '@dishu/kernel/records/records'
import { cursor, type Db, type Sql, sql } from '@dishu/server-kit/sql'
import type { Design, TakenSample } from './design.ts'

type Box = readonly [number, number, number, number]

const standing = ({ day, rev }: AsOf): Sql =>
  rev === null
    ? sql`design.until is null and design.valid_from <= ${day}::date and design.valid_to > ${day}::date`
    : sql`design.since <= ${rev}::int4 and (design.until is null or design.until > ${rev}::int4) and design.valid_from <= ${day}::date and design.valid_to > ${day}::date`

const DESIGN = sql`design.id, design.design_key as key, design.title, design.method, design.request, design.frame, design.strata, design.points, design.figures,
  design.valid_from as "validFrom", design.since`

/** Designs of a state of the register, the newest first. */
export const readDesigns = (db: Db, county: string, asOf: AsOf) => db.all<Design>`
  select ${DESIGN} from land.sampling_design design where design.county = ${county} and ${standing(asOf)} order by design.id desc`

export const readDesign = (db: Db, county: string, key: string) => db.maybe<Design>`
  select ${DESIGN} from land.sampling_design_now design where design.county = ${county} and design.design_key = ${key} order by design.valid_from desc limit 1`

/** The next free key: keys of designs that were undone are not given again, since somebody may have taken samples by them. */
export const nextDesignKey = async (db: Db, county: string): Promise<string> =>
  (
    await db.one<{ key: string }>`
      select 'P' || (coalesce(max(substr(design_key, 2)::int), 0) + 1) as key from land.sampling_design where county = ${county} and design_key ~ '^P\d{1,6}$'`
  ).key

/** Patches by class, within an area: how many there are, how many have an outline, and their area (m²). */
export const readGroundByClass = (db: Db, county: string, within: string) =>
  db.all<{ landClass: string; patches: number; drawn: number; areaM2: number; bbox: Box | null }>`
    select class as "landClass", count(*) as patches, count(outline) as drawn, coalesce(sum(official_area) filter (where outline is not null), 0)::float8 / 100 as "areaM2",
      box(point(min((bbox[1])[0]), min((bbox[1])[1])), point(max((bbox[0])[0]), max((bbox[0])[1]))) as bbox
    from land.patch_now where county = ${county} and valid_to = 'infinity' and village like ${`${within}%`} group by class order by class`

export type GroundPatch = {
  readonly id: number
  readonly number: string | null
  readonly village: string
  readonly villageName: string | null
  readonly landClass: string
  readonly srid: number | null
  readonly outline: Buffer
}

/** Patches of some classes with their outlines, in batches, always in the same order. */
export const eachGroundPatch = (db: Db, county: string, within: string, classes: readonly string[]) =>
  cursor<GroundPatch>(
    db,
    sql`select id, patch_number as number, village, village_name as "villageName", class as "landClass", srid, outline from land.patch_now
      where county = ${county} and valid_to = 'infinity' and outline is not null and village like ${`${within}%`} and class = any(${classes}::text[]) order by patch_key, id`,
    2000,
  )

/** Outlines in which no sample is taken. */
export const readExcluded = (db: Db, county: string, layers: readonly string[]) =>
  db.all<{ srid: number | null; outline: Buffer }>`
    select srid, outline from land.ground_now where county = ${county} and valid_to = 'infinity' and outline is not null and layer = any(${layers}::text[])`

export const readGroundLayers = async (db: Db, county: string): Promise<string[]> =>
  (
    await db.all<{
      layer: string
    }>`select distinct layer from land.ground_now where county = ${county} and valid_to = 'infinity' and outline is not null order by layer`
  ).map(({ layer }) => layer)

/** The grade of each patch by its samples; a patch without a row has none. */
export const readPatchGrades = (db: Db, county: string) =>
  db.all<{ patchId: number; grade: string }>`
    select patch_id as "patchId", grade from land.cell_now where county = ${county} and valid_to = 'infinity' and lead = 1 and part = 0`

/** What the newest map says of each patch. */
export const readPatchMaps = (db: Db, county: string) =>
  db.all<{ patchId: number; grade: string; figures: Readonly<Record<string, readonly number[]>> }>`
    select patch_id as "patchId", grade, figures from land.map_grade_now where county = ${county} and valid_to = 'infinity'`

export const readTakenSamples = (db: Db, county: string) => db.all<TakenSample>`
  select sample_code as code, extra ->> 'bag' as bag, plot_code as "plotCode", longitude, latitude, sampled_on as "sampledOn"
  from land.sample_now where county = ${county} and extra ->> 'role' is null order by sampled_on nulls last, sample_code`
