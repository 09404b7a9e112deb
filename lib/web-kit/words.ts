import i18next from 'i18next'
import { useCallback } from 'react'
import { initReactI18next, useTranslation } from 'react-i18next'
import { settings } from './settings.ts'

export type Words = Readonly<Record<string, string>>
export type Text = (key: string, values?: Readonly<Record<string, string | number>>) => string

/** Sets the product's sentences; every key is there in both languages (a test says so). */
export async function startWords(zh: Words, en: Words): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: settings().language,
    fallbackLng: 'zh',
    keySeparator: false,
    nsSeparator: false,
    interpolation: { escapeValue: false }, // React escapes
    resources: { zh: { translation: zh }, en: { translation: en } },
  })
  document.documentElement.lang = settings().language === 'zh' ? 'zh-CN' : 'en'
}

export async function speak(language: 'zh' | 'en'): Promise<void> {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en'
  await i18next.changeLanguage(language)
}

export function useText(): Text {
  const { t } = useTranslation()
  return useCallback<Text>((key, values) => t(key, values ?? {}), [t]) // the same while the language is: it stands in many lists of dependencies
}

/** The sentence for a word of a closed list, or the word itself where the list has grown on the server first. */
export function wordOr(t: Text, key: string, otherwise: string): string {
  const text = t(key)
  return text === key ? otherwise : text
}
