-- owner: land/water
-- Water and its ways: ten kinds of register row with the ledger's frame (see 0001_kernel_records.sql and docs/ledger.md). Volumes m³, areas m², flows m³/s; shapes are WKB,
-- EPSG:4490. A quota is kept in m³/mu, as its table states it. mark says how sure a row is (official, literature, computed, recalled, invented), origin_text where it comes from.

-- points of the water network
create table land.water_node (
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
  node_id text collate "C" not null,
  name text not null,
  node_kind text not null,
  lon float8 not null,
  lat float8 not null,
  elevation_m float8,
  mark text not null,
  origin_text text,
  constraint water_node_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint water_node_is_recorded_for_a_revision_or_more check (since < until),
  constraint water_node_lies_on_earth check (lon between -180 and 180 and lat between -90 and 90),
  primary key (county, since, id, valid_from)
);
create unique index water_node_one_now on land.water_node (county, id, valid_from) where until is null;
create index water_node_until on land.water_node (county, until) where until is not null;
create index water_node_closed on land.water_node (county, id) where until is not null;
create view land.water_node_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, node_id, name, node_kind, lon, lat, elevation_m, mark, origin_text from land.water_node where until is null;

-- canals and drains between two nodes; capacity_m3_s: [12], January first, null not configured
create table land.water_reach (
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
  reach_id text collate "C" not null,
  name text not null,
  reach_kind text not null,
  from_node text not null,
  to_node text not null,
  lifted text not null,
  efficiency float8,
  capacity_m3_s jsonb not null,
  line bytea,
  mark text not null,
  origin_text text,
  constraint water_reach_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint water_reach_is_recorded_for_a_revision_or_more check (since < until),
  constraint water_reach_is_canal_or_drain check (reach_kind in ('canal', 'drain')),
  constraint water_reach_efficiency_is_a_share check (efficiency > 0 and efficiency <= 1),
  primary key (county, since, id, valid_from)
);
create unique index water_reach_one_now on land.water_reach (county, id, valid_from) where until is null;
create index water_reach_until on land.water_reach (county, until) where until is not null;
create index water_reach_closed on land.water_reach (county, id) where until is not null;
create view land.water_reach_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, reach_id, name, reach_kind, from_node, to_node, lifted, efficiency, capacity_m3_s, line, mark, origin_text from land.water_reach where until is null;

-- what brings water into the network
create table land.water_source (
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
  source_id text collate "C" not null,
  name text not null,
  source_kind text not null,
  node_id text not null,
  zone text,
  reliability text,
  mark text not null,
  origin_text text,
  constraint water_source_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint water_source_is_recorded_for_a_revision_or_more check (since < until),
  constraint water_source_kind_is_listed check (source_kind in ('river', 'reservoir', 'groundwater', 'return')),
  primary key (county, since, id, valid_from)
);
create unique index water_source_one_now on land.water_source (county, id, valid_from) where until is null;
create index water_source_until on land.water_source (county, until) where until is not null;
create index water_source_closed on land.water_source (county, id) where until is not null;
create view land.water_source_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, source_id, name, source_kind, node_id, zone, reliability, mark, origin_text from land.water_source where until is null;

-- what comes, what stays and what others take first, m³ by month and hydrological year type; volume_m3: [12]
create table land.water_volume (
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
  source_id text collate "C" not null,
  purpose text collate "C" not null,
  year_type text collate "C" not null,
  volume_m3 jsonb not null,
  mark text not null,
  origin_text text,
  constraint water_volume_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint water_volume_is_recorded_for_a_revision_or_more check (since < until),
  constraint water_volume_purpose_is_listed check (purpose in ('supply', 'reserve', 'other')),
  constraint water_volume_year_type_is_listed check (year_type in ('P25', 'P50', 'P75', 'P90')),
  primary key (county, since, id, valid_from)
);
create unique index water_volume_one_now on land.water_volume (county, id, valid_from) where until is null;
create index water_volume_until on land.water_volume (county, until) where until is not null;
create index water_volume_closed on land.water_volume (county, id) where until is not null;
create view land.water_volume_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, source_id, purpose, year_type, volume_m3, mark, origin_text from land.water_volume where until is null;

-- land that takes its water at a node
create table land.water_district (
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
  district_id text collate "C" not null,
  name text not null,
  node_id text not null,
  zone text,
  station text,
  field_efficiency float8,
  area_m2 float8,
  serves text,
  outline bytea,
  bbox box,
  mark text not null,
  origin_text text,
  constraint water_district_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint water_district_is_recorded_for_a_revision_or_more check (since < until),
  constraint water_field_efficiency_is_a_share check (field_efficiency > 0 and field_efficiency <= 1),
  constraint water_district_area_is_not_negative check (area_m2 >= 0),
  primary key (county, since, id, valid_from)
);
create unique index water_district_one_now on land.water_district (county, id, valid_from) where until is null;
create index water_district_until on land.water_district (county, until) where until is not null;
create index water_district_closed on land.water_district (county, id) where until is not null;
create view land.water_district_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, district_id, name, node_id, zone, station, field_efficiency, area_m2, serves, outline, bbox, mark, origin_text from land.water_district where until is null;

