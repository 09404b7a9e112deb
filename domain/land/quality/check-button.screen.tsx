import { formatCount } from '@dishu/web-kit/areas'
import { send, useAct, useRead } from '@dishu/web-kit/read'
import { Trouble } from '@dishu/web-kit/state.tsx'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Button, Progress } from 'antd'
import type { CheckState } from './quality.wire.ts'

const EVERY_MS = 500

/** Checks the county; shows how far a check is, this page's or another's, and stops it. */
export function useCheck() {
  const { county } = usePlace()
  const path = `/api/counties/${county}/check`
  const check = useAct((_: null) => send<{ checked: boolean }>(path, {}))
  const reading = useRead<CheckState>(path, (state) => (check.isPending || state?.running ? EVERY_MS : false))
  const state = reading.state === 'ready' ? reading.value : null
  const stop = useAct((_: null) => send<CheckState>(`${path}/stop`, {}), [path])
  return { check, stop, state, running: check.isPending || state?.running === true }
}
type Check = ReturnType<typeof useCheck>

export function CheckButton({ run: { check, running }, primary = false }: { readonly run: Check; readonly primary?: boolean }) {
  const t = useText()
  return (
    <Button type={primary ? 'primary' : 'default'} loading={running} onClick={() => check.mutate(null)}>
      {t('findings.check')}
    </Button>
  )
}

export function CheckLine({ run: { check, stop, state, running } }: { readonly run: Check }) {
  const t = useText()
  if (!running) return check.error ? <Trouble failure={check.error} /> : null
  const { phase = null, layer = null, done = 0, total = null } = state ?? {}
  return (
    <output className="check-line">
      <span>
        {phase === null ? t('findings.checking') : t(`check-phase.${phase}`, { layer: wordOr(t, `fix-layer.${layer}`, layer ?? '') })}
        {total !== null && <span className="quiet number"> {formatCount(total)}</span>}
      </span>
      <Progress
        size="small"
        percent={total ? Math.min(100, Math.floor((done / total) * 100)) : 0}
        showInfo={false}
        strokeLinecap="butt"
        status="active"
      />
      <Button size="small" loading={stop.isPending} onClick={() => stop.mutate(null)}>
        {t('findings.stop')}
      </Button>
    </output>
  )
}
