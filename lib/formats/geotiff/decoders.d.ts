// The parts that we call of decoders that have no types of their own.
declare module '@cornerstonejs/codec-libjpeg-turbo-8bit/decodewasmjs' {
  export type Decoder = {
    getEncodedBuffer(length: number): Uint8Array
    decode(): void
    getDecodedBuffer(): Uint8Array
    getFrameInfo(): { readonly width: number; readonly height: number; readonly componentCount: number }
    delete(): void
  }
  export default function jpegTurbo(options: {
    readonly locateFile?: (name: string) => string
    readonly print?: (text: string) => void
    readonly printErr?: (text: string) => void
  }): Promise<{ readonly JPEGDecoder: new () => Decoder }>
}

declare module 'lerc' {
  type Numbers = Int8Array | Uint8Array | Int16Array | Uint16Array | Int32Array | Uint32Array | Float32Array | Float64Array
  const lerc: {
    decode(
      bytes: ArrayBufferLike,
      options: { readonly inputOffset: number; readonly returnPixelInterleavedDims: boolean },
    ): {
      readonly width: number
      readonly height: number
      readonly pixels: readonly Numbers[]
      /** 0 where there is no cell; null or absent where all are there. */
      readonly mask?: Uint8Array | null
      readonly dimCount?: number
    }
  }
  export default lerc
}
