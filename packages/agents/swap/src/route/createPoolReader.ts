import { readUniswapSnapshot } from '@behest/evm'
import { type Pool, parsePools, type Token } from '@behest/router'
import { type Address, type Hex, isSameAddress } from '@behest/spec'
import type { SwapVenue } from '../calls/SwapLeg.js'
import type { SwapChain } from '../SwapChain.js'

/** All pools of one block, ready for the router. */
export type PoolState = {
  readonly tokens: readonly Token[]
  /**
   * What a unit of gas costs in wei: the block's base fee and a tip. Only for
   * weighing a better price against one more pool.
   */
  readonly gasPriceWei: bigint
  /**
   * The pools of some venues: the same array each time, so that the router
   * compiles it once.
   */
  readonly getPools: (venues: readonly SwapVenue[]) => readonly Pool[]
}

/** Reads the pools of a block, each block and set of tokens once. */
export type PoolReader = (options: {
  readonly blockNumber: bigint
  readonly blockHash: Hex
  /** Tokens of the trade; those that the chain's list has are read anyway. */
  readonly tokens: readonly Address[]
}) => Promise<PoolState>

// Older blocks are asked for no more.
const mostKept = 8
const leastTipWei = 1_000_000n

/**
 * Creates the reader of pools.
 *
 * Kept by the block's hash: after a reorganisation the same number is another
 * state. A failed read is not kept.
 */
export function createPoolReader(chain: SwapChain): PoolReader {
  const kept = new Map<string, Promise<PoolState>>()
  return ({ blockNumber, blockHash, tokens }) => {
    const unlisted = tokens
      .filter(
        (token) =>
          !chain.deployment.tokens.some(({ address }) =>
            isSameAddress(address, token),
          ),
      )
      .map((token) => token.toLowerCase() as Address)
      .sort()
    const key = [blockHash, ...unlisted].join(' ')
    const known = kept.get(key)
    if (known !== undefined) return known
    const reading = readPools(chain, blockNumber, unlisted)
    kept.set(key, reading)
    reading.catch(() => kept.delete(key))
    for (const oldest of kept.keys()) {
      if (kept.size <= mostKept) break
      kept.delete(oldest)
    }
    return reading
  }
}

async function readPools(
  chain: SwapChain,
  blockNumber: bigint,
  tokens: readonly Address[],
): Promise<PoolState> {
  const { client, deployment } = chain
  const [snapshot, block] = await Promise.all([
    readUniswapSnapshot({ client, deployment, tokens, blockNumber }),
    client.getBlock({ blockNumber }),
  ])
  const { pools, tokens: described } = parsePools(snapshot.lines)
  const baseFeeWei = block.baseFeePerGas ?? 0n
  const tipWei = baseFeeWei / 10n
  const filtered = new Map<string, readonly Pool[]>()
  return {
    tokens: described,
    gasPriceWei: baseFeeWei + (tipWei > leastTipWei ? tipWei : leastTipWei),
    getPools: (venues) => {
      const key = [...venues].sort().join(' ')
      const found =
        filtered.get(key) ??
        pools.filter((pool) => venues.includes(toVenue(pool)))
      filtered.set(key, found)
      return found
    },
  }
}

/** The venue of a pool that the snapshot holds: two kinds, two venues. */
export function toVenue(pool: Pool): SwapVenue {
  return pool.kind === 'constant-product' ? 'uniswap-v2' : 'uniswap-v3'
}
