import type { MessagesFor } from '@dishu/base/refusal'
import type { ReviewRefusal } from './review.ts'

const STATES: Readonly<Record<string, { readonly zh: string; readonly en: string }>> = {
  draft: { zh: '草稿', en: 'a draft' },
  submitted: { zh: '待复核', en: 'waiting' },
  approved: { zh: '已批准', en: 'approved' },
  returned: { zh: '已退回', en: 'returned' },
  withdrawn: { zh: '已撤回', en: 'withdrawn' },
}

export const messages: MessagesFor<ReviewRefusal> = {
  'review/no-such-review': ({ id }) => ({
    zh: { message: `没有编号为“${id}”的复核事项，或不在您负责的区域内。`, hint: '请回到待复核列表。' },
    en: { message: `There is no review "${id}", or it is not in your area.`, hint: 'Go back to the list of what waits.' },
  }),
  'review/wrong-state': ({ state }) => ({
    zh: { message: `该事项${STATES[state]?.zh ?? state}，不能再这样处理。`, hint: '请刷新列表；可能别人刚刚处理过。' },
    en: {
      message: `It is ${STATES[state]?.en ?? state}; this can no longer be done.`,
      hint: 'Load the list again; somebody may have just settled it.',
    },
  }),
  'review/not-the-author': ({ author }) => ({
    zh: { message: `只有提出人 ${author} 可以提交或撤回。`, hint: '复核人可以批准或退回。' },
    en: { message: `Only ${author}, who proposed it, submits or withdraws it.`, hint: 'A reviewer approves or returns it.' },
  }),
  'review/one-county': ({ counties }) => ({
    zh: { message: `合同与权属的导入须逐县复核，这次含 ${counties.join('、')}。`, hint: '请按县分开导入。' },
    en: {
      message: `Imports of contracts and rights are reviewed county by county; this one has ${counties.join(', ')}.`,
      hint: 'Import them one by one.',
    },
  }),
  'review/not-what-was-seen': () => ({
    zh: { message: '该事项的内容与您看到的不同，没有批准。', hint: '请重新打开，看过后再决定。' },
    en: { message: 'It is not what you were shown; nothing was approved.', hint: 'Open it again and decide on what it says now.' },
  }),
}
