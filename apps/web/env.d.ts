declare module '*.css'
declare module '*?worker&url' {
  const url: string
  export default url
}
/** What the builder makes of a pattern: a loader for each file, or with `eager` the files themselves. */
interface ImportMeta {
  glob<T>(pattern: string | readonly string[], options: { query: string; import: 'default'; eager: true }): Readonly<Record<string, T>>
  glob<T>(pattern: string | readonly string[], options: { query: string; import: 'default' }): Readonly<Record<string, () => Promise<T>>>
}
