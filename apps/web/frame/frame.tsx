import type { AreaView, SessionView } from '@dishu/kernel/records/records.wire'
import { query } from '@dishu/web-kit/address'
import { useNarrow } from '@dishu/web-kit/look/theme.tsx'
import { type Place, pathTo } from '@dishu/web-kit/place'
import { onReachable, type Reading, useRead } from '@dishu/web-kit/read'
import { Waiting } from '@dishu/web-kit/state.tsx'
import { type Address, useAddress } from '@dishu/web-kit/use-address'
import { PlaceContext } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { Link } from 'wouter'
import { FirstHour } from '../help/first-hour-card.tsx'
import { Pages } from './pages.tsx'
import { Rail } from './rail.tsx'
import { TopBar } from './top-bar.tsx'

const SignInScreen = lazy(async () => ({ default: (await import('@dishu/kernel/people/sign-in.screen.tsx')).SignInScreen }))

function placeFrom(session: SessionView | null, areas: readonly AreaView[], address: Address): Place | null {
  const asked = address.get('county')
  const county = session?.counties.find((each) => each.county === asked) ?? session?.counties[0]
  if (!session || !county) return null
  const found = pathTo(areas, address.get('within') ?? county.county)
  // a code of another county, by a slip of the pen, still belongs to the count of this one
  const path = found.length > 0 && found[0].code !== county.county ? [...pathTo(areas, county.county), ...found] : found
  const here = path.at(-1)
  return {
    county: county.county,
    countyName: county.name,
    within: here?.code ?? county.county,
    level: here?.level ?? 'county',
    name: here?.name ?? county.name,
    path,
    areas,
    bbox: here?.bbox ?? county.bbox,
    asOf: address.get('asOf'),
    known: address.get('known'),
    today: session.today,
    head: county.head,
    synthetic: county.synthetic,
  }
}

/** Top bar, rail and the page; the place stands over all of them. */
export function Frame() {
  const t = useText()
  const address = useAddress()
  const narrow = useNarrow()
  const reachable = useReachable()
  const session = useRead<SessionView>('/api/session')
  const known = session.state === 'ready' ? session.value : null
  const asked = address.get('county')
  const county = known?.counties.find((each) => each.county === asked)?.county ?? known?.counties[0]?.county ?? null
  const tree = useRead<{ readonly areas: readonly AreaView[] }>(
    county === null ? null : query(`/api/counties/${county}/areas`, { asOf: address.get('asOf'), known: address.get('known') }),
  )
  const place = useMemo(() => placeFrom(known, areasOf(tree), address), [known, tree, address])
  useEffect(() => {
    document.title = place ? `${place.name} · ${t('product.name')}` : t('product.name')
  }, [place, t])

  if (session.state === 'failed' && session.failure.refusal?.code === 'people/sign-in-needed')
    return (
      <Suspense fallback={null}>
        <SignInScreen />
      </Suspense>
    )
  const waiting = session.state !== 'ready' || (county !== null && tree.state === 'loading')
  if (address.path === '/print' || address.path === '/wall')
    return (
      <PlaceContext value={place}>
        {waiting || !place ? <Waiting reading={session} /> : <Suspense fallback={null}>{<Pages hasPlace session={known} />}</Suspense>}
      </PlaceContext>
    )
  return (
    <PlaceContext value={place}>
      <div className={`frame${place?.asOf || place?.known ? ' dated' : ''}`}>
        <a className="skip" href="#page">
          {t('frame.skip')}
        </a>
        <TopBar place={place} session={known} />
        {place?.synthetic && (
          <p className="band synthetic" role="note">
            {t('synthetic.band')} <Link href={address.link('/help/first-hour')}>{t('first-hour.invite')}</Link>
          </p>
        )}
        {!reachable && (
          <p className="band offline" role="status">
            {t('state.offline-line')}
          </p>
        )}
        {!narrow && <Rail powers={known?.powers ?? []} mode={known?.mode ?? null} />}
        <main id="page" tabIndex={-1}>
          {waiting ? (
            <Waiting reading={session.state === 'ready' ? tree : session} lines={12} />
          ) : (
            <Suspense fallback={<Waiting reading={{ state: 'loading' }} lines={12} />}>
              <Pages hasPlace={place !== null} session={known} />
            </Suspense>
          )}
        </main>
        <FirstHour />
        {narrow && <Rail powers={known?.powers ?? []} mode={known?.mode ?? null} />}
      </div>
    </PlaceContext>
  )
}

const NO_AREAS: readonly AreaView[] = []
const areasOf = (tree: Reading<{ readonly areas: readonly AreaView[] }>) => (tree.state === 'ready' ? tree.value.areas : NO_AREAS)

function useReachable(): boolean {
  const [reachable, setReachable] = useState(true)
  useEffect(() => onReachable(setReachable), [])
  return reachable
}
