-- owner: land/lineage
-- Which row of the survey or the registry came from which (see docs/lineage.md): ground of one that went to another, by an operation (split, merge, boundary adjustment). A kind
-- of register row with the ledger's frame: written in the revision of the operation, and taken back with it. valid_from is the day from which the new rows hold.
create table land.lineage (
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
  layer     text not null,
  operation text not null,
  village   text collate "C" not null, -- of the row it came from: who may see this row may see where it went
  from_id   int8 not null,
  from_key  text collate "C" not null,
  to_id     int8 not null,
  to_key    text collate "C" not null,
  area      int8 not null, -- hundredths of m²: official area handed on by split and merge, ground on the ellipsoid by an adjustment
  document  text, -- what it was done by: number of the approval, the survey, the agreement
  constraint lineage_layer_is_listed check (layer in ('patch', 'parcel')),
  constraint lineage_operation_is_listed check (operation in ('split', 'merge', 'adjust')),
  constraint lineage_leads_to_another_row check (from_id <> to_id),
  constraint lineage_area_is_positive check (area > 0),
  constraint lineage_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint lineage_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index lineage_one_now on land.lineage (county, id, valid_from) where until is null;
create index lineage_until on land.lineage (county, until) where until is not null;
create index lineage_closed on land.lineage (county, id) where until is not null;
create index lineage_from on land.lineage (county, layer, from_id);
create index lineage_to on land.lineage (county, layer, to_id);
create view land.lineage_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, layer, operation, village, from_id, from_key, to_id, to_key, area, document from land.lineage where until is null;
