import { parseHealthWad } from '@behest/lending'
import { type Agent, type AgentReply, defineAgent } from '@behest/sdk'
import { quoteAaveBorrow } from './aave/quoteAaveBorrow.js'
import { quoteAaveRepay } from './aave/quoteAaveRepay.js'
import { quoteAaveSupply } from './aave/quoteAaveSupply.js'
import { quoteAaveWithdraw } from './aave/quoteAaveWithdraw.js'
import type { LendChain } from './LendChain.js'
import { buildLendRequest } from './request/buildLendRequest.js'
import { createSnapshotReader } from './request/createSnapshotReader.js'
import { isOurVenue } from './request/readVenue.js'

const maxValidForSeconds = 180
const names = ['aave', 'aave v3', 'aavev3']

/** What {@link createAaveAgent} takes. An `EvmChainPort` has the chain's part. */
export type CreateAaveAgentOptions = LendChain & {
  /** The health factor that no borrow or withdrawal goes under; `'1.1'` if absent. */
  readonly minHealth?: string
}

/**
 * Creates the agent that supplies to, withdraws from, borrows from and repays
 * Aave V3.
 *
 * @param options.client - Client of the chain.
 * @param options.deployment - Its addresses.
 * @param options.minHealth - Health factor floor, as a decimal.
 * @returns The agent `aave-v3`, frozen.
 * @throws {DecimalMalformedError} when `minHealth` is no plain decimal.
 */
export function createAaveAgent(
  options: CreateAaveAgentOptions,
): Agent<'supply' | 'withdraw' | 'borrow' | 'repay'> {
  const { client, deployment, minHealth = '1.1' } = options
  const chain: LendChain = { client, deployment }
  const readSnapshot = createSnapshotReader(chain)
  const floorWad = parseHealthWad(minHealth)
  return defineAgent({
    name: 'aave-v3',
    version: '1.0.0',
    summary:
      'Supplies to, withdraws from, borrows from and repays Aave V3, with health and rates after your own size.',
    chainIds: [deployment.chainId],
    serves: ['supply', 'withdraw', 'borrow', 'repay'],
    venues: ['aave'],
    examples: [
      'lend 500 USDC on Aave',
      'supply 1 ETH',
      'put 250 DAI to work on Aave',
      'withdraw all my USDC from Aave',
      'take 100 DAI out of Aave',
      'borrow 1000 USDC against 1 ETH',
      'borrow 200 DAI on Aave',
      'pay back all my DAI on Aave',
      'repay 50 USDC on Aave',
      'top up my Aave with another 100 USDC',
    ],
    limits: { spenders: [deployment.aaveV3.pool], maxValidForSeconds },
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
          return quoteAaveSupply(request, instruction)
        case 'withdraw':
          return quoteAaveWithdraw(request, instruction)
        case 'borrow':
          return quoteAaveBorrow(request, instruction)
        case 'repay':
          return quoteAaveRepay(request, instruction)
        default:
          return instruction satisfies never
      }
    },
  })
}
