/** The sentences of the page of open interfaces in English. */
import type { zh } from './interfaces.zh.ts'

export const en: Readonly<Record<keyof typeof zh, string>> = {
  'nav.interfaces': 'Interfaces',
  'interfaces.title': 'Open interfaces',
  'interfaces.text':
    'Other programs read this county’s register by common standards: the same figures as on the pages, of the areas they were given.',
  'interfaces.token':
    'In an office every program needs a token: made under “My account” for its powers and its area, and ended there. It never stands in an address.',
  'interfaces.to-me': 'My account',
  'interfaces.no-token': 'On a machine of one user no token is needed.',
  'interfaces.addresses': 'Addresses',
  'interfaces.features': 'OGC API Features (the county’s landing page)',
  'interfaces.openapi': 'Everything described (OpenAPI 3.1)',
  'interfaces.feed': 'Change feed (from a revision on)',
  'interfaces.stac': 'Catalogue of scenes (STAC)',
  'interfaces.collections': 'Collections',
  'interfaces.fields': 'Fields',
  'interfaces.rows': 'Rows',
  'interfaces.how': 'How to connect',
  'interfaces.qgis':
    'QGIS: Layer → Add Layer → Add WFS / OGC API – Features Layer → New; URL: the county’s landing page, version OGC API – Features; in an office Basic authentication with the token as password.',
  'interfaces.ogr': 'ogr2ogr (say the page size)',
  'interfaces.r': 'R (sf)',
  'interfaces.time': 'As of a day, and of what was known',
  'interfaces.filter': 'Filter (CQL2)',
  'interfaces.sql': 'SQL: read-only views in the schema open of the database, granted to a role of the analysts’ own.',
}
