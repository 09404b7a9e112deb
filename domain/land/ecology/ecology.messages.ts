import type { MessagesFor } from '@dishu/base/refusal'
import type { EcologyRefusal } from './ecology.ts'

export const messages: MessagesFor<EcologyRefusal> = {
  'ecology/foreign-plane': ({ subject, srid }) => ({
    zh: { message: `${subject} 的坐标系（${srid ?? '未知'}）无法换算，不能与限制图层叠加。`, hint: '请用 CGCS2000 的图形重新导入。' },
    en: {
      message: `The coordinate system of ${subject} (${srid ?? 'unknown'}) cannot be converted, so no limit can be laid over it.`,
      hint: 'Import its outline again in CGCS2000.',
    },
  }),
  'ecology/no-such-patch': ({ id }) => ({
    zh: { message: `没有编号为 ${id} 的带界线的图斑。`, hint: '请从地块页重新选择。' },
    en: { message: `There is no patch ${id} with an outline.`, hint: 'Choose it again on the parcels page.' },
  }),
}
