import type { SessionView } from '@dishu/kernel/records/records.wire'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { Empty } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { useText } from '@dishu/web-kit/words'
import { Button } from 'antd'
import { lazy } from 'react'
import { Link, Route, Switch } from 'wouter'

const Overview = lazy(async () => ({ default: (await import('@dishu/land/count/count.screen.tsx')).CountScreen }))
const Print = lazy(async () => ({ default: (await import('@dishu/land/count/print.screen.tsx')).PrintScreen }))
const WallPage = lazy(async () => ({ default: (await import('@dishu/land/count/wall.screen.tsx')).WallScreen }))
const Patches = lazy(async () => ({ default: (await import('@dishu/land/count/patches.screen.tsx')).PatchesScreen }))
const Dossier = lazy(async () => ({ default: (await import('./dossier-page.tsx')).DossierPage }))
const Edit = lazy(async () => ({ default: (await import('./edit-page.tsx')).EditPage }))
const Imagery = lazy(async () => ({ default: (await import('./imagery-page.tsx')).ImageryPage }))
const Soil = lazy(async () => ({ default: (await import('./soil-page.tsx')).SoilPage }))
const Water = lazy(async () => ({ default: (await import('./water-page.tsx')).WaterPage }))
const Library = lazy(async () => ({ default: (await import('./library-page.tsx')).LibraryPage }))
const Plan = lazy(async () => ({ default: (await import('./plan-page.tsx')).PlanPage }))
const Changes = lazy(async () => ({ default: (await import('./changes-page.tsx')).ChangesPage }))
const Reports = lazy(async () => ({ default: (await import('@dishu/land/reports/reports.screen.tsx')).ReportsScreen }))
const Figure = lazy(async () => ({ default: (await import('@dishu/land/reports/figure.screen.tsx')).FigureScreen }))
const Findings = lazy(async () => ({ default: (await import('./findings-page.tsx')).FindingsPage }))
const People = lazy(async () => ({ default: (await import('@dishu/kernel/people/people.screen.tsx')).PeopleScreen }))
const Me = lazy(async () => ({ default: (await import('@dishu/kernel/people/me.screen.tsx')).MeScreen }))
const Audit = lazy(async () => ({ default: (await import('./audit-page.tsx')).AuditPage }))
const Interfaces = lazy(async () => ({ default: (await import('./interfaces-page.tsx')).InterfacesPage }))
const Help = lazy(async () => ({ default: (await import('../help/help-page.tsx')).HelpPage }))
const Intakes = lazy(async () => ({ default: (await import('@dishu/kernel/intake/intake.screen.tsx')).IntakesScreen }))
const Intake = lazy(async () => ({ default: (await import('@dishu/kernel/intake/intake-run.screen.tsx')).IntakeScreen }))

/** Address to page. Before the first import there is no place, and only the import can be done. */
export function Pages({ hasPlace, session }: { readonly hasPlace: boolean; readonly session: SessionView | null }) {
  return (
    <Switch>
      <Route path="/import">
        <Intakes />
      </Route>
      <Route path="/import/:id">{({ id }) => <Intake id={id} key={id} />}</Route>
      <Route path="/people">
        <People powers={session?.powers ?? []} today={session?.today ?? ''} />
      </Route>
      <Route path="/me">
        <Me />
      </Route>
      <Route path="/help">
        <Help slug="" />
      </Route>
      <Route path="/help/*">{({ '*': slug }) => <Help slug={slug} />}</Route>
      {!hasPlace && (
        <Route>
          <NothingYet />
        </Route>
      )}
      <Route path="/">
        <Overview />
      </Route>
      <Route path="/print">
        <Print />
      </Route>
      <Route path="/wall">
        <WallPage />
      </Route>
      <Route path="/parcels">
        <Patches />
      </Route>
      <Route path="/parcels/:id">
        {({ id }) => <Dossier id={id} key={id} powers={session?.mode === 'office' ? session.powers : null} />}
      </Route>
      <Route path="/edit/:layer/:id">{({ layer, id }) => <Edit layer={layer} id={id} key={`${layer} ${id}`} />}</Route>
      <Route path="/findings">
        <Findings />
      </Route>
      <Route path="/soil">
        <Soil />
      </Route>
      <Route path="/library">
        <Library />
      </Route>
      <Route path="/imagery">
        <Imagery />
      </Route>
      <Route path="/water">
        <Water />
      </Route>
      <Route path="/plan">
        <Plan />
      </Route>
      <Route path="/changes">
        <Changes />
      </Route>
      <Route path="/reports">
        <Reports />
      </Route>
      <Route path="/figure/:code">{({ code }) => <Figure code={decodeURIComponent(code)} key={code} />}</Route>
      <Route path="/interfaces">
        <Interfaces office={session?.mode === 'office'} />
      </Route>
      <Route path="/audit">
        <Audit powers={session?.powers ?? []} office={session?.mode === 'office'} />
      </Route>
      <Route>
        <NoSuchPage />
      </Route>
    </Switch>
  )
}

function NothingYet() {
  const t = useText()
  const address = useAddress()
  return (
    <Empty
      icon="overview"
      title={t('overview.empty-title')}
      text={t('overview.empty')}
      action={
        <Link href={address.link('/import')} asChild>
          <Button type="primary" icon={<Icon name="import" size={16} />}>
            {t('overview.empty-action')}
          </Button>
        </Link>
      }
    />
  )
}

function NoSuchPage() {
  const t = useText()
  const address = useAddress()
  return (
    <Empty
      icon="map"
      title={t('frame.no-page')}
      text={t('frame.no-page-text', { path: address.path })}
      action={<Link href={address.link('/')}>{t('nav.overview')}</Link>}
    />
  )
}
