import { query } from '@dishu/web-kit/address'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useLook, useNarrow } from '@dishu/web-kit/look/theme.tsx'
import type { Bounds } from '@dishu/web-kit/map/draw'
import { LazyMap } from '@dishu/web-kit/map/lazy-map.tsx'
import { aboveSheet, Panes } from '@dishu/web-kit/panes.tsx'
import { useRead } from '@dishu/web-kit/read'
import { Empty, Waiting } from '@dishu/web-kit/state.tsx'
import { type Column, DataTable } from '@dishu/web-kit/table/table.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { type Text, useText, wordOr } from '@dishu/web-kit/words'
import { Button, Checkbox, Segmented, Select } from 'antd'
import { useMemo } from 'react'
import { Laboratory } from './laboratory.screen.tsx'
import { ProfileCard } from './profile.screen.tsx'
import { classOf, linesOf, SAMPLE_SHOWN, type SampleShown, type SoilGround, sampleLayers, sampleShapes } from './samples.layer.ts'
import type { SamplesReply, SampleView } from './samples.wire.ts'

const MEASURED = ['ph', 'ec', 'ece', 'salt', 'esp'] as const
const DIGITS = { ph: 2, ec: 3, ece: 2, salt: 2, esp: 1 } as const
const headOf = (t: Text, name: (typeof MEASURED)[number]) =>
  name === 'salt' ? t('column.salt') : { ph: 'pH', ec: 'EC', ece: 'ECe', esp: 'ESP' }[name]
/** A value as it is shown: a number, else its limit as `<0.05`, else a dash. */
const textOf = (sample: SampleView, name: (typeof MEASURED)[number]) => sample[name]?.toFixed(DIGITS[name]) ?? sample.censored[name] ?? '—'
const depthOf = ({ depthFromCm, depthToCm }: SampleView) =>
  depthFromCm === null || depthToCm === null ? '' : `${depthFromCm}–${depthToCm}`
const NONE: readonly SampleView[] = []

function sortedBy(samples: readonly SampleView[], by: string, descending: boolean): readonly SampleView[] {
  const of = (sample: SampleView): string | number | null =>
    by === 'code' || by === 'sampledOn' || by === 'grade'
      ? sample[by]
      : by === 'depth'
        ? sample.depthFromCm
        : by === 'findings'
          ? sample.findings.length
          : (sample[by as (typeof MEASURED)[number]] ?? null)
  const sign = descending ? -1 : 1
  return [...samples].sort((a, b) => {
    const [x, y] = [of(a), of(b)]
    // what is not there comes last either way
    if (x === null || y === null) return Number(x === null) - Number(y === null)
    return x < y ? -sign : x > y ? sign : 0
  })
}

