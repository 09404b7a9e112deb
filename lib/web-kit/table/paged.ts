import { keepPreviousData, useQueries } from '@tanstack/react-query'
import { useState } from 'react'
import { ask, type Failure } from '../read.ts'
import { settings } from '../settings.ts'

type Page<Row> = { readonly rows: readonly Row[]; readonly matched: number }
export type PagedRows<Row, P extends Page<Row>> = {
  readonly first: P | null // the page that came last with the whole's figures
  readonly matched: number
  readonly failure: Failure | null
  readonly refreshing: boolean
  rowAt(index: number): Row | undefined
  look(first: number, last: number): void
  retry(): void
}

const SIZE = 200

/** The pages that cover what a table shows, read as it scrolls; `pathOf` gives null while there is nothing to ask. */
export function usePages<Row, P extends Page<Row>>(pathOf: (offset: number, limit: number) => string | null): PagedRows<Row, P> {
  const [{ from, to }, setSeen] = useState({ from: 0, to: 0 })
  const pages = Array.from({ length: to - from + 1 }, (_, i) => from + i)
  if (!pages.includes(0)) pages.unshift(0) // the whole's figures come with the first page
  const language = settings().language
  const found = useQueries({
    queries: pages.map((page) => {
      const path = pathOf(page * SIZE, SIZE)
      return {
        queryKey: [path, language],
        queryFn: ({ signal }: { signal: AbortSignal }) => ask<P>(path ?? '', { signal }),
        enabled: path !== null,
        ...(page === 0 ? { placeholderData: keepPreviousData } : {}),
        staleTime: 30_000,
        gcTime: 120_000,
      }
    }),
  })
  const first = found[pages.indexOf(0)]?.data as P | undefined
  const byPage = new Map(pages.map((page, i) => [page, found[i]?.data as P | undefined]))
  const failed = found.find(({ error }) => error)
  return {
    first: first ?? null,
    matched: first?.matched ?? 0,
    failure: (failed?.error as Failure | undefined) ?? null,
    refreshing: found.some(({ isPlaceholderData }) => isPlaceholderData),
    rowAt: (index) => byPage.get(Math.floor(index / SIZE))?.rows[index % SIZE],
    look: (start, end) => {
      const next = { from: Math.floor(start / SIZE), to: Math.floor(end / SIZE) }
      setSeen((seen) => (seen.from === next.from && seen.to === next.to ? seen : next))
    },
    retry: () => found.forEach((query) => void query.refetch()),
  }
}
