-- owner: land/tenure
-- Every table here is a kind of register row with the ledger's frame (see 0001_kernel_records.sql and docs/ledger.md): county, id, the valid clock, the recorded clock,
-- the revision whose sources hold its file and row, and the digest of its content. Areas are whole hundredths of a square metre.
-- Party, right and unit of ISO 19152: issuers and contractors are parties; a contract gives a contractor shares in parcels; a transfer passes the use on.
create table land.party (
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
  party_code   text not null, -- FBFBM (14 digits) or CBFBM (18)
  role         text not null constraint party_role_is_listed check (role in ('issuer', 'contractor', 'recipient')),
  party_kind   text, -- CBFLX
  name         text, -- of a body; a person's name is sealed
  member_count int4,
  sealed       jsonb not null, -- {name, idNumber, phone, address …: {ref, mask}}
  extra        jsonb not null,
  constraint party_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint party_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index party_one_now on land.party (county, id, valid_from) where until is null;
create index party_until on land.party (county, until) where until is not null;
create index party_closed on land.party (county, id) where until is not null;
create index party_code_now on land.party (county, party_code) where until is null;
create index party_code_closed on land.party (county, party_code) where until is not null;
create view land.party_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, party_code, role, party_kind, name, member_count, sealed, extra from land.party where until is null;

create table land.member (
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
  party_code text not null, -- CBFBM
  relation   text, -- YHZGX
  sex        text, -- CYXB
  note       text, -- CYBZ
  co_owner   text, -- SFGYR
  sealed     jsonb not null,
  extra      jsonb not null,
  constraint member_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint member_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index member_one_now on land.member (county, id, valid_from) where until is null;
create index member_until on land.member (county, until) where until is not null;
create index member_closed on land.member (county, id) where until is not null;
create index member_party_now on land.member (county, party_code) where until is null;
create index member_party_closed on land.member (county, party_code) where until is not null;
create view land.member_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, party_code, relation, sex, note, co_owner, sealed, extra from land.member where until is null;

create table land.contract (
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
  contract_code   text not null, -- CBHTBM, or the office's own number
  previous_code   text, -- YCBHTBM
  issuer_code     text, -- FBFBM
  contractor_code text, -- CBFBM
  mode            text, -- CBFS
  term_from       date, -- CBQXQ
  term_to         date, -- CBQXZ, the last day
  contract_area   int8, -- HTZMJ
  contract_mu     float8, -- HTZMJM as stated
  parcel_count    int4, -- CBDKZS
  rent_fen        int8, -- a year, for contracts by other modes
  signed_on       date, -- QDSJ
  sealed          jsonb not null,
  extra           jsonb not null,
  constraint contract_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint contract_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index contract_one_now on land.contract (county, id, valid_from) where until is null;
create index contract_until on land.contract (county, until) where until is not null;
create index contract_closed on land.contract (county, id) where until is not null;
create index contract_code_now on land.contract (county, contract_code) where until is null;
create index contract_code_closed on land.contract (county, contract_code) where until is not null;
create view land.contract_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, contract_code, previous_code, issuer_code, contractor_code, mode, term_from, term_to, contract_area, contract_mu, parcel_count, rent_fen, signed_on, sealed, extra from land.contract where until is null;

create table land.contract_parcel (
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
  contract_code   text not null,
  parcel_code     text not null,
  issuer_code     text,
  contractor_code text,
  mode            text, -- CBJYQQDFS
  contract_area   int8, -- HTMJ
  contract_mu     float8, -- HTMJM
  share_part      int4 not null constraint share_part_is_positive check (share_part > 0),
  share_whole     int4 not null constraint share_is_at_most_one check (share_part <= share_whole),
  extra           jsonb not null,
  constraint contract_parcel_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint contract_parcel_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index contract_parcel_one_now on land.contract_parcel (county, id, valid_from) where until is null;
create index contract_parcel_until on land.contract_parcel (county, until) where until is not null;
create index contract_parcel_closed on land.contract_parcel (county, id) where until is not null;
create index contract_parcel_now_by_parcel on land.contract_parcel (county, parcel_code) where until is null;
create index contract_parcel_closed_by_parcel on land.contract_parcel (county, parcel_code) where until is not null;
create index contract_parcel_now_by_contract on land.contract_parcel (county, contract_code) where until is null;
create index contract_parcel_closed_by_contract on land.contract_parcel (county, contract_code) where until is not null;
create view land.contract_parcel_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, contract_code, parcel_code, issuer_code, contractor_code, mode, contract_area, contract_mu, share_part, share_whole, extra from land.contract_parcel where until is null;

create table land.transfer (
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
  transfer_code  text not null, -- LZHTBM
  contract_code  text, -- CBHTBM
  from_code      text, -- CBFBM
  to_code        text, -- SRFBM
  mode           text, -- LZFS
  term_from      date,
  term_to        date,
  transfer_area  int8, -- LZMJ
  parcel_count   int4,
  sealed         jsonb not null,
  extra          jsonb not null,
  constraint transfer_is_valid_for_a_day_or_more check (valid_from < valid_to),
  constraint transfer_is_recorded_for_a_revision_or_more check (since < until),
  primary key (county, since, id, valid_from)
);
create unique index transfer_one_now on land.transfer (county, id, valid_from) where until is null;
create index transfer_until on land.transfer (county, until) where until is not null;
create index transfer_closed on land.transfer (county, id) where until is not null;
create index transfer_code_now on land.transfer (county, transfer_code) where until is null;
create index transfer_code_closed on land.transfer (county, transfer_code) where until is not null;
create view land.transfer_now as
  select county, id, valid_from, valid_to, since, origin, source_file, source_row, transfer_code, contract_code, from_code, to_code, mode, term_from, term_to, transfer_area, parcel_count, sealed, extra from land.transfer where until is null;
