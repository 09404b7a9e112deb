-- owner: kernel/sealed
-- Personal values that were deleted: by retention, or because the person asked. Rows of the register that named them keep their reference and mask; this says that the
-- value is gone on purpose, and under which act. No value, and nothing from which one could be had without the county's lookup key.
create table kernel.sealed_erased (
  county    text collate "C" not null,
  ref       bytea not null constraint erased_ref_has_16_bytes check (length(ref) = 16),
  field     text not null,
  why       text not null constraint erased_why_is_listed check (why in ('retention', 'request')),
  erased_at timestamptz not null,
  primary key (county, ref, erased_at)
);
