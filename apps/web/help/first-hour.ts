/** The guided first hour: what to try with the sample county, and when a step counts as done. Pure. */
export type Step = {
  readonly id: string
  /** Where the step happens. */
  readonly to: string
  /** Whether what the person looks at now shows that it was done. */
  done(path: string, search: URLSearchParams): boolean
}

const onPage = (start: string) => (path: string) => path === start || path.startsWith(`${start}/`)

export const STEPS: readonly Step[] = [
  { id: 'town', to: '/', done: (path, search) => path === '/' && (search.get('within') ?? '').length >= 9 },
  { id: 'colour', to: '/', done: (path, search) => path === '/' && search.get('by') !== null },
  { id: 'rows', to: '/parcels', done: onPage('/parcels') },
  { id: 'dossier', to: '/parcels', done: (path) => /^\/parcels\/.+/.test(path) },
  { id: 'as-of', to: '/', done: (_, search) => search.get('asOf') !== null || search.get('known') !== null },
  { id: 'findings', to: '/findings', done: onPage('/findings') },
  { id: 'import', to: '/import', done: onPage('/import') },
  { id: 'soil', to: '/soil', done: onPage('/soil') },
  { id: 'water', to: '/water', done: onPage('/water') },
  { id: 'plan', to: '/plan', done: onPage('/plan') },
  { id: 'changes', to: '/changes', done: onPage('/changes') },
  { id: 'print', to: '/print', done: (path) => path === '/print' || path === '/reports' },
  { id: 'audit', to: '/audit', done: onPage('/audit') },
]

/** What is kept in the browser: the steps done, separated by commas; anything else counts as nothing done. */
export const progressFrom = (kept: string | null): ReadonlySet<string> =>
  new Set((kept ?? '').split(',').filter((id) => STEPS.some((step) => step.id === id)))

export const progressText = (done: ReadonlySet<string>): string =>
  STEPS.filter(({ id }) => done.has(id))
    .map(({ id }) => id)
    .join(',')

/** The steps done after a look at this address. */
export function progressAt(done: ReadonlySet<string>, path: string, search: string): ReadonlySet<string> {
  const params = new URLSearchParams(search)
  const more = STEPS.filter((step) => !done.has(step.id) && step.done(path, params)).map(({ id }) => id)
  return more.length === 0 ? done : new Set([...done, ...more])
}

export const nextStep = (done: ReadonlySet<string>): Step | null => STEPS.find(({ id }) => !done.has(id)) ?? null
