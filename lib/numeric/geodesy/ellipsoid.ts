/**
 * The CGCS2000 ellipsoid: defining constants of GB 22021-2008 (EPSG ellipsoid 1024); everything else is derived here.
 */
export const SEMI_MAJOR_M = 6_378_137
export const FLATTENING = 1 / 298.257222101

/** b, metres: 6 356 752.314 14. */
export const SEMI_MINOR_M = SEMI_MAJOR_M * (1 - FLATTENING)
/** e² = (a² − b²)/a², first eccentricity squared. */
export const ECCENTRICITY2 = FLATTENING * (2 - FLATTENING)
/** n = (a − b)/(a + b), the small number in which the series of the transverse Mercator converge. */
export const THIRD_FLATTENING = FLATTENING / (2 - FLATTENING)

export const DEGREE = Math.PI / 180
