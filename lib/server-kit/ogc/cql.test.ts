import assert from 'node:assert/strict'
import test from 'node:test'
import { Refused } from '@dishu/base/refusal'
import fc from 'fast-check'
import { numbered, sql } from '../sql.ts'
import type { Collection } from './collection.ts'
import { FILTER_LIMITS } from './cql.ts'
import { filterFromJson } from './cql-json.ts'
import { compileFilter } from './cql-sql.ts'
import { filterFromText } from './cql-text.ts'

const NAMES = ['geometry']
const said = { zh: '', en: '' }
const COLLECTION: Collection = {
  id: 'things',
  title: said,
  description: said,
  table: ['land', 'thing'],
  key: 'id',
  versioned: true,
  geometry: { type: 'polygon', outline: sql`line.outline`, srid: sql`line.srid`, box: sql`line.bbox` },
  fields: [
    { name: 'class', type: 'text', title: said, value: sql`line.class`, queryable: true },
    { name: 'area_m2', type: 'number', title: said, value: sql`line.area`, queryable: true },
    { name: 'from', type: 'date', title: said, value: sql`line.valid_from`, queryable: true },
    { name: 'secret', type: 'text', title: said, value: sql`line.secret` },
  ],
}
const compiled = (text: string) => {
  const { where } = compileFilter(filterFromText(text, NAMES), COLLECTION)
  return numbered(where)
}
const code = (run: () => unknown): string => {
  try {
    run()
  } catch (fault) {
    if (fault instanceof Refused) return fault.refusal.code
    throw fault
  }
  return 'accepted'
}

// the same question in both encodings, written by hand from OGC 21-065r2
const PAIRS: readonly (readonly [text: string, json: unknown])[] = [
  ["class = '1204'", { op: '=', args: [{ property: 'class' }, '1204'] }],
  ['area_m2 >= -1.5e3', { op: '>=', args: [{ property: 'area_m2' }, -1500] }],
  ["class LIKE '01%'", { op: 'like', args: [{ property: 'class' }, '01%'] }],
  [
    "NOT (class IN ('a','b') OR area_m2 BETWEEN 1 AND 2)",
    {
      op: 'not',
      args: [
        {
          op: 'or',
          args: [
            { op: 'in', args: [{ property: 'class' }, ['a', 'b']] },
            { op: 'between', args: [{ property: 'area_m2' }, 1, 2] },
          ],
        },
      ],
    },
  ],
  ['class IS NOT NULL', { op: 'not', args: [{ op: 'isNull', args: [{ property: 'class' }] }] }],
  ['"from" < DATE(\'2025-01-01\')', { op: '<', args: [{ property: 'from' }, { date: '2025-01-01' }] }],
  [
    "CASEI(class) = casei('AbC')",
    {
      op: '=',
      args: [
        { op: 'casei', args: [{ property: 'class' }] },
        { op: 'casei', args: ['AbC'] },
      ],
    },
  ],
  ['S_INTERSECTS(geometry, BBOX(1,2,3,4))', { op: 's_intersects', args: [{ property: 'geometry' }, { bbox: [1, 2, 3, 4] }] }],
  [
    'S_INTERSECTS(geometry, POLYGON((0 0, 4 0, 4 4, 0 0)))',
    { op: 's_intersects', args: [{ property: 'geometry' }, { type: 'Polygon', coordinates: [[[0, 0], [4, 0], [4, 4], [0, 0]]] }] }, // biome-ignore format: a ring
  ],
  ['S_INTERSECTS(geometry, POINT(1 2))', { op: 's_intersects', args: [{ property: 'geometry' }, { type: 'Point', coordinates: [1, 2] }] }],
]

test('text and JSON of one question are one filter', () => {
  for (const [text, json] of PAIRS) assert.deepEqual(filterFromText(text, NAMES), filterFromJson(JSON.stringify(json), NAMES), text)
})

test('AND binds closer than OR, NOT closer than both', () => {
  const filter = filterFromText('a = 1 OR b = 2 AND NOT c = 3', NAMES)
  assert.equal(filter.op, 'or')
  assert.deepEqual(filter.op === 'or' && filter.args.map(({ op }) => op), ['compare', 'and'])
})

