-- owner: land/count
-- Cells added up by everything they are counted by, one row for each combination and span of days, versioned like the cells themselves, so that a roll-up
-- on both clocks reads some thousands of rows instead of all cells. Made anew from land.cell by the revision that changes them; outside the chain, since it says
-- nothing that the cells do not say. The check compares the two.
create table land.cell_sum (
  county     text collate "C" not null,
  village    text collate "C" not null,
  class      text collate "C" not null,
  grade      text collate "C" not null,
  owner      text collate "C" not null,
  contract   text collate "C" not null,
  saline     text collate "C" not null,
  valid_from date not null,
  valid_to   date not null,
  since      int4 not null,
  until      int4,
  area       int8 not null,
  patches    int4 not null, -- cells that lead
  cells      int4 not null constraint cell_sum_has_cells check (cells > 0),
  constraint cell_sum_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint cell_sum_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, village, class, grade, owner, contract, saline, valid_from, valid_to, since)
);
create index cell_sum_village_now on land.cell_sum (county, village) where until is null;
create index cell_sum_until on land.cell_sum (county, until) where until is not null;
create index cell_sum_since on land.cell_sum (county, since);
create view land.cell_sum_now as
  select county, village, class, grade, owner, contract, saline, valid_from, valid_to, since, area, patches, cells from land.cell_sum where until is null;

-- Maps and dossiers of a past state ask for the cells of a patch whether they are closed or not.
drop index land.cell_patch;
create index cell_patch on land.cell (county, patch_id);
