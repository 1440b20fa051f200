import { type Agent, type AgentReply, defineAgent } from '@behest/sdk'
import { isSameAddress } from '@behest/spec'
import { listSpenders } from './calls/encodeForRouter.js'
import { toSwapQuote } from './calls/toSwapQuote.js'
import type { SwapChain } from './SwapChain.js'
import { createPathFinder } from './single/createPathFinder.js'
import { quoteBestPath } from './single/quotePaths.js'
import { boundLegs } from './trade/boundLegs.js'
import { readTrade } from './trade/readTrade.js'
import { readVenues } from './trade/readVenues.js'
import { wrapNative } from './trade/wrapNative.js'

const maxValidForSeconds = 180

/**
 * Creates the agent that swaps through one pool, or two of one venue.
 *
 * It asks Uniswap's own quoter and router what each way pays and takes the best
 * one. No split, no proof: the simple way to do it, and a floor for the others.
 *
 * @param options.client - Client of the chain.
 * @param options.deployment - Its addresses.
 * @returns The agent `swap-direct`, frozen.
 */
export function createSwapSingleAgent(options: SwapChain): Agent<'swap'> {
  const { client, deployment } = options
  const chain: SwapChain = { client, deployment }
  const findPaths = createPathFinder(chain)
  return defineAgent({
    name: 'swap-direct',
    version: '1.0.0',
    summary:
      'Swaps tokens through the best single pool, or pair of pools, of Uniswap.',
    chainIds: [deployment.chainId],
    serves: ['swap'],
    venues: ['uniswap'],
    examples: [
      'swap 1 ETH for USDC',
      'buy 100 USDC with ETH on Uniswap V3',
      'wrap 2 ETH',
      'unwrap 0.5 WETH',
      'sell 300 DAI for USDC',
      'swap 10 USDC to DAI on Uniswap V2',
      'convert 0.2 WETH into DAI',
      'trade all my DAI for ETH',
      'buy 50 DAI with USDC',
      'exchange 1 WBTC for USDC',
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
      const { account, blockNumber, nowUnixSeconds } = context
      const validUntilUnixSeconds = Math.min(
        nowUnixSeconds + maxValidForSeconds,
        context.deadlineUnixSeconds,
      )
      if (isSameAddress(trade.sellToken, trade.buyToken))
        return wrapNative({
          trade,
          account,
          wrappedNative: deployment.wrappedNative,
          validUntilUnixSeconds,
        })

      const { pool } = instruction
      const found = await findPaths({
        ...trade,
        venues,
        blockNumber,
        blockHash: context.blockHash,
      })
      const paths =
        pool === undefined
          ? found
          : found.filter(
              (path) =>
                path.length === 1 && isSameAddress(path[0].pool, pool.trim()),
            )
      if (paths.length === 0)
        return {
          declined: pool === undefined ? 'NO_ROUTE' : 'POOL_UNKNOWN',
          message:
            pool === undefined
              ? `No pool, and no two pools of one venue, lead from ${trade.sell.symbol} to ${trade.buy.symbol}. Choose another token.`
              : `No pool between ${trade.sell.symbol} and ${trade.buy.symbol} is "${pool.slice(0, 80)}". Name a pool by its address, or none.`,
        }
      const best = await quoteBestPath({
        chain,
        paths,
        amount:
          trade.type === 'exact-in'
            ? { type: 'exact-in', units: trade.sellUnits }
            : { type: 'exact-out', units: trade.buyUnits },
        blockNumber,
      })
      if (best === null)
        return {
          declined: 'AMOUNT_BEYOND_LIQUIDITY',
          message: `None of ${paths.length} ways through one or two pools can swap this amount of ${trade.sell.symbol} for ${trade.buy.symbol}. Try a smaller amount or another token.`,
        }
      const legs = boundLegs({ trade, parts: [best] })
      if ('declined' in legs) return legs
      return toSwapQuote({
        chain,
        trade,
        legs,
        account,
        validUntilUnixSeconds,
      })
    },
  })
}
