import { useVirtualizer } from '@tanstack/react-virtual'
import { type KeyboardEvent, memo, type ReactNode, useEffect, useRef, useState } from 'react'
import { Icon } from '../look/icons.tsx'
import { remember, remembered } from '../settings.ts'
import { useText } from '../words.ts'
import { tsvFrom } from './tsv.ts'

export type Column<Row> = {
  readonly id: string
  readonly title: string
  readonly width: number // px, until the person drags it
  readonly align?: 'right'
  readonly sortable?: boolean
  readonly hint?: string
  text(row: Row): string // what is copied, and shown unless `show` says otherwise
  show?(row: Row): ReactNode
}

export type Sort = { readonly by: string; readonly descending: boolean }

type Props<Row> = {
  readonly name: string // under which widths are remembered
  readonly label: string
  readonly columns: readonly Column<Row>[]
  readonly count: number
  readonly rowAt: (index: number) => Row | undefined // undefined: still on its way
  readonly keyOf: (row: Row) => string
  readonly selected: readonly string[]
  readonly leadAt?: number | null // where the first of them stands when it is none of the rows that are here; null: not known yet
  readonly sort?: Sort | null
  readonly dim?: boolean
  readonly rowHeight?: number
  onSort?(sort: Sort): void
  onSelect(keys: readonly string[], row: Row | null): void
  onOpen?(row: Row): void
  onHover?(row: Row | null): void
  onLook?(first: number, last: number): void
}

function useWidths(name: string) {
  const [widths, setWidths] = useState<Readonly<Record<string, number>>>(() => {
    try {
      const kept: unknown = JSON.parse(remembered(`widths.${name}`) ?? '{}')
      return Object.fromEntries(Object.entries(kept ?? {}).filter((entry): entry is [string, number] => typeof entry[1] === 'number'))
    } catch {
      return {}
    }
  })
  const setWidth = (id: string, width: number) => {
    const next = { ...widths, [id]: Math.max(48, Math.round(width)) }
    setWidths(next)
    remember(`widths.${name}`, JSON.stringify(next))
  }
  return [widths, setWidth] as const
}

