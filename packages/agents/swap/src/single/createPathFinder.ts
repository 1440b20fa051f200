import { type Address, type Hex, isSameAddress } from '@behest/spec'
import type { SwapVenue } from '../calls/SwapLeg.js'
import type { SwapChain } from '../SwapChain.js'
import { findPools } from './findPools.js'
import { listPaths, type SwapPath } from './listPaths.js'

/** Finds the ways between two tokens at a block, each pair of tokens once. */
export type PathFinder = (options: {
  readonly sellToken: Address
  readonly buyToken: Address
  readonly venues: readonly SwapVenue[]
  readonly blockNumber: bigint
  readonly blockHash: Hex
}) => Promise<readonly SwapPath[]>

// Two pools through each of these; more would ask for hundreds of quotes.
const mostMiddles = 4
const mostKept = 32

/**
 * Creates the finder of paths. What it found is kept by the block's hash, for a
 * later block may have new pools; a failed search is not kept.
 */
export function createPathFinder(chain: SwapChain): PathFinder {
  const kept = new Map<string, Promise<readonly SwapPath[]>>()
  const middles = listMiddles(chain)
  return (options) => {
    const { sellToken, buyToken, venues, blockNumber, blockHash } = options
    const key = [blockHash, sellToken, buyToken, ...venues].join(' ')
    const known = kept.get(key)
    if (known !== undefined) return known
    const around = middles.filter(
      (middle) =>
        !isSameAddress(middle, sellToken) && !isSameAddress(middle, buyToken),
    )
    const finding = findPools({
      chain,
      pairs: [
        [sellToken, buyToken],
        ...around.flatMap((middle): (readonly [Address, Address])[] => [
          [sellToken, middle],
          [middle, buyToken],
        ]),
      ],
      venues,
      blockNumber,
    }).then((pools) =>
      listPaths({ pools, sellToken, buyToken, middles: around }),
    )
    kept.set(key, finding)
    finding.catch(() => kept.delete(key))
    for (const oldest of kept.keys()) {
      if (kept.size <= mostKept) break
      kept.delete(oldest)
    }
    return finding
  }
}

/** The wrapped coin first: most tokens have a pool with it. */
function listMiddles(chain: SwapChain): readonly Address[] {
  const { wrappedNative, tokens } = chain.deployment
  const unique = new Map<string, Address>()
  for (const address of [wrappedNative, ...tokens.map((one) => one.address)])
    if (address !== 'native') unique.set(address.toLowerCase(), address)
  return [...unique.values()].slice(0, mostMiddles)
}
