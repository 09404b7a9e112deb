-- owner: land/ecology
-- limit_rule: a limit on what may be done with land, with the acts it forbids and the days on which its law holds; the ground it covers is an imported layer (land.ground)
-- and classes of the survey. A kind of register row with the ledger's frame (see 0001_kernel_records.sql and docs/ledger.md).
create table land.limit_rule (
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
  limit_code text collate "C" not null,
  name_zh text not null,
  name_en text not null,
  layer text,
  classes jsonb not null, -- [code of the survey]
  forbids jsonb not null, -- [act]
  law_from date not null,
  law_to date,
  source text not null,
  mark text not null,
  note text not null,
  constraint limit_rule_mark_is_listed check (mark in ('found', 'computed', 'recalled', 'own', 'invented')),
  constraint limit_rule_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint limit_rule_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index limit_rule_one_now on land.limit_rule (county, id, valid_from) where until is null;
create index limit_rule_until on land.limit_rule (county, until) where until is not null;
create index limit_rule_closed on land.limit_rule (county, id) where until is not null;
create index limit_rule_key_now on land.limit_rule (county, limit_code) where until is null;
create view land.limit_rule_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, limit_code, name_zh, name_en, layer, classes, forbids, law_from, law_to, source, mark, note from land.limit_rule where until is null;

-- What the limits leave of each patch: its parts with the limits on each. Outside the ledger: worked out again at any time from outlines, layers and rules. Patches without a
-- limit have no row. collision: ground of a parcel under contract where a limit forbids that it be tilled.
create table land.patch_limit (
  county       text collate "C" not null,
  patch_id     int8 not null,
  parts        jsonb not null, -- [{limits, areaM2}]; they add up to the patch
  primary key (county, patch_id)
);
create view land.patch_limit_now as select county, patch_id, parts from land.patch_limit;
create table land.limit_collision (
  county        text collate "C" not null,
  limit_code    text collate "C" not null,
  parcel_code   text collate "C" not null,
  contract_code text collate "C" not null,
  area_m2       float8 not null, -- of the parcel, under the limit
  share         float8 not null,
  place         box,
  primary key (county, limit_code, parcel_code, contract_code)
);
create view land.limit_collision_now as select county, limit_code, parcel_code, contract_code, area_m2, share, place from land.limit_collision;
create table land.limit_measure (
  county     text collate "C" not null,
  rev        int4 not null, -- of the register that was measured
  rules_day  date not null,
  patches    int4 not null,
  under      int4 not null, -- patches with a limit on part of them
  unplaced   int4 not null, -- outlines of systems that are not known here
  measured_at timestamptz not null,
  primary key (county)
);
