import assert from 'node:assert/strict'
import { globSync, readFileSync } from 'node:fs'
import test from 'node:test'
import { en } from './en.ts'
import { zh } from './zh.ts'

const root = new URL('../../../', import.meta.url).pathname
const sources = globSync(['lib/web-kit/**/*.{ts,tsx}', 'domain/**/*.screen.tsx', 'apps/web/**/*.{ts,tsx}'], {
  cwd: root,
  exclude: (name) => /node_modules|\/dist|texts\/|\.test\.ts$/.test(name),
}).map((file) => readFileSync(root + file, 'utf8'))
const all = sources.join('\n')

const placeholders = (text: string) => [...text.matchAll(/\{\{(\w+)(?:, number)?\}\}/g)].map(([, name]) => name).sort()

test('both languages have the same keys, and the same values go into a sentence', () => {
  assert.deepEqual(
    Object.keys(en)
      .filter((key) => !key.endsWith('_one'))
      .sort(),
    Object.keys(zh).sort(),
  )
  // English has a singular beside some sentences; the sentence itself is the plural
  for (const [key, text] of Object.entries(en).filter(([name]) => name.endsWith('_one')))
    assert.deepEqual(placeholders(text), placeholders(en[key.slice(0, -4) as keyof typeof en] ?? ''), key)
  for (const [key, text] of Object.entries(zh)) assert.deepEqual(placeholders(en[key as keyof typeof zh]), placeholders(text), key)
})

test('no sentence is empty or lies about untranslated', () => {
  for (const [key, text] of Object.entries(en)) assert.ok(text.trim() !== '' && !/[\u4e00-\u9fff]/.test(text), `${key}: ${text}`)
  for (const [key, text] of Object.entries(zh)) assert.notEqual(text.trim(), '', key)
})

/** What the screens ask for: whole keys, and beginnings where the rest is a word of a closed list. */
const literals = new Set([...all.matchAll(/'([a-z]+(?:-[a-z]+)*\.[a-z][\w-]*)'/g)].map(([, key]) => key))
const beginnings = [...all.matchAll(/(?:t\(|, )`([a-z-]+\.[a-z-]*)\$\{/g)].map(([, start]) => start)
const dimensions = ['owner.', 'contract.', 'saline.', 'grade.', 'column.', 'dimension.'] // `${dimension}.${id}`

test('every key that a screen asks for is there', () => {
  const asked = [...all.matchAll(/\bt\('([^']+)'/g)].map(([, key]) => key)
  assert.ok(asked.length > 100, `expected a hundred questions and more, found ${asked.length}`)
  for (const key of asked) assert.ok(key in zh, `${key} is asked for and not there`)
  for (const start of beginnings)
    assert.ok(
      Object.keys(zh).some((key) => key.startsWith(start)),
      `nothing begins with ${start}`,
    )
})

test('no sentence is kept that nobody asks for', () => {
  for (const key of Object.keys(zh))
    assert.ok(literals.has(key) || [...beginnings, ...dimensions].some((start) => key.startsWith(start)), `${key} is never asked for`)
})
