import {
  type Chain,
  createPublicClient,
  defineChain,
  http,
  type PublicClient,
  type Transport,
} from 'viem'
import { arbitrum, base, mainnet, optimism, polygon } from 'viem/chains'
import type { ChainDeployment } from '../deployments/chainDeployment.js'

/** A viem client of one chain, read only. */
export type ChainClient = PublicClient<Transport, Chain>

export type CreateChainClientOptions = {
  /** HTTP address of the node. It may hold a key, so no error repeats it. */
  readonly rpcUrl: string
  readonly deployment: ChainDeployment
  /** How long one HTTP request may take; 10 s if absent. */
  readonly timeoutMs?: number
}

// These carry fee formatters and the name service.
const known: readonly Chain[] = [mainnet, base, arbitrum, optimism, polygon]

/**
 * Builds viem's description of a chain.
 *
 * @param deployment - Addresses of the chain.
 * @returns viem's own for public chains, one with Multicall3 for others.
 */
export function toViemChain(deployment: ChainDeployment): Chain {
  const { chainId, name, nativeToken, multicall3 } = deployment
  return (
    known.find((chain) => chain.id === chainId) ??
    defineChain({
      id: chainId,
      name,
      nativeCurrency: {
        name: nativeToken.name,
        symbol: nativeToken.symbol,
        decimals: nativeToken.decimals,
      },
      rpcUrls: { default: { http: [] } },
      contracts: { multicall3: { address: multicall3 } },
    })
  )
}

/**
 * Creates the HTTP client that everything in this package reads through.
 *
 * @param options.rpcUrl - HTTP address of the node.
 * @param options.deployment - Addresses of the chain behind it.
 * @param options.timeoutMs - Per HTTP request, in milliseconds.
 * @returns A client with one-piece multicalls and short polling.
 */
export function createChainClient(
  options: CreateChainClientOptions,
): ChainClient {
  const { rpcUrl, deployment, timeoutMs = 10_000 } = options
  return createPublicClient({
    chain: toViemChain(deployment),
    transport: http(rpcUrl, { timeout: timeoutMs, retryCount: 2 }),
    // viem's 1 kB would split 100 reads into many requests.
    batch: { multicall: { batchSize: 1 << 20, wait: 0 } },
    pollingInterval: deployment.blockSeconds === 1 ? 50 : 1000,
    // A contract could make us fetch any URL.
    ccipRead: false,
  })
}
