/**
 * What a role may do. Roles are data: an office reads this list before it grants one. The three administrators and the keeper of
 * backups stand apart from everyone who works on land (GB/T 22239-2019, 8.1.4.2: system, security and audit administrators separated).
 */
export const POWERS = {
  read: { zh: '查看', en: 'see the land' },
  export: { zh: '导出', en: 'export' },
  record: { zh: '野外记录', en: 'record in the field' },
  settle: { zh: '处理质检结果', en: 'settle findings' },
  edit: { zh: '改登记簿', en: 'change the register' },
  import: { zh: '导入', en: 'import files' },
  approve: { zh: '复核批准', en: 'approve the work of others' },
  soil: { zh: '土壤制图与布点', en: 'map soil and place samples' },
  plan: { zh: '编制规划', en: 'make plans' },
  'open-personal': { zh: '查看个人信息明文', en: 'open personal values' },
  audit: { zh: '查看审计记录', en: 'read the audit' },
  accounts: { zh: '管理账户', en: 'manage accounts' },
  grants: { zh: '授予角色', en: 'grant roles' },
  settings: { zh: '系统设置', en: 'settings of the system' },
  retain: { zh: '执行保存期限', en: 'carry out retention' },
  backup: { zh: '备份与恢复', en: 'back up and restore' },
} as const
export type Power = keyof typeof POWERS

type RoleRow = {
  readonly zh: string
  readonly en: string
  readonly powers: readonly Power[]
  readonly side: 'land' | 'oversight' | 'separated'
}

/** `side`: of the separated roles a person holds one and nothing of the land's; see `clashOf`. */
export const ROLES = {
  reader: { zh: '查阅员', en: 'Reader', side: 'land', powers: ['read'] },
  surveyor: { zh: '调查员', en: 'Surveyor', side: 'land', powers: ['read', 'record'] },
  editor: { zh: '编辑员', en: 'Editor', side: 'land', powers: ['read', 'export', 'record', 'settle', 'edit', 'import'] },
  reviewer: { zh: '复核员', en: 'Reviewer', side: 'land', powers: ['read', 'export', 'approve'] },
  planner: { zh: '规划员', en: 'Planner', side: 'land', powers: ['read', 'export', 'plan'] },
  agronomist: { zh: '农艺师', en: 'Agronomist', side: 'land', powers: ['read', 'export', 'record', 'soil'] },
  'area-manager': { zh: '片区负责人', en: 'Area manager', side: 'land', powers: ['read', 'export', 'settle', 'open-personal'] },
  auditor: { zh: '审计员', en: 'Auditor', side: 'oversight', powers: ['read', 'audit'] },
  'system-administrator': { zh: '系统管理员', en: 'System administrator', side: 'separated', powers: ['accounts', 'settings'] },
  'security-administrator': { zh: '安全管理员', en: 'Security administrator', side: 'separated', powers: ['grants'] },
  'audit-administrator': { zh: '审计管理员', en: 'Audit administrator', side: 'separated', powers: ['audit', 'retain'] },
  'backup-operator': { zh: '备份操作员', en: 'Backup operator', side: 'separated', powers: ['backup'] },
} as const satisfies Readonly<Record<string, RoleRow>>
export type Role = keyof typeof ROLES

export const ROLE_NAMES = Object.keys(ROLES) as Role[]
export const isRole = (name: string): name is Role => Object.hasOwn(ROLES, name)

/** Days a session, a lock or an invitation lives: an office replaces them in its settings; these hold until then. */
export const SIGN_IN_LIMITS = {
  idleMinutes: 30,
  absoluteHours: 12,
  failures: 5, // of one account from one address …
  failureMinutes: 15, // … within, and then locked for, these minutes
  addressFailures: 50, // of one address over all accounts
  strangerFailures: 20, // of one account over all addresses: from then only addresses it has signed in from before are heard
  invitationDays: 7,
  firstLinkHours: 24,
  passwordLeast: 12,
  passwordMost: 128,
  source:
    'GB/T 22239-2019 8.1.4.1 (lock and time-out asked for, figures left to the office); NIST SP 800-63B-4 (length, no composition rules)',
} as const
