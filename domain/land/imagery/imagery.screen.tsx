import { query } from '@dishu/web-kit/address'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useLook, useNarrow } from '@dishu/web-kit/look/theme.tsx'
import type { Bounds, SourceSpec } from '@dishu/web-kit/map/draw'
import type { LayerSpec } from '@dishu/web-kit/map/layer-changes'
import { LazyMap } from '@dishu/web-kit/map/lazy-map.tsx'
import { aboveSheet, Panes } from '@dishu/web-kit/panes.tsx'
import { useRead } from '@dishu/web-kit/read'
import { Empty, Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Button } from 'antd'
import { useMemo, useState } from 'react'
import { bandsOf, footprintLayers, footprintShapes, isBands, pictureLayer, pictureOf, type SceneLook } from './imagery.layer.ts'
import type { ScenesReply, SceneTaskView, SceneView } from './imagery.wire.ts'
import { LookChooser, RampLegend } from './look.screen.tsx'
import { AddScene } from './scene-add.screen.tsx'
import { MeasureLine, SceneList } from './scene-list.screen.tsx'

const NONE: readonly SceneView[] = []

type Ground = {
  readonly sources: Readonly<Record<string, SourceSpec>>
  readonly layers: readonly LayerSpec[]
  readonly letters: string
}

/** Natural colours where a scene has them, else its first bands. */
export function usualShow({ bands }: SceneView): string {
  const has = (...ids: readonly string[]) => ids.every((id) => bands.some((band) => band.id === id))
  if (has('R', 'G', 'B')) return 'bands:R,G,B'
  if (has('N', 'R', 'G')) return 'bands:N,R,G'
  const ids = bands.map(({ id }) => id)
  return `bands:${[ids[0], ids[1] ?? ids[0], ids[2] ?? ids[1] ?? ids[0]].join(',')}`
}

/** Whether a scene can show something: another date may lack a band. */
export const canShow = (scene: SceneView, show: string) =>
  isBands(show)
    ? bandsOf(show).every((id) => scene.bands.some((band) => band.id === id))
    : scene.indices.includes(show) || scene.bands.some(({ id }) => id === show)

const numbersIn = (text: string | null) => {
  const numbers = (text ?? '').split(',').filter(Boolean).map(Number)
  return numbers.length > 0 && numbers.every(Number.isFinite) ? numbers : null
}

/** Scenes by date; one on the map, two behind a curtain; bands, index, stretch and opacity; and how a scene comes in. */
export function ImageryScreen({ ground }: { readonly ground: Ground }) {
  const t = useText()
  const place = usePlace()
  const address = useAddress()
  const narrow = useNarrow()
  const { tokens } = useLook()
  const { asOf, known, county } = place
  const reading = useRead<ScenesReply>(query(`/api/counties/${county}/scenes`, { asOf, known }))
  const [adding, setAdding] = useState(false)
  const [opacity, setOpacity] = useState(1)
  const openTask = address.get('task')
  const scenes = reading.state === 'ready' ? reading.value.scenes : NONE
  const indices = reading.state === 'ready' ? reading.value.indices : []
  const scene = scenes.find(({ id }) => String(id) === address.get('scene')) ?? scenes[0] ?? null
  const asked = address.get('show')
  const show = scene ? (asked && canShow(scene, asked) ? asked : usualShow(scene)) : ''
  const other = scenes.find(({ id }) => String(id) === address.get('with') && id !== scene?.id) ?? null
  const look: SceneLook = { show, stretch: numbersIn(address.get('stretch')) }

  const { origin } = window.location
  const second = other && { show: canShow(other, show) ? show : usualShow(other), stretch: canShow(other, show) ? look.stretch : null }
  const footprints = useMemo(() => footprintShapes(scenes), [scenes])

  if (reading.state !== 'ready') return <Waiting reading={reading} lines={10} />
  if (openTask || adding)
    return (
      <AddScene
        task={openTask}
        roles={reading.value.roles}
        onTask={(task) => {
          setAdding(true)
          address.step({ task })
        }}
        onClose={(made: SceneTaskView | null) => {
          setAdding(false)
          address.step({ task: null, ...(made?.scene ? { scene: String(made.scene) } : {}) })
        }}
      />
    )
  const add = (
    <Button type="primary" icon={<Icon name="plus" size={15} />} onClick={() => setAdding(true)}>
      {t('imagery.add')}
    </Button>
  )
  if (!scene) return <Empty icon="imagery" title={t('imagery.empty-title')} text={t('imagery.empty')} action={add} />

  const overlay = ground.layers.filter(({ type }) => type === 'line' || type === 'symbol')
  const layers = [
    pictureLayer(scene.id, opacity),
    ...overlay,
    ...footprintLayers(String(scene.id), { accent: tokens.accent, halo: tokens.halo }),
  ]
  const index = indices.find(({ id }) => id === show) ?? null
  const side = (
    <div className="figures imagery-side">
      {!narrow && (
        <header className="side-head">
          <div>
            <h1>{t('nav.imagery')}</h1>
            <p className="quiet">{t('imagery.count', { count: scenes.length })}</p>
          </div>
          {add}
        </header>
      )}
      <SceneList
        scenes={scenes}
        selected={scene.id}
        other={other?.id ?? null}
        onSelect={(id) => address.set({ scene: String(id), ...(other?.id === id ? { with: null } : {}) })}
        onCompare={(id) => address.set({ with: id === null ? null : String(id) })}
      />
      <LookChooser
        county={county}
        scene={scene}
        indices={indices}
        show={show}
        stretch={look.stretch}
        opacity={opacity}
        onShow={(next) => address.set({ show: next, stretch: null })}
        onStretch={(next) => address.set({ stretch: next === null ? null : next.map((value) => String(Number(value.toPrecision(6)))) })}
        onOpacity={setOpacity}
      />
      {narrow && index && <RampLegend index={index} stretch={look.stretch} masked={scene.masked} />}
      <MeasureLine county={county} scenes={scenes} limits={reading.value.limits} onTask={(task) => address.step({ task })} />
      {narrow && <p>{add}</p>}
    </div>
  )
  return (
    <Panes
      name="imagery"
      sideWidth={380}
      side={side}
      sheetTitle={`${scene.takenOn} · ${scene.platform}`}
      map={
        <LazyMap
          label={t('imagery.map', { date: scene.takenOn, title: scene.title })}
          sources={{ ...ground.sources, ...pictureOf(origin, county, scene, look), footprints: { type: 'geojson', data: footprints } }}
          layers={layers}
          ground={tokens.land}
          fit={(place.bbox ?? scene.bbox) as Bounds}
          pickable={[]}
          letters={ground.letters}
          {...(narrow ? { padding: aboveSheet() } : {})}
          curtain={
            other && second
              ? {
                  sources: { ...ground.sources, ...pictureOf(origin, county, other, second) },
                  layers: [pictureLayer(other.id, opacity), ...overlay],
                  label: t('imagery.curtain'),
                  left: scene.takenOn,
                  right: other.takenOn,
                }
              : null
          }
        >
          {index && !narrow && <RampLegend index={index} stretch={look.stretch} masked={scene.masked} />}
          {place.synthetic && <p className="map-note">{t('imagery.synthetic')}</p>}
        </LazyMap>
      }
    />
  )
}
