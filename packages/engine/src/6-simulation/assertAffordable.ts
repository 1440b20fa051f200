import {
  type Block,
  type ChainPort,
  type PlanArtifact,
  type SimulationArtifact,
  toDecimal,
} from '@behest/spec'
import { InsufficientGasError } from './errors.js'
import { sumOf } from './simulatePlan.js'

/**
 * Makes sure that the account can pay for what it gives and for the gas.
 *
 * @throws {InsufficientGasError} when its balance of the coin is short.
 */
export async function assertAffordable(options: {
  readonly plan: PlanArtifact
  readonly simulation: SimulationArtifact
  readonly chain: ChainPort
  readonly block: Block
}): Promise<void> {
  const { plan, simulation, chain, block } = options
  const balance = await chain.readBalance({
    account: plan.account,
    token: 'native',
    blockNumber: block.number,
  })
  const change = sumOf(simulation.changes, plan.account, 'native')
  const needed = simulation.gas.atMostWei + (change < 0n ? -change : 0n)
  if (needed > balance)
    throw new InsufficientGasError({
      symbol: chain.nativeToken.symbol,
      needed: toDecimal(needed, chain.nativeToken.decimals),
      held: toDecimal(balance, chain.nativeToken.decimals),
    })
}
