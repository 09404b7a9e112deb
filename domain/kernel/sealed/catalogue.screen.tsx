import { type Failure, send, useAct } from '@dishu/web-kit/read'
import { settings } from '@dishu/web-kit/settings'
import { Refused, Trouble } from '@dishu/web-kit/state.tsx'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText, wordOr } from '@dishu/web-kit/words'
import { Button, Input, Select } from 'antd'
import { useState } from 'react'
import { GROUNDS } from './catalogue.data.ts'
import { PersonButton } from './personal.screen.tsx'
import type { FoundReply } from './personal.wire.ts'
import { CATALOGUE, PURPOSES, SEALED_FIELDS } from './sealed.ts'

/** What is held of persons, why, on which ground and how long; and for those who may, finding one by the exact number. */
export function CatalogueScreen({ mayFind }: { readonly mayFind: boolean }) {
  const t = useText()
  const { language } = settings()
  return (
    <div className="page">
      <header className="page-head">
        <div>
          <h1>{t('catalogue.title')}</h1>
          <p className="quiet">{t('catalogue.what')}</p>
        </div>
      </header>
      {mayFind && <FindPerson />}
      <div className="scroll-x">
        <table className="ledger">
          <thead>
            <tr>
              <th scope="col">{t('catalogue.field')}</th>
              <th scope="col">{t('catalogue.purpose')}</th>
              <th scope="col">{t('catalogue.basis')}</th>
              <th scope="col" className="right">
                {t('catalogue.keep')}
              </th>
              <th scope="col">{t('catalogue.sensitivity')}</th>
            </tr>
          </thead>
          <tbody>
            {SEALED_FIELDS.map((field) => {
              const { purpose, basis, keepYears, sensitivity, ...named } = CATALOGUE[field]
              return (
                <tr key={field}>
                  <th scope="row">{named[language]}</th>
                  <td>{purpose[language]}</td>
                  <td>{GROUNDS[basis][language]}</td>
                  <td className="right number">{t('catalogue.years', { years: keepYears })}</td>
                  <td>{t(`catalogue.${sensitivity}`)}</td>
                </tr>
              )
            })}
          </tbody>
        </table>
      </div>
    </div>
  )
}

function FindPerson() {
  const t = useText()
  const { county } = usePlace()
  const { language } = settings()
  const [value, setValue] = useState('')
  const [purpose, setPurpose] = useState<string | null>(null)
  const act = useAct(
    () =>
      send<FoundReply>(`/api/counties/${county}/personal/find`, {
        field: 'idNumber',
        value: value.trim(),
        purpose: purpose ?? '',
        note: '',
      }),
    [],
  )
  const ready = value.trim().length >= 4 && purpose !== null
  return (
    <section className="card find-person no-print">
      <h3>{t('catalogue.find')}</h3>
      <form
        className="filters"
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault()
          if (ready) act.mutate()
        }}
      >
        <Input
          aria-label={t('catalogue.number')}
          placeholder={t('catalogue.number')}
          maxLength={40}
          value={value}
          onChange={(event) => setValue(event.target.value)}
        />
        <Select
          aria-label={t('personal.purpose')}
          placeholder={t('personal.purpose')}
          value={purpose}
          onChange={setPurpose}
          options={Object.entries(PURPOSES).map(([id, name]) => ({ value: id, label: name[language] }))}
        />
        <Button type="primary" htmlType="submit" disabled={!ready} loading={act.isPending}>
          {t('catalogue.go')}
        </Button>
      </form>
      {act.data && act.data.hits.length === 0 && <p className="quiet">{t('catalogue.nobody')}</p>}
      {act.data && act.data.hits.length > 0 && (
        <ul className="hits">
          {act.data.hits.map(({ kind, id, key, masks }) => (
            <li key={`${kind} ${id}`}>
              {wordOr(t, `kind.${kind}`, kind)} <span className="number">{key}</span> {masks.name} <PersonButton kind={kind} id={id} />
            </li>
          ))}
        </ul>
      )}
      <Problem error={act.error} />
    </section>
  )
}

function Problem({ error }: { readonly error: Failure | null }) {
  if (!error) return null
  return error.kind === 'refused' ? (
    <Refused message={error.refusal?.message ?? ''} hint={error.refusal?.hint} />
  ) : (
    <Trouble failure={error} />
  )
}
