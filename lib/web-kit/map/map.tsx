import 'maplibre-gl/dist/maplibre-gl.css'
import { type MapGeoJSONFeature, Map as MapLibre, type MapMouseEvent, setWorkerUrl } from 'maplibre-gl'
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Icon } from '../look/icons.tsx'
import { useText } from '../words.ts'
import { Curtain, type CurtainProps } from './curtain.tsx'
import { applyLayers, applySources, type Bounds, type SourceSpec } from './draw.ts'
import { HATCHES } from './hatch.ts'
import type { LayerSpec } from './layer-changes.ts'
import { areaOf, lengthOf, type Place, scaleBar } from './measure.ts'

export type { Bounds, SourceSpec } from './draw.ts'
export type Picked = { readonly layer: string; readonly properties: Readonly<Record<string, unknown>> }

export type MapProps = {
  readonly label: string
  readonly sources: Readonly<Record<string, SourceSpec>>
  readonly layers: readonly LayerSpec[]
  readonly ground: string // the colour of land where nothing is drawn
  readonly fit: Bounds | null // shown whenever it changes
  readonly fitSelection?: Bounds | null // where key F goes
  readonly nearest?: number // how near (zoom) `fit` may bring the eye; 17 where not said
  readonly pickable: readonly string[]
  readonly letters: string // every character of the labels, so that their fonts are there before they are drawn
  readonly padding?: { readonly top: number; readonly right: number; readonly bottom: number; readonly left: number }
  readonly curtain?: Pick<CurtainProps, 'sources' | 'layers' | 'label' | 'left' | 'right'> | null // another picture of the same ground, drawn aside
  readonly children?: ReactNode
  onPick?(picked: readonly Picked[], how: 'one' | 'add' | 'box'): void
  /** Where it is given, a click means a place on the ground, and nothing is picked: for drawing. `over`: what lies there. */
  onPlace?(at: Place, over: Picked | null, metresPerPixel: number): void
  onPlaceMove?(at: Place): void
  onHover?(picked: Picked | null, at: { readonly x: number; readonly y: number }): void
  onLeave?(): void
  onIdle?(metresPerPixel: number): void
}

setWorkerUrl(workerUrl)
const FONT = "'Noto Sans SC', sans-serif"

async function lettersReady(letters: string): Promise<void> {
  const characters = [...new Set(`${letters}0123456789`)].join('')
  await Promise.race([document.fonts.load(`400 14px ${FONT}`, characters), new Promise((done) => setTimeout(done, 2_500))])
}

const picked = (feature: MapGeoJSONFeature): Picked => ({ layer: feature.layer.id, properties: feature.properties })

const metresPerPixel = (map: MapLibre) => (40_075_016.686 * Math.cos((map.getCenter().lat * Math.PI) / 180)) / (512 * 2 ** map.getZoom())

