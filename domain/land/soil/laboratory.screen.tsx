import { query } from '@dishu/web-kit/address'
import { useRead } from '@dishu/web-kit/read'
import { Trouble } from '@dishu/web-kit/state.tsx'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { useState } from 'react'
import type { LaboratoryReply } from './samples.wire.ts'

/** How a laboratory agrees with itself (duplicates) and with another; read when it is opened. */
export function Laboratory() {
  const t = useText()
  const { county, asOf, known } = usePlace()
  const [open, setOpen] = useState(false)
  const reading = useRead<LaboratoryReply>(open ? query(`/api/counties/${county}/soil/laboratory`, { asOf, known }) : null)
  const say = (value: number | null, relative: boolean) =>
    value === null ? '—' : `${value > 0 ? '+' : ''}${value}${relative ? ' %' : ''}`.replace('-', '−')
  return (
    <details className="laboratory" open={open} onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{t('laboratory.title')}</summary>
      {reading.state === 'failed' && <Trouble failure={reading.failure} retry={reading.retry} />}
      {reading.state === 'ready' && (
        <div className="laboratory-body">
          <h3>
            {t('laboratory.labs')} <span className="quiet">{reading.value.labs.length}</span>
          </h3>
          {reading.value.labs.length === 0 ? (
            <p className="quiet">{t('laboratory.no-labs')}</p>
          ) : (
            <table className="plain">
              <thead>
                <tr>
                  <th scope="col">{t('laboratory.labs')}</th>
                  <th scope="col">{t('laboratory.value')}</th>
                  <th scope="col" className="right">
                    {t('laboratory.pairs')}
                  </th>
                  <th scope="col" className="right">
                    {t('laboratory.mean')}
                  </th>
                  <th scope="col" className="right">
                    95 %
                  </th>
                </tr>
              </thead>
              <tbody>
                {reading.value.labs.map(({ labs, value, pairs, relative, mean, low, high }) => {
                  const biased = low !== null && high !== null && (low > 0 || high < 0)
                  return (
                    <tr key={`${labs.join()} ${value}`} className={biased ? 'biased' : ''}>
                      <td>{labs.join(' − ')}</td>
                      <td>{value}</td>
                      <td className="right number">{pairs}</td>
                      <td className="right number">
                        {say(mean, relative)} {biased && <small className="tag still warning">{t('laboratory.biased')}</small>}
                      </td>
                      <td className="right number">
                        {say(low, relative)} … {say(high, relative)}
                      </td>
                    </tr>
                  )
                })}
              </tbody>
            </table>
          )}
          <h3>
            {t('laboratory.duplicates')} <span className="quiet">{reading.value.duplicates.length}</span>
          </h3>
          {reading.value.duplicates.length === 0 ? (
            <p className="quiet">{t('laboratory.no-duplicates')}</p>
          ) : (
            <table className="plain">
              <thead>
                <tr>
                  <th scope="col">{t('laboratory.duplicates')}</th>
                  <th scope="col">{t('laboratory.of')}</th>
                  <th scope="col">{t('laboratory.value')}</th>
                  <th scope="col" className="right">
                    {t('laboratory.off')}
                  </th>
                </tr>
              </thead>
              <tbody>
                {reading.value.duplicates.slice(0, 50).map(({ duplicate, of, value, off, relative }) => (
                  <tr key={`${duplicate} ${value}`}>
                    <td className="number">{duplicate}</td>
                    <td className="number">{of}</td>
                    <td>{value}</td>
                    <td className="right number">{`${off}${relative ? ' %' : ''}`}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
        </div>
      )}
    </details>
  )
}
