-- owner: land/plan
-- A task may also work out the front of two measures, whose points are its outcome and are not written into the register; or lay the limits of a county over its patches,
-- which belongs to no scenario (scenario_key is then '').
alter table ops.plan_task drop constraint plan_task_is_listed;
alter table ops.plan_task add constraint plan_task_is_listed check (what in ('solve', 'recompute', 'front', 'limits'));
