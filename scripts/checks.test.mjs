// Each check finds what it is for, and lets pass what is right.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import test from 'node:test'
import { checkLicences, checkWorkspaces, isAllowed } from './check-packages.mjs'
import { checkScale } from './check-scale.mjs'
import { checkSpeech } from './check-speech.mjs'
import { checkTables } from './check-tables.mjs'

function folder(t, files) {
  const root = mkdtempSync(join(tmpdir(), 'dishu-checks-'))
  t.after(() => rmSync(root, { recursive: true }))
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, file)), { recursive: true })
    writeFileSync(join(root, file), typeof text === 'string' ? text : JSON.stringify(text))
  }
  return root
}

const GOOD = `-- owner: land/soil
-- it's a comment; with (a quote
create table land.field (county text collate "C" not null, id int8, primary key (county, id));
create table land.sample (
  county text collate "C" not null constraint county_has_six_digits check (county ~ '^\\d{6}$'),
  id int8, field_id int8, ph float8 check (ph between 0 and 14),
  double_ph float8 generated always as (ph * 2) stored,
  primary key (county, id), unique (county, field_id, id),
  constraint sample_lies_in_field foreign key (county, field_id) references land.field (county, id));
create unique index on land.sample (county, field_id) where ph is null;
create table ops.job (id bigint generated always as identity primary key, made timestamptz default now());`

test('tables that distribute by county pass', () => {
  assert.deepEqual(checkScale([{ file: 'good.sql', text: GOOD }], []), { distributed: 2, tables: 3, faults: [] })
})

