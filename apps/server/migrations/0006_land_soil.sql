-- owner: land/soil
-- Every table here is a kind of register row with the ledger's frame (see 0001_kernel_records.sql and docs/ledger.md): county, id, the valid clock, the recorded clock,
-- the revision whose sources hold its file and row, and the digest of its content. Areas are whole hundredths of a square metre.
create table land.sample (
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
  sample_code   text not null,
  longitude     float8, -- degrees, CGCS2000
  latitude      float8,
  place         box, -- the point as a box, for the window index
  plot_code     text, -- where a sheet names a parcel instead of a position
  depth_from_cm float8,
  depth_to_cm   float8,
  sampled_on    date,
  season        text, -- spring, summer, autumn, winter
  ph            float8,
  ph_ratio      text, -- soil to water: 1:2.5, 1:5, paste
  ec_ds_per_m   float8,
  ec_ratio      text,
  ece_ds_per_m  float8, -- of the saturation extract, where the lab measured it
  salt_g_per_kg float8,
  cec_cmol_per_kg float8,
  esp_percent   float8,
  ions          jsonb not null, -- cmol(+)/kg or cmol(-)/kg: {co3, hco3, cl, so4, ca, mg, na, k}
  texture       text,
  lab           text,
  method        text,
  extra         jsonb not null,
  constraint sample_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint sample_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index sample_one_now on land.sample (county, id, valid_from) where until is null;
create index sample_until on land.sample (county, until) where until is not null;
create index sample_closed on land.sample (county, id) where until is not null;
create index sample_code_now on land.sample (county, sample_code) where until is null;
create index sample_code_closed on land.sample (county, sample_code) where until is not null;
create index sample_place on land.sample using gist (place);
create view land.sample_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, sample_code, longitude, latitude, place, plot_code, depth_from_cm, depth_to_cm, sampled_on, season, ph, ph_ratio, ec_ds_per_m, ec_ratio, ece_ds_per_m, salt_g_per_kg, cec_cmol_per_kg, esp_percent, ions, texture, lab, method, extra from land.sample where until is null;
