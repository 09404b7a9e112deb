import type { MessagesFor } from '@dishu/base/refusal'
import type { DatabaseState } from './database-state.ts'
import type { DatabaseRefusal } from './embedded.ts'
import type { MigrationRefusal } from './migrate.ts'
import type { PermissionRefusal } from './permission.ts'
import type { KeyRefusal } from './vault-keys.ts'

/** What we say when the database cannot be opened or brought up to date. */
export const databaseMessages: MessagesFor<DatabaseState | DatabaseRefusal | MigrationRefusal | PermissionRefusal | KeyRefusal> = {
  'database/away': () => ({
    zh: { message: '数据库暂时不可用，正在重新启动；没有写入任何内容。', hint: '请稍候再试。' },
    en: { message: 'The database is away for the moment and is being started again; nothing was written.', hint: 'Try again shortly.' },
  }),
  'database/disk-full': () => ({
    zh: { message: '磁盘已满，没有写入任何内容；查看不受影响。', hint: '请管理员腾出空间；之后无需重启。' },
    en: {
      message: 'The disk is full; nothing was written. What is there can be read.',
      hint: 'Make room on it; nothing needs to be restarted.',
    },
  }),
  'database/read-only': () => ({
    zh: { message: '磁盘或数据库为只读，没有写入任何内容。', hint: '请管理员检查磁盘。' },
    en: { message: 'The disk or the database is read-only; nothing was written.', hint: 'Have the disk looked at.' },
  }),
  'database/keys-destroyed': ({ county, on }) => ({
    zh: { message: `${county} 的密钥已于 ${on.slice(0, 10)} 销毁，其个人信息和原文件不可恢复。`, hint: '登记簿的其余内容不受影响。' },
    en: {
      message: `The keys of ${county} were destroyed on ${on.slice(0, 10)}: its personal values and files cannot be opened again.`,
      hint: 'The rest of the register is as it was.',
    },
  }),
  'database/no-request-role': ({ reason }) => ({
    zh: {
      message: `无法以受限的数据库角色处理请求：${reason}。`,
      hint: '请让数据库管理员建一个不拥有表、不绕过行级安全的登录角色，并用 DISHU_REQUEST_DATABASE_URL 告知其连接串。',
    },
    en: {
      message: `Requests cannot be answered under a restricted role of the database: ${reason}.`,
      hint: 'Have the database administrator make a login role that owns no tables and does not bypass row security, and name its address in DISHU_REQUEST_DATABASE_URL.',
    },
  }),
  'database/in-use': ({ pid, dataDir }) => ({
    zh: { message: `数据目录 ${dataDir} 正由进程 ${pid} 使用。`, hint: '请先停止该进程，或用 --data 另选目录。' },
    en: {
      message: `The data folder ${dataDir} is in use by process ${pid}.`,
      hint: 'Stop that process first, or choose another folder with --data.',
    },
  }),
  'database/folder-closed': ({ dataDir, closed }) => ({
    zh: {
      message: `以 root 运行时，数据库以普通用户身份工作，而该用户无法进入 ${closed}（数据目录 ${dataDir}）。`,
      hint: '请用 --data 选择其他用户可进入的目录，例如 /var/lib/dishu。',
    },
    en: {
      message: `Under root the database runs as an unprivileged user, who may not enter ${closed} (data folder ${dataDir}).`,
      hint: 'Choose a folder that other users may enter with --data, such as /var/lib/dishu.',
    },
  }),
  'database/other-version': ({ dataDir, found, needed }) => ({
    zh: { message: `数据目录 ${dataDir} 由 PostgreSQL ${found} 建立，本程序需要 ${needed}。`, hint: '请用原版本程序导出后再导入。' },
    en: {
      message: `The data folder ${dataDir} was made by PostgreSQL ${found}; this program needs ${needed}.`,
      hint: 'Export with the program that made it, and import here.',
    },
  }),
  'database/too-old': ({ found, needed }) => ({
    zh: { message: `DISHU_DATABASE_URL 指向 PostgreSQL ${found}，至少需要 ${needed}。` },
    en: { message: `DISHU_DATABASE_URL leads to PostgreSQL ${found}; ${needed} or newer is needed.` },
  }),
  'database/not-utf8': ({ encoding }) => ({
    zh: { message: `数据库编码为 ${encoding}，需要 UTF8。`, hint: "请以 create database … encoding 'UTF8' 新建数据库。" },
    en: {
      message: `The database is encoded in ${encoding}; UTF8 is needed.`,
      hint: "Make a database with create database … encoding 'UTF8'.",
    },
  }),
  'database/unreachable': ({ address, reason }) => ({
    zh: {
      message: `无法连接 DISHU_DATABASE_URL 所指的数据库（${address}）：${reason}`,
      hint: '请检查地址、用户与密码，以及服务是否已启动。',
    },
    en: {
      message: `The database of DISHU_DATABASE_URL (${address}) cannot be reached: ${reason}`,
      hint: 'Check address, user and password, and whether it is running.',
    },
  }),
  'database/no-engine': ({ platform }) => ({
    zh: { message: `没有适用于 ${platform} 的内置 PostgreSQL。`, hint: '请用 DISHU_DATABASE_URL 指定自己的 PostgreSQL（15 或更新）。' },
    en: {
      message: `There is no embedded PostgreSQL for ${platform}.`,
      hint: 'Give a PostgreSQL of your own (15 or newer) in DISHU_DATABASE_URL.',
    },
  }),
  'database/no-unprivileged-user': ({ tried }) => ({
    zh: { message: `PostgreSQL 不能以 root 运行，且系统中没有用户 ${tried.join('、')}。`, hint: '请新建用户 dishu，或以普通用户运行。' },
    en: {
      message: `PostgreSQL does not run as root, and there is no user ${tried.join(' or ')}.`,
      hint: 'Make a user dishu, or run as an ordinary user.',
    },
  }),
  'migrations/database-newer': ({ database, program }) => ({
    zh: { message: `数据库版本为 ${database}，本程序只到 ${program}。`, hint: '请升级程序；旧程序不会打开新数据库。' },
    en: {
      message: `The database is at version ${database}, this program knows ${program}.`,
      hint: 'Update the program; an older one does not open a newer database.',
    },
  }),
  'migrations/changed': ({ file }) => ({
    zh: { message: `迁移 ${file} 在执行之后被改动。`, hint: '请恢复原文件；改动应写成新的迁移。' },
    en: { message: `The migration ${file} was changed after it had run.`, hint: 'Restore the file; a change is a new migration.' },
  }),
  'migrations/out-of-order': ({ file, after }) => ({
    zh: { message: `迁移 ${file} 的编号早于已执行的 ${after}。`, hint: '请给它一个更大的编号。' },
    en: { message: `The migration ${file} comes before ${after}, which has already run.`, hint: 'Give it a higher number.' },
  }),
}
