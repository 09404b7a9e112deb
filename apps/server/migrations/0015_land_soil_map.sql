-- owner: land/soil
-- soil_map: a map made of samples, its rasters kept as COGs and its simulations as one file in the content store, under the digests in `grids` and `ensemble`.
-- map_grade: what the map says of a patch under the county's scheme. grading: how a county grades; grading_scheme: a scheme that the county wrote itself.
-- All four are kinds of register row with the ledger's frame (see 0001_kernel_records.sql and docs/ledger.md).
create table land.soil_map (
  county      text collate "C" not null,
  id          int8 not null,
  valid_from  date not null,
  valid_to    date not null,
  since       int4 not null,
  until       int4,
  origin      int4 not null,
  source_file int2,
  source_row  int4,
  digest      bytea not null,
  map_key text collate "C" not null,
  title text not null,
  request jsonb not null, -- what was asked: {values, depthFromCm, depthToCm, season, from, to, method, transform, models, nmax, seed, cellM, draws}
  campaign text not null, -- 2024 spring, or all of the time asked for
  samples_rev int4 not null, -- the revision whose samples were read
  scheme text collate "C" not null, -- graded by it when it was made
  epsg int4 not null,
  bbox box not null, -- degrees
  models jsonb not null, -- of each value: its model, how it was found, validation, structure, points of the plots
  correlations jsonb not null, -- of the normal scores, in the order of the values
  grids jsonb not null, -- [{value, sha256, bytes, width, height, geotransform, epsg, bands}]
  ensemble jsonb not null, -- {sha256, bytes, patches, draws, values}
  notes jsonb not null, -- what is to be said of the map
  constraint soil_map_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint soil_map_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index soil_map_one_now on land.soil_map (county, id, valid_from) where until is null;
create index soil_map_until on land.soil_map (county, until) where until is not null;
create index soil_map_closed on land.soil_map (county, id) where until is not null;
create view land.soil_map_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, map_key, title, request, campaign, samples_rev, scheme, epsg, bbox, models, correlations, grids, ensemble, notes from land.soil_map where until is null;
create index soil_map_key_now on land.soil_map (county, map_key) where until is null;

create table land.map_grade (
  county      text collate "C" not null,
  id          int8 not null,
  valid_from  date not null,
  valid_to    date not null,
  since       int4 not null,
  until       int4,
  origin      int4 not null,
  source_file int2,
  source_row  int4,
  digest      bytea not null,
  patch_id int8 not null,
  map_key text collate "C" not null,
  scheme text collate "C" not null,
  grade text collate "C" not null, -- by the stated rule
  share float8 not null, -- probability of that grade
  chances jsonb not null, -- of each grade: {combined, salt, ph, …}
  figures jsonb not null, -- of each value: [mean, deviation, 2.5 %, 97.5 %] of the mean over the patch
  samples jsonb not null, -- the nearest samples behind it
  needed int2, -- samples here that would decide it; 11: more than ten
  indicators text not null, -- in the order of the digits in draws
  draws bytea not null, -- of each simulation the places of the indicators, as digits to the base five
  constraint map_grade_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint map_grade_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index map_grade_one_now on land.map_grade (county, id, valid_from) where until is null;
create index map_grade_until on land.map_grade (county, until) where until is not null;
create index map_grade_closed on land.map_grade (county, id) where until is not null;
create view land.map_grade_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, patch_id, map_key, scheme, grade, share, chances, figures, samples, needed, indicators, draws from land.map_grade where until is null;
create index map_grade_patch_now on land.map_grade (county, patch_id) where until is null;
create index map_grade_patch on land.map_grade (county, patch_id);

create table land.grading (
  county      text collate "C" not null,
  id          int8 not null,
  valid_from  date not null,
  valid_to    date not null,
  since       int4 not null,
  until       int4,
  origin      int4 not null,
  source_file int2,
  source_row  int4,
  digest      bytea not null,
  scheme text collate "C" not null,
  depth_from_cm float8 not null,
  depth_to_cm float8 not null,
  season text not null,
  rule text not null, -- of samples: median, worst, latest
  conversion text, -- of ECe from an extract
  map_rule text not null, -- of maps: most-probable, or worst-likely
  map_share float8 not null, -- the share of worst-likely
  constraint grading_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint grading_is_recorded_for_a_revision_or_more check (since < until),
  constraint grading_share_is_a_share check (map_share > 0 and map_share < 1),
  primary key (county, since, id, valid_from)
);
create unique index grading_one_now on land.grading (county, id, valid_from) where until is null;
create index grading_until on land.grading (county, until) where until is not null;
create index grading_closed on land.grading (county, id) where until is not null;
create view land.grading_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, scheme, depth_from_cm, depth_to_cm, season, rule, conversion, map_rule, map_share from land.grading where until is null;

create table land.grading_scheme (
  county      text collate "C" not null,
  id          int8 not null,
  valid_from  date not null,
  valid_to    date not null,
  since       int4 not null,
  until       int4,
  origin      int4 not null,
  source_file int2,
  source_row  int4,
  digest      bytea not null,
  scheme_id text collate "C" not null,
  name_zh text not null,
  name_en text not null,
  region text not null,
  source text not null, -- who says so, and where
  mark text not null, -- found, known, recalled
  read_on date not null,
  typed text,
  indicators jsonb not null, -- [{name, unit, limits: {light, moderate, heavy, extreme, above}, labels}]
  note text not null,
  copied_from text,
  constraint grading_scheme_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint grading_scheme_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index grading_scheme_one_now on land.grading_scheme (county, id, valid_from) where until is null;
create index grading_scheme_until on land.grading_scheme (county, until) where until is not null;
create index grading_scheme_closed on land.grading_scheme (county, id) where until is not null;
create view land.grading_scheme_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, scheme_id, name_zh, name_en, region, source, mark, read_on, typed, indicators, note, copied_from from land.grading_scheme where until is null;

-- Long work on soil: a map that is being made, or a county that is being graded anew.
create table ops.soil_task (
  county     text collate "C" not null,
  task_id    text collate "C" not null,
  what       text not null constraint soil_task_is_listed check (what in ('map', 'regrade')),
  state      text not null constraint soil_task_state_is_listed check (state in ('working', 'done', 'cancelled', 'refused', 'failed')),
  created_by text not null,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  progress   jsonb not null,
  request    jsonb not null,
  reason     text not null,
  outcome    jsonb, -- the refusal, or the map and revision
  primary key (county, task_id)
);
