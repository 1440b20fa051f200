import { type Agent, type AgentReply, defineAgent } from '@behest/sdk'
import { type Address, isSameAddress } from '@behest/spec'
import { toSwapQuote } from './calls/toSwapQuote.js'
import type { SwapChain } from './SwapChain.js'
import { findPools } from './single/findPools.js'
import { listPaths } from './single/listPaths.js'
import { quoteBestPath } from './single/quotePaths.js'
import { boundLegs } from './trade/boundLegs.js'
import { readTrade, type Trade } from './trade/readTrade.js'
import { readVenues } from './trade/readVenues.js'
import { wrapNative } from './trade/wrapNative.js'

const maxValidForSeconds = 180

// Two pools through each of these; more would ask for hundreds of quotes.
const mostMiddles = 4

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
    ],
    limits: {
      spenders: [deployment.uniswapV3.swapRouter02],
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

      const middles = listMiddles(chain)
      const pools = await findPools({
        chain,
        pairs: listPairs(trade, middles),
        venues,
        blockNumber,
      })
      const { pool } = instruction
      const paths = listPaths({ ...trade, pools, middles }).filter(
        (path) =>
          pool === undefined ||
          (path.length === 1 && isSameAddress(path[0].pool, pool)),
      )
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
          declined: 'NO_ROUTE',
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

/** The wrapped coin first: most tokens have a pool with it. */
function listMiddles(chain: SwapChain): readonly Address[] {
  const { wrappedNative, tokens } = chain.deployment
  const unique = new Map<string, Address>()
  for (const address of [wrappedNative, ...tokens.map((one) => one.address)])
    if (address !== 'native') unique.set(address.toLowerCase(), address)
  return [...unique.values()].slice(0, mostMiddles)
}

function listPairs(
  trade: Trade,
  middles: readonly Address[],
): readonly (readonly [Address, Address])[] {
  const { sellToken, buyToken } = trade
  return [
    [sellToken, buyToken],
    ...middles
      .filter(
        (middle) =>
          !isSameAddress(middle, sellToken) && !isSameAddress(middle, buyToken),
      )
      .flatMap((middle): (readonly [Address, Address])[] => [
        [sellToken, middle],
        [middle, buyToken],
      ]),
  ]
}
