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

// A node may refuse the logs of more blocks than this.
const mostBlocksOfLogs = 64n

/**
 * Creates the reader of pools.
 *
 * Kept by the block's hash: after a reorganisation the same number is another
 * state. A failed read is not kept. A later block is read anew only where a log
 * says that a pool moved or was made: else its pools are those known already,
 * which the router has compiled.
 */
export function createPoolReader(chain: SwapChain): PoolReader {
  const kept = new Map<string, Promise<PoolState>>()
  // By the unlisted tokens: what was read last.
  const last = new Map<string, Reading>()
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
    const names = unlisted.join(' ')
    const reading = readOrReuse(chain, {
      blockNumber,
      tokens: unlisted,
      before: last.get(names),
    }).then((read) => {
      last.set(names, { ...read, blockNumber, blockHash })
      for (const oldest of last.keys()) {
        if (last.size <= mostKept) break
        last.delete(oldest)
      }
      return read.state
    })
    kept.set(key, reading)
    reading.catch(() => kept.delete(key))
    for (const oldest of kept.keys()) {
      if (kept.size <= mostKept) break
      kept.delete(oldest)
    }
    return reading
  }
}

type Read = {
  readonly state: PoolState
  /** Whose logs tell that something moved: the pools and the factories. */
  readonly watched: readonly Address[]
}

type Reading = Read & {
  readonly blockNumber: bigint
  readonly blockHash: Hex
}

async function readOrReuse(
  chain: SwapChain,
  options: {
    readonly blockNumber: bigint
    readonly tokens: readonly Address[]
    readonly before: Reading | undefined
  },
): Promise<Read> {
  const { blockNumber, tokens, before } = options
  const behind = before === undefined ? 0n : blockNumber - before.blockNumber
  if (before === undefined || behind <= 0n || behind > mostBlocksOfLogs)
    return readPools(chain, blockNumber, tokens)
  const { client } = chain
  const [logs, known, block] = await Promise.all([
    client
      .getLogs({
        address: [...before.watched],
        fromBlock: before.blockNumber + 1n,
        toBlock: blockNumber,
      })
      // A node that keeps no logs is asked for the pools instead.
      .catch(() => undefined),
    client.getBlock({ blockNumber: before.blockNumber }).catch(() => undefined),
    client.getBlock({ blockNumber }),
  ])
  // What was read is of another branch, or something has moved since.
  if (known?.hash !== before.blockHash || logs?.length !== 0)
    return readPools(chain, blockNumber, tokens)
  return {
    state: { ...before.state, gasPriceWei: toGasPrice(block.baseFeePerGas) },
    watched: before.watched,
  }
}

async function readPools(
  chain: SwapChain,
  blockNumber: bigint,
  tokens: readonly Address[],
): Promise<Read> {
  const { client, deployment } = chain
  const [snapshot, block] = await Promise.all([
    readUniswapSnapshot({ client, deployment, tokens, blockNumber }),
    client.getBlock({ blockNumber }),
  ])
  const { pools, tokens: described } = parsePools(snapshot.lines)
  const filtered = new Map<string, readonly Pool[]>()
  return {
    watched: [
      deployment.uniswapV2.factory,
      deployment.uniswapV3.factory,
      ...snapshot.pools.map(({ pool }) => pool as Address),
    ],
    state: {
      tokens: described,
      gasPriceWei: toGasPrice(block.baseFeePerGas),
      getPools: (venues) => {
        const key = [...venues].sort().join(' ')
        const found =
          filtered.get(key) ??
          pools.filter((pool) => venues.includes(toVenue(pool)))
        filtered.set(key, found)
        return found
      },
    },
  }
}

function toGasPrice(baseFeePerGas: bigint | null): bigint {
  const baseFeeWei = baseFeePerGas ?? 0n
  const tipWei = baseFeeWei / 10n
  return baseFeeWei + (tipWei > leastTipWei ? tipWei : leastTipWei)
}

/** The venue of a pool that the snapshot holds: two kinds, two venues. */
export function toVenue(pool: Pool): SwapVenue {
  return pool.kind === 'constant-product' ? 'uniswap-v2' : 'uniswap-v3'
}
