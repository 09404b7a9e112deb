/**
 * The second process of the kill tests: it works on the register as an office does, over HTTP, and keeps its own list of what it asked for
 * and what was acknowledged. It is told where the server is (again after every kill) and told to rest; nobody kills it.
 */
import { appendFileSync } from 'node:fs'
import { setTimeout as pause } from 'node:timers/promises'
import type { IntakeView } from '@dishu/kernel/intake/intake.wire'
import type { FindingsReply, FindingView } from '@dishu/land/quality/quality.wire'

export type KeeperOrder = { readonly at: string | null }
/** A line of the list: `asked` before the request, `kept` when the answer said it is written. */
export type KeeperLine = {
  readonly token: string
  readonly lane: 'accept' | 'undo' | 'assign' | 'import'
  readonly state: 'asked' | 'kept'
  readonly finding?: string
}

const [list, county, lanes] = [process.argv[2], process.argv[3], Number(process.argv[4])]
let at: string | null = null
let busy = 0
let made = 0

process.on('disconnect', () => process.exit(0))
process.on('message', async (order: KeeperOrder) => {
  at = order.at
  if (at !== null) return
  while (busy > 0) await pause(5)
  process.send?.('resting')
})

const write = (line: KeeperLine) => appendFileSync(list, `${JSON.stringify(line)}\n`)
const newToken = (lane: KeeperLine['lane']) => `${lane}-${process.pid}-${++made}`

/**
 * Null where the server did not answer: then nothing is known of what became of the request. While all rests, nothing is sent; an answer's
 * line is in the list before we are said to rest.
 */
async function ask<Reply>(path: string, body?: object | FormData): Promise<{ status: number; reply: Reply } | null> {
  while (at === null) await pause(5)
  busy++
  const sent: RequestInit =
    body === undefined
      ? {}
      : body instanceof FormData
        ? { method: 'POST', body }
        : { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
  try {
    const reply = await fetch(`${at}${path}`, { ...sent, signal: AbortSignal.timeout(20_000) })
    return { status: reply.status, reply: (await reply.json()) as Reply }
  } catch {
    return null
  } finally {
    setImmediate(() => busy--)
  }
}

const county1 = `/api/counties/${county}`
const taken = new Set<string>() // findings that a lane is at work on, by what they are about: their numbers change with every check
const nameOf = (finding: FindingView) => `${finding.rule} ${finding.subjectKind} ${finding.subjectKey}`
const random = <T>(all: readonly T[]): T | undefined => all[Math.floor(Math.random() * all.length)]

async function findings(state: string) {
  const said = await ask<FindingsReply>(`${county1}/findings?state=${state}&limit=50`)
  return said?.status === 200 ? said.reply.rows.filter((each) => !taken.has(nameOf(each))) : []
}

/** Accepts a finding, which is a revision of the register, and takes that revision back, which is another. */
async function acceptAndUndo(): Promise<void> {
  const finding = random(await findings('open'))
  if (!finding) return
  taken.add(nameOf(finding))
  const token = newToken('accept')
  write({ token, lane: 'accept', state: 'asked' })
  const accepted = await ask<{ rev: number }>(`${county1}/findings/${finding.id}/accept`, { reason: token, name: '张三' })
  if (accepted?.status === 200) {
    write({ token, lane: 'accept', state: 'kept' })
    const undo = newToken('undo')
    write({ token: undo, lane: 'undo', state: 'asked' })
    const undone = await ask(`${county1}/revisions/${accepted.reply.rev}/undo`, { reason: undo })
    if (undone?.status === 200) write({ token: undo, lane: 'undo', state: 'kept' })
  }
  taken.delete(nameOf(finding))
}

async function assign(): Promise<void> {
  const finding = random(await findings('all'))
  if (!finding) return
  taken.add(nameOf(finding))
  for (let i = 0; i < 5; i++) {
    const token = newToken('assign')
    write({ token, lane: 'assign', state: 'asked', finding: nameOf(finding) })
    const said = await ask(`${county1}/findings/${finding.id}/assign`, { to: '李四', note: token })
    if (said?.status === 200) write({ token, lane: 'assign', state: 'kept', finding: nameOf(finding) })
    else break
  }
  taken.delete(nameOf(finding))
}

/** A sheet of one soil sample that nobody else brings. */
async function importSample(): Promise<void> {
  const token = newToken('import')
  const form = new FormData()
  const sheet = `样品编号,经度,纬度,采样深度(cm),采样日期,pH,全盐量(g/kg)\n${token},123.51,45.21,0-20,2026-05-01,8.9,2.4\n`
  form.append('files', new Blob([sheet]), `${token}.csv`)
  const begun = await ask<IntakeView>('/api/intakes', form)
  if (begun?.status !== 200) return
  const path = `/api/intakes/${begun.reply.id}`
  let [answered, confirmed] = [false, false]
  // what a kill interrupted stands where a person takes it up again, as often as it takes
  for (const end = Date.now() + 120_000; Date.now() < end; await pause(60)) {
    const said = await ask<IntakeView>(path)
    if (said?.status !== 200) continue
    const { state } = said.reply
    if (state === 'done') return write({ token, lane: 'import', state: 'kept' })
    if (state === 'refused') process.send?.(`an import was refused: ${JSON.stringify(said.reply).slice(0, 600)}`)
    if (['refused', 'cancelled'].includes(state)) return
    if (['uploaded', 'needs-answers', 'failed'].includes(state) || (state === 'ready' && !answered))
      answered = (await ask(`${path}/answers`, { answers: { county, unclassified: true } }))?.status === 200
    else if (state === 'ready') {
      if (!confirmed) write({ token, lane: 'import', state: 'asked' })
      confirmed = true
      await ask(`${path}/confirm`, { reason: token })
    }
  }
}

/** The job that goes over everything: asked for now and then, and worth nothing by itself. */
const check = async () => void (await ask(`${county1}/check`, {}))

async function lane(work: readonly (() => Promise<void>)[]): Promise<void> {
  for (let i = 0; ; i++) {
    await work[i % work.length]()
    await pause(20)
  }
}

void lane([acceptAndUndo])
void lane([assign])
for (let i = 2; i < lanes; i++) void lane([acceptAndUndo, assign])
void lane([importSample, check])
