-- owner: land/tenure
-- Rights as ISO 19152 (LADM) has them: a party holds a share of a right in a unit. Ownership stands in the survey's patches, the right of contract in the
-- parcels of contracts, the use passed on in transfers. Shares of one kind of right in one unit sum to 1 at any time; where they do not, a finding says so.
create view land.right_now as
  select county, 'ownership' as right_kind, coalesce(owner_unit, owner_kind, 'unknown') as party_code, 'patch' as unit_kind, patch_key as unit_key,
    1 as share_part, 1 as share_whole, valid_from, valid_to, null::text as basis
  from land.patch_now
  union all
  select link.county, 'contract', coalesce(contract.contractor_code, link.contractor_code, 'unknown'), 'parcel', link.parcel_code,
    link.share_part, link.share_whole, greatest(link.valid_from, coalesce(contract.term_from, link.valid_from)),
    least(link.valid_to, coalesce(contract.term_to + 1, link.valid_to)), link.contract_code
  from land.contract_parcel_now link
  left join land.contract_now contract on contract.county = link.county and contract.contract_code = link.contract_code
  where coalesce(contract.term_from, link.valid_from) < coalesce(contract.term_to + 1, 'infinity')
  union all
  select county, 'transfer', coalesce(to_code, 'unknown'), 'contract', coalesce(contract_code, transfer_code),
    1, 1, greatest(valid_from, coalesce(term_from, valid_from)), least(valid_to, coalesce(term_to + 1, valid_to)), transfer_code
  from land.transfer_now
  where coalesce(term_from, valid_from) < coalesce(term_to + 1, 'infinity');
