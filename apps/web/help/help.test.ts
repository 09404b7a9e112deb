/** The help is whole: every page in both languages, every link and term leads somewhere, every screen has its page; search and the first hour behave. */
import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import test from 'node:test'
import fc from 'fast-check'
import { PAGES } from '../frame/pages.data.ts'
import { en } from '../texts/en.ts'
import { zh } from '../texts/zh.ts'
import { excerpt, finderOf, sectionsOf, tokens } from './find.ts'
import { nextStep, progressAt, progressFrom, progressText, STEPS } from './first-hour.ts'
import { linkTerms, termsIn } from './link-terms.ts'
import { DOCUMENTS, linkedDocument, pageOf, SHELF } from './shelf.ts'
import { TERMS } from './terms.data.ts'

const here = new URL('./pages/', import.meta.url).pathname
const docs = new URL('../../../docs/', import.meta.url).pathname
const LANGUAGES = ['zh', 'en'] as const
const written = SHELF.map(({ slug }) => slug).filter((slug) => slug !== 'terms')
const textOf = (language: 'zh' | 'en', slug: string) => readFileSync(`${here}${language}/${slug}.md`, 'utf8')

test('every page is there in both languages, under the title that the shelf gives it', () => {
  for (const [language, texts] of [
    ['zh', zh],
    ['en', en],
  ] as const) {
    assert.deepEqual(readdirSync(`${here}${language}`).sort(), written.map((slug) => `${slug}.md`).sort())
    for (const slug of written) {
      const title = texts[`help-page.${slug}` as keyof typeof zh]
      assert.equal(textOf(language, slug).split('\n')[0], `# ${title}`, `${language} ${slug}`)
    }
  }
  for (const slug of written)
    assert.ok(!/[\u4e00-\u9fff]/.test(textOf('en', slug).replace(/底数|张\*/g, '')), `${slug} in English has Chinese`)
})

test('the documents that come along are there, with a name in both languages', () => {
  for (const name of DOCUMENTS) {
    assert.ok(existsSync(`${docs}${name}.md`), name)
    for (const texts of [zh, en]) assert.ok(texts[`help-document.${name.replace('/', '-')}` as keyof typeof zh], name)
  }
})

test('every link leads to a page, a document or a screen', () => {
  let links = 0
  for (const language of LANGUAGES)
    for (const slug of written)
      for (const [, href] of textOf(language, slug).matchAll(/\]\(([^)]+)\)/g)) {
        links++
        const page = /^\/help\/(.+)$/.exec(href)?.[1]
        assert.ok(page !== undefined, `${slug}: ${href}`)
        const isThere = page.startsWith('doc/')
          ? DOCUMENTS.some((name) => `doc/${name}` === page)
          : SHELF.some((each) => each.slug === page)
        assert.ok(isThere, `${language} ${slug}: ${href}`)
      }
  assert.ok(links > 30)
})

test('every screen of the rail has its own page of help', () => {
  for (const { path } of PAGES.filter(({ path }) => path !== '/help')) {
    const { slug, of } = pageOf(path)
    assert.ok(of?.includes(path), `${path} leads to ${slug}`)
    assert.equal(pageOf(`${path === '/' ? '/print' : `${path}/123`}`).slug, slug)
  }
  assert.equal(pageOf('/nowhere').slug, 'first-hour')
})

test('a link in a document leads to another one of the shelf, or nowhere', () => {
  assert.equal(linkedDocument('count', 'methods/topology.md#snap'), 'methods/topology')
  assert.equal(linkedDocument('methods/topology', '../count.md'), 'count')
  assert.equal(linkedDocument('methods/topology', 'zonal.md'), 'methods/zonal')
  assert.equal(linkedDocument('count', 'https://example.org/count.md'), null)
  assert.equal(linkedDocument('count', '../README.md'), null)
})

test('terms: spelled as the glossary has them or as the screens do, each with a meaning in both languages and a page', () => {
  const glossary = readFileSync(`${docs}glossary.md`, 'utf8')
  const screens = { zh: Object.values(zh).join('\n'), en: Object.values(en).join('\n').toLowerCase() }
  assert.equal(new Set(TERMS.map(({ id }) => id)).size, TERMS.length)
  for (const term of TERMS) {
    assert.ok(glossary.includes(term.zh) || screens.zh.includes(term.zh), `${term.zh} stands nowhere else`)
    assert.ok(
      glossary.toLowerCase().includes(term.en.toLowerCase()) || screens.en.includes(term.en.toLowerCase()),
      `${term.en} stands nowhere else`,
    )
    assert.ok(term.meaning.zh.length > 10 && term.meaning.en.length > 20)
    if (term.more !== undefined) assert.ok(written.includes(term.more), term.id)
  }
})

