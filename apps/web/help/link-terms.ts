/** Links the first mention of each term on a page to the glossary. Works on the tree of a Markdown page (mdast), before it is drawn. */
import { TERMS, type Term } from './terms.data.ts'

type Node = { type: string; value?: string; url?: string; children?: Node[] }

/** Inside these a word stays as it is: a link in a link, a heading, code. */
const CLOSED = new Set(['link', 'linkReference', 'heading', 'inlineCode', 'code', 'html', 'image'])

export type Named = { readonly id: string; readonly name: string }

/** Longer names first, so that 未利用盐碱地 is not taken for 盐碱地. */
export const namesOf = (language: 'zh' | 'en', terms: readonly Term[] = TERMS): readonly Named[] =>
  terms.map((term) => ({ id: term.id, name: language === 'zh' ? term.zh : term.en })).sort((a, b) => b.name.length - a.name.length)

const literally = (text: string) => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')

/** A name as a word: in Latin script not inside another word, a plural s allowed. */
export const patternOf = (names: readonly Named[]): RegExp =>
  new RegExp(
    names
      .map(({ name }) => (/[a-z]/i.test(name) ? `(?<![\\p{L}\\p{N}])${literally(name)}(?=s?(?![\\p{L}\\p{N}]))` : literally(name)))
      .join('|'),
    'giu',
  )

/** The remark plugin. `hrefOf` gives the address of a term. */
export function linkTerms(language: 'zh' | 'en', hrefOf: (id: string) => string) {
  const names = namesOf(language)
  const byName = new Map(names.map(({ id, name }) => [name.toLowerCase(), id]))
  const pattern = patternOf(names)
  return () => (tree: Node) => {
    const seen = new Set<string>()
    const walk = (node: Node) => {
      if (!node.children || CLOSED.has(node.type)) return
      node.children = node.children.flatMap((child) => {
        if (child.type !== 'text') {
          walk(child)
          return [child]
        }
        return pieces(child.value ?? '', seen)
      })
    }
    walk(tree)
  }

  function pieces(text: string, seen: Set<string>): Node[] {
    const parts: Node[] = []
    let from = 0
    for (const found of text.matchAll(pattern)) {
      const id = byName.get(found[0].toLowerCase())
      if (id === undefined || seen.has(id)) continue
      seen.add(id)
      if (found.index > from) parts.push({ type: 'text', value: text.slice(from, found.index) })
      parts.push({ type: 'link', url: hrefOf(id), children: [{ type: 'text', value: found[0] }] })
      from = found.index + found[0].length
    }
    if (from < text.length) parts.push({ type: 'text', value: text.slice(from) })
    return parts
  }
}

/** The terms that a text speaks of, in the order of the glossary: for the help of a screen, from what is seen there. */
export function termsIn(text: string, language: 'zh' | 'en'): Term[] {
  const names = namesOf(language)
  const byName = new Map(names.map(({ id, name }) => [name.toLowerCase(), id]))
  const found = new Set([...text.matchAll(patternOf(names))].map(([name]) => byName.get(name.toLowerCase())))
  return TERMS.filter(({ id }) => found.has(id))
}
