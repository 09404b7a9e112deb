-- owner: land/technology
-- What an office states of amelioration beside the program's own library, or in its place (a row of the same code replaces the program's): technologies with
-- conditions, dose, effects and water; cost lines by year of prices; practices made of technologies; and the economics of plans. All are kinds of register row with
-- the ledger's frame (see 0001_kernel_records.sql and docs/ledger.md). Prices are 分 per unit and may have fractions (per m³ of water).
create table land.technology (
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
  technology_code text collate "C" not null,
  name_zh text not null,
  name_en text not null,
  family text not null,
  conditions jsonb not null, -- [{indicator, is, value, source, mark}]
  dose jsonb, -- {by, …, depthM, bulkDensity, source, mark}
  contaminants jsonb not null, -- [{substance, content, limit, of, background, source, mark}]
  effects jsonb not null, -- [{indicator, crop, kind, least, most, year, planned, where, source, mark}]
  water jsonb, -- {months, kind, source, mark}: m³/亩 beyond the crop's own
  note text not null,
  source text not null,
  mark text not null,
  constraint technology_mark_is_listed check (mark in ('found', 'computed', 'recalled', 'own', 'invented')),
  constraint technology_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint technology_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index technology_one_now on land.technology (county, id, valid_from) where until is null;
create index technology_until on land.technology (county, until) where until is not null;
create index technology_closed on land.technology (county, id) where until is not null;
create index technology_key_now on land.technology (county, technology_code) where until is null;
create view land.technology_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, technology_code, name_zh, name_en, family, conditions, dose, contaminants, effects, water, note, source, mark from land.technology where until is null;

create table land.technology_cost (
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
  technology_code text collate "C" not null,
  line text not null,
  scope text not null,
  unit text not null, -- mu, t, m3
  fen float8 not null,
  price_year int2 not null,
  source text not null,
  mark text not null,
  constraint technology_cost_is_not_negative check (fen >= 0),
  constraint technology_cost_mark_is_listed check (mark in ('found', 'computed', 'recalled', 'own', 'invented')),
  constraint technology_cost_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint technology_cost_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index technology_cost_one_now on land.technology_cost (county, id, valid_from) where until is null;
create index technology_cost_until on land.technology_cost (county, until) where until is not null;
create index technology_cost_closed on land.technology_cost (county, id) where until is not null;
create index technology_cost_key_now on land.technology_cost (county, technology_code) where until is null;
create view land.technology_cost_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, technology_code, line, scope, unit, fen, price_year, source, mark from land.technology_cost where until is null;

create table land.practice (
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
  practice_code text collate "C" not null,
  name_zh text not null,
  name_en text not null,
  steps jsonb not null, -- [{technology, from, to}]
  crops jsonb not null, -- [crop code]
  conditions jsonb not null,
  acts jsonb not null,
  note text not null,
  source text not null,
  mark text not null,
  constraint practice_mark_is_listed check (mark in ('found', 'computed', 'recalled', 'own', 'invented')),
  constraint practice_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint practice_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index practice_one_now on land.practice (county, id, valid_from) where until is null;
create index practice_until on land.practice (county, until) where until is not null;
create index practice_closed on land.practice (county, id) where until is not null;
create index practice_key_now on land.practice (county, practice_code) where until is null;
create view land.practice_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, practice_code, name_zh, name_en, steps, crops, conditions, acts, note, source, mark from land.practice where until is null;

create table land.economics (
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
  name text collate "C" not null, -- discount-percent, horizon-years, water-fen-per-m3, yield-rule
  value float8,
  word text,
  price_year int2,
  source text not null,
  mark text not null,
  constraint economics_mark_is_listed check (mark in ('found', 'computed', 'recalled', 'own', 'invented')),
  constraint economics_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint economics_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index economics_one_now on land.economics (county, id, valid_from) where until is null;
create index economics_until on land.economics (county, until) where until is not null;
create index economics_closed on land.economics (county, id) where until is not null;
create index economics_key_now on land.economics (county, name) where until is null;
create view land.economics_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, name, value, word, price_year, source, mark from land.economics where until is null;
