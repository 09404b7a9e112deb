/** The parts of sealed personal data put together: opening, the rights of a person, and the daily retention. */
import { dayOf } from '@dishu/base/date'
import { readSetting } from '@dishu/kernel/intake/intake.store'
import { identityOf } from '@dishu/kernel/people/people'
import { readChains } from '@dishu/kernel/records/records.store'
import { propose } from '@dishu/kernel/review/review.jobs'
import { NO_SETTINGS, type RetentionSettings } from '@dishu/kernel/sealed/opening'
import { personalRoutes, sealingKinds } from '@dishu/kernel/sealed/personal.routes'
import { type Certificate, retain } from '@dishu/kernel/sealed/retention.jobs'
import type { SubjectTools } from '@dishu/kernel/sealed/subject.jobs'
import type { Route } from '@dishu/server-kit/http'
import { openSigner } from '@dishu/server-kit/signing'
import { type Db, onConnection, transaction } from '@dishu/server-kit/sql'
import type { App } from './app.ts'
import { KINDS } from './parts.ts'

export const personal = (app: App): Route[] =>
  personalRoutes({
    kinds: KINDS,
    keysOf: (county) => app.vault.keysOf(county),
    putForward: async ({ db, caller, params: { county }, now }, { area, payload, note, until }) =>
      propose(
        db,
        identityOf(caller),
        { county, act: 'break-glass', area, title: note, payload, note, until },
        await openSigner(app.dataDir),
        now,
      ),
  })

export const subjectTools = (app: Pick<App, 'vault' | 'derive'>): SubjectTools => ({
  kinds: sealingKinds(KINDS),
  all: KINDS,
  keysOf: (county) => app.vault.keysOf(county),
  derive: (db, revision) => app.derive(db, revision),
})

const settingsOf = async (db: Db, county: string): Promise<RetentionSettings> => ({
  ...NO_SETTINGS,
  ...(await readSetting<Partial<RetentionSettings>>(db, county, 'retention'))?.value,
})

/** Retention over every chain, or one; each in a transaction of its own. */
export async function retainAll(
  app: Pick<App, 'pool' | 'vault'>,
  by: { readonly actor: string; readonly now: Date; readonly dryRun: boolean },
  only: string | null = null,
): Promise<Certificate[]> {
  const chains = (await onConnection(app.pool, readChains)).map(({ county }) => county).filter((county) => only === null || county === only)
  const certificates: Certificate[] = []
  for (const county of chains) {
    const { certificate, files } = await transaction(
      app.pool,
      async (db) =>
        retain(
          db,
          county,
          sealingKinds(KINDS),
          KINDS.filter(({ derived }) => !derived),
          await settingsOf(db, county),
          by,
        ),
      { actor: by.actor },
    )
    certificates.push(certificate)
    // their keys are gone already: what is left by a crash in between opens to nobody
    for (const file of files) await app.vault.removeDocument(file)
  }
  return certificates
}

/** Once a day while the server runs; what a day has done already is not done again. */
export function retentionKeeper(app: App, onFault: (fault: unknown) => void): { stop(): Promise<void> } {
  let doneOn = ''
  let running: Promise<void> = Promise.resolve()
  const look = () => {
    running = running.then(async () => {
      const now = new Date()
      if (doneOn === dayOf(now)) return
      try {
        await retainAll(app, { actor: 'retention', now, dryRun: false })
        doneOn = dayOf(now)
      } catch (fault) {
        onFault(fault)
      }
    })
  }
  look()
  const timer = setInterval(look, 3_600_000).unref()
  return {
    async stop() {
      clearInterval(timer)
      await running
    },
  }
}
