import { send, useAct, useRead } from '@dishu/web-kit/read'
import { Trouble } from '@dishu/web-kit/state.tsx'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Button, Checkbox, Input, InputNumber, Segmented, Select } from 'antd'
import { useEffect, useState } from 'react'
import { COST_SCOPES, SCOPE_NAMES } from '../technology/technology.ts'
import { YEAR_TYPES } from '../water/water.ts'
import type { WaterReply } from '../water/water.wire.ts'
import { muOf, wanYuan } from './figures.screen.tsx'
import { FindingsList } from './findings.screen.tsx'
import { MEASURES, type Measure, PLAIN_TERMS, type PlanTerms } from './scenarios.ts'
import type { LookReply, ScenarioView } from './scenarios.wire.ts'
import { WorksForm } from './works-form.screen.tsx'

const MU = 2000 / 3
const LOOK_MS = 500
type Row<K extends keyof PlanTerms> = PlanTerms[K] extends readonly (infer T)[] ? T : never

const newTerms = (county: string, today: string): PlanTerms => {
  const year = Number(today.slice(0, 4)) + 1
  return {
    ...{ within: county, classes: [], years: [year, year + 1, year + 2], yearTypes: [{ id: 'P75', probability: 1 }] },
    ...{ floors: [], budgets: [], targets: [], locks: [], capacity: [], works: [], blockM2: null, ...PLAIN_TERMS },
  }
}

