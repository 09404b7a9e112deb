/** The pages of the rail, in the order of the work; `needs`: one of these powers, in an office. */
import type { IconName } from '@dishu/web-kit/look/icons.tsx'

export const PAGES: readonly {
  readonly path: string
  readonly icon: IconName
  readonly text: string
  readonly needs?: readonly string[]
}[] = [
  { path: '/', icon: 'overview', text: 'nav.overview' },
  { path: '/parcels', icon: 'parcels', text: 'nav.parcels' },
  { path: '/findings', icon: 'findings', text: 'nav.findings' },
  { path: '/soil', icon: 'soil', text: 'nav.soil' },
  { path: '/imagery', icon: 'imagery', text: 'nav.imagery' },
  { path: '/water', icon: 'water', text: 'nav.water' },
  { path: '/library', icon: 'library', text: 'nav.library' },
  { path: '/plan', icon: 'plan', text: 'nav.plan' },
  { path: '/changes', icon: 'compare', text: 'nav.changes' },
  { path: '/reports', icon: 'file', text: 'nav.reports' },
  { path: '/import', icon: 'import', text: 'nav.import' },
  { path: '/audit', icon: 'audit', text: 'nav.audit' },
  { path: '/people', icon: 'person', text: 'nav.people', needs: ['accounts', 'grants'] },
  { path: '/interfaces', icon: 'open', text: 'nav.interfaces' },
  { path: '/help', icon: 'info', text: 'nav.help' },
]
