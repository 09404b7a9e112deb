import { accept } from '@dishu/base/refusal'
import { query } from '@dishu/web-kit/address'
import { Icon } from '@dishu/web-kit/look/icons.tsx'
import type { Bounds } from '@dishu/web-kit/map/draw'
import { doneNext, redone, undoable, undone } from '@dishu/web-kit/map/edit'
import { useRead } from '@dishu/web-kit/read'
import { Trouble, Waiting } from '@dishu/web-kit/state.tsx'
import { useAddress } from '@dishu/web-kit/use-address'
import { usePlace } from '@dishu/web-kit/use-place'
import { useText } from '@dishu/web-kit/words'
import { Button, Segmented } from 'antd'
import { useDeferredValue, useMemo, useState } from 'react'
import { Link } from 'wouter'
import { type Drawn, type EditOutcome, type Ground, type Hand, TOOL_KEYS, TOOLS, type Tool } from './drawing.layer.ts'
import { outlinesInDegrees } from './edit.layer.ts'
import { EditMap } from './edit-map.screen.tsx'
import { Outcome, Saving } from './edit-outcome.screen.tsx'
import { brought } from './judge.ts'
import type { Around, LineageLayer, Operation } from './lineage.ts'
import type { AroundReply } from './lineage.wire.ts'
import { decide } from './operations.ts'

/** Split, merge and boundary adjustment of a row, drawn on the map. `ground`: what lies under the drawing. */
export function EditScreen({ layer, id, ground }: { readonly layer: LineageLayer; readonly id: number; readonly ground: Ground }) {
  const t = useText()
  const place = usePlace()
  const address = useAddress()
  const asked = address.get('tool')
  const [steps, setSteps] = useState(() =>
    undoable<Drawn>({ tool: TOOLS.find((tool) => tool === asked) ?? 'split', chosen: [id], line: [], held: null, moves: [] }),
  )
  const drawn = steps.present
  const [reload, setReload] = useState(0)
  const reading = useRead<AroundReply>(
    query(`/api/counties/${place.county}/lineage/around`, {
      layer,
      ids: drawn.chosen.join(),
      asOf: place.asOf,
      v: reload > 0 ? String(reload) : null,
    }),
  )
  const back = address.link(layer === 'patch' ? `/parcels/${id}` : '/parcels')
  const head = (key: string) => (
    <header className="page-head">
      <Link href={back} className="icon-link" aria-label={t('lineage.back')}>
        <Icon name="left" />
      </Link>
      <div>
        <h1>
          {t('lineage.edit')} <span className="number">{key}</span>
        </h1>
        <p className="quiet">{t('lineage.edit-what')}</p>
      </div>
    </header>
  )
  if (place.known !== null)
    return (
      <div className="page">
        {head('')}
        <p>{t('lineage.not-in-the-past')}</p>
        <Button onClick={() => address.set({ known: null })}>{t('date.today')}</Button>
      </div>
    )
  if (reading.state !== 'ready')
    return (
      <div className="page">
        {head('')}
        {reading.state === 'failed' ? <Trouble failure={reading.failure} retry={reading.retry} /> : <Waiting reading={reading} lines={8} />}
      </div>
    )
  const around = reading.value
  const row = around.rows.find((each) => each.id === id)
  return (
    <div className="page lineage-edit">
      {head(row?.key ?? '')}
      <Editor
        around={around}
        fresh={!reading.refreshing}
        drawn={drawn}
        canUndo={steps.past.length > 0}
        canRedo={steps.future.length > 0}
        ground={ground}
        id={id}
        onDraw={(next) => setSteps((before) => doneNext(before, next))}
        onUndo={() => setSteps(undone)}
        onRedo={() => setSteps(redone)}
        onReload={() => setReload(reload + 1)}
      />
    </div>
  )
}

type EditorProps = {
  readonly around: Around
  readonly fresh: boolean
  readonly drawn: Drawn
  readonly canUndo: boolean
  readonly canRedo: boolean
  readonly ground: Ground
  readonly id: number
  onDraw(next: Drawn): void
  onUndo(): void
  onRedo(): void
  onReload(): void
}

