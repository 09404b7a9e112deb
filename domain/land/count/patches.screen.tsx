import { query, toggled } from '@dishu/web-kit/address'
import { formatArea, formatCount } from '@dishu/web-kit/areas'
import { Chip } from '@dishu/web-kit/figures.tsx'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useNarrow } from '@dishu/web-kit/look/theme.tsx'
import { Panes } from '@dishu/web-kit/panes.tsx'
import { placeParams } from '@dishu/web-kit/place'
import { useRead } from '@dishu/web-kit/read'
import { remember, remembered, useSettings } from '@dishu/web-kit/settings'
import { Empty, Trouble } from '@dishu/web-kit/state.tsx'
import { usePages } from '@dishu/web-kit/table/paged'
import { type Column, DataTable, type Sort } from '@dishu/web-kit/table/table.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Button, Checkbox, Dropdown, Input, Popover, Select } from 'antd'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { MAP_DIMENSIONS, type MapDimension } from './count.layer.ts'
import type { Dossier, PatchPage, PatchRow } from './count.wire.ts'
import { CountMap } from './count-map.screen.tsx'
import { DossierPane, dossierPath } from './dossier.screen.tsx'
import { filtersFrom, someFilter, useVocabulary } from './vocabulary.screen.tsx'

const FORMATS = ['xlsx', 'csv', 'gpkg', 'geojson', 'shp', 'fgb', 'parquet', 'kml', 'txt'] as const
const HIDDEN_AT_FIRST = ['patchNumber', 'computed', 'village']

function useColumns(): readonly Column<PatchRow>[] {
  const t = useText()
  const words = useVocabulary()
  const { unit } = useSettings()
  return useMemo(() => {
    const coded = (name: MapDimension, width: number, sortable: boolean): Column<PatchRow> => ({
      id: name,
      title: t(`column.${name}`),
      width,
      sortable,
      text: (row) => words.name(name, row[name]),
      show: (row) => (
        <>
          <Chip colour={words.colour(name, row[name])} hatched={words.hatched(name, row[name])} />
          <span className="ellipsis">{words.name(name, row[name])}</span>
        </>
      ),
    })
    const area = (id: string, title: string, of: (row: PatchRow) => number | null, sortable: boolean): Column<PatchRow> => ({
      id,
      title: `${title} ${t(`unit.${unit}`)}`,
      width: 124,
      align: 'right',
      sortable,
      text: (row) => {
        const value = of(row)
        return value === null ? '—' : formatArea(value, unit)
      },
    })
    return [
      { id: 'patchKey', title: t('column.key'), width: 152, sortable: true, text: (row) => row.patchKey },
      { id: 'patchNumber', title: t('column.number'), width: 88, text: (row) => row.patchNumber ?? '—' },
      { id: 'villageName', title: t('column.village'), width: 100, text: (row) => row.villageName ?? row.village },
      { id: 'village', title: t('column.village-code'), width: 130, sortable: true, text: (row) => row.village },
      coded('class', 116, true),
      coded('grade', 100, true),
      coded('mapgrade', 100, false),
      area('officialArea', t('column.official'), (row) => row.officialArea, true),
      coded('contract', 128, false),
      coded('owner', 100, false),
      coded('saline', 128, false),
      area('computed', t('column.computed'), (row) => row.computedArea, false),
      area('difference', t('column.difference'), (row) => (row.computedArea === null ? null : row.computedArea - row.officialArea), false),
      {
        id: 'findings',
        title: t('column.findings'),
        width: 72,
        align: 'right',
        text: (row) => String(row.findings),
        show: (row) => (row.findings > 0 ? <span className="alarm">{row.findings}</span> : <span className="quiet">0</span>),
      },
    ]
  }, [t, words, unit])
}

function useShownColumns(all: readonly Column<PatchRow>[]) {
  const [hidden, setHidden] = useState<readonly string[]>(() => remembered('columns.patches')?.split(',') ?? HIDDEN_AT_FIRST)
  const set = (next: readonly string[]) => {
    setHidden(next)
    remember('columns.patches', next.join(','))
  }
  const shown = useMemo(() => all.filter(({ id }) => !hidden.includes(id)), [all, hidden]) // the same list while nothing changed, so that rows stand still
  return [shown, hidden, set] as const
}

