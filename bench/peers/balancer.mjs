// Adapts @balancer-labs/sor over weighted pools: its pool data service hands out
// the network, its price service the price of the gas coin.

import { createRequire } from 'node:module'
import { readProcessor } from './readProcessor.mjs'

const require = createRequire(import.meta.url)
const { BigNumber } = require('@ethersproject/bignumber')
const { SOR, SwapTypes } = require('@balancer-labs/sor')

const toDecimal = (units, decimals) => {
  const text = String(units).padStart(decimals + 1, '0')
  return `${text.slice(0, -decimals)}.${text.slice(-decimals)}`
}

/** Prepares a network of weighted pools for the smart order router. */
export async function prepareBalancer(network) {
  const tokens = new Map(network.tokens.map((token) => [token.id, token]))
  const names = new Map()
  const pools = network.pools.map((pool, i) => {
    const address = `0x${(i + 1).toString(16).padStart(40, 'f')}`
    const id = `${address}${'0'.repeat(24)}`
    names.set(id, pool.id)
    return {
      id,
      address,
      poolType: 'Weighted',
      swapFee: String(pool.feePips / 1e6),
      swapEnabled: true,
      totalShares: '1000000',
      totalWeight: '1',
      tokensList: pool.tokens.map((token) => token.toLowerCase()),
      tokens: pool.tokens.map((token, slot) => ({
        address: token.toLowerCase(),
        balance: toDecimal(pool.balances[slot], tokens.get(token).decimals),
        decimals: tokens.get(token).decimals,
        priceRate: '1',
        weight: toDecimal(pool.weights[slot], 18),
      })),
    }
  })
  const byAddress = new Map(
    network.tokens.map((token) => [token.id.toLowerCase(), token]),
  )
  const sor = new SOR(
    {},
    {
      chainId: 1,
      vault: '0xba12222222228d8ba445958a75a0704d566bf2c8',
      weth: network.tokens[0].id.toLowerCase(),
      connectingTokens: network.tokens
        .slice(0, 6)
        .map(({ id, symbol }) => ({ symbol, address: id.toLowerCase() })),
    },
    { getPools: async () => pools },
    {
      getNativeAssetPriceInToken: async (address) =>
        String(
          1 / Number(byAddress.get(address.toLowerCase()).decimalPriceNative),
        ),
    },
  )
  await sor.fetchPools()
  return async (request, { gasPriceWei }) => {
    const started = readProcessor()
    const found = await sor.getSwaps(
      request.sell.toLowerCase(),
      request.buy.toLowerCase(),
      SwapTypes.SwapExactIn,
      BigNumber.from(String(request.amountIn)),
      {
        gasPrice: BigNumber.from(String(gasPriceWei)),
        swapGas: BigNumber.from(120_000),
        maxPools: 8,
      },
    )
    const milliseconds = readProcessor() - started
    const paths = []
    for (const swap of found.swaps) {
      const hop = {
        pool: names.get(swap.poolId),
        tokenIn: byAddress.get(
          found.tokenAddresses[swap.assetInIndex].toLowerCase(),
        ).id,
        tokenOut: byAddress.get(
          found.tokenAddresses[swap.assetOutIndex].toLowerCase(),
        ).id,
      }
      // A swap without an amount goes on with what the one before paid.
      if (swap.amount === '0' && paths.length > 0) paths.at(-1).hops.push(hop)
      else paths.push({ amountIn: BigInt(swap.amount), hops: [hop] })
    }
    return { milliseconds, paths }
  }
}
