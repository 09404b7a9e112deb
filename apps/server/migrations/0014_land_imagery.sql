-- owner: land/imagery
-- scene: a satellite (or other) image of one day, its pixels kept as COGs in the content store under the digests in `grids`. spectral_index: an index that the
-- county added to those of the program. Both are kinds of register row with the ledger's frame (see 0001_kernel_records.sql and docs/ledger.md).
create table land.scene (
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
  scene_key     text collate "C" not null, -- the product's identifier, or the day and the digest of the files
  title         text not null,
  taken_on      date not null,
  taken_at      text, -- the moment in UTC where it is known: 2024-05-12T02:31:04Z
  platform      text not null,
  instrument    text,
  product       text not null, -- landsat-c2-l2, sentinel2-l2a, plain
  level         text,
  provider      text,
  cloud_percent float8, -- of the whole scene, as its maker says
  footprint     bytea not null, -- WKB, EPSG:4490
  bbox          box not null,
  grids         jsonb not null, -- [{sha256, bytes, width, height, type, geotransform, epsg, wkt, crs, nodata, classes}]
  bands         jsonb not null, -- [{name, role, grid, band, scale, offset, unit, nodata, min, max}]
  mask          jsonb, -- {name, grid, band, kind, hidden, nothing}
  extra         jsonb not null, -- the files that came: [{file, size, sha256}]
  constraint scene_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint scene_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index scene_one_now on land.scene (county, id, valid_from) where until is null;
create index scene_until on land.scene (county, until) where until is not null;
create index scene_closed on land.scene (county, id) where until is not null;
create index scene_key_now on land.scene (county, scene_key) where until is null;
create view land.scene_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, scene_key, title, taken_on, taken_at, platform, instrument, product, level, provider, cloud_percent, footprint, bbox, grids, bands, mask, extra from land.scene where until is null;

create table land.spectral_index (
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
  index_id   text collate "C" not null,
  formula    text not null,
  name_zh    text not null,
  name_en    text not null,
  range_low  float8 not null,
  range_high float8 not null,
  ramp       text not null,
  source     text not null, -- author, year, equation
  constraint index_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint index_is_recorded_for_a_revision_or_more check (since < until),
  constraint index_range_runs_upwards check (range_low < range_high),
  primary key (county, since, id, valid_from)
);
create unique index spectral_index_one_now on land.spectral_index (county, id, valid_from) where until is null;
create index spectral_index_until on land.spectral_index (county, until) where until is not null;
create index spectral_index_closed on land.spectral_index (county, id) where until is not null;
create view land.spectral_index_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, index_id, formula, name_zh, name_en, range_low, range_high, ramp, source from land.spectral_index where until is null;

-- What was measured of a scene: bands and indices in the order in which the arrays of scene_stat have them. Outside the ledger: it is worked out again at any time
-- from the scene, the outlines and the formulas.
create table land.scene_measure (
  county       text collate "C" not null,
  scene_id     int8 not null,
  measures_key text collate "C" not null, -- digest of the list and of the scene's pixels
  measures     jsonb not null, -- [{id, formula}], formula null for a band
  primary key (county, scene_id, measures_key)
);

-- One row for each scene and subject: the time series of a patch or parcel is its rows by day. Shares are of the subject's cells.
create table land.scene_stat (
  county         text collate "C" not null,
  subject_kind   text collate "C" not null constraint stat_subject_is_listed check (subject_kind in ('patch', 'parcel')),
  subject_id     int8 not null,
  scene_id       int8 not null,
  measures_key   text collate "C" not null,
  outline_digest bytea not null, -- of the outline it was measured with
  cells          float8 not null, -- cells of the subject on the scene's finest grid
  seen_share     float8 not null, -- on the scene, with data
  hidden_share   float8 not null, -- of the seen: under cloud, shadow or snow
  mean           float4[] not null, -- of the clear cells; NaN where there is none. Seven digits: the sensors have four
  stdev          float4[] not null,
  low            float4[] not null,
  median         float4[] not null,
  high           float4[] not null,
  primary key (county, subject_kind, subject_id, scene_id)
);
create index scene_stat_of_scene on land.scene_stat (county, scene_id);
create view land.scene_stat_now as
  select county, subject_kind, subject_id, scene_id, measures_key, outline_digest, cells, seen_share, hidden_share, mean, stdev, low, median, high from land.scene_stat;

-- Long work on scenes: one that is being added, or the measuring of what is new. Its files lie in a folder of the data directory.
create table ops.scene_task (
  county     text collate "C" not null,
  task_id    text collate "C" not null,
  what       text not null constraint scene_task_is_listed check (what in ('add', 'measure')),
  state      text not null constraint scene_task_state_is_listed check (state in ('uploaded', 'reading', 'needs-answers', 'ready', 'writing', 'measuring', 'done', 'cancelled', 'refused', 'failed')),
  created_by text not null,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  progress   jsonb not null,
  facts      jsonb, -- of the first look
  answers    jsonb not null,
  outcome    jsonb, -- the refusal, the scene and revision, or what was measured
  primary key (county, task_id)
);
