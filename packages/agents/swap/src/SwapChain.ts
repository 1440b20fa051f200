import type { EvmChainPort } from '@behest/evm'

/** What swap agents need of a chain. An `EvmChainPort` has it. */
export type SwapChain = Pick<EvmChainPort, 'client' | 'deployment'>
