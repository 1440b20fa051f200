import { createAskAgent } from '@behest/agent-ask'
import { createAaveAgent, createMorphoAgent } from '@behest/agent-lend'
import { createSwapRouteAgent, createSwapSingleAgent } from '@behest/agent-swap'
import { createTransferAgent } from '@behest/agent-transfer'
import type { EvmChainPort } from '@behest/evm'
import type { Agent } from '@behest/sdk'

/**
 * Creates the agents of the house: they compete under the rules that hold for
 * everybody, and set the floor.
 *
 * @param options.chain - The chain that they serve.
 */
export function createBuiltInAgents(options: {
  readonly chain: EvmChainPort
}): readonly Agent[] {
  const { chain } = options
  return [
    createSwapRouteAgent(chain),
    createSwapSingleAgent(chain),
    createAaveAgent(chain),
    createMorphoAgent(chain),
    createAskAgent({ chains: [chain] }),
    createTransferAgent({ chains: [chain] }),
  ]
}
