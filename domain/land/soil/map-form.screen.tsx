import { onSave } from '@dishu/web-kit/keys'
import { send, useAct, useRead } from '@dishu/web-kit/read'
import { Refused, Trouble } from '@dishu/web-kit/state.tsx'
import { useText } from '@dishu/web-kit/words'
import { Button, Checkbox, Input, InputNumber, Select } from 'antd'
import { useState } from 'react'
import { Comparison } from './map-facts.screen.tsx'
import {
  LEAST_DRAWS,
  MAP_METHODS,
  MAP_TRANSFORMS,
  MAP_VALUES,
  type MapMethod,
  type MapStated,
  MOST_DRAWS,
  MOST_NEIGHBOURS,
  needsCovariates,
  USUAL,
} from './maps.ts'
import type { CovariatesReply, MapPreview, SoilTaskView } from './maps.wire.ts'

type Form = {
  readonly title: string
  readonly values: readonly string[]
  readonly depthFromCm: number
  readonly depthToCm: number
  readonly season: string
  readonly from: string
  readonly to: string
  readonly method: string
  readonly covariates: readonly string[]
  readonly transform: string
  readonly models: Readonly<Record<string, string>>
  readonly nmax: number
  readonly seed: number
  readonly cellM: number | null
  readonly draws: number
  readonly believed: boolean
}

const BEGINNING: Form = { ...USUAL, values: USUAL.values, title: '', from: '', to: '', models: {}, covariates: [] }
const SEASONS = ['latest', 'any', 'spring', 'summer', 'autumn', 'winter']

