import { randomUUID } from 'node:crypto'
import type { ChainDeployment } from '@behest/evm'
import type { CanaryPort } from '@behest/registry'
import type {
  Address,
  Capability,
  Instruction,
  PriorChanges,
  QuoteRequest,
} from '@behest/spec'
import { createPublicClient, http } from 'viem'
import { buildCanaryPosition, type PositionAction } from './canaryPosition.js'
import {
  createChance,
  type DrawnCanary,
  drawCanary,
  drawValidity,
} from './drawCanary.js'
import { createFindAllowances } from './findAllowances.js'

/** What an engine of this house waits for a quote. */
const respondWithinMs = 2_000

/**
 * Creates the canaries: typed requests such as the engine sends, on the chain
 * that this registry stands on, with other accounts, tokens, amounts, parties and
 * times each time, drawn as they come up in life.
 *
 * @param options.rpcUrl - Where the head is read.
 * @param options.chainId - `undefined` while it is not known: no canaries.
 * @param options.secret - What is drawn follows from it; fresh unless told.
 */
export function createCanary(options: {
  readonly rpcUrl: string
  readonly chainId: () => number | undefined
  readonly findDeployment: FindDeployment
  readonly secret?: string
}): CanaryPort {
  const { findDeployment } = options
  const secret = options.secret ?? randomUUID()
  const client = createPublicClient({
    transport: http(options.rpcUrl, { retryCount: 0, timeout: 3_000 }),
  })
  const findAllowances = createFindAllowances(client)
  return {
    buildRequest: async ({ capability, seed }) => {
      const chainId = options.chainId()
      if (chainId === undefined || !servesChain(capability, chainId))
        return undefined
      const deployment = await findDeployment(chainId)
      if (deployment === undefined) return undefined
      const chance = createChance({ secret, seed })
      const allowances =
        capability.action === 'revoke' ? await findAllowances(deployment) : []
      const drawn = drawFitting({ capability, deployment, chance, allowances })
      if (drawn === undefined) return undefined
      const { account, instruction, priorChanges } = drawn
      const block = await client.getBlock()
      const now = Number(block.timestamp)
      const request: QuoteRequest = {
        type: 'behest.quote-request',
        version: 1,
        requestId: randomUUID(),
        intentId: randomUUID(),
        stepId: 's1',
        chainId,
        account,
        instruction,
        ...(priorChanges === undefined ? {} : { priorChanges }),
        block: {
          number: block.number,
          hash: block.hash,
          timestampUnixSeconds: now,
        },
        deadlineUnixSeconds: now + drawValidity(chance),
        respondWithinMs,
      }
      return request
    },
  }
}

/** Where the contracts of a chain are; `undefined` for one that nobody lists. */
export type FindDeployment = (
  chainId: number,
) => Promise<ChainDeployment | undefined>

/**
 * Creates what finds a chain's contracts.
 *
 * @param local - Addresses of the local chain, where it is one.
 */
export function createFindDeployment(
  local: () => Promise<ChainDeployment | undefined>,
): FindDeployment {
  let loaded: Promise<ChainDeployment | undefined> | undefined
  return async (chainId) => {
    // Loaded by the first canary: it knows every chain, and a start must not wait.
    const { deployments } = await import('@behest/evm')
    const known = Object.values<ChainDeployment>(deployments).find(
      (deployment) => deployment.chainId === chainId,
    )
    if (known !== undefined) return known
    loaded ??= local()
    const found = await loaded
    return found?.chainId === chainId ? found : undefined
  }
}

/** A token may have no market: another one is drawn, so often at most. */
const maxTokensDrawn = 6

// Nobody who has nothing can withdraw, borrow or repay: a question that every
// honest agent declines proves nothing about one.
function drawFitting(
  options: Parameters<typeof drawCanary>[0],
):
  | (DrawnCanary & { readonly priorChanges: PriorChanges | undefined })
  | undefined {
  for (let draw = 0; draw < maxTokensDrawn; draw += 1) {
    const drawn = drawCanary(options)
    if (drawn === undefined) return undefined
    const priorChanges = toPriorChanges({ ...options, ...drawn })
    if (
      priorChanges !== undefined ||
      !needsPosition.has(drawn.instruction.action)
    )
      return { ...drawn, priorChanges }
  }
  return undefined
}

const needsPosition = new Set<string>([
  'withdraw',
  'borrow',
  'repay',
] satisfies PositionAction[])

function toPriorChanges(options: {
  readonly instruction: Instruction
  readonly capability: Capability
  readonly deployment: ChainDeployment
  readonly account: Address
}): PriorChanges | undefined {
  const { instruction } = options
  switch (instruction.action) {
    case 'withdraw':
    case 'borrow':
    case 'repay': {
      const { action, token, amount } = instruction
      return token === undefined || amount?.type !== 'exact'
        ? undefined
        : buildCanaryPosition({
            ...options,
            action,
            token,
            units: amount.units,
          })
    }
    default:
      return undefined
  }
}

function servesChain(capability: Capability, chainId: number): boolean {
  return capability.chains === 'any' || capability.chains.includes(chainId)
}
