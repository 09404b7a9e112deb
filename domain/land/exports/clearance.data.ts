/**
 * What may leave only after a second approval: 测绘地理信息管理工作国家秘密范围的规定（自然资源部、国家保密局，2020）: outside military zones, full-element maps of
 * 1:500–1:2,000 are not secret up to 25 km² in one piece, above that 秘密. The annex itself could not be read: an office that has it puts its figures here.
 */
export const CLEARANCE = {
  contiguousKm2: 25,
  since: '2020-07-01',
  mark: 'found',
  source: '自然资源部答复转载：2020年国家秘密目录，1:500–1:2000 全要素，连片 25 km² 以内不涉密',
  /** Names of columns that hold heights of the ground. */
  heights: /高程|海拔|地面高|标高|elevation|altitude|(?:^|_)(?:gc|dem|h|z|height)(?:_|$)/i,
  /** How long an approval of an export holds. */
  approvalDays: 30,
} as const

/** 审图号: the number of the review of a public map, such as GS（2024）1234号 or 吉S（2024）012号 (地图管理条例第十五、二十二条). */
export const MAP_APPROVAL = /^[\p{Script=Han}A-Z]{1,4}[（(]\d{4}[)）]\d{1,6}号$/u
