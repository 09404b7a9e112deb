import { query } from '@dishu/web-kit/address'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useLook, useNarrow } from '@dishu/web-kit/look/theme.tsx'
import type { Bounds } from '@dishu/web-kit/map/draw'
import { LazyMap } from '@dishu/web-kit/map/lazy-map.tsx'
import { aboveSheet, Panes } from '@dishu/web-kit/panes.tsx'
import { useRead } from '@dishu/web-kit/read'
import { Empty, Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Button, Segmented, Select } from 'antd'
import { useState } from 'react'
import { Facts } from './map-facts.screen.tsx'
import { MapForm } from './map-form.screen.tsx'
import { legendOf, soilLayer, soilPicture } from './maps.layer.ts'
import type { MapsReply, MapView } from './maps.wire.ts'
import type { SoilGround } from './samples.layer.ts'
import { SoilTask, useSoilTasks } from './soil-task.screen.tsx'

const short = (value: number) => String(Number(value.toPrecision(3))).replace('-', '−')

/** Maps of the county: value, uncertainty, probabilities, two of them behind a curtain; how good they are; and how a map is begun. */
export function MapsScreen({ ground }: { readonly ground: SoilGround }) {
  const t = useText()
  const place = usePlace()
  const address = useAddress()
  const narrow = useNarrow()
  const { tokens } = useLook()
  const { county, asOf, known, head } = place
  const tasks = useSoilTasks(county)
  const done = tasks.filter(({ state, what }) => state === 'done' && what === 'map').length
  const reading = useRead<MapsReply>(query(`/api/counties/${county}/soil/maps`, { asOf, known, v: `${head}-${done}` }))
  const [making, setMaking] = useState(false)
  if (reading.state !== 'ready') return <Waiting reading={reading} lines={10} />
  const { maps } = reading.value
  if (making)
    return (
      <div className="soil-scroll">
        <MapForm county={county} onClose={() => setMaking(false)} />
      </div>
    )
  const make = (
    <Button
      type="primary"
      icon={<Icon name="plus" size={15} />}
      disabled={tasks.some(({ state }) => state === 'working')}
      onClick={() => setMaking(true)}
    >
      {t('soil-map.make')}
    </Button>
  )
  const map = maps.find(({ key }) => key === address.get('map')) ?? maps[0] ?? null
  if (!map)
    return (
      <div className="soil-scroll">
        <SoilTask county={county} what="map" tasks={tasks} />
        <Empty icon="soil" title={t('soil-map.empty-title')} text={t('soil-map.empty')} action={make} />
      </div>
    )
  const value = map.values.find((each) => each.value === address.get('value')) ?? map.values[0]
  const bands = map.grids.find((grid) => grid.value === value.value)?.bands.slice(2) ?? []
  const shows = ['value', 'faded', 'deviation', ...bands]
  const asked = address.get('show')
  const show = asked && shows.includes(asked) ? asked : 'value'
  const withAsked = address.get('with')
  const other = withAsked && withAsked !== show && shows.includes(withAsked) ? withAsked : null
  const overlay = ground.layers.filter(({ type }) => type === 'line' || type === 'symbol')
  const nameOf = (each: string) => showName(t, ground, each)
  const pictures = (of: string) => soilPicture(window.location.origin, county, map, { value: value.value, show: of })
  const side = (
    <div className="figures soil-side">
      <header className="side-head">
        <div>
          <h1>{t('soil-page.maps')}</h1>
          <p className="quiet">{t('soil-map.count', { count: maps.length })}</p>
        </div>
        {make}
      </header>
      <SoilTask county={county} what="map" tasks={tasks} />
      <Select
        aria-label={t('soil-map.which')}
        value={map.key}
        options={maps.map(({ key, title, validFrom }) => ({ value: key, label: `${title} · ${validFrom}` }))}
        onChange={(key: string) => address.set({ map: key })}
      />
      <Segmented
        block
        aria-label={t('soil-map.values')}
        value={value.value}
        options={map.values.map((each) => ({ value: each.value, label: t(`soil-value.${each.value}`) }))}
        onChange={(next) => address.set({ value: String(next) })}
      />
      <div className="soil-choice">
        <span>{t('soil-map.show')}</span>
        <Select
          aria-label={t('soil-map.show')}
          value={show}
          options={shows.map((each) => ({ value: each, label: nameOf(each) }))}
          onChange={(next: string) => address.set({ show: next })}
        />
      </div>
      <div className="soil-choice">
        <span>{t('soil-map.with')}</span>
        <Select
          allowClear
          aria-label={t('soil-map.with')}
          value={other}
          placeholder={t('soil-map.with-none')}
          options={shows.filter((each) => each !== show).map((each) => ({ value: each, label: nameOf(each) }))}
          onChange={(next?: string) => address.set({ with: next ?? null })}
        />
      </div>
      {narrow && <Legend value={value} show={show} name={nameOf(show)} />}
      {!value.isShown && <p className="soil-warning">{t('soil-map.not-shown', { value: t(`soil-value.${value.value}`) })}</p>}
      <Facts map={map} county={county} value={value.value} />
    </div>
  )
  return (
    <Panes
      name="soil-maps"
      sideWidth={380}
      side={side}
      sheetTitle={`${map.title} · ${t(`soil-value.${value.value}`)}`}
      map={
        <LazyMap
          label={t('soil-map.map', { title: map.title, show: nameOf(show) })}
          sources={{ ...ground.sources, ...pictures(show) }}
          layers={[soilLayer(map), ...overlay]}
          ground={tokens.land}
          fit={(place.bbox ?? map.bbox) as Bounds}
          pickable={[]}
          letters={ground.letters}
          {...(narrow ? { padding: aboveSheet() } : {})}
          curtain={
            other === null
              ? null
              : {
                  ...{ sources: { ...ground.sources, ...pictures(other) }, layers: [soilLayer(map), ...overlay] },
                  ...{ label: t('soil-map.curtain'), left: nameOf(show), right: nameOf(other) },
                }
          }
        >
          {!narrow && <Legend value={value} show={show} name={nameOf(show)} />}
          {place.synthetic && <p className="map-note">{t('soil-map.synthetic')}</p>}
        </LazyMap>
      }
    />
  )
}

const PROBABILITY = /^p-(\w+)-or-worse$/
function showName(t: (key: string, values?: Readonly<Record<string, string>>) => string, ground: SoilGround, show: string): string {
  const grade = PROBABILITY.exec(show)?.[1]
  if (!grade) return t(`soil-map.show-${show}`)
  return t('soil-map.show-probability', { grade: ground.grades.find(({ id }) => id === grade)?.name ?? grade })
}

function Legend({ value, show, name }: { readonly value: MapView['values'][number]; readonly show: string; readonly name: string }) {
  const t = useText()
  const { colours, low, high } = legendOf(value, show)
  const unit = show.startsWith('p-') || show === 'applicable' ? '' : value.unit
  return (
    <div className="legend ramp">
      <header>
        <strong>{t(`soil-value.${value.value}`)}</strong>
        <span className="quiet">
          {name} {unit}
        </span>
      </header>
      <div className="ramp-bar" style={{ background: `linear-gradient(to right, ${colours.join(', ')})` }} />
      <div className="ramp-ticks number">
        <span>{short(low)}</span>
        <span>{short((low + high) / 2)}</span>
        <span>{short(high)}</span>
      </div>
      {show === 'faded' && (
        <p className="ramp-hidden">
          <span className="chip" style={{ backgroundColor: '#9AA3A8' }} /> {t('soil-map.faded')}
        </p>
      )}
    </div>
  )
}
