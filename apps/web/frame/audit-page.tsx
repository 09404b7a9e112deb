import { AccessScreen } from '@dishu/kernel/people/access.screen.tsx'
import { RevisionsScreen } from '@dishu/kernel/records/records.screen.tsx'
import { ReviewsScreen } from '@dishu/kernel/review/review.screen.tsx'
import { CatalogueScreen } from '@dishu/kernel/sealed/catalogue.screen.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { useText } from '@dishu/web-kit/words'
import { Segmented } from 'antd'

/** What happened: every revision, what waits for a second person, and who looked at what. */
export function AuditPage({ powers, office }: { readonly powers: readonly string[]; readonly office: boolean }) {
  const t = useText()
  const address = useAddress()
  const tabs = ['revisions', ...(office ? ['reviews'] : []), ...(powers.includes('audit') ? ['access'] : []), 'catalogue']
  const asked = address.get('tab') ?? 'revisions'
  const tab = tabs.includes(asked) ? asked : 'revisions'
  return (
    <>
      <nav className="audit-tabs no-print" aria-label={t('audit.tabs')}>
        <Segmented<string>
          value={tab}
          onChange={(value) => address.step({ tab: value === 'revisions' ? null : value, what: null, actor: null })}
          options={tabs.map((value) => ({ value, label: t(`audit.tab-${value}`) }))}
        />
      </nav>
      {tab === 'revisions' && <RevisionsScreen />}
      {tab === 'reviews' && <ReviewsScreen />}
      {tab === 'access' && <AccessScreen />}
      {tab === 'catalogue' && <CatalogueScreen mayFind={powers.includes('open-personal')} />}
    </>
  )
}
