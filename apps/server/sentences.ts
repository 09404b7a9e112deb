/** Every sentence that says why something was refused, from all slices together. */
import type { Language, Refusal, Sentence } from '@dishu/base/refusal'
import { formatsMessages as files } from '@dishu/formats/formats.messages'
import { geotiffMessages as geotiff } from '@dishu/formats/geotiff/geotiff.messages'
import { sceneMessages as scenes } from '@dishu/formats/scene/scene.messages'
import { tablesMessages as tables } from '@dishu/formats/tables.messages'
import { writeMessages as writing } from '@dishu/formats/write/write.messages'
import { messages as areas } from '@dishu/kernel/areas/areas.messages'
import { messages as intake } from '@dishu/kernel/intake/intake.messages'
import { messages as people } from '@dishu/kernel/people/people.messages'
import { messages as records } from '@dishu/kernel/records/records.messages'
import { messages as review } from '@dishu/kernel/review/review.messages'
import { messages as sealed } from '@dishu/kernel/sealed/sealed.messages'
import { messages as baselines } from '@dishu/land/count/baseline.messages'
import { messages as count } from '@dishu/land/count/count.messages'
import { messages as crops } from '@dishu/land/crops/crops.messages'
import { messages as ecology } from '@dishu/land/ecology/ecology.messages'
import { messages as clearance } from '@dishu/land/exports/clearance.messages'
import { messages as exported } from '@dishu/land/exports/exports.messages'
import { messages as imagery } from '@dishu/land/imagery/imagery.messages'
import { messages as lineage } from '@dishu/land/lineage/lineage.messages'
import { messages as parcels } from '@dishu/land/parcels/parcels.messages'
import { messages as plan } from '@dishu/land/plan/plan.messages'
import { scenarioMessages as scenarios } from '@dishu/land/plan/scenarios.messages'
import { messages as fixes } from '@dishu/land/quality/fixes.messages'
import { messages as reports } from '@dishu/land/reports/reports.messages'
import { messages as accuracy } from '@dishu/land/soil/accuracy.messages'
import { messages as designs } from '@dishu/land/soil/design.messages'
import { messages as forest } from '@dishu/land/soil/forest.messages'
import { messages as kriging } from '@dishu/land/soil/interpolation.messages'
import { mapMessages as soilMaps } from '@dishu/land/soil/maps.messages'
import { messages as soil } from '@dishu/land/soil/soil.messages'
import { messages as variograms } from '@dishu/land/soil/variogram.messages'
import { messages as technology } from '@dishu/land/technology/technology.messages'
import { messages as tenure } from '@dishu/land/tenure/tenure.messages'
import { messages as water } from '@dishu/land/water/water.messages'
import { backupMessages as backups } from '@dishu/server-kit/backup.messages'
import { databaseMessages as database } from '@dishu/server-kit/database.messages'
import { ogcMessages as ogc } from '@dishu/server-kit/ogc/ogc.messages'

