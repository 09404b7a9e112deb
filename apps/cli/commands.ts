/** The list of commands; each lies in a file of its own and is loaded when it is asked for. */
import type { Command } from './terminal.ts'

const COMMON = `  --data DIR        the data folder (default: $DISHU_DATA, else the user's data home)
  --json            one JSON document on standard output, for scripts (docs/cli.md)
  --language zh|en  language of sentences (default: from the environment)
`
const EXITS = `
Exit codes: 0 done · 1 fault · 2 usage · 3 refused · 4 needs an answer · 5 not confirmed · 6 findings or changes found · 130 interrupted
`

export const COMMANDS: readonly Command[] = [
  {
    name: 'start',
    usage: 'start [--port N]',
    zh: '启动网页服务',
    en: 'start the server and its pages',
    help: `dishu start [--port N] [--data DIR] [--no-sample]

Starts the database and the pages of one office on this machine, and prints the address. On an empty data folder it makes and loads
the sample county first (an invented, synthetic one); --no-sample leaves that out. Ctrl-C stops it cleanly.

  dishu start
  dishu start --port 8080 --data /srv/dishu

${COMMON}${EXITS}`,
    load: async () => (await import('./start.ts')).start,
  },
  {
    name: 'import',
    usage: 'import FILE… [--as areas|patches|contracts|soil|layer] [--yes]',
    zh: '导入文件：先预览，再写入',
    en: 'read files, show what would change, write after a yes',
    help: `dishu import FILE… [--as areas|patches|contracts|soil|layer] [--yes] [--json]

Reads everything, shows what would be added, changed, ended and refused, and writes only after a yes: all or nothing, one revision for each
county, which can be undone. Without --as the kind is recognised by the fields. Shapefiles (zip or loose), GeoPackage, zipped File Geodatabase,
FlatGeobuf, GeoJSON, GML, CSV, XLSX and Access .mdb are read.

  --yes              write without asking; also says that the files hold no state secret
  --unclassified     says that the files hold no state secret, where the yes is given at the prompt
  --dry-run          show the preview and stop
  --county CODE      the county of rows whose codes do not tell it
  --crs EPSG:4529    the coordinate system, where the file does not state it
  --encoding NAME    the encoding of texts, where the file states a wrong one
  --map FILE.json    what the columns mean: {"standard": "dltb", "fields": {"DLBM": "landclass", …}}
  --valid-from DAY   from which day the rows hold (default: the survey's year, else today)
  --reason TEXT      why, for the ledger
  --cause CAUSE      re-survey | split-merge | re-grade | contract | project | correction | method (default re-survey)
  --accept-shift     go on although the layer seems displaced against the county's boundary

  dishu import DLTB.shp --yes
  dishu import 合同台账.xlsx --as contracts --county 220882
  dishu import survey.gpkg --dry-run --json

${COMMON}${EXITS}`,
    load: async () => (await import('./import.ts')).importFiles,
  },
  {
    name: 'check',
    usage: 'check [--json]',
    zh: '按规则质检',
    en: 'run the quality rules and list what they find',
    help: `dishu check [--county CODE] [--json]

Runs every rule over the present register and counts the findings by rule. Exit code 6 where findings are open.

${COMMON}${EXITS}`,
    load: async () => (await import('./check.ts')).check,
  },
  {
    name: 'count',
    usage: 'count --by area,class,grade,owner,contract,saline',
    zh: '统计面积与数量',
    en: 'areas and numbers by any combination of dimensions',
    help: `dishu count --by area,class,grade,owner,contract,saline [--area CODE] [--level county|town|village] [--as-of DATE] [--known DATE|REVISION] [--json]

The one aggregate behind map, tables, reports and exports. --as-of: the state of the land on a day. --known: as it was known then.

  --class --grade --owner --contract --saline VALUES   only these, separated by commas

  dishu count --by class
  dishu count --by area,saline --level village --area 220899101
  dishu count --by owner,contract --as-of 2028-12-31 --known 3 --json

${COMMON}${EXITS}`,
    load: async () => (await import('./count.ts')).count,
  },
  {
    name: 'history',
    usage: 'history PARCEL',
    zh: '一个图斑或地块的全部变更',
    en: 'every version of a patch or parcel, who made it and from which file',
    help: `dishu history PARCEL [--county CODE] [--json]

PARCEL is a patch's identifier (BSM), a parcel code (DKBM) or a contract's code.

${COMMON}${EXITS}`,
    load: async () => (await import('./history.ts')).history,
  },
  {
    name: 'undo',
    usage: 'undo REVISION',
    zh: '撤销一次修订',
    en: 'take back a revision, as a revision of its own',
    help: `dishu undo REVISION [--county CODE] [--reason TEXT] [--json]

Refused, with the list of later revisions, where those changed the same rows.

${COMMON}${EXITS}`,
    load: async () => (await import('./undo.ts')).undo,
  },
  {
    name: 'verify',
    usage: 'verify',
    zh: '核验台账链、登记簿与原始文件',
    en: 'prove that register and files are what the ledger wrote',
    help: `dishu verify [--county CODE] [--json]

Takes every digest anew from the rows, chains them, compares the register, the counted cells, the sealed values and the kept files.
Exit code 6 where a single byte differs.

${COMMON}${EXITS}`,
    load: async () => (await import('./verify.ts')).verify,
  },
  {
    name: 'export',
    usage: 'export areas|patches|parcels|contracts|soil --to gpkg|geojson|csv|xlsx',
    zh: '导出',
    en: 'write rows of the register to a file',
    help: `dishu export areas|patches|parcels|contracts|soil --to gpkg|geojson|csv|xlsx [--out FILE] [--as-of DATE] [--known DATE|REVISION] [--area CODE]

Without --out CSV and GeoJSON go to standard output. Personal values leave masked.

${COMMON}${EXITS}`,
    load: async () => (await import('./export.ts')).exportRows,
  },
  {
    name: 'sample',
    usage: 'sample --out DIR [--patches N] [--seed N]',
    zh: '生成虚构的示例县文件',
    en: 'make the files of an invented county',
    help: `dishu sample --out DIR [--patches N] [--seed N]

Writes the files that an office has (survey patches, areas, parcels, contract registry, soil sheet) for a county that does not exist, with planted
defects and their list. The same seed gives the same county.

${COMMON}${EXITS}`,
    load: async () => (await import('./sample.ts')).sample,
  },
]
