-- owner: kernel/review
-- Work that waits for a second person: a change to the register that is written once another approves it, an export that needs a second approval, a break of the
-- glass that is looked at afterwards. `payload` is what was asked, in canonical JSON; `seen` the SHA-256 of it, by which an approval says what it approved.
create table kernel.review (
  county     text collate "C" not null,
  review_id  text collate "C" not null,
  act        text not null,
  area       text collate "C" not null constraint review_area_is_a_code check (area ~ '^(\d{6}|\d{9}|\d{12})$'),
  state      text not null constraint review_state_is_listed check (state in ('draft', 'submitted', 'approved', 'returned', 'withdrawn')),
  author     text not null,
  title      text not null,
  payload    text not null,
  seen       bytea not null constraint review_seen_is_a_digest check (length(seen) = 32),
  head       int4 not null,        -- the register's revision when it was made
  made_at    timestamptz not null,
  settled_at timestamptz,
  rev        int4,                 -- the revision that the approval wrote
  until      timestamptz,          -- an approved export or a broken glass holds no longer
  primary key (county, review_id)
);
create index review_by_state on kernel.review (county, state, made_at);
create view kernel.review_now as
  select county, review_id, act, area, state, author, title, payload, seen, head, made_at, settled_at, rev, until from kernel.review;

-- What was done with it, by whom: appended only. Each step is signed (Ed25519) over what was seen and over the step before.
create table kernel.review_step (
  county     text collate "C" not null,
  review_id  text collate "C" not null,
  area       text collate "C" not null,
  step       int4 not null,
  what       text not null constraint review_step_is_listed check (what in ('drafted', 'submitted', 'approved', 'returned', 'withdrawn')),
  actor      text not null,
  role       text not null,
  at         timestamptz not null,
  note       text not null,
  signed     text not null,        -- canonical JSON: the very bytes of the signature
  signature  text not null,
  public_key text not null,
  primary key (county, review_id, step)
);
create view kernel.review_step_now as
  select county, review_id, area, step, what, actor, role, at, note, signed, signature, public_key from kernel.review_step;
