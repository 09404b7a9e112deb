-- owner: land/count
-- baseline: one figure that was signed: the state of the register it was counted from (day and revision), everything it was counted by, and the counted table. A kind of
-- register row with the ledger's frame (see 0001_kernel_records.sql and docs/ledger.md). The signature is over the bytes of `document`, so that the text itself is kept.
create table land.baseline (
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
  baseline_key text collate "C" not null, -- B1, B2, …
  title       text not null,
  day         date not null,
  known       int4 not null, -- the revision it was counted at; `since` is the one that froze it
  area        int8 not null, -- hundredths of a square metre
  patches     int4 not null,
  document    text not null, -- JSON, see docs/baselines.md
  public_key  text not null, -- PEM
  signature   text not null, -- Ed25519 over the document's UTF-8, in base64
  constraint baseline_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint baseline_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index baseline_one_now on land.baseline (county, id, valid_from) where until is null;
create index baseline_until on land.baseline (county, until) where until is not null;
create index baseline_closed on land.baseline (county, id) where until is not null;
create view land.baseline_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, baseline_key, title, day, known, area, patches, document, public_key, signature from land.baseline where until is null;
