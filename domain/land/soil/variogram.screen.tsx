import { query } from '@dishu/web-kit/address'
import { useRead } from '@dishu/web-kit/read'
import { Refused, Trouble, Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Button, Checkbox, InputNumber, Segmented, Select, Slider } from 'antd'
import { useEffect, useState } from 'react'
import { Field } from './field.screen.tsx'
import type { SoilGround } from './samples.layer.ts'
import type { VariogramCheckReply, VariogramReply } from './variogram.wire.ts'
import { VariogramChart } from './variogram-chart.screen.tsx'
import { modelText, parseModel, type Structure, TRANSFORMS, type VariogramModel } from './variograms.ts'

const VALUES = ['salt', 'ece', 'ph', 'esp'] as const
const SEASONS = ['latest', 'any', 'spring', 'summer', 'autumn', 'winter'] as const
const KINDS = ['Sph', 'Exp', 'Mat', 'Gau'] as const
const DIRECTIONS = [null, 0, 45, 90, 135] as const
const short = (value: number) => Number(value.toPrecision(3))

/** A nugget and one structure, as the sliders have them; more structures than one are left to the text. */
type Hand = {
  readonly kind: (typeof KINDS)[number]
  readonly nugget: number
  readonly sill: number
  readonly range: number
  readonly kappa: number
  readonly angle: number
  readonly ratio: number
}

function handOf(model: VariogramModel, cutoff: number): Hand {
  const structure = model.find(({ kind }) => kind !== 'Nug')
  const nugget = model.filter(({ kind }) => kind === 'Nug').reduce((sum, { sill }) => sum + sill, 0)
  const kind = KINDS.find((each) => each === structure?.kind) ?? 'Sph'
  return {
    ...{ kind, nugget, sill: structure?.sill ?? 0, range: structure?.range ?? cutoff / 3 },
    ...{ kappa: structure?.kappa ?? 1.5, angle: structure?.angle ?? 0, ratio: structure?.ratio ?? 1 },
  }
}

function modelOf({ kind, nugget, sill, range, kappa, angle, ratio }: Hand): VariogramModel {
  const structure: Structure = { kind, sill, range, ...(kind === 'Mat' ? { kappa } : {}), ...(ratio < 1 ? { angle, ratio } : {}) }
  const own: Structure[] = [{ kind: 'Nug', sill: nugget, range: 0 }, ...(sill > 0 ? [structure] : [])]
  return own.filter((each) => each.sill > 0 || own.length === 1)
}

