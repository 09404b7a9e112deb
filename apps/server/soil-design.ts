/** Samples, variograms and sampling designs put together with what their neighbours know. */

import { dayOf } from '@dishu/base/date'
import type { Language } from '@dishu/base/refusal'
import { asOfFrom } from '@dishu/land/count/count.routes'
import { readAreas } from '@dishu/land/count/count.store'
import { type Finding, vocabulary } from '@dishu/land/quality/quality'
import { isRule, sentenceOf } from '@dishu/land/quality/quality.messages'
import { type DesignTools, designRoutes } from '@dishu/land/soil/design.routes'
import type { SoilRunner } from '@dishu/land/soil/maps.routes'
import { samplesRoutes } from '@dishu/land/soil/samples.routes'
import { orRefused, type Route } from '@dishu/server-kit/http'
import type { Db, Pool } from '@dishu/server-kit/sql'
import { isSynthetic } from './county.ts'
import { KINDS } from './parts.ts'
import { say } from './sentences.ts'

const NAMES: Readonly<Record<string, Readonly<Record<Language, string>>>> = {
  all: { zh: '全部', en: 'All' },
  'not-graded': { zh: '未分级', en: 'Not graded' },
  'not-mapped': { zh: '未制图', en: 'Not mapped' },
}

const asOf: DesignTools['asOfFrom'] = async (db, county, address, today) => orRefused(await asOfFrom(db, county, address, today)).asOf

export const designTools: Omit<DesignTools, 'pool' | 'runner' | 'say'> = {
  kinds: KINDS,
  asOfFrom: asOf,
  isSynthetic,
  async stratumNames(db: Db, county, by, _ids, language) {
    const own = Object.entries(NAMES).map(([id, names]) => [id, names[language]] as const)
    if (by === 'town' || by === 'village') {
      const areas = await readAreas(db, county, { day: dayOf(new Date()), rev: null })
      return new Map([...own, ...areas.map(({ code, name }) => [code, name] as const)])
    }
    const words = vocabulary(language)
    const known =
      by === 'class'
        ? words.classes.map(({ code, name }) => [code, name] as const)
        : words.grades.map(({ id, name }) => [id, name] as const)
    return new Map([...known, ...own])
  },
}

export const sampleRoutes = (pool: Pool, runner: SoilRunner): Route[] => [
  ...samplesRoutes({
    asOfFrom: asOf,
    say,
    sayFinding: ({ rule, details }, language) => (isRule(rule) ? sentenceOf({ rule, details } as Finding, language).message : rule),
  }),
  ...designRoutes({ ...designTools, pool, runner, say }),
]