type Node = { type: string; value?: string; url?: string; children?: Node[] }
const linked = (language: 'zh' | 'en', ...children: Node[]) => {
  const tree: Node = { type: 'root', children: [{ type: 'paragraph', children }] }
  linkTerms(language, (id) => `term:${id}`)()(tree)
  return tree.children?.[0].children ?? []
}
const text = (value: string): Node => ({ type: 'text', value })

test('the first mention of a term is linked, the longest name first, never inside links, code or other words', () => {
  const parts = linked('zh', text('未利用盐碱地按图斑统计，图斑不重叠'), { type: 'inlineCode', value: '图斑' })
  assert.deepEqual(
    parts.filter(({ type }) => type === 'link').map(({ url }) => url),
    ['term:unused-saline', 'term:patch'],
  )
  assert.deepEqual(
    linked('en', text('Patches dispatch a patch.'), { type: 'link', url: '/x', children: [text('cell')] })
      .filter(({ url }) => url?.startsWith('term:'))
      .map(({ children }) => children?.[0].value),
    ['patch'],
  )
  assert.deepEqual(
    linked('en', text('Two cells and one gap.'))
      .filter(({ type }) => type === 'link')
      .map(({ url }) => url),
    ['term:cell', 'term:gap'],
  )
})

test('linking changes no letter of a text', () => {
  const words = fc.constantFrom(...TERMS.flatMap((term) => [term.zh, term.en, 'and', '，', ' ']))
  const flat = (nodes: readonly Node[]): string => nodes.map(({ value, children }) => value ?? flat(children ?? [])).join('')
  fc.assert(
    fc.property(fc.array(words), fc.constantFrom(...LANGUAGES), (some, language) => {
      assert.equal(flat(linked(language, text(some.join('')))), some.join(''))
    }),
  )
  assert.deepEqual(
    termsIn('图斑与计量单元', 'zh').map(({ id }) => id),
    ['patch', 'cell'],
  )
})

const shelf = (language: 'zh' | 'en') => finderOf(written.flatMap((slug) => sectionsOf(slug, textOf(language, slug))))

test('search: a word of either language finds the page that is about it', () => {
  assert.deepEqual(tokens('用水定额 GB/T 21010'), ['用', '水', '定', '额', '用水', '水定', '定额', 'gb', 't', '21010'])
  const first = (language: 'zh' | 'en', words: string) => shelf(language).find(words)[0]?.slug
  assert.equal(first('zh', '影子价格'), 'certified-plan')
  assert.equal(first('zh', '备份'), 'backup')
  assert.equal(first('zh', '椭球面'), 'area')
  assert.equal(first('en', 'latin hypercube'), 'soil')
  assert.equal(first('en', 'screening bound'), 'water')
  assert.deepEqual(shelf('zh').find('章鱼火箭'), [])
  assert.deepEqual(shelf('en').find(''), [])
})

test('search takes any text without a fault, and an excerpt is a piece of its text', () => {
  const all = shelf('zh')
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (words) => Array.isArray(all.find(words))))
  fc.assert(
    fc.property(
      fc.string(),
      fc.string(),
      (whole, words) => whole.includes(excerpt(whole, words).replace(/^…|…$/g, '')) || whole.includes('…'),
    ),
  )
})

test('the first hour: steps tick themselves off where they happen, and what is kept comes back', () => {
  const none = progressFrom(null)
  assert.equal(nextStep(none)?.id, 'town')
  assert.equal(progressAt(none, '/', ''), none, 'nothing done by standing still')
  const some = progressAt(progressAt(none, '/', '?within=220899101'), '/parcels/7', '')
  assert.deepEqual([...some].sort(), ['dossier', 'rows', 'town'])
  assert.deepEqual(progressFrom(progressText(some)), new Set(STEPS.map(({ id }) => id).filter((id) => some.has(id))))
  assert.deepEqual(progressFrom('town,nonsense,,'), new Set(['town']))
  assert.equal(nextStep(new Set(STEPS.map(({ id }) => id))), null)
  for (const { id, to, done } of STEPS) {
    assert.ok(to === '/print' || PAGES.some(({ path }) => path === to), id)
    assert.equal(done('/me', new URLSearchParams()), false, id)
    for (const texts of [zh, en])
      assert.ok(texts[`first-hour-step.${id}` as keyof typeof zh] && texts[`first-hour-what.${id}` as keyof typeof zh], id)
  }
})
