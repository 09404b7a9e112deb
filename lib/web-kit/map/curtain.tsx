/** A second picture of the same ground behind a line that can be drawn across: two dates are compared where they lie, not side by side. */
import { Map as MapLibre } from 'maplibre-gl'
import { useEffect, useRef, useState } from 'react'
import { applyLayers, applySources, type Sources } from './draw.ts'
import type { LayerSpec } from './layer-changes.ts'

export type CurtainProps = {
  readonly map: MapLibre // the one that is moved; the other follows
  readonly ground: string
  readonly sources: Sources
  readonly layers: readonly LayerSpec[]
  readonly label: string // of the line
  readonly left: string // what is seen on either side
  readonly right: string
}

const STEP = 0.05

export function Curtain({ map, ground, sources, layers, label, left, right }: CurtainProps) {
  const box = useRef<HTMLDivElement>(null)
  const [over, setOver] = useState<MapLibre | null>(null)
  const [share, setShare] = useState(0.5)
  const shown = useRef<{ sources: Sources; layers: readonly LayerSpec[] }>({ sources: {}, layers: [] })
  const dragging = useRef(false)

  useEffect(() => {
    const holder = box.current
    if (!holder) return
    const made = new MapLibre({
      container: holder,
      style: { version: 8, sources: {}, layers: [{ id: 'ground', type: 'background', paint: { 'background-color': ground } }] },
      center: map.getCenter(),
      zoom: map.getZoom(),
      interactive: false,
      attributionControl: false,
      fadeDuration: 0,
      minZoom: 3,
      maxZoom: 19.5,
      canvasContextAttributes: { preserveDrawingBuffer: true },
    })
    const follow = () => made.jumpTo({ center: map.getCenter(), zoom: map.getZoom() })
    map.on('move', follow)
    made.on('style.load', () => setOver(made))
    made.on('idle', () => {
      holder.dataset.idle = 'yes'
    })
    made.on('dataloading', () => {
      holder.dataset.idle = 'no'
    })
    return () => {
      map.off('move', follow)
      setOver(null)
      shown.current = { sources: {}, layers: [] }
      made.remove()
    }
  }, [map, ground])

  useEffect(() => {
    if (!over) return
    applySources(over, shown.current.sources, sources)
    applyLayers(over, shown.current.layers, layers)
    shown.current = { sources: { ...shown.current.sources, ...sources }, layers }
  })

  const to = (clientX: number) => {
    const bounds = box.current?.getBoundingClientRect()
    if (bounds && bounds.width > 0) setShare(Math.max(0, Math.min(1, (clientX - bounds.left) / bounds.width)))
  }
  const percent = Math.round(share * 100)
  return (
    <>
      <div ref={box} className="curtain" style={{ clipPath: `inset(0 0 0 ${share * 100}%)` }} aria-hidden="true" />
      <span className="curtain-name left" style={{ right: `${(1 - share) * 100}%` }}>
        {left}
      </span>
      <span className="curtain-name right" style={{ left: `${share * 100}%` }}>
        {right}
      </span>
      <div
        className="curtain-line"
        style={{ left: `${share * 100}%` }}
        role="slider"
        tabIndex={0}
        aria-label={label}
        aria-valuemin={0}
        aria-valuemax={100}
        aria-valuenow={percent}
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          dragging.current = true
        }}
        onPointerMove={(event) => dragging.current && to(event.clientX)}
        onPointerUp={() => {
          dragging.current = false
        }}
        onKeyDown={(event) => {
          const step =
            event.key === 'ArrowLeft' ? -STEP : event.key === 'ArrowRight' ? STEP : event.key === 'Home' ? -1 : event.key === 'End' ? 1 : 0
          if (step === 0) return
          event.preventDefault()
          setShare(Math.max(0, Math.min(1, share + step)))
        }}
      >
        <span />
      </div>
    </>
  )
}
