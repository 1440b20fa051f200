import type { EvmChainPort } from '@behest/evm'

/** What lending agents need of a chain. An `EvmChainPort` has it. */
export type LendChain = Pick<EvmChainPort, 'client' | 'deployment'>
