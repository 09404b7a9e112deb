import type { MessagesFor } from '@dishu/base/refusal'
import type { HeadRefusal } from './heads.ts'
import type { LedgerRefusal } from './records.ts'

export const messages: MessagesFor<LedgerRefusal | HeadRefusal> = {
  'records/not-a-head': ({ file }) => ({
    zh: { message: `${file} 不是签名链头。`, hint: '链头由 dishu head 生成，或取自数据目录的 heads/。' },
    en: { message: `${file} is no signed head.`, hint: 'dishu head makes one; the data folder keeps one for each day in heads/.' },
  }),
  'records/head-not-signed': ({ file }) => ({
    zh: { message: `${file} 的签名不成立：文件被改动过。`, hint: '请另取一份当日的链头。' },
    en: { message: `The signature of ${file} does not hold: the file was altered.`, hint: 'Take another copy of that day’s head.' },
  }),
  'records/head-of-another-key': ({ file, found, wanted }) => ({
    zh: {
      message: `${file} 由另一把钥匙签名：指纹 ${found.slice(0, 16)}…，应为 ${wanted.slice(0, 16)}…。`,
      hint: '请核对印出或公布的指纹。',
    },
    en: {
      message: `${file} is signed by another key: fingerprint ${found.slice(0, 16)}…, not ${wanted.slice(0, 16)}….`,
      hint: 'Compare with the fingerprint that was printed or published.',
    },
  }),

  'records/nothing-to-record': ({ county }) => ({
    zh: { message: `${county} 的登记簿没有任何变化，未产生修订。`, hint: '文件内容与登记簿一致，无需再次导入。' },
    en: {
      message: `Nothing in the register of ${county} would change; no revision was made.`,
      hint: 'The file says what the register already has.',
    },
  }),
  'records/no-such-revision': ({ county, rev }) => ({
    zh: { message: `${county} 没有第 ${rev} 号修订。`, hint: '请在审计页查看已有的修订号。' },
    en: { message: `County ${county} has no revision ${rev}.`, hint: 'The audit page lists the revisions there are.' },
  }),
  'records/cannot-undo': ({ rev, dependents }) => ({
    zh: {
      message: `第 ${rev} 号修订不能撤销：其后 ${dependents.length} 个修订改动了同样的记录（${dependents.map((each) => `第 ${each.rev} 号 ${each.rows} 条`).join('、')}）。`,
      hint: '请从最新的修订开始，依次撤销。',
    },
    en: {
      message: `Revision ${rev} cannot be undone: ${dependents.length} later revision(s) changed the same rows (${dependents.map((each) => `${each.rev}: ${each.rows}`).join(', ')}).`,
      hint: 'Undo the later ones first, newest first.',
    },
  }),
  'records/already-undone': ({ rev, by }) => ({
    zh: { message: `第 ${rev} 号修订已由第 ${by} 号修订撤销。`, hint: `如需恢复，请撤销第 ${by} 号修订。` },
    en: { message: `Revision ${rev} was undone by revision ${by}.`, hint: `To bring it back, undo revision ${by}.` },
  }),
  'records/not-a-day': ({ stated }) => ({
    zh: { message: `“${stated ?? ''}”不是日期。`, hint: '请写成 2026-12-31 的样子。' },
    en: { message: `“${stated ?? ''}” is not a day.`, hint: 'Write it like 2026-12-31.' },
  }),
  'records/register-moved': ({ expected, found }) => ({
    zh: { message: `预览依据第 ${expected} 号修订，登记簿现已到第 ${found} 号。`, hint: '请重新预览后再确认。' },
    en: {
      message: `The preview was made at revision ${expected}; the register is now at ${found}.`,
      hint: 'Look at a fresh preview, then confirm.',
    },
  }),
}
