import { keepPreviousData, QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { settings } from './settings.ts'

/** A refusal as the server words it: the fact in one line, and what to try. */
export type RefusalView = {
  readonly code: string
  readonly message: string
  readonly hint?: string
  readonly details?: unknown
  readonly dependents?: unknown
}

/** The answer was no (the person can do something about it), something broke, or the server could not be reached. */
export class Failure extends Error {
  readonly kind: 'refused' | 'fault' | 'offline'
  readonly status: number
  readonly refusal: RefusalView | null
  readonly path: string
  constructor(kind: Failure['kind'], status: number, path: string, refusal: RefusalView | null, cause?: unknown) {
    super(refusal?.message ?? `${status} ${path}`, { cause })
    this.name = 'Failure'
    this.kind = kind
    this.status = status
    this.path = path
    this.refusal = refusal
  }
}

export type Reading<T> =
  | { readonly state: 'loading' }
  | { readonly state: 'failed'; readonly failure: Failure; readonly retry: () => void }
  | { readonly state: 'ready'; readonly value: T; readonly refreshing: boolean }

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null

function refusalFrom(body: unknown): RefusalView | null {
  if (!isRecord(body) || typeof body.code !== 'string' || typeof body.message !== 'string') return null
  return {
    code: body.code,
    message: body.message,
    ...(typeof body.hint === 'string' ? { hint: body.hint } : {}),
    details: body.details,
    dependents: body.dependents,
  }
}

let reachable = true
const watchers = new Set<(reachable: boolean) => void>()
/** Calls back when the server stops or starts answering; the off-line line hangs on it. */
export function onReachable(watcher: (reachable: boolean) => void): () => void {
  watchers.add(watcher)
  return () => watchers.delete(watcher)
}
function reached(now: boolean): void {
  if (now === reachable) return
  reachable = now
  for (const watcher of watchers) watcher(now)
}

/** One request to our server; throws Failure for every answer that is not the one asked for. */
export async function ask<T>(path: string, init: RequestInit = {}): Promise<T> {
  let reply: Response
  try {
    reply = await fetch(path, { ...init, headers: { accept: 'application/json', 'accept-language': settings().language, ...init.headers } })
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    reached(false)
    throw new Failure('offline', 0, path, null, cause)
  }
  reached(true)
  const text = await reply.text()
  let body: unknown = null
  try {
    body = text === '' ? null : JSON.parse(text)
  } catch (cause) {
    throw new Failure('fault', reply.status, path, null, cause)
  }
  if (reply.ok) return body as T
  throw new Failure(reply.status < 500 && refusalFrom(body) ? 'refused' : 'fault', reply.status, path, refusalFrom(body))
}

export const send = <T>(path: string, body: unknown) =>
  ask<T>(path, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body ?? {}) })

export const newQueryClient = () =>
  new QueryClient({
    defaultOptions: {
      queries: {
        staleTime: 30_000,
        refetchOnWindowFocus: true,
        networkMode: 'always', // the server may be this machine: the browser's idea of being on-line says nothing
        retry: (times, error) => times < 2 && error instanceof Failure && error.kind === 'offline',
      },
      mutations: { networkMode: 'always' },
    },
  })

/** What the server knows at a path; null asks nothing. The old content stays while the new one comes. */
export function useRead<T>(path: string | null, every?: number | ((value: T | undefined) => number | false)): Reading<T> {
  const language = settings().language
  const found = useQuery<T, Failure>({
    queryKey: [path, language],
    queryFn: ({ signal }) => ask<T>(path ?? '', { signal }),
    enabled: path !== null,
    placeholderData: keepPreviousData,
    refetchInterval: typeof every === 'function' ? (asked) => every(asked.state.data) : (every ?? false),
  })
  if (found.data !== undefined && !(found.isError && found.isPlaceholderData))
    return { state: 'ready', value: found.data, refreshing: found.isPlaceholderData }
  if (found.isError) return { state: 'failed', failure: found.error, retry: () => void found.refetch() }
  return { state: 'loading' }
}

/** Something the server is asked to do; afterwards everything read from paths that begin with one of `touches` is read again. */
export function useAct<Input, Output>(act: (input: Input) => Promise<Output>, touches: readonly string[] = ['/api/']) {
  const client = useQueryClient()
  return useMutation<Output, Failure, Input>({
    mutationFn: act,
    onSuccess: () =>
      client.invalidateQueries({
        predicate: ({ queryKey: [path] }) => typeof path === 'string' && touches.some((start) => path.startsWith(start)),
      }),
  })
}
