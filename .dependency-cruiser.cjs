// Imports go down: apps -> domain -> lib. Inside a slice the shell may use the core, never the reverse.
// In `to.path`, $1 and $2 are the groups caught in `from.path`. Every rule is planted against in scripts/imports.test.mjs.

const CORE = '^domain/[^/]+/[^/]+/[^./]+(\\.(wire|layer|data))?\\.ts$' // x.ts, and every file with no kind in its name
const SHELL = '\\.(store|routes|jobs|collection)\\.ts$' // touches the database, the network or the clock
const SCREEN = '\\.(screen|field)\\.tsx$'
const TEST = ['\\.(test|testing|bench)\\.tsx?$', '/fixtures/']
const WEB = ['^lib/web-kit/', SCREEN, '\\.layer\\.ts$', '^apps/web/']
const CONFIG = '^apps/web/vite\\.config\\.ts$' // runs in the tool, not in the product

/** Slices in their order, lowest first; those on one line may use each other as long as no circle comes of it. */
const ORDER = {
  kernel: [['records'], ['people'], ['review'], ['sealed'], ['intake'], ['areas'], ['units'], ['responsibilities'], ['rounds']],
  land: [
    ['parcels'],
    ['tenure', 'soil', 'imagery', 'water', 'ecology'],
    ['quality'],
    ['lineage'],
    ['count'],
    ['crops', 'technology'],
    ['plan'],
    ['projects'],
    ['funds'],
    ['aftercare'],
    ['exports'],
    ['reports'],
    ['sample'],
  ],
  response: [['incidents', 'mobilisation', 'duty']],
}

