-- owner: land/quality
-- Findings of geometry speak of several rows and of a place of their own. `subject_ids` are all rows that one speaks of (null: subject_id alone), `outline` the ground in
-- question (WKB, longitude and latitude). The key of such a finding is made of its rows' keys and the place, so that an exception finds it again.
alter table land.finding add column subject_ids int8[];
alter table land.finding add column outline bytea;

-- a finding stands with every row that it speaks of
create or replace view land.finding_now as
  select county, finding_id, rule, severity, subject_kind, coalesce(member.id, subject_id) as subject_id, subject_key, village, place, area, details, checked_rev
  from land.finding left join lateral unnest(subject_ids) member (id) on true;

-- What the last check of a layer's geometry rested on, and its proof: the areas of the rows, less the ground that more than one covers, plus the enclosed gaps, are the area
-- inside the outer outlines. Where the two do not agree there is no result: `fault` says so. A layer that has not changed since is not gone over again on the same day.
create table land.geometry_check (
  county      text collate "C" not null,
  layer       text not null,
  checked_rev int4 not null,
  checked_on  date not null,
  parcels     int4 not null,
  sum_m2      float8,
  outer_m2    float8,
  difference_m2 float8,
  fault       text,
  primary key (county, layer)
);
