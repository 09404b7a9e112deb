/** The list of commands; each lies in a file of its own and is loaded when it is asked for. */
import { HELP as REPORT_HELP } from './report-words.ts'
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

  --office                  everyone signs in; usual once anybody has an account
  --single-user             this machine alone, without a password
  --host ADDRESS            where it listens (127.0.0.1); another needs --office and TLS
  --name NAME               a name under which browsers may ask; several times
  --certificate FILE --key FILE   TLS of its own (PEM)
  --behind-proxy            TLS ends at a proxy in front, whose X-Forwarded-For is believed
  --oidc ISSUER --oidc-client ID --oidc-secret-file FILE [--oidc-name NAME]   the office's own sign-in
  --oidc-host HOST          a host besides the issuer's that may be asked; several times

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

Runs every rule over the present register, outlines included, and counts the findings by rule. Exit code 6 where findings are open.

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
dishu history PARCEL --lineage [--as-of DAY] [--known REVISION|DAY] [--county CODE] [--json]

PARCEL is a patch's identifier (BSM), a parcel code (DKBM) or a contract's code. --lineage tells which rows it came from and which came of it.

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
    name: 'head',
    usage: 'head [--out FILE]',
    zh: '签名链头，供存放于单位之外',
    en: 'sign how far every chain has come, to keep elsewhere',
    help: `dishu head [--out FILE]

Writes the hashes of all revisions and the end of the record of access, signed (Ed25519) with the data folder's key; the key's fingerprint goes to
standard error. Kept outside the office, it shows a register that was cut short or written anew: dishu verify --head FILE. A running server
makes one a day in the data folder's heads/.

  dishu head --out head-2026-11-24.json

${COMMON}${EXITS}`,
    load: async () => (await import('./head.ts')).head,
  },
  {
    name: 'keys',
    usage: 'keys list|rotate|master|destroy',
    zh: '更换或销毁个人信息与文件的密钥',
    en: 'change or destroy the keys of personal values and files',
    help: `dishu keys list|rotate|master|destroy [--county CODE] [--yes] [--json]

list     the data keys of each county: when made, since when another seals
rotate   a new data key for each county (or one) seals from now on, and everything there is is sealed anew with it, in pieces, while the server runs.
         The old key stays 30 days for imports that were read before, and is dropped by the next rotation after that
master   a new master key wraps all others; broken off, it goes on when called again
destroy  makes the personal values and kept files of one county unreadable for good in this folder (needs --county and --yes)

References stay the same through all of it: a value is found again and a repeated import finds nothing changed.

  dishu keys rotate
  dishu keys destroy --county 220899 --yes

${COMMON}${EXITS}`,
    load: async () => (await import('./keys.ts')).keys,
  },
  {
    name: 'retention',
    usage: 'retention [--dry-run]',
    zh: '删除保存期限届满的个人信息',
    en: 'delete personal values past their term',
    help: `dishu retention [--dry-run] [--county CODE] [--json]

Deletes personal values whose last row ended longer ago than the catalogue (or the office's setting) keeps them, and leaves a certificate of counts in the record of
access. A running server does the same once a day. --dry-run counts and deletes nothing.

${COMMON}${EXITS}`,
    load: async () => (await import('./retention.ts')).retention,
  },
  {
    name: 'subject',
    usage: 'subject show|export|correct|erase',
    zh: '本人查阅、复制、更正、删除个人信息',
    en: 'what a person may ask: see, take along, put right, delete',
    help: `dishu subject show|export|correct|erase (--id-number-file FILE | --kind KIND --id N) [--county CODE] [--note TEXT]

show     everything held of the person, in the clear, and who has looked at it
export   the same into a file: --out FILE.json or FILE.xlsx
correct  puts one value right through the ledger: --kind, --id, --field NAME, --value-file FILE
erase    deletes what is held, where no present row of the register names the person any more (needs --yes)

Each is kept in the record of access. Numbers are read from files: what is typed on a command line stays in its history.

  dishu subject show --id-number-file id.txt --note '窗口申请 2026-17'
  dishu subject export --kind party --id 1204 --out 本人信息.xlsx

${COMMON}${EXITS}`,
    load: async () => (await import('./subject.ts')).subject,
  },
  {
    name: 'verify',
    usage: 'verify [--head FILE]',
    zh: '核验台账链、登记簿与原始文件',
    en: 'prove that register and files are what the ledger wrote',
    help: `dishu verify [--county CODE] [--head FILE [--fingerprint HEX]] [--json]

Takes every digest anew from the rows, chains them, compares the register, the counted cells, the sealed values and the kept files.
Exit code 6 where a single byte differs. --head compares with a signed head (dishu head) as well: what was cut off, or written anew, shows.
--fingerprint: the key that head must be signed with.

${COMMON}${EXITS}`,
    load: async () => (await import('./verify.ts')).verify,
  },
  {
    name: 'backup',
    usage: 'backup [--out FILE|DIR]',
    zh: '备份（加密，运行中也可），核对、定时',
    en: 'one encrypted backup while everything runs; check, list, schedule them',
    help: `dishu backup [--out FILE|DIR] (--passphrase-file FILE | --key PUBLIC.pem)
dishu backup --verify FILE (--passphrase-file FILE | --key-file PRIVATE.pem)
dishu backup --new-key FILE
dishu backup --every HOURS --key PUBLIC.pem [--daily N] [--weekly N] [--folder DIR] | --no-schedule | --list

One file with every table as of one moment, the kept files, keys and signed heads, and a manifest with counts and digests (docs/backup.md). Of the
embedded database and of one's own PostgreSQL alike. --verify reads all of it again. With a schedule a running server backs up by itself.

  --passphrase-file FILE   its first line seals, or opens (argon2id)
  --new-key FILE           makes an office's key: FILE (private, goes off this machine) and FILE.pub
  --key FILE.pub           seals for that key (X25519): this machine cannot open what it makes
  --key-file FILE          the private key; --key-passphrase-file where it lies under a passphrase
  --every HOURS            the schedule; --daily N (7) and --weekly N (5): keep the newest of so many days and weeks
  --folder DIR             where scheduled backups go (default: backups/ in the data folder; another disk is better)

  dishu backup --new-key office-backup
  dishu backup --every 24 --key office-backup.pub --folder /mnt/second-disk
  dishu backup --out /mnt/usb/ --passphrase-file words.txt

${COMMON}${EXITS}`,
    load: async () => (await import('./backup.ts')).backup,
  },
  {
    name: 'restore',
    usage: 'restore FILE --data NEWDIR',
    zh: '把备份恢复到新目录并证明一致',
    en: 'restore a backup into a new folder, and prove it',
    help: `dishu restore FILE --data NEWDIR (--passphrase-file FILE | --key-file PRIVATE.pem) [--into URL]

NEWDIR must not be there yet, or be empty. It stands only when every count equals the manifest's, every chain ends where it ended, and the whole
proof of verify holds; otherwise nothing is left (exit code 6). A cut or altered backup is refused. The request role and the database's passwords are made anew.

  --into URL               an empty PostgreSQL of one's own (15 or newer) instead of the embedded database
  --key-passphrase-file FILE   where the private key lies under a passphrase

  dishu restore dishu-2026-11-24T02-00-00Z.backup --data /srv/dishu-new --key-file office-backup

${COMMON}${EXITS}`,
    load: async () => (await import('./restore.ts')).restore,
  },
  {
    name: 'rehearse',
    usage: 'rehearse [FILE]',
    zh: '演练恢复：恢复到临时目录、证明、清除',
    en: 'rehearse a restore: restore aside, prove, tell, remove',
    help: `dishu rehearse [FILE] (--passphrase-file FILE | --key-file PRIVATE.pem) [--scratch DIR]

Restores the newest backup (or FILE) into a temporary folder, proves it as restore does, tells how long it took, and removes it. Exit code 6 where it is
not what was backed up.

  --scratch DIR     where there is room for it (default: the system's temporary folder)

${COMMON}${EXITS}`,
    load: async () => (await import('./rehearse.ts')).rehearse,
  },
  {
    name: 'doctor',
    usage: 'doctor [--json]',
    zh: '体检：机器、数据目录、数据库、备份，并说明怎么办',
    en: 'look at the machine, the data folder, the database and the backups, and say what to do',
    help: `dishu doctor [--json]

Looks, changes nothing, and says what to do: processor, memory and disk, the pages and the engine, who uses the data folder and who may read its keys, the
database's version, schema and safety, the register and the clock, accounts, tasks that stand still or failed, signed heads, backups. Exit code 6 where
something should be seen to. Whether every row is as it was recorded is another question: dishu verify.

  dishu doctor
  dishu doctor --data /srv/dishu --json

${COMMON}${EXITS}`,
    load: async () => (await import('./doctor.ts')).doctor,
  },
  {
    name: 'baseline',
    usage: 'baseline freeze|list|recount|export|compare',
    zh: '冻结底数、重新统计、按原因比较',
    en: 'freeze a signed baseline, count it anew, compare two by cause',
    help: `dishu baseline freeze [--title TEXT] [--day DATE] [--county CODE]
dishu baseline list
dishu baseline recount [KEY | FOLDER]
dishu baseline export KEY [--out FOLDER]
dishu baseline compare FROM [TO] [--by saline,area] [--area CODE] [--level county|town|village] [filters as for count]

freeze counts the register on a day twice, from its sums and anew from its rows, and keeps the signed table with everything it was counted by.
recount takes the rows as they were known then and counts them again: exit code 6 where one hundredth of a square metre differs; a folder written
by export recounts without a register. compare splits every change by its cause; a state is a baseline (B1), a day, DAY@REVISION or @REVISION.

  dishu baseline freeze --title "2026 年度底数" --day 2026-12-31
  dishu baseline compare B1 B2 --by saline

${COMMON}${EXITS}`,
    load: async () => (await import('./baseline.ts')).baseline,
  },
  {
    name: 'prove',
    usage: 'prove [--draws N]',
    zh: '证明各接口给出同一个数',
    en: 'prove that every interface gives the same figure',
    help: `dishu prove [--draws N] [--seed S] [--report-every N] [--command-every N] [--page-every N] [--json]

Draws areas, values, days and revisions at random and asks the API (the total, its parts, the list behind it), the SQL view, the CSV, XLSX and
GeoPackage exports, the OGC API, every so often a report in Word and PDF, the command line and the page in a browser. All must be equal to the last digit; exit code 6 where one is not.

  --draws N            questions (200)
  --seed S             the same questions again
  --report-every N     every so many draws a report in Word and PDF (10)
  --command-every N    every so many draws \`dishu count\` as a process of its own (20)
  --page-every N       every so many draws the page in Chromium, where there is one (100)

${COMMON}${EXITS}`,
    load: async () => (await import('./prove.ts')).prove,
  },
  {
    name: 'export',
    usage: 'export areas|patches|parcels|contracts|soil --to FORMAT',
    zh: '导出',
    en: 'write rows of the register to a file',
    help: `dishu export areas|patches|parcels|contracts|soil --to FORMAT [--out FILE] [--as-of DATE] [--known DATE|REVISION] [--area CODE]

FORMAT: gpkg (with styles; parcels with their contracts), geojson, csv, xlsx, shp (zipped; patches as DLTB, parcels as DK), fgb, parquet (GeoParquet), kml,
txt (boundary points of patches or parcels), nyt2539 (the registry's package, of parcels).
shp and nyt2539 are checked first as the receiving side would; --accept writes all the same, with what was found beside the data.
Without --out CSV, GeoJSON and KML go to standard output. Personal values leave masked.

${COMMON}${EXITS}`,
    load: async () => (await import('./export.ts')).exportRows,
  },
  {
    name: 'report',
    usage: 'report baseline|plan|brief|poster|ledger --out FILE',
    zh: '生成报告：PDF、Word、台账，每个数字有证据码',
    en: 'reports as PDF, Word and workbooks; every figure has a code',
    help: `${REPORT_HELP}\n${COMMON}${EXITS}`,
    load: async () => (await import('./report.ts')).report,
  },
  {
    name: 'tiles',
    usage: 'tiles build|ready',
    zh: '制作地图瓦片',
    en: 'make the map tiles of a county',
    help: `dishu tiles build [--county CODE] [--out FILE.pmtiles]
dishu tiles ready [--county CODE]

build writes all map tiles of a county as it stands today into one PMTiles archive, with what they are and how the page draws them inside.
Without --out it goes into the data folder, where the server gives it out under /tiles/COUNTY/archive.pmtiles.
ready makes the ground ready for the maps of the page: the server does it by itself as the map is looked at.

${COMMON}${EXITS}`,
    load: async () => (await import('./tiles.ts')).tiles,
  },
  {
    name: 'topology',
    usage: 'topology LAYER [--tolerance M] [--out FINDINGS.gpkg]',
    zh: '拓扑检查：重叠、缝隙、重复与图形错误',
    en: 'overlaps, gaps, duplicates and invalid rings of a polygon layer',
    help: `dishu topology LAYER [--tolerance M] [--out FINDINGS.gpkg] [--workers N] [--json]

Looks over a whole layer: overlapping pairs, gaps (closed in, or open to the outside but narrow), parcels drawn twice or inside one another, slivers,
vertices that only one of two neighbours has, invalid rings. Every run is proved by two ways to the same area. How and how exact: docs/methods/topology.md.
LAYER is a GeoPackage, Shapefile, FlatGeobuf, GeoJSON or GeoJSON sequence (FILE or FILE:LAYER), or patches, parcels, areas of the register.

  --tolerance M      overlaps and gaps narrower than this on average are not told (default 0, at most 10)
  --least-area M2    nor those of less area (default 0.01)
  --gap-width M      a way between parcels that is open to the outside is a gap up to this width (default 0.5, at most 20; 0: none)
  --sliver-width M   a parcel narrower than this on average is a sliver (default 0.2)
  --layer NAME       the layer of the file       --key FIELD   the field that names a parcel (default: DKBM, BSM, TBBH, id, fid … or the row's number)
  --within AREAS     FILE or FILE:LAYER of areas (village, county) that no parcel may leave
  --out FILE.gpkg    overlaps, gaps and places with their outlines
  --workers N        threads
  --county CODE --level village|town|county    of the register's areas
  --strict           exit code 6 where anything was found

  dishu topology DLTB.shp --out findings.gpkg
  dishu topology parcels.gpkg --json --workers 2
  dishu topology patches

${COMMON}${EXITS}`,
    load: async () => (await import('./topology.ts')).topology,
  },
  {
    name: 'plan',
    usage: 'plan solve|explain|export FILE.json',
    zh: '以水定地规划：求解、解释、导出模型',
    en: 'a plan within all limits whose gap is certified',
    help: `dishu plan solve FILE.json [--objective ID] [--time S] [--gap G] [--seed N] [--json]
dishu plan front FILE.json --of ID,ID [--points N] [--time S] [--json]
dishu plan explain FILE.json [--parcel ID] [--json]
dishu plan export FILE.json --to mps|lp [--out FILE]
dishu plan scenario list | show S1 | build S1 | solve S1 | export S1 --to xlsx [--out FILE] [--county CODE] [--json]
dishu plan solve S1

Chooses at most one option for every parcel so that the benefit is greatest and every limit and target is kept, and says how far from the best
the plan can be at most. The file states limits, targets, parcels and their options (docs/methods/plan.md).

A scenario is one of the register's, as the plan page has it: build checks it and tells what is missing, solve writes its result into the ledger,
show tells the newest, export writes the annexes. Ctrl-C keeps the best plan so far, with its gap.

  --time S      stop after so many seconds with the best so far (a guard: without it the work ends by itself, the same everywhere)
  --gap G       good enough at this share of the bound, e.g. 0.0001
  --seed N      another seed
  --parcel ID   what each option of this parcel would cost
  --objective   benefit, or an objective that the file states (area, grain, water)
  --of A,B      the front of two of them: the best by A, then by A with more and more of B, each plan with its gap; --points of it (5)

  dishu plan solve county.json --json
  dishu plan front county.json --of benefit,water --points 9
  dishu plan explain county.json --parcel 2208991010010001234
  dishu plan export county.json --to mps --out county.mps

${COMMON}${EXITS}`,
    load: async () => (await import('./plan.ts')).plan,
  },
  {
    name: 'soil',
    usage: 'soil map | maps | areas | grade',
    zh: '由样品做土壤图，给图斑定级并说明概率，各等级面积与区间',
    en: 'soil maps of the register: grades with their probability, areas with intervals',
    help: `dishu soil map [--title TEXT] [--values salt,ph,esp] [--depth 0-20] [--season latest] [--json]
dishu soil maps | areas | grade --scheme ID [--json]

map makes a soil map of the register's samples: COGs and simulations into the content store, a grade with probabilities for every patch into the register, in
one revision that can be undone. areas adds them up with 95 % intervals, parts and whole from the same simulations. grade gives the county another scheme or
rule, and grades everything anew in one revision. Methods and limits: docs/methods/soil.md.

  --values LIST       of salt, ece, ph, esp: three at most, simulated together
  --depth 0-20        cm      --season latest|any|spring|summer|autumn|winter     --from --to DAY  of sampling
  --method ordinary|universal     --transform scores|none     --nmax N (32)
  --model ph="0.2 Nug + 0.8 Sph(6000)"   a given variogram, for each value; else fitted
  --draws N --seed S  simulations (199) and their seed        --cell M   side of the raster's cells
  --accept-outliers   believe a value that alone would draw the map
  --out DIR           copies of the rasters
  --area CODE --level county|town|village --indicator combined|salt|ece|ph|esp --as-of DAY --known REV   of areas
  --scheme ID --map-rule most-probable|worst-likely --share 0.3   of grade
  --reason TEXT       for the ledger

  dishu soil map --values ph,esp --title "Spring 2024"
  dishu soil areas --level village --json
  dishu soil grade --scheme songnen-2

${COMMON}${EXITS}`,
    load: async () => (await import('./soil.ts')).soil,
  },
  {
    name: 'library',
    usage: 'library template|import|list|options',
    zh: '技术、作物品种、试验与限制：模板、导入、列出，一块地可做什么',
    en: 'technologies, crops, trials and limits: template, import, list, what a patch may see',
    help: `dishu library template [--filled] --out FILE.xlsx
dishu library import FILE.xlsx [--yes] [--dry-run] [--json]
dishu library list [technologies|practices|crops|varieties|costs|trials|limits] [--json]
dishu library options PATCH [--json]

The library that plans rest on: technologies with dose, conditions, effects and cost lines, practices made of them, crops and varieties with their tolerance, registered
trials, limits with the acts they forbid, and the economics. What sources say comes with the program; an office's row of the same code takes its place. import
shows what would change and writes all of it or nothing, as one revision. options says what may be done with a patch, and why each other thing may not.

  --filled           the library in force instead of empty sheets
  --valid-from DAY   from which day the rows hold (default: today)
  --reason TEXT      for the ledger
  --county CODE      where the register has several

  dishu library template --out library.xlsx
  dishu library import library.xlsx --dry-run
  dishu library options 220899100200000123

${COMMON}${EXITS}`,
    load: async () => (await import('./library.ts')).library,
  },
  {
    name: 'scene',
    usage: 'scene add FILE|FOLDER… | list | indices | measure',
    zh: '登记影像，列出影像与指数，统计到图斑',
    en: 'register images, list them and the indices, measure them under patches',
    help: `dishu scene add FILE|FOLDER… [--date DAY] [--sensor NAME] [--bands LIST] [--yes] [--json]
dishu scene list|indices|measure [--json]

Registers a satellite image: looks at it, shows what it is, and writes after a yes; the revision can be undone. Landsat Collection 2 Level 2 and
Sentinel-2 L2A (folder, zip or tar; JP2 included) tell their day, bands, scale and clouds themselves; of plain GeoTIFF or JP2 files say them here.
A registered scene is measured under every patch and parcel; measure does that for what is new (scenes, outlines, indices).

  --date 2024-05-12     the day it was taken
  --sensor landsat-8    the satellite or camera
  --bands B,G,R,N,S1    what each band is, in their order (- for none), or by name: Red=R,NIR=N
  --scale S --offset O  value = stored number × S + O; --scale 1 where numbers stand for themselves
  --nodata N            the number that stands for no data, where the file does not say
  --crs EPSG:32651      the coordinate system, where the file does not say
  --title --provider --reason TEXT   for the list and the ledger
  --county CODE         where the register has several
  --yes                 write without asking; also says that the image holds no state secret
  --no-measure          leave the measuring for later

  dishu scene add S2A_MSIL2A_20240503T022551_N0510_R046_T51TXL_20240503T061234.SAFE --yes
  dishu scene add Blue.tif Green.tif Red.tif NIR.tif --date 2014-03-01 --sensor landsat-8 --scale 2.75e-5 --offset -0.2

${COMMON}${EXITS}`,
    load: async () => (await import('./scene.ts')).scene,
  },
  {
    name: 'design',
    usage: 'design draw | list | show P1 | redraw P1 | export P1 --out FILE',
    zh: '布点设计：抽取、核对、导出、已采情况',
    en: 'sampling designs: draw, list, draw again, export, planned against taken',
    help: `dishu design draw [--method stratified|grid|latin|greedy] [--points N | --money YUAN --per-point YUAN] [--seed N] [--json]
dishu design list|show P1|redraw P1|export P1 --out FILE.xlsx|csv|gpx|kml|geojson [--json]

Decides where the next samples are taken, on the patches of the register. A design is drawn from a seed and kept as one revision; redraw draws it again and
says whether every point is the same (exit code 6 where not). A point counts as taken when a sample bears its code, or was taken within reach of it.

  --method stratified   random within strata, with known chances (usual); grid: regular with a random start; latin: spread evenly over covariates;
                        greedy: where the expected error of grades falls most for its cost, from the samples there are
  --points N            how many; or --money YUAN with --per-point YUAN and --per-km YUAN (from the nearest road or village)
  --max-distance M      leave out what lies farther from road and village
  --strata none|grade|mapgrade|class|town|village   --allocation proportional|neyman
  --covariates place,salt,ece,ph,esp   of a hypercube (values as the newest soil map has them)
  --value salt|ece|ph|esp   for greedy and neyman
  --within CODE         a town or village; --classes 0103,1204 land classes by their first digits; --exclude LAYER,… of the register
  --start LON,LAT       where the way begins; --one-way: it does not lead back
  --reach M             how near a sample must be to count as the point's (30)
  --seed N --title TEXT --county CODE

  dishu design draw --strata town --points 120 --seed 7 --title 春季详查
  dishu design export P1 --out P1.gpx

${COMMON}${EXITS}`,
    load: async () => (await import('./design.ts')).design,
  },
  {
    name: 'water',
    usage: 'water template|import|check|balance',
    zh: '水源、渠系、定额：模板、导入、检查、水量平衡',
    en: 'sources, canals, quotas: template, import, check, balance',
    help: `dishu water template [--filled] [--out FILE.xlsx]
dishu water import FILE.xlsx [--whole] [--dry-run] [--yes] [--json]
dishu water check [--json]
dishu water balance [--year-type P25|P50|P75|P90] [--level general|advanced] [--json]

Sources with their volumes by month and year type, reserve and other users, canals and drains, districts, limits, quotas, seasons and climate. The template
explains every column and its unit; import shows what would change, tells what is wrong with it, and writes all of it or nothing, as one revision that can be
undone. check lists rings, loose ends, slips of units and lacks (exit code 6 where there are errors or warnings). balance sets supply against demand month by month.

  --filled           the template with what is registered, to be changed and imported again
  --whole            each sheet of the file is the whole list: rows it lacks are ended
  --dry-run          show what would change and stop
  --valid-from DAY   from which day the rows hold (default: today)
  --reason TEXT      why, for the ledger
  --county CODE      where the register has several

  dishu water template --out water.xlsx
  dishu water import water.xlsx --yes
  dishu water balance --year-type P75

${COMMON}${EXITS}`,
    load: async () => (await import('./water.ts')).water,
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
  {
    name: 'zonal',
    usage: 'zonal RASTER LAYER --stats mean,stdev,p90 --out FILE',
    zh: '统计每个面内的影像像元',
    en: 'statistics of a raster under polygons',
    help: `dishu zonal RASTER… LAYER [--stats LIST] [--bands 1-10] [--out FILE.csv|.json|.parquet] [--workers N] [--json]

For every polygon of LAYER the statistics of the cells it covers, each weighing exactly as much as it is covered (docs/methods/zonal.md). RASTER is a
GeoTIFF; several give a column each. LAYER is a file (GPKG, Shapefile, FlatGeobuf, GeoJSON) or a layer of the register: patches, parcels, areas.
Polygons are brought to the raster's coordinate system; the raster is never resampled. Without --out the table goes to standard output.

  --stats LIST      of: count area sum mean stdev variance coefficient_of_variation min max median p90 q0.25 majority minority variety
                    weighted_mean weighted_sum weighted_count histogram frac    (default count,mean,stdev,min,max)
  --bands LIST      1-10 or 1,3,5 (default: all that hold data)
  --key FIELD       the field that names the rows      --layer NAME   which layer of the file
  --weights FILE    a raster on the same grid, for the weighted_… statistics
  --crs EPSG:CODE   the layer's system where its file does not say    --raster-crs EPSG:CODE   the raster's
  --plain-cells     in degrees too, count every cell alike rather than by its area on the ground
  --cells-out FILE  a CSV of every covered cell with its fraction
  --allow-host HOST RASTER may be an address on this host (ranges of bytes; off otherwise)
  --memory-mb N     the most memory (default 2048)

  dishu zonal scene.tif DK.shp --stats mean,stdev,p90 --bands 1-10 --out parcels.csv --workers 2
  dishu zonal landcover.tif patches --stats majority,frac --json

${COMMON}${EXITS}`,
    load: async () => (await import('./zonal.ts')).zonal,
  },
  {
    name: 'depths',
    usage: 'depths SAMPLES --site … --value … --from … --to … --out OUT.csv',
    zh: '把各土层的样品换算到标准深度',
    en: 'bring samples of several layers to standard depths',
    help: `dishu depths SAMPLES --site COLUMN,… --value COLUMN,… (--from COLUMN --to COLUMN | --depth COLUMN) --out OUT.csv

One row for each hole with the means over 0–20, 0–30 and 30–100 cm, by the mass-preserving spline (docs/methods/soil.md). A depth that a hole does
not reach over whole, and a hole with a value below a limit ("<0.05"), stay empty and are counted.

  --site COLUMN,…    what names a hole        --keep COLUMN,…   carried along from its first row (coordinates)
  --from --to COLUMN top and bottom of a layer, cm      --depth COLUMN   one column of "0-20" instead
  --value COLUMN,…   what was measured; the columns become ec_0_20, ec_0_30 …
  --depths LIST      other depths, as 0-5,5-15
  --lambda L         smoothing (default 0.1, for centimetres)

  dishu depths samples.csv --site hole --keep x,y --value ec,ph --depth layer --out at-depths.csv
  dishu krige at-depths.csv --value ec_0_20 --extent 0,0,50000,50000 --cells 500x500 --out ec.tif

${COMMON}${EXITS}`,
    load: async () => (await import('./depths.ts')).depths,
  },
  {
    name: 'krige',
    usage: 'krige SAMPLES --value COLUMN --extent … --cells … --out MAP.tif',
    zh: '由样品插值成图，并说明有多大把握',
    en: 'make a map from samples, and say how sure it is',
    help: `dishu krige SAMPLES --value COLUMN [--x x --y y] --extent XMIN,YMIN,XMAX,YMAX --cells NXxNY --out MAP.tif

Kriging from a table (or a layer of points) of samples. MAP.tif has two bands, prediction and variance. Without --model the variogram is fitted and shown.
Every run says, by leaving samples out, whether the map is better than the mean. Methods and limits: docs/methods/soil.md.

  --x --y COLUMN       columns of the coordinates, metres (default x and y; a layer of points has its own)
  --epsg CODE          system of the map; with a zone of CGCS2000 degrees are brought to it
  --model TEXT         "0.2 Nug + 0.8 Sph(6000)"; Nug Sph Exp Gau Mat(range, kappa)
  --family KIND        fit this one: sph exp gau mat0.5 mat1.5 mat2.5
  --robust             experimental variogram of Cressie and Hawkins
  --cutoff --width M   longest distance of pairs, width of a class
  --nmax N|all         samples for each node (default 32)   --maxdist M   none farther than this
  --drift place        a trend in x and y (universal kriging)
  --raster FILE [--covariates BANDS]   its bands explain the value (regression kriging); its cells are the map's
  --log | --scores     by logarithms or normal scores, and back without bias
  --blocks LAYER       means over its polygons, with their variance   --blocks-out FILE.csv|.gpkg
  --simulate N --seed S   N maps that could be: MAP.sim001.tif …
  --square M           side of the squares of the second validation (default: the range)
  --accept-outliers    believe a value that alone would draw the map
  --workers N          threads; the result is the same with any number

  dishu krige samples.csv --value ec --extent 0,0,50000,50000 --cells 500x500 --out ec.tif
  dishu krige samples.csv --value ec --epsg 4529 --blocks DK.shp --blocks-out ec.gpkg --log

${COMMON}${EXITS}`,
    load: async () => (await import('./krige.ts')).krige,
  },
  {
    name: 'accuracy',
    usage: 'accuracy PLACES --map … --truth … --drawn … --areas …',
    zh: '由随机抽取的点位检验图件、推算各级面积及其变化',
    en: 'test a map, and estimate areas and their change, by places drawn by chance',
    help: `dishu accuracy PLACES.csv --map COLUMN --truth COLUMN --drawn simple|stratified|grid --areas NAME=AREA,…|AREAS.csv [--strata COLUMN] [--json]

How right a map is, how much land of each class there is (with a 95 % interval), and whether that has changed. Only places drawn by chance can tell; others are
refused. Formulas: docs/methods/soil.md.

  --map --truth COLUMN what the map has there, and what was found there
  --drawn DESIGN       simple, stratified (strata with --strata; by default the map's own classes), grid (with a start drawn by chance)
  --drawn-column COLUMN, --probability-column COLUMN   how each place was drawn, and its chance, where the table says so
  --areas LIST|FILE    areas of all strata; of a simple sample those of the map's classes, or all=AREA; in any unit
  --earlier COLUMN     what was found there before: is the change real?
  --earlier-file FILE  another sample, drawn apart, with the same columns and areas

  dishu accuracy places.csv --map grade --truth found --drawn stratified --areas none=12000,light=3400,heavy=600

${COMMON}${EXITS}`,
    load: async () => (await import('./accuracy.ts')).accuracy,
  },
  {
    name: 'forest',
    usage: 'forest train SAMPLES … | forest predict MODEL RASTER …',
    zh: '用随机森林由协变量成图',
    en: 'a random forest from samples and covariates, and a map by it',
    help: `dishu forest train SAMPLES --value COLUMN --covariates a,b,c --out MODEL.json [--x x --y y]
dishu forest predict MODEL.json RASTER.tif --out MAP.tif

Trains a random forest (regression, or classes with --classes) and says how well it does: out of the bag, and, where coordinates are named, with
squares of land left out, beside the mean, linear regression and kriging. The map has the prediction, with --quantile also a 90 % interval and the
median, how unlike the samples each cell is, and whether the model may speak there. Methods and limits: docs/methods/soil.md.

  --trees N --seed S        (100, 1); the same seed gives the same forest with any number of workers
  --tried N                 covariates tried at a node (a third of them; for classes the root of their number)
  --leaf N                  samples in a leaf at least (5; for classes 1)
  --quantile                keep what quantiles need
  --classes                 the value is a class
  --x --y COLUMN            coordinates, metres; --epsg CODE as for krige; --square M side of the squares left out
  --raster FILE             (train) take the covariates from its bands, where the samples lie
  --bands a,b,c             (predict) bands of the raster in the order of the covariates, by name or number
  --no-applicability        leave out the last two bands
  --workers N               threads

  dishu forest train samples.csv --value ec --covariates ndvi,dem,twi --x x --y y --quantile --out ec.json
  dishu forest predict ec.json scene.tif --out ec.tif

${COMMON}${EXITS}`,
    load: async () => (await import('./forest.ts')).forest,
  },
]