/** Writes a scenario's terms; what can be said against them is said while they are written. */
export function ScenarioForm({ scenario, onDone }: { readonly scenario: ScenarioView | null; onDone(key: string | null): void }) {
  const t = useText()
  const { county, today, areas } = usePlace()
  const [title, setTitle] = useState(scenario?.title ?? '')
  const [notes, setNotes] = useState(scenario?.notes ?? '')
  const [terms, setTerms] = useState<PlanTerms>(scenario?.terms ?? newTerms(county, today))
  const [look, setLook] = useState<LookReply | null>(null)
  const set = (change: Partial<PlanTerms>) => setTerms({ ...terms, ...change })
  useEffect(() => {
    let gone = false
    const asking = setTimeout(() => {
      send<LookReply>(`/api/counties/${county}/plan/look`, { terms }).then(
        (reply) => !gone && setLook(reply),
        () => !gone && setLook(null), // what is half written is told when it is saved
      )
    }, LOOK_MS)
    return () => {
      gone = true
      clearTimeout(asking)
    }
  }, [terms, county])
  const save = useAct(
    () => send<{ key: string }>(`/api/counties/${county}/plan/scenarios`, { key: scenario?.key ?? null, title, notes, terms }),
    [`/api/counties/${county}/plan`],
  )
  const water = useRead<WaterReply>(`/api/counties/${county}/water`)
  const districts = water.state === 'ready' ? water.value.water.districts.map(({ districtId, name }) => ({ id: districtId, name })) : []
  const places = areas.filter(({ level }) => level !== 'village').map(({ code, name }) => ({ value: code, label: name }))
  const [first, last] = [terms.years[0], terms.years[terms.years.length - 1]]
  const setYears = (from: number, to: number) => {
    const years = Array.from({ length: Math.max(1, Math.min(20, to - from + 1)) }, (_, i) => from + i)
    set({
      years,
      budgets: terms.budgets.filter(({ year }) => years.includes(year)),
      capacity: terms.capacity.filter(({ year }) => years.includes(year)),
    })
  }
  const setTypes = (ids: readonly string[]) => {
    const kept = YEAR_TYPES.filter((id) => ids.includes(id))
    if (kept.length > 0)
      set({ yearTypes: kept.map((id, i) => ({ id, probability: i === 0 ? 1 - (kept.length - 1) / kept.length : 1 / kept.length })) })
  }
  const sources = [...new Set(terms.budgets.map(({ source }) => source))]
  const setBudget = (source: string, year: number, wan: number | null) =>
    set({
      budgets: [
        ...terms.budgets.filter((each) => !(each.source === source && each.year === year)),
        { source, year, fen: Math.round((wan ?? 0) * 1e6), scopes: terms.budgets.find((each) => each.source === source)?.scopes ?? [] },
      ],
    })
  const renameSource = (from: string, to: string) =>
    to !== '' &&
    !sources.includes(to) &&
    set({ budgets: terms.budgets.map((each) => (each.source === from ? { ...each, source: to } : each)) })
  const replaceAt = <K extends 'targets' | 'floors' | 'locks'>(of: K, i: number, change: Partial<Row<K>>) =>
    set({ [of]: terms[of].map((each, n) => (n === i ? Object.assign({}, each, change) : each)) } as Partial<PlanTerms>)
  const dropAt = (of: 'targets' | 'floors' | 'locks', i: number) =>
    set({ [of]: (terms[of] as readonly unknown[]).filter((_, n) => n !== i) } as Partial<PlanTerms>)
  const nameOfSource = (n: number): string =>
    sources.includes(t('plan.source-n', { n })) ? nameOfSource(n + 1) : t('plan.source-n', { n })
  return (
    <div className="plan-form">
      <header className="side-head">
        <h1>{scenario ? t('plan.edit', { key: scenario.key }) : t('plan.new')}</h1>
      </header>
      <div className="plan-field">
        <span>{t('plan.title')}</span>
        <Input aria-label={t('plan.title')} value={title} maxLength={200} onChange={(event) => setTitle(event.target.value)} />
      </div>
      <div className="plan-field">
        <span>{t('plan.notes')}</span>
        <Input.TextArea
          aria-label={t('plan.notes')}
          rows={2}
          value={notes}
          maxLength={5000}
          onChange={(event) => setNotes(event.target.value)}
        />
      </div>
      <div className="plan-field">
        <span>{t('plan.within')}</span>
        <Select aria-label={t('plan.within')} value={terms.within} options={places} onChange={(within) => set({ within, targets: [] })} />
      </div>
      <fieldset>
        <legend>{t('plan.years')}</legend>
        <div className="row gap">
          <InputNumber
            aria-label={t('plan.first-year')}
            value={first}
            min={2000}
            max={2100}
            onChange={(value) => setYears(value ?? first, Math.max(value ?? first, last))}
          />
          <span>–</span>
          <InputNumber
            aria-label={t('plan.last-year')}
            value={last}
            min={first}
            max={first + 19}
            onChange={(value) => setYears(first, value ?? last)}
          />
        </div>
        <Checkbox.Group
          value={terms.yearTypes.map(({ id }) => id)}
          options={YEAR_TYPES.map((id) => ({ value: id, label: t(`plan.type-${id}`) }))}
          onChange={setTypes}
        />
        {terms.yearTypes.length > 1 && (
          <Segmented
            value={terms.choice}
            options={(['expected', 'worst'] as const).map((value) => ({ value, label: t(`plan.choice-${value}`) }))}
            onChange={(choice) => set({ choice, ...(choice === 'worst' ? { afterwards: [] } : {}) })}
          />
        )}
      </fieldset>
      <fieldset>
        <legend>{t('plan.objective')}</legend>
        <Segmented
          block
          value={terms.objective}
          options={MEASURES.map((value) => ({ value, label: t(`plan.measure-${value}`) }))}
          onChange={(objective) =>
            set({
              objective,
              floors: terms.floors.filter(({ measure }) => measure !== objective),
              afterwards: (terms.afterwards ?? []).filter((each) => each !== objective),
            })
          }
        />
        {terms.choice === 'expected' && (
          <div className="row gap" title={t('plan.afterwards-what')}>
            <span>{t('plan.afterwards')}</span>
            <Select
              mode="multiple"
              className="grow"
              aria-label={t('plan.afterwards')}
              placeholder={t('plan.none')}
              value={[...(terms.afterwards ?? [])]}
              options={MEASURES.filter((each) => each !== terms.objective).map((value) => ({ value, label: t(`plan.measure-${value}`) }))}
              onChange={(afterwards) => set({ afterwards })}
            />
            {(terms.afterwards ?? []).length > 0 && (
              <InputNumber
                aria-label={t('plan.give-up')}
                prefix={t('plan.give-up')}
                suffix="%"
                min={0}
                max={99}
                value={100 * (terms.giveUp ?? 0)}
                onChange={(share) => set({ giveUp: (share ?? 0) / 100 })}
              />
            )}
          </div>
        )}
        {terms.floors.map(({ measure, value }, i) => (
          <div className="row gap" key={measure}>
            <span>{t(measure === 'water' ? 'plan.at-most-of' : 'plan.at-least-of', { measure: t(`plan.measure-${measure}`) })}</span>
            <InputNumber
              aria-label={t(`plan.measure-${measure}`)}
              value={value / SCALE[measure]}
              min={0}
              onChange={(next) => replaceAt('floors', i, { value: (next ?? 0) * SCALE[measure] })}
              suffix={t(`plan.unit-${measure}`)}
            />
            <Button size="small" type="text" aria-label={t('plan.drop')} onClick={() => dropAt('floors', i)}>
              ×
            </Button>
          </div>
        ))}
        <div className="row gap">
          {MEASURES.filter((each) => each !== terms.objective && !terms.floors.some(({ measure }) => measure === each)).map((measure) => (
            <Button size="small" key={measure} onClick={() => set({ floors: [...terms.floors, { measure, value: 0 }] })}>
              + {t(measure === 'water' ? 'plan.at-most-of' : 'plan.at-least-of', { measure: t(`plan.measure-${measure}`) })}
            </Button>
          ))}
        </div>
      </fieldset>
      <fieldset>
        <legend>{t('plan.money')}</legend>
        {sources.length > 0 && (
          <div className="plan-rows">
            <table className="plain">
              <thead>
                <tr>
                  <th>{t('plan.source')}</th>
                  {terms.years.map((year) => (
                    <th key={year} className="number">
                      {year}
                    </th>
                  ))}
                  <th>{t('plan.pays')}</th>
                </tr>
              </thead>
              <tbody>
                {sources.map((source) => (
                  <tr key={source}>
                    <td>
                      <Input
                        size="small"
                        aria-label={t('plan.source')}
                        defaultValue={source}
                        onBlur={(event) => renameSource(source, event.target.value.trim())}
                      />
                    </td>
                    {terms.years.map((year) => (
                      <td key={year}>
                        <InputNumber
                          size="small"
                          aria-label={`${source} ${year}`}
                          min={0}
                          value={(terms.budgets.find((each) => each.source === source && each.year === year)?.fen ?? 0) / 1e6}
                          onChange={(wan) => setBudget(source, year, wan)}
                        />
                      </td>
                    ))}
                    <td>
                      <Select
                        size="small"
                        mode="multiple"
                        aria-label={t('plan.pays')}
                        placeholder={t('plan.pays-all')}
                        value={[...(terms.budgets.find((each) => each.source === source)?.scopes ?? [])]}
                        options={COST_SCOPES.map((scope) => ({ value: scope, label: SCOPE_NAMES[scope].zh }))}
                        onChange={(scopes) =>
                          set({ budgets: terms.budgets.map((each) => (each.source === source ? { ...each, scopes } : each)) })
                        }
                      />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        <Button
          size="small"
          onClick={() =>
            set({ budgets: [...terms.budgets, ...terms.years.map((year) => ({ source: nameOfSource(1), year, fen: 0, scopes: [] }))] })
          }
        >
          + {t('plan.source')}
        </Button>
      </fieldset>
      <fieldset>
        <legend>{t('plan.targets')}</legend>
        {terms.targets.map((target, i) => (
          <div className="row gap" key={i}>
            <Select
              aria-label={t('plan.within')}
              value={target.area}
              options={places}
              onChange={(area) => replaceAt('targets', i, { area })}
            />
            <Select
              aria-label={t('plan.measure')}
              value={target.measure}
              options={(['area', 'grain'] as const).map((value) => ({ value, label: t(`plan.measure-${value}`) }))}
              onChange={(measure) => replaceAt('targets', i, { measure })}
            />
            <InputNumber
              aria-label={t('plan.at-least')}
              min={0}
              value={(target.atLeast ?? 0) / SCALE[target.measure]}
              onChange={(value) => replaceAt('targets', i, { atLeast: (value ?? 0) * SCALE[target.measure] })}
              suffix={t(`plan.unit-${target.measure}`)}
            />
            <Button size="small" type="text" aria-label={t('plan.drop')} onClick={() => dropAt('targets', i)}>
              ×
            </Button>
          </div>
        ))}
        <Button
          size="small"
          onClick={() => set({ targets: [...terms.targets, { area: terms.within, measure: 'area', atLeast: 0, atMost: null }] })}
        >
          + {t('plan.target')}
        </Button>
      </fieldset>
      <WorksForm works={terms.works} districts={districts} onChange={(works) => set({ works })} />
      <fieldset>
        <legend>{t('plan.more')}</legend>
        <div className="plan-field">
          <span>{t('plan.capacity')}</span>
          <div className="row gap">
            {terms.years.map((year) => (
              <InputNumber
                key={year}
                aria-label={t('plan.capacity-of', { year })}
                min={0}
                value={capacityOf(terms, year)}
                placeholder={t('plan.none')}
                onChange={(value) => set({ capacity: withCapacity(terms, year, value) })}
                prefix={year}
                suffix={t('unit.mu')}
              />
            ))}
          </div>
        </div>
        <div className="plan-field">
          <span>{t('plan.block')}</span>
          <InputNumber
            aria-label={t('plan.block')}
            min={0}
            value={terms.blockM2 === null ? null : Math.round(terms.blockM2 / MU)}
            placeholder={t('plan.none')}
            onChange={(value) => set({ blockM2: value === null ? null : value * MU })}
            suffix={t('unit.mu')}
          />
        </div>
        <Segmented
          value={terms.presentFields}
          options={(['first', 'released'] as const).map((value) => ({ value, label: t(`plan.present-${value}`) }))}
          onChange={(presentFields) => set({ presentFields })}
        />
        {terms.locks.map(({ patch, to }, i) => (
          <div className="row gap" key={i}>
            <Input
              aria-label={t('plan.patch')}
              placeholder={t('plan.patch')}
              value={patch}
              onChange={(event) => replaceAt('locks', i, { patch: event.target.value.trim() })}
            />
            <Input
              aria-label={t('plan.lock-to')}
              placeholder="in / out / gypsum-leaching/maize"
              value={to}
              onChange={(event) => replaceAt('locks', i, { to: event.target.value.trim() })}
            />
            <Button size="small" type="text" aria-label={t('plan.drop')} onClick={() => dropAt('locks', i)}>
              ×
            </Button>
          </div>
        ))}
        <Button size="small" onClick={() => set({ locks: [...terms.locks, { patch: '', to: 'in' }] })}>
          + {t('plan.lock')}
        </Button>
        <div className="plan-field">
          <span>{t('plan.seed')}</span>
          <InputNumber aria-label={t('plan.seed')} min={0} value={terms.seed} onChange={(seed) => set({ seed: seed ?? 1 })} />
        </div>
      </fieldset>
      {look && (
        <section className="plan-look" aria-live="polite">
          <p className="quiet">
            {t('plan.look', {
              patches: look.patches.toLocaleString('en-US'),
              land: muOf(look.landM2),
              money: wanYuan(look.moneyFen),
              target: muOf(look.targetM2),
            })}
          </p>
          {look.screening.length > 0 && (
            <p className="quiet">
              {t('plan.screening')}
              {look.screening.map(({ yearType, crop, mostM2 }) => ` ${yearType} ${crop} ${muOf(mostM2)} ${t('unit.mu')}`).join('；')}
            </p>
          )}
          <FindingsList findings={look.findings} />
        </section>
      )}
      {save.error && <Trouble failure={save.error} />}
      <footer className="row gap">
        <Button type="primary" loading={save.isPending} onClick={() => save.mutate(undefined, { onSuccess: ({ key }) => onDone(key) })}>
          {t('plan.save')}
        </Button>
        <Button onClick={() => onDone(scenario?.key ?? null)}>{t('plan.cancel')}</Button>
      </footer>
    </div>
  )
}

const capacityOf = ({ capacity }: PlanTerms, year: number) => {
  const stated = capacity.find((each) => each.year === year)
  return stated ? Math.round(stated.m2 / MU) : null
}
const withCapacity = ({ capacity }: PlanTerms, year: number, mu: number | null) =>
  [...capacity.filter((each) => each.year !== year), ...(mu === null ? [] : [{ year, m2: mu * MU }])].sort((a, b) => a.year - b.year)

/** What a person writes against what is kept: 万元, 亩, t, 万m³. */
const SCALE: Readonly<Record<Measure, number>> = { npv: 1e6, area: MU, grain: 1000, water: 1e4 }
