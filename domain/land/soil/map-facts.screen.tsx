import { SquarePlot } from '@dishu/web-kit/chart/plot.tsx'
import { useRead } from '@dishu/web-kit/read'
import { useText } from '@dishu/web-kit/words'
import type { Comparison as Compared } from './map-compare.ts'
import type { MapDetail, MapView } from './maps.wire.ts'

const short = (value: number) => String(Number(value.toPrecision(3))).replace('-', '−')

/** Where the map comes from, how good it is, and its files. */
export function Facts({ map, county, value }: { readonly map: MapView; readonly county: string; readonly value: string }) {
  const t = useText()
  const detail = useRead<MapDetail>(`/api/counties/${county}/soil/maps/${map.key}`)
  const model = detail.state === 'ready' ? detail.value.models.find((each) => each.value === value) : undefined
  const grid = map.grids.find((each) => each.value === value)
  const file = (sha256: string) => `/api/counties/${county}/soil/maps/${map.key}/files/${sha256}`
  const { request } = map
  return (
    <section className="soil-facts">
      <h3>{t('soil-map.facts')}</h3>
      <p className="quiet">
        {t('soil-map.made-of', {
          campaign: map.campaign.replace(/[a-z]+$/, (season) => t(`soil-map.season-${season}`)),
          depth: `${request.depthFromCm}–${request.depthToCm} cm`,
          method: t(`soil-map.method-${model?.method ?? request.method}`),
          transform: t(`soil-map.transform-${request.transform}`),
          seed: request.seed,
          draws: request.draws,
          rev: map.samplesRev,
          scheme: map.scheme,
        })}
      </p>
      {model && (
        <>
          <p>
            <code>{model.model}</code> · {t('soil-map.samples', { count: model.samples })}
          </p>
          <dl className="soil-numbers number">
            <dt>{t('soil-map.gain')}</dt>
            <dd>{`${Math.round(100 * model.structure.gain)} %`}</dd>
            <dt>{t(model.trend ? 'soil-map.rmse-squares' : 'soil-map.rmse')}</dt>
            <dd>
              {short(model.structure.krigingRmse)} / {short(model.structure.meanRmse)}
            </dd>
            {model.squares && !model.trend && (
              <>
                <dt>{t('soil-map.squares', { side: Math.round(model.squares.side) })}</dt>
                <dd>{short(model.squares.rmse)}</dd>
              </>
            )}
          </dl>
          {model.trend && (
            <p>
              {t('soil-map.trend', {
                percent: Math.round(100 * model.trend.explained),
                covariates: (request.covariates ?? [])
                  .map((id, a) => ({ id, weight: model.trend?.importance[a] ?? 0 }))
                  .sort((a, b) => b.weight - a.weight)
                  .map(({ id, weight }) => `${id.slice(id.indexOf('/') + 1).replace(/^band:/, '')} ${short(weight)}`)
                  .join('、'),
              })}
            </p>
          )}
          {model.comparison && <Comparison comparison={model.comparison} taken={model.method ?? null} title={t('soil-map.compared')} />}
          <div className="soil-plots">
            <figure>
              <SquarePlot
                points={model.pairs}
                label={t('soil-map.cross-validation')}
                xName={t('soil-map.predicted', { unit: model.unit })}
                yName={t('soil-map.measured', { unit: model.unit })}
                format={short}
              />
              <figcaption>{t('soil-map.cross-validation')}</figcaption>
            </figure>
            {model.reliability.length > 0 && (
              <figure>
                <SquarePlot
                  joined
                  points={model.reliability.map(([stated, found]) => [stated, found] as const)}
                  label={t('soil-map.reliability')}
                  xName={t('soil-map.stated')}
                  yName={t('soil-map.found')}
                  format={short}
                />
                <figcaption>{t('soil-map.reliability')}</figcaption>
              </figure>
            )}
          </div>
        </>
      )}
      {map.notes.length > 0 && (
        <ul className="soil-notes">
          {map.notes
            .filter(({ code }) => code !== 'soil-map/ways-compared')
            .map(({ code, message }, i) => (
              <li key={`${code} ${i}`}>{message}</li>
            ))}
        </ul>
      )}
      {grid && (
        <p>
          <a href={file(grid.sha256)} download>
            {t('soil-map.download', { mb: (grid.bytes / 1e6).toFixed(1), cell: grid.cellM, epsg: grid.epsg })}
          </a>
          <br />
          <a href={file(map.simulations.sha256)} download>
            {t('soil-map.simulations', { draws: map.simulations.draws, mb: (map.simulations.bytes / 1e6).toFixed(1) })}
          </a>
        </p>
      )}
    </section>
  )
}

/** Errors of the ways of mapping with squares of land left out: which is the best, and by which the map was made. */
export function Comparison({
  comparison: { rmse, best, square },
  taken,
  title,
}: {
  readonly comparison: Compared
  readonly taken: string | null
  readonly title: string
}) {
  const t = useText()
  const ways = Object.entries(rmse).sort(([, a], [, b]) => a - b)
  const most = Math.max(...ways.map(([, error]) => error))
  return (
    <table className="soil-compared">
      <caption>
        {title} · {t('soil-map.compared-by', { side: Math.round(square) })}
      </caption>
      <tbody>
        {ways.map(([way, error]) => (
          <tr key={way} className={way === taken ? 'whole' : ''}>
            <th scope="row">{t(`soil-map.way-${way}`)}</th>
            <td className="soil-compared-bar">
              <i style={{ width: `${(100 * error) / most}%` }} />
            </td>
            <td className="right number">{short(error)}</td>
            <td className="quiet">
              {way === best && t('soil-map.way-best')} {way === taken && t('soil-map.way-taken')}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