/** Rows of 32 px under a fixed header; only what is in view is drawn, so that a hundred thousand rows scroll as ten do. */
export function DataTable<Row>(props: Props<Row>) {
  const t = useText()
  const { columns, count, rowAt, keyOf, selected, onLook, rowHeight = 32 } = props
  const scroller = useRef<HTMLDivElement>(null)
  const [active, setActive] = useState(-1)
  const [anchor, setAnchor] = useState(-1)
  const [widths, setWidth] = useWidths(props.name)
  const rows = useVirtualizer({ count, getScrollElement: () => scroller.current, estimateSize: () => rowHeight, overscan: 12 })
  const items = rows.getVirtualItems()
  const first = items[0]?.index ?? 0
  const last = items.at(-1)?.index ?? 0
  useEffect(() => onLook?.(first, last), [onLook, first, last])

  // a row selected elsewhere (on the map) comes into view once
  const [lead] = selected
  const { leadAt } = props
  const led = useRef<string | undefined>(undefined)
  useEffect(() => {
    if (led.current === lead) return
    const show = (index: number) => {
      led.current = lead
      setActive(index)
      rows.scrollToIndex(index)
    }
    for (let i = 0; lead !== undefined && i < Math.min(count, 5_000); i++) {
      const row = rowAt(i)
      if (row && keyOf(row) === lead) return show(i)
    }
    if (typeof leadAt === 'number' && leadAt < count) show(leadAt)
    else if (leadAt === undefined) led.current = lead
  }, [lead, leadAt, count, rowAt, keyOf, rows])

  const widthOf = (column: Column<Row>) => widths[column.id] ?? column.width
  const template = columns.map((column) => `${widthOf(column)}px`).join(' ')
  const total = columns.reduce((sum, column) => sum + widthOf(column), 0)
  const chosen = new Set(selected)

  const move = (to: number, extend: boolean) => {
    const index = Math.max(0, Math.min(count - 1, to))
    setActive(index)
    rows.scrollToIndex(index)
    const row = rowAt(index)
    if (!row) return
    if (!extend) {
      setAnchor(index)
      return props.onSelect([keyOf(row)], row)
    }
    props.onSelect(between(anchor < 0 ? index : anchor, index), row)
  }
  const between = (a: number, b: number) => {
    const keys: string[] = []
    for (let i = Math.min(a, b); i <= Math.max(a, b); i++) {
      const row = rowAt(i)
      if (row) keys.push(keyOf(row))
    }
    return keys
  }
  const copy = () => {
    const picked: Row[] = []
    for (let i = 0; i < count && picked.length < Math.max(selected.length, 1); i++) {
      const row = rowAt(i)
      if (row && chosen.has(keyOf(row))) picked.push(row)
    }
    if (picked.length === 0) return
    void navigator.clipboard?.writeText(
      tsvFrom([columns.map(({ title }) => title), ...picked.map((row) => columns.map((column) => column.text(row)))]),
    )
  }
  const onKeyDown = (event: KeyboardEvent) => {
    const page = Math.max(1, Math.floor((scroller.current?.clientHeight ?? 400) / rowHeight) - 2)
    const steps: Readonly<Record<string, number>> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -count, End: count }
    const step = steps[event.key]
    const current = active < 0 ? undefined : rowAt(active)
    if (step !== undefined) move(active + step, event.shiftKey)
    else if (event.key === 'Enter' && current) props.onOpen?.(current)
    else if (event.key === ' ' && current) props.onSelect(toggle(selected, keyOf(current)), current)
    else if (event.key === 'Escape') props.onSelect([], null)
    else if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'c' && !window.getSelection()?.toString()) copy()
    else return
    event.preventDefault()
  }

  const hands = useRef<Hands<Row>>(NO_HANDS)
  hands.current = {
    hover: (row) => props.onHover?.(row),
    open: (row) => props.onOpen?.(row),
    click: (row, index, keys) => {
      setActive(index)
      if (keys.shift) return props.onSelect(between(anchor < 0 ? index : anchor, index), row)
      setAnchor(index)
      props.onSelect(keys.add ? toggle(selected, keyOf(row)) : [keyOf(row)], row)
    },
  }

  return (
    // biome-ignore lint/a11y/useSemanticElements: a virtual grid cannot be a <table>: its rows are placed, not flowed
    <div
      ref={scroller}
      className={`table${props.dim ? ' dim' : ''}`}
      role="grid"
      aria-label={props.label}
      aria-rowcount={count + 1}
      aria-colcount={columns.length}
      aria-multiselectable="true"
      tabIndex={0}
      onKeyDown={onKeyDown}
      onMouseLeave={() => props.onHover?.(null)}
    >
      {/* biome-ignore lint/a11y/useSemanticElements: see above */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the grid as a whole takes the focus */}
      <div className="table-head" role="row" aria-rowindex={1} style={{ gridTemplateColumns: template, width: total }}>
        {columns.map((column) => (
          <Head
            key={column.id}
            column={column}
            width={widthOf(column)}
            sort={props.sort ?? null}
            onWidth={(width) => setWidth(column.id, width)}
            {...(props.onSort ? { onSort: props.onSort } : {})}
          />
        ))}
      </div>
      <div style={{ height: rows.getTotalSize(), width: total, position: 'relative' }}>
        {items.map((item) => {
          const row = rowAt(item.index)
          return (
            <TableRow
              key={item.index}
              row={row}
              index={item.index}
              top={item.start}
              height={rowHeight}
              template={template}
              columns={columns}
              isChosen={row !== undefined && chosen.has(keyOf(row))}
              isActive={item.index === active}
              hands={hands}
            />
          )
        })}
      </div>
      <span className="sr" aria-live="polite">
        {selected.length > 1 ? t('table.selected', { count: selected.length }) : ''}
      </span>
    </div>
  )
}