/** The variogram of the samples: read by direction, fitted by the program or by hand, and held against samples that were left out. */
export function VariogramScreen(_: { readonly ground: SoilGround }) {
  const t = useText()
  const address = useAddress()
  const { county, asOf, known } = usePlace()
  const value = VALUES.find((each) => each === address.get('value')) ?? 'salt'
  const transform = TRANSFORMS.find((each) => each === address.get('transform')) ?? 'scores'
  const season = SEASONS.find((each) => each === address.get('season')) ?? 'latest'
  const robust = address.get('robust') === 'yes'
  const asked = { value, transform, season, depth: address.get('depth'), asOf, known }
  const reading = useRead<VariogramReply>(
    query(`/api/counties/${county}/soil/variogram`, { ...asked, robust: robust ? 'yes' : null, cutoff: address.get('cutoff') }),
  )
  const direction = DIRECTIONS.find((each) => String(each) === address.get('direction')) ?? null
  const own = address.get('model')
  const text = own ?? (reading.state === 'ready' ? reading.value.fitted : null)
  const parsed = text === null ? null : parseModel(text)
  const model = parsed === null || typeof parsed === 'string' ? null : parsed
  const rested = useRested(text)
  const check = useRead<VariogramCheckReply>(
    reading.state === 'ready' && rested !== null
      ? query(`/api/counties/${county}/soil/variogram/check`, { ...asked, model: rested })
      : null,
  )
  const head = (
    <div className="soil-fields">
      <h1>{t('soil-page.variogram')}</h1>
      <Field label={t('variogram.value')}>
        <Segmented
          value={value}
          options={VALUES.map((each) => ({ value: each, label: { salt: t('column.salt'), ece: 'ECe', ph: 'pH', esp: 'ESP' }[each] }))}
          onChange={(next) => address.set({ value: String(next), model: null })}
        />
      </Field>
      <Field label={t('variogram.transform')}>
        <Segmented
          value={transform}
          options={TRANSFORMS.map((each) => ({ value: each, label: t(`variogram-scale.${each}`) }))}
          onChange={(next) => address.set({ transform: String(next), model: null })}
        />
      </Field>
      <Field label={t('samples.campaign')}>
        <Select
          value={season}
          options={SEASONS.map((each) => ({
            value: each,
            label: each === 'any' ? t('variogram.any-season') : wordOr(t, `season.${each}`, each),
          }))}
          onChange={(next) => address.set({ season: next === 'latest' ? null : next, model: null })}
        />
      </Field>
      <Field label={t('variogram.cutoff')}>
        <InputNumber
          min={0.1}
          max={1000}
          step={1}
          placeholder={reading.state === 'ready' ? String(short(reading.value.cutoff / 1000)) : ''}
          value={address.get('cutoff') === null ? null : Number(address.get('cutoff')) / 1000}
          onChange={(next) => address.set({ cutoff: next === null ? null : String(Math.round(next * 1000)) })}
        />
      </Field>
      <Checkbox checked={robust} onChange={({ target }) => address.set({ robust: target.checked ? 'yes' : null, model: null })}>
        {t('variogram.robust')}
      </Checkbox>
    </div>
  )
  if (reading.state === 'failed')
    return (
      <div className="soil-columns">
        {head}
        <Trouble failure={reading.failure} retry={reading.retry} />
      </div>
    )
  if (reading.state !== 'ready') return <Waiting reading={reading} lines={10} />
  const { lags, directions, cutoff, variance, fitted, directed, directedGain, samples, campaign, notes, unit } = reading.value
  const shown = direction === null ? lags : (directions.find((each) => each.direction === direction)?.lags ?? [])
  const hand = model ? handOf(model, cutoff) : null
  const set = (changes: Partial<Hand>) => hand && address.set({ model: modelText(modelOf({ ...hand, ...changes })) })
  const top = Math.max(variance, ...lags.map(({ gamma }) => gamma)) * 1.5
  const structures = model?.filter(({ kind }) => kind !== 'Nug').length ?? 0
  return (
    <div className="soil-columns">
      <div className="soil-side">
        {head}
        <div className="soil-fields">
          <h2>{t('variogram.model')}</h2>
          <div className="row gap wrap">
            <Button
              size="small"
              type={own === null ? 'primary' : 'default'}
              disabled={fitted === null}
              onClick={() => address.set({ model: null })}
            >
              {t('variogram.automatic')}
            </Button>
            {directed !== null && (
              <Button size="small" onClick={() => address.set({ model: directed })} title={directed}>
                {t('variogram.directed', { share: Math.round(100 * directedGain) })}
              </Button>
            )}
          </div>
          {hand && structures <= 1 ? (
            <>
              <Field label={t('variogram.kind')}>
                <Segmented
                  value={hand.kind}
                  options={KINDS.map((each) => ({ value: each, label: t(`variogram-kind.${each.toLowerCase()}`) }))}
                  onChange={(next) => set({ kind: next })}
                />
              </Field>
              <Slide label={t('variogram.nugget')} value={hand.nugget} to={top} onChange={(nugget) => set({ nugget })} />
              <Slide label={t('variogram.sill')} value={hand.sill} to={top} onChange={(sill) => set({ sill })} />
              <Slide
                label={t('variogram.range')}
                value={hand.range / 1000}
                to={(2 * cutoff) / 1000}
                onChange={(km) => set({ range: Math.max(1, Math.round(km * 1000)) })}
              />
              {hand.kind === 'Mat' && <Slide label="κ" value={hand.kappa} from={0.2} to={5} onChange={(kappa) => set({ kappa })} />}
              <Slide label={t('variogram.ratio')} value={hand.ratio} from={0.1} to={1} onChange={(ratio) => set({ ratio })} />
              <Slide
                label={t('variogram.angle')}
                value={hand.angle}
                to={175}
                step={5}
                disabled={hand.ratio >= 1}
                onChange={(angle) => set({ angle })}
              />
            </>
          ) : (
            <p className="quiet">{t(fitted === null && own === null ? 'variogram.no-fit' : 'variogram.several')}</p>
          )}
          {text !== null && (
            <p className="model-text">
              <code>{text}</code>
            </p>
          )}
        </div>
      </div>
      <div className="soil-main">
        <p className="quiet">
          {t('variogram.samples', { samples, campaign: campaign === 'any' ? t('variogram.any-season') : campaignText(t, campaign) })}
        </p>
        <div className="row gap wrap">
          {DIRECTIONS.map((each) => (
            <button
              key={String(each)}
              type="button"
              className="tag"
              aria-pressed={each === direction}
              onClick={() => address.set({ direction: each === null ? null : String(each) })}
            >
              {each === null ? t('variogram.all-directions') : t(`variogram-direction.d${each}`)}
            </button>
          ))}
        </div>
        <VariogramChart
          lags={shown}
          cutoff={cutoff}
          variance={variance}
          model={model}
          direction={direction}
          unit={transform === 'none' ? `(${unit})²` : ''}
        />
        {typeof parsed === 'string' && <Refused message={t('variogram.not-read', { part: parsed })} />}
        {notes.map((note) => (
          <p key={note} className="quiet">
            {note}
          </p>
        ))}
        <CheckCard check={check} waits={rested !== text} />
      </div>
    </div>
  )
}

