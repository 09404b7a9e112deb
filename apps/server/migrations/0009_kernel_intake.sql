-- owner: kernel/intake
-- An import under way. Its staged rows lie in a folder of the data directory; nothing reaches the register before it is confirmed.
create table ops.intake (
  county      text collate "C" not null, -- '000000' until the files tell it
  intake_id   text not null,
  state       text not null constraint intake_state_is_listed check (state in ('uploaded', 'reading', 'needs-answers', 'ready', 'writing', 'done', 'cancelled', 'refused', 'failed')),
  created_by  text not null,
  created_at  timestamptz not null,
  changed_at  timestamptz not null,
  progress    jsonb not null,
  preview     jsonb, -- what it would do, or why it cannot
  answers     jsonb not null, -- what the person decided: county, CRS, mapping, valid day …
  revisions   jsonb not null, -- of the revisions it wrote: [{county, rev}]
  primary key (county, intake_id)
);
create table ops.mapping (
  county     text collate "C" not null,
  signature  text not null, -- of a layer's field names
  mapping    jsonb not null,
  saved_by   text not null,
  saved_at   timestamptz not null,
  primary key (county, signature)
);

create table ops.setting (
  county text collate "C" not null,
  name   text not null,
  value  jsonb not null,
  primary key (county, name)
);

-- Coordinate systems that stored outlines are in, besides the zones of CGCS2000, which the program knows. A reference table.
create table kernel.crs (
  srid int4 primary key, -- the EPSG code, or a number from 990001 on for a system that has none
  name text not null,
  wkt  text not null
);
create view ops.setting_now as select county, name, value from ops.setting;
create view kernel.crs_now as select srid, name, wkt from kernel.crs;
