import { onSave } from '@dishu/web-kit/keys'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { useSettings } from '@dishu/web-kit/settings'
import { useText } from '@dishu/web-kit/words'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { choiceText, faultOf, keyOf, MONTH_NAMES, MONTHS, type Row, type Sheet, type SheetField } from './water.ts'

type Texts = Readonly<Record<string, string | readonly string[]>>

const written = (field: SheetField, value: unknown): string =>
  typeof value === 'number'
    ? String(Number((value / field.factor).toPrecision(12)))
    : value === null || value === undefined
      ? ''
      : String(value)
const isShape = ({ kind }: SheetField) => kind === 'line' || kind === 'polygon'

function textsOf(sheet: Sheet, row: Row): Texts {
  return Object.fromEntries(
    sheet.fields.map((field) => {
      const value = row[field.name]
      return [
        field.name,
        field.kind === 'months'
          ? Array.from({ length: MONTHS }, (_, m) => written(field, (value as readonly unknown[] | null)?.[m]))
          : written(field, value),
      ]
    }),
  )
}

/** A number as a person writes it, in our units; the text itself where it is none, which the decision then refuses. */
const numberFrom = (field: SheetField, text: string): unknown => {
  const plain = text.trim()
  if (plain === '') return null
  const number = Number(plain)
  return Number.isFinite(number) ? number * field.factor : plain
}

function valueFrom(field: SheetField, text: string | readonly string[], before: unknown): unknown {
  if (isShape(field)) return before ?? null
  if (field.kind === 'months') return (text as readonly string[]).map((each) => numberFrom(field, each))
  if (field.kind === 'number') return numberFrom(field, text as string)
  const plain = (text as string).trim()
  return plain === '' && field.name !== 'soil' ? null : plain
}

/** One row of a sheet as a form: what each field is, its unit, and what is wrong with it as it is typed. */
export function RowForm(props: {
  readonly sheet: Sheet
  readonly row: Row
  readonly isNew: boolean
  readonly locked: boolean
  readonly taken: ReadonlySet<string> // keys of the other rows
  onApply(row: Row): void
  onRemove(): void
  onClose(): void
}) {
  const t = useText()
  const { language } = useSettings()
  const { sheet, row, isNew, locked, taken } = props
  const [first] = useState<Texts>(() => textsOf(sheet, row))
  const [texts, setTexts] = useState(first)
  const next: Record<string, unknown> = {}
  const faults = new Map<string, string>()
  for (const field of sheet.fields) {
    // what was not typed over stays to its last digit
    const value =
      JSON.stringify(texts[field.name]) === JSON.stringify(first[field.name])
        ? (row[field.name] ?? null)
        : valueFrom(field, texts[field.name] ?? '', row[field.name])
    next[field.name] = value
    const fault = faultOf(field, value)
    if (fault) faults.set(field.name, `${t(`water.fault-${fault.code}`)}${fault.expected ? ` (${fault.expected})` : ''}`)
  }
  const key = keyOf(sheet, next)
  if (taken.has(key)) faults.set(sheet.key[0], t('water.fault-twice'))
  const isChanged = JSON.stringify(texts) !== JSON.stringify(first)
  const apply = () => {
    if (faults.size === 0 && !locked) props.onApply(next)
  }
  const set = (name: string, text: string | readonly string[]) => setTexts({ ...texts, [name]: text })
  return (
    <form className="water-form" onKeyDown={onSave(apply)} onSubmit={(event) => event.preventDefault()}>
      <header className="row">
        <h2 className="grow">
          {isNew ? t('water.new-row', { sheet: sheet.title[language] }) : String(row.name ?? row.cropName ?? keyOf(sheet, row))}
        </h2>
        <button type="button" className="icon-link" aria-label={t('water.close')} onClick={props.onClose}>
          <Icon name="close" />
        </button>
      </header>
      <p className="quiet">{sheet.explains[language]}</p>
      {sheet.fields.map((field) => {
        const label = `${field.title[language]}${field.unit ? ` (${field.unit[language]})` : ''}`
        const wrong = faults.get(field.name)
        return (
          <div key={field.name} className={`water-field${wrong && (isChanged || isNew) ? ' wrong' : ''}`}>
            <span className="field-label">
              {label}
              {field.needed && <span aria-hidden="true"> *</span>}
            </span>
            <FieldInput
              field={field}
              label={label}
              text={texts[field.name] ?? ''}
              value={row[field.name]}
              locked={locked}
              onText={(text) => set(field.name, text)}
            />
            <small className="quiet">{wrong && (isChanged || isNew) ? wrong : field.explains[language]}</small>
          </div>
        )
      })}
      {!locked && (
        <footer className="row gap">
          <Button type="primary" disabled={faults.size > 0 || !(isChanged || isNew)} onClick={apply}>
            {t('water.apply')}
          </Button>
          {!isNew && (
            <Button danger onClick={props.onRemove}>
              {t('water.remove')}
            </Button>
          )}
          <span className="quiet">Ctrl+Enter</span>
        </footer>
      )}
    </form>
  )
}

function FieldInput(props: {
  readonly field: SheetField
  readonly label: string
  readonly text: string | readonly string[]
  readonly value: unknown
  readonly locked: boolean
  onText(text: string | readonly string[]): void
}) {
  const t = useText()
  const { language } = useSettings()
  const { field, label, text, locked, onText } = props
  if (isShape(field)) return <span className="quiet">{props.value ? t('water.shape-drawn') : t('water.shape-none')}</span>
  if (field.kind === 'months') {
    const months = text as readonly string[]
    return (
      <div className="water-months">
        {months.map((each, m) => (
          <div key={MONTH_NAMES[m]}>
            <small>{language === 'zh' ? `${m + 1}月` : MONTH_NAMES[m]}</small>
            <Input
              size="small"
              inputMode="decimal"
              aria-label={`${label} ${language === 'zh' ? `${m + 1}月` : MONTH_NAMES[m]}`}
              value={each}
              disabled={locked}
              placeholder="—"
              onChange={({ target }) => onText(months.map((old, i) => (i === m ? target.value : old)))}
              onPaste={(event) => {
                // twelve cells copied from a sheet fill the months from here on
                const cells = event.clipboardData
                  .getData('text')
                  .trim()
                  .split(/[\t\n]+/)
                if (cells.length < 2) return
                event.preventDefault()
                onText(months.map((old, i) => cells[i - m] ?? old))
              }}
            />
          </div>
        ))}
      </div>
    )
  }
  if (field.kind === 'choice')
    return (
      <Select
        size="small"
        aria-label={label}
        value={(text as string) || null}
        disabled={locked}
        allowClear={!field.needed}
        options={field.choices.map((value) => ({ value, label: choiceText(value, language) }))}
        onChange={(value: string | undefined) => onText(value ?? '')}
      />
    )
  return (
    <Input
      size="small"
      aria-label={label}
      inputMode={field.kind === 'number' ? 'decimal' : 'text'}
      value={text as string}
      disabled={locked}
      placeholder={field.kind === 'number' ? t('water.not-configured') : ''}
      onChange={({ target }) => onText(target.value)}
    />
  )
}
