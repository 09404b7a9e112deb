import { useText } from '@dishu/web-kit/words'
import { Button, Input, InputNumber, Select } from 'antd'
import { type PlannedWork, WORK_SERVES } from './scenarios.ts'

/** Canals, drains and levelling that must be there before the land they serve. */
export function WorksForm({
  works,
  districts,
  onChange,
}: {
  readonly works: readonly PlannedWork[]
  readonly districts: readonly { readonly id: string; readonly name: string }[]
  onChange(works: readonly PlannedWork[]): void
}) {
  const t = useText()
  const set = (i: number, change: Partial<PlannedWork>) => onChange(works.map((each, n) => (n === i ? { ...each, ...change } : each)))
  const drop = (id: string) =>
    onChange(works.filter((each) => each.id !== id).map((each) => ({ ...each, after: each.after.filter((other) => other !== id) })))
  const free = (n: number): string => (works.some(({ id }) => id === `W${n}`) ? free(n + 1) : `W${n}`)
  return (
    <fieldset>
      <legend>{t('plan.works')}</legend>
      <p className="quiet">{t('plan.works-what')}</p>
      {works.map((work, i) => (
        <div className="plan-work" key={work.id}>
          <Input
            aria-label={t('plan.work-name')}
            value={work.name}
            maxLength={100}
            onChange={(event) => set(i, { name: event.target.value })}
          />
          <InputNumber
            aria-label={t('plan.work-cost')}
            min={0}
            value={work.costFen / 1e6}
            onChange={(wan) => set(i, { costFen: Math.round((wan ?? 0) * 1e6) })}
            suffix={t('plan.unit-npv')}
          />
          <Select
            aria-label={t('plan.work-district')}
            value={work.district ?? ''}
            options={[{ value: '', label: t('plan.work-everywhere') }, ...districts.map(({ id, name }) => ({ value: id, label: name }))]}
            onChange={(district) => set(i, { district: district || null })}
          />
          <Select
            aria-label={t('plan.work-serves')}
            value={work.serves}
            options={WORK_SERVES.map((value) => ({ value, label: t(`plan.serves-${value}`) }))}
            onChange={(serves) => set(i, { serves })}
          />
          <Select
            mode="multiple"
            aria-label={t('plan.work-after')}
            placeholder={t('plan.work-after')}
            value={[...work.after]}
            options={works.filter(({ id }) => id !== work.id).map(({ id, name }) => ({ value: id, label: name }))}
            onChange={(after) => set(i, { after })}
          />
          <Button size="small" type="text" aria-label={t('plan.drop')} onClick={() => drop(work.id)}>
            ×
          </Button>
        </div>
      ))}
      <Button
        size="small"
        onClick={() =>
          onChange([
            ...works,
            {
              id: free(works.length + 1),
              name: t('plan.work-n', { n: works.length + 1 }),
              district: null,
              serves: 'irrigated',
              costFen: 0,
              after: [],
            },
          ])
        }
      >
        + {t('plan.work')}
      </Button>
    </fieldset>
  )
}
