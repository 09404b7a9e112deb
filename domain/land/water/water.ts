/**
 * Water and its ways: sources with what they give by month in years of four kinds, canals and drains, the districts they serve, quotas, seasons
 * of crops and climate. Everything here is stated by somebody, dated and replaceable; what nobody stated is "not configured", never a guess.
 */
import type { Kind } from '@dishu/kernel/records/records'
import { SHEETS } from './sheets.data.ts'
import { contentColumnsOf, type SheetId } from './sheets.ts'

export * from './accounts.ts'
export * from './balance.ts'
export * from './changes.ts'
export * from './choices.ts'
export { demandOf, demandsOf, rainRuleOf } from './demand.ts'
export * from './edit.ts'
export * from './findings.ts'
export * from './network.ts'
export * from './refusals.ts'
export { polygonArea } from './shapes.ts'
export * from './sheets.data.ts'
export * from './sheets.ts'
export * from './things.ts'

/** The kinds of the ledger, one for each sheet. */
export const WATER_KINDS: Readonly<Record<SheetId, Kind>> = Object.fromEntries(
  Object.values(SHEETS).map((sheet) => [
    sheet.id,
    {
      name: `water-${sheet.id}`,
      table: `land.water_${sheet.id}`,
      columns: contentColumnsOf(sheet),
      key: sheet.key.map((name) => sheet.fields.find((field) => field.name === name)?.column ?? name),
      scope: null,
      derived: false,
    },
  ]),
) as unknown as Readonly<Record<SheetId, Kind>>

export const waterKinds: readonly Kind[] = Object.values(WATER_KINDS)
