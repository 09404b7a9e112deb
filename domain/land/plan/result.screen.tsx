import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useSettings } from '@dishu/web-kit/settings'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Button, Segmented } from 'antd'
import type { ReactNode } from 'react'
import { CurveChart, muOf, percent, Rows, short, wanM3, wanYuan } from './figures.screen.tsx'
import { FindingsList } from './findings.screen.tsx'
import { saidOf, type Worth } from './results.ts'
import type { Measure } from './scenarios.ts'
import type { ResultReply } from './scenarios.wire.ts'

const VIEWS = ['land', 'worth', 'water', 'money', 'checks'] as const
type View = (typeof VIEWS)[number]

/** What came out: how near to the best, where and when, what limits are worth, water, money, and what to know of the data. */
export function ResultView({
  result,
  county,
  onRecompute,
}: {
  readonly result: ResultReply
  readonly county: string
  onRecompute(): void
}) {
  const t = useText()
  const address = useAddress()
  const { language } = useSettings()
  const { figures, terms } = result
  const { totals } = figures
  const asked = address.get('view') as View
  const view = VIEWS.includes(asked) ? asked : 'land'
  const format = (value: number) => (terms.objective === 'npv' ? wanYuan(value) : short(value))
  const download = async () => {
    const reply = await fetch(`/api/counties/${county}/plan/results/${result.key}/annex.xlsx`, { headers: { 'accept-language': language } })
    const link = document.createElement('a')
    link.href = URL.createObjectURL(await reply.blob())
    link.download = `${result.title} ${result.key}.xlsx`
    link.click()
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
  }
  const incomplete = result.findings.some(({ severity }) => severity === 'warning')
  return (
    <section className="plan-result">
      {result.stale && <p className="plan-stale-note">{t('plan.stale-note')}</p>}
      <p className={`plan-status ${figures.status}`}>
        <b>{t(`plan.status-${saidOf(figures)}`)}</b>
        {figures.stopped && ` · ${t('plan.stopped-early')}`}
        {figures.objective !== null &&
          ` · ${t('plan.certified', { gap: percent(figures.gap), best: format(figures.objective), bound: format(figures.bound) })}`}
        {incomplete && <small className="quiet"> {t('plan.within-data')}</small>}
      </p>
      {figures.conflict && figures.conflict.length > 0 && (
        <div className="plan-conflict">
          <b>{t('plan.conflict')}</b>
          <Rows
            head={[t('plan.limit'), t('plan.relax')]}
            numbers={new Set([1])}
            rows={figures.conflict.map(({ limit, atLeast }) => [<Limit key={limit} name={limit} />, amountText(limit, atLeast)])}
          />
        </div>
      )}
      <dl className="plan-totals number">
        <Total name={t('plan.measure-area')} value={muOf(totals.areaM2)} unit={t('unit.mu')} />
        <Total name={t('plan.measure-npv')} value={wanYuan(totals.npvFen)} unit={t('plan.unit-npv')} />
        <Total name={t('plan.cost')} value={wanYuan(totals.costFen)} unit={t('plan.unit-npv')} />
        <Total name={t('plan.measure-grain')} value={short(totals.grainKg / 1000)} unit={t('plan.unit-grain')} />
        <Total name={t('plan.measure-water')} value={wanM3(totals.waterM3)} unit={t('plan.unit-water')} />
        <Total name={t('plan.patches')} value={`${totals.chosen} / ${totals.planned}`} unit="" />
      </dl>
      {figures.order && (
        <>
          <h3>{t('plan.order')}</h3>
          <Rows
            head={[t('plan.measure'), t('plan.reached'), t('plan.could'), t('plan.gap')]}
            numbers={new Set([1, 2, 3])}
            rows={figures.order.map(({ measure, value, bound, gap }) => [
              `${t(`plan.measure-${measure}`)} ${t(`plan.unit-${measure}`)}`,
              shownOf(measure, value),
              shownOf(measure, bound),
              percent(gap),
            ])}
          />
        </>
      )}
      <div className="row gap plan-tools">
        <Button size="small" icon={<Icon name="download" size={14} />} onClick={() => void download()}>
          {t('plan.annex')}
        </Button>
        <Button size="small" icon={<Icon name="undo" size={14} />} onClick={onRecompute}>
          {t('plan.recompute')}
        </Button>
        <Button size="small" icon={<Icon name="print" size={14} />} onClick={() => window.print()}>
          {t('plan.print')}
        </Button>
      </div>
      <Segmented
        block
        value={view}
        options={VIEWS.map((value) => ({ value, label: t(`plan.view-${value}`) }))}
        onChange={(next) => address.set({ view: next })}
      />
      {view === 'land' && <LandTable result={result} />}
      {view === 'worth' && <WorthView result={result} format={format} />}
      {view === 'water' && <WaterView result={result} />}
      {view === 'money' && (
        <Rows
          head={[t('plan.source'), t('plan.year'), t('plan.budget'), t('plan.used'), t('plan.rest')]}
          numbers={new Set([1, 2, 3, 4])}
          rows={figures.money.map(({ source, year, budgetFen, paidFen }) => [
            source,
            year,
            wanYuan(budgetFen, 2),
            wanYuan(paidFen, 2),
            wanYuan(budgetFen - paidFen, 2),
          ])}
        />
      )}
      {view === 'checks' && (
        <>
          <FindingsList findings={result.findings} />
          <p className="quiet">{t('plan.screening')}</p>
          <Rows
            head={[t('plan.year-type'), t('plan.crop'), 'm³/亩', t('plan.available'), 'η', t('plan.most-area')]}
            numbers={new Set([2, 3, 4, 5])}
            rows={figures.screening.map(({ yearType, option, m3PerMu, availableM3, efficiency, mostM2 }) => [
              yearType,
              option,
              short(m3PerMu),
              wanM3(availableM3),
              efficiency.toFixed(3),
              muOf(mostM2),
            ])}
          />
          <CurveChart curve={figures.curve} label={t('plan.curve')} format={format} />
          <p className="quiet">
            {t('plan.kept', { rev: result.rev, day: result.day, seed: terms.seed, digest: result.sha256.slice(0, 12) })}
          </p>
        </>
      )}
    </section>
  )
}

