import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useLook, useNarrow } from '@dishu/web-kit/look/theme.tsx'
import type { Bounds, SourceSpec } from '@dishu/web-kit/map/draw'
import type { LayerSpec } from '@dishu/web-kit/map/layer-changes'
import { LazyMap } from '@dishu/web-kit/map/lazy-map.tsx'
import { aboveSheet } from '@dishu/web-kit/panes.tsx'
import { useText } from '@dishu/web-kit/words'
import { useEffect, useMemo, useRef, useState } from 'react'
import type { Draft } from './draft.screen.tsx'
import { boundsOfWater, drawnShapes, faultShapes, PICKABLE, waterLayers, waterShapes } from './water.layer.ts'
import {
  addNode,
  drawDistrict,
  drawReach,
  type LonLat,
  metresBetween,
  moveNode,
  nodeNear,
  removeNode,
  removeReach,
  splitReach,
  type WaterFinding,
} from './water.ts'

export type Ground = {
  readonly sources: Readonly<Record<string, SourceSpec>>
  readonly layers: readonly LayerSpec[]
  readonly letters: string
}
const TOOLS = [
  ['select', 'v'],
  ['node', 'n'],
  ['canal', 'c'],
  ['drain', 'd'],
  ['district', 'a'],
  ['split', 's'],
  ['move', 'g'],
] as const
type Tool = (typeof TOOLS)[number][0]
const SNAP_PX = 14

