/** An import in words: what the screen and the command line show, in the reader's language. */
import type { Language, Refusal, Sentence } from '@dishu/base/refusal'
import type { Standard } from './intake.ts'
import type { IntakeMessage, IntakeView, Question } from './intake.wire.ts'
import type { Answers, LayerSummary, Preview, QuestionData } from './preview.ts'

/** The sentence for any refusal, whichever slice it comes from. */
export type Say = (refusal: Refusal) => Sentence

export type ViewTools = {
  readonly language: Language
  readonly standards: readonly Standard[]
  readonly say: Say
  ruleName(rule: string): string
  /** What a column of the register, or a field of a file, is called in the person's language. */
  labelOf(name: string): string
  crsName(epsg: string): string
}

export type IntakeFacts = {
  readonly id: string
  readonly state: IntakeView['state']
  readonly createdAt: Date
  readonly createdBy: string
  readonly progress: { readonly phase?: string; readonly done?: number; readonly total?: number | null; readonly startedAt?: string }
  readonly preview: Preview | null
  readonly answers: Answers
  readonly revisions: IntakeView['revisions']
  readonly files: IntakeView['files']
}

export function viewOf(intake: IntakeFacts, tools: ViewTools, now: Date): IntakeView {
  const { preview, progress } = intake
  const message = (refusal: Refusal): IntakeMessage => ({ code: refusal.code, ...tools.say(refusal) })
  const running = intake.state === 'reading' || intake.state === 'writing'
  return {
    id: intake.id,
    state: intake.state,
    county: preview ? (Object.keys(preview.base)[0] ?? intake.answers.county ?? null) : (intake.answers.county ?? null),
    createdAt: intake.createdAt.toISOString(),
    createdBy: intake.createdBy,
    files: intake.files,
    progress:
      running && progress.phase
        ? {
            phase: progress.phase,
            done: progress.done ?? 0,
            total: progress.total ?? null,
            seconds: progress.startedAt ? (now.getTime() - Date.parse(progress.startedAt)) / 1000 : 0,
          }
        : null,
    questions: preview ? preview.questions.map((each) => question(each, preview, tools)) : [],
    layers: (preview?.layers ?? []).map((layer) => ({
      layer: layer.layer,
      file: layer.file,
      format: layer.format,
      standard: layer.standard,
      standardName: tools.standards.find((each) => each.id === layer.standard)?.name[tools.language] ?? null,
      encoding: layer.encoding,
      crs: layer.crs,
      rowsRead: layer.rowsRead,
      added: layer.added,
      changed: layer.changed,
      unchanged: layer.unchanged,
      ended: layer.ended,
      refused: layer.refused,
      areaInM2: layer.areaIn === null ? null : layer.areaIn / 100,
      areaOutM2: layer.areaOut === null ? null : layer.areaOut / 100,
      fields: layer.fields,
      notes: layer.notes.map(message),
    })),
    refusedRows: (preview?.refusedRows ?? []).map(({ refusal, ...row }) => ({ ...row, ...message(refusal) })),
    changedRows: (preview?.changedRows ?? []).map((row) => ({
      ...row,
      fields: row.fields.map(({ name, before, after }) => ({
        name,
        label: tools.labelOf(name),
        before: shown(before),
        after: shown(after),
      })),
    })),
    changedFields: (preview?.changedFields ?? []).map((field) => ({ ...field, label: tools.labelOf(field.name) })),
    findings: (preview?.findings ?? []).map((each) => ({ ...each, name: tools.ruleName(each.rule) })),
    refusal: preview?.refusal ? message(preview.refusal) : null,
    revisions: intake.revisions,
  }
}

export const shown = (value: unknown): string | null =>
  value === null || value === undefined ? null : typeof value === 'object' ? JSON.stringify(value) : String(value)

function question(data: QuestionData, preview: Preview, tools: ViewTools): Question {
  const zh = tools.language === 'zh'
  if (data.id === 'unclassified') {
    return {
      id: 'unclassified',
      text: zh
        ? '这些文件不含国家秘密，也不含未经脱密处理的测绘成果。'
        : 'These files hold no state secret and no survey data that would have to be declassified first.',
    }
  }
  if (data.id === 'county') {
    const { proposal, choices } = data as Extract<QuestionData, { id: 'county' }>
    return {
      id: 'county',
      text: zh ? '这些数据属于哪个县？（六位代码）' : 'Which county do the data belong to? (six digits)',
      proposal,
      choices,
    }
  }
  if (data.id.startsWith('crs:')) {
    const { id, layer, example, proposal, choices } = data as Extract<QuestionData, { id: `crs:${string}` }>
    const [x, y] = example.map((each) => each.toFixed(3))
    return {
      id,
      text: zh
        ? `图层“${layer}”没有说明坐标系（如 ${x}, ${y}）。请选择。`
        : `The layer “${layer}” does not state its coordinate system (coordinates such as ${x}, ${y}). Choose one.`,
      proposal,
      choices: choices.map((value) => ({ value, label: `${value} ${tools.crsName(value)}` })),
    }
  }
  if (data.id.startsWith('shifted:')) {
    const { id, layer, eastM, northM } = data as Extract<QuestionData, { id: `shifted:${string}` }>
    return {
      id: id as `shifted:${string}`,
      text: tools
        .say({ code: 'intake/shift-suspected', details: { eastM, northM } })
        .message.replace(/^/, zh ? `“${layer}”：` : `“${layer}”: `),
    }
  }
  const { id, layer } = data as Extract<QuestionData, { id: `mapping:${string}` }>
  const summary = preview.layers.find((each) => `mapping:${each.key}` === id)
  return {
    id,
    text: zh ? `图层“${layer}”属于哪种数据？各列是什么意思？` : `What kind of data is the layer “${layer}”, and what do its columns mean?`,
    standards: tools.standards
      .filter((each) => each.geometry !== 'polygon' || summary?.crs || summary?.fields)
      .map((standard) => ({
        id: standard.id,
        name: standard.name[tools.language],
        fields: standard.fields.map((field) => ({
          name: field.name,
          label: field.label[tools.language],
          required: field.required,
          unit: field.unit,
          guess: guess(field, summary),
        })),
      })),
  }
}

/** The column whose name has most in common with the field's name, spellings and label; null where none is close. */
function guess(field: Standard['fields'][number], summary: LayerSummary | undefined): string | null {
  const wanted = [field.name, ...field.aliases, field.label.zh, field.label.en].map((each) => each.toUpperCase())
  const columns = summary?.fields ?? []
  return (
    columns.find(({ name }) => wanted.includes(name.toUpperCase()))?.name ??
    columns.find(({ name }) =>
      wanted.some(
        (each) => each.length >= 2 && (name.toUpperCase().includes(each) || (name.length >= 3 && each.includes(name.toUpperCase()))),
      ),
    )?.name ??
    null
  )
}
