import { type Address, isSameAddress } from '@behest/spec'
import { parseAbi, zeroAddress } from 'viem'
import type { SwapVenue } from '../calls/SwapLeg.js'
import type { SwapChain } from '../SwapChain.js'

/** A pool between two tokens, by what names it on chain. */
export type KnownPool = {
  readonly venue: SwapVenue
  readonly pool: Address
  readonly tokens: readonly [Address, Address]
  readonly feePips: number
}

const factoryAbi = parseAbi([
  'function getPool(address tokenA, address tokenB, uint24 fee) view returns (address pool)',
  'function getPair(address tokenA, address tokenB) view returns (address pair)',
])

// Fixed in the code of every V2 pair.
const v2FeePips = 3000

/**
 * Asks Uniswap's factories which pools lie between pairs of tokens.
 *
 * @param options.pairs - Each pair once, in any order.
 * @param options.venues - Which protocols to ask.
 * @param options.blockNumber - The block whose pools are meant.
 * @returns Pools that were created; they may be empty.
 */
export async function findPools(options: {
  readonly chain: SwapChain
  readonly pairs: readonly (readonly [Address, Address])[]
  readonly venues: readonly SwapVenue[]
  readonly blockNumber: bigint
}): Promise<readonly KnownPool[]> {
  const { chain, pairs, venues, blockNumber } = options
  const { uniswapV2, uniswapV3 } = chain.deployment
  const asked = pairs.flatMap((tokens) => [
    ...(venues.includes('uniswap-v3')
      ? uniswapV3.feeTiers.map((feePips) => ({
          venue: 'uniswap-v3' as const,
          tokens,
          feePips,
        }))
      : []),
    ...(venues.includes('uniswap-v2')
      ? [{ venue: 'uniswap-v2' as const, tokens, feePips: v2FeePips }]
      : []),
  ])
  const answers = await chain.client.multicall({
    contracts: asked.map(({ venue, tokens: [a, b], feePips }) =>
      venue === 'uniswap-v3'
        ? {
            address: uniswapV3.factory,
            abi: factoryAbi,
            functionName: 'getPool',
            args: [a, b, feePips],
          }
        : {
            address: uniswapV2.factory,
            abi: factoryAbi,
            functionName: 'getPair',
            args: [a, b],
          },
    ),
    blockNumber,
  })
  return asked.flatMap((candidate, index) => {
    const answer = answers[index]
    return answer?.status === 'success' &&
      !isSameAddress(answer.result, zeroAddress)
      ? [{ ...candidate, pool: answer.result }]
      : []
  })
}
