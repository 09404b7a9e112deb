/** The texts of the help, each a piece of the program that is loaded when it is read. */
import { useEffect, useState } from 'react'
import { type Finder, finderOf, sectionsOf } from './find.ts'
import { DOCUMENTS, SHELF } from './shelf.ts'
import { TERMS } from './terms.data.ts'

type Loader = () => Promise<string>
const PAGES = import.meta.glob<string>('./pages/*/*.md', { query: '?raw', import: 'default' })
const PAPERS = import.meta.glob<string>(['../../../docs/*.md', '../../../docs/methods/*.md'], { query: '?raw', import: 'default' })

const loaderOf = (slug: string, language: 'zh' | 'en'): Loader | undefined =>
  slug.startsWith('doc/') ? PAPERS[`../../../docs/${slug.slice('doc/'.length)}.md`] : PAGES[`./pages/${language}/${slug}.md`]

/** The text of a page: undefined while it comes, null where there is none. */
export function useHelpText(slug: string, language: 'zh' | 'en'): string | null | undefined {
  const [read, setRead] = useState<{ readonly of: string; readonly text: string | null } | null>(null)
  const of = `${language} ${slug}`
  useEffect(() => {
    let wanted = true
    const load = loaderOf(slug, language)
    void (load ? load() : Promise.resolve(null)).then(
      (text) => wanted && setRead({ of, text }),
      () => wanted && setRead({ of, text: null }),
    )
    return () => {
      wanted = false
    }
  }, [slug, language, of])
  return read?.of === of ? read.text : undefined
}

const finders = new Map<'zh' | 'en', Promise<Finder>>()

/** Everything on the shelf, made searchable once for each language. */
export function finder(language: 'zh' | 'en'): Promise<Finder> {
  const made = finders.get(language) ?? makeFinder(language)
  finders.set(language, made)
  return made
}

async function makeFinder(language: 'zh' | 'en'): Promise<Finder> {
  const slugs = [...SHELF.map(({ slug }) => slug), ...DOCUMENTS.map((name) => `doc/${name}`)]
  const texts = await Promise.all(slugs.map(async (slug) => [slug, await loaderOf(slug, language)?.()] as const))
  const sections = texts.flatMap(([slug, text]) => (text === undefined ? [] : sectionsOf(slug, text)))
  const terms = TERMS.map((term) => ({
    id: `term ${term.id}`,
    slug: `terms?term=${term.id}`,
    title: term[language],
    heading: `${term.zh} · ${term.en}`,
    text: term.meaning[language],
  }))
  return finderOf([...terms, ...sections])
}
