-- owner: land/count
-- Every table here is a kind of register row with the ledger's frame (see 0001_kernel_records.sql and docs/ledger.md): county, id, the valid clock, the recorded clock,
-- the revision whose sources hold its file and row, and the digest of its content. Areas are whole hundredths of a square metre.
-- cell: a piece of a patch that counts exactly once. Derived by the program from patches, parcels, contracts and samples in the revision that changes them.
-- part 0 is the land of the patch's class, part 1 its deducted ridges (no outline). lead is 1 for the largest piece of a patch, so that patches counted by lead add up.
-- outline is null where the cell is the whole patch.
-- A patch on which nothing lies, neither parcel nor graded soil, has no row here: land.patch_alone says what it counts as. It does so on every day, in every state of the
-- register, of which no row of land.cell that stands speaks for the patch.
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

-- The rules of the program (ownerOf, salineSet) for patches without anything on them; a test holds both against each other.
create function land.owner_of(owner_kind text) returns text immutable parallel safe language sql
  as $$ select case when owner_kind in ('10', '20', '21') then 'state' when owner_kind in ('30', '31', '32', '33', '34', '40', '41') then 'collective' else 'unknown' end $$;
create function land.saline_alone(class text) returns text immutable parallel safe language sql
  as $$ select case left(class, 2)
    when '12' then case when left(class, 4) = '1204' or (left(class, 3) = '124' and substr(class, 4, 1) !~ '\d') then 'unused' else 'none' end
    when '01' then case when left(class, 4) in ('0101', '0102', '0103') or (left(class, 3) in ('011', '012', '013') and substr(class, 4, 1) !~ '\d') then 'unknown' else 'none' end
    else 'none' end $$;
-- a deduction that is negative or larger than the patch must not tear the sum
create function land.ridges_of(official_area int8, deducted_area int8) returns int8 immutable parallel safe language sql
  as $$ select case when official_area > 0 then least(greatest(deducted_area, 0), official_area) else 0 end $$;

-- What every version of a patch counts as by itself: its land, and its ridges where it has some. Columns as in land.cell.
create view land.patch_alone as
  select county, id as patch_id, valid_from, valid_to, since, until, 0::int2 as part, 1::int2 as lead, official_area - land.ridges_of(official_area, deducted_area) as area, village,
    class collate "C" as class, 'not-graded' collate "C" as grade, land.owner_of(owner_kind) collate "C" as owner, 'none' collate "C" as contract, land.saline_alone(class) collate "C" as saline
  from land.patch
  union all
  select county, id, valid_from, valid_to, since, until, 1::int2, 0::int2, land.ridges_of(official_area, deducted_area), village,
    coalesce(nullif(deducted_class, ''), '1203') collate "C", 'not-graded' collate "C", land.owner_of(owner_kind) collate "C", 'none' collate "C",
    land.saline_alone(coalesce(nullif(deducted_class, ''), '1203')) collate "C"
  from land.patch where land.ridges_of(official_area, deducted_area) <> 0;
