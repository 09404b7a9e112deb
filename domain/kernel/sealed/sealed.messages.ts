import type { MessagesFor } from '@dishu/base/refusal'
import { CATALOGUE, PURPOSES } from './catalogue.data.ts'
import type { SealedRefusal } from './opening.ts'

const NAMES: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = CATALOGUE
const WHY: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  retention: { zh: '保存期限届满', en: 'its term had ended' },
  request: { zh: '本人要求删除', en: 'the person asked for it' },
}

export const messages: MessagesFor<SealedRefusal> = {
  'sealed/no-such-value': ({ field }) => ({
    zh: { message: `没有这一项（${field}），或不在您负责的区域内。`, hint: '请刷新页面。' },
    en: { message: `There is no such value (${field}), or it is not in your area.`, hint: 'Load the page again.' },
  }),
  'sealed/erased': ({ field, on, why }) => ({
    zh: { message: `${NAMES[field]?.zh ?? field}已于 ${on} 删除：${WHY[why]?.zh ?? why}。`, hint: '登记簿只留掩码，无法恢复。' },
    en: {
      message: `The ${NAMES[field]?.en.toLowerCase() ?? field} was deleted on ${on}: ${WHY[why]?.en ?? why}.`,
      hint: 'The register keeps its mask only.',
    },
  }),
  'sealed/file-erased': ({ name, on }) => ({
    zh: { message: `文件“${name}”已于 ${on} 销毁：所载个人信息保存期限届满。`, hint: '其摘要仍在，证明登记来自该文件；内容无法恢复。' },
    en: {
      message: `The file "${name}" was erased on ${on}: the term of the personal values in it had ended.`,
      hint: 'Its digest stays and shows what the register came from; its content cannot be had back.',
    },
  }),
  'sealed/no-such-purpose': ({ purpose }) => ({
    zh: {
      message: `“${purpose}”不是列出的目的。`,
      hint: `可选：${Object.values(PURPOSES)
        .map(({ zh }) => zh)
        .join('、')}。`,
    },
    en: { message: `"${purpose}" is not a listed purpose.`, hint: `Choose one of: ${Object.keys(PURPOSES).join(', ')}.` },
  }),
  'sealed/note-names-a-person': () => ({
    zh: { message: '说明里有证件号码或手机号，访问记录不能存明文。', hint: '请写案由或文号，不写号码。' },
    en: {
      message: 'The note holds an identity or telephone number, which the log may not keep in the clear.',
      hint: 'Write the case or its number, not the person’s.',
    },
  }),
  'sealed/not-searched': ({ field, allowed }) => ({
    zh: { message: `不能按“${field}”精确查找。`, hint: `可按：${allowed.join('、')}。` },
    en: { message: `Nothing is looked up by ${field}.`, hint: `Look up by: ${allowed.join(', ')}.` },
  }),
  'sealed/glass-not-broken': () => ({
    zh: { message: '您没有正在生效的紧急查看。', hint: '请先说明理由申请紧急查看；它会被记录并由他人复核。' },
    en: {
      message: 'You hold no emergency look just now.',
      hint: 'Ask for one with its reason; it is logged and looked at by another person.',
    },
  }),
  'sealed/still-holds': ({ rows, kinds }) => ({
    zh: {
      message: `该人仍有 ${rows} 条现行登记（${kinds.join('、')}），依法须登记权利人，不能删除。`,
      hint: '可以先更正或限制使用；权利终止并过保存期限后自动删除。',
    },
    en: {
      message: `${rows} present row(s) of the register name this person (${kinds.join(', ')}); the law asks for the holder’s name, so it stays.`,
      hint: 'A value can be corrected; once the right has ended and its term is over, it is deleted by itself.',
    },
  }),
  'sealed/undeclared': ({ field, allowed }) => ({
    zh: { message: `“${field}”不在个人信息目录中。`, hint: `目录中有：${allowed.join('、')}。` },
    en: { message: `"${field}" is not in the catalogue of personal fields.`, hint: `It has: ${allowed.join(', ')}.` },
  }),
}
