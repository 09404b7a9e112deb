import { useDraft } from '@dishu/web-kit/draft'
import { onSave } from '@dishu/web-kit/keys'
import { send, useAct } from '@dishu/web-kit/read'
import { Trouble } from '@dishu/web-kit/state.tsx'
import { useText } from '@dishu/web-kit/words'
import { Button, Checkbox, Input, Radio, Select } from 'antd'
import { useEffect, useRef } from 'react'
import type { IntakeView, LayerPreview, Question } from './intake.wire.ts'

type Mapping = {
  readonly standard: string
  readonly fields: Readonly<Record<string, string>>
  readonly options: Readonly<Record<string, string>>
}
type Answer = string | Mapping
type MappingQuestion = Extract<Question, { readonly standards: unknown }>

const isMapping = (question: Question): question is MappingQuestion => 'standards' in question
const choicesOf = (question: Question): readonly { readonly value: string; readonly label: string }[] =>
  'choices' in question ? question.choices.map((choice) => (typeof choice === 'string' ? { value: choice, label: choice } : choice)) : []

const mappingOf = (standard: MappingQuestion['standards'][number]): Mapping => ({
  standard: standard.id,
  fields: Object.fromEntries(standard.fields.flatMap(({ name, guess }) => (guess === null ? [] : [[name, guess]]))),
  options: {},
})

/** How much of a standard is seen in the columns; what it cannot do without weighs more than all the rest of its fields would by chance. */
const guessed = ({ fields }: MappingQuestion['standards'][number]) =>
  fields.reduce((sum, { guess, required }) => sum + (guess === null ? 0 : required ? 3 : 1), 0)

/** Questions that are answered with a tick, and what the tick says. */
const yesOf = (id: Question['id']) => (id === 'unclassified' ? 'yes' : id.startsWith('shifted:') ? 'accept' : null)

/** What the system takes an answer to be before the person has said anything. */
function proposed(question: Question): Answer | null {
  if (isMapping(question)) {
    const [likeliest] = [...question.standards].sort((a, b) => guessed(b) - guessed(a))
    return likeliest && guessed(likeliest) > 0 ? mappingOf(likeliest) : null
  }
  return 'proposal' in question ? question.proposal : null
}

function isComplete(question: Question, answer: Answer | null | undefined): boolean {
  if (answer === null || answer === undefined || answer === '') return false
  if (typeof answer === 'string' || !isMapping(question)) return true
  const standard = question.standards.find(({ id }) => id === answer.standard)
  return standard?.fields.every(({ name, required }) => !required || Boolean(answer.fields[name])) ?? false
}

/** Everything an import has to ask, on one form; answers already proposed are filled in. */
export function QuestionsForm({ intake }: { readonly intake: IntakeView }) {
  const t = useText()
  const [{ answers }, draft, done] = useDraft<{ readonly answers: Readonly<Record<string, Answer | null>> }>(`questions/${intake.id}`, {
    answers: {},
  })
  const given = Object.fromEntries(intake.questions.map((question) => [question.id, answers[question.id] ?? proposed(question)]))
  const act = useAct(
    (said: Readonly<Record<string, Answer | null>>) => send<IntakeView>(`/api/intakes/${intake.id}/answers`, { answers: said }),
    ['/api/intakes'],
  )
  const form = useRef<HTMLElement>(null)
  useEffect(() => form.current?.focus(), []) // where the answers proposed are right, one key says so
  const complete = intake.questions.every((question) => isComplete(question, given[question.id]))
  const set = (id: string, answer: Answer | null) => draft({ answers: { ...answers, [id]: answer } })
  const go = () => complete && act.mutate(given, { onSuccess: done })
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: Ctrl+Enter saves wherever the cursor is in the form
    <section ref={form} tabIndex={-1} className="card questions" onKeyDown={onSave(go)}>
      <h2>{t('questions.title', { count: intake.questions.length })}</h2>
      {intake.questions.map((question) => (
        <div key={question.id} className="question">
          <p className="question-text">{question.text}</p>
          {isMapping(question) ? (
            <MappingForm
              question={question}
              layer={layerOf(question.id, intake.layers)}
              answer={asMapping(given[question.id])}
              onAnswer={(answer) => set(question.id, answer)}
            />
          ) : yesOf(question.id) !== null ? (
            <Checkbox
              checked={given[question.id] === yesOf(question.id)}
              onChange={(event) => set(question.id, event.target.checked ? yesOf(question.id) : null)}
            >
              {t(question.id === 'unclassified' ? 'questions.unclassified-yes' : 'questions.shifted-yes')}
            </Checkbox>
          ) : (
            <ChoiceForm question={question} answer={asText(given[question.id])} onAnswer={(answer) => set(question.id, answer)} />
          )}
        </div>
      ))}
      {act.error && <Trouble failure={act.error} />}
      <div className="row gap">
        <Button type="primary" disabled={!complete} loading={act.isPending} onClick={go}>
          {t('questions.go')}
        </Button>
        <span className="quiet">{t('questions.keys')}</span>
      </div>
    </section>
  )
}