/** Samples on the map and in a table that move together; a chosen one with its hole by depth, and what the checks say of it. */
export function SamplesScreen({ ground }: { readonly ground: SoilGround }) {
  const t = useText()
  const place = usePlace()
  const address = useAddress()
  const narrow = useNarrow()
  const { tokens } = useLook()
  const { asOf, known, county, bbox } = place
  const reading = useRead<SamplesReply>(query(`/api/counties/${county}/soil/samples`, { asOf, known }))
  const all = reading.state === 'ready' ? reading.value.samples : NONE
  const shown = SAMPLE_SHOWN.find((each) => each === address.get('show')) ?? 'grade'
  const bounds = reading.state === 'ready' ? reading.value.bounds : {}
  const gradeIds = useMemo(() => ground.grades.map(({ id }) => id).filter((id) => id !== 'not-graded'), [ground.grades])
  const [campaign, depth, found] = [address.get('campaign'), address.get('depth'), address.get('found') === 'yes']
  const [sortBy, descending] = [address.get('sort') ?? 'sampledOn', address.get('descending') !== 'no']
  const rows = useMemo(() => {
    const inside = ({ longitude, latitude }: SampleView) =>
      place.within === county ||
      bbox === null ||
      (longitude !== null &&
        latitude !== null &&
        longitude >= bbox[0] &&
        longitude <= bbox[2] &&
        latitude >= bbox[1] &&
        latitude <= bbox[3])
    const kept = all.filter(
      (sample) =>
        inside(sample) &&
        (campaign === null || sample.campaign === campaign) &&
        (depth === null || depthOf(sample) === depth) &&
        (!found || sample.findings.length > 0),
    )
    return sortedBy(kept, sortBy, descending)
  }, [all, bbox, place.within, county, campaign, depth, found, sortBy, descending])
  const selected = address.list('sel')
  const chosen = rows.find(({ id }) => String(id) === selected[0]) ?? null
  const colours = useMemo(() => new Map(ground.grades.map(({ id, colour }) => [id, colour])), [ground.grades])
  const shapes = useMemo(
    () => sampleShapes(rows, (sample) => colours.get(classOf(sample, shown, bounds[shown] ?? [], gradeIds)) ?? '#B9BEC4'),
    [rows, colours, shown, bounds, gradeIds],
  )

  if (reading.state !== 'ready') return <Waiting reading={reading} lines={10} />
  if (all.length === 0)
    return (
      <Empty
        icon="soil"
        title={t('samples.empty-title')}
        text={t('samples.empty')}
        action={
          <Button type="primary" icon={<Icon name="import" size={16} />} onClick={() => address.go(address.link('/import'))}>
            {t('overview.empty-action')}
          </Button>
        }
      />
    )
  const { scheme, total } = reading.value
  const unique = (of: (sample: SampleView) => string | null) =>
    [...new Set(all.map(of))].filter((each) => each !== null && each !== '').sort() as string[]
  const columns: readonly Column<SampleView>[] = [
    { id: 'code', title: t('column.sample'), width: 140, sortable: true, text: ({ code }) => code },
    { id: 'depth', title: t('column.depth'), width: 72, sortable: true, text: depthOf },
    { id: 'sampledOn', title: t('column.date'), width: 100, sortable: true, text: ({ sampledOn }) => sampledOn ?? '' },
    ...MEASURED.map(
      (name): Column<SampleView> => ({
        id: name,
        title: headOf(t, name),
        width: 72,
        align: 'right',
        sortable: true,
        hint: wordOr(t, `soil-unit.${name}`, ''),
        text: (sample) => textOf(sample, name),
      }),
    ),
    {
      id: 'grade',
      title: t('dimension.grade'),
      width: 92,
      sortable: true,
      text: ({ grade, role }) =>
        role === null ? (ground.grades.find(({ id }) => id === grade)?.name ?? grade) : wordOr(t, `sample-role.${role}`, role),
    },
    {
      id: 'findings',
      title: t('samples.findings'),
      width: 180,
      sortable: true,
      text: ({ findings, flags }) =>
        [...findings.map(({ message }) => message), ...flags.map((flag) => wordOr(t, `flag.${flag}`, flag))].join(' '),
    },
  ]
  const legend = (
    <SampleLegend t={t} ground={ground} shown={shown} bounds={bounds[shown] ?? []} rows={rows} gradeIds={gradeIds} scheme={scheme.name} />
  )
  const side = (
    <div className="list-pane samples-pane">
      <header className="side-head">
        <div>
          <h1>{t('soil-page.samples')}</h1>
          <p className="quiet">
            {t('samples.count', { count: rows.length })}
            {total > all.length ? ` · ${t('samples.more', { total })}` : ''} · {scheme.name} · {scheme.depth} cm
          </p>
        </div>
      </header>
      <div className="soil-tools">
        <Segmented<SampleShown>
          size="small"
          aria-label={t('samples.colour')}
          value={shown}
          options={SAMPLE_SHOWN.map((value) => ({ value, label: value === 'grade' ? t('dimension.grade') : headOf(t, value) }))}
          onChange={(value) => address.set({ show: value === 'grade' ? null : value })}
        />
        <Select
          size="small"
          allowClear
          aria-label={t('samples.campaign')}
          placeholder={t('samples.campaign')}
          value={campaign}
          options={unique((sample) => sample.campaign).map((value) => ({ value, label: campaignName(t, value) }))}
          onChange={(value) => address.set({ campaign: value ?? null })}
        />
        <Select
          size="small"
          allowClear
          aria-label={t('column.depth')}
          placeholder={t('column.depth')}
          value={depth}
          options={unique(depthOf).map((value) => ({ value, label: `${value} cm` }))}
          onChange={(value) => address.set({ depth: value ?? null })}
        />
        <Checkbox checked={found} onChange={({ target }) => address.set({ found: target.checked ? 'yes' : null })}>
          {t('samples.only-found')}
        </Checkbox>
      </div>
      {narrow && legend}
      <div className="soil-table">
        <DataTable<SampleView>
          name="soil-samples"
          label={t('soil-page.samples')}
          columns={columns}
          count={rows.length}
          rowAt={(index) => rows[index]}
          keyOf={({ id }) => String(id)}
          selected={selected}
          sort={{ by: sortBy, descending }}
          onSort={(sort) => address.set({ sort: sort.by, descending: sort.descending ? null : 'no' })}
          onSelect={(keys) => address.set({ sel: keys.slice(0, 500) })}
        />
      </div>
      <Laboratory />
    </div>
  )
  return (
    <Panes
      name="soil-samples"
      sideWidth={Math.round(Math.min(720, window.innerWidth * 0.5))}
      sideMost={1100}
      side={side}
      sheetTitle={t('samples.count', { count: rows.length })}
      map={
        <LazyMap
          label={t('samples.map')}
          sources={{ ...ground.sources, samples: { type: 'geojson', data: shapes } }}
          layers={[
            ...linesOf(ground),
            ...sampleLayers(selected, { ink: tokens.mapInk, accent: tokens.accent, halo: tokens.halo, danger: tokens.danger }),
          ]}
          ground={tokens.land}
          fit={(bbox ?? boxOf(rows)) as Bounds | null}
          fitSelection={chosen?.longitude != null && chosen.latitude !== null ? around(chosen.longitude, chosen.latitude) : null}
          pickable={['samples']}
          letters={ground.letters}
          {...(narrow ? { padding: aboveSheet() } : {})}
          onPick={(picked, how) => {
            const ids = [...new Set(picked.map(({ properties }) => String(properties.id)))]
            address.set({ sel: how === 'add' ? [...new Set([...selected, ...ids])] : ids.slice(0, 500) })
          }}
          onLeave={() => address.set({ sel: null })}
        >
          {!narrow && legend}
          {place.synthetic && <p className="map-note">{t('synthetic.short')}</p>}
        </LazyMap>
      }
      inspector={chosen && <SamplePane sample={chosen} ground={ground} onClose={() => address.set({ sel: null })} />}
    />
  )
}

