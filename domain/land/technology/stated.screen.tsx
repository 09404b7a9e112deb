import { useSettings } from '@dishu/web-kit/settings'
import { useText } from '@dishu/web-kit/words'
import type { Mark } from '../crops/crops.ts'
import { MARK_NAMES } from './technology.ts'

/** Where a figure comes from, and how sure that is: never by colour alone. */
export function Stated({ source, mark }: { readonly source: string; readonly mark: Mark }) {
  const { language } = useSettings()
  return (
    <small className="stated">
      <span className={`library-mark mark-${mark}`}>{MARK_NAMES[mark][language]}</span> {inLanguage(source, language)}
    </small>
  )
}

/** What nobody has stated. */
export function NotConfigured() {
  const t = useText()
  return <span className="library-none">{t('library.not-configured')}</span>
}

export const yuan = (fen: number, digits = 0) =>
  (fen / 100).toLocaleString('en-US', { minimumFractionDigits: digits, maximumFractionDigits: digits })
export const short = (value: number, digits = 2) => String(Number(value.toFixed(digits)))

/** The half of a text that has both languages, as `中文 | English`; a text of an office's own is one. */
export function inLanguage(text: string, language: 'zh' | 'en'): string {
  const [zh, en] = text.split(' | ')
  return language === 'zh' ? zh : (en ?? zh)
}