const asText = (answer: Answer | null | undefined) => (typeof answer === 'string' ? answer : null)
const asMapping = (answer: Answer | null | undefined) => (typeof answer === 'object' ? answer : null)

/** A mapping question names its layer as file and layer, or by the layer alone. */
function layerOf(id: string, layers: readonly LayerPreview[]): LayerPreview | null {
  const key = id.slice('mapping:'.length)
  return (
    layers.find(({ file, layer }) => key === `${file}/${layer}` || key === `${file}:${layer}` || key === layer) ??
    layers.find(({ layer }) => key.endsWith(layer)) ??
    null
  )
}

function ChoiceForm({
  question,
  answer,
  onAnswer,
}: {
  readonly question: Question
  readonly answer: string | null
  onAnswer(answer: string): void
}) {
  const t = useText()
  const choices = choicesOf(question)
  if (question.id === 'validFrom' || choices.length === 0)
    return (
      <Input
        type={question.id === 'validFrom' ? 'date' : 'text'}
        aria-label={question.text}
        value={answer ?? ''}
        onChange={(event) => onAnswer(event.target.value)}
        style={{ maxWidth: 220 }}
      />
    )
  if (choices.length > 6)
    return (
      <Select<string>
        showSearch
        aria-label={question.text}
        value={answer}
        options={[...choices]}
        optionFilterProp="label"
        onChange={onAnswer}
        style={{ minWidth: 320 }}
        placeholder={t('questions.choose')}
      />
    )
  return <Radio.Group vertical value={answer} options={[...choices]} onChange={(event) => onAnswer(String(event.target.value))} />
}

/** Which column of the file is which field of the standard: guesses filled in, units said, ten rows to look at. */
function MappingForm(props: {
  readonly question: MappingQuestion
  readonly layer: LayerPreview | null
  readonly answer: Mapping | null
  onAnswer(answer: Mapping): void
}) {
  const t = useText()
  const { question, layer, answer, onAnswer } = props
  const standard = question.standards.find(({ id }) => id === answer?.standard)
  const fields = layer?.fields ?? []
  const examples = new Map(fields.map((field) => [field.name, [...new Set(field.examples)].filter((text) => text !== '')]))
  const options = fields.map((field) => ({ value: field.name, label: `${field.name}  ${examples.get(field.name)?.[0] ?? ''}` }))
  const rows = Math.min(10, Math.max(0, ...fields.map((field) => field.examples.length)))
  return (
    <div className="mapping">
      <Select<string>
        aria-label={t('mapping.standard')}
        value={answer?.standard ?? null}
        placeholder={t('mapping.standard')}
        options={question.standards.map(({ id, name }) => ({ value: id, label: name }))}
        onChange={(id) => {
          const chosen = question.standards.find((each) => each.id === id)
          if (chosen) onAnswer(mappingOf(chosen))
        }}
        style={{ minWidth: 320 }}
      />
      {standard && answer && (
        <table className="ledger">
          <thead>
            <tr>
              <th scope="col">{t('mapping.field')}</th>
              <th scope="col">{t('mapping.unit')}</th>
              <th scope="col">{t('mapping.column')}</th>
              <th scope="col">{t('mapping.examples')}</th>
            </tr>
          </thead>
          <tbody>
            {standard.fields.map((field) => (
              <tr key={field.name} className={field.required && !answer.fields[field.name] ? 'missing' : ''}>
                <th scope="row">
                  {field.label} <small className="quiet">{field.name}</small> {field.required && <span className="alarm">*</span>}
                </th>
                <td className="number">{field.unit ?? ''}</td>
                <td>
                  <Select<string>
                    allowClear
                    showSearch
                    size="small"
                    aria-label={field.label}
                    value={answer.fields[field.name] ?? null}
                    placeholder={t(field.required ? 'mapping.needed' : 'mapping.not-there')}
                    options={options}
                    optionFilterProp="value"
                    style={{ width: 240 }}
                    onChange={(column: string | undefined) => {
                      const { [field.name]: _, ...rest } = answer.fields
                      onAnswer({ ...answer, fields: column ? { ...rest, [field.name]: column } : rest })
                    }}
                  />
                </td>
                <td className="quiet number ellipsis">{(examples.get(answer.fields[field.name] ?? '') ?? []).slice(0, 3).join(' · ')}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {rows > 0 && (
        <>
          <h4>{t('mapping.rows')}</h4>
          <div className="scroll-x">
            <table className="ledger small">
              <thead>
                <tr>
                  {fields.map((field) => (
                    <th key={field.name} scope="col" title={field.type}>
                      {field.name}
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {Array.from({ length: rows }, (_, i) => (
                  <tr key={i}>
                    {fields.map((field) => (
                      <td key={field.name} className="number">
                        {field.examples[i] ?? ''}
                      </td>
                    ))}
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        </>
      )}
    </div>
  )
}