const orderRules = Object.entries(ORDER).flatMap(([floor, ranks]) => [
  ...ranks.slice(0, -1).map((rank, i) => ({
    name: `order-of-${floor}`,
    comment: `${rank.join(', ')} may not know what is built on it`,
    severity: 'error',
    from: { path: `^domain/${floor}/(${rank.join('|')})/`, pathNot: TEST },
    to: {
      path: `^domain/${floor}/(${ranks
        .slice(i + 1)
        .flat()
        .join('|')})/`,
    },
  })),
  {
    name: 'slice-has-a-place',
    comment: 'a new slice is given its place in ORDER above',
    severity: 'error',
    from: { path: `^domain/${floor}/[^/]+/`, pathNot: `^domain/${floor}/(${ranks.flat().join('|')})/` },
    to: {},
  },
])

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'down-only-lib',
      comment: 'lib knows nothing of the domain or the apps',
      severity: 'error',
      from: { path: '^lib/' },
      to: { path: '^(domain|apps|bench)/' },
    },
    { name: 'down-only-domain', severity: 'error', from: { path: '^domain/' }, to: { path: '^(apps|bench)/' } },
    {
      name: 'apps-are-strangers',
      comment: 'the browser knows nothing of server and command line, nor they of it; the command line may start the server',
      severity: 'error',
      from: { path: '^apps/(web|server|cli)/' },
      to: { path: '^apps/', pathNot: ['^apps/$1/', '^apps/server/'] },
    },
    { name: 'web-meets-no-server', severity: 'error', from: { path: '^apps/web/', pathNot: TEST }, to: { path: '^apps/(server|cli)/' } },
    {
      name: 'kernel-is-below',
      comment: 'kernel knows no module built on it',
      severity: 'error',
      from: { path: '^domain/kernel/' },
      to: { path: '^domain/(land|response)/' },
    },
    {
      name: 'modules-are-strangers',
      comment: 'land and response meet only in kernel',
      severity: 'error',
      from: { path: '^domain/(land|response)/' },
      to: { path: '^domain/(land|response)/', pathNot: '^domain/$1/' },
    },

    { name: 'base-is-bare', severity: 'error', from: { path: '^lib/base/', pathNot: TEST }, to: { pathNot: '^lib/base/' } },
    {
      name: 'numeric-is-bare',
      comment: 'typed arrays in, typed arrays out: no package, no node, no base',
      severity: 'error',
      from: { path: '^lib/numeric/', pathNot: TEST },
      to: { pathNot: '^lib/numeric/' },
    },
    {
      name: 'numeric-is-a-star',
      comment: 'a kernel uses shared/, never another kernel',
      severity: 'error',
      from: { path: '^lib/numeric/([^/]+)/' },
      to: { path: '^lib/numeric/', pathNot: '^lib/numeric/($1|shared)/' },
    },
    {
      name: 'formats-know-bytes-only',
      severity: 'error',
      from: { path: '^lib/formats/', pathNot: TEST },
      to: { path: '^lib/(numeric|server-kit|web-kit)/' },
    },
    {
      name: 'kits-are-strangers',
      severity: 'error',
      from: { path: '^lib/(server-kit|web-kit)/', pathNot: TEST },
      to: { path: '^lib/(server-kit|web-kit|numeric|formats)/', pathNot: '^lib/$1/' },
    },
    {
      name: 'web-has-no-node',
      severity: 'error',
      from: { path: WEB, pathNot: [...TEST, CONFIG] },
      to: { dependencyTypes: ['core'] },
    },

    {
      name: 'core-is-pure',
      comment: 'x.ts, x.wire.ts and x.layer.ts: words and rules, no database, no network, no clock, no React',
      severity: 'error',
      from: { path: CORE },
      to: { path: [SHELL, SCREEN, '\\.exchange\\.ts$', '^lib/(server-kit|formats)/'] },
    },
    {
      name: 'words-have-no-picture',
      comment: 'map styles live in x.layer.ts, so that the server can load x.ts',
      severity: 'error',
      from: { path: ['^domain/[^/]+/[^/]+/[^./]+\\.ts$', '\\.(wire|messages|exchange)\\.ts$'] },
      to: { path: ['^lib/web-kit/', '\\.layer\\.ts$', 'node_modules/(react|react-dom|antd)/'] },
    },
    { name: 'core-has-no-node', severity: 'error', from: { path: [CORE, '\\.messages\\.ts$'] }, to: { dependencyTypes: ['core'] } },
    {
      name: 'messages-are-words',
      severity: 'error',
      from: { path: '^domain/.*\\.messages\\.ts$' },
      to: { path: [SHELL, SCREEN, '^lib/(server-kit|web-kit)/'] },
    },
    {
      name: 'exchange-is-pure',
      comment: 'rows to commands and back, so that server, command line and field use the same',
      severity: 'error',
      from: { path: '\\.exchange\\.ts$' },
      to: { path: [SHELL, SCREEN, '^lib/(server-kit|web-kit)/'] },
    },
    {
      name: 'store-is-sql-only',
      severity: 'error',
      from: { path: '\\.store\\.ts$' },
      to: { path: [SHELL, SCREEN, '\\.exchange\\.ts$', '^lib/(numeric|formats|web-kit)/'] },
    },
    {
      name: 'store-speaks-sql',
      severity: 'error',
      from: { path: '\\.store\\.ts$' },
      to: { path: '^lib/server-kit/', pathNot: '^lib/server-kit/sql' },
    },
    {
      name: 'screens-see-words-and-wire',
      comment: 'a screen reaches the server by HTTP, never by import',
      severity: 'error',
      from: { path: [SCREEN, '\\.layer\\.ts$', '^apps/web/'], pathNot: TEST },
      to: { path: [SHELL, '\\.exchange\\.ts$', '^lib/(server-kit|formats)/'] },
    },
    {
      name: 'neighbours-meet-at-the-door',
      comment: 'of another slice: its x.ts and its wire',
      severity: 'error',
      from: { path: '^domain/([^/]+)/([^/]+)/', pathNot: ['\\.(routes|jobs)\\.ts$', ...TEST] },
      to: { path: '^domain/', pathNot: ['^domain/$1/$2/', '^domain/[^/]+/([^/]+)/\\1\\.ts$', '\\.wire\\.ts$'] },
    },
    {
      name: 'shells-meet-at-the-door',
      comment: 'routes and jobs also use the store that has the name of its slice',
      severity: 'error',
      from: { path: '^domain/([^/]+)/([^/]+)/[^/]+\\.(routes|jobs)\\.ts$' },
      to: { path: '^domain/', pathNot: ['^domain/$1/$2/', '^domain/[^/]+/([^/]+)/\\1(\\.store)?\\.ts$', '\\.wire\\.ts$'] },
    },
    ...orderRules,

    {
      name: 'by-package',
      comment: 'another workspace is imported by its name, so that its package.json tells who needs whom',
      severity: 'error',
      from: { path: '^(lib/[^/]+|domain/[^/]+|apps/[^/]+|bench)/', pathNot: TEST },
      to: { path: '^(lib|domain)/', pathNot: '^$1/', dependencyTypesNot: ['aliased-workspace'] },
    },
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'slices-have-an-order',
      comment: 'no circle between slice folders either',
      severity: 'error',
      scope: 'folder',
      from: { path: '^domain/[^/]+/[^/]+$' },
      to: { circular: true },
    },
    {
      name: 'one-door-to-the-map',
      comment: 'maplibre is spoken to in lib/web-kit/map only',
      severity: 'error',
      from: { pathNot: '^lib/web-kit/map/' },
      to: { path: 'node_modules/(maplibre-gl|terra-draw)/' },
    },
    {
      name: 'one-door-to-the-database',
      severity: 'error',
      from: { pathNot: '^lib/(server-kit/sql|testkit/)' },
      to: { path: 'node_modules/(pg|pg-[a-z-]+|postgres|slonik|kysely)/' },
    },
    {
      name: 'declared-packages',
      comment: 'production code uses what its package.json declares, and no tools',
      severity: 'error',
      from: { pathNot: [...TEST, '^bench/', '^lib/testkit/', CONFIG] },
      to: { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], pathNot: 'node_modules/@types/' },
    },
    { name: 'no-tests-in-production', severity: 'error', from: { pathNot: [...TEST, '^bench/'] }, to: { path: [...TEST, '^bench/'] } },
    {
      name: 'testkit-is-for-tests',
      severity: 'error',
      from: { pathNot: [...TEST, '^bench/', '^lib/testkit/'] },
      to: { path: '^lib/testkit/' },
    },
    { name: 'resolvable', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '(^|/)dist/' },
    tsPreCompilationDeps: true,
    combinedDependencies: true,
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js'],
    },
  },
}
