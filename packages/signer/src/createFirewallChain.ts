import {
  type ChainDeployment,
  createChainPort,
  createOutboxChain,
} from '@behest/evm'
import type { FirewallChain } from './createFirewall.js'

/**
 * Creates the firewall's own eyes: a client of its own, over a node that the
 * askers do not choose.
 *
 * @param options.rpcUrl - HTTP address of the node. No error repeats it.
 * @param options.deployment - The chain behind it.
 */
export function createFirewallChain(options: {
  readonly rpcUrl: string
  readonly deployment: ChainDeployment
}): FirewallChain {
  const chain = createChainPort(options)
  const outbox = createOutboxChain({
    client: chain.client,
    deployment: options.deployment,
  })
  return {
    ...chain,
    readIdentity: outbox.readIdentity,
    readNonce: (address) => outbox.readNonce({ address, include: 'mined' }),
    readFinalNonce: async (address) => {
      const { number } = await chain.readHead()
      const blockNumber = number - BigInt(outbox.depth) + 1n
      return blockNumber < 0n
        ? 0
        : chain.client.getTransactionCount({ address, blockNumber })
    },
    hasReceipt: async (hash) => (await outbox.readReceipt(hash)) !== null,
  }
}
