import { useLook, useNarrow } from '@dishu/web-kit/look/theme.tsx'
import type { Bounds } from '@dishu/web-kit/map/draw'
import { moved, type Snapped, snapTo } from '@dishu/web-kit/map/edit'
import { LazyMap } from '@dishu/web-kit/map/lazy-map.tsx'
import { useText } from '@dishu/web-kit/words'
import { type KeyboardEvent, useMemo, useRef } from 'react'
import { type Drawn, type Ground, type Hand, TOOL_KEYS, TOOLS, type Tool } from './drawing.layer.ts'
import { liesInOutline, sketchLayers, sketchShapes } from './edit.layer.ts'
import type { Around, Brought, GroundRow, LonLat, Plan, StoredOutline } from './lineage.ts'

/** A finger's breadth on the screen, px: nearer than this the hand means the corner or the line. */
const REACH_PX = 12
const STEP_PX = 10

/** The map one draws on. The mouse draws, and so do the keys: arrows move the hand, Enter puts a corner down. */
export function EditMap(props: {
  readonly around: Around
  readonly target: GroundRow
  readonly outlines: ReadonlyMap<number, StoredOutline>
  readonly drawn: Drawn
  readonly hand: Hand | null
  readonly plan: Plan | null
  readonly brought: readonly Brought[]
  readonly showing: 'before' | 'after'
  readonly ground: Ground
  readonly fit: Bounds | null
  onHand(hand: Hand | null): void
  onDraw(next: Drawn): void
  onTool(tool: Tool): void
  onUndo(): void
  onRedo(): void
}) {
  const t = useText()
  const { tokens } = useLook()
  const narrow = useNarrow()
  const scale = useRef(1) // metres a pixel
  const { outlines, drawn, hand, plan, brought, showing, fit } = props
  const rings = useMemo(() => [...outlines.values()].flat(2), [outlines])
  const own = useMemo(() => drawn.chosen.flatMap((id) => (outlines.get(id) ?? []).flat(1)), [outlines, drawn.chosen])
  const snapped = (at: LonLat): Snapped => snapTo(at, drawn.tool === 'corner' && !drawn.held ? own : rings, REACH_PX * scale.current)

  const put = (at: LonLat) => {
    if (drawn.tool === 'merge') return toggle(at)
    if (drawn.tool === 'redraw' && drawn.chosen.length < 2) return toggle(at)
    const { place, on } = snapped(at)
    if (drawn.tool !== 'corner') return props.onDraw({ ...drawn, line: [...drawn.line, place] })
    if (drawn.held) return props.onDraw({ ...drawn, held: null, moves: [...drawn.moves, { from: drawn.held, to: place }] })
    if (on) props.onDraw({ ...drawn, held: place })
  }
  const toggle = (at: LonLat) => {
    const [id] = [...outlines].find(([, outline]) => liesInOutline(at, outline)) ?? []
    if (id === undefined || id === drawn.chosen[0]) return
    const others = drawn.chosen.filter((each) => each !== id)
    props.onDraw({ ...drawn, chosen: others.length < drawn.chosen.length ? others : [...drawn.chosen, id], line: [] })
  }
  const leave = () => {
    if (drawn.held || drawn.line.length > 0 || drawn.moves.length > 0) props.onDraw({ ...drawn, held: null, line: [], moves: [] })
    props.onHand(null)
  }
  const middle = (): LonLat => (fit ? [(fit[0] + fit[2]) / 2, (fit[1] + fit[3]) / 2] : [0, 0])
  const onKey = (event: KeyboardEvent) => {
    const taken = () => {
      event.preventDefault()
      event.stopPropagation()
    }
    if (event.ctrlKey || event.metaKey) {
      if (event.key.toLowerCase() === 'z') {
        taken()
        event.shiftKey ? props.onRedo() : props.onUndo()
      } else if (event.key.toLowerCase() === 'y') {
        taken()
        props.onRedo()
      }
      return
    }
    const tool = TOOLS.find((each) => TOOL_KEYS[each] === event.key)
    if (tool) {
      taken()
      return props.onTool(tool)
    }
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] }[event.key]
    if (way) {
      taken()
      const metres = (event.shiftKey ? 1 : STEP_PX) * scale.current
      // less than half a step holds on to a corner or line, so that the next step leaves it again; a pixel's step (Shift) holds on to nothing
      const at = moved(hand?.place ?? middle(), way[0] * metres, way[1] * metres)
      props.onHand(
        event.shiftKey
          ? { place: at, on: null }
          : snapTo(at, drawn.tool === 'corner' && !drawn.held ? own : rings, (STEP_PX / 2) * scale.current * 0.9),
      )
    } else if (event.key === 'Enter' || event.key === ' ') {
      taken()
      if (hand) put(hand.place)
    } else if (event.key === 'Backspace') {
      taken()
      if (drawn.line.length > 0) props.onDraw({ ...drawn, line: drawn.line.slice(0, -1) })
      else if (drawn.held || drawn.moves.length > 0)
        props.onDraw({ ...drawn, held: null, moves: drawn.held ? drawn.moves : drawn.moves.slice(0, -1) })
    } else if (event.key === 'Escape') {
      taken()
      leave()
    }
  }
  const shapes = useMemo(
    () => sketchShapes({ outlines, chosen: drawn.chosen, line: drawn.line, moves: drawn.moves, hand, plan, brought, showing }),
    [outlines, drawn, hand, plan, brought, showing],
  )
  const look = { ink: tokens.mapInk, accent: tokens.accent, danger: tokens.danger, halo: tokens.halo }
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the map inside takes the focus; keys are heard on their way to it
    <div
      className="lineage-draw"
      onKeyDownCapture={onKey}
      onMouseLeave={() => props.onHand(null)}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) props.onHand(null)
      }}
    >
      <LazyMap
        label={t('lineage.map')}
        sources={{ ...props.ground.sources, edit: { type: 'geojson', data: shapes } }}
        layers={[...props.ground.layers, ...sketchLayers(look)]}
        ground={tokens.land}
        fit={fit}
        nearest={18.5}
        padding={narrow ? { top: 40, right: 40, bottom: 40, left: 40 } : { top: 60, right: 70, bottom: 60, left: 60 }}
        pickable={[]}
        letters={props.ground.letters}
        onIdle={(metresPerPixel) => {
          scale.current = metresPerPixel
        }}
        onPlace={(at, _, metresPerPixel) => {
          scale.current = metresPerPixel
          put(at)
        }}
        onPlaceMove={(at) => props.onHand(snapped(at))}
        onLeave={leave}
      />
    </div>
  )
}
