import { send } from '@dishu/web-kit/read'
import { Refused, Trouble, Waiting } from '@dishu/web-kit/state.tsx'
import { useText } from '@dishu/web-kit/words'
import { Button } from 'antd'
import { useEffect, useState } from 'react'
import { PageView } from './page.screen.tsx'
import type { StatedReport } from './reports.ts'
import type { PreviewReply } from './reports.wire.ts'

const LOOK_MS = 600

/** The pages as they will be, some at a time; asked again when the form stands still. */
export function Preview({ base, stated, head }: { readonly base: string; readonly stated: StatedReport; readonly head: number }) {
  const t = useText()
  const [from, setFrom] = useState(0)
  const [reply, setReply] = useState<PreviewReply | null>(null)
  const [trouble, setTrouble] = useState<Error | null>(null)
  const [busy, setBusy] = useState(true)
  const asked = JSON.stringify({ ...stated, format: 'pdf', head })
  useEffect(() => {
    const stop = new AbortController()
    setBusy(true)
    const asking = setTimeout(() => {
      const { head: _, ...body } = JSON.parse(asked) as StatedReport & { head: number }
      send<PreviewReply>(`${base}/reports/preview?from=${from}`, body).then(
        (got) => {
          if (stop.signal.aborted) return
          setReply(got)
          setTrouble(null)
          setBusy(false)
        },
        (cause: unknown) => {
          if (stop.signal.aborted) return
          setTrouble(cause instanceof Error ? cause : new Error(String(cause)))
          setBusy(false)
        },
      )
    }, LOOK_MS)
    return () => {
      stop.abort()
      clearTimeout(asking)
    }
  }, [base, asked, from])
  if (trouble)
    return 'kind' in trouble ? (
      <Trouble failure={trouble as Parameters<typeof Trouble>[0]['failure']} />
    ) : (
      <Refused message={trouble.message} />
    )
  if (!reply) return <Waiting reading={{ state: 'loading' }} lines={12} />
  const next = reply.from + reply.pages.length
  return (
    <>
      <div className="report-bar">
        <b>{reply.title}</b>
        <span className="quiet number">{t('reports.pages', { from: reply.from + 1, to: next, of: reply.of, figures: reply.figures })}</span>
        <span className="row gap">
          <Button size="small" disabled={busy || reply.from === 0} onClick={() => setFrom(Math.max(0, reply.from - 3))}>
            {t('reports.back')}
          </Button>
          <Button size="small" disabled={busy || next >= reply.of} onClick={() => setFrom(next)}>
            {t('reports.forward')}
          </Button>
        </span>
      </div>
      <div className={`report-pages${busy ? ' dim' : ''}`} aria-busy={busy}>
        {reply.pages.map((page, i) => (
          <PageView key={`${reply.from + i} ${asked}`} page={page} label={t('reports.page', { n: reply.from + i + 1 })} />
        ))}
      </div>
    </>
  )
}