test('whatever is asked, nothing of the asker’s text stands in the SQL', () => {
  const { text, values } = compiled("class = 'x''; drop table land.patch; --' AND class LIKE '%\\' OR area_m2 > 7")
  assert.doesNotMatch(text, /drop|'/)
  assert.deepEqual(values, ["x'; drop table land.patch; --", '%\\\\', 7])
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (any) => {
      const { text: written, values: sent } = compiled(`class = '${any.replaceAll("'", "''")}'`)
      assert.equal(written, compiled("class = 'x'").text)
      assert.deepEqual(sent, [any])
    }),
  )
})

test('any text is read, or refused with a place; never a fault', () => {
  const piece = fc.constantFrom('class', 'area_m2', "'a'", '1', '(', ')', 'AND', 'OR', 'NOT', 'LIKE', 'IN', 'BETWEEN', '=', ',', 'IS', 'NULL', 'S_INTERSECTS', 'geometry', 'BBOX', 'POLYGON', '"', "'", '\u0000', '汉') // biome-ignore format: words
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 25 }), (words) => {
      assert.match(
        code(() => compiled(words.join(' '))),
        /^(accepted|ogc\/)/,
      )
    }),
    { numRuns: 2000 },
  )
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      assert.match(
        code(() => compileFilter(filterFromJson(JSON.stringify(value), NAMES), COLLECTION)),
        /^(accepted|ogc\/)/,
      )
    }),
  )
})

test('names that are not declared, or only shown, and types that do not fit, are refused', () => {
  assert.equal(
    code(() => compiled('other = 1')),
    'ogc/filter-unknown-property',
  )
  assert.equal(
    code(() => compiled("secret = 'x'")),
    'ogc/filter-unknown-property',
  )
  assert.equal(
    code(() => compiled('class > 5')),
    'ogc/filter-types',
  )
  assert.equal(
    code(() => compiled("area_m2 = '5'")),
    'ogc/filter-types',
  )
  assert.equal(
    code(() => compiled('"from" = \'2025-13-01x\'')),
    'ogc/filter-types',
  )
  assert.equal(
    code(() => compiled('T_AFTER("from", DATE(\'2025-01-01\'))')),
    'ogc/filter-not-supported',
  )
  assert.equal(
    code(() => compiled('"from" > DATE(\'2025-02-30\')')),
    'ogc/filter-not-read',
  )
})

test('a filter that would keep the parser busy is refused at once', () => {
  const began = performance.now()
  assert.equal(
    code(() => compiled(`${'('.repeat(5000)}class = 'a'${')'.repeat(5000)}`)),
    'ogc/filter-too-large',
  )
  assert.equal(
    code(() => compiled(`class IN (${Array(5000).fill("'a'").join(',')})`)),
    'ogc/filter-too-large',
  )
  assert.equal(
    code(() => compiled('x'.repeat(FILTER_LIMITS.length + 1))),
    'ogc/filter-too-large',
  )
  assert.equal(
    code(() => compiled(`class LIKE '${'%a'.repeat(50)}'`)),
    'ogc/filter-too-large',
  )
  assert.equal(
    code(() => filterFromJson(`${'{"op":"not","args":['.repeat(900)}true${']}'.repeat(900)}`, NAMES)),
    'ogc/filter-too-large',
  )
  assert.ok(performance.now() - began < 2000)
})

test('with outlines in it the database gets a wider question, and the rest is decided row by row as three-valued logic has it', () => {
  const made = compileFilter(
    filterFromText("NOT (S_INTERSECTS(geometry, BBOX(0,0,1,1)) AND class = 'a') OR area_m2 > 5", NAMES),
    COLLECTION,
  )
  assert.ok(made.decide)
  assert.equal(made.columns.length, 2)
  const truths = [true, false, null] as const
  const not = (a: boolean | null) => (a === null ? null : !a)
  const and = (a: boolean | null, b: boolean | null) => (a === false || b === false ? false : a === null || b === null ? null : true)
  const or = (a: boolean | null, b: boolean | null) => not(and(not(a), not(b)))
  for (const meets of truths)
    for (const a of truths)
      for (const b of truths)
        assert.equal(
          made.decide([a, b], () => meets),
          or(not(and(meets, a)), b) === true,
          `${meets} ${a} ${b}`,
        )
})
