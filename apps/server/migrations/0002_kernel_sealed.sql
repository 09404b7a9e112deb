-- owner: kernel/sealed
-- Personal values, encrypted with the county's data key (the key lies outside the database). `ref` is a keyed hash of field and value:
-- the same value of the same county has the same ref, so a repeated import finds nothing changed.
create table kernel.sealed (
  county text collate "C" not null,
  ref    bytea not null constraint sealed_ref_has_16_bytes check (length(ref) = 16),
  field  text not null,
  cipher bytea not null,
  primary key (county, ref)
);

-- Files behind revisions: content-addressed, each encrypted with a key of its own, wrapped by the county's key. Without wrapped_key the file is erased.
create table kernel.document (
  county      text collate "C" not null,
  sha256      bytea not null constraint document_sha256_has_32_bytes check (length(sha256) = 32),
  name        text not null,
  size        int8 not null,
  wrapped_key bytea,
  stored_at   timestamptz not null,
  primary key (county, sha256)
);
create view kernel.document_now as select county, sha256, name, size, wrapped_key, stored_at from kernel.document;
