/**
 * What an answer tells the browser it may do. A page runs the scripts and styles of this server alone; an answer with data runs nothing.
 * The component library writes its styles while it runs: the page hands it a nonce, new for each answer, and no other style is obeyed.
 */
import { randomBytes } from 'node:crypto'

/** Stands in the built page where the nonce goes; apps/web/vite.config.ts writes it there. */
export const NONCE_MARK = 'DISHU-STYLE-NONCE'

export const newNonce = () => randomBytes(18).toString('base64')

/** The policy of pages, their scripts and their workers. Without a nonce no style is obeyed but those of style sheets. */
export function pagePolicy(nonce: string | null): string {
  return policy({
    'default-src': ["'self'"],
    'script-src': ["'self'"],
    'style-src': ["'self'", ...(nonce === null ? [] : [`'nonce-${nonce}'`])],
    'img-src': ["'self'", 'data:', 'blob:'],
    'font-src': ["'self'", 'data:'],
    'worker-src': ["'self'", 'blob:'], // the map draws in workers that it makes of its own text
    'connect-src': ["'self'"],
    'object-src': ["'none'"],
    'base-uri': ["'none'"],
    'form-action': ["'self'"],
    'frame-ancestors': ["'none'"],
  })
}

/** The policy of everything under /api, /tiles and /stac: opened by itself in a browser, it loads and runs nothing. */
export const DATA_POLICY = policy({
  'default-src': ["'none'"],
  'base-uri': ["'none'"],
  'form-action': ["'none'"],
  'frame-ancestors': ["'none'"],
})

export const isData = (url: string) => /^\/(api|tiles|stac|ogc|wmts)(\/|\?|$)/.test(url)

/** What a page may ask of the machine: where it is and the camera, for field work; nothing else. */
export const PERMISSIONS =
  'camera=(self), geolocation=(self), microphone=(), payment=(), usb=(), serial=(), bluetooth=(), hid=(), midi=(), display-capture=(), browsing-topics=()'

function policy(directives: Readonly<Record<string, readonly string[]>>): string {
  return Object.entries(directives)
    .map(([name, sources]) => `${name} ${sources.join(' ')}`)
    .join('; ')
}
