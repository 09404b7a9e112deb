import type { MessagesFor } from '@dishu/base/refusal'
import type { ClearanceRefusal } from './clearance.ts'

export const messages: MessagesFor<ClearanceRefusal> = {
  'exports/needs-second-approval': ({ areaKm2, limitKm2, why }) => ({
    zh: {
      message: `该导出连片约 ${areaKm2} km²，超过 ${limitKm2} km²，且${why === 'heights' ? '含高程' : '为全要素带图形'}，须经第二人批准。`,
      hint: '请说明用途提交批准，由复核员在“待复核”中批准后再导出；或缩小范围、只选需要的列。',
    },
    en: {
      message: `The export is about ${areaKm2} km² in one piece, above ${limitKm2} km², ${why === 'heights' ? 'with heights' : 'with outlines and every column'}: a second person must approve it.`,
      hint: 'Ask for the approval with its reason; once a reviewer has given it, export again. Or take a smaller area, or only the columns you need.',
    },
  }),
  'exports/needs-map-approval': () => ({
    zh: { message: '公开地图须有审图号，本县没有设置。', hint: '请先送审，再由系统管理员填写审图号；内部使用时不要选“公开”。' },
    en: {
      message: 'A public map needs the number of its review (审图号), and none is set for this county.',
      hint: 'Have the map reviewed and the system administrator enter its number; for use inside the office, do not ask for a public one.',
    },
  }),
  'exports/not-a-map-approval': ({ stated }) => ({
    zh: { message: `“${stated}”不是审图号。`, hint: '写法如 GS（2024）1234号、吉S（2024）012号。' },
    en: { message: `"${stated}" is no map review number.`, hint: 'It reads like GS（2024）1234号 or 吉S（2024）012号.' },
  }),
}
