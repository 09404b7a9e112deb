import { useAddress } from '@dishu/web-kit/use-address'
import { type ReactNode, useMemo } from 'react'
import Markdown from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { Link } from 'wouter'
import { linkTerms } from './link-terms.ts'
import { linkedDocument } from './shelf.ts'

const PICTURES = import.meta.glob<string>('../../../docs/methods/*.svg', { query: '?url', import: 'default', eager: true })

/** Markdown as elements, never as HTML. Links inside the help stay inside it; what lies outside the machine is text. */
export function HelpText({
  text,
  slug,
  language,
  onTerm,
}: {
  readonly text: string
  readonly slug: string
  readonly language: 'zh' | 'en'
  /** Said instead of leaving the page where the help lies beside a screen. */
  readonly onTerm?: (id: string) => void
}) {
  const address = useAddress()
  const plugins = useMemo(() => [remarkGfm, linkTerms(language, (id) => `term:${id}`)], [language])
  const link = (href: string, children: ReactNode) => {
    if (href.startsWith('term:')) {
      const id = href.slice('term:'.length)
      if (onTerm)
        return (
          <button type="button" className="term" onClick={() => onTerm(id)}>
            {children}
          </button>
        )
      return (
        <Link className="term" href={address.link('/help/terms', { term: id })}>
          {children}
        </Link>
      )
    }
    if (href.startsWith('/')) return <Link href={address.link(href)}>{children}</Link>
    if (href.startsWith('#')) return <span>{children}</span>
    const document = linkedDocument(slug, href)
    if (document !== null) return <Link href={address.link(`/help/doc/${document}`)}>{children}</Link>
    return <span>{children}</span>
  }
  return (
    <div className="help-text">
      <Markdown
        remarkPlugins={plugins}
        urlTransform={(url) => url}
        components={{
          a: ({ href, children }) => link(href ?? '', children),
          img: ({ src, alt }) => {
            const name = typeof src === 'string' ? src.split('/').at(-1) : ''
            const found = PICTURES[`../../../docs/methods/${name}`]
            return found ? <img src={found} alt={alt ?? ''} /> : null
          },
          table: ({ children }) => (
            <div className="help-table">
              <table>{children}</table>
            </div>
          ),
        }}
      >
        {text}
      </Markdown>
    </div>
  )
}
