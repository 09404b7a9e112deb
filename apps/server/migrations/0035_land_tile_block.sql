-- owner: land/count
-- Map ground made ready: the outlines of a tile of zoom 14 packed once, and of a tile of zoom 12 what each smaller zoom shows of it. Made from the register and made
-- anew when a revision touches it; outside the chain, since it says nothing that the register does not say. Only the present is kept.
create table land.tile_block (
  county   text collate "C" not null,
  zoom     int2 not null, -- 14: outlines of a tile of zoom 14; 5 to 11: what that zoom shows of a tile of zoom 12
  x        int4 not null,
  y        int4 not null,
  made     int4 not null, -- the revision it was made at
  day_from date not null, -- the days on which it looks so
  day_to   date not null,
  bytes    bytea not null,
  primary key (county, zoom, x, y)
);
-- what is packed is packed already
alter table land.tile_block alter column bytes set storage external;
