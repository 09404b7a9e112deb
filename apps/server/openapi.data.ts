/**
 * What the description of the interface says of routes besides what their declarations do: a sentence in both languages, and an example of a
 * question. Examples are asked of the sample county by a test, so that each of them is answered. A route without a line here is described by its address.
 */
export type Told = {
  readonly zh: string
  readonly en: string
  /** Values of the parameters of an example, in the path and in the query; none: an example would need what only the asker has. */
  readonly example?: Readonly<Record<string, string>>
  /** The type of the answer, where it is not JSON. */
  readonly answers?: string
}

const COUNTY = { county: '220899' }
const PATCH = { ...COUNTY, id: '30' }
const OGC = { ...COUNTY, collection: 'patches' }
const GEOJSON = 'application/geo+json'

export const TOLD: Readonly<Record<string, Told>> = {
  'GET /api/health': { zh: '服务是否在运行', en: 'Whether the server is up', example: {} },
  'GET /api/session': { zh: '谁在使用，能看哪些县', en: 'Who asks, and which counties there are', example: {} },
  'GET /api/openapi.json': { zh: '本说明', en: 'This description', example: {} },
  'GET /api/counties/:county/vocabulary': { zh: '用词：地类、等级、规则', en: 'Words: classes, grades, rules', example: COUNTY },
  'GET /api/counties/:county/areas': { zh: '行政区', en: 'Areas', example: COUNTY },
  'GET /api/counties/:county/count': {
    zh: '底数：按任意维度汇总的面积（平方米的百分之一）与图斑数',
    en: 'The count: area (hundredths of a m²) and number of patches by any dimension',
    example: { ...COUNTY, by: 'class', level: 'county' },
  },
  'GET /api/counties/:county/patches': { zh: '图斑清单', en: 'List of patches', example: { ...COUNTY, class: '1204', limit: '10' } },
  'GET /api/counties/:county/patches/:id': { zh: '一个图斑的全部', en: 'Everything about one patch', example: PATCH },
  'GET /tiles/:county/:z/:x/:y': {
    zh: '矢量瓦片',
    en: 'A vector tile',
    example: { ...COUNTY, z: '8', x: '216', y: '91' },
    answers: 'application/vnd.mapbox-vector-tile',
  },
  'GET /api/search': {
    zh: '查找图斑、地块、合同、地名',
    en: 'Find patches, parcels, contracts and places',
    example: { ...COUNTY, q: '0001' },
  },
  'GET /api/counties/:county/export': {
    zh: '导出文件',
    en: 'A file of the register',
    example: { ...COUNTY, what: 'areas', to: 'csv' },
    answers: 'text/csv',
  },
  'GET /api/counties/:county/revisions': { zh: '版本记录', en: 'Revisions', example: { ...COUNTY, limit: '5' } },
  'POST /api/counties/:county/revisions/:rev/undo': { zh: '撤销一个版本', en: 'Take a revision back' },
  'GET /api/counties/:county/baselines': { zh: '冻结的底数', en: 'Frozen baselines', example: COUNTY },
  'GET /api/counties/:county/findings': { zh: '质检结果', en: 'Findings of the checks', example: COUNTY },
  'GET /api/counties/:county/check': { zh: '检查进行到哪里', en: 'How far the check is', example: COUNTY },
  'GET /api/counties/:county/reviews': { zh: '待审与已审的事项', en: 'What waits for a second person', example: COUNTY },
  'GET /api/counties/:county/scenes': { zh: '影像', en: 'Scenes', example: COUNTY },
  'GET /api/counties/:county/soil/samples': { zh: '土壤样点', en: 'Soil samples', example: COUNTY },
  'GET /api/counties/:county/soil/maps': { zh: '土壤图', en: 'Soil maps', example: COUNTY },
  'GET /api/counties/:county/water': { zh: '水源、渠系与灌区', en: 'Water sources, canals and districts', example: COUNTY },
  'GET /api/counties/:county/library': { zh: '技术、作物与参数', en: 'Technologies, crops and their figures', example: COUNTY },
  'GET /api/counties/:county/plan/scenarios': { zh: '规划情景', en: 'Scenarios of plans', example: COUNTY },
  'GET /api/counties/:county/personal': {
    zh: '个人信息的种类与期限',
    en: 'Kinds of personal values and how long they are kept',
  },
  'GET /api/changes': {
    zh: '变更推送：某版本之后发生的事',
    en: 'The change feed: what happened after a revision',
    example: { ...COUNTY, since: '0' },
  },
  'GET /api/changes/:rev': {
    zh: '一个版本改动了哪些行',
    en: 'Which rows a revision changed',
    example: { ...COUNTY, rev: '1', kind: 'area', limit: '3' },
  },
  'GET /ogc': { zh: '开放接口：有哪些县', en: 'Open interfaces: the counties', example: {} },
  'GET /ogc/:county': { zh: 'OGC API 首页', en: 'Landing page of OGC API', example: COUNTY },
  'GET /ogc/:county/conformance': { zh: '符合的标准', en: 'Standards that are kept', example: COUNTY },
  'GET /ogc/:county/api': { zh: '本县接口的 OpenAPI 3.0 说明', en: 'The county’s service in OpenAPI 3.0', example: COUNTY },
  'GET /ogc/:county/collections': { zh: '数据集', en: 'Collections', example: COUNTY },
  'GET /ogc/:county/collections/:collection': { zh: '一个数据集', en: 'One collection', example: OGC },
  'GET /ogc/:county/collections/:collection/queryables': {
    zh: '可过滤的字段',
    en: 'Fields to filter by',
    example: OGC,
    answers: 'application/schema+json',
  },
  'GET /ogc/:county/collections/:collection/schema': { zh: '字段', en: 'Fields', example: OGC, answers: 'application/schema+json' },
  'GET /ogc/:county/collections/:collection/items': {
    zh: '要素，可按范围、日期、已知版本与 CQL2 条件取',
    en: 'Features, by box, day, state of knowledge and CQL2 filter',
    example: { ...OGC, limit: '2', filter: "class LIKE '12%' AND official_area_m2 > 1000" },
    answers: GEOJSON,
  },
  'GET /ogc/:county/collections/:collection/items/:item': {
    zh: '一个要素在某日的样子',
    en: 'One feature as of a day',
    example: { ...OGC, item: '30', datetime: '2026-01-01' },
    answers: GEOJSON,
  },
  'GET /ogc/:county/collections/:collection/items/:item/timemap': {
    zh: '一个要素的各个版本',
    en: 'The versions of one feature',
    example: { ...OGC, item: '30' },
    answers: 'application/link-format',
  },
  'POST /ogc/:county/collections/:collection/items': {
    zh: '新增（办公模式下待第二人批准）',
    en: 'Create (in an office: once a second person approves)',
  },
  'PUT /ogc/:county/collections/:collection/items/:item': { zh: '整条替换（待批准）', en: 'Replace (once approved)' },
  'PATCH /ogc/:county/collections/:collection/items/:item': { zh: '修改字段（待批准）', en: 'Update fields (once approved)' },
  'DELETE /ogc/:county/collections/:collection/items/:item': { zh: '删除（待批准）', en: 'Delete (once approved)' },
  'GET /stac': { zh: '影像目录', en: 'The catalogue of scenes', example: {} },
  'GET /stac/conformance': { zh: '影像目录符合的标准', en: 'Standards that the catalogue keeps', example: {} },
  'GET /stac/collections': { zh: '影像集', en: 'Collections of scenes', example: {} },
  'GET /stac/search': { zh: '查找影像', en: 'Find scenes', example: {}, answers: GEOJSON },
}