const shownOf = (measure: Measure, value: number) =>
  measure === 'npv' ? wanYuan(value) : measure === 'area' ? muOf(value) : measure === 'water' ? wanM3(value) : short(value / 1000)

const Total = ({ name, value, unit }: { readonly name: string; readonly value: string; readonly unit: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>
      {value} <small>{unit}</small>
    </dd>
  </div>
)

function LandTable({ result }: { readonly result: ResultReply }) {
  const t = useText()
  const { areas } = usePlace()
  const names = new Map(areas.map(({ code, name }) => [code, name]))
  return (
    <Rows
      head={[
        t('plan.town'),
        t('plan.year'),
        t('plan.option'),
        t('plan.patches'),
        t('plan.measure-area'),
        t('plan.measure-npv'),
        t('plan.cost'),
      ]}
      numbers={new Set([1, 3, 4, 5, 6])}
      rows={result.figures.land.map((row) => [
        names.get(row.town) ?? row.town,
        row.year,
        result.names[row.option] ?? row.option,
        row.patches,
        muOf(row.areaM2),
        wanYuan(row.benefitFen),
        wanYuan(row.costFen),
      ])}
    />
  )
}

/** A limit's name as a person reads it. */
function Limit({ name }: { readonly name: string }) {
  const t = useText()
  const { areas } = usePlace()
  const [kind, ...rest] = name.split('/')
  const place = areas.find(({ code }) => code === rest[rest.length - 1])?.name
  const words: Readonly<Record<string, string>> = {
    money: 'plan.money',
    canal: 'plan.measure-water',
    target: 'plan.target',
    most: 'plan.at-most',
    contractor: 'plan.capacity',
    floor: 'plan.floor',
  }
  return (
    <>
      {words[kind] ? t(words[kind]) : kind} {[...rest.slice(0, -1), place ?? rest[rest.length - 1]].filter(Boolean).join(' · ')}
    </>
  )
}
const amountText = (limit: string, value: number): ReactNode =>
  limit.startsWith('money')
    ? `${wanYuan(value, 2)} 万元`
    : limit.startsWith('canal')
      ? `${wanM3(value, 2)} 万m³`
      : limit.includes('area') || limit.startsWith('contractor')
        ? `${muOf(value, 1)} 亩`
        : short(value)

const isLand = (kind: string, limit: string) =>
  kind === 'contractor' || ((kind === 'target' || kind === 'most') && limit.includes('/area/'))

/** Prices as bars: what one more unit of a limit is worth, between a little more and a little less. */
function WorthView({ result, format }: { readonly result: ResultReply; format(value: number): string }) {
  const t = useText()
  const { figures, terms } = result
  const worth = figures.worth.toSorted((a, b) => b.price * Math.abs(b.stated) - a.price * Math.abs(a.stated))
  const most = Math.max(1e-9, ...worth.map((each) => each.price * Math.abs(each.stated)))
  // per 亩 where limits are of land, per m³ of water; of money as it is
  const scale = ({ kind, limit }: Worth) =>
    (terms.objective === 'npv' && kind !== 'money' ? 1 / 100 : 1) * (isLand(kind, limit) ? 2000 / 3 : 1)
  const word = ({ kind, limit }: Worth) =>
    isLand(kind, limit) ? 'plan.per-mu' : kind === 'money' ? 'plan.per-fen' : kind === 'water' ? 'plan.per-m3' : 'plan.per-unit'
  return (
    <>
      <p className="quiet">{t('plan.worth-note')}</p>
      <ul className="plan-worth">
        {worth.slice(0, 40).map((each) => (
          <li key={each.limit}>
            <span>
              <Limit name={each.limit} />
            </span>
            <i style={{ width: `${(100 * each.price * Math.abs(each.stated)) / most}%` }} />
            <small className="number">
              {short(each.price * scale(each))} {terms.objective === 'npv' ? t(word(each)) : ''}
              {each.more !== null && each.less !== null && ` (${short(each.more * scale(each))} – ${short(each.less * scale(each))})`}
            </small>
          </li>
        ))}
      </ul>
      {worth.length === 0 && <p className="quiet none">{t('plan.nothing-binds')}</p>}
      {figures.sensitivity.length > 0 && (
        <>
          <h3>{t('plan.sensitivity')}</h3>
          <Rows
            head={[t('plan.change-of'), t('plan.benefit'), t('plan.against'), t('plan.gap')]}
            numbers={new Set([1, 2, 3])}
            rows={figures.sensitivity.map(({ what, change, benefit, gap }) => [
              `${t(`plan.what-${what}`)} ${change > 0 ? '+' : '−'}${Math.round(Math.abs(change) * 100)} %`,
              benefit === null ? t('plan.no-plan') : format(benefit),
              benefit === null || figures.objective === null
                ? '—'
                : `${benefit >= figures.objective ? '+' : '−'}${percent(Math.abs(benefit - figures.objective) / Math.abs(figures.objective || 1))}`,
              percent(gap),
            ])}
          />
        </>
      )}
    </>
  )
}

function WaterView({ result }: { readonly result: ResultReply }) {
  const t = useText()
  const address = useAddress()
  const { water } = result.figures
  const periods = [...new Set(water.map(({ year, yearType }) => `${year} ${yearType}`))]
  const shown = periods.includes(address.get('period') ?? '') ? address.get('period') : periods[0]
  const rows = water.filter(({ year, yearType }) => `${year} ${yearType}` === shown)
  const things = [...new Set(rows.map(({ id }) => id))]
  const full = (id: string, month: number) => rows.find((row) => row.id === id && row.month === month)
  return (
    <>
      <Segmented options={periods} value={shown ?? ''} onChange={(period) => address.set({ period: String(period) })} />
      <div className="plan-rows">
        <table className="plain plan-months">
          <thead>
            <tr>
              <th>{t('plan.canal')}</th>
              {Array.from({ length: 12 }, (_, m) => (
                <th key={t(`plan.month-${m + 1}`)} className="number">
                  {m + 1}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {things.map((id) => (
              <tr key={id}>
                <th>{id}</th>
                {Array.from({ length: 12 }, (_, m) => {
                  const row = full(id, m + 1)
                  const share = row && row.limitM3 > 0 ? (row.planM3 + row.presentM3) / row.limitM3 : 0
                  return (
                    <td
                      key={t(`plan.month-${m + 1}`)}
                      className="number"
                      style={row ? { background: `color-mix(in srgb, #2f6da8 ${Math.round(65 * share)}%, transparent)` } : undefined}
                      title={
                        row
                          ? t('plan.month-note', {
                              plan: wanM3(row.planM3, 2),
                              present: wanM3(row.presentM3, 2),
                              limit: wanM3(row.limitM3, 2),
                            })
                          : undefined
                      }
                    >
                      {row ? Math.round(100 * share) : ''}
                    </td>
                  )
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p className="quiet">{t('plan.months-note')}</p>
    </>
  )
}
