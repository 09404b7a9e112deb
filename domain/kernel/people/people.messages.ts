import type { Language, MessagesFor } from '@dishu/base/refusal'
import { type PeopleRefusal, POWERS, type Power, ROLES, type Role } from './people.ts'

/** A word that a newer server added is said as it stands. */
const powerName = (power: Power, language: Language) => POWERS[power]?.[language] ?? String(power)
const roleName = (role: Role, language: Language) => {
  const name = ROLES[role]?.[language] ?? String(role)
  return language === 'en' ? name.toLowerCase() : name
}

export const messages: MessagesFor<PeopleRefusal> = {
  'people/sign-in-needed': () => ({
    zh: { message: '请先登录。', hint: '会话可能已过期；登录后回到原来的页面。' },
    en: { message: 'Sign in first.', hint: 'The session may have ended; after signing in you are back where you were.' },
  }),
  'people/not-allowed': ({ power }) => ({
    zh: { message: `您在此处没有“${powerName(power, 'zh')}”的权限。`, hint: '如工作需要，请向安全管理员申请相应角色。' },
    en: {
      message: `You may not ${powerName(power, 'en')} here.`,
      hint: 'If your work needs it, ask the security administrator for a role.',
    },
  }),
  'people/not-found': () => ({
    zh: { message: '没有找到，或不在您负责的区域内。', hint: '请检查代码，或切换到您负责的区域。' },
    en: { message: 'Not found, or not in your area.', hint: 'Check the code, or go to an area you hold.' },
  }),
  'people/wrong-sign-in': () => ({
    zh: { message: '账户或口令不对。', hint: '忘记口令时，请系统管理员发一个新的一次性链接。' },
    en: { message: 'Account or password is wrong.', hint: 'If it is forgotten, the system administrator can send a new one-time link.' },
  }),
  'people/wait': ({ minutes }) => ({
    zh: { message: `失败次数过多，请 ${minutes} 分钟后再试。`, hint: '在其他电脑上登录不受影响。' },
    en: { message: `Too many failed tries; try again in ${minutes} min.`, hint: 'Signing in from another machine is not affected.' },
  }),
  'people/code-needed': () => ({
    zh: { message: '请输入验证器上的六位动态码。', hint: '手机不在身边时，可用一个备用码。' },
    en: { message: 'Enter the six-digit code of your authenticator.', hint: 'Without the phone, one of your recovery codes does.' },
  }),
  'people/wrong-code': () => ({
    zh: { message: '动态码不对，或已经用过。', hint: '请等下一个码；手机时间不准时先校时。' },
    en: { message: 'The code is wrong, or was used already.', hint: 'Wait for the next one; set the phone’s clock if it is off.' },
  }),
  'people/password-too-short': ({ least }) => ({
    zh: { message: `口令至少 ${least} 个字符。`, hint: '几个不相干的词连在一起，好记又难猜。' },
    en: { message: `A password has at least ${least} characters.`, hint: 'A few unrelated words are easy to keep and hard to guess.' },
  }),
  'people/password-too-long': ({ most }) => ({
    zh: { message: `口令最多 ${most} 个字符。` },
    en: { message: `A password has at most ${most} characters.` },
  }),
  'people/password-too-easy': ({ why }) => ({
    zh: {
      message: { common: '口令几乎全由常见口令组成。', repeats: '口令只有几个不同的字符。', login: '口令包含账户名。' }[why] ?? why,
      hint: '请换成几个不相干的词。',
    },
    en: {
      message:
        {
          common: 'The password is made of what everyone tries first.',
          repeats: 'The password has only a few different characters.',
          login: 'The password contains the account’s name.',
        }[why] ?? why,
      hint: 'Take a few unrelated words.',
    },
  }),
  'people/login-taken': ({ login }) => ({
    zh: { message: `账户“${login}”已存在。`, hint: '请换一个，或为原账户发新链接。' },
    en: { message: `The account “${login}” exists already.`, hint: 'Choose another, or send that account a new link.' },
  }),
  'people/login-form': ({ login }) => ({
    zh: { message: `“${login}”不能作账户名。`, hint: '2–64 个字母、数字、汉字或 . _ - @，以字母、数字或汉字开头。' },
    en: { message: `“${login}” cannot be an account’s name.`, hint: '2–64 letters, digits or . _ - @, beginning with a letter or digit.' },
  }),
  'people/link-spent': () => ({
    zh: { message: '此链接已用过或已过期。', hint: '请系统管理员再发一个；首次启动的链接可重启服务再得。' },
    en: {
      message: 'This link was used, or is too old.',
      hint: 'Ask the system administrator for another; a restart prints a new first link.',
    },
  }),
  'people/no-such-person': ({ id }) => ({
    zh: { message: `没有编号为 ${id} 的人员。` },
    en: { message: `There is no person ${id}.` },
  }),
  'people/no-such-grant': ({ id }) => ({
    zh: { message: `没有编号为 ${id} 的授权，或已收回。` },
    en: { message: `There is no grant ${id}, or it was withdrawn.` },
  }),
  'people/no-such-role': ({ role }) => ({
    zh: {
      message: `没有“${role}”这个角色。`,
      hint: `角色有：${Object.values(ROLES)
        .map(({ zh }) => zh)
        .join('、')}。`,
    },
    en: { message: `There is no role “${role}”.`, hint: `Roles: ${Object.keys(ROLES).join(', ')}.` },
  }),
  'people/no-such-area': ({ area }) => ({
    zh: { message: `“${area}”不是行政区代码。`, hint: '空为全部；省 2 位、市 4 位、县 6 位、乡 9 位、村 12 位。' },
    en: {
      message: `“${area}” is no area code.`,
      hint: 'Empty is everything; province 2 digits, prefecture 4, county 6, town 9, village 12.',
    },
  }),
  'people/clash': ({ holds, wants }) => ({
    zh: {
      message: `已是${roleName(holds, 'zh')}，不能再任${roleName(wants, 'zh')}。`,
      hint: '管理、审计与业务由不同的人担任：请另选一人，或先收回原角色。',
    },
    en: {
      message: `The ${roleName(holds, 'en')} cannot also be ${roleName(wants, 'en')}.`,
      hint: 'Administration, audit and work on land are separate people: choose another, or withdraw the first role.',
    },
  }),
  'people/own-grant': () => ({
    zh: { message: '不能给自己授权。', hint: '请另一位安全管理员办理。' },
    en: { message: 'Nobody grants to oneself.', hint: 'Ask another security administrator.' },
  }),
  'people/grant-term': ({ from, to }) => ({
    zh: { message: `授权期限不对：${from} 至 ${to}。`, hint: '结束日应晚于开始日。' },
    en: { message: `The term ${from} to ${to} is not one.`, hint: 'It ends after it begins.' },
  }),
  'people/last-administrator': ({ role }) => ({
    zh: { message: `这是最后一位${roleName(role, 'zh')}。`, hint: '请先授予另一人。' },
    en: { message: `This is the last ${roleName(role, 'en')}.`, hint: 'Grant the role to another person first.' },
  }),
  'people/has-left': ({ login }) => ({
    zh: { message: `${login} 已离开。`, hint: '历史记录保留；如返回，请新建账户。' },
    en: { message: `${login} has left.`, hint: 'What they did stays; should they return, make a new account.' },
  }),
  'people/second-factor-needed': () => ({
    zh: { message: '本单位要求启用第二因素。', hint: '请打开右上角“我的账户”，用手机验证器扫码启用；在此之前不能做其他事。' },
    en: {
      message: 'This office asks for a second factor.',
      hint: 'Open your account (top right) and set up an authenticator; nothing else is open before.',
    },
  }),
  'people/unknown-subject': () => ({
    zh: { message: '单位统一登录已确认您的身份，但这里没有对应的账户。', hint: '请系统管理员邀请您，并填写统一登录中的用户标识。' },
    en: {
      message: 'The office’s sign-in knows you, but no account here bears that name.',
      hint: 'Ask the system administrator to invite you with your identifier there.',
    },
  }),
  'people/no-office-sign-in': () => ({
    zh: { message: '没有配置单位统一登录。', hint: '请用账户和口令登录；管理员可在启动时用 --oidc 配置。' },
    en: {
      message: 'No sign-in of the office is configured.',
      hint: 'Sign in with account and password; an administrator configures it at the start with --oidc.',
    },
  }),
  'people/office-sign-in-failed': ({ reason }) => ({
    zh: { message: `单位统一登录没有成功（${reason}）。`, hint: '请再试一次；仍不行时用账户和口令登录，并告诉系统管理员。' },
    en: {
      message: `The office’s sign-in did not succeed (${reason}).`,
      hint: 'Try again; if it fails still, use account and password and tell the system administrator.',
    },
  }),
  'people/own-work': ({ author }) => ({
    zh: { message: `这是 ${author} 自己提交的，不能自己批准。`, hint: '请另一位复核员办理。' },
    en: { message: `${author} wrote this and cannot approve it.`, hint: 'Ask another reviewer.' },
  }),
}
