// The part of the OpenJPEG build that we call. It has no types of its own.
declare module '@cornerstonejs/codec-openjpeg/decodewasmjs' {
  export type Decoder = {
    getEncodedBuffer(length: number): Uint8Array
    decode(): void
    getDecodedBuffer(): Uint8Array
    getFrameInfo(): {
      readonly width: number
      readonly height: number
      readonly bitsPerSample: number
      readonly componentCount: number
      readonly isSigned: boolean
    }
    delete(): void
  }
  export default function openjpeg(options: {
    readonly locateFile?: (name: string) => string
    readonly print?: (text: string) => void
    readonly printErr?: (text: string) => void
  }): Promise<{ readonly J2KDecoder: new () => Decoder }>
}
