-- owner: land/exports
-- More of what analysts read with their own tools (see 0026_land_open.sql): the other tables of the register, in m² and without anything personal; and, where PostGIS is in
-- the database, views with outlines as geometry in CGCS2000 (EPSG:4490). Nothing of the program needs them. `open.with_outlines()` makes them, here if PostGIS is there already,
-- and later by whoever adds it: `create extension postgis; select open.with_outlines();`.
create view open.parcel as
  select county, id, parcel_code, name, owner_kind, category, use_class, fertility, purpose, basic_farmland, (official_area::numeric / 100)::numeric(18, 2) as official_area_m2,
    (computed_area::numeric / 100)::numeric(18, 2) as computed_area_m2, valid_from, valid_to, since, until
  from land.parcel;

create view open.sample as
  select county, id, sample_code, longitude, latitude, plot_code, depth_from_cm, depth_to_cm, sampled_on, season, ph, ph_ratio, ec_ds_per_m, ec_ratio, ece_ds_per_m, salt_g_per_kg,
    cec_cmol_per_kg, esp_percent, ions, texture, lab, method, valid_from, valid_to, since, until
  from land.sample;

create view open.area as
  select county, id, code, parent, level, name, (control_area::numeric / 100)::numeric(18, 2) as control_area_m2, valid_from, valid_to, since, until
  from kernel.area;

-- Outlines in a system that only this register has a number for are left out of these views: PostGIS does not know it. The open interface has them all.
create function open.with_outlines() returns text language plpgsql as $make$
declare place text;
begin
  select nspname into place from pg_extension join pg_namespace on pg_namespace.oid = extnamespace where extname = 'postgis';
  if place is null then return 'no PostGIS in this database'; end if;
  execute format($view$
    create or replace view open.patch_outline as
      select named.*, %1$I.st_multi(%1$I.st_transform(%1$I.st_setsrid(%1$I.st_geomfromwkb(drawn.outline), drawn.srid), 4490))::%1$I.geometry(MultiPolygon, 4490) as outline
      from open.patch named join land.patch drawn using (county, since, id, valid_from)
      where drawn.outline is not null and drawn.srid in (select srid from %1$I.spatial_ref_sys);
    create or replace view open.parcel_outline as
      select named.*, %1$I.st_multi(%1$I.st_transform(%1$I.st_setsrid(%1$I.st_geomfromwkb(drawn.outline), drawn.srid), 4490))::%1$I.geometry(MultiPolygon, 4490) as outline
      from open.parcel named join land.parcel drawn using (county, since, id, valid_from)
      where drawn.outline is not null and drawn.srid in (select srid from %1$I.spatial_ref_sys);
    create or replace view open.area_outline as
      select named.*, %1$I.st_multi(%1$I.st_transform(%1$I.st_setsrid(%1$I.st_geomfromwkb(drawn.outline), drawn.srid), 4490))::%1$I.geometry(MultiPolygon, 4490) as outline
      from open.area named join kernel.area drawn using (county, since, id, valid_from)
      where drawn.outline is not null and drawn.srid in (select srid from %1$I.spatial_ref_sys);
    create or replace view open.sample_place as
      select named.*, %1$I.st_setsrid(%1$I.st_makepoint(named.longitude, named.latitude), 4490)::%1$I.geometry(Point, 4490) as place
      from open.sample named where named.longitude is not null and named.latitude is not null
  $view$, place);
  return 'made';
end $make$;

select open.with_outlines();
