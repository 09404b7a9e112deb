import type { FindingText } from './scenarios.wire.ts'

/** What was found, the worst first. */
export function FindingsList({ findings }: { readonly findings: readonly FindingText[] }) {
  const order = ['error', 'warning', 'note']
  return (
    <ul className="plan-findings">
      {findings
        .toSorted((a, b) => order.indexOf(a.severity) - order.indexOf(b.severity))
        .map(({ code, place, severity, message, hint }) => (
          <li key={`${code} ${place} ${message}`} className={severity}>
            {message}
            {hint && <small className="quiet"> {hint}</small>}
          </li>
        ))}
    </ul>
  )
}
