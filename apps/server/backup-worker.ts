/** The process that makes the scheduled backup, so that sealing it slows no page; killed at any moment it leaves a draft that the next one replaces. */
import { joinApp } from './app.ts'
import { type BackupOrder, scheduledBackup } from './backups.ts'
import { workOnOrder } from './processes.ts'

workOnOrder<BackupOrder>(async ({ dataDir, url, kind }) => {
  const app = await joinApp(dataDir, url)
  try {
    await scheduledBackup({ ...app, database: { ...app.database, kind } }, new Date())
  } finally {
    await app.close()
  }
})
