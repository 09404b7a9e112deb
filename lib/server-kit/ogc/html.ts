/** A document of the interface as a plain page: its values as lists, its addresses as links. For people who follow a link; programs read JSON. */
import type { Language } from '@dishu/base/refusal'

const escaped = (text: string) => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`)
const MOST_ROWS = 200

export function htmlPage(title: string, value: unknown, language: Language): string {
  return `<!doctype html><html lang="${language === 'zh' ? 'zh-CN' : 'en'}"><head><meta charset="utf-8"><title>${escaped(title)}</title></head><body><h1>${escaped(title)}</h1>${shown(value, 0)}</body></html>`
}

function shown(value: unknown, depth: number): string {
  if (value === null || value === undefined) return '–'
  if (typeof value === 'string') return /^https?:\/\//.test(value) ? `<a href="${escaped(value)}">${escaped(value)}</a>` : escaped(value)
  if (typeof value !== 'object') return escaped(String(value))
  if (depth > 8) return '…'
  if (Array.isArray(value)) {
    if (value.every((each) => typeof each === 'number')) return escaped(value.join(', '))
    const rest = value.length > MOST_ROWS ? '<li>…</li>' : ''
    return `<ol>${value
      .slice(0, MOST_ROWS)
      .map((each) => `<li>${shown(each, depth + 1)}</li>`)
      .join('')}${rest}</ol>`
  }
  return `<dl>${Object.entries(value)
    .map(([name, each]) => `<dt>${escaped(name)}</dt><dd>${shown(each, depth + 1)}</dd>`)
    .join('')}</dl>`
}
