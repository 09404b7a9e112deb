-- owner: land/soil
-- Two more kinds of long work on soil: a design that is being drawn, and a look at who would move by another grading, of which nothing is written.
alter table ops.soil_task drop constraint soil_task_is_listed;
alter table ops.soil_task add constraint soil_task_is_listed check (what in ('map', 'regrade', 'look', 'design'));
