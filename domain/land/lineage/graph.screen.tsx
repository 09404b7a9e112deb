import { query } from '@dishu/web-kit/address'
import { formatArea } from '@dishu/web-kit/areas'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useRead } from '@dishu/web-kit/read'
import { useSettings } from '@dishu/web-kit/settings'
import { Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Link } from 'wouter'
import { layOut } from './graph.ts'
import type { LineageNode, LineageReply, LineageStep } from './lineage.wire.ts'

const [WIDE, HIGH, GAP_X, GAP_Y] = [146, 62, 46, 14]

/** Where a patch came from and what came of it: drawn, and as a list of the operations. A click goes to the patch, on a day on which it held. */
export function LineageCard({
  id,
  mayEdit,
  parcels,
}: {
  readonly id: string
  readonly mayEdit: boolean
  readonly parcels: readonly string[]
}) {
  const t = useText()
  const address = useAddress()
  const { county, asOf, known } = usePlace()
  const reading = useRead<LineageReply>(query(`/api/counties/${county}/lineage/patch/${id}`, { asOf, known }))
  if (reading.state !== 'ready') return reading.state === 'failed' ? null : <Waiting reading={reading} lines={3} />
  const { nodes, steps, cut } = reading.value
  const editing = known === null && nodes.some((node) => node.holds && String(node.id) === id) && mayEdit
  return (
    <section className="card lineage" id="lineage">
      <header className="row gap">
        <h3>{t('lineage.title')}</h3>
        <span className="grow" />
        {editing && (
          <Link href={address.link(`/edit/patch/${id}`)} className="link-button">
            <Icon name="parcels" size={14} /> {t('lineage.edit-link')}
          </Link>
        )}
      </header>
      {steps.length === 0 ? (
        <p className="quiet none">{t('lineage.none')}</p>
      ) : (
        <>
          <Picture nodes={nodes} steps={steps} id={Number(id)} />
          {cut && <p className="quiet">{t('lineage.cut')}</p>}
          <Operations steps={steps} />
        </>
      )}
      {editing && parcels.length > 0 && (
        <p className="quiet">
          {t('lineage.parcels')}{' '}
          {parcels.map((code) => (
            <Link key={code} href={address.link(`/edit/parcel/${code}`)} className="number">
              {code}{' '}
            </Link>
          ))}
        </p>
      )}
    </section>
  )
}

function Picture({
  nodes,
  steps,
  id,
}: {
  readonly nodes: readonly LineageNode[]
  readonly steps: readonly LineageStep[]
  readonly id: number
}) {
  const t = useText()
  const { unit } = useSettings()
  const address = useAddress()
  const spots = new Map(layOut({ nodes, steps }).map((spot) => [spot.id, spot]))
  const x = (node: number) => (spots.get(node)?.column ?? 0) * (WIDE + GAP_X)
  const y = (node: number) => (spots.get(node)?.line ?? 0) * (HIGH + GAP_Y)
  const [width, height] = [Math.max(...nodes.map((node) => x(node.id) + WIDE)), Math.max(...nodes.map((node) => y(node.id) + HIGH))]
  const hrefOf = (node: LineageNode) =>
    address.link(`/parcels/${node.id}`, node.holds || node.validTo === 'infinity' ? {} : { asOf: dayBefore(node.validTo) })
  return (
    <div className="scroll-x lineage-picture">
      <svg
        width={width + 4}
        height={height + 4}
        viewBox={`-2 -2 ${width + 4} ${height + 4}`}
        role="img"
        aria-label={t('lineage.picture', { count: nodes.length })}
      >
        {steps.map((step) => {
          const level = spots.get(step.from)?.column === spots.get(step.to)?.column
          const [x1, y1] = level
            ? [x(step.from) + WIDE / 2, y(step.from) + (y(step.to) > y(step.from) ? HIGH : 0)]
            : [x(step.from) + WIDE, y(step.from) + HIGH / 2]
          const [x2, y2] = level
            ? [x(step.to) + WIDE / 2, y(step.to) + (y(step.to) > y(step.from) ? 0 : HIGH)]
            : [x(step.to), y(step.to) + HIGH / 2]
          const middle = (x1 + x2) / 2
          return (
            <g key={`${step.rev} ${step.from} ${step.to}`} className={`lineage-edge ${step.operation}`}>
              <path d={level ? `M${x1} ${y1}L${x2} ${y2}` : `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}`}>
                <title>{`${t(`lineage-operation.${step.operation}`)} · ${step.day} · r${step.rev} · ${formatArea(step.area, unit)} ${t(`unit.${unit}`)} · ${step.reason}`}</title>
              </path>
              {!level && (
                <text x={middle} y={(y1 + y2) / 2 - 4} textAnchor="middle">
                  {formatArea(step.area, unit)}
                </text>
              )}
            </g>
          )
        })}
        {nodes.map((node) => (
          <Link key={node.id} href={hrefOf(node)} className={`lineage-node${node.id === id ? ' here' : ''}${node.holds ? '' : ' gone'}`}>
            <rect x={x(node.id)} y={y(node.id)} width={WIDE} height={HIGH} rx={6} />
            <text x={x(node.id) + 8} y={y(node.id) + 19} className="key">
              {node.key}
            </text>
            <text x={x(node.id) + 8} y={y(node.id) + 36} className="small">
              {node.area === null ? '—' : `${formatArea(node.area, unit)} ${t(`unit.${unit}`)}`}
            </text>
            <text x={x(node.id) + 8} y={y(node.id) + 52} className="small">
              {node.validFrom}
              {node.holds ? '' : ` – ${node.validTo === 'infinity' ? node.validFrom : node.validTo}`}
            </text>
          </Link>
        ))}
      </svg>
    </div>
  )
}

function Operations({ steps }: { readonly steps: readonly LineageStep[] }) {
  const t = useText()
  const { unit } = useSettings()
  const byRevision = [...new Map(steps.map((step) => [step.rev, step])).values()].sort((a, b) => b.rev - a.rev)
  return (
    <ol className="history">
      {byRevision.map((step) => {
        const own = steps.filter(({ rev }) => rev === step.rev)
        return (
          <li key={step.rev}>
            <div className="history-head">
              <b className="number">r{step.rev}</b> <span className="number">{step.day}</span> <span>{step.actor}</span>
            </div>
            <p>
              {t(`lineage-operation.${step.operation}`)} · {wordOr(t, `cause.${step.cause}`, step.cause)} ·{' '}
              <span className="number">
                {formatArea(
                  own.reduce((sum, { area }) => sum + area, 0),
                  unit,
                )}{' '}
                {t(`unit.${unit}`)}
              </span>
              {step.reason && <span className="quiet"> — {step.reason}</span>}
              {step.document && <span className="quiet"> · {step.document}</span>}
            </p>
          </li>
        )
      })}
    </ol>
  )
}

function dayBefore(day: string): string {
  const at = new Date(`${day}T00:00:00Z`)
  at.setUTCDate(at.getUTCDate() - 1)
  return at.toISOString().slice(0, 10)
}
