/** A page of a report drawn by the browser: the same marks that the PDF is written from. */
import type { Mark } from '@dishu/documents/picture'
import { useId } from 'react'

export function PageView({
  page,
  label,
}: {
  readonly page: { readonly width: number; readonly height: number; readonly marks: readonly Mark[] }
  readonly label: string
}) {
  return (
    <svg className="report-page" viewBox={`0 0 ${page.width} ${page.height}`} role="img" aria-label={label}>
      <rect width={page.width} height={page.height} fill="#FFFFFF" />
      <Marks marks={page.marks} />
    </svg>
  )
}

function Marks({ marks }: { readonly marks: readonly Mark[] }) {
  // marks have no names of their own, and a page never changes: their place is their name
  return marks.map((mark, i) => <One key={`${mark.draw}${i}`} mark={mark} />)
}

function One({ mark }: { readonly mark: Mark }) {
  const id = useId()
  switch (mark.draw) {
    case 'path':
      return (
        <path
          d={mark.d}
          fill={mark.fill ?? 'none'}
          fillRule="evenodd"
          stroke={mark.stroke ?? 'none'}
          strokeWidth={mark.width ?? 1}
          strokeDasharray={mark.dash?.join(' ')}
        />
      )
    case 'hatch':
      return (
        <>
          <pattern id={id} width={mark.step} height={mark.step} patternUnits="userSpaceOnUse">
            <path d={`M0 ${mark.step}L${mark.step} 0`} stroke={mark.stroke} strokeWidth={mark.width} fill="none" />
          </pattern>
          <path d={mark.d} fill={`url(#${id})`} fillRule="evenodd" />
        </>
      )
    case 'group':
      return (
        <g transform={`translate(${mark.x} ${mark.y})`}>
          {mark.clip && (
            <clipPath id={id}>
              <rect width={mark.clip[0]} height={mark.clip[1]} />
            </clipPath>
          )}
          <g clipPath={mark.clip ? `url(#${id})` : undefined}>
            <Marks marks={mark.marks} />
          </g>
        </g>
      )
    case 'text':
      return (
        <text
          x={mark.x}
          y={mark.y}
          fontSize={mark.size}
          fontWeight={mark.weight}
          fill={mark.fill}
          textAnchor={mark.anchor ?? 'start'}
          letterSpacing={mark.spacing || undefined}
          stroke={mark.halo}
          strokeWidth={mark.halo ? 2 : undefined}
          paintOrder="stroke"
        >
          {mark.text}
        </text>
      )
  }
}