test('what would not distribute is found, each by its reason', () => {
  const table = (inside) =>
    `create table land.t (county text collate "C" not null, id int8, primary key (county, id)${inside ? `, ${inside}` : ''});`
  const cases = [
    ['create table land.t (county text collate "C" not null, id int8 primary key);', /primary key \(id\) must begin with county/],
    ['create table land.t (id int8, name text);', /no primary key/],
    ['create table land.t (county text not null, primary key (county));', /collate "C"/],
    ['create table land.t (county char(6) collate "C" not null, primary key (county));', /must be text/],
    ['create table land.t (county text collate "C", id int8 primary key);', /not null/],
    [table('unique (id)'), /unique \(id\) must begin/],
    [table('exclude using gist (id with =)'), /exclude \(id\) must begin/],
    [`${table()} create unique index i on land.t (id);`, /unique index \(id\)/],
    [table('other int8 references land.t (id)'), /foreign key to land.t lacks the county/],
    [table('foreign key (id) references land.t (id)'), /lacks the county/],
    [`${table()} create table ops.j (id int8 primary key, t int8 references land.t (id));`, /has a county and this has not/],
    [`${table()} alter table land.t add constraint u unique (id);`, /unique \(id\) must begin/],
    [`${table()} alter table land.t add column n bigserial;`, /added later/],
    [`${table()} alter table land.t rename county to place;`, /county column is changed/],
    [table('n bigint generated always as identity'), /ids are given by the program/],
    [table('n serial'), /ids are given by the program/],
    [table('made timestamptz default now()'), /come as parameters/],
    [table('u uuid default gen_random_uuid()'), /come as parameters/],
    [table('twice int8 generated always as (id * 2)'), /must say "stored"/],
    [table('v int8, foreign key (county, v) references land.t (county, id) on delete set null'), /set null/],
    ['create trigger t before insert on land.t execute function f();', /trigger/],
    ["create domain county_code as text check (value ~ '^x$');", /domain/],
    ['create extension postgis;', /extension postgis/],
    ['alter table land.t rename constraint a to b;', /name is final/],
    ['alter table land.t force row level security;', /force row level/],
    ['merge into land.t using s on true when matched then delete;', /merge/],
  ]
  for (const [text, reason] of cases) {
    const { faults } = checkScale([{ file: 'bad.sql', text }], [])
    assert.ok(
      faults.some((fault) => reason.test(fault)),
      `${text}\n${faults.join('\n')}`,
    )
  }
  const stores = [
    ['select sum(x) from t group by rollup (a)', /rollup/],
    ['with recursive a as (select 1) select 1 from a', /recursive/],
    ['update t set at = now()', /now\(: times/],
    ['update t set county = 1', /never changes its county/],
  ]
  for (const [sql, reason] of stores) {
    const { faults } = checkScale(
      [],
      [{ file: 'x.store.ts', text: `// now() is only spoken of here\nexport const f = (db) => db.run\`${sql}\`` }],
    )
    assert.match(faults.join('\n'), reason)
  }
})

test('a slice reaches its own tables and its neighbours’ views, and nothing else', () => {
  const migrations = [{ file: '1.sql', text: `${GOOD}\ncreate view land.field_now as select id from land.field;` }]
  const store = (slice, sql) => [
    { file: `${slice}.store.ts`, slice, text: `import x from 'y'\n/** from land.nowhere, in words */\nconst f = (db) => db.all\`${sql}\`` },
  ]
  const faults = (slice, sql) => checkTables(migrations, store(slice, sql)).faults
  assert.deepEqual(faults('land/soil', 'insert into land.sample (id) select id from land.field join unnest(1) on true'), [])
  assert.deepEqual(faults('land/count', 'select id from land.field_now, lateral land.area(1)'), [])
  assert.match(faults('land/count', 'select id from land.field')[0], /from land.field, which belongs to land\/soil/)
  assert.match(faults('land/count', 'update land.field_now set id = 1')[0], /update land.field_now/)
  assert.match(faults('land/soil', 'select 1 from land.nothing')[0], /which no migration creates/)
  assert.match(checkTables([{ file: '1.sql', text: 'create table a.b (x int);' }], []).faults[0], /no line "-- owner/)
})

test('licences: one of several by OR, each of several by AND', () => {
  for (const fine of ['MIT', '(MIT OR GPL-3.0)', 'MIT AND ISC', '(Apache-2.0 OR MIT) AND BSD-3-Clause', 'OFL-1.1', 'PostgreSQL'])
    assert.ok(isAllowed(fine), fine)
  for (const not of ['GPL-3.0', 'MIT AND GPL-3.0', '(AGPL-3.0 OR SSPL-1.0)', 'UNLICENSED', 'SEE LICENSE IN x', ''])
    assert.ok(!isAllowed(not), not)
})

test('a production package with another licence is named; tools are not given on', (t) => {
  const root = folder(t, {
    'package-lock.json': {
      packages: {
        '': {},
        'lib/a': {},
        'node_modules/@x/a': { link: true },
        'node_modules/fine': { version: '1.0.0', license: 'MIT' },
        'node_modules/fine/node_modules/copyleft': { version: '2.0.0', license: 'GPL-3.0' },
        'node_modules/tool': { version: '1.0.0', license: 'GPL-3.0', dev: true },
        'node_modules/silent': { version: '1.0.0' },
      },
    },
  })
  assert.deepEqual(checkLicences(root), { count: 3, faults: ['copyleft 2.0.0: licence GPL-3.0', 'silent 1.0.0: licence not stated'] })
})

test('a workspace that is imported and not declared is named once', (t) => {
  const root = folder(t, {
    'lib/a/package.json': { name: '@dishu/a', dependencies: { '@dishu/b': '*' } },
    'lib/a/one.ts': "import x from '@dishu/b/x'\nimport y from '@dishu/c/y'",
    'lib/a/two.ts': "import y from '@dishu/c/y'",
    'lib/a/two.test.ts': "import y from '@dishu/testkit/y'",
  })
  assert.deepEqual(checkWorkspaces(root), ['lib/a/package.json: @dishu/c is imported (lib/a/one.ts) and not declared'])
})

test('addresses of registries, paths of a machine and keys do not get in', (t) => {
  const root = folder(t, {
    'a.md': 'see https://registry.example.org/x\nfine: https://www.npmjs.com/package/pg\n',
    'b.json': '{"resolved": "https://somewhere/x.tgz"}\n{"resolved": "lib/base"}',
    'c.ts': "const home = '/home/somebody/dishu'\nconst fine = '/var/lib/dishu' // ~/home/x",
    'd.txt': '-----BEGIN PRIVATE KEY-----',
  })
  assert.deepEqual(
    checkSpeech(root).faults.map((fault) => fault.split(':').slice(0, 2).join(':')),
    ['a.md:1', 'b.json:1', 'c.ts:1', 'd.txt:1'],
  )
})
