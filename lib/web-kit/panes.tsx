import { type ReactNode, useRef, useState } from 'react'
import { useNarrow } from './look/theme.tsx'
import { remember, remembered } from './settings.ts'
import { useText } from './words.ts'

type Props = {
  readonly name: string // under which the widths are remembered
  readonly side: ReactNode // figures or a list, on the left
  readonly sideWidth: number
  readonly sideMost?: number
  readonly map: ReactNode
  readonly inspector?: ReactNode | null // opens on selection, on the right
  readonly sheetTitle: ReactNode
}

const INSPECTOR = 400
const RAIL = 72
const LEAST_MAP = 360

/** Three panes round a map; on a phone the map fills the screen and the rest lies in a sheet of three heights. */
export function Panes(props: Props) {
  const narrow = useNarrow()
  const [width, setWidth] = useState(() => Number(remembered(`pane.${props.name}`)) || props.sideWidth)
  if (narrow)
    return (
      <div className="panes narrow">
        <div className="pane-map">{props.map}</div>
        <Sheet title={props.sheetTitle} raise={Boolean(props.inspector)}>
          {props.inspector ?? props.side}
        </Sheet>
      </div>
    )
  return (
    <div className="panes">
      <section
        className="pane-side"
        style={{ width, ...(props.inspector ? { maxWidth: `max(300px, calc(100vw - ${INSPECTOR + RAIL + LEAST_MAP}px))` } : {}) }}
      >
        {props.side}
      </section>
      <Grip
        width={width}
        onWidth={(next) => {
          const kept = Math.round(Math.max(280, Math.min(props.sideMost ?? 560, window.innerWidth - 420, next)))
          setWidth(kept)
          remember(`pane.${props.name}`, String(kept))
        }}
      />
      <div className="pane-map">{props.map}</div>
      {props.inspector && <aside className="pane-inspector">{props.inspector}</aside>}
    </div>
  )
}

function Grip({ width, onWidth }: { readonly width: number; onWidth(width: number): void }) {
  const t = useText()
  const from = useRef<{ x: number; width: number } | null>(null)
  return (
    // biome-ignore lint/a11y/useSemanticElements: a line that can be moved, not a rule between texts
    <div
      className="pane-grip"
      role="separator"
      aria-orientation="vertical"
      aria-label={t('panes.resize')}
      aria-valuenow={width}
      tabIndex={0}
      onKeyDown={(event) => {
        if (event.key === 'ArrowLeft') onWidth(width - 24)
        if (event.key === 'ArrowRight') onWidth(width + 24)
      }}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        from.current = { x: event.clientX, width }
      }}
      onPointerMove={(event) => from.current && onWidth(from.current.width + event.clientX - from.current.x)}
      onPointerUp={() => {
        from.current = null
      }}
    />
  )
}

/** Room for a map's contents on a phone: above the sheet at its middle height, in px. */
export const aboveSheet = () => ({ top: 16, right: 56, bottom: Math.round(window.innerHeight * 0.46) + 8, left: 16 })

const HEIGHTS = [96, 0.46, 0.88] as const // px, then shares of the window
const pixels = (step: number) => (step === 0 ? HEIGHTS[0] : window.innerHeight * HEIGHTS[step])

function Sheet({ title, raise, children }: { readonly title: ReactNode; readonly raise: boolean; readonly children: ReactNode }) {
  const t = useText()
  const [step, setStep] = useState(1)
  const [drag, setDrag] = useState<number | null>(null)
  const from = useRef<{ y: number; height: number; moved: boolean } | null>(null)
  const [raised, setRaised] = useState(raise)
  if (raise !== raised) {
    setRaised(raise)
    if (raise && step === 0) setStep(1)
  }
  const height = drag ?? pixels(step)
  return (
    <section className="sheet" style={{ height, transition: drag === null ? 'height .18s' : 'none' }}>
      <button
        type="button"
        className="sheet-grip"
        aria-label={t('panes.sheet')}
        aria-expanded={step > 0}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          from.current = { y: event.clientY, height, moved: false }
        }}
        onPointerMove={(event) => {
          const start = from.current
          if (!start) return
          if (Math.abs(event.clientY - start.y) > 4) start.moved = true
          if (start.moved) setDrag(Math.max(HEIGHTS[0], Math.min(pixels(2), start.height + start.y - event.clientY)))
        }}
        onPointerUp={() => {
          const start = from.current
          from.current = null
          if (start?.moved && drag !== null) {
            const nearest = [0, 1, 2].sort((a, b) => Math.abs(pixels(a) - drag) - Math.abs(pixels(b) - drag))[0]
            setStep(nearest)
          } else setStep((step + 1) % 3)
          setDrag(null)
        }}
      >
        <span />
        <div>{title}</div>
      </button>
      <div className="sheet-body">{children}</div>
    </section>
  )
}
