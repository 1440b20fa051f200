// Adapts the AlphaRouter of @uniswap/smart-order-router: every provider that
// would ask a server is answered from the network, quotes by @uniswap/v3-sdk.

import { createRequire } from 'node:module'
import { readProcessor } from './readProcessor.mjs'

const require = createRequire(import.meta.url)
const { BigNumber } = require('@ethersproject/bignumber')
const { CurrencyAmount, Token, TradeType } = require('@uniswap/sdk-core')
const { Protocol } = require('@uniswap/router-sdk')
const { Pool, TickListDataProvider } = require('@uniswap/v3-sdk')
const {
  AlphaRouter,
  CurrencyAmount: RouterAmount,
} = require('@uniswap/smart-order-router')

const none = { getPools: async () => [] }
const noPools = {
  getPools: async () => ({
    getPool: () => null,
    getPoolByAddress: () => null,
    getAllPools: () => [],
  }),
}

/** Prepares a network of concentrated pools, one for a pair and a fee. */
export function prepareSmartOrderRouter(network) {
  const tokens = new Map(
    network.tokens.map(({ id, symbol, decimals }) => [
      id.toLowerCase(),
      new Token(1, id, decimals, symbol),
    ]),
  )
  const native = new Map(
    network.tokens.map(({ id, decimals, decimalPriceNative }) => [
      id.toLowerCase(),
      { decimals, price: Number(decimalPriceNative) },
    ]),
  )
  const toKey = (a, b, fee) =>
    [a.address ?? a, b.address ?? b]
      .map((address) => address.toLowerCase())
      .sort()
      .concat(fee)
      .join(':')
  const pools = new Map()
  const names = new Map()
  const gas = new Map()
  const subgraph = network.pools.map((pool) => {
    const [token0, token1] = pool.tokens.map((id) =>
      tokens.get(id.toLowerCase()),
    )
    const key = toKey(token0, token1, pool.feePips)
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
    pools.set(key, peer)
    names.set(key, pool.id)
    gas.set(key, pool.gas)
    // What the current range holds stands for the value that is locked.
    const price = Number(pool.sqrtPriceX96) / 2 ** 96
    const worth =
      (Number(pool.liquidity) / price / 10 ** token0.decimals) *
      native.get(token0.address.toLowerCase()).price
    return {
      id: key,
      feeTier: String(pool.feePips),
      liquidity: String(pool.liquidity),
      token0: { id: token0.address.toLowerCase() },
      token1: { id: token1.address.toLowerCase() },
      tvlETH: worth,
      tvlUSD: worth * 3000,
    }
  })
  const poolAccessor = {
    getPool: (a, b, fee) => pools.get(toKey(a, b, fee)),
    getPoolByAddress: (address) => pools.get(address),
    getAllPools: () => [...pools.values()],
  }
  const toGasUnits = (route, perWei) =>
    Math.round(
      route.pools.reduce(
        (sum, pool) => sum + gas.get(toKey(pool.token0, pool.token1, pool.fee)),
        0,
      ) * perWei,
    )
  const quote = async (amounts, routes) => ({
    blockNumber: BigNumber.from(1),
    routesWithQuotes: await Promise.all(
      routes.map(async (route) => [
        route,
        await Promise.all(
          amounts.map(async (amount) => {
            let held = CurrencyAmount.fromRawAmount(
              route.input,
              amount.quotient.toString(),
            )
            try {
              for (const pool of route.pools)
                [held] = await pool.getOutputAmount(held)
            } catch {
              held = undefined
            }
            return {
              amount,
              quote:
                held === undefined
                  ? null
                  : BigNumber.from(held.quotient.toString()),
              sqrtPriceX96AfterList: route.pools.map(() => BigNumber.from(1)),
              initializedTicksCrossedList: route.pools.map(() => 1),
              gasEstimate: BigNumber.from(100_000),
              gasLimit: BigNumber.from(1_000_000),
            }
          }),
        ),
      ]),
    ),
  })
  const accessor = {
    getTokenByAddress: (address) => tokens.get(address.toLowerCase()),
    getTokenBySymbol: (symbol) =>
      [...tokens.values()].find((token) => token.symbol === symbol),
    getAllTokens: () => [...tokens.values()],
  }
  let perWei = 0
  const router = new AlphaRouter({
    chainId: 1,
    provider: { getBlockNumber: async () => 1 },
    multicall2Provider: {},
    v2SubgraphProvider: none,
    v2PoolProvider: noPools,
    v2QuoteProvider: {},
    v4SubgraphProvider: none,
    v4PoolProvider: noPools,
    v3SubgraphProvider: { getPools: async () => subgraph },
    v3PoolProvider: {
      getPools: async () => poolAccessor,
      getPoolAddress: (a, b, fee) => {
        const [token0, token1] = a.sortsBefore(b) ? [a, b] : [b, a]
        return { poolAddress: toKey(a, b, fee), token0, token1 }
      },
    },
    onChainQuoteProvider: { getQuotesManyExactIn: quote },
    gasPriceProvider: {
      getGasPrice: async () => ({ gasPriceWei: BigNumber.from(1) }),
    },
    tokenProvider: { getTokens: async () => accessor },
    blockedTokenListProvider: {
      hasTokenBySymbol: async () => false,
      hasTokenByAddress: async () => false,
      getTokenByAddress: async () => undefined,
      getTokenBySymbol: async () => undefined,
    },
    tokenValidatorProvider: {
      validateTokens: async () => ({ getValidationByToken: () => undefined }),
    },
    tokenPropertiesProvider: { getTokensProperties: async () => ({}) },
    swapRouterProvider: {},
  })
  // Its own gas models price gas through mainnet's pools. All routers here are
  // charged alike, so it is told that cost.
  router.getGasModels = async (_price, _token, quoteToken) => ({
    v3GasModel: {
      estimateGasCost: ({ route }) => {
        const cost = RouterAmount.fromRawAmount(
          quoteToken,
          String(toGasUnits(route, perWei)),
        )
        return {
          gasEstimate: BigNumber.from(100_000),
          gasCostInToken: cost,
          gasCostInUSD: cost,
        }
      },
    },
  })

  return async (request, { gasPriceWei }) => {
    const buy = native.get(request.buy.toLowerCase())
    perWei = ((Number(gasPriceWei) / 1e18) * 10 ** buy.decimals) / buy.price
    const started = readProcessor()
    const route = await router.route(
      RouterAmount.fromRawAmount(
        tokens.get(request.sell.toLowerCase()),
        String(request.amountIn),
      ),
      tokens.get(request.buy.toLowerCase()),
      TradeType.EXACT_INPUT,
      undefined,
      { protocols: [Protocol.V3], blockNumber: 1, useCachedRoutes: false },
    )
    const milliseconds = readProcessor() - started
    return {
      milliseconds,
      paths: (route?.route ?? []).map(
        ({ amount, route: { pools: used }, tokenPath }) => ({
          amountIn: BigInt(amount.quotient.toString()),
          hops: used.map((pool, i) => ({
            pool: names.get(toKey(pool.token0, pool.token1, pool.fee)),
            tokenIn: tokenPath[i].address.toLowerCase(),
            tokenOut: tokenPath[i + 1].address.toLowerCase(),
          })),
        }),
      ),
    }
  }
}