function campaignName(t: Text, campaign: string): string {
  const [year, season] = campaign.split(' ')
  return `${year} ${wordOr(t, `season.${season}`, season ?? '')}`
}

function boxOf(samples: readonly SampleView[]): Bounds | null {
  const placed = samples.flatMap(({ longitude, latitude }) =>
    longitude !== null && latitude !== null ? [[longitude, latitude] as const] : [],
  )
  if (placed.length === 0) return null
  const [lons, lats] = [placed.map(([lon]) => lon), placed.map(([, lat]) => lat)]
  const least = (all: readonly number[]) => all.reduce((a, b) => Math.min(a, b))
  const most = (all: readonly number[]) => all.reduce((a, b) => Math.max(a, b))
  return [least(lons), least(lats), most(lons), most(lats)]
}

const AROUND = 0.004
const around = (longitude: number, latitude: number): Bounds => [
  longitude - AROUND,
  latitude - AROUND,
  longitude + AROUND,
  latitude + AROUND,
]

function SampleLegend(props: {
  readonly t: Text
  readonly ground: SoilGround
  readonly shown: SampleShown
  readonly bounds: readonly number[]
  readonly rows: readonly SampleView[]
  readonly gradeIds: readonly string[]
  readonly scheme: string
}) {
  const { t, ground, shown, bounds, rows, gradeIds } = props
  const counts = new Map<string, number>()
  for (const sample of rows) {
    const id = classOf(sample, shown, bounds, gradeIds)
    counts.set(id, (counts.get(id) ?? 0) + 1)
  }
  const said = (id: string, i: number) => {
    const name = ground.grades.find((grade) => grade.id === id)?.name ?? id
    if (shown === 'grade' || bounds.length === 0) return name
    const [from, to] = [bounds[i - 1], bounds[i]]
    return from === undefined ? `< ${to}` : to === undefined ? `≥ ${from}` : `${from} – ${to}`
  }
  const ids = shown !== 'grade' && bounds.length === 0 ? ['not-graded'] : [...gradeIds, 'not-graded']
  return (
    <div className="legend">
      <header>
        <strong>{shown === 'grade' ? t('dimension.grade') : `${headOf(t, shown)} ${wordOr(t, `soil-unit.${shown}`, '')}`}</strong>
        <span className="quiet">{t('samples.unit')}</span>
      </header>
      <ul>
        {ids.map((id, i) => (
          <li key={id} className="soil-legend-row">
            <span className="dot" style={{ background: ground.grades.find((grade) => grade.id === id)?.colour }} />
            <span>{id === 'not-graded' && shown !== 'grade' ? t('samples.no-value') : said(id, i)}</span>
            <span className="number">{counts.get(id) ?? 0}</span>
          </li>
        ))}
      </ul>
      {shown !== 'grade' && bounds.length === 0 && <p className="quiet">{t('samples.not-in-scheme', { scheme: props.scheme })}</p>}
    </div>
  )
}

