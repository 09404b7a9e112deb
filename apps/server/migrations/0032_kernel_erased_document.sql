-- owner: kernel/sealed
-- Kept files that were erased: the key that opened each is gone, and this says that it is gone on purpose. Size and digest stay in kernel.document: revisions name them.
create table kernel.document_erased (
  county    text collate "C" not null,
  sha256    bytea not null constraint erased_sha256_has_32_bytes check (length(sha256) = 32),
  why       text not null constraint erased_document_why_is_listed check (why in ('retention')),
  erased_at timestamptz not null,
  primary key (county, sha256)
);
