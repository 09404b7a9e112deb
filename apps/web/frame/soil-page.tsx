import { useVocabulary } from '@dishu/land/count/vocabulary.screen.tsx'
import type { SoilGround } from '@dishu/land/soil/samples.layer'
import { Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { useText } from '@dishu/web-kit/words'
import { type ComponentType, lazy, Suspense, useMemo } from 'react'
import { useGround } from './ground.ts'

const Samples = lazy(async () => ({ default: (await import('@dishu/land/soil/samples.screen.tsx')).SamplesScreen }))
const Variogram = lazy(async () => ({ default: (await import('@dishu/land/soil/variogram.screen.tsx')).VariogramScreen }))
const Maps = lazy(async () => ({ default: (await import('@dishu/land/soil/maps.screen.tsx')).MapsScreen }))
const Areas = lazy(async () => ({ default: (await import('@dishu/land/soil/areas.screen.tsx')).AreasScreen }))
const Schemes = lazy(async () => ({ default: (await import('@dishu/land/soil/schemes.screen.tsx')).SchemesScreen }))
const Accuracy = lazy(async () => ({ default: (await import('@dishu/land/soil/accuracy.screen.tsx')).AccuracyScreen }))
const Design = lazy(async () => ({ default: (await import('@dishu/land/soil/design.screen.tsx')).DesignScreen }))

/** The tabs in their order; each shows the ground of the count under what it has to say. */
const TABS: readonly { readonly id: string; readonly text: string; readonly screen: ComponentType<{ readonly ground: SoilGround }> }[] = [
  { id: 'samples', text: 'soil-page.samples', screen: Samples },
  { id: 'variogram', text: 'soil-page.variogram', screen: Variogram },
  { id: 'maps', text: 'soil-page.maps', screen: Maps },
  { id: 'areas', text: 'soil-page.areas', screen: Areas },
  { id: 'schemes', text: 'soil-page.schemes', screen: Schemes },
  { id: 'design', text: 'soil-page.design', screen: Design },
  { id: 'accuracy', text: 'soil-page.accuracy', screen: Accuracy },
]

/** Samples, how they hang together, maps, and where the next samples are to be taken; over the count's map. */
export function SoilPage() {
  const t = useText()
  const words = useVocabulary()
  const address = useAddress()
  const asked = address.get('tab')
  const { id: here, screen: Screen } = TABS.find(({ id }) => id === asked) ?? TABS[0]
  const whole = useGround()
  const ground = useMemo<SoilGround>(
    () => ({
      ...whole,
      grades: words.values('grade').map((id) => ({ id, name: words.name('grade', id), colour: words.colour('grade', id) })),
    }),
    [whole, words],
  )
  return (
    <div className="soil-page">
      <nav className="soil-tabs" aria-label={t('nav.soil')}>
        {TABS.map(({ id, text }) => (
          <button
            key={id}
            type="button"
            className={id === here ? 'here' : ''}
            aria-current={id === here ? 'page' : undefined}
            onClick={() => address.go(address.link('/soil', { tab: id === TABS[0].id ? null : id }))}
          >
            {t(text)}
          </button>
        ))}
      </nav>
      <div className="soil-body">
        <Suspense fallback={<Waiting reading={{ state: 'loading' }} lines={10} />}>
          <Screen ground={ground} />
        </Suspense>
      </div>
    </div>
  )
}