/** The one owner of the map: screens give it sources and layers as data, it works out what to add, change and remove. */
export default function MapLayers(props: MapProps) {
  const t = useText()
  const box = useRef<HTMLDivElement>(null)
  const [map, setMap] = useState<MapLibre | null>(null)
  const shown = useRef<{ sources: MapProps['sources']; layers: readonly LayerSpec[] }>({ sources: {}, layers: [] })
  const latest = useRef(props)
  latest.current = props
  const [scale, setScale] = useState(0)
  const [measuring, setMeasuring] = useState<readonly Place[] | null>(null)
  const measure = useRef(measuring)
  measure.current = measuring
  const [rubber, setRubber] = useState<{ x: number; y: number; w: number; h: number } | null>(null)

  useEffect(() => {
    const holder = box.current
    if (!holder) return
    let made: MapLibre | null = null
    let gone = false
    lettersReady(latest.current.letters).then(() => {
      if (gone) return
      const { fit, ground } = latest.current
      made = new MapLibre({
        container: holder,
        style: { version: 8, sources: {}, layers: [{ id: 'ground', type: 'background', paint: { 'background-color': ground } }] },
        ...(fit
          ? {
              bounds: [fit[0], fit[1], fit[2], fit[3]],
              fitBoundsOptions: { padding: latest.current.padding ?? 32, maxZoom: latest.current.nearest ?? 17 },
            }
          : { center: [124, 45.5], zoom: 8 }),
        localIdeographFontFamily: FONT,
        attributionControl: false,
        boxZoom: false,
        dragRotate: false,
        pitchWithRotate: false,
        touchPitch: false,
        minZoom: 3,
        maxZoom: 19.5,
        fadeDuration: 0,
        canvasContextAttributes: { preserveDrawingBuffer: true, antialias: true }, // kept, so that paper gets the picture too
      })
      const map = made
      map.touchZoomRotate.disableRotation()
      map.on('style.load', () => {
        for (const [id, image] of Object.entries(HATCHES)) map.addImage(id, image)
        setMap(map)
      })
      map.on('move', () => setScale(metresPerPixel(map)))
      map.on('idle', () => {
        setScale(metresPerPixel(map))
        holder.dataset.idle = 'yes'
        latest.current.onIdle?.(metresPerPixel(map))
      })
      for (const event of ['movestart', 'dataloading'] as const)
        map.on(event, () => {
          holder.dataset.idle = 'no'
        })
      listen(map, latest, measure, setMeasuring, setRubber)
    })
    return () => {
      gone = true
      setMap(null)
      shown.current = { sources: {}, layers: [] }
      made?.remove()
    }
  }, [])

  const { sources, layers, fit, ground } = props
  const drawn = measuring ? [...layers, ...MEASURE_LAYERS] : layers
  useEffect(() => {
    if (!map) return
    const all = measuring ? { ...sources, measure: { type: 'geojson' as const, data: measured(measuring) } } : sources
    applySources(map, shown.current.sources, all)
    applyLayers(map, shown.current.layers, drawn)
    shown.current = { sources: { ...shown.current.sources, ...all }, layers: drawn }
  })
  useEffect(() => {
    map?.setPaintProperty('ground', 'background-color', ground)
  }, [map, ground])

  const [west, south, east, north] = fit ?? []
  useEffect(() => {
    if (map && west !== undefined) show(map, [west, south ?? 0, east ?? 0, north ?? 0], latest.current)
  }, [map, west, south, east, north])

  const [selWest, selSouth, selEast, selNorth] = props.fitSelection ?? []
  useEffect(() => {
    if (map && selWest !== undefined) reveal(map, [selWest, selSouth ?? 0, selEast ?? 0, selNorth ?? 0], latest.current.padding)
  }, [map, selWest, selSouth, selEast, selNorth])

  const bar = scale > 0 ? scaleBar(scale, 96) : null
  return (
    <div className="map">
      <div
        ref={box}
        className="map-canvas"
        role="application"
        aria-label={props.label}
        onKeyDown={(event) => {
          if (event.ctrlKey || event.metaKey || event.altKey) return
          if (event.key === 'f' || event.key === 'F') fitNow(map, props)
          else if (event.key === 'm' || event.key === 'M') setMeasuring(measuring ? null : [])
          else if (event.key === 'Escape') {
            if (measuring) setMeasuring(null)
            else props.onLeave?.()
          }
        }}
      />
      {rubber && <div className="map-rubber" style={{ left: rubber.x, top: rubber.y, width: rubber.w, height: rubber.h }} />}
      {map && props.curtain && <Curtain map={map} ground={ground} {...props.curtain} />}
      <div className="map-tools">
        <div className="map-tool-group">
          <button type="button" title={`${t('map.zoom-in')} (+)`} onClick={() => map?.zoomIn({ duration: motion(200) })}>
            <Icon name="plus" />
          </button>
          <button type="button" title={`${t('map.zoom-out')} (−)`} onClick={() => map?.zoomOut({ duration: motion(200) })}>
            <Icon name="minus" />
          </button>
        </div>
        <div className="map-tool-group">
          <button type="button" title={`${t('map.fit')} (F)`} onClick={() => fitNow(map, props)}>
            <Icon name="fit" />
          </button>
          <button
            type="button"
            title={`${t('map.measure')} (M)`}
            aria-pressed={measuring !== null}
            onClick={() => setMeasuring(measuring ? null : [])}
          >
            <Icon name="ruler" />
          </button>
        </div>
      </div>
      {measuring && (
        <output className="map-measure">
          {measuring.length < 2
            ? t('map.measure-hint')
            : t('map.measured', {
                length: metresText(lengthOf(measuring)),
                area: ((areaOf(measuring) * 15) / 10_000).toFixed(2),
              })}
        </output>
      )}
      <div className="map-foot">
        <span className="map-north" title={t('map.north')}>
          <Icon name="north" />
        </span>
        {bar && (
          <span className="map-scale" style={{ width: bar.width }}>
            {metresText(bar.metres)}
          </span>
        )}
        <span className="map-crs">CGCS2000 · EPSG:4490</span>
      </div>
      {props.children}
    </div>
  )
}

const metresText = (metres: number) =>
  metres >= 1_000 ? `${Number((metres / 1_000).toFixed(metres >= 10_000 ? 1 : 2))} km` : `${Number(metres.toFixed(metres < 100 ? 1 : 0))} m`

const motion = (ms: number) => (window.matchMedia('(prefers-reduced-motion: reduce)').matches ? 0 : ms)

function show(map: MapLibre, [west, south, east, north]: Bounds, { padding, nearest }: Pick<MapProps, 'padding' | 'nearest'>): void {
  map.resize() // a pane that has just opened or closed has changed the room, and the map hears of it only later
  map.fitBounds([west, south, east, north], { padding: padding ?? 32, maxZoom: nearest ?? 17, duration: motion(200) })
}

