-- owner: land/quality
-- Every table here is a kind of register row with the ledger's frame (see 0001_kernel_records.sql and docs/ledger.md): county, id, the valid clock, the recorded clock,
-- the revision whose sources hold its file and row, and the digest of its content. Areas are whole hundredths of a square metre.
create table land.exception (
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
  rule         text not null,
  subject_kind text not null,
  subject_key  text not null,
  reason       text not null,
  accepted_by  text not null,
  constraint exception_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint exception_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index exception_one_now on land.exception (county, id, valid_from) where until is null;
create index exception_until on land.exception (county, until) where until is not null;
create index exception_closed on land.exception (county, id) where until is not null;
create index exception_subject_now on land.exception (county, rule, subject_kind, subject_key) where until is null;
create view land.exception_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, rule, subject_kind, subject_key, reason, accepted_by from land.exception where until is null;

-- What the rules say of the county's present rows; made anew by every check, so it stands outside the ledger. Accepting a finding is an exception row, which is in it.
create table land.finding (
  county       text collate "C" not null,
  finding_id   int8 not null,
  rule         text not null,
  severity     text not null,
  subject_kind text not null,
  subject_id   int8,
  subject_key  text not null,
  village      text,
  place        box,
  area         int8,
  details      jsonb not null,
  checked_rev  int4 not null,
  primary key (county, finding_id)
);
create index finding_by_rule on land.finding (county, rule, subject_key);
create index finding_by_subject on land.finding (county, subject_kind, subject_id);
create table land.finding_assignment (
  county       text collate "C" not null,
  rule         text not null,
  subject_kind text not null,
  subject_key  text not null,
  assignee     text not null,
  assigned_by  text not null,
  assigned_at  timestamptz not null,
  note         text not null,
  primary key (county, rule, subject_kind, subject_key)
);
create view land.finding_now as
  select county, finding_id, rule, severity, subject_kind, subject_id, subject_key, village, place, area, details, checked_rev from land.finding;
create table land.finding_check (
  county      text collate "C" not null,
  checked_rev int4 not null,
  checked_at  timestamptz not null,
  primary key (county)
);
