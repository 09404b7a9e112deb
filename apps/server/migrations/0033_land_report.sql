-- owner: land/reports
-- report: a document that was made and is kept: what it was asked with, the figures in it with their codes, and its file in the content store. A kind of register row with
-- the ledger's frame (see 0001_kernel_records.sql and docs/ledger.md).
create table land.report (
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
  report_key  text collate "C" not null, -- D1, D2, …
  template    text not null,
  form        int4 not null, -- of the template
  title       text not null,
  within      text collate "C" not null,
  day         date not null,
  known       int4 not null, -- the revision it was read at; `since` is the one that kept it
  request     jsonb not null,
  figures     jsonb not null, -- [{code, question, state, value}]
  quality     jsonb not null, -- what the check had found when the first report of the state was made
  file_sha256 text not null, -- in kernel.document
  file_name   text not null,
  bytes       int4 not null,
  pages       int4 not null, -- 0: its pages are not ours to count
  constraint report_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint report_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index report_one_now on land.report (county, id, valid_from) where until is null;
create index report_until on land.report (county, until) where until is not null;
create index report_closed on land.report (county, id) where until is not null;
create index report_figure on land.report using gin (figures jsonb_path_ops);
create view land.report_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, report_key, template, form, title, within, day, known, request, figures, quality, file_sha256, file_name, bytes, pages
  from land.report where until is null;

-- A report that is being made.
create table ops.report_task (
  county     text collate "C" not null,
  task_id    text collate "C" not null,
  state      text not null constraint report_task_state_is_listed check (state in ('working', 'done', 'cancelled', 'refused', 'failed')),
  created_by text not null,
  created_at timestamptz not null,
  changed_at timestamptz not null,
  progress   jsonb not null, -- {phase, done, total}
  request    jsonb not null,
  outcome    jsonb, -- the refusal, or the report's key
  primary key (county, task_id)
);
