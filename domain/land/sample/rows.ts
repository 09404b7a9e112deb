/**
 * The rows of the sample's files, under the standards' own field names: TD/T 1057-2020 for DLTB and XZQ, NY/T 2539-2016 for the rest.
 * They are what an office hands over, defects and all, not what the register keeps. Areas m² with two decimals unless the name ends in M (亩).
 */

export type XzqRow = {
  BSM: string
  YSDM: string
  XZQDM: string // 6 digits county, 9 town, 12 village
  XZQMC: string
  DCMJ: number // control area: the sum of its patches
  JSMJ: number
  MS: string
  HDMC: string
  BZ: string
  wkb: Uint8Array
}

export type DltbRow = {
  BSM: string
  YSDM: string
  TBYBH: string
  TBBH: string
  DLBM: string
  DLMC: string
  QSXZ: string
  QSDWDM: string
  QSDWMC: string
  ZLDWDM: string
  ZLDWMC: string
  TBMJ: number
  KCDLBM: string
  KCXS: number
  KCMJ: number
  TBDLMJ: number
  GDLX: string
  GDPDJB: string
  XZDWKD: number | null
  TBXHDM: string
  TBXHMC: string
  ZZSXDM: string
  ZZSXMC: string
  GDDB: number | null
  FRDBS: string
  CZCSXM: string
  SJNF: number
  MSSM: string
  HDMC: string
  BZ: string
  wkb: Uint8Array
}

export type DkRow = {
  BSM: number
  YSDM: string
  DKBM: string
  DKMC: string
  SYQXZ: string
  DKLB: string
  TDLYLX: string // GB/T 21010-2007, three digits
  DLDJ: string
  TDYT: string
  SFJBNT: string
  SCMJ: number
  SCMJM: number
  DKDZ: string
  DKXZ: string
  DKNZ: string
  DKBZ: string
  DKBZXX: string
  ZJRXM: string
  KJZB: string
  wkb: Uint8Array
}

export type FbfRow = {
  FBFBM: string
  FBFMC: string
  FBFFZRXM: string
  FZRZJLX: string
  FZRZJHM: string
  LXDH: string
  FBFDZ: string
  YZBM: string
  FBFDCY: string
  FBFDCRQ: string
  FBFDCJS: string
}

export type CbfRow = {
  CBFBM: string
  CBFLX: string
  CBFMC: string
  CBFZJLX: string
  CBFZJHM: string
  CBFDZ: string
  YZBM: string
  LXDH: string
  CBFCYSL: number
  CBFDCRQ: string
  CBFDCY: string
  CBFDCJS: string
  GSJS: string
  GSJSR: string
  GSSHRQ: string
  GSSHR: string
}

export type JtcyRow = {
  CBFBM: string
  CYXM: string
  CYXB: string
  CYZJLX: string
  CYZJHM: string
  YHZGX: string
  CYBZ: string
  SFGYR: string
  CYBZSM: string
}

export type CbhtRow = {
  CBHTBM: string
  YCBHTBM: string
  FBFBM: string
  CBFBM: string
  CBFS: string
  CBQXQ: string
  CBQXZ: string
  HTZMJ: number
  CBDKZS: number
  QDSJ: string
  HTZMJM: number
  YHTZMJ: number
  YHTZMJM: number
}

export type CbdkxxRow = {
  DKBM: string
  FBFBM: string
  CBFBM: string
  CBJYQQDFS: string
  HTMJ: number
  CBHTBM: string
  LZHTBM: string
  CBJYQZBM: string
  YHTMJ: number
  HTMJM: number
  YHTMJM: number
  SFQQQG: string
}

export type LzhtRow = {
  CBHTBM: string
  LZHTBM: string
  CBFBM: string
  SRFBM: string
  LZFS: string
  LZQX: string
  LZQXKSRQ: string
  LZQXJSRQ: string
  LZMJ: number
  LZMJM: number
  LZDKS: number
  LZQTDYT: string
  LZHTDYT: string
  LZJGSM: string
  HTQDRQ: string
}

export type DjbRow = {
  CBJYQZBM: string
  FBFBM: string
  CBFBM: string
  CBFS: string
  CBQX: string
  CBQXQ: string
  CBQXZ: string
  DKSYT: string
  CBJYQZLSH: string
  DJBFJ: string
  YCBJYQZBH: string
  DBR: string
  DJSJ: string
}

/** A row of the laboratory's sheet. Ions are of the 1:5 extract, in cmol of charge per kg of soil. */
export type SoilRow = {
  code: string
  site: string
  town: string
  village: string
  longitude: number
  latitude: number
  depth: string // cm
  sampledOn: string
  ph: number
  ecMsPerCm: number
  saltGPerKg: number
  carbonate: number
  bicarbonate: number
  chloride: number
  sulfate: number
  calcium: number
  magnesium: number
  potassium: number
  sodium: number
  cec: number // cmol(+)/kg
  exchangeableSodium: number
  espPercent: number
  organicMatterGPerKg: number
  lab: string
  method: string
  note: string
}

/**
 * One planted defect: what a check should find. `rule` is the id of the quality rule that should find it where there is one (land/quality);
 * the others name what no rule looks for yet.
 */
export type Truth = {
  readonly rule: string
  readonly layer: string
  readonly key: string // of the subject: BSM, XZQDM, DKBM, CBHTBM, CBFBM or the sample's number; as the rule
  // has it: the area for a village that is unknown, the patch for ground covered twice, the contract for its rows of CBDKXX
  readonly field: string
  readonly found: string | number | null // as written in the file
  readonly expected: string | number | null // as it was before; null where nothing is right
  readonly magnitude: number | null // difference in the field's own unit, or a factor: see `unit`
  readonly unit: 'm2' | 'mu' | 'factor' | 'rows' | 'years' | null
  /** The rule and key of the defect that this one is a consequence of: it was not planted on its own. */
  readonly follows: string | null
}

export type SampleCounty = {
  readonly seed: number
  readonly size: number
  readonly code: string
  readonly name: string
  readonly epsg: 4529
  readonly areas: XzqRow[]
  readonly patches: DltbRow[]
  readonly parcels: DkRow[]
  readonly issuers: FbfRow[]
  readonly contractors: CbfRow[]
  readonly members: JtcyRow[]
  readonly contracts: CbhtRow[]
  readonly contractParcels: CbdkxxRow[]
  readonly transfers: LzhtRow[]
  readonly registrations: DjbRow[]
  readonly soil: SoilRow[]
  readonly truth: Truth[]
}
