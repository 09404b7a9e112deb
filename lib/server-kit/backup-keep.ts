/** Which backups are due, and which are kept. Pure: days are counted by the backups there are, so that a clock that jumps deletes nothing. */

export type BackupRule = {
  readonly everyHours: number
  /** The newest backup of each of so many days and weeks that have one. */
  readonly daily: number
  readonly weekly: number
}

const NAME = /^dishu-(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2})Z\.backup$/

export const backupName = (at: Date) => `dishu-${at.toISOString().slice(0, 19).replaceAll(':', '-')}Z.backup`

/** When a backup was begun, by its name; null for a file that is none of ours. */
export function backupTime(name: string): Date | null {
  const found = NAME.exec(name)
  return found ? new Date(`${found[1]}T${found[2]}:${found[3]}:${found[4]}Z`) : null
}

const WEEK_MS = 7 * 86_400_000
/** Weeks from Monday: 1970-01-01 was a Thursday. */
const weekOf = (at: Date) => Math.floor((at.getTime() + 3 * 86_400_000) / WEEK_MS)

/** The names that go. Files that are no backups, and the newest one, never do. */
export function expiredBackups(names: readonly string[], { daily, weekly }: BackupRule): string[] {
  const all = names
    .flatMap((name) => {
      const at = backupTime(name)
      return at ? [{ name, at }] : []
    })
    .sort((a, b) => b.at.getTime() - a.at.getTime())
  const [days, weeks] = [new Set<string>(), new Set<number>()]
  return all.flatMap(({ name, at }, i) => {
    const [day, week] = [at.toISOString().slice(0, 10), weekOf(at)]
    const keptByDay = !days.has(day) && days.size < daily
    const keptByWeek = !weeks.has(week) && weeks.size < weekly
    days.add(day)
    weeks.add(week)
    return i === 0 || keptByDay || keptByWeek ? [] : [name]
  })
}

/** Whether so many hours have passed since the newest; one from the future, left by a wrong clock, is no reason to wait for that day. */
export function backupIsDue(names: readonly string[], { everyHours }: BackupRule, now: Date): boolean {
  const spans = names.flatMap((name) => {
    const at = backupTime(name)
    return at ? [Math.abs(now.getTime() - at.getTime())] : []
  })
  return spans.every((span) => span >= everyHours * 3_600_000)
}
