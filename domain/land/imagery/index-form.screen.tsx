import { onSave } from '@dishu/web-kit/keys'
import { send, useAct } from '@dishu/web-kit/read'
import { useSettings } from '@dishu/web-kit/settings'
import { Trouble } from '@dishu/web-kit/state.tsx'
import { useText } from '@dishu/web-kit/words'
import { Input, InputNumber, Modal, Select } from 'antd'
import { useState } from 'react'
import { ROLE_NAMES } from './bands.ts'
import { formulaFrom } from './formula.ts'
import { messages } from './imagery.messages.ts'
import type { SceneView } from './imagery.wire.ts'
import { decideIndex, INDICES, type IndexRefusal, type IndexStated, RAMPS } from './index-list.ts'

const EMPTY: IndexStated = { id: '', formula: '', nameZh: '', nameEn: '', low: 0, high: 1, ramp: 'salt', source: '' }

/** An index of one's own: read as it is typed, by the same decision that the server runs. */
export function IndexForm({
  county,
  roles,
  onClose,
}: {
  readonly county: string
  readonly roles: SceneView['bands']
  onClose(id: string | null): void
}) {
  const t = useText()
  const [stated, setStated] = useState(EMPTY)
  const act = useAct((said: IndexStated) => send<{ rev: number }>(`/api/counties/${county}/indices`, said), ['/api/counties/'])
  const set = (change: Partial<IndexStated>) => setStated({ ...stated, ...change })
  const formula = formulaFrom(stated.formula, ROLE_NAMES)
  const { language } = useSettings()
  const decided = decideIndex(stated, INDICES)
  const about = decided.ok ? null : decided.refusal
  const idWrong = about?.code === 'imagery/index-id-taken' || (about?.code === 'imagery/index-not-complete' && about.details.field === 'id')
  const rangeWrong = !(stated.low < stated.high)
  const go = () => decided.ok && act.mutate(stated, { onSuccess: () => onClose(stated.id) })
  const text = (name: 'id' | 'nameZh' | 'nameEn' | 'source') => (
    <div key={name}>
      <span className="field-label">{t(`imagery.index-${name}`)}</span>
      <Input
        value={stated[name]}
        aria-label={t(`imagery.index-${name}`)}
        status={name === 'id' && stated.id !== '' && idWrong ? 'error' : ''}
        onChange={(event) => set({ [name]: event.target.value })}
      />
      {name === 'id' && about?.code === 'imagery/index-id-taken' && (
        <small className="quiet">{sentenceOf(about)?.[language].message}</small>
      )}
    </div>
  )
  return (
    <Modal
      open
      title={t('imagery.index-add')}
      okText={t('imagery.index-save')}
      cancelText={t('import.cancel')}
      okButtonProps={{ disabled: !decided.ok, loading: act.isPending }}
      onOk={go}
      onCancel={() => onClose(null)}
    >
      {/* biome-ignore lint/a11y/noStaticElementInteractions: Ctrl+Enter saves wherever the cursor is */}
      <div className="form" onKeyDown={onSave(go)}>
        <p className="quiet">
          {t('imagery.index-what', {
            bands: roles.flatMap(({ role, roleName }) => (role ? [`${role} ${roleName ?? ''}`] : [])).join(', '),
          })}
        </p>
        {text('id')}
        <div>
          <span className="field-label">{t('imagery.index-formula')}</span>
          <Input
            value={stated.formula}
            aria-label={t('imagery.index-formula')}
            placeholder="(N - R) / (N + R)"
            status={stated.formula === '' || formula.ok ? '' : 'error'}
            onChange={(event) => set({ formula: event.target.value })}
          />
          <small className="quiet">
            {formula.ok
              ? t('imagery.formula-bands', { bands: formula.value.bands.join(', ') })
              : stated.formula === ''
                ? ''
                : sentenceOf(formula.refusal)?.[language].message}
          </small>
        </div>
        {text('nameZh')}
        {text('nameEn')}
        <div>
          <span className="field-label">{t('imagery.index-range')}</span>
          <span className="row gap">
            <InputNumber
              aria-label={t('imagery.low')}
              status={rangeWrong ? 'error' : ''}
              value={stated.low}
              step={0.1}
              onChange={(value) => set({ low: value ?? Number.NaN })}
            />
            <InputNumber
              aria-label={t('imagery.high')}
              status={rangeWrong ? 'error' : ''}
              value={stated.high}
              step={0.1}
              onChange={(value) => set({ high: value ?? Number.NaN })}
            />
            <Select
              aria-label={t('imagery.index-ramp')}
              value={stated.ramp}
              options={RAMPS.map((value) => ({ value, label: t(`ramp.${value}`) }))}
              onChange={(ramp: string) => set({ ramp })}
            />
          </span>
        </div>
        {text('source')}
        {act.error && <Trouble failure={act.error} />}
      </div>
    </Modal>
  )
}

/** What is wrong, in the sentence that the server would say; nothing where a field is only still empty. */
function sentenceOf(refusal: IndexRefusal) {
  switch (refusal.code) {
    case 'imagery/index-id-taken':
      return messages[refusal.code](refusal.details)
    case 'imagery/formula-broken':
      return messages[refusal.code](refusal.details)
    case 'imagery/formula-no-such-name':
      return messages[refusal.code](refusal.details)
    case 'imagery/formula-too-long':
      return messages[refusal.code](refusal.details)
    case 'imagery/formula-without-band':
      return messages[refusal.code](refusal.details)
    default:
      return null
  }
}
