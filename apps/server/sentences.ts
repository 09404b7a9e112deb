/** Every sentence that says why something was refused, from all slices together. */
import type { Language, Refusal, Sentence } from '@dishu/base/refusal'
import { formatsMessages as files } from '@dishu/formats/formats.messages'
import { tablesMessages as tables } from '@dishu/formats/tables.messages'
import { writeMessages as writing } from '@dishu/formats/write/write.messages'
import { messages as areas } from '@dishu/kernel/areas/areas.messages'
import { messages as intake } from '@dishu/kernel/intake/intake.messages'
import { messages as records } from '@dishu/kernel/records/records.messages'
import { messages as count } from '@dishu/land/count/count.messages'
import { messages as exported } from '@dishu/land/exports/exports.messages'
import { messages as parcels } from '@dishu/land/parcels/parcels.messages'
import { messages as soil } from '@dishu/land/soil/soil.messages'
import { messages as tenure } from '@dishu/land/tenure/tenure.messages'
import { databaseMessages as database } from '@dishu/server-kit/database.messages'

const own = {
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
  'records/no-such-document': ({ sha256 }: { sha256: string }) => ({
    zh: { message: `没有保存摘要为 ${sha256.slice(0, 12)}… 的文件。` },
    en: { message: `No file with the digest ${sha256.slice(0, 12)}… is kept.` },
  }),
}

type Sentences = Readonly<Record<string, (details: never) => Readonly<Record<Language, Sentence>>>>
const ALL: readonly Sentences[] = [files, tables, areas, intake, records, count, parcels, soil, tenure, database, writing, exported, own]

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
