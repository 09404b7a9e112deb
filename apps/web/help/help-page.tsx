import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useNarrow } from '@dishu/web-kit/look/theme.tsx'
import { useSettings } from '@dishu/web-kit/settings'
import { Empty, Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { useText } from '@dishu/web-kit/words'
import { Button, Input } from 'antd'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import { excerpt, type Section } from './find.ts'
import { FirstHour } from './first-hour-card.tsx'
import { HelpText } from './markdown.tsx'
import { finder, useHelpText } from './reading.ts'
import { DOCUMENTS, SECTIONS, SHELF } from './shelf.ts'
import { TERMS } from './terms.data.ts'

/** The help: a shelf at the left, a page at the right, and a search over all of it, without any network. */
export function HelpPage({ slug }: { readonly slug: string }) {
  const t = useText()
  const address = useAddress()
  const narrow = useNarrow()
  const { language } = useSettings()
  const asked = address.get('q') ?? ''
  const found = useFound(asked, language)
  const article = useRef<HTMLElement>(null)
  useEffect(() => {
    if (slug !== '') article.current?.scrollTo(0, 0)
  }, [slug])
  return (
    <div className="help">
      <nav className="help-shelf" aria-label={t('help.shelf')}>
        <Input
          allowClear
          type="search"
          prefix={<Icon name="search" size={15} />}
          placeholder={t('help.search')}
          aria-label={t('help.search')}
          value={asked}
          onChange={(event) => address.set({ q: event.target.value })}
        />
        {(!narrow || slug === '') && asked === '' && <Shelf at={slug} />}
      </nav>
      <article className="help-page" ref={article}>
        {asked !== '' ? (
          <Found found={found} asked={asked} />
        ) : (
          <>
            {narrow && slug !== '' && (
              <Link href={address.link('/help')} className="help-back">
                <Icon name="left" size={14} /> {t('help.title')}
              </Link>
            )}
            {(slug === '' || slug === 'first-hour') && !(narrow && slug === '') ? (
              <>
                <Page slug="first-hour" />
                <FirstHour whole />
              </>
            ) : slug === 'terms' ? (
              <Terms at={address.get('term')} />
            ) : (
              slug !== '' && <Page slug={slug} />
            )}
          </>
        )}
      </article>
    </div>
  )
}

function Shelf({ at }: { readonly at: string }) {
  const t = useText()
  const address = useAddress()
  const line = (slug: string, label: string) => (
    <li key={slug}>
      <Link href={address.link(`/help/${slug}`)} aria-current={at === slug ? 'page' : undefined}>
        {label}
      </Link>
    </li>
  )
  return (
    <>
      {SECTIONS.map((section) => (
        <section key={section}>
          <h2>{t(`help-section.${section}`)}</h2>
          <ul>
            {SHELF.filter((page) => page.section === section).map(({ slug }) => line(slug, t(`help-page.${slug}`)))}
            {section === 'reference' && DOCUMENTS.map((name) => line(`doc/${name}`, t(`help-document.${name.replace('/', '-')}`)))}
          </ul>
        </section>
      ))}
    </>
  )
}

function Page({ slug }: { readonly slug: string }) {
  const t = useText()
  const { language } = useSettings()
  const text = useHelpText(slug, language)
  if (text === undefined) return <Waiting reading={{ state: 'loading' }} lines={10} />
  if (text === null) return <Empty icon="info" title={t('help.no-page')} text={t('help.no-page-text')} />
  return (
    <>
      {slug.startsWith('doc/') && language === 'zh' && <p className="quiet">{t('help.in-english')}</p>}
      <HelpText text={text} slug={slug.replace(/^doc\//, '')} language={language} />
    </>
  )
}

function Terms({ at }: { readonly at: string | null }) {
  const t = useText()
  const address = useAddress()
  const { language } = useSettings()
  const other = language === 'zh' ? 'en' : 'zh'
  const here = useRef<HTMLDivElement>(null)
  useEffect(() => {
    if (at !== null) here.current?.scrollIntoView({ block: 'center' })
  }, [at])
  return (
    <>
      <h1>{t('help-page.terms')}</h1>
      <dl className="help-terms">
        {TERMS.map((term) => (
          <div key={term.id} ref={term.id === at ? here : null} className={term.id === at ? 'here' : ''}>
            <dt>
              {term[language]} <small>{term[other]}</small>
              {term.standard && <code>{term.standard}</code>}
            </dt>
            <dd>
              {term.meaning[language]} {term.more && <Link href={address.link(`/help/${term.more}`)}>{t(`help-page.${term.more}`)}</Link>}
            </dd>
          </div>
        ))}
      </dl>
    </>
  )
}

/** undefined while the shelf is being read. */
function useFound(asked: string, language: 'zh' | 'en'): readonly Section[] | undefined {
  const [found, setFound] = useState<{ readonly asked: string; readonly sections: readonly Section[] } | null>(null)
  useEffect(() => {
    if (asked.trim() === '') return
    let wanted = true
    void finder(language).then((all) => wanted && setFound({ asked, sections: all.find(asked) }))
    return () => {
      wanted = false
    }
  }, [asked, language])
  return found?.asked === asked ? found.sections : undefined
}

function Found({ found, asked }: { readonly found: readonly Section[] | undefined; readonly asked: string }) {
  const t = useText()
  const address = useAddress()
  if (found === undefined) return <Waiting reading={{ state: 'loading' }} lines={6} />
  if (found.length === 0)
    return (
      <Empty
        icon="search"
        title={t('help.none', { q: asked })}
        text={t('help.none-text')}
        action={<Button onClick={() => address.set({ q: null })}>{t('help.clear')}</Button>}
      />
    )
  return (
    <ol className="help-found">
      {found.map((section) => (
        <li key={section.id}>
          <Link href={address.link(`/help/${section.slug.split('?')[0]}`, { term: section.slug.split('?term=')[1] ?? null })}>
            <b>{section.heading}</b>
            {section.title !== section.heading && <small>{section.title}</small>}
            <span>{excerpt(section.text, asked)}</span>
          </Link>
        </li>
      ))}
    </ol>
  )
}
