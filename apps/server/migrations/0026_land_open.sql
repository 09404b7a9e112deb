-- owner: land/count
-- What analysts read with their own tools: views of the figures and of the patches, in m², with both clocks. They are read only, hold no personal value, and need nothing of the
-- tables behind them: grant usage on schema open and select on its views to a role of your own (docs/baselines.md). The count's own words and units are kept.
create schema open;

-- The count added up by everything it is counted by, but the grade by map. One state: since <= REV and (until is null or until > REV) and valid_from <= DAY and valid_to > DAY.
create view open.count as
  select county, left(village, 9) as town, village, class, grade, owner, contract, saline, valid_from, valid_to, since, until, (area::numeric / 100)::numeric(18, 2) as area_m2, patches, cells
  from land.cell_sum;

-- The same today, as it is known now.
create view open.count_today as
  select county, left(village, 9) as town, village, class, grade, owner, contract, saline, (sum(area)::numeric / 100)::numeric(18, 2) as area_m2, sum(patches) as patches
  from land.cell_sum
  where until is null and valid_from <= (now() at time zone 'Asia/Shanghai')::date and valid_to > (now() at time zone 'Asia/Shanghai')::date
  group by county, village, class, grade, owner, contract, saline;

create view open.patch as
  select county, id, patch_key, patch_number, village, village_name, class, class_name, owner_kind, (official_area::numeric / 100)::numeric(18, 2) as official_area_m2,
    (deducted_area::numeric / 100)::numeric(18, 2) as deducted_area_m2, deducted_class, valid_from, valid_to, since, until
  from land.patch;

create view open.revision as
  select county, rev, what, cause, undoes, recorded_at, made, closed, encode(hash, 'hex') as hash from kernel.revision;

create view open.baseline as
  select county, baseline_key, title, day, known, (area::numeric / 100)::numeric(18, 2) as area_m2, patches, since from land.baseline where until is null;
