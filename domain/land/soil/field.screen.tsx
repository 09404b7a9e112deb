import { cloneElement, type ReactElement } from 'react'

/** A control under its name, which it also bears for those who hear the page. */
export function Field(props: {
  readonly label: string
  readonly hint?: string
  readonly children: ReactElement<{ readonly 'aria-label'?: string | undefined }>
}) {
  const { label, hint, children } = props
  return (
    <div className="soil-field" title={hint}>
      <span className="field-label" aria-hidden="true">
        {label}
      </span>
      {cloneElement(children, { 'aria-label': label })}
    </div>
  )
}
