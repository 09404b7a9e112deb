import { query } from '@dishu/web-kit/address'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import { Failure, type RefusalView, useAct } from '@dishu/web-kit/read'
import { useSettings } from '@dishu/web-kit/settings'
import { Refused } from '@dishu/web-kit/state.tsx'
import { upload } from '@dishu/web-kit/upload'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Button, Checkbox } from 'antd'
import { useRef, useState } from 'react'
import { placeText } from './water.messages.ts'
import type { RowRefusal } from './water.ts'
import type { ChangesReply } from './water.wire.ts'

const SHOWN = 30

/** A filled template comes in: chosen, looked at, written as one revision or not at all. */
export function ImportBox({ onDone }: { onDone(): void }) {
  const t = useText()
  const { language } = useSettings()
  const { county } = usePlace()
  const chooser = useRef<HTMLInputElement>(null)
  const [file, setFile] = useState<File | null>(null)
  const [whole, setWhole] = useState(false)
  const [preview, setPreview] = useState<ChangesReply | null>(null)
  const base = `/api/counties/${county}/water`
  const act = useAct<{ file: File; look: boolean; whole: boolean; expected: number | null }, ChangesReply>(
    ({ file: chosen, look, whole: all, expected }) =>
      upload<ChangesReply>(
        query(`${base}/import`, {
          look: look ? '1' : null,
          whole: all ? '1' : null,
          expected: expected === null ? null : String(expected),
          reason: null,
        }),
        [chosen],
        () => {},
      ).done,
    [`/api/counties/${county}`, '/api/session'],
  )
  const look = (chosen: File, all: boolean) => {
    setPreview(null)
    act.mutate({ file: chosen, look: true, whole: all, expected: null }, { onSuccess: setPreview })
  }
  const failure = act.error instanceof Failure ? act.error : null
  const refused = failure?.refusal ?? null
  const changed = preview?.changes.reduce((sum, each) => sum + each.added.length + each.changed.length + each.removed.length, 0) ?? 0
  return (
    <div className="water-import">
      <p>{t('water.import-what')}</p>
      <div className="row gap wrap">
        <Button href={`${base}/template?language=${language}`} icon={<Icon name="download" size={15} />}>
          {t('water.template')}
        </Button>
        <Button href={`${base}/template?filled=1&language=${language}`} icon={<Icon name="download" size={15} />}>
          {t('water.export')}
        </Button>
        <Button
          type={preview ? 'default' : 'primary'}
          icon={<Icon name="import" size={15} />}
          loading={act.isPending}
          onClick={() => chooser.current?.click()}
        >
          {t('water.choose-file')}
        </Button>
        <input
          ref={chooser}
          type="file"
          hidden
          accept=".xlsx"
          aria-label={t('water.choose-file')}
          onChange={({ target }) => {
            const chosen = target.files?.[0]
            target.value = ''
            if (!chosen) return
            setFile(chosen)
            look(chosen, whole)
          }}
        />
      </div>
      <Checkbox
        checked={whole}
        onChange={({ target }) => {
          setWhole(target.checked)
          if (file) look(file, target.checked)
        }}
      >
        {t('water.whole')}
      </Checkbox>
      {file && <p className="quiet">{file.name}</p>}
      {refused && (
        <Refused message={refused.message} hint={refused.hint}>
          <RefusedRows refusal={refused} />
        </Refused>
      )}
      {failure && !refused && <p className="alarm">{failure.message}</p>}
      {preview && (
        <>
          <table className="plain">
            <thead>
              <tr>
                <th scope="col">{t('water.sheet')}</th>
                {(['added', 'changed', 'removed', 'same'] as const).map((name) => (
                  <th key={name} scope="col" className="right">
                    {t(`water.${name}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {preview.changes.map((each) => (
                <tr key={each.sheet}>
                  <th scope="row">{each.title}</th>
                  <td className="right number">{each.added.length}</td>
                  <td className="right number">{each.changed.length}</td>
                  <td className="right number">{each.removed.length}</td>
                  <td className="right number">{each.same}</td>
                </tr>
              ))}
            </tbody>
          </table>
          {preview.findings.length > 0 && (
            <details>
              <summary>{t('water.findings-after', { count: preview.findings.length })}</summary>
              <ul className="water-findings">
                {preview.findings.slice(0, SHOWN).map((each) => (
                  <li key={`${each.code}${each.sheet}${each.key}${each.message}`} className={each.severity}>
                    {each.message}
                  </li>
                ))}
              </ul>
            </details>
          )}
          <Button
            type="primary"
            disabled={changed === 0 || !file}
            loading={act.isPending}
            onClick={() => file && act.mutate({ file, look: false, whole, expected: preview.base }, { onSuccess: onDone })}
          >
            {changed === 0 ? t('water.nothing-new') : t('water.write-file', { count: changed })}
          </Button>
        </>
      )}
    </div>
  )
}

function RefusedRows({ refusal }: { readonly refusal: RefusalView }) {
  const { language } = useSettings()
  const { rows } = (refusal.details ?? {}) as { readonly rows?: readonly RowRefusal[] }
  if (!rows || rows.length < 2) return null
  return (
    <ul className="water-findings">
      {rows.slice(0, SHOWN).map((row) => (
        <li key={`${row.sheet}${row.row}${row.field}${row.month}`}>{placeText(row, language)}</li>
      ))}
    </ul>
  )
}
