import { useSettings } from '@dishu/web-kit/settings'
import { useText } from '@dishu/web-kit/words'
import { Checkbox, Input, InputNumber, Modal } from 'antd'
import { useState } from 'react'
import { mapMessages } from './maps.messages.ts'
import type { SchemeView } from './maps.wire.ts'
import { decideScheme, type SchemeStated } from './schemes.ts'

const INDICATORS = ['salt', 'ph', 'esp', 'ece'] as const
const BOUNDS = ['light', 'moderate', 'heavy', 'extreme'] as const

/** A copy of a scheme with bounds of one's own: read as it is typed by the decision that the server runs. */
export function SchemeForm({
  scheme,
  today,
  gradeName,
  onClose,
}: {
  readonly scheme: SchemeView
  readonly today: string
  gradeName(id: string): string
  onClose(made: SchemeStated | null): void
}) {
  const t = useText()
  const { language } = useSettings()
  const [stated, setStated] = useState<SchemeStated>({
    ...{ id: scheme.own ? scheme.id : `own-${scheme.id}`.slice(0, 40), nameZh: scheme.own ? scheme.nameZh : `${scheme.nameZh}（本县）` },
    ...{
      nameEn: scheme.own ? scheme.nameEn : `${scheme.nameEn} (ours)`,
      region: scheme.region,
      source: scheme.own ? scheme.source : '',
      readOn: today,
    },
    ...{ note: scheme.own ? scheme.note : '', copiedFrom: scheme.own ? scheme.copiedFrom : scheme.id, indicators: scheme.indicators },
  })
  const decided = decideScheme(stated, [])
  const refusal = decided.ok ? null : mapMessages[decided.refusal.code](decided.refusal.details as never)[language]
  const set = (change: Partial<SchemeStated>) => setStated({ ...stated, ...change })
  const change = (name: string, next: Partial<SchemeStated['indicators'][number]> | null) => {
    const there = stated.indicators.find((each) => each.name === name)
    const rest = stated.indicators.filter((each) => each.name !== name)
    const made = next === null ? [] : [{ ...(there ?? { name, bounds: [1, 2, 3, 4], above: false }), ...next }]
    set({ indicators: INDICATORS.flatMap((each) => [...rest, ...made].filter((one) => one.name === each)) })
  }
  const field = (name: 'id' | 'nameZh' | 'nameEn' | 'region' | 'source' | 'note', disabled = false) => (
    <div className="field" key={name}>
      <span>{t(`soil-schemes.field-${name}`)}</span>
      <Input
        aria-label={t(`soil-schemes.field-${name}`)}
        value={stated[name]}
        disabled={disabled}
        onChange={(event) => set({ [name]: event.target.value })}
      />
    </div>
  )
  return (
    <Modal
      open
      width={680}
      title={t(scheme.own ? 'soil-schemes.edit' : 'soil-schemes.copy')}
      okText={t('soil-schemes.take')}
      cancelText={t('soil-map.back')}
      okButtonProps={{ disabled: !decided.ok }}
      onOk={() => decided.ok && onClose(stated)}
      onCancel={() => onClose(null)}
    >
      <div className="soil-form">
        {field('id', scheme.own)}
        {field('nameZh')}
        {field('nameEn')}
        {field('source')}
        {field('region')}
        <div className="field">
          <span>{t('soil-schemes.field-readOn')}</span>
          <Input
            type="date"
            aria-label={t('soil-schemes.field-readOn')}
            value={stated.readOn}
            onChange={(event) => set({ readOn: event.target.value })}
          />
        </div>
        {field('note')}
        <table className="soil-bounds">
          <thead>
            <tr>
              <th scope="col">{t('soil-schemes.indicator')}</th>
              {BOUNDS.map((bound) => (
                <th key={bound} scope="col">
                  {gradeName(bound)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {INDICATORS.map((name) => {
              const there = stated.indicators.find((each) => each.name === name)
              return (
                <tr key={name}>
                  <th scope="row">
                    <Checkbox checked={there !== undefined} onChange={(event) => change(name, event.target.checked ? {} : null)}>
                      {t(`soil-value.${name}`)}
                    </Checkbox>
                  </th>
                  {BOUNDS.map((bound, i) => (
                    <td key={bound}>
                      {there && (
                        <InputNumber
                          size="small"
                          aria-label={`${t(`soil-value.${name}`)} ${gradeName(bound)}`}
                          value={there.bounds[i]}
                          onChange={(value) => change(name, { bounds: there.bounds.map((each, k) => (k === i ? (value ?? each) : each)) })}
                        />
                      )}
                    </td>
                  ))}
                </tr>
              )
            })}
          </tbody>
        </table>
        {refusal && (
          <p className="soil-warning" role="alert">
            {refusal.message} {refusal.hint}
          </p>
        )}
      </div>
    </Modal>
  )
}
