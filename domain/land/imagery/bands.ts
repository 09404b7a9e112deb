/** What a band looks at, by the letter that formulas call it. */
export type BandRole = 'C' | 'B' | 'G' | 'R' | 'RE1' | 'RE2' | 'RE3' | 'N' | 'N2' | 'WV' | 'CI' | 'S1' | 'S2' | 'T' | 'P'

/** `aboutNm` is the middle of the band on the common sensors: it tells a person which one is meant, and no calculation uses it. */
export const ROLES: Readonly<
  Record<BandRole, { readonly zh: string; readonly en: string; readonly aboutNm: number; readonly stac: string }>
> = {
  C: { zh: '海岸（气溶胶）', en: 'coastal aerosol', aboutNm: 443, stac: 'coastal' },
  B: { zh: '蓝', en: 'blue', aboutNm: 490, stac: 'blue' },
  G: { zh: '绿', en: 'green', aboutNm: 560, stac: 'green' },
  R: { zh: '红', en: 'red', aboutNm: 660, stac: 'red' },
  RE1: { zh: '红边 1', en: 'red edge 1', aboutNm: 705, stac: 'rededge' },
  RE2: { zh: '红边 2', en: 'red edge 2', aboutNm: 740, stac: 'rededge' },
  RE3: { zh: '红边 3', en: 'red edge 3', aboutNm: 783, stac: 'rededge' },
  N: { zh: '近红外', en: 'near infrared', aboutNm: 840, stac: 'nir' },
  N2: { zh: '近红外（窄）', en: 'near infrared, narrow', aboutNm: 865, stac: 'nir08' },
  WV: { zh: '水汽', en: 'water vapour', aboutNm: 945, stac: 'nir09' },
  CI: { zh: '卷云', en: 'cirrus', aboutNm: 1375, stac: 'cirrus' },
  S1: { zh: '短波红外 1', en: 'short-wave infrared 1', aboutNm: 1610, stac: 'swir16' },
  S2: { zh: '短波红外 2', en: 'short-wave infrared 2', aboutNm: 2200, stac: 'swir22' },
  T: { zh: '热红外', en: 'thermal infrared', aboutNm: 10_900, stac: 'lwir11' },
  P: { zh: '全色', en: 'panchromatic', aboutNm: 590, stac: 'pan' },
}

export const isRole = (text: string): text is BandRole => Object.hasOwn(ROLES, text)
export const ROLE_NAMES: ReadonlySet<string> = new Set(Object.keys(ROLES))
