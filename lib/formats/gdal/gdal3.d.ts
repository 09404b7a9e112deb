// The part of gdal3.js we call: the module underneath its own API, so that drivers can be named and files stay where they are.
declare module 'gdal3.js/node.js' {
  export type Module = {
    FS: {
      mkdir(path: string): void
      rmdir(path: string): void
      mount(type: unknown, options: { root: string }, path: string): void
      unmount(path: string): void
    }
    NODEFS: unknown
    ccall(
      name: string,
      result: 'number' | 'string' | null,
      kinds: readonly ('number' | 'string')[],
      values: readonly (number | string | null)[],
    ): number & string
    _malloc(bytes: number): number
    _free(pointer: number): void
    setValue(pointer: number, value: number, kind: '*'): void
    lengthBytesUTF8(text: string): number
    stringToUTF8(text: string, pointer: number, bytes: number): void
  }
  export type Config = {
    path?: string
    useWorker: boolean
    env?: Readonly<Record<string, string>>
    logHandler?: (message: string) => void
    errorHandler?: (message: string) => void
  }
  export default function initGdalJs(config: Config): Promise<{ Module: Module }>
}
