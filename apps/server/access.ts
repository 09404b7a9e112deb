/**
 * Who may ask what: one line for every route, read as the written matrix of permissions. A route without a line does not start.
 *
 * `power`: what the caller must hold. `on`: where: `county` the county the address names, `anywhere` at least one area (the rows are then
 * cut to those areas by the database), `office` the office itself. `whole`: the whole county must be held, because the act touches all of
 * it. `keeps`: reading that the audit must remember; all writing is remembered anyway.
 */
import type { AccessAct } from '@dishu/kernel/people/access'
import type { Power } from '@dishu/kernel/people/people'
import type { TableRule } from '@dishu/server-kit/permission'

export type Need = {
  readonly power: Power | 'anyone' | 'signed-in'
  readonly on: 'county' | 'anywhere' | 'office'
  readonly whole?: true
  readonly keeps?: AccessAct
}

const anyone: Need = { power: 'anyone', on: 'office' }
const signedIn: Need = { power: 'signed-in', on: 'office' }
const read: Need = { power: 'read', on: 'county' }
const wholly = (power: Power): Need => ({ power, on: 'county', whole: true })
const partly = (power: Power): Need => ({ power, on: 'county' })
const office = (power: Power): Need => ({ power, on: 'office' })
const importing: Need = { power: 'import', on: 'anywhere' }