-- what a district irrigates today
create table land.water_planting (
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
  district_id text collate "C" not null,
  crop text collate "C" not null,
  method text collate "C" not null,
  area_m2 float8 not null,
  mark text not null,
  origin_text text,
  constraint water_planting_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint water_planting_is_recorded_for_a_revision_or_more check (since < until),
  constraint water_planted_area_is_not_negative check (area_m2 >= 0),
  primary key (county, since, id, valid_from)
);
create unique index water_planting_one_now on land.water_planting (county, id, valid_from) where until is null;
create index water_planting_until on land.water_planting (county, until) where until is not null;
create index water_planting_closed on land.water_planting (county, id) where until is not null;
create view land.water_planting_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, district_id, crop, method, area_m2, mark, origin_text from land.water_planting where until is null;

-- groundwater a year by zone, salt a year by drain outlet
create table land.water_limit (
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
  limit_id text collate "C" not null,
  limit_kind text not null,
  name text not null,
  zone text,
  node_id text,
  volume_m3 float8,
  salt_t float8,
  mark text not null,
  origin_text text,
  constraint water_limit_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint water_limit_is_recorded_for_a_revision_or_more check (since < until),
  constraint water_limit_kind_is_listed check (limit_kind in ('groundwater', 'salt-load')),
  primary key (county, since, id, valid_from)
);
create unique index water_limit_one_now on land.water_limit (county, id, valid_from) where until is null;
create index water_limit_until on land.water_limit (county, until) where until is not null;
create index water_limit_closed on land.water_limit (county, id) where until is not null;
create view land.water_limit_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, limit_id, limit_kind, name, zone, node_id, volume_m3, salt_t, mark, origin_text from land.water_limit where until is null;

-- the quota table of the province, as it was imported; the program has no values of its own
create table land.water_quota (
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
  crop text collate "C" not null,
  zone text collate "C" not null,
  year_type text collate "C" not null,
  method text collate "C" not null,
  soil text collate "C" not null,
  level text collate "C" not null,
  basis text collate "C" not null,
  m3_per_mu float8,
  mark text not null,
  origin_text text,
  constraint water_quota_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint water_quota_is_recorded_for_a_revision_or_more check (since < until),
  constraint water_quota_is_not_negative check (m3_per_mu >= 0),
  constraint water_quota_level_is_listed check (level in ('advanced', 'general')),
  constraint water_quota_basis_is_listed check (basis in ('net', 'gross')),
  primary key (county, since, id, valid_from)
);
create unique index water_quota_one_now on land.water_quota (county, id, valid_from) where until is null;
create index water_quota_until on land.water_quota (county, until) where until is not null;
create index water_quota_closed on land.water_quota (county, id) where until is not null;
create view land.water_quota_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, crop, zone, year_type, method, soil, level, basis, m3_per_mu, mark, origin_text from land.water_quota where until is null;

-- stages and coefficients of crops
create table land.water_season (
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
  crop text collate "C" not null,
  crop_name text not null,
  planting_day text,
  ini_days float8,
  dev_days float8,
  mid_days float8,
  late_days float8,
  kc_ini float8,
  kc_mid float8,
  kc_end float8,
  height_m float8,
  flooded text not null,
  puddling_mm float8,
  percolation_mm_per_day float8,
  mark text not null,
  origin_text text,
  constraint water_season_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint water_season_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index water_season_one_now on land.water_season (county, id, valid_from) where until is null;
create index water_season_until on land.water_season (county, until) where until is not null;
create index water_season_closed on land.water_season (county, id) where until is not null;
create view land.water_season_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, crop, crop_name, planting_day, ini_days, dev_days, mid_days, late_days, kc_ini, kc_mid, kc_end, height_m, flooded, puddling_mm, percolation_mm_per_day, mark, origin_text from land.water_season where until is null;

-- monthly values of a station; months: [12]
create table land.water_climate (
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
  station text collate "C" not null,
  element text collate "C" not null,
  year_type text collate "C" not null,
  lat float8 not null,
  altitude_m float8 not null,
  months jsonb not null,
  mark text not null,
  origin_text text,
  constraint water_climate_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint water_climate_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index water_climate_one_now on land.water_climate (county, id, valid_from) where until is null;
create index water_climate_until on land.water_climate (county, until) where until is not null;
create index water_climate_closed on land.water_climate (county, id) where until is not null;
create view land.water_climate_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, station, element, year_type, lat, altitude_m, months, mark, origin_text from land.water_climate where until is null;
