import type { Failure } from '@dishu/web-kit/read'
import { useAct } from '@dishu/web-kit/read'
import { Refused, Trouble } from '@dishu/web-kit/state.tsx'
import { upload } from '@dishu/web-kit/upload'
import { useText } from '@dishu/web-kit/words'
import { Button, Input, Upload } from 'antd'
import { useState } from 'react'
import type { LibraryPreview } from './technology.wire.ts'

const none = () => {}

/** A filled workbook: what it would change and what stands in its way, before anything is written. */
export function LibraryUpload({ county, onClose }: { readonly county: string; onClose(): void }) {
  const t = useText()
  const [file, setFile] = useState<File | null>(null)
  const [reason, setReason] = useState('')
  const [rev, setRev] = useState<number | null>(null)
  const look = useAct<File, LibraryPreview>(
    (chosen) => upload<LibraryPreview>(`/api/counties/${county}/library/preview`, [chosen], none).done,
    [],
  )
  const write = useAct<{ file: File; head: number }, { rev: number }>(
    async (chosen) => {
      const search = new URLSearchParams({ head: String(chosen.head), reason })
      return upload<{ rev: number }>(`/api/counties/${county}/library/import?${search}`, [chosen.file], none).done
    },
    [`/api/counties/${county}/library`, '/api/session'],
  )
  const preview = look.data
  const failure: Failure | null = look.error ?? write.error
  const changes = preview?.sheets.some(({ added, changed }) => added + changed > 0) ?? false
  return (
    <section className="card library-upload" aria-label={t('library.import')}>
      <h3>{t('library.import')}</h3>
      <p className="quiet">{t('library.import-what')}</p>
      <div className="row gap">
        <Upload
          accept=".xlsx"
          maxCount={1}
          showUploadList={false}
          beforeUpload={(chosen) => {
            setFile(chosen)
            setRev(null)
            write.reset()
            look.mutate(chosen)
            return false
          }}
        >
          <Button loading={look.isPending}>{t('library.choose-file')}</Button>
        </Upload>
        {file && <span className="ellipsis">{file.name}</span>}
        <span className="grow" />
        <Button type="text" onClick={onClose}>
          {t('library.close')}
        </Button>
      </div>
      {failure && <Trouble failure={failure} />}
      {rev !== null && (
        <p className="done" role="status">
          {t('library.written', { rev })}
        </p>
      )}
      {preview && rev === null && (
        <>
          {preview.sheets.length > 0 && (
            <table className="plain">
              <thead>
                <tr>
                  <th>{t('library.sheet')}</th>
                  <th className="right">{t('library.added')}</th>
                  <th className="right">{t('library.changed')}</th>
                  <th className="right">{t('library.same')}</th>
                </tr>
              </thead>
              <tbody>
                {preview.sheets.map(({ sheet, title, added, changed, same }) => (
                  <tr key={sheet}>
                    <td>{title}</td>
                    <td className="right">{added}</td>
                    <td className="right">{changed}</td>
                    <td className="right">{same}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )}
          {preview.problems.length > 0 ? (
            <>
              <Refused message={t('library.problems', { count: preview.problems.length })} hint={t('library.problems-what')} />
              <ol className="library-problems">
                {preview.problems.slice(0, 100).map(({ message, hint }, i) => (
                  <li key={i}>
                    {message} {hint && <small>{hint}</small>}
                  </li>
                ))}
              </ol>
            </>
          ) : changes ? (
            <div className="row gap">
              <Input
                value={reason}
                maxLength={200}
                placeholder={t('library.reason')}
                aria-label={t('library.reason')}
                onChange={(event) => setReason(event.target.value)}
              />
              <Button
                type="primary"
                loading={write.isPending}
                disabled={file === null}
                onClick={() => file && write.mutate({ file, head: preview.head }, { onSuccess: (done) => setRev(done.rev) })}
              >
                {t('library.write')}
              </Button>
            </div>
          ) : (
            <p className="quiet">{t('library.nothing-changes')}</p>
          )}
        </>
      )}
    </section>
  )
}