export const ROUTES: Readonly<Record<string, Need>> = {
  'GET /api/health': anyone,
  'GET /api/sign-in': anyone,
  'POST /api/sign-in': anyone,
  'GET /api/sign-in/link': anyone,
  'GET /api/sign-in/oidc': anyone,
  'GET /api/sign-in/oidc/callback': { ...anyone, keeps: 'sign-in' },
  'POST /api/sign-in/link': anyone,
  'POST /api/sign-out': signedIn,
  'GET /api/session': signedIn,
  'GET /api/me': signedIn,
  'POST /api/me/password': signedIn,
  'POST /api/me/second-factor': signedIn,
  'POST /api/me/second-factor/confirm': signedIn,
  'POST /api/me/sessions/:session/end': signedIn,
  'POST /api/me/tokens': signedIn,
  'POST /api/me/tokens/:token/end': signedIn,
  'GET /api/office/sign-in-policy': signedIn,
  'POST /api/office/sign-in-policy': office('settings'),
  'GET /api/people': signedIn,
  'POST /api/people': office('accounts'),
  'POST /api/people/:id/leave': office('accounts'),
  'POST /api/people/:id/sessions/end': office('accounts'),
  'POST /api/people/:id/grants': signedIn, // who may grant which role where is decided by the grant itself
  'POST /api/grants/:id/withdraw': signedIn,
  'GET /api/access': { power: 'audit', on: 'anywhere' },

  'GET /api/counties/:county/vocabulary': read,
  'GET /api/counties/:county/areas': read,
  'GET /api/counties/:county/count': read,
  'GET /api/counties/:county/patches': read,
  'GET /api/counties/:county/patches/:id': read,
  'GET /tiles/:county/:z/:x/:y': read,
  'GET /api/search': read,
  'GET /api/counties/:county/export': { power: 'export', on: 'county', keeps: 'exported' },
  'POST /api/counties/:county/export/approval': partly('export'),
  'POST /api/counties/:county/map-approval': office('settings'),

  'GET /api/counties/:county/personal': read,
  'GET /api/counties/:county/personal/log': partly('audit'),
  'POST /api/counties/:county/personal/open': partly('open-personal'),
  'POST /api/counties/:county/personal/find': partly('open-personal'),
  'POST /api/counties/:county/personal/break-glass': read, // whoever sees the row may break the glass: it is logged, and looked at by another
  'POST /api/counties/:county/personal/open-broken': read,
  'GET /api/counties/:county/reviews': read,
  'GET /api/counties/:county/reviews/:review': read,
  'POST /api/counties/:county/reviews/:review/approve': partly('approve'),
  'POST /api/counties/:county/reviews/:review/return': partly('approve'),
  'POST /api/counties/:county/reviews/:review/submit': read,
  'POST /api/counties/:county/reviews/:review/withdraw': read,

  'GET /api/counties/:county/baselines': { power: 'read', on: 'county', whole: true }, // a baseline has the whole county's figures
  'GET /api/counties/:county/baselines/:key': { power: 'export', on: 'county', whole: true, keeps: 'exported' },
  'POST /api/counties/:county/baselines': wholly('edit'),
  'POST /api/counties/:county/baselines/:key/recount': { power: 'read', on: 'county', whole: true }, // nothing is written
  'GET /api/counties/:county/changes': read,
  'GET /api/counties/:county/changes/patches': read,

  'GET /api/counties/:county/revisions': read,
  'POST /api/counties/:county/revisions/:rev/undo': wholly('edit'),
  'GET /api/documents/:county/:sha256': { power: 'audit', on: 'county', whole: true, keeps: 'document-read' },

  'GET /api/intakes': importing,
  'POST /api/intakes': importing,
  'GET /api/intakes/:id': importing,
  'POST /api/intakes/:id/answers': importing,
  'POST /api/intakes/:id/confirm': importing,
  'POST /api/intakes/:id/cancel': importing,
  'GET /api/intakes/:id/refused.csv': importing,

  'GET /api/counties/:county/findings': read,
  'GET /api/counties/:county/findings/:id/fix': read,
  'GET /api/counties/:county/findings/:id/fixes': read,
  'GET /api/counties/:county/check': read,
  'POST /api/counties/:county/check': wholly('settle'),
  'POST /api/counties/:county/check/stop': wholly('settle'),
  'POST /api/counties/:county/findings/:id/accept': partly('settle'),
  'POST /api/counties/:county/findings/:id/assign': partly('settle'),
  'POST /api/counties/:county/findings/:id/fix': wholly('edit'),

  'GET /api/counties/:county/scenes': read,
  'GET /api/counties/:county/scenes/:scene/summary': read,
  'GET /api/counties/:county/series': read,
  'GET /api/counties/:county/scene-tasks': read,
  'GET /api/counties/:county/scene-tasks/:task': read,
  'GET /tiles/:county/scenes/:scene/:z/:x/:y': read,
  'POST /api/counties/:county/indices': wholly('edit'),
  'POST /api/counties/:county/scene-tasks': wholly('edit'),
  'POST /api/counties/:county/scene-tasks/:task/answers': wholly('edit'),
  'POST /api/counties/:county/scene-tasks/:task/cancel': wholly('edit'),
  'POST /api/counties/:county/scene-tasks/:task/confirm': wholly('edit'),
  'POST /api/counties/:county/scenes/measure': wholly('edit'),

  'GET /api/counties/:county/soil/samples': read,
  'GET /api/counties/:county/soil/samples/:id/profile': read,
  'GET /api/counties/:county/soil/laboratory': read,
  'GET /api/counties/:county/soil/variogram': read,
  'GET /api/counties/:county/soil/variogram/check': read,
  'GET /api/counties/:county/soil/designs': read,
  'GET /api/counties/:county/soil/designs/:key': read,
  'GET /api/counties/:county/soil/designs/:key/redraw': read,
  'GET /api/counties/:county/soil/designs/:key/export': { power: 'export', on: 'county', keeps: 'exported' },
  'POST /api/counties/:county/soil/designs/draw': read, // nothing is written
  'POST /api/counties/:county/soil/designs': wholly('edit'),
  'GET /api/counties/:county/soil/maps': read,
  'GET /api/counties/:county/soil/maps/:map': read,
  'GET /api/counties/:county/soil/maps/:map/files/:sha256': read,
  'GET /api/counties/:county/soil/tasks': read,
  'GET /api/counties/:county/soil/tasks/:task': read,
  'GET /api/counties/:county/soil/areas': read,
  'GET /api/counties/:county/soil/patches/:patch': read,
  'GET /api/counties/:county/soil/grading': read,
  'GET /api/counties/:county/soil/regrades/:rev': read,
  'GET /tiles/:county/soil/:map/:value/:show/:z/:x/:y': read,
  'POST /api/counties/:county/soil/map-preview': wholly('edit'),
  'POST /api/counties/:county/soil/maps': wholly('edit'),
  'POST /api/counties/:county/soil/tasks/:task/cancel': wholly('edit'),
  'POST /api/counties/:county/soil/regrades': wholly('edit'),

  'GET /api/counties/:county/water': read,
  'GET /api/counties/:county/water/balance': read,
  'GET /api/counties/:county/water/template': { power: 'export', on: 'county', keeps: 'exported' },
  'POST /api/counties/:county/water/changes': wholly('edit'),
  'POST /api/counties/:county/water/import': wholly('edit'),

  'GET /api/counties/:county/library': read,
  'GET /api/counties/:county/library/trials': read,
  'GET /api/counties/:county/library/options': read,
  'GET /api/counties/:county/library/template.xlsx': { power: 'export', on: 'county', keeps: 'exported' },
  'POST /api/counties/:county/library/preview': wholly('edit'),
  'POST /api/counties/:county/library/import': wholly('edit'),
  'POST /api/counties/:county/limits/measure': wholly('edit'),

  'GET /api/counties/:county/plan/scenarios': read,
  'POST /api/counties/:county/plan/scenarios': wholly('edit'),
  'POST /api/counties/:county/plan/scenarios/:scenario/state': wholly('edit'),
  'POST /api/counties/:county/plan/scenarios/:scenario/approve': wholly('approve'),
  'POST /api/counties/:county/plan/scenarios/:scenario/solve': wholly('edit'),
  'POST /api/counties/:county/plan/look': { power: 'read', on: 'county', whole: true }, // nothing is written
  'GET /api/counties/:county/plan/tasks': read,
  'POST /api/counties/:county/plan/tasks/:task/stop': wholly('edit'),
  'GET /api/counties/:county/plan/results/:result': { power: 'read', on: 'county', whole: true },
  'GET /api/counties/:county/plan/results/:result/why': { power: 'read', on: 'county', whole: true },
  'POST /api/counties/:county/plan/results/:result/recompute': wholly('edit'),
  'GET /api/counties/:county/plan/results/:result/annex.xlsx': { power: 'export', on: 'county', whole: true, keeps: 'exported' },
  'GET /api/counties/:county/plan/compare': { power: 'read', on: 'county', whole: true },

  'GET /stac': { power: 'read', on: 'anywhere' },
  'GET /stac/conformance': { power: 'read', on: 'anywhere' },
  'GET /stac/collections': { power: 'read', on: 'anywhere' },
  'GET /stac/collections/:collection': { power: 'read', on: 'anywhere' },
  'GET /stac/collections/:collection/items': { power: 'read', on: 'anywhere' },
  'GET /stac/collections/:collection/items/:item': { power: 'read', on: 'anywhere' },
  'GET /stac/search': { power: 'read', on: 'anywhere' },
}

