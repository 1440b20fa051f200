import { readUniswapSnapshot, type UniswapSnapshot } from '@behest/evm'
import { type PoolSet, parsePools } from '@behest/router'
import { type Address, isSameAddress } from '@behest/spec'
import type { AskChain, AskContext } from '../AskContext.js'

/** All pools of one block, as they were read and as the router knows them. */
export type Pools = {
  readonly snapshot: UniswapSnapshot
  readonly poolSet: PoolSet
}

// The last block's pools of each chain: several questions come at one block,
// and the router compiles an array of pools once.
const lastPools = new WeakMap<
  AskChain,
  { readonly key: string; readonly pools: Promise<Pools> }
>()

/** Reads the pools between the listed tokens and these, at the question's block. */
export function readPools(
  { chain, blockNumber, blockHash }: AskContext,
  tokens: readonly Address[],
): Promise<Pools> {
  const { client, deployment } = chain
  const listed = [
    deployment.wrappedNative,
    ...deployment.tokens.map(({ address }) => address),
  ]
  const unlisted = tokens.filter(
    (token) => !listed.some((one) => isSameAddress(one, token)),
  )
  // By hash: after a reorganisation the number stands for another state.
  const key = [blockHash, ...unlisted].join(' ')
  const known = lastPools.get(chain)
  if (known?.key === key) return known.pools
  const pools = readUniswapSnapshot({
    client,
    deployment,
    tokens: unlisted,
    blockNumber,
  }).then((snapshot) => ({ snapshot, poolSet: parsePools(snapshot.lines) }))
  lastPools.set(chain, { key, pools })
  pools.catch(() => lastPools.delete(chain))
  return pools
}
