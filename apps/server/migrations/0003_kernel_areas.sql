-- owner: kernel/areas
-- Every table here is a kind of register row with the ledger's frame (see 0001_kernel_records.sql and docs/ledger.md): county, id, the valid clock, the recorded clock,
-- the revision whose sources hold its file and row, and the digest of its content. Areas are whole hundredths of a square metre.
create table kernel.area (
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
  code         text not null, -- 6 county, 9 town, 12 village digits
  parent       text,
  level        text not null constraint area_level_is_listed check (level in ('county', 'town', 'village')),
  name         text not null,
  control_area int8, -- the survey's control area of the unit, where it states one
  srid         int4,
  outline      bytea, -- WKB in srid
  bbox         box,   -- longitude and latitude
  extra        jsonb not null,
  constraint area_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint area_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index area_one_now on kernel.area (county, id, valid_from) where until is null;
create index area_until on kernel.area (county, until) where until is not null;
create index area_closed on kernel.area (county, id) where until is not null;
create index area_code_now on kernel.area (county, code) where until is null;
create view kernel.area_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, code, parent, level, name, control_area, srid, outline, bbox, extra from kernel.area where until is null;
