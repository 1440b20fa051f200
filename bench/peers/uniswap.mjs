// Adapts the best single-path trade of @uniswap/v3-sdk.

import { createRequire } from 'node:module'
import { readProcessor } from './readProcessor.mjs'

// Their module builds leave out file endings, which Node does not load.
const require = createRequire(import.meta.url)
const { CurrencyAmount, Token } = require('@uniswap/sdk-core')
const { Pool, TickListDataProvider, Trade } = require('@uniswap/v3-sdk')

/** Prepares a network of concentrated pools for the SDK. */
export function prepareUniswap(network) {
  const tokens = new Map(
    network.tokens.map(({ id, symbol, decimals }) => [
      id,
      new Token(1, id, decimals, symbol),
    ]),
  )
  const names = new Map()
  const pools = network.pools.map((pool) => {
    const [token0, token1] = pool.tokens.map((id) => tokens.get(id))
    const peer = new Pool(
      token0,
      token1,
      pool.feePips,
      String(pool.sqrtPriceX96),
      String(pool.liquidity),
      pool.tick,
      new TickListDataProvider(
        pool.ticks.map(({ index, liquidityNet }) => ({
          index,
          liquidityNet: String(liquidityNet),
          liquidityGross: String(
            liquidityNet < 0n ? -liquidityNet : liquidityNet,
          ),
        })),
        pool.tickSpacing,
      ),
    )
    names.set(peer, pool.id)
    return peer
  })
  return async (request) => {
    const started = readProcessor()
    const [trade] = await Trade.bestTradeExactIn(
      pools,
      CurrencyAmount.fromRawAmount(
        tokens.get(request.sell),
        String(request.amountIn),
      ),
      tokens.get(request.buy),
      { maxNumResults: 1, maxHops: 3 },
    )
    return {
      milliseconds: readProcessor() - started,
      amountOut:
        trade === undefined
          ? 0n
          : BigInt(trade.outputAmount.quotient.toString()),
    }
  }
}
