-- owner: kernel/people
-- Policies compare a row's county with the codes of the request themselves (see permission.ts). The lists of counties that functions looked up were
-- asked for by every statement, and cost more than short answers do. Policies that used them go with them and are made anew at the next start.
drop function kernel.counties_touched() cascade;
drop function kernel.counties_whole() cascade;
drop function kernel.touches(text) cascade;
drop function kernel.sees_all() cascade;