/** What each table shows to whom, and what requests may do to it. A table without a line is closed to requests. */
const ledger = (by: string): TableRule => ({ shows: 'area', by, writes: 'ledger' })
const touched: TableRule = { shows: 'touched', writes: 'ledger' }
const officePlain: TableRule = { shows: 'office', writes: 'plain' }

export const TABLES: Readonly<Record<string, TableRule>> = {
  'kernel.chain_head': { shows: 'touched', writes: 'plain', updates: ['rev', 'hash', 'recorded_at', 'next_id'] },
  'kernel.revision': { shows: 'touched', writes: 'log' },
  'kernel.sealed': { shows: 'touched', writes: 'log' },
  'kernel.sealed_erased': { shows: 'touched', writes: 'none' },
  'kernel.review': { shows: 'area', by: 'area', writes: 'plain', updates: ['state', 'settled_at', 'rev'] },
  'kernel.review_step': { shows: 'area', by: 'area', writes: 'log' },
  'kernel.document': { shows: 'whole', writes: 'log' },
  'kernel.area': touched,
  'kernel.crs': { shows: 'everyone', writes: 'plain' },
  'kernel.person': { shows: 'office', writes: 'ledger' },
  'kernel.person_grant': { shows: 'office', writes: 'ledger' },
  'kernel.credential': officePlain,
  'kernel.session': officePlain,
  'kernel.service_token': officePlain,
  'kernel.sign_in_link': officePlain,
  'kernel.sign_in_attempt': officePlain,
  'kernel.access_event': { shows: 'touched', writes: 'log' },
  'land.patch': ledger('village'),
  'land.parcel': ledger('parcel_code'), // DKBM begins with the village's twelve digits
  'land.ground': touched,
  'land.party': ledger('party_code'), // FBFBM and CBFBM begin so too
  'land.member': ledger('party_code'),
  'land.contract': ledger('contract_code'),
  'land.contract_parcel': ledger('parcel_code'),
  'land.transfer': ledger('contract_code'),
  'land.sample': ledger('plot_code'),
  'land.exception': touched,
  'land.finding': { shows: 'area', by: 'village', writes: 'plain' },
  'land.finding_assignment': { shows: 'touched', writes: 'plain' },
  'land.finding_check': { shows: 'touched', writes: 'plain' },
  'land.geometry_check': { shows: 'touched', writes: 'plain' },
  'land.cell': ledger('village'),
  'land.cell_sum': { shows: 'area', by: 'village', writes: 'plain' },
  'land.baseline': { shows: 'whole', writes: 'ledger' },
  'land.double_cover': { shows: 'area', by: 'parcels[1]', writes: 'plain' },
  'land.scene': touched,
  'land.spectral_index': touched,
  'land.scene_measure': { shows: 'touched', writes: 'plain' },
  'land.scene_stat': { shows: 'touched', writes: 'plain' },
  'ops.intake': { shows: 'own', writes: 'plain' },
  'ops.mapping': { shows: 'own', writes: 'plain' },
  'ops.setting': { shows: 'touched', writes: 'plain' },
  'ops.scene_task': { shows: 'touched', writes: 'plain' },
  'land.soil_map': touched,
  'land.sampling_design': touched,
  'land.map_grade': touched,
  'land.grading': touched,
  'land.grading_scheme': touched,
  'land.water_node': touched,
  'land.water_reach': touched,
  'land.water_source': touched,
  'land.water_volume': touched,
  'land.water_district': touched,
  'land.water_planting': touched,
  'land.water_limit': touched,
  'land.water_quota': touched,
  'land.water_season': touched,
  'land.water_climate': touched,
  'land.technology': touched,
  'land.technology_cost': touched,
  'land.practice': touched,
  'land.economics': touched,
  'land.crop': touched,
  'land.variety': touched,
  'land.trial': touched,
  'land.trial_result': touched,
  'land.limit_rule': touched,
  'land.patch_limit': { shows: 'touched', writes: 'plain' },
  'land.limit_collision': { shows: 'area', by: 'parcel_code', writes: 'plain' },
  'land.limit_measure': { shows: 'touched', writes: 'plain' },
  'land.plan_scenario': touched,
  'land.plan_result': touched,
  'ops.plan_task': { shows: 'touched', writes: 'plain' },
  'ops.soil_task': { shows: 'touched', writes: 'plain' },
}