/** What a map is to be made of. Its word on structure comes before it is begun. */
export function MapForm({ county, onClose }: { readonly county: string; onClose(started: SoilTaskView | null): void }) {
  const t = useText()
  const [form, setForm] = useState(BEGINNING)
  const [reason, setReason] = useState('')
  const set = (change: Partial<Form>) => {
    setForm({ ...form, ...change })
    look.reset()
  }
  const request = (): MapStated => {
    const { from, to, cellM, ...rest } = form
    return { ...rest, ...(from ? { from } : {}), ...(to ? { to } : {}), ...(cellM === null ? {} : { cellM }) }
  }
  const rasters = useRead<CovariatesReply>(`/api/counties/${county}/soil/covariates`)
  const known = rasters.state === 'ready' ? rasters.value.covariates : []
  const lacksCovariates = needsCovariates(form.method as MapMethod) && form.covariates.length === 0
  const look = useAct(
    () => send<MapPreview>(`/api/counties/${county}/soil/map-preview`, { request: { ...request(), title: form.title || '-' } }),
    [],
  )
  const start = useAct(
    () => send<SoilTaskView>(`/api/counties/${county}/soil/maps`, { request: request(), reason: reason || form.title }),
    [`/api/counties/${county}/soil/`],
  )
  const begin = () => form.title.trim() !== '' && start.mutate(undefined, { onSuccess: onClose })
  const number = (name: 'depthFromCm' | 'depthToCm' | 'nmax' | 'seed' | 'draws', least: number, most: number) => (
    <InputNumber
      aria-label={t(`soil-map.${name}`)}
      min={least}
      max={most}
      value={form[name]}
      onChange={(value) => value !== null && set({ [name]: value } as Partial<Form>)}
    />
  )
  const select = (name: 'season' | 'method' | 'transform', values: readonly string[]) => (
    <Select
      aria-label={t(`soil-map.${name}`)}
      value={form[name]}
      options={values.map((value) => ({ value, label: t(`soil-map.${name}-${value}`) }))}
      onChange={(value: string) => set({ [name]: value } as Partial<Form>)}
    />
  )
  return (
    <form className="soil-form" onSubmit={(event) => event.preventDefault()} onKeyDown={onSave(begin)} aria-label={t('soil-map.make')}>
      <h2>{t('soil-map.make')}</h2>
      <div className="field">
        <span>{t('soil-map.title')}</span>
        <Input
          aria-label={t('soil-map.title')}
          value={form.title}
          maxLength={120}
          placeholder={t('soil-map.title-hint')}
          onChange={(event) => set({ title: event.target.value })}
        />
      </div>
      <div className="field">
        <span>{t('soil-map.values')}</span>
        <Checkbox.Group
          options={MAP_VALUES.map((value) => ({ value, label: t(`soil-value.${value}`) }))}
          value={[...form.values]}
          onChange={(values) => set({ values: values as string[] })}
        />
      </div>
      <div className="soil-form-row">
        <div className="field">
          <span>{t('soil-map.depth')}</span>
          <span className="row gap">
            {number('depthFromCm', 0, 300)} – {number('depthToCm', 1, 500)} cm
          </span>
        </div>
        <div className="field">
          <span>{t('soil-map.season')}</span>
          {select('season', SEASONS)}
        </div>
      </div>
      <div className="soil-form-row">
        <div className="field">
          <span>{t('soil-map.days')}</span>
          <span className="row gap">
            <Input type="date" aria-label={t('soil-map.from')} value={form.from} onChange={(event) => set({ from: event.target.value })} />
            <Input type="date" aria-label={t('soil-map.to')} value={form.to} onChange={(event) => set({ to: event.target.value })} />
          </span>
        </div>
        <div className="field">
          <span>{t('soil-map.cellM')}</span>
          <InputNumber
            aria-label={t('soil-map.cellM')}
            min={1}
            max={10_000}
            value={form.cellM}
            placeholder={t('soil-map.by-itself')}
            onChange={(cellM) => set({ cellM })}
          />
        </div>
      </div>
      <div className="soil-form-row">
        <div className="field">
          <span>{t('soil-map.method')}</span>
          {select('method', MAP_METHODS)}
        </div>
        <div className="field">
          <span>{t('soil-map.transform')}</span>
          {select('transform', MAP_TRANSFORMS)}
        </div>
      </div>
      <div className="field">
        <span>{t('soil-map.covariates')}</span>
        <Select
          mode="multiple"
          allowClear
          aria-label={t('soil-map.covariates')}
          value={[...form.covariates]}
          placeholder={t(known.length > 0 ? 'soil-map.covariates-hint' : 'soil-map.covariates-none')}
          options={known.map(({ id, scene, takenOn, name }) => ({ value: id, label: `${name} · ${scene} ${takenOn}` }))}
          optionFilterProp="label"
          status={lacksCovariates ? 'warning' : ''}
          onChange={(covariates: string[]) => set({ covariates })}
        />
        {lacksCovariates && <small className="soil-warning">{t('soil-map.covariates-needed')}</small>}
      </div>
      <div className="soil-form-row">
        <div className="field">
          <span>{t('soil-map.nmax')}</span>
          {number('nmax', 4, MOST_NEIGHBOURS)}
        </div>
        <div className="field">
          <span>{t('soil-map.draws')}</span>
          {number('draws', LEAST_DRAWS, MOST_DRAWS)}
        </div>
        <div className="field">
          <span>{t('soil-map.seed')}</span>
          {number('seed', 0, 2 ** 31 - 1)}
        </div>
      </div>
      {form.values.map((value) => (
        <div className="field" key={value}>
          <span>{t('soil-map.model', { value: t(`soil-value.${value}`) })}</span>
          <Input
            aria-label={t('soil-map.model', { value: t(`soil-value.${value}`) })}
            value={form.models[value] ?? ''}
            placeholder={t('soil-map.model-hint')}
            onChange={(event) => set({ models: { ...form.models, [value]: event.target.value } })}
          />
        </div>
      ))}
      <Checkbox checked={form.believed} onChange={(event) => set({ believed: event.target.checked })}>
        {t('soil-map.believed')}
      </Checkbox>
      {look.error && <Trouble failure={look.error} />}
      {look.data && <Preview preview={look.data} />}
      <div className="field">
        <span>{t('soil-map.reason')}</span>
        <Input aria-label={t('soil-map.reason')} value={reason} maxLength={500} onChange={(event) => setReason(event.target.value)} />
      </div>
      {start.error && <Trouble failure={start.error} />}
      <footer className="row gap">
        <Button onClick={() => onClose(null)}>{t('soil-map.back')}</Button>
        <Button loading={look.isPending} onClick={() => look.mutate(undefined)}>
          {t('soil-map.look')}
        </Button>
        <Button type="primary" disabled={form.title.trim() === '' || form.values.length === 0} loading={start.isPending} onClick={begin}>
          {t('soil-map.begin')}
        </Button>
      </footer>
    </form>
  )
}

function Preview({ preview }: { readonly preview: MapPreview }) {
  const t = useText()
  return (
    <section className="soil-preview">
      <p>{t('soil-map.preview', { patches: preview.patches, cells: preview.cells, cell: preview.cellM, epsg: preview.epsg })}</p>
      <table>
        <tbody>
          {preview.models.map(({ value, samples, model, structure }) => (
            <tr key={value}>
              <th scope="row">{t(`soil-value.${value}`)}</th>
              <td className="number">{t('soil-map.samples', { count: samples })}</td>
              <td>
                <code>{model}</code>
              </td>
              <td>{t(structure.isShown ? 'soil-map.structure' : 'soil-map.no-structure', { gain: Math.round(structure.gain * 100) })}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {preview.models.map(
        ({ value, comparison, method }) =>
          comparison && <Comparison key={value} comparison={comparison} taken={method ?? null} title={t(`soil-value.${value}`)} />,
      )}
      {preview.notes
        .filter(({ code }) => code !== 'soil-map/ways-compared')
        .map(({ code, message, hint }, i) => (
          <Refused key={`${code} ${i}`} message={message} hint={hint} />
        ))}
    </section>
  )
}
