import type { Address } from '@behest/spec'
import { BaseError, HttpRequestError, parseAbi, TimeoutError } from 'viem'
import type { ChainClient } from '../client/createChainClient.js'
import { toChainError } from '../client/errors.js'

const domainAbi = parseAbi([
  'function name() view returns (string)',
  'function version() view returns (string)',
  'function decimals() view returns (uint8)',
  'function TRANSFER_WITH_AUTHORIZATION_TYPEHASH() view returns (bytes32)',
])

/**
 * Reads what a payment in a token must be signed for: its EIP-712 domain.
 *
 * @param options.address - The token.
 * @param options.symbol - How it is called here.
 * @returns The token, or `null` where it does not know EIP-3009.
 * @throws {ChainUnreachableError} when the node does not answer.
 */
export async function readPaymentToken(options: {
  readonly client: ChainClient
  readonly address: Address
  readonly symbol: string
}): Promise<{
  readonly chainId: number
  readonly address: Address
  readonly symbol: string
  readonly decimals: number
  readonly name: string
  readonly version: string
} | null> {
  const { client, address, symbol } = options
  const read = (functionName: 'name' | 'version') =>
    client.readContract({ address, abi: domainAbi, functionName })
  try {
    const [name, version, decimals] = await Promise.all([
      read('name'),
      read('version'),
      client.readContract({
        address,
        abi: domainAbi,
        functionName: 'decimals',
      }),
      client.readContract({
        address,
        abi: domainAbi,
        functionName: 'TRANSFER_WITH_AUTHORIZATION_TYPEHASH',
      }),
    ])
    return {
      chainId: client.chain.id,
      address,
      symbol,
      decimals,
      name,
      version,
    }
  } catch (error) {
    // A token without these functions is one that nobody is paid in.
    if (isContractAnswer(error)) return null
    throw toChainError(error, { method: 'the payment token' })
  }
}

/** Tells whether the chain was asked and said no, whatever it said. */
function isContractAnswer(error: unknown): boolean {
  return (
    error instanceof BaseError &&
    error.walk(
      (one) => one instanceof HttpRequestError || one instanceof TimeoutError,
    ) === null
  )
}
