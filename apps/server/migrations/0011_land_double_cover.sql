-- owner: land/count
-- Ground of a patch that two contract parcels or more cover. Made with the cells, outside the chain like them: it says nothing that outlines do not say. A cell
-- counts such ground once, for the first parcel; the check reports it from here.
create table land.double_cover (
  county    text collate "C" not null,
  patch_id  int8 not null,
  parcels   text[] not null,
  area      int8 not null, -- whole hundredths of m², by the plane's area
  primary key (county, patch_id, parcels)
);
create view land.double_cover_now as
  select double_cover.county, patch_id, parcels, area, patch.patch_key, patch.village, patch.bbox
  from land.double_cover join land.patch_now patch on patch.county = double_cover.county and patch.id = double_cover.patch_id;
