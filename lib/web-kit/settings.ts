import { useSyncExternalStore } from 'react'
import type { AreaUnit } from './areas.ts'

/** What a person has chosen on this machine: kept in the browser, never sent. */
export type Settings = {
  readonly unit: AreaUnit
  readonly theme: 'system' | 'light' | 'dark'
  readonly language: 'zh' | 'en'
}

const read = (name: string): string | null => {
  try {
    return localStorage.getItem(`dishu.${name}`)
  } catch {
    return null // storage is switched off: the choice lasts as long as the tab
  }
}

function initial(): Settings {
  const unit = read('unit')
  const theme = read('theme')
  const language = read('language')
  return {
    unit: unit === 'wanmu' || unit === 'hectare' ? unit : 'mu',
    theme: theme === 'light' || theme === 'dark' ? theme : 'system',
    language: language === 'en' || language === 'zh' ? language : navigator.language.startsWith('zh') ? 'zh' : 'en',
  }
}

let current: Settings | null = null
const listeners = new Set<() => void>()
export const settings = (): Settings => {
  current ??= initial()
  return current
}

export function choose(changes: Partial<Settings>): void {
  current = { ...settings(), ...changes }
  for (const [name, value] of Object.entries(changes)) remember(name, value)
  for (const listener of listeners) listener()
}

export function useSettings(): Settings {
  return useSyncExternalStore((listener) => {
    listeners.add(listener)
    return () => listeners.delete(listener)
  }, settings)
}

/** A small value kept in the browser under a name: pane sizes, chosen columns. */
export function remember(name: string, value: string): void {
  try {
    localStorage.setItem(`dishu.${name}`, value)
  } catch {
    // storage is switched off
  }
}
export const remembered = read

export function forget(name: string): void {
  try {
    localStorage.removeItem(`dishu.${name}`)
  } catch {
    // storage is switched off
  }
}
