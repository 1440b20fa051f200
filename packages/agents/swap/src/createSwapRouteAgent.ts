import {
  AmountBeyondLiquidityError,
  AmountTooSmallError,
  InvalidAmountError,
  NoRouteError,
  RouteTimeError,
  UnknownTokenError,
} from '@behest/router'
import {
  type Agent,
  type AgentDecline,
  type AgentReply,
  defineAgent,
} from '@behest/sdk'
import { isSameAddress } from '@behest/spec'
import { listSpenders } from './calls/encodeForRouter.js'
import type { SwapVenue } from './calls/SwapLeg.js'
import { toSwapQuote } from './calls/toSwapQuote.js'
import { createPoolReader, type PoolState } from './route/createPoolReader.js'
import {
  mostLegs,
  type RoutedTrade,
  routeExactIn,
} from './route/routeExactIn.js'
import { routeExactOut } from './route/routeExactOut.js'
import type { SwapChain } from './SwapChain.js'
import { boundLegs } from './trade/boundLegs.js'
import { readTrade, type Trade } from './trade/readTrade.js'
import { readVenues } from './trade/readVenues.js'
import { wrapNative } from './trade/wrapNative.js'

const maxValidForSeconds = 180

// The rest of the answer's time is for reading pools and signing.
const routingShare = 0.5
const mostRoutingMilliseconds = 500

/**
 * Creates the agent that finds the best swap over all pools of Uniswap, splits
 * and detours included, and proves how near to the best possible it is.
 *
 * Pools are read once per block; routes are computed in the protocols' own
 * integers, so on unchanged state the chain pays exactly what is told.
 *
 * @param options.client - Client of the chain.
 * @param options.deployment - Its addresses.
 * @returns The agent `swap-best`, frozen.
 */
export function createSwapRouteAgent(options: SwapChain): Agent<'swap'> {
  const { client, deployment } = options
  const chain: SwapChain = { client, deployment }
  const readPools = createPoolReader(chain)
  return defineAgent({
    name: 'swap-best',
    version: '1.0.0',
    summary:
      'Swaps tokens at the best price over all pools of Uniswap V2 and V3, split where that pays, with a proof of how good it is.',
    chainIds: [deployment.chainId],
    serves: ['swap'],
    venues: ['uniswap'],
    examples: [
      'swap 1 ETH for USDC',
      'sell half my WBTC for DAI',
      'buy 100 USDC with ETH',
      'wrap 2 ETH',
      'unwrap 1 WETH',
      'convert 500 DAI to USDC',
      'turn all my USDC into ETH',
      'buy 0.5 WETH with DAI',
      'trade 20 USDC for DAI on Uniswap',
      'swap 400 ETH to USDC with at most 0.3 % slippage',
    ],
    limits: {
      spenders: listSpenders(deployment),
      maxValidForSeconds,
    },
    async quote(instruction, context): Promise<AgentReply> {
      const venues = readVenues(instruction.venue)
      if (venues === null) return null
      const trade = readTrade(instruction, deployment.wrappedNative)
      if ('declined' in trade) return trade
      const { account, blockNumber, blockHash, request } = context
      const validUntilUnixSeconds = Math.min(
        context.nowUnixSeconds + maxValidForSeconds,
        context.deadlineUnixSeconds,
      )
      if (isSameAddress(trade.sellToken, trade.buyToken))
        return wrapNative({
          trade,
          account,
          wrappedNative: deployment.wrappedNative,
          validUntilUnixSeconds,
        })

      const state = await readPools({
        blockNumber,
        blockHash,
        tokens: [trade.sellToken, trade.buyToken],
      })
      const routed = route({
        trade,
        state,
        venues,
        pool: instruction.pool,
        maxMilliseconds: Math.min(
          request.respondWithinMs * routingShare,
          mostRoutingMilliseconds,
        ),
      })
      if ('declined' in routed) return routed
      const legs = boundLegs({ trade, parts: routed.parts })
      if ('declined' in legs) return legs
      return {
        ...toSwapQuote({ chain, trade, legs, account, validUntilUnixSeconds }),
        certificate: routed.certificate,
      }
    },
  })
}

function route(options: {
  readonly trade: Trade
  readonly state: PoolState
  readonly venues: readonly SwapVenue[]
  readonly pool: string | undefined
  readonly maxMilliseconds: number
}): RoutedTrade | AgentDecline {
  const { trade, state, venues, pool, maxMilliseconds } = options
  const all = state.getPools(venues)
  const pools =
    pool === undefined
      ? all
      : all.filter(({ id }) => isSameAddress(id, pool.trim()))
  if (pools.length === 0)
    return {
      declined: 'POOL_UNKNOWN',
      message: `None of ${all.length} pools is "${(pool ?? 'any').slice(0, 80)}". Name a pool by its address, or none.`,
    }
  const { sellToken, buyToken } = trade
  const common = { state, pools, sellToken, buyToken, maxMilliseconds }
  try {
    return trade.type === 'exact-in'
      ? routeExactIn({
          ...common,
          amountIn: trade.sellUnits,
          maxPaths: trade.isOutput ? 1 : mostLegs,
        })
      : routeExactOut({ ...common, amountOut: trade.buyUnits })
  } catch (error) {
    if (
      error instanceof NoRouteError ||
      error instanceof RouteTimeError ||
      error instanceof UnknownTokenError ||
      error instanceof AmountBeyondLiquidityError ||
      error instanceof AmountTooSmallError ||
      error instanceof InvalidAmountError
    )
      return { declined: error.code, message: error.shortMessage }
    throw error
  }
}
