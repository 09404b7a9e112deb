import { App, theme as antTheme, ConfigProvider, type ConfigProviderProps } from 'antd'
import * as english from 'antd/es/locale/en_US.js'
import * as chinese from 'antd/es/locale/zh_CN.js'
import { createContext, type ReactNode, useContext, useEffect, useSyncExternalStore } from 'react'
import { useSettings } from '../settings.ts'
import { nonceOfStyles } from './nonce.ts'
import { DARK, LIGHT, type Tokens, variablesOf } from './tokens.ts'

type Locale = NonNullable<ConfigProviderProps['locale']>
/** The type checker takes antd's files for CommonJS and finds the locale one `default` deeper than the bundler does. */
function localeOf(module: { readonly default: Locale | { readonly default: Locale } }): Locale {
  return 'locale' in module.default ? module.default : module.default.default
}

export type Look = { readonly dark: boolean; readonly tokens: Tokens }
const LookContext = createContext<Look>({ dark: false, tokens: LIGHT })
export const useLook = () => useContext(LookContext)

const darkQuery = window.matchMedia('(prefers-color-scheme: dark)')
const onDark = (listener: () => void) => {
  darkQuery.addEventListener('change', listener)
  return () => darkQuery.removeEventListener('change', listener)
}

const narrowQuery = window.matchMedia('(max-width: 720px)')
const onNarrow = (listener: () => void) => {
  narrowQuery.addEventListener('change', listener)
  return () => narrowQuery.removeEventListener('change', listener)
}
/** A phone, or a window as narrow as one. */
export const useNarrow = () => useSyncExternalStore(onNarrow, () => narrowQuery.matches)

/** Tokens for the style sheet, the components and the map, in the theme the person chose. */
export function Themed({ children }: { readonly children: ReactNode }) {
  const { theme, language } = useSettings()
  const systemDark = useSyncExternalStore(onDark, () => darkQuery.matches)
  const dark = theme === 'dark' || (theme === 'system' && systemDark)
  const tokens = dark ? DARK : LIGHT
  useEffect(() => {
    document.documentElement.dataset.theme = dark ? 'dark' : 'light'
  }, [dark])
  return (
    <LookContext value={{ dark, tokens }}>
      <style nonce={nonceOfStyles}>{`:root { ${variablesOf(tokens)} color-scheme: ${dark ? 'dark' : 'light'} }`}</style>
      <ConfigProvider
        locale={localeOf(language === 'zh' ? chinese : english)}
        button={{ autoInsertSpace: false }}
        wave={{ disabled: true }}
        {...(nonceOfStyles === undefined ? {} : { csp: { nonce: nonceOfStyles } })}
        theme={{
          algorithm: dark ? antTheme.darkAlgorithm : antTheme.defaultAlgorithm,
          token: {
            colorPrimary: tokens.accent,
            colorError: tokens.danger,
            colorWarning: tokens.warning,
            colorLink: tokens.accent,
            colorText: tokens.ink,
            colorTextSecondary: tokens.quiet,
            colorTextDescription: tokens.quiet,
            colorBgBase: tokens.surface,
            colorBgContainer: tokens.surface,
            colorBgElevated: tokens.surface,
            colorBgLayout: tokens.ground,
            colorBorder: tokens.line,
            colorBorderSecondary: tokens.line,
            ...(dark ? { colorTextLightSolid: tokens.ground } : {}),
            fontFamily: 'var(--type)', // styles/base.css: by language
            fontSize: 14,
            borderRadius: 6,
            controlHeight: 32,
            motionDurationSlow: '0.18s',
            motionDurationMid: '0.12s',
            motionDurationFast: '0.08s',
            boxShadow: '0 4px 16px rgba(20, 30, 36, .14)',
            boxShadowSecondary: '0 4px 16px rgba(20, 30, 36, .14)',
          },
          components: { Button: { primaryShadow: 'none', defaultShadow: 'none', dangerShadow: 'none' } },
        }}
      >
        <App component={false}>{children}</App>
      </ConfigProvider>
    </LookContext>
  )
}

/** Paper is light whatever the screen is: maps and colours inside take the light look. */
export function Paper({ children }: { readonly children: ReactNode }) {
  return <LookContext value={PAPER}>{children}</LookContext>
}
const PAPER: Look = { dark: false, tokens: LIGHT }
/** The light look as style variables, for the element that stands for the paper. */
export const paperVariables = variablesOf(LIGHT)

/** A wall screen is dark whatever the desk is. */
export function Wall({ children }: { readonly children: ReactNode }) {
  return <LookContext value={WALL}>{children}</LookContext>
}
const WALL: Look = { dark: true, tokens: DARK }
export const wallVariables = variablesOf(DARK)
