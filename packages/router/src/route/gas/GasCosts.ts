/**
 * Cost of one swap in a pool, in the bought token's smallest unit. Fixed before
 * solving, so that all candidates are scored alike.
 */
export type GasCosts = (pool: number) => number
