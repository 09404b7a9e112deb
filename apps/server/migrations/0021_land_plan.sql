-- owner: land/plan
-- plan_scenario: what a plan is asked for, with its state. plan_result: what solving one gave, with what it was solved from, so that it can be recomputed. Both are kinds of
-- register row with the ledger's frame (see 0001_kernel_records.sql and docs/ledger.md). The program itself lies in the content store under the digest in `basis`.
create table land.plan_scenario (
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
  scenario_key text collate "C" not null, -- S1, S2, …
  title        text not null,
  notes        text not null,
  terms        jsonb not null, -- years, year types, objective, floors, budgets, targets, locks, capacity, works, blocks, seed, gap
  state        text not null,
  author       text not null,
  submitted_by text,
  decided_by   text,
  copied_from  text,
  constraint plan_scenario_state_is_listed check (state in ('draft', 'submitted', 'approved')),
  constraint plan_scenario_is_decided_by_another check (state <> 'approved' or decided_by <> author),
  constraint plan_scenario_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint plan_scenario_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index plan_scenario_one_now on land.plan_scenario (county, id, valid_from) where until is null;
create index plan_scenario_until on land.plan_scenario (county, until) where until is not null;
create index plan_scenario_closed on land.plan_scenario (county, id) where until is not null;
create index plan_scenario_key_now on land.plan_scenario (county, scenario_key) where until is null;
create view land.plan_scenario_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, scenario_key, title, notes, terms, state, author, submitted_by, decided_by, copied_from from land.plan_scenario where until is null;

create table land.plan_result (
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
  result_key   text collate "C" not null, -- R1, R2, …
  scenario_key text collate "C" not null,
  basis        jsonb not null, -- {terms, title, rev, day, sha256, bytes, solver}: what it was solved from
  figures      jsonb not null, -- status, objective, bound, gap, sums by town and year, water, money, prices, findings
  labels       jsonb not null, -- what choices stand for: '' none, practice/crop@year, or why there is no option
  patch_ids    bytea not null, -- int32, little-endian
  choices      bytea not null, -- places in labels, 16 bits each, in the order of patch_ids
  constraint plan_result_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint plan_result_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index plan_result_one_now on land.plan_result (county, id, valid_from) where until is null;
create index plan_result_until on land.plan_result (county, until) where until is not null;
create index plan_result_closed on land.plan_result (county, id) where until is not null;
create index plan_result_key_now on land.plan_result (county, result_key) where until is null;
create index plan_result_scenario_now on land.plan_result (county, scenario_key) where until is null;
create view land.plan_result_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, result_key, scenario_key, basis, figures, labels, patch_ids, choices from land.plan_result where until is null;

-- A scenario that is being solved. `stopping`: it shall end with the best plan so far.
create table ops.plan_task (
  county       text collate "C" not null,
  task_id      text collate "C" not null,
  scenario_key text collate "C" not null,
  what         text not null constraint plan_task_is_listed check (what in ('solve', 'recompute')),
  state        text not null constraint plan_task_state_is_listed check (state in ('working', 'stopping', 'done', 'cancelled', 'refused', 'failed')),
  created_by   text not null,
  created_at   timestamptz not null,
  changed_at   timestamptz not null,
  progress     jsonb not null, -- {phase, done, total, curve: [[step, bound, best]]}
  request      jsonb not null,
  outcome      jsonb, -- the refusal, or the result
  primary key (county, task_id)
);
