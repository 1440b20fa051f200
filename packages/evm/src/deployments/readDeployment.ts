import { BehestError } from '@behest/spec'
import { createPublicClient, http } from 'viem'
import { ChainUnreachableError } from '../client/errors.js'
import type { ChainDeployment } from './chainDeployment.js'
import { deployments } from './deployments.js'

/**
 * Finds the addresses of the chain that a node serves.
 *
 * @param options.rpcUrl - HTTP address of the node.
 * @param options.name - The chain that it must be; whichever it is if absent.
 * @param options.local - The local chain's deployment.
 * @returns The deployment with the node's chain id.
 * @throws {ChainUnreachableError} when the node does not answer.
 * @throws {ChainUnknownError} when no chain of the table has its id, or it is
 *   not the one that was named.
 */
export async function readDeployment(options: {
  readonly rpcUrl: string
  readonly name?: string
  readonly local: ChainDeployment
}): Promise<ChainDeployment> {
  const { rpcUrl, name, local } = options
  const known = [local, ...Object.values(deployments)]
  const served = await createPublicClient({
    transport: http(rpcUrl, { timeout: 5_000, retryCount: 1 }),
  })
    .getChainId()
    .catch((cause: unknown) => {
      throw new ChainUnreachableError({
        method: 'eth_chainId',
        reason: 'nobody is there, or it is no node',
        cause,
      })
    })
  const found = known.find(
    (deployment) =>
      deployment.chainId === served &&
      (name === undefined || deployment.name === name),
  )
  if (!found)
    throw new ChainUnknownError({
      served,
      wanted: name ?? 'any',
      known: known
        .map((deployment) => `${deployment.name} (${deployment.chainId})`)
        .join(', '),
    })
  return found
}

/** Thrown when a node serves a chain that nothing is known of, or another one. */
export class ChainUnknownError extends BehestError {
  readonly code = 'CHAIN_UNKNOWN'
  readonly retry = 'never'

  constructor(facts: { served: number; wanted: string; known: string }) {
    super(
      `The RPC serves chain ${facts.served}${facts.wanted === 'any' ? '' : `, and BEHEST_CHAIN asks for ${facts.wanted}`}. Point BEHEST_RPC_URL at one of: ${facts.known}.`,
      { facts },
    )
  }
}