type Hands<Row> = {
  hover(row: Row | null): void
  open(row: Row): void
  click(row: Row, index: number, keys: { readonly shift: boolean; readonly add: boolean }): void
}
const NO_HANDS = { hover: () => {}, open: () => {}, click: () => {} }

type RowProps<Row> = {
  readonly row: Row | undefined
  readonly index: number
  readonly top: number
  readonly height: number
  readonly template: string
  readonly columns: readonly Column<Row>[]
  readonly isChosen: boolean
  readonly isActive: boolean
  readonly hands: { readonly current: Hands<Row> } // always the newest, so that a row is drawn anew only when its own content changes
}

function PlainRow<Row>({ row, index, top, height, template, columns, isChosen, isActive, hands }: RowProps<Row>) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see DataTable
    // biome-ignore lint/a11y/useFocusableInteractive: the grid as a whole takes the focus
    // biome-ignore lint/a11y/useKeyWithClickEvents: the grid answers to keys
    <div
      role="row"
      aria-rowindex={index + 2}
      aria-selected={isChosen}
      className={`table-row${isChosen ? ' chosen' : ''}${isActive ? ' active' : ''}`}
      style={{ gridTemplateColumns: template, height, transform: `translateY(${top}px)` }}
      onMouseEnter={() => hands.current.hover(row ?? null)}
      onClick={(event) => row && hands.current.click(row, index, { shift: event.shiftKey, add: event.ctrlKey || event.metaKey })}
      onDoubleClick={() => row && hands.current.open(row)}
    >
      {columns.map((column, i) => (
        // biome-ignore lint/a11y/useSemanticElements: see DataTable
        // biome-ignore lint/a11y/useFocusableInteractive: see DataTable
        <div
          key={column.id}
          role="gridcell"
          aria-colindex={i + 1}
          className={column.align === 'right' ? 'right' : ''}
          title={row && !column.show ? column.text(row) : undefined}
        >
          {row ? (column.show?.(row) ?? <span className="ellipsis">{column.text(row)}</span>) : <span className="bone" />}
        </div>
      ))}
    </div>
  )
}
const TableRow = memo(PlainRow) as typeof PlainRow

const toggle = (list: readonly string[], key: string) => (list.includes(key) ? list.filter((other) => other !== key) : [...list, key])

function Head<Row>(props: {
  readonly column: Column<Row>
  readonly width: number
  readonly sort: Sort | null
  onSort?(sort: Sort): void
  onWidth(width: number): void
}) {
  const { column, sort, onSort } = props
  const sorted = sort?.by === column.id ? sort : null
  const drag = useRef<{ x: number; width: number } | null>(null)
  return (
    // biome-ignore lint/a11y/useSemanticElements: see DataTable
    // biome-ignore lint/a11y/useFocusableInteractive: see DataTable
    <div
      role="columnheader"
      className={column.align === 'right' ? 'right' : ''}
      aria-sort={sorted ? (sorted.descending ? 'descending' : 'ascending') : 'none'}
      title={column.hint}
    >
      {column.sortable && onSort ? (
        <button type="button" tabIndex={-1} onClick={() => onSort({ by: column.id, descending: sorted ? !sorted.descending : false })}>
          {column.title}
          {sorted && <Icon name={sorted.descending ? 'down' : 'up'} size={12} />}
        </button>
      ) : (
        column.title
      )}
      <span
        className="table-grip"
        aria-hidden="true"
        onPointerDown={(event) => {
          event.preventDefault()
          event.currentTarget.setPointerCapture(event.pointerId)
          drag.current = { x: event.clientX, width: props.width }
        }}
        onPointerMove={(event) => drag.current && props.onWidth(drag.current.width + event.clientX - drag.current.x)}
        onPointerUp={() => {
          drag.current = null
        }}
      />
    </div>
  )
}