const campaignText = (t: ReturnType<typeof useText>, campaign: string) => {
  const [first, second] = campaign.split(' ')
  return second ? `${first} ${wordOr(t, `season.${second}`, second)}` : wordOr(t, `season.${first}`, first)
}

/** What leaving samples out says, with the plain word where there is nothing to map. */
function CheckCard({ check, waits }: { readonly check: ReturnType<typeof useRead<VariogramCheckReply>>; readonly waits: boolean }) {
  const t = useText()
  if (check.state === 'failed') return <Trouble failure={check.failure} retry={check.retry} />
  if (check.state !== 'ready') return <Waiting reading={check} lines={3} />
  const { isShown, gain, krigingRmse, meanRmse, inverseDistanceRmse, bias, zScore, squares, message } = check.value
  const rows: readonly (readonly [string, string])[] = [
    [t('variogram.rmse-kriging'), krigingRmse.toPrecision(3)],
    [t('variogram.rmse-idw'), inverseDistanceRmse.toPrecision(3)],
    [t('variogram.rmse-mean'), meanRmse.toPrecision(3)],
    [t('variogram.bias'), String(short(bias)).replace('-', '−')],
    [t('variogram.z-score'), zScore === null ? '—' : zScore.toPrecision(3)],
    ...(squares ? [[t('variogram.rmse-squares', { side: (squares.side / 1000).toFixed(1) }), squares.rmse.toPrecision(3)] as const] : []),
  ]
  return (
    <section className={`card check-card${waits ? ' dim' : ''}`} aria-live="polite">
      <h3>{t('variogram.check')}</h3>
      {isShown ? (
        <p>{t('variogram.structure', { gain: Math.round(100 * gain) })}</p>
      ) : (
        <p className="no-structure" role="note">
          {message}
        </p>
      )}
      <table className="plain">
        <tbody>
          {rows.map(([name, figure]) => (
            <tr key={name}>
              <th scope="row">{name}</th>
              <td className="right number">{figure}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

function Slide(props: {
  readonly label: string
  readonly value: number
  readonly from?: number
  readonly to: number
  readonly step?: number
  readonly disabled?: boolean
  onChange(value: number): void
}) {
  const { label, value, from = 0, to, onChange } = props
  const step = props.step ?? 10 ** Math.floor(Math.log10(to / 100))
  const say = (next: number | null) => next !== null && Number.isFinite(next) && onChange(Number(Math.max(from, next).toPrecision(6)))
  return (
    <div className="soil-slide">
      <span className="field-label">{label}</span>
      <Slider aria-label={label} min={from} max={to} step={step} value={value} disabled={props.disabled ?? false} onChange={say} />
      <InputNumber
        aria-label={label}
        size="small"
        min={from}
        step={step}
        value={short(value)}
        disabled={props.disabled ?? false}
        onChange={say}
      />
    </div>
  )
}

/** A text once it has stood for a moment: samples are left out anew when the slider rests. */
function useRested(text: string | null): string | null {
  const [rested, setRested] = useState(text)
  useEffect(() => {
    const timer = setTimeout(() => setRested(text), 350)
    return () => clearTimeout(timer)
  }, [text])
  return rested
}
