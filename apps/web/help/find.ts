/** Finding in the help without a server: words of Latin script, and one and two characters of Chinese, which has no blanks between words. */
import MiniSearch from 'minisearch'

export type Section = {
  readonly id: string
  readonly slug: string
  readonly title: string
  readonly heading: string
  readonly text: string
}

const CHINESE = /[\u3400-\u9fff]/u

/** Latin words and numbers in lower case; of every run of Chinese its characters and its neighbouring pairs. */
export function tokens(text: string): string[] {
  const found: string[] = []
  for (const [run] of text.toLowerCase().matchAll(/[\u3400-\u9fff]+|[\p{L}\p{N}_]+/gu)) {
    if (!CHINESE.test(run)) {
      found.push(run)
      continue
    }
    const characters = [...run]
    found.push(...characters)
    for (let i = 1; i < characters.length; i++) found.push(characters[i - 1] + characters[i])
  }
  return found
}

/** What is asked for: pairs only, where there are any. A single character would bring half the shelf. */
export function asked(text: string): string[] {
  const all = tokens(text)
  const pairs = all.filter((token) => [...token].length > 1)
  return pairs.length > 0 ? pairs : all
}

/** A text cut at its headings, so that a find leads to the place. Marks of Markdown are taken out. */
export function sectionsOf(slug: string, markdown: string): Section[] {
  const sections: Section[] = []
  let title = slug
  let heading = ''
  let lines: string[] = []
  const end = () => {
    const text = lines
      .join(' ')
      .replace(/!?\[([^[\]]*)\]\([^()]*\)/g, '$1')
      .replace(/[`*|#>]|<br>/g, ' ')
      .replace(/\s+/g, ' ')
      .trim()
    if (text !== '' || heading !== '') sections.push({ id: `${slug}#${sections.length}`, slug, title, heading: heading || title, text })
    lines = []
  }
  for (const line of markdown.split('\n')) {
    const found = /^(#{1,3}) (.+)$/.exec(line)
    if (!found) {
      lines.push(line.replace(/^ *(?:[-|]+|\d+\.) /, ''))
      continue
    }
    end()
    heading = found[2]
    if (found[1] === '#') title = heading
  }
  end()
  return sections
}

export type Finder = { find(text: string): readonly Section[] }

export function finderOf(sections: readonly Section[]): Finder {
  const index = new MiniSearch<Section>({
    fields: ['title', 'heading', 'text'],
    tokenize: tokens,
    processTerm: (term) => term,
    searchOptions: { boost: { title: 4, heading: 3 }, combineWith: 'AND', tokenize: asked, prefix: (term) => !CHINESE.test(term) },
  })
  index.addAll(sections)
  const byId = new Map(sections.map((section) => [section.id, section]))
  return {
    find: (text) =>
      index
        .search(text)
        .slice(0, 30)
        .flatMap(({ id }) => byId.get(String(id)) ?? []),
  }
}

/** A piece of the text around the first place that was asked for. */
export function excerpt(text: string, words: string, length = 90): string {
  const low = text.toLowerCase()
  const places = [words.trim().toLowerCase(), ...asked(words)].map((word) => low.indexOf(word)).filter((at) => at >= 0)
  const from = Math.max(0, (places[0] ?? 0) - Math.round(length / 3))
  return `${from > 0 ? '…' : ''}${text.slice(from, from + length)}${from + length < text.length ? '…' : ''}`
}