/** Parcels: table and map in step. */
export function PatchesScreen() {
  const t = useText()
  const place = usePlace()
  const address = useAddress()
  const words = useVocabulary()
  const narrow = useNarrow()
  const { unit } = useSettings()
  const filters = filtersFrom(address.list)
  const q = address.get('q') ?? ''
  const selected = address.list('sel')
  const sort: Sort = { by: address.get('sort') ?? 'patchKey', descending: address.get('descending') === 'true' }
  const asked = address.get('by')
  const dimension = MAP_DIMENSIONS.find((name) => name === asked) ?? 'class'
  const [hovered, hover] = useRested<string | null>(null)
  const narrowing = { ...placeParams(place), ...filters, q }
  const pages = usePages<PatchRow, PatchPage>((offset, limit) =>
    query(`/api/counties/${place.county}/patches`, {
      ...narrowing,
      sort: sort.by,
      descending: sort.descending ? 'true' : null,
      offset: String(offset),
      limit: String(limit),
    }),
  )
  // what was chosen on the map, or stands in the address, may lie far down the list: the server says where
  const [chosenInTable, setChosenInTable] = useState(false)
  const [first] = selected
  const placed = useRead<PatchPage>(
    first === undefined || chosenInTable
      ? null
      : query(`/api/counties/${place.county}/patches`, {
          ...narrowing,
          sort: sort.by,
          descending: sort.descending ? 'true' : null,
          at: first,
          limit: '1',
        }),
  )
  const leadAt = placed.state === 'ready' && !placed.refreshing && !chosenInTable ? (placed.value.place ?? null) : null
  const columns = useColumns()
  const [shown, hidden, setHidden] = useShownColumns(columns)
  const lead = useRead<Dossier>(selected.length === 1 ? dossierPath(place, selected[0]) : null)
  const bbox = lead.state === 'ready' && selected.length === 1 ? lead.value.patch.bbox : null
  const exportTo = (to: string) =>
    query(`/api/counties/${place.county}/export`, { what: 'patches', to, ...narrowing, ...(to === 'shp' ? { accept: 'true' } : {}) })

  const side = (
    <div className="list">
      <div className="list-tools">
        <FindField value={q} onFind={(text) => address.set({ q: text })} />
        <FilterButton />
        <Popover
          trigger="click"
          placement="bottomRight"
          content={
            <div className="column-chooser">
              {columns.map(({ id, title }) => (
                <Checkbox key={id} checked={!hidden.includes(id)} onChange={() => setHidden(toggled(hidden, id))}>
                  {title}
                </Checkbox>
              ))}
            </div>
          }
        >
          <Button type="text" icon={<Icon name="columns" />} title={t('table.columns')} aria-label={t('table.columns')} />
        </Popover>
        <Dropdown
          trigger={['click']}
          menu={{
            items: FORMATS.map((to) => ({
              key: to,
              label: (
                <a href={exportTo(to)} download>
                  {t(`format.${to}`)}
                </a>
              ),
            })),
          }}
        >
          <Button type="text" icon={<Icon name="download" />} title={t('table.export')} aria-label={t('table.export')} />
        </Dropdown>
      </div>
      {someFilter(filters) && (
        <div className="filter-line">
          {MAP_DIMENSIONS.flatMap((name) =>
            filters[name].map((id) => (
              <button
                key={`${name}-${id}`}
                type="button"
                className="tag"
                onClick={() => address.set({ [name]: toggled(filters[name], id) })}
              >
                {words.name(name, id)} <Icon name="close" size={11} />
              </button>
            )),
          )}
        </div>
      )}
      <p className="list-sum">
        {pages.first ? (
          <>
            <b className="number">{formatCount(pages.matched)}</b> {t('patches.matched')} ·{' '}
            <b className="number">{formatArea(pages.first.area, unit)}</b> {t(`unit.${unit}`)}
          </>
        ) : (
          <span className="bone" style={{ width: 160 }} />
        )}
        {selected.length > 1 && <span className="quiet"> · {t('table.selected', { count: selected.length })}</span>}
      </p>
      {pages.failure ? (
        <Trouble failure={pages.failure} retry={pages.retry} />
      ) : pages.first && pages.matched === 0 ? (
        <Empty
          icon="parcels"
          title={t('patches.empty-title')}
          text={t(someFilter(filters) || q ? 'patches.empty-filtered' : 'patches.empty')}
          action={
            someFilter(filters) || q ? (
              <Button
                onClick={() =>
                  address.set({ q: null, class: null, grade: null, mapgrade: null, owner: null, contract: null, saline: null })
                }
              >
                {t('filter.clear')}
              </Button>
            ) : (
              <Button type="primary" onClick={() => address.go(address.link('/import'))}>
                {t('overview.empty-action')}
              </Button>
            )
          }
        />
      ) : (
        <DataTable<PatchRow>
          name="patches"
          label={t('nav.parcels')}
          columns={shown}
          count={pages.matched}
          rowAt={pages.rowAt}
          keyOf={(row) => String(row.id)}
          selected={selected}
          leadAt={leadAt}
          sort={sort}
          dim={pages.refreshing}
          onSort={({ by, descending }) => address.set({ sort: by, descending: descending ? 'true' : null })}
          onSelect={(keys) => {
            setChosenInTable(true)
            address.set({ sel: keys.slice(0, 500) })
          }}
          onOpen={(row) => address.go(address.link(`/parcels/${row.id}`))}
          onHover={(row) => hover(row ? String(row.id) : null)}
          onLook={pages.look}
        />
      )}
    </div>
  )
  return (
    <Panes
      name="patches"
      sideWidth={Math.round(Math.min(820, window.innerWidth * 0.52))}
      sideMost={1200}
      side={side}
      sheetTitle={pages.first ? `${formatCount(pages.matched)} ${t('patches.matched')}` : place.name}
      map={
        <CountMap
          dimension={dimension}
          filters={filters}
          selected={selected}
          hovered={hovered}
          fitSelection={bbox}
          onSelect={(ids, how) => {
            setChosenInTable(false)
            address.set({ sel: how === 'add' ? ids.reduce(toggled, selected) : ids.slice(0, 500) })
          }}
        >
          {!narrow && (
            <div className="map-dimension">
              {MAP_DIMENSIONS.map((name) => (
                <button key={name} type="button" aria-pressed={name === dimension} onClick={() => address.set({ by: name })}>
                  {t(`dimension.${name}`)}
                </button>
              ))}
            </div>
          )}
        </CountMap>
      }
      inspector={selected.length > 0 ? <DossierPane ids={selected} onClose={() => address.set({ sel: null })} /> : null}
    />
  )
}

