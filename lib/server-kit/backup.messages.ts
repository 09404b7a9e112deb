import type { MessagesFor } from '@dishu/base/refusal'
import type { BackupRefusal } from './backup.ts'

/** What we say when a backup cannot be read, or not be put where it was asked for. */
export const backupMessages: MessagesFor<BackupRefusal> = {
  'backup/not-a-backup': ({ file }) => ({
    zh: { message: `${file} 不存在，或不是底数的备份文件。` },
    en: { message: `${file} is not there, or is not a backup of Dishu.` },
  }),
  'backup/wrong-key': ({ file, needs, recipient }) => ({
    zh:
      needs === 'key'
        ? { message: `${file} 是用办公室备份公钥（${recipient}）加密的，给出的不是与之对应的私钥。`, hint: '请用 --key-file 指定该私钥。' }
        : { message: `口令打不开 ${file}：口令不对，或文件开头已损坏。`, hint: '请用 --passphrase-file 指定备份时的口令文件。' },
    en:
      needs === 'key'
        ? {
            message: `${file} was sealed for the office's backup key ${recipient}; what was given is not its private half.`,
            hint: 'Name that private key with --key-file.',
          }
        : {
            message: `The passphrase does not open ${file}: it is another one, or the beginning of the file is damaged.`,
            hint: 'Name the passphrase of that day with --passphrase-file.',
          },
  }),
  'backup/altered': ({ file, reason }) => ({
    zh: { message: `${file} 不完整或被改动过（${reason}），没有从中恢复任何内容。`, hint: '请用另一份备份。' },
    en: { message: `${file} was cut or altered (${reason}); nothing was restored from it.`, hint: 'Use another backup.' },
  }),
  'backup/target-not-empty': ({ place }) => ({
    zh: { message: `${place} 已有内容；恢复只写入新的目录或空的数据库。`, hint: '请换一个目录。' },
    en: {
      message: `${place} holds something already; a restore goes into a new folder, or an empty database.`,
      hint: 'Name another folder.',
    },
  }),
  'backup/newer-program': ({ backup, program }) => ({
    zh: { message: `备份由较新的程序所作（${backup}），本程序只到 ${program}。`, hint: '请升级程序后再恢复。' },
    en: {
      message: `The backup was made by a newer program (${backup}); this one knows ${program}.`,
      hint: 'Update the program and restore then.',
    },
  }),
  'backup/no-key': () => ({
    zh: {
      message: '没有说明用什么加密或打开备份。',
      hint: '请用 --passphrase-file 指定口令文件，或先用 dishu backup --new-key 建立办公室备份密钥：加密用 --key 公钥，打开用 --key-file 私钥。',
    },
    en: {
      message: 'It was not said what the backup is sealed or opened with.',
      hint: 'Name a file with a passphrase (--passphrase-file), or make an office key with dishu backup --new-key: --key PUBLIC seals, --key-file PRIVATE opens.',
    },
  }),
  'backup/short-passphrase': ({ letters, least }) => ({
    zh: { message: `口令只有 ${letters} 个字符，至少需要 ${least} 个。` },
    en: { message: `The passphrase has ${letters} characters; at least ${least} are needed.` },
  }),
  'backup/no-backups': ({ folder }) => ({
    zh: { message: `${folder} 中没有备份。`, hint: '请给出备份文件，或先做一份：dishu backup。' },
    en: { message: `There is no backup in ${folder}.`, hint: 'Name a backup, or make one: dishu backup.' },
  }),
}
