/** What stands on the shelf of help: a page for every screen, the methods, and the reference that is written from the program itself. */
export type HelpPage = {
  readonly slug: string
  readonly section: 'start' | 'how-to' | 'method' | 'reference'
  /** The screens it belongs to: beginnings of addresses. */
  readonly of?: readonly string[]
}

export const SHELF: readonly HelpPage[] = [
  { slug: 'first-hour', section: 'start' },
  { slug: 'what-it-is', section: 'start' },
  { slug: 'overview', section: 'how-to', of: ['/', '/print'] },
  { slug: 'parcels', section: 'how-to', of: ['/parcels'] },
  { slug: 'editing', section: 'how-to', of: ['/edit'] },
  { slug: 'import', section: 'how-to', of: ['/import'] },
  { slug: 'findings', section: 'how-to', of: ['/findings'] },
  { slug: 'soil', section: 'how-to', of: ['/soil'] },
  { slug: 'imagery', section: 'how-to', of: ['/imagery'] },
  { slug: 'water', section: 'how-to', of: ['/water'] },
  { slug: 'library', section: 'how-to', of: ['/library'] },
  { slug: 'plan', section: 'how-to', of: ['/plan'] },
  { slug: 'changes', section: 'how-to', of: ['/changes'] },
  { slug: 'reports', section: 'how-to', of: ['/reports', '/figure'] },
  { slug: 'audit', section: 'how-to', of: ['/audit'] },
  { slug: 'people', section: 'how-to', of: ['/people', '/me'] },
  { slug: 'interfaces', section: 'how-to', of: ['/interfaces'] },
  { slug: 'backup', section: 'how-to' },
  { slug: 'count', section: 'method' },
  { slug: 'area', section: 'method' },
  { slug: 'grades', section: 'method' },
  { slug: 'soil-map', section: 'method' },
  { slug: 'certified-plan', section: 'method' },
  { slug: 'outlines', section: 'method' },
  { slug: 'ledger', section: 'method' },
  { slug: 'terms', section: 'reference' },
  { slug: 'keyboard', section: 'reference' },
]

/** Documents of the project that come along whole, in the language they are written in. */
export const DOCUMENTS = [
  'glossary',
  'quality',
  'refusals',
  'permissions',
  'grading',
  'formats',
  'cli',
  'count',
  'ledger',
  'imagery',
  'plan',
  'baselines',
  'reports',
  'lineage',
  'open-standards',
  'sealed',
  'audit',
  'backup',
  'methods/topology',
  'methods/zonal',
  'methods/soil',
  'methods/water',
  'methods/amelioration',
  'methods/plan',
] as const

export const SECTIONS = ['start', 'how-to', 'method', 'reference'] as const

/** The page of a screen: the one whose address begins the same, the longest first. */
export function pageOf(path: string): HelpPage {
  const fits = SHELF.flatMap((page) => (page.of ?? []).map((start) => ({ page, start }))).filter(
    ({ start }) => path === start || (start !== '/' && path.startsWith(`${start}/`)),
  )
  return fits.sort((a, b) => b.start.length - a.start.length)[0]?.page ?? SHELF[0]
}

/** Where a link inside a document leads: another one of the shelf, or null for what is not here. */
export function linkedDocument(from: string, href: string): string | null {
  const [path] = href.split('#')
  if (!path.endsWith('.md')) return null
  const folder = from.includes('/') ? from.split('/').slice(0, -1) : []
  for (const step of path.slice(0, -'.md'.length).split('/')) {
    if (step === '..') folder.pop()
    else if (step !== '.') folder.push(step)
  }
  const found = folder.join('/')
  return DOCUMENTS.some((each) => each === found) ? found : null
}
