import { send, useAct } from '@dishu/web-kit/read'
import { Trouble } from '@dishu/web-kit/state.tsx'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Button, Checkbox, Input, InputNumber, Segmented, Select } from 'antd'
import { useState } from 'react'
import { COVARIATES, DESIGN_METHODS, type DesignRequest, STRATA, USUAL_DESIGN } from './design.ts'
import type { DesignsReply, DesignView } from './design.wire.ts'
import { Field } from './field.screen.tsx'
import type { SoilTaskView } from './maps.wire.ts'
import { SoilTask, useSoilTasks } from './soil-task.screen.tsx'

/** What a design is to be; drawn first, to be looked at, and then kept. */
export function DesignForm(props: {
  readonly known: DesignsReply
  readonly drawn: DesignView | null
  readonly task: string | null
  onDraw(task: string): void
  onKeep(design: DesignView): void
  onClose(): void
}) {
  const t = useText()
  const { county, within } = usePlace()
  const [request, setRequest] = useState<DesignRequest>({ ...USUAL_DESIGN, within })
  const set = (changes: Partial<DesignRequest>) => setRequest({ ...request, ...changes })
  const path = `/api/counties/${county}/soil/designs`
  const soil = `/api/counties/${county}/soil/`
  const draw = useAct((asked: DesignRequest) => send<SoilTaskView>(`${path}/draw`, asked), [soil])
  const keep = useAct((task: string) => send<DesignView>(path, { task }), [soil])
  const tasks = useSoilTasks(county).filter(({ id, state }) => state === 'working' || id === props.task)
  const isWorking = tasks.some(({ state }) => state === 'working')
  const failure = keep.error ?? draw.error
  const asked = { ...request, within }
  const byMoney = request.money !== null
  const again = () => draw.mutate(asked, { onSuccess: ({ id }) => props.onDraw(id) })
  return (
    <form
      className="soil-fields design-form"
      onSubmit={(event) => {
        event.preventDefault()
        again()
      }}
    >
      <h2>{t('design.new')}</h2>
      <Field label={t('design.title')}>
        <Input value={request.title} maxLength={120} onChange={({ target }) => set({ title: target.value })} />
      </Field>
      <Field label={t('design.method')}>
        <Select
          value={request.method}
          options={DESIGN_METHODS.map((value) => ({ value, label: t(`design-method.${value}`) }))}
          onChange={(method) => set({ method })}
        />
      </Field>
      <p className="quiet">{t(`design-why.${request.method}`)}</p>
      <Field label={t('design.budget')}>
        <Segmented
          value={byMoney ? 'money' : 'points'}
          options={[
            { value: 'points', label: t('design.by-points') },
            { value: 'money', label: t('design.by-money') },
          ]}
          onChange={(by) =>
            set(
              by === 'money'
                ? { money: 20_000, perPoint: request.perPoint || 200, points: null }
                : { money: null, points: request.points ?? 60 },
            )
          }
        />
      </Field>
      <div className="soil-pair">
        {byMoney ? (
          <Field label={t('design.money')}>
            <InputNumber min={0} step={1000} value={request.money} onChange={(money) => set({ money: money ?? 0 })} />
          </Field>
        ) : (
          <Field label={t('design.points')}>
            <InputNumber min={1} max={2000} value={request.points} onChange={(points) => set({ points: points ?? 1 })} />
          </Field>
        )}
        <Field label={t('design.seed')} hint={t('design.seed-why')}>
          <InputNumber min={0} max={2147483647} value={request.seed} onChange={(seed) => set({ seed: seed ?? 1 })} />
        </Field>
        <Field label={t('design.per-point')}>
          <InputNumber min={0} step={50} value={request.perPoint} onChange={(perPoint) => set({ perPoint: perPoint ?? 0 })} />
        </Field>
        <Field label={t('design.per-km')}>
          <InputNumber min={0} step={10} value={request.perKm} onChange={(perKm) => set({ perKm: perKm ?? 0 })} />
        </Field>
        <Field label={t('design.max-distance')}>
          <InputNumber min={1} step={100} value={request.maxDistanceM} onChange={(maxDistanceM) => set({ maxDistanceM })} />
        </Field>
        <Field label={t('design.reach')} hint={t('design.reach-why')}>
          <InputNumber min={0} max={10000} step={10} value={request.reachM} onChange={(reachM) => set({ reachM: reachM ?? 30 })} />
        </Field>
      </div>
      {(request.method === 'stratified' || request.method === 'latin') && (
        <Field label={t('design.strata')}>
          <Select
            value={request.strataBy}
            options={STRATA.map((value) => ({ value, label: t(`design-strata.${value}`) }))}
            onChange={(strataBy) => set({ strataBy })}
          />
        </Field>
      )}
      {request.method === 'stratified' && request.strataBy !== 'none' && (
        <Field label={t('design.allocation')}>
          <Segmented
            value={request.allocation}
            options={(['proportional', 'neyman'] as const).map((value) => ({ value, label: t(`design-allocation.${value}`) }))}
            onChange={(allocation) => set({ allocation })}
          />
        </Field>
      )}
      {(request.method === 'greedy' || request.allocation === 'neyman') && (
        <Field label={t('design.value')}>
          <Select
            value={request.value}
            options={(['salt', 'ece', 'ph', 'esp'] as const).map((value) => ({
              value,
              label: { salt: t('column.salt'), ece: 'ECe', ph: 'pH', esp: 'ESP' }[value],
            }))}
            onChange={(value) => set({ value })}
          />
        </Field>
      )}
      {request.method === 'latin' && (
        <Field label={t('design.covariates')}>
          <Select
            mode="multiple"
            value={[...request.covariates]}
            options={COVARIATES.map((value) => ({
              value,
              label: { place: t('design.place'), salt: t('column.salt'), ece: 'ECe', ph: 'pH', esp: 'ESP' }[value],
              disabled: value !== 'place' && !props.known.values.includes(value),
            }))}
            onChange={(covariates) => set({ covariates: covariates.length > 0 ? covariates : ['place'] })}
          />
        </Field>
      )}
      <Field label={t('design.classes')}>
        <Select
          mode="tags"
          value={[...request.classes]}
          placeholder={t('design.usual-classes')}
          tokenSeparators={[',', ' ', '，']}
          onChange={(classes: string[]) => set({ classes })}
        />
      </Field>
      {props.known.layers.length > 0 && (
        <Field label={t('design.exclude')}>
          <Select
            mode="multiple"
            value={[...request.exclude]}
            options={props.known.layers.map((value) => ({ value, label: value }))}
            onChange={(exclude: string[]) => set({ exclude })}
          />
        </Field>
      )}
      <Checkbox checked={request.round} onChange={({ target }) => set({ round: target.checked })}>
        {t('design.round')}
      </Checkbox>
      {props.task !== null && <SoilTask county={county} what="design" tasks={tasks} />}
      {failure && <Trouble failure={failure} />}
      <div className="row gap">
        <Button htmlType="submit" type={props.drawn ? 'default' : 'primary'} loading={draw.isPending} disabled={isWorking}>
          {t('design.draw')}
        </Button>
        <Button
          type={props.drawn ? 'primary' : 'default'}
          disabled={props.drawn === null || props.task === null || isWorking}
          loading={keep.isPending}
          onClick={() => props.task !== null && keep.mutate(props.task, { onSuccess: props.onKeep })}
        >
          {t('design.keep')}
        </Button>
        <Button type="text" onClick={props.onClose}>
          {t('state.close')}
        </Button>
      </div>
    </form>
  )
}
