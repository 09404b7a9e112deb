import type { RevisionView } from '@dishu/kernel/records/records.wire'
import type { Place } from '@dishu/web-kit/place'
import { useRead } from '@dishu/web-kit/read'
import { useAddress } from '@dishu/web-kit/use-address'
import { useText } from '@dishu/web-kit/words'
import { Button, Checkbox, Input, Select } from 'antd'

/** Sets the day that the figures hold for, and the revision or day as of which they were known. */
export function DateForm({ place, onSlider }: { readonly place: Place; onSlider(): void }) {
  const t = useText()
  const address = useAddress()
  const revisions = useRead<{ readonly revisions: readonly RevisionView[] }>(`/api/counties/${place.county}/revisions?limit=100`)
  const day = place.asOf ?? place.today
  const then = place.known !== null && place.known === day
  return (
    <div className="form dates">
      <label htmlFor="as-of">{t('date.as-of')}</label>
      <Input
        id="as-of"
        type="date"
        max="2999-12-31"
        value={day}
        onChange={({ target: { value } }) =>
          address.set({ asOf: value === place.today ? null : value || null, ...(then ? { known: value || null } : {}) })
        }
      />
      <p className="quiet">{t('date.as-of-what')}</p>
      <Checkbox checked={then} onChange={({ target }) => address.set({ known: target.checked ? day : null })}>
        {t('date.then')}
      </Checkbox>
      <p className="quiet">{t('date.then-what')}</p>
      <label htmlFor="known">{t('date.known')}</label>
      <Select<string>
        id="known"
        allowClear
        showSearch
        optionFilterProp="label"
        value={place.known}
        placeholder={t('date.newest', { rev: place.head })}
        onChange={(rev: string | undefined) => address.set({ known: rev ?? null })}
        options={(revisions.state === 'ready' ? revisions.value.revisions : []).map(({ rev, recordedAt, reason }) => ({
          value: String(rev),
          label: `r${rev} · ${recordedAt.slice(0, 10)} · ${reason}`,
        }))}
      />
      <p className="quiet">{t('date.known-what')}</p>
      <div className="row gap">
        <Button onClick={onSlider}>{t('time.title')}</Button>
        {(place.asOf !== null || place.known !== null) && (
          <Button onClick={() => address.set({ asOf: null, known: null })}>{t('date.today')}</Button>
        )}
      </div>
    </div>
  )
}
