import { randomUUID } from 'node:crypto'
import type { ChainDeployment } from '@behest/evm'
import type { CanaryPort } from '@behest/registry'
import type {
  Address,
  Capability,
  Instruction,
  PriorChanges,
  QuoteRequest,
  Token,
} from '@behest/spec'
import { createPublicClient, http } from 'viem'
import { buildCanaryPosition } from './canaryPosition.js'

const requestSeconds = 120
/** Amounts that people ask for; never a constant that an agent could know. */
const decimalShares = [1n, 2n, 3n, 5n, 8n, 13n, 21n]

/**
 * Creates the canaries: typed requests such as the engine sends, on the chain
 * that this registry stands on, with other amounts and accounts each time.
 *
 * @param options.rpcUrl - Where the head is read.
 * @param options.chainId - `undefined` while it is not known: no canaries.
 */
export function createCanary(options: {
  readonly rpcUrl: string
  readonly chainId: () => number | undefined
  readonly findDeployment: FindDeployment
}): CanaryPort {
  const { findDeployment } = options
  const client = createPublicClient({
    transport: http(options.rpcUrl, { retryCount: 0, timeout: 3_000 }),
  })
  return {
    buildRequest: async ({ capability, seed }) => {
      const chainId = options.chainId()
      if (chainId === undefined || !servesChain(capability, chainId))
        return undefined
      const deployment = await findDeployment(chainId)
      if (deployment === undefined) return undefined
      const account = toAccount(seed)
      const instruction = buildInstruction({
        capability,
        deployment,
        account,
        seed,
      })
      if (instruction === undefined) return undefined
      const priorChanges = toPriorChanges({
        instruction,
        capability,
        deployment,
        account,
      })
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
        deadlineUnixSeconds: now + requestSeconds,
        respondWithinMs: 5_000,
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

// An account that nobody has: an agent cannot tell it from a new user's.
function toAccount(seed: number): Address {
  const digits = (BigInt(seed + 1) * 0x9e3779b97f4a7c15n)
    .toString(16)
    .padStart(24, '0')
  return `0x${`7e57${digits}`.padEnd(40, '1').slice(0, 40)}`
}

function buildInstruction(options: {
  readonly capability: Capability
  readonly deployment: ChainDeployment
  readonly account: Address
  readonly seed: number
}): Instruction | undefined {
  const { capability, deployment, account, seed } = options
  const tokens = [deployment.nativeToken, ...deployment.tokens]
    .filter(
      ({ symbol, address }) =>
        capability.tokens === 'any' ||
        capability.tokens.some((served) =>
          [symbol, address].some(
            (name) => name.toLowerCase() === served.toLowerCase(),
          ),
        ),
    )
    .map(
      ({ symbol, address, decimals, name }): Token => ({
        chainId: deployment.chainId,
        symbol,
        address,
        decimals,
        name,
      }),
    )
  const first = tokens[0]
  const erc20 = tokens.filter(({ address }) => address !== 'native')
  const lent =
    erc20.find(({ symbol }) => symbol === 'USDC') ?? erc20[seed % erc20.length]
  const amountOf = (token: Token) => ({
    type: 'exact' as const,
    // A few hundredths of one: small everywhere, dust nowhere.
    units:
      ((decimalShares[seed % decimalShares.length] ?? 1n) *
        10n ** BigInt(token.decimals)) /
      100n,
  })
  switch (capability.action) {
    case 'swap': {
      const buy = tokens.filter(
        ({ symbol }) => symbol !== first?.symbol && symbol !== 'WETH',
      )[0]
      if (first === undefined || buy === undefined) return undefined
      return {
        action: 'swap',
        sell: { token: first, amount: amountOf(first) },
        buy: { token: buy },
        maxSlippageBps: 100,
      }
    }
    case 'transfer':
      return first === undefined
        ? undefined
        : {
            action: 'transfer',
            token: first,
            amount: amountOf(first),
            to: toAccount(seed + 1),
          }
    case 'supply':
    case 'withdraw':
    case 'borrow':
    case 'repay':
      return lent === undefined
        ? undefined
        : { action: capability.action, token: lent, amount: amountOf(lent) }
    case 'ask':
      return {
        action: 'ask',
        topic: 'balance',
        account,
        ...(first === undefined ? {} : { token: first }),
      }
    default:
      // Nothing typed can be asked of the other actions in this version.
      return undefined
  }
}
