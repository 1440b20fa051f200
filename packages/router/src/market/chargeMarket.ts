import type { CliquePool } from './CliquePool.js'
import type { Market } from './Market.js'

/**
 * Gives a market whose pools ask for more of what is paid in.
 *
 * A fixed cost that is spread over what a pool takes acts like a fee, so the
 * same solver can weigh it.
 *
 * @param logCharges - Natural log of how much dearer a unit is when it is paid
 * in, by pool token (`poolStart`).
 */
export function chargeMarket(market: Market, logCharges: Float64Array): Market {
  const { poolStart } = market
  const sideOffset = market.sideOffset.slice()
  const sideScale = market.sideScale.slice()
  const cliques: (CliquePool | undefined)[] = new Array(market.pools.length)
  for (let pool = 0; pool < market.pools.length; pool++) {
    const first = poolStart[pool]!
    const clique = market.cliques[pool]
    if (clique !== undefined) {
      cliques[pool] = chargeClique(
        clique,
        logCharges.subarray(first, poolStart[pool + 1]!),
      )
      continue
    }
    for (let side = 0; side < 2; side++) {
      const charge = logCharges[first + side]!
      if (charge === 0) continue
      sideOffset[2 * pool + side]! -= charge / 2
      sideScale[2 * pool + side]! *= Math.exp(charge)
    }
  }
  return { ...market, sideOffset, sideScale, cliques, rates: new Map() }
}

function chargeClique(
  clique: CliquePool,
  logCharges: Float64Array,
): CliquePool {
  return {
    ...clique,
    getLogRate: (indexIn, indexOut) =>
      clique.getLogRate(indexIn, indexOut) - logCharges[indexIn]!,
    evaluate: (logPrices, trade) =>
      clique.evaluate(logPrices, trade, logCharges),
  }
}
