-- owner: land/count
-- The count as rows that GIS programs page through: land.cell_sum with a number for each row. The number is made from what names the row, so that it is the same in every answer; 52 bits,
-- which every program keeps exactly.
create view land.count_row as
  select county, ('x' || left(md5(concat_ws('|', village, class, grade, owner, contract, saline, valid_from, valid_to, since)), 13))::bit(52)::int8 as id,
    village, class, grade, owner, contract, saline, valid_from, valid_to, since, until, area, patches, cells
  from land.cell_sum;
