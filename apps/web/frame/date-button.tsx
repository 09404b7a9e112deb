import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useNarrow } from '@dishu/web-kit/look/theme.tsx'
import type { Place } from '@dishu/web-kit/place'
import { useAddress } from '@dishu/web-kit/use-address'
import { useText } from '@dishu/web-kit/words'
import { Popover } from 'antd'
import { lazy, Suspense, useState } from 'react'
import { createPortal } from 'react-dom'

const DateForm = lazy(async () => ({ default: (await import('./date-form.tsx')).DateForm }))
const TimeSlider = lazy(async () => ({ default: (await import('./date-slider.tsx')).TimeSlider }))

/** The two clocks: the day that the figures hold for, and the revision as which it was known. Set, they tint the bar. */
export function DateButton({ place }: { readonly place: Place }) {
  const t = useText()
  const address = useAddress()
  const narrow = useNarrow()
  const [open, setOpen] = useState(false)
  const set = place.asOf !== null || place.known !== null
  const known = place.known && (/^\d+$/.test(place.known) ? `r${place.known}` : t('date.known-then', { day: place.known }))
  return (
    <>
      <Popover
        trigger="click"
        open={open}
        onOpenChange={setOpen}
        placement="bottomRight"
        content={
          <Suspense fallback={<div className="form dates" />}>
            <DateForm
              place={place}
              onSlider={() => {
                setOpen(false)
                address.set({ time: '1' })
              }}
            />
          </Suspense>
        }
      >
        <button type="button" className={`date-button${set ? ' set' : ''}`} aria-expanded={open} aria-label={t('date.as-of')}>
          <Icon name="calendar" size={15} />
          <span className="number">{place.asOf ?? (narrow ? '' : t('date.today-short'))}</span>
          {known && <span className="number"> {known}</span>}
        </button>
      </Popover>
      {set && !narrow && (
        <button type="button" className="link-button" onClick={() => address.set({ asOf: null, known: null })}>
          {t('date.today')}
        </button>
      )}
      {address.get('time') === '1' &&
        createPortal(
          <Suspense fallback={null}>
            <TimeSlider place={place} onClose={() => address.set({ time: null })} />
          </Suspense>,
          document.body,
        )}
    </>
  )
}
