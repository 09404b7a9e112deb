-- owner: kernel/people
-- Persons and grants are rows of the ledger (see 0001_kernel_records.sql) under the office's own chain, county '000000'. A grant is valid for its term.
create table kernel.person (
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
  login        text collate "C" not null,
  display_name text not null,
  state        text not null constraint person_state_is_listed check (state in ('invited', 'active', 'left')),
  subject      text, -- who this is at the office's own sign-in
  constraint person_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint person_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index person_one_now on kernel.person (county, id, valid_from) where until is null;
create index person_until on kernel.person (county, until) where until is not null;
create index person_closed on kernel.person (county, id) where until is not null;
create unique index person_login_now on kernel.person (county, lower(login)) where until is null and valid_to = 'infinity';
create unique index person_subject_now on kernel.person (county, subject) where until is null and valid_to = 'infinity' and subject is not null;
create view kernel.person_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, login, display_name, state, subject from kernel.person where until is null;

create table kernel.person_grant (
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
  person_id   int8 not null,
  role        text not null,
  area        text collate "C" not null constraint grant_area_is_a_code check (area ~ '^(\d{2}|\d{4}|\d{6}|\d{9}|\d{12})?$'),
  granted_by  text not null,
  reason      text not null,
  constraint grant_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint grant_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index person_grant_one_now on kernel.person_grant (county, id, valid_from) where until is null;
create index person_grant_until on kernel.person_grant (county, until) where until is not null;
create index person_grant_closed on kernel.person_grant (county, id) where until is not null;
create index person_grant_of_person on kernel.person_grant (county, person_id) where until is null;
create view kernel.person_grant_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, person_id, role, area, granted_by, reason from kernel.person_grant where until is null;

-- The rest stands outside the chain of revisions, under the same county '000000'.
-- What a person proves to be themselves with: a secret has no history worth keeping.
create table kernel.credential (
  county     text collate "C" not null,
  person_id  int8 not null,
  password   text,            -- argon2id in the PHC format
  totp       bytea,           -- the shared secret, sealed by the vault; it counts once totp_since is set
  totp_since timestamptz,
  totp_last  int8,            -- the last time step used: a code holds once
  recovery   text[] not null, -- digests of codes that hold once
  changed_at timestamptz not null,
  primary key (county, person_id)
);

-- Sessions, tokens and links are known by the SHA-256 of what the browser or script holds.
create table kernel.session (
  county     text collate "C" not null,
  session_id text collate "C" not null,
  token      bytea not null constraint session_token_is_a_digest check (length(token) = 32),
  person_id  int8 not null,
  created_at timestamptz not null,
  seen_at    timestamptz not null,
  ended_at   timestamptz,
  ended_by   text,
  address    text not null,
  agent      text not null,
  primary key (county, session_id),
  constraint session_is_named_by_its_token unique (county, token)
);
create index session_of_person on kernel.session (county, person_id) where ended_at is null;

create table kernel.service_token (
  county     text collate "C" not null,
  token_id   text collate "C" not null,
  token      bytea not null constraint service_token_is_a_digest check (length(token) = 32),
  person_id  int8 not null,
  name       text not null,
  powers     text[] not null,
  area       text collate "C" not null,
  created_at timestamptz not null,
  expires_at timestamptz not null,
  used_at    timestamptz,
  ended_at   timestamptz,
  primary key (county, token_id),
  constraint service_token_is_named_by_its_token unique (county, token)
);

-- A link that holds once: the first administrator's, an invitation, a new password.
create table kernel.sign_in_link (
  county     text collate "C" not null,
  token      bytea not null constraint link_token_is_a_digest check (length(token) = 32),
  person_id  int8, -- null: the first administrator's
  made_by    text not null,
  made_at    timestamptz not null,
  expires_at timestamptz not null,
  used_at    timestamptz,
  primary key (county, token)
);

create table kernel.sign_in_attempt (
  county     text collate "C" not null,
  attempt_id text collate "C" not null,
  login      text not null,
  address    text not null,
  at         timestamptz not null,
  ok         boolean not null,
  primary key (county, attempt_id)
);
create index sign_in_attempt_recent on kernel.sign_in_attempt (county, at);

-- What people did that is no write to the register: signing in and out, refusals, openings of personal values, exports. Appended only; each row carries
-- the digest of the one before, so a row that was altered or taken out shows. `county` is the place it was done to; the chain runs per county.
create table kernel.access_event (
  county   text collate "C" not null,
  event_id int8 not null,
  at       timestamptz not null,
  actor    text not null,
  what     text not null,
  outcome  text not null constraint access_outcome_is_listed check (outcome in ('done', 'refused', 'failed')),
  subject  text not null, -- what it was done to: a route, a reference, a file; never a clear personal value
  details  text not null, -- canonical JSON
  address  text not null,
  prev     bytea not null,
  hash     bytea not null,
  primary key (county, event_id)
);
create index access_event_by_time on kernel.access_event (county, at);
create index access_event_by_subject on kernel.access_event (county, subject);
create index access_event_by_actor on kernel.access_event (county, actor, at);
create view kernel.access_event_now as
  select county, event_id, at, actor, what, outcome, subject, details, address, hash from kernel.access_event;

-- What a request may see: the codes of its areas, set by the gate for the time of one transaction; '*' is everything, nothing is nothing.
create function kernel.scope() returns text[] stable parallel safe language sql
  as $$ select string_to_array(nullif(current_setting('dishu.scope', true), ''), ',') $$;
create function kernel.sees_all() returns boolean stable parallel safe language sql
  as $$ select coalesce('*' = any (kernel.scope()), false) $$;
create function kernel.touches(county text) returns boolean stable parallel safe language sql
  as $$ select exists (select from unnest(kernel.scope()) code where code = '*' or left(county, length(code)) = code or left(code, 6) = county) $$;
-- asked once for a query, not once for a row; they run as their owner, since the list of counties is itself cut
create function kernel.counties_touched() returns text[] stable parallel safe security definer set search_path = pg_catalog language sql
  as $$ select coalesce(array_agg(county), '{}') from kernel.chain_head where kernel.touches(county) $$;
create function kernel.counties_whole() returns text[] stable parallel safe security definer set search_path = pg_catalog language sql
  as $$ select coalesce(array_agg(county), '{}') from kernel.chain_head
    where exists (select from unnest(kernel.scope()) code where code = '*' or left(county, length(code)) = code) $$;
-- the end of a place's chain of events, for whoever appends to it without seeing it
create function kernel.last_access_event(place text) returns table (event_id int8, hash bytea) stable security definer set search_path = pg_catalog language sql
  as $$ select event_id, hash from kernel.access_event where county = place order by event_id desc limit 1 $$;
