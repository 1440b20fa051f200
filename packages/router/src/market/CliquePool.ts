/**
 * What a pool does at given prices, for pools that are not rows of segments.
 * Values are in units of the root token.
 */
export type CliqueTrade = {
  /** Surplus of the best trade. */
  value: number
  /**
   * How much more a trade in several swaps could make: fees that stay behind
   * move the price in its favour. Counts towards bounds only.
   */
  margin: number
  /** Value received (positive) or paid (negative), by the pool's token. */
  readonly flows: Float64Array
  /** Symmetric conductances, row by row, by the pool's tokens. */
  readonly conductances: Float64Array
  /** How far log prices may move, added up, before a trade pays. */
  slack: number
}

/** A pool whose best trade at given prices is computed as a whole. */
export type CliquePool = {
  readonly size: number
  /**
   * Fills `trade` with the best trade.
   *
   * @param logPrices - Natural log of each pool token's price per unit.
   * @param logCharges - Natural log of how much dearer a unit of each token is
   * when it is paid in, beside the fee; zero when left out.
   */
  readonly evaluate: (
    logPrices: Float64Array,
    trade: CliqueTrade,
    logCharges?: Float64Array,
  ) => void
  /** Natural log of the middle price of one token in another. */
  readonly getLogRate: (indexIn: number, indexOut: number) => number
  /** Slope of the input in the log of the price at rest, smallest units. */
  readonly getConductance: (indexIn: number, indexOut: number) => number
  /** Depth in smallest units of a token, to compare pools by. */
  readonly getDepth: (index: number) => number
}

/** Creates the buffers that `evaluate` fills. */
export function createCliqueTrade(size: number): CliqueTrade {
  return {
    value: 0,
    margin: 0,
    flows: new Float64Array(size),
    conductances: new Float64Array(size * size),
    slack: 0,
  }
}
