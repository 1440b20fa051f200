import { parseHealthWad } from '@behest/lending'
import { type Agent, type AgentReply, defineAgent } from '@behest/sdk'
import type { LendChain } from './LendChain.js'
import { quoteMorphoBorrow } from './morpho/quoteMorphoBorrow.js'
import { quoteMorphoRepay } from './morpho/quoteMorphoRepay.js'
import { quoteMorphoSupply } from './morpho/quoteMorphoSupply.js'
import { quoteMorphoWithdraw } from './morpho/quoteMorphoWithdraw.js'
import { buildLendRequest } from './request/buildLendRequest.js'
import { createSnapshotReader } from './request/createSnapshotReader.js'
import { isOurVenue } from './request/readVenue.js'

const maxValidForSeconds = 180
const names = ['morpho', 'morpho blue']

/** What {@link createMorphoAgent} takes. An `EvmChainPort` has the chain's part. */
export type CreateMorphoAgentOptions = LendChain & {
  /** The health factor that no borrow or withdrawal goes under; `'1.1'` if absent. */
  readonly minHealth?: string
}

/**
 * Creates the agent that supplies to, withdraws from, borrows from and repays
 * the listed markets of Morpho Blue.
 *
 * @param options.client - Client of the chain.
 * @param options.deployment - Its addresses and its markets.
 * @param options.minHealth - Health factor floor, as a decimal.
 * @returns The agent `morpho-blue`, frozen.
 * @throws {DecimalMalformedError} when `minHealth` is no plain decimal.
 */
export function createMorphoAgent(
  options: CreateMorphoAgentOptions,
): Agent<'supply' | 'withdraw' | 'borrow' | 'repay'> {
  const { client, deployment, minHealth = '1.1' } = options
  const chain: LendChain = { client, deployment }
  const readSnapshot = createSnapshotReader(chain)
  const floorWad = parseHealthWad(minHealth)
  return defineAgent({
    name: 'morpho-blue',
    version: '1.0.0',
    summary:
      'Supplies to, withdraws from, borrows from and repays Morpho Blue, with health and rates after your own size.',
    chainIds: [deployment.chainId],
    serves: ['supply', 'withdraw', 'borrow', 'repay'],
    venues: ['morpho'],
    examples: [
      'lend 500 USDC on Morpho',
      'supply 100 USDC to Morpho',
      'put 250 USDC to work on Morpho',
      'earn on 40 USDC at Morpho',
      'withdraw all my USDC from Morpho',
      'take 100 USDC out of Morpho',
      'borrow 1000 USDC against 1 ETH on Morpho',
      'borrow 200 USDC against 0.5 ETH on Morpho',
      'pay back all my USDC on Morpho',
      'repay 50 USDC on Morpho',
    ],
    limits: { spenders: [deployment.morpho.morpho], maxValidForSeconds },
    async quote(instruction, context): Promise<AgentReply> {
      if (!isOurVenue(instruction.venue, names)) return null
      const request = await buildLendRequest({
        chain,
        readSnapshot,
        instruction,
        context,
        floorWad,
        maxValidForSeconds,
      })
      switch (instruction.action) {
        case 'supply':
          return quoteMorphoSupply(request, instruction)
        case 'withdraw':
          return quoteMorphoWithdraw(request, instruction)
        case 'borrow':
          return quoteMorphoBorrow(request, instruction)
        case 'repay':
          return quoteMorphoRepay(request, instruction)
        default:
          return instruction satisfies never
      }
    },
  })
}