const own = {
  'topology/which-layer': ({ file, layers }: { file: string; layers: readonly string[] }) => ({
    zh: { message: `${file} 有 ${layers.length} 个面图层：${layers.join('、')}。`, hint: '请用“文件:图层”或 --layer 指定其中一个。' },
    en: { message: `${file} has ${layers.length} polygon layers: ${layers.join(', ')}.`, hint: 'Name one as FILE:LAYER or with --layer.' },
  }),
  'topology/no-such-layer': ({ file, layer, layers }: { file: string; layer: string; layers: readonly string[] }) => ({
    zh: { message: `${file} 中没有图层“${layer}”。`, hint: `其中有：${layers.join('、')}。` },
    en: { message: `${file} has no layer “${layer}”.`, hint: `It has: ${layers.join(', ')}.` },
  }),
  'topology/no-polygons': ({ file, layer }: { file: string; layer: string | null }) => ({
    zh: { message: `${file}${layer ? ` 的图层“${layer}”` : ''}不含面图形。`, hint: '拓扑检查需要面图层。' },
    en: { message: `${file}${layer ? `, layer “${layer}”,` : ''} holds no polygons.`, hint: 'Topology is checked on polygon layers.' },
  }),
  'topology/no-key': ({ file, field, fields }: { file: string; field: string; fields: readonly string[] }) => ({
    zh: { message: `${file} 的字段“${field}”不存在，或有空值、重复值，不能作标识。`, hint: `字段有：${fields.join('、')}。` },
    en: {
      message: `Field “${field}” of ${file} is not there, or has empty or repeated values, and cannot be the key.`,
      hint: `Fields: ${fields.join(', ')}.`,
    },
  }),
  'topology/several-systems': ({ layer, systems }: { layer: string; systems: readonly string[] }) => ({
    zh: {
      message: `登记簿图层 ${layer} 中有 ${systems.length} 种坐标系：${systems.join('、')}。`,
      hint: '请先导出为同一坐标系，再检查导出的文件。',
    },
    en: {
      message: `Layer ${layer} of the register is in ${systems.length} coordinate systems: ${systems.join(', ')}.`,
      hint: 'Export it in one system and check that file.',
    },
  }),
  'topology/too-tangled': ({ file, x, y }: { file: string; x: number; y: number }) => ({
    zh: {
      message: `${file} 的界线在 ${x.toFixed(4)} ${y.toFixed(4)} 附近交叉或层叠过多（上百万处），无法检查。`,
      hint: '请打开该处的地块：多半是一个图形错乱或同一图层叠放了许多版本。删去或重绘后再检查。',
    },
    en: {
      message: `Lines of ${file} cross, or parcels lie on one another, more than a million times near ${x.toFixed(4)} ${y.toFixed(4)}; that is not checked.`,
      hint: 'Open the parcels there: most likely one is scribbled, or many versions lie in one layer. Delete or redraw them and check again.',
    },
  }),
  'cli/which-county': ({ counties }: { counties: readonly string[] }) => ({
    zh: {
      message: counties.length === 0 ? '登记簿里还没有数据。' : `登记簿里有 ${counties.length} 个县：${counties.join('、')}。`,
      hint: counties.length === 0 ? '请先导入：dishu import FILE…' : '请用 --county 指定其中一个。',
    },
    en: {
      message: counties.length === 0 ? 'The register is empty.' : `The register has ${counties.length} counties: ${counties.join(', ')}.`,
      hint: counties.length === 0 ? 'Import first: dishu import FILE…' : 'Name one with --county.',
    },
  }),
  'cli/port-taken': ({ port }: { port: number }) => ({
    zh: { message: `端口 ${port} 已被占用。`, hint: '请用 --port 另选一个，或 --port 0 任选。' },
    en: { message: `Port ${port} is taken.`, hint: 'Choose another with --port, or --port 0 for any.' },
  }),
  'quality/no-such-finding': ({ id }: { id: number }) => ({
    zh: { message: `没有编号为 ${id} 的质检结果；重新质检后编号会变。`, hint: '请刷新质检页。' },
    en: { message: `There is no finding ${id}; a new check numbers them anew.`, hint: 'Reload the findings.' },
  }),
  'quality/already-accepted': ({ key }: { key: string }) => ({
    zh: { message: `“${key}”的这条结果已被接受为例外。`, hint: '如需收回，请在审计页撤销相应修订。' },
    en: {
      message: `This finding about “${key}” is accepted as an exception already.`,
      hint: 'To take that back, undo its revision on the audit page.',
    },
  }),
  'office/loopback-only': ({ host }: { host: string }) => ({
    zh: { message: `单用户方式不需口令，只能由本机访问，不能监听 ${host}。`, hint: '要让其他电脑访问，请用 --office 启动，各人登录。' },
    en: {
      message: `Without a password only this machine is answered; ${host} is not listened on.`,
      hint: 'For other machines start with --office, where everyone signs in.',
    },
  }),
  'office/needs-tls': ({ host }: { host: string }) => ({
    zh: {
      message: `在 ${host} 上提供服务需要加密连接，口令不能明文过网。`,
      hint: '请给出 --certificate 与 --key；若前面有代理负责 TLS，请加 --behind-proxy。',
    },
    en: {
      message: `Serving on ${host} needs TLS: passwords do not cross a network in the clear.`,
      hint: 'Give --certificate and --key; where a proxy in front ends TLS, add --behind-proxy.',
    },
  }),
  'office/oidc-alone': () => ({
    zh: { message: '单用户方式不登录，不能配置 --oidc。', hint: '请用 --office 启动。' },
    en: { message: 'In single-user mode nobody signs in; --oidc needs an office.', hint: 'Start with --office.' },
  }),
  'office/oidc-issuer': ({ issuer }: { issuer: string }) => ({
    zh: { message: `“${issuer}”不能作统一登录的地址。`, hint: '地址以 https:// 开头，不带问号、井号和口令；http:// 只能用于本机。' },
    en: {
      message: `“${issuer}” cannot be the address of a sign-in.`,
      hint: 'It begins with https:// and has no query, fragment or password; http:// only for this machine.',
    },
  }),
  'office/half-an-oidc': () => ({
    zh: { message: '--oidc 须与 --oidc-client 和 --oidc-secret-file 同时给出。' },
    en: { message: '--oidc goes together with --oidc-client and --oidc-secret-file.' },
  }),
  'office/oidc-secret': ({ file, reason }: { file: string; reason: string }) => ({
    zh: { message: `无法读取统一登录的密钥文件 ${file}（${reason}）。`, hint: '文件里只有一行：统一登录发给本系统的密钥。' },
    en: {
      message: `The secret of the sign-in cannot be read from ${file} (${reason}).`,
      hint: 'The file holds one line: the client secret.',
    },
  }),
  'office/half-a-certificate': () => ({
    zh: { message: '--certificate 与 --key 须同时给出。' },
    en: { message: '--certificate and --key go together.' },
  }),
  'office/no-certificate': ({ file, reason }: { file: string; reason: string }) => ({
    zh: { message: `无法读取 ${file}（${reason}）。`, hint: '证书与私钥为 PEM 文件。' },
    en: { message: `${file} cannot be read (${reason}).`, hint: 'Certificate and key are PEM files.' },
  }),
  'records/no-such-document': ({ sha256 }: { sha256: string }) => ({
    zh: { message: `没有保存摘要为 ${sha256.slice(0, 12)}… 的文件。` },
    en: { message: `No file with the digest ${sha256.slice(0, 12)}… is kept.` },
  }),
}

type Sentences = Readonly<Record<string, (details: never) => Readonly<Record<Language, Sentence>>>>
const ALL: readonly Sentences[] = [
  files,
  tables,
  geotiff,
  areas,
  intake,
  people,
  records,
  count,
  baselines,
  reports,
  lineage,
  parcels,
  plan,
  scenarios,
  accuracy,
  forest,
  kriging,
  soil,
  designs,
  variograms,
  soilMaps,
  tenure,
  ecology,
  crops,
  technology,
  water,
  fixes,
  database,
  backups,
  ogc,
  writing,
  exported,
  clearance,
  review,
  sealed,
  scenes,
  imagery,
  own,
]

/** The sentence for a refusal. A code without one is a fault of ours, and still said rather than hidden. */
export function say(refusal: Refusal, language: Language): Sentence {
  for (const sentences of ALL) {
    const sentence = sentences[refusal.code]
    if (sentence) return sentence(refusal.details as never)[language]
  }
  return { message: `${refusal.code} ${JSON.stringify(refusal.details)}` }
}

/** The codes that have a sentence, for the list of all refusals. */
export const knownCodes = (): string[] => ALL.flatMap((each) => Object.keys(each)).sort()
