import { useText } from '@dishu/web-kit/words'
import { muOf, percent, Rows, short, wanM3, wanYuan } from './figures.screen.tsx'
import type { CompareReply } from './scenarios.wire.ts'

/** Two results side by side: their sums, and the patches that they decide differently. */
export function CompareView({
  reply: { a, b, differences, differing },
  onPatch,
}: {
  readonly reply: CompareReply
  onPatch(patch: number): void
}) {
  const t = useText()
  const rows = (
    [
      ['area', (r) => r.figures.totals.areaM2, muOf, 'unit.mu'],
      ['npv', (r) => r.figures.totals.npvFen, wanYuan, 'plan.unit-npv'],
      ['cost', (r) => r.figures.totals.costFen, wanYuan, 'plan.unit-npv'],
      ['grain', (r) => r.figures.totals.grainKg / 1000, short, 'plan.unit-grain'],
      ['water', (r) => r.figures.totals.waterM3, wanM3, 'plan.unit-water'],
    ] as readonly (readonly [string, (result: typeof a) => number, (value: number) => string, string])[]
  ).map(([name, of, show, unit]) => [
    `${t(name === 'cost' ? 'plan.cost' : `plan.measure-${name}`)} ${t(unit)}`,
    show(of(a)),
    show(of(b)),
    `${of(b) >= of(a) ? '+' : '−'}${show(Math.abs(of(b) - of(a)))}`,
  ])
  return (
    <section className="plan-compare">
      <h3>{t('plan.side-by-side')}</h3>
      <Rows
        head={['', a.title, b.title === a.title ? `${b.title} (${b.key})` : b.title, t('plan.difference')]}
        numbers={new Set([1, 2, 3])}
        rows={[...rows, [t('plan.gap'), percent(a.figures.gap), percent(b.figures.gap), '']]}
      />
      <p className="quiet">{t('plan.differing', { count: differing })}</p>
      <Rows
        head={[t('plan.patch'), a.key, b.key]}
        numbers={new Set()}
        rows={differences.slice(0, 200).map(({ patch, key, village, a: of, b: other }) => [
          <button key={patch} type="button" className="plan-link" onClick={() => onPatch(patch)}>
            {village} {key}
          </button>,
          of || t('plan.nothing'),
          other || t('plan.nothing'),
        ])}
      />
    </section>
  )
}