/** A value that counts once it has stood for a moment: rows that scroll past under the pointer do not redraw the map. */
function useRested<T>(initial: T) {
  const [value, setValue] = useState(initial)
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)
  const set = useCallback((next: T) => {
    clearTimeout(timer.current)
    timer.current = setTimeout(() => setValue(next), 80)
  }, [])
  return [value, set] as const
}

/** Asks while one types, a moment after the last key. */
function FindField({ value, onFind }: { readonly value: string; onFind(text: string | null): void }) {
  const t = useText()
  const [text, setText] = useState(value)
  useEffect(() => setText(value), [value])
  useEffect(() => {
    if (text === value) return
    const timer = setTimeout(() => onFind(text.trim() === '' ? null : text.trim()), 250)
    return () => clearTimeout(timer)
  }, [text])
  return (
    <Input
      allowClear
      value={text}
      onChange={(event) => setText(event.target.value)}
      placeholder={t('patches.find')}
      aria-label={t('patches.find')}
      prefix={<Icon name="search" size={15} />}
      className="find-field"
    />
  )
}

function FilterButton() {
  const t = useText()
  const address = useAddress()
  const words = useVocabulary()
  const filters = filtersFrom(address.list)
  const count = MAP_DIMENSIONS.reduce((sum, name) => sum + filters[name].length, 0)
  return (
    <Popover
      trigger="click"
      placement="bottomLeft"
      content={
        <div className="filter-form">
          {MAP_DIMENSIONS.map((name) => (
            <div key={name}>
              <span className="field-label">{t(`dimension.${name}`)}</span>
              <Select<string[]>
                mode="multiple"
                allowClear
                aria-label={t(`dimension.${name}`)}
                value={[...filters[name]]}
                placeholder={t('filter.any')}
                onChange={(values) => address.set({ [name]: values })}
                optionFilterProp="label"
                maxTagCount="responsive"
                options={words
                  .values(name)
                  .map((id) => ({ value: id, label: name === 'class' ? `${id} ${words.name(name, id)}` : words.name(name, id) }))}
              />
            </div>
          ))}
        </div>
      }
    >
      <Button type={count > 0 ? 'default' : 'text'} icon={<Icon name="filter" />}>
        {t('filter.title')}
        {count > 0 && <b className="number"> {count}</b>}
      </Button>
    </Popover>
  )
}
