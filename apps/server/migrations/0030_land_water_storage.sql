-- owner: land/water
-- Three more kinds of row of the water tables, with the ledger's frame as in 0017_land_water.sql: what reservoirs keep from month to month, where districts drain to and how
-- salt that water is, and settings of the county (how rain counts).

-- what a source keeps from one month to the next, m³ at most, and the share of it that is lost in a month
create table land.water_storage (
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
  storage_m3 float8 not null,
  loss_share float8,
  mark text not null,
  origin_text text,
  constraint water_storage_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint water_storage_is_recorded_for_a_revision_or_more check (since < until),
  constraint water_storage_is_no_less_than_nothing check (storage_m3 >= 0),
  constraint water_storage_loss_is_a_share check (loss_share >= 0 and loss_share < 1),
  primary key (county, since, id, valid_from)
);
create unique index water_storage_one_now on land.water_storage (county, id, valid_from) where until is null;
create index water_storage_until on land.water_storage (county, until) where until is not null;
create index water_storage_closed on land.water_storage (county, id) where until is not null;
create view land.water_storage_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, source_id, storage_m3, loss_share, mark, origin_text from land.water_storage where until is null;

-- where the water of a district drains to: the share of what its fields get, and how salt it is there
create table land.water_drainage (
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
  node_id text collate "C" not null,
  drained_share float8,
  salt_kg_per_m3 float8,
  mark text not null,
  origin_text text,
  constraint water_drainage_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint water_drainage_is_recorded_for_a_revision_or_more check (since < until),
  constraint water_drainage_is_a_share check (drained_share >= 0 and drained_share <= 1),
  constraint water_drainage_salt_is_no_less_than_nothing check (salt_kg_per_m3 >= 0),
  primary key (county, since, id, valid_from)
);
create unique index water_drainage_one_now on land.water_drainage (county, id, valid_from) where until is null;
create index water_drainage_until on land.water_drainage (county, until) where until is not null;
create index water_drainage_closed on land.water_drainage (county, id) where until is not null;
create view land.water_drainage_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, district_id, node_id, drained_share, salt_kg_per_m3, mark, origin_text from land.water_drainage where until is null;

-- settings of the county by name
create table land.water_setting (
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
  name text collate "C" not null,
  value text not null,
  amount float8,
  mark text not null,
  origin_text text,
  constraint water_setting_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint water_setting_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index water_setting_one_now on land.water_setting (county, id, valid_from) where until is null;
create index water_setting_until on land.water_setting (county, until) where until is not null;
create index water_setting_closed on land.water_setting (county, id) where until is not null;
create view land.water_setting_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, name, value, amount, mark, origin_text from land.water_setting where until is null;