function SamplePane({ sample, ground, onClose }: { readonly sample: SampleView; readonly ground: SoilGround; onClose(): void }) {
  const t = useText()
  const address = useAddress()
  const grade = ground.grades.find(({ id }) => id === sample.grade)
  return (
    <div className="inspector">
      <header>
        <div>
          <small className="quiet">
            {sample.role ? wordOr(t, `sample-role.${sample.role}`, sample.role) : t('column.sample')} · {sample.sampledOn ?? '—'} ·{' '}
            {depthOf(sample)} cm
          </small>
          <h2 className="number">{sample.code}</h2>
        </div>
        <Button type="text" icon={<Icon name="close" />} aria-label={t('state.close')} onClick={onClose} />
      </header>
      <div className="inspector-body">
        <section className="card">
          <h3>
            <span className="dot" style={{ background: grade?.colour }} /> {grade?.name ?? sample.grade}
          </h3>
          <table className="plain">
            <tbody>
              {MEASURED.map((name) => (
                <tr key={name}>
                  <th scope="row">{headOf(t, name)}</th>
                  <td className="right number">{textOf(sample, name)}</td>
                  <td className="quiet">{wordOr(t, `soil-unit.${name}`, '')}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <p className="quiet">
            {[
              sample.lab,
              sample.bag === null ? null : `${t('samples.bag')} ${sample.bag}`,
              sample.plotCode,
              sample.duplicateOf === null ? null : `← ${sample.duplicateOf}`,
            ]
              .filter((each) => each !== null)
              .join(' · ')}
          </p>
        </section>
        <section className="card">
          <h3>
            {t('samples.findings')} <span className="quiet">{sample.findings.length + sample.flags.length}</span>
          </h3>
          {sample.findings.length + sample.flags.length === 0 && <p className="quiet none">{t('samples.nothing-found')}</p>}
          <ul className="plain-list">
            {sample.findings.map(({ id, severity, message }) => (
              <li key={id}>
                <button type="button" className="link-button" onClick={() => address.go(address.link('/findings', { sel: String(id) }))}>
                  <span className={`tag still ${severity}`}>{wordOr(t, `severity.${severity}`, severity)}</span> {message}
                </button>
              </li>
            ))}
            {sample.flags.map((flag) => (
              <li key={flag} className="quiet">
                {wordOr(t, `flag.${flag}`, flag)}
              </li>
            ))}
          </ul>
        </section>
        <ProfileCard id={sample.id} />
      </div>
    </div>
  )
}
