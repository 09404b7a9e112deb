import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useSettings } from '@dishu/web-kit/settings'
import { type Column, DataTable } from '@dishu/web-kit/table/table.tsx'
import { useText } from '@dishu/web-kit/words'
import { Button, Select } from 'antd'
import { useMemo } from 'react'
import {
  choiceText,
  cropNameOf,
  keyOf,
  MONTHS,
  type Row,
  rowsOf,
  SHEET_IDS,
  SHEETS,
  type Sheet,
  type SheetField,
  type SheetId,
  type Water,
} from './water.ts'

const WIDTHS: Readonly<Record<SheetField['kind'], number>> = {
  text: 86,
  choice: 72,
  number: 92,
  day: 72,
  months: 140,
  line: 64,
  polygon: 64,
}
const shown = (value: number) =>
  Math.abs(value) >= 1000 ? value.toLocaleString('en-US', { maximumFractionDigits: 1 }) : String(Number(value.toPrecision(5)))

/** One of the sheets as a table; a row opens in the form beside. */
export function SheetTable(props: {
  readonly water: Water
  readonly sheet: SheetId
  readonly selected: string | null // key
  readonly locked: boolean
  onSheet(sheet: SheetId): void
  onSelect(key: string | null): void
  onAdd(): void
}) {
  const t = useText()
  const { language } = useSettings()
  const { water, selected, locked } = props
  const sheet = SHEETS[props.sheet]
  const rows = rowsOf(water, sheet.id)
  const columns = useMemo(() => {
    const all = columnsOf(sheet, language, { none: t('water.not-configured'), drawn: t('water.shape-drawn') }, (crop) =>
      cropNameOf(water, crop),
    )
    return all.filter(({ text }) => rows.some((row) => text(row) !== ''))
  }, [sheet, rows, water, language, t])
  return (
    <div className="water-sheet">
      <div className="row gap water-sheet-head">
        <Select
          className="grow"
          aria-label={t('water.sheet')}
          value={sheet.id}
          options={SHEET_IDS.map((value) => ({ value, label: `${SHEETS[value].title[language]} · ${rowsOf(water, value).length}` }))}
          onChange={props.onSheet}
        />
        {!locked && (
          <Button icon={<Icon name="plus" size={15} />} onClick={props.onAdd}>
            {t('water.add-row')}
          </Button>
        )}
      </div>
      <p className="quiet">{sheet.explains[language]}</p>
      {rows.length === 0 ? (
        <p className="quiet none">{t('water.no-rows')}</p>
      ) : (
        <DataTable<Row>
          key={sheet.id}
          name={`water-${sheet.id}`}
          label={sheet.title[language]}
          columns={columns}
          count={rows.length}
          rowAt={(index) => rows[index]}
          keyOf={(row) => keyOf(sheet, row)}
          selected={selected === null ? [] : [selected]}
          onSelect={(keys) => props.onSelect(keys[0] ?? null)}
        />
      )}
    </div>
  )
}

function columnsOf(
  sheet: Sheet,
  language: 'zh' | 'en',
  words: { readonly none: string; readonly drawn: string },
  nameOf: (crop: string) => string,
): readonly Column<Row>[] {
  return inOrder(sheet.fields).map((field): Column<Row> => {
    const text = (row: Row): string => {
      const value = row[field.name]
      if (value === null || value === undefined) return field.kind === 'number' ? words.none : ''
      if (field.kind === 'number') return shown((value as number) / field.factor)
      if (field.kind === 'months') return monthsText(field, value as readonly (number | null)[], words.none)
      if (field.name === 'crop') return nameOf(String(value))
      if (field.kind === 'choice') return choiceText(String(value), language)
      return field.kind === 'line' || field.kind === 'polygon' ? words.drawn : String(value)
    }
    return {
      id: field.name,
      title: `${field.title[language]}${field.unit ? ` (${field.unit[language]})` : ''}`,
      hint: field.explains[language],
      width: WIDTHS[field.kind],
      ...(field.kind === 'number' ? { align: 'right' as const } : {}),
      text,
      show: (row) => {
        const said = text(row)
        if (field.name === 'mark') return <span className={`tag mark-${String(row.mark)}`}>{said}</span>
        return said === words.none ? <span className="quiet">{said}</span> : said
      },
    }
  })
}

/** What names a row, then its figures, then the rest: the figures are what the table is opened for. */
function inOrder(fields: readonly SheetField[]): readonly SheetField[] {
  const [first, rest] = [fields.slice(0, 3), fields.slice(3)]
  const isFigure = ({ kind }: SheetField) => kind === 'number' || kind === 'months'
  return [...first, ...rest.filter(isFigure), ...rest.filter((field) => !isFigure(field))]
}

/** The least and greatest of twelve months. */
function monthsText(field: SheetField, months: readonly (number | null)[], none: string): string {
  const known = months.filter((each) => each !== null).map((each) => each / field.factor)
  if (known.length === 0) return none
  const [low, high] = [Math.min(...known), Math.max(...known)]
  return `${low === high ? shown(low) : `${shown(low)} … ${shown(high)}`}${known.length < MONTHS ? ` · ${known.length}/12` : ''}`
}