/** Brings what is selected into view where it lies outside, or where it is too small to be seen. */
function reveal(map: MapLibre, [west, south, east, north]: Bounds, padding: MapProps['padding']): void {
  const seen = map.getBounds()
  const inside = seen.getWest() <= west && seen.getEast() >= east && seen.getSouth() <= south && seen.getNorth() >= north
  const [a, b] = [map.project([west, south]), map.project([east, north])]
  if (inside && Math.max(Math.abs(a.x - b.x), Math.abs(a.y - b.y)) >= 8) return
  map.fitBounds([west, south, east, north], { padding: padding ?? 48, maxZoom: 14, duration: motion(200) })
}

function fitNow(map: MapLibre | null, props: MapProps): void {
  const to = props.fitSelection ?? props.fit
  if (map && to) show(map, to, props)
}

const MEASURE_LAYERS: readonly LayerSpec[] = [
  {
    id: 'measure-fill',
    type: 'fill',
    source: 'measure',
    filter: ['==', ['geometry-type'], 'Polygon'],
    paint: { 'fill-color': '#0B7A75', 'fill-opacity': 0.12 },
  },
  { id: 'measure-line', type: 'line', source: 'measure', paint: { 'line-color': '#0B7A75', 'line-width': 2, 'line-dasharray': [2, 1.5] } },
  {
    id: 'measure-points',
    type: 'circle',
    source: 'measure',
    filter: ['==', ['geometry-type'], 'Point'],
    paint: { 'circle-radius': 4, 'circle-color': '#fff', 'circle-stroke-color': '#0B7A75', 'circle-stroke-width': 2 },
  },
]

function measured(line: readonly Place[]): unknown {
  const shapes: unknown[] = line.map((place) => ({ type: 'Point', coordinates: place }))
  if (line.length > 1) shapes.push({ type: 'LineString', coordinates: line })
  if (line.length > 2) shapes.push({ type: 'Polygon', coordinates: [[...line, line[0]]] })
  return { type: 'FeatureCollection', features: shapes.map((geometry) => ({ type: 'Feature', properties: {}, geometry })) }
}

type Box = { x: number; y: number; w: number; h: number }

/** Pointer on the map: click identifies, Ctrl-click adds, drag with Shift selects. */
function listen(
  map: MapLibre,
  latest: { readonly current: MapProps },
  measure: { readonly current: readonly Place[] | null },
  setMeasuring: (line: readonly Place[]) => void,
  setRubber: (box: Box | null) => void,
): void {
  const there = () => latest.current.pickable.filter((id) => map.getLayer(id))
  let from: { x: number; y: number } | null = null
  const boxTo = (event: MapMouseEvent): Box => {
    const start = from ?? event.point
    return {
      x: Math.min(start.x, event.point.x),
      y: Math.min(start.y, event.point.y),
      w: Math.abs(start.x - event.point.x),
      h: Math.abs(start.y - event.point.y),
    }
  }
  map.on('mousedown', (event) => {
    if (!event.originalEvent.shiftKey || measure.current) return
    from = { x: event.point.x, y: event.point.y }
    map.dragPan.disable()
  })
  map.on('mousemove', (event) => {
    if (from) return setRubber(boxTo(event))
    if (measure.current || latest.current.onPlace) {
      map.getCanvas().style.cursor = 'crosshair'
      if (!measure.current) latest.current.onPlaceMove?.([event.lngLat.lng, event.lngLat.lat])
      return
    }
    const [found] = map.queryRenderedFeatures(event.point, { layers: there() })
    map.getCanvas().style.cursor = found && latest.current.onPick ? 'pointer' : ''
    latest.current.onHover?.(found ? picked(found) : null, event.point)
  })
  map.on('mouseout', () => latest.current.onHover?.(null, { x: 0, y: 0 }))
  map.on('mouseup', (event) => {
    if (!from) return
    const { x, y, w, h } = boxTo(event)
    from = null
    setRubber(null)
    map.dragPan.enable()
    if (w > 4 || h > 4) {
      const found = map.queryRenderedFeatures(
        [
          [x, y],
          [x + w, y + h],
        ],
        { layers: there() },
      )
      latest.current.onPick?.(found.map(picked), 'box')
    }
  })
  map.on('click', (event) => {
    if (event.originalEvent.shiftKey) return
    if (measure.current) return setMeasuring([...measure.current, [event.lngLat.lng, event.lngLat.lat]])
    const found = map.queryRenderedFeatures(event.point, { layers: there() })
    if (latest.current.onPlace)
      return latest.current.onPlace([event.lngLat.lng, event.lngLat.lat], found[0] ? picked(found[0]) : null, metresPerPixel(map))
    latest.current.onPick?.(found.slice(0, 1).map(picked), event.originalEvent.ctrlKey || event.originalEvent.metaKey ? 'add' : 'one')
  })
}
