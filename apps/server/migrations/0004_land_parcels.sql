-- owner: land/parcels
-- Every table here is a kind of register row with the ledger's frame (see 0001_kernel_records.sql and docs/ledger.md): county, id, the valid clock, the recorded clock,
-- the revision whose sources hold its file and row, and the digest of its content. Areas are whole hundredths of a square metre.
-- patch: 图斑 of the land survey (DLTB), the planar layer that everything is counted on. parcel: 地块 of the contract registry (DK), laid over it.
create table land.patch (
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
  patch_key      text collate "C" not null, -- BSM, or village and number
  patch_number   text, -- TBBH
  village        text collate "C" not null, -- the first 12 digits of ZLDWDM
  village_name   text,
  class          text not null, -- DLBM
  class_name     text,
  owner_kind     text, -- QSXZ
  owner_unit     text, -- QSDWDM
  owner_name     text, -- QSDWMC
  official_area  int8 not null, -- TBMJ
  deducted_class text, -- KCDLBM
  deduction      float8, -- KCXS
  deducted_area  int8 not null, -- KCMJ
  class_area     int8 not null, -- TBDLMJ
  computed_area  int8, -- ellipsoidal area of the outline
  survey_year    int2, -- SJNF
  srid           int4,
  outline        bytea, -- WKB in srid
  bbox           box, -- longitude and latitude
  extra          jsonb not null -- the file's other fields, as they stood,
  constraint patch_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint patch_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index patch_one_now on land.patch (county, id, valid_from) where until is null;
create index patch_until on land.patch (county, until) where until is not null;
create index patch_closed on land.patch (county, id) where until is not null;
create index patch_key_now on land.patch (county, patch_key) where until is null;
create index patch_village_now on land.patch (county, village) where until is null;
-- an earlier knowledge asks for what is present or was closed later: the two halves of an index, each for one half of the question
create index patch_key_closed on land.patch (county, patch_key) where until is not null;
create index patch_village_closed on land.patch (county, village) where until is not null;
-- patches come by the hundred thousand: this index takes a third of the work of a gist in, and finds the patches of a window in 0.05 ms instead of 0.015
create index patch_bbox on land.patch using spgist (bbox);
create view land.patch_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, patch_key, patch_number, village, village_name, class, class_name, owner_kind, owner_unit, owner_name, official_area, deducted_class, deduction, deducted_area, class_area, computed_area, survey_year, srid, outline, bbox, extra from land.patch where until is null;

create table land.parcel (
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
  parcel_code    text collate "C" not null, -- DKBM
  name           text, -- DKMC
  owner_kind     text, -- SYQXZ
  category       text, -- DKLB
  use_class      text, -- TDLYLX, a code of GB/T 21010-2007
  fertility      text, -- DLDJ
  purpose        text, -- TDYT
  basic_farmland text, -- SFJBNT
  official_area  int8, -- SCMJ
  official_mu    float8, -- SCMJM as the file states it
  computed_area  int8,
  srid           int4,
  outline        bytea,
  bbox           box,
  sealed         jsonb not null, -- the neighbours on four sides and the person who pointed out the bounds: {field: {ref, mask}}
  extra          jsonb not null,
  constraint parcel_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint parcel_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index parcel_one_now on land.parcel (county, id, valid_from) where until is null;
create index parcel_until on land.parcel (county, until) where until is not null;
create index parcel_closed on land.parcel (county, id) where until is not null;
create index parcel_code_now on land.parcel (county, parcel_code) where until is null;
create index parcel_code_closed on land.parcel (county, parcel_code) where until is not null;
create index parcel_bbox on land.parcel using gist (bbox);
create view land.parcel_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, parcel_code, name, owner_kind, category, use_class, fertility, purpose, basic_farmland, official_area, official_mu, computed_area, srid, outline, bbox, sealed, extra from land.parcel where until is null;

create table land.ground (
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
  layer    text not null, -- the layer's name in Dishu: a red line, a reserve, ownership parcels (宗地) …
  key      text not null, -- the feature's own number in its layer
  class    text,
  name     text,
  computed_area int8,
  srid     int4,
  outline  bytea,
  bbox     box,
  extra    jsonb not null,
  constraint ground_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint ground_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index ground_one_now on land.ground (county, id, valid_from) where until is null;
create index ground_until on land.ground (county, until) where until is not null;
create index ground_closed on land.ground (county, id) where until is not null;
create index ground_key_now on land.ground (county, layer, key) where until is null;
create index ground_bbox on land.ground using gist (bbox);
create view land.ground_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, layer, key, class, name, computed_area, srid, outline, bbox, extra from land.ground where until is null;
