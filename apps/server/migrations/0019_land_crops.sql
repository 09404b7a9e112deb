-- owner: land/crops
-- Crops, varieties, registered trials and their results, as an office states them beside the program's own (a row of the same code replaces the program's). All are kinds of
-- register row with the ledger's frame (see 0001_kernel_records.sql and docs/ledger.md). Figures are {value, year, source, mark}; prices 分 per kg, costs 分 per 亩.
create table land.crop (
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
  crop_code text collate "C" not null,
  name_zh text not null,
  name_en text not null,
  method text not null,
  salt jsonb, -- {threshold, slope, medium, edition, source, mark}
  sodicity jsonb, -- {noLossTo, noneFrom, source, mark}: ESP, %
  ph jsonb, -- {noneTo, noLossFrom, noLossTo, noneFrom, source, mark}
  potential jsonb, -- kg/亩 without salt
  price jsonb,
  growing_cost jsonb,
  note text not null,
  constraint crop_method_is_listed check (method in ('paddy', 'irrigated', 'rainfed')),
  constraint crop_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint crop_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index crop_one_now on land.crop (county, id, valid_from) where until is null;
create index crop_until on land.crop (county, until) where until is not null;
create index crop_closed on land.crop (county, id) where until is not null;
create index crop_key_now on land.crop (county, crop_code) where until is null;
create view land.crop_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, crop_code, name_zh, name_en, method, salt, sodicity, ph, potential, price, growing_cost, note from land.crop where until is null;

create table land.variety (
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
  variety_code text collate "C" not null,
  crop_code text collate "C" not null,
  name text not null,
  approval text,
  seed_source text,
  seed_price jsonb,
  seed_kg_per_mu float8,
  note text not null,
  source text not null,
  mark text not null,
  constraint variety_mark_is_listed check (mark in ('found', 'computed', 'recalled', 'own', 'invented')),
  constraint variety_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint variety_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index variety_one_now on land.variety (county, id, valid_from) where until is null;
create index variety_until on land.variety (county, until) where until is not null;
create index variety_closed on land.variety (county, id) where until is not null;
create index variety_key_now on land.variety (county, variety_code) where until is null;
create view land.variety_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, variety_code, crop_code, name, approval, seed_source, seed_price, seed_kg_per_mu, note, source, mark from land.variety where until is null;

create table land.trial (
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
  trial_code text collate "C" not null,
  title text not null,
  crop_code text collate "C" not null,
  site text not null,
  longitude float8,
  latitude float8,
  trial_year int2 not null,
  design text not null,
  replicates int2 not null,
  blocks int2 not null,
  plot_m2 float8,
  soil jsonb not null, -- {ph, esp, ece, saltGPerKg}
  registered_on date,
  question text not null,
  source text not null,
  mark text not null,
  constraint trial_design_is_listed check (design in ('rcbd', 'crd', 'paired-strips', 'demonstration')),
  constraint trial_mark_is_listed check (mark in ('found', 'computed', 'recalled', 'own', 'invented')),
  constraint trial_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint trial_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index trial_one_now on land.trial (county, id, valid_from) where until is null;
create index trial_until on land.trial (county, until) where until is not null;
create index trial_closed on land.trial (county, id) where until is not null;
create index trial_key_now on land.trial (county, trial_code) where until is null;
create view land.trial_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, trial_code, title, crop_code, site, longitude, latitude, trial_year, design, replicates, blocks, plot_m2, soil, registered_on, question, source, mark from land.trial where until is null;

create table land.trial_result (
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
  trial_code text collate "C" not null,
  block text collate "C" not null,
  plot text collate "C" not null,
  variety_code text collate "C" not null,
  treatment text not null,
  yield_kg_per_mu float8 not null,
  note text not null,
  constraint trial_yield_is_not_negative check (yield_kg_per_mu >= 0),
  constraint trial_result_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint trial_result_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index trial_result_one_now on land.trial_result (county, id, valid_from) where until is null;
create index trial_result_until on land.trial_result (county, until) where until is not null;
create index trial_result_closed on land.trial_result (county, id) where until is not null;
create index trial_result_key_now on land.trial_result (county, trial_code, block, plot) where until is null;
create view land.trial_result_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, trial_code, block, plot, variety_code, treatment, yield_kg_per_mu, note from land.trial_result where until is null;
