import { query } from '@dishu/web-kit/address'
import { AreaText } from '@dishu/web-kit/figures.tsx'
import { useRead } from '@dishu/web-kit/read'
import { Empty, Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Input, Segmented, Select } from 'antd'
import { Link } from 'wouter'
import type { AccuracyReply, AccuracyView } from './accuracy.wire.ts'
import type { DesignsReply } from './design.wire.ts'
import { Field } from './field.screen.tsx'
import type { MapsReply } from './maps.wire.ts'
import type { SoilGround } from './samples.layer.ts'

type Share = { readonly value: number; readonly low: number; readonly high: number }

const percent = (value: number) => `${(100 * value).toFixed(0)} %`
const withEnds = (share: Share | null) =>
  share === null ? '—' : `${percent(share.value)} (${percent(share.low)} – ${percent(share.high)})`

/** A map against the samples of a design that chance drew; areas with their intervals; and whether land has changed between two visits. */
export function AccuracyScreen({ ground }: { readonly ground: SoilGround }) {
  const t = useText()
  const address = useAddress()
  const { county, asOf, known, head } = usePlace()
  const designs = useRead<DesignsReply>(query(`/api/counties/${county}/soil/designs`, { asOf, known }))
  const maps = useRead<MapsReply>(query(`/api/counties/${county}/soil/maps`, { asOf, known, v: String(head) }))
  const list = designs.state === 'ready' ? designs.value.designs.filter(({ method }) => method === 'stratified' || method === 'grid') : []
  const design = list.find(({ key }) => key === address.get('design'))?.key ?? list[0]?.key ?? null
  const param = (name: string) => address.get(name)
  const asked = {
    ...{ design, map: param('map'), indicator: param('indicator'), from: param('from'), to: param('to') },
    ...{ earlierDesign: param('earlierDesign'), earlierFrom: param('earlierFrom'), earlierTo: param('earlierTo'), v: String(head) },
  }
  const reading = useRead<AccuracyReply>(design === null ? null : query(`/api/counties/${county}/soil/accuracy`, asked))
  if (designs.state !== 'ready') return <Waiting reading={designs} lines={10} />
  if (design === null)
    return (
      <Empty
        icon="soil"
        title={t('soil-accuracy.empty-title')}
        text={t('soil-accuracy.empty')}
        action={<Link href={address.link('/soil', { tab: 'design' })}>{t('design.new')}</Link>}
      />
    )
  const gradeName = (id: string) => ground.grades.find((grade) => grade.id === id)?.name ?? wordOr(t, `grade.${id}`, id)
  const day = (name: string) => (
    <Field label={t(`soil-accuracy.${name}`)}>
      <Input type="date" value={param(name) ?? ''} onChange={({ target }) => address.set({ [name]: target.value || null })} />
    </Field>
  )
  const titled = list.map(({ key, title, taken, points }) => ({ value: key, label: `${key} · ${title} · ${taken} / ${points}` }))
  return (
    <div className="soil-scroll soil-areas soil-accuracy">
      <header className="side-head">
        <div>
          <h1>{t('soil-page.accuracy')}</h1>
          <p className="quiet">{t('soil-accuracy.intro')}</p>
        </div>
      </header>
      <div className="soil-form-row soil-accuracy-ask">
        <Field label={t('soil-page.design')}>
          <Select value={design} options={titled} onChange={(key: string) => address.set({ design: key })} />
        </Field>
        <Field label={t('soil-map.which')}>
          <Select
            allowClear
            value={param('map')}
            placeholder={t('soil-accuracy.map-before')}
            options={(maps.state === 'ready' ? maps.value.maps : []).map(({ key, title, validFrom }) => ({
              value: key,
              label: `${title} · ${validFrom}`,
            }))}
            onChange={(key?: string) => address.set({ map: key ?? null })}
          />
        </Field>
        {day('from')}
        {day('to')}
      </div>
      <div className="soil-form-row soil-accuracy-ask">
        <Field label={t('soil-accuracy.earlierDesign')}>
          <Select
            allowClear
            value={param('earlierDesign')}
            placeholder={t('soil-accuracy.no-earlier')}
            options={titled}
            onChange={(key?: string) => address.set({ earlierDesign: key ?? null })}
          />
        </Field>
        <span />
        {param('earlierDesign') !== null && day('earlierFrom')}
        {param('earlierDesign') !== null && day('earlierTo')}
      </div>
      {reading.state === 'ready' ? <Answer told={reading.value} gradeName={gradeName} /> : <Waiting reading={reading} lines={8} />}
    </div>
  )
}

