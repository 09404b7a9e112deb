-- owner: land/soil
-- sampling_design: where samples are to be taken, drawn by a stated method from a seed, so that it can be drawn again. A kind of register row with the ledger's
-- frame (see 0001_kernel_records.sql and docs/ledger.md). Whether a point was taken is not kept here: it is read off the samples that came.
create table land.sampling_design (
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
  design_key text collate "C" not null, -- P1, P2, …: its points are P1-001, P1-002, …
  title      text not null,
  method     text collate "C" not null, -- stratified, grid, latin, greedy
  request    jsonb not null, -- what was asked, with the seed
  frame      jsonb not null, -- {epsg, spacingM, candidates, patches, digest, rev}: the places it was drawn from
  strata     jsonb not null, -- [{id, candidates, areaM2, planned}]
  points     jsonb not null, -- [{code, longitude, latitude, patchId, patchNumber, village, villageName, landClass, stratum, distanceM, cost}] in the order of the route
  figures    jsonb not null, -- {routeM, cost, objective, errorBefore, errorAfter}
  constraint sampling_design_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint sampling_design_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index sampling_design_one_now on land.sampling_design (county, id, valid_from) where until is null;
create index sampling_design_until on land.sampling_design (county, until) where until is not null;
create index sampling_design_closed on land.sampling_design (county, id) where until is not null;
create index sampling_design_key_now on land.sampling_design (county, design_key) where until is null;
create view land.sampling_design_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, design_key, title, method, request, frame, strata, points, figures from land.sampling_design where until is null;

-- A laboratory's row often has a bag's code alone; where the bag was filled stands in the record of sampling, another sample row with that bag and a place or plot.
-- This view is of such laboratory rows, with place, plot, depth, day and season of the record where they have none themselves. A bag that two records claim decides
-- nothing. The rows themselves stay as the laboratory wrote them, so that its sheet, read again, finds nothing changed.
create index sample_bag_now on land.sample (county, (extra ->> 'bag')) where until is null and extra ->> 'bag' is not null;
create view land.sample_by_bag_now as
  select lab.county, lab.id, case when lab.sampled_on is null then record.valid_from else lab.valid_from end as valid_from, lab.valid_to, lab.since, lab.origin, lab.source_file, lab.source_row,
    lab.sample_code, record.longitude, record.latitude, record.place, record.plot_code, coalesce(lab.depth_from_cm, record.depth_from_cm) as depth_from_cm,
    coalesce(lab.depth_to_cm, record.depth_to_cm) as depth_to_cm, coalesce(lab.sampled_on, record.sampled_on) as sampled_on, coalesce(lab.season, record.season) as season,
    lab.ph, lab.ph_ratio, lab.ec_ds_per_m, lab.ec_ratio, lab.ece_ds_per_m, lab.salt_g_per_kg, lab.cec_cmol_per_kg, lab.esp_percent, lab.ions,
    coalesce(lab.texture, record.texture) as texture, lab.lab, lab.method, lab.extra, record.sample_code as record_code
  from land.sample lab
  join land.sample record on record.county = lab.county and record.extra ->> 'bag' = lab.extra ->> 'bag' and record.until is null
    and (record.place is not null or record.plot_code is not null) and record.extra ->> 'role' is null
  where lab.until is null and lab.place is null and lab.plot_code is null and lab.extra ->> 'bag' is not null and lab.extra ->> 'role' is null
    and not exists (
      select from land.sample other where other.county = lab.county and other.extra ->> 'bag' = lab.extra ->> 'bag' and other.until is null
        and (other.place is not null or other.plot_code is not null) and other.extra ->> 'role' is null and other.id <> record.id);