function Editor(props: EditorProps) {
  const t = useText()
  const { around, drawn, id } = props
  const [hand, setHand] = useState<Hand | null>(null)
  const [showing, setShowing] = useState<'before' | 'after'>('after')
  const target = around.rows.find((row) => row.id === id) ?? around.rows[0]
  const outlines = useMemo(() => outlinesInDegrees(around.rows, target), [around, target])
  const operation = operationOf(drawn, hand)
  const asked = useDeferredValue(JSON.stringify(operation))
  const outcome = useMemo(() => outcomeOf(asked, around), [asked, around])
  const choose = (tool: Tool) =>
    props.onDraw({ tool, chosen: tool === 'merge' || tool === 'redraw' ? drawn.chosen : [id], line: [], held: null, moves: [] })
  // what is written is what was put down; the hand may be anywhere by then
  const settled = operationOf(drawn, null)
  const written = JSON.stringify(settled)
  const done = useMemo(() => (written === asked ? outcome : outcomeOf(written, around)), [written, asked, outcome, around])
  return (
    <div className="lineage-grid">
      <div className="lineage-map">
        <EditMap
          {...props}
          target={target}
          outlines={outlines}
          hand={hand}
          onHand={setHand}
          onTool={choose}
          plan={outcome?.decided.ok ? outcome.decided.value : null}
          brought={outcome?.brought ?? []}
          showing={showing}
          fit={boundsOf(outlines.get(id) ?? [])}
        />
      </div>
      <aside className="lineage-side">
        <Segmented<Tool>
          block
          value={drawn.tool}
          onChange={choose}
          options={TOOLS.map((tool) => ({
            value: tool,
            label: t(`lineage-tool.${tool}`),
            title: `${t(`lineage-tool.${tool}`)} (${TOOL_KEYS[tool]})`,
          }))}
        />
        <p className="quiet">{t(`lineage-how.${drawn.tool}`)}</p>
        <p className="lineage-keys">
          <Button size="small" disabled={!props.canUndo} onClick={props.onUndo} title="Ctrl+Z">
            {t('lineage.undo')}
          </Button>
          <Button size="small" disabled={!props.canRedo} onClick={props.onRedo} title="Ctrl+Shift+Z">
            {t('lineage.redo')}
          </Button>
          <Segmented<'before' | 'after'>
            size="small"
            value={showing}
            onChange={setShowing}
            options={[
              { value: 'before', label: t('lineage.before') },
              { value: 'after', label: t('lineage.after') },
            ]}
          />
        </p>
        <Outcome around={around} outcome={outcome} chosen={drawn.chosen} />
        <Saving
          around={around}
          operation={settled}
          onReload={props.onReload}
          ready={props.fresh && done?.decided.ok === true && !done.brought.some(({ blocks }) => blocks)}
        />
      </aside>
    </div>
  )
}

/** What the drawing asks for; the hand is the last place of a line that is being drawn. */
function operationOf({ tool, chosen, line, held, moves }: Drawn, hand: Hand | null): Operation | null {
  const last = line.at(-1)
  const resting = hand && last && hand.place[0] === last[0] && hand.place[1] === last[1]
  const drawn = hand && last && !resting ? [...line, hand.place] : line
  if (tool === 'split') return drawn.length > 1 ? { kind: 'split', id: chosen[0], lines: [drawn] } : null
  if (tool === 'merge') return chosen.length > 1 ? { kind: 'merge', ids: chosen, lead: chosen[0] } : null
  if (tool === 'redraw') return chosen.length === 2 && drawn.length > 1 ? { kind: 'adjust', ids: chosen, line: drawn } : null
  const all = held && hand ? [...moves, { from: held, to: hand.place }] : moves
  return all.length > 0 ? { kind: 'adjust', ids: chosen, moves: all } : null
}

function outcomeOf(asked: string, around: Around): EditOutcome | null {
  const operation = JSON.parse(asked) as Operation | null
  if (operation === null) return null
  const decided = decide(operation, around)
  return decided.ok ? { decided: accept(decided.value), brought: brought(decided.value, around) } : { decided, brought: [] }
}

function boundsOf(outline: readonly (readonly (readonly number[])[])[]): Bounds | null {
  const all = outline.flat(2)
  if (all.length === 0) return null
  const lon = all.filter((_, i) => i % 2 === 0)
  const lat = all.filter((_, i) => i % 2 === 1)
  return [Math.min(...lon), Math.min(...lat), Math.max(...lon), Math.max(...lat)]
}
