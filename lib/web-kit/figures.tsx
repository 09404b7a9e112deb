import type { ReactNode } from 'react'
import { Link } from 'wouter'
import { formatArea, formatCount, formatShare, shownShares, writtenParts } from './areas.ts'
import { useSettings } from './settings.ts'
import { useText } from './words.ts'

export type Part = {
  readonly id: string
  readonly name: string
  readonly note?: string // what is wrong with the name
  readonly area: number // whole hundredths of a square metre
  readonly beside?: string // another figure of the same, with its interval
  readonly count: number
  readonly colour?: string
  readonly hatched?: boolean // a category for what has no value
  readonly to: string // the rows behind the figure
  readonly drill?: string // one level down
  readonly chosen?: boolean
}

/** The parts of a total as a table with bars; what is shown adds up. A figure is a link to its rows, hovering it lights them on the map. */
export function Parts(props: {
  readonly title: string
  readonly parts: readonly Part[]
  readonly tools?: ReactNode
  readonly countTitle: string
  readonly dim?: boolean
  onHover?(id: string | null): void
  onToggle?(id: string): void
}) {
  const t = useText()
  const { unit } = useSettings()
  const areas = props.parts.map(({ area }) => area)
  const written = writtenParts(areas, unit)
  const shares = shownShares(areas)
  const most = Math.max(1, ...areas)
  return (
    <section className={`parts${props.dim ? ' dim' : ''}`}>
      <header>
        <h3>{props.title}</h3>
        {props.tools}
      </header>
      <table onMouseLeave={() => props.onHover?.(null)}>
        <thead>
          <tr>
            <th scope="col">
              <span className="sr">{props.title}</span>
            </th>
            <th scope="col" className="right">
              {t(`unit.${unit}`)}
            </th>
            <th scope="col" className="right">
              %
            </th>
            <th scope="col" className="right">
              {props.countTitle}
            </th>
          </tr>
        </thead>
        <tbody>
          {props.parts.map((part, i) => (
            <tr key={part.id} className={part.chosen ? 'chosen' : ''} onMouseEnter={() => props.onHover?.(part.id)}>
              <th scope="row">
                <span className="part-bar" style={{ width: `${(part.area / most) * 100}%` }} />
                {part.colour !== undefined &&
                  (props.onToggle ? (
                    <button
                      type="button"
                      className="chip-button"
                      aria-pressed={part.chosen ?? false}
                      aria-label={t('figures.filter', { name: part.name })}
                      onClick={() => props.onToggle?.(part.id)}
                    >
                      <Chip colour={part.colour} hatched={part.hatched ?? false} />
                    </button>
                  ) : (
                    <Chip colour={part.colour} hatched={part.hatched ?? false} />
                  ))}
                {part.drill ? <Link href={part.drill}>{part.name}</Link> : <span className="part-name">{part.name}</span>}
                {part.note && <small className="part-note">{part.note}</small>}
              </th>
              <td className="right">
                <Link href={part.to} className="figure" onFocus={() => props.onHover?.(part.id)} onBlur={() => props.onHover?.(null)}>
                  {written[i]}
                </Link>
                {part.beside && <small className="part-beside number">{part.beside}</small>}
              </td>
              <td className="right quiet">{formatShare(shares[i], part.area)}</td>
              <td className="right quiet">{formatCount(part.count)}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

export function Chip({ colour, hatched }: { readonly colour: string; readonly hatched: boolean }) {
  return <span className={`chip${hatched ? ' hatched' : ''}`} style={{ backgroundColor: colour }} />
}

/** One area with its unit, in the unit chosen for the product. */
export function AreaText({ area }: { readonly area: number | null }) {
  const t = useText()
  const { unit } = useSettings()
  if (area === null) return <span className="quiet">—</span>
  return (
    <span className="number">
      {formatArea(area, unit)}
      <small> {t(`unit.${unit}`)}</small>
    </span>
  )
}
