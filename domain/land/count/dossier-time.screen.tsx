import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { type Text, useText, wordOr } from '@dishu/web-kit/words'
import { Button } from 'antd'
import type { Dossier } from './count.wire.ts'
import { useVocabulary } from './vocabulary.screen.tsx'

export const day = (text: string | null) => (text === null ? '—' : text === 'infinity' ? '' : text.slice(0, 10))
/** From and to as one text; an open end says from when. */
export const span = (t: Text, from: string | null, to: string | null) =>
  to === null || to === 'infinity' ? t('dossier.from', { date: day(from) }) : `${day(from)} – ${day(to)}`
const minute = (iso: string) => {
  const at = new Date(iso)
  return Number.isNaN(at.getTime()) ? iso : at.toLocaleString('sv-SE').slice(0, 16)
}

/** Every revision that touched the patch: who, when, why, what changed, and the row of the file it came from. */
export function History({ entries }: { readonly entries: Dossier['history'] }) {
  const t = useText()
  return (
    <ol className="history">
      {entries.map((entry) => (
        <li key={`${entry.rev}-${entry.what}`}>
          <div className="history-head">
            <b className="number">r{entry.rev}</b> <span className="number">{minute(entry.recordedAt)}</span> <span>{entry.actor}</span>
          </div>
          <p>
            {wordOr(t, `cause.${entry.cause}`, entry.cause)} · {wordOr(t, `did.${entry.what}`, entry.what)}
            {entry.reason && <span className="quiet"> — {entry.reason}</span>}
          </p>
          {entry.changes.length > 0 && (
            <table className="plain changes">
              <tbody>
                {entry.changes.map((change) => (
                  <tr key={change.name}>
                    <th scope="row">{change.name}</th>
                    <td>
                      <del>{change.before ?? '—'}</del> <span aria-hidden="true">→</span> <ins>{change.after ?? '—'}</ins>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          {entry.source && (
            <p className="evidence">
              <Icon name="file" size={14} /> {entry.source.file} · {entry.source.layer}
              {entry.source.row !== null && <> · {t('dossier.row', { row: entry.source.row })}</>}
              <code title={entry.source.sha256}>sha256 {entry.source.sha256.slice(0, 12)}…</code>
              <Button
                size="small"
                type="text"
                onClick={() => void navigator.clipboard?.writeText(entry.source?.sha256 ?? '')}
                aria-label={t('state.copy')}
                icon={<Icon name="copy" size={13} />}
              />
            </p>
          )}
        </li>
      ))}
    </ol>
  )
}

/** Rights as bars on one axis of years, so that a gap or an overlap is seen. */
export function RightsInTime({ rights }: { readonly rights: Dossier['rights'] }) {
  const t = useText()
  const words = useVocabulary()
  const year = (text: string | null, otherwise: number) =>
    text === null || text === 'infinity' ? otherwise : Number(text.slice(0, 4)) + Number(text.slice(5, 7)) / 12
  const starts = rights.flatMap(({ from }) => (from ? [year(from, 0)] : []))
  const ends = rights.flatMap(({ to }) => (to && to !== 'infinity' ? [year(to, 0)] : []))
  const first = Math.floor(Math.min(...starts, ...ends.map((end) => end - 5), 2020))
  const last = Math.ceil(Math.max(...ends, ...starts.map((start) => start + 5), 2030))
  const at = (value: number) => `${((value - first) / (last - first)) * 100}%`
  return (
    <div className="rights">
      <div className="rights-axis">
        <span>{first}</span>
        <span>{last}</span>
      </div>
      {rights.map((right, i) => (
        <div key={i} className="right-row">
          <div className="right-text">
            <b>{t(`right.${right.right}`)}</b> {right.party} <span className="number">{right.share}</span>
            {right.code && <span className="quiet number"> {right.code}</span>}
            {right.basis && (
              <span className="quiet"> {right.right === 'ownership' ? words.ownerKind(right.basis) : words.code('CBFS', right.basis)}</span>
            )}
          </div>
          <div className="right-track" title={span(t, right.from, right.to)}>
            <span
              className={`right-bar ${right.right}${right.to === null || right.to === 'infinity' ? ' open' : ''}`}
              style={{ left: at(year(right.from, first)), right: `calc(100% - ${at(year(right.to, last))})` }}
            />
          </div>
        </div>
      ))}
    </div>
  )
}