function Answer({ told, gradeName }: { readonly told: AccuracyReply; gradeName(id: string): string }) {
  const t = useText()
  const address = useAddress()
  return (
    <>
      <Segmented
        aria-label={t('soil-areas.indicator')}
        value={told.indicator}
        options={told.indicators.map((value) => ({
          value,
          label: value === 'combined' ? t('soil-areas.combined') : t(`soil-value.${value}`),
        }))}
        onChange={(value) => address.set({ indicator: value === 'combined' ? null : String(value) })}
      />
      {told.synthetic && <p className="soil-warning">{t('soil-map.synthetic')}</p>}
      <p>
        {t('soil-accuracy.against', { map: told.mapTitle, ...viewWords(told.visit) })}{' '}
        <b>{t('soil-accuracy.overall', { share: withEnds(told.overall) })}</b>
      </p>
      <ul className="soil-notes">
        {told.notes.map(({ code, message }, i) => (
          <li key={`${code} ${i}`}>{message}</li>
        ))}
      </ul>
      <div className="scroll-x">
        <table className="soil-area-table">
          <thead>
            <tr>
              <th scope="col">{t('soil-areas.grade')}</th>
              {['mapped', 'adjusted', 'interval', 'users', 'producers'].map((name) => (
                <th key={name} scope="col" className="right">
                  {t(`soil-accuracy.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {told.byClass.map((each) => (
              <tr key={each.class}>
                <th scope="row">{gradeName(each.class)}</th>
                <td className="right">
                  <AreaText area={each.mapped} />
                </td>
                <td className="right">
                  <AreaText area={each.area} />
                </td>
                <td className="right">
                  <AreaText area={each.low} /> – <AreaText area={each.high} />
                </td>
                <td className="right number">{withEnds(each.users)}</td>
                <td className="right number">{withEnds(each.producers)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <h3>{t('soil-accuracy.matrix')}</h3>
      <Matrix told={told} gradeName={gradeName} />
      <h3>{t('soil-accuracy.strata')}</h3>
      <Strata view={told.visit} gradeName={gradeName} />
      {told.changes.length > 0 && <Changes told={told} gradeName={gradeName} />}
    </>
  )
}

const viewWords = ({ planned, taken, used }: AccuracyView) => ({ planned, taken, used })

/** Rows what the map says, columns what the samples show. */
function Matrix({ told: { classes, counts }, gradeName }: { readonly told: AccuracyReply; gradeName(id: string): string }) {
  const t = useText()
  return (
    <div className="scroll-x">
      <table className="soil-area-table soil-matrix">
        <thead>
          <tr>
            <th scope="col">{t('soil-accuracy.map-sample')}</th>
            {classes.map((name) => (
              <th key={name} scope="col" className="right">
                {gradeName(name)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {counts.map((row, i) => (
            <tr key={classes[i]}>
              <th scope="row">{gradeName(classes[i])}</th>
              {row.map((count, k) => (
                <td key={classes[k]} className={`right number${i === k ? ' here' : ''}`}>
                  {count}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Strata({ view: { strata }, gradeName }: { readonly view: AccuracyView; gradeName(id: string): string }) {
  const t = useText()
  return (
    <div className="scroll-x">
      <table className="soil-area-table">
        <thead>
          <tr>
            <th scope="col">{t('soil-accuracy.stratum')}</th>
            {['area', 'planned', 'used', 'inclusion'].map((name) => (
              <th key={name} scope="col" className="right">
                {t(`soil-accuracy.${name}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {strata.map(({ id, area, planned, used, inclusion }) => (
            <tr key={id}>
              <th scope="row">{id === 'all' ? t('soil-accuracy.all') : gradeName(id)}</th>
              <td className="right">
                <AreaText area={area} />
              </td>
              <td className="right number">{planned}</td>
              <td className="right number">{used}</td>
              <td className="right number">{inclusion === null ? '—' : inclusion.toPrecision(3)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

function Changes({ told, gradeName }: { readonly told: AccuracyReply; gradeName(id: string): string }) {
  const t = useText()
  return (
    <>
      <h3>{t('soil-accuracy.change')}</h3>
      <p className="quiet">{t(told.paired ? 'soil-accuracy.paired' : 'soil-accuracy.apart')}</p>
      <div className="scroll-x">
        <table className="soil-area-table">
          <thead>
            <tr>
              <th scope="col">{t('soil-areas.grade')}</th>
              {['before', 'after', 'difference', 'p', 'verdict'].map((name) => (
                <th key={name} scope="col" className="right">
                  {t(`soil-accuracy.${name}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {told.changes.map((each) => (
              <tr key={each.class}>
                <th scope="row">{gradeName(each.class)}</th>
                <td className="right">
                  <AreaText area={each.before} />
                </td>
                <td className="right">
                  <AreaText area={each.after} />
                </td>
                <td className="right">
                  <AreaText area={each.change} /> ± <AreaText area={1.96 * each.error} />
                </td>
                <td className="right number">{each.p < 0.001 ? '< 0.001' : each.p.toFixed(3)}</td>
                <td className="right">
                  {t(`soil-accuracy.${each.verdict}`)}
                  {each.verdict === 'not-shown' && (
                    <>
                      <br />
                      <small className="quiet">
                        {t('soil-accuracy.detectable')} <AreaText area={each.detectable} />
                      </small>
                    </>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  )
}