/** The network on the map and the tools that change it. Everything goes into the draft; keys do what buttons do. */
export function NetworkMap(props: {
  readonly draft: Draft
  readonly ground: Ground
  readonly findings: readonly WaterFinding[]
  readonly selected: string | null // sheet:key
  readonly locked: boolean
  readonly fit: Bounds | null
  onSelect(selected: string | null): void
}) {
  const t = useText()
  const narrow = useNarrow()
  const { tokens } = useLook()
  const { draft, ground, findings, selected, locked, onSelect } = props
  const { water } = draft
  const [tool, setTool] = useState<Tool>('select')
  const [places, setPlaces] = useState<readonly LonLat[]>([])
  const [pointer, setPointer] = useState<LonLat | null>(null)
  const scale = useRef(10) // metres a pixel, of the last click
  const drawing = tool === 'canal' || tool === 'drain' || tool === 'district'
  const [refused, setRefused] = useState(false)

  const selectedId = (sheet: string) => (selected?.startsWith(`${sheet}:`) ? selected.slice(sheet.length + 1) : null)
  const finish = (line: readonly LonLat[]) => {
    setPlaces([])
    if (!drawing) return
    if (tool === 'district') {
      const district = drawDistrict(water, line, selectedId('district'))
      setRefused(district === null)
      if (!district) return
      draft.apply(district.water)
      onSelect(`district:${district.districtId}`)
      return
    }
    const drawn = drawReach(water, tool, line, SNAP_PX * scale.current)
    if (!drawn) return
    draft.apply(drawn.water)
    onSelect(`reach:${drawn.reachId}`)
  }
  const remove = () => {
    const [node, reach] = [selectedId('node'), selectedId('reach')]
    if (node) draft.apply(removeNode(water, node))
    if (reach) draft.apply(removeReach(water, reach))
    if (node || reach) onSelect(null)
  }
  const place = (at: LonLat, over: string | null, metresPerPixel: number) => {
    scale.current = metresPerPixel
    if (tool === 'node') {
      const added = addNode(water, at)
      draft.apply(added.water)
      onSelect(`node:${added.nodeId}`)
    } else if (tool === 'district') {
      const [first] = places
      // back at the first place, the ring is closed
      if (first && places.length > 2 && metresBetween(first, at) < SNAP_PX * metresPerPixel) finish(places)
      else setPlaces([...places, at])
    } else if (drawing) {
      const near = nodeNear(water, at, SNAP_PX * metresPerPixel)
      const next = [...places, near ? ([near.lon, near.lat] as const) : at]
      // a second node ends the reach; any other place is a bend
      if (near && places.length > 0) finish(next)
      else setPlaces(next)
    } else if (tool === 'split') {
      const reach = over?.startsWith('reach:') ? over.slice('reach:'.length) : selectedId('reach')
      const split = reach && splitReach(water, reach, at)
      if (split) {
        draft.apply(split.water)
        onSelect(`node:${split.nodeId}`)
      }
    } else if (tool === 'move') {
      const node = selectedId('node')
      if (node) draft.apply(moveNode(water, node, at))
      else if (over?.startsWith('node:')) onSelect(over)
    }
  }
  const choose = (next: Tool) => {
    setTool(next)
    setPlaces([])
    setRefused(false)
  }
  const doing = useRef({ choose, finish, remove, draft, places, drawing, locked })
  doing.current = { choose, finish, remove, draft, places, drawing, locked }
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement
      const now = doing.current
      if (
        now.locked ||
        target.closest('input:not([type=radio], [type=checkbox]), textarea, select, [contenteditable], .ant-select, .ant-modal')
      )
        return
      if ((event.ctrlKey || event.metaKey) && !event.altKey) {
        const key = event.key.toLowerCase()
        if (key === 'z') event.shiftKey ? now.draft.redo() : now.draft.undo()
        else if (key === 'y') now.draft.redo()
        else return
        event.preventDefault()
        return
      }
      if (event.altKey) return
      const tool = TOOLS.find(([, key]) => key === event.key.toLowerCase())
      if (tool) now.choose(tool[0])
      else if (event.key === 'Enter' && now.drawing && now.places.length > 1) now.finish(now.places)
      else if (event.key === 'Escape') now.choose('select')
      else if (event.key === 'Delete') now.remove()
    }
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])

  const shapes = useMemo(() => waterShapes(water), [water])
  const faults = useMemo(() => faultShapes(findings), [findings])
  const drawn = useMemo(
    () => drawnShapes(drawing && pointer && places.length > 0 ? [...places, pointer] : places),
    [drawing, places, pointer],
  )
  const fit = useMemo(() => boundsOfWater(water), []) // where the map opens; it does not jump while one draws
  return (
    <LazyMap
      label={t('water.map')}
      sources={{
        ...ground.sources,
        water: { type: 'geojson', data: shapes },
        'water-faults': { type: 'geojson', data: faults },
        'water-drawn': { type: 'geojson', data: drawn },
      }}
      layers={[...ground.layers, ...waterLayers(selected, tokens)]}
      ground={tokens.land}
      fit={props.fit ?? fit}
      nearest={15}
      pickable={PICKABLE}
      letters={`${ground.letters}›${[...water.nodes, ...water.districts].map(({ name }) => name).join('')}`}
      {...(narrow ? { padding: aboveSheet() } : {})}
      onPick={(picked) => onSelect(picked[0] ? String(picked[0].properties.sel) : null)}
      onLeave={() => onSelect(null)}
      {...(tool === 'select' || locked
        ? {}
        : {
            onPlace: (at, over, metresPerPixel) => place(at, over ? String(over.properties.sel) : null, metresPerPixel),
            onPlaceMove: (at) => drawing && setPointer(at),
          })}
    >
      {!locked && (
        <div className="water-tools" role="toolbar" aria-label={t('water.tools')}>
          {TOOLS.map(([name, key]) => (
            <button
              key={name}
              type="button"
              aria-pressed={tool === name}
              title={`${t(`water.tool-${name}`)} (${key.toUpperCase()})`}
              onClick={() => choose(name)}
            >
              {t(`water.tool-${name}`)}
            </button>
          ))}
          <button
            type="button"
            disabled={!selectedId('node') && !selectedId('reach')}
            title={`${t('water.remove')} (Delete)`}
            onClick={remove}
          >
            {t('water.remove')}
          </button>
          <button
            type="button"
            disabled={!draft.canUndo}
            title={`${t('water.undo')} (Ctrl+Z)`}
            aria-label={t('water.undo')}
            onClick={draft.undo}
          >
            <Icon name="undo" size={16} />
          </button>
          <button
            type="button"
            className="mirrored"
            disabled={!draft.canRedo}
            title={`${t('water.redo')} (Ctrl+Y)`}
            aria-label={t('water.redo')}
            onClick={draft.redo}
          >
            <Icon name="undo" size={16} />
          </button>
          {drawing && places.length > 1 && (
            <button type="button" className="primary" title="Enter" onClick={() => finish(places)}>
              {t('water.finish')}
            </button>
          )}
        </div>
      )}
      {tool !== 'select' && !locked && (
        <output className="water-hint">
          {refused ? t('water.district-bad') : t(`water.hint-${tool === 'move' && !selectedId('node') ? 'move-first' : tool}`)}
        </output>
      )}
      <ul className="legend water-legend" aria-label={t('water.legend')}>
        {(['canal', 'drain', 'head', 'outlet', 'district'] as const).map((name) => (
          <li key={name}>
            <i className={`water-mark ${name}`} /> {t(`water.mark-${name}`)}
          </li>
        ))}
      </ul>
    </LazyMap>
  )
}
