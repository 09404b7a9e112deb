import { useNarrow } from '@dishu/web-kit/look/theme.tsx'
import { useSettings } from '@dishu/web-kit/settings'
import { Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { useText } from '@dishu/web-kit/words'
import { Drawer } from 'antd'
import { useState } from 'react'
import { Link } from 'wouter'
import { termsIn } from './link-terms.ts'
import { HelpText } from './markdown.tsx'
import { useHelpText } from './reading.ts'
import { pageOf } from './shelf.ts'
import { TERMS } from './terms.data.ts'

/** Help beside the screen it is about, with the terms that can be seen there. */
export function HelpDrawer({ onClose }: { onClose(): void }) {
  const t = useText()
  const address = useAddress()
  const narrow = useNarrow()
  const { language } = useSettings()
  const { slug } = pageOf(address.path)
  const text = useHelpText(slug, language)
  const [terms] = useState(() => termsIn(document.getElementById('page')?.innerText ?? '', language))
  const [term, setTerm] = useState<string | null>(null)
  const shown = TERMS.find(({ id }) => id === term)
  return (
    <Drawer
      open
      onClose={onClose}
      size={narrow ? '100%' : 420}
      title={t(`help-page.${slug}`)}
      extra={
        <Link href={address.link(`/help/${slug}`)} onClick={onClose}>
          {t('help.whole')}
        </Link>
      }
    >
      {shown && (
        <div className="help-term" role="status">
          <b>{shown[language]}</b> {shown.meaning[language]}
        </div>
      )}
      {text ? (
        <HelpText text={text.replace(/^# .*\n/, '')} slug={slug} language={language} onTerm={setTerm} />
      ) : (
        <Waiting reading={{ state: 'loading' }} />
      )}
      {terms.length > 0 && (
        <section className="help-here">
          <h2>{t('help.terms-here')}</h2>
          <dl className="help-terms">
            {terms.map((each) => (
              <div key={each.id}>
                <dt>{each[language]}</dt>
                <dd>{each.meaning[language]}</dd>
              </div>
            ))}
          </dl>
        </section>
      )}
    </Drawer>
  )
}
