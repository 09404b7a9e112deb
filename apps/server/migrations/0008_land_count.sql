-- owner: land/count
-- Every table here is a kind of register row with the ledger's frame (see 0001_kernel_records.sql and docs/ledger.md): county, id, the valid clock, the recorded clock,
-- the revision whose sources hold its file and row, and the digest of its content. Areas are whole hundredths of a square metre.
-- cell: a piece of a patch that counts exactly once. Derived by the program from patches, parcels, contracts and samples in the revision that changes them.
-- part 0 is the land of the patch's class, part 1 its deducted ridges (no outline). lead is 1 for the largest piece of a patch, so that patches counted by lead add up.
-- outline is null where the cell is the whole patch.
create table land.cell (
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
  patch_id    int8 not null,
  parcel_id   int8, -- the contract parcel over it
  part        int2 not null,
  lead        int2 not null,
  area        int8 not null,
  village     text collate "C" not null,
  class       text collate "C" not null,
  grade       text collate "C" not null,
  owner       text collate "C" not null,
  contract    text collate "C" not null,
  saline      text collate "C" not null, -- unused, cultivated, none, unknown
  contract_code text,
  outline     bytea,
  constraint cell_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint cell_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index cell_one_now on land.cell (county, id, valid_from) where until is null;
create index cell_until on land.cell (county, until) where until is not null;
create index cell_closed on land.cell (county, id) where until is not null;
create index cell_patch on land.cell (county, patch_id) where until is null;
create index cell_parcel on land.cell (county, parcel_id) where until is null and parcel_id is not null;
create view land.cell_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, patch_id, parcel_id, part, lead, area, village, class, grade, owner, contract, saline, contract_code, outline from land.cell where until is null;
