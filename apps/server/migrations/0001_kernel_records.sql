-- owner: kernel/records
-- The ledger. One chain of revisions for each county; register rows are versions with a recorded clock (since/until,
-- revision numbers of the county) and a valid clock (valid_from/valid_to, half-open days).
create schema kernel;
create schema land;
create schema ops;

-- sha256 of the text '' stands before the first revision of every county
create table kernel.chain_head (
  county      text collate "C" not null constraint county_has_six_digits check (county ~ '^\d{6}$'),
  rev         int4 not null,
  hash        bytea not null,
  recorded_at timestamptz not null,
  next_id     int8 not null, -- the next row number of the county; given out under the lock of this row
  primary key (county)
);

create function kernel.field(bytea) returns bytea immutable parallel safe language sql
  as $$ select coalesce('\x01'::bytea || int4send(length($1)) || $1, '\x00'::bytea) $$;

-- convert_to is only STABLE in the catalogue; in a UTF8 database it is a constant function
create function kernel.utf8(text) returns bytea immutable parallel safe language sql as $$ select convert_to($1, 'UTF8') $$;

create function kernel.link(county text, rev int4, what text, cause text, undoes int4, actor text, recorded_at timestamptz,
  reason text, sources text, made int8, closed int8, body bytea, prev bytea) returns bytea immutable parallel safe language sql
  as $$ select sha256('dishu/revision/1'::bytea || kernel.field(prev) || kernel.field(kernel.utf8(county)) || kernel.field(int4send(rev))
    || kernel.field(kernel.utf8(what)) || kernel.field(kernel.utf8(cause)) || kernel.field(int4send(undoes)) || kernel.field(kernel.utf8(actor))
    || kernel.field(int8send((extract(epoch from recorded_at) * 1000)::int8)) || kernel.field(kernel.utf8(reason)) || kernel.field(kernel.utf8(sources))
    || kernel.field(int8send(made)) || kernel.field(int8send(closed)) || kernel.field(body)) $$;

create table kernel.revision (
  county      text collate "C" not null,
  rev         int4 not null constraint revisions_count_from_one check (rev >= 1),
  what        text not null constraint what_is_write_import_or_undo check (what in ('write', 'import', 'undo')),
  cause       text not null constraint cause_is_listed check (cause in ('re-survey', 'split-merge', 're-grade', 'contract', 'project', 'correction', 'undo', 'method')),
  undoes      int4,
  actor       text not null,
  recorded_at timestamptz not null,
  reason      text not null,
  sources     text not null, -- JSON: the files behind it, [{file, layer, size, sha256}]; a row's source_file is its place in this list
  made        int8 not null,
  closed      int8 not null,
  body        bytea not null,
  prev_rev    int4,
  prev        bytea not null,
  hash        bytea not null,
  primary key (county, rev),
  constraint revision_is_named_by_its_hash unique (county, rev, hash),
  constraint revision_follows_the_one_before foreign key (county, prev_rev, prev) references kernel.revision (county, rev, hash),
  constraint only_the_first_has_none_before check (coalesce(prev_rev, 0) = rev - 1),
  constraint only_an_undo_undoes check ((what = 'undo') = (undoes is not null)),
  constraint revision_hash_fits check (hash = kernel.link(county, rev, what, cause, undoes, actor, recorded_at, reason, sources, made, closed, body, prev))
);
create index revision_by_time on kernel.revision (county, recorded_at);
create view kernel.revision_now as
  select county, rev, what, cause, undoes, actor, recorded_at, reason, sources, made, closed, hash from kernel.revision;
